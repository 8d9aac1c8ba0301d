package persist

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestIndexHoldsManyKeys(t *testing.T) {
	const n = 20_000
	ids := []func(i uint32) string{
		func(i uint32) string { return fmt.Sprint(i) },
		func(i uint32) string { return someUUID[:28] + fmt.Sprintf("%08x", i) },
		func(i uint32) string { return fmt.Sprint("an id of more than 23 bytes, ", i) },
	}
	tok := NewToken()
	var x Index[uint32]
	id := func(i uint32) string { return ids[i%3](i) }
	for i := range uint32(n) {
		x.Put(tok, id(i), i)
	}
	if x.Len() != n {
		t.Fatalf("Len = %d, want %d", x.Len(), n)
	}
	for i := range uint32(n) {
		if v, ok := x.Find(id(i)); !ok || v != i {
			t.Fatalf("Find(%d) = %d, %t, want %d, true", i, v, ok, i)
		}
		if v, ok := x.Find(id(i + n)); ok {
			t.Fatalf("Find(%d) = %d, true, want nothing", i+n, v)
		}
	}
	for i := range uint32(n) {
		if !x.Delete(tok, id(i)) || x.Delete(tok, id(i)) {
			t.Fatalf("Delete(%d) twice, want true, false", i)
		}
	}
	if x.Get(id(1)) != nil || x.Len() != 0 {
		t.Errorf("Len = %d after deleting everything, want 0", x.Len())
	}
	x.Put(tok, id(1), 9)
	if v, ok := x.Find(id(1)); !ok || v != 9 || x.Len() != 1 {
		t.Errorf("Find = %d, %t after putting it again, want 9, true", v, ok)
	}
}

// TestIndexGrows: at every size, between two doublings too, every key is found
// and others are not, and an index of an earlier size keeps what it had.
func TestIndexGrows(t *testing.T) {
	const n = 700
	tok := NewToken()
	var x, half Index[uint32]
	doublings, before := 0, uint64(0)
	for i := range uint32(n) {
		if x.divided > 0 && half.n == 0 && x.mask > 2 {
			half, tok = x, NewToken()
		}
		x.Add(tok, fmt.Sprint(i), i)
		if x.mask != before {
			doublings, before = doublings+1, x.mask
		}
		for k := range uint32(n) {
			if v, ok := x.Find(fmt.Sprint(k)); ok != (k <= i) || v != min(v, k) {
				t.Fatalf("with %d keys Find(%d) = %d, %t", i+1, k, v, ok)
			}
		}
		checkPages(t, &x)
	}
	if doublings < 4 || half.n == 0 {
		t.Fatalf("%d doublings, want at least 4, and one seen half way", doublings)
	}
	checkPages(t, &half)
	for k := range uint32(n) {
		if v, ok := half.Find(fmt.Sprint(k)); ok != (k < uint32(half.n)) || v != min(v, k) {
			t.Fatalf("in an index of %d keys Find(%d) = %d, %t", half.n, k, v, ok)
		}
	}
}

// checkPages checks that every key stands where its hash says, that only a full
// page has one over it, and that the counts are right.
func checkPages[V any](t rapid.TB, x *Index[V]) {
	t.Helper()
	n := 0
	for at, p := range tableAll(&x.pages, uint32(x.first*(x.mask+1)+x.divided)) {
		for ; p != nil; p = p.over {
			held := 0
			for i, s := range p.slots {
				if s.key.tail == 0 {
					if p.ids != nil && p.ids[i] != "" {
						t.Fatalf("page %d keeps the id %q of a key it has not", at, p.ids[i])
					}
					continue
				}
				held++
				if got := x.place(s.key.hash()); got != at {
					t.Fatalf("a key of page %d is on page %d", got, at)
				}
			}
			if held != p.n || held > pageMax {
				t.Fatalf("page %d holds %d keys and counts %d, want at most %d", at, held, p.n, pageMax)
			}
			n += held
		}
	}
	if n != x.n {
		t.Fatalf("the pages hold %d keys, want %d", n, x.n)
	}
}

