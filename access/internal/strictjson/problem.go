package strictjson

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/internal/text"
)

// The causes of a [Problem], for [errors.Is].
var (
	// ErrSyntax: it is not JSON, it ends early, or something follows the value.
	// Fatal.
	ErrSyntax = errors.New("not valid JSON")
	// ErrUnicode: it is not UTF-8, which is fatal, or a string has a lone
	// surrogate.
	ErrUnicode = errors.New("not valid Unicode")
	// ErrSize: it is larger than [Config.MaxBytes]. Fatal; nothing of it was
	// looked at.
	ErrSize = errors.New("text too large")
	// ErrDepth: it nests deeper than [Config.MaxDepth]. Fatal. (Beyond 10,000
	// it is ErrSyntax: encoding/json gives up.)
	ErrDepth = errors.New("nested too deeply")
	// ErrTooMany: there are more problems than [Config.MaxProblems]. Fatal; it
	// comes after the last one kept. With [Config.Brief] it is not, and comes
	// with each item that has more.
	ErrTooMany = errors.New("too many problems")
	// ErrType: the value is of another kind than the one asked for, or no
	// integer.
	ErrType = errors.New("wrong type")
	// ErrUnknown: the object has a member that the caller did not ask for.
	ErrUnknown = errors.New("unknown field")
	// ErrDuplicate: the object has two members of this name; this is the later
	// one.
	ErrDuplicate = errors.New("duplicate field")

	errLone = fmt.Errorf("%w: a lone surrogate", ErrUnicode)
)

// A Problem is one thing wrong with a text.
type Problem struct {
	// Path leads to the value from the outermost one: member names joined by
	// dots, positions from 0 in brackets, as in users[3].email. A name that is
	// not made of ASCII letters, digits, "_" and "-" stands quoted in brackets:
	// attributes["a.b"]. Empty means the text as a whole.
	Path string
	// Line counts from 1 and is where the member or item starts.
	Line int
	// Err is never nil.
	Err error
}

// Error gives line, path and cause on one line.
func (p Problem) Error() string {
	if p.Path == "" {
		return fmt.Sprintf("line %d: %v", p.Line, p.Err)
	}
	return fmt.Sprintf("line %d: %s: %v", p.Line, p.Path, p.Err)
}

// Unwrap returns Err.
func (p Problem) Unwrap() error { return p.Err }

// finding is a Problem whose line is not counted yet.
type finding struct {
	path string
	at   int
	err  error
}

// inOrder turns findings into problems in order of position; at one position,
// in order of discovery.
func inOrder(data []byte, found []finding) []Problem {
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(a.at, b.at) })
	problems := make([]Problem, 0, len(found))
	count := counter{data: data}
	for _, f := range found {
		problems = append(problems, Problem{Path: f.path, Line: count.line(f.at), Err: f.err})
	}
	return problems
}

// didYouMean returns ErrUnknown with the nearest of the known names, if one is
// near.
func didYouMean(name string, known []string) error {
	if s := text.Nearest(name, slices.Values(known)); s != "" {
		return fmt.Errorf("%w: did you mean %q?", ErrUnknown, s)
	}
	return ErrUnknown
}
