package company

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// Receipt is what came of a Do.
type Receipt struct {
	Seq     uint64    // of the event
	ID      string    // of the event
	Time    time.Time // of the event
	Changes []Change  // as they were recorded, with their outcomes; see [Outcome]

	// Repeated has the changes of a system that say what was so already, in their
	// order, counted from 1. They were passed over, and are not in Changes.
	Repeated []int

	// Undelivered has the invitations whose message was not delivered, or whose
	// delivery could not be recorded. They were made all the same.
	Undelivered []Undelivered
}

// Outcome returns the first change of type T of a receipt, as it was recorded
// with its outcomes:
//
//	made, ok := company.Outcome[company.AddUser](receipt) // made.User is the id
//
// The second result is false if there is none. An [Invite] that re-sent a pending
// invitation is recorded as a [ResendInvitation]; [Receipt.Invitations] has both.
func Outcome[T Change](r Receipt) (T, bool) {
	for _, change := range r.Changes {
		if made, ok := change.(T); ok {
			return made, true
		}
	}
	var none T
	return none, false
}

// Invitations returns the invitations that were sent or re-sent, in the order of
// the changes.
func (r Receipt) Invitations() []invite.ID {
	var all []invite.ID
	for _, change := range r.Changes {
		switch made := change.(type) {
		case Invite:
			all = append(all, made.Invitation)
		case ResendInvitation:
			all = append(all, made.Invitation)
		case AmendInvitation:
			all = append(all, made.Invitation)
		case RedeliverInvitation:
			all = append(all, made.Invitation)
		}
	}
	return all
}

// Do makes changes, all of them or none, as one event of the log.
//
// They apply in order, each judged on the state that the earlier ones left. What
// a user does is asked of Decide, at company level and at the time of the event.
// What needs more than subject, action and resource is judged by the rules of
// this package. The first change that fails refuses all. If another writer
// appended first, all are judged again on the state that they left.
//
// What a system repeats is passed over and listed in the Receipt, if all that the
// change says is so, or if it removes what was removed. If nothing else is left,
// or a user says it, Do refuses with [ErrNoChange].
//
// If one change makes something that a later one names, such as a team that a
// group is attached to, give it an id of your own: you learn a random one from
// the Receipt only.
//
// When Do returns nil, the event is stored and the policy is the new one. The
// error is an [*Error]. A refusal wraps a [*access.DeniedError] or a variable of
// this package, has the index of the change, and nothing was stored.
//
// An error that wraps [ErrUncertain] comes with a Receipt if the log failed in
// such a way that the event may still be stored. Call [Company.Sync] to settle
// it; then the log has an event of the Receipt's ID, or never will. Until it is
// settled every other Do tries to settle it first. If that fails, the error
// wraps ErrUncertain as well, the Receipt is zero, and nothing of that Do was
// stored. No message is sent for invitations in an event that was uncertain: if
// it was stored, re-send them.
//
// Messages that were delivered are recorded as one more event, by the system
// "delivery", before Do returns.
//
// One Do runs at a time; others wait, until ctx ends.
func (c *Company) Do(ctx context.Context, by By, changes ...Change) (Receipt, error) {
	r := request{company: c, by: by, changes: changes}
	if err := c.prepare(ctx, c.log, by); err != nil {
		return Receipt{}, wrap("do", err)
	}
	e, err := c.journal.Write(ctx, r.propose(ctx))
	if err != nil {
		c.underway.end(r.going) // they will not be sent
	}
	if e.Seq == 0 {
		return Receipt{}, r.refused(ctx, err)
	}
	r.observe(ctx, nil)
	receipt := r.receipt(e)
	if err != nil {
		return receipt, wrap("do", err)
	}
	receipt.Undelivered = c.deliver(ctx, r.p, r.going)
	return receipt, nil
}

// request is what a Do or a WhatIf asks for, and what was made of it so far.
type request struct {
	company *Company
	by      By
	changes []Change
	dryRun  bool      // it is a WhatIf
	p       *proposal // the last; nil before anything was judged
	going   []message // that it sends
}

