package snapshot

import "iter"

// The four levels of a Table below each other, by the bits of the index that
// choose a slot:
//
//	root  i>>18      as long as the highest index needs, so that small tables stay small
//	limb  i>>12 & 63
//	twig  i>>6 & 63
//	leaf  i & 63     the values, side by side
//
// The levels are types, so a read is four loads with no test of what kind of
// node it has reached.
type (
	leaf[T any] = node[T]
	twig[T any] = node[*leaf[T]]
	limb[T any] = node[*twig[T]]
)

const (
	twigBits = fanBits + fanBits  // one twig covers 1<<twigBits indexes
	limbBits = twigBits + fanBits // one limb covers 1<<limbBits
)

// Table is a persistent array of T, indexed by uint32 and allocated only near
// the indexes that were put. The zero Table is empty.
//
// Copying the struct copies the Table in constant time. Reads are safe for any
// number of goroutines and allocate nothing. See Token for who may write.
//
// A Table does not know an absent value from a zero one. It never gives memory
// back; putting a zero T at least lets go of what the old value pointed to.
type Table[T any] struct {
	root  []*limb[T]
	owner *Token // of the array behind root
}

// Get returns the value at i, the zero T if nothing was put there. Cost: four
// dependent loads.
func (b *Table[T]) Get(i uint32) T {
	if top := i >> limbBits; top < uint32(len(b.root)) {
		if m := b.root[top]; m != nil {
			if w := m.slots[i>>twigBits&fanMask]; w != nil {
				if l := w.slots[i>>fanBits&fanMask]; l != nil {
					return l.slots[i&fanMask]
				}
			}
		}
	}
	var zero T
	return zero
}

// Put stores v at i. Cost: the first Put of a Token near i copies the root, two
// nodes of half a kilobyte and a leaf of 64 values; a later one copies nothing.
// The root takes 8 bytes for every 262,144 indexes up to the highest that was
// put.
func (b *Table[T]) Put(t *Token, i uint32, v T) {
	top := int(i >> limbBits)
	if b.owner != t || top >= len(b.root) {
		root := make([]*limb[T], max(len(b.root), top+1))
		copy(root, b.root)
		b.root, b.owner = root, t
	}
	m := writable(t, b.root[top])
	b.root[top] = m
	w := writable(t, m.slots[i>>twigBits&fanMask])
	m.slots[i>>twigBits&fanMask] = w
	l := writable(t, w.slots[i>>fanBits&fanMask])
	w.slots[i>>fanBits&fanMask] = l
	l.slots[i&fanMask] = v
}

// leaves yields the values of each leaf that something was put into, with the
// index of the first, a multiple of fan, and of the last leaf those whose index
// is below n, in ascending order. The sequence belongs to the Table as it is
// now, and can be walked any number of times.
//
// It is a function, as are stretch and [All]: every package that knows a Policy
// compiles the methods of all Tables and Books below it, used or not, of
// functions only what it uses.
func leaves[T any](b *Table[T], n uint32) iter.Seq2[uint32, []T] {
	now := *b
	return func(yield func(uint32, []T) bool) {
		// Positions are uint64 because the one after the last stretch need not
		// fit an index.
		for from := uint64(0); from < uint64(n); {
			base := uint32(from)
			l, width := stretch(&now, base)
			if l != nil && !yield(base, l.slots[:min(fan, n-base)]) {
				return
			}
			from = (from | (width - 1)) + 1
		}
	}
}

// stretch returns the leaf that holds i, or nil, and how many indexes the
// answer is good for: the aligned block of width indexes around i is the leaf,
// or is empty.
func stretch[T any](b *Table[T], i uint32) (l *leaf[T], width uint64) {
	if i>>limbBits >= uint32(len(b.root)) {
		return nil, 1 << 32
	}
	m := b.root[i>>limbBits]
	if m == nil {
		return nil, 1 << limbBits
	}
	w := m.slots[i>>twigBits&fanMask]
	if w == nil {
		return nil, 1 << twigBits
	}
	return w.slots[i>>fanBits&fanMask], fan
}
