package persist

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestUnion: of lists and sets of every form and number, by either way.
func TestUnion(t *testing.T) {
	tok := NewToken()
	few, other := setOf(tok, run(3, 50, 2)), setOf(tok, run(4, 250, 3))
	many := setOf(tok, crowdAt(100), run(1<<12, 20, 1), run(1<<14, 600, 3))
	for _, c := range []struct {
		name string
		list []uint32
		sets []*Set
		many bool
	}{
		{"a list with doubles", []uint32{9, 3, 9, 1, 3}, nil, false},
		{"a long list", slices.Collect(run(7, fewMax+1, 5)), nil, true},
		{"a list as long as a set's", slices.Collect(run(7, fewMax, 5)), nil, false},
		{"lists", nil, []*Set{&few, &other}, true},
		{"a list and a set", []uint32{1 << 20, 0, 5}, []*Set{&few}, false},
		{"a list and a set of many", []uint32{1 << 20, 0, 5}, []*Set{&many}, true},
		{"sets of many and few", nil, []*Set{&few, &many, &other}, true},
		{"a long list and a set beyond it", slices.Collect(run(7, sortMax, 1)), []*Set{&few, &other}, true},
		{"a very long list of few", slices.Repeat([]uint32{70, 3, 1 << 13}, sortMax), nil, false},
		{"one set of many twice", nil, []*Set{&many, &many}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := map[uint32]bool{}
			for _, i := range c.list {
				want[i] = true
			}
			for _, s := range c.sets {
				for i := range s.All() {
					want[i] = true
				}
			}
			u := Union(tok, c.list, c.sets...)
			got := slices.Collect(u.All())
			if !slices.Equal(got, slices.Sorted(maps.Keys(want))) || u.Len() != len(want) {
				t.Errorf("%d members %v, want %d", u.Len(), got, len(want))
			}
			if !u.ownedBy(tok) {
				t.Error("the Token does not own the union")
			}
			if (u.many != nil) != c.many {
				t.Errorf("the union of %d members has chunks: %t", u.Len(), u.many != nil)
			}
		})
	}
}

// TestUnionShares: a single set is not copied, unless the Token owns it and
// could change it under the result.
func TestUnionShares(t *testing.T) {
	for _, n := range []int{100, 1000} {
		frozen, tok := setOf(NewToken(), run(0, n, 1)), NewToken()
		var none Set
		if u := Union(tok, nil, &none, &frozen); u.many != frozen.many || u.many == nil && &u.few[0] != &frozen.few[0] {
			t.Errorf("a single set of %d was copied", n)
		}
		mine := setOf(tok, run(0, n, 1))
		u := Union(tok, nil, &mine)
		u.Add(tok, 5000)
		mine.Remove(tok, 0)
		if mine.Has(5000) || !u.Has(0) || u.Len() != n+1 {
			t.Errorf("the union of a set of %d that the Token owns is changed with it", n)
		}
		v := Union(nil, nil, &frozen, &mine)
		w := v
		w.Add(tok, 6000)
		if v.Has(6000) || v.Len() != n {
			t.Error("a Token changes a union that has none in place")
		}
	}
}

func TestOfBits(t *testing.T) {
	tok := NewToken()
	for _, c := range []struct {
		name string
		s    Set
		more int // words of zeros after the last
	}{
		{"nothing", Set{}, 3},
		{"few", setOf(tok, run(0, 3, 63)), 0},
		{"as many as a list has", setOf(tok, run(1, fewMax, 70)), 200},
		{"one more", setOf(tok, run(1, fewMax+1, 70)), 200},
		{"a part of a chunk", setOf(tok, run(10, 400, 1)), 0},
		{"lists of 32 and of 33", setOf(tok, run(0, 32, 3), run(1<<12, 33, 3), run(5<<12, 500, 1)), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			words := append(unite(nil, []*Set{&c.s}), make([]uint64, c.more)...)
			for len(words) > 0 && c.more == 0 && words[len(words)-1] == 0 {
				words = words[:len(words)-1]
			}
			u := OfBits(tok, words)
			if !u.Equal(c.s) || u.Len() != c.s.Len() || (u.many == nil) != (c.s.many == nil) {
				t.Errorf("members %v, want %v", slices.Collect(u.All()), slices.Collect(c.s.All()))
			}
			if u.many == nil {
				return
			}
			if len(u.many.by) != len(c.s.many.by) {
				t.Errorf("%d chunks, want %d", len(u.many.by), len(c.s.many.by))
			}
			for high, k := range u.many.by {
				if k != nil && (k.n == 0 || (k.bits != nil) != (k.n > listMax) || k.bits != nil && k.list != nil) {
					t.Errorf("chunk %d of %d members has the wrong form", high, k.n)
				}
			}
			u.Add(tok, 3)
			clear(words)
			if !u.Has(3) || u.Len() < c.s.Len() {
				t.Error("the set shares the words")
			}
		})
	}
}

// setPair is two sets that one token edits, so that unions of the two and of
// frozen ones are seen to stay apart from what they were made of.
type setPair struct{ s [2]Set }

type setModel [2]map[uint32]bool

func (m setModel) copy() setModel { return setModel{maps.Clone(m[0]), maps.Clone(m[1])} }

