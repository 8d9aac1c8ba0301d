package company_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/invite"
)

// undelivered are the ids of the invitations whose message was not delivered.
func (c *testCompany) undelivered() string {
	var all []string
	for i := range c.UndeliveredInvitations() {
		all = append(all, string(i.ID))
	}
	return strings.Join(all, " ")
}

// sends has an invitation to each of some people.
func sends(names ...string) (all []company.Change) {
	for _, n := range names {
		all = append(all, company.Invite{Invitation: invite.ID(n), Terms: termsTo(n+"@x.test", "viewer")})
	}
	return all
}

// TestDeliveryIsRecorded: all messages of a Do that were delivered are one event
// more, by the company's own system.
func TestDeliveryIsRecorded(t *testing.T) {
	c := delivering(t, func(_ context.Context, _ *testCompany, m invite.Message) error {
		if m.Invitation == "b" {
			return errors.New("lost")
		}
		return nil
	})
	r := c.must("ann", append(sends("a", "b", "c", "d"), company.RevokeInvitation{Invitation: "d"}, company.SetCompanyName{Name: "Bolt"})...)
	all := events(t, c.log)
	e := all[len(all)-1]
	if r.Seq != 2 || len(all) != 3 || e.Actor != (audit.Actor{Kind: audit.KindSystem, ID: "delivery"}) || e.Reason != "" ||
		!slices.Equal(e.Targets, []string{"invitation:a", "invitation:c"}) || string(e.Changes[1].Data) != `{"invitation":"c","generation":1}` {
		t.Errorf("event %d after event %d: %+v", len(all), r.Seq, e)
	}
	for id, want := range map[invite.ID]bool{"a": true, "b": false, "c": true, "d": false} {
		if i, _ := c.Invitation(id); i.Delivered.Equal(e.Time) != want {
			t.Errorf("%s was delivered at %v", id, i.Delivered)
		}
	}
	c.pass(time.Hour)
	c.must("ann", company.SetCompanyName{Name: "Acme"}) // which delivers nothing
	if got := c.undelivered(); got != "b" || len(events(t, c.log)) != 4 {
		t.Errorf("undelivered are %q, after %d events", got, len(events(t, c.log)))
	}
	c.must("ann", company.AmendInvitation{Invitation: "c", Role: toRole("user")})
	if i, _ := c.Invitation("c"); i.Generation != 2 || !i.Delivered.Equal(c.now()) {
		t.Errorf("another generation is delivered again: %+v", i)
	}
	c.checkReplay()
}

// TestCrashBeforeDelivery: the process ends after the event is stored and before
// its message is out. After the restart the invitation is listed, and can be sent
// at once.
func TestCrashBeforeDelivery(t *testing.T) {
	c := delivering(t, func(_ context.Context, _ *testCompany, m invite.Message) error {
		if m.Invitation == "b" {
			panic("the power is out")
		}
		return nil
	})
	func() {
		defer func() { _ = recover() }()
		c.must("ann", sends("a", "b", "c")...)
	}()
	c.config.Deliver = c.deliver
	c.reopen()
	if got := c.undelivered(); got != "b c" {
		t.Errorf("undelivered are %q, want those that were not reached", got)
	}
	c.must("ann", company.ResendInvitation{Invitation: "b"})
	c.must("system ops", company.RedeliverInvitation{Invitation: "c"})
	for _, id := range []invite.ID{"b", "c"} {
		c.accepted(id, "")
	}
	if got := c.undelivered(); got != "" {
		t.Errorf("undelivered are %q at last", got)
	}
	c.checkReplay()
}

