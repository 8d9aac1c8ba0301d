package journal

import (
	"errors"
	"fmt"
)

// What can go wrong with a log.
var (
	// ErrNotEmpty: [Begin] was called for a log that has events.
	ErrNotEmpty = errors.New("the log already has events")
	// ErrBroken: an event breaks a rule of form. What a fold refuses may wrap it
	// too.
	ErrBroken = errors.New("the log is broken")
	// ErrDiverged: the log no longer has what it acknowledged.
	ErrDiverged = errors.New("the log lost what it acknowledged")
	// ErrUncertain: an append failed in such a way that the event may still be
	// stored. Nothing is written before that is settled.
	ErrUncertain = errors.New("an earlier append is not settled")
	// ErrUnfit: the log refuses the event itself. It is not stored, now or later.
	ErrUnfit = errors.New("the log refuses it for its form")
	// ErrOvertaken: another writer was first, and the transaction cannot see what
	// they wrote.
	ErrOvertaken = errors.New("another writer was first: roll the transaction back and begin another")
	// ErrNotStored: the log has another event in the place of one that was staged.
	ErrNotStored = errors.New("the transaction was not committed")
)

// Error is what became of one event.
type Error struct {
	Op  string // "append", "replay", "commit", "keep the checkpoint" or "read the checkpoint kept"
	Seq uint64 // of the event; 0 for none in particular
	Err error
}

// Error returns the operation, the event and the cause.
func (e *Error) Error() string {
	if e.Seq == 0 {
		return fmt.Sprintf("journal: %s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("journal: %s: event %d: %v", e.Op, e.Seq, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
