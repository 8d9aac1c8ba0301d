package access

import (
	"cmp"
	"slices"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/internal/text"
)

// Load reads a document from JSON and makes a policy of it: [document.Parse]
// and [Compile] in one. The error is a [*document.Error] with the problems of
// both, each with its line. Nil is the zero Config.
func Load(data []byte, c *Config) (*Policy, error) {
	d, unread := document.ParsePart(data)
	if slices.ContainsFunc(unread, func(p document.Problem) bool { return p.Path == "" }) {
		return nil, problemError(unread, 0) // the rest could not be read
	}
	return compile(d, c, data, unread)
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
	return compile(d, c, nil, nil)
}

// compile makes a policy of a document, of whose text, if it has one, some could
// not be read.
func compile(d *document.Document, c *Config, data []byte, unread []document.Problem) (*Policy, error) {
	if d == nil {
		d = new(document.Document)
	}
	if c == nil {
		c = new(Config)
	}
	l := newLoader(unread)
	if p := l.load(d, c); p != nil {
		return p, nil
	}
	problems := l.problems
	if data != nil {
		setLines(problems, data)
		problems = append(unread, problems...)
		slices.SortStableFunc(problems, func(a, b document.Problem) int { return cmp.Compare(a.Line, b.Line) })
	}
	err := problemError(problems, l.untold)
	if c.Partial == nil {
		return nil, err
	}
	p, out := loadPartly(d, c, l)
	if p == nil {
		return nil, err
	}
	err.LeftOut = out.entries(d)
	c.Partial(err)
	return p, nil
}

// problemError tells the first of the problems. There are some more.
func problemError(problems []document.Problem, more int) *document.Error {
	told := min(len(problems), document.MaxProblems)
	return &document.Error{Problems: problems[:told:told], Untold: len(problems) - told + more}
}

// setLines gives each problem the line of its path.
func setLines(problems []document.Problem, data []byte) {
	if len(problems) == 0 {
		return
	}
	paths := make([]string, len(problems))
	for i, p := range problems {
		paths[i] = p.Path
	}
	if content, err := text.Content(data); err == nil {
		data = content // as document.ParsePart counts
	}
	lines := strictjson.Lines(data, paths...)
	for i, p := range problems {
		problems[i].Line = lines[p.Path]
	}
}
