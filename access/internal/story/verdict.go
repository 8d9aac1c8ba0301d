package story

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

// departure is the error about an assertion that does not hold of a policy.
type departure struct {
	assertion
	policy *access.Policy
}

// fails returns the first time at which the assertion does not hold, and whether
// it holds at no time.
func (d departure) fails() (at time.Time, always bool) {
	n := 0
	for _, moment := range moments(d.assertion) {
		if d.holds(d.policy.At(moment)) {
			continue
		}
		if n++; n == 1 {
			at = moment
		}
	}
	return at, n == len(moments(d.assertion))
}

// momentText names an end of time.
func momentText(at time.Time) string {
	if at.IsZero() {
		return "after everything with an end has ended"
	}
	return "as long as nothing has ended"
}

// Error says in its first line how the policy departs from the assertion, and in
// further lines why.
func (d departure) Error() string {
	at, always := d.fails()
	wrong, why := d.verdict(d.policy.At(at))
	if !always {
		wrong = fmt.Sprintf("that depends on the time, so write \"at\" and a day above this line; %s: %s", momentText(at), wrong)
	}
	return fmt.Sprintf("%v: %s\n%s", d.assertion, wrong, indent(why))
}

// String returns the question, and the time if there is one.
func (q question) String() string {
	return fmt.Sprintf("%v %v %v%s", q.subject, q.action, q.resource, atTime(q.at))
}

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
	e := p.Explain(c.subject, c.action, c.resource)
	d := e.Decision
	wrong = fmt.Sprintf("want %s, got %s", verdictText(c.allow, c.because), verdictText(d.Allowed, d.Reason))
	if c.fromMatrix && !c.allow {
		wrong += ", and the matrix does not list it"
	}
	return wrong, e.String()
}

// verdictText returns an answer as a story writes it.
func verdictText(allow bool, because access.Reason) string {
	verb := "deny"
	if allow {
		verb = "allow"
	}
	if because == "" {
		return verb
	}
	return verb + " because " + string(because)
}

// String returns whose listing it is, and the time if there is one.
func (l *listing) String() string {
	verb := "sees"
	if l.action == access.ViewReport {
		verb = "opens"
	}
	if of := ofTeam(l); of != "" {
		return fmt.Sprintf("team %s %s", of, verb)
	}
	return fmt.Sprintf("%v %s%s", l.subject, verb, atTime(l.at))
}

func (l *listing) holds(p *access.Policy) bool {
	if l.because != "" && denial(l, p).Reason != l.because {
		return false
	}
	if l.action == access.ViewReport {
		return l.holdsOfReports(p)
	}
	v := l.view(p)
	for id := range l.want {
		if !v.Sees(datagroup.AccountID(id)) {
			return false
		}
	}
	return l.atLeast || v.Len() == l.size()
}

func (l *listing) holdsOfReports(p *access.Policy) bool {
	n := 0
	for id := range l.found(p) {
		switch {
		case l.all || l.want[id]:
			n++
		case !l.atLeast:
			return false
		}
	}
	return n == l.size()
}

// maxShown is how many ids of a listing are explained, too many ones and missing
// ones each.
const maxShown = 3

func (l *listing) verdict(p *access.Policy) (wrong, why string) {
	found := make(map[string]bool)
	for id := range l.found(p) {
		found[id] = true
	}
	want := l.want
	if l.all {
		want = make(map[string]bool)
		for id := range idsOf(p, l.of("").Kind()) {
			want[id] = true
		}
	}
	more, fewer := without(found, want), without(want, found)
	var parts []string
	var lines strings.Builder
	shown := maxShown
	if l.cause(p) != "" {
		shown = 1 // it explains all of them
	}
	explain := func(ids []string, format string) {
		for i, id := range ids {
			if i == shown {
				fmt.Fprintf(&lines, "and %d more of these: %s\n", len(ids)-i, strings.Join(ids[i:min(len(ids), i+maxNamed)], " "))
				return
			}
			fmt.Fprintf(&lines, format+"\n%s\n", id, indent(l.why(p, id)))
		}
	}
	if l.atLeast {
		more = nil
	}
	if len(more) > 0 {
		parts = append(parts, fmt.Sprintf("%d too many", len(more)))
		explain(more, "%s is not in the story:")
	}
	if len(fewer) > 0 {
		parts = append(parts, fmt.Sprintf("%d missing", len(fewer)))
		explain(fewer, "%s is only in the story:")
	}
	if len(more) == 0 && len(fewer) == 0 {
		wrong, d := fmt.Sprintf("want nothing because %s, got nothing", l.because), denial(l, p)
		if d.Step != access.StepSubject && d.Reason != access.ReasonLinkPaused {
			return wrong, fmt.Sprintf("%v is not denied everything", l.subject)
		}
		if d.Resource.IsZero() { // about the subject alone
			d.Action, d.Resource = l.action, access.Company()
		}
		return fmt.Sprintf("%s because %s", wrong, d.Reason), p.Explain(l.subject, d.Action, d.Resource).String()
	}
	return strings.Join(parts, ", "), strings.TrimSuffix(lines.String(), "\n")
}

// why explains why a policy has an id in the listing, or has it not.
func (l *listing) why(p *access.Policy, id string) string {
	if of := ofTeam(l); of != "" {
		return whyOfTeam(p, of, id)
	}
	link, ok := p.Directory().Link(l.subject.Link())
	if !ok || l.action != access.ViewAccount || link.Resource.Kind() != access.KindReport {
		return p.Explain(l.subject, l.action, l.of(id)).String()
	}
	if e := p.Explain(l.subject, link.Action, link.Resource); !e.Decision.Allowed {
		return e.String()
	}
	return fmt.Sprintf("link %s shows what its maker sees\n%v", link.ID, p.Explain(maker(link.Entry()), l.action, l.of(id)))
}

// maxNamed is how many ids are named without an explanation.
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

// indent moves every line to the right by two spaces.
func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }
