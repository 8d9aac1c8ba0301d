package natslog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What a caller may branch on, besides the errors of package audit.
var (
	// ErrNoStream: the stream is not there. [Create] makes it.
	ErrNoStream = errors.New("there is no such stream: call Create, with an account that may make streams")
	// ErrForeign: a stream of that name is there, and is not of this package.
	ErrForeign = errors.New("a stream of this name is not of this package: choose another Options.Stream")
	// ErrNoAnswer: no majority of the nodes answered in time. What was asked for
	// may still happen.
	ErrNoAnswer = errors.New("no majority of the nodes answered in time")
	// ErrUnsuitable: the servers are set up so that a log cannot work.
	ErrUnsuitable = errors.New("the log cannot work on these servers")
)

// Error is what went wrong with a store or with one of its logs.
type Error struct {
	Op   string // "create", "open", "append", "events", "watch", "names" or "find"
	Log  string // the name of the log, empty if it is about the store
	Seq  uint64 // of the event in question, 0 for none
	Text string // says more; it may be empty
	Err  error  // never nil; often the error of the client
}

// Error returns one line that begins with "natslog: ", unless the client's error
// has more.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("natslog: " + e.Op)
	if e.Log != "" {
		fmt.Fprintf(&b, " %q", e.Log)
	}
	b.WriteString(": ")
	if e.Seq > 0 {
		fmt.Fprintf(&b, "event %d: ", e.Seq)
	}
	b.WriteString(e.Err.Error())
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// failed returns err as an error of what was attempted. If ctx has ended, it wraps
// the error of ctx as well.
func failed(ctx context.Context, e Error, err error) error {
	if own, ok := errors.AsType[*Error](err); ok {
		e.Text, err = own.Text, own.Err
		if own.Seq > 0 {
			e.Seq = own.Seq
		}
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	e.Err = err
	return &e
}

// errLook: another message is the last of the subject now, so the store has to be
// asked what it is.
var errLook = errors.New("another message was the last of the subject")

// errBehind: the node that answered does not have what others have.
var errBehind = errors.New("a node is behind the others")

// wrongLast reports whether a server refused a message as another one is the last of
// the subject, which is stored.
func wrongLast(err error) bool { return code(err) == jetstream.JSErrCodeStreamWrongLastSequence }

func code(err error) jetstream.ErrorCode {
	if api, ok := errors.AsType[*jetstream.APIError](err); ok {
		return api.ErrorCode
	}
	return 0
}

// unsettled reports whether an error says neither yes nor no, so that the same may be
// asked again. 10164 is one: another message for the subject is on its way, and may
// come to nothing.
func unsettled(err error) bool {
	if api, ok := errors.AsType[*jetstream.APIError](err); ok {
		return api.Code == 503 || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant
	}
	for _, passing := range []error{
		errLook, errBehind, errGap, context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrConnectionReconnecting,
		nats.ErrStaleConnection, jetstream.ErrNoStreamResponse, jetstream.ErrNoHeartbeat, jetstream.ErrConsumerDeleted, jetstream.ErrConsumerNotFound,
	} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}
