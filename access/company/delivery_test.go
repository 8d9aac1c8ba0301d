package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/invite"
)

// delivering calls a function with each message, after the message was kept.
func delivering(t *testing.T, f func(ctx context.Context, c *testCompany, m invite.Message) error) *testCompany {
	t.Helper()
	var c *testCompany
	c = inviteCompany(t, func(config *company.Config) {
		keep := config.Deliver
		config.Deliver = func(ctx context.Context, m invite.Message) error {
			return errors.Join(keep(ctx, m), f(ctx, c, m))
		}
	})
	return c
}

// messageChanges are the changes that send a message, about an invitation i of
// bob@x.test.
func messageChanges() []company.Change {
	return []company.Change{
		company.Invite{Invitation: "i", Terms: termsTo("bob@x.test", "viewer")}, company.ResendInvitation{Invitation: "i"},
		company.AmendInvitation{Invitation: "i", Role: toRole("user")}, company.Invite{Terms: termsTo("bob@x.test", "user")},
	}
}

// TestDeliveredOnceStored: when a message is delivered, its event is in the log
// and its invitation in the state.
func TestDeliveredOnceStored(t *testing.T) {
	type key struct{}
	c := delivering(t, func(ctx context.Context, c *testCompany, m invite.Message) error {
		i, _ := c.Invitation("i")
		last := events(c.t, c.log)[c.Checkpoint().Seq-1]
		if last.Checkpoint() != c.Checkpoint() || last.Targets[0] != "invitation:i" || i.State != invite.Pending || i.Generation != len(c.mail) ||
			!i.Digest.Matches(m.Secret, i.Claim("acme")) || ctx.Value(key{}) != "request" || m.Origin != "https://acme.example/join" || m.To.String() != "bob@x.test" {
			c.t.Errorf("at event %+v with %+v: %+v", last, i, m)
		}
		return nil
	})
	for n, change := range messageChanges() {
		r, err := c.Do(context.WithValue(t.Context(), key{}, "request"), company.By{Actor: company.User("ann"), Reason: "r"}, change)
		if err != nil || len(c.mail) != n+1 || r.Undelivered != nil || !slices.Equal(r.Invitations(), []invite.ID{"i"}) {
			t.Errorf("%T: %v, %d messages about %q", change, err, len(c.mail), r.Invitations())
		}
		c.pass(time.Hour)
	}
}

// TestDeliverMayDo makes changes within Deliver: one in the same goroutine, and
// one in another goroutine that Deliver waits for.
func TestDeliverMayDo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // only if it hangs
	defer cancel()
	by := company.By{Actor: company.User("ann"), Reason: "r"}
	c := delivering(t, func(_ context.Context, c *testCompany, m invite.Message) error {
		if m.Invitation != "i" {
			return nil
		}
		_, err := c.Do(ctx, by, company.Invite{Invitation: "within", Terms: termsTo("cat@x.test", "viewer")})
		done := make(chan error)
		go func() {
			_, err := c.Do(ctx, by, company.SetCompanyName{Name: "Bolt"})
			done <- errors.Join(err, c.Sync(ctx))
		}()
		return errors.Join(err, <-done)
	})
	r, err := c.Do(ctx, by, company.Invite{Invitation: "i", Terms: termsTo("bob@x.test", "viewer")})
	if err != nil || r.Undelivered != nil || r.Seq != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if len(c.mail) != 2 || c.Name() != "Bolt" || c.Checkpoint().Seq != 6 { // two of them record deliveries
		t.Errorf("%d messages, %s at %v", len(c.mail), c.Name(), c.Checkpoint())
	}
}

// TestDeliverPanics: a panic of Deliver comes out, and leaves no lock held.
func TestDeliverPanics(t *testing.T) {
	c := delivering(t, func(context.Context, *testCompany, invite.Message) error { panic("no mail") })
	func() {
		defer func() {
			if recover() != "no mail" {
				t.Error("the panic was swallowed")
			}
		}()
		c.must("ann", messageChanges()[0])
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // only if it hangs
	defer cancel()
	if _, err := c.Do(ctx, company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "Bolt"}); err != nil {
		t.Error(err)
	}
	c.checkReplay()
}

