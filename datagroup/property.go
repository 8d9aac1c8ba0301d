package datagroup

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// property is an attribute that a proof is about.
type property struct {
	pos     int
	typ     Type
	leaves  []*leaf
	atoms   []int32
	choices []choice // a value of each class; made when the first is needed
	chosen  *choice  // nil while the attribute is undecided

	// Of strings: a text that occurs in none that they are compared with.
	fresh string

	// Of labels.
	groups     []labelGroup
	labelTerms []term // of the leaves that are about labels and not yet made
	labels     int    // how many the account has
}

// choice is a value for an attribute, and what it makes of the attribute's atoms.
type choice struct {
	value  Value
	truths []Truth // of each atom

	// A string that is open begins with prefix and ends with suffix, and what is
	// between them is still to be decided.
	open           bool
	prefix, suffix string
}

// choose makes the choices for an attribute. A missing value is the last of them.
func (p *proof) choose(at *property) {
	list := chooser{proof: p, property: at, seen: make(map[string]bool)}
	switch at.typ {
	case StringType:
		list.addStrings()
	case NumberType:
		list.addNumbers()
	default:
		list.add(choice{value: Labels(), open: true})
	}
	if at.pos >= namePosition {
		list.add(choice{})
	}
}

// chooser makes choices that differ in what they make of the atoms.
type chooser struct {
	proof    *proof
	property *property
	seen     map[string]bool // the truths, as bytes
	truths   []byte          // of the choice that is looked at
}

// add adds a choice unless there is one like it. It takes a step for each atom,
// and more for a long text.
func (c *chooser) add(choice choice) {
	at := c.property
	if !c.proof.spend((1 + len(choice.value.text)/64) * (1 + len(at.atoms))) {
		return
	}
	c.truths = c.truths[:0]
	for _, a := range at.atoms {
		c.truths = append(c.truths, byte(c.truth(&c.proof.atoms[a], &choice)))
	}
	if c.seen[string(c.truths)] {
		return
	}
	c.seen[string(c.truths)] = true
	choice.truths = make([]Truth, len(c.truths))
	for i, truth := range c.truths {
		choice.truths[i] = Truth(truth)
	}
	at.choices = append(at.choices, choice)
}

// truth returns what a choice makes of an atom.
func (c *chooser) truth(a *atom, choice *choice) Truth {
	l, v := a.leaf, &choice.value
	switch {
	case l == nil && !v.IsMissing() && c.property.groups[a.group].impossible:
		return False
	case l == nil && !v.IsMissing():
		return undecided
	case l != nil && l.op == Missing:
		return truthOf(v.IsMissing())
	case l != nil && l.op == Present:
		return truthOf(!v.IsMissing())
	case v.IsMissing():
		return Unknown
	case l.typ == NumberType:
		return truthOf(l.matchesNumber(v.number))
	case choice.open && l.op == Contains && len(l.text) <= maxString && !l.matchesString(v.text):
		return undecided
	default:
		return truthOf(l.matchesString(v.text))
	}
}

// addStrings adds a string of each class.
//
// A literal of = or in is a class of its own. For any other string, the answers
// depend on three things only: the longest prefix p that filters ask for and the
// string has, the longest such suffix q, and the parts c, d … that filters ask for
// and it contains. Let x be a character that is in no literal. Then the string
// pxcxdx…xq gives the same answers. It has no longer prefix or suffix, is no
// literal, and contains no part across two pieces, since all of these would
// contain x. And a part within one piece is a part of the first string as well. So
// these strings, and the literals, are all classes. Only a string that would be
// too long is left out, which leaves a gap.
func (c *chooser) addStrings() {
	at := c.property
	at.fresh = fresh(at.leaves)
	prefixes, suffixes := []string{""}, []string{""}
	for _, l := range at.leaves {
		switch l.op {
		case Equal, NotEqual:
			c.addString(l.text)
		case In, NotIn:
			for _, s := range l.list.items {
				c.addString(s)
			}
		case Prefix:
			prefixes = append(prefixes, l.text)
		case Suffix:
			suffixes = append(suffixes, l.text)
		}
	}
	for _, p := range prefixes {
		for _, q := range suffixes {
			if c.proof.steps < 0 {
				return
			}
			if len(p) > maxString || len(q) > maxString {
				continue
			}
			c.add(choice{value: Text(p + at.fresh + q), open: true, prefix: p, suffix: q})
		}
	}
}

