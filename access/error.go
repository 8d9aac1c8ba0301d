package access

import (
	"errors"
	"strings"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/internal/text"
)

// What can be wrong with an edit or a document. Those of package document are
// the same values there.
var (
	ErrInvalid = document.ErrInvalid
	ErrUnknown = document.ErrUnknown
	ErrTaken   = document.ErrTaken
	ErrSpent   = errors.New("Edit.Policy called twice")
)

// Error is one thing that is wrong with a change of an [Edit].
type Error struct {
	Op    string // what was to be done: "set user", "remove team"
	ID    string // to what; "" if there is one of it
	Field string // of the entry, as in a document: "until", "groups[1]"; "" is the entry as a whole
	Err   error
}

// Error returns the operation, what it was to be done to, and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("access: ")
	if e.Op != "" {
		b.WriteString(e.Op)
		if e.ID != "" {
			b.WriteString(" " + text.Quote(e.ID))
		}
		b.WriteString(": ")
	}
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	return b.String() + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
