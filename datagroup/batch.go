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
	columns  []*column  // by position in the schema; made when a filter first reads the attribute
	spare    [][]uint64 // sets that are no more in use
}

// NewBatch returns the accounts as a batch. All must be of schema s.
func NewBatch(s *Schema, accounts iter.Seq[Account]) *Batch {
	return &Batch{schema: s, accounts: slices.Collect(accounts), columns: make([]*column, s.Len())}
}

// Match yields, in ascending order, the places in the batch of the accounts for
// which f is [True] by [Filter.Match]. It costs what [Batch.Bits] does; where a
// comparison by = leaves few accounts, only a look at each of these.
func (b *Batch) Match(f Filter) iter.Seq[int] {
	return func(yield func(int) bool) {
		if few, ok := b.few(f); ok {
			for _, i := range few {
				if f.Match(b.accounts[i]) == True && !yield(i) {
					return
				}
			}
			return
		}
		for i, word := range b.Bits(f) {
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
	if few, ok := b.few(f); ok {
		set := b.newSet()
		for _, i := range few {
			if f.Match(b.accounts[i]) == True {
				set[i/64] |= 1 << (i % 64)
			}
		}
		return set
	}
	return b.where(f.root, true)
}

// Unknown returns the accounts for which f is [Unknown] by [Filter.Match], as a
// set like that of Bits. The caller owns the slice, which may be shorter than the
// batch. It costs as two of Bits.
func (b *Batch) Unknown(f Filter) []uint64 {
	if f.root == nil {
		return nil
	}
	set, not := b.where(f.root, true), b.where(f.root, false)
	unite(set, not)
	b.spare = append(b.spare, not)
	b.complement(set)
	return set
}

// few returns accounts among which are all that f matches, in ascending order,
// if a comparison by = says that they are so few that each is best looked at.
func (b *Batch) few(f Filter) (places []int, ok bool) {
	if f.root == nil {
		return nil, true
	}
	leaves := []*node{f.root}
	if f.root.kind == andKind {
		leaves = f.root.operands
	}
	most := b.words()
	for _, n := range leaves {
		if n.kind != leafKind || n.leaf.op != Equal {
			continue
		}
		if with := b.column(&n.leaf).equal(&n.leaf); len(with) <= most {
			places, ok, most = with, true, len(with)
		}
	}
	return places, ok
}

func (b *Batch) words() int { return (len(b.accounts) + 63) / 64 }

// newSet returns a set of no accounts.
func (b *Batch) newSet() []uint64 {
	n := len(b.spare)
	if n == 0 {
		return make([]uint64, b.words())
	}
	set := b.spare[n-1]
	b.spare = b.spare[:n-1]
	clear(set)
	return set
}

// where returns the accounts for which n is definitely true, or definitely
// false. By the laws of De Morgan, which hold for three values too, the one is
// made of the other, and unknown needs no set.
func (b *Batch) where(n *node, is bool) []uint64 {
	switch n.kind {
	case leafKind:
		return b.whereLeaf(&n.leaf, is)
	case notKind:
		return b.where(n.operands[0], !is)
	case andKind, orKind:
		set := b.where(n.operands[0], is)
		for _, o := range n.operands[1:] {
			more := b.where(o, is)
			if (n.kind == orKind) == is {
				unite(set, more)
			} else {
				intersect(set, more)
			}
			b.spare = append(b.spare, more)
		}
		return set
	default: // everything, which is never part of another
		set := b.newSet()
		b.complement(set)
		return set
	}
}

// complement makes set the accounts that are not in it.
func (b *Batch) complement(set []uint64) {
	for i := range set {
		set[i] = ^set[i]
	}
	if n := len(b.accounts) % 64; n > 0 {
		set[len(set)-1] &= 1<<n - 1 // there are no accounts after the last
	}
}

// column returns the attribute that a leaf reads, and nil if there is none of
// its type.
func (b *Batch) column(l *leaf) *column {
	pos, ok := l.position(b.schema)
	if !ok {
		return nil
	}
	if b.columns[pos] == nil {
		b.columns[pos] = newColumn(b.accounts, pos)
	}
	return b.columns[pos]
}

// whereLeaf is where for a leaf.
func (b *Batch) whereLeaf(l *leaf, is bool) []uint64 {
	set := b.newSet()
	c := b.column(l)
	switch {
	case c == nil: // it is unknown for all
	case l.op == Missing || l.op == Present:
		copy(set, c.present)
		if is == (l.op == Missing) {
			b.complement(set)
		}
	default:
		c.find(l, set)
		if is == (l.op == NotEqual || l.op == NotIn) {
			for i, word := range c.present {
				set[i] ^= word
			}
		}
	}
	return set
}
