package company

import (
	"context"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
)

// Moment is a company after one event of its log, at one instant. It answers who
// has access, since when, given by whom and why: of now as of any time before. It
// never changes, and is safe for concurrent use. The zero Moment is of no company:
// everything about it is empty, and its policy denies everything as unavailable.
type Moment struct {
	state *state
	head  audit.Checkpoint
	at    time.Time
	old   bool // beyond [Config.MaxAge]
}

// Now returns the company as it is now, as far as this process knows. It costs
// nothing. Its Policy is nil whenever that of the company is.
func (c *Company) Now() Moment {
	old := c.isTooOld()
	p := c.journal.Point()
	return Moment{&p.State.state, p.Head, c.timeAt(p), old}
}

// At returns the company as it was after the event with the given number, at the
// time of that event. It reads a part of the log, and goes on from the nearest
// state before that it keeps: of at most twelve it does, eight of them at regular
// distances, which share what did not change between them. It costs as much as
// reading an eighth of the log to a quarter, and less for what was asked for last.
//
// The error is an [*Error] that wraps [ErrUnknown] for a number the log does
// not have, [ErrBeforeFounding] for an event before the one that finished the
// founding, [ErrDiverged] if the log lost what it had, or what it failed with.
func (c *Company) At(ctx context.Context, seq uint64) (Moment, error) {
	p, err := c.journal.Past(ctx, func(n uint64, _ time.Time) bool { return n <= seq })
	switch {
	case err != nil:
	case p.Head.Seq != seq || seq == 0:
		err = fmt.Errorf("event %d %w", seq, ErrUnknown)
	case p.State.policy == nil:
		err = fmt.Errorf("event %d is only a part of the founding: %w", seq, ErrBeforeFounding)
	}
	if err != nil {
		return Moment{}, wrap("at", err)
	}
	return momentOf(p, p.Time), nil
}

// AsOf returns the company as it was at an instant, after the last event that is
// not later. After a [CorrectClock] that includes the events before it, though
// their times may be later. It costs what At does. The errors are
// those of At, but for ErrUnknown; for an instant before the founding was finished it wraps
// [ErrBeforeFounding].
func (c *Company) AsOf(ctx context.Context, t time.Time) (Moment, error) {
	p, err := c.journal.Past(ctx, untilTime(c.journal.Current().clocks, t))
	if err == nil && p.State.policy == nil {
		err = ErrBeforeFounding
	}
	if err != nil {
		return Moment{}, wrap("as of", err)
	}
	return momentOf(p, t.UTC()), nil
}

func momentOf(p journal.Point[*published], at time.Time) Moment {
	return Moment{state: &p.State.state, head: p.Head, at: at}
}

// Policy returns the policy, with time standing still at the instant.
func (m Moment) Policy() *access.Policy {
	switch {
	case m.old:
		return nil
	case m.state == nil:
		return new(access.Policy)
	}
	return m.state.policy.At(m.at)
}

// Checkpoint returns where in the log the moment is.
func (m Moment) Checkpoint() audit.Checkpoint { return m.head }

// Time returns the instant, in UTC.
func (m Moment) Time() time.Time { return m.at }

// Name returns the name of the company.
func (m Moment) Name() string {
	if m.state == nil {
		return ""
	}
	return m.state.name
}

// Limits returns the limits that the company has by [SetLimits] and its founding.
// [Company.Limits] has those of [Config.Limits] in it as well.
func (m Moment) Limits() Limits {
	if m.state == nil {
		return Limits{}
	}
	return m.state.limits
}

// SeatsTaken returns how many seats are taken; see [Limits]. It costs a look at each
// role and each open invitation.
func (m Moment) SeatsTaken() int {
	if m.state == nil {
		return 0
	}
	return m.state.seatsTaken(m.at)
}

// ReviewMonths returns after how many months a review is due: 3, or what
// [ScheduleReviews] says. The zero Moment has none.
func (m Moment) ReviewMonths() int {
	if m.state == nil {
		return 0
	}
	return m.state.reviewMonths()
}
