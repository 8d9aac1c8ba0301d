package persist

import "iter"

// Unshared yields the first index of each leaf of 32 that two Tables do not
// share, in ascending order: where they may differ. What both got from one Table,
// and neither has changed since, is passed over, so that for two versions of one
// Table it costs what the changes between them did.
func Unshared[T any](a, b *Table[T]) iter.Seq[uint32] {
	rootA, rootB := a.root, b.root
	return func(yield func(uint32) bool) {
		for top := range max(len(rootA), len(rootB)) {
			limbA, limbB := rootSlot(rootA, top), rootSlot(rootB, top)
			if limbA != limbB && !unsharedTwigs(uint32(top)<<limbBits, limbA, limbB, yield) {
				return
			}
		}
	}
}

// unsharedTwigs yields for two limbs, and reports whether yield always wanted to
// go on.
func unsharedTwigs[T any](base uint32, a, b *limb[T], yield func(uint32) bool) bool {
	for i := range uint32(branchSize) {
		x, y := slotOf(a, i), slotOf(b, i)
		if x == y {
			continue
		}
		for k := range uint32(branchSize) {
			if slotOf(x, k) != slotOf(y, k) && !yield(base|i<<twigBits|k<<leafBits) {
				return false
			}
		}
	}
	return true
}

func rootSlot[T any](root []*limb[T], i int) *limb[T] {
	if i < len(root) {
		return root[i]
	}
	return nil
}

func slotOf[C any](b *branch[C], i uint32) *C {
	if b == nil {
		return nil
	}
	return b.slots[i]
}

// UnsharedValues yields the values of the keys that are in pages of b which a does
// not share: of all keys that a does not have with this value, and of some others.
func UnsharedValues[V any](a, b *Index[V]) iter.Seq[*V] {
	before, now := a.pages, b.pages
	return func(yield func(*V) bool) {
		for base := range Unshared(&before, &now) {
			for i := base; i < base+leafSize; i++ {
				p := now.Get(i)
				if p == before.Get(i) {
					continue
				}
				for ; p != nil; p = p.over {
					for k := range p.slots {
						if s := &p.slots[k]; s.key.tail != 0 && !yield(&s.value) {
							return
						}
					}
				}
			}
		}
	}
}

// Changed yields the records of each id that has another one in b than in a, the
// zero T where it has none. The key of a record is its id.
func Changed[T comparable](a, b *Book[T], key func(T) string) iter.Seq2[T, T] {
	before, now := *a, *b
	return func(yield func(T, T) bool) {
		var none T
		for base := range Unshared(&before.records, &now.records) {
			for i := base; i < base+leafSize; i++ {
				was, is := before.At(i), now.At(i)
				if was == is {
					continue
				}
				if is != none {
					if _, old, _ := before.Find(key(is)); old != is && !yield(old, is) {
						return
					}
				}
				if was != none && !now.Has(key(was)) && !yield(was, none) {
					return
				}
			}
		}
	}
}

// UnsharedIDs is [Unshared] for the ids of two Rolls.
func UnsharedIDs[V any](a, b *Roll[V]) iter.Seq[uint32] { return Unshared(&a.ids, &b.ids) }

// Shares reports whether two Sets are one: neither was changed since the one was
// a copy of the other. Sets that only have the same members need not be.
func (s *Set) Shares(o *Set) bool {
	if s.many != nil || o.many != nil {
		return s.many == o.many
	}
	return len(s.few) == len(o.few) && (len(s.few) == 0 || &s.few[0] == &o.few[0])
}

// Differing yields the members that one of two Sets has and the other does not, in
// no certain order. Of large ones it looks only into what they do not share.
func Differing(a, b *Set) iter.Seq[uint32] {
	was, is := *a, *b
	return func(yield func(uint32) bool) {
		if was.many == nil || is.many == nil {
			_ = without(&was, &is, yield) && without(&is, &was, yield)
			return
		}
		for high := range max(len(was.many.by), len(is.many.by)) {
			x, y := was.many.at(high), is.many.at(high)
			if base := uint32(high) << chunkBits; x != y && !(x.visitWithout(y, base, yield) && y.visitWithout(x, base, yield)) {
				return
			}
		}
	}
}

// without yields the members of a that b does not have, and reports whether yield
// always wanted to go on.
func without(a, b *Set, yield func(uint32) bool) bool {
	for i := range a.All() {
		if !b.Has(i) && !yield(i) {
			return false
		}
	}
	return true
}

// visitWithout is visit for the members that d does not have. Either chunk may be
// nil.
func (c *chunk) visitWithout(d *chunk, base uint32, yield func(uint32) bool) bool {
	return c == nil || c.visit(base, func(i uint32) bool { return d != nil && d.has(low(i)) || yield(i) })
}

// at returns the chunk of the numbers with these high bits, nil if there is none.
func (s *chunks) at(high int) *chunk {
	if high < len(s.by) {
		return s.by[high]
	}
	return nil
}
