package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/invite"
)

// lease is how long a message may take unless a test says otherwise.
const lease = 5 * time.Minute

// pending gives out what is due and writes what came of it: "a b", then what was
// left with the name of its error, and the error.
func (c *testCompany) pending() string {
	c.t.Helper()
	given, left, err := c.DeliverPending(context.Background())
	var all []string
	for _, id := range given {
		all = append(all, string(id))
	}
	for _, u := range left {
		name := strings.TrimPrefix(errorName(&company.Error{Err: u.Err}), "company: : ")
		if errors.Is(u.Err, company.ErrUnrecorded) {
			name = "ErrUnrecorded " + name
		}
		all = append(all, "-"+string(u.Invitation)+" "+name)
	}
	if err != nil {
		var e *company.Error
		if !errors.As(err, &e) || e.Op != "deliver pending" || e.Refused() {
			c.t.Errorf("the error is %#v, want one of deliver pending", err)
		}
		all = append(all, "error "+errorName(err))
	}
	return strings.Join(all, ", ")
}

// dies runs f, in which the process ends by a panic.
func dies(f func()) {
	defer func() { _ = recover() }()
	f()
}

// sentTo writes how many messages there were about each of some invitations, and
// checks that the last one of each opens it, and no other does.
func (c *testCompany) sentTo(ids ...invite.ID) string {
	c.t.Helper()
	var all []string
	for _, id := range ids {
		n := 0
		i, _ := c.Invitation(id)
		for _, m := range c.mail {
			if m.Invitation == id {
				n++
				if opens := i.Digest.Matches(m.Secret, i.Claim("acme")); opens != (m.Secret.Reveal() == c.message(id).Secret.Reveal()) {
					c.t.Errorf("message %d about %s opens it: %t", n, id, opens)
				}
			}
		}
		all = append(all, fmt.Sprint(n))
	}
	return strings.Join(all, " ")
}

// TestCrashes ends the process at each point between an event and the record of
// its delivery. What is pending is given out after the lease, by the same process
// or another one, and once.
func TestCrashes(t *testing.T) {
	for name, tt := range map[string]struct {
		at   invite.ID // the message at which the process ends
		kept bool      // that message is out by then
		sent string    // how often a, b and c were sent in the end
		want string    // who is given another message
	}{
		"before the first":      {"a", false, "1 1 1", "a, b, c"},
		"after the first":       {"a", true, "2 1 1", "a, b, c"},
		"between two":           {"b", false, "1 1 1", "b, c"},
		"after all":             {"c", true, "1 1 2", "c"},
		"without a crash":       {"", false, "1 1 1", ""},
		"between last and done": {"c", false, "1 1 1", "c"},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			keep := c.config.Deliver
			c.config.Deliver = func(ctx context.Context, m invite.Message) error {
				if m.Invitation == tt.at && !tt.kept {
					panic("the power is out")
				}
				err := keep(ctx, m)
				if m.Invitation == tt.at {
					panic("the power is out")
				}
				return err
			}
			c.reopen()
			dies(func() { c.must("ann", sends("a", "b", "c")...) })
			c.config.Deliver = keep
			c.reopen()
			if got := c.pending(); got != "" {
				t.Errorf("at once %q are sent, which may be on their way", got)
			}
			c.pass(lease - 1)
			if got := c.pending(); got != "" {
				t.Errorf("before the lease is over %q are sent", got)
			}
			c.pass(1)
			before := len(events(t, c.log))
			if got := c.pending(); got != tt.want || c.sentTo("a", "b", "c") != tt.sent || c.undelivered() != "" {
				t.Errorf("%q are sent, so %s messages, and undelivered are %q", got, c.sentTo("a", "b", "c"), c.undelivered())
			}
			for _, e := range events(t, c.log)[before:] {
				if e.Actor != (audit.Actor{Kind: audit.KindSystem, ID: "delivery"}) {
					t.Errorf("event %+v is not of the delivery", e)
				}
			}
			c.pass(time.Hour)
			if got := c.pending(); got != "" {
				t.Errorf("%q are sent once more", got)
			}
			c.accepted("a", "")
			c.accepted("c", "")
			c.checkReplay()
		})
	}
}

