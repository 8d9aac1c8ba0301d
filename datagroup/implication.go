package datagroup

// Answer is what [Implies] says. The zero Answer is [Maybe].
type Answer uint8

const (
	// Maybe: neither is known.
	Maybe Answer = iota
	// Yes: it is proved for every account that there may be.
	Yes
	// No: there is an account for which it is not so.
	No
)

// String returns "maybe", "yes" or "no", and "invalid" for anything else.
func (a Answer) String() string {
	switch a {
	case Maybe:
		return "maybe"
	case Yes:
		return "yes"
	case No:
		return "no"
	default:
		return "invalid"
	}
}

// Implication is whether another filter matches everything that one filter
// matches.
// The zero Implication says [Maybe].
type Implication struct {
	Answer Answer
	// Counterexample is an account that the one filter matches and the other one
	// does not, if Answer is [No], and the zero Account otherwise. It has values
	// for the attributes that decide; the others are missing, and its id and
	// source mean nothing where no filter reads them.
	Counterexample Account
	// Steps is how much work the answer took: at least one step for each comparison
	// in the filters, and at most some 250,000 more. A step takes some nanoseconds.
	// Use it to keep a budget if you compare many filters that come from outside.
	Steps int
}

// Implies reports whether g matches every account of schema s that f matches. It
// is about all accounts that [Schema.Account] can return, not only about those
// that a company has. A match is [True]: an account that f matches and for which g
// is [Unknown] is a counterexample.
//
// So f and g mean the same if each implies the other. A filter f can match
// nothing if Implies(f, nothing, s) is [Yes], where nothing is the zero Filter;
// and it matches every account if everything implies it.
//
// A [Yes] is proved, and a [No] comes with an account that f matches and g does
// not. The answer is [Maybe]
//
//   - if s lacks an attribute that f or g reads, or has it with another type;
//   - if the search takes more than some 250,000 steps, which is a few
//     milliseconds, or some ten where texts are compared. Such filters have
//     hundreds of comparisons that depend on each other, or lists of tens of
//     thousands of values;
//   - if only an account with a very long string, of about 4,096 bytes, could be
//     a counterexample.
//
// Two filters of a few comparisons take microseconds. The same arguments give the
// same Implication.
func Implies(f, g Filter, s *Schema) Implication {
	size := 1 + f.Size() + g.Size()
	switch {
	case !f.root.fits(s) || !g.root.fits(s):
		return Implication{Steps: size}
	case f.IsNothing() || g.IsEverything() || f.Equal(g):
		return Implication{Answer: Yes, Steps: size}
	}
	p := newProof(f, g, s)
	found := p.search()
	result := Implication{Steps: size + maxSteps - max(p.steps, 0)}
	switch {
	case found:
		result.Answer, result.Counterexample = No, p.found
	case p.steps >= 0 && !p.gap:
		result.Answer = Yes
	}
	return result
}

// fits reports whether s has every attribute that n reads, with its type.
func (n *node) fits(s *Schema) bool {
	fits := true
	n.walk(func(l *leaf) {
		if fits {
			_, fits = l.position(s)
		}
	})
	return fits
}

// maxSteps is how much a proof may cost: comparisons of a value with a literal,
// parts of the filters looked at, and each 64 bytes of a string.
const maxSteps = 1 << 18

// undecided is the truth of an atom before the search has chosen one.
const undecided Truth = True + 1

// proof is the search for an account for which one filter is true and another
// one is not.
//
// Both filters are formulas over atoms. An atom is what a filter asks of one
// attribute, such as country = 'US'. Values for which all atoms of an attribute
// give the same answers form a class, and the search tries one value of each
// class. Attributes are independent of each other, so if there is a counterexample
// at all, there is one made of these values. The search decides one attribute
// after the other. It goes back as soon as f can no longer be true, or g is true
// already.
type proof struct {
	f, g       Filter
	schema     *Schema
	goal       [2]term // f, and g
	properties []property
	atoms      []atom
	trail      []int32 // the atoms that are decided, in this order
	steps      int     // that are left; below zero, the search was given up
	gap        bool    // there may be a counterexample, but it could not be made
	found      Account
}

// term is a part of a filter, made for the search.
type term struct {
	kind     kind
	operands []term
	atom     int32 // of a leaf
	constant Truth // True for everything, False for nothing; both have the kind everything here
}

// atom is something that may be so of an account: a comparison, or that it has
// labels of a group.
type atom struct {
	truth    Truth // undecided before it is decided
	property int32
	leaf     *leaf // nil for labels
	group    int32 // of labels
}

func newProof(f, g Filter, s *Schema) *proof {
	p := &proof{f: f, g: g, schema: s, steps: maxSteps}
	from, to := f.root.merge(s), g.root.merge(s)
	from.walk(p.read)
	to.walk(p.read)
	for i := range p.properties {
		if p.properties[i].typ == LabelsType {
			p.groupLabels(int32(i))
		}
	}
	p.goal = [2]term{p.term(from), p.term(to)}
	return p
}

// spend takes steps from those that are left, and reports whether there were
// enough.
func (p *proof) spend(steps int) bool {
	p.steps -= steps
	return p.steps >= 0
}

// read notes that the filters have leaf l.
func (p *proof) read(l *leaf) {
	pos, _ := l.position(p.schema)
	i := p.property(pos)
	p.properties[i].leaves = append(p.properties[i].leaves, l)
}

