package snapshot

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

func TestIndexHoldsManyKeys(t *testing.T) {
	const n = 50_000
	tok := NewToken()
	var x Index
	for i := range uint32(n) {
		x.Put(tok, fmt.Sprint(i), i)
	}
	if x.Len() != n {
		t.Fatalf("Len = %d, want %d", x.Len(), n)
	}
	for i := range uint32(n) {
		if v, ok := x.Get(fmt.Sprint(i)); !ok || v != i {
			t.Fatalf("Get(%d) = %d, %t, want %d, true", i, v, ok, i)
		}
		if v, ok := x.Get(fmt.Sprint(i + n)); ok {
			t.Fatalf("Get(%d) = %d, true, want nothing", i+n, v)
		}
	}
	for i := range uint32(n) {
		if !x.Delete(tok, fmt.Sprint(i)) || x.Delete(tok, fmt.Sprint(i)) {
			t.Fatalf("Delete(%d) twice, want true, false", i)
		}
	}
	if _, ok := x.Get("1"); ok || x.Len() != 0 {
		t.Errorf("Len = %d after deleting everything, want 0", x.Len())
	}
	x.Put(tok, "1", 9)
	if v, ok := x.Get("1"); !ok || v != 9 || x.Len() != 1 {
		t.Errorf("Get = %d, %t after putting it again, want 9, true", v, ok)
	}
}

// TestIndexPages: every key is on the page its hash says, no page is too full,
// and splitting leaves pages about as full as it should.
func TestIndexPages(t *testing.T) {
	const n = 50_000
	tok := NewToken()
	var x Index
	for i := range uint32(n) {
		x.Put(tok, fmt.Sprint(i), i)
	}
	pages, keys := 0, 0
	for at, p := range tableAll(&x.pages, x.mask+1) {
		if p == nil {
			continue
		}
		pages++
		held := 0
		for _, e := range p.slots {
			if e.hash == 0 {
				continue
			}
			held++
			if _, home := x.page(e.hash); home != at {
				t.Errorf("key %q is on page %d, want %d", e.key, at, home)
			}
		}
		if held != p.n || held > pageMax {
			t.Errorf("page %d holds %d keys and counts %d, want at most %d", at, held, p.n, pageMax)
		}
		keys += held
	}
	if keys != n {
		t.Errorf("the pages hold %d keys, want %d", keys, n)
	}
	if pages > n/16 {
		t.Errorf("%d pages for %d keys, want at least 16 keys a page", pages, n)
	}
}

// TestIndexCost: a change copies its page and the way there, and nothing else.
func TestIndexCost(t *testing.T) {
	tok := NewToken()
	var base Index
	for i := range uint32(50_000) {
		base.Put(tok, fmt.Sprint(i), i)
	}
	for name, change := range map[string]func(x *Index, tok *Token){
		"replace": func(x *Index, tok *Token) { x.Put(tok, "7", 1) },
		"insert":  func(x *Index, tok *Token) { x.Put(tok, "new", 1) },
		"delete":  func(x *Index, tok *Token) { x.Delete(tok, "7") },
	} {
		got := testing.AllocsPerRun(20, func() {
			x := base
			change(&x, NewToken())
		})
		if got > 11 { // the token, two pages for a split, and two ways of four nodes
			t.Errorf("%s allocates %v times, want at most 11", name, got)
		}
	}
	if got := testing.AllocsPerRun(20, func() { base.Put(tok, "7", 8); base.Put(tok, "7", 7) }); got > 0 {
		t.Errorf("replacing in place allocates %v times", got)
	}
}

