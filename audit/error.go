package audit

import (
	"errors"
	"strconv"
	"strings"
)

// The causes of an [*Error], for [errors.Is].
var (
	// ErrConflict: another event comes next in the log, which has not stored
	// this one.
	ErrConflict = errors.New("it is not the next event of the log")
	// ErrMalformed: an event, line, hash or checkpoint breaks a rule of form or
	// a limit.
	ErrMalformed = errors.New("the form is not valid")
	// ErrTooLarge: the event is longer than its log can store; see [Limited].
	ErrTooLarge = errors.New("it is too large for this log")
	// ErrDamaged: what a store has is no log in order. Nothing of it is read as if
	// it were, or cut off.
	ErrDamaged = errors.New("the log is damaged")
	// ErrVersion: a store has another version of the form than this package reads.
	ErrVersion = errors.New("it is in another version of the form")
	// ErrWeak: a store is set up so that it may lose what it confirmed.
	ErrWeak = errors.New("the store may lose what it confirms")
	// ErrEdited: the hash of an event does not fit its fields, or the event
	// does not continue the one before it.
	ErrEdited = errors.New("it was edited")
	// ErrMissing: an event is not there, but a later one is.
	ErrMissing = errors.New("it is missing")
	// ErrReordered: the events are all there but not in order, or one is there
	// twice.
	ErrReordered = errors.New("it is out of order")
	// ErrTruncated: the log ends before the checkpoint.
	ErrTruncated = errors.New("the log is shorter than the checkpoint")
	// ErrRewritten: the chain is consistent, but the log has another event at
	// the checkpoint. Somebody computed all hashes again from some earlier
	// event on, or the checkpoint is of another log.
	ErrRewritten = errors.New("the log is not that of the checkpoint")
)

// Error is what is wrong with an event or a log.
type Error struct {
	// Op is what was attempted: "check", "decode", "read", "append", "events",
	// "watch", "open", "names", "find", "verify", "checkpoint", "hash", "write" or "parse cell"; "read"
	// is followed by the line, as in "read line 7", and "write" by the row.
	Op string
	// Seq is the event in question, 0 where there is none. If its own Seq is in
	// doubt, it is the place where the event was found.
	Seq uint64
	// Text says more; it may be empty.
	Text string
	// Err wraps a sentinel of this package, or is the error that ended the
	// attempt. It is never nil in an error of this package.
	Err error
}

// Error returns one line that begins with "audit: ".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("audit: " + e.Op + ": ")
	if e.Seq > 0 {
		b.WriteString("event " + strconv.FormatUint(e.Seq, 10) + ": ")
	}
	if e.Err == nil {
		b.WriteString("unknown problem")
	} else {
		b.WriteString(e.Err.Error())
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
