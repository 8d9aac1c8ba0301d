package natslog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ambit-authz/ambit/audit"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Log is one log of a [Store]. It is an [audit.Watcher] and an [audit.Limited], needs
// no closing, and remembers where its last event is.
type Log struct {
	store   *Store
	name    string
	subject string

	mu     sync.Mutex
	head   head // the last that was confirmed or read
	unsure bool // there may be a later one
}

// head is the last event of a log, as far as it is known, and its place in the stream.
type head struct {
	audit.Checkpoint
	at uint64
}

// LongestLine implements [audit.Limited]. It is the max_payload that the server said
// when the store was opened, less 1 KiB for headers.
func (l *Log) LongestLine() int { return l.store.longest }

// Append implements [audit.Log]. When it returns nil, a majority of the nodes has the
// event, on their disks if they are set to sync_interval: always. It costs one message
// and, for each key that is new in the log, one more before it.
//
// What is neither yes nor no is asked again for as long as Options.Patience says. If
// there is no answer then, the error wraps [ErrNoAnswer], and the event is in doubt.
func (l *Log) Append(ctx context.Context, e audit.Event) error {
	op := Error{Op: "append", Log: l.name, Seq: e.Seq}
	if err := ctx.Err(); err != nil {
		return failed(ctx, op, err)
	}
	// What is wrong with the event alone is known without the servers.
	if err := e.Follows(audit.Checkpoint{Seq: e.Seq - 1, Hash: e.Prev}); err != nil {
		return err
	}
	if e.Seq == 1 && !e.Prev.IsZero() {
		return failed(ctx, op, fmt.Errorf("%w: it continues an event that is not there", audit.ErrConflict))
	}
	line, err := audit.Encode(e)
	if err != nil {
		return err
	}
	if len(line) > l.store.longest {
		return failed(ctx, op, fmt.Errorf("%w: its line has %d bytes, at most %d fit", audit.ErrTooLarge, len(line), l.store.longest))
	}
	err = l.store.index(ctx, l.name, e)
	if err == nil {
		err = l.store.repeat(ctx, func(ctx context.Context) error { return l.settle(ctx, e, line) })
	}
	if errors.Is(err, nats.ErrMaxPayload) {
		err = fmt.Errorf("%w: %w: another server has a lower max_payload than the one that the store was opened on", audit.ErrTooLarge, err)
	}
	if err != nil {
		return failed(ctx, op, err)
	}
	return nil
}

// settle tries once to store an event after the one before it. The place of that one
// is the condition, so it does no harm that an attempt without an answer may be stored
// later: whichever is stored first makes the others fail.
func (l *Log) settle(ctx context.Context, e audit.Event, line []byte) error {
	before, known := l.before(e)
	if !known {
		stored, at, err := l.look(ctx, e)
		if stored || err != nil {
			return err
		}
		before = at
	}
	at, err := l.store.publish(ctx, l.subject, line, before)
	if err == nil {
		l.took(head{e.Checkpoint(), at})
		return nil
	}
	l.forget()
	if wrongLast(err) {
		return errLook
	}
	return err
}

// before returns the place of the event before e, 0 for none, if it is known. The
// first event is one after none: if that is wrong, the server says so.
func (l *Log) before(e audit.Event) (at uint64, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head.at, !l.unsure && l.head.Seq == e.Seq-1 && l.head.Hash == e.Prev
}

// took notes the last event.
func (l *Log) took(h head) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h.Seq > l.head.Seq || l.unsure && h.Seq == l.head.Seq {
		l.head, l.unsure = h, false
	}
}

// forget makes the next attempt ask the servers.
func (l *Log) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsure = true
}

