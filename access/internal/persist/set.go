package persist

import (
	"iter"
	"math/bits"
	"slices"
)

const (
	// A set is one sorted list (4 bytes a member) up to fewMax members, and again
	// only when fewAgain are left.
	fewMax   = 256
	fewAgain = 128
)

// Set is a persistent set of uint32. The zero Set is empty.
//
// Copying the struct copies the Set in constant time. Reads are safe for any
// number of goroutines and allocate nothing. See Token for who may write.
//
// A small Set is a sorted list. A large one takes 8 bytes for every 4,096
// numbers up to the highest member it ever had, which is 8 MiB at most, then
// for each 4,096 numbers with a member 48 bytes and either 2 bytes a member or
// 512 bytes.
type Set struct {
	few   []uint32 // ascending, while many is nil
	owner *Token   // of the array behind few
	many  *chunks
}

// Len returns the number of members, in constant time.
func (s *Set) Len() int {
	if s.many != nil {
		return s.many.n
	}
	return len(s.few)
}

// Has reports whether i is a member. Cost: at most nine loads that are near each
// other in a list, three to nine otherwise.
func (s *Set) Has(i uint32) bool {
	if s.many != nil {
		return s.many.has(i)
	}
	at := search(s.few, i)
	return at < len(s.few) && s.few[at] == i
}

// search returns the position of the first member of an ascending list that is
// not below x. It takes a step without branching on what it reads, as half of
// such branches would be predicted wrongly.
func search[N uint16 | uint32](list []N, x N) int {
	at := uint(0)
	for n := uint(len(list)); n > 0; {
		half := (n + 1) / 2
		below := uint64(int64(list[at+half-1])-int64(x)) >> 63 // the sign
		at += half & -uint(below)
		n -= half
	}
	return int(at)
}

// Add makes i a member and reports whether it was not one before. Cost: the
// first change a Token makes copies the list, or the top level and one chunk.
func (s *Set) Add(t *Token, i uint32) bool {
	if s.many != nil {
		if s.many.has(i) {
			return false
		}
		s.editMany(t).add(t, i)
		return true
	}
	at := len(s.few)
	if at > 0 && s.few[at-1] >= i { // members mostly come in order
		if at = search(s.few, i); s.few[at] == i {
			return false
		}
	}
	if len(s.few) == fewMax {
		s.many = &chunks{owner: t}
		for _, k := range s.few {
			s.many.add(t, k)
		}
		s.many.add(t, i)
		s.few, s.owner = nil, nil
		return true
	}
	s.few = slices.Insert(s.editFew(t), at, i)
	return true
}

// Remove makes i no member and reports whether it was one before. Cost: as Add.
func (s *Set) Remove(t *Token, i uint32) bool {
	if !s.Has(i) {
		return false
	}
	if s.many != nil {
		if s.editMany(t).remove(t, i); s.many.n <= fewAgain {
			few := make([]uint32, 0, s.many.n)
			for k := range s.All() {
				few = append(few, k)
			}
			*s = Set{few: few, owner: t}
		}
		return true
	}
	at := search(s.few, i)
	s.few = slices.Delete(s.editFew(t), at, at+1)
	return true
}

// editFew returns the list for t to change in place.
func (s *Set) editFew(t *Token) []uint32 {
	if s.owner != t {
		// Room for one more, as a list is mostly copied to add to it.
		s.few, s.owner = append(make([]uint32, 0, len(s.few)+1), s.few...), t
	}
	return s.few
}

// editMany returns the chunks for t to change in place.
func (s *Set) editMany(t *Token) *chunks {
	if s.many.owner != t {
		s.many = &chunks{owner: t, by: slices.Clone(s.many.by), n: s.many.n}
	}
	return s.many
}

// All yields the members in ascending order. The sequence belongs to the Set as
// it is now, and can be walked any number of times.
func (s *Set) All() iter.Seq[uint32] {
	few, many := s.few, s.many
	return func(yield func(uint32) bool) {
		if many != nil {
			for high, c := range many.by {
				if c != nil && !c.visit(uint32(high)<<chunkBits, yield) {
					return
				}
			}
			return
		}
		for _, i := range few {
			if !yield(i) {
				return
			}
		}
	}
}

