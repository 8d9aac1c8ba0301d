package company

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
)

// RecordDelivery records that the message of a generation of an invitation was
// delivered. Only a system may. A company makes it itself, as the system
// "delivery", when [Config.Deliver] returned nil; a host whose queue confirms
// later, so that Deliver returns [ErrQueued], names a system for it in
// [Config.Systems].
//
// It is a fact about the past, so it is recorded of a closed invitation, too.
// Only the generation sent last is of interest; another one is refused.
type RecordDelivery struct {
	Invitation invite.ID `json:"invitation"`
	Generation int       `json:"generation"`
}

// delivered returns the invitation that c is about.
func (c RecordDelivery) delivered(s *state) (invite.Invitation, error) {
	i, err := s.invitation(c.Invitation)
	switch {
	case err != nil:
		return i, err
	case i.Generation != c.Generation:
		return i, fmt.Errorf("generation %d %w: invitation %s is at generation %d", c.Generation, ErrInvalid, i.ID, i.Generation)
	case !i.Delivered.IsZero():
		return i, ErrNoChange
	}
	return i, nil
}

func (c RecordDelivery) resolve(p *proposal) (Change, error) {
	_, err := c.delivered(&p.state)
	return c, err
}

func (c RecordDelivery) apply(s *state, at time.Time) error {
	i, err := c.delivered(s)
	if err != nil {
		return err
	}
	i.Delivered = at
	s.invitations = s.invitations.with(i)
	return nil
}

// RedeliverInvitation gives the message of a pending invitation out again, as it
// was lost: with a new secret, since nobody has the old one any more. Sponsor,
// terms and expiry stay. [Company.DeliverPending] makes it of all that is due. Only a
// system may, and only while the sponsor could
// send it; if they could not, the error wraps [ErrOnHold].
type RedeliverInvitation struct {
	Invitation invite.ID `json:"invitation"`
	InvitationOutcome
}

func (c RedeliverInvitation) resolve(p *proposal) (Change, error) {
	i, err := p.find(p.actor, c, c.Invitation, invite.Redeliver)
	if err != nil {
		return nil, err
	}
	if err := p.maySend(sponsor(i), Invite{}, i.Terms); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOnHold, text.Cause(err))
	}
	if err := p.mayDeliver(i); err != nil {
		return nil, err
	}
	c.InvitationOutcome = InvitationOutcome{}
	c.Digest, err = p.newSecret(i)
	return c, err
}

func (c RedeliverInvitation) derive(s *state, o origin) (Change, error) {
	i, err := s.invitation(c.Invitation)
	c.InvitationOutcome = s.sentBy(o, i, c.InvitationOutcome)
	c.Sponsor, c.Expires = i.Sponsor, i.Expires
	return c, err
}

func (c RedeliverInvitation) apply(s *state, at time.Time) error {
	i, _ := s.invitations.get(c.Invitation)
	return s.recordSent(i, c.InvitationOutcome, invite.Redeliver, at)
}

// Undelivered is a message that was not delivered, though its invitation was
// made, or whose delivery could not be recorded, with an error that wraps
// [ErrUnrecorded]. Re-send it, or leave it to [Company.DeliverPending].
type Undelivered struct {
	Invitation invite.ID
	Err        error // of [Config.Deliver], or of the log
}

// Error returns the invitation and the cause.
func (u Undelivered) Error() string {
	return fmt.Sprintf("company: deliver invitation %s: %v", u.Invitation, u.Err)
}

// Unwrap returns Err.
func (u Undelivered) Unwrap() error { return u.Err }

// deliverySystem is the system as which a company records what it delivered. No
// system of the host's has its name, and no Do can be in its name.
const deliverySystem = "delivery"

// recordTimeout is how long the record of a delivery may take. It does not end
// with the context of the Do: the message is out.
const recordTimeout = 10 * time.Second

