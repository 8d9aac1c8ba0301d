package datagroup

import (
	"cmp"
	"slices"
	"strings"
)

// column is one attribute of a batch, by value: a leaf is answered by a look at
// the values that it names, and not at each that there is.
type column struct {
	words   int      // of a set of accounts
	values  []shared // distinct, the missing one left out
	present []uint64 // the accounts with a value

	// Each is made when a leaf first needs it.
	index   map[Value]int    // place among values, of strings and numbers
	labels  map[string][]int // places of the sets with a label
	ordered []int            // places, ascending by value
	below   [][]uint64       // the accounts with one of the first k*step values in order
}

// shared is the accounts of a batch that have one value of an attribute.
type shared struct {
	value Value
	at    []int // where they all are, ascending
}

// newColumn returns the accounts by their value at a position in the schema.
func newColumn(accounts []Account, pos int) *column {
	c := &column{words: (len(accounts) + 63) / 64}
	c.present = make([]uint64, c.words)
	index := make(map[Value]int)
	for i := range accounts {
		v := accounts[i].At(pos)
		if v.IsMissing() {
			continue
		}
		c.present[i/64] |= 1 << (i % 64)
		key := v
		if v.typ == LabelsType {
			key = Text(v.String()) // sets are compared by what they have
		}
		at, found := index[key]
		if !found {
			at = len(c.values)
			index[key], c.values = at, append(c.values, shared{value: v})
		}
		c.values[at].at = append(c.values[at].at, i)
	}
	c.index = index
	return c
}

// add adds the accounts with one of the values to set.
func (c *column) add(set []uint64, places ...int) {
	for _, p := range places {
		for _, i := range c.values[p].at {
			set[i/64] |= 1 << (i % 64)
		}
	}
}

// find adds to set the accounts that fulfil l, or for != and not in, those that
// do not.
func (c *column) find(l *leaf, set []uint64) {
	switch l.op {
	case opEqual, opNotEqual:
		key := Text(l.text)
		if l.attribute.Type == NumberType {
			key = Number(l.number)
		}
		c.addValue(set, key)
	case opIn, opNotIn:
		for _, text := range l.list {
			c.addValue(set, Text(text))
		}
	case opPrefix, opLess, opAtMost, opGreater, opAtLeast:
		c.addRange(set, l)
	case opHas:
		c.add(set, c.labeled(l.text)...)
	case opHasAny:
		for _, label := range l.list {
			c.add(set, c.labeled(label)...)
		}
	default:
		c.addTrue(set, l)
	}
}

func (c *column) addValue(set []uint64, v Value) {
	if p, found := c.index[v]; found {
		c.add(set, p)
	}
}

// addTrue adds the accounts that fulfil a leaf after a look at each value, or if
// it asks for labels, at each that has one of them.
func (c *column) addTrue(set []uint64, l *leaf) {
	if l.op != opHasAll {
		for p, s := range c.values {
			if l.matchesString(s.value.text) {
				c.add(set, p)
			}
		}
		return
	}
	rarest := c.labeled(l.list[0])
	for _, label := range l.list[1:] {
		if places := c.labeled(label); len(places) < len(rarest) {
			rarest = places
		}
	}
	for _, p := range rarest {
		if l.matchesSet(c.values[p].value.set()) {
			c.add(set, p)
		}
	}
}

// labeled returns the places of the values with a label.
func (c *column) labeled(label string) []int {
	if c.labels == nil {
		c.labels = make(map[string][]int)
		for p, s := range c.values {
			for l := range s.value.Labels() {
				c.labels[l] = append(c.labels[l], p)
			}
		}
	}
	return c.labels[label]
}

// addRange adds the accounts that fulfil a leaf which the values in between
// fulfil if two do.
func (c *column) addRange(set []uint64, l *leaf) {
	c.order()
	from := 0 // where the range begins in c.ordered
	switch l.op {
	case opPrefix:
		from = c.search(func(v Value) bool { return v.text >= l.text })
	case opGreater:
		from = c.search(func(v Value) bool { return v.number > l.number })
	case opAtLeast:
		from = c.search(func(v Value) bool { return v.number >= l.number })
	}
	to := len(c.ordered)
	switch l.op {
	case opPrefix:
		to = from + c.searchFrom(from, func(v Value) bool { return !strings.HasPrefix(v.text, l.text) })
	case opLess:
		to = c.search(func(v Value) bool { return v.number >= l.number })
	case opAtMost:
		to = c.search(func(v Value) bool { return v.number > l.number })
	}
	c.addFirst(set, to)
	before := make([]uint64, c.words)
	c.addFirst(before, from)
	for i := range set {
		set[i] &^= before[i]
	}
}

// steps is for how many places in the order of the values the accounts before
// it are kept.
const steps = 64

func (c *column) step() int { return len(c.values)/steps + 1 }

// order puts the values in order.
func (c *column) order() {
	if c.ordered != nil {
		return
	}
	c.ordered = make([]int, len(c.values))
	for p := range c.values {
		c.ordered[p] = p
	}
	slices.SortFunc(c.ordered, func(p, q int) int {
		v, w := c.values[p].value, c.values[q].value
		return cmp.Or(cmp.Compare(v.number, w.number), cmp.Compare(v.text, w.text))
	})
	set := make([]uint64, c.words)
	for k, p := range c.ordered {
		if k%c.step() == 0 {
			c.below = append(c.below, slices.Clone(set))
		}
		c.add(set, p)
	}
	c.below = append(c.below, set)
}

// search returns how many values in order come before the first for which is
// holds; it holds for all after that one.
func (c *column) search(is func(Value) bool) int { return c.searchFrom(0, is) }

// searchFrom is search among the values from a place on.
func (c *column) searchFrom(from int, is func(Value) bool) int {
	n, _ := slices.BinarySearchFunc(c.ordered[from:], true, func(p int, _ bool) int {
		if is(c.values[p].value) {
			return 1
		}
		return -1
	})
	return n
}

// addFirst adds the accounts with one of the first n values in order.
func (c *column) addFirst(set []uint64, n int) {
	if n == len(c.ordered) {
		for i, word := range c.present {
			set[i] |= word
		}
		return
	}
	k := n / c.step()
	for i, word := range c.below[k] {
		set[i] |= word
	}
	c.add(set, c.ordered[k*c.step():n]...)
}