// Equal reports whether s and o have the same members. What both share is not
// looked into.
func (s *Set) Equal(o Set) bool {
	switch {
	case s.Len() != o.Len():
		return false
	case s.many != nil && o.many != nil:
		// Where one top level is longer, the other has as many members without
		// it, so the rest is empty.
		for high := range min(len(s.many.by), len(o.many.by)) {
			if !s.many.by[high].equal(o.many.by[high]) {
				return false
			}
		}
		return true
	case s.many == nil && o.many == nil:
		return slices.Equal(s.few, o.few)
	}
	for i := range s.All() {
		if !o.Has(i) {
			return false
		}
	}
	return true
}

// OfBits returns the set, owned by t, of the i whose bit i%64 of word i/64 is
// set.
func OfBits(t *Token, words []uint64) Set {
	n, end := 0, 0
	for w, word := range words {
		if word != 0 {
			n, end = n+bits.OnesCount64(word), w+1
		}
	}
	if n <= fewMax {
		s := Set{few: make([]uint32, 0, n), owner: t}
		for w, word := range words[:end] {
			for ; word != 0; word &= word - 1 {
				s.few = append(s.few, uint32(w<<6|bits.TrailingZeros64(word)))
			}
		}
		return s
	}
	all := &chunks{owner: t, n: n}
	for part := range slices.Chunk(words[:end], chunkWords) {
		all.by = append(all.by, chunkOf(t, part))
	}
	return Set{many: all}
}

// sortMax is up to how many numbers are united by merging lists, and more become
// bits.
const sortMax = 4096

// Union returns the set, owned by t, of what is in list, in any order and any
// number of times, or a member of one of sets. It sorts list and may keep it. A
// nil t makes a set that no Token may change in place. Cost: as many steps as
// there are numbers and members, and a bit for each number up to the highest if
// there are many; none for a single set that t has not changed, which both then
// share.
func Union(t *Token, list []uint32, sets ...*Set) Set {
	n, large := len(list), false
	for _, s := range sets {
		n += s.Len()
		large = large || s.many != nil
	}
	for _, s := range sets {
		if s.Len() == n && !s.ownedBy(t) {
			return *s // it has all there is
		}
	}
	if large || n > sortMax {
		return OfBits(t, unite(list, sets))
	}
	slices.Sort(list)
	lists := [][]uint32{slices.Compact(list)}
	for _, s := range sets {
		lists = append(lists, s.few)
	}
	list = merge(lists)
	if len(list) <= fewMax {
		return Set{few: slices.Clip(list), owner: t}
	}
	s := Set{many: &chunks{owner: t}}
	for _, i := range list {
		s.many.add(t, i)
	}
	return s
}

// merge returns what is in one of some ascending lists: the first, if it is the
// only one, and else a new one. It changes lists.
func merge(lists [][]uint32) []uint32 {
	for len(lists) > 1 {
		half := (len(lists) + 1) / 2
		for i := range len(lists) / 2 {
			lists[i] = mergeTwo(lists[i], lists[half+i])
		}
		lists = lists[:half]
	}
	return lists[0]
}

func mergeTwo(a, b []uint32) []uint32 {
	all := make([]uint32, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		x, y := a[0], b[0]
		all = append(all, min(x, y))
		if x <= y {
			a = a[1:]
		}
		if y <= x {
			b = b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// ownedBy reports whether t may change something of s in place.
func (s *Set) ownedBy(t *Token) bool {
	if s.many != nil {
		return s.many.owner == t
	}
	return s.owner == t
}

// unite returns the numbers of a list and of sets as bits.
func unite(list []uint32, sets []*Set) []uint64 {
	n := 0 // how many chunks they reach into
	for _, i := range list {
		n = max(n, int(i>>chunkBits)+1)
	}
	for _, s := range sets {
		if s.many != nil {
			n = max(n, len(s.many.by))
		} else if last := len(s.few) - 1; last >= 0 {
			n = max(n, int(s.few[last]>>chunkBits)+1)
		}
	}
	words := make([]uint64, n*chunkWords)
	for _, i := range list {
		words[i/64] |= 1 << (i % 64)
	}
	for _, s := range sets {
		for _, i := range s.few {
			words[i/64] |= 1 << (i % 64)
		}
		if s.many != nil {
			s.many.or(words)
		}
	}
	return words
}
