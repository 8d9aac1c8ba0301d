package company_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/growth"
	"github.com/ambit-authz/ambit/team"
)

// large is a company with so many of everything: a team with all users, groups
// and reports, a group in all teams, a report shared with everybody, and a user
// who is everywhere.
func large(t *testing.T, n int) *testCompany {
	t.Helper()
	return newCompany(t, "ann admin; new viewer", options{log: freeLog{}, document: func(d *document.Document) {
		d.Attributes = map[string]string{"size": "number", "tier": "string"}
		d.Users = append(d.Users, document.User{ID: "many", Email: "many@x.test", Role: "user"})
		big, report := document.Team{ID: "big"}, document.Report{ID: "big", Name: "Big", Grants: []document.Grant{{User: "ann", Level: "creator"}, {User: "many", Level: "editor"}}}
		d.Groups = []document.Group{{ID: "all", Filter: "nothing"}, {ID: "free", Filter: "nothing"}}
		for i := range n {
			id := fmt.Sprintf("x%d", i)
			d.Accounts = append(d.Accounts, document.Account{ID: id, Source: "google", Values: map[string]datagroup.Value{"tier": datagroup.Text(id), "size": datagroup.Number(1)}})
			d.Users = append(d.Users, document.User{ID: id, Email: id + "@x.test", Role: "viewer"})
			d.Groups = append(d.Groups, document.Group{ID: id, Filter: "nothing"})
			d.Teams = append(d.Teams, document.Team{ID: id, Name: id, Groups: []string{"all"}, Members: []document.Member{{User: "many"}}})
			d.Reports = append(d.Reports, document.Report{ID: id, Name: id, Grants: []document.Grant{{User: "ann", Level: "creator"}, {User: "many", Level: "viewer"}, {Team: "big", Level: "viewer"}}})
			d.Links = append(d.Links, document.Link{ID: id, Maker: "ann", Session: "big", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "big"}})
			big.Groups, big.Members = append(big.Groups, id), append(big.Members, document.Member{User: id})
			report.Grants = append(report.Grants, document.Grant{User: id, Level: "viewer"}, document.Grant{Team: id, Level: "viewer"})
		}
		d.Teams, d.Reports = append(d.Teams, big), append(d.Reports, report)
	}})
}

// largeChanges are changes of a large company, in an order in which each is about
// something large.
func largeChanges(n int) []company.Change {
	ids, edits := make([]datagroup.AccountID, n), make([]company.AccountEdit, n)
	more := make([]document.Account, n)
	for i := range n {
		ids[i] = datagroup.AccountID(fmt.Sprintf("x%d", i))
		edits[i] = company.AccountEdit{ID: ids[i], Values: map[string]datagroup.Value{"size": datagroup.Number(2)}, Clear: []string{"tier"}}
		more[i] = document.Account{ID: fmt.Sprintf("y%d", i), Source: "google"}
	}
	in := func(h int) company.Optional[time.Time] { return company.To(hours(h)) }
	return []company.Change{
		company.SetCompanyName{Name: "Large"}, company.SetLimits{Seats: company.To(1 << 20)}, company.CreateTeam{Team: "t"},
		company.EditTeam{Team: "big", Name: company.To("Big")}, company.AddMember{Team: "big", User: "many"}, company.AddMember{Team: "t", User: "many", Until: hours(1)},
		company.SetMemberEnd{Team: "big", User: "many", Until: in(1)}, company.RemoveMember{Team: "t", User: "many"}, company.AttachGroup{Team: "big", Group: "free"},
		company.DetachGroup{Team: "big", Group: "free"}, company.CreateGroup{Group: "g", Filter: "tier = 'x1'"},
		company.EditGroup{Group: "all", Name: company.To("All"), Filter: company.To("tier = 'x1'")}, company.EditGroup{Group: "g", Filter: company.To("everything")},
		company.UpdateAccounts{Accounts: edits}, company.DisconnectAccounts{Accounts: ids[:n/2]}, company.ConnectAccounts{Accounts: more},
		company.DeclareAttribute{Attribute: "new", Type: "string"}, company.RetypeAttribute{Attribute: "size", Type: "labels"}, company.DropAttribute{Attribute: "size"},
		company.CreateReport{Report: "r", Name: "R"}, company.RenameReport{Report: "big", Name: company.To("Bigger")},
		company.ShareReport{Report: "big", User: "new", Until: in(1)}, company.ShareReport{Report: "big", Team: "t"}, company.ShareReport{Report: "big", User: "new", Until: in(2)},
		company.MakeLink{Link: "l", Resource: access.Report("big")}, company.RevokeLink{Link: "l"},
		company.UnshareReport{Report: "big", User: "many"}, company.DeleteGroup{Group: "all"}, company.DeleteTeam{Team: "big"}, company.DeleteReport{Report: "big"},
	}
}

