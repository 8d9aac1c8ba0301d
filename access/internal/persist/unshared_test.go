package persist

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestUnshared: of two versions of a Table only the leaves that were written since
// are yielded, and of two made apart all of them.
func TestUnshared(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var base Table[int]
	first := NewToken()
	for i := range uint32(70_000) {
		base.Put(first, i, int(i))
	}
	for round := range 50 {
		one, two, want := base, base, map[uint32]bool{}
		for _, b := range []*Table[int]{&one, &two} {
			token := NewToken()
			for range r.IntN(20) {
				i := uint32(r.IntN(100_000)) // some beyond the end
				b.Put(token, i, -1)
				want[i&^leafMask] = true
			}
		}
		for _, pair := range [][2]*Table[int]{{&one, &two}, {&two, &one}} {
			if got := slices.Collect(Unshared(pair[0], pair[1])); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
				t.Fatalf("round %d: %v, want %v", round, got, slices.Sorted(maps.Keys(want)))
			}
		}
	}
	if got := slices.Collect(Unshared(&base, &base)); got != nil {
		t.Errorf("a table and itself: %v", got)
	}
	var empty Table[int]
	if got := slices.Collect(Unshared(&base, &empty)); len(got) != (70_000+leafSize-1)/leafSize {
		t.Errorf("a table and an empty one: %d leaves", len(got))
	}
	for range Unshared(&base, &empty) {
		break
	}
}

// TestUnsharedValues: what another version does not have with the same value is
// yielded, and little else.
func TestUnsharedValues(t *testing.T) {
	t.Parallel()
	var base Index[uint32]
	token := NewToken()
	for i := range uint32(5000) {
		base.Add(token, fmt.Sprint("key", i), i)
	}
	next := base
	token = NewToken()
	next.Put(token, "key77", 10_000)
	for i := range uint32(30) { // some pages are divided
		next.Add(token, fmt.Sprint("new", i), 20_000+i)
	}
	seen := map[uint32]bool{}
	for v := range UnsharedValues(&base, &next) {
		seen[*v] = true
	}
	for _, want := range []uint32{10_000, 20_000, 20_029} {
		if !seen[want] {
			t.Errorf("%d is not yielded", want)
		}
	}
	if len(seen) > 31*2*crowded*2 {
		t.Errorf("%d values are yielded for 31 changes", len(seen))
	}
	for range UnsharedValues(&base, &next) {
		break
	}
	if got := slices.Collect(UnsharedValues(&next, &next)); got != nil {
		t.Errorf("an index and itself: %d", len(got))
	}
}

// TestChanged: the records that differ, by id, whatever their numbers.
func TestChanged(t *testing.T) {
	t.Parallel()
	type rec struct{ id string }
	key := func(r *rec) string { return r.id }
	build := func(ids ...string) (b Book[*rec]) {
		token := NewToken()
		for _, id := range ids {
			b.Add(token, id, &rec{id})
		}
		return b
	}
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprint("k", i))
	}
	base := build(ids...)
	next, token := base, NewToken()
	next.Set(token, 3, &rec{"k3"})
	next.Remove(token, "k50")
	next.Add(token, "new", &rec{"new"})
	next.Remove(token, "k90")
	next.Add(token, "k90", &rec{"k90"})
	collect := func(a, b *Book[*rec]) map[string]string {
		got := map[string]string{}
		for was, is := range Changed(a, b, key) {
			switch {
			case was == nil:
				got[is.id] += "new"
			case is == nil:
				got[was.id] += "gone"
			default:
				got[is.id] += "changed"
			}
		}
		return got
	}
	if got, want := collect(&base, &next), map[string]string{"k3": "changed", "k50": "gone", "new": "new", "k90": "changed"}; !maps.Equal(got, want) {
		t.Errorf("changed: %v, want %v", got, want)
	}
	if got, want := collect(&next, &base), map[string]string{"k3": "changed", "k50": "new", "new": "gone", "k90": "changed"}; !maps.Equal(got, want) {
		t.Errorf("the other way round: %v, want %v", got, want)
	}
	shifted := build(append([]string{"first"}, ids[:99]...)...)
	got := collect(&base, &shifted)
	if len(got) != 101 || got["first"] != "new" || got["k99"] != "gone" || got["k50"] != "changed" {
		t.Errorf("under other numbers: %v", got)
	}
	for _, pair := range [][2]*Book[*rec]{{&base, &shifted}, {&shifted, &base}, {&next, &base}} {
		for range Changed(pair[0], pair[1], key) {
			break
		}
	}
	one, two := build("a"), Book[*rec]{}
	for range Changed(&one, &two, key) {
		break
	}
}

// TestShares: a copy shares until one of the two changes.
func TestShares(t *testing.T) {
	t.Parallel()
	for _, n := range []uint32{0, 1, 300} {
		a, b, token := Set{}, Set{}, NewToken()
		for i := range n {
			a.Add(token, i)
			b.Add(token, i)
		}
		c := a
		if !a.Shares(&c) || a.Shares(&b) != (n == 0) || !a.Equal(b) {
			t.Errorf("%d members: a copy shares: %v, another with the same: %v", n, a.Shares(&c), a.Shares(&b))
		}
		c.Add(NewToken(), 1000)
		if a.Shares(&c) || c.Shares(&a) {
			t.Errorf("%d members: a changed copy still shares", n)
		}
	}
}

// TestDiffering: what one of two Sets has and the other does not, of each size and
// form, changed since one was a copy of the other or made apart.
func TestDiffering(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	some := func(s Set, size int) Set {
		token := NewToken()
		for range r.IntN(6) {
			from := uint32(r.IntN(20_000)) // some beyond the end of the other
			for i := range uint32(r.IntN(size)) {
				if r.IntN(3) == 0 {
					s.Remove(token, from+i)
				} else {
					s.Add(token, from+i)
				}
			}
		}
		return s
	}
	for round := range 300 {
		base := some(Set{}, []int{2, 100, 5000}[round%3])
		one, two := some(base, 40), some(base, 40)
		for _, pair := range [][2]Set{{one, two}, {two, one}, {one, one}, {base, two}, {one, some(Set{}, 1000)}, {Set{}, one}} {
			var want []uint32
			for i := range uint32(30_000) {
				if pair[0].Has(i) != pair[1].Has(i) {
					want = append(want, i)
				}
			}
			if got := slices.Sorted(Differing(&pair[0], &pair[1])); !slices.Equal(got, want) {
				t.Fatalf("round %d: %v, want %v", round, got, want)
			}
			for range Differing(&pair[0], &pair[1]) { // one that goes on after a break panics
				break
			}
		}
	}
}
