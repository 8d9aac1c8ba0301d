package persist

import "math/bits"

const (
	pageSlots = 30

	// pageMax is how many keys a page holds. A search meets an empty slot after a
	// few steps, and at the latest in one of the slots that stay free.
	pageMax = 28

	// An index gets more pages when it has more than crowded keys for each; one
	// that is made for a number of keys has roomy for each. Around roomy, few
	// pages hold more than pageMax.
	crowded, roomy = 22, 16
)

// page is an open hash table of its own, with linear probing. The slots begin
// with a cache line: the allocator keeps 8 bytes before a page.
type page[V any] struct {
	owner *Token             // also of the array of ids
	over  *page[V]           // for keys that found no room here; mostly nil
	ids   *[pageSlots]string // of long keys, slot by slot; nil if there were none
	n     int
	_     [3]uint64
	slots [pageSlots]slot[V]
}

type slot[V any] struct {
	key   key // zero if the slot is empty
	value V
}

// Index is a persistent map from string to V, a small type without pointers.
// The zero Index is empty.
//
// Copying the struct copies the Index in constant time. Reads are safe for any
// number of goroutines and allocate nothing. See Token for who may write.
//
// The pages share the hashes evenly, so a page is found by two multiplications.
// While they are crowded, each key that is added divides one page in two, from
// the first on, until there are twice as many. So no key that is added ever
// pays for a rebuild. There is no iteration, as its order would differ from run
// to run.
type Index[V any] struct {
	pages   Table[*page[V]]
	first   uint64 // how many pages it began with
	mask    uint64 // first*(mask+1) pages share the hashes
	divided uint64 // how many of these, from 0 on, were divided since
	n       int
}

// Len returns the number of keys.
func (x *Index[V]) Len() int { return x.n }

// place returns which page a hash belongs to: the high bits say which of the
// first, the low bits which of those that this one was divided into.
func (x *Index[V]) place(h uint64) uint32 {
	at, _ := bits.Mul64(h, x.first)
	i := at + (h&x.mask)*x.first
	if i < x.divided {
		i = at + (h&(2*x.mask+1))*x.first
	}
	return uint32(i)
}

// Get returns where the value of id is, for reading only, or nil if it has none.
// Cost: one hash, four loads that are mostly near, and a few neighbouring slots;
// for an id that is longer than a key, three loads more.
func (x *Index[V]) Get(id string) *V {
	k := keyOf(id)
	if p, i := x.find(k, k.hash(), id); p != nil {
		return &p.slots[i].value
	}
	return nil
}

// Find returns the value of id and whether there is one. It costs what Get does.
func (x *Index[V]) Find(id string) (v V, ok bool) {
	if p := x.Get(id); p != nil {
		return *p, true
	}
	return v, false
}

// find returns the page that has a key, nil if none has, and its slot.
func (x *Index[V]) find(k key, h uint64, id string) (*page[V], uint) {
	at := x.pages.At(x.place(h))
	if at == nil {
		return nil, 0
	}
	for p := *at; p != nil; p = p.over {
		for i := home(h); ; i = after(i) {
			s := &p.slots[i].key
			if !s.differs(k) && (!k.isLong() || p.ids[i] == id) {
				return p, i
			}
			if s.tail == 0 {
				break
			}
		}
	}
	return nil, 0
}

// home returns the slot at which the search for a key begins.
func home(h uint64) uint { return uint(h & (1<<32 - 1) * pageSlots >> 32) }

// after returns the slot at which the search goes on.
func after(i uint) uint {
	if i++; i < pageSlots {
		return i
	}
	return 0
}

// Edit returns where the value of id is, for t to change, or nil if it has none.
// Cost: the first Edit of a Token near id copies a page of 30 slots and makes
// one Table.Edit.
func (x *Index[V]) Edit(t *Token, id string) *V {
	k := keyOf(id)
	if p, i := x.edit(t, k, k.hash(), id); p != nil {
		return &p.slots[i].value
	}
	return nil
}

