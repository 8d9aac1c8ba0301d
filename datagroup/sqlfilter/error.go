package sqlfilter

import (
	"errors"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// The causes of an [*Error], for errors.Is. None is ever returned without an Error
// around it, which says more.
var (
	// ErrDialect: a dialect lacks a template, or has a mark that does not exist.
	ErrDialect = errors.New("the dialect is incomplete")
	// ErrColumn: the description of a table or of a column is wrong.
	ErrColumn = errors.New("the column is not described correctly")
	// ErrNoColumn: a filter reads an attribute for which no column is described.
	// The accounts can be selected by a list of ids instead.
	ErrNoColumn = errors.New("no column is described for the attribute")
	// ErrType: a filter compares an attribute as another type than its column has.
	ErrType = errors.New("the column is of another type")
	// ErrTooLarge: a filter has more comparisons than a database should be asked.
	// The accounts can be selected by a list of ids instead.
	ErrTooLarge = errors.New("the filter is too large")
)

// Error is one problem with a dialect, a table or a filter.
type Error struct {
	// Op is what was attempted: "table" or "where".
	Op string
	// Attribute is the attribute in question; empty if there is none.
	Attribute string
	// Text says what is wrong and what to do.
	Text string
	// Err is one of this package's sentinels.
	Err error
}

// Error returns the message in one line that begins with "sqlfilter: ".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("sqlfilter: " + e.Op)
	if e.Attribute != "" {
		b.WriteString(": attribute " + text.Quote(e.Attribute))
	}
	b.WriteString(": " + e.Text)
	return b.String()
}

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Err }
