package company_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/invite"
)

// TestSendRowsUntilDelivered: sending the rows again, or the file, reaches
// those whose message was lost, and nobody else.
func TestSendRowsUntilDelivered(t *testing.T) {
	down := errors.New("450 too many requests")
	for name, again := range map[string]func(rows, done []invite.Row) []invite.Row{
		"the rows": func(_, done []invite.Row) []invite.Row { return done },
		"the file": func(rows, _ []invite.Row) []invite.Row { return rows },
	} {
		c := inviteCompany(t, nil)
		rows := rowsTo("a@x.test", "b@x.test", "c@x.test")
		c.sent("ann", rows[2])
		c.lost = down
		done := c.sent("ann", rows...)
		if name == "the file" {
			c.pass(time.Minute)
		}
		if got := codesOf(done); got != "ok sent lost, ok sent lost, already-pending" {
			t.Fatalf("%s: sent as %s", name, got)
		}
		done = c.sent("ann", again(rows, done)...)
		if got := codesOf(done); got != "ok sent lost, ok sent lost, already-pending" || len(c.mail) != 1 {
			t.Fatalf("%s: sent while it is down as %s", name, got)
		}
		c.reopen()
		c.lost = nil
		c.must("ann", company.ResendInvitation{Invitation: done[0].Invitation})
		if name == "the file" {
			if got := codesOf(c.sent("ann", rows...)); got != "already-pending, already-pending, already-pending" {
				t.Errorf("sent while messages may be on their way as %s", got)
			}
			c.pass(time.Minute)
		}
		done = c.sent("ann", again(rows, done)...)
		if got := codesOf(done); !strings.HasSuffix(got, ", ok sent, already-pending") || len(c.mail) != 3 || c.mail[2].To.String() != "b@x.test" {
			t.Errorf("%s: sent as %s, after %d messages", name, got, len(c.mail))
		}
		before := c.state()
		if c.sent("ann", again(rows, done)...); c.state() != before {
			t.Errorf("%s: something was sent once more", name)
		}
		c.must("ann", company.RevokeInvitation{Invitation: done[1].Invitation})
		done[1].Undelivered, before = down, c.state()
		if got := codesOf(c.sent("ann", done...)); !strings.HasSuffix(got, ", ok sent, already-pending") || c.state() != before {
			t.Errorf("%s: after it was taken back, sent as %s", name, got)
		}
		for range c.UndeliveredInvitations() {
			t.Errorf("%s: some are undelivered", name)
		}
	}
}

// TestSendRowsUnrecorded: a message is out, and the log failed. Who sends the
// rows again sends that person no second one, and nothing of it is lost.
func TestSendRowsUnrecorded(t *testing.T) {
	c := inviteCompany(t, nil)
	c.reopenOn(faultyLog(c.log, nil, map[int]audittest.Mode{2: audittest.FailBefore}))
	done := c.sent("ann", rowsTo("a@x.test")...)
	if got := codesOf(done); got != "ok sent lost" || !errors.Is(done[0].Undelivered, company.ErrUnrecorded) {
		t.Fatalf("sent as %s: %v", got, done[0].Undelivered)
	}
	done = c.sent("ann", done...)
	if got := codesOf(done); got != "ok sent lost" || len(c.mail) != 1 {
		t.Errorf("sent again as %s, after %d messages", got, len(c.mail))
	}
	if got := codesOf(c.sent("ann", done...)); got != "ok sent" || len(c.mail) != 1 || c.undelivered() != "" { // it is settled by now
		t.Errorf("sent once more as %s, after %d messages", got, len(c.mail))
	}
	c.checkReplay()
}

// TestPlanSendsEachOnce: with no cool-down, too, a plan counts the rows before as
// delivered.
func TestPlanSendsEachOnce(t *testing.T) {
	c := inviteCompany(t, instant)
	if got := codesOf(c.planned("ann", rowsTo("a@x.test", "A@x.test")...)); got != "ok, already-pending" {
		t.Errorf("planned as %s", got)
	}
}
