package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ambit-authz/ambit/audit"
)

// Staged is an event that was appended within a transaction of somebody else's:
// whether it is stored, the end of the transaction decides. Until it is known,
// nothing else is written.
type Staged[S any] struct {
	journal *Journal[S]
	event   audit.Event
	stored  bool // set once, before ended is closed
	once    sync.Once
	ended   chan struct{}
}

// Stage appends the event that propose returns for the current point to log,
// whose appends are part of a transaction, and changes nothing else. log is
// another way to the journal's own log. While the event is staged, Write and
// Stage wait.
//
// If another writer was first, Stage takes in what they wrote and proposes again.
// If the transaction cannot see that, the error wraps [ErrOvertaken]. Whatever the
// error, nothing is staged, and the transaction must be rolled back.
func (j *Journal[S]) Stage(ctx context.Context, log audit.Log, propose Propose[S]) (audit.Event, *Staged[S], error) {
	if err := j.turn(ctx); err != nil {
		return audit.Event{}, nil, err
	}
	defer j.unlock()
	for {
		_, e, err := j.propose(ctx, propose)
		if err != nil {
			return audit.Event{}, nil, err
		}
		switch err := log.Append(ctx, e); {
		case err == nil:
			s := &Staged[S]{journal: j, event: e, ended: make(chan struct{})}
			j.staged.Store(s)
			return e, s, nil
		case !errors.Is(err, audit.ErrConflict):
			if errors.Is(unanswered(err), ErrUnfit) {
				err = unanswered(err)
			}
			return audit.Event{}, nil, &Error{Op: "append", Seq: e.Seq, Err: err}
		}
		before := j.Point().Head
		if _, err := j.catchUp(ctx, audit.Hash{}); err != nil {
			return audit.Event{}, nil, err
		}
		if j.Point().Head == before {
			return audit.Event{}, nil, &Error{Op: "append", Seq: e.Seq, Err: ErrOvertaken}
		}
	}
}

// Committed takes the event in after the transaction was committed. It asks the
// log and believes nobody: the error wraps [ErrNotStored] if the log has another
// event in its place, so that it never will be stored, and [ErrUncertain] if it
// has nothing there, in which case the event stays staged.
func (s *Staged[S]) Committed(ctx context.Context) error {
	if !s.over() {
		if err := s.journal.Sync(ctx); err != nil {
			return err
		}
	}
	switch {
	case !s.over():
		return &Error{Op: "commit", Seq: s.event.Seq, Err: fmt.Errorf("%w: the log does not have it yet", ErrUncertain)}
	case !s.stored:
		return &Error{Op: "commit", Seq: s.event.Seq, Err: ErrNotStored}
	}
	return nil
}

// RolledBack ends the wait for a transaction that was rolled back. If it was
// committed after all, the journal takes the event in like one of another
// writer's. It does nothing for an event that is not staged any more, and returns
// false if that was because the log has it.
func (s *Staged[S]) RolledBack() bool {
	s.end(false)
	return !s.stored
}

func (s *Staged[S]) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// end ends the wait for the transaction, by what became known first: whether the
// event is stored.
func (s *Staged[S]) end(stored bool) {
	s.once.Do(func() {
		s.stored = stored
		s.journal.staged.CompareAndSwap(s, nil)
		close(s.ended)
	})
}

// IsStaged reports whether an event waits for the end of a transaction.
func (j *Journal[S]) IsStaged() bool { return j.staged.Load() != nil }
