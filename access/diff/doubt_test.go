package diff

import (
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

// TestDoubts: what makes a comparison doubtful, and what does not.
func TestDoubts(t *testing.T) {
	t.Parallel()
	build := func(change func(d *document.Document)) *access.Policy {
		d := &document.Document{
			Attributes: map[string]string{"country": "string"},
			Accounts:   []document.Account{{ID: "a1", Source: "x"}, {ID: "a2", Source: "x"}},
			Groups:     []document.Group{{ID: "g1", Filter: "everything"}},
			Teams:      []document.Team{{ID: "t1"}},
			Users: []document.User{
				{ID: "u1", Email: "ann@x.test", Role: "admin"}, {ID: "u2", Email: "ben@x.test", Role: "admin"},
				{ID: "u3", Email: "tom@x.test", Role: "admin"}, {ID: "u4", Role: "admin"}},
		}
		change(d)
		return compile(t, d)
	}
	same := func(*document.Document) {}
	renamed := func(d *document.Document) {
		d.Accounts[0].ID, d.Accounts[1].ID, d.Groups[0].ID, d.Teams[0].ID = "b1", "b2", "h1", "s1"
		for i := range d.Users {
			d.Users[i].ID += "x"
			d.Users[i].Email = strings.Replace(d.Users[i].Email, "x.test", "y.test", 1)
		}
	}
	for _, tt := range []struct {
		name, want string
		next       func(d *document.Document)
	}{
		{"the same", "", same},
		{"nothing in common", "strangers: The two policies seem to be of two companies: they have no user, no account, no team, no data group in common.", renamed},
		{"an empty policy", "", func(d *document.Document) { *d = document.Document{} }},
		{"one of only users", "strangers: The two policies seem to be of two companies: they have no user in common.", func(d *document.Document) {
			*d = document.Document{Users: []document.User{{ID: "z", Role: "admin"}}}
		}},
		{"an account in common", "", func(d *document.Document) { renamed(d); d.Accounts[1].ID = "a1" }},
		{"a user in common", "", func(d *document.Document) { renamed(d); d.Users[3].ID = "u1" }},
		{"a team in common", "", func(d *document.Document) { renamed(d); d.Teams[0].ID = "t1" }},
		{"a data group in common", "", func(d *document.Document) { renamed(d); d.Groups[0].ID = "g1" }},
		{"one other address", "", func(d *document.Document) { d.Users[0].Email = "eva@x.test" }},
		{"other addresses", "other-people: Of the users in both policies, 2 have another e-mail address in each, and 1 the same: the ids may name other people.", func(d *document.Document) {
			d.Users[0].Email, d.Users[1].Email = "eva@x.test", "max@x.test"
		}},
		{"no addresses any more", "", func(d *document.Document) { d.Users[0].Email, d.Users[1].Email = "", "" }},
		{"other ids", "other-ids: Of the e-mail addresses in both policies, 2 have another user id in each, and 1 the same: such people are compared as two.", func(d *document.Document) {
			d.Users[0].ID, d.Users[1].ID = "1", "2"
		}},
		{"one other id", "", func(d *document.Document) { d.Users[0].ID = "1" }},
		{"another type", "other-type: Attribute country is declared as string in the old policy and as labels in the next one: filters and values that read it mean other things.",
			func(d *document.Document) { d.Attributes["country"] = "labels" }},
		{"another attribute", "", func(d *document.Document) { d.Attributes = map[string]string{"region": "number"} }},
		{"a role more", "", func(d *document.Document) {
			d.Catalog = document.Catalog{Extends: "company", Roles: []role.Role{{Name: "auditor"}}}
		}},
		{"the other catalog", "other-roles: The catalogs have 1 role in common, of 7 and 3: the rights of all users change with their roles.",
			func(d *document.Document) { d.Catalog = document.CatalogOf(role.ProjectCatalog()) }},
	} {
		var got []string
		for _, d := range Doubts(build(same), build(tt.next)) {
			got = append(got, string(d.Code)+": "+d.String())
		}
		if text := strings.Join(got, "\n"); text != tt.want {
			t.Errorf("%s: the doubts are\n%s\nwant\n%s", tt.name, text, tt.want)
		}
		if back := Doubts(build(tt.next), build(same)); len(back) != len(got) {
			t.Errorf("%s: the other way round the doubts are %v", tt.name, back)
		}
	}
	if got := Doubts(nil, nil); got != nil {
		t.Errorf("of no policies the doubts are %v", got)
	}
	all := Doubts(build(same), build(func(d *document.Document) {
		d.Users[0].ID, d.Users[1].ID, d.Users[2].Email = "u2", "u1", "eva@x.test"
		d.Attributes["country"] = "number"
	}))
	if codes := mapped(all, func(d Doubt) DoubtCode { return d.Code }); !slices.Equal(codes, []DoubtCode{OtherPeople, OtherIDs, OtherType}) {
		t.Errorf("of several doubts the order is %v", codes)
	}
}
