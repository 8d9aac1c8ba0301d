package sqlfiltertest

import (
	"iter"
	"math"
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
)

// mostTries is how many smaller filters are tried for one that is wrong.
const mostTries = 300

// shrink returns the smallest filter it finds that is wrong, from one that is, and
// what is wrong with it.
func (t *tester) shrink(n datagroup.Node, e *Error) (datagroup.Node, *Error) {
	tries := 0
	for again := true; again; {
		again = false
		for smaller := range smallers(n) {
			if tries++; tries > mostTries {
				return n, e
			}
			if wrong := t.compareNode(smaller); wrong != nil {
				n, e, again = smaller, wrong, true
				break
			}
		}
	}
	return n, e
}

// few is up to how many parts each is tried on its own.
const few = 16

// smallers yields filters like n that are smaller, the smallest first. There is no
// endless way from one to the next.
func smallers(n datagroup.Node) iter.Seq[datagroup.Node] {
	return func(yield func(datagroup.Node) bool) {
		switch n := n.(type) {
		case datagroup.Comparison:
			smallerComparisons(n)(yield)
		case datagroup.Not:
			if !yield(n.Operand) {
				return
			}
			for o := range smallers(n.Operand) {
				if !yield(negated(o)) {
					return
				}
			}
		case datagroup.And:
			smallerOperands(n, allOf)(yield)
		case datagroup.Or:
			smallerOperands(n, anyOf)(yield)
		}
	}
}

// smallerOperands yields what is smaller than the operands with an and or an or
// between them.
func smallerOperands(operands []datagroup.Node, join func(...datagroup.Node) datagroup.Node) iter.Seq[datagroup.Node] {
	return func(yield func(datagroup.Node) bool) {
		for part := range parts(operands) {
			if !yield(join(part...)) {
				return
			}
		}
		if len(operands) > few {
			return
		}
		for i, o := range operands {
			for smaller := range smallers(o) {
				if !yield(join(slices.Concat(operands[:i], []datagroup.Node{smaller}, operands[i+1:])...)) {
					return
				}
			}
		}
	}
}

// smallerComparisons yields comparisons with smaller literals.
func smallerComparisons(c datagroup.Comparison) iter.Seq[datagroup.Node] {
	return func(yield func(datagroup.Node) bool) {
		if c.Value.Type() == datagroup.NumberType {
			for _, f := range smallerNumbers(c.Value.Number()) {
				if !yield(countsAs(c.Attribute, c.Operator, f)) {
					return
				}
			}
			return
		}
		for s := range smallerTexts(c.Value.Text()) {
			if !yield(compared(c.Attribute, c.Operator, s)) {
				return
			}
		}
		for list := range parts(c.List) {
			if !yield(listed(c.Attribute, c.Operator, list...)) {
				return
			}
		}
		for i := range c.List[:min(len(c.List), few)] {
			for s := range smallerTexts(c.List[i]) {
				list := slices.Clone(c.List)
				list[i] = s
				if !yield(listed(c.Attribute, c.Operator, list...)) {
					return
				}
			}
		}
	}
}

// parts yields parts of a list, none of them empty: each item on its own if they
// are few, the halves, and the list without a quarter, an eighth and so on.
func parts[T any](list []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		if len(list) < 2 {
			return
		}
		if len(list) <= few {
			for i := range list {
				if !yield(list[i : i+1]) {
					return
				}
			}
		}
		for cuts := 2; cuts <= min(len(list), 2*few); cuts *= 2 {
			for i := range cuts {
				from, to := i*len(list)/cuts, (i+1)*len(list)/cuts
				if !yield(slices.Concat(list[:from], list[to:])) {
					return
				}
			}
		}
	}
}

// smallerTexts yields parts of a text: its halves, and all but a character at an
// end.
func smallerTexts(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if s == "" {
			return
		}
		half, last := charStart(s, len(s)/2), charStart(s, len(s)-1)
		first := 1
		for first < len(s) && charStart(s, first) != first {
			first++
		}
		for _, part := range [...][2]int{{0, half}, {half, len(s)}, {first, len(s)}, {0, last}} {
			if part[1]-part[0] < len(s) && !yield(s[part[0]:part[1]]) {
				return
			}
		}
	}
}

// smallerNumbers returns the numbers that are easier to read.
func smallerNumbers(f float64) []float64 {
	switch whole := math.Trunc(f); {
	case f == 0:
		return nil
	case f == 1:
		return []float64{0}
	case f == whole:
		return []float64{0, 1}
	default:
		return []float64{0, 1, whole}
	}
}