// look asks the servers whether an event is stored, and if not, for the place of the
// event before it. If it never will be stored, the error is a conflict.
func (l *Log) look(ctx context.Context, e audit.Event) (stored bool, before uint64, err error) {
	h, err := l.last(ctx)
	if err == nil && e.Seq > h.Seq+1 {
		h, err = l.current(ctx) // there may be more than that node knows
	}
	switch {
	case err != nil:
		return false, 0, err
	case e.Seq <= h.Seq: // events do not change
		stored, err := l.stored(ctx, e, h)
		return stored, 0, err
	case e.Seq > h.Seq+1:
		return false, 0, fmt.Errorf("%w: it leaves a gap", audit.ErrConflict)
	case e.Prev != h.Hash:
		return false, 0, fmt.Errorf("%w: it continues another event", audit.ErrConflict)
	}
	return false, h.at, nil
}

// stored compares an event with the one at its place, which is not after the head.
func (l *Log) stored(ctx context.Context, e audit.Event, h head) (bool, error) {
	if e.Seq < h.Seq {
		m, err := l.seek(ctx, e.Seq, h)
		if err != nil {
			return false, err
		}
		there, err := l.event(m.Data, m.Header)
		if err != nil {
			return false, err
		}
		h.Checkpoint = there.Checkpoint()
	}
	if h.Hash != e.Hash {
		return false, fmt.Errorf("%w: the place is taken", audit.ErrConflict)
	}
	return true, nil
}

// current returns the head at this moment: all that was confirmed before the call.
func (l *Log) current(ctx context.Context) (h head, err error) {
	subjects, err := l.store.count(ctx, l.subject)
	if err != nil {
		return head{}, err
	}
	n, behind := subjects[l.subject], false
	err = l.store.repeat(ctx, func(ctx context.Context) error {
		h, err = l.last(ctx)
		if behind = err == nil && h.Seq < n; behind {
			return errBehind
		}
		return err
	})
	if behind && ctx.Err() == nil {
		err = &Error{Seq: h.Seq, Err: audit.ErrDamaged, Text: fmt.Sprintf("it is the last of %d messages", n)}
	}
	return h, err
}

// last asks a node for the last event of the log, which has Seq 0 if there is none.
func (l *Log) last(ctx context.Context) (head, error) {
	m, err := l.store.last(ctx, l.subject)
	if err != nil || m == nil {
		return head{}, err
	}
	e, err := l.event(m.Data, m.Header)
	if err != nil {
		return head{}, err
	}
	return head{e.Checkpoint(), m.Sequence}, nil
}

// seek finds the event at a place of the log, which is not after the head, by halving
// what the stream has. It costs a request for each doubling of the stream.
func (l *Log) seek(ctx context.Context, seq uint64, h head) (*jetstream.RawStreamMsg, error) {
	for low, high := uint64(1), h.at; low <= high; {
		mid := low + (high-low)/2
		m, err := l.store.next(ctx, mid, l.subject)
		if err != nil {
			return nil, err
		}
		e, err := l.event(m.Data, m.Header)
		switch {
		case err != nil:
			return nil, err
		case e.Seq == seq:
			return m, nil
		case e.Seq < seq:
			low = m.Sequence + 1
		default:
			high = mid - 1
		}
	}
	return nil, &Error{Seq: seq, Err: audit.ErrDamaged, Text: "it is not there, and later ones are"}
}

// event returns the event of a message, checked.
func (l *Log) event(line []byte, header nats.Header) (audit.Event, error) {
	e, err := audit.Decode(line)
	switch {
	case err != nil && bytes.HasPrefix(line, []byte(`{"v":`)) && !bytes.HasPrefix(line, []byte(`{"v":1,`)):
		return e, fmt.Errorf("%w: %w", audit.ErrVersion, err)
	case err != nil:
		return e, fmt.Errorf("%w: a message is no event: %w", audit.ErrDamaged, err)
	case e.Hash != e.Sum():
		return e, &Error{Seq: e.Seq, Err: fmt.Errorf("%w: %w", audit.ErrDamaged, audit.ErrEdited), Text: "its hash does not fit its fields"}
	case header.Get(jetstream.MsgTTLHeader) != "":
		return e, &Error{Seq: e.Seq, Err: audit.ErrDamaged, Text: "somebody wrote it so that it goes after a time"}
	}
	return e, nil
}
