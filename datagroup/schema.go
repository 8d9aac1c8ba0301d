package datagroup

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// maxAttributes is how many attributes a schema may declare.
const maxAttributes = 256

// The positions of the built-in attributes, the same in every schema. Declared
// ones follow.
const (
	idPosition = iota
	sourcePosition
	namePosition
	firstDeclared
)

var builtIn = [firstDeclared]Attribute{{"id", StringType}, {"source", StringType}, {"name", StringType}}

// Schema is the set of attributes accounts may have. It makes accounts and
// parses filters; a filter matches fastest over accounts of the very same
// *Schema. A nil and a zero Schema know the built-in attributes only.
type Schema struct {
	declared []Attribute // sorted by name
}

// NewSchema returns a schema that declares attrs beside the built-in
// attributes. Their names must differ in more than ASCII case. The order of attrs
// does not matter, and attrs is not kept.
//
// The error joins an [*Error] for every problem, in the order of attrs:
// [ErrName], [ErrBelowAccount], [ErrDuplicate], [ErrType] or [ErrTooLong].
func NewSchema(attrs ...Attribute) (*Schema, error) {
	if len(attrs) > maxAttributes {
		return nil, &Error{Op: "schema", Text: "there are more than " + strconv.Itoa(maxAttributes) + " attributes", Err: ErrTooLong}
	}
	var problems []error
	declared := make(map[string]string, len(attrs)) // the names, by what they are in lower case
	for _, a := range attrs {
		first, again := declared[text.Lower(a.Name)]
		if e := a.check(); e != nil {
			problems = append(problems, e)
		} else if again && first == a.Name {
			problems = append(problems, &Error{Op: "schema", ID: a.Name, Text: "it is declared twice", Err: ErrDuplicate})
		} else if again {
			problems = append(problems, &Error{Op: "schema", ID: a.Name, Text: "it differs from " + text.Quote(first) + " in case only", Err: ErrDuplicate})
		}
		declared[text.Lower(a.Name)] = a.Name
	}
	if problems != nil {
		return nil, errors.Join(problems...)
	}
	sorted := slices.SortedFunc(slices.Values(attrs), func(a, b Attribute) int { return cmp.Compare(a.Name, b.Name) })
	return &Schema{declared: sorted}, nil
}

// Attributes returns the declared attributes, sorted by name. The caller owns
// the slice.
func (s *Schema) Attributes() []Attribute {
	if s == nil {
		return nil
	}
	return slices.Clone(s.declared)
}

// Len returns the number of positions: the built-in attributes and the declared
// ones.
func (s *Schema) Len() int {
	if s == nil {
		return firstDeclared
	}
	return firstDeclared + len(s.declared)
}

// At returns the attribute at a position: 0 id, 1 source, 2 name, then the
// declared ones sorted by name. Outside 0 ≤ pos < [Schema.Len] it is the zero
// Attribute.
func (s *Schema) At(pos int) Attribute {
	switch {
	case pos < 0 || pos >= s.Len():
		return Attribute{}
	case pos < firstDeclared:
		return builtIn[pos]
	default:
		return s.declared[pos-firstDeclared]
	}
}

// Position returns where [Schema.At] has the attribute of that name, and
// whether there is one.
func (s *Schema) Position(name string) (int, bool) {
	switch name {
	case "id":
		return idPosition, true
	case "source":
		return sourcePosition, true
	case "name":
		return namePosition, true
	}
	if s == nil {
		return 0, false
	}
	if len(s.declared) <= linear {
		for i := range s.declared {
			if s.declared[i].Name == name {
				return firstDeclared + i, true
			}
		}
		return 0, false
	}
	i, ok := slices.BinarySearchFunc(s.declared, name, func(a Attribute, name string) int { return strings.Compare(a.Name, name) })
	if !ok {
		return 0, false
	}
	return firstDeclared + i, true
}

// unknown returns the problem of a name that is no attribute. Further words may be
// suggested, too.
func (s *Schema) unknown(op, name string, more ...string) *Error {
	if belowAccount(name) {
		return &Error{Op: op, ID: name, Text: finer, Err: ErrBelowAccount}
	}
	words := make([]string, 0, s.Len()+len(more))
	for pos := range s.Len() {
		words = append(words, s.At(pos).Name)
	}
	return &Error{
		Op: op, ID: name, Text: "it does not exist", Err: ErrUnknownAttribute,
		Suggestion: text.Nearest(name, slices.Values(append(words, more...))),
	}
}
