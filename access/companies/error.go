package companies

import (
	"errors"

	"github.com/ambit-authz/ambit/internal/text"
)

// The causes of an [*Error] that are of this package.
var (
	// ErrUnknown: no company has the name, or none can have it.
	ErrUnknown = errors.New("no company has this name")
	// ErrProof: the proof of an address proves nothing now.
	ErrProof = errors.New("the address was not verified, too long ago, or in the future: have it verified again")
	// ErrClosed: the companies were closed.
	ErrClosed = errors.New("the companies are closed")
)

// Error is what a company could not be opened, founded or asked for.
type Error struct {
	Op   string // "new", "open", "found", "find" or "close"
	Name string // of the company; "" for none in particular
	Err  error
}

// Error returns one line that begins with "companies: ".
func (e *Error) Error() string {
	what := e.Op
	if e.Name != "" {
		what += " " + text.Quote(e.Name)
	}
	return "companies: " + what + ": " + text.Cause(e.Err).Error()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
