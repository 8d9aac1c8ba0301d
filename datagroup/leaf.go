package datagroup

import (
	"slices"
	"strings"
)

// op is the operator of a leaf.
type op uint8

const (
	opEqual op = iota
	opNotEqual
	opLess
	opAtMost
	opGreater
	opAtLeast
	opIn
	opNotIn
	opPrefix
	opSuffix
	opContains
	opHas
	opHasAny
	opHasAll
	opMissing
	opPresent
)

// opText is every operator as it is written.
var opText = [...]string{
	"=", "!=", "<", "<=", ">", ">=", "in", "not in", "prefix", "suffix", "contains", "has", "has any", "has all", "missing", "present",
}

// takes reports whether o may follow an attribute of type t.
func (o op) takes(t Type) bool {
	switch o {
	case opEqual, opNotEqual:
		return t == StringType || t == NumberType
	case opLess, opAtMost, opGreater, opAtLeast:
		return t == NumberType
	case opIn, opNotIn, opPrefix, opSuffix, opContains:
		return t == StringType
	case opHas, opHasAny, opHasAll:
		return t == LabelsType
	default:
		return true
	}
}

// takesList reports whether a list follows o.
func (o op) takesList() bool { return o == opIn || o == opNotIn || o == opHasAny || o == opHasAll }

// linear is the longest list that is faster searched from end to end.
const linear = 8

// leaf compares one attribute with literals.
type leaf struct {
	op        op
	attribute Attribute
	schema    *Schema // where pos holds; in another schema the attribute is found by its name
	pos       int
	number    float64
	text      string
	list      []string // as written
	sorted    []string // list for binary search; nil while list is short
}

// setList gives l its list.
func (l *leaf) setList(list []string) {
	l.list = list
	if len(list) > linear {
		l.sorted = slices.Sorted(slices.Values(list))
	}
}

func (l *leaf) equal(m *leaf) bool {
	return l.op == m.op && l.attribute == m.attribute && l.number == m.number && l.text == m.text && slices.Equal(l.list, m.list)
}

// bind moves l to schema s. It fails as parsing would.
func (l *leaf) bind(s *Schema) *Error {
	pos, ok := s.Position(l.attribute.Name)
	if !ok {
		return s.unknown("bind", l.attribute.Name)
	}
	now := s.At(pos)
	if now.Type != l.attribute.Type && l.op != opMissing && l.op != opPresent {
		return &Error{
			Op: "bind", ID: now.Name, Text: "it is of type " + now.Type.String() + ", and compared as " + l.attribute.Type.String(), Err: ErrType,
		}
	}
	l.schema, l.pos, l.attribute = s, pos, now
	return nil
}

// truth returns whether a fulfils l, and whether a has a value for the
// attribute at all. An attribute that a's schema lacks or has with another type
// says nothing about a: it is neither present nor missing.
func (l *leaf) truth(a *Account) (t Truth, present bool) {
	pos := l.pos
	if l.schema != a.schema {
		var ok bool
		if pos, ok = a.schema.Position(l.attribute.Name); !ok || a.schema.At(pos).Type != l.attribute.Type {
			return Unknown, false
		}
	}
	var key Value
	v := a.at(pos, &key)
	present = !v.IsMissing()
	switch {
	case l.op == opMissing:
		return truthOf(!present), present
	case l.op == opPresent:
		return truthOf(present), present
	case !present:
		return Unknown, false
	case l.attribute.Type == NumberType:
		return truthOf(l.matchesNumber(v.number)), true
	case l.attribute.Type == LabelsType:
		return truthOf(l.matchesSet(v.set())), true
	default:
		return truthOf(l.matchesString(v.text)), true
	}
}

// matchesString is the leaf over a string.
func (l *leaf) matchesString(s string) bool {
	switch l.op {
	case opEqual:
		return s == l.text
	case opNotEqual:
		return s != l.text
	case opIn:
		return l.inList(s)
	case opNotIn:
		return !l.inList(s)
	case opPrefix:
		return strings.HasPrefix(s, l.text)
	case opSuffix:
		return strings.HasSuffix(s, l.text)
	default: // opContains
		return strings.Contains(s, l.text)
	}
}

// matchesNumber is the leaf over a number.
func (l *leaf) matchesNumber(f float64) bool {
	switch l.op {
	case opEqual:
		return f == l.number
	case opNotEqual:
		return f != l.number
	case opLess:
		return f < l.number
	case opAtMost:
		return f <= l.number
	case opGreater:
		return f > l.number
	default: // opAtLeast
		return f >= l.number
	}
}

// matchesSet is the leaf over a set.
func (l *leaf) matchesSet(set []string) bool {
	switch l.op {
	case opHas:
		return search(set, l.text)
	case opHasAny:
		return slices.ContainsFunc(set, l.inList)
	default: // opHasAll
		return !slices.ContainsFunc(l.list, func(s string) bool { return !search(set, s) })
	}
}

// inList reports whether s is in the list.
func (l *leaf) inList(s string) bool {
	if l.sorted == nil {
		return slices.Contains(l.list, s)
	}
	_, found := slices.BinarySearch(l.sorted, s)
	return found
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
	b = append(b, l.attribute.Name...)
	b = append(b, ' ')
	b = append(b, opText[l.op]...)
	switch {
	case l.op == opMissing || l.op == opPresent:
		return b
	case l.op.takesList():
		return appendList(append(b, ' '), l.list)
	case l.attribute.Type == NumberType:
		return appendNumber(append(b, ' '), l.number)
	default:
		return appendString(append(b, ' '), l.text)
	}
}
