package invite

import (
	"errors"
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
	ErrSecret = errors.New("not a secret")
	ErrDigest = errors.New("not a digest")
	ErrProof  = errors.New("not a proof of an address")
	ErrFile   = errors.New("the file cannot be read as invitations")
)

// Error is why a file cannot be read.
type Error struct {
	Line int   // on which the row begins, or the last one that could be read; from 1
	Err  error // wraps [ErrFile], unless reading itself failed
}

// Error returns the line and the cause.
func (e *Error) Error() string {
	return "invite: line " + strconv.Itoa(e.Line) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
