package snapshot

import (
	"iter"
	"math/bits"
	"sync"
)

// byClass is the accounts of each class. It is made when somebody first asks for
// what is in a Reach, and shared by all States that have the same accounts. It
// takes 4 bytes for each account and each class.
type byClass struct {
	once     sync.Once
	starts   []uint32 // of each class in accounts, and the end of the last
	accounts []uint32 // class by class
}

// of returns the accounts of class c.
func (b *byClass) of(c int) []uint32 {
	if c+1 >= len(b.starts) {
		return nil
	}
	return b.accounts[b.starts[c]:b.starts[c+1]]
}

// members returns the accounts of each class.
func (s *State) members() *byClass {
	b := s.byClass
	if b == nil { // the zero State, or one that a Writer is at
		b = new(byClass)
	}
	b.once.Do(func() {
		b.starts = make([]uint32, s.classes.Next()+2)
		for _, a := range All(&s.Accounts) {
			b.starts[a.class+2]++
		}
		for c := 2; c < len(b.starts); c++ {
			b.starts[c] += b.starts[c-1]
		}
		b.accounts = make([]uint32, s.Accounts.Len())
		for i, a := range All(&s.Accounts) {
			b.accounts[b.starts[a.class+1]] = i
			b.starts[a.class+1]++
		}
		b.starts = b.starts[:len(b.starts)-1]
	})
	return b
}

// Count returns how many accounts are in r. It costs a look at each class in r
// and each account that r stores; and for the first Reach since accounts changed,
// one at every account.
func (s *State) Count(r *Reach) (n int) {
	b := s.members()
	for c := range ones(r.classes) {
		n += len(b.of(c))
	}
	for i := range ones(r.accounts) {
		if !bit(r.classes, s.Accounts.At(uint32(i)).class) {
			n++
		}
	}
	return n
}

// Shows reports whether a team sees an account. It allocates nothing, and mostly
// costs a look at one class.
func (s *State) Shows(t *Team) bool {
	for range t.accounts.All() {
		return true
	}
	b := s.members()
	for c := range t.classes.All() {
		if len(b.of(int(c))) > 0 {
			return true
		}
	}
	return false
}

// Reached returns the accounts in r, in the order of their indexes. It costs as
// Count, a look at each account in r, and a bit for each other.
func (s *State) Reached(r *Reach) iter.Seq[Account] {
	return func(yield func(Account) bool) {
		set := make([]uint64, (s.Accounts.Next()+63)/64)
		copy(set, r.accounts)
		b := s.members()
		for c := range ones(r.classes) {
			for _, i := range b.of(c) {
				set[i/64] |= 1 << (i % 64)
			}
		}
		for i := range ones(set) {
			if !yield(s.Accounts.At(uint32(i))) {
				return
			}
		}
	}
}

// ones returns the bits that are set, in ascending order.
func ones(words []uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range words {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
