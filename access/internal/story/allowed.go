package story

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

const allowUsage = "allow SUBJECT... ACTION... RESOURCE..., as in allow tom mia account.view account:us-1"

// allow reads an allow line of a matrix: subjects, then actions, then resources.
// Every combination of them is allowed. The first word is a subject. Then the
// first word that is among the actions of the matrix ends the subjects, and the
// next one that is not begins the resources.
//
// It refuses what is not among the matrix's combinations, and what is listed
// before. So a matrix has no more entries than questions.
func (m *matrix) allow(l list, seen map[question]bool) error {
	subjects, err := m.allowedSubjects(&l.cursor)
	if err != nil {
		return err
	}
	var actions []access.Action
	if len(l.rest) == 0 {
		return lacks("the action", allowUsage)
	}
	for len(l.rest) > 0 && m.isAction(l.rest[0]) {
		w, _ := l.next()
		actions = append(actions, access.Action(w.text))
	}
	if len(l.rest) == 0 {
		return lacks("the resource", allowUsage)
	}
	resources, err := m.allowedResources(&l.cursor)
	if err != nil {
		return err
	}
	for _, subject := range subjects {
		for _, action := range actions {
			for _, resource := range resources {
				q := question{m.at, subject, action, resource}
				if seen[q] {
					return fmt.Errorf("%v %v %v is allowed in the matrix already: remove one of them", subject, action, resource)
				}
				seen[q] = true
				m.allowed = append(m.allowed, entry{l.line, subject, action, resource})
			}
		}
	}
	return nil
}

// isAction reports whether a word is among the actions of the matrix.
func (m *matrix) isAction(w word) bool { return m.actions.has(access.Action(w.text)) }

// isResource reports whether words begin with a resource of the matrix.
func (m *matrix) isResource(words []word) bool {
	r, err := (&cursor{words}).resource("")
	return err == nil && m.resources.has(r)
}

// allowedSubjects reads subjects up to the first action.
func (m *matrix) allowedSubjects(c *cursor) (subjects []access.Subject, err error) {
	for len(subjects) == 0 || len(c.rest) > 0 && !m.isAction(c.rest[0]) {
		rest := c.rest
		s, err := c.subject(m.scope, allowUsage)
		switch {
		case err != nil:
			return nil, err
		case m.subjects.has(s):
			subjects = append(subjects, s)
		case len(subjects) == 0 && m.isAction(rest[0]):
			return nil, lacks("the subject before "+rest[0].text, allowUsage)
		case len(subjects) == 0:
			return nil, absent{nameOf(s), []string{"subjects"}, m}
		case m.isResource(rest):
			return nil, lacks("the action before "+rest[0].text, allowUsage)
		default:
			return nil, absent{nameOf(s), []string{"subjects", "actions"}, m}
		}
	}
	if len(c.rest) > 1 && m.isAction(c.rest[1]) {
		if s, err := (&cursor{c.rest[:1]}).subject(m.scope, ""); err == nil && m.subjects.has(s) {
			return nil, fmt.Errorf("%s is among the subjects of the matrix, and among its actions: write a line for each subject", c.rest[0].text)
		}
	}
	return subjects, nil
}

// nameOf returns the word that a subject was read from, without its team.
func nameOf(s access.Subject) string {
	if s.User() != "" {
		return string(s.User())
	}
	return fmt.Sprint(s)
}

// allowedResources reads resources up to the end of the line.
func (m *matrix) allowedResources(c *cursor) (resources []access.Resource, err error) {
	for len(c.rest) > 0 {
		first := c.rest[0]
		if first.is("because") {
			return nil, errors.New("a matrix gives no reasons: write an allow line with a reason outside of it")
		}
		r, err := c.resource(allowUsage)
		switch {
		case err != nil && len(resources) > 0 && m.isAction(first):
			return nil, fmt.Errorf("%s comes after a resource: %w", first.text, wrongForm(allowUsage))
		case err != nil && len(resources) == 0 && !strings.Contains(first.text, ":"):
			return nil, absent{first.text, []string{"actions", "resources"}, m}
		case err != nil:
			return nil, err
		case !m.resources.has(r):
			return nil, absent{fmt.Sprint(r), []string{"resources"}, m}
		}
		resources = append(resources, r)
	}
	return resources, nil
}

// absent is the error about a word that one or two axes of a matrix lack.
type absent struct {
	name   string
	axes   []string
	matrix *matrix
}

// Error looks for the word that was meant, which costs a look at all of them.
func (a absent) Error() string {
	where := "not among the " + a.axes[0]
	if len(a.axes) > 1 {
		where = fmt.Sprintf("neither among the %s nor among the %s", a.axes[0], a.axes[1])
	}
	for _, r := range a.matrix.resources.values {
		if slices.Contains(a.axes, "resources") && r.ID() == a.name {
			return fmt.Sprintf("%s is %s of the matrix: write %v", a.name, where, r)
		}
	}
	if instead := words[a.name]; instead != "" {
		return fmt.Sprintf("%s is %s of the matrix: %s", a.name, where, instead)
	}
	cure := didYouMean(a.name, a.matrix.words(a.axes))
	if cure == "" {
		cure = fmt.Sprintf(`: add it to the line "%s"`, strings.Join(a.axes, `" or "`))
	}
	return fmt.Sprintf("%s is %s of the matrix%s", a.name, where, cure)
}

// cause is the name: how it was misspelt is not looked for.
func (a absent) cause() cause { return cause{what: strings.Join(a.axes, " ") + " " + a.name} }

// words returns what is in some of the axes.
func (m *matrix) words(axes []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, s := range m.subjects.values {
			if slices.Contains(axes, "subjects") && !yield(nameOf(s)) {
				return
			}
		}
		for _, a := range m.actions.values {
			if slices.Contains(axes, "actions") && !yield(string(a)) {
				return
			}
		}
		for _, r := range m.resources.values {
			if slices.Contains(axes, "resources") && !yield(fmt.Sprint(r)) {
				return
			}
		}
	}
}