// TestNothingIsDelivered: no message is sent if its change is refused, or
// undone within the same Do.
func TestNothingIsDelivered(t *testing.T) {
	send, ann, ops := messageChanges()[0], "ann", "system ops"
	revoke, resend := company.RevokeInvitation{Invitation: "i"}, company.ResendInvitation{Invitation: "i"}
	for name, tt := range map[string]struct {
		messages int
		by       string
		changes  []company.Change
		ok       bool
	}{
		"refused":                       {0, "uma", []company.Change{send}, false},
		"refused with another":          {0, ann, []company.Change{send, company.SetCompanyName{Name: "Acme"}}, false},
		"a nil change after it":         {0, ann, []company.Change{send, nil}, false},
		"revoked":                       {0, ann, []company.Change{send, revoke}, true},
		"re-sent":                       {1, ann, []company.Change{send, resend}, true},
		"re-sent twice":                 {1, ann, []company.Change{send, resend, resend}, true},
		"amended":                       {1, ann, []company.Change{send, company.AmendInvitation{Invitation: "i", Role: toRole("user")}}, true},
		"re-sent and revoked":           {0, ann, []company.Change{send, resend, revoke}, true},
		"revoked and another sent":      {1, ann, []company.Change{send, revoke, company.Invite{Invitation: "j", Terms: termsTo("bob@x.test", "viewer")}}, true},
		"and one to another":            {2, ann, []company.Change{send, company.Invite{Invitation: "j", Terms: termsTo("cat@x.test", "viewer")}}, true},
		"and its sponsor another":       {0, ops, []company.Change{send, company.SetRole{User: "ann", Role: "ghost"}}, false},
		"nothing to do with it":         {0, ann, []company.Change{company.CreateTeam{}}, true},
		"the message is not sent twice": {1, ann, []company.Change{send, company.CreateTeam{}, company.CreateTeam{}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, instant)
			r, err := c.do(tt.by, tt.changes...)
			if (err == nil) != tt.ok || len(c.mail) != tt.messages || r.Undelivered != nil {
				t.Fatalf("%v, %d messages, want %d", err, len(c.mail), tt.messages)
			}
			for _, m := range c.mail {
				if i, _ := c.Invitation(m.Invitation); !i.Digest.Matches(m.Secret, i.Claim("acme")) {
					t.Errorf("the message about %s has a secret of before", m.Invitation)
				}
				if _, err := c.accept(m.Invitation, ""); err != nil {
					t.Error(err)
				}
			}
			c.checkReplay()
		})
	}
}

// TestTakeOverSendsNoMessage: taking over invitations sends no message. The
// offer names the new sponsor from then on.
func TestTakeOverSendsNoMessage(t *testing.T) {
	c := inviteCompany(t, nil)
	c.must("ugo", company.Invite{Invitation: "i", Terms: termsTo("bob@x.test", "viewer")})
	c.pass(time.Hour)
	before := len(c.mail)
	c.must("ann", company.RemoveUser{User: "ugo", TakeOver: "abe"}, company.SetCompanyName{Name: "Bolt"})
	if len(c.mail) != before {
		t.Errorf("taking over sent %d messages", len(c.mail)-before)
	}
	if offer, err := c.Offer("i", c.message("i").Secret); err != nil || offer.Inviter != "abe@x.test" || offer.Company != "Bolt" {
		t.Errorf("Look = %+v, %v", offer, err)
	}
}

// TestUndelivered sends four messages, three of which are lost. The receipt
// says which. Their invitations exist and can be re-sent.
func TestUndelivered(t *testing.T) {
	errLost := errors.New("lost")
	c := delivering(t, func(_ context.Context, _ *testCompany, m invite.Message) error {
		if m.Invitation != "c" && m.Name == "" {
			return fmt.Errorf("to %s: %w", m.To, errLost)
		}
		return nil
	})
	three := []company.Change{}
	for _, id := range []string{"c", "a", "d", "b"} {
		three = append(three, company.Invite{Invitation: invite.ID(id), Terms: termsTo(id+"@x.test", "viewer")})
	}
	r := c.must("ann", three...)
	var lost []string
	for _, u := range r.Undelivered {
		if !errors.Is(u, errLost) {
			t.Errorf("%#v", u)
		}
		lost = append(lost, u.Error())
	}
	want := []string{"company: deliver invitation a: to a@x.test: lost", "company: deliver invitation d: to d@x.test: lost", "company: deliver invitation b: to b@x.test: lost"}
	if !slices.Equal(lost, want) || len(r.Changes) != 4 || r.Seq != 2 || !slices.Equal(r.Invitations(), []invite.ID{"c", "a", "d", "b"}) {
		t.Errorf("lost are %q, want %q", lost, want)
	}
	for _, id := range []invite.ID{"c", "a", "d", "b"} {
		if i, _ := c.Invitation(id); i.State != invite.Pending || c.WhyOnHold(id) != nil {
			t.Errorf("%s is %+v", id, i)
		}
	}
	c.refuses("ErrTooSoon", "ann", company.ResendInvitation{Invitation: "c"})
	if r := c.must("ann", company.ResendInvitation{Invitation: "a"}); len(r.Undelivered) != 1 {
		t.Errorf("lost again, at once, are %v", r.Undelivered)
	}
	c.pass(time.Minute)
	if r := c.must("ann", company.ResendInvitation{Invitation: "a"}, company.ResendInvitation{Invitation: "c"}); len(r.Undelivered) != 1 || r.Undelivered[0].Invitation != "a" {
		t.Errorf("lost again are %v", r.Undelivered)
	}
	c.checkReplay()
}

