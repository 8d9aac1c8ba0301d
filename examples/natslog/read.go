package natslog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// few is up to how many events are asked for one by one, as a consumer costs several
// requests to make.
const few = 16

// Events implements [audit.Log]. A loop costs a message to the stream, which makes
// sure that a majority of the nodes answers (see Options.Stale), and one request for
// each event if they are few, or a consumer. It checks the form and the hash of each
// event, its place, and that it continues the one before.
func (l *Log) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		op := Error{Op: "events", Log: l.name}
		h, err := l.now(ctx)
		if err != nil || h.Seq <= after {
			if err != nil {
				yield(audit.Event{}, failed(ctx, op, err))
			}
			return
		}
		r, err := l.reader(ctx, after, h)
		for err == nil && r.seq < h.Seq {
			var e audit.Event
			if h.Seq-r.seq <= few {
				e, err = r.get(ctx)
			} else {
				e, err = r.receive(ctx)
			}
			if err == nil && !yield(e, nil) {
				r.stop()
				return
			}
		}
		r.stop()
		if err != nil {
			yield(audit.Event{}, failed(ctx, op, err))
		}
	}
}

// now returns the head at this moment, or with Options.Stale that of some node.
func (l *Log) now(ctx context.Context) (head, error) {
	if l.store.options.Stale {
		return l.last(ctx)
	}
	known := l.known()
	h, err := l.current(ctx)
	if err != nil {
		return head{}, err
	}
	if h.Seq < known.Seq {
		return head{}, &Error{Seq: known.Seq, Err: audit.ErrDamaged, Text: fmt.Sprintf("it was stored, and the log ends with event %d", h.Seq)}
	}
	l.took(h)
	return h, nil
}

// known returns the head as far as it is known.
func (l *Log) known() head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head
}

// Watch implements [audit.Watcher]. It needs no barrier: events come when they come.
// While a node is down it asks the others, and while there is no majority it waits.
func (l *Log) Watch(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		r, err := l.follow(ctx, after)
		if err == nil {
			defer r.stop()
		}
		for err == nil {
			var e audit.Event
			e, err = r.receive(ctx)
			if err == nil && e.Seq > after && !yield(e, nil) {
				return
			}
		}
		yield(audit.Event{}, failed(ctx, Error{Op: "watch", Log: l.name}, err))
	}
}

// follow returns a reader of what comes after an event, or is yet to come.
func (l *Log) follow(ctx context.Context, after uint64) (*reader, error) {
	for {
		h, err := l.last(ctx)
		if err == nil {
			var r *reader
			if r, err = l.reader(ctx, min(after, h.Seq), h); err == nil {
				return r, nil
			}
		}
		if !errors.Is(err, ErrNoAnswer) || ctx.Err() != nil {
			return nil, err
		}
	}
}

// reader reads the events of a log in order.
type reader struct {
	log  *Log
	seq  uint64     // of the last event
	hash audit.Hash // its hash, zero if it is not known
	at   uint64     // its place in the stream, or one before the next

	consumer jetstream.Consumer // nil before it is made
	messages jetstream.MessagesContext
	came     uint64 // how many messages the consumer has given
}

// reader returns one of the events after a number, which is at most the head's.
func (l *Log) reader(ctx context.Context, after uint64, h head) (*reader, error) {
	r := &reader{log: l, seq: after}
	switch known := l.known(); {
	case after == 0:
	case after == h.Seq:
		r.at, r.hash = h.at, h.Hash
	case after == known.Seq:
		r.at, r.hash = known.at, known.Hash
	default:
		m, err := l.seek(ctx, after+1, h)
		if err != nil {
			return r, err
		}
		r.at = m.Sequence - 1
	}
	return r, nil
}

// get asks for the next event.
func (r *reader) get(ctx context.Context) (audit.Event, error) {
	r.stop()
	m, err := r.log.store.next(ctx, r.at+1, r.log.subject)
	if err != nil {
		return audit.Event{}, err
	}
	return r.take(m.Data, m.Header, m.Sequence)
}

