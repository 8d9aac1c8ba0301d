package natslog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/nats-io/nats.go/jetstream"
)

// Options say where the logs are and what the servers must promise. Nil is the zero
// Options.
type Options struct {
	// Stream is the name of the stream, and the first token of its subjects: 1 to
	// 100 letters, digits, "-" and "_". Empty is "AMBIT".
	Stream string
	// Replicas are how many the stream has when it is made, and the fewest that Open
	// takes. 0 is 3. 1 keeps everything on one node: when it is lost, so is the log.
	Replicas int
	// Keys are by what Find finds the log of an event. All who write to a store must
	// pass the same: what is appended without them is not found.
	Keys audit.Keys
	// Monitors are the monitoring addresses of all nodes that have the stream, as
	// "http://10.0.0.1:8222". Open asks each whether it syncs before it confirms, and
	// refuses one that does not. Nil asks nobody: then it is for you to see that every
	// node is set to sync_interval: always.
	Monitors []string
	// Stale leaves out the barrier before a read, for processes that only follow. It
	// saves a write. For seconds after a partition, Events may miss the newest events.
	Stale bool
	// Patience is how long an answer that is neither yes nor no is asked for again,
	// such as while the nodes elect a leader. 0 is 10 seconds.
	Patience time.Duration
}

// with returns o with what it leaves out filled in.
func (o *Options) with() (Options, error) {
	if o == nil {
		o = new(Options)
	}
	full := *o
	full.Stream = cmp.Or(full.Stream, "AMBIT")
	full.Replicas = cmp.Or(full.Replicas, 3)
	full.Patience = cmp.Or(full.Patience, 10*time.Second)
	if len(full.Stream) > 100 || strings.Trim(full.Stream, plain) != "" {
		return full, fmt.Errorf("%w: the name %q of the stream is none: write 1 to 100 letters, digits, - and _", ErrUnsuitable, full.Stream)
	}
	return full, nil
}

const (
	formKey = "ambit-log"
	form    = "1" // of the subjects and messages
	attempt = 2 * time.Second
	// barriers are gone after this; one that is read by nobody is of no use later.
	barrierTTL = 10 * time.Second
	// headers are at most this long, with what the server adds.
	headers = 1 << 10
	least   = 64 << 10 // of LongestLine
)

// config is how a stream has to be.
func config(o Options) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: o.Stream, Subjects: []string{o.Stream + ".>"}, Description: "logs of package natslog of Ambit",
		Retention: jetstream.LimitsPolicy, Storage: jetstream.FileStorage, Replicas: o.Replicas, Discard: jetstream.DiscardNew,
		MaxMsgs: -1, MaxBytes: -1, MaxMsgsPerSubject: -1, MaxMsgSize: -1, MaxConsumers: -1,
		DenyDelete: true, DenyPurge: true, AllowMsgTTL: true,
		Metadata: map[string]string{formKey: form},
	}
}

// Create makes the stream, if it is not there, with the settings that Open asks for:
// on file, in so many replicas, without limits, and so that nothing can be deleted or
// purged. It changes no stream that is there. It returns the store as [Open] does.
func Create(ctx context.Context, js jetstream.JetStream, o *Options) (*Store, error) {
	full, err := o.with()
	if err != nil {
		return nil, failed(ctx, Error{Op: "create"}, err)
	}
	err = repeat(ctx, full.Patience, func(ctx context.Context) error {
		_, err := js.CreateStream(ctx, config(full))
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return nil // Open says what is wrong with it
		}
		return err
	})
	if err != nil {
		return nil, failed(ctx, Error{Op: "create"}, err)
	}
	return Open(ctx, js, o)
}

