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

// delivering has a function called with each message, after it is in the box.
func delivering(t *testing.T, log audit.Log, f func(ctx context.Context, h *hall, m invite.Message) error) *hall {
	t.Helper()
	var h *hall
	h = newHall(t, log, func(c *company.Config) {
		box := c.Deliver
		c.Deliver = func(ctx context.Context, m invite.Message) error {
			return errors.Join(box(ctx, m), f(ctx, h, m))
		}
	})
	return h
}

// sendings are the changes that send a message, about an invitation i to bob.
func sendings() []company.Change {
	return []company.Change{
		company.Invite{Invitation: "i", Terms: to("bob@x.test", "viewer")}, company.ResendInvitation{Invitation: "i"},
		company.AmendInvitation{Invitation: "i", Role: "user"}, company.Invite{Terms: to("bob@x.test", "user")},
	}
}

// TestDeliveredOnceStored looks, while a message is sent, for the event that
// made it and for the invitation it is about.
func TestDeliveredOnceStored(t *testing.T) {
	type key struct{}
	h := delivering(t, audit.NewMemory(), func(ctx context.Context, h *hall, m invite.Message) error {
		i, _ := h.co.Invitation("i")
		last := events(h.t, h.log)[h.co.Checkpoint().Seq-1]
		if last.Checkpoint() != h.co.Checkpoint() || last.Targets[0] != "invitation:i" || i.State != invite.Pending || i.Generation != len(h.mail) ||
			!i.Digest.Matches(m.Secret, i.Claim("acme")) || ctx.Value(key{}) != "request" || m.Origin != "https://acme.example/join" || m.To.String() != "bob@x.test" {
			h.t.Errorf("at event %+v with %+v: %+v", last, i, m)
		}
		return nil
	})
	for n, change := range sendings() {
		r, err := h.co.Do(context.WithValue(t.Context(), key{}, "request"), company.By{Actor: company.User("ann"), Reason: "r"}, change)
		if err != nil || len(h.mail) != n+1 || r.Undelivered != nil || !slices.Equal(r.Invitations(), []invite.ID{"i"}) {
			t.Errorf("%T: %v, %d messages about %q", change, err, len(h.mail), r.Invitations())
		}
		h.pass(time.Hour)
	}
}

// TestDeliverMayDo makes a change out of the delivery of a message, and one in
// another goroutine for which the delivery waits.
func TestDeliverMayDo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // only if it hangs
	defer cancel()
	by := company.By{Actor: company.User("ann"), Reason: "r"}
	h := delivering(t, audit.NewMemory(), func(_ context.Context, h *hall, m invite.Message) error {
		if m.Invitation != "i" {
			return nil
		}
		_, err := h.co.Do(ctx, by, company.Invite{Invitation: "within", Terms: to("cat@x.test", "viewer")})
		done := make(chan error)
		go func() {
			_, err := h.co.Do(ctx, by, company.SetCompanyName{Name: "Bolt"})
			done <- errors.Join(err, h.co.Sync(ctx))
		}()
		return errors.Join(err, <-done)
	})
	r, err := h.co.Do(ctx, by, company.Invite{Invitation: "i", Terms: to("bob@x.test", "viewer")})
	if err != nil || r.Undelivered != nil || r.Seq != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if len(h.mail) != 2 || h.co.Name() != "Bolt" || h.co.Checkpoint().Seq != 4 {
		t.Errorf("%d messages, %s at %v", len(h.mail), h.co.Name(), h.co.Checkpoint())
	}
}

// TestDeliverPanics leaves nothing locked behind.
func TestDeliverPanics(t *testing.T) {
	h := delivering(t, audit.NewMemory(), func(context.Context, *hall, invite.Message) error { panic("no mail") })
	func() {
		defer func() {
			if recover() != "no mail" {
				t.Error("the panic was swallowed")
			}
		}()
		h.must(company.User("ann"), sendings()[0])
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // only if it hangs
	defer cancel()
	if _, err := h.co.Do(ctx, company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "Bolt"}); err != nil {
		t.Error(err)
	}
	h.replayed()
}

