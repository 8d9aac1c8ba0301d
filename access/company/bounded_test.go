package company

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// TestBound bounds lists of a few lengths.
func TestBound(t *testing.T) {
	for _, n := range []int{0, 1, 100, 101, 2000} {
		var all []string
		sum := sha256.New()
		for i := range n {
			all = append(all, fmt.Sprintf("r%05d", i))
			fmt.Fprintf(sum, "%q\n", all[i])
		}
		b, err := bound(all)
		if err != nil || b.Count != n || len(b.First) != min(n, maxFirst) || b.IsZero() != (n == 0) {
			t.Errorf("%d: count %d, first %d, IsZero %t, %v", n, b.Count, len(b.First), b.IsZero(), err)
		}
		if want := hex.EncodeToString(sum.Sum(nil)); n > 0 && b.Digest != want {
			t.Errorf("%d: digest %s, want %s", n, b.Digest, want)
		}
		if n > 0 {
			all[0] = "other"
			if b.First[0] == "other" {
				t.Error("it shares the list")
			}
		}
	}
}