// Open opens the store in a stream that [Create] made. It asks the server how the
// stream is set up now, and refuses with [audit.ErrWeak] one that may lose what it
// confirms, and with [audit.ErrDamaged] one that has lost something: that was purged,
// or begins later than it should.
//
// The error is an [*Error] that wraps one of these, [ErrNoStream], [ErrForeign],
// [audit.ErrVersion], [ErrUnsuitable], [ErrNoAnswer], or what the client failed with.
func Open(ctx context.Context, js jetstream.JetStream, o *Options) (*Store, error) {
	full, err := o.with()
	if err != nil {
		return nil, failed(ctx, Error{Op: "open"}, err)
	}
	s := &Store{js: js, options: full, stream: full.Stream, longest: int(js.Conn().MaxPayload()) - headers}
	if err := s.open(ctx); err != nil {
		return nil, failed(ctx, Error{Op: "open"}, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if s.longest < least {
		return fmt.Errorf("%w: max_payload is %d bytes: set it to %d or more on every node", ErrUnsuitable, s.longest+headers, least+headers)
	}
	err := s.repeat(ctx, func(ctx context.Context) (err error) {
		s.handle, err = s.js.Stream(ctx, s.stream)
		return err
	})
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("%w: %q", ErrNoStream, s.stream)
	}
	if err != nil {
		return err
	}
	info := s.handle.CachedInfo()
	if err := sound(info.Config, s.options); err != nil {
		return err
	}
	if err := s.begun(ctx); err != nil {
		return err
	}
	return synced(ctx, s.options.Monitors, info.Cluster)
}

// sound reports what is wrong with the settings of a stream.
func sound(c jetstream.StreamConfig, o Options) error {
	want := config(o)
	switch is, ok := c.Metadata[formKey]; {
	case !ok || !slices.Equal(c.Subjects, want.Subjects):
		return fmt.Errorf("%w: %q", ErrForeign, c.Name)
	case is != form:
		return fmt.Errorf("%w: the stream has form %q, this package reads %q", audit.ErrVersion, is, form)
	}
	for _, s := range []struct {
		wrong bool
		text  string
	}{
		{c.MaxAge != 0, "it drops what is older than its max_age"},
		{c.MaxMsgs > 0, "it has a limit of messages"},
		{c.MaxBytes > 0, "it has a limit of bytes"},
		{c.MaxMsgsPerSubject > 0, "it has a limit of messages for each subject"},
		{c.MaxMsgSize > 0, "it has a limit of the size of messages"},
		{c.Retention != want.Retention, "its retention is not by limits, so it drops what was read"},
		{c.Storage != want.Storage, "it is in memory"},
		{c.Replicas < o.Replicas, fmt.Sprintf("it has %d replicas, and %d are asked for", c.Replicas, o.Replicas)},
		{c.Discard != want.Discard, "it discards what is old"},
		{!c.DenyDelete, "its messages may be deleted"},
		{!c.DenyPurge, "it may be purged"},
		{c.AllowRollup, "it may be rolled up"},
		{c.Mirror != nil || len(c.Sources) > 0, "it takes in other streams"},
		{c.SubjectTransform != nil, "it changes subjects"},
		{c.Sealed, "it is sealed, and takes nothing"},
		{c.NoAck, "it confirms nothing"},
		{c.AllowDirect || c.MirrorDirect, "replicas that are behind may answer"},
		{c.PersistMode != want.PersistMode, "it confirms what it has not written"},
		{!c.AllowMsgTTL, "it does not let go of what is written before a read"},
		{c.SubjectDeleteMarkerTTL != 0, "it writes markers of what was deleted"},
	} {
		if s.wrong {
			return &Error{Err: audit.ErrWeak, Text: s.text}
		}
	}
	return nil
}

// begun reports whether the first message that was ever in the stream is there. It
// writes it if there has been none.
func (s *Store) begun(ctx context.Context) error {
	subject := beginSubject(s.stream)
	err := s.repeat(ctx, func(ctx context.Context) error {
		_, err := s.js.Publish(ctx, subject, nil, jetstream.WithExpectLastSequencePerSubject(0), jetstream.WithExpectLastSequence(0), jetstream.WithRetryAttempts(0))
		return err
	})
	if err != nil && !wrongLast(err) {
		return err
	}
	first, err := s.next(ctx, 1, ">")
	if err == nil && (first.Sequence != 1 || first.Subject != subject) || errors.Is(err, audit.ErrDamaged) {
		return &Error{Err: audit.ErrDamaged, Text: "the stream does not begin with its first message, so it was purged or lost its beginning"}
	}
	return err
}
