package persist

import (
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRollNumbers(t *testing.T) {
	tok := NewToken()
	var r Roll[uint32]
	// Out of order, as a loader gives them, with one that stays unused.
	for _, no := range []uint32{70, 3, 0, 1} {
		r.Enroll(tok, no, string(rune('a'+no%26)), no)
	}
	want := map[uint32]string{0: "a", 1: "b", 3: "d", 70: "s"}
	if got := maps.Collect(IDs(&r)); !maps.Equal(got, want) || r.Len() != 4 || r.Next() != 71 {
		t.Errorf("IDs = %v, Len = %d, Next = %d, want %v, 4, 71", got, r.Len(), r.Next(), want)
	}
	r.Strike(tok, 70)
	if r.Get("s") != nil || r.ID(70) != "" || r.Len() != 3 || r.Next() != 71 {
		t.Errorf("after Strike of 70 ID = %q, Len = %d, Next = %d", r.ID(70), r.Len(), r.Next())
	}
	r.Enroll(tok, r.Next(), "s", 71)
	if v, ok := r.Find("s"); !ok || v != 71 || r.ID(71) != "s" || r.ID(70) != "" {
		t.Errorf("s came back as %d, %t, want 71", v, ok)
	}
}

func TestRollNumbersRunOut(t *testing.T) {
	tok := NewToken()
	var r Roll[int]
	r.Enroll(tok, math.MaxUint32-1, "last", 1)
	if r.Next() != math.MaxUint32 || r.ID(math.MaxUint32-1) != "last" {
		t.Errorf("Next = %d, ID = %q", r.Next(), r.ID(math.MaxUint32-1))
	}
	if got := maps.Collect(IDs(&r)); len(got) != 1 {
		t.Errorf("IDs = %v, want the last number", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("one more number: no panic")
		}
		if r.Get("more") != nil || r.Len() != 1 || r.Next() != math.MaxUint32 {
			t.Error("one more number: the Roll changed")
		}
	}()
	r.Enroll(tok, r.Next(), "more", 2)
}

func TestRollIDsStops(t *testing.T) {
	tok := NewToken()
	var r Roll[int]
	for no, id := range []string{"a", "b", "c"} {
		r.Enroll(tok, uint32(no), id, 0)
	}
	all := IDs(&r)
	r.Strike(NewToken(), 1)
	for range 2 {
		var got []string
		for no, id := range all {
			if got = append(got, id); no == 1 {
				break
			}
		}
		if !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("up to 1 IDs yields %v, want a and b, as when it was asked for", got)
		}
	}
}

// rollModel is a Roll done naively.
type rollModel struct {
	ids    map[uint32]string
	values map[string]int
	used   map[uint32]bool // numbers that have or had an id
}

func (m rollModel) copy() rollModel {
	return rollModel{maps.Clone(m.ids), maps.Clone(m.values), maps.Clone(m.used)}
}

func (m rollModel) next() (next uint32) {
	for no := range m.used {
		next = max(next, no+1)
	}
	return next
}

func TestRollPersistence(t *testing.T) {
	hit := branches{}
	names := []string{"a", "b", "c", someUUID, "an id that is longer than a key"}
	name := rapid.SampledFrom(names)
	hit.check(t, func(t *rapid.T) {
		w := versions[Roll[int], rollModel]{copy: rollModel.copy, check: func(t *rapid.T, r *Roll[int], m rollModel) {
			if r.Len() != len(m.ids) || r.Next() != m.next() {
				t.Fatalf("Len, Next = %d, %d, want %d, %d", r.Len(), r.Next(), len(m.ids), m.next())
			}
			for _, id := range names {
				want, ok := m.values[id]
				if v, found := r.Find(id); found != ok || v != want {
					t.Fatalf("Find(%q) = %d, %t, want %d, %t", id, v, found, want, ok)
				}
			}
			last := int64(-1)
			n := 0
			for no, id := range IDs(r) {
				if n++; int64(no) <= last || m.ids[no] != id {
					t.Fatalf("IDs yields %d, %q after %d, want %q", no, id, last, m.ids[no])
				}
				last = int64(no)
			}
			if n != len(m.ids) {
				t.Fatalf("IDs yields %d ids, want %d", n, len(m.ids))
			}
			for no := range m.used {
				if r.ID(no) != m.ids[no] {
					t.Fatalf("ID(%d) = %q, want %q", no, r.ID(no), m.ids[no])
				}
			}
		}}
		w.run(t, rollModel{map[uint32]string{}, map[string]int{}, map[uint32]bool{}}, map[string]step[Roll[int], rollModel]{
			"enroll": func(t *rapid.T, tok *Token, r *Roll[int], m rollModel) {
				id, no := name.Draw(t, "id"), rapid.Uint32Range(0, 130).Draw(t, "no")
				if _, ok := m.values[id]; ok || m.used[no] {
					t.Skip("taken")
				}
				if no < m.next() {
					hit["enroll a number passed over"]++
				} else {
					hit["enroll a new number"]++
				}
				r.Enroll(tok, no, id, int(no))
				m.ids[no], m.values[id], m.used[no] = id, int(no), true
			},
			"edit": func(t *rapid.T, tok *Token, r *Roll[int], m rollModel) {
				id := name.Draw(t, "id")
				if v := r.Edit(tok, id); v != nil {
					*v = 1000
					m.values[id] = 1000
					hit["edit"]++
				}
			},
			"strike": func(t *rapid.T, tok *Token, r *Roll[int], m rollModel) {
				no := rapid.Uint32Range(0, 130).Draw(t, "no")
				if len(m.ids) > 0 {
					no = slices.Sorted(maps.Keys(m.ids))[int(no)%len(m.ids)]
					r.Strike(tok, no)
					delete(m.values, m.ids[no])
					delete(m.ids, no)
					hit["strike"]++
				}
			},
		})
	}, "enroll a new number", "enroll a number passed over", "edit", "strike")
}
