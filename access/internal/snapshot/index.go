package snapshot

import "hash/maphash"

const (
	pageSlots = 64 // a power of two

	// pageMax is how many keys a page holds before it is split. At three
	// quarters a search meets an empty slot after a few steps, and a page that
	// holds fewer than 24 keys is rare.
	pageMax = pageSlots * 3 / 4

	// taken is set in the hash of every entry, so that 0 means an empty slot.
	taken = 1 << 31

	// homeShift leaves the bits of a hash that say where in its page a key
	// goes, just below taken and far from those that choose the page.
	homeShift = 31 - 6
)

// entry is one key with its value. The hash is kept because a split needs it,
// and because comparing it first spares reading the bytes of other keys.
type entry struct {
	hash  uint32
	value uint32
	key   string
}

// page holds the keys whose hashes agree in their lowest depth bits. It is an
// open hash table of its own, with linear probing.
type page struct {
	owner *Token
	n     int
	depth uint8
	slots [pageSlots]entry
}

// Index is a persistent map from string to uint32. The zero Index is empty.
//
// Copying the struct copies the Index in constant time. Reads are safe for any
// number of goroutines and allocate nothing. See Token for who may write.
//
// It is an extendible hash table. The page for the low bits of a hash is found
// in a Table under that number; where a page has not been split as far as
// others, it is found under a number with fewer bits. A full page is split in
// two and nothing else moves, so no insertion ever pays for a rebuild. The hash
// is seeded at random when the first key is put: nobody who chooses keys can
// make them collide. There is no iteration, as its order would differ from run
// to run.
type Index struct {
	pages Table[*page]
	seed  maphash.Seed
	mask  uint32 // the bits that choose a page where pages are split furthest
	n     int
}

// Len returns the number of keys.
func (x *Index) Len() int {
	return x.n
}

// Get returns the value of key and whether there is one. Cost: one hash, mostly
// one or two Table reads, and a few neighbouring slots.
func (x *Index) Get(key string) (value uint32, ok bool) {
	if x.n == 0 {
		return 0, false
	}
	h := x.hash(key)
	p, _ := x.page(h)
	if e := &p.slots[p.seek(h, key)]; e.hash != 0 {
		return e.value, true
	}
	return 0, false
}

// Put sets the value of key, whether or not it has one. The Index keeps the
// string, and with it whatever larger string it was cut from. Cost: the first
// Put of a Token near key copies a page of 1.5 KiB and makes one Table.Put; one
// insertion in 24 or fewer splits a page, which makes two of each.
func (x *Index) Put(t *Token, key string, value uint32) {
	if x.seed == (maphash.Seed{}) {
		x.seed = maphash.MakeSeed()
		x.pages.Put(t, 0, &page{owner: t})
	}
	h := x.hash(key)
	p, at := x.page(h)
	k := p.seek(h, key)
	if p.slots[k].hash == 0 {
		for p.n >= pageMax {
			x.split(t, p, at)
			p, at = x.page(h)
		}
		x.n++
	} else if p.slots[k].value == value {
		return
	}
	x.edit(t, p, at).set(entry{h, value, key})
}

// Delete forgets key and reports whether it had a value. Pages are never joined
// again: the Index keeps the size of its largest time.
func (x *Index) Delete(t *Token, key string) bool {
	if x.n == 0 {
		return false
	}
	h := x.hash(key)
	p, at := x.page(h)
	k := p.seek(h, key)
	if p.slots[k].hash == 0 {
		return false
	}
	// An emptied slot would hide the keys after it, so what stays is set again.
	rest := &page{owner: t, depth: p.depth}
	for s := range &p.slots {
		if e := &p.slots[s]; e.hash != 0 && uint32(s) != k {
			rest.set(*e)
		}
	}
	x.pages.Put(t, at, rest)
	x.n--
	return true
}

// hash returns the hash of key, never 0. The Index must have a seed.
func (x *Index) hash(key string) uint32 {
	return uint32(maphash.String(x.seed, key)) | taken
}

// page returns the page for hash h and its number. There is always one under 0.
func (x *Index) page(h uint32) (p *page, at uint32) {
	for mask := x.mask; ; mask >>= 1 {
		at = h & mask
		if p = x.pages.Get(at); p != nil {
			return p, at
		}
	}
}

// edit returns the page with number at, now p, for t to change in place.
func (x *Index) edit(t *Token, p *page, at uint32) *page {
	if p.owner != t {
		c := *p
		c.owner = t
		p = &c
		x.pages.Put(t, at, p)
	}
	return p
}

// split divides p, the page with number at, by the next bit of the hashes. The
// half without it keeps the number.
func (x *Index) split(t *Token, p *page, at uint32) {
	bit := uint32(1) << p.depth
	low, high := &page{owner: t, depth: p.depth + 1}, &page{owner: t, depth: p.depth + 1}
	for s := range &p.slots {
		switch e := &p.slots[s]; {
		case e.hash == 0:
		case e.hash&bit == 0:
			low.set(*e)
		default:
			high.set(*e)
		}
	}
	x.pages.Put(t, at, low)
	x.pages.Put(t, at|bit, high)
	x.mask |= bit
}

// seek returns the position of key, or of the empty slot where it would go. A
// page is never full, so there is one.
func (p *page) seek(h uint32, key string) uint32 {
	for k := h >> homeShift % pageSlots; ; k = (k + 1) % pageSlots {
		if e := &p.slots[k]; e.hash == h && e.key == key || e.hash == 0 {
			return k
		}
	}
}

// set stores e, in place of an entry with its key if there is one.
func (p *page) set(e entry) {
	k := p.seek(e.hash, e.key)
	if p.slots[k].hash == 0 {
		p.n++
	}
	p.slots[k] = e
}
