package access_test

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestHoldersAreCounted counts the holders of a role after each thing that can
// happen to one.
func TestHoldersAreCounted(t *testing.T) {
	p := access.MustLoad(`{"users": [
	  {"id": "ada", "email": "ada@example.com", "role": "admin"},
	  {"id": "bea", "email": "bea@example.com", "role": "admin"}]}`)
	step := func(name string, change func(e *access.Edit), all, lasting int) {
		t.Helper()
		p = edited(t, p, change)
		if a, l := p.Directory().Holders("admin"); a != all || l != lasting {
			t.Errorf("%s: %d admins, %d for good; want %d, %d", name, a, l, all, lasting)
		}
	}
	set := func(id team.UserID, change func(u *team.User)) func(e *access.Edit) {
		return func(e *access.Edit) {
			u, _ := p.Directory().User(id)
			change(&u)
			e.SetUser(u)
		}
	}
	step("nothing", func(*access.Edit) {}, 2, 2)
	step("suspended", set("bea", func(u *team.User) { u.Suspended = true }), 2, 1)
	step("reinstated", set("bea", func(u *team.User) { u.Suspended = false }), 2, 2)
	step("demoted", set("bea", func(u *team.User) { u.Role = "viewer" }), 1, 1)
	step("promoted", set("bea", func(u *team.User) { u.Role = "admin" }), 2, 2)
	step("new catalog", func(e *access.Edit) {
		roles := role.CompanyCatalog().Roles()
		roles[0], roles[6] = roles[6], roles[0]
		c, err := role.NewCatalog(roles...)
		if err != nil {
			t.Fatal(err)
		}
		e.SetCatalog(c)
	}, 2, 2)
	step("removed", func(e *access.Edit) { e.RemoveUser("bea") }, 1, 1)
	if d := p.Decide(access.User("ada"), access.RemoveUser, access.TargetUser("ada")); d.Reason != access.ReasonSelf {
		t.Errorf("%s", d)
	}
}

// TestRenamedGroupKeepsItsMatches renames data groups of either sort, and takes
// the wide attribute that made one of them store accounts back to few values.
func TestRenamedGroupKeepsItsMatches(t *testing.T) {
	d := &document.Document{
		Attributes: map[string]string{"wide": "string", "country": "string"},
		Groups: []document.Group{
			{ID: "us", Filter: "country = 'US'"},
			{ID: "w1", Filter: "wide = 'w1'"},
		},
		Teams: []document.Team{{ID: "t", Groups: []string{"us", "w1"}, Members: []document.Member{{User: "ann"}}}},
		Users: []document.User{{ID: "ann", Email: "ann@example.com", Role: "viewer"}},
	}
	const accounts = 5100 // more values than accounts are classed by
	for i := range accounts {
		country := "DE"
		if i%1000 == 7 {
			country = "US"
		}
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "google", Values: map[string]datagroup.Value{
			"wide": datagroup.Text(fmt.Sprint("w", i)), "country": datagroup.Text(country)}})
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string) {
		t.Helper()
		v := p.View(access.User("ann"))
		filter := v.Filter()
		for a := range p.Directory().Accounts() {
			if matches := filter.Match(a) == datagroup.True; v.Sees(a.ID()) != matches {
				t.Fatalf("%s: %s is seen %v, and matches %v", name, a.ID(), !matches, matches)
			} else if d := p.Decide(access.User("ann"), access.ViewAccount, access.Account(a.ID())); d.Allowed != matches {
				t.Fatalf("%s: %s", name, d)
			}
		}
	}
	check("loaded")
	for _, id := range []datagroup.ID{"us", "w1"} {
		p = edited(t, p, func(e *access.Edit) {
			g, _ := p.Directory().Group(id)
			g.Name = "renamed"
			e.SetGroup(g)
		})
		check("renamed " + string(id))
	}
	p = edited(t, p, func(e *access.Edit) {
		for i := 50; i < accounts; i++ {
			e.RemoveAccount(datagroup.AccountID(fmt.Sprint("a", i)))
		}
	})
	check("few accounts left")
	p = edited(t, p, func(e *access.Edit) {
		e.SetAttributes(append(p.Directory().Schema().Attributes(), datagroup.Attribute{Name: "extra", Type: datagroup.StringType})...)
	})
	check("declared anew")
	p = edited(t, p, func(e *access.Edit) {
		for i := range 60 {
			a, err := p.Directory().Schema().Account(datagroup.AccountID(fmt.Sprint("b", i)), "google", map[string]datagroup.Value{
				"wide": datagroup.Text(fmt.Sprint("w", i%5)), "country": datagroup.Text("DE")})
			if err != nil {
				t.Fatal(err)
			}
			e.SetAccount(a)
		}
	})
	check("connected more")
	p = edited(t, p, func(e *access.Edit) { e.RemoveAccount("a1") })
	check("disconnected one of a class")
}