// TestDeliveryIsNotRecorded: the message is out, and the log fails. The receipt
// says so, and nobody is sent a second message at once.
func TestDeliveryIsNotRecorded(t *testing.T) {
	for _, mode := range []audittest.Mode{audittest.FailBefore, audittest.FailAfter} {
		c := inviteCompany(t, nil)
		c.reopenOn(faultyLog(c.log, nil, map[int]audittest.Mode{2: mode}))
		r, err := c.do("ann", sends("a", "b")...)
		if err != nil || len(c.mail) != 2 || len(r.Undelivered) != 2 || !errors.Is(r.Undelivered[1], company.ErrUnrecorded) || !errors.Is(r.Undelivered[1], company.ErrUncertain) {
			t.Fatalf("%v: %v, after %d messages, undelivered %v", mode, err, len(c.mail), r.Undelivered)
		}
		if err := c.Sync(t.Context()); err != nil { // which settles it: the record is stored by now
			t.Fatal(err)
		}
		if got := c.undelivered(); got != "" {
			t.Errorf("%v: undelivered are %q", mode, got)
		}
		c.refuses("ErrTooSoon", "ann", company.ResendInvitation{Invitation: "a"})
		c.pass(time.Minute)
		c.must("ann", company.ResendInvitation{Invitation: "a"})
		c.checkReplay()
	}
}

// appendingLog calls a function before each append.
type appendingLog struct {
	audit.Log
	before func(audit.Event)
}

func (l *appendingLog) Append(ctx context.Context, e audit.Event) error {
	l.before(e)
	return l.Log.Append(ctx, e)
}

// TestDeliveryRecordComesSecond: another process writes between a delivery and
// its record. What it left to record is recorded, and what it overtook is not.
func TestDeliveryRecordComesSecond(t *testing.T) {
	for name, tt := range map[string]struct {
		meanwhile company.Change
		want      string // the last event
		left      string // that is undelivered
	}{
		"nothing to do with it": {company.SetCompanyName{Name: "Bolt"}, "invitation.delivered", ""},
		"re-sent":               {company.ResendInvitation{Invitation: "a"}, "invitation.resend", "a"},
		"amended":               {company.AmendInvitation{Invitation: "a", Role: toRole("user")}, "invitation.amend", "a"},
		"revoked":               {company.RevokeInvitation{Invitation: "a"}, "invitation.delivered", ""},
		"recorded":              {company.RecordDelivery{Invitation: "a", Generation: 1}, "invitation.delivered", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, instant)
			queue := c.config
			queue.Deliver = func(context.Context, invite.Message) error { return company.ErrQueued }
			memory, done := c.log, false
			c.reopenOn(&appendingLog{memory, func(e audit.Event) {
				if done || e.Actor.ID != "delivery" {
					return
				}
				done = true
				other := c.second(&queue)
				other.log = memory
				other.must("system ops", tt.meanwhile)
			}})
			r, err := c.do("ann", sends("a")...)
			if err != nil || r.Undelivered != nil || !done {
				t.Fatalf("%v, undelivered %v", err, r.Undelivered)
			}
			all := events(t, memory)
			if got := all[len(all)-1].Changes[0].Type; got != tt.want || c.undelivered() != tt.left {
				t.Errorf("the last event is %s, and undelivered %q; want %s and %q", got, c.undelivered(), tt.want, tt.left)
			}
			c.checkReplay()
		})
	}
}

// TestAnswerBeforeTheRecord: anyone who answers had the message, so a record that
// comes later says nothing new.
func TestAnswerBeforeTheRecord(t *testing.T) {
	c := inviteCompany(t, func(config *company.Config) {
		deliver := config.Deliver
		config.Deliver = func(ctx context.Context, m invite.Message) error {
			return errors.Join(deliver(ctx, m), company.ErrQueued)
		}
	})
	c.must("ann", sends("a", "b")...)
	c.accepted("a", "al")
	c.must("invitee b@x.test", c.decline("b"))
	for _, id := range []invite.ID{"a", "b"} {
		if i, _ := c.Invitation(id); !i.Delivered.Equal(c.now()) {
			t.Errorf("%s was delivered at %v", id, i.Delivered)
		}
		c.refuses("ErrNoChange", "system ops", company.RecordDelivery{Invitation: id, Generation: 1})
	}
	c.refuses("ErrTooSoon @2", "ann", sends("b2")[0], company.Invite{Terms: termsTo("b@x.test", "viewer")})
	c.checkReplay()
}