// TestNothingIsDelivered has a message made and then not sent, as its change was
// refused or undone within the same Do.
func TestNothingIsDelivered(t *testing.T) {
	send, ann, desk := sendings()[0], company.User("ann"), company.System("desk")
	revoke, resend := company.RevokeInvitation{Invitation: "i"}, company.ResendInvitation{Invitation: "i"}
	for name, tt := range map[string]struct {
		messages int
		by       company.Actor
		changes  []company.Change
		ok       bool
	}{
		"refused":                       {0, company.User("uma"), []company.Change{send}, false},
		"refused with another":          {0, ann, []company.Change{send, company.SetCompanyName{Name: "Acme"}}, false},
		"another behind it is none":     {0, ann, []company.Change{send, nil}, false},
		"revoked":                       {0, ann, []company.Change{send, revoke}, true},
		"sent anew":                     {1, ann, []company.Change{send, resend}, true},
		"sent anew twice":               {1, ann, []company.Change{send, resend, resend}, true},
		"amended":                       {1, ann, []company.Change{send, company.AmendInvitation{Invitation: "i", Role: "user"}}, true},
		"sent anew and revoked":         {0, ann, []company.Change{send, resend, revoke}, true},
		"revoked and another sent":      {1, ann, []company.Change{send, revoke, company.Invite{Invitation: "j", Terms: to("bob@x.test", "viewer")}}, true},
		"and one to another":            {2, ann, []company.Change{send, company.Invite{Invitation: "j", Terms: to("cat@x.test", "viewer")}}, true},
		"and its sponsor another":       {0, desk, []company.Change{send, company.SetRole{User: "ann", Role: "ghost"}}, false},
		"nothing to do with it":         {0, ann, []company.Change{company.CreateTeam{}}, true},
		"the message is not sent twice": {1, ann, []company.Change{send, company.CreateTeam{}, company.CreateTeam{}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHall(t, audit.NewMemory(), func(c *company.Config) { c.Invitations.Cooldown = -1 })
			r, err := h.do(tt.by, tt.changes...)
			if (err == nil) != tt.ok || len(h.mail) != tt.messages || r.Undelivered != nil {
				t.Fatalf("%v, %d messages, want %d", err, len(h.mail), tt.messages)
			}
			for _, m := range h.mail {
				if i, _ := h.co.Invitation(m.Invitation); !i.Digest.Matches(m.Secret, i.Claim("acme")) {
					t.Errorf("the message about %s has a secret of before", m.Invitation)
				}
				if _, err := h.accept(m.Invitation, ""); err != nil {
					t.Error(err)
				}
			}
			h.replayed()
		})
	}
}

// TestLeaversMessages gives over what a leaver sent. That sends no message, but
// who looks sees who answers for it now.
func TestLeaversMessages(t *testing.T) {
	h := newHall(t, audit.NewMemory(), nil)
	h.must(company.User("ugo"), company.Invite{Invitation: "i", Terms: to("bob@x.test", "viewer")})
	h.pass(time.Hour)
	before := len(h.mail)
	h.must(company.User("ann"), company.RemoveUser{User: "ugo", TakeOver: "abe"}, company.SetCompanyName{Name: "Bolt"})
	if len(h.mail) != before {
		t.Errorf("taking over sent %d messages", len(h.mail)-before)
	}
	if offer, err := h.co.Offer("i", h.letter("i").Secret); err != nil || offer.Inviter != "abe@x.test" || offer.Company != "Bolt" {
		t.Errorf("Look = %+v, %v", offer, err)
	}
}

// TestUndelivered sends three messages, of which some are lost. The receipt says
// which; what they are about is there, and can be sent anew.
func TestUndelivered(t *testing.T) {
	errLost := errors.New("lost")
	h := delivering(t, audit.NewMemory(), func(_ context.Context, _ *hall, m invite.Message) error {
		if m.Invitation != "c" && m.Name == "" {
			return fmt.Errorf("to %s: %w", m.To, errLost)
		}
		return nil
	})
	three := []company.Change{}
	for _, id := range []string{"c", "a", "d", "b"} {
		three = append(three, company.Invite{Invitation: invite.ID(id), Terms: to(id+"@x.test", "viewer")})
	}
	r := h.must(company.User("ann"), three...)
	var lost []string
	for _, u := range r.Undelivered {
		if !errors.Is(u, errLost) {
			t.Errorf("%#v", u)
		}
		lost = append(lost, u.Error())
	}
	want := []string{"company: deliver a: to a@x.test: lost", "company: deliver d: to d@x.test: lost", "company: deliver b: to b@x.test: lost"}
	if !slices.Equal(lost, want) || len(r.Changes) != 4 || r.Seq != 2 || !slices.Equal(r.Invitations(), []invite.ID{"c", "a", "d", "b"}) {
		t.Errorf("lost are %q, want %q", lost, want)
	}
	for _, id := range []invite.ID{"c", "a", "d", "b"} {
		if i, _ := h.co.Invitation(id); i.State != invite.Pending || h.co.WhyOnHold(id) != nil {
			t.Errorf("%s is %+v", id, i)
		}
	}
	h.refuses("ErrTooSoon", company.User("ann"), company.ResendInvitation{Invitation: "a"})
	h.pass(time.Minute)
	if r := h.must(company.User("ann"), company.ResendInvitation{Invitation: "a"}, company.ResendInvitation{Invitation: "c"}); len(r.Undelivered) != 1 || r.Undelivered[0].Invitation != "a" {
		t.Errorf("lost again are %v", r.Undelivered)
	}
	h.replayed()
}

