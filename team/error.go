package team

import (
	"errors"

	"github.com/ambit-authz/ambit/internal/text"
)

// ErrAddress is wrapped by every error of this package.
var ErrAddress = errors.New("it is not a bare e-mail address")

// Error says why a text is no address.
type Error struct {
	Address string // the text as given, of any length
	Err     error  // wraps [ErrAddress] and says which part is wrong
}

// Error returns one line that begins with "team: ". The text is quoted, and cut
// if it is long, as it may come from outside.
func (e *Error) Error() string {
	cause := "unknown problem"
	if e.Err != nil {
		cause = e.Err.Error()
	}
	return "team: address " + text.Quote(e.Address) + ": " + cause
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