// property returns the index in properties of the attribute at pos.
func (p *proof) property(pos int) int32 {
	for i := range p.properties {
		if p.properties[i].pos == pos {
			return int32(i)
		}
	}
	p.properties = append(p.properties, property{pos: pos, typ: p.schema.At(pos).Type})
	return int32(len(p.properties) - 1)
}

// term returns n as a formula. It visits leaves in the order in which they were
// read.
func (p *proof) term(n *node) term {
	switch {
	case n == nil:
		return term{kind: everything, constant: False}
	case n.kind == everything:
		return term{kind: everything, constant: True}
	case n.kind == leafKind:
		return p.atomic(&n.leaf)
	}
	t := term{kind: n.kind, operands: make([]term, len(n.operands))}
	for i, o := range n.operands {
		t.operands[i] = p.term(o)
	}
	return t
}

// atomic returns the formula of the leaf that is read next of its attribute.
func (p *proof) atomic(l *leaf) term {
	pos, _ := l.position(p.schema)
	i := p.property(pos)
	at := &p.properties[i]
	if l.op == Contains {
		for _, a := range at.atoms {
			if !p.spend(1) {
				break
			}
			if other := p.atoms[a].leaf; other.op == Contains && other.text == l.text {
				return term{kind: leafKind, atom: a}
			}
		}
	}
	if l.typ == LabelsType && l.op != Missing && l.op != Present {
		t := at.labelTerms[0]
		at.labelTerms = at.labelTerms[1:]
		return t
	}
	return term{kind: leafKind, atom: p.newAtom(atom{property: i, leaf: l})}
}

// newAtom adds an atom to those of its property.
func (p *proof) newAtom(a atom) int32 {
	a.truth = undecided
	n := int32(len(p.atoms))
	p.atoms = append(p.atoms, a)
	at := &p.properties[a.property]
	at.atoms = append(at.atoms, n)
	return n
}

// search reports whether there is a counterexample among the accounts that agree
// with what is decided so far.
func (p *proof) search() bool {
	least, most, next := p.eval(&p.goal[0])
	if most != True {
		return false
	}
	leastG, mostG, nextG := p.eval(&p.goal[1])
	switch {
	case p.steps < 0 || leastG == True:
		return false
	case least == True && mostG != True:
		return p.witness()
	case least == True:
		next = nextG
	}
	at := &p.properties[p.atoms[next].property]
	switch {
	case at.chosen == nil:
		return p.decide(at)
	case at.typ == LabelsType:
		return p.decideLabels(at, &at.groups[p.atoms[next].group])
	default:
		return p.decideContains(at, next)
	}
}

// eval returns the least and the greatest truth that t may still get, and if they
// differ, an undecided atom that they depend on.
func (p *proof) eval(t *term) (least, most Truth, next int32) {
	p.steps--
	switch t.kind {
	case leafKind:
		if truth := p.atoms[t.atom].truth; truth != undecided {
			return truth, truth, 0
		}
		return False, True, t.atom
	case notKind:
		least, most, next = p.eval(&t.operands[0])
		return most.Not(), least.Not(), next
	case andKind:
		least, most = True, True
	case orKind:
		least, most = False, False
	default:
		return t.constant, t.constant, 0
	}
	open := false
	for i := range t.operands {
		if t.kind == andKind && most == False || t.kind == orKind && least == True {
			break
		}
		l, m, n := p.eval(&t.operands[i])
		if l != m && !open {
			next, open = n, true
		}
		if t.kind == andKind {
			least, most = least.And(l), most.And(m)
		} else {
			least, most = least.Or(l), most.Or(m)
		}
	}
	return least, most, next
}

// set decides an atom.
func (p *proof) set(a int32, truth Truth) {
	p.atoms[a].truth = truth
	p.trail = append(p.trail, a)
}

// undo takes back what was decided since the trail was that long.
func (p *proof) undo(length int) {
	for _, a := range p.trail[length:] {
		p.atoms[a].truth = undecided
	}
	p.trail = p.trail[:length]
}

// decide tries one value after the other for an attribute.
func (p *proof) decide(at *property) bool {
	if at.choices == nil {
		p.choose(at)
	}
	mark := len(p.trail)
	for i := range at.choices {
		if !p.spend(len(at.atoms)) {
			return false
		}
		at.chosen = &at.choices[i]
		for j, a := range at.atoms {
			if truth := at.chosen.truths[j]; truth != undecided {
				p.set(a, truth)
			}
		}
		if p.search() {
			return true
		}
		p.undo(mark)
	}
	at.chosen = nil
	return false
}

// witness makes an account of the values that are decided, and reports whether it
// is a counterexample. Attributes that are undecided make no difference, so the
// account lacks them.
func (p *proof) witness() bool {
	const anyID = "example"
	row := []Value{Text(anyID), Text(anyID)}
	for i := range p.properties {
		at := &p.properties[i]
		v := p.value(at)
		if v.IsMissing() {
			continue
		}
		if at.pos >= len(row) {
			row = append(row, make([]Value, at.pos+1-len(row))...)
		}
		if problem, _ := v.check(); problem != "" {
			p.gap = true
			return false
		}
		row[at.pos] = v
	}
	a := Account{id: AccountID(row[idPosition].text), source: row[sourcePosition].text, schema: p.schema, values: row[namePosition:]}
	if p.f.Match(a) != True || p.g.Match(a) == True {
		p.gap = true
		return false
	}
	p.found = a
	return true
}
