package persist

import (
	"iter"
	"math"
)

// Book is a persistent collection of records of type T, each known by an id and
// by an index. The id is what a caller names; the index is a small number for
// Tables and Sets to refer to the record by. The zero Book is empty.
//
// Indexes are given in order from 0 and never reused: an id that is removed and
// comes back gets a new one. So whatever still refers to a removed record finds
// a zero T, never somebody else's record. A Book gives at most 4,294,967,295
// indexes.
//
// Copying the struct copies the Book in constant time. Reads are safe for any
// number of goroutines and allocate nothing. See Token for who may write.
type Book[T any] struct {
	index   Index[uint32]
	records Table[T]
	removed Table[uint64] // a word for each leaf; most Books have lost little
	next    uint32
}

// Len returns the number of ids.
func (b *Book[T]) Len() int {
	return b.index.Len()
}

// Grow makes an empty Book ready for n ids.
func (b *Book[T]) Grow(n int) { b.index.Grow(n) }

// Next returns the index that the next new id will get, one past the highest
// that was ever given.
func (b *Book[T]) Next() uint32 {
	return b.next
}

// Has reports whether there is a record with this id.
func (b *Book[T]) Has(id string) bool {
	return b.index.Get(id) != nil
}

// Find returns the index and the record of id. Without one, all results are
// zero; 0 is also a valid index, so ask ok. Cost: one Index.Get and one
// Table.Get.
func (b *Book[T]) Find(id string) (i uint32, rec T, ok bool) {
	if i, ok = b.index.Find(id); ok {
		rec = b.records.Get(i)
	}
	return i, rec, ok
}

// At returns the record with index i, the zero T if it was removed or i was
// never given.
func (b *Book[T]) At(i uint32) T {
	return b.records.Get(i)
}

// Add stores rec under a new id and returns the index it gave it. If there is a
// record with this id, rec takes its place and its index. Cost: one Index.Put
// and one Table.Put. It panics when the indexes are used up, as any answer
// would name another record.
func (b *Book[T]) Add(t *Token, id string, rec T) uint32 {
	i, ok := b.index.Find(id)
	if !ok {
		if b.next == math.MaxUint32 {
			panic("persist: Book has no index left")
		}
		i = b.next
		b.next++
		b.index.Add(t, id, i)
	}
	b.records.Put(t, i, rec)
	return i
}

// Set replaces the record with index i. If it was removed or i was never given,
// nothing happens: only Add makes a record.
func (b *Book[T]) Set(t *Token, i uint32, rec T) {
	if i < b.next && b.removed.Get(i/leafSize)>>(i%leafSize)&1 == 0 {
		b.records.Put(t, i, rec)
	}
}

// Remove forgets id, makes its record a zero T, and reports whether there was
// one.
func (b *Book[T]) Remove(t *Token, id string) bool {
	i, ok := b.index.Find(id)
	if !ok {
		return false
	}
	var zero T
	b.index.Delete(t, id)
	b.records.Put(t, i, zero)
	b.removed.Put(t, i/leafSize, b.removed.Get(i/leafSize)|1<<(i%leafSize))
	return true
}

// All yields the records that were not removed, with their indexes, in the
// order the indexes were given. The sequence belongs to the Book as it is now,
// and can be walked any number of times. Cost: proportional to Next, not to
// Len.
func All[T any](b *Book[T]) iter.Seq2[uint32, T] {
	leaves, removed := Leaves(&b.records, b.next), b.removed
	return func(yield func(uint32, T) bool) {
		for base, records := range leaves {
			gone := removed.Get(base / leafSize)
			for k, rec := range records {
				if gone>>k&1 == 0 && !yield(base+uint32(k), rec) {
					return
				}
			}
		}
	}
}
