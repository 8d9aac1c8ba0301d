package access_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/google/go-cmp/cmp"
)

// wide is a company with so many of everything that no two stand near each other
// by chance: a change of one leaves most of the company where it is.
func wide() *document.Document {
	d := &document.Document{Attributes: map[string]string{"country": "string", "spend": "number", "tags": "labels"}}
	for i := range 150 {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "google", Values: map[string]datagroup.Value{
			"name": datagroup.Text(fmt.Sprint("Account ", i)), "country": datagroup.Text(fmt.Sprint("c", i%7)), "spend": datagroup.Number(float64(i))}})
		d.Users = append(d.Users, document.User{ID: fmt.Sprint("u", i), Name: fmt.Sprint("User ", i), Email: fmt.Sprintf("u%d@x.test", i), Role: "viewer"})
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprint("g", i), Filter: fmt.Sprintf("country = 'c%d'", i%7)})
		d.Teams = append(d.Teams, document.Team{ID: fmt.Sprint("t", i), Groups: []string{fmt.Sprint("g", i)},
			Members: []document.Member{{User: fmt.Sprint("u", i)}, {User: fmt.Sprint("u", (i*7+1)%150)}}})
		d.Reports = append(d.Reports, document.Report{ID: fmt.Sprint("r", i), Grants: []document.Grant{
			{User: fmt.Sprint("u", i), Level: "creator"}, {Team: fmt.Sprint("t", i), Level: "viewer"}}})
		d.Links = append(d.Links, document.Link{ID: fmt.Sprint("l", i), Maker: fmt.Sprint("u", i), Action: "report.view",
			Resource: document.Resource{Kind: "report", ID: fmt.Sprint("r", i)}})
	}
	return d
}

