package snapshot

import (
	"fmt"
	"slices"
	"testing"

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
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			for range rapid.IntRange(0, 12).Draw(t, "changes") {
				changeAccount(t, w, hits)
			}
			if rapid.IntRange(0, 2).Draw(t, "schema") == 0 { // which numbers the classes again
				hits["other attributes"]++
				declare(t, w, "x", fmt.Sprint("y", rapid.IntRange(0, 3).Draw(t, "y")))
			}
			s := w.Freeze()
			states = append(states, s)
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
	i, _, found := w.Accounts.Find(id)
	if found && rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
		hits["removed"]++
		w.RemoveAccount(i)
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
	if found {
		hits["moved"]++
	}
	w.PutAccount(a)
}

func checkReached(t *rapid.T, s *State, hits branches) {
	var teams []*Team
	for _, rec := range All(&s.Teams) {
		if rapid.Bool().Draw(t, "team") {
			teams = append(teams, rec)
		}
	}
	r := Unite(teams)
	var want []string
	for i, a := range All(&s.Accounts) {
		if r.Has(i, a) {
			want = append(want, string(a.ID()))
			if bit(r.classes, a.class) && bit(r.accounts, i) {
				hits["both ways"]++
			}
		}
	}
	if len(want) > 0 && len(want) < s.Accounts.Len() {
		hits["some"]++
	}
	var got []string
	for a := range s.Reached(&r) {
		got = append(got, string(a.ID()))
	}
	if n := s.Count(&r); !slices.Equal(got, want) || n != len(want) || slices.ContainsFunc(teams, s.Shows) != (n > 0) {
		t.Fatalf("there are %d, and in order %q; want %q", n, got, want)
	}
	for range s.Reached(&r) {
		break // which may be done at any account
	}
}

// TestByClassIsShared: what does not change accounts keeps what was found out about
// them.
func TestByClassIsShared(t *testing.T) {
	w := NewWriter(new(State))
	a, err := w.Schema.Account("a", "s", nil)
	if err != nil {
		t.Fatal(err)
	}
	w.PutAccount(a)
	first := w.Freeze()
	w = NewWriter(first)
	w.PutTeam(team.Team{ID: "t"}, nil)
	second := w.Freeze()
	w.PutAccount(a)
	third := w.Freeze()
	if first.members() != second.members() || first.members() == third.members() {
		t.Error("a team is made, then an account changes: only the second asks for a look at all accounts")
	}
}
