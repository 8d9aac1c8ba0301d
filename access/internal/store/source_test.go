package store

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// TestManySources connects more sources than tell classes apart: each account
// keeps its own, and a filter over sources matches by it.
func TestManySources(t *testing.T) {
	schema, err := datagroup.NewSchema()
	if err != nil {
		t.Fatal(err)
	}
	filter, err := schema.Parse("source = 's7'")
	if err != nil {
		t.Fatal(err)
	}
	w := NewWriter(new(State))
	if err := w.PutSchema(schema); err != nil {
		t.Fatal(err)
	}
	w.PutGroup(datagroup.Group{ID: "g", Filter: filter})
	g, _, _ := w.Groups.Find("g")
	w.PutTeam(team.Team{ID: "t"}, []uint32{g})
	put := func(id, source string) {
		a, err := schema.Account(datagroup.AccountID(id), source, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.PutAccount(rowOf(a, schema.Len()))
	}
	for i := range maxDistinct + 3 {
		put(fmt.Sprint("a", i), fmt.Sprint("s", i))
	}
	put("a9", "s7") // edited to another source
	s := w.Freeze()
	for _, i := range []int{0, 7, 8, 9, maxDistinct, maxDistinct + 2} {
		id := fmt.Sprint("a", i)
		rec, want := s.Accounts.Get(id), fmt.Sprint("s", i)
		if i == 9 {
			want = "s7"
		}
		if got := s.Account(rec.No).Source(); got != want {
			t.Errorf("account %s has source %s, want %s", id, got, want)
		}
		if _, sees := s.See(0, rec); sees != (want == "s7") {
			t.Errorf("account %s of source %s is seen: %v", id, want, sees)
		}
	}
}