// TestCrashWithinDeliverPending ends the process between a claim and its message,
// between the message and its record, and in the middle of several.
func TestCrashWithinDeliverPending(t *testing.T) {
	for name, crash := range map[string]func(c *testCompany){
		"claimed": func(c *testCompany) {
			c.config.Deliver = func(context.Context, invite.Message) error { panic("the power is out") }
		},
		"out, and not recorded": func(c *testCompany) {
			c.log = faultyLog(c.log, nil, map[int]audittest.Mode{2: audittest.FailBefore, 3: audittest.FailBefore})
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.lost = errors.New("450 too many requests")
			c.must("ann", sends("a", "b")...)
			c.lost = nil
			c.pass(lease)
			log, keep := c.log, c.config.Deliver
			crash(c)
			c.reopen()
			dies(func() {
				if got := c.pending(); got != "-a ErrUnrecorded ErrUncertain ErrUnrecorded, error ErrUncertain" {
					t.Errorf("%q", got)
				}
			})
			out := len(c.mail)
			c.config.Deliver, c.log = keep, log
			c.reopen()
			if i, _ := c.Invitation("a"); i.Generation != 2 || i.Sponsor != (invite.Sponsor{User: "ann"}) {
				t.Errorf("it is at generation %d of %+v", i.Generation, i.Sponsor)
			}
			c.pass(lease)
			c.pending()
			if got := c.sentTo("a", "b"); c.undelivered() != "" || len(c.mail)-out > 2 || strings.Contains(got, "0") {
				t.Errorf("%s messages, and undelivered are %q", got, c.undelivered())
			}
			c.accepted("a", "")
			c.accepted("b", "")
			c.checkReplay()
		})
	}
}

// TestPassedOver: what cannot be given out now is said, each time, with nothing
// in the log; what is beside it goes out.
func TestPassedOver(t *testing.T) {
	for name, tt := range map[string]struct {
		want   string
		before company.Change // by the desk
	}{
		"sponsor suspended": {"denied suspended", company.SuspendUser{User: "ugo"}},
		"sponsor demoted":   {"denied no-capability", company.SetRole{User: "ugo", Role: "viewer"}},
		"team gone":         {"denied unknown-resource team", company.DeleteTeam{Team: "t"}},
		"role not offered":  {"ErrNotOffered ErrOnHold", company.ReplaceCatalog{Roles: withoutOffer("viewer")}},
		"fewer seats":       {"ErrOnHold ErrSeats", nil},
		"it expired":        {"ErrExpired", company.SetCompanyName{Name: "Bolt"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.lost = errors.New("450 too many requests")
			c.invites("ugo", "i", intoTeams(termsTo("bob@x.test", "viewer"), "t"))
			if tt.want == "ErrExpired" {
				c.pass(30 * 24 * time.Hour)
			}
			c.invites("abe", "j", termsTo("cat@x.test", "user"))
			c.lost = nil
			if tt.before != nil {
				c.must("system ops", tt.before)
			} else {
				c.sells(userCount)
			}
			c.pass(lease)
			before := len(events(t, c.log))
			want := "j, -i " + tt.want
			if strings.Contains(tt.want, "ErrSeats") {
				want = "-i " + tt.want + ", -j " + tt.want
			}
			if got := c.pending(); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			after := len(events(t, c.log))
			if again := c.pending(); again != strings.TrimPrefix(want, "j, ") || len(events(t, c.log)) != after || after-before != 2*strings.Count(want, "j, -i") {
				t.Errorf("%d events, and then %q and %d", after-before, again, len(events(t, c.log))-after)
			}
			if tt.before != nil {
				c.checkReplay()
			}
		})
	}
}

// invites has somebody invite, whether or not the message is lost.
func (c *testCompany) invites(by string, id invite.ID, terms invite.Terms) {
	c.t.Helper()
	c.must(by, company.Invite{Invitation: id, Terms: terms})
}

