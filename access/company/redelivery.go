package company

import (
	"context"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// redelivery is the reason of a message that is given out again.
const redelivery = "the message is not known to have been delivered"

// DeliverPending gives out again every message that may have been lost: that of
// each pending invitation whose delivery is not recorded, once
// [InvitationLimits.Lease] has passed since it was made. So a message whose event
// is stored reaches its address at least once, whenever a process ends. Call it
// when a process starts, and every few minutes from then on:
//
//	given, left, err := acme.DeliverPending(ctx)
//
// Nobody has the secret of such a message any more, so a new one is made, and the
// old one opens nothing: a [RedeliverInvitation] by the system "delivery", whose
// sponsor, terms and expiry stay. It is an event of its own, and says which
// process delivers: of several that find the same message lost, one has its event
// stored, and the others pass the message over. Then it is delivered and recorded
// as in a [Company.Do].
//
// The result has the invitations whose message was delivered, or is in a queue of
// the host's ([ErrQueued]), and those whose was not, each with the reason: what
// [Config.Deliver] returned, that the delivery could not be recorded
// ([ErrUnrecorded]), or why the message cannot be given out now, such as
// [ErrOnHold], [ErrTooSoon] and [invite.ErrExpired]. All of these are tried again
// by a later call. What others deliver, or have just sent, is in neither.
//
// The error is about the log, or that of ctx, or wraps [ErrNoDelivery]: the call
// ends there, and what it did until then is in the result. An event that was
// uncertain is not delivered by this call; if it was stored, its message is lost
// like any other.
//
// It costs a look at each invitation of [Company.UndeliveredInvitations], and two
// events for each message. Any number of calls may run at once.
func (c *Company) DeliverPending(ctx context.Context) (given []invite.ID, left []Undelivered, err error) {
	const op = "deliver pending"
	if c.config.Deliver == nil {
		return nil, nil, &Error{Op: op, Err: ErrNoDelivery}
	}
	if err := c.prepare(ctx, c.log, By{}); err != nil {
		return nil, nil, wrap(op, err)
	}
	if err := c.journal.Sync(ctx); err != nil {
		return nil, nil, wrap(op, err)
	}
	for i := range c.UndeliveredInvitations() {
		if !c.mayBeLost(i) {
			continue
		}
		claim, err := c.claim(ctx, i)
		if errors.Is(err, errNothingDue) {
			continue // it is somebody else's by now, answered or taken back
		}
		if err != nil {
			e, _ := errors.AsType[*Error](wrap(op, err))
			if !e.Refused() {
				return given, left, &Error{Op: op, Seq: e.Seq, Err: e.Err}
			}
			left = append(left, Undelivered{i.ID, e.Err})
			continue
		}
		failed := c.deliver(ctx, claim.p, claim.going)
		if len(failed) == 0 {
			given = append(given, i.ID)
		}
		left = append(left, failed...)
	}
	return given, left, nil
}

// mayBeLost reports whether the message of an invitation that is undelivered has
// had its time, and this process is not delivering it.
func (c *Company) mayBeLost(i invite.Invitation) bool {
	over := i.Sent.Add(c.config.Invitations.Lease)
	return !c.timeAt(c.journal.Point()).Before(over) && !c.underway.isHeld(i.ID)
}

// claim makes a new message of an invitation that was found undelivered, unless
// something became of it meanwhile: then the error is errNothingDue.
func (c *Company) claim(ctx context.Context, found invite.Invitation) (*request, error) {
	r := &request{
		company: c, by: By{Actor: Actor{system: deliverySystem, own: true}, Reason: redelivery},
		changes: []Change{RedeliverInvitation{Invitation: found.ID}},
	}
	propose := r.propose(ctx)
	_, err := c.journal.Write(ctx, func(at journal.Point[*published]) (*published, audit.Event, error) {
		now, _ := at.State.invitations.get(found.ID)
		if now.State != invite.Pending || now.Generation != found.Generation || !now.Delivered.IsZero() {
			return nil, audit.Event{}, errNothingDue
		}
		return propose(at)
	})
	if err != nil {
		c.underway.end(r.going) // they will not be sent
	}
	return r, err
}

// send delivers a message, unless its secret opens nothing any more, as far as
// this process knows: another message was made meanwhile, or the invitation was
// answered or taken back.
func (c *Company) send(ctx context.Context, p *proposal, m message) error {
	now, _ := c.journal.Current().invitations.get(m.ID)
	if now.State != invite.Pending || now.Generation != m.Generation {
		return fmt.Errorf("generation %d is over: invitation %s is %s, at generation %d", m.Generation, m.ID, now.State, now.Generation)
	}
	return c.config.Deliver(ctx, invite.Message{
		Offer: p.offer(m.Invitation), Invitation: m.ID, To: m.Terms.Address, Origin: c.config.Origin, Secret: m.secret,
	})
}
