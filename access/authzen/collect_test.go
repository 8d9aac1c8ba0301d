package authzen

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestCollect compares a page with a part of the whole list, in whatever order
// the ids come.
func TestCollect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all, want []string
		for i := range rapid.IntRange(0, 30).Draw(t, "n") {
			all = append(all, fmt.Sprintf("%02d", i))
		}
		s := Search{
			After: rapid.SampledFrom([]string{"", "00", "05", "055", "40"}).Draw(t, "after"),
			Limit: rapid.SampledFrom([]int{math.MinInt, -1, 0, 1, 2, 3, 5, 8, 29, 30, 31, math.MaxInt}).Draw(t, "limit"),
		}
		denied := rapid.SampledFrom([]byte("0369x")).Draw(t, "denied")
		allowed := func(id string) bool { return id[1] != denied }
		for _, id := range all {
			if id > s.After && allowed(id) && len(want) < s.Limit {
				want = append(want, id)
			}
		}
		all = rapid.Permutation(all).Draw(t, "order")
		got, err := s.collect(t.Context(), slices.Values(all), allowed)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v of %v: %v, %v", s, all, got, err)
		}
	})
}

// TestCollectCost checks that a page needs as many decisions as it is long where
// the order allows it, and never more memory than that.
func TestCollectCost(t *testing.T) {
	const n, limit = 10_000, 10
	var rising []string
	for i := range n {
		rising = append(rising, fmt.Sprintf("%05d", i))
	}
	falling := slices.Clone(rising)
	slices.Reverse(falling)
	for _, c := range []struct {
		name string
		all  []string
		most int // decisions
	}{
		{"in order", rising, 2 * limit},
		{"in reverse", falling, n},
	} {
		asked := 0
		s := Search{Limit: limit}
		got, err := s.collect(t.Context(), slices.Values(c.all), func(string) bool { asked++; return true })
		if err != nil || !slices.Equal(got, rising[:limit]) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
		if asked > c.most || cap(got) > 4*limit {
			t.Errorf("%s: %d decisions, room for %d results", c.name, asked, cap(got))
		}
	}
}
