package persist

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestBookIndexes(t *testing.T) {
	tok := NewToken()
	var b Book[string]
	if i := b.Add(tok, "ann", "1"); i != 0 {
		t.Errorf("the first index is %d, want 0", i)
	}
	if i := b.Add(tok, "bob", "2"); i != 1 {
		t.Errorf("the second index is %d, want 1", i)
	}
	if i := b.Add(tok, "ann", "3"); i != 0 || b.At(0) != "3" || b.Len() != 2 {
		t.Errorf("a present id got index %d, record %q, want 0 and its record replaced", i, b.At(0))
	}
	if !b.Remove(tok, "ann") || b.Remove(tok, "ann") {
		t.Error("removing ann twice: want true, false")
	}
	if b.At(0) != "" || b.Has("ann") {
		t.Error("ann is still there")
	}
	b.Set(tok, 0, "stray")
	b.Set(tok, 2, "stray")
	if b.At(0) != "" || b.At(2) != "" {
		t.Error("Set made a record of a removed or future index")
	}
	if i := b.Add(tok, "ann", "4"); i != 2 {
		t.Errorf("ann came back as %d, want a new index, 2", i)
	}
	if b.At(0) != "" {
		t.Errorf("her old index has record %q", b.At(0))
	}
	if got := maps.Collect(All(&b)); !maps.Equal(got, map[uint32]string{1: "2", 2: "4"}) {
		t.Errorf("All = %v", got)
	}
}

// TestBookZeroRecord: a record that is the zero T is a record.
func TestBookZeroRecord(t *testing.T) {
	tok := NewToken()
	var b Book[int]
	b.Add(tok, "zero", 0)
	if i, rec, ok := b.Find("zero"); i != 0 || rec != 0 || !ok {
		t.Errorf("Find = %d, %d, %t, want 0, 0, true", i, rec, ok)
	}
	if n := len(maps.Collect(All(&b))); n != 1 {
		t.Errorf("All yields %d records, want 1", n)
	}
}

func TestBookIndexesRunOut(t *testing.T) {
	tok := NewToken()
	b := Book[int]{next: math.MaxUint32 - 1}
	if i := b.Add(tok, "last", 1); i != math.MaxUint32-1 {
		t.Fatalf("the last index is %d, want %d", i, uint32(math.MaxUint32-1))
	}
	for i, rec := range All(&b) {
		if rec == 1 && i != math.MaxUint32-1 {
			t.Errorf("All yields the last record at %d", i)
		}
	}
	if i := b.Add(tok, "last", 2); i != math.MaxUint32-1 {
		t.Errorf("replacing the last record gave index %d", i)
	}
	defer func() {
		if recover() == nil {
			t.Error("one more id: no panic")
		}
		if b.Has("more") || b.Len() != 1 {
			t.Error("one more id: the Book changed")
		}
	}()
	b.Add(tok, "more", 1)
}

func TestBookAllLeavesOutRemoved(t *testing.T) {
	const n = 10_000
	tok := NewToken()
	var b Book[uint32]
	for i := range uint32(n) {
		b.Add(tok, fmt.Sprint(i), i+1)
	}
	removed := map[uint32]bool{0: true, 63: true, 64: true, 127: true, 4095: true, 4096: true, n - 1: true}
	for i := range removed {
		b.Remove(tok, fmt.Sprint(i))
		b.Set(tok, i, 1)
	}
	next := uint32(0)
	for i, rec := range All(&b) {
		for removed[next] {
			next++
		}
		if i != next || rec != i+1 {
			t.Fatalf("All yields %d at %d, want %d at %d", rec, i, next+1, next)
		}
		next++
	}
	if next != n-1 || b.Len() != n-len(removed) {
		t.Errorf("All ends before %d, Len = %d, want %d, %d", next, b.Len(), n-1, n-len(removed))
	}
}

