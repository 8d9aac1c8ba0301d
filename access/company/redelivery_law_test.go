package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/invite"
	"pgregory.net/rapid"
)

// mailing is several processes that have one company, and the mail that they sent.
type mailing struct {
	c         *testCompany // its log, clock and the first process
	processes []*company.Company
	config    company.Config

	mu    sync.Mutex
	mail  map[invite.ID][]invite.Message
	fault func() string // what the next call of Deliver does: "", "lost", "queued", "dies before", "dies after"
}

func newMailing(t rapid.TB, processes int) *mailing {
	o := &mailing{mail: make(map[invite.ID][]invite.Message), fault: func() string { return "" }}
	o.c = newCompany(t, inviteUsers, options{roles: inviteRoles(), teams: "t; n", config: func(c *company.Config) {
		c.Deliver = o.deliver
		c.Invitations.Cooldown = -1
	}})
	o.config = o.c.config
	for range processes {
		o.processes = append(o.processes, o.open(o.c.log))
	}
	return o
}

func (o *mailing) open(log audit.Log) *company.Company {
	o.c.t.Helper()
	co, err := company.Open(context.Background(), log, &o.config)
	if err != nil {
		o.c.t.Fatal(err)
	}
	return co
}

func (o *mailing) deliver(_ context.Context, m invite.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch fault := o.fault(); fault {
	case "lost":
		return errors.New("lost")
	case "dies before":
		panic(fault)
	case "dies after":
		defer panic(fault)
	case "queued":
		o.mail[m.Invitation] = append(o.mail[m.Invitation], m)
		return company.ErrQueued
	}
	o.mail[m.Invitation] = append(o.mail[m.Invitation], m)
	return nil
}

// check wants each message to be out once, and none of its secrets in the log; and
// of those about one invitation only the last to open it, if any.
func (o *mailing) check(co *company.Company) {
	o.c.t.Helper()
	lines := ""
	for e, err := range o.c.log.Events(context.Background(), 0) {
		if err != nil {
			o.c.t.Fatal(err)
		}
		lines += fmt.Sprintf("%+v", e)
		for _, change := range e.Changes {
			lines += string(change.Data)
		}
	}
	for id, mail := range o.mail {
		i, _ := co.Invitation(id)
		out := make(map[string]bool)
		for n, m := range mail {
			secret := m.Secret.Reveal()
			if out[secret] || strings.Contains(lines, secret) {
				o.c.t.Errorf("the secret of message %d of %s is out twice, or in the log", n+1, id)
			}
			out[secret] = true
			if i.Digest.Matches(m.Secret, i.Claim("acme")) && n != len(mail)-1 {
				o.c.t.Errorf("message %d of %d about %s opens it", n+1, len(mail), id)
			}
		}
		if len(mail) > i.Generation {
			o.c.t.Errorf("%d messages of %d generations about %s", len(mail), i.Generation, id)
		}
	}
}

// reached fails if a pending invitation has no message that opens it.
func (o *mailing) reached(co *company.Company) {
	o.c.t.Helper()
	for i := range co.Invitations() {
		mail := o.mail[i.ID]
		if i.State == invite.Pending && (len(mail) == 0 || !i.Digest.Matches(mail[len(mail)-1].Secret, i.Claim("acme")) || i.Delivered.IsZero()) {
			o.c.t.Errorf("%s was not reached, by %d messages of %d generations, delivered at %v", i.ID, len(mail), i.Generation, i.Delivered)
		}
	}
}

// TestDeliveredAtLeastOnce lets several processes invite, give out what is due,
// lose messages, fail at any append and die at any point. When the faults are over,
// everybody who is invited has a message that opens their invitation; no message
// was out twice, and no earlier one opens anything.
func TestDeliveredAtLeastOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := newMailing(t, 0)
		memory := o.c.log
		open := func() *company.Company {
			return o.open(audittest.NewFaulty(memory, audittest.Plan{Delay: 1, Append: func(int, audit.Event) audittest.Mode {
				return rapid.SampledFrom(append([]audittest.Mode{audittest.FailBefore, audittest.FailAfter, audittest.FailLate}, make([]audittest.Mode, 9)...)).Draw(t, "append")
			}}))
		}
		o.processes = []*company.Company{open(), open()}
		o.fault = func() string {
			return rapid.SampledFrom([]string{"", "", "", "lost", "dies before", "dies after"}).Draw(t, "deliver")
		}
		sent := 0
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			n := rapid.IntRange(0, 1).Draw(t, "process")
			p, died := o.processes[n], true
			dies(func() {
				switch by := (company.By{Actor: company.User("ann"), Reason: "r"}); rapid.IntRange(0, 3).Draw(t, "does") {
				case 0:
					var all []company.Change
					for range rapid.IntRange(1, 3).Draw(t, "invites") {
						sent++
						all = append(all, sends(fmt.Sprint("i", sent))...)
					}
					_, _ = p.Do(context.Background(), by, all...)
				case 1:
					o.c.pass(lease)
				case 2:
					_, _ = p.Do(context.Background(), by, company.RevokeInvitation{Invitation: invite.ID(fmt.Sprint("i", sent))})
				default:
					_, _, _ = p.DeliverPending(context.Background())
				}
				died = false
			})
			if died {
				o.processes[n] = open()
			}
		}
		o.fault = func() string { return "" }
		last := o.open(memory)
		o.c.pass(lease)
		if _, left, err := last.DeliverPending(context.Background()); len(left) != 0 || err != nil {
			t.Fatalf("left are %v, %v", left, err)
		}
		o.check(last)
		o.reached(last)
	})
}

// TestClaimsRace has several processes give out the same messages at once, in
// person and to a queue: each is out once, and nobody's call fails.
func TestClaimsRace(t *testing.T) {
	for _, how := range []string{"", "queued"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			claimsRace(t, how)
		})
	}
}

func claimsRace(t *testing.T, how string) {
	const processes, each = 3, 8
	o := newMailing(t, processes)
	o.fault = func() string { return "lost" }
	var all []company.Change
	for n := range each {
		all = append(all, sends(fmt.Sprint("i", n))...)
	}
	if _, err := o.processes[0].Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "r"}, all...); err != nil {
		t.Fatal(err)
	}
	o.fault = func() string { return how }
	o.c.pass(lease)
	var given []invite.ID
	var running sync.WaitGroup
	for _, p := range append(o.processes, o.processes...) { // and two calls at once in each
		running.Go(func() {
			mine, left, err := p.DeliverPending(t.Context())
			if len(left) != 0 || err != nil {
				t.Errorf("left are %v, %v", left, err)
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			given = append(given, mine...)
		})
	}
	running.Wait()
	last := o.open(o.c.log)
	o.check(last)
	seq := uint64(2 + each)
	if how == "" {
		o.reached(last)
		seq += each
	}
	slices.Sort(given)
	if len(given) != each || len(slices.Compact(given)) != each || last.Checkpoint().Seq != seq {
		t.Errorf("%d were given out, and the log has %d events", len(given), last.Checkpoint().Seq)
	}
	for i := range last.Invitations() {
		if i.Generation != 2 {
			t.Errorf("%s is at generation %d", i.ID, i.Generation)
		}
	}
	if n := len(o.mail); n != each {
		t.Errorf("%d were reached", n)
	}
}
