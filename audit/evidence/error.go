package evidence

import (
	"errors"
	"strconv"
	"strings"
)

// The causes of an [*Error], for [errors.Is].
var (
	// ErrForm: a file is not in the form of a bundle.
	ErrForm = errors.New("the form is not valid")
)

// Error is what is wrong with a bundle.
type Error struct {
	File string // in question, "" for the bundle as a whole
	Line int    // of the file, from 1; 0 where there is none
	Text string // what is wrong and what to do; it may be empty
	Err  error  // wraps a sentinel of this package
}

// Error returns one line that begins with "evidence: ".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("evidence: ")
	if e.File != "" {
		b.WriteString(e.File + ": ")
	}
	if e.Line > 0 {
		b.WriteString("line " + strconv.Itoa(e.Line) + ": ")
	}
	if e.Err == nil {
		b.WriteString("unknown problem")
	} else {
		b.WriteString(e.Err.Error())
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