// take checks that a message has the next event.
func (r *reader) take(line []byte, header nats.Header, at uint64) (audit.Event, error) {
	e, err := r.log.event(line, header)
	switch {
	case err != nil:
		return audit.Event{}, err
	case e.Seq != r.seq+1:
		return audit.Event{}, &Error{Seq: r.seq + 1, Err: fmt.Errorf("%w: %w", audit.ErrDamaged, audit.ErrMissing), Text: fmt.Sprintf("event %d stands in its place", e.Seq)}
	case e.Prev != r.hash && (e.Seq == 1 || !r.hash.IsZero()):
		return audit.Event{}, &Error{Seq: e.Seq, Err: fmt.Errorf("%w: %w", audit.ErrDamaged, audit.ErrEdited), Text: "it does not continue the event before"}
	}
	r.seq, r.hash, r.at = e.Seq, e.Hash, at
	return e, nil
}

// errGap: a consumer left messages out, as those of a node that was away do.
var errGap = errors.New("messages of a consumer are missing")

// receive waits for the next event of a consumer. One that fails is made again, at
// the place that is next.
func (r *reader) receive(ctx context.Context) (audit.Event, error) {
	for wait := time.Millisecond; ; wait = min(2*wait, time.Second) {
		m, meta, err := r.message(ctx)
		if err == nil {
			return r.take(m.Data(), m.Headers(), meta.Sequence.Stream)
		}
		r.stop()
		if ctx.Err() != nil || errors.Is(err, nats.ErrConnectionClosed) {
			return audit.Event{}, err
		}
		if !unsettled(err) && !errors.Is(err, ErrNoAnswer) && !errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return audit.Event{}, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return audit.Event{}, ctx.Err()
		}
	}
}

// message returns the next message of the consumer.
func (r *reader) message(ctx context.Context) (jetstream.Msg, *jetstream.MsgMetadata, error) {
	if r.messages == nil {
		if err := r.start(ctx); err != nil {
			return nil, nil, err
		}
	}
	m, err := r.messages.Next(jetstream.NextContext(ctx))
	if err != nil {
		return nil, nil, err
	}
	meta, err := m.Metadata()
	if err != nil {
		return nil, nil, err
	}
	r.came++
	if meta.Sequence.Consumer != r.came {
		return nil, nil, errGap
	}
	return m, meta, nil
}

// start makes a consumer of what comes after r.at. The servers forget one that is not
// stopped after a while.
func (r *reader) start(ctx context.Context) error {
	s := r.log.store
	err := s.repeat(ctx, func(ctx context.Context) (err error) {
		r.consumer, err = s.js.CreateConsumer(ctx, s.stream, jetstream.ConsumerConfig{
			FilterSubject: r.log.subject, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: r.at + 1,
			AckPolicy: jetstream.AckNonePolicy, Replicas: 1, MemoryStorage: true, InactiveThreshold: 30 * time.Second,
		})
		return err
	})
	if err != nil {
		return err
	}
	r.came = 0
	r.messages, err = r.consumer.Messages(
		jetstream.PullMaxMessages(min(max(16, 128<<20/s.longest), 512)), jetstream.PullExpiry(10*time.Second), jetstream.PullHeartbeat(time.Second),
		jetstream.WithMessagesErrOnMissingHeartbeat(true))
	return err
}

// stop lets go of the consumer.
func (r *reader) stop() {
	if r.messages != nil {
		r.messages.Stop()
		r.messages = nil
	}
	if r.consumer != nil {
		s, name := r.log.store, r.consumer.CachedInfo().Name
		r.consumer = nil
		go func() { // which nobody has to wait for
			ctx, cancel := context.WithTimeout(context.Background(), attempt)
			defer cancel()
			_ = s.js.DeleteConsumer(ctx, s.stream, name)
		}()
	}
}
