package natslog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/audit"
	"github.com/nats-io/nats.go/jetstream"
)

// Store has the logs of many companies in one stream. It is an [audit.Store]. [Open]
// and [Create] return one. It needs no closing; the connection is yours.
type Store struct {
	js      jetstream.JetStream
	handle  jetstream.Stream
	options Options
	stream  string
	longest int

	mu   sync.Mutex
	keys map[string]bool // subjects of keys that are stored
}

// mostKeys is how many subjects of keys a Store remembers.
const mostKeys = 10_000

// Log implements [audit.Store]. It asks the servers nothing.
func (s *Store) Log(_ context.Context, name string) (audit.Log, error) {
	if err := audit.CheckName(name); err != nil {
		return nil, err
	}
	return &Log{store: s, name: name, subject: s.logSubject(name)}, nil
}

// Names implements [audit.Store]. It costs one answer that has all of them.
func (s *Store) Names(ctx context.Context) iter.Seq2[string, error] {
	return s.list(ctx, "names", s.stream+".log.*")
}

// Find implements [audit.Store].
func (s *Store) Find(ctx context.Context, key string) iter.Seq2[string, error] {
	return s.list(ctx, "find", s.stream+".key."+keyToken(key)+".*")
}

// list yields the names that are the last token of the subjects of a pattern.
func (s *Store) list(ctx context.Context, op, pattern string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := s.names(ctx, pattern)
		if err != nil {
			yield("", failed(ctx, Error{Op: op}, err))
			return
		}
		for _, name := range names {
			if !yield(name, nil) {
				return
			}
		}
	}
}

func (s *Store) names(ctx context.Context, pattern string) ([]string, error) {
	subjects, err := s.count(ctx, pattern)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(subjects))
	for subject := range subjects {
		name, ok := nameOf(subject[strings.LastIndexByte(subject, '.')+1:])
		if !ok || audit.CheckName(name) != nil {
			return nil, &Error{Err: audit.ErrDamaged, Text: fmt.Sprintf("subject %q is of no log", subject)}
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// index stores the keys of an event of a log, each once, as an empty message with a
// subject of its own. A message that is refused is there already.
func (s *Store) index(ctx context.Context, name string, e audit.Event) error {
	if s.options.Keys == nil {
		return nil
	}
	for _, key := range s.options.Keys(e) {
		if key == "" || len(key) > 500 || !utf8.ValidString(key) {
			return fmt.Errorf("%w: the key %q has not 1 to 500 bytes of UTF-8", audit.ErrMalformed, key)
		}
		subject := s.keySubject(key, name)
		if s.indexed(subject) {
			continue
		}
		err := s.repeat(ctx, func(ctx context.Context) error {
			_, err := s.publish(ctx, subject, nil, 0)
			return err
		})
		if err != nil && !wrongLast(err) {
			return err
		}
		s.remember(subject)
	}
	return nil
}

func (s *Store) indexed(subject string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[subject]
}

func (s *Store) remember(subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys == nil || len(s.keys) >= mostKeys {
		s.keys = make(map[string]bool)
	}
	s.keys[subject] = true
}

// publish stores a message if the last one of its subject is at a place of the
// stream, 0 for none. It returns the place of the message.
func (s *Store) publish(ctx context.Context, subject string, data []byte, last uint64) (uint64, error) {
	ack, err := s.js.Publish(ctx, subject, data,
		jetstream.WithExpectStream(s.stream), jetstream.WithExpectLastSequencePerSubject(last), jetstream.WithRetryAttempts(0))
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// barrier returns when a majority of the nodes has confirmed a message that was sent
// after the call, with its place in the stream: everything that was confirmed before
// the call is before it. A node that was cut off cannot do that. Without it, a leader
// that does not know yet that there is another one answers with what it has.
func (s *Store) barrier(ctx context.Context) (at uint64, err error) {
	err = s.repeat(ctx, func(ctx context.Context) error {
		ack, err := s.js.Publish(ctx, s.barrierSubject(), nil,
			jetstream.WithExpectStream(s.stream), jetstream.WithMsgTTL(barrierTTL), jetstream.WithRetryAttempts(0))
		if err == nil {
			at = ack.Sequence
		}
		return err
	})
	return at, err
}

// count returns how many messages each subject of a pattern has, now. A barrier alone
// would not do: two nodes may take themselves for the leader, so that one of them
// confirms it, and the other answers what is asked next. So the answer has to be of a
// node that has the barrier itself.
func (s *Store) count(ctx context.Context, pattern string) (subjects map[string]uint64, err error) {
	var least uint64
	if !s.options.Stale {
		if least, err = s.barrier(ctx); err != nil {
			return nil, err
		}
	}
	err = s.repeat(ctx, func(ctx context.Context) error {
		info, err := s.handle.Info(ctx, jetstream.WithSubjectFilter(pattern))
		if err != nil {
			return err
		}
		subjects = info.State.Subjects
		if info.State.LastSeq < least {
			return errBehind
		}
		return nil
	})
	return subjects, err
}

// last returns the last message of a subject, nil if there is none, as far as the node
// knows that answers.
func (s *Store) last(ctx context.Context, subject string) (m *jetstream.RawStreamMsg, err error) {
	err = s.repeat(ctx, func(ctx context.Context) error {
		m, err = s.handle.GetLastMsgForSubject(ctx, subject)
		return err
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return m, err
}

// next returns the first message of a subject at a place or after it, which is known
// to be there. A node that does not have it may be behind, so it is asked for again for
// a while.
func (s *Store) next(ctx context.Context, at uint64, subject string) (m *jetstream.RawStreamMsg, err error) {
	until := time.Now().Add(min(attempt, s.options.Patience) / 2)
	err = s.repeat(ctx, func(ctx context.Context) error {
		m, err = s.handle.GetMsg(ctx, at, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) && time.Now().Before(until) {
			return errBehind
		}
		return err
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		err = &Error{Err: audit.ErrDamaged, Text: fmt.Sprintf("no message is at place %d of the stream or after it", at)}
	}
	return m, err
}

func (s *Store) repeat(ctx context.Context, try func(ctx context.Context) error) error {
	return repeat(ctx, s.options.Patience, try)
}

// repeat tries something until it is settled, ctx ends, or patience does.
func repeat(ctx context.Context, patience time.Duration, try func(ctx context.Context) error) error {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		if err := ctx.Err(); err != nil {
			return err
		}
		one, done := context.WithTimeout(patient, attempt)
		err := try(one)
		done()
		if err == nil || !unsettled(err) {
			return err
		}
		select {
		case <-time.After(wait):
		case <-patient.Done():
			if cause := ctx.Err(); cause != nil {
				return fmt.Errorf("%w: %w", cause, ErrNoAnswer)
			}
			return fmt.Errorf("%w: %v", ErrNoAnswer, err)
		}
	}
}