// TestUncertainIsNotDelivered: the log fails so that nobody can say whether it
// stored the event. No message is sent, even if it turns out later that it did.
// Then the invitation exists and can be re-sent.
func TestUncertainIsNotDelivered(t *testing.T) {
	for _, mode := range audittest.Modes() {
		for n, change := range messageChanges() {
			t.Run(fmt.Sprintf("%v %d", mode, n), func(t *testing.T) {
				c := inviteCompany(t, nil)
				memory := c.log
				for _, earlier := range messageChanges()[:n] {
					c.must("ann", earlier)
					c.pass(time.Hour)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c.reopenOn(faultyLog(memory, cancel, map[int]audittest.Mode{1: mode}))
				before := events(t, memory)
				r, err := c.Do(ctx, company.By{Actor: company.User("ann"), Reason: "r"}, change)
				if !errors.Is(err, company.ErrUncertain) || len(c.mail) != n || r.Undelivered != nil || r.ID == "" {
					t.Fatalf("%v after %d messages, %+v", err, len(c.mail), r)
				}
				if err := c.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
				if len(events(t, memory)) != len(before)+1 || len(c.mail) != n {
					t.Errorf("settled with %d events and %d messages", len(events(t, memory)), len(c.mail))
				}
				if n > 0 {
					c.refuses(byWrongSecret, "invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: c.message("i").Secret})
				}
				c.must("ann", company.ResendInvitation{Invitation: "i"}) // at once: nothing was sent
				if _, err := c.accept("i", "bob"); err != nil || len(c.mail) != n+1 {
					t.Errorf("%v after %d messages", err, len(c.mail))
				}
				c.checkReplay()
			})
		}
	}
}

// faultyLog is a log whose appends fail by their number. It calls cancel, which
// ends the context of the call, where one hangs.
func faultyLog(log audit.Log, cancel func(), modes map[int]audittest.Mode) audit.Log {
	return audittest.NewFaulty(log, audittest.Plan{Append: func(call int, _ audit.Event) audittest.Mode {
		switch mode := modes[call]; mode {
		case audittest.HangBefore, audittest.HangAfter, audittest.HangLate:
			cancel()
			return mode
		default:
			return mode
		}
	}})
}

// reopenOn opens the company from another log that has the same events.
func (c *testCompany) reopenOn(log audit.Log) {
	c.t.Helper()
	c.log = log
	c.reopen()
}

// TestLostRaceIsDeliveredOnce: another writer comes first. The message has the
// secret that was stored, not that of the first try.
func TestLostRaceIsDeliveredOnce(t *testing.T) {
	c := inviteCompany(t, nil)
	other := c.second(&c.config)
	c.must("ann", company.SetCompanyName{Name: "Bolt"})
	r, err := other.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "r"}, messageChanges()[0])
	if err != nil || r.Seq != 3 || len(c.mail) != 1 || c.mail[0].Company != "Bolt" {
		t.Fatalf("%v: %+v, messages %+v", err, r, c.mail)
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.accept("i", "bob"); err != nil {
		t.Error(err)
	}
}

// TestStoredThoughRefused: the log refuses an event that it stored. The company
// finds it there and sends the message.
func TestStoredThoughRefused(t *testing.T) {
	c := inviteCompany(t, nil)
	c.reopenOn(faultyLog(c.log, nil, map[int]audittest.Mode{1: audittest.LieConflict}))
	c.must("ann", messageChanges()[0])
	if len(c.mail) != 1 {
		t.Fatalf("%d messages", len(c.mail))
	}
	if i, _ := c.Invitation("i"); !i.Digest.Matches(c.mail[0].Secret, i.Claim("acme")) {
		t.Error("the message has another secret")
	}
}

// cancellingLog is a log that cancels the context of its caller as soon as an
// event is stored.
type cancellingLog struct {
	audit.Log
	quit context.CancelFunc
}

func (q *cancellingLog) Append(ctx context.Context, e audit.Event) error {
	err := q.Log.Append(ctx, e)
	q.quit()
	return err
}

// TestContextEndsBeforeDelivery: what is stored is stored, and Deliver sees
// that the context has ended.
func TestContextEndsBeforeDelivery(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := delivering(t, func(ctx context.Context, _ *testCompany, _ invite.Message) error { return ctx.Err() })
	c.reopenOn(&cancellingLog{c.log, cancel})
	r, err := c.Do(ctx, company.By{Actor: company.User("ann"), Reason: "r"}, messageChanges()[0])
	if err != nil || len(r.Undelivered) != 1 || !errors.Is(r.Undelivered[0], context.Canceled) {
		t.Errorf("%+v, %v", r, err)
	}
	if i, ok := c.Invitation("i"); !ok || i.State != invite.Pending || !i.Delivered.IsZero() {
		t.Errorf("the invitation is %+v", i)
	}
}

// TestContextEndsAfterDelivery: the message is out, so that is recorded.
func TestContextEndsAfterDelivery(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := delivering(t, func(context.Context, *testCompany, invite.Message) error { cancel(); return nil })
	r, err := c.Do(ctx, company.By{Actor: company.User("ann"), Reason: "r"}, messageChanges()[0])
	if i, _ := c.Invitation("i"); err != nil || r.Undelivered != nil || i.Delivered.IsZero() {
		t.Errorf("%v, undelivered %v: %+v", err, r.Undelivered, i)
	}
}
