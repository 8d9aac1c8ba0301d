// Package ordered has a persistent set whose members are in order, so that it
// answers how many are below a bound, and yields those from a bound on, without
// a look at the others.
package ordered

import "iter"

// Member is what a [Set] can have: Compare returns less than 0 if the member
// comes before the other, and 0 if the two are one.
type Member[M any] interface{ Compare(M) int }

// Set is a persistent set. The zero Set is empty. It never changes, so copies
// and any number of goroutines may share it.
//
// It is a tree balanced by weight: adding and removing copy about twice as many
// nodes as the logarithm of its length, in whatever order members come.
type Set[M Member[M]] struct{ root *node[M] }

type node[M Member[M]] struct {
	member      M
	n           int // members from here down
	left, right *node[M]
}

// Of returns the set of members that are in order, each once. It costs a node for
// each.
func Of[M Member[M]](sorted []M) Set[M] { return Set[M]{of(sorted)} }

func of[M Member[M]](sorted []M) *node[M] {
	if len(sorted) == 0 {
		return nil
	}
	middle := len(sorted) / 2
	return join(of(sorted[:middle]), sorted[middle], of(sorted[middle+1:]))
}

// Len returns the number of members, in constant time.
func (s Set[M]) Len() int { return s.root.size() }

// Has reports whether m is a member.
func (s Set[M]) Has(m M) bool {
	for n := s.root; n != nil; {
		switch c := m.Compare(n.member); {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			return true
		}
	}
	return false
}

// With returns s with m as a member. If m is one, it copies nothing.
func (s Set[M]) With(m M) Set[M] {
	if s.Has(m) {
		return s
	}
	return Set[M]{s.root.with(m)}
}

// Without returns s without m. If m is no member, it copies nothing.
func (s Set[M]) Without(m M) Set[M] {
	if !s.Has(m) {
		return s
	}
	return Set[M]{s.root.without(m)}
}

// Below returns how many members come before m.
func (s Set[M]) Below(m M) int {
	below := 0
	for n := s.root; n != nil; {
		if n.member.Compare(m) < 0 {
			below += n.left.size() + 1
			n = n.right
		} else {
			n = n.left
		}
	}
	return below
}

// From yields the members that do not come before m, in order.
func (s Set[M]) From(m M) iter.Seq[M] {
	return func(yield func(M) bool) { s.root.from(m, yield) }
}

func (n *node[M]) from(m M, yield func(M) bool) bool {
	if n == nil {
		return true
	}
	if n.member.Compare(m) < 0 {
		return n.right.from(m, yield)
	}
	return n.left.from(m, yield) && yield(n.member) && n.right.from(m, yield)
}

func (n *node[M]) size() int {
	if n == nil {
		return 0
	}
	return n.n
}

// with returns n with a member that it lacks.
func (n *node[M]) with(m M) *node[M] {
	switch {
	case n == nil:
		return &node[M]{member: m, n: 1}
	case m.Compare(n.member) < 0:
		return balanced(n.left.with(m), n.member, n.right)
	}
	return balanced(n.left, n.member, n.right.with(m))
}

// without returns n without a member that it has.
func (n *node[M]) without(m M) *node[M] {
	switch c := m.Compare(n.member); {
	case c < 0:
		return balanced(n.left.without(m), n.member, n.right)
	case c > 0:
		return balanced(n.left, n.member, n.right.without(m))
	case n.left == nil:
		return n.right
	case n.right == nil:
		return n.left
	}
	first := n.right
	for first.left != nil {
		first = first.left
	}
	return balanced(n.left, first.member, n.right.without(first.member))
}

// How far the weights of two sides, their sizes and one, may be apart, and when
// one rotation brings them back: the pair that is proved to keep the balance.
const (
	heavier = 3
	double  = 2
)

func weight[M Member[M]](n *node[M]) int { return n.size() + 1 }

func join[M Member[M]](left *node[M], m M, right *node[M]) *node[M] {
	return &node[M]{member: m, n: left.size() + right.size() + 1, left: left, right: right}
}

// balanced joins two sides that were in balance before one member came or went.
func balanced[M Member[M]](left *node[M], m M, right *node[M]) *node[M] {
	switch {
	case weight(right) > heavier*weight(left):
		if weight(right.left) < double*weight(right.right) {
			return join(join(left, m, right.left), right.member, right.right)
		}
		middle := right.left
		return join(join(left, m, middle.left), middle.member, join(middle.right, right.member, right.right))
	case weight(left) > heavier*weight(right):
		if weight(left.right) < double*weight(left.left) {
			return join(left.left, left.member, join(left.right, m, right))
		}
		middle := left.right
		return join(join(left.left, left.member, middle.left), middle.member, join(middle.right, m, right))
	}
	return join(left, m, right)
}
