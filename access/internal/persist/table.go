package persist

import "iter"

// The four levels of a Table below each other, by the bits of the index that
// choose a slot:
//
//	root  i>>15      as long as the highest index needs, so that small tables stay small
//	limb  i>>10 & 31
//	twig  i>>5 & 31
//	leaf  i & 31     the values, side by side
//
// The levels are types, so a read is four loads with no test of what kind of
// node it has reached. Nodes are small, since every change copies one of each
// level: two of a quarter of a kilobyte and a leaf.
const (
	leafBits   = 5
	leafSize   = 1 << leafBits
	leafMask   = leafSize - 1
	branchBits = 5
	branchSize = 1 << branchBits
	branchMask = branchSize - 1

	twigBits = leafBits + branchBits // one twig covers 1<<twigBits indexes
	limbBits = twigBits + branchBits // one limb covers 1<<limbBits
)

type leaf[T any] struct {
	owner *Token
	slots [leafSize]T
}

type branch[C any] struct {
	owner *Token
	slots [branchSize]*C
}

type (
	twig[T any] = branch[leaf[T]]
	limb[T any] = branch[twig[T]]
)

// edit returns a branch that t may change in place and that holds what b holds,
// in the place where b is.
func edit[C any](t *Token, b **branch[C]) *branch[C] {
	switch {
	case *b == nil:
		*b = &branch[C]{owner: t}
	case (*b).owner != t:
		c := **b
		c.owner = t
		*b = &c
	}
	return *b
}

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
func (b *Table[T]) Get(i uint32) (v T) {
	if p := b.At(i); p != nil {
		v = *p
	}
	return v
}

// At returns where the value at i is, for reading only, or nil if nothing was
// put near i.
func (b *Table[T]) At(i uint32) *T {
	if top := i >> limbBits; top < uint32(len(b.root)) {
		if m := b.root[top]; m != nil {
			if w := m.slots[i>>twigBits&branchMask]; w != nil {
				if l := w.slots[i>>leafBits&branchMask]; l != nil {
					return &l.slots[i&leafMask]
				}
			}
		}
	}
	return nil
}

// Put stores v at i. It costs what Edit does.
func (b *Table[T]) Put(t *Token, i uint32, v T) { *b.Edit(t, i) = v }

// Edit returns where the value at i is, for t to change. Cost: the first Edit of
// a Token near i copies the root, two nodes of a quarter of a kilobyte and a
// leaf of 32 values; a later one copies nothing. The root takes 8 bytes for
// every 32,768 indexes up to the highest that was put.
func (b *Table[T]) Edit(t *Token, i uint32) *T {
	top := int(i >> limbBits)
	if b.owner != t || top >= len(b.root) {
		root := make([]*limb[T], max(len(b.root), top+1))
		copy(root, b.root)
		b.root, b.owner = root, t
	}
	w := edit(t, &edit(t, &b.root[top]).slots[i>>twigBits&branchMask])
	l := &w.slots[i>>leafBits&branchMask]
	switch {
	case *l == nil:
		*l = &leaf[T]{owner: t}
	case (*l).owner != t:
		c := **l
		c.owner = t
		*l = &c
	}
	return &(*l).slots[i&leafMask]
}

// Leaves yields the values of each leaf that something was put into, with the
// index of the first, a multiple of 32, and of the last leaf those whose index
// is below n, in ascending order. They are for reading only. The sequence
// belongs to the Table as it is now, and can be walked any number of times.
//
// It is a function, as are stretch and [All]: every package that knows a Policy
// compiles the methods of all Tables and Books below it, used or not, of
// functions only what it uses.
func Leaves[T any](b *Table[T], n uint32) iter.Seq2[uint32, []T] {
	now := *b
	return func(yield func(uint32, []T) bool) {
		// Positions are uint64 because the one after the last stretch need not
		// fit an index.
		for from := uint64(0); from < uint64(n); {
			base := uint32(from)
			l, width := stretch(&now, base)
			if l != nil && !yield(base, l.slots[:min(leafSize, n-base)]) {
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
	w := m.slots[i>>twigBits&branchMask]
	if w == nil {
		return nil, 1 << twigBits
	}
	return w.slots[i>>leafBits&branchMask], leafSize
}
