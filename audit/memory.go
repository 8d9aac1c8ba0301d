package audit

import (
	"context"
	"errors"
	"iter"
	"sync"
)

// Memory is a [Log] in memory, gone with the process. It is a [Watcher].
// The zero Memory is empty and ready; it must not be copied after first use.
//
// Append costs one hash and one copy of the event. A loop over its events costs
// one copy of each, holds no lock and needs no release. Of the errors of rule 5
// of Log it knows only that of a context that ended before the call, and then
// stores nothing.
type Memory struct {
	mu     sync.Mutex
	events []Event       // events[i].Seq is i+1; no element is written to again
	more   chan struct{} // closed by the next Append; nil while nobody waits
}

// NewMemory returns an empty log.
func NewMemory() *Memory { return new(Memory) }

// Append implements [Log].
func (m *Memory) Append(ctx context.Context, e Event) error {
	if err := ctx.Err(); err != nil {
		return &Error{Op: "append", Seq: e.Seq, Err: err}
	}
	e = e.Clone() // first, so that what is checked is what is stored
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := e.Follows(m.head()); err != nil {
		if errors.Is(err, ErrConflict) && m.has(e.Checkpoint()) {
			return nil
		}
		return err
	}
	m.events = append(m.events, e)
	if m.more != nil {
		close(m.more)
		m.more = nil
	}
	return nil
}

// head returns the state of the log. The caller holds the lock.
func (m *Memory) head() Checkpoint {
	if len(m.events) == 0 {
		return Checkpoint{}
	}
	return m.events[len(m.events)-1].Checkpoint()
}

// has reports whether the log was once in state c, other than empty. The caller
// holds the lock.
func (m *Memory) has(c Checkpoint) bool {
	return c.Seq <= uint64(len(m.events)) && m.events[c.Seq-1].Hash == c.Hash
}

// Events implements [Log].
func (m *Memory) Events(ctx context.Context, after uint64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		m.mu.Lock()
		events := m.after(after)
		m.mu.Unlock()
		if err := ctx.Err(); err != nil {
			yield(Event{}, &Error{Op: "events", Err: err})
			return
		}
		yieldCopies(events, yield)
	}
}

// Watch implements [Watcher].
func (m *Memory) Watch(ctx context.Context, after uint64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for next := after; ; {
			m.mu.Lock()
			events := m.after(next)
			if m.more == nil {
				m.more = make(chan struct{})
			}
			more := m.more
			m.mu.Unlock()
			if ctx.Err() == nil {
				if !yieldCopies(events, yield) {
					return
				}
				next += uint64(len(events))
			}
			select {
			case <-more:
			case <-ctx.Done():
				yield(Event{}, &Error{Op: "watch", Err: ctx.Err()})
				return
			}
		}
	}
}

// after returns the events with a Seq above n. The slice can be read without
// the lock, since its elements never change. The caller holds the lock.
func (m *Memory) after(n uint64) []Event {
	if n > uint64(len(m.events)) {
		return nil
	}
	return m.events[n:len(m.events):len(m.events)]
}

// yieldCopies yields copies of events, and reports whether the loop goes on.
func yieldCopies(events []Event, yield func(Event, error) bool) bool {
	for _, e := range events {
		if !yield(e.Clone(), nil) {
			return false
		}
	}
	return true
}
