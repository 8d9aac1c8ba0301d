package lint_test

import (
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// noon is the time of every test.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// clean returns a company in which nothing looks wrong.
func clean() *document.Document {
	account := func(id, country, market string, spend float64) document.Account {
		return document.Account{ID: id, Source: "google", Values: map[string]datagroup.Value{
			"name": datagroup.Text("Account " + id), "country": datagroup.Text(country), "market": datagroup.Text(market),
			"spend": datagroup.Number(spend), "labels": datagroup.Labels("vip", market),
		}}
	}
	return &document.Document{
		Attributes: map[string]string{"country": "string", "market": "string", "spend": "number", "labels": "labels"},
		Accounts: []document.Account{
			account("us-1", "US", "shop", 1), account("us-2", "US", "brand", 2),
			account("de-1", "DE", "shop", 3), account("de-2", "DE", "brand", 4),
		},
		Groups: []document.Group{{ID: "de", Filter: "country = 'DE'"}, {ID: "us", Filter: "country = 'US'"}},
		Teams: []document.Team{
			{ID: "east", Groups: []string{"de"}, Members: []document.Member{{User: "bob"}}},
			{ID: "west", Groups: []string{"us"}, Members: []document.Member{{User: "ann"}, {User: "bob"}}},
		},
		Users: []document.User{
			{ID: "adm", Role: "admin"}, {ID: "ann", Role: "team-member"}, {ID: "bob", Role: "viewer"},
		},
		Reports: []document.Report{{ID: "q3", Grants: []document.Grant{{User: "ann", Level: "creator"}, {Team: "west", Level: "viewer"}}}},
		Links:   []document.Link{{ID: "l1", Maker: "ann", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "q3"}}},
	}
}

// edited returns the clean company with changes.
func edited(changes ...func(*document.Document)) *document.Document {
	d := clean()
	for _, change := range changes {
		change(d)
	}
	return d
}

// policyOf makes the policy of a document, at noon.
func policyOf(t testing.TB, d *document.Document) *access.Policy {
	t.Helper()
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.At(noon)
}

// addGroup adds a data group, to the end of a team's unless that is empty.
func addGroup(id, filter, team string) func(*document.Document) {
	return func(d *document.Document) {
		d.Groups = append(d.Groups, document.Group{ID: id, Filter: filter})
		for i := range d.Teams {
			if d.Teams[i].ID == team {
				d.Teams[i].Groups = append(d.Teams[i].Groups, id)
			}
		}
	}
}

// addUser adds a user, as a member of a team unless that is empty.
func addUser(id, role, team, until string) func(*document.Document) {
	return func(d *document.Document) {
		d.Users = append(d.Users, document.User{ID: id, Role: role})
		for i := range d.Teams {
			if d.Teams[i].ID == team {
				d.Teams[i].Members = append(d.Teams[i].Members, document.Member{User: id, Until: until})
			}
		}
	}
}

// setValue gives an account another value; the missing one takes it away.
func setValue(account int, name string, v datagroup.Value) func(*document.Document) {
	return func(d *document.Document) {
		if d.Accounts[account].Values[name] = v; v.IsMissing() {
			delete(d.Accounts[account].Values, name)
		}
	}
}
