package company_test

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

// TestManyChangesOfOne: so many changes in one Do that give one user, or take from
// them, what they have many of.
func TestManyChangesOfOne(t *testing.T) {
	id := func(i int) string { return fmt.Sprintf("x%d", i) }
	for name, change := range map[string]func(i int) company.Change{
		"reports": func(i int) company.Change { return company.CreateReport{Name: fmt.Sprint("new ", i)} },
		"grants": func(i int) company.Change {
			return company.ShareReport{Report: access.ReportID(id(i)), User: "new"}
		},
		"fewer grants": func(i int) company.Change {
			return company.UnshareReport{Report: access.ReportID(id(i)), User: "many"}
		},
		"memberships":       func(i int) company.Change { return company.AddMember{Team: team.ID(id(i)), User: "new"} },
		"fewer memberships": func(i int) company.Change { return company.RemoveMember{Team: team.ID(id(i)), User: "many"} },
		"links":             func(int) company.Change { return company.MakeLink{Resource: access.Report("big")} },
	} {
		t.Run(name, func(t *testing.T) {
			grows(t, func(t *testing.T, n int) func() {
				c := large(t, n)
				var all []company.Change
				for i := range n {
					all = append(all, change(i))
				}
				return func() {
					if _, err := c.do("ann", all...); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}
