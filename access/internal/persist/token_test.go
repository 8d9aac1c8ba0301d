package persist

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func TestNewTokenIsNew(t *testing.T) {
	seen := make(map[*Token]bool)
	for range 1000 {
		seen[NewToken()] = true
	}
	if len(seen) != 1000 {
		t.Errorf("1000 tokens have %d addresses", len(seen))
	}
}

func TestZeroContainers(t *testing.T) {
	var (
		tok   = NewToken()
		table Table[int]
		index Index[int]
		set   Set
		roll  Roll[uint32]
		book  Book[string]
	)
	if got := table.Get(7); got != 0 {
		t.Errorf("Table.Get = %d, want 0", got)
	}
	for i := range tableAll(&table, 1<<32-1) {
		t.Errorf("tableAll yields %d", i)
	}
	if table.At(0) != nil {
		t.Error("Table.At finds a value")
	}
	for _, id := range []string{"", "a", someUUID, "an id that is long, of 33 letters"} {
		if v, ok := index.Find(id); ok || v != 0 || index.Get(id) != nil || index.Len() != 0 {
			t.Errorf("Index.Find, Len = %d, %t, %d, want 0, false, 0", v, ok, index.Len())
		}
		if index.Delete(tok, id) || index.Edit(tok, id) != nil {
			t.Errorf("Index.Delete or Edit found %q", id)
		}
	}
	if set.Has(0) || set.Remove(tok, 0) || set.Len() != 0 || !set.Equal(Set{}) {
		t.Error("the zero Set is not the empty set")
	}
	if got := slices.Collect(set.All()); got != nil {
		t.Errorf("Set.All yields %v", got)
	}
	for _, u := range []Set{Union(tok, nil), Union(nil, nil), Union(tok, nil, &set, &set), OfBits(tok, nil), OfBits(tok, make([]uint64, 99))} {
		if !u.Equal(Set{}) || u.Len() != 0 {
			t.Error("a Union or the set of no bits is not empty")
		}
	}
	if roll.Get("a") != nil || roll.ID(0) != "" || roll.Len() != 0 || roll.Next() != 0 {
		t.Error("the zero Roll is not empty")
	}
	for no, id := range IDs(&roll) {
		t.Errorf("IDs yields %d, %q", no, id)
	}
	if i, rec, ok := book.Find("a"); i != 0 || rec != "" || ok {
		t.Errorf("Book.Find = %d, %q, %t, want zeros", i, rec, ok)
	}
	if book.Has("a") || book.At(0) != "" || book.Len() != 0 || book.Next() != 0 || book.Remove(tok, "a") {
		t.Error("the zero Book is not empty")
	}
	book.Set(tok, 0, "stray")
	for i, rec := range All(&book) {
		t.Errorf("All yields %d, %q", i, rec)
	}
	if book.At(0) != "" {
		t.Error("Book.Set made a record")
	}
}

// TestReadersDuringEdit is for the race detector: edits that start from a
// version do not write to anything its readers read.
func TestReadersDuringEdit(t *testing.T) {
	const n = 3000
	id := func(i uint32) string { return fmt.Sprint("id", i) }
	var book Book[uint32]
	var roll Roll[uint32]
	var set, small Set
	tok := NewToken()
	for i := range uint32(n) {
		book.Add(tok, id(i), i)
		roll.Enroll(tok, i, id(i), i)
		set.Add(tok, i*20) // some chunks are bitmaps
		set.Add(tok, 1<<20+i*1000)
	}
	for i := range uint32(200) {
		small.Add(tok, i)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := range uint32(n) {
				if at, rec, ok := book.Find(id(i)); !ok || at != i || rec != i {
					t.Errorf("Find(%q) = %d, %d, %t, want %d, %d, true", id(i), at, rec, ok, i, i)
				}
				if v := roll.Get(id(i)); v == nil || *v != i || roll.ID(i) != id(i) {
					t.Errorf("the roll changed at %q", id(i))
				}
				if !small.Has(i % 200) {
					t.Errorf("the small set changed at %d", i%200)
				}
				if !set.Has(i*20) || set.Has(i*20+1) || !set.Has(1<<20+i*1000) {
					t.Errorf("the set changed around %d", i)
				}
			}
			if book.Len() != n || set.Len() != 2*n {
				t.Errorf("Len = %d, %d, want %d, %d", book.Len(), set.Len(), n, 2*n)
			}
		})
	}
	for range 2 {
		book, roll, set, small := book, roll, set, small
		wg.Go(func() {
			tok := NewToken()
			for i := range uint32(n) {
				*roll.Edit(tok, id(i)) = 7
				if i%2 == 0 {
					roll.Strike(tok, i)
					roll.Enroll(tok, n+i, id(n+i), i)
				}
				small.Remove(tok, i)
				small.Add(tok, 5_000_000+i)
				if i%2 == 0 {
					book.Remove(tok, id(i))
				} else {
					book.Set(tok, i, 0)
				}
				book.Add(tok, id(n+i), i)
				set.Remove(tok, i*20)
				set.Add(tok, 1<<20+i*1000+1)
			}
			set = Union(tok, nil, &set, &small)
			if roll.Len() != n || small.Len() != n {
				t.Errorf("after the edit Len = %d, %d, want %d", roll.Len(), small.Len(), n)
			}
			if book.Len() != n+n/2 || set.Len() != 3*n {
				t.Errorf("after the edit Len = %d, %d, want %d, %d", book.Len(), set.Len(), n+n/2, 3*n)
			}
		})
	}
	wg.Wait()
}

func TestReadsAllocateNothing(t *testing.T) {
	tok := NewToken()
	var table Table[string]
	var index Index[uint32]
	var few, sparse, dense Set
	var roll Roll[uint32]
	var book Book[string]
	ids := make([]string, 2000)
	for i := range ids {
		ids[i] = fmt.Sprint("id", i)
		table.Put(tok, uint32(i), ids[i])
		index.Put(tok, ids[i], uint32(i))
		sparse.Add(tok, uint32(i)<<8)
		dense.Add(tok, uint32(i))
		book.Add(tok, ids[i], ids[i])
		roll.Enroll(tok, uint32(i), ids[i], uint32(i))
	}
	few.Add(tok, 7)
	book.Remove(tok, "id7")
	roll.Strike(tok, 7)
	long := "an id that is longer than a key"
	index.Put(tok, long, 1)
	index.Put(tok, someUUID, 1)
	reads := map[string]func(){
		"Table.Get": func() { table.Get(77) },
		"tableAll": func() {
			for range tableAll(&table, 2000) {
			}
		},
		"Index.Get":      func() { index.Get(ids[5]); index.Get(long); index.Get(someUUID) },
		"Index.Get miss": func() { index.Get("nobody"); index.Get(long[1:]) },
		"Index.Find":     func() { index.Find(ids[5]) },
		"Set.Has":        func() { few.Has(7); sparse.Has(256); dense.Has(7) },
		"Set.All": func() {
			for range sparse.All() {
			}
		},
		"Set.Equal": func() { sparse.Equal(dense); few.Equal(few) },
		"Roll.ID":   func() { roll.ID(5) },
		"IDs": func() {
			for range IDs(&roll) {
			}
		},
		"Book.Find": func() { book.Find(ids[5]) },
		"Book.At":   func() { book.At(5) },
		"Book.Has":  func() { book.Has(ids[5]) },
		"All": func() {
			for range All(&book) {
			}
		},
	}
	for name, read := range reads {
		if n := testing.AllocsPerRun(20, read); n > 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
