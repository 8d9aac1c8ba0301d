package company

import (
	"context"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// CorrectClock makes time count from the clock again, after an event whose clock
// was ahead. Only a system may, in a Do of its own. Until then everything that
// ends is as it is at the time of that event.
//
// Its event has the clock's own time, as the only event that may be earlier than
// the one before. What ended between the two goes on until its end. What counts
// from when it was sent is not extended: an invitation that was sent at a later
// time expires as long after this event as it would have after it was sent. Look
// at what else was given since with an end that counts from the wrong time.
type CorrectClock struct {
	CorrectClockOutcome
}

// CorrectClockOutcome is the outcome of [CorrectClock].
type CorrectClockOutcome struct {
	From time.Time `json:"from"` // the time of the event before
}

func (c CorrectClock) resolve(p *proposal) (Change, error) {
	if !p.at.Before(p.last) {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c CorrectClock) derive(_ *state, o origin) (Change, error) {
	c.From = o.last
	return c, nil
}

func (c CorrectClock) apply(s *state, at time.Time) error {
	if !at.Before(c.From) {
		return fmt.Errorf("the time %w: it is no earlier than that of the event before", ErrInvalid)
	}
	s.invitations = s.invitations.setBack(at)
	return nil
}

// setBack returns invitations as they are when time counts from an earlier instant
// again. None lasts for longer than it was sent for, and none comes to life again
// that another one to its address came after.
func (v invitations) setBack(at time.Time) invitations {
	var later []invite.Invitation
	for i := range v.pending() {
		superseded := v.to(i.Terms.Address).ID != i.ID
		switch {
		case superseded && !i.Expires.IsZero() && i.Expires.After(at):
			i.Expires = at
		case i.Sent.After(at) && !i.Expires.IsZero():
			i.Expires = at.Add(i.Expires.Sub(i.Sent))
			i.Sent = at
		default:
			continue
		}
		later = append(later, i)
	}
	for _, i := range later {
		v = v.with(i)
	}
	return v
}

// corrected is where in the log time went back, and to when.
type corrected struct {
	seq uint64
	at  time.Time
}

// untilTime returns what is wanted of a log for the state at an instant: all that
// comes before the last event that is not later. From one correction of the clock
// to the next, time never goes back.
func untilTime(clocks []corrected, t time.Time) func(uint64, time.Time) bool {
	var seq uint64
	for _, c := range clocks {
		if !c.at.After(t) {
			seq = c.seq
		}
	}
	return func(n uint64, at time.Time) bool { return n <= seq || !at.After(t) }
}

// correctsClock reports whether an event may be earlier than the one before.
func correctsClock(e audit.Event) bool {
	return len(e.Changes) == 1 && e.Changes[0].Type == rowOf(CorrectClock{}).name
}

// now returns the time that it is for the company: never before its last event,
// so a clock that is set back revives nothing.
func (c *Company) now() time.Time { return c.timeAt(c.journal.Point()) }

// timeAt returns the time that it is at a point of the log.
func (c *Company) timeAt(p journal.Point[*published]) time.Time {
	if now := c.config.Now(); now.After(p.Time) {
		return now.UTC()
	}
	return p.Time
}

// checkClock refuses to write after an event that is too far ahead.
func (c *Company) checkClock(p journal.Point[*published]) error {
	ahead := p.Time.Sub(c.config.Now())
	if ahead <= c.config.ClockSkew {
		return nil
	}
	return &Error{Op: "do", Seq: p.Head.Seq, Err: fmt.Errorf(
		"%w: event %d is %s ahead of the clock here: set this clock right, or if it is, have a system make a CorrectClock",
		ErrClock, p.Head.Seq, ahead.Round(time.Second))}
}

// checkStoreClock refuses to write by a clock that differs from that of the log's
// store, if it has one.
func (c *Company) checkStoreClock(ctx context.Context, log audit.Log) error {
	store, ok := log.(audit.Clock)
	if !ok {
		store, ok = c.log.(audit.Clock)
	}
	if !ok {
		return nil
	}
	at, err := store.Now(ctx)
	if err != nil {
		return fmt.Errorf("the clock of the log: %w", err)
	}
	if apart := c.config.Now().Sub(at).Abs(); apart > c.config.ClockSkew {
		return fmt.Errorf("%w: the one here and that of the log's store are %s apart: set the wrong one right",
			ErrClock, apart.Round(time.Second))
	}
	return nil
}

// setTime gives changes that follow a point their time, and refuses what would be
// written at a wrong one.
func (p *proposal) setTime(at journal.Point[*published], changes []Change) error {
	for i, change := range changes {
		if _, ok := change.(CorrectClock); !ok {
			continue
		}
		if len(changes) > 1 {
			return refusedAt(fmt.Errorf("the change %w: correct the clock in a Do of its own", ErrInvalid), i+1, change)
		}
		p.at = p.company.config.Now().UTC()
		return nil
	}
	return p.company.checkClock(at)
}
