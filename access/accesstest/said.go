package accesstest

import "fmt"

// said is what stories have said so far, to find what is said twice, and what
// is said one way and the other.
type said map[question]sentence

// sentence is where a question was first answered. The question of a listing has
// no resource.
type sentence struct {
	story *story
	line  int
	claim *claim // nil of a listing
}

// claim adds a claim of a story. A matrix may say again what a line says, which
// can give a reason, and what another matrix says.
func (s said) claim(in *story, c *claim) {
	first, known := s[c.question]
	switch {
	case !known:
		s[c.question] = sentence{in, c.line, c}
	case first.claim.allow != c.allow:
		in.fail(c.line, fmt.Errorf("%v: %s contradicts %s:%d", c, shortVerdict(c.allow, ""), first.story.file, first.line))
	case first.story == in && !first.claim.matrix && !c.matrix:
		in.fail(c.line, fmt.Errorf("%v: line %d says that already", c, first.line))
	}
}

// listing adds a listing of a story. Whether a claim contradicts it is left to
// the policy, of which one of them does not hold.
func (s said) listing(in *story, l *listing) {
	key := question{at: l.at, who: l.who, do: l.do}
	switch first, known := s[key]; {
	case !known:
		s[key] = sentence{in, l.line, nil}
	case first.story == in:
		in.fail(l.line, fmt.Errorf("%v: line %d says that already", l, first.line))
	}
}
