package datagroup

import "slices"

// kind is what a node of a filter is.
type kind uint8

const (
	everything kind = iota // the root only
	leafKind
	notKind // binds tightest
	andKind
	orKind
)

// node is a part of a filter. It is never changed once its filter is made, so
// filters share nodes.
type node struct {
	kind     kind
	operands []*node // of and, or: two or more, none of the same kind; of not: one
	leaf     leaf
}

// Filter says which accounts match. The zero Filter is nothing. Compare with
// [Filter.Equal], not ==.
type Filter struct {
	root *node // nil is nothing
}

// IsEverything reports whether f is the filter written everything. A filter
// that happens to match every account is another matter.
func (f Filter) IsEverything() bool { return f.root != nil && f.root.kind == everything }

// IsNothing reports whether f is the filter written nothing, the zero Filter.
func (f Filter) IsNothing() bool { return f.root == nil }

// Match returns whether a matches f; only [True] grants. A missing value is
// [Unknown] to every leaf but missing and present, and so is an attribute that
// the account's schema does not have, or has with another type, to every leaf.
// The zero Account matches nothing.
//
// Match does not allocate. It is fastest if f and a were made by the same
// *Schema; otherwise attributes are looked up by name.
func (f Filter) Match(a Account) Truth {
	if f.root == nil || a.id == "" {
		return False
	}
	return f.root.truth(&a)
}

func (n *node) truth(a *Account) Truth {
	switch n.kind {
	case leafKind:
		t, _ := n.leaf.truth(a)
		return t
	case notKind:
		return n.operands[0].truth(a).Not()
	case andKind:
		t := True
		for i := 0; i < len(n.operands) && t != False; i++ {
			t = t.And(n.operands[i].truth(a))
		}
		return t
	case orKind:
		t := False
		for i := 0; i < len(n.operands) && t != True; i++ {
			t = t.Or(n.operands[i].truth(a))
		}
		return t
	default:
		return True
	}
}

// Equal reports whether f and g are written the same way over attributes of the
// same types: the same operators over the same attributes and literals, in the
// same order. Equal filters match the same accounts; the converse does not
// hold.
func (f Filter) Equal(g Filter) bool {
	if f.root == nil || g.root == nil {
		return f.root == g.root
	}
	return f.root.equal(g.root)
}

func (n *node) equal(m *node) bool {
	return n == m || n.kind == m.kind && n.leaf.equal(&m.leaf) && slices.EqualFunc(n.operands, m.operands, (*node).equal)
}

// Reads returns the names of the attributes f reads, sorted, each once. The
// caller owns the slice.
func (f Filter) Reads() []string {
	var names []string
	f.root.walk(func(l *leaf) { names = append(names, l.attribute().Name) })
	slices.Sort(names)
	return slices.Compact(names)
}

// walk visits the leaves in written order.
func (n *node) walk(visit func(*leaf)) {
	if n == nil {
		return
	}
	if n.kind == leafKind {
		visit(&n.leaf)
	}
	for _, o := range n.operands {
		o.walk(visit)
	}
}

// Bind returns the same filter under schema s: f itself if it was made with s.
// The error is the first [*Error] that parsing f's text under s would give,
// without a position: [ErrUnknownAttribute], [ErrBelowAccount], or [ErrType] for
// an attribute that now has another type (missing and present take any type).
func (f Filter) Bind(s *Schema) (Filter, error) {
	if f.root == nil {
		return f, nil
	}
	root, e := f.root.bind(s)
	if e != nil {
		return Filter{}, e
	}
	return Filter{root}, nil
}

// bind returns n for schema s, and n itself if all its leaves are of s.
func (n *node) bind(s *Schema) (*node, *Error) {
	if n.kind == leafKind {
		if n.leaf.schema == s {
			return n, nil
		}
		l, e := n.leaf.bind(s)
		return &node{kind: leafKind, leaf: l}, e
	}
	bound := n
	for i, o := range n.operands {
		b, e := o.bind(s)
		if e != nil {
			return nil, e
		}
		if b == o {
			continue
		}
		if bound == n {
			bound = &node{kind: n.kind, operands: slices.Clone(n.operands)}
		}
		bound.operands[i] = b
	}
	return bound, nil
}

// Any returns the filter that matches what at least one of filters matches:
// their or. It leaves out nothing and repetitions, keeps the order otherwise,
// and is everything if one of them is. Any() is nothing. The limits of parsing
// do not hold for it.
//
// The filters may be of different schemas: [Filter.Match] then looks up by name
// whatever is not of the account's schema.
func Any(filters ...Filter) Filter {
	var parts []*node
	seen := make(map[string][]*node) // by text; filters of the same text may differ in types
	for _, f := range filters {
		if f.IsEverything() {
			return f
		}
		for _, n := range f.alternatives() {
			text := string(n.append(nil, orKind))
			if !slices.ContainsFunc(seen[text], n.equal) {
				seen[text] = append(seen[text], n)
				parts = append(parts, n)
			}
		}
	}
	switch len(parts) {
	case 0:
		return Filter{}
	case 1:
		return Filter{parts[0]}
	}
	return Filter{&node{kind: orKind, operands: parts}}
}

// alternatives returns the nodes that f is the or of.
func (f Filter) alternatives() []*node {
	switch {
	case f.root == nil:
		return nil
	case f.root.kind == orKind:
		return f.root.operands
	default:
		return []*node{f.root}
	}
}

// String returns the canonical text. Under the schema f was made with, it
// parses to an equal filter, unless [Any] made f longer than parsing allows.
func (f Filter) String() string {
	if f.root == nil {
		return "nothing"
	}
	return string(f.root.append(nil, orKind))
}

// append appends n as it is written inside a node of the kind outer, in
// parentheses if outer binds tighter.
func (n *node) append(b []byte, outer kind) []byte {
	if n.kind > outer {
		b = append(b, '(')
		return append(n.append(b, orKind), ')')
	}
	switch n.kind {
	case leafKind:
		return n.leaf.append(b)
	case notKind:
		return n.operands[0].append(append(b, "not "...), notKind)
	case andKind, orKind:
		word := " and "
		if n.kind == orKind {
			word = " or "
		}
		for i, o := range n.operands {
			if i > 0 {
				b = append(b, word...)
			}
			b = o.append(b, n.kind)
		}
		return b
	default:
		return append(b, "everything"...)
	}
}

// Leaf is one comparison of a filter, and its result for one account.
type Leaf struct {
	// Text is the leaf as it is written canonically.
	Text string
	// Attribute is the name of the attribute it reads; empty for everything and
	// nothing.
	Attribute string
	// Truth is the leaf's own, before any not around it.
	Truth Truth
	// Missing is whether the account has no value for the attribute.
	Missing bool
}

// Explain returns every leaf of f in written order, with what it says about a;
// everything and nothing count as one leaf. Each leaf is evaluated:
// also those that [Filter.Match] need not look at. Nothing is to be said about
// the zero Account: the result is nil. The caller owns the slice.
func (f Filter) Explain(a Account) []Leaf {
	if a.id == "" {
		return nil
	}
	if f.IsEverything() || f.IsNothing() {
		return []Leaf{{Text: f.String(), Truth: truthOf(f.IsEverything())}}
	}
	var leaves []Leaf
	f.root.walk(func(l *leaf) {
		t, present := l.truth(&a)
		leaves = append(leaves, Leaf{Text: string(l.append(nil)), Attribute: l.attribute().Name, Truth: t, Missing: !present})
	})
	return leaves
}
