package accesstest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// maxMatrix is how many questions a matrix may ask.
const maxMatrix = 10_000

// matrix is every combination of some subjects, actions and resources. The
// policy allows those that are listed, and denies the others.
type matrix struct {
	line      int
	at        time.Time
	scope     *string
	subjects  axis[access.Subject]
	actions   axis[access.Action]
	resources axis[access.Resource]
	allowed   []entry
	mistakes  int  // of the story where it begins
	spoilt    bool // by a mistake: what it says is not compared
}

// axis is one dimension of a matrix.
type axis[T comparable] struct {
	values []T
	lines  map[T]int // in which they stand
}

func (a *axis[T]) has(v T) bool { return a.lines[v] != 0 }

// add adds a value.
func (a *axis[T]) add(v T, line int) error {
	if a.has(v) {
		return fmt.Errorf("%v stands in the matrix twice", v)
	}
	if len(a.values) == maxMatrix {
		return fmt.Errorf("a matrix has at most %d questions", maxMatrix)
	}
	if a.lines == nil {
		a.lines = make(map[T]int)
	}
	a.values, a.lines[v] = append(a.values, v), line
	return nil
}

// entry is a combination that a matrix lists as allowed.
type entry struct {
	line int
	who  access.Subject
	do   access.Action
	on   access.Resource
}

// matrixVerbs are the words that begin a line of a matrix.
var matrixVerbs = []string{"subjects", "actions", "resources", "allow", "end"}

// matrixLine reads a line of a matrix, which begins with a verb.
func (p *parser) matrixLine(verb word, c *cursor) {
	var err error
	switch {
	case verb.is("subjects"):
		err = each(c, &p.matrix.subjects, p.no, "subjects SUBJECT...", func(usage string) (access.Subject, error) {
			return c.subject(p.matrix.scope, usage)
		})
	case verb.is("actions"):
		err = each(c, &p.matrix.actions, p.no, "actions ACTION...", func(string) (access.Action, error) {
			w, _ := c.next()
			return access.Action(w.text), nil
		})
	case verb.is("resources"):
		err = each(c, &p.matrix.resources, p.no, "resources RESOURCE...", c.resource)
	case verb.is("allow"):
		err = p.matrixAllow(c)
	case verb.is("end"):
		err = c.done("end")
		p.endMatrix()
	default:
		err = fmt.Errorf("a line of the matrix cannot begin with %q%s", verb.text, didYouMean(verb.text, slices.Values(matrixVerbs)))
		if !verb.quoted && slices.Contains(verbs, verb.text) {
			err = fmt.Errorf(`%s cannot stand in the matrix of line %d: close it with "end"`, verb.text, p.matrix.line)
		}
	}
	if err != nil {
		p.fail(err)
	}
}

// each reads the values of an axis, to the end of the line.
func each[T comparable](c *cursor, a *axis[T], line int, usage string, read func(usage string) (T, error)) error {
	if len(c.rest) == 0 {
		return wrongForm(usage)
	}
	for len(c.rest) > 0 {
		v, err := read(usage)
		if err != nil {
			return err
		}
		if err := a.add(v, line); err != nil {
			return err
		}
	}
	return nil
}

// matrixAllow reads what a subject may do at some resources.
func (p *parser) matrixAllow(c *cursor) error {
	const usage = "allow SUBJECT ACTION RESOURCE..."
	who, err := c.subject(p.matrix.scope, usage)
	if err != nil {
		return err
	}
	action, ok := c.next()
	if !ok || len(c.rest) == 0 {
		return wrongForm(usage)
	}
	for len(c.rest) > 0 {
		if c.rest[0].is("because") {
			return errors.New("a matrix gives no reasons: ask for one in a line of its own")
		}
		on, err := c.resource(usage)
		if err != nil {
			return err
		}
		p.matrix.allowed = append(p.matrix.allowed, entry{p.no, who, access.Action(action.text), on})
	}
	return nil
}

// endMatrix checks a matrix and adds it to the story.
func (p *parser) endMatrix() {
	m := p.matrix
	p.matrix = nil
	var lacks []string
	if len(m.subjects.values) == 0 {
		lacks = append(lacks, "subjects")
	}
	if len(m.actions.values) == 0 {
		lacks = append(lacks, "actions")
	}
	if len(m.resources.values) == 0 {
		lacks = append(lacks, "resources")
	}
	if len(lacks) > 0 {
		p.failAt(m.line, fmt.Errorf("the matrix lacks %s", strings.Join(lacks, ", ")))
	}
	n := len(m.subjects.values) * len(m.actions.values) * len(m.resources.values)
	if p.cells += n; n > maxMatrix || p.cells > maxCells {
		p.failAt(m.line, fmt.Errorf("the matrix has %d questions: at most %d in one, and %d in a file", n, maxMatrix, maxCells))
		return
	}
	m.checkAllowed(p)
	m.spoilt = len(p.story.mistakes) > m.mistakes
	p.story.matrices = append(p.story.matrices, m)
}

// checkAllowed refuses entries that are none of the matrix's combinations, and
// those that stand there twice.
func (m *matrix) checkAllowed(p *parser) {
	seen := make(map[question]bool)
	for _, e := range m.allowed {
		if !m.subjects.has(e.who) {
			p.failAt(e.line, fmt.Errorf("%v is not among the subjects of the matrix", e.who))
		}
		if !m.actions.has(e.do) {
			p.failAt(e.line, fmt.Errorf("%v is not among the actions of the matrix", e.do))
		}
		if !m.resources.has(e.on) {
			p.failAt(e.line, fmt.Errorf("%v is not among the resources of the matrix", e.on))
		}
		q := question{m.at, e.who, e.do, e.on}
		if seen[q] {
			p.failAt(e.line, fmt.Errorf("%v %v %v stands in the matrix twice", e.who, e.do, e.on))
		}
		seen[q] = true
	}
}

// claims returns what the matrix says, in the order of its axes. It leaves out
// the combinations that do not go together, unless they are listed.
func (m *matrix) claims(together func(access.Action, access.Resource) bool) []*claim {
	listed := make(map[question]int)
	for _, e := range m.allowed {
		listed[question{m.at, e.who, e.do, e.on}] = e.line
	}
	var all []*claim
	for _, who := range m.subjects.values {
		for _, do := range m.actions.values {
			for _, on := range m.resources.values {
				q := question{m.at, who, do, on}
				line, allow := listed[q]
				switch {
				case allow:
					all = append(all, &claim{question: q, line: line, allow: true, matrix: true})
				case together(do, on):
					all = append(all, &claim{question: q, line: m.line, matrix: true})
				}
			}
		}
	}
	return all
}
