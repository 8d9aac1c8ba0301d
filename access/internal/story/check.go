package story

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// check compares stories with what exists in a policy, and with each other. It
// adds the mistakes it finds to the stories, and turns matrices into claims.
func check(p *access.Policy, stories []*Story) {
	k := newKnown(p)
	checkTitles(stories)
	seen := make(seenClaims)
	for _, s := range stories {
		for _, m := range s.matrices {
			k.expand(s, m)
		}
		slices.SortStableFunc(s.assertions, func(a, b assertion) int { return a.line() - b.line() })
		for _, a := range s.assertions {
			switch a := a.(type) {
			case *claim:
				if a.fromMatrix || k.claim(s, a) && k.lookedAt(s, a) {
					seen.claim(s, a)
				}
			case *listing:
				if k.listing(s, a) && k.lookedAt(s, a) {
					seen.listing(s, a)
				}
			}
		}
	}
	for _, s := range stories {
		slices.SortStableFunc(s.mistakes, func(a, b Failure) int { return a.Line - b.Line })
	}
}

// checkTitles refuses a title that another story has, as the name of a subtest.
func checkTitles(stories []*Story) {
	titles := make(map[string]*Story)
	for _, s := range stories {
		if first, taken := titles[s.testName()]; taken {
			s.fail(s.Line, fmt.Errorf("%s:%d has the title %q already: write another", first.File, first.Line, first.Title))
		} else {
			titles[s.testName()] = s
		}
	}
}

// expand checks a matrix and adds its claims to the story.
func (k *known) expand(s *Story, m *matrix) {
	k.matrix(s, m)
	if m.broken {
		return
	}
	reported := make(map[access.Subject]bool)
	for _, c := range m.claims(k.together) {
		if why := k.deniedEverything(c); why != "" && !reported[c.subject] {
			reported[c.subject] = true
			s.fail(m.subjects.lines[c.subject], fmt.Errorf("%s, and so denied everything: take %v out of the matrix, which gives no reasons, and write a deny line with \"because %s\"", k.whyDenied(c), c.subject, why))
		}
		s.assertions = append(s.assertions, c)
	}
}

// finding is a mistake in what a line names, and the reason of the denial that
// follows from it. A line that gives this reason means it.
type finding struct {
	err    error
	reason access.Reason
}

// report adds findings to the mistakes of a story, except those that a line
// means. It reports whether it added none.
func (s *Story) report(line int, found []finding, because access.Reason) (ok bool) {
	ok = true
	for _, f := range found {
		if because == "" || because != f.reason {
			s.fail(line, f.err)
			ok = false
		}
	}
	return ok
}

// claim checks the names of a claim, and reports whether they are right.
func (k *known) claim(s *Story, c *claim) (ok bool) {
	found := append(append(k.subject(c.subject), k.action(c.action)...), k.resource(c.resource)...)
	return s.report(c.no, append(found, k.asked(c.action, c.resource)...), c.because)
}

// asked returns a finding if an action that exists is not asked of such a resource,
// unless the kind is unknown, which is told.
func (k *known) asked(a access.Action, r access.Resource) []finding {
	reason := k.policy.Applies(a, r).Reason
	if !k.actions[string(a)] || k.together(a, r) || reason == access.ReasonUnknownKind {
		return nil
	}
	return []finding{{notAsked{k, a, r}, reason}}
}

// listing checks the names of a listing, and reports whether they are right. It
// fills in the ids that the listing wants.
func (k *known) listing(s *Story, l *listing) (ok bool) {
	found := k.subject(l.subject)
	if ofTeam(l) != "" {
		found = k.resource(l.resource)
	}
	l.want = make(map[string]bool)
	for _, id := range l.ids {
		found = append(found, k.resource(l.of(id))...)
		l.want[id] = true
	}
	if l.all {
		l.total = k.count(l.of("").Kind())
	}
	return s.report(l.no, found, l.because)
}

// lookedAt reports whether the policy looks at what an assertion asks, provided
// that it gives no reason. A suspended subject is denied everything, so a deny of
// one thing would hold for the wrong reason.
func (k *known) lookedAt(s *Story, a assertion) bool {
	why := k.deniedEverything(a)
	if why != "" {
		where := ""
		if last := moments(a); denial(a, k.policy.At(last[len(last)-1])).Reason != why {
			where = `, and "at" with a day above it`
		}
		s.fail(a.line(), fmt.Errorf("%s, and so denied everything: if you mean that, write \"because %s\" at the end of the line%s", k.whyDenied(a), why, where))
	}
	return why == ""
}

// deniedEverything returns why the subject of an assertion is denied everything
// at all its moments, as it is at the first of them. It returns "" if the subject is not, or if nobody is asked
// for, or if the assertion needs no proof of this.
func (k *known) deniedEverything(a assertion) (why access.Reason) {
	if a.explainsDenial() || a.asks().subject.IsZero() {
		return ""
	}
	for _, at := range moments(a) {
		d := denial(a, k.policy.At(at))
		if d.Step != access.StepSubject || d.Reason == access.ReasonLinkScope { // which is about the question
			return ""
		}
		why = cmp.Or(why, d.Reason)
	}
	return why
}

// whyDenied says in words why the subject of an assertion is denied everything.
func (k *known) whyDenied(a assertion) string {
	return sentence(denial(a, k.policy.At(moments(a)[0])))
}

// matrix checks the names of a matrix, and that each of its actions is asked of
// one of its resources, and the other way round.
func (k *known) matrix(s *Story, m *matrix) {
	asked, taken := make(map[access.Action]bool), make(map[access.Resource]bool)
	for _, action := range m.actions.values {
		for _, resource := range m.resources.values {
			if k.together(action, resource) {
				asked[action], taken[resource] = true, true
			}
		}
	}
	for _, subject := range m.subjects.values {
		m.report(s, m.subjects.lines[subject], k.subject(subject))
	}
	for _, action := range m.actions.values {
		found := k.action(action)
		if !asked[action] && len(m.resources.values) > 0 {
			found = append(found, finding{err: fmt.Errorf("%s is not asked of any resource of the matrix%s", action, k.askedOf(action))})
		}
		m.report(s, m.actions.lines[action], found)
	}
	for _, resource := range m.resources.values {
		found := k.resource(resource)
		if !taken[resource] && len(m.actions.values) > 0 && len(found) == 0 {
			cure := cmp.Or(k.misplaced(resource), ": remove it, or add an action that is")
			found = append(found, finding{err: fmt.Errorf("no action of the matrix is asked of %v%s", resource, cure)})
		}
		m.report(s, m.resources.lines[resource], found)
	}
	for _, e := range m.allowed {
		m.report(s, e.line, k.asked(e.action, e.resource))
	}
}

// report adds findings to the mistakes of a story.
func (m *matrix) report(s *Story, line int, found []finding) {
	m.broken = !s.report(line, found, "") || m.broken
}
