package company_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
)

// sizeChanges are changes that cost nothing of the company's size, by actor. In
// place of # stands a number.
const sizeChanges = `
ann        | company.set-name N#
ann        | company.set-limits 9000#
system ops | user.add n# email=n#@x.test
ann        | user.set-role u# user-manager
ann        | user.set-expiry u# 9d
ann        | user.suspend u#
ann        | user.reinstate u#
ann        | team.create n#
ann        | team.edit n# X
ann        | team.add-member n1 u#
ann        | team.set-member-end n1 u# 9d
ann        | team.remove-member n1 u#
ann        | team.delete n#
ann        | datagroup.create n# filter=nothing
ann        | datagroup.edit n# name=X#
ann        | datagroup.delete n#
ann        | report.create n# name=N#
ann        | report.set n# name=M#
ann        | report.share n# user=u#
ann        | report.unshare n# user=u#
ann        | link.make l# resource=report:n#
ann        | link.revoke l#
ann        | report.delete n#
ann        | invitation.send i# i#@x.test role=viewer
ann        | invitation.resend i#
ann        | invitation.amend i# role=user
ann        | invitation.revoke i#
ann        | user.remove u#
`

// sizedCompany is a company of so many users, teams, reports and groups, in which
// each user is in one team.
func sizedCompany(t *testing.T, n int) *testCompany {
	t.Helper()
	config := func(c *company.Config) { c.Invitations.Cooldown, c.Limits.Seats = -1, 1<<20 }
	return newCompany(t, "ann admin; abe admin", options{config: config, log: freeLog{}, document: func(d *document.Document) {
		for i := range n {
			id := fmt.Sprint("u", i)
			d.Users = append(d.Users, document.User{ID: id, Email: id + "@x.test", Role: []string{"team-member", "user", "viewer"}[i%3]})
			d.Teams = append(d.Teams, document.Team{ID: fmt.Sprint("t", i), Members: []document.Member{{User: id}}})
			d.Groups = append(d.Groups, document.Group{ID: fmt.Sprint("g", i), Filter: "nothing"})
			d.Reports = append(d.Reports, document.Report{ID: fmt.Sprint("r", i), Grants: []document.Grant{{User: "ann", Level: "creator"}}})
		}
	}})
}

// costs returns the least time and the fewest allocations that each change takes in
// a company of a size, on a condition that is kept.
func costs(t *testing.T, n int) (took []time.Duration, steps []uint64) {
	t.Helper()
	c := sizedCompany(t, n)
	looked := c.Checkpoint().Seq
	for line := range split(sizeChanges, "\n") {
		cells := cellsOf(line)
		best, fewest := time.Hour, uint64(1)<<60
		for i := range 5 {
			change := parseChange(t, strings.ReplaceAll(cells[1], "#", fmt.Sprint(i+1)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := c.Do(t.Context(), company.By{Actor: c.actor(cells[0]), Reason: "to see what it costs", Since: looked}, change)
			best = min(best, time.Since(began))
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatalf("%s: %v", cells[1], err)
			}
			fewest, looked = min(fewest, after.Mallocs-before.Mallocs), c.Checkpoint().Seq
		}
		took, steps = append(took, best), append(steps, fewest)
	}
	return took, steps
}

// TestChangeCostsItsOwnSize: in a company a hundred times as large a change takes
// hardly more, for which there is room here: eight times.
func TestChangeCostsItsOwnSize(t *testing.T) {
	notIfShort(t)
	const factor = 8
	for try := 0; ; try++ {
		small, fewer := costs(t, 100)
		large, more := costs(t, 10_000)
		i, bad := 0, ""
		for line := range split(sizeChanges, "\n") {
			if large[i] > factor*small[i] || more[i] > factor*fewer[i] {
				bad += fmt.Sprintf("\n%s: %v and %d allocations, %v and %d", line, small[i], fewer[i], large[i], more[i])
			}
			i++
		}
		if bad == "" {
			return
		}
		if try == 3 {
			t.Fatal(bad)
		}
	}
}
