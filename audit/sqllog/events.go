package sqllog

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

const (
	pageRows  = 256     // at most this many events are read at a time
	firstRows = 32      // and at first this many: they may be large
	pageBytes = 4 << 20 // no further row is read when a page has this many bytes
)

// Events implements [audit.Log]. It asks for the head, and then reads pages of 256
// events or 4 MiB; while the loop's body runs it holds no connection. A row that
// has another event than it says, or a gap, is [audit.ErrDamaged].
func (l *Log) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return l.events(ctx, l.store.db, after)
}

// Events implements [audit.Log].
func (l txLog) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return l.log.events(ctx, l.tx, after)
}

func (l *Log) events(ctx context.Context, q querier, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		if _, err := l.read(ctx, q, after, func(e audit.Event) bool { return yield(e, nil) }); err != nil {
			yield(audit.Event{}, failed(ctx, Error{Op: "events", Log: l.name}, err))
		}
	}
}

// left is what read returns as the last event when the loop was left.
const left = ^uint64(0)

// read yields the events after a number up to the head of now, and returns the Seq
// of the last it yielded, or else after.
func (l *Log) read(ctx context.Context, q querier, after uint64, yield func(audit.Event) bool) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return after, err
	}
	var last sql.Null[int64]
	if err := q.QueryRowContext(ctx, l.store.sql.head, l.arg()).Scan(&last); err != nil {
		return after, err
	}
	for head, rows := uint64(last.V), firstRows; after < head; {
		page, full, err := l.page(ctx, q, after, head, rows)
		if err != nil {
			return after, err
		}
		for _, e := range page {
			if !yield(e) {
				return left, nil
			}
			after = e.Seq
		}
		if rows = min(2*rows, pageRows); full {
			rows = len(page)
		}
	}
	return after, nil
}

// page returns at least one event after a number, and reports whether it stopped as
// there were too many bytes. The rows are closed when it returns.
func (l *Log) page(ctx context.Context, q querier, after, head uint64, most int) (events []audit.Event, full bool, err error) {
	rows, err := q.QueryContext(ctx, l.store.sql.page, l.arg(), int64(after), int64(head), most)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	for size := 0; size < pageBytes && rows.Next(); {
		var r row
		if err := rows.Scan(&r.seq, &r.prev, &r.hash, &r.line); err != nil {
			return nil, false, err
		}
		e, err := r.event(after + 1)
		if err != nil {
			return nil, false, err
		}
		events = append(events, e)
		after = e.Seq
		size += len(r.line)
		full = size >= pageBytes
	}
	if err := rows.Err(); err != nil {
		return nil, false, err
	}
	if len(events) == 0 {
		return nil, false, fmt.Errorf("%w: event %d is missing, and event %d is there", audit.ErrDamaged, after+1, head)
	}
	return events, full, rows.Close()
}

// row is a row of a page. Its bytes are those of the driver until the next row.
type row struct {
	seq              int64
	prev, hash, line sql.RawBytes
}

// event returns the event of a row, which must be that with a number.
func (r *row) event(want uint64) (audit.Event, error) {
	if uint64(r.seq) != want {
		return audit.Event{}, fmt.Errorf("%w: event %d is missing, and event %d is there", audit.ErrDamaged, want, r.seq)
	}
	e, err := audit.Decode(r.line)
	if err != nil {
		return audit.Event{}, fmt.Errorf("%w: event %d: %w", audit.ErrDamaged, want, err)
	}
	if e.Seq != want || !bytes.Equal(e.Prev[:], r.prev) || !bytes.Equal(e.Hash[:], r.hash) {
		return audit.Event{}, fmt.Errorf("%w: the row of event %d has another event", audit.ErrDamaged, want)
	}
	return e, nil
}

// Watch implements [audit.Watcher]. It looks for more every [Options.Poll], at once
// when this store appended to the log, and when [Store.Wake] says so. Any error of
// the database ends it: watch again from the last event that it yielded.
func (l *Log) Watch(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		w := l.store.join(l.name)
		defer l.store.leave(l.name, w)
		for {
			more := w.more()
			last, err := l.read(ctx, l.store.db, after, func(e audit.Event) bool { return yield(e, nil) })
			if last == left {
				return
			}
			if after = last; err == nil && !wait(ctx, more, l.store.poll) {
				err = ctx.Err()
			}
			if err != nil {
				yield(audit.Event{}, failed(ctx, Error{Op: "watch", Log: l.name}, err))
				return
			}
		}
	}
}

// wait waits until more is closed, some time has passed or ctx ends, and reports
// whether ctx goes on.
func wait(ctx context.Context, more <-chan struct{}, most time.Duration) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-more:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// Wake has all watches of a log look for more at once: call it when the database
// says that another process appended, for example by LISTEN in PostgreSQL. It is a
// hint, and costs nothing if nobody watches.
func (s *Store) Wake(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.waits[name]; w != nil {
		w.wake()
	}
}

// waiting are the watches of one log.
type waiting struct {
	mu      sync.Mutex
	woken   chan struct{} // closed by the next wake
	watches int           // guarded by the mutex of the store
}

// more returns what is closed by the next wake.
func (w *waiting) more() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.woken
}

func (w *waiting) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.woken)
	w.woken = make(chan struct{})
}

// join adds a watch of a log.
func (s *Store) join(name string) *waiting {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.waits[name]
	if w == nil {
		w = &waiting{woken: make(chan struct{})}
		s.waits[name] = w
	}
	w.watches++
	return w
}

// leave takes a watch away.
func (s *Store) leave(name string, w *waiting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.watches--; w.watches == 0 {
		delete(s.waits, name)
	}
}
