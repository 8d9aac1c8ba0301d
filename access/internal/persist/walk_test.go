package persist

import (
	"fmt"
	"slices"
	"testing"
)

// TestLists: the lists of a set together are its members, in order, and no more
// of them come than are wanted.
func TestLists(t *testing.T) {
	tok := NewToken()
	for name, want := range map[string][]uint32{
		"none":       nil,
		"few":        slices.Collect(run(70, 200, 3)),
		"bitmaps":    slices.Collect(run(4000, 5000, 1)),
		"lists":      slices.Collect(run(5, 400, 4099)),
		"both forms": append(slices.Collect(run(64, 1000, 2)), slices.Collect(run(1<<20, 300, 5000))...),
	} {
		s := Union(tok, slices.Clone(want))
		var got []uint32
		lists := 0
		for list := range s.Lists() {
			if len(list) == 0 {
				t.Errorf("%s: an empty list", name)
			}
			got = append(got, list...)
			lists++
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d members, want %d", name, len(got), len(want))
		}
		for most := range lists {
			seen := 0
			for range s.Lists() {
				if seen++; seen > most {
					break
				}
			}
			if seen != most+1 {
				t.Errorf("%s: %d lists, want %d", name, seen, most+1)
			}
			if most > 3 {
				break
			}
		}
	}
}

// TestYieldIDs: the ids come in the order of their numbers, and no more of them
// than are wanted.
func TestYieldIDs(t *testing.T) {
	tok := NewToken()
	var r Roll[int]
	for no := range uint32(200) {
		r.Enroll(tok, no, fmt.Sprint("id", no), 0)
	}
	for _, n := range []int{0, 1, 15, 16, 17, 32, 150} {
		numbers := slices.Collect(run(3, n, 1))
		slices.Reverse(numbers)
		for _, stop := range []int{1, 16, 20, n + 1} {
			var got []string
			all := YieldIDs(&r, numbers, func(id string) bool {
				got = append(got, id)
				return len(got) < stop
			})
			if want := min(n, stop); len(got) != want || all != (n < stop) {
				t.Errorf("up to %d of %d numbers give %d ids, want %d; to the end: %v", stop, n, len(got), want, all)
			}
			for k, id := range got {
				if id != fmt.Sprint("id", numbers[k]) {
					t.Errorf("%q for %d", id, numbers[k])
				}
			}
		}
	}
}
