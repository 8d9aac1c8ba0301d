package access

import (
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/access/document"
)

// What can be wrong with an edit or a document. Those of package document are
// the same values there.
var (
	ErrInvalid = document.ErrInvalid
	ErrUnknown = document.ErrUnknown
	ErrTaken   = document.ErrTaken
	ErrSpent   = errors.New("was already made into a policy")
)

// Error is one change that an [Edit] could not make.
type Error struct {
	Op  string // what was to be done: "set user", "remove team"
	ID  string // to what
	Err error
}

// Error returns the operation, what it was to be done to, and the cause.
func (e *Error) Error() string { return fmt.Sprintf("access: %s %q: %v", e.Op, e.ID, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
