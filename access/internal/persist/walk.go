package persist

import (
	"iter"
	"math/bits"
)

// Lists yields the members in ascending order, many at a time. A list is for
// reading only, and good until the next one.
func (s *Set) Lists() iter.Seq[[]uint32] {
	few, many := s.few, s.many
	return func(yield func([]uint32) bool) {
		if many == nil {
			if len(few) > 0 {
				yield(few)
			}
			return
		}
		room := make([]uint32, 0, 64)
		for high, c := range many.by {
			if c != nil && !c.lists(uint32(high)<<chunkBits, room, yield) {
				return
			}
		}
	}
}

// lists yields base plus each member, as many at a time as there is room for, and
// reports whether yield always wanted to go on. A list has no more members than
// that.
func (c *chunk) lists(base uint32, room []uint32, yield func([]uint32) bool) bool {
	for _, x := range c.list {
		room = append(room, base+uint32(x))
	}
	if c.bits == nil {
		return yield(room)
	}
	for w, word := range c.bits {
		if word == 0 {
			continue
		}
		room = room[:0]
		for ; word != 0; word &= word - 1 {
			room = append(room, base+uint32(w<<6|bits.TrailingZeros64(word)))
		}
		if !yield(room) {
			return false
		}
	}
	return true
}

// YieldIDs yields the ids with some numbers, and reports whether yield always
// wanted to go on. It reads a few of them before it yields the first, so that the
// processor need not wait for one after the other.
func YieldIDs[ID ~string, V any](r *Roll[V], numbers []uint32, yield func(ID) bool) bool {
	var ids [16]string
	for len(numbers) > 0 {
		n := min(len(ids), len(numbers))
		for k, no := range numbers[:n] {
			ids[k] = *r.ids.At(no)
		}
		for _, id := range ids[:n] {
			if !yield(ID(id)) {
				return false
			}
		}
		numbers = numbers[n:]
	}
	return true
}

// Items yields the ids of a Book with their records, in the order the indexes were
// given. Cost: proportional to Next, and memory for that many ids.
func Items[T any](b *Book[T]) iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		ids := make([]string, b.next)
		for id, i := range Keys(&b.index) {
			ids[i] = id
		}
		for i, rec := range All(b) {
			if !yield(ids[i], rec) {
				return
			}
		}
	}
}

// Keys yields the keys of an Index with their values, in no order that means
// anything.
func Keys[V any](x *Index[V]) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		pages := x.first*(x.mask+1) + x.divided
		for _, leaf := range Leaves(&x.pages, uint32(pages)) {
			for _, p := range leaf {
				for ; p != nil; p = p.over {
					for i := range p.slots {
						if s := &p.slots[i]; s.key.tail != 0 && !yield(p.id(i), s.value) {
							return
						}
					}
				}
			}
		}
	}
}

// id returns the id in a slot.
func (p *page[V]) id(i int) string {
	k := p.slots[i].key
	switch {
	case k.isLong():
		return p.ids[i]
	case k.tail == uuidKey:
		return k.uuid()
	}
	return k.short()
}
