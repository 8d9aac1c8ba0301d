package datagroup

import (
	"iter"
	"math/bits"
	"slices"
)

// Batch is a fixed list of accounts prepared for many filters. It knows which
// of them share a value of an attribute, and which values a comparison is about,
// so a filter's leaf costs what it finds. Making one pays from about as many
// filters on as there are attributes.
//
// A Batch belongs to one goroutine.
type Batch struct {
	schema   *Schema
	accounts []Account
	columns  []*column // by position in the schema; made when a filter first reads the attribute
}

// NewBatch returns the accounts as a batch. All must be of schema s.
func NewBatch(s *Schema, accounts iter.Seq[Account]) *Batch {
	return &Batch{schema: s, accounts: slices.Collect(accounts), columns: make([]*column, s.Len())}
}

// Match yields, in ascending order, the places in the batch of the accounts for
// which f is [True] by [Filter.Match]. It costs what [Batch.Bits] does.
func (b *Batch) Match(f Filter) iter.Seq[int] {
	matches := b.Bits(f)
	return func(yield func(int) bool) {
		for i, word := range matches {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}

// Bits returns what Match yields as a set, in which bit i%64 of word i/64 stands
// for place i. The caller owns the slice, which may be shorter than the batch.
// It costs, for each leaf of f, a look at each value that it names or, for
// contains, at each place where its text is found, and some bits for each
// account.
func (b *Batch) Bits(f Filter) []uint64 {
	if f.root == nil {
		return nil
	}
	return b.truths(f.root).yes
}

// truths is a truth value for each account of a batch, a bit in each set:
// yes, maybe for unknown, and no where neither is.
type truths struct {
	yes, maybe []uint64
}

func (b *Batch) newTruths() truths {
	words := (len(b.accounts) + 63) / 64
	both := make([]uint64, 2*words)
	return truths{both[:words], both[words:]}
}

// truths is node.truth for all accounts at once.
func (b *Batch) truths(n *node) truths {
	switch n.kind {
	case leafKind:
		return b.leafTruths(&n.leaf)
	case notKind:
		v := b.truths(n.operands[0])
		b.negate(v)
		return v
	case andKind: // not one of them is not: the one rule for both keeps them from drifting apart
		v := b.truths(n.operands[0])
		b.negate(v)
		for _, o := range n.operands[1:] {
			w := b.truths(o)
			b.negate(w)
			v.or(w)
		}
		b.negate(v)
		return v
	case orKind:
		v := b.truths(n.operands[0])
		for _, o := range n.operands[1:] {
			v.or(b.truths(o))
		}
		return v
	default:
		v := b.newTruths()
		b.negate(v)
		return v
	}
}

// or makes v the or of v and w.
func (v truths) or(w truths) {
	for i := range v.yes {
		v.yes[i] |= w.yes[i]
		v.maybe[i] = (v.maybe[i] | w.maybe[i]) &^ v.yes[i]
	}
}

// negate makes v its not.
func (b *Batch) negate(v truths) {
	for i := range v.yes {
		v.yes[i] = ^(v.yes[i] | v.maybe[i])
	}
	if n := len(b.accounts) % 64; n > 0 {
		v.yes[len(v.yes)-1] &= 1<<n - 1 // there are no accounts after the last
	}
}

// leafTruths evaluates a leaf by value.
func (b *Batch) leafTruths(l *leaf) truths {
	v := b.newTruths()
	pos, ok := l.position(b.schema)
	if !ok {
		b.negate(v)
		return truths{yes: v.maybe, maybe: v.yes}
	}
	if b.columns[pos] == nil {
		b.columns[pos] = newColumn(b.accounts, pos)
	}
	c := b.columns[pos]
	switch l.op {
	case opMissing:
		copy(v.yes, c.present)
		b.negate(v)
		return v
	case opPresent:
		copy(v.yes, c.present)
		return v
	}
	copy(v.maybe, c.present)
	b.negate(truths{yes: v.maybe, maybe: v.yes})
	c.find(l, v.yes)
	if l.op == opNotEqual || l.op == opNotIn {
		for i, word := range c.present {
			v.yes[i] ^= word
		}
	}
	return v
}
