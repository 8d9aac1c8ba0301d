package datagroup

import "slices"

// run is operands of a node that make one list together.
type run struct {
	pos   int      // of the attribute in the schema
	first int      // the place of the first of them
	op    Operator // of the list
	items []string // of all of them; nil while it is alone
}

// merge returns a node that means the same under schema s, with lists in place of
// what is written out: country = 'US' or country = 'CA' becomes country in ('US',
// 'CA'). It does the same for != and not in below an and, and for has. A proof then
// costs what it costs for a list. If there is nothing to merge, it returns n. The
// result may have an and, or an or, of one operand.
func (n *node) merge(s *Schema) *node {
	if n == nil || len(n.operands) == 0 {
		return n
	}
	var runs []run
	operands, changed := make([]*node, 0, len(n.operands)), false
	for _, o := range n.operands {
		part := o.merge(s)
		changed = changed || part != o
		op, items := n.kind.listOf(part)
		if op == 0 {
			operands = append(operands, part)
			continue
		}
		pos, _ := part.leaf.position(s)
		i := slices.IndexFunc(runs, func(r run) bool { return r.pos == pos })
		if i < 0 {
			runs = append(runs, run{pos: pos, first: len(operands), op: op})
			operands = append(operands, part)
			continue
		}
		r := &runs[i]
		if r.items == nil {
			_, first := n.kind.listOf(operands[r.first])
			r.items = slices.Clone(first)
		}
		r.items = append(r.items, items...)
		changed = true
	}
	if !changed {
		return n
	}
	for _, r := range runs {
		if r.items != nil {
			operands[r.first] = &node{kind: leafKind, leaf: leaf{op: r.op, schema: s, pos: uint16(r.pos), typ: s.At(r.pos).Type, list: newList(r.items)}}
		}
	}
	return &node{kind: n.kind, operands: operands}
}

// listOf returns the operator and the items of the list that n stands for among
// the operands of a node of kind k, and the zero Operator if it stands for none.
func (k kind) listOf(n *node) (Operator, []string) {
	l := &n.leaf
	if n.kind != leafKind || l.typ == NumberType {
		return 0, nil
	}
	one, many := Equal, In
	switch {
	case k == andKind && l.typ == LabelsType:
		one, many = Has, HasAll
	case k == andKind:
		one, many = NotEqual, NotIn
	case l.typ == LabelsType:
		one, many = Has, HasAny
	}
	switch l.op {
	case one:
		return many, []string{l.text}
	case many:
		return many, l.list.items
	default:
		return 0, nil
	}
}
