package datagroup

// Operator says how a [Comparison] compares an attribute with its literals. The
// zero Operator is invalid.
type Operator uint8

const (
	Equal    Operator = iota + 1 // of a string or a number with one
	NotEqual                     // likewise
	Less                         // of a number with one
	AtMost                       // likewise
	Greater                      // likewise
	AtLeast                      // likewise
	In                           // of a string with a list
	NotIn                        // likewise
	Prefix                       // of a string with its beginning
	Suffix                       // of a string with its end
	Contains                     // of a string with a part of it
	Has                          // of labels with one
	HasAny                       // of labels with a list: at least one of it
	HasAll                       // of labels with a list: all of it
	Missing                      // of any attribute, without a literal
	Present                      // likewise
)

// operatorText is every operator as it is written.
var operatorText = [...]string{
	"", "=", "!=", "<", "<=", ">", ">=", "in", "not in", "prefix", "suffix", "contains", "has", "has any", "has all", "missing", "present",
}

// String returns o as a filter writes it, and "invalid" for anything else.
func (o Operator) String() string {
	if o < Equal || o > Present {
		return "invalid"
	}
	return operatorText[o]
}

// takes reports whether o may follow an attribute of type t.
func (o Operator) takes(t Type) bool {
	switch o {
	case Equal, NotEqual:
		return t == StringType || t == NumberType
	case Less, AtMost, Greater, AtLeast:
		return t == NumberType
	case In, NotIn, Prefix, Suffix, Contains:
		return t == StringType
	case Has, HasAny, HasAll:
		return t == LabelsType
	default:
		return true
	}
}

// takesList reports whether a list follows o.
func (o Operator) takesList() bool { return o == In || o == NotIn || o == HasAny || o == HasAll }