// TestNothingPending: messages that are delivered, revoked, answered or being
// delivered are left alone, and a company without a way to deliver says so.
func TestNothingPending(t *testing.T) {
	within := ""
	c := delivering(t, func(_ context.Context, c *testCompany, m invite.Message) error {
		if m.Invitation == "slow" {
			c.pass(time.Hour) // longer than any lease
			within = "nothing" + c.pending()
		}
		return nil
	})
	c.must("ann", sends("slow", "a", "b", "c")...)
	c.must("ann", company.RevokeInvitation{Invitation: "a"})
	c.accepted("b", "")
	c.must("invitee c@x.test", c.decline("c"))
	c.pass(time.Hour)
	if got := c.pending(); got != "" || within != "nothing" {
		t.Errorf("%q are sent, and while one was on its way %s", got, within)
	}
	if given, left, err := c.second(nil).DeliverPending(t.Context()); given != nil || left != nil || !errors.Is(err, company.ErrNoDelivery) {
		t.Errorf("without a way to deliver: %v, %v, %v", given, left, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.DeliverPending(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("of a call that was given up: %v", err)
	}
	c.checkReplay()
}

// TestLeaseIsConfigured: it counts from the last message, whoever made it, and
// from the correction of a clock that was ahead.
func TestLeaseIsConfigured(t *testing.T) {
	c := inviteCompany(t, func(config *company.Config) { config.Invitations.Lease = 2 * time.Hour })
	c.lost = errors.New("lost")
	c.must("ann", sends("a")...)
	c.pass(90 * time.Minute)
	c.must("abe", company.ResendInvitation{Invitation: "a"})
	c.pass(90 * time.Minute)
	if got := c.pending(); got != "" {
		t.Errorf("%q are sent within the lease", got)
	}
	c.pass(30 * time.Minute)
	if got := c.pending(); got != "-a lost" {
		t.Errorf("after the lease %q", got)
	}
	c.lost = nil
	c.pass(-3 * time.Hour)
	c.must("system ops", company.CorrectClock{})
	c.pass(2 * time.Hour)
	if got := c.pending(); got != "a" {
		t.Errorf("with the clock set back %q", got)
	}
	c.checkReplay()
}

// TestPendingInQueue: a queue has a message until the lease is over, or its
// delivery is recorded.
func TestPendingInQueue(t *testing.T) {
	c := inviteCompany(t, func(config *company.Config) {
		keep := config.Deliver
		config.Deliver = func(ctx context.Context, m invite.Message) error { return errors.Join(keep(ctx, m), company.ErrQueued) }
	})
	c.must("ann", sends("a", "b")...)
	c.pass(lease - 1)
	if got := c.pending(); got != "" {
		t.Errorf("%q are queued twice", got)
	}
	c.must("system ops", company.RecordDelivery{Invitation: "a", Generation: 1})
	c.pass(1)
	if got := c.pending(); got != "b" || c.undelivered() != "b" || c.sentTo("a", "b") != "1 2" {
		t.Errorf("%q are queued again, and undelivered are %q", got, c.undelivered())
	}
	c.must("system ops", company.RecordDelivery{Invitation: "b", Generation: 2})
	c.pass(time.Hour)
	if got := c.pending(); got != "" {
		t.Errorf("%q are queued again, though it is recorded", got)
	}
	c.checkReplay()
}

// TestClaimedElsewhere: another process has its event stored between the look of
// this one and its claim. What it left is given out, and nothing is said.
func TestClaimedElsewhere(t *testing.T) {
	for name, tt := range map[string]struct {
		want      string
		meanwhile func(other *testCompany)
	}{
		"claimed":  {"b", func(o *testCompany) { o.must("system ops", company.RedeliverInvitation{Invitation: "a"}) }},
		"re-sent":  {"b", func(o *testCompany) { o.must("ann", company.ResendInvitation{Invitation: "a"}) }},
		"revoked":  {"b", func(o *testCompany) { o.must("ann", company.RevokeInvitation{Invitation: "a"}) }},
		"recorded": {"b", func(o *testCompany) { o.must("system ops", company.RecordDelivery{Invitation: "a", Generation: 1}) }},
		"claimed, and queued": {"b", func(o *testCompany) {
			queue := o.config
			queue.Deliver = func(context.Context, invite.Message) error { return company.ErrQueued }
			o.Company = o.second(&queue).Company
			o.must("system ops", company.RedeliverInvitation{Invitation: "a"})
		}},
		"all given out":         {"", func(o *testCompany) { o.pending() }},
		"nothing to do with it": {"a, b", func(o *testCompany) { o.must("ann", company.SetCompanyName{Name: "Bolt"}) }},
		"on hold":               {"-a denied suspended, -b denied suspended", func(o *testCompany) { o.must("system ops", company.SuspendUser{User: "ann"}) }},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, instant)
			c.lost = errors.New("lost")
			c.must("ann", sends("a", "b")...)
			c.lost = nil
			c.pass(lease)
			memory, done := c.log, false
			c.reopenOn(&appendingLog{memory, func(audit.Event) {
				if done {
					return
				}
				done = true
				other := c.second(&c.config)
				other.log = memory
				if o, err := company.Open(t.Context(), memory, &c.config); err == nil {
					other.Company = o
				}
				tt.meanwhile(other)
			}})
			if got := c.pending(); got != tt.want || !done {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if name != "claimed, and queued" {
				c.sentTo("a", "b")
			}
			if i, _ := c.Invitation("a"); i.Generation > 2 {
				t.Errorf("it is at generation %d", i.Generation)
			}
			c.checkReplay()
		})
	}
}

