package text_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/internal/text"
)

func TestNearest(t *testing.T) {
	for _, tt := range []struct{ want, name, word, known string }{
		{"users", "one missing", "uers", "teams users groups"},
		{"users", "one too many", "userss", "teams users groups"},
		{"users", "one other", "usars", "teams users groups"},
		{"email", "two swapped", "emial", "id email role"},
		{"email", "case", "EMAIL", "id email role"},
		{"id", "case of a short word", "ID", "id it"},
		{"", "nothing near", "colour", "id email role"},
		{"", "three edits", "abcxyz123", "abcxyz456"},
		{"", "half of the word", "ab", "ac id"},
		{"", "half of the word, longer", "abcd", "abxy"},
		{"abd", "less than half of the word", "abc", "abd"},
		{"aax", "tie: first in byte order", "aaa", "aaz aax aay"},
		{"aay", "nearer goes before smaller", "aayy", "aabb aay"},
		{"größe", "characters count, not bytes", "grösse", "größe"},
		{"", "empty word", "", "a b"},
		{"", "nothing known", "users", ""},
		{"", "far longer", "users", "users-and-groups"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			known := strings.Fields(tt.known)
			if got := text.Nearest(tt.word, slices.Values(known)); got != tt.want {
				t.Errorf("Nearest(%q, %q) = %q, want %q", tt.word, known, got, tt.want)
			}
			slices.Reverse(known)
			if got := text.Nearest(tt.word, slices.Values(known)); got != tt.want {
				t.Errorf("Nearest(%q, %q) = %q, want %q whatever the order", tt.word, known, got, tt.want)
			}
		})
	}
}

// edits is the textbook recursion.
func edits(a, b string) int {
	switch {
	case a == "" || b == "":
		return len(a) + len(b)
	case a[0] == b[0]:
		return edits(a[1:], b[1:])
	}
	return 1 + min(edits(a[1:], b), edits(a, b[1:]), edits(a[1:], b[1:]))
}

func TestNearestIsNearest(t *testing.T) {
	found := 0
	word := rapid.StringMatching(`[ab]{0,6}`)
	check := func(t *rapid.T) {
		w, known := word.Draw(t, "word"), rapid.SliceOfN(word, 0, 4).Draw(t, "known")
		want, nearest := "", 3
		for _, k := range slices.Sorted(slices.Values(known)) {
			if d := edits(w, k); d < nearest && 2*d < len(w) {
				want, nearest = k, d
			}
		}
		if want != "" {
			found++
		}
		if got := text.Nearest(w, slices.Values(known)); got != want {
			t.Fatalf("Nearest(%q, %q) = %q, want %q", w, known, got, want)
		}
	}
	for round := 0; round == 0 || round < 20 && found == 0 && !testing.Short() && !t.Failed(); round++ {
		rapid.Check(t, check)
	}
	if found == 0 && !testing.Short() {
		t.Error("nothing was ever near")
	}
}
