package lint_test

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/lint"
	"github.com/ambit-authz/ambit/datagroup"
)

// large is a company of 10,000 users, 20,000 accounts, 1,000 data groups and 500
// teams.
func large() *document.Document {
	d := edited()
	for i := range 20_000 {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("a%d", i), Source: "meta", Values: map[string]datagroup.Value{
			"country": datagroup.Text(fmt.Sprint("c", i%25)), "market": datagroup.Text(fmt.Sprint("m", i%20)), "name": datagroup.Text(fmt.Sprint("Account ", i)),
		}})
	}
	for i := range 1000 {
		filter := fmt.Sprintf("country = 'c%d' and market = 'm%d'", i%25, i%19)
		if i%10 == 0 {
			filter = fmt.Sprintf("name prefix 'Account %d' and country != 'c%d'", i, i%25)
		}
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprint("g", i), Filter: filter})
	}
	for i := range 500 {
		team := document.Team{ID: fmt.Sprint("t", i)}
		for k := range 5 {
			team.Groups = append(team.Groups, fmt.Sprint("g", (i*7+k*(i+1))%1000))
		}
		d.Teams = append(d.Teams, document.Team{ID: team.ID, Groups: dedupe(team.Groups)})
	}
	for i := range 10_000 {
		addUser(fmt.Sprint("u", i), []string{"viewer", "team-member", "user"}[i%3], "", "")(d)
		members := &d.Teams[2+i%500].Members
		*members = append(*members, document.Member{User: fmt.Sprint("u", i)})
	}
	return d
}

func dedupe(list []string) (once []string) {
	seen := make(map[string]bool)
	for _, s := range list {
		if !seen[s] {
			seen[s], once = true, append(once, s)
		}
	}
	return once
}

func BenchmarkCheck(b *testing.B) {
	p := policyOf(b, large())
	for b.Loop() {
		for _, c := range lint.Check(p, nil).Counts {
			if c.AtLeast {
				b.Fatalf("the budget ended at %s", c.Code)
			}
		}
	}
}

func BenchmarkLocate(b *testing.B) {
	d := large()
	text, err := d.JSON()
	if err != nil {
		b.Fatal(err)
	}
	r := lint.Check(policyOf(b, d), nil)
	for b.Loop() {
		if err := r.Locate(text); err != nil {
			b.Fatal(err)
		}
	}
}
