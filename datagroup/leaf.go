package datagroup

import (
	"slices"
	"strings"
)

// linear is the longest list that is faster searched from end to end.
const linear = 8

// leaf compares one attribute with literals. It is kept small, since a company
// has as many as its groups have comparisons.
type leaf struct {
	op     Operator
	typ    Type    // of the attribute
	pos    uint16  // of the attribute in schema; in another one it is found by its name
	schema *Schema // that the leaf was made for
	number float64
	text   string
	list   *list // of an operator that takes one
}

// list is the strings or labels of a leaf.
type list struct {
	items  []string // as written
	sorted []string // for binary search; nil while there are few
}

func newList(items []string) *list {
	l := &list{items: items}
	if len(items) > linear {
		l.sorted = slices.Sorted(slices.Values(items))
	}
	return l
}

// has reports whether s is in the list.
func (l *list) has(s string) bool {
	if l.sorted == nil {
		return slices.Contains(l.items, s)
	}
	_, found := slices.BinarySearch(l.sorted, s)
	return found
}

// attribute returns what l reads.
func (l *leaf) attribute() Attribute { return l.schema.At(int(l.pos)) }

func (l *leaf) equal(m *leaf) bool {
	return l.op == m.op && l.attribute() == m.attribute() && l.number == m.number && l.text == m.text &&
		(l.list == m.list || l.list != nil && m.list != nil && slices.Equal(l.list.items, m.list.items))
}

// bind returns l for schema s. It fails as parsing would.
func (l leaf) bind(s *Schema) (leaf, *Error) {
	name := l.attribute().Name
	pos, ok := s.Position(name)
	if !ok {
		return l, s.unknown("bind", name)
	}
	now := s.At(pos).Type
	if now != l.typ && l.op != Missing && l.op != Present {
		return l, &Error{
			Op: "bind", ID: name, Text: "it is of type " + now.String() + ", and compared as " + l.typ.String(), Err: ErrType,
		}
	}
	l.schema, l.pos, l.typ = s, uint16(pos), now
	return l, nil
}

// position returns where schema s has the attribute that l reads, and whether it
// has it with the same type.
func (l *leaf) position(s *Schema) (int, bool) {
	if l.schema == s {
		return int(l.pos), true
	}
	return l.elsewhere(s)
}

// elsewhere is position for another schema than the leaf's own.
func (l *leaf) elsewhere(s *Schema) (int, bool) {
	pos, ok := s.Position(l.attribute().Name)
	return pos, ok && s.At(pos).Type == l.typ
}

// truth returns whether a fulfils l, and whether a has a value for the
// attribute at all. An attribute that a's schema lacks or has with another type
// says nothing about a: it is neither present nor missing.
func (l *leaf) truth(a *Account) (t Truth, present bool) {
	pos, ok := l.position(a.schema)
	if !ok {
		return Unknown, false
	}
	var key Value
	v := a.at(pos, &key)
	present = !v.IsMissing()
	switch {
	case l.op == Missing:
		return truthOf(!present), present
	case l.op == Present:
		return truthOf(present), present
	case !present:
		return Unknown, false
	case l.typ == NumberType:
		return truthOf(l.matchesNumber(v.number)), true
	case l.typ == LabelsType:
		return truthOf(l.matchesSet(v.set())), true
	default:
		return truthOf(l.matchesString(v.text)), true
	}
}

// matchesString is the leaf over a string.
func (l *leaf) matchesString(s string) bool {
	switch l.op {
	case Equal:
		return s == l.text
	case NotEqual:
		return s != l.text
	case In:
		return l.list.has(s)
	case NotIn:
		return !l.list.has(s)
	case Prefix:
		return strings.HasPrefix(s, l.text)
	case Suffix:
		return strings.HasSuffix(s, l.text)
	default: // Contains
		return strings.Contains(s, l.text)
	}
}

// matchesNumber is the leaf over a number.
func (l *leaf) matchesNumber(f float64) bool {
	switch l.op {
	case Equal:
		return f == l.number
	case NotEqual:
		return f != l.number
	case Less:
		return f < l.number
	case AtMost:
		return f <= l.number
	case Greater:
		return f > l.number
	default: // AtLeast
		return f >= l.number
	}
}

// matchesSet is the leaf over a set.
func (l *leaf) matchesSet(set []string) bool {
	switch l.op {
	case Has:
		return search(set, l.text)
	case HasAny:
		return slices.ContainsFunc(set, l.list.has)
	default: // HasAll
		return !slices.ContainsFunc(l.list.items, func(s string) bool { return !search(set, s) })
	}
}

// search reports whether s is in the sorted set.
func search(set []string, s string) bool {
	if len(set) <= linear {
		return slices.Contains(set, s)
	}
	_, found := slices.BinarySearch(set, s)
	return found
}

// append appends l as it is written canonically.
func (l *leaf) append(b []byte) []byte {
	b = append(b, l.attribute().Name...)
	b = append(b, ' ')
	b = append(b, l.op.String()...)
	switch {
	case l.op == Missing || l.op == Present:
		return b
	case l.op.takesList():
		return appendList(append(b, ' '), l.list.items)
	case l.typ == NumberType:
		return appendNumber(append(b, ' '), l.number)
	default:
		return appendString(append(b, ' '), l.text)
	}
}
