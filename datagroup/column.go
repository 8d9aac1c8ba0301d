package datagroup

import (
	"cmp"
	"index/suffixarray"
	"slices"
	"strings"
)

// column is one attribute of a batch, by value: a leaf is answered by a look at
// the values that it names, and not at each that there is.
type column struct {
	words   int      // of a set of accounts
	values  []shared // distinct, the missing one left out
	present []uint64 // the accounts with a value
	index   map[literal]int

	// Each is made when a leaf first needs it.
	labels  map[string]*common // the accounts with a label
	forward *ordering          // by number, or by text from its beginning
	back    *ordering          // by text from its end
	inside  *substrings
}

// literal is a value that a comparison by = may name, or a set of labels as it is
// written.
type literal struct {
	text   string
	number float64
}

// shared is the accounts of a batch that have one value of an attribute.
type shared struct {
	value Value
	common
}

// common is accounts that have something in common: a list, and if that is
// longer than a set, a set.
type common struct {
	at  []int // each once
	set []uint64
}

// addTo adds the accounts to a set.
func (c *common) addTo(set []uint64) {
	if c.set == nil && len(c.at) > len(set) {
		c.set = make([]uint64, len(set))
		for _, i := range c.at {
			c.set[i/64] |= 1 << (i % 64)
		}
	}
	if c.set != nil {
		unite(set, c.set)
		return
	}
	for _, i := range c.at {
		set[i/64] |= 1 << (i % 64)
	}
}

func unite(set, more []uint64) {
	for i, word := range more {
		set[i] |= word
	}
}

func intersect(set, with []uint64) {
	for i, word := range with {
		set[i] &= word
	}
}

// newColumn returns the accounts by their value at a position in the schema.
func newColumn(accounts []Account, pos int) *column {
	c := &column{words: (len(accounts) + 63) / 64, index: make(map[literal]int)}
	c.present = make([]uint64, c.words)
	for i := range accounts {
		v := accounts[i].At(pos)
		if v.IsMissing() {
			continue
		}
		c.present[i/64] |= 1 << (i % 64)
		key := literal{v.text, v.number}
		if v.typ == LabelsType {
			key.text = v.String() // sets are compared by what they have
		}
		at, found := c.index[key]
		if !found {
			at = len(c.values)
			c.index[key], c.values = at, append(c.values, shared{value: v})
		}
		c.values[at].at = append(c.values[at].at, i)
	}
	return c
}

// find adds to set the accounts that fulfil l, or for != and not in, those that
// do not.
func (c *column) find(l *leaf, set []uint64) {
	switch l.op {
	case Equal, NotEqual:
		c.addValue(set, literal{l.text, l.number})
	case In, NotIn:
		for _, text := range l.list.items {
			c.addValue(set, literal{text: text})
		}
	case Contains:
		c.addContaining(set, l.text)
	case Has:
		c.addLabeled(set, l.text)
	case HasAny:
		for _, label := range l.list.items {
			c.addLabeled(set, label)
		}
	case HasAll:
		c.addLabeled(set, l.list.items[0])
		for _, label := range l.list.items[1:] {
			with := make([]uint64, c.words)
			c.addLabeled(with, label)
			intersect(set, with)
		}
	default:
		c.addRange(set, l)
	}
}

func (c *column) addValue(set []uint64, v literal) {
	if p, found := c.index[v]; found {
		c.values[p].addTo(set)
	}
}

// equal returns the accounts that fulfil a leaf with =, in ascending order; none
// of nil, for which the leaf is unknown.
func (c *column) equal(l *leaf) []int {
	if c == nil {
		return nil
	}
	if p, found := c.index[literal{l.text, l.number}]; found {
		return c.values[p].at
	}
	return nil
}

// addLabeled adds the accounts with a label.
func (c *column) addLabeled(set []uint64, label string) {
	if c.labels == nil {
		c.labels = make(map[string]*common)
		for _, s := range c.values {
			for l := range s.value.Labels() {
				if c.labels[l] == nil {
					c.labels[l] = new(common)
				}
				c.labels[l].at = append(c.labels[l].at, s.at...)
			}
		}
	}
	if with := c.labels[label]; with != nil {
		with.addTo(set)
	}
}

