package invite

import (
	"errors"
	"fmt"
	"strconv"
)

// Why something cannot be done about an invitation, by the table of the package
// documentation.
var (
	ErrNone     = errors.New("there is no such invitation")
	ErrPending  = errors.New("the address has an invitation that can still be accepted")
	ErrExpired  = errors.New("the invitation expired")
	ErrAccepted = errors.New("the invitation was accepted")
	ErrDeclined = errors.New("the invitation was declined")
	ErrRevoked  = errors.New("the invitation was revoked")
)

// What can be wrong with what comes from outside.
var (
	ErrTerms  = errors.New("the terms are not valid")
	ErrSecret = errors.New("the text is not a secret")
	ErrDigest = errors.New("the text is not a digest")
	ErrProof  = errors.New("the proof of an address is not valid")
	ErrFile   = errors.New("the file cannot be read as invitations")
)

// Error is every error of this package.
type Error struct {
	Line int   // of a file: where the row begins, or the last one that could be read; from 1, 0 if it is about no file
	Err  error // wraps a sentinel of this package, or is the error of a reader
}

// Error returns one line that begins with "invite: ".
func (e *Error) Error() string {
	at := ""
	if e.Line > 0 {
		at = "line " + strconv.Itoa(e.Line) + ": "
	}
	if e.Err == nil {
		return "invite: " + at + "unknown problem"
	}
	return "invite: " + at + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// wrong returns an error that wraps a sentinel and says more.
func wrong(sentinel error, format string, args ...any) error {
	return &Error{Err: fmt.Errorf("%w: "+format, append([]any{sentinel}, args...)...)}
}
