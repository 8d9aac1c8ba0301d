package story

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// maxTexts is how many texts of a story are reported.
const maxTexts = 100

// Texts returns what is wrong, each text with its place. Failures with one cause
// have one text, which names their lines: first the causes of several failures,
// then the others, both in the order of their lines. After the first hundred texts
// a last one says how many failures are left. Only these texts are made.
func Texts(failures []Failure) []string {
	var texts []string
	left := len(failures)
	for i, g := range together(failures) {
		if i == maxTexts {
			return append(texts, fmt.Sprintf("%s: and %d more", g.first().File, left))
		}
		texts = append(texts, g.text())
		left -= len(g.failures)
	}
	return texts
}

// cause is what makes failures one. The zero cause is none.
type cause struct {
	what string // in words, if the failure is about a policy
	when string // in words, if that is so at one end of time only
}

// group is failures of a file that have one cause, at least one of them.
type group struct {
	cause
	failures []Failure
}

func (g *group) first() Failure { return g.failures[0] }

// together returns failures by cause: first those that share one.
func together(failures []Failure) []*group {
	type key struct {
		file string
		cause
	}
	groups, shared := []*group{}, make(map[key]*group)
	for _, f := range failures {
		cause := causeOf(f)
		g := shared[key{f.File, cause}]
		if g == nil || cause.what == "" {
			g = &group{cause: cause}
			shared[key{f.File, cause}] = g
			groups = append(groups, g)
		}
		g.failures = append(g.failures, f)
	}
	slices.SortStableFunc(groups, func(a, b *group) int { return min(len(b.failures), 2) - min(len(a.failures), 2) })
	return groups
}

// causeOf returns the cause of a failure, which is cheaper than its text.
func causeOf(f Failure) cause {
	if c, ok := f.err.(interface{ cause() cause }); ok {
		return c.cause()
	}
	return cause{what: f.Text()}
}

// text returns the cause, its lines, and the text of the first failure.
func (g *group) text() string {
	f := g.first()
	d, about := f.err.(departure)
	lines := make([]int, 0, len(g.failures))
	for _, f := range g.failures {
		lines = append(lines, f.Line)
	}
	slices.Sort(lines)
	switch also := slices.Compact(lines); {
	case about && len(g.failures) > 1:
		return fmt.Sprintf("%s:%d: %s, which makes %d answers wrong%s, in %s\n%s", f.File, f.Line, g.what, len(g.failures), g.when, linesText(also), indent(d.Error()))
	case len(also) > 1:
		return fmt.Sprintf("%v (also %s)", f, linesText(also[1:]))
	}
	return f.Error()
}

// maxRanges is how many runs of lines are named.
const maxRanges = 20

// linesText names lines, which are in order: "line 3", or "lines 3, 5-9 and 12".
func linesText(lines []int) string {
	var runs []string
	for i := 0; i < len(lines); {
		j := i + 1
		for j < len(lines) && lines[j] == lines[j-1]+1 {
			j++
		}
		if len(runs) == maxRanges {
			return fmt.Sprintf("lines %s and %d more", strings.Join(runs, ", "), len(lines)-i)
		}
		run := fmt.Sprint(lines[i])
		switch j - i {
		case 1:
		case 2:
			run = fmt.Sprintf("%d, %d", lines[i], lines[i+1])
		default:
			run = fmt.Sprintf("%d-%d", lines[i], lines[j-1])
		}
		runs, i = append(runs, run), j
	}
	if len(lines) == 1 {
		return "line " + runs[0]
	}
	return "lines " + strings.Join(runs, ", ")
}

// cause returns what the policy says at the first time at which the assertion does
// not hold, and which time that is if it holds at another.
func (d departure) cause() cause {
	at, always := d.fails()
	c := cause{what: d.assertion.cause(d.policy.At(at))}
	if !always {
		c.when = " " + momentText(at)
	}
	return c
}

func (c *claim) cause(p *access.Policy) string { return sentence(c.decide(p)) }

// cause is about the subject as a whole. What is wrong about one id is told in the
// listing's own words.
func (l *listing) cause(p *access.Policy) string {
	if ofTeam(l) != "" {
		return ""
	}
	d := p.Active(l.subject)
	if link, ok := p.Directory().Link(l.subject.Link()); ok && d.Reason == access.ReasonLinkScope {
		return sentence(p.Decide(l.subject, link.Action, link.Resource))
	}
	if d.Allowed && l.action == access.ViewAccount {
		d = p.Decide(l.subject, l.action, l.of("-")) // no account is looked for before the capability
		d.Allowed = d.Reason != access.ReasonNoCapability
	}
	return sentence(d)
}

// sentence returns why a decision denies, without the code, or "" if it allows.
func sentence(d access.Decision) string {
	if d.Allowed {
		return ""
	}
	return strings.TrimPrefix(d.String(), fmt.Sprintf("deny %s: ", d.Reason))
}