// TestLargeCompany: a change costs at most in proportion to what there is, if it
// is about all of it. Time is noisy, so it may be a thousand times as long for a
// hundred times as much: what grows with the square takes ten thousand.
func TestLargeCompany(t *testing.T) {
	notIfShort(t)
	const small = 20
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	type run struct{ small, big time.Duration }
	took := make([]run, len(largeChanges(1)))
	tooLong := func() (all []string) {
		for i, c := range largeChanges(1) {
			if r := took[i]; r.big > 1000*max(r.small, time.Microsecond) {
				all = append(all, fmt.Sprintf("%s: %v and %v, %d times as long", company.LogName(c), r.small, r.big, r.big/max(r.small, 1)))
			}
		}
		return all
	}
	for again := range 4 {
		for _, n := range []int{small, 100 * small} {
			c := large(t, n)
			for i, change := range largeChanges(n) {
				began := growth.CPUTime()
				if _, err := c.do("ann", change); err != nil {
					t.Fatalf("%+v: %v", change, err)
				}
				at := &took[i].small
				if n > small {
					at = &took[i].big
				}
				if d := growth.CPUTime() - began; *at == 0 || d < *at {
					*at = d
				}
			}
		}
		if long := tooLong(); len(long) == 0 {
			return
		} else if again == 3 {
			t.Error(long)
		}
	}
}

// TestManyChangesAtOnce: so many changes of one type in one Do, each about another
// thing of the same team or report.
func TestManyChangesAtOnce(t *testing.T) {
	id := func(i int) string { return fmt.Sprintf("x%d", i) }
	for name, change := range map[string]func(i int) company.Change{
		"teams":   func(i int) company.Change { return company.CreateTeam{Name: id(i)} },
		"renamed": func(i int) company.Change { return company.EditTeam{Team: team.ID(id(i)), Name: company.To("T")} },
		"ends": func(i int) company.Change {
			return company.SetMemberEnd{Team: "big", User: team.UserID(id(i)), Until: company.To(hours(1))}
		},
		"members less": func(i int) company.Change { return company.RemoveMember{Team: "big", User: team.UserID(id(i))} },
		"members":      func(i int) company.Change { return company.AddMember{Team: "x0", User: team.UserID(id(i))} },
		"shared":       func(i int) company.Change { return company.ShareReport{Report: "x0", User: team.UserID(id(i))} },
		"unshared":     func(i int) company.Change { return company.UnshareReport{Report: "big", User: team.UserID(id(i))} },
		"reports": func(i int) company.Change {
			return company.CreateReport{Name: fmt.Sprint("new ", i), Creator: team.UserID(id(i))}
		},
		"groups":        func(i int) company.Change { return company.CreateGroup{Name: id(i), Filter: "nothing"} },
		"links revoked": func(i int) company.Change { return company.RevokeLink{Link: access.LinkID(id(i))} },
	} {
		t.Run(name, func(t *testing.T) {
			grows(t, func(t *testing.T, n int) func() {
				c := large(t, n)
				var all []company.Change
				for i := range n {
					all = append(all, change(i))
				}
				return func() {
					by := "ann"
					if name == "reports" {
						by = "system ops" // which makes each for another user
					}
					if _, err := c.do(by, all...); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// TestFoundGrowth: founding a company from a document, and opening it again,
// costs what the document has, in one event or in many.
func TestFoundGrowth(t *testing.T) {
	for name, longest := range map[string]int{"one event": 1 << 30, "parts": short} {
		t.Run(name, func(t *testing.T) {
			grows(t, func(t *testing.T, n int) func() {
				from := large(t, n).Policy().Document()
				return func() {
					log := limited{audit.NewMemory(), longest}
					config := &company.Config{Now: func() time.Time { return start }}
					founding := company.Founding{ID: "acme", Name: "Acme", Founder: team.User{ID: "boss", Email: team.MustParseAddress("boss@x.test")}, Document: from}
					if _, err := company.Found(t.Context(), log, founding, config); err != nil {
						t.Fatal(err)
					}
					if _, err := company.Open(t.Context(), log, config); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}
