package datagroup

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/internal/text"
)

// The causes of an [*Error], for [errors.Is]. None is ever returned without an
// Error around it, which says more.
var (
	// ErrSyntax: the text is no filter. A word or sign is out of place, a quote
	// is not closed, or text trails the filter.
	ErrSyntax = errors.New("the text is no filter")
	// ErrUnknownAttribute: the schema has no attribute of that name.
	ErrUnknownAttribute = errors.New("there is no such attribute")
	// ErrBelowAccount: the name is of something finer than an account, such as
	// a campaign.
	ErrBelowAccount = errors.New("data groups work at account level")
	// ErrType: an operator, literal or value does not fit the attribute's type,
	// or a type does not exist.
	ErrType = errors.New("the type is wrong")
	// ErrEmptyList: a list without items, which is probably a mistake.
	ErrEmptyList = errors.New("the list is empty")
	// ErrNumber: not a number, not finite, or an integer beyond ±2^53.
	ErrNumber = errors.New("the number is not valid")
	// ErrText: the text is not UTF-8.
	ErrText = errors.New("the text is not valid UTF-8")
	// ErrTooDeep: a filter is nested deeper than the limit.
	ErrTooDeep = errors.New("the filter is nested too deep")
	// ErrTooLong: a text, list, set, name or schema is longer than its limit.
	ErrTooLong = errors.New("it is too long")
	// ErrName: no attribute can have that name: it is malformed, a word of the
	// filter language, or built in.
	ErrName = errors.New("the attribute name is not valid")
	// ErrDuplicate: an attribute is declared twice, or under a name that differs from
	// another one in case only.
	ErrDuplicate = errors.New("the attribute is declared twice")
	// ErrRequired: an account without an id or a source.
	ErrRequired = errors.New("a value is required")
)

// Error is one problem with a schema, an account or a filter.
type Error struct {
	// Op is what was attempted: "schema", "type", "account", "rebind", "filter"
	// or "bind".
	Op string
	// ID is the attribute for "schema", "filter" and "bind", the account for
	// "account" and "rebind"; empty where there is none.
	ID string
	// Offset, Line and Column say where in the filter's text the problem is.
	// Offset counts bytes from 0. Line and Column count from 1, Column in
	// characters. Line is 0 when there is no position.
	Offset, Line, Column int
	// Text says what is wrong, without the position. It quotes long input cut.
	Text string
	// Suggestion is what was probably meant, to replace what was found; empty
	// if nothing is near.
	Suggestion string
	// Err is one of this package's sentinels.
	Err error
}

// Error returns the message in one line that begins with "datagroup: ", with
// everything the fields say.
func (e *Error) Error() string {
	about, attribute := e.Op, e.ID
	switch e.Op {
	case "account", "rebind":
		about, attribute = "account", ""
		if e.ID != "" {
			about += " " + text.Quote(e.ID)
		}
	case "bind":
		about = "filter"
	}
	var b strings.Builder
	b.WriteString("datagroup: " + about)
	if e.Line > 0 {
		b.WriteString(" at " + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column))
	}
	if attribute != "" {
		b.WriteString(": attribute " + text.Quote(attribute))
	}
	b.WriteString(": " + e.Text)
	if e.Suggestion != "" {
		b.WriteString("; did you mean " + e.Suggestion + "?")
	}
	return b.String()
}

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Err }

// locate sets the position of e to the byte at an offset of
// the filter.
func (e *Error) locate(filter string, offset int) *Error {
	before := filter[:offset]
	e.Offset = offset
	e.Line = strings.Count(before, "\n") + 1
	e.Column = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return e
}