func TestBookAllStops(t *testing.T) {
	tok := NewToken()
	var b Book[int]
	for k, id := range []string{"a", "b", "c", "d"} {
		b.Add(tok, id, k)
	}
	b.Remove(tok, "a")
	all := All(&b)
	b.Remove(NewToken(), "b") // does not show
	for range 2 {
		var got []uint32
		for i := range all {
			if got = append(got, i); i == 2 {
				break
			}
		}
		if !slices.Equal(got, []uint32{1, 2}) {
			t.Errorf("up to 2 All yields %v, want [1 2]", got)
		}
	}
}

// bookModel is a Book done naively: the records by index, nil once removed.
type bookModel struct {
	ids     map[string]uint32
	records map[uint32]int
	next    *uint32
}

func (m bookModel) copy() bookModel {
	next := *m.next
	return bookModel{maps.Clone(m.ids), maps.Clone(m.records), &next}
}

func TestBookPersistence(t *testing.T) {
	hit := branches{}
	id := rapid.SampledFrom([]string{"", "a", "b", "c", "d"})
	hit.check(t, func(t *rapid.T) {
		w := versions[Book[int], bookModel]{copy: bookModel.copy, check: checkBook}
		w.run(t, bookModel{map[string]uint32{}, map[uint32]int{}, new(uint32)}, map[string]step[Book[int], bookModel]{
			"add": func(t *rapid.T, tok *Token, b *Book[int], m bookModel) {
				name, rec := id.Draw(t, "id"), rapid.IntRange(0, 9).Draw(t, "rec")
				want, ok := m.ids[name]
				if ok {
					hit["add a present id"]++
				} else {
					want = *m.next
					*m.next++
					m.ids[name] = want
					hit["add"]++
				}
				m.records[want] = rec
				if got := b.Add(tok, name, rec); got != want {
					t.Fatalf("Add(%q) = %d, want %d", name, got, want)
				}
			},
			"set": func(t *rapid.T, tok *Token, b *Book[int], m bookModel) {
				i, rec := rapid.Uint32Range(0, *m.next).Draw(t, "i"), rapid.IntRange(0, 9).Draw(t, "rec")
				b.Set(tok, i, rec)
				if _, ok := m.records[i]; ok {
					m.records[i] = rec
					hit["set"]++
				} else {
					hit["set nothing"]++
				}
			},
			"remove": func(t *rapid.T, tok *Token, b *Book[int], m bookModel) {
				name := id.Draw(t, "id")
				i, want := m.ids[name]
				if got := b.Remove(tok, name); got != want {
					t.Fatalf("Remove(%q) = %t, want %t", name, got, want)
				}
				if want {
					delete(m.ids, name)
					delete(m.records, i)
					hit["remove"]++
				}
			},
		})
	}, "add", "add a present id", "set", "set nothing", "remove")
}

func checkBook(t *rapid.T, b *Book[int], m bookModel) {
	if b.Len() != len(m.ids) || b.Next() != *m.next {
		t.Fatalf("Len, Next = %d, %d, want %d, %d", b.Len(), b.Next(), len(m.ids), *m.next)
	}
	for _, name := range []string{"", "a", "b", "c", "d", "nobody"} {
		at, want := m.ids[name]
		i, rec, ok := b.Find(name)
		if ok != want || b.Has(name) != want || i != at || want && rec != m.records[at] {
			t.Fatalf("Find(%q) = %d, %d, %t, want %d, %d, %t", name, i, rec, ok, at, m.records[at], want)
		}
	}
	for i := range *m.next + 2 {
		if got := b.At(i); got != m.records[i] {
			t.Fatalf("At(%d) = %d, want %d", i, got, m.records[i])
		}
	}
	var order []uint32
	for i, rec := range All(b) {
		order = append(order, i)
		if rec != m.records[i] {
			t.Fatalf("All yields %d at %d, want %d", rec, i, m.records[i])
		}
	}
	if want := slices.Sorted(maps.Keys(m.records)); !slices.Equal(order, want) {
		t.Fatalf("All yields %v, want %v", order, want)
	}
}
