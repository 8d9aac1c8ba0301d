package company

import (
	"errors"
	"fmt"
)

// Why a change is refused, besides a denial by Decide, which is a
// [*access.DeniedError], and what package access finds wrong with a value.
var (
	ErrNoActor       = errors.New("nobody makes the change")
	ErrSystem        = errors.New("the system may not make this change")
	ErrSystemOnly    = errors.New("only a system may make this change")
	ErrReason        = errors.New("a reason of at most 500 bytes is required")
	ErrInvalid       = errors.New("the value is not valid")
	ErrUnknown       = errors.New("it does not exist")
	ErrTaken         = errors.New("it is already taken")
	ErrReused        = errors.New("the id was used before")
	ErrNoChange      = errors.New("it would change nothing")
	ErrSelf          = errors.New("nobody raises himself")
	ErrBeyondOwnEnd  = errors.New("nobody gives longer than he has")
	ErrLowers        = errors.New("sharing only raises; unshare first")
	ErrSuccessor     = errors.New("a successor is required who is active, without an end of access, and not the actor while anybody else qualifies")
	ErrLastCreator   = errors.New("the report would be left without a creator")
	ErrLastHolder    = errors.New("the role would be left without the holders it must have")
	ErrRoleFull      = errors.New("the role has as many holders as it may have")
	ErrSeats         = errors.New("there are no seats left")
	ErrAttributeUsed = errors.New("a filter reads the attribute")
)

// What can go wrong with the log.
var (
	// ErrNotEmpty: a company cannot be founded on a log that holds events.
	ErrNotEmpty = errors.New("the log is not empty")
	// ErrNotFounded: the log holds no company.
	ErrNotFounded = errors.New("the log is empty")
	// ErrBroken: an event does not continue the ones before it, has an unknown
	// type or version, or cannot be applied.
	ErrBroken = errors.New("the log is broken")
	// ErrDiverged: the log no longer holds what it acknowledged.
	ErrDiverged = errors.New("the log lost what it acknowledged")
	// ErrUncertain: an append failed in such a way that the event may still be
	// stored. Nothing is written before that is settled.
	ErrUncertain = errors.New("an earlier append is not settled")
)

// Error is a change that was refused, or an event that could not be replayed.
type Error struct {
	Op     string // "do", "found", "open", "sync", "at", or "replay" for an event
	Index  int    // of the change, for "do"
	Change string // its type
	Seq    uint64 // of the event, for the others; 0 if it is none in particular
	Err    error
}

// Error returns what was to be done, at which change or event, and the cause.
func (e *Error) Error() string {
	switch {
	case e.Change != "":
		return fmt.Sprintf("company: %s: change %d, %s: %v", e.Op, e.Index, e.Change, e.Err)
	case e.Seq > 0:
		return fmt.Sprintf("company: %s: event %d: %v", e.Op, e.Seq, e.Err)
	}
	return fmt.Sprintf("company: %s: %v", e.Op, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
