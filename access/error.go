package access

import (
	"errors"
	"fmt"
	"strings"
)

// What can be wrong with a document or an edit, besides what package datagroup
// and package role find.
var (
	ErrInvalid = errors.New("is not valid")
	ErrUnknown = errors.New("does not exist")
	ErrTaken   = errors.New("is already taken")
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

// Problem is one thing wrong with a [Document].
type Problem struct {
	Path string // as in teams[2].members[0].user; "" is the document as a whole
	Line int    // in the text; 0 if the document did not come from one
	Err  error
}

// Error returns the line, the path and the cause, as far as there are any.
func (p Problem) Error() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.Err.Error())
	return b.String()
}

// Unwrap returns Err.
func (p Problem) Unwrap() error { return p.Err }

// DocumentError is everything wrong with a [Document], in the order of the
// text, or of the document where there is none. Past a hundred problems the
// rest is left out.
type DocumentError struct {
	Problems []Problem
}

// Error returns the problems, one on a line.
func (e *DocumentError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "access: problems in the document: %d", len(e.Problems))
	for _, p := range e.Problems {
		b.WriteString("\n" + p.Error())
	}
	return b.String()
}

// Unwrap returns the problems.
func (e *DocumentError) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p
	}
	return errs
}
