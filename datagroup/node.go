package datagroup

import "slices"

// Node is a part of a filter, for those who translate filters into another
// language: a [Constant], a [Comparison], a [Not], an [And] or an [Or], and
// nothing else. [Filter.Root] has the whole.
//
// A translation keeps the meaning only if it keeps three-valued logic: what a
// Comparison says of a missing value is neither true nor false, and stays so
// under Not.
type Node interface{ node() }

// Constant is the filter everything (true) or nothing (false). It is the root or
// nowhere.
type Constant bool

// Comparison compares an attribute with literals.
type Comparison struct {
	// Attribute has the type that the filter was written for.
	Attribute Attribute
	Operator  Operator
	// Value is what the attribute is compared with: a number for an attribute of
	// that type, and a string otherwise. It is missing for an operator that takes
	// a list, for [Missing] and for [Present].
	Value Value
	// List has the strings of [In], [NotIn], [HasAny] and [HasAll], as written:
	// at least one, in any order, perhaps repeated. It is nil otherwise.
	List []string
}

// Not is true where its operand is false, and the reverse.
type Not struct{ Operand Node }

// And and Or have at least two operands in written order, none of the same kind
// as they are.
type (
	And []Node
	Or  []Node
)

func (Constant) node()   {}
func (Comparison) node() {}
func (Not) node()        {}
func (And) node()        {}
func (Or) node()         {}

// Root returns f as values that can be walked. They are a copy, which the caller
// owns: as large as [Filter.Size] says, and for a filter that was parsed, nested
// at most 100 deep; [Any] adds one level.
func (f Filter) Root() Node {
	if f.root == nil {
		return Constant(false)
	}
	return f.root.export()
}

func (n *node) export() Node {
	switch n.kind {
	case leafKind:
		return n.leaf.export()
	case notKind:
		return Not{n.operands[0].export()}
	case andKind:
		return And(n.exportOperands())
	case orKind:
		return Or(n.exportOperands())
	default:
		return Constant(true)
	}
}

func (n *node) exportOperands() []Node {
	nodes := make([]Node, len(n.operands))
	for i, o := range n.operands {
		nodes[i] = o.export()
	}
	return nodes
}

func (l *leaf) export() Comparison {
	c := Comparison{Attribute: l.attribute(), Operator: l.op}
	switch {
	case l.op == Missing || l.op == Present:
	case l.list != nil:
		c.List = slices.Clone(l.list.items)
	case l.typ == NumberType:
		c.Value = Number(l.number)
	default:
		c.Value = Text(l.text)
	}
	return c
}

// Size returns how large f is: the number of its comparisons, each item of a list
// counted as one; 1 for everything and 0 for nothing. It costs a look at each
// comparison.
func (f Filter) Size() int {
	if f.IsEverything() {
		return 1
	}
	size := 0
	f.root.walk(func(l *leaf) {
		if l.list != nil {
			size += len(l.list.items)
		} else {
			size++
		}
	})
	return size
}
