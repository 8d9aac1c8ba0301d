package company_test

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// TestPeopleGrowth: so many changes of people in one Do, each of another one, in a
// company as large.
func TestPeopleGrowth(t *testing.T) {
	user := func(i int) team.UserID { return team.UserID(fmt.Sprintf("x%d", i)) }
	for name, change := range map[string]func(i int) company.Change{
		"added": func(i int) company.Change {
			return company.AddUser{Person: company.Person{Email: fmt.Sprintf("y%d@x.test", i)}}
		},
		"renamed": func(i int) company.Change { return company.EditUser{User: user(i), Name: company.To("X")} },
		"moved": func(i int) company.Change {
			return company.ChangeAddress{User: user(i), Email: fmt.Sprintf("y%d@x.test", i)}
		},
		"raised":    func(i int) company.Change { return company.SetRole{User: user(i), Role: "editor"} },
		"suspended": func(i int) company.Change { return company.SuspendUser{User: user(i)} },
		"ended":     func(i int) company.Change { return company.SetEnd{User: user(i), Until: company.To(hours(1))} },
		"removed":   func(i int) company.Change { return company.RemoveUser{User: user(i)} },
	} {
		t.Run(name, func(t *testing.T) {
			grows(t, func(t *testing.T, n int) func() {
				c := large(t, n)
				var all []company.Change
				for i := range n {
					all = append(all, change(i))
				}
				return func() {
					if _, err := c.do("system ops", all...); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// TestRemovalGrowth removes somebody who has so much, among others who have as
// much.
func TestRemovalGrowth(t *testing.T) {
	grows(t, func(t *testing.T, n int) func() {
		c := newCompany(t, "ann admin; bob admin; tom admin", options{log: freeLog{}, config: instant})
		var all []company.Change
		for i := range n {
			id := fmt.Sprintf("x%d", i)
			report := access.ReportID(id)
			all = append(all, company.CreateReport{Report: report}, company.MakeLink{Link: access.LinkID(id), Resource: access.Report(report)},
				company.CreateTeam{Team: team.ID(id)}, company.AddMember{Team: team.ID(id), User: "bob"},
				company.Invite{Invitation: invite.ID(id), Terms: termsTo(id+"@x.test", "viewer")})
		}
		for from := 0; from < len(all); from += 1000 {
			if _, err := c.do("tom", all[from:min(from+1000, len(all))]...); err != nil {
				t.Fatal(err)
			}
		}
		return func() {
			if _, err := c.do("ann", company.RemoveUser{User: "tom", Successor: "bob", TakeOver: "bob"}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
