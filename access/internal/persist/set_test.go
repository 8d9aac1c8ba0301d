package persist

import (
	"iter"
	"slices"
	"testing"
)

// run yields the n numbers from, from+by, ...
func run(from uint32, n int, by uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for k := range n {
			if !yield(from + uint32(k)*by) {
				return
			}
		}
	}
}

func setOf(tok *Token, seqs ...iter.Seq[uint32]) Set {
	var s Set
	for _, seq := range seqs {
		for i := range seq {
			s.Add(tok, i)
		}
	}
	return s
}

// crowdAt yields so many numbers that a set with them has chunks.
func crowdAt(from uint32) iter.Seq[uint32] { return run(from, fewMax+1, 1) }

func TestSetBoundaries(t *testing.T) {
	tok := NewToken()
	for _, s := range []Set{{}, setOf(tok, crowdAt(1<<13))} {
		rest := slices.Collect(s.All())
		for _, i := range slices.Backward(boundaries) {
			if s.Has(i) || !s.Add(tok, i) || s.Add(tok, i) || !s.Has(i) {
				t.Errorf("adding %d twice: want true, false", i)
			}
		}
		want := slices.Sorted(slices.Values(slices.Concat(rest, boundaries)))
		if got := slices.Collect(s.All()); !slices.Equal(got, want) || s.Len() != len(want) {
			t.Errorf("All = %v, Len = %d, want %v", got, s.Len(), want)
		}
		for _, i := range boundaries {
			if !s.Remove(tok, i) || s.Remove(tok, i) || s.Has(i) {
				t.Errorf("removing %d twice: want true, false", i)
			}
		}
		if got := slices.Collect(s.All()); !slices.Equal(got, rest) {
			t.Errorf("All = %v, want %v again", got, rest)
		}
	}
}

// TestSetForms: a set is a list up to 256 members, chunks beyond, and a list
// again from 128 down. Either form has the same members.
func TestSetForms(t *testing.T) {
	tok := NewToken()
	s := setOf(tok, run(100, fewMax, 100))
	if s.many != nil {
		t.Error("256 members: chunks, want a list")
	}
	s.Add(tok, 150)
	if s.many == nil || s.few != nil {
		t.Error("257 members: a list, want chunks")
	}
	want := slices.Insert(slices.Collect(run(100, fewMax, 100)), 1, 150)
	for len(want) > 0 {
		if got := slices.Collect(s.All()); !slices.Equal(got, want) || s.Len() != len(want) {
			t.Fatalf("members %v, want %v", got, want)
		}
		if list := s.many == nil; list != (len(want) <= fewAgain) {
			t.Fatalf("%d members: a list is %t", len(want), list)
		}
		s.Remove(tok, want[0])
		want = want[1:]
	}
	if !s.Equal(Set{}) {
		t.Error("the set is not empty after removing everything")
	}
}

// TestChunkForms: a chunk is a list up to 32 members, a bitmap beyond, and a
// list again from 16 down. Either form has the same members.
func TestChunkForms(t *testing.T) {
	tok := NewToken()
	s := setOf(tok, crowdAt(1<<12), run(100, 32, 100))
	if s.many.by[0].bits != nil {
		t.Error("32 members: bitmap, want list")
	}
	s.Add(tok, 50)
	if s.many.by[0].bits == nil || s.many.by[0].list != nil {
		t.Error("33 members: list, want bitmap")
	}
	rest := slices.Collect(crowdAt(1 << 12))
	want := append([]uint32{50}, slices.Collect(run(100, 32, 100))...)
	for len(want) > 0 {
		if got := slices.Collect(s.All()); !slices.Equal(got, append(slices.Clone(want), rest...)) || s.Len() != len(want)+len(rest) {
			t.Fatalf("members %v, want %v and %d more", got, want, len(rest))
		}
		if list := s.many.by[0].bits == nil; list != (len(want) <= 16) {
			t.Fatalf("%d members: list is %t", len(want), list)
		}
		s.Remove(tok, want[0])
		want = want[1:]
	}
	if s.many.by[0] != nil {
		t.Error("an empty chunk is kept")
	}
}

