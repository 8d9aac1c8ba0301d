package accesstest

import (
	"strings"
	"time"
	"unicode"

	"github.com/ambit-authz/ambit/access"
)

// story is what a file says under one title.
type story struct {
	file     string
	line     int
	title    string
	mistakes []mistake
	matrices []*matrix // until they are made claims
	says     []assertion
}

// subtest returns the title as the name of a test, which has no spaces.
func (s *story) subtest() string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return '_'
		}
		return r
	}, s.title)
}

// fail records a mistake. A story that has one is not asked.
func (s *story) fail(line int, err error) {
	s.mistakes = append(s.mistakes, mistake{s.file, line, err})
}

// question is one question to a policy, at one time. It is comparable.
type question struct {
	at  time.Time // in UTC; zero is any time
	who access.Subject
	do  access.Action
	on  access.Resource
}

// decide asks a policy that stands at the question's time.
func (q question) decide(p *access.Policy) access.Decision { return p.Decide(q.who, q.do, q.on) }

// claim is a question with the answer a story gives to it.
type claim struct {
	question
	line    int
	allow   bool
	because access.Reason // "" is any
	matrix  bool          // it comes from a matrix
}

// listing is a claim about all accounts, or all reports, at once.
type listing struct {
	line int
	at   time.Time
	who  access.Subject
	do   access.Action // ViewAccount or ViewReport
	all  bool
	ids  []string        // as written, each once
	want map[string]bool // what the policy has of them; set by check

	because access.Reason // of nothing; "" is any
}

// assertion is a claim or a listing.
type assertion interface {
	// subject returns who asks.
	subject() access.Subject
	// when returns the time of asking; zero is any time.
	when() time.Time
	// denial returns a question that the assertion says is denied, and whether it
	// says none is, or says why.
	denial() (q question, knows bool)
	// lineNo returns the line it stands in.
	lineNo() int
	// String returns the assertion without its verdict.
	String() string
	// holds reports whether it holds of a policy that stands at a time.
	holds(*access.Policy) bool
	// verdict returns in a few words how a policy that stands at a time departs
	// from the assertion, and then in lines why the policy is as it is.
	verdict(*access.Policy) (wrong, why string)
}

func (c *claim) subject() access.Subject  { return c.who }
func (c *claim) when() time.Time          { return c.at }
func (c *claim) lineNo() int              { return c.line }
func (c *claim) denial() (question, bool) { return c.question, c.allow || c.because != "" }

func (l *listing) subject() access.Subject { return l.who }
func (l *listing) when() time.Time         { return l.at }
func (l *listing) lineNo() int             { return l.line }

// denial asks about what there is not, which nobody is allowed.
func (l *listing) denial() (question, bool) {
	return question{l.at, l.who, l.do, l.on("?")}, len(l.want) > 0 || l.because != ""
}

// moments returns the times at which an assertion must hold. One that says no
// time must hold at any; an end only ever takes away, so that the two ends of
// time stand for all between them.
func moments(a assertion) []time.Time {
	if at := a.when(); !at.IsZero() {
		return []time.Time{at}
	}
	return []time.Time{beginning(), {}} // at the zero time all that ends is over
}

// beginning is a time before every end.
func beginning() time.Time { return time.Time{}.Add(1) }

// holds reports whether an assertion holds of a policy whenever it must.
func holds(a assertion, p *access.Policy) bool {
	for _, at := range moments(a) {
		if !a.holds(p.At(at)) {
			return false
		}
	}
	return true
}
