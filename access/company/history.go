package company

import (
	"context"
	"errors"
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
	s, err := c.replay(ctx, &state{}, c.Checkpoint(), func(e audit.Event) bool { return e.Seq <= seq })
	if err == nil && (s.head.Seq != seq || seq == 0) {
		err = fmt.Errorf("%w: event %d", ErrUnknown, seq)
	}
	if err != nil {
		return nil, wrap("at", err)
	}
	return s.policy.At(s.time), nil
}

// AsOf returns the policy as it was at an instant, with time standing still
// there: the state after the last event that is not later. Before the founding
// that is an empty policy, which denies everything. It reads the log from its
// beginning; the errors are those of At but for the first.
func (c *Company) AsOf(ctx context.Context, t time.Time) (*access.Policy, error) {
	s, err := c.replay(ctx, &state{}, c.Checkpoint(), func(e audit.Event) bool { return !e.Time.After(t) })
	if err != nil {
		return nil, wrap("at", err)
	}
	return s.policy.At(t), nil
}

// catchUp takes in what the log holds beyond the current state. It reports
// whether an event of the given hash was among it.
func (c *Company) catchUp(ctx context.Context, hash audit.Hash) (among bool, err error) {
	s, err := c.replay(ctx, c.current.Load(), audit.Checkpoint{}, func(e audit.Event) bool {
		among = among || e.Hash == hash
		return true
	})
	if err != nil {
		return false, err
	}
	c.current.Store(s)
	return among, nil
}

// replay applies the events of the log after a state, as long as wanted says
// so. The log must hold that state, and the one at known. It repeats the
// structural checks of each change and asks nobody, and it reads no clock.
func (c *Company) replay(ctx context.Context, from *state, known audit.Checkpoint, wanted func(audit.Event) bool) (*state, error) {
	s, past := from, false
	for e, err := range audit.Replay(ctx, c.log, from.head, known) {
		if errors.Is(err, audit.ErrTruncated) || errors.Is(err, audit.ErrRewritten) {
			err = fmt.Errorf("%w: %w", ErrDiverged, err)
		}
		if err != nil {
			return nil, err
		}
		if past = past || !wanted(e); past {
			if e.Seq > known.Seq {
				break
			}
			continue // only the state known makes what came before it certain
		}
		if s, err = c.follow(s, e); err != nil {
			return nil, &Error{Op: "replay", Seq: e.Seq, Err: err}
		}
	}
	return s, nil
}

// follow returns the state after an event.
func (c *Company) follow(s *state, e audit.Event) (*state, error) {
	if err := e.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if e.Time.Before(s.time) {
		return nil, fmt.Errorf("%w: it is earlier than the event before", ErrBroken)
	}
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
	return d.finish(e), nil
}
