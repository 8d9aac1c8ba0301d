package persist

import (
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// indexIDs are of every form and length, and so few that they are replaced and
// deleted. The last 45 are for one page.
func indexIDs() (ids []string) {
	for n := range shortMax + 2 {
		ids = append(ids, strings.Repeat("a", n), strings.Repeat("\x00", n+1))
	}
	ids = append(ids, someUUID, strings.ToUpper(someUUID), "ann@example.com", "an id that is long")
	return append(ids, crowd(45)...)
}

type indexModel = map[string]uint32

func TestIndexPersistence(t *testing.T) {
	hit := branches{}
	ids := indexIDs()
	few := ids[len(ids)-45:]
	key := rapid.SampledFrom(ids)
	hit.check(t, func(t *rapid.T) {
		w := versions[Index[uint32], indexModel]{
			copy: maps.Clone[indexModel],
			check: func(t *rapid.T, x *Index[uint32], m indexModel) {
				checkPages(t, x)
				if x.Len() != len(m) {
					t.Fatalf("Len = %d, want %d", x.Len(), len(m))
				}
				for _, k := range ids {
					want, ok := m[k]
					if got, found := x.Find(k); found != ok || got != want {
						t.Fatalf("Find(%q) = %d, %t, want %d, %t", k, got, found, want, ok)
					}
				}
			},
		}
		put := func(x *Index[uint32], tok *Token, m indexModel, k string, v uint32) {
			hit.put(x, tok, k, func() { x.Put(tok, k, v) })
			m[k] = v
		}
		w.run(t, indexModel{}, map[string]step[Index[uint32], indexModel]{
			"put": func(t *rapid.T, tok *Token, x *Index[uint32], m indexModel) {
				put(x, tok, m, key.Draw(t, "key"), rapid.Uint32Range(1, 3).Draw(t, "v"))
			},
			"put a run": func(t *rapid.T, tok *Token, x *Index[uint32], m indexModel) {
				from := rapid.IntRange(0, len(ids)-1).Draw(t, "from")
				for i, k := range ids[from:min(len(ids), from+rapid.IntRange(1, 60).Draw(t, "count"))] {
					put(x, tok, m, k, uint32(i))
				}
			},
			"put the crowd": func(t *rapid.T, tok *Token, x *Index[uint32], m indexModel) {
				for i, k := range few {
					put(x, tok, m, k, uint32(i))
				}
			},
			"edit": func(t *rapid.T, tok *Token, x *Index[uint32], m indexModel) {
				k := key.Draw(t, "key")
				v := x.Edit(tok, k)
				if _, ok := m[k]; (v != nil) != ok {
					t.Fatalf("Edit(%q) finds it: %t, want %t", k, v != nil, ok)
				}
				if v != nil {
					*v = 77
					m[k] = 77
					hit["edited"]++
				}
			},
			"delete": func(t *rapid.T, tok *Token, x *Index[uint32], m indexModel) {
				hit.delete(t, tok, x, m, key.Draw(t, "key"))
			},
			"delete a run": func(t *rapid.T, tok *Token, x *Index[uint32], m indexModel) {
				from := rapid.IntRange(0, len(ids)-1).Draw(t, "from")
				for _, k := range ids[from:min(len(ids), from+60)] {
					hit.delete(t, tok, x, m, k)
				}
			},
			"grow": func(t *rapid.T, tok *Token, x *Index[uint32], m indexModel) {
				if x.Grow(rapid.SampledFrom([]int{0, 30, 200}).Draw(t, "n")); len(m) == 0 {
					hit["grown"]++
				}
			},
		})
	}, "new page", "page over a page", "in place", "copied", "long id on a copied page",
		"replaced", "replaced over a page", "divided", "doubled", "put into a divided page",
		"edited", "grown", "deleted", "deleted over a page", "deleted while it grows", "nothing to delete")
}

// put counts what putting a key did to its page.
func (b branches) put(x *Index[uint32], tok *Token, k string, put func()) {
	h := keyOf(k).hash()
	before, page := *x, x.pages.Get(x.place(h))
	replaces, pageOver := before.Get(k) != nil, page != nil && page.over != nil
	owned := page != nil && page.owner == tok
	inDivided := uint64(x.place(h)) < x.divided
	put()
	after := x.pages.Get(x.place(h))
	switch {
	case page == nil:
		b["new page"]++
	case owned:
		b["in place"]++
	default:
		b["copied"]++
		if page.ids != nil {
			b["long id on a copied page"]++
		}
	}
	if after.over != nil && !pageOver {
		b["page over a page"]++
	}
	if replaces {
		b["replaced"]++
		if p, _ := x.find(keyOf(k), h, k); p != after {
			b["replaced over a page"]++
		}
	}
	if inDivided {
		b["put into a divided page"]++
	}
	if x.divided > before.divided {
		b["divided"]++
	}
	if x.mask > before.mask {
		b["doubled"]++
	}
}

// delete deletes a key and counts where from.
func (b branches) delete(t *rapid.T, tok *Token, x *Index[uint32], m indexModel, k string) {
	_, want := m[k]
	if want {
		h := keyOf(k).hash()
		if p, _ := x.find(keyOf(k), h, k); p != x.pages.Get(x.place(h)) {
			b["deleted over a page"]++
		}
		if x.divided > 0 {
			b["deleted while it grows"]++
		}
		b["deleted"]++
	} else {
		b["nothing to delete"]++
	}
	if got := x.Delete(tok, k); got != want {
		t.Fatalf("Delete(%q) = %t, want %t", k, got, want)
	}
	delete(m, k)
}
