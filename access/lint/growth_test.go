package lint_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/lint"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/growth"
)

// wide returns a company of n users, teams, data groups, accounts and reports, in
// which much looks wrong: each filter is there three times, names what nobody has,
// and lacks an attribute.
func wide(n int) *document.Document {
	d := edited()
	for i := range n {
		id := fmt.Sprintf("x%06d", i)
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: "meta", Values: map[string]datagroup.Value{
			"country": datagroup.Text("C" + id), "name": datagroup.Text(""),
		}})
		d.Groups = append(d.Groups, document.Group{ID: id, Filter: fmt.Sprintf("country in ('Cx%06d', 'Dx%06d') or spend > 1", i/3, i/3)})
		d.Teams = append(d.Teams, document.Team{ID: id, Groups: []string{id, "us", fmt.Sprintf("x%06d", i/2)}[:2]})
		d.Users = append(d.Users, document.User{ID: id, Role: "viewer", Until: "2026-06-05"}, document.User{ID: "y" + id, Role: "user"})
		d.Teams[i%2].Members = append(d.Teams[i%2].Members, document.Member{User: "y" + id, Until: "2026-06-06"})
		d.Reports = append(d.Reports, document.Report{ID: id, Grants: []document.Grant{{User: id, Level: "creator", Until: "2026-06-07"}}})
	}
	return d
}

// TestGrowth: a hundred times the company costs a hundred times the work, and to
// find the lines likewise.
func TestGrowth(t *testing.T) {
	growth.Hundredfold(t, 20, func(n int) func() {
		p := policyOf(t, wide(n))
		return func() { lint.Check(p, &lint.Config{Limit: 5}) }
	})
	growth.Hundredfold(t, 20, func(n int) func() {
		p := policyOf(t, edited(func(d *document.Document) {
			for i := range n {
				addTeam(fmt.Sprintf("x%06d", (i*37)%n))(d)
			}
		}))
		return func() { lint.Check(p, &lint.Config{Limit: math.MaxInt}) }
	})
	growth.Hundredfold(t, 20, func(n int) func() {
		d := wide(n)
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		r := lint.Check(policyOf(t, d), &lint.Config{Limit: n})
		return func() {
			if err := r.Locate(text); err != nil {
				t.Error(err)
			}
		}
	})
}
