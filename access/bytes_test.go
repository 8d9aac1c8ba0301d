package access_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// byteCost is a kind of change, and how many bytes one of it may allocate in a
// company of 10,000 users and 20,000 accounts.
type byteCost struct {
	name   string
	most   uint64
	change func(c *benchCompany, i int) func(*access.Edit)
}

// maxBytes is what a change may allocate. Four touch more than others do, and have
// room for that; none has room for anything of the size of the company.
const maxBytes = 8 << 10

func byteCosts() []byteCost {
	later := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
	user := func(change func(u *document.User)) func(*benchCompany, int) func(*access.Edit) {
		return func(c *benchCompany, i int) func(*access.Edit) {
			u := c.doc.Users[i%c.users]
			change(&u)
			return func(e *access.Edit) { e.SetUser(u) }
		}
	}
	member := func(m document.Member) func(*benchCompany, int) func(*access.Edit) {
		return func(c *benchCompany, i int) func(*access.Edit) {
			m, id := m, team.ID(c.teamID(i%c.teams))
			m.User = c.user(i % c.users)
			return func(e *access.Edit) { e.SetMember(id, m) }
		}
	}
	return []byteCost{
		{"membership", maxBytes, member(document.Member{})},
		{"membership with an end", maxBytes, member(document.Member{Until: later})},
		{"end of a membership", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			t := c.doc.Teams[i%c.teams]
			return func(e *access.Edit) { e.RemoveMember(team.ID(t.ID), team.UserID(t.Members[0].User)) }
		}},
		{"role", maxBytes, user(func(u *document.User) { u.Role = "viewer" })},
		{"suspension", maxBytes, user(func(u *document.User) { u.Suspended = true })},
		{"end of access", maxBytes, user(func(u *document.User) { u.Until = later })},
		{"name of a user", maxBytes, user(func(u *document.User) { u.Name = "Ann Example" })},
		{"address of a user", maxBytes, user(func(u *document.User) { u.Email = "x" + u.Email })},
		// Every column and both indexes of users.
		{"new user", maxBytes + 3<<10, user(func(u *document.User) { u.ID, u.Email = "x"+u.ID, "x"+u.Email })},
		// The same, and each of their teams.
		{"user removed", maxBytes + 6<<10, func(c *benchCompany, i int) func(*access.Edit) {
			id := team.UserID(c.user(i % c.users))
			return func(e *access.Edit) { e.RemoveUser(id) }
		}},
		{"account to a known tuple", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			a := c.doc.Accounts[i%c.accounts]
			a.Values = c.doc.Accounts[(i+1)%c.accounts].Values
			return func(e *access.Edit) { e.SetAccount(a) }
		}},
		{"new account of a known tuple", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			a := c.doc.Accounts[i%c.accounts]
			a.ID = "x" + a.ID
			return func(e *access.Edit) { e.SetAccount(a) }
		}},
		{"account removed", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			id := datagroup.AccountID(c.account(i % c.accounts))
			return func(e *access.Edit) { e.RemoveAccount(id) }
		}},
		{"report", maxBytes, func(_ *benchCompany, i int) func(*access.Edit) {
			r := document.Report{ID: fmt.Sprint("x", i), Name: fmt.Sprint("Report ", i)}
			return func(e *access.Edit) { e.SetReport(r) }
		}},
		{"grant", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			id, g := access.ReportID(fmt.Sprint("r", i%100)), document.Grant{User: c.user(i % c.users), Level: "viewer"}
			return func(e *access.Edit) { e.SetGrant(id, g) }
		}},
		{"grant of a team", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			id, g := access.ReportID(fmt.Sprint("r", i%100)), document.Grant{Team: c.teamID(i % c.teams), Level: "viewer"}
			return func(e *access.Edit) { e.SetGrant(id, g) }
		}},
		// Its maker, the team of the session, what it shows, and two indexes.
		{"link", maxBytes + 3<<10, func(c *benchCompany, i int) func(*access.Edit) {
			l := document.Link{ID: fmt.Sprint("l", i), Maker: c.user(i % c.users), Session: c.teamID(i % c.teams), Action: "report.view",
				Resource: access.Report(fmt.Sprint("r", i%100)).Entry()}
			return func(e *access.Edit) { e.SetLink(l) }
		}},
		{"data group attached", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			t := document.Team{ID: c.teamID(i % c.teams), Groups: append([]string{c.group((i + 333) % c.groups)}, c.doc.Teams[i%c.teams].Groups...)}
			return func(e *access.Edit) { e.SetTeam(t) }
		}},
		{"data groups detached", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			t := document.Team{ID: c.teamID(i % c.teams), Groups: c.doc.Teams[i%c.teams].Groups[:1]}
			return func(e *access.Edit) { e.SetTeam(t) }
		}},
		{"new team", maxBytes, func(_ *benchCompany, i int) func(*access.Edit) {
			t := document.Team{ID: fmt.Sprint("x", i), Name: "Another"}
			return func(e *access.Edit) { e.SetTeam(t) }
		}},
		// The index of teams, the routes of teams, and each of its data groups.
		{"team removed", maxBytes + 1<<10, func(c *benchCompany, i int) func(*access.Edit) {
			id := team.ID(c.teamID(i % c.teams))
			return func(e *access.Edit) { e.RemoveTeam(id) }
		}},
		{"name of a data group", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			g := c.doc.Groups[i%c.groups]
			g.Name = "Another"
			return func(e *access.Edit) { e.SetGroup(g) }
		}},
		{"narrow filter", maxBytes, func(c *benchCompany, i int) func(*access.Edit) {
			g := document.Group{ID: c.group(i/20*20%c.groups + 1), Filter: fmt.Sprintf("segment = 's%d'", i%100)}
			return func(e *access.Edit) { e.SetGroup(g) }
		}},
	}
}

// TestChangesAllocateLittle makes each kind of change some times, in an Edit each,
// and counts the bytes. What is not parallel has the counter to itself.
func TestChangesAllocateLittle(t *testing.T) {
	c := newBenchCompany(t, small)
	base := edited(t, c.policy, func(e *access.Edit) {
		for i := range 100 {
			e.SetReport(document.Report{ID: fmt.Sprint("r", i), Name: fmt.Sprint("R", i)})
		}
	})
	for _, cost := range byteCosts() {
		const times = 16
		var changes [times]func(*access.Edit)
		for i := range times {
			changes[i] = cost.change(c, i*617)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, change := range changes {
			e := base.Edit()
			change(e)
			if _, err := e.Policy(); err != nil {
				t.Fatalf("%s: %v", cost.name, err)
			}
		}
		runtime.ReadMemStats(&after)
		n := (after.TotalAlloc - before.TotalAlloc) / times
		t.Logf("%-30s %6d B %3d allocations", cost.name, n, (after.Mallocs-before.Mallocs)/times)
		if n > cost.most {
			t.Errorf("%s allocates %d bytes, want at most %d", cost.name, n, cost.most)
		}
	}
}
