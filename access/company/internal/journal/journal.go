package journal

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Fold returns the state after an event, and leaves the state before as it was.
// It must depend on these two only. It is called with events whose form is in
// order, and an error of its ends the replay. Whether an event may be earlier than
// the one before it is the fold's to say: to a journal, time means nothing.
type Fold[S any] func(before Point[S], e audit.Event) (after S, err error)

// Propose returns the event that is to follow a point, without Seq, Prev and
// Hash, and the state after it, which must be what the [Fold] makes of the
// event. It is called again, on a later point, if another writer was first.
type Propose[S any] func(p Point[S]) (next S, e audit.Event, err error)

// Point is a state and where in its log it belongs.
type Point[S any] struct {
	State S
	Head  audit.Checkpoint // of the last event; zero before the first
	Time  time.Time        // of the last event
}

// after returns the point that an event leads to.
func after[S any](s S, e audit.Event) *Point[S] { return &Point[S]{s, e.Checkpoint(), e.Time} }

// Journal is the state that a log tells, and the way to write to that log.
type Journal[S any] struct {
	log   audit.Log
	fold  Fold[S]
	empty S

	current atomic.Pointer[Point[S]]
	writing chan struct{}            // holds a token while somebody writes
	doubt   atomic.Pointer[doubt[S]] // changed by the one who writes; nil: no event is in doubt
}

// doubt is an event that may or may not have been stored.
type doubt[S any] struct {
	event audit.Event
	next  *Point[S]
}

// Open replays a log and returns its journal. The empty state is that of a log
// without events. The error is an [*Error] that wraps [ErrBroken] or what the
// fold returned, an error of package audit for a chain that is not intact, or
// what the log failed with.
func Open[S any](ctx context.Context, log audit.Log, empty S, fold Fold[S]) (*Journal[S], error) {
	j := newJournal(log, empty, fold)
	p, err := j.replay(ctx, j.current.Load(), audit.Checkpoint{}, func(audit.Event) bool { return true })
	if err != nil {
		return nil, err
	}
	j.current.Store(p)
	return j, nil
}

// Begin appends the first event of a log and returns its journal. The error
// wraps [ErrNotEmpty] for a log that has events, [ErrUnfit], [ErrUncertain] if
// the event may have been stored ([Open] finds out), or is what the log or the
// proposal failed with.
func Begin[S any](ctx context.Context, log audit.Log, empty S, fold Fold[S], propose Propose[S]) (*Journal[S], error) {
	j := newJournal(log, empty, fold)
	for _, err := range log.Events(ctx, 0) {
		if err == nil {
			err = ErrNotEmpty
		}
		return nil, err
	}
	next, e, err := j.propose(ctx, propose)
	if err != nil {
		return nil, err
	}
	switch err := log.Append(ctx, e); {
	case errors.Is(err, audit.ErrConflict):
		return nil, ErrNotEmpty
	case err != nil:
		return nil, &Error{Op: "append", Seq: e.Seq, Err: unanswered(err)}
	}
	j.current.Store(next)
	return j, nil
}

func newJournal[S any](log audit.Log, empty S, fold Fold[S]) *Journal[S] {
	j := &Journal[S]{log: log, fold: fold, empty: empty, writing: make(chan struct{}, 1)}
	j.current.Store(&Point[S]{State: empty})
	return j
}

// Current returns the state as it is now.
func (j *Journal[S]) Current() S { return j.current.Load().State }

// Point returns the state as it is now, and where in the log it is.
func (j *Journal[S]) Point() Point[S] { return *j.current.Load() }

// InDoubt reports whether an append failed in such a way that its event may
// still be stored, and that is not settled yet.
func (j *Journal[S]) InDoubt() bool { return j.doubt.Load() != nil }

// Write appends the event that propose returns for the current point, and makes
// the state it returns the current one. It returns the event as it is stored.
//
// An error of propose comes back as it is. An [*Error] that wraps [ErrUncertain]
// comes with the event if that event may still be stored; without one, an event
// before it could not be settled, and propose was not called. Any other error
// comes without an event, and nothing was stored.
func (j *Journal[S]) Write(ctx context.Context, propose Propose[S]) (audit.Event, error) {
	if err := j.lock(ctx); err != nil {
		return audit.Event{}, err
	}
	defer j.unlock()
	if err := j.settle(ctx); err != nil {
		return audit.Event{}, err
	}
	for {
		next, e, err := j.propose(ctx, propose)
		if err != nil {
			return audit.Event{}, err
		}
		stored, err := j.append(ctx, next, e)
		if stored || errors.Is(err, ErrUncertain) {
			return e, err
		}
		if err != nil {
			return audit.Event{}, err
		}
	}
}

// Sync takes in what other writers appended to the log, and settles whether an
// event in doubt was stored. When it returns nil, the state is that of the log
// as it was read.
func (j *Journal[S]) Sync(ctx context.Context) error {
	if err := j.lock(ctx); err != nil {
		return err
	}
	defer j.unlock()
	if err := j.settle(ctx); err != nil {
		return err
	}
	_, err := j.catchUp(ctx, audit.Hash{})
	return err
}

