package snapshot

import (
	"iter"
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

// Set is a persistent set of uint32. The zero Set is empty.
//
// Copying the struct copies the Set in constant time. Reads are safe for any
// number of goroutines and, but for AppendBits, allocate nothing. See Token for
// who may write.
//
// Members are kept in chunks by their high 20 bits, each a sorted list while it
// is sparse and a bitmap when it is dense. A Set takes 8 bytes for every 4,096
// numbers up to the highest member it ever had, which is 8 MiB at most, then
// per chunk with a member 48 bytes and either 2 bytes a member or 512 bytes.
type Set struct {
	chunks []*chunk // by the high 20 bits; nil where there is no member, also at the end
	owner  *Token   // of the array behind chunks
	n      int
}

// Len returns the number of members, in constant time.
func (s *Set) Len() int {
	return s.n
}

// Has reports whether i is a member. Cost: three loads in a bitmap, at most
// six steps of a binary search in a list.
func (s *Set) Has(i uint32) bool {
	c := s.chunk(int(i >> chunkBits))
	return c != nil && c.has(low(i))
}

// Add makes i a member and reports whether it was not one before. Cost: the
// first change a Token makes near i copies the top level and one chunk.
func (s *Set) Add(t *Token, i uint32) bool {
	if s.Has(i) {
		return false
	}
	s.edit(t, int(i>>chunkBits)).add(low(i))
	s.n++
	return true
}

// Remove makes i no member and reports whether it was one before. Cost: as Add.
func (s *Set) Remove(t *Token, i uint32) bool {
	if !s.Has(i) {
		return false
	}
	high := int(i >> chunkBits)
	c := s.edit(t, high)
	c.remove(low(i))
	if c.n == 0 {
		s.chunks[high] = nil
	}
	s.n--
	return true
}

// All yields the members in ascending order. The sequence belongs to the Set as
// it is now, and can be walked any number of times.
func (s *Set) All() iter.Seq[uint32] {
	chunks := s.chunks
	return func(yield func(uint32) bool) {
		for high, c := range chunks {
			if c != nil && !c.visit(uint32(high)<<chunkBits, yield) {
				return
			}
		}
	}
}

// Equal reports whether s and o have the same members. Chunks that both share
// are not looked into.
func (s *Set) Equal(o Set) bool {
	if s.n != o.n {
		return false
	}
	// Where one top level is longer, the other has as many members without it,
	// so the rest is empty.
	for high := range min(len(s.chunks), len(o.chunks)) {
		if !s.chunks[high].equal(o.chunks[high]) {
			return false
		}
	}
	return true
}

// AppendBits adds the members to dst, in which bit i%64 of word i/64 stands for
// i, and returns it. Bits that are set already stay set. A dst that ends before
// the block of 64 words with the highest member does is extended to the end
// of it; an empty Set leaves dst alone.
func (s *Set) AppendBits(dst []uint64) []uint64 {
	for high := len(s.chunks) - 1; high >= 0; high-- {
		c := s.chunks[high]
		if c == nil {
			continue
		}
		if need := (high+1)*chunkWords - len(dst); need > 0 {
			dst = append(dst, make([]uint64, need)...)
		}
		c.or(dst[high*chunkWords : (high+1)*chunkWords])
	}
	return dst
}

// bitSet returns the set of the i whose bit i%64 of word i/64 is set, owned by t.
func bitSet(t *Token, words []uint64) (s Set) {
	s.owner = t
	for high := 0; high*chunkWords < len(words); high++ {
		c := &chunk{owner: t, bits: new(bitmap)}
		copy(c.bits[:], words[high*chunkWords:])
		if c.settle(); c.n > 0 {
			s.chunks = append(append(s.chunks, make([]*chunk, high-len(s.chunks))...), c)
			s.n += c.n
		}
	}
	return s
}

// Union returns the set of what is a member of at least one of sets, owned by
// t; none give the empty Set. A chunk that only one of them has, or all share,
// is taken over as it is unless t could still change it in place, and then it
// is copied: later changes to the result and to sets never show in each other,
// not even under t. That holds if each of sets is frozen or was last changed
// with t. Cost: about a microsecond for each block of 4,096 numbers in which
// sets differ, and the top levels.
func Union(t *Token, sets ...Set) Set {
	width := 0
	for k := range sets {
		width = max(width, len(sets[k].chunks))
	}
	u := Set{chunks: make([]*chunk, width), owner: t}
	for high := range u.chunks {
		if c := unite(t, high, sets); c != nil {
			u.chunks[high] = c
			u.n += c.n
		}
	}
	return u
}

// unite returns the union of one chunk of each set, nil if none has it.
func unite(t *Token, high int, sets []Set) *chunk {
	var first *chunk
	several, sparse, sum := false, true, 0
	for k := range sets {
		c := sets[k].chunk(high)
		if c == nil || c == first {
			continue
		}
		if first == nil {
			first = c
		} else {
			several = true
		}
		sparse = sparse && c.bits == nil
		sum += c.n
	}
	switch {
	case first == nil || !several && first.owner != t:
		return first
	case !several:
		return first.clone(t)
	}
	u := &chunk{owner: t}
	if !sparse || sum > listMax {
		u.bits = new(bitmap)
	}
	for k := range sets {
		if c := sets[k].chunk(high); c != nil {
			u.join(c)
		}
	}
	u.settle()
	return u
}

// low returns the bits of i that its chunk keeps. The others say which chunk.
func low(i uint32) uint16 {
	return uint16(i & (1<<chunkBits - 1))
}

// chunk returns the chunk of the numbers with these high bits, or nil.
func (s *Set) chunk(high int) *chunk {
	if high < len(s.chunks) {
		return s.chunks[high]
	}
	return nil
}

// edit returns the chunk of the numbers with these high bits for t to change in
// place; the caller keeps s.n in step and drops the chunk if it empties it.
func (s *Set) edit(t *Token, high int) *chunk {
	if s.owner != t || high >= len(s.chunks) {
		chunks := make([]*chunk, max(len(s.chunks), high+1))
		copy(chunks, s.chunks)
		s.chunks, s.owner = chunks, t
	}
	c := s.chunks[high]
	switch {
	case c == nil:
		c = &chunk{owner: t}
	case c.owner != t:
		c = c.clone(t)
	}
	s.chunks[high] = c
	return c
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

// join adds the members of d, leaving n to settle. If c is a list, so is d.
func (c *chunk) join(d *chunk) {
	if c.bits != nil {
		d.or(c.bits[:])
	} else {
		c.list = merge(c.list, d.list)
	}
}

// settle counts the members and takes the form for their number.
func (c *chunk) settle() {
	if c.bits == nil {
		c.n = len(c.list)
		return
	}
	c.n = 0
	for _, word := range c.bits {
		c.n += bits.OnesCount64(word)
	}
	if c.n <= listMax {
		c.list, c.bits = c.bits.members(c.n), nil
	}
}

// merge returns the members of a or b, all ascending.
func merge(a, b []uint16) []uint16 {
	list := make([]uint16, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		x, y := a[0], b[0]
		list = append(list, min(x, y))
		if x <= y {
			a = a[1:]
		}
		if y <= x {
			b = b[1:]
		}
	}
	return append(append(list, a...), b...)
}

// members returns the n members of b in ascending order.
func (b *bitmap) members(n int) []uint16 {
	list := make([]uint16, 0, n)
	for w, word := range b {
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
	at := c.search(x)
	return at < len(c.list) && c.list[at] == x
}

// search returns the position of the first member of the list that is not below
// x. It takes a step without branching on what it reads, as half of such
// branches would be predicted wrongly.
func (c *chunk) search(x uint16) int {
	list, at := c.list, uint(0)
	for n := uint(len(list)); n > 0; {
		half := (n + 1) / 2
		below := uint(int(list[at+half-1])-int(x)) >> (bits.UintSize - 1)
		at += half & -below
		n -= half
	}
	return int(at)
}

// add makes x a member; it must not be one.
func (c *chunk) add(x uint16) {
	c.n++
	if c.bits == nil && c.n <= listMax {
		c.list = slices.Insert(c.list, c.search(x), x)
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
		at := c.search(x)
		c.list = slices.Delete(c.list, at, at+1)
		return
	}
	c.bits[x>>6] &^= 1 << (x & 63)
	if c.n <= listAgain {
		c.list, c.bits = c.bits.members(c.n), nil
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

// or sets the bits of the members in dst, which has chunkWords words.
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
