package datagroup

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The causes of an [*Error], for [errors.Is].
var (
	// ErrSyntax: the text is not a filter: a word or sign out of place, an open quote, trailing text.
	ErrSyntax = errors.New("datagroup: syntax error")
	// ErrUnknownAttribute: the schema has no attribute of that name.
	ErrUnknownAttribute = errors.New("datagroup: unknown attribute")
	// ErrBelowAccount: the name is of something finer than an account, such as a campaign.
	ErrBelowAccount = errors.New("datagroup: data groups work at account level")
	// ErrType: an operator, literal or value does not fit the attribute's type, or a type does not exist.
	ErrType = errors.New("datagroup: wrong type")
	// ErrEmptyList: a list without items, which could only be meant by mistake.
	ErrEmptyList = errors.New("datagroup: empty list")
	// ErrNumber: not a number, not finite, or an integer beyond ±2^53.
	ErrNumber = errors.New("datagroup: bad number")
	// ErrText: invalid UTF-8.
	ErrText = errors.New("datagroup: invalid UTF-8")
	// ErrTooDeep: a filter is nested deeper than the limit.
	ErrTooDeep = errors.New("datagroup: too deep")
	// ErrTooLong: a text, list, set, name or schema is longer than its limit.
	ErrTooLong = errors.New("datagroup: too long")
	// ErrName: an attribute cannot have that name: it is malformed, a word of the filter language, or built in.
	ErrName = errors.New("datagroup: bad attribute name")
	// ErrDuplicate: an attribute is declared twice.
	ErrDuplicate = errors.New("datagroup: duplicate attribute")
	// ErrRequired: an account without an id or a source.
	ErrRequired = errors.New("datagroup: required")
)

// Error is one problem with a schema, an account or a filter.
type Error struct {
	// Op is what was attempted: "schema", "type", "account", "rebind", "filter" or "bind".
	Op string
	// ID is the attribute for "schema", "filter" and "bind", the account for "account" and "rebind"; empty where there is none.
	ID string
	// Offset, Line and Column say where in the filter's text the problem is. Offset counts bytes from 0. Line and Column count from 1,
	// Column in characters. Line is 0 when there is no position.
	Offset, Line, Column int
	// Text says what is wrong, without the position. It quotes long input abbreviated.
	Text string
	// Suggestion is what was probably meant, to stand in place of what was found; empty for no idea.
	Suggestion string
	// Err is one of this package's sentinels.
	Err error
}

// Error returns the message in one line, with everything the fields say.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("datagroup: ")
	b.WriteString(e.Op)
	if e.ID != "" {
		b.WriteString(" " + quote(e.ID))
	}
	if e.Line > 0 {
		b.WriteString(" at " + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column))
	}
	b.WriteString(": " + e.Text)
	if e.Suggestion != "" {
		b.WriteString("; did you mean " + e.Suggestion + "?")
	}
	return b.String()
}

// Unwrap returns the sentinel.
func (e *Error) Unwrap() error { return e.Err }

// locate sets the position of e to the byte at offset of text.
func (e *Error) locate(text string, offset int) *Error {
	before := text[:offset]
	e.Offset = offset
	e.Line = strings.Count(before, "\n") + 1
	e.Column = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return e
}

// quote returns text in double quotes for a message, abbreviated so that hostile input cannot flood a log.
func quote(text string) string {
	const most = 40
	if len(text) <= most {
		return strconv.Quote(text)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(text[:cut]) + "…"
}

// nearest returns the candidate that word is most likely a misspelling of, or "": one that differs in case only, or else the first of those
// with the fewest edits: two at most, and fewer than half its length.
func nearest(word string, candidates []string) string {
	if len(word) > maxName {
		return ""
	}
	best, fewest := "", 3
	for _, c := range candidates {
		if strings.EqualFold(word, c) {
			return c
		}
		if d := distance(word, c); d < fewest && 2*d < len(c) {
			best, fewest = c, d
		}
	}
	return best
}

// distance returns how many bytes to insert, delete or replace to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