// edit returns the page that has a key, for t to change, and its slot; nil if
// none has.
func (x *Index[V]) edit(t *Token, k key, h uint64, id string) (*page[V], uint) {
	p, i := x.find(k, h, id)
	if p == nil {
		return nil, 0
	}
	at := x.pages.Edit(t, x.place(h))
	for *at != p {
		at = &own(t, at).over
	}
	return own(t, at), i
}

// own returns the page that stands somewhere, for t to change in place.
func own[V any](t *Token, at **page[V]) *page[V] {
	switch p := *at; {
	case p == nil:
		*at = &page[V]{owner: t}
	case p.owner != t:
		c := *p
		c.owner = t
		if c.ids != nil {
			c.ids = new(*c.ids)
		}
		*at = &c
	}
	return *at
}

// Put sets the value of id, whether or not it has one. The Index keeps an id
// that is longer than a key, and with it whatever larger string it was cut from.
// It costs what Edit or Add does.
func (x *Index[V]) Put(t *Token, id string, v V) {
	if old := x.Edit(t, id); old != nil {
		*old = v
		return
	}
	x.Add(t, id, v)
}

// Add sets the value of id, which must have none. Cost: as Edit, and while the
// index gets more pages, about as much for each of two pages.
func (x *Index[V]) Add(t *Token, id string, v V) {
	if x.first == 0 {
		x.first = 1
	}
	k := keyOf(id)
	x.insert(t, k, id, v)
	if x.n++; uint64(x.n) > crowded*x.first*(x.mask+1) {
		x.divide(t)
	}
}

// insert puts a key into the first page for its hash that has room.
func (x *Index[V]) insert(t *Token, k key, id string, v V) {
	h := k.hash()
	p := own(t, x.pages.Edit(t, x.place(h)))
	for p.n == pageMax {
		p = own(t, &p.over)
	}
	p.insert(k, h, id, v)
}

// insert puts a key into the page, which must have room.
func (p *page[V]) insert(k key, h uint64, id string, v V) {
	i := home(h)
	for p.slots[i].key.tail != 0 {
		i = after(i)
	}
	p.slots[i] = slot[V]{k, v}
	p.n++
	if k.isLong() {
		if p.ids == nil {
			p.ids = new([pageSlots]string)
		}
		p.ids[i] = id
	}
}

// take empties a slot and returns what was in it.
func (p *page[V]) take(i uint) (s slot[V], id string) {
	s, p.slots[i] = p.slots[i], s
	if p.n--; s.key.isLong() {
		id, p.ids[i] = p.ids[i], ""
	}
	return s, id
}

// divide divides the first page that was not yet divided.
func (x *Index[V]) divide(t *Token) {
	at := x.pages.Edit(t, uint32(x.divided))
	whole := *at
	*at = nil
	x.divided++
	for p := whole; p != nil; p = p.over {
		for i, s := range &p.slots {
			if s.key.tail == 0 {
				continue
			}
			id := ""
			if s.key.isLong() {
				id = p.ids[i]
			}
			x.insert(t, s.key, id, s.value)
		}
	}
	if x.divided == x.first*(x.mask+1) {
		x.mask, x.divided = 2*x.mask+1, 0
	}
}

// Grow makes an empty Index ready for n keys.
func (x *Index[V]) Grow(n int) {
	if x.n == 0 {
		*x = Index[V]{first: uint64(n/roomy + 1)}
	}
}

// Delete forgets id and reports whether it had a value. Pages are never joined
// again: the Index keeps the size of its largest time. It costs what Edit does.
func (x *Index[V]) Delete(t *Token, id string) bool {
	k := keyOf(id)
	p, i := x.edit(t, k, k.hash(), id)
	if p == nil {
		return false
	}
	p.take(i)
	// An emptied slot would hide the keys after it, so they are put again.
	for i = after(i); p.slots[i].key.tail != 0; i = after(i) {
		s, id := p.take(i)
		p.insert(s.key, s.key.hash(), id, s.value)
	}
	x.n--
	return true
}