// TestIndexFill: pages are about as full as they should, whether keys came one
// by one or room was made for them, and few have another over them.
func TestIndexFill(t *testing.T) {
	const n = 20_000
	for _, grow := range []bool{false, true} {
		tok := NewToken()
		var x Index[uint32]
		if grow {
			x.Grow(n)
		}
		pages := uint64(0)
		for i := range uint32(n) {
			x.Add(tok, fmt.Sprint(i), i)
			if pages = x.first*(x.mask+1) + x.divided; grow && pages != n/roomy+1 {
				t.Fatalf("%d pages for %d keys, want the %d that were made before", pages, i+1, n/roomy+1)
			}
			if !grow && i > 100 && uint64(i) < (crowded/2-1)*pages {
				t.Fatalf("%d pages for %d keys, want at least %d keys a page", pages, i+1, crowded/2-1)
			}
		}
		over := uint64(0)
		for _, p := range tableAll(&x.pages, uint32(pages)) {
			if p != nil && p.over != nil {
				over++
			}
		}
		if over > pages/10 {
			t.Errorf("%d of %d pages have one over them, want at most a tenth", over, pages)
		}
		checkPages(t, &x)
	}
}

func TestIndexGrow(t *testing.T) {
	tok := NewToken()
	var x Index[uint32]
	x.Put(tok, "a", 1)
	old := x
	x.Grow(1000)
	if v, ok := x.Find("a"); !ok || v != 1 || x.first != old.first {
		t.Error("Grow changes an Index that has a key")
	}
	// One that was emptied half way through a doubling begins again.
	for i := 0; x.divided == 0 || x.mask < 3; i++ {
		x.Put(tok, fmt.Sprint(i), 1)
	}
	for i := 0; x.Len() > 1; i++ {
		x.Delete(tok, fmt.Sprint(i))
	}
	x.Delete(tok, "a")
	x.Grow(1000)
	for i := range uint32(1000) {
		x.Add(tok, fmt.Sprint(i), i)
	}
	if checkPages(t, &x); x.first != 1000/roomy+1 || x.mask != 0 || x.divided != 0 {
		t.Errorf("the Index has %d pages, %d times, and %d divided, want %d, 1, 0", x.first, x.mask+1, x.divided, 1000/roomy+1)
	}
}

