package snapshot

import (
	"iter"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
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

func TestSetBoundaries(t *testing.T) {
	tok := NewToken()
	var s Set
	for _, i := range slices.Backward(boundaries) {
		if s.Has(i) || !s.Add(tok, i) || s.Add(tok, i) || !s.Has(i) {
			t.Errorf("adding %d twice: want true, false", i)
		}
	}
	if got := slices.Collect(s.All()); !slices.Equal(got, boundaries) || s.Len() != len(boundaries) {
		t.Errorf("All = %v, Len = %d, want %v", got, s.Len(), boundaries)
	}
	if u := Union(NewToken(), setOf(tok, run(0, 2, 1)), s); !u.Equal(s) || u.Len() != len(boundaries) {
		t.Errorf("Union with {0, 1} = %v, Len = %d, want %v", slices.Collect(u.All()), u.Len(), boundaries)
	}
	for _, i := range boundaries {
		if !s.Remove(tok, i) || s.Remove(tok, i) || s.Has(i) {
			t.Errorf("removing %d twice: want true, false", i)
		}
	}
	if !s.Equal(Set{}) || slices.Collect(s.All()) != nil {
		t.Error("the set is not empty after removing everything")
	}
}

// TestSetForms: a chunk is a list up to 32 members, a bitmap beyond, and a list
// again from 16 down. Either form has the same members.
func TestSetForms(t *testing.T) {
	tok := NewToken()
	s := setOf(tok, run(100, 32, 100))
	if s.chunks[0].bits != nil {
		t.Error("32 members: bitmap, want list")
	}
	s.Add(tok, 50)
	if s.chunks[0].bits == nil || s.chunks[0].list != nil {
		t.Error("33 members: list, want bitmap")
	}
	want := append([]uint32{50}, slices.Collect(run(100, 32, 100))...)
	for len(want) > 0 {
		if got := slices.Collect(s.All()); !slices.Equal(got, want) || s.Len() != len(want) {
			t.Fatalf("members %v, want %v", got, want)
		}
		if list := s.chunks[0].bits == nil; list != (len(want) <= 16) {
			t.Fatalf("%d members: list is %t", len(want), list)
		}
		s.Remove(tok, want[0])
		want = want[1:]
	}
	if s.chunks[0] != nil {
		t.Error("an empty chunk is kept")
	}
}

func TestSetEqual(t *testing.T) {
	tok := NewToken()
	// 20 members as a bitmap, since there were more before.
	thinned := setOf(tok, run(0, 40, 2))
	for i := range run(40, 20, 2) {
		thinned.Remove(tok, i)
	}
	frayed := setOf(tok, run(0, 3, 1), run(1<<20, 1, 1))
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
		{"bitmaps", setOf(tok, run(0, 600, 2)), setOf(tok, run(0, 600, 2)), true},
		{"bitmaps of other members", setOf(tok, run(0, 600, 2)), setOf(tok, run(1, 600, 2)), false},
		{"bitmap and list", thinned, setOf(tok, run(0, 20, 2)), true},
		{"bitmap and list of other members", thinned, setOf(tok, run(1, 20, 2)), false},
		{"one with an emptied chunk at the end", frayed, setOf(tok, run(0, 3, 1)), true},
		{"same number in other chunks", setOf(tok, run(0, 3, 1)), setOf(tok, run(1<<12, 3, 1)), false},
		{"same number split otherwise", setOf(tok, run(0, 2, 1), run(1<<12, 1, 1)), setOf(tok, run(0, 1, 1), run(1<<12, 2, 1)), false},
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
		"in a list":   setOf(tok, run(0, 10, 1), run(1<<12, 10, 1)),
		"in a bitmap": setOf(tok, run(0, 1000, 1), run(1<<12, 10, 1)),
	} {
		all := s.All()
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

func TestSetAppendBits(t *testing.T) {
	tok := NewToken()
	s := setOf(tok, run(1, 1, 1), run(2<<12, 600, 1), run(3<<12, 1, 1))
	s.Remove(tok, 3<<12)
	dst := s.AppendBits([]uint64{1 << 63})
	if len(dst) != 192 {
		t.Fatalf("%d words, want 192 for three blocks of 4,096", len(dst))
	}
	for i := range uint32(192 * 64) {
		want := i == 63 || s.Has(i)
		if got := dst[i/64]>>(i%64)&1 == 1; got != want {
			t.Fatalf("bit %d is %t, want %t", i, got, want)
		}
	}
	long := make([]uint64, 250)
	if got := s.AppendBits(long); len(got) != 250 || long[0] != 2 {
		t.Error("a slice that is long enough is not used as it is")
	}
}

// TestUnionShares: what one set alone has is not copied, unless the token owns
// it and could change it under the result.
func TestUnionShares(t *testing.T) {
	frozen := setOf(NewToken(), run(0, 900, 1), run(1<<12, 10, 1))
	other := setOf(NewToken(), run(1<<12, 10, 2), run(1<<13, 10, 1))
	tok := NewToken()
	mine := setOf(tok, run(1<<14, 10, 1), run(1<<15, 900, 1))
	u := Union(tok, frozen, other, mine, frozen)
	if u.chunks[0] != frozen.chunks[0] || u.chunks[2] != other.chunks[2] {
		t.Error("a frozen chunk that one set alone has was copied")
	}
	if u.chunks[4] == mine.chunks[4] || u.chunks[8] == mine.chunks[8] {
		t.Error("a chunk that the token owns is shared")
	}
	want := setOf(NewToken(), run(0, 900, 1), run(1<<12, 10, 1), run(1<<12, 10, 2), run(1<<13, 10, 1), run(1<<14, 10, 1), run(1<<15, 900, 1))
	if !u.Equal(want) || u.Len() != want.Len() {
		t.Errorf("members %v, want %v", slices.Collect(u.All()), slices.Collect(want.All()))
	}
}

// TestUnionForms: the result is a list up to 32 members, whatever it is of.
func TestUnionForms(t *testing.T) {
	tok := NewToken()
	thinned := setOf(tok, run(0, 40, 2))
	for i := range run(40, 20, 2) {
		thinned.Remove(tok, i)
	}
	for _, c := range []struct {
		name   string
		a, b   Set
		n      int
		bitmap bool
	}{
		{"short lists", setOf(tok, run(0, 12, 2)), setOf(tok, run(1, 12, 2)), 24, false},
		{"lists that fit exactly", setOf(tok, run(0, 16, 2)), setOf(tok, run(1, 16, 2)), 32, false},
		{"lists too long by one", setOf(tok, run(0, 17, 2)), setOf(tok, run(1, 16, 2)), 33, true},
		{"long lists that overlap", setOf(tok, run(0, 25, 1)), setOf(tok, run(3, 25, 1)), 28, false},
		{"thin bitmap and list", thinned, setOf(tok, run(0, 6, 1)), 23, false},
		{"bitmaps", setOf(tok, run(0, 900, 1)), setOf(tok, run(500, 900, 1)), 1400, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, u := range []Set{Union(tok, c.a, c.b), Union(tok, c.b, c.a)} {
				if u.Len() != c.n || (u.chunks[0].bits != nil) != c.bitmap {
					t.Errorf("Len = %d, bitmap %t, want %d, %t", u.Len(), u.chunks[0].bits != nil, c.n, c.bitmap)
				}
				for i := range uint32(2000) {
					if want := c.a.Has(i) || c.b.Has(i); u.Has(i) != want {
						t.Fatalf("Has(%d) = %t, want %t", i, !want, want)
					}
				}
			}
		})
	}
}

// setPair is two sets that one token edits, so that unions of the two and of
// frozen ones are seen to stay apart from what they were made of.
type setPair struct{ s [2]Set }

type setModel [2]map[uint32]bool

func TestSetPersistence(t *testing.T) {
	hit := branches{}
	// No higher ones, as each copy of the top level would take megabytes.
	near := boundaries[:slices.Index(boundaries, 1<<20)+1]
	index := rapid.OneOf(rapid.SampledFrom(near), rapid.Uint32Range(4060, 4160), rapid.Uint32Range(0, 200))
	rapid.Check(t, func(t *rapid.T) {
		w := versions[setPair, setModel]{
			copy:  func(m setModel) setModel { return setModel{maps.Clone(m[0]), maps.Clone(m[1])} },
			check: checkSets,
		}
		// Runs overlap, and are long enough to change the form of a chunk.
		start := rapid.SampledFrom([]uint32{0, 12, 4080, 4096})
		length := rapid.SampledFrom([]int{3, 25, 60})
		stride := rapid.SampledFrom([]uint32{1, 3, 60})
		either := func(t *rapid.T) int { return rapid.IntRange(0, 1).Draw(t, "which") }
		add := func(t *rapid.T, tok *Token, s *Set, m map[uint32]bool, i uint32) {
			before := s.chunk(int(i >> 12))
			was := before != nil && before.bits != nil
			if got := s.Add(tok, i); got == m[i] {
				t.Fatalf("Add(%d) = %t, want %t", i, got, !m[i])
			} else if got {
				hit.change(before, s.chunk(int(i>>12)), was)
			}
			m[i] = true
		}
		remove := func(t *rapid.T, tok *Token, s *Set, m map[uint32]bool, i uint32) {
			before := s.chunk(int(i >> 12))
			was := before != nil && before.bits != nil
			if got := s.Remove(tok, i); got != m[i] {
				t.Fatalf("Remove(%d) = %t, want %t", i, got, m[i])
			} else if got {
				hit.change(before, s.chunk(int(i>>12)), was)
			}
			delete(m, i)
		}
		w.run(t, setModel{{}, {}}, map[string]step[setPair, setModel]{
			"add": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k := either(t)
				add(t, tok, &v.s[k], m[k], index.Draw(t, "i"))
			},
			"add a run": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k, by := either(t), stride.Draw(t, "by")
				for i := range run(start.Draw(t, "from"), length.Draw(t, "n"), by) {
					add(t, tok, &v.s[k], m[k], i)
				}
			},
			"remove": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k := either(t)
				remove(t, tok, &v.s[k], m[k], index.Draw(t, "i"))
			},
			"remove all but some": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k, some := either(t), rapid.SampledFrom([]int{0, 6, 16, 31}).Draw(t, "some")
				for n, i := range slices.Sorted(maps.Keys(m[k])) {
					if n >= some {
						remove(t, tok, &v.s[k], m[k], i)
					}
				}
			},
			"unite": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k, other := either(t), w.frozen[rapid.IntRange(0, len(w.frozen)-1).Draw(t, "other")]
				parts := []Set{v.s[0], v.s[1], other.value.s[0], other.value.s[1]}
				from := rapid.IntRange(0, 3).Draw(t, "first")
				to := rapid.IntRange(from, 3).Draw(t, "last")
				of := []map[uint32]bool{m[0], m[1], other.model[0], other.model[1]}
				union := map[uint32]bool{}
				for _, part := range of[from : to+1] {
					maps.Copy(union, part)
				}
				v.s[k] = Union(tok, parts[from:to+1]...)
				clear(m[k])
				maps.Copy(m[k], union)
				hit["unite"]++
			},
		})
	})
	hit.require(t, "new chunk", "in place", "copied", "list to bitmap", "bitmap to list", "chunk emptied", "unite")
}