// deliver delivers the messages of a proposal whose event is stored, and records
// what was delivered, even if Deliver panics in between.
func (c *Company) deliver(ctx context.Context, p *proposal, all []message) (failed []Undelivered) {
	var done []message
	c.underway.hold(all)
	defer c.underway.release(all)
	defer func() {
		err := c.recordDelivered(ctx, done)
		if err == nil {
			c.underway.end(done)
			return
		}
		for _, m := range done {
			failed = append(failed, Undelivered{m.ID, fmt.Errorf("%w: %w", ErrUnrecorded, err)})
		}
	}()
	for i, m := range all {
		err := c.send(ctx, p, m)
		switch {
		case err == nil:
			done = append(done, m)
		case !errors.Is(err, ErrQueued):
			failed = append(failed, Undelivered{m.ID, err})
			c.underway.end(all[i : i+1])
		}
	}
	return failed
}

// message is an invitation with its secret.
type message struct {
	invite.Invitation
	secret invite.Secret
}

// messages returns what is to be delivered once the event is stored, without
// invitations that the same proposal closed or re-sent later on.
func (p *proposal) messages() []message {
	var all []message
	for _, o := range p.outgoing {
		i, _ := p.invitations.get(o.invitation)
		if i.State == invite.Pending && i.Digest.Matches(o.secret, i.Claim(p.id)) {
			all = append(all, message{i, o.secret})
		}
	}
	return all
}

// errNothingDue ends a write for which there is nothing to write.
var errNothingDue = errors.New("nothing is due")

// recordDelivered records deliveries as one event, but for those that need no
// record any more: of a generation that is not the last one by now, or that is
// recorded.
func (c *Company) recordDelivered(ctx context.Context, done []message) error {
	if len(done) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	by := By{Actor: Actor{system: deliverySystem, own: true}}
	_, err := c.journal.Write(ctx, func(at journal.Point[*published]) (*published, audit.Event, error) {
		var due []Change
		for _, m := range done {
			c := RecordDelivery{m.ID, m.Generation}
			if _, err := c.delivered(&at.State.state); err == nil {
				due = append(due, c)
			}
		}
		if len(due) == 0 {
			return nil, audit.Event{}, errNothingDue
		}
		p := c.proposal(at, by)
		if err := p.propose(ctx, at, due); err != nil {
			return nil, audit.Event{}, err
		}
		e, err := p.event(by)
		return c.publish(at.State, p.state), e, err
	})
	if errors.Is(err, errNothingDue) {
		return nil
	}
	return err
}

// underway is the addresses that a message went to, or may be on its way to,
// without that being in the log, and since when: without it, everybody could
// have another message sent to an address while the first is being delivered.
// An address that is not among them costs nothing.
type underway struct {
	mu    sync.Mutex
	since map[string]time.Time // by key of the mailbox
	purge int                  // at which length what is over is looked for
	held  map[invite.ID]int    // how many deliveries of this process, running now, have a message of it
}

// hold notes that messages are being delivered.
func (u *underway) hold(all []message) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.held == nil {
		u.held = make(map[invite.ID]int)
	}
	for _, m := range all {
		u.held[m.ID]++
	}
}

// release ends what hold began.
func (u *underway) release(all []message) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, m := range all {
		if u.held[m.ID]--; u.held[m.ID] == 0 {
			delete(u.held, m.ID)
		}
	}
}

// isHeld reports whether a message of an invitation is being delivered.
func (u *underway) isHeld(id invite.ID) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.held[id] > 0
}

// begin notes that messages go out at an instant, each keeping others from its
// address for a time.
func (u *underway) begin(all []message, at time.Time, wait time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.since == nil {
		u.since = make(map[string]time.Time)
	}
	for _, m := range all {
		u.since[m.Terms.Address.Key()] = at
	}
	if len(u.since) <= u.purge {
		return
	}
	maps.DeleteFunc(u.since, func(_ string, since time.Time) bool { return !at.Before(since.Add(wait)) })
	u.purge = 2*len(u.since) + 64
}

// end notes that messages were not sent, or that the log has them. One that was
// sent to the same address later may still be on its way.
func (u *underway) end(all []message) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, m := range all {
		if key := m.Terms.Address.Key(); u.since[key].Equal(m.Sent) {
			delete(u.since, key)
		}
	}
}

// to returns since when a message is on its way to an address; zero is none.
func (u *underway) to(a invite.Address) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.since[a.Key()]
}