func TestSetPersistence(t *testing.T) {
	hit := branches{}
	// No higher ones, as each copy of the top level would take megabytes.
	near := boundaries[:slices.Index(boundaries, 1<<20)+1]
	index := rapid.OneOf(rapid.SampledFrom(near), rapid.Uint32Range(4060, 4160), rapid.Uint32Range(0, 200))
	// Runs overlap, and are long enough to change the form of a chunk or a set.
	start := rapid.SampledFrom([]uint32{0, 12, 4080, 4096})
	length := rapid.SampledFrom([]int{3, 25, 60, 200})
	stride := rapid.SampledFrom([]uint32{1, 3, 60})
	some := rapid.SampledFrom([]int{0, 6, 16, 31, 129, 200})
	either := func(t *rapid.T) int { return rapid.IntRange(0, 1).Draw(t, "which") }
	hit.check(t, func(t *rapid.T) {
		w := versions[setPair, setModel]{copy: setModel.copy, check: checkSets}
		w.run(t, setModel{{}, {}}, map[string]step[setPair, setModel]{
			"add": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k := either(t)
				hit.add(t, tok, &v.s[k], m[k], index.Draw(t, "i"))
			},
			"add a run": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k, by := either(t), stride.Draw(t, "by")
				for i := range run(start.Draw(t, "from"), length.Draw(t, "n"), by) {
					hit.add(t, tok, &v.s[k], m[k], i)
				}
			},
			"add a crowd": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k := either(t)
				for i := range crowdAt(1 << 13) {
					hit.add(t, tok, &v.s[k], m[k], i)
				}
			},
			"remove": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k := either(t)
				hit.remove(t, tok, &v.s[k], m[k], index.Draw(t, "i"))
			},
			"remove all but some": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k, some := either(t), some.Draw(t, "some")
				for n, i := range slices.Sorted(maps.Keys(m[k])) {
					if n >= some {
						hit.remove(t, tok, &v.s[k], m[k], i)
					}
				}
			},
			"unite": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k, other := either(t), w.frozen[rapid.IntRange(0, len(w.frozen)-1).Draw(t, "other")]
				sets := []*Set{&v.s[0], &v.s[1], &other.value.s[0], &other.value.s[1]}
				of := []map[uint32]bool{m[0], m[1], other.model[0], other.model[1]}
				from := rapid.IntRange(0, 3).Draw(t, "first")
				to := rapid.IntRange(from, 3).Draw(t, "last")
				list := rapid.SliceOfN(index, 0, 3).Draw(t, "list")
				union := map[uint32]bool{}
				for _, i := range list {
					union[i] = true
				}
				for _, part := range of[from : to+1] {
					maps.Copy(union, part)
				}
				v.s[k] = Union(tok, list, sets[from:to+1]...)
				clear(m[k])
				maps.Copy(m[k], union)
				hit["unite"]++
			},
			"of bits": func(t *rapid.T, tok *Token, v *setPair, m setModel) {
				k := either(t)
				v.s[k] = OfBits(tok, unite(nil, []*Set{&v.s[k]}))
				hit["of bits"]++
			},
		})
	}, "list in place", "list copied", "list to chunks", "chunks to list", "new chunk",
		"in place", "copied", "chunk to bitmap", "bitmap to list", "chunk emptied", "unite", "of bits")
}

func (b branches) add(t *rapid.T, tok *Token, s *Set, m map[uint32]bool, i uint32) {
	b.change(tok, s, i, func() {
		if got := s.Add(tok, i); got == m[i] {
			t.Fatalf("Add(%d) = %t, want %t", i, got, !m[i])
		}
	})
	m[i] = true
}

func (b branches) remove(t *rapid.T, tok *Token, s *Set, m map[uint32]bool, i uint32) {
	b.change(tok, s, i, func() {
		if got := s.Remove(tok, i); got != m[i] {
			t.Fatalf("Remove(%d) = %t, want %t", i, got, m[i])
		}
	})
	delete(m, i)
}

// change counts what a change of the membership of i did to the set.
func (b branches) change(tok *Token, s *Set, i uint32, do func()) {
	old, before, bitmap := *s, chunkAt(s, i), false
	if before != nil {
		bitmap = before.bits != nil
	}
	n := s.Len()
	do()
	after := chunkAt(s, i)
	switch {
	case n == s.Len():
	case old.many == nil && s.many != nil:
		b["list to chunks"]++
	case old.many != nil && s.many == nil:
		b["chunks to list"]++
	case s.many == nil && old.owner == tok:
		b["list in place"]++
	case s.many == nil:
		b["list copied"]++
	case before == nil:
		b["new chunk"]++
	case after == nil:
		b["chunk emptied"]++
	case before == after:
		b["in place"]++
	default:
		b["copied"]++
	}
	if before != nil && after != nil && bitmap != (after.bits != nil) {
		if bitmap {
			b["bitmap to list"]++
		} else {
			b["chunk to bitmap"]++
		}
	}
}

// chunkAt returns the chunk that i belongs to, nil if there is none.
func chunkAt(s *Set, i uint32) *chunk {
	if s.many == nil || int(i>>chunkBits) >= len(s.many.by) {
		return nil
	}
	return s.many.by[i>>chunkBits]
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
		for _, i := range []uint32{0, 1, 2, 70, 199, 4095, 4096, 65536, 1 << 20, 1<<32 - 1} {
			if s.Has(i) != m[k][i] {
				t.Fatalf("Has(%d) = %t, want %t", i, s.Has(i), m[k][i])
			}
		}
	}
	if got, want := v.s[0].Equal(v.s[1]), maps.Equal(m[0], m[1]); got != want {
		t.Fatalf("Equal = %t, want %t", got, want)
	}
}