// change counts what a change did to a chunk; bitmap says whether it was one.
func (b branches) change(before, after *chunk, bitmap bool) {
	switch {
	case before == nil:
		b["new chunk"]++
	case after == nil:
		b["chunk emptied"]++
	case before == after:
		b["in place"]++
	default:
		b["copied"]++
	}
	if before != nil && after != nil {
		switch {
		case !bitmap && after.bits != nil:
			b["list to bitmap"]++
		case bitmap && after.bits == nil:
			b["bitmap to list"]++
		}
	}
}

func checkSets(t *rapid.T, v *setPair, m setModel) {
	for k := range v.s {
		s, want := &v.s[k], slices.Sorted(maps.Keys(m[k]))
		if s.Len() != len(want) {
			t.Fatalf("Len = %d, want %d", s.Len(), len(want))
		}
		at := 0
		for i := range s.All() {
			if at == len(want) || i != want[at] {
				t.Fatalf("All yields %d as number %d of %v", i, at, want)
			}
			at++
		}
		if at < len(want) {
			t.Fatalf("All ends before %d", want[at])
		}
		for _, i := range []uint32{0, 1, 2, 70, 199, 4095, 4096, 65536, 1 << 20, math.MaxUint32} {
			if s.Has(i) != m[k][i] {
				t.Fatalf("Has(%d) = %t, want %t", i, s.Has(i), m[k][i])
			}
		}
	}
	if got, want := v.s[0].Equal(v.s[1]), maps.Equal(m[0], m[1]); got != want {
		t.Fatalf("Equal = %t, want %t", got, want)
	}
}
