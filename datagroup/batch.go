package datagroup

import (
	"iter"
	"math/bits"
	"slices"
)

// Batch is a fixed list of accounts prepared for many filters. It knows which
// of them share a value of an attribute, so a filter's leaf is evaluated once
// for each value and not for each account. Making one pays from about as many
// filters on as there are attributes.
//
// A Batch belongs to one goroutine.
type Batch struct {
	schema   *Schema
	accounts []Account
	columns  [][]shared // by position in the schema; made when a filter first reads the attribute
}

// shared is the accounts of a batch that have one value of an attribute.
type shared struct {
	like Account // one of them
	at   []int   // where they all are, ascending
}

// NewBatch returns the accounts as a batch. All must be of schema s.
func NewBatch(s *Schema, accounts iter.Seq[Account]) *Batch {
	return &Batch{schema: s, accounts: slices.Collect(accounts), columns: make([][]shared, s.Len())}
}

// Match yields, in ascending order, the places in the batch of the accounts for
// which f is [True] by [Filter.Match]. It costs a look at each value of each
// attribute that f reads, and some bits for each account.
func (b *Batch) Match(f Filter) iter.Seq[int] {
	var v truths
	if f.root != nil {
		v = b.truths(f.root)
	}
	return func(yield func(int) bool) {
		for i, word := range v.yes {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
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

// leafTruths evaluates a leaf once for each value.
func (b *Batch) leafTruths(l *leaf) truths {
	v := b.newTruths()
	for _, s := range b.column(l.attribute.Name) {
		var into []uint64
		switch t, _ := l.truth(&s.like); t {
		case True:
			into = v.yes
		case Unknown:
			into = v.maybe
		default:
			continue
		}
		for _, i := range s.at {
			into[i/64] |= 1 << (i % 64)
		}
	}
	return v
}

// column returns the accounts by their value of an attribute. Of one that the
// schema does not have all are alike.
func (b *Batch) column(attribute string) []shared {
	pos, known := b.schema.Position(attribute)
	if known && b.columns[pos] != nil {
		return b.columns[pos]
	}
	var column []shared
	index := make(map[string]int)
	for i, a := range b.accounts {
		key := ""
		if known {
			key = a.At(pos).String()
		}
		at, found := index[key]
		if !found {
			at = len(column)
			index[key], column = at, append(column, shared{like: a})
		}
		column[at].at = append(column[at].at, i)
	}
	if known {
		b.columns[pos] = column
	}
	return column
}
