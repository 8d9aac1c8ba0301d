package persist

import (
	"iter"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestTableBoundaries(t *testing.T) {
	tok := NewToken()
	var table Table[uint32]
	for _, i := range boundaries {
		table.Put(tok, i, i+1)
	}
	for _, i := range boundaries {
		if got := table.Get(i); got != i+1 {
			t.Errorf("Get(%d) = %d, want %d", i, got, i+1)
		}
	}
	for _, i := range []uint32{2, 62, 65, 128, 4097, 65534, 1<<20 + 1, 1 << 30, 3 << 30} {
		if got := table.Get(i); got != 0 {
			t.Errorf("Get(%d) = %d, want 0: nothing was put there", i, got)
		}
	}
}

func TestTableAll(t *testing.T) {
	tok := NewToken()
	var table Table[uint32]
	for _, i := range []uint32{3, 70, 1 << 13, 1 << 20, math.MaxUint32 - 1, math.MaxUint32} {
		table.Put(tok, i, i)
	}
	for _, c := range []struct {
		name    string
		n       uint32
		visited int // whole stretches, but for what n cuts off
		found   []uint32
	}{
		{"nothing is below zero", 0, 0, nil},
		{"n itself is left out", 3, 3, nil},
		{"n cuts a stretch", 4, 4, []uint32{3}},
		{"n on a stretch's end", leafSize, leafSize, []uint32{3}},
		{"n in the next stretch", 71, leafSize + 71 - 64, []uint32{3, 70}},
		{"n in an absent stretch", 200, 2 * leafSize, []uint32{3, 70}},
		{"past an absent twig", 1<<13 + 1, 2*leafSize + 1, []uint32{3, 70, 1 << 13}},
		{"past absent limbs", 1<<20 + 64, 4 * leafSize, []uint32{3, 70, 1 << 13, 1 << 20}},
		{"the last index is below no n", math.MaxUint32, 5*leafSize - 1, []uint32{3, 70, 1 << 13, 1 << 20, math.MaxUint32 - 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			visited, last := 0, int64(-1)
			var found []uint32
			for i, v := range tableAll(&table, c.n) {
				if int64(i) <= last {
					t.Fatalf("%d comes after %d", i, last)
				}
				last = int64(i)
				visited++
				if v != 0 {
					if v != i {
						t.Errorf("value %d at %d", v, i)
					}
					found = append(found, v)
				}
			}
			if visited != c.visited {
				t.Errorf("visited %d, want %d", visited, c.visited)
			}
			if !slices.Equal(found, c.found) {
				t.Errorf("found %v, want %v", found, c.found)
			}
		})
	}
}

func TestTableAllStops(t *testing.T) {
	tok := NewToken()
	var table Table[int]
	table.Put(tok, 5, 1)
	all := tableAll(&table, 64)
	for range 2 {
		seen := 0
		for i := range all {
			if seen++; i == 9 {
				break
			}
		}
		if seen != 10 {
			t.Errorf("saw %d indexes up to 9, want 10", seen)
		}
	}
}

// TestTableAllIsOfItsTime: what another token puts after All does not show.
func TestTableAllIsOfItsTime(t *testing.T) {
	var table Table[int]
	table.Put(NewToken(), 1, 1)
	all := tableAll(&table, 3)
	table.Put(NewToken(), 1, 2)
	for i, v := range all {
		if i == 1 && v != 1 {
			t.Errorf("value %d at 1, want 1", v)
		}
	}
}

func TestTablePutCost(t *testing.T) {
	tok := NewToken()
	var base Table[int]
	base.Put(tok, 1<<20, 1)
	inPlace := testing.AllocsPerRun(100, func() { base.Put(tok, 1<<20, 2) })
	if inPlace > 0 {
		t.Errorf("Put in place allocates %v times", inPlace)
	}
	copied := testing.AllocsPerRun(100, func() {
		edit := base
		edit.Put(NewToken(), 1<<20, 3)
	})
	if copied > 5 { // the token, the root and three nodes
		t.Errorf("Put by copying allocates %v times, want at most 5", copied)
	}
}

func TestTablePersistence(t *testing.T) {
	hit := branches{}
	index := rapid.OneOf(rapid.SampledFrom(boundaries), rapid.Uint32Range(0, 200), rapid.Uint32())
	hit.check(t, func(t *rapid.T) {
		w := versions[Table[int], map[uint32]int]{
			copy: maps.Clone[map[uint32]int],
			check: func(t *rapid.T, b *Table[int], m map[uint32]int) {
				for i, want := range m {
					if got := b.Get(i); got != want {
						t.Fatalf("Get(%d) = %d, want %d", i, got, want)
					}
				}
				for _, i := range boundaries {
					if got := b.Get(i); got != m[i] {
						t.Fatalf("Get(%d) = %d, want %d", i, got, m[i])
					}
				}
				below := maps.Clone(m)
				delete(below, math.MaxUint32)
				for i, got := range tableAll(b, math.MaxUint32) {
					if got != below[i] {
						t.Fatalf("All yields %d at %d, want %d", got, i, below[i])
					}
					delete(below, i)
				}
				for i, want := range below {
					if want != 0 {
						t.Fatalf("All leaves out %d at %d", want, i)
					}
				}
			},
		}
		w.run(t, map[uint32]int{}, map[string]step[Table[int], map[uint32]int]{
			"put": func(t *rapid.T, tok *Token, b *Table[int], m map[uint32]int) {
				i, v := index.Draw(t, "i"), rapid.IntRange(0, 5).Draw(t, "v")
				before, width := leafOf(b, i), len(b.root)
				b.Put(tok, i, v)
				m[i] = v
				switch {
				case before == nil:
					hit["new leaf"]++
				case before == leafOf(b, i):
					hit["in place"]++
				default:
					hit["copied"]++
				}
				if 0 < width && width < len(b.root) {
					hit["root grew"]++
				}
			},
		})
	}, "new leaf", "in place", "copied", "root grew")
}

func leafOf[T any](b *Table[T], i uint32) *leaf[T] {
	l, _ := stretch(b, i)
	return l
}

// tableAll yields the indexes below n in ascending order, each with its value.
// Indexes in a stretch of 64 that nothing was put into are left out; the other
// absent ones come with a zero T. The sequence belongs to the Table as it is
// now, and can be walked any number of times. The highest uint32 is below no n
// and so is never yielded.
func tableAll[T any](b *Table[T], n uint32) iter.Seq2[uint32, T] {
	leaves := Leaves(b, n)
	return func(yield func(uint32, T) bool) {
		for base, values := range leaves {
			for k, v := range values {
				if !yield(base+uint32(k), v) {
					return
				}
			}
		}
	}
}