func TestSetEqual(t *testing.T) {
	tok := NewToken()
	far := crowdAt(1 << 13)
	// 20 members of a chunk as a bitmap, since there were more before.
	thinned := setOf(tok, far, run(0, 40, 2))
	for i := range run(40, 20, 2) {
		thinned.Remove(tok, i)
	}
	// 150 members as chunks, since there were more before.
	shrunk := setOf(tok, run(0, 300, 3))
	for i := range run(450, 150, 3) {
		shrunk.Remove(tok, i)
	}
	frayed := setOf(tok, far, run(1<<20, 1, 1))
	frayed.Remove(tok, 1<<20)
	shared := setOf(tok, run(0, 700, 1), run(1<<17, 5, 1))
	grown := shared
	grown.Add(NewToken(), 1<<18)
	for _, c := range []struct {
		name  string
		a, b  Set
		equal bool
	}{
		{"empty sets", Set{}, Set{}, true},
		{"lists", setOf(tok, run(5, 9, 7)), setOf(tok, run(5, 9, 7)), true},
		{"lists of other members", setOf(tok, run(5, 9, 7)), setOf(tok, run(6, 9, 7)), false},
		{"lists of other length", setOf(tok, run(5, 9, 7)), setOf(tok, run(5, 8, 7)), false},
		{"list and chunks", setOf(tok, run(0, 150, 3)), shrunk, true},
		{"list and chunks of other members", setOf(tok, run(3, 150, 3)), shrunk, false},
		{"lists in chunks", setOf(tok, far, run(5, 9, 7)), setOf(tok, run(5, 9, 7), far), true},
		{"lists in chunks of other members", setOf(tok, far, run(5, 9, 7)), setOf(tok, far, run(6, 9, 7)), false},
		{"bitmaps", setOf(tok, run(0, 600, 2)), setOf(tok, run(0, 600, 2)), true},
		{"bitmaps of other members", setOf(tok, run(0, 600, 2)), setOf(tok, run(1, 600, 2)), false},
		{"bitmap and list", thinned, setOf(tok, far, run(0, 20, 2)), true},
		{"bitmap and list of other members", thinned, setOf(tok, far, run(1, 20, 2)), false},
		{"one with an emptied chunk at the end", frayed, setOf(tok, far), true},
		{"same number in other chunks", setOf(tok, far, run(0, 3, 1)), setOf(tok, far, run(1<<12, 3, 1)), false},
		{"same number split otherwise", setOf(tok, far, run(0, 2, 1), run(1<<12, 1, 1)), setOf(tok, far, run(0, 1, 1), run(1<<12, 2, 1)), false},
		{"each with a bitmap of more than the other's list", setOf(tok, far, run(0, 40, 2), run(1<<12, 5, 2)), setOf(tok, far, run(0, 5, 2), run(1<<12, 40, 2)), false},
		{"a copy", shared, shared, true},
		{"a copy that grew", shared, grown, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.a.Equal(c.b); got != c.equal {
				t.Errorf("a.Equal(b) = %t, want %t", got, c.equal)
			}
			if got := c.b.Equal(c.a); got != c.equal {
				t.Errorf("b.Equal(a) = %t, want %t", got, c.equal)
			}
		})
	}
}

func TestSetAllStops(t *testing.T) {
	tok := NewToken()
	for name, s := range map[string]Set{
		"in a list":            setOf(tok, run(0, 10, 1), run(1<<12, 10, 1)),
		"in a list of a chunk": setOf(tok, run(0, 10, 1), crowdAt(1<<12)),
		"in a bitmap":          setOf(tok, run(0, 1000, 1), run(1<<12, 10, 1)),
	} {
		all := s.All()
		s.Remove(NewToken(), 2) // does not show
		for range 2 {
			var got []uint32
			for i := range all {
				if got = append(got, i); i == 4 {
					break
				}
			}
			if !slices.Equal(got, []uint32{0, 1, 2, 3, 4}) {
				t.Errorf("%s: up to 4 All yields %v", name, got)
			}
		}
	}
}

// TestSetCost: a change copies the list, or the top level and one chunk, and
// another of the same Token nothing.
func TestSetCost(t *testing.T) {
	for _, n := range []int{100, 10_000} {
		tok := NewToken()
		base := setOf(tok, run(0, n, 7))
		got := testing.AllocsPerRun(20, func() {
			s := base
			s.Remove(NewToken(), 7)
		})
		if got > 5 { // the token, the chunks, their array, a chunk and its bits
			t.Errorf("a change of %d members allocates %v times, want at most 5", n, got)
		}
		if got := testing.AllocsPerRun(20, func() { base.Remove(tok, 7); base.Add(tok, 7) }); got > 0 {
			t.Errorf("a change of %d members in place allocates %v times", n, got)
		}
	}
}

// TestSetSharesNoArray: two edits that begin with one set, the room after the
// end of whose list neither has written to, do not see each other.
func TestSetSharesNoArray(t *testing.T) {
	for _, n := range []int{5, fewMax - 1, fewMax, fewMax + 1, 1000} {
		tok := NewToken()
		base := setOf(tok, run(0, n, 2))
		base.Remove(tok, 2) // leaves room
		want := slices.Collect(base.All())
		a, b := base, base
		a.Add(NewToken(), 5001)
		b.Add(NewToken(), 5003)
		b.Remove(NewToken(), 0)
		if a.Has(5003) || b.Has(5001) || !a.Has(5001) || !b.Has(5003) || !a.Has(0) || b.Has(0) {
			t.Errorf("two edits of a set of %d see each other", n)
		}
		if !slices.Equal(slices.Collect(base.All()), want) {
			t.Errorf("a set of %d changed with its edits", n)
		}
	}
}