// TestUncertainClaim: nobody can say whether a claim is in the log. The call ends,
// nothing is sent with its secret, and a later call gives the message out.
func TestUncertainClaim(t *testing.T) {
	for _, mode := range audittest.Modes() {
		t.Run(mode.String(), func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.lost = errors.New("lost")
			c.must("ann", sends("a", "b")...)
			c.lost = nil
			c.pass(lease)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c.reopenOn(faultyLog(c.log, cancel, map[int]audittest.Mode{1: mode}))
			given, left, err := c.DeliverPending(ctx)
			if given != nil || left != nil || !errors.Is(err, company.ErrUncertain) || len(c.mail) != 0 {
				t.Errorf("%v, %v, %v, after %d messages", given, left, err, len(c.mail))
			}
			c.pending()
			c.pass(lease)
			c.pending()
			if got := c.sentTo("a", "b"); got != "1 1" || c.undelivered() != "" {
				t.Errorf("%s messages, and undelivered are %q", got, c.undelivered())
			}
			c.checkReplay()
		})
	}
}

// TestFailedClaimKeepsNobody: after a claim that failed nothing is on its way to
// the address, so that anybody may send there.
func TestFailedClaimKeepsNobody(t *testing.T) {
	c := inviteCompany(t, nil)
	c.lost = errors.New("lost")
	c.must("ann", sends("a")...)
	c.lost = nil
	c.pass(lease)
	c.reopenOn(faultyLog(c.log, nil, map[int]audittest.Mode{1: audittest.FailBefore}))
	if got := c.pending(); got != "error ErrUncertain" {
		t.Errorf("%q", got)
	}
	c.must("ann", company.ResendInvitation{Invitation: "a"})
	c.checkReplay()
}

// TestOldMessageIsNotSent: a message that waits behind a slow one is not sent once
// another process has given it out again, or it was taken back.
func TestOldMessageIsNotSent(t *testing.T) {
	c := delivering(t, func(_ context.Context, c *testCompany, m invite.Message) error {
		if m.Invitation == "slow" {
			c.pass(lease)
			c.must("system ops", company.RedeliverInvitation{Invitation: "b"})
			c.must("ann", company.RevokeInvitation{Invitation: "d"})
		}
		return nil
	})
	r, err := c.do("ann", sends("slow", "b", "c", "d")...)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, u := range r.Undelivered {
		left = append(left, u.Error())
	}
	if want := []string{
		"company: deliver invitation b: generation 1 is over: invitation b is pending, at generation 2",
		"company: deliver invitation d: generation 1 is over: invitation d is revoked, at generation 1",
	}; !slices.Equal(left, want) {
		t.Errorf("undelivered are %q", left)
	}
	if got := c.sentTo("slow", "b", "c", "d"); got != "1 1 1 0" || c.undelivered() != "" {
		t.Errorf("%s messages, and undelivered are %q", got, c.undelivered())
	}
	c.checkReplay()
}

// TestPendingAsksNobody: no user is asked in the name of the delivery, and the
// reasons are complete, as they go to the host alone.
func TestPendingAsksNobody(t *testing.T) {
	asked := 0
	c := inviteCompany(t, func(config *company.Config) {
		config.Observer = func(context.Context, access.Decision) { asked++ }
		config.Refused = func(context.Context, company.Attempt) { asked++ }
	})
	c.lost = errors.New("lost")
	c.must("ugo", sends("a")...)
	c.lost = nil
	c.must("system ops", company.SuspendUser{User: "ugo"})
	c.pass(lease)
	asked = 0
	_, left, err := c.DeliverPending(t.Context())
	if asked != 0 || err != nil || len(left) != 1 || !errors.Is(left[0], company.ErrOnHold) || !strings.HasPrefix(left[0].Error(), "company: deliver invitation a: ") {
		t.Errorf("%d decisions and attempts, %v, %v", asked, left, err)
	}
}
