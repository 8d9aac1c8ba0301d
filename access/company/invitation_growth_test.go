package company_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/internal/growth"
	"github.com/ambit-authz/ambit/invite"
)

// grows fails if a hundred times as much costs out of proportion.
func grows(t *testing.T, of func(t *testing.T, n int) (run func())) {
	t.Helper()
	small := 10
	if long {
		small = 100
	}
	growth.Hundredfold(t, small, func(n int) func() { return of(t, n) })
}

// notIfShort skips a test that measures what something costs: the race detector
// costs more.
func notIfShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("what it costs is measured without -short")
	}
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
			grows(t, func(t *testing.T, n int) func() {
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
	grows(t, func(t *testing.T, n int) func() {
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
			grows(t, func(t *testing.T, n int) func() {
				c, rows := file(t, n)
				return func() { c.planned("ann", rows...) }
			})
		})
		t.Run("sent, "+name, func(t *testing.T) {
			grows(t, func(t *testing.T, n int) func() {
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
	grows(t, func(t *testing.T, n int) func() {
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
