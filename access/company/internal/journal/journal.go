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

// Config is a log and what is made of it.
type Config[S any] struct {
	Log   audit.Log
	Fold  Fold[S]
	Empty S // the state of a log without events

	// Settle makes of the state that a replay ends with one that may be seen. Only
	// one that the Fold returned is passed to it, and once: a Fold may let states
	// between two events of a replay share what the later one changes. Nil returns
	// the state as it is.
	Settle func(S) S

	// Whole reports whether a state may be one that [Journal.Past] begins with. Nil
	// means that any may.
	Whole func(S) bool

	// From is a point of the log that is known, and where replay begins. The log
	// must have it. Nil is the beginning.
	From *Point[S]

	// Now is the clock that [Journal.Known] is told by. Nil is time.Now.
	Now func() time.Time

	// Keeper keeps the head of the log outside it. Nil keeps nothing.
	Keeper audit.Keeper
	// KeepEvery is after how many events the head is kept again. 0 is 1.
	KeepEvery uint64
}

// Journal is the state that a log tells, and the way to write to that log.
type Journal[S any] struct {
	config Config[S] // with its defaults
	log    audit.Log

	current atomic.Pointer[Point[S]]
	tail    atomic.Pointer[node]        // the last step
	known   atomic.Pointer[time.Time]   // when the log was last known to have nothing after current
	marks   atomic.Pointer[marks[S]]    // changed by the one who writes
	asked   atomic.Pointer[[]answer[S]] // the last of the past, the latest first
	failure atomic.Pointer[error]       // of the last call of the log; nil if it did not fail
	kept    keeping                     // what the Keeper has
	writing chan struct{}               // holds a token while somebody writes
	doubt   atomic.Pointer[doubt[S]]    // changed by the one who writes; nil: no event is in doubt
	staged  atomic.Pointer[Staged[S]]   // likewise; nil: no event waits for a transaction
}

// Open replays a log and returns its journal. The error is an [*Error] that
// wraps [ErrBroken] or what the fold returned, an error of package audit for a
// chain that is not intact, or what the log or the Keeper failed with. It wraps
// [ErrDiverged] if the log does not have what the Keeper has.
func Open[S any](ctx context.Context, c Config[S]) (*Journal[S], error) {
	j := newJournal(c)
	kept, err := j.lastKept(ctx)
	if err != nil {
		return nil, err
	}
	start := j.config.Now()
	m := *j.marks.Load()
	p, err := j.replay(ctx, j.current.Load(), kept, &m, everything)
	if err != nil {
		return nil, err
	}
	j.begin(p, m, start)
	return j, nil
}

// Begin appends the first event of a log and returns its journal. The error
// wraps [ErrNotEmpty] for a log that has events, [ErrUnfit], [ErrUncertain] if
// the event may have been stored ([Open] finds out), [ErrDiverged] if the Keeper
// knows of events, or is what the log, the Keeper or the proposal failed with.
func Begin[S any](ctx context.Context, c Config[S], propose Propose[S]) (*Journal[S], error) {
	j := newJournal(c)
	for _, err := range j.log.Events(ctx, 0) {
		if err == nil {
			err = ErrNotEmpty
		}
		return nil, err
	}
	if kept, err := j.lastKept(ctx); err != nil {
		return nil, err
	} else if kept.Seq > 0 {
		return nil, fmt.Errorf("%w: it is empty, and had %d events", ErrDiverged, kept.Seq)
	}
	next, e, err := j.propose(ctx, propose)
	if err != nil {
		return nil, err
	}
	start := j.config.Now()
	switch err := j.log.Append(ctx, e); {
	case errors.Is(err, audit.ErrConflict):
		return nil, ErrNotEmpty
	case err != nil:
		return nil, &Error{Op: "append", Seq: e.Seq, Err: unanswered(err)}
	}
	j.begin(next, marks[S]{}, start)
	j.keep(ctx)
	return j, nil
}

func newJournal[S any](c Config[S]) *Journal[S] {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.KeepEvery = max(c.KeepEvery, 1)
	j := &Journal[S]{config: c, log: c.Log, writing: make(chan struct{}, 1)}
	p := c.From
	if p == nil {
		p = &Point[S]{State: c.Empty}
	}
	j.asked.Store(new([]answer[S]))
	j.begin(p, marks[S]{}, time.Time{})
	return j
}

