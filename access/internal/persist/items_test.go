package persist

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestItems: the ids of a Book come out as they went in, whatever their length, in
// the order of their indexes, and without those that were removed.
func TestItems(t *testing.T) {
	var b Book[int]
	token := NewToken()
	var want []string
	for n := range 40 {
		for i := range 40 {
			id := fmt.Sprintf("%d.%s", i, strings.Repeat("\xffé", n)[:n])
			if !b.Has(id) {
				want = append(want, id)
			}
			b.Add(token, id, len(want)-1)
		}
	}
	for i := range 200 {
		id := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", i*0x01234567&0xffffffff, i, 0xffff-i, i*7, i*0xabcdef)
		want = append(want, id)
		b.Add(token, id, len(want)-1)
	}
	check := func() {
		t.Helper()
		var got []string
		for id, rec := range Items(&b) {
			if _, is, _ := b.Find(id); is != rec {
				t.Fatalf("%q has record %d, and comes with %d", id, is, rec)
			}
			got = append(got, id)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d ids come out, of %d", len(got), len(want))
		}
	}
	check()
	for i := 0; i < len(want); i += 3 {
		b.Remove(token, want[i])
		want[i] = ""
	}
	want = slices.DeleteFunc(want, func(id string) bool { return id == "" })
	check()
	for range Items(&b) {
		break
	}
	var x Index[uint32]
	kept := map[string]uint32{"": 1, "a": 2, "long, longer than any that is kept inside": 3}
	for id, v := range kept {
		x.Put(token, id, v)
	}
	if got := maps.Collect(Keys(&x)); !maps.Equal(got, kept) {
		t.Errorf("%v, want %v", got, kept)
	}
	for range Keys(&x) {
		break
	}
	for id := range Keys(new(Index[uint32])) {
		t.Errorf("%q in an empty index", id)
	}
}