// TestQueuedMessages: a queue of the host's says later what it delivered, by a
// system of the host's.
func TestQueuedMessages(t *testing.T) {
	c := inviteCompany(t, func(config *company.Config) {
		config.Deliver = func(context.Context, invite.Message) error { return errors.Join(errors.New("smtp"), company.ErrQueued) }
		config.Systems["mailer"] = company.SystemConfig{Changes: []company.Change{company.RecordDelivery{}, company.RedeliverInvitation{}}}
	})
	if r := c.must("ann", sends("a", "b")...); r.Undelivered != nil || r.Seq != 2 || len(events(t, c.log)) != 2 || c.undelivered() != "a b" {
		t.Errorf("undelivered are %v and %q", r.Undelivered, c.undelivered())
	}
	c.refuses("ErrTooSoon", "ann", company.ResendInvitation{Invitation: "a"}) // it is on its way
	record := company.RecordDelivery{Invitation: "a", Generation: 1}
	for by, want := range map[string]string{"ann": "ErrSystemOnly", "system scim": "ErrSystem", "system delivery": "ErrSystem", "invitee a@x.test": "ErrInvitee"} {
		c.refuses(want, by, record)
		c.refuses(want, by, company.RedeliverInvitation{Invitation: "a"})
	}
	c.refuses("ErrNone", "system mailer", company.RecordDelivery{Invitation: "ghost", Generation: 1})
	for _, generation := range []int{0, 2, -1} {
		c.refuses("ErrInvalid", "system mailer", company.RecordDelivery{Invitation: "a", Generation: generation})
	}
	c.reason = ""
	c.must("system mailer", record)
	c.reason = "they lost it"
	c.refuses("ErrNoChange", "system mailer", record)
	if r, err := c.do("system mailer", record, company.RecordDelivery{Invitation: "b", Generation: 1}); err != nil || !slices.Equal(r.Repeated, []int{1}) {
		t.Errorf("%v, repeated %v", err, r.Repeated)
	}
	c.pass(time.Minute)
	c.must("system mailer", company.RedeliverInvitation{Invitation: "a"})
	c.refuses("ErrInvalid", "system mailer", record) // of a generation before
	c.must("ann", company.RevokeInvitation{Invitation: "a"})
	c.must("system mailer", company.RecordDelivery{Invitation: "a", Generation: 2}) // it was delivered all the same
	if i, _ := c.Invitation("a"); i.State != invite.Revoked || !i.Delivered.Equal(c.now()) || c.undelivered() != "" {
		t.Errorf("%+v, and undelivered %q", i, c.undelivered())
	}
	c.refuses("ErrTooSoon", "ann", company.Invite{Terms: termsTo("a@x.test", "user")})
	c.checkReplay()
}

// TestDeliveryIsReserved: no system of the host's can be the company's own.
func TestDeliveryIsReserved(t *testing.T) {
	c := inviteCompany(t, nil)
	c.config.Systems["delivery"] = company.SystemConfig{Changes: []company.Change{company.RecordDelivery{}}}
	if _, err := company.Open(t.Context(), c.log, &c.config); !errors.Is(err, company.ErrInvalid) {
		t.Errorf("Open = %v, want ErrInvalid", err)
	}
}