// begin makes a point the first one that anybody sees, as it was known at an
// instant, after those that were marked on the way.
func (j *Journal[S]) begin(p *Point[S], m marks[S], at time.Time) {
	j.marks.Store(j.marked(m, p))
	j.current.Store(p)
	j.tail.Store(newNode(Step{Seq: p.Head.Seq}))
	j.known.Store(&at)
}

// Current returns the state as it is now.
func (j *Journal[S]) Current() S { return j.current.Load().State }

// Point returns the state as it is now, and where in the log it is.
func (j *Journal[S]) Point() Point[S] { return *j.current.Load() }

// Write appends the event that propose returns for the current point, and makes
// the state it returns the current one. It returns the event as it is stored.
//
// An error of propose comes back as it is. An [*Error] that wraps [ErrUncertain]
// comes with the event if that event may still be stored; without one, an event
// before it could not be settled, and propose was not called. Any other error
// comes without an event, and nothing was stored. While an event is staged,
// Write waits.
func (j *Journal[S]) Write(ctx context.Context, propose Propose[S]) (audit.Event, error) {
	defer j.keep(ctx) // when others may write again
	if err := j.turn(ctx); err != nil {
		return audit.Event{}, err
	}
	defer j.unlock()
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

// Try returns the point that [Journal.Write] would leave, and its error, if it came
// first now and its append succeeded. It appends nothing and waits for nobody, nor
// for an event that is in doubt or staged. The error is one of propose, that of
// ctx, or an [*Error] that wraps [ErrUnfit].
func (j *Journal[S]) Try(ctx context.Context, propose Propose[S]) (Point[S], error) {
	if err := ctx.Err(); err != nil {
		return Point[S]{}, err
	}
	next, e, err := j.propose(ctx, propose)
	if err != nil {
		return Point[S]{}, err
	}
	if err := j.fits(e); err != nil {
		return Point[S]{}, &Error{Op: "append", Seq: e.Seq, Err: unanswered(err)}
	}
	return *next, nil
}

// fits returns what the log would say of the form of a chained event.
func (j *Journal[S]) fits(e audit.Event) error {
	if err := e.Follows(audit.Checkpoint{Seq: e.Seq - 1, Hash: e.Prev}); err != nil {
		return err
	}
	l, ok := j.log.(audit.Limited)
	if !ok {
		return nil
	}
	line, err := audit.Encode(e)
	if most := l.LongestLine(); err == nil && len(line) > most {
		err = fmt.Errorf("%w: its line has %d bytes, at most %d fit", audit.ErrTooLarge, len(line), most)
	}
	return err
}

// Sync takes in what other writers appended to the log, and settles whether an
// event in doubt was stored. When it returns nil, the state is that of the log
// as it was read. It does not wait for an event that is staged.
func (j *Journal[S]) Sync(ctx context.Context) error {
	defer j.keep(ctx)
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
	start := j.config.Now()
	switch err := j.log.Append(ctx, e); {
	case err == nil:
		j.failed(nil)
		j.advance(next, *j.marks.Load(), []Step{stepOf(e)})
		j.known.Store(&start)
		return true, nil
	case errors.Is(err, audit.ErrConflict):
		return j.overtaken(ctx, e)
	default:
		if err = unanswered(err); errors.Is(err, ErrUncertain) {
			j.doubt.Store(&doubt[S]{e, next})
			j.failed(err)
		}
		return false, &Error{Op: "append", Seq: e.Seq, Err: err}
	}
}

// turn waits until this caller alone may write and no event is in doubt or
// staged, or until ctx ends.
func (j *Journal[S]) turn(ctx context.Context) error {
	for {
		if err := j.lock(ctx); err != nil {
			return err
		}
		err := j.settle(ctx)
		s := j.staged.Load()
		if s != nil && err == nil {
			// The transaction may have ended without a word.
			_, err = j.catchUp(ctx, audit.Hash{})
			s = j.staged.Load()
		}
		if s == nil && err == nil {
			return nil
		}
		j.unlock()
		if err != nil {
			return err
		}
		select {
		case <-s.ended:
		case <-ctx.Done():
			return fmt.Errorf("event %d waits for a transaction: %w", s.event.Seq, ctx.Err())
		}
	}
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
