package datagroup

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/internal/text"
)

const (
	maxString  = 4096    // bytes in a string or label of an account
	maxLabels  = 1000    // labels of an attribute of an account
	maxInteger = 1 << 53 // beyond it float64 merges neighbouring integers
)

// Value is what an account has for an attribute: a string, a number, a set of
// labels, or nothing. The zero Value is missing.
//
// Making one never fails: [Schema.Account] decides what an account may have.
type Value struct {
	text   string
	labels *[]string // sorted, distinct; nil for the empty set. A pointer, because every account pays for the size of a Value
	number float64
	typ    Type
}

// Text returns a string value. The empty string is a value.
func Text(s string) Value { return Value{typ: StringType, text: s} }

// Number returns a number value. Negative zero is taken as zero.
func Number(f float64) Value {
	return Value{typ: NumberType, number: f + 0} // -0 + 0 is 0
}

// Labels returns a set value; order and repetition of labels do not matter.
// Labels() is the empty set, a value. The slice is not kept.
func Labels(labels ...string) Value {
	v := Value{typ: LabelsType}
	if len(labels) > 0 {
		set := slices.Compact(slices.Sorted(slices.Values(labels)))
		v.labels = &set
	}
	return v
}

// Type returns the type of v, and the zero Type for a missing value.
func (v Value) Type() Type { return v.typ }

// IsMissing reports whether v is the zero Value.
func (v Value) IsMissing() bool { return v.typ == 0 }

// Text returns the string, and "" for a value of another type.
func (v Value) Text() string { return v.text }

// Number returns the number, and 0 for a value of another type.
func (v Value) Number() float64 { return v.number }

// Labels yields the labels, distinct and in byte order, and none for a value of
// another type.
func (v Value) Labels() iter.Seq[string] { return slices.Values(v.set()) }

func (v Value) set() []string {
	if v.labels == nil {
		return nil
	}
	return *v.labels
}

// Equal reports whether v and w are both missing, or of the same type and
// equal.
func (v Value) Equal(w Value) bool {
	return v.typ == w.typ && v.text == w.text && v.number == w.number && slices.Equal(v.set(), w.set())
}

// String returns v as a filter would write it: 'US', 1000, ('a', 'b'); and
// "missing" for a missing value.
func (v Value) String() string {
	switch v.typ {
	case StringType:
		return string(appendString(nil, v.text))
	case NumberType:
		return string(appendNumber(nil, v.number))
	case LabelsType:
		return string(appendList(nil, v.set()))
	default:
		return "missing"
	}
}

// check returns what keeps v out of an account, and its sentinel; nil if
// nothing does.
func (v Value) check() (string, error) {
	switch v.typ {
	case NumberType:
		if math.IsNaN(v.number) || math.Abs(v.number) > maxInteger {
			return "the number is not finite, or beyond ±2^53", ErrNumber
		}
	case LabelsType:
		return checkLabels(v.set())
	}
	return checkString(v.text)
}

// checkLabels is check for labels.
func checkLabels(labels []string) (string, error) {
	if n := len(labels); n > maxLabels {
		return strconv.Itoa(n) + " labels are more than the " + strconv.Itoa(maxLabels) + " allowed", ErrTooLong
	}
	for _, label := range labels {
		if problem, err := checkString(label); err != nil {
			return "label " + text.Quote(label) + ": " + problem, err
		}
	}
	return "", nil
}

// checkString returns what keeps s out of an account, and its sentinel; nil if
// nothing does.
func checkString(s string) (string, error) {
	if len(s) > maxString {
		return "the text is longer than " + strconv.Itoa(maxString) + " bytes", ErrTooLong
	}
	if !utf8.ValidString(s) {
		return "the text is not valid UTF-8", ErrText
	}
	return "", nil
}

// appendString appends s in single quotes, doubling those inside.
func appendString(b []byte, s string) []byte {
	b = append(b, '\'')
	for {
		before, after, found := strings.Cut(s, "'")
		b = append(b, before...)
		if !found {
			return append(b, '\'')
		}
		b = append(b, "''"...)
		s = after
	}
}

// appendList appends items as a parenthesised list.
func appendList(b []byte, items []string) []byte {
	b = append(b, '(')
	for i, s := range items {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendString(b, s)
	}
	return append(b, ')')
}

// appendNumber appends the shortest text that reads back as f, laid out as JSON
// does: an exponent only below 1e-6 and from 1e21 on.
func appendNumber(b []byte, f float64) []byte {
	if size := math.Abs(f); size == 0 || (size >= 1e-6 && size < 1e21) {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	if n := len(b); b[n-2] == '0' && b[n-3] == '-' { // e-09 is e-9
		b = append(b[:n-2], b[n-1])
	}
	return b
}
