package story

import (
	"iter"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// question is one question to a policy, at one time. It is comparable.
type question struct {
	at       time.Time // in UTC; zero is any time
	subject  access.Subject
	action   access.Action
	resource access.Resource // in the question of a listing zero, or the team it is about
}

// decide asks a policy that is fixed at the question's time.
func (q question) decide(p *access.Policy) access.Decision {
	return p.Decide(q.subject, q.action, q.resource)
}

// assertion is what one line asserts: a claim or a listing.
type assertion interface {
	// asks returns who asks for what, and when. A listing has no resource, unless
	// it is about a team, and then nobody asks.
	asks() question
	// line returns the line of the file, from 1.
	line() int
	// explainsDenial reports whether the assertion needs no proof that its subject
	// is denied this alone: it allows something, or gives the reason of a denial.
	explainsDenial() bool
	// String returns the assertion without its verdict.
	String() string
	// holds reports whether it holds of a policy that is fixed at a time.
	holds(*access.Policy) bool
	// verdict returns in a few words how a policy that is fixed at a time departs
	// from the assertion, and then in lines why the policy is as it is.
	verdict(*access.Policy) (wrong, why string)
	// cause returns in words why a policy that is fixed at a time departs from
	// the assertion, if that may be why it departs from others, or else "".
	cause(*access.Policy) string
}

// claim is a question with the answer that a story gives to it.
type claim struct {
	question
	no         int // of the line
	allow      bool
	because    access.Reason // "" is any
	fromMatrix bool
}

func (c *claim) asks() question       { return c.question }
func (c *claim) line() int            { return c.no }
func (c *claim) explainsDenial() bool { return c.allow || c.because != "" }

// listing asserts which accounts, or which reports, there are for a subject, or
// which accounts there are for a team.
type listing struct {
	question                 // the action is ViewAccount or ViewReport
	no       int             // of the line
	atLeast  bool            // there may be others
	all      bool            // everything
	ids      []string        // as written, each once
	want     map[string]bool // the same; set by check
	total    int             // of everything, how much that is; set by check

	because access.Reason // of nothing; "" is any
}

func (l *listing) asks() question       { return l.question }
func (l *listing) line() int            { return l.no }
func (l *listing) explainsDenial() bool { return l.size() > 0 || l.because != "" }

// size returns how many ids the listing wants.
func (l *listing) size() int {
	if l.all {
		return l.total
	}
	return len(l.want)
}

// of returns the resource that an id of the listing names.
func (l *listing) of(id string) access.Resource {
	if l.action == access.ViewReport {
		return access.Report(id)
	}
	return access.Account(id)
}

// found returns what the subject or the team sees, or the subject opens, under a
// policy.
func (l *listing) found(p *access.Policy) iter.Seq[string] {
	if l.action == access.ViewReport {
		return texts(p.Reports(l.subject, access.ViewReport))
	}
	return texts(l.view(p).Accounts())
}

// view returns the accounts that the subject or the team sees.
func (l *listing) view(p *access.Policy) access.View {
	if of := ofTeam(l); of != "" {
		return p.Directory().ViewOfTeam(of)
	}
	return p.View(l.subject)
}

func texts[T ~string](ids iter.Seq[T]) iter.Seq[string] {
	return mapped(ids, func(id T) string { return string(id) })
}

// denial returns a decision that shows whether the subject of an assertion is
// denied everything: that about the question, or of a listing, that about the
// subject alone, or about what a link shows.
func denial(a assertion, p *access.Policy) access.Decision {
	q := a.asks()
	if _, ok := a.(*listing); ok {
		if link, ok := p.Directory().Link(q.subject.Link()); ok {
			return p.Decide(q.subject, link.Action, link.Resource) // all that the link shows
		}
		return p.Active(q.subject)
	}
	return q.decide(p)
}

// moments returns the times at which an assertion must hold. One without a time
// must hold at all times. An end only takes access away, so the two ends of time
// stand for all times between them.
func moments(a assertion) []time.Time {
	if at := a.asks().at; !at.IsZero() {
		return []time.Time{at}
	}
	if ofTeam(a) != "" {
		return []time.Time{{}} // a team's data groups have no end
	}
	return []time.Time{beginning(), {}} // at the zero time everything with an end has ended
}

// beginning is a time before every end.
func beginning() time.Time { return time.Time{}.Add(1) }

// holds reports whether an assertion holds of a policy at all its moments.
func holds(a assertion, p *access.Policy) bool {
	for _, at := range moments(a) {
		if !a.holds(p.At(at)) {
			return false
		}
	}
	return true
}
