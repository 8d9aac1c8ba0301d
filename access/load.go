package access

import (
	"cmp"
	"errors"
	"slices"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// Load reads a document from JSON and makes a policy of it: [document.Parse]
// and [Compile] in one. The error is a [*document.Error] with the problems of
// both, each with its line. Nil is the zero Config.
func Load(data []byte, c *Config) (*Policy, error) {
	d, err := document.Parse(data)
	var problems []document.Problem
	if unread := (*document.Error)(nil); errors.As(err, &unread) {
		d, problems = unread.Partial(), unread.Problems
	}
	if slices.ContainsFunc(problems, func(p document.Problem) bool { return p.Path == "" }) {
		return nil, &document.Error{Problems: problems} // the rest could not be read
	}
	p, found := compile(d, c)
	found = slices.DeleteFunc(found, func(f document.Problem) bool {
		return slices.ContainsFunc(problems, func(p document.Problem) bool { return strictjson.Below(f.Path, p.Path) })
	})
	if len(found) > 0 {
		paths := make([]string, len(found))
		for i, f := range found {
			paths[i] = f.Path
		}
		lines := strictjson.Lines(data, paths...)
		for i := range found {
			found[i].Line = lines[found[i].Path]
		}
		problems = append(problems, found...)
		slices.SortStableFunc(problems, func(a, b document.Problem) int { return cmp.Compare(a.Line, b.Line) })
		problems = problems[:min(len(problems), maxProblems)]
	}
	if len(problems) > 0 {
		return nil, &document.Error{Problems: problems}
	}
	return p, nil
}

// MustLoad is [Load] for a document in the source code, such as in tests and
// examples, with the zero Config. It takes a string because that is what source
// code has, and panics if anything is wrong.
func MustLoad(text string) *Policy {
	p, err := Load([]byte(text), nil)
	if err != nil {
		panic(err)
	}
	return p
}

// Compile makes a policy of a document, which it does not keep. An empty
// document, and nil, gives a policy without users, which denies everything. Nil
// is the zero Config.
//
// The error is a [*document.Error] with all problems: malformed ids, names,
// addresses, ends and filters, duplicates, and references to what the document
// does not have.
func Compile(d *document.Document, c *Config) (*Policy, error) {
	p, problems := compile(d, c)
	if len(problems) > 0 {
		return nil, &document.Error{Problems: problems}
	}
	return p, nil
}