// crowd returns n ids, all for the first page of an index that has at most 16
// pages, and began with one. Every other one is long.
func crowd(n int) (ids []string) {
	for i := 0; len(ids) < n; i++ {
		id := fmt.Sprint("c", i)
		if len(ids)%2 == 1 {
			id = fmt.Sprint("a crowd of ids that are long ", i)
		}
		if keyOf(id).hash()&15 == 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// TestIndexOver: keys that find no room on their page are on one over it, where
// each of them is found, replaced and deleted, and nothing shows in an index
// that was copied before.
func TestIndexOver(t *testing.T) {
	ids := crowd(3*pageMax + 1)
	x := Index[uint32]{first: 1, mask: 15}
	tok := NewToken()
	for i, id := range ids {
		x.Add(tok, id, uint32(i))
	}
	if p := x.pages.Get(0); p.over == nil || p.over.over == nil || p.over.over.over == nil || p.over.over.over.n != 1 {
		t.Fatal("the keys are not on four pages")
	}
	has := func(x *Index[uint32], id string, want uint32, ok bool) {
		t.Helper()
		if got, found := x.Find(id); found != ok || got != want {
			t.Errorf("Find(%q) = %d, %t, want %d, %t", id, got, found, want, ok)
		}
	}
	for i, id := range ids {
		y, tok := x, NewToken()
		y.Put(tok, id, 1000)
		has(&y, id, 1000, true)
		has(&x, id, uint32(i), true)
		if y = x; !y.Delete(NewToken(), id) || y.Len() != len(ids)-1 {
			t.Errorf("%q is not deleted", id)
		}
		checkPages(t, &y)
		has(&y, id, 0, false)
		for k, other := range ids {
			if other != id {
				has(&y, other, uint32(k), true)
			}
			has(&x, other, uint32(k), true)
		}
	}
	y, tok := x, NewToken()
	y.Delete(tok, ids[0])
	y.Add(tok, ids[0], 7)
	if y.pages.Get(0).n != pageMax || y.pages.Get(0).over.over.over.n != 1 {
		t.Error("a key is put over a page that has room")
	}
}

// TestIndexDividesOver: the pages over a page are divided with it.
func TestIndexDividesOver(t *testing.T) {
	ids := crowd(2*pageMax + 5)
	x := Index[uint32]{first: 1, mask: 7}
	tok := NewToken()
	for i, id := range ids {
		x.Add(tok, id, uint32(i))
	}
	frozen := x
	x.divide(NewToken())
	if x.divided != 1 || frozen.divided != 0 {
		t.Errorf("%d and %d pages divided, want 1 and 0", x.divided, frozen.divided)
	}
	for _, x := range []*Index[uint32]{&x, &frozen} {
		checkPages(t, x)
		for i, id := range ids {
			if v, ok := x.Find(id); !ok || v != uint32(i) {
				t.Errorf("Find(%q) = %d, %t, want %d, true", id, v, ok, i)
			}
		}
	}
}

// TestIndexCollisions: keys of one hash are told apart, also around the end of
// the page and if they are long, and one that is taken out is not found.
func TestIndexCollisions(t *testing.T) {
	const h = 1<<32 - 1 // its home is the last slot
	long := key{1, 30, longKey}
	entries := []struct {
		key key
		id  string
	}{{keyOf("a"), "a"}, {long, "one"}, {long, "two"}, {keyOf("b"), "b"}}
	p := &page[int]{}
	x := Index[int]{first: 1}
	x.pages.Put(NewToken(), 0, p)
	for v, e := range entries {
		if q, _ := x.find(e.key, h, e.id); q != nil {
			t.Errorf("%q is found before it is put", e.id)
		}
		p.insert(e.key, h, e.id, v)
	}
	for v, e := range entries {
		if q, i := x.find(e.key, h, e.id); q != p || p.slots[i].value != v || i != uint(pageSlots-1+v)%pageSlots {
			t.Errorf("%q is found in slot %d", e.id, i)
		}
	}
	if q, _ := x.find(long, h, "three"); q != nil || p.n != 4 {
		t.Errorf("a page of %d has an id that was never put", p.n)
	}
	if s, id := p.take(0); s.key != long || s.value != 1 || id != "one" || p.n != 3 || p.ids[0] != "" || p.ids[1] != "two" {
		t.Errorf("slot 0 had %q, %v, and %d are left", id, s, p.n)
	}
}

// TestIndexCost: a change copies its page and the way there, and nothing else.
func TestIndexCost(t *testing.T) {
	tok := NewToken()
	var base Index[uint32]
	base.Grow(5_000)
	for i := range uint32(5_000) {
		base.Put(tok, fmt.Sprint(i), i)
	}
	growing := base
	growing.divide(tok)
	changes := []struct {
		name   string
		base   *Index[uint32]
		allocs float64
		change func(x *Index[uint32], tok *Token)
	}{ // the copy, the token, the root, three nodes and the page, maybe one over it
		{"replace", &base, 7, func(x *Index[uint32], tok *Token) { x.Put(tok, "7", 1) }},
		{"insert", &base, 8, func(x *Index[uint32], tok *Token) { x.Add(tok, "new", 1) }},
		{"delete", &base, 7, func(x *Index[uint32], tok *Token) { x.Delete(tok, "7") }},
		// And two more pages with one leaf or two.
		{"insert while it grows", &growing, 15, func(x *Index[uint32], tok *Token) { x.Add(tok, "new", 1) }},
		{"replace nothing", &base, 2, func(x *Index[uint32], tok *Token) { x.Edit(tok, "nobody") }},
		{"delete nothing", &base, 2, func(x *Index[uint32], tok *Token) { x.Delete(tok, "nobody") }},
	}
	for _, c := range changes {
		got := testing.AllocsPerRun(20, func() {
			x := *c.base
			c.change(&x, NewToken())
		})
		if got > c.allocs {
			t.Errorf("%s allocates %v times, want at most %v", c.name, got, c.allocs)
		}
	}
	got := testing.AllocsPerRun(20, func() {
		x, tok := base, NewToken()
		x.Put(tok, "7", 8)
		x.Put(tok, "7", 9)
	})
	if got > 6 {
		t.Errorf("replacing twice allocates %v times, want at most 6, for the first", got)
	}
	if got := testing.AllocsPerRun(20, func() { base.Put(tok, "7", 8); base.Delete(tok, "9"); base.Add(tok, "9", 9) }); got > 0 {
		t.Errorf("changing in place allocates %v times", got)
	}
}
