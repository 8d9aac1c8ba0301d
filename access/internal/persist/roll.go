package persist

import "iter"

// Roll is a persistent list of ids, each with a number and with a V, a small
// type without pointers: the number, and what is asked for together with it. It
// is what a Book is to records, for things that are kept in columns by number,
// such as Tables. The zero Roll is empty.
//
// Numbers are never given twice: an id that is removed and comes back gets a new
// one.
//
// Copying the struct copies the Roll in constant time. Reads are safe for any
// number of goroutines and allocate nothing. See Token for who may write.
type Roll[V any] struct {
	Index[V]
	ids  Table[string] // "" where there is none
	next uint32
}

// Next returns the number that the next id will get, one past the highest that
// was ever given.
func (r *Roll[V]) Next() uint32 { return r.next }

// ID returns the id with a number, "" if there is none.
func (r *Roll[V]) ID(no uint32) string { return r.ids.Get(no) }

// Enroll adds an id, which must be new and not empty, with a V that has its
// number. That is Next or one that was passed over: of numbers below Next that
// have no id, it may be any that never had one. It panics when the numbers are
// used up, as any answer would name another record.
func (r *Roll[V]) Enroll(t *Token, no uint32, id string, v V) {
	if no == 1<<32-1 {
		panic("persist: Roll has no number left")
	}
	r.Index.Add(t, id, v)
	r.ids.Put(t, no, id)
	r.next = max(r.next, no+1)
}

// Strike removes the id that has a number, which must have one. It costs an
// Index.Delete and a Table.Put.
func (r *Roll[V]) Strike(t *Token, no uint32) {
	r.Index.Delete(t, r.ids.Get(no))
	r.ids.Put(t, no, "")
}

// IDs yields the numbers that have an id, with the id, in ascending order. The
// sequence belongs to the Roll as it is now, and can be walked any number of
// times. Cost: proportional to Next, not to Len.
func IDs[V any](r *Roll[V]) iter.Seq2[uint32, string] {
	leaves := Leaves(&r.ids, r.next)
	return func(yield func(uint32, string) bool) {
		for base, ids := range leaves {
			for k, id := range ids {
				if id != "" && !yield(base+uint32(k), id) {
					return
				}
			}
		}
	}
}
