package document

import (
	"errors"
	"fmt"
	"strings"
)

// The causes of a [Problem], for [errors.Is]. Packages role, datagroup and team
// have more.
var (
	ErrInvalid = errors.New("is not valid")
	ErrUnknown = errors.New("does not exist")
	ErrTaken   = errors.New("is already taken")
)

// Problem is one thing wrong with a [Document].
type Problem struct {
	Path string // as in teams[2].members[0].user; "" is the document as a whole
	Line int    // in the text, from 1; 0 if the document did not come from one
	Err  error  // never nil
}

// Error returns the line, the path and the cause, as far as they are known.
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

// Error is everything wrong with a [Document], in the order of the text, or of
// the document if it did not come from one. It has a hundred problems at most.
type Error struct {
	Problems []Problem

	partial *Document
}

// Partial returns what [Parse] could read, to look for more problems in it, and
// nil for an error that is not from Parse. Never answer questions by it: without
// the end that could not be read, access has none.
func (e *Error) Partial() *Document { return e.partial }

// Error returns the problems, one on a line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("document: 1 problem")
	if n := len(e.Problems); n != 1 {
		b.Reset()
		fmt.Fprintf(&b, "document: %d problems", n)
	}
	for _, p := range e.Problems {
		b.WriteString("\n" + p.Error())
	}
	return b.String()
}

// Unwrap returns the problems.
func (e *Error) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p
	}
	return errs
}
