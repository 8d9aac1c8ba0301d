package story

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// maxMatrix is how many questions a matrix may ask.
const maxMatrix = 10_000

// matrix is every combination of some subjects, actions and resources. It asserts
// that the policy allows those it lists, and denies the others.
type matrix struct {
	line      int
	at        time.Time
	scope     *string
	subjects  axis[access.Subject]
	actions   axis[access.Action]
	resources axis[access.Resource]
	lists     []list
	allowed   []entry // of all lists; set at the end
	mistakes  int     // of the story, where the matrix begins
	broken    bool    // by a mistake: it is not compared with the policy
}

// axis is one dimension of a matrix.
type axis[T comparable] struct {
	values []T
	lines  map[T]int // of the file, by value
}

func (a *axis[T]) has(v T) bool { return a.lines[v] != 0 }

// add adds a value.
func (a *axis[T]) add(v T, line int) error {
	if a.has(v) {
		return fmt.Errorf("%v is in the matrix twice: remove one of them", v)
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

// list is the words of an allow line of a matrix, which are read when all axes are
// known.
type list struct {
	line int
	cursor
}

// entry is a combination that a matrix lists as allowed.
type entry struct {
	line     int
	subject  access.Subject
	action   access.Action
	resource access.Resource
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
		p.matrix.lists = append(p.matrix.lists, list{p.no, *c})
	case verb.is("end"):
		err = c.done("end")
		p.endMatrix()
	default:
		err = p.matrix.notVerb(verb, c)
	}
	if p.matrix != nil && likely(verb, "end") {
		p.fail(err)
		p.endMatrix()
		return
	}
	if err != nil {
		p.fail(err)
	}
}

// notVerb is the error about a line that begins with a word that no line of a
// matrix does.
func (m *matrix) notVerb(verb word, c *cursor) error {
	switch {
	case verb.is("deny"):
		return fmt.Errorf(`a matrix denies all that it does not allow: remove this line, or close the matrix of line %d with "end" above it`, m.line)
	case !verb.quoted && slices.Contains(verbs, verb.text):
		return fmt.Errorf(`%s cannot be within the matrix of line %d: close that with "end" above this line`, verb.text, m.line)
	}
	return unknownVerb(verb, c, "a line of a matrix", matrixVerbs)
}

// each reads values of an axis up to the end of the line. A value with a mistake
// is left out, and the first mistake returned: the others are in the axis, so that
// the lines about them are right.
func each[T comparable](c *cursor, a *axis[T], line int, usage string, read func(usage string) (T, error)) error {
	if len(c.rest) == 0 {
		return wrongForm(usage)
	}
	var first error
	for len(c.rest) > 0 {
		v, err := read(usage)
		if err == nil {
			err = a.add(v, line)
		}
		first = cmp.Or(first, err)
	}
	return first
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
	if len(lacks) > 0 && len(p.story.mistakes) == m.mistakes {
		p.failAt(m.line, fmt.Errorf("the matrix lacks %s: write a line that begins with each of these words", strings.Join(lacks, ", ")))
	}
	n := len(m.subjects.values) * len(m.actions.values) * len(m.resources.values)
	if p.cells += n; n > maxMatrix || p.cells > maxCells {
		p.failAt(m.line, fmt.Errorf("the matrix has %d questions: at most %d in one, and %d in a file", n, maxMatrix, maxCells))
		return
	}
	seen := make(map[question]bool)
	for _, l := range m.lists {
		if err := m.allow(l, seen); err != nil && len(lacks) == 0 {
			p.failAt(l.line, err)
		}
	}
	m.broken = len(p.story.mistakes) > m.mistakes
	p.story.matrices = append(p.story.matrices, m)
}

// claims returns what the matrix asserts, in the order of its axes. It leaves out
// actions that are not asked of a resource, unless they are listed.
func (m *matrix) claims(together func(access.Action, access.Resource) bool) []*claim {
	listed := make(map[question]int)
	for _, e := range m.allowed {
		listed[question{m.at, e.subject, e.action, e.resource}] = e.line
	}
	var all []*claim
	for _, subject := range m.subjects.values {
		for _, action := range m.actions.values {
			for _, resource := range m.resources.values {
				q := question{m.at, subject, action, resource}
				line, allow := listed[q]
				switch {
				case allow:
					all = append(all, &claim{question: q, no: line, allow: true, fromMatrix: true})
				case together(action, resource):
					all = append(all, &claim{question: q, no: m.line, fromMatrix: true})
				}
			}
		}
	}
	return all
}
