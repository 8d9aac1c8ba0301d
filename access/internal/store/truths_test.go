package store

import (
	"fmt"
	"maps"
	"testing"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestTruths: what a filter says by classes, by accounts and by what it reads is
// what it says of each account as a whole, and an account comes with its id and
// its source.
func TestTruths(t *testing.T) {
	schema, err := datagroup.NewSchema(
		datagroup.Attribute{Name: "x", Type: datagroup.StringType}, datagroup.Attribute{Name: "n", Type: datagroup.NumberType})
	if err != nil {
		t.Fatal(err)
	}
	w := NewWriter(new(State))
	w.Grow(10, 100)
	if err := w.PutSchema(schema); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		values := map[string]datagroup.Value{"x": datagroup.Text(fmt.Sprint("x", i%4))}
		if i%3 > 0 {
			values["name"] = datagroup.Text(fmt.Sprint("name", i%7))
		}
		if i%5 > 0 {
			values["n"] = datagroup.Number(float64(i))
		}
		row, err := schema.Row(nil, datagroup.AccountID(fmt.Sprint("a", i)), fmt.Sprint("s", i%2), values)
		if err != nil {
			t.Fatal(err)
		}
		w.AddAccount(row)
	}
	w.RemoveAccount(w.Accounts.Get("a8").No)
	s := w.Freeze()
	for _, text := range []string{
		"x = 'x1'", "x = 'x1' and source = 's1'", "everything", "nothing", "name = 'name3'", "name missing or x = 'x2'", "n > 30",
		"n > 30 and name prefix 'name'", "id in ('a3', 'a9')", "id = 'a8'", "source = 's1' and n > 10", "not (name = 'name1')",
	} {
		f, err := schema.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		type truth struct {
			source string
			datagroup.Truth
		}
		want, got := map[datagroup.AccountID]truth{}, map[datagroup.AccountID]truth{}
		for _, a := range s.AllAccounts() {
			if is := f.Match(a); is != datagroup.False {
				want[a.ID()] = truth{a.Source(), is}
			}
		}
		for a, is := range s.Truths(f) {
			got[a.ID()] = truth{a.Source(), is}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: %d accounts, want %d", text, len(got), len(want))
		}
		for range s.Truths(f) {
			break // which may be done at any account
		}
	}
}

// TestRecords: users and their memberships come with all that was said of them,
// and a walk over them may end early.
func TestRecords(t *testing.T) {
	w := NewWriter(new(State))
	w.PutRoles([]role.Name{"one", "two"})
	address := team.MustParseAddress("ann@x.test")
	users := []team.User{{ID: "ann", Name: "Ann", Email: address, Role: "two", Note: "first"}, {ID: "bob", Role: "one", Suspended: true}}
	for i, u := range users {
		w.PutUser(u, 1-i)
	}
	var teams []uint32
	for _, id := range []team.ID{"t1", "t2"} {
		w.PutTeam(team.Team{ID: id}, nil)
		no, _, _ := w.Teams.Find(string(id))
		teams = append(teams, no)
		for i := range users {
			w.PutMember(uint32(i), Membership{Team: no})
		}
	}
	s := w.Freeze()
	for no, u := range s.AllUsers() {
		if u != users[no] || s.User(no) != u || s.RoleOf(no) != uint16(1-no) {
			t.Errorf("user %d is %+v", no, u)
		}
		var in []team.ID
		for _, t := range s.Memberships(s.Users.Get(string(u.ID))) {
			in = append(in, t.ID)
		}
		if fmt.Sprint(in) != "[t1 t2]" {
			t.Errorf("%s is in %v", u.ID, in)
		}
	}
	for range s.AllUsers() {
		break
	}
	for no := range persist.IDs(&s.Users) {
		for range s.Memberships(s.Users.Get(s.Users.ID(no))) {
			break
		}
	}
	if members := s.MembersOf(teams); members.Len() != 2 {
		t.Errorf("%d members of both teams, want 2", members.Len())
	}
}
