package datagroup

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// maxName is the longest attribute name, in bytes.
const maxName = 64

// Type is the type of an attribute. The zero Type is invalid.
type Type uint8

const (
	// StringType is a string, compared byte by byte.
	StringType Type = iota + 1
	// NumberType is a finite float64; beyond ±2^53, where integers are no
	// longer told apart, it is refused. Declare long ids as strings.
	NumberType
	// LabelsType is a set of strings.
	LabelsType
)

// String returns "string", "number" or "labels", and "invalid" for anything
// else.
func (t Type) String() string {
	switch t {
	case StringType:
		return "string"
	case NumberType:
		return "number"
	case LabelsType:
		return "labels"
	default:
		return "invalid"
	}
}

// ParseType returns the type that [Type.String] prints so. The error is an
// [*Error] wrapping [ErrType], with a suggestion for a near miss.
func ParseType(name string) (Type, error) {
	for t := StringType; t <= LabelsType; t++ {
		if t.String() == name {
			return t, nil
		}
	}
	return 0, &Error{
		Op: "type", Text: text.Quote(name) + " is not a type: write string, number or labels", Err: ErrType,
		Suggestion: text.Nearest(name, slices.Values([]string{"string", "number", "labels"})),
	}
}

// Attribute is a name and the type of its values.
type Attribute struct {
	Name string
	Type Type
}

// check returns what is wrong with a as a declaration, or nil.
func (a Attribute) check() *Error {
	switch lower := strings.ToLower(a.Name); {
	case len(a.Name) > maxName:
		return &Error{Op: "schema", ID: a.Name, Text: "it is longer than " + strconv.Itoa(maxName) + " bytes", Err: ErrTooLong}
	case !isName(a.Name):
		return &Error{Op: "schema", ID: a.Name, Text: "it must be a letter or _, then letters, digits, _ and -", Err: ErrName}
	case lower == "id" || lower == "source" || lower == "name":
		return &Error{Op: "schema", ID: a.Name, Text: "it is built in, in any case of letters", Err: ErrName}
	case isReserved(lower):
		return &Error{Op: "schema", ID: a.Name, Text: "it is a word of the filter language, in any case of letters", Err: ErrName}
	case belowAccount(a.Name):
		return &Error{Op: "schema", ID: a.Name, Text: finer, Err: ErrBelowAccount}
	case a.Type < StringType || a.Type > LabelsType:
		return &Error{Op: "schema", ID: a.Name, Text: "its type is not string, number or labels", Err: ErrType}
	}
	return nil
}

// isName reports whether name is an ASCII letter or _, followed by letters,
// digits, _ and -.
func isName(name string) bool {
	for i := range len(name) {
		if !isNameByte(name[i], i == 0) {
			return false
		}
	}
	return name != ""
}

func isNameByte(c byte, first bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		return true
	case '0' <= c && c <= '9', c == '-':
		return !first
	}
	return false
}

// isReserved reports whether word is one of the filter language, or one that
// reads like a literal.
func isReserved(word string) bool {
	switch word {
	case "and", "or", "not", "in", "has", "any", "all", "everything", "nothing", "missing", "present",
		"prefix", "suffix", "contains", "true", "false", "null":
		return true
	}
	return false
}

// belowAccount reports whether name is of something finer than an account, in
// any case, singular or plural, also as its id or name: ads, adGroup, ad-group,
// campaign_id, Keyword_Names.
func belowAccount(name string) bool {
	word := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
	word = strings.TrimSuffix(word, "s")
	word = strings.TrimSuffix(strings.TrimSuffix(word, "id"), "name")
	switch strings.TrimSuffix(word, "s") {
	case "campaign", "campaigngroup", "adgroup", "adset", "assetgroup", "lineitem", "ad", "adcreative", "creative", "keyword", "searchterm":
		return true
	}
	return false
}

const finer = "it is finer than an account; data groups work at account level"
