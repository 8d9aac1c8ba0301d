package accesstest

import (
	"fmt"

	"github.com/ambit-authz/ambit/access"
)

// said is what stories have said so far, to find what is said twice, and what
// is said one way and the other.
type said struct {
	claims   map[question]saidClaim
	listings map[question]saidListing // by a question without a resource
	order    []saidClaim
}

type saidClaim struct {
	*claim
	story *story
}

type saidListing struct {
	*listing
	story *story
}

func newSaid() *said {
	return &said{claims: make(map[question]saidClaim), listings: make(map[question]saidListing)}
}

// claim adds a claim of a story. A matrix may say again what a line says, which
// can give a reason, and what another matrix says.
func (s *said) claim(in *story, c *claim) {
	s.order = append(s.order, saidClaim{c, in})
	first, known := s.claims[c.question]
	switch {
	case !known:
		s.claims[c.question] = saidClaim{c, in}
	case first.allow != c.allow:
		in.fail(c.line, fmt.Errorf("%v: %s contradicts %s:%d", c, shortVerdict(c.allow, ""), first.story.file, first.line))
	case first.story == in && !first.matrix && !c.matrix:
		in.fail(c.line, fmt.Errorf("%v: line %d says that already", c, first.line))
	}
}

// listing adds a listing of a story.
func (s *said) listing(in *story, l *listing) {
	key := question{at: l.at, who: l.who, do: l.do}
	first, known := s.listings[key]
	switch {
	case !known:
		s.listings[key] = saidListing{l, in}
	case first.story == in:
		in.fail(l.line, fmt.Errorf("%v: line %d says that already", l, first.line))
	}
}

// compare tells of the claims that contradict a listing.
func (s *said) compare() {
	for _, c := range s.order {
		l, known := s.listings[question{at: c.at, who: c.who, do: c.do}]
		if !known || c.on != l.on(c.on.ID()) || l.do == access.ViewAccount && l.who.Link() != "" {
			continue // a link shows its maker's data, and yet answers no question about it
		}
		if listed := l.want[c.on.ID()]; listed != c.allow {
			c.story.fail(c.line, fmt.Errorf("%v: %s contradicts %s:%d", c.claim, shortVerdict(c.allow, ""), l.story.file, l.line))
		}
	}
}
