package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// TestReached: what is in a Reach is what Has says of each account, in every State
// that was made on the way, whenever it is asked first.
func TestReached(t *testing.T) {
	hits := branches{}
	rapid.Check(t, func(t *rapid.T) {
		w := NewWriter(new(State))
		declare(t, w, "x")
		for i, text := range []string{"x = 'x1'", "id in ('a1', 'a2', 'a70')", "x missing", "id = 'a3' or x = 'x2'"} {
			filter, err := w.Schema.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			w.PutGroup(datagroup.Group{ID: datagroup.ID(fmt.Sprint("g", i)), Filter: filter})
			g, _, _ := w.Groups.Find(fmt.Sprint("g", i))
			w.PutTeam(team.Team{ID: team.ID(fmt.Sprint("t", i))}, []uint32{g})
		}
		states := []*State{w.Freeze()}
		w = NewWriter(states[0])
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			for range rapid.IntRange(0, 12).Draw(t, "changes") {
				changeAccount(t, w, hits)
			}
			if rapid.IntRange(0, 2).Draw(t, "schema") == 0 { // which numbers the classes again
				hits["other attributes"]++
				declare(t, w, "x", fmt.Sprint("y", rapid.IntRange(0, 3).Draw(t, "y")))
			}
			s := w.Freeze()
			states, w = append(states, s), NewWriter(s)
			if rapid.Bool().Draw(t, "at once") {
				checkReached(t, s, hits)
			}
		}
		for _, s := range states {
			checkReached(t, s, hits)
		}
	})
	hits.require(t, "removed", "moved", "other attributes", "both ways", "some")
}

// declare makes these the attributes, all of text.
func declare(t *rapid.T, w *Writer, names ...string) {
	var all []datagroup.Attribute
	for _, name := range names {
		all = append(all, datagroup.Attribute{Name: name, Type: datagroup.StringType})
	}
	schema, err := datagroup.NewSchema(all...)
	if err == nil {
		err = w.PutSchema(schema)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// changeAccount connects, changes or removes an account.
func changeAccount(t *rapid.T, w *Writer, hits branches) {
	id := fmt.Sprint("a", rapid.SampledFrom([]int{0, 1, 2, 3, 4, 70, 71, 72}).Draw(t, "account"))
	old := w.Accounts.Get(id)
	if old != nil && rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
		hits["removed"]++
		w.RemoveAccount(old.No)
		return
	}
	values := map[string]datagroup.Value{}
	if x := rapid.IntRange(0, 3).Draw(t, "x"); x > 0 {
		values["x"] = datagroup.Text(fmt.Sprint("x", x))
	}
	a, err := w.Schema.Account(datagroup.AccountID(id), "s", values)
	if err != nil {
		t.Fatal(err)
	}
	if old != nil {
		hits["moved"]++
	}
	w.PutAccount(rowOf(a, w.Schema.Len()))
}

func checkReached(t *rapid.T, s *State, hits branches) {
	var teams []uint32
	for no := range persist.All(&s.Teams) {
		if rapid.Bool().Draw(t, "team") {
			teams = append(teams, no)
		}
	}
	r := s.Unite(teams)
	var want []string
	for _, id := range persist.IDs(&s.Accounts) {
		a := s.Accounts.Get(id)
		without := r
		without.bits = nil
		if without.Has(a) != r.Has(a) {
			t.Fatalf("%s is in the reach by bits: %v", id, r.Has(a))
		}
		if r.Has(a) {
			want = append(want, id)
			if r.classes.Has(a.Class) && r.accounts.Has(a.No) {
				hits["both ways"]++
			}
		}
		seen := slices.ContainsFunc(teams, func(no uint32) bool { _, sees := s.See(no, a); return sees })
		if r.Has(a) != seen {
			t.Fatalf("a team sees %s: %v", id, seen)
		}
	}
	if len(want) > 0 && len(want) < s.Accounts.Len() {
		hits["some"]++
	}
	var got []string
	for a := range s.Reached(&r) {
		got = append(got, a)
	}
	slices.Sort(got)
	slices.Sort(want)
	if n := s.Count(&r); !slices.Equal(got, want) || n != len(want) || slices.ContainsFunc(teams, s.Shows) != (n > 0) {
		t.Fatalf("there are %d, and they are %q; want %q", n, got, want)
	}
	for range s.Reached(&r) {
		break // which may be done at any account
	}
}

// branches counts what a property went through.
type branches map[string]int

// lacks reports whether a branch was never taken.
func (b branches) lacks(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return b[name] == 0 })
}

// require fails the test if a branch was never taken.
func (b branches) require(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if b[name] == 0 && !testing.Short() {
			t.Errorf("branch %q was never taken", name)
		}
	}
}
