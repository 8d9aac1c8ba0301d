package story

import "fmt"

// seenClaims records every claim and listing so far, to report repetitions and
// contradictions.
type seenClaims map[asserted]place

// asserted is what a line is about. What a team sees has the question that a claim
// of nobody about the team has.
type asserted struct {
	question
	listing bool
}

// place is where a question was answered, in the last story that does.
type place struct {
	story *Story
	line  int
	claim *claim // nil of a listing
}

// claim adds a claim of a story. A matrix may repeat a line, which can give a
// reason, and it may repeat another matrix.
func (seen seenClaims) claim(in *Story, c *claim) {
	of := asserted{question: c.question}
	first, known := seen[of]
	switch {
	case !known:
		seen[of] = place{in, c.no, c}
	case first.claim.allow != c.allow:
		in.fail(c.no, fmt.Errorf("%v: %s contradicts %s:%d, so remove one of them", c, verdictText(c.allow, ""), first.story.File, first.line))
	case c.fromMatrix:
	case first.story == in && !first.claim.fromMatrix:
		in.fail(c.no, fmt.Errorf("%v: line %d says that already, so remove one of them", c, first.line))
	default:
		seen[of] = place{in, c.no, c} // which a line below may repeat
	}
}

// listing adds a listing of a story. If a claim contradicts it, one of the two
// does not hold of the policy, so nothing is reported here.
func (seen seenClaims) listing(in *Story, l *listing) {
	of := asserted{l.question, true}
	switch first, known := seen[of]; {
	case !known || first.story != in:
		seen[of] = place{in, l.no, nil}
	default:
		in.fail(l.no, fmt.Errorf("%v: line %d says that already: write one line for both", l, first.line))
	}
}
