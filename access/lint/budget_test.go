package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// manyGroups is a company of n data groups that one team has, and of as many
// accounts.
func manyGroups(t *testing.T, n int, filter func(i int) string) *access.Policy {
	t.Helper()
	d := &document.Document{Attributes: map[string]string{"country": "string", "labels": "labels"}, Teams: []document.Team{{ID: "t"}}}
	for i := range n {
		id := fmt.Sprint(i)
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: "s", Values: map[string]datagroup.Value{"country": datagroup.Text("US"), "name": datagroup.Text("n")}})
		d.Groups = append(d.Groups, document.Group{ID: id, Filter: filter(i)})
		d.Teams[0].Groups = append(d.Teams[0].Groups, id)
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBudgetOfPairs: where each data group of a team might mean the same as each
// other one, or be part of it, the search ends, and looks at no further pair. What
// is taken from the budget, also when it has ended, is how many were looked at.
func TestBudgetOfPairs(t *testing.T) {
	t.Parallel()
	const n = 1000
	for _, test := range []struct {
		least, most, budget int
		filter              func(i int) string
	}{
		{10_000, 10_000 + 200*n, 10_000, func(i int) string { return fmt.Sprintf("country = 'US' and not name = '%d'", i) }},
		{10_000, 10_000 + 200*n, 10_000, func(i int) string { return fmt.Sprintf("id = '1' and name != '%d'", i) }},
		{10_000, 10_000 + 200*n, 10_000, func(int) string { return "country = 'US'" }},
		{10_000, 10_000 + 200*n, 10_000, func(i int) string { return fmt.Sprintf("id = '%d'", i) }},
		{2*n*n - n, 3 * n * n, 0, // a look at each pair, and at a sample
			func(i int) string { return fmt.Sprintf("id = '%d'", i) }},
	} {
		p := manyGroups(t, n, test.filter)
		k := newChecker(p, &Config{Budget: test.budget})
		before := k.budget
		k.check()
		if used := before - k.budget; used < test.least || used > test.most {
			t.Errorf("%s …: %d steps of %d, and not %d to %d", test.filter(0), used, before, test.least, test.most)
		}
	}
}

// TestBudgetOfProofs: what is hard to prove is taken from the budget as what it
// costs, and what is long and easy as no more.
func TestBudgetOfProofs(t *testing.T) {
	t.Parallel()
	var hard, long []string
	for i := range 8 {
		var some []string
		for j := range 7 {
			some = append(some, fmt.Sprintf("labels has '%d-%d'", i, j))
			for other := range i {
				hard = append(hard, fmt.Sprintf("not labels has all ('%d-%d', '%d-%d')", i, j, other, j))
			}
		}
		hard = append(hard, "("+strings.Join(some, " or ")+")")
	}
	for i := range 1000 {
		long = append(long, fmt.Sprintf("'%d'", i))
	}
	for _, test := range []struct {
		least, most int
		filter      string
	}{
		{250_000, 300_000, strings.Join(hard, " and ")},
		{1000, 20_000, "country in (" + strings.Join(long, ", ") + ") and country = 'x'"},
	} {
		k := newChecker(manyGroups(t, 1, func(int) string { return test.filter }), nil)
		k.check()
		if used := defaultBudget - k.budget; used < test.least || used > test.most {
			t.Errorf("%.40s … took %d steps, and not %d to %d", test.filter, used, test.least, test.most)
		}
	}
}
