package company

import (
	"context"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
)

// At returns the policy as it was after the event with the given number, with
// time standing still at that event. It reads the log from its beginning.
//
// The error is an [*Error] that wraps [ErrUnknown] for a number the log does
// not have, [ErrDiverged] if the log lost what it had, or what it failed with.
func (c *Company) At(ctx context.Context, seq uint64) (*access.Policy, error) {
	p, err := c.journal.Past(ctx, func(e audit.Event) bool { return e.Seq <= seq })
	if err == nil && (p.Head.Seq != seq || seq == 0) {
		err = fmt.Errorf("%w: event %d", ErrUnknown, seq)
	}
	if err != nil {
		return nil, wrap("at", err)
	}
	return p.State.policy.At(p.Time), nil
}

// AsOf returns the policy as it was at an instant, with time standing still
// there: the state after the last event that is not later. Before the founding
// that is an empty policy, which denies everything. It reads the log from its
// beginning; the errors are those of At but for the first.
func (c *Company) AsOf(ctx context.Context, t time.Time) (*access.Policy, error) {
	p, err := c.journal.Past(ctx, func(e audit.Event) bool { return !e.Time.After(t) })
	if err != nil {
		return nil, wrap("at", err)
	}
	return p.State.policy.At(t), nil
}

// fold returns the state after an event.
func (c *Company) fold(s *state, e audit.Event) (*state, error) {
	d := &draft{state: *s, at: e.Time, co: c}
	for i, r := range e.Changes {
		change, err := recall(r)
		if err != nil {
			return nil, err
		}
		if first := e.Seq == 1 && i == 0; first != (r.Type == (founded{}).change().kind) {
			return nil, fmt.Errorf("%w: a log begins with the founding, and with nothing else", ErrBroken)
		}
		if err := d.make(change); err != nil {
			return nil, fmt.Errorf("%w: %s no longer applies: %w", ErrBroken, r.Type, err)
		}
	}
	if d.id != e.Company {
		return nil, fmt.Errorf("%w: an event of company %q", ErrBroken, e.Company)
	}
	return &d.state, nil
}