// propose returns what the journal asks for the event of a request.
func (r *request) propose(ctx context.Context) journal.Propose[*published] {
	c := r.company
	return func(at journal.Point[*published]) (next *published, e audit.Event, err error) {
		c.underway.end(r.going) // of a try that another writer overtook
		r.going = nil
		r.p = c.proposal(at, r.by)
		if err = r.p.propose(ctx, at, r.changes); err != nil {
			return nil, audit.Event{}, err
		}
		if e, err = r.p.event(r.by); err == nil {
			r.going = r.p.messages()
			c.underway.begin(r.going, r.p.at, c.config.Invitations.Cooldown)
		}
		return c.publish(at.State, r.p.state), e, err
	}
}

// refused returns why a request came to nothing, and shows it to the observers.
func (r *request) refused(ctx context.Context, err error) error {
	r.p.tell(err, true)
	err = wrap("do", err)
	r.observe(ctx, err)
	return err
}

// receipt returns what came of a request.
func (r *request) receipt(e audit.Event) Receipt {
	return Receipt{Seq: e.Seq, ID: e.ID, Time: e.Time, Changes: r.p.recorded, Repeated: r.p.repeats}
}

// prepare does what a Do asks of the log before it proposes anything: the time, of
// the way by which it appends, and what another process may have written that this
// one is missing. A refusal, too, is an answer that may be no older than MaxAge.
func (c *Company) prepare(ctx context.Context, log audit.Log, by By) error {
	if err := c.checkStoreClock(ctx, log); err != nil {
		return err
	}
	if p := c.journal.Point(); by.Since > p.Head.Seq || c.checkClock(p) != nil || c.isTooOld() {
		return c.journal.Sync(ctx)
	}
	return nil
}

// propose makes changes on top of a state, all of them or none. Nobody waits for
// the rest of a long list whose context has ended.
func (p *proposal) propose(ctx context.Context, at journal.Point[*published], changes []Change) error {
	reasonDue := slices.ContainsFunc(changes, func(change Change) bool {
		row := rowOf(change)
		return row != nil && row.must&needsReason != 0
	})
	if err := p.by.check(reasonDue); err != nil {
		return err
	}
	if since := p.by.Since; since > at.Head.Seq {
		return fmt.Errorf("the condition %w: event %d is not in the log, which has %d", ErrInvalid, since, at.Head.Seq)
	}
	if err := p.setTime(at, changes); err != nil {
		return err
	}
	for i, change := range changes {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := p.add(change)
		if err != nil && p.actor.system != "" && errors.Is(err, ErrNoChange) {
			p.repeats = append(p.repeats, i+1)
			continue
		}
		if err != nil {
			return refusedAt(err, i+1, change)
		}
	}
	switch {
	case len(p.recorded) > 0:
		return nil
	case len(p.repeats) == 0:
		return ErrNoChange
	}
	return refusedAt(ErrNoChange, 1, changes[0])
}

// refusedAt says which change of a Do an error is about.
func refusedAt(err error, index int, c Change) *Error {
	e, ok := err.(*Error)
	if !ok {
		e = &Error{Err: err}
	}
	e.Op, e.Index = "do", index
	if row := rowOf(c); row != nil {
		e.Change = row.name
	}
	return e
}

// Sync takes in what other writers appended to the log, and settles whether an
// event of this one was stored. When it returns nil, Policy is up to date.
func (c *Company) Sync(ctx context.Context) error {
	if err := c.journal.Sync(ctx); err != nil {
		return wrap("sync", err)
	}
	return nil
}

// wrap makes err an *Error of an operation, unless it is one.
func wrap(op string, err error) error {
	var seq uint64
	if e := (*journal.Error)(nil); errors.As(err, &e) {
		seq, err = e.Seq, e.Err
		if e.Op == "replay" {
			op = e.Op
		}
	} else if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	if errors.Is(err, journal.ErrUnfit) {
		err = invalid("the event", err)
	}
	if op != "do" {
		reveal(err) // it is the host's alone
	}
	return &Error{Op: op, Seq: seq, Err: err}
}
