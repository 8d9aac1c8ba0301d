package persist

import (
	"math/bits"
	"slices"
)

const (
	chunkBits  = 12
	chunkWords = 1 << chunkBits / 64

	// A chunk becomes a bitmap (512 bytes) when its list (2 bytes a member)
	// would exceed listMax members, and a list again only when listAgain are
	// left, so that a set that hovers around the limit is not rewritten each
	// time. In between it may be either.
	listMax   = 32
	listAgain = 16
)

// chunks is a persistent set of uint32 for many members, kept by their high 20
// bits: each chunk is a sorted list while it is sparse and a bitmap when it is
// dense.
type chunks struct {
	owner *Token   // also of the array
	by    []*chunk // by the high 20 bits; nil where there is no member, also at the end
	n     int
}

// has costs three loads in a bitmap, at most six steps of a binary search in a
// list.
func (s *chunks) has(i uint32) bool {
	high := int(i >> chunkBits)
	return high < len(s.by) && s.by[high] != nil && s.by[high].has(low(i))
}

// add makes i a member; it must not be one.
func (s *chunks) add(t *Token, i uint32) {
	s.edit(t, int(i>>chunkBits)).add(low(i))
	s.n++
}

// remove makes i no member; it must be one.
func (s *chunks) remove(t *Token, i uint32) {
	high := int(i >> chunkBits)
	c := s.edit(t, high)
	c.remove(low(i))
	if c.n == 0 {
		s.by[high] = nil
	}
	s.n--
}

// edit returns the chunk of the numbers with these high bits for t to change in
// place; the caller keeps s.n in step and drops the chunk if it empties it. The
// chunks must be t's own.
func (s *chunks) edit(t *Token, high int) *chunk {
	if high >= len(s.by) {
		s.by = append(s.by, make([]*chunk, high+1-len(s.by))...)
	}
	c := s.by[high]
	switch {
	case c == nil:
		c = &chunk{owner: t}
	case c.owner != t:
		c = c.clone(t)
	}
	s.by[high] = c
	return c
}

// or sets the bits of the members in words, which reach far enough.
func (s *chunks) or(words []uint64) {
	for high, c := range s.by {
		if c != nil {
			c.or(words[high*chunkWords:])
		}
	}
}

// low returns the bits of i that its chunk keeps. The others say which chunk.
func low(i uint32) uint16 {
	return uint16(i & (1<<chunkBits - 1))
}

type bitmap [chunkWords]uint64

// chunk is a set of numbers below 1<<chunkBits, in one of two forms. In a Set
// it has a member, so nil is the only empty one. The owner covers the arrays
// too.
type chunk struct {
	owner *Token
	n     int
	list  []uint16 // ascending, while bits is nil
	bits  *bitmap
}

// chunkOf returns the chunk, owned by t, of the numbers that up to chunkWords
// words have, in the form for how many there are; nil if there are none.
func chunkOf(t *Token, words []uint64) *chunk {
	c := &chunk{owner: t}
	for _, word := range words {
		c.n += bits.OnesCount64(word)
	}
	if c.n == 0 {
		return nil
	}
	if c.n <= listMax {
		c.list = members(words, c.n)
		return c
	}
	c.bits = new(bitmap)
	copy(c.bits[:], words)
	return c
}

// members returns the n numbers that some words have, in ascending order.
func members(words []uint64, n int) []uint16 {
	list := make([]uint16, 0, n)
	for w, word := range words {
		for ; word != 0; word &= word - 1 {
			list = append(list, uint16(w<<6|bits.TrailingZeros64(word)))
		}
	}
	return list
}

func (c *chunk) clone(t *Token) *chunk {
	d := &chunk{owner: t, n: c.n}
	if c.bits != nil {
		d.bits = new(*c.bits)
	} else {
		// Room for one more, as a chunk is mostly copied to add to it.
		d.list = append(make([]uint16, 0, len(c.list)+1), c.list...)
	}
	return d
}

func (c *chunk) has(x uint16) bool {
	if c.bits != nil {
		return c.bits[x>>6]&(1<<(x&63)) != 0
	}
	at := search(c.list, x)
	return at < len(c.list) && c.list[at] == x
}

// add makes x a member; it must not be one.
func (c *chunk) add(x uint16) {
	c.n++
	if c.bits == nil && c.n <= listMax {
		c.list = slices.Insert(c.list, search(c.list, x), x)
		return
	}
	if c.bits == nil {
		c.bits = new(bitmap)
		for _, y := range c.list {
			c.bits[y>>6] |= 1 << (y & 63)
		}
		c.list = nil
	}
	c.bits[x>>6] |= 1 << (x & 63)
}

// remove makes x no member; it must be one.
func (c *chunk) remove(x uint16) {
	c.n--
	if c.bits == nil {
		at := search(c.list, x)
		c.list = slices.Delete(c.list, at, at+1)
		return
	}
	c.bits[x>>6] &^= 1 << (x & 63)
	if c.n <= listAgain {
		c.list, c.bits = members(c.bits[:], c.n), nil
	}
}

// equal compares members, whatever form they are in. Either chunk may be nil.
func (c *chunk) equal(d *chunk) bool {
	switch {
	case c == d:
		return true
	case c == nil || d == nil || c.n != d.n:
		return false
	case c.bits != nil && d.bits != nil:
		return *c.bits == *d.bits
	case c.bits != nil:
		c, d = d, c
	}
	if d.bits == nil {
		return slices.Equal(c.list, d.list)
	}
	for _, x := range c.list {
		if !d.has(x) {
			return false
		}
	}
	return true
}

// or sets the bits of the members in dst, which has at least chunkWords words.
func (c *chunk) or(dst []uint64) {
	for _, x := range c.list {
		dst[x>>6] |= 1 << (x & 63)
	}
	if c.bits != nil {
		for w, word := range c.bits {
			dst[w] |= word
		}
	}
}

// visit yields base plus each member, in ascending order, and reports whether
// yield always wanted to go on.
func (c *chunk) visit(base uint32, yield func(uint32) bool) bool {
	for _, x := range c.list {
		if !yield(base + uint32(x)) {
			return false
		}
	}
	if c.bits == nil {
		return true
	}
	for w, word := range c.bits {
		for ; word != 0; word &= word - 1 {
			if !yield(base + uint32(w<<6|bits.TrailingZeros64(word))) {
				return false
			}
		}
	}
	return true
}