// TestPageCollisions: keys with one hash are told apart, also around the end of
// the page.
func TestPageCollisions(t *testing.T) {
	p := &page{owner: NewToken()}
	const h = 1<<32 - 1 // its home is the last slot
	for v, key := range []string{"a", "b", "c", "a"} {
		p.set(entry{h, uint32(v), key})
	}
	for key, want := range map[string]uint32{"a": 3, "b": 1, "c": 2} {
		if e := p.slots[p.seek(h, key)]; e.key != key || e.value != want {
			t.Errorf("%q is found as %q, %d, want value %d", key, e.key, e.value, want)
		}
	}
	if e := p.slots[p.seek(h, "d")]; e.hash != 0 || p.n != 3 {
		t.Errorf("d is found as %q on a page of %d, want nothing on a page of 3", e.key, p.n)
	}
}

// TestIndexSeeds: indexes that grew apart from the empty one hash apart.
func TestIndexSeeds(t *testing.T) {
	var x, y Index
	x.Put(NewToken(), "a", 1)
	y.Put(NewToken(), "a", 1)
	if x.seed == y.seed {
		t.Error("two indexes have one seed")
	}
}

func TestIndexPersistence(t *testing.T) {
	hit := branches{}
	// Few keys, so that they are replaced and deleted, and runs of many, so that
	// pages are split and keys lie outside their home slots.
	key := rapid.OneOf(
		rapid.SampledFrom([]string{"", "a", "b", "ann@example.com", "\x00"}),
		rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.IntRange(0, 150).Draw(t, "number")) }),
	)
	type model = map[string]uint32
	rapid.Check(t, func(t *rapid.T) {
		w := versions[Index, model]{
			copy: maps.Clone[model],
			check: func(t *rapid.T, x *Index, m model) {
				if x.Len() != len(m) {
					t.Fatalf("Len = %d, want %d", x.Len(), len(m))
				}
				for k, want := range m {
					if got, ok := x.Get(k); !ok || got != want {
						t.Fatalf("Get(%q) = %d, %t, want %d, true", k, got, ok, want)
					}
				}
				for _, k := range []string{"", "a", "b", "nobody", "0", "77"} {
					_, want := m[k]
					if _, got := x.Get(k); got != want {
						t.Fatalf("Get(%q) finds it: %t, want %t", k, got, want)
					}
				}
			},
		}
		put := func(x *Index, tok *Token, m model, k string, v uint32) {
			var before *page
			if x.n > 0 {
				before, _ = x.page(x.hash(k))
			}
			mask := x.mask
			old, replaces := m[k]
			x.Put(tok, k, v)
			m[k] = v
			after, _ := x.page(x.hash(k))
			switch {
			case before == nil:
				hit["first key"]++
			case after.depth != before.depth:
				hit["split"]++
				if mask == x.mask {
					hit["split a page after the others"]++
				}
			case replaces && old == v:
				hit["same value"]++
			case before == after:
				hit["in place"]++
			default:
				hit["copied"]++
			}
			if replaces && old != v {
				hit["replaced"]++
			}
			if mask&(x.hash(k)) != 0 && x.pages.Get(x.hash(k)&mask) == nil {
				hit["page under fewer bits"]++
			}
		}
		w.run(t, model{}, map[string]step[Index, model]{
			"put": func(t *rapid.T, tok *Token, x *Index, m model) {
				put(x, tok, m, key.Draw(t, "key"), rapid.Uint32Range(0, 3).Draw(t, "v"))
			},
			"put a run": func(t *rapid.T, tok *Token, x *Index, m model) {
				from := rapid.IntRange(0, 150).Draw(t, "from")
				for i := range rapid.IntRange(1, 100).Draw(t, "count") {
					put(x, tok, m, fmt.Sprint(from+i), uint32(i))
				}
			},
			"delete": func(t *rapid.T, tok *Token, x *Index, m model) {
				k := key.Draw(t, "key")
				_, want := m[k]
				if got := x.Delete(tok, k); got != want {
					t.Fatalf("Delete(%q) = %t, want %t", k, got, want)
				}
				delete(m, k)
				if want {
					hit["deleted"]++
				} else {
					hit["nothing to delete"]++
				}
			},
		})
	})
	hit.require(t, "first key", "split", "split a page after the others", "page under fewer bits",
		"same value", "replaced", "in place", "copied", "deleted", "nothing to delete")
}