// TestSinceOneEdit: of each edit, in a company where it touches little, what
// differs is what differs in the documents.
func TestSinceOneEdit(t *testing.T) {
	t.Parallel()
	base := mustCompile(t, wide())
	user := func(change func(u *document.User)) func(e *access.Edit) {
		return func(e *access.Edit) {
			u := document.User{ID: "u77", Name: "User 77", Email: "u77@x.test", Role: "viewer"}
			change(&u)
			e.SetUser(u)
		}
	}
	account := func(change func(a *document.Account)) func(e *access.Edit) {
		return func(e *access.Edit) {
			a := document.Account{ID: "a77", Source: "google", Values: map[string]datagroup.Value{
				"name": datagroup.Text("Account 77"), "country": datagroup.Text("c0"), "spend": datagroup.Number(77)}}
			change(&a)
			e.SetAccount(a)
		}
	}
	for _, tt := range []struct {
		want, name string
		edit       func(e *access.Edit)
	}{
		{"", "nothing", func(*access.Edit) {}},
		{"", "the same user", user(func(*document.User) {})},
		{"u77", "name", user(func(u *document.User) { u.Name = "Eve" })},
		{"u77", "address", user(func(u *document.User) { u.Email = "eve@x.test" })},
		{"u77", "role", user(func(u *document.User) { u.Role = "admin" })},
		{"u77", "suspended", user(func(u *document.User) { u.Suspended = true })},
		{"u77", "end", user(func(u *document.User) { u.Until = "2027-01-01" })},
		{"u77", "note of a user", user(func(u *document.User) { u.Note = "x" })},
		{"u200", "new user", func(e *access.Edit) { e.SetUser(document.User{ID: "u200", Role: "viewer"}) }},
		{"l77 r77 u77", "user removed", func(e *access.Edit) { e.RemoveUser("u77") }},
		{"u77", "member", func(e *access.Edit) { e.SetMember("t3", document.Member{User: "u77"}) }},
		{"u3", "end of a membership", func(e *access.Edit) { e.SetMember("t3", document.Member{User: "u3", Until: "2027-01-01"}) }},
		{"u3", "note of a membership", func(e *access.Edit) { e.SetMember("t3", document.Member{User: "u3", Note: "x"}) }},
		{"u3", "member removed", func(e *access.Edit) { e.RemoveMember("t3", "u3") }},
		{"t200", "new team", func(e *access.Edit) { e.SetTeam(document.Team{ID: "t200"}) }},
		{"t77", "name of a team", func(e *access.Edit) { e.SetTeam(document.Team{ID: "t77", Name: "X", Groups: []string{"g77"}}) }},
		{"t77", "description of a team", func(e *access.Edit) { e.SetTeam(document.Team{ID: "t77", Description: "X", Groups: []string{"g77"}}) }},
		{"t77", "note of a team", func(e *access.Edit) { e.SetTeam(document.Team{ID: "t77", Note: "x", Groups: []string{"g77"}}) }},
		{"t77", "groups of a team", func(e *access.Edit) { e.SetTeam(document.Team{ID: "t77", Groups: []string{"g78"}}) }},
		{"r77 t77 u77 u90", "team removed", func(e *access.Edit) { e.RemoveTeam("t77") }},
		{"r77 t77 u77 u90", "team removed and made again", func(e *access.Edit) {
			e.RemoveTeam("t77")
			e.SetTeam(document.Team{ID: "t77", Groups: []string{"g77"}})
		}},
		{"g77", "filter", func(e *access.Edit) { e.SetGroup(document.Group{ID: "g77", Filter: "country = 'c1'"}) }},
		{"g77", "name of a group", func(e *access.Edit) {
			e.SetGroup(document.Group{ID: "g77", Name: "X", Filter: "country = 'c0'"})
		}},
		{"g77", "note of a group", func(e *access.Edit) {
			e.SetGroup(document.Group{ID: "g77", Note: "x", Filter: "country = 'c0'"})
		}},
		{"g77 t77", "group removed", func(e *access.Edit) { e.RemoveGroup("g77") }},
		{"", "the same account", account(func(*document.Account) {})},
		{"a77", "source", account(func(a *document.Account) { a.Source = "bing" })},
		{"a77", "name of an account", account(func(a *document.Account) { a.Values["name"] = datagroup.Text("X") })},
		{"a77", "an attribute", account(func(a *document.Account) { a.Values["country"] = datagroup.Text("c1") })},
		{"a77", "a number", account(func(a *document.Account) { a.Values["spend"] = datagroup.Number(-1) })},
		{"a77", "labels", account(func(a *document.Account) { a.Values["tags"] = datagroup.Labels([]string{"x"}...) })},
		{"a77", "a new combination", account(func(a *document.Account) { a.Values["country"] = datagroup.Text("new") })},
		{"a77", "account removed", func(e *access.Edit) { e.RemoveAccount("a77") }},
		{"a200", "new account", func(e *access.Edit) { e.SetAccount(document.Account{ID: "a200", Source: "x"}) }},
		{"attributes", "new attribute", func(e *access.Edit) {
			e.SetAttributes(map[string]string{"country": "string", "spend": "number", "tags": "labels", "region": "string"})
		}},
		{"a77 attributes", "a value of a new attribute", func(e *access.Edit) {
			e.SetAttributes(map[string]string{"country": "string", "spend": "number", "tags": "labels", "region": "string"})
			account(func(a *document.Account) { a.Values["region"] = datagroup.Text("west") })(e)
		}},
		{"r77", "name of a report", func(e *access.Edit) { e.SetReport(document.Report{ID: "r77", Name: "X"}) }},
		{"r77", "note of a report", func(e *access.Edit) { e.SetReport(document.Report{ID: "r77", Note: "x"}) }},
		{"l77 r77 t77 u77", "report removed", func(e *access.Edit) { e.RemoveReport("r77") }},
		{"l77 r77 t77 u77", "report removed and made again", func(e *access.Edit) { e.RemoveReport("r77"); e.SetReport(document.Report{ID: "r77"}) }},
		{"r77 u77", "level of a user", func(e *access.Edit) { e.SetGrant("r77", document.Grant{User: "u77", Level: "viewer"}) }},
		{"r77 u77", "note of a grant", func(e *access.Edit) {
			e.SetGrant("r77", document.Grant{User: "u77", Level: "creator", Note: "x"})
		}},
		{"r77 t77", "end of a team's grant", func(e *access.Edit) {
			e.SetGrant("r77", document.Grant{Team: "t77", Level: "viewer", Until: "2027-01-01"})
		}},
		{"r77 t77", "level of a team", func(e *access.Edit) { e.SetGrant("r77", document.Grant{Team: "t77", Level: "explorer"}) }},
		{"r77 u77 u78", "a grant moved", func(e *access.Edit) {
			e.RemoveGrant("r77", document.Grant{User: "u77"})
			e.SetGrant("r77", document.Grant{User: "u78", Level: "creator"})
		}},
		{"l77", "end of a link", func(e *access.Edit) {
			e.SetLink(document.Link{ID: "l77", Maker: "u77", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "r77"}, Until: "2027-01-01"})
		}},
		{"l77", "link removed", func(e *access.Edit) { e.RemoveLink("l77") }},
		{"catalog", "catalog", func(e *access.Edit) {
			more, err := role.CompanyCatalog().Extend(role.Extension{Roles: []role.Role{{Name: "auditor"}}})
			if err != nil {
				panic(err)
			}
			e.SetCatalog(more)
		}},
	} {
		next := edited(t, base, tt.edit)
		if diff := cmp.Diff(changesOf(base.Document(), next.Document()), next.Directory().Since(base.Directory())); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
		if got := changedIDs(next.Directory().Since(base.Directory())); got != tt.want {
			t.Errorf("%s: changed %s, want %s", tt.name, got, tt.want)
		}
		if got := changedIDs(base.Directory().Since(next.Directory())); got != tt.want {
			t.Errorf("%s, the other way round: changed %s, want %s", tt.name, got, tt.want)
		}
		apart := mustCompile(t, next.Document())
		if got := changedIDs(apart.Directory().Since(base.Directory())); got != tt.want {
			t.Errorf("%s, loaded apart: changed %s, want %s", tt.name, got, tt.want)
		}
	}
}

