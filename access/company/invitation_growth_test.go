package company_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
)

// growth fails if a hundred times the input costs more than two hundred times
// as many steps: memory allocations, and time of the processor, of which it allows
// for more since the collector shares it. It measures again if it seems so.
func growth(t *testing.T, run func(t *testing.T, n int) (measured func())) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	small := 10
	if long {
		small = 100
	}
	var steps [2]uint64
	var least [2]time.Duration
	for range 4 {
		for i, n := range []int{small, 100 * small} {
			measured := run(t, n)
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := cpuTime()
			measured()
			took := cpuTime() - began
			runtime.ReadMemStats(&after)
			if steps[i] = after.Mallocs - before.Mallocs; least[i] == 0 || took < least[i] {
				least[i] = took
			}
		}
		if steps[1] <= 200*steps[0] && least[1] <= 300*least[0] {
			return
		}
	}
	t.Errorf("%d take %v and %d steps, %d take %v and %d steps", small, least[0], steps[0], 100*small, least[1], steps[1])
}

// crowd is a company on a log that keeps nothing, in which so many are invited,
// each by an invitation that expires a little later than the one before.
func crowd(t *testing.T, n int) *testCompany {
	t.Helper()
	var c *testCompany
	c = newCompany(t, inviteUsers, options{roles: inviteRoles(), teams: "t; n", seats: 1 << 20, log: freeLog{}, config: func(config *company.Config) {
		config.Invitations = company.InvitationLimits{Cooldown: -1, Pending: 1 << 20}
		config.Deliver = func(context.Context, invite.Message) error { return c.lost }
	}})
	for i := range n {
		by := []string{"ann", "abe", "ugo", "rex"}[i%4]
		c.makes(by, company.Invite{Invitation: invite.ID(fmt.Sprint("i", i)), Terms: termsTo(fmt.Sprintf("p%d@x.test", i), "viewer")})
		c.pass(time.Second)
	}
	return c
}

// TestInvitationGrowth: sending, sending again, amending, revoking and giving
// out again cost what there is of them, however many are pending, and however
// many expire meanwhile.
func TestInvitationGrowth(t *testing.T) {
	id := func(i int) invite.ID { return invite.ID(fmt.Sprint("i", i)) }
	for name, tt := range map[string]struct {
		by     string
		change func(i int) company.Change
		before time.Duration // that passes
	}{
		"sent": {"ann", func(i int) company.Change {
			return company.Invite{Terms: termsTo(fmt.Sprintf("q%d@x.test", i), "viewer")}
		}, 0},
		"sent as others end": {"ann", func(i int) company.Change {
			return company.Invite{Terms: termsTo(fmt.Sprintf("q%d@x.test", i), "viewer")}
		}, 30 * 24 * time.Hour},
		"sent to those there": {"ann", func(i int) company.Change {
			return company.Invite{Terms: termsTo(fmt.Sprintf("p%d@x.test", i), "viewer")}
		}, 0},
		"re-sent":         {"ann", func(i int) company.Change { return company.ResendInvitation{Invitation: id(i)} }, 0},
		"amended":         {"ann", func(i int) company.Change { return company.AmendInvitation{Invitation: id(i), Role: toRole("user")} }, 0},
		"revoked":         {"ann", func(i int) company.Change { return company.RevokeInvitation{Invitation: id(i)} }, 0},
		"given out again": {"system ops", func(i int) company.Change { return company.RedeliverInvitation{Invitation: id(i)} }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			growth(t, func(t *testing.T, n int) func() {
				c := crowd(t, n)
				c.pass(max(0, tt.before-time.Duration(n)*time.Second))
				return func() {
					for i := range n {
						c.pass(time.Second)
						c.makes(tt.by, tt.change(i))
					}
				}
			})
		})
	}
}

// makes makes changes on a log that keeps nothing.
func (c *testCompany) makes(actor string, changes ...company.Change) {
	c.t.Helper()
	if _, err := c.do(actor, changes...); err != nil {
		c.t.Fatal(err)
	}
}

// TestManyAtOnce: the same in one Do.
func TestManyAtOnce(t *testing.T) {
	growth(t, func(t *testing.T, n int) func() {
		c := crowd(t, 0)
		var all []company.Change
		for i := range n {
			all = append(all, company.Invite{Terms: termsTo(fmt.Sprintf("q%d@x.test", i), "viewer")})
		}
		return func() { c.makes("ann", all...) }
	})
}

// TestFileGrowth: planning and sending a file cost what it has, with all of it
// new, with all of it there, and while each sending lets another one expire.
func TestFileGrowth(t *testing.T) {
	for name, to := range map[string]string{"all new": "q%d@x.test", "all there": "p%d@x.test"} {
		file := func(t *testing.T, n int) (*testCompany, []invite.Row) {
			var rows []invite.Row
			for i := range n {
				rows = append(rows, row(termsTo(fmt.Sprintf(to, i), "viewer")))
			}
			return crowd(t, n), rows
		}
		t.Run("planned, "+name, func(t *testing.T) {
			growth(t, func(t *testing.T, n int) func() {
				c, rows := file(t, n)
				return func() { c.planned("ann", rows...) }
			})
		})
		t.Run("sent, "+name, func(t *testing.T) {
			growth(t, func(t *testing.T, n int) func() {
				c, rows := file(t, n)
				c.pass(30*24*time.Hour - time.Duration(n)*time.Second)
				return func() { c.sent("ann", rows...) }
			})
		})
	}
}

// TestUndeliveredGrowth: what was not delivered is listed at the cost of that
// alone, and a message that is lost again and again costs no more each time.
func TestUndeliveredGrowth(t *testing.T) {
	growth(t, func(t *testing.T, n int) func() {
		c := crowd(t, n)
		c.lost = errors.New("lost")
		return func() {
			for i := range n {
				c.makes("ann", company.ResendInvitation{Invitation: invite.ID(fmt.Sprint("i", i%10))})
				for range c.UndeliveredInvitations() {
				}
			}
		}
	})
}
