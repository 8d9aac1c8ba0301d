package company_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/internal/growth"
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

// sizeCost is what a change takes: memory in bytes and in allocations, and time of the
// processor.
type sizeCost struct {
	bytes, allocations uint64
	time               time.Duration
}

// costOf makes a change of sizeChanges as the i-th of its kind, on a condition that is
// kept, and returns what it took.
func (c *testCompany) costOf(line string, i int) sizeCost {
	c.t.Helper()
	cells := cellsOf(line)
	change := parseChange(c.t, strings.ReplaceAll(cells[1], "#", fmt.Sprint(i)))
	by := company.By{Actor: c.actor(cells[0]), Reason: "to see what it costs", Since: c.Checkpoint().Seq}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := growth.CPUTime()
	_, err := c.Do(context.Background(), by, change)
	took := growth.CPUTime() - began
	runtime.ReadMemStats(&after)
	if err != nil {
		c.t.Fatalf("%s: %v", cells[1], err)
	}
	return sizeCost{after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs, took}
}

// TestChangeCostsItsOwnSize: in a company a hundred times as large a change takes
// hardly more: there is room for twice the memory. Time is noisier, so a change may take
// four times as long.
func TestChangeCostsItsOwnSize(t *testing.T) {
	notIfShort(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	companies := []*testCompany{sizedCompany(t, 100), sizedCompany(t, 10_000)}
	for line := range split(sizeChanges, "\n") {
		// Of five, the one in which no table happens to grow.
		least := []sizeCost{{1 << 60, 1 << 60, time.Hour}, {1 << 60, 1 << 60, time.Hour}}
		for i := range 5 {
			for k, c := range companies {
				took := c.costOf(line, i+1)
				least[k] = sizeCost{min(least[k].bytes, took.bytes), min(least[k].allocations, took.allocations), min(least[k].time, took.time)}
			}
		}
		small, large := least[0], least[1]
		if large.bytes > 2*small.bytes || large.allocations > 2*small.allocations || large.time > 4*max(small.time, 50*time.Microsecond) {
			t.Errorf("%s: %+v, and in a company a hundred times as large %+v", line, small, large)
		}
	}
}