// addRange adds the accounts that fulfil a leaf which the values in between
// fulfil if two do.
func (c *column) addRange(set []uint64, l *leaf) {
	o, from, to := &c.forward, 0, len(c.values)
	if l.op == Suffix {
		o = &c.back
	}
	if *o == nil {
		*o = newOrdering(c, l.op == Suffix)
	}
	switch l.op {
	case Prefix, Suffix:
		begin := l.text
		if l.op == Suffix {
			begin = reversed(begin)
		}
		from = (*o).search(0, func(k key) bool { return k.text >= begin })
		to = (*o).search(from, func(k key) bool { return !strings.HasPrefix(k.text, begin) })
	case Less:
		to = (*o).search(0, func(k key) bool { return k.number >= l.number })
	case AtMost:
		to = (*o).search(0, func(k key) bool { return k.number > l.number })
	case Greater:
		from = (*o).search(0, func(k key) bool { return k.number > l.number })
	default: // AtLeast
		from = (*o).search(0, func(k key) bool { return k.number >= l.number })
	}
	(*o).addFirst(c, set, to)
	before := make([]uint64, c.words)
	(*o).addFirst(c, before, from)
	for i := range set {
		set[i] &^= before[i]
	}
}

// steps is for how many places in an order the accounts before it are kept.
const steps = 64

// ordering is the values of a column in an order.
type ordering struct {
	keys  []key
	step  int
	below [][]uint64 // the accounts with one of the first k*step values
}

// key is a value in an order, and its place among the values.
type key struct {
	number float64
	text   string
	place  int
}

func newOrdering(c *column, back bool) *ordering {
	o := &ordering{keys: make([]key, len(c.values)), step: len(c.values)/steps + 1}
	for p, s := range c.values {
		o.keys[p] = key{s.value.number, s.value.text, p}
		if back {
			o.keys[p].text = reversed(s.value.text)
		}
	}
	slices.SortFunc(o.keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.text, b.text))
	})
	set := make([]uint64, c.words)
	for i, k := range o.keys {
		if i%o.step == 0 {
			o.below = append(o.below, slices.Clone(set))
		}
		c.values[k.place].addTo(set)
	}
	return o
}

// reversed returns the bytes of s from its end.
func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// search returns the place in order, from a place on, of the first value for
// which is holds; it holds for all after that one.
func (o *ordering) search(from int, is func(key) bool) int {
	n, _ := slices.BinarySearchFunc(o.keys[from:], true, func(k key, _ bool) int {
		if is(k) {
			return 1
		}
		return -1
	})
	return from + n
}

// addFirst adds the accounts with one of the first n values in order.
func (o *ordering) addFirst(c *column, set []uint64, n int) {
	if n == len(o.keys) {
		unite(set, c.present)
		return
	}
	k := n / o.step
	unite(set, o.below[k])
	for _, key := range o.keys[k*o.step : n] {
		c.values[key.place].addTo(set)
	}
}

// substrings finds the values of a column that have a text in them.
type substrings struct {
	all    *suffixarray.Index // of the values, one after the other
	starts []int              // of each in it
}

// addContaining adds the accounts with a value that has a text in it. It costs a
// look at each place where the text is found.
func (c *column) addContaining(set []uint64, text string) {
	if text == "" {
		unite(set, c.present)
		return
	}
	if c.inside == nil {
		c.inside = new(substrings)
		var all []byte
		for _, s := range c.values {
			c.inside.starts = append(c.inside.starts, len(all))
			all = append(all, s.value.text...)
		}
		c.inside.all = suffixarray.New(all)
	}
	for _, at := range c.inside.all.Lookup([]byte(text), -1) {
		after, _ := slices.BinarySearch(c.inside.starts, at+1)
		p := after - 1 // of several that begin there, the last: those before it are empty
		if end := at + len(text); end <= c.inside.starts[p]+len(c.values[p].value.text) {
			c.values[p].addTo(set)
		}
	}
}
