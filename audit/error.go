package audit

import (
	"errors"
	"strconv"
	"strings"
)

// The causes of an [*Error], for [errors.Is].
var (
	// ErrConflict: the event is not the one that comes next in the log, which
	// has not stored it.
	ErrConflict = errors.New("conflict")
	// ErrMalformed: an event, line, hash or checkpoint that breaks a rule of
	// form or a limit.
	ErrMalformed = errors.New("malformed")
	// ErrEdited: the hash of an event does not fit its fields, or the event
	// does not continue the one before it.
	ErrEdited = errors.New("edited")
	// ErrMissing: an event is not there, but a later one is.
	ErrMissing = errors.New("missing")
	// ErrReordered: the events are all there but not in order, or one is there
	// twice.
	ErrReordered = errors.New("reordered")
	// ErrTruncated: the log ends before the checkpoint.
	ErrTruncated = errors.New("shorter than the checkpoint")
	// ErrRewritten: the log hangs together but has another event at the
	// checkpoint. Somebody made all hashes anew from some event up to the
	// checkpoint on, or the checkpoint is of another log.
	ErrRewritten = errors.New("not the log of the checkpoint")
)

// Error is what is wrong with an event or a log.
type Error struct {
	// Op is what was attempted: "check", "decode", "read", "append", "events",
	// "watch", "verify", "checkpoint" or "hash"; "read" is followed by the
	// line, as in "read line 7".
	Op string
	// Seq is the event in question, as counted and not as it says itself if
	// that is in doubt; 0 where there is none.
	Seq uint64
	// Text says more; it may be empty.
	Text string
	// Err is a sentinel of this package, or the error that ended the attempt.
	// It is never nil.
	Err error
}

// Error returns one line that begins with "audit: ".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("audit: " + e.Op)
	if e.Seq > 0 {
		b.WriteString(" event " + strconv.FormatUint(e.Seq, 10))
	}
	b.WriteString(": " + e.Err.Error())
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
