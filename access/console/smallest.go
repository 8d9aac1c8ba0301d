package console

import (
	"cmp"
	"slices"
)

// smallest keeps the smallest keys of what it is given: a page of a list that
// has no order, and one more, which says that there is a next page. The zero
// smallest is empty.
type smallest[T any] struct {
	kept []keyed[T] // in order
}

type keyed[T any] struct {
	key   string
	value T
}

// passes reports whether a key is beyond the page, so that adding it would
// change nothing.
func (s *smallest[T]) passes(key string) bool {
	return len(s.kept) > pageSize && key >= s.kept[pageSize].key
}

// add puts something at its place.
func (s *smallest[T]) add(key string, value T) {
	if s.passes(key) {
		return
	}
	i, _ := slices.BinarySearchFunc(s.kept, key, func(k keyed[T], key string) int { return cmp.Compare(k.key, key) })
	s.kept = slices.Insert(s.kept, i, keyed[T]{key, value})
	s.kept = s.kept[:min(len(s.kept), pageSize+1)]
}

// values returns what is kept, in order of the keys.
func (s *smallest[T]) values() []T {
	out := make([]T, len(s.kept))
	for i, k := range s.kept {
		out[i] = k.value
	}
	return out
}
