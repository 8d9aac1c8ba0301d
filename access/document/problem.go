package document

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/internal/text"
)

// The causes of a [Problem], for [errors.Is]. Packages role, datagroup and team
// have more.
var (
	ErrInvalid = errors.New("is not valid")
	ErrUnknown = errors.New("does not exist")
	ErrTaken   = errors.New("is already taken")
)

// Problem is one thing that is wrong with a document.
type Problem struct {
	Path string // as in teams[2].members[0].user; "" is the document as a whole
	ID   string // of the entry of the document that it is in; "" if there is none
	Line int    // in the text, from 1; 0 if the document did not come from one
	Err  error  // never nil
}

// Error gives line, path and cause, and beside the number of an entry its id:
//
//	line 7: teams[2] "west".members[0].user: user "tim" does not exist
func (p Problem) Error() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Path != "" {
		b.WriteString(pathText(p.Path, p.ID) + ": ")
	}
	b.WriteString(p.Err.Error())
	return b.String()
}

// pathText returns a path with the id of the entry.
func pathText(path, id string) string {
	list, index, rest, ok := strictjson.Item(path)
	if !ok || id == "" {
		return path
	}
	path = fmt.Sprintf("%s[%d] %s", list, index, text.Quote(id))
	if rest != "" {
		path += "." + rest
	}
	return path
}

// Unwrap returns Err.
func (p Problem) Unwrap() error { return p.Err }

// Entry is an entry of a document: an item of one of its lists, or a member or a
// grant in one.
type Entry struct {
	Path string // as in teams[2].members[0]
	ID   string // of a member or a grant "west/tom", "q3/tom" or "q3/team west"
}

// MaxProblems is how many problems an [Error] has at most.
const MaxProblems = 100

// Error is everything that is wrong with a document.
type Error struct {
	// Problems come in the order of the text, or without one in that of the
	// lists. There are [MaxProblems] at most.
	Problems []Problem

	// Untold is how many more there are, several in the text of one entry
	// counted once.
	Untold int

	// LeftOut has the entries without which a policy was made all the same, in
	// the order of the lists: those with problems, those of one id or address
	// with another, and those that cannot be without one left out. Members and
	// grants of an entry that is left out are so with it, and not listed.
	LeftOut []Entry
}

// Error gives each problem on a line of its own.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("document: 1 problem")
	if n := len(e.Problems) + e.Untold; n != 1 {
		b.Reset()
		fmt.Fprintf(&b, "document: %d problems", n)
	}
	for _, p := range e.Problems {
		b.WriteString("\n" + p.Error())
	}
	if e.Untold > 0 {
		fmt.Fprintf(&b, "\nand %d more", e.Untold)
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