// Past returns the point before the first event that is not wanted. It reads the
// log from its beginning up to the current point, which the log must have: only
// that makes what came before it certain. Otherwise the error wraps
// [ErrDiverged]; it may also be one that [Open] returns.
func (j *Journal[S]) Past(ctx context.Context, wanted func(audit.Event) bool) (Point[S], error) {
	p, err := j.replay(ctx, &Point[S]{State: j.empty}, j.Point().Head, wanted)
	if err != nil {
		return Point[S]{}, err
	}
	return *p, nil
}

// propose calls a proposal on the current point and chains its event to it.
func (j *Journal[S]) propose(ctx context.Context, propose Propose[S]) (*Point[S], audit.Event, error) {
	p := j.Point()
	next, e, err := propose(p)
	if err != nil {
		return nil, audit.Event{}, err
	}
	if err := ctx.Err(); err != nil {
		return nil, audit.Event{}, err
	}
	e = e.Chain(p.Head)
	return after(next, e), e, nil
}

// append appends an event and makes the point it leads to the current one. It
// returns false if another writer came first; then theirs is the current one.
func (j *Journal[S]) append(ctx context.Context, next *Point[S], e audit.Event) (stored bool, err error) {
	switch err := j.log.Append(ctx, e); {
	case err == nil:
		j.current.Store(next)
		return true, nil
	case errors.Is(err, audit.ErrConflict):
		return j.overtaken(ctx, e)
	default:
		if err = unanswered(err); errors.Is(err, ErrUncertain) {
			j.doubt.Store(&doubt[S]{e, next})
		}
		return false, &Error{Op: "append", Seq: e.Seq, Err: err}
	}
}

// unanswered says what an append failed with that was no conflict: that the
// event is not fit to be stored, or that nobody can say whether it was.
func unanswered(err error) error {
	if errors.Is(err, audit.ErrMalformed) || errors.Is(err, audit.ErrEdited) || errors.Is(err, audit.ErrTooLarge) {
		return fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	return fmt.Errorf("%w: %w", ErrUncertain, err)
}

// settle finds out whether an event in doubt was stored, by appending it again.
func (j *Journal[S]) settle(ctx context.Context) error {
	d := j.doubt.Load()
	if d == nil {
		return nil
	}
	err := j.log.Append(ctx, d.event)
	switch {
	case err == nil:
		j.current.Store(d.next)
		j.doubt.Store(nil)
		return nil
	case errors.Is(err, audit.ErrConflict):
		j.doubt.Store(nil)
		_, err := j.catchUp(ctx, audit.Hash{})
		return err
	}
	if err = unanswered(err); errors.Is(err, ErrUncertain) {
		return err
	}
	j.doubt.Store(nil) // refused: not stored, now or later
	return nil
}

// overtaken takes in what the log has in place of an event it refused. It
// reports whether that is the very event: then some log answered wrongly. That
// there is nothing to take in means that the log contradicts itself.
func (j *Journal[S]) overtaken(ctx context.Context, e audit.Event) (stored bool, err error) {
	before := j.Point().Head
	stored, err = j.catchUp(ctx, e.Hash)
	if err == nil && j.Point().Head == before {
		err = fmt.Errorf("%w: it refuses the next event and has none of its own", ErrDiverged)
	}
	return stored, err
}

// catchUp takes in what the log has after the current point. It reports
// whether an event of the given hash was among it.
func (j *Journal[S]) catchUp(ctx context.Context, hash audit.Hash) (among bool, err error) {
	p, err := j.replay(ctx, j.current.Load(), audit.Checkpoint{}, func(e audit.Event) bool {
		among = among || e.Hash == hash
		return true
	})
	if err != nil {
		return false, err
	}
	j.current.Store(p)
	return among, nil
}

// replay folds the events of the log after a point, as long as they are wanted.
// The log must have that point, and the one at known.
func (j *Journal[S]) replay(ctx context.Context, from *Point[S], known audit.Checkpoint, wanted func(audit.Event) bool) (*Point[S], error) {
	p, past := from, false
	for e, err := range audit.Replay(ctx, j.log, from.Head, known) {
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
			continue
		}
		if p, err = j.follow(p, e); err != nil {
			return nil, &Error{Op: "replay", Seq: e.Seq, Err: err}
		}
	}
	return p, nil
}

// follow returns the point after an event.
func (j *Journal[S]) follow(p *Point[S], e audit.Event) (*Point[S], error) {
	if err := e.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	s, err := j.fold(*p, e)
	if err != nil {
		return nil, err
	}
	return after(s, e), nil
}

// lock waits for its turn to write, until ctx ends.
func (j *Journal[S]) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case j.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (j *Journal[S]) unlock() { <-j.writing }
