package company

import (
	"context"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
)

// PolicyAfter returns the policy as it was after the event with the given
// number, with time standing still at that event. It reads the log from its
// beginning.
//
// The error is an [*Error] that wraps [ErrUnknown] for a number the log does
// not have, [ErrDiverged] if the log lost what it had, or what it failed with.
func (c *Company) PolicyAfter(ctx context.Context, seq uint64) (*access.Policy, error) {
	p, err := c.journal.Past(ctx, func(e audit.Event) bool { return e.Seq <= seq })
	if err == nil && (p.Head.Seq != seq || seq == 0) {
		err = fmt.Errorf("event %d %w", seq, ErrUnknown)
	}
	if err != nil {
		return nil, wrap("policy after", err)
	}
	return p.State.policy.At(p.Time), nil
}

// PolicyAt returns the policy as it was at an instant, with time standing still
// there: the state after the last event that is not later. Before the founding
// that is an empty policy, which denies everything. It reads the log from its
// beginning. The errors are those of
// PolicyAfter, without ErrUnknown.
func (c *Company) PolicyAt(ctx context.Context, t time.Time) (*access.Policy, error) {
	p, err := c.journal.Past(ctx, func(e audit.Event) bool { return !e.Time.After(t) })
	if err != nil {
		return nil, wrap("policy at", err)
	}
	return p.State.policy.At(t), nil
}

// fold returns what is published after an event, as the journal needs it.
func (c *Company) fold(before *published, e audit.Event) (*published, error) {
	next, err := before.state.follow(e)
	if err != nil {
		return nil, err
	}
	return c.publish(before, next), nil
}

// follow returns the state after an event. It repeats the structural checks of
// each change, asks nobody, and has no clock.
func (s state) follow(e audit.Event) (state, error) {
	next := s
	for i, r := range e.Changes {
		change, err := parseRecord(r)
		if err != nil {
			return state{}, err
		}
		_, founds := change.(founded)
		if first := e.Seq == 1 && i == 0; first != founds {
			return state{}, fmt.Errorf("%w: a log begins with the founding, and has no other", ErrBroken)
		}
		if err := next.apply(change, e.Time); err != nil {
			return state{}, fmt.Errorf("%w: %s no longer applies: %w", ErrBroken, r.Type, err)
		}
	}
	if next.id != e.Company {
		return state{}, fmt.Errorf("%w: an event is of company %q", ErrBroken, e.Company)
	}
	return next, nil
}