// addString adds a literal, unless no account may have it.
func (c *chooser) addString(s string) {
	if len(s) <= maxString && (s != "" || c.property.pos >= namePosition) {
		c.add(choice{value: Text(s)})
	}
}

// fresh returns a character that is in none of the leaves' texts.
func fresh(leaves []*leaf) string {
	const favourites = "xyzwvkjq0123456789"
	var used [256]bool
	all := func(visit func(string)) {
		for _, l := range leaves {
			visit(l.text)
			if l.list != nil {
				for _, s := range l.list.items {
					visit(s)
				}
			}
		}
	}
	all(func(s string) {
		for i := range len(s) {
			used[s[i]] = true
		}
	})
	for i := range len(favourites) {
		if !used[favourites[i]] {
			return favourites[i : i+1]
		}
	}
	runes := make(map[rune]bool)
	all(func(s string) {
		for _, r := range s {
			runes[r] = true
		}
	})
	r := 'A'
	for runes[r] || !utf8.ValidRune(r) {
		r++
	}
	return string(r)
}

// addNumbers adds each number that the filters name, one between any two that are
// next to each other, if there is one, and one beyond each end.
func (c *chooser) addNumbers() {
	var numbers []float64
	for _, l := range c.property.leaves {
		if l.op != Missing && l.op != Present {
			numbers = append(numbers, l.number)
		}
	}
	if len(numbers) == 0 {
		c.add(choice{value: Number(0)})
		return
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	below := math.Inf(-1)
	for _, f := range numbers {
		c.addBetween(below, f)
		c.add(choice{value: Number(f)})
		below = f
	}
	c.addBetween(below, math.Inf(1))
}

// addBetween adds a number between low and high that an account may have, if
// there is one. It prefers a round one.
func (c *chooser) addBetween(low, high float64) {
	for _, f := range []float64{math.Floor(low + 1), math.Ceil(high - 1), low + (high-low)/2, math.Nextafter(low, high)} {
		if low < f && f < high && math.Abs(f) <= maxInteger {
			c.add(choice{value: Number(f)})
			return
		}
	}
}

// value returns what is decided for an attribute.
func (p *proof) value(at *property) Value {
	switch {
	case at.chosen == nil:
		return Value{}
	case !at.chosen.open:
		return at.chosen.value
	case at.typ == LabelsType:
		var labels []string
		for i := range at.groups {
			labels = append(labels, at.groups[i].chosen...)
		}
		return Labels(labels...)
	}
	return Text(p.compose(at))
}

// compose makes a string of the chosen prefix, the parts that it contains, and the
// suffix. It gives up when the string gets too long.
func (p *proof) compose(at *property) string {
	var parts []string
	for _, a := range at.atoms {
		if p.atoms[a].truth == True && p.atoms[a].leaf.op == Contains {
			parts = append(parts, p.atoms[a].leaf.text)
		}
	}
	slices.SortStableFunc(parts, func(a, b string) int { return len(b) - len(a) }) // what contains others first
	text, suffix := at.chosen.prefix+at.fresh, at.chosen.suffix
	for _, part := range parts {
		if len(text) > maxString {
			break
		}
		p.spend(len(text) / 64)
		if !strings.Contains(text, part) && !strings.Contains(suffix, part) {
			text += part + at.fresh
		}
	}
	return text + suffix
}

// decideContains tries that the string contains a part, and that it does not.
// With a part it contains all parts of that.
func (p *proof) decideContains(at *property, a int32) bool {
	part, mark := p.atoms[a].leaf.text, len(p.trail)
	for _, truth := range []Truth{True, False} {
		for _, b := range at.atoms {
			other := p.atoms[b].leaf
			if other.op != Contains || p.atoms[b].truth != undecided {
				continue
			}
			if !p.spend(1 + (len(part)+len(other.text))/64) {
				return false
			}
			if truth == True && strings.Contains(part, other.text) || truth == False && strings.Contains(other.text, part) {
				p.set(b, truth)
			}
		}
		if p.search() {
			return true
		}
		p.undo(mark)
	}
	return false
}
