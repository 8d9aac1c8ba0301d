package store

import (
	"iter"
	"math/bits"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
)

// Extents yields what every group comes to, by number; that is also the order of
// Like. Cost: a look at every account, and for each group one at what it stores;
// for one whose attributes some account lacks, two matches by a batch.
func (s *State) Extents() iter.Seq[datagroup.Extent] {
	return func(yield func(datagroup.Extent) bool) {
		x := newExtents(s)
		for _, g := range persist.All(&s.Groups) {
			matches, like := x.count(g)
			if !yield(datagroup.Extent{Group: g.Group, Matches: matches, Unknown: x.unknown(g), Like: like.ID, Sample: x.sample(g)}) {
				return
			}
		}
	}
}

// extents finds the extent of many groups.
type extents struct {
	*State
	hashes   []uint64 // of the accounts of each class: that of several is their sum
	lacking  []lack   // by position in the schema
	alike    map[uint64][]*Group
	classed  *datagroup.Batch // of the classes, made when first asked
	accounts *datagroup.Batch
}

// lack is whether some account has no value of an attribute.
type lack uint8

const (
	notAsked lack = iota
	noneLacks
	someLack
)

func newExtents(s *State) *extents {
	x := &extents{State: s, hashes: make([]uint64, s.classes.Next()), lacking: make([]lack, len(s.columns)), alike: make(map[uint64][]*Group)}
	for i, c := range persist.All(&s.classes) {
		for numbers := range c.accounts.Lists() {
			for _, no := range numbers {
				x.hashes[i] += hash(no)
			}
		}
	}
	return x
}

// hash is a number of an account, mixed so that sums of several differ. Where
// they are equal, the accounts are compared.
func hash(no uint32) uint64 {
	z := (uint64(no) + 1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// count returns how many accounts a group matches, and the first group that it
// was called for which matches the same.
func (x *extents) count(g *Group) (matches int, like *Group) {
	sum := uint64(0)
	if g.loose {
		matches = g.match.Len()
		for no := range g.match.All() {
			sum += hash(no)
		}
	} else {
		for c := range g.match.All() {
			matches, sum = matches+x.classes.At(c).accounts.Len(), sum+x.hashes[c]
		}
	}
	for _, other := range x.alike[sum] {
		if x.same(g, other) {
			return matches, other
		}
	}
	x.alike[sum] = append(x.alike[sum], g)
	return matches, g
}

// sample returns an account that a group matches, "" if there is none.
func (x *extents) sample(g *Group) datagroup.AccountID {
	for i := range g.match.All() {
		if g.loose {
			return datagroup.AccountID(x.Accounts.ID(i))
		}
		for no := range x.classes.At(i).accounts.All() {
			return datagroup.AccountID(x.Accounts.ID(no))
		}
	}
	return ""
}

// same reports whether two groups match the same accounts.
func (x *extents) same(g, h *Group) bool {
	if g.loose == h.loose && g.match.Equal(h.match) {
		return true
	}
	a, b := x.matched(g), x.matched(h)
	return a.Equal(b)
}

// matched returns the accounts that a group matches.
func (x *extents) matched(g *Group) persist.Set {
	if g.loose {
		return g.match
	}
	var all []*persist.Set
	for c := range g.match.All() {
		all = append(all, &x.classes.At(c).accounts)
	}
	return persist.Union(nil, nil, all...)
}

// unknown returns how many accounts a group leaves out only because they lack an
// attribute.
func (x *extents) unknown(g *Group) (n int) {
	if !x.lacks(g.Filter) {
		return 0
	}
	if !g.loose {
		if x.classed == nil {
			x.classed = datagroup.NewBatch(x.Schema, x.eachClass)
		}
		for i, word := range x.classed.Unknown(g.Filter) {
			for ; word != 0; word &= word - 1 {
				n += x.classes.At(uint32(i*64 + bits.TrailingZeros64(word))).accounts.Len()
			}
		}
		return n
	}
	if x.accounts == nil {
		x.accounts = datagroup.NewBatch(x.Schema, x.eachAccount)
	}
	for _, word := range x.accounts.Unknown(g.Filter) {
		n += bits.OnesCount64(word)
	}
	return n
}

// eachClass yields an account like those of each class.
func (x *extents) eachClass(yield func(datagroup.Account) bool) {
	for _, c := range persist.All(&x.classes) { // none is ever removed, so a class is its place
		if !yield(c.like) {
			return
		}
	}
}

func (x *extents) eachAccount(yield func(datagroup.Account) bool) {
	for _, a := range x.AllAccounts() {
		if !yield(a) {
			return
		}
	}
}

// lacks reports whether some account lacks an attribute that a filter reads.
func (x *extents) lacks(f datagroup.Filter) bool {
	for _, name := range f.Reads() {
		pos, known := x.Schema.Position(name)
		if !known || pos < namePosition {
			continue
		}
		if x.lacking[pos] == notAsked {
			x.lacking[pos] = x.lack(pos)
		}
		if x.lacking[pos] == someLack {
			return true
		}
	}
	return false
}

func (x *extents) lack(pos int) lack {
	if x.columns[pos].classed {
		for _, c := range persist.All(&x.classes) {
			if c.accounts.Len() > 0 && c.like.At(pos).IsMissing() {
				return someLack
			}
		}
		return noneLacks
	}
	for no := range persist.IDs(&x.Accounts) {
		if x.columns[pos].value(no).IsMissing() {
			return someLack
		}
	}
	return noneLacks
}