// TestRedeliver: a lost message is given out again as its sponsor could send it
// now, and by nobody else's authority.
func TestRedeliver(t *testing.T) {
	for name, tt := range map[string]struct {
		want   string
		before company.Change // by the desk
	}{
		"as it is":              {"", nil},
		"sponsor suspended":     {"denied suspended", company.SuspendUser{User: "ugo"}},
		"sponsor demoted":       {"denied no-capability", company.SetRole{User: "ugo", Role: "viewer"}},
		"team gone":             {"denied unknown-resource team", company.DeleteTeam{Team: "t"}},
		"role not offered":      {"ErrNotOffered ErrOnHold", company.ReplaceCatalog{Roles: withoutOffer("viewer")}},
		"there is none":         {"ErrNone", nil},
		"sponsor ends before":   {"", company.SetEnd{User: "ugo", Until: company.To(start.Add(2 * time.Hour))}},
		"somebody else removed": {"", company.RemoveUser{User: "uma"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.invite("i", intoTeams(termsTo("bob@x.test", "viewer"), "t"), "ugo")
			was, _ := c.Invitation("i")
			if tt.before != nil {
				c.must("system ops", tt.before)
			}
			id := invite.ID("i")
			if tt.want == "ErrNone" {
				id = "ghost"
			}
			c.pass(time.Hour)
			if tt.want != "" {
				c.refuses(tt.want, "system ops", company.RedeliverInvitation{Invitation: id})
				return
			}
			c.must("system ops", company.RedeliverInvitation{Invitation: id})
			is, _ := c.Invitation("i")
			if is.Sponsor != was.Sponsor || is.Generation != 2 || !is.Expires.Equal(was.Expires) || !is.Delivered.Equal(c.now()) || !is.Terms.Equal(was.Terms) {
				t.Errorf("it is %+v, and was %+v", is, was)
			}
			c.refuses("ErrTooSoon", "system ops", company.RedeliverInvitation{Invitation: id})
			c.refuses(byWrongSecret, "invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: c.mail[0].Secret})
			c.accepted("i", "bob")
			c.checkReplay()
		})
	}
}

// TestUnderWay: while a message is being delivered to an address, nobody can have
// another one sent there; as soon as it failed, anybody may.
func TestUnderWay(t *testing.T) {
	fails := true
	c := delivering(t, func(_ context.Context, c *testCompany, m invite.Message) error {
		if m.Invitation == "within" {
			return nil
		}
		c.refuses("ErrTooSoon", "abe", company.ResendInvitation{Invitation: "a"})
		c.refuses("ErrTooSoon", "abe", company.AmendInvitation{Invitation: "a", Role: toRole("user")})
		c.refuses("ErrTooSoon @2", "abe", company.RevokeInvitation{Invitation: "a"}, company.Invite{Terms: termsTo("A@x.test", "user")})
		rows := []invite.Row{{Terms: termsTo("a@x.test", "viewer"), Code: invite.OK, Reason: "as said"}}
		if got := codesOf(c.planned("abe", rows...)); got != "already-pending" {
			t.Errorf("planned as %s", got)
		}
		if fails {
			return errors.New("lost")
		}
		return nil
	})
	c.must("ann", sends("a")...)
	fails = false
	c.must("ann", company.ResendInvitation{Invitation: "a"})
	c.refuses("ErrTooSoon", "ann", company.ResendInvitation{Invitation: "a"})
	c.checkReplay()
}

// TestLaterMessageUnderWay: while the message sent last is on its way, that an
// earlier one to the same address arrives lets nobody send a third.
func TestLaterMessageUnderWay(t *testing.T) {
	started, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	again := company.ResendInvitation{Invitation: "a"}
	n := 0
	c := delivering(t, func(_ context.Context, c *testCompany, _ invite.Message) error {
		if n++; n == 2 {
			close(started)
			<-release
			return nil
		}
		c.pass(time.Minute) // it takes as long as others have to wait
		go func() {
			_, err := c.do("abe", again)
			done <- err
		}()
		<-started
		return nil
	})
	if _, err := c.do("ann", sends("a")...); err != nil {
		t.Fatal(err)
	}
	c.refuses("ErrTooSoon", "ann", again)
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	c.refuses("ErrTooSoon", "ann", again)
	c.checkReplay()
}
