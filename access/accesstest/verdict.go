package accesstest

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// failure is that an assertion does not hold of a policy.
type failure struct {
	assertion
	policy *access.Policy
}

// Error says how the policy departs from the assertion and why, in lines of
// which the first is for the headline.
func (f failure) Error() string {
	a, p := f.assertion, f.policy
	ends := moments(a)
	var failed []time.Time
	for _, at := range ends {
		if !a.holds(p.At(at)) {
			failed = append(failed, at)
		}
	}
	wrong, why := a.verdict(p.At(failed[0]))
	text := fmt.Sprintf("%v: %s", a, wrong)
	if len(failed) < len(ends) {
		moment := "as long as nothing has ended"
		if failed[0].IsZero() {
			moment = "when all that ends is over"
		}
		text = fmt.Sprintf("%v: that depends on the time, so write \"at\" and a day above it; %s: %s", a, moment, wrong)
	}
	return text + "\n" + indent(why)
}

// String returns the question, and the time if there is one.
func (q question) String() string { return fmt.Sprintf("%v %v %v%s", q.who, q.do, q.on, atTime(q.at)) }

// atTime ends the text of an assertion.
func atTime(at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case at.Equal(at.Truncate(24 * time.Hour)):
		return " at " + at.Format(time.DateOnly)
	}
	return " at " + at.Format(time.RFC3339Nano)
}

func (c *claim) holds(p *access.Policy) bool {
	d := c.decide(p)
	return d.Allowed == c.allow && (c.because == "" || d.Reason == c.because)
}

func (c *claim) verdict(p *access.Policy) (wrong, why string) {
	e := p.Explain(c.who, c.do, c.on)
	d := e.Decision
	wrong = fmt.Sprintf("want %s, got %s", shortVerdict(c.allow, c.because), shortVerdict(d.Allowed, d.Reason))
	if c.matrix && !c.allow {
		wrong += ", and the matrix does not list it"
	}
	return wrong, e.String()
}

// shortVerdict returns a verdict as a story writes it.
func shortVerdict(allow bool, because access.Reason) string {
	verb := "deny"
	if allow {
		verb = "allow"
	}
	if because == "" {
		return verb
	}
	return verb + " because " + string(because)
}

// String returns what is listed, for whom, and the time if there is one.
func (l *listing) String() string {
	verb := "sees"
	if l.do == access.ViewReport {
		verb = "opens"
	}
	return fmt.Sprintf("%v %s%s", l.who, verb, atTime(l.at))
}

// on returns the resource that an id of the listing stands for.
func (l *listing) on(id string) access.Resource {
	if l.do == access.ViewReport {
		return access.Report(id)
	}
	return access.Account(id)
}

// is returns what the subject sees, or opens.
func (l *listing) is(p *access.Policy) iter.Seq[string] {
	return func(yield func(string) bool) {
		if l.do == access.ViewReport {
			for id := range p.Reports(l.who, access.ViewReport) {
				if !yield(string(id)) {
					return
				}
			}
			return
		}
		for id := range p.View(l.who).Accounts() {
			if !yield(string(id)) {
				return
			}
		}
	}
}

func (l *listing) holds(p *access.Policy) bool {
	if q, _ := l.denial(); l.because != "" && q.decide(p).Reason != l.because {
		return false
	}
	n := 0
	for id := range l.is(p) {
		if !l.want[id] {
			return false
		}
		n++
	}
	return n == len(l.want)
}

// maxShown is how many ids of a listing are explained, on either side.
const maxShown = 3

func (l *listing) verdict(p *access.Policy) (wrong, why string) {
	is := maps.Collect(func(yield func(string, bool) bool) {
		l.is(p)(func(id string) bool { return yield(id, true) })
	})
	more, fewer := without(is, l.want), without(l.want, is)
	var parts []string
	var lines strings.Builder
	explain := func(ids []string, format string) {
		for i, id := range ids {
			if i == maxShown {
				fmt.Fprintf(&lines, "and %d more of these: %s\n", len(ids)-i, strings.Join(ids[i:min(len(ids), i+maxNamed)], " "))
				return
			}
			fmt.Fprintf(&lines, format+"\n%s\n", id, indent(p.Explain(l.who, l.do, l.on(id)).String()))
		}
	}
	if len(more) > 0 {
		parts = append(parts, fmt.Sprintf("%d too many", len(more)))
		explain(more, "%s is not in the story:")
	}
	if len(fewer) > 0 {
		parts = append(parts, fmt.Sprintf("%d missing", len(fewer)))
		explain(fewer, "%s is in the story only:")
	}
	if q, _ := l.denial(); len(more) == 0 && len(fewer) == 0 {
		wrong, d := fmt.Sprintf("want nothing because %s, got nothing", l.because), q.decide(p)
		if d.Step != access.StepSubject || d.Reason == access.ReasonLinkScope {
			return wrong, fmt.Sprintf("%v is not denied everything", l.who)
		}
		return fmt.Sprintf("%s because %s", wrong, d.Reason), p.Explain(q.who, q.do, q.on).String()
	}
	return strings.Join(parts, ", "), strings.TrimSuffix(lines.String(), "\n")
}

// maxNamed is how many ids are named without being explained.
const maxNamed = 20

// without returns the ids of a that are not in b, sorted.
func without(a, b map[string]bool) []string {
	var ids []string
	for id := range a {
		if !b[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// indent moves every line to the right.
func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }
