package live_test

import (
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// userRow and memberRow are rows of tables of your own.
type userRow struct{ ID, Email, Role string }
type memberRow struct {
	Team  team.ID
	User  string
	Until time.Time // zero is for good
}

// The mapping from rows to entries is written once: it fills the document that
// the service starts with, and it makes each change.
func (r userRow) entry() document.User {
	return document.User{ID: r.ID, Email: r.Email, Role: r.Role}
}
func (r memberRow) entry() document.Member {
	return document.Member{User: r.User, Until: document.End(r.Until)}
}

// Keep a policy in step with tables of your own: a role, a member until an end,
// and a new data group for a team. Edit it after your database has committed the
// change; if there is anything wrong with the change, the policy stays as it is.
// This is a whole program: paste it into a main.go, and call its package and its
// function main.
func Example_keepInStep() {
	ann := userRow{"ann", "ann@example.com", "viewer"}
	first, err := access.Compile(&document.Document{
		Attributes: map[string]string{"country": "string"},
		Accounts: []document.Account{
			{ID: "us-1", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text("US")}},
			{ID: "de-1", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text("DE")}},
		},
		Groups: []document.Group{{ID: "us", Filter: "country = 'US'"}},
		Teams:  []document.Team{{ID: "americas", Groups: []string{"us"}}},
		Users:  []document.User{ann.entry(), userRow{"ada", "ada@example.com", "admin"}.entry()},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	current := live.New(first) // what requests ask

	err = current.Edit(func(e *access.Edit) error {
		ann.Role = "team-member"
		e.SetUser(ann.entry())
		help := memberRow{"americas", "ann", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
		e.SetMember(help.Team, help.entry())
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("before:", slices.Sorted(first.View(access.User("ann")).Accounts())) // a policy never changes
	policy := current.Policy()
	fmt.Println("after:", slices.Sorted(policy.View(access.User("ann")).Accounts()))
	fmt.Println("in 2100:", slices.Sorted(policy.At(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)).View(access.User("ann")).Accounts()))

	// What you have no row of comes from the Directory: here the team as it is,
	// to which one data group is added.
	err = current.Edit(func(e *access.Edit) error {
		e.SetGroup(document.Group{ID: "de", Filter: "country = 'DE'"})
		americas, _ := current.Policy().Directory().Team("americas")
		entry := document.TeamOf(americas)
		entry.Groups = append(entry.Groups, "de")
		e.SetTeam(entry)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("with the new data group:", slices.Sorted(current.Policy().View(access.User("ann")).Accounts()))

	err = current.Edit(func(e *access.Edit) error {
		e.SetUser(userRow{"tom", "tom@example.com", "veiwer"}.entry())
		return nil
	})
	fmt.Println(err)
	// Output:
	// before: []
	// after: [us-1]
	// in 2100: []
	// with the new data group: [de-1 us-1]
	// access: set user "tom": role: role "veiwer" does not exist; did you mean "viewer"?
}