// TestUncertainIsNotDelivered has the log fail in each way in which nobody can
// say whether it stored the event. No message is sent, also not when it turns
// out that it did; then the invitation is there and is sent anew.
func TestUncertainIsNotDelivered(t *testing.T) {
	for _, mode := range audittest.Modes() {
		for n, change := range sendings() {
			t.Run(fmt.Sprintf("%v %d", mode, n), func(t *testing.T) {
				memory := audit.NewMemory()
				h := newHall(t, memory, nil)
				for _, earlier := range sendings()[:n] {
					h.must(company.User("ann"), earlier)
					h.pass(time.Hour)
				}
				h.reopenOn(newWire(memory, 0, func(call int) audittest.Mode { return []audittest.Mode{mode, audittest.Pass}[min(call-1, 1)] }, nil))
				before := events(t, memory)
				ctx, cancel := ending()
				defer cancel()
				r, err := h.co.Do(ctx, company.By{Actor: company.User("ann"), Reason: "r"}, change)
				if !errors.Is(err, company.ErrUncertain) || len(h.mail) != n || r.Undelivered != nil || r.ID == "" {
					t.Fatalf("%v after %d messages, %+v", err, len(h.mail), r)
				}
				if err := h.co.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
				if len(events(t, memory)) != len(before)+1 || len(h.mail) != n {
					t.Errorf("settled with %d events and %d messages", len(events(t, memory)), len(h.mail))
				}
				if n > 0 {
					h.refuses(wrongSecret, h.proven("bob@x.test"), company.AcceptInvitation{Invitation: "i", Secret: h.letter("i").Secret})
				}
				h.pass(time.Hour)
				h.must(company.User("ann"), company.ResendInvitation{Invitation: "i"})
				if _, err := h.accept("i", "bob"); err != nil || len(h.mail) != n+1 {
					t.Errorf("%v after %d messages", err, len(h.mail))
				}
				h.replayed()
			})
		}
	}
}

// reopenOn opens the company of a log that there is another way to.
func (h *hall) reopenOn(log audit.Log) {
	h.t.Helper()
	h.log = log
	h.reopen()
}

// TestLostRaceIsDeliveredOnce has another writer come first. The message has the
// secret of what was stored, not of what was judged first.
func TestLostRaceIsDeliveredOnce(t *testing.T) {
	h := newHall(t, audit.NewMemory(), nil)
	other := h.beside(&h.conf)
	h.must(company.User("ann"), company.SetCompanyName{Name: "Bolt"})
	r, err := other.co.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "r"}, sendings()[0])
	if err != nil || r.Seq != 3 || len(h.mail) != 1 || h.mail[0].Company != "Bolt" {
		t.Fatalf("%v: %+v, messages %+v", err, r, h.mail)
	}
	if err := h.co.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.accept("i", "bob"); err != nil {
		t.Error(err)
	}
}

// TestRefusedAsStored has the log refuse an event that it stored. The company
// finds it there, and the message is sent.
func TestRefusedAsStored(t *testing.T) {
	h := newHall(t, audit.NewMemory(), nil)
	h.reopenOn(newWire(h.log, 0, func(int) audittest.Mode { return audittest.LieConflict }, nil))
	h.must(company.User("ann"), sendings()[0])
	if len(h.mail) != 1 {
		t.Fatalf("%d messages", len(h.mail))
	}
	if i, _ := h.co.Invitation("i"); !i.Digest.Matches(h.mail[0].Secret, i.Claim("acme")) {
		t.Error("the message has another secret")
	}
}

// quitting is a log whose caller's context ends as soon as an event is stored.
type quitting struct {
	audit.Log
	quit context.CancelFunc
}

func (q *quitting) Append(ctx context.Context, e audit.Event) error {
	err := q.Log.Append(ctx, e)
	q.quit()
	return err
}

// TestContextEndsBeforeDelivery: what is stored is stored, and who delivers is
// told that nobody waits.
func TestContextEndsBeforeDelivery(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := delivering(t, audit.NewMemory(), func(ctx context.Context, _ *hall, _ invite.Message) error { return ctx.Err() })
	h.reopenOn(&quitting{h.log, cancel})
	r, err := h.co.Do(ctx, company.By{Actor: company.User("ann"), Reason: "r"}, sendings()[0])
	if err != nil || len(r.Undelivered) != 1 || !errors.Is(r.Undelivered[0], context.Canceled) {
		t.Errorf("%+v, %v", r, err)
	}
	if i, ok := h.co.Invitation("i"); !ok || i.State != invite.Pending {
		t.Errorf("the invitation is %+v", i)
	}
}