// changedIDs returns all ids on one line.
func changedIDs(c document.Changes) string {
	var all []string
	add := func(ids []string) { all = append(all, ids...) }
	add(c.Accounts)
	add(c.Groups)
	add(c.Links)
	add(c.Reports)
	add(c.Teams)
	add(c.Users)
	if c.Catalog {
		all = append(all, "catalog")
	}
	if c.Attributes {
		all = append(all, "attributes")
	}
	return strings.Join(all, " ")
}

// TestSinceWideAttribute: an attribute with so many values that it is kept in
// another way compares with one that has few.
func TestSinceWideAttribute(t *testing.T) {
	t.Parallel()
	build := func(n int) *document.Document {
		d := &document.Document{Attributes: map[string]string{"city": "string"}, Groups: []document.Group{{ID: "g", Filter: "city = 'c7'"}}}
		for i := range n {
			d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "x", Values: map[string]datagroup.Value{"city": datagroup.Text(fmt.Sprint("c", i))}})
		}
		return d
	}
	many, few := build(5002), build(5000)
	few.Accounts[8].Values["city"] = datagroup.Text("c7")
	old, next := mustCompile(t, many), mustCompile(t, few)
	for _, pair := range [][2]*access.Policy{{old, next}, {next, old}} {
		a, b := pair[0].Directory(), pair[1].Directory()
		if got := changedIDs(b.Since(a)); got != "a5000 a5001 a8" {
			t.Errorf("changed %s", got)
		}
		for id := range b.AccountsSince(a, "g") {
			if id != "a8" {
				t.Errorf("account %s comes or goes", id)
			}
		}
	}
}
