package sqlfiltertest

import (
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
)

// node returns a random filter of at most so many levels.
func (w *writer) node(levels int) datagroup.Node {
	d := w.draw
	if levels == 0 || d.oneIn(4) {
		return w.leaf()
	}
	if d.oneIn(4) {
		return negated(w.node(levels - 1))
	}
	operands := make([]datagroup.Node, 2+d.IntN(3))
	for i := range operands {
		operands[i] = w.node(levels - 1)
	}
	if d.oneIn(2) {
		return allOf(operands...)
	}
	return anyOf(operands...)
}

// leaf returns a random comparison.
func (w *writer) leaf() datagroup.Node {
	a := oneOf(w.draw, attributes)
	return w.comparison(a, oneOf(w.draw, operators[a.Type]))
}

// comparison returns a comparison with random literals.
func (w *writer) comparison(a datagroup.Attribute, o datagroup.Operator) datagroup.Node {
	switch {
	case isDefinite(o):
		return asked(a, o)
	case takesList(o):
		return listed(a, o, w.items(a, 1+w.draw.IntN(4))...)
	case a.Type == datagroup.NumberType:
		return countsAs(a, o, w.number(a))
	default:
		return compared(a, o, w.text(a))
	}
}

// hit returns a comparison with literals as an account has them.
func (w *writer) hit(a datagroup.Attribute, o datagroup.Operator) datagroup.Node {
	v := oneOf(w.draw, w.values[a.Name])
	list := slices.Collect(v.Labels())
	switch {
	case isDefinite(o):
		return asked(a, o)
	case a.Type == datagroup.NumberType:
		return countsAs(a, o, v.Number())
	case a.Type == datagroup.StringType:
		list = []string{v.Text()}
	case len(list) == 0:
		list = []string{""}
	}
	if takesList(o) {
		return listed(a, o, list...)
	}
	return compared(a, o, oneOf(w.draw, list))
}

// text returns a text or label that an account has, or one near it.
func (w *writer) text(a datagroup.Attribute) string {
	d := w.draw
	v := oneOf(d, w.values[a.Name])
	s := v.Text()
	if set := slices.Collect(v.Labels()); len(set) > 0 {
		s = oneOf(d, set)
	}
	switch {
	case d.oneIn(20):
		return oneOf(d, nuls)
	case len(s) > 1024 && !d.oneIn(8): // there are leaves enough with long ones
		return oneOf(d, texts)
	case d.oneIn(3):
		return d.near(s)
	}
	return s
}

// number returns a number that an account has, or one near it.
func (w *writer) number(a datagroup.Attribute) float64 {
	f := oneOf(w.draw, w.values[a.Name]).Number()
	if w.draw.oneIn(3) {
		return oneOf(w.draw, nearNumbers(f))
	}
	return f
}
