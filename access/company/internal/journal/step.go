package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Step is an event that became part of the state.
type Step struct {
	Seq     uint64
	Targets []string // of the event; not to be written to
	hash    audit.Hash
}

func stepOf(e audit.Event) Step { return Step{e.Seq, e.Targets, e.Hash} }

// node is a step in the list of those that came since the journal was opened.
// Whoever holds one can go on from there. Older ones are let go of.
type node struct {
	step  Step
	next  *node         // may be read once ready is closed
	ready chan struct{} // closed when there is a next one
}

func newNode(s Step) *node { return &node{step: s, ready: make(chan struct{})} }

// advance makes a point the current one, with what is marked up to it, and tells
// the steps to it to those who wait. The caller holds the turn.
func (j *Journal[S]) advance(p *Point[S], m marks[S], steps []Step) {
	j.current.Store(p)
	j.marks.Store(j.marked(m, p)) // later, so that none is beyond the current one
	staged := j.staged.Load()
	for _, s := range steps {
		last := j.tail.Load()
		last.next = newNode(s)
		j.tail.Store(last.next)
		close(last.ready)
		if staged != nil && staged.event.Seq == s.Seq {
			staged.end(staged.event.Hash == s.hash)
		}
	}
}

// Steps yields the steps after an event, those to come included, each when the
// state has it. It ends with an error, as the last pair: of the log, if it no
// longer has the events after that one, or that of ctx. What came before the
// loop began is read from the log, and not checked again.
func (j *Journal[S]) Steps(ctx context.Context, after uint64) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		n := j.tail.Load()
		for e, err := range j.log.Events(ctx, min(after, n.step.Seq)) {
			if err != nil {
				yield(Step{}, err)
				return
			}
			if e.Seq > n.step.Seq {
				break
			}
			if after = e.Seq; !yield(stepOf(e), nil) {
				return
			}
		}
		if after < n.step.Seq {
			yield(Step{}, fmt.Errorf("%w: event %d is not there", ErrDiverged, after+1))
			return
		}
		for {
			select {
			case <-n.ready:
				n = n.next
			case <-ctx.Done():
				yield(Step{}, ctx.Err())
				return
			}
			if n.step.Seq > after && !yield(n.step, nil) {
				return
			}
		}
	}
}

// WaitFor returns nil when the state has an event of the log. It reads the log at
// once and then each time an interval is over, unless somebody else does before.
func (j *Journal[S]) WaitFor(ctx context.Context, seq uint64, every time.Duration) error {
	timer := time.NewTicker(every)
	defer timer.Stop()
	for {
		last := j.tail.Load()
		if j.Point().Head.Seq >= seq {
			return nil
		}
		if err := j.Sync(ctx); err != nil {
			return err
		}
		if j.Point().Head.Seq >= seq {
			return nil
		}
		select {
		case <-last.ready:
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Follow takes in what others append, until ctx ends, and then returns its error.
// It reads the log each time an interval is over, and at once if the log is an
// [audit.Watcher] that yields something. An error that another attempt may not
// have is kept ([Journal.Failure]) and tried again; one that says what the log
// is ends it: nothing that comes after it can be trusted.
func (j *Journal[S]) Follow(ctx context.Context, every time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	appended, stopped := j.watch(ctx, every)
	defer func() {
		cancel()
		<-stopped
	}()
	timer := time.NewTicker(every)
	defer timer.Stop()
	for {
		err := j.Sync(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if isFinal(err) {
			return err
		}
		select {
		case <-appended:
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watch tells when something is appended to the log, and when it stopped telling
// after ctx ended.
func (j *Journal[S]) watch(ctx context.Context, every time.Duration) (appended, stopped <-chan struct{}) {
	nudge, done := make(chan struct{}, 1), make(chan struct{})
	w, ok := j.log.(audit.Watcher)
	if !ok {
		close(done)
		return nudge, done
	}
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			for e, err := range w.Watch(ctx, j.Point().Head.Seq) {
				if err != nil || e.Seq <= j.Point().Head.Seq {
					continue
				}
				select {
				case nudge <- struct{}{}:
				default: // it is told already
				}
			}
			select { // a watch that ended for another reason is begun again
			case <-time.After(every):
			case <-ctx.Done():
			}
		}
	}()
	return nudge, done
}

// isFinal reports whether an error says what a log is, and not only that it could
// not be read.
func isFinal(err error) bool {
	if e := (*Error)(nil); errors.As(err, &e) && e.Op == "replay" {
		return true
	}
	for _, final := range []error{
		ErrBroken, ErrDiverged, audit.ErrEdited, audit.ErrMissing, audit.ErrReordered, audit.ErrMalformed, audit.ErrDamaged, audit.ErrVersion,
	} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// Known returns when the log was last known to have nothing after the current
// point.
func (j *Journal[S]) Known() time.Time { return *j.known.Load() }

// Failure returns what the last call of the log failed with, nil if it did not.
func (j *Journal[S]) Failure() error {
	if err := j.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// failed notes what a call of the log came to.
func (j *Journal[S]) failed(err error) {
	if err == nil {
		j.failure.Store(nil)
		return
	}
	j.failure.Store(&err)
}
