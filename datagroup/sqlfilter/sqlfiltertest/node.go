package sqlfiltertest

import (
	"iter"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
)

// operators are the comparisons by the type of the attribute, missing and present
// last.
var operators = map[datagroup.Type][]datagroup.Operator{
	datagroup.StringType: {datagroup.Equal, datagroup.NotEqual, datagroup.In, datagroup.NotIn, datagroup.Prefix, datagroup.Suffix, datagroup.Contains, datagroup.Missing, datagroup.Present},
	datagroup.NumberType: {datagroup.Equal, datagroup.NotEqual, datagroup.Less, datagroup.AtMost, datagroup.Greater, datagroup.AtLeast, datagroup.Missing, datagroup.Present},
	datagroup.LabelsType: {datagroup.Has, datagroup.HasAny, datagroup.HasAll, datagroup.Missing, datagroup.Present},
}

func takesList(o datagroup.Operator) bool {
	return o == datagroup.In || o == datagroup.NotIn || o == datagroup.HasAny || o == datagroup.HasAll
}

// isDefinite reports whether o says something of a missing value.
func isDefinite(o datagroup.Operator) bool { return o == datagroup.Missing || o == datagroup.Present }

// written returns n in the filter language.
func written(n datagroup.Node) string {
	switch n := n.(type) {
	case datagroup.Comparison:
		return writtenComparison(n)
	case datagroup.Not:
		return "not " + operand(n.Operand)
	case datagroup.And:
		return writtenAll(n, " and ")
	case datagroup.Or:
		return writtenAll(n, " or ")
	case datagroup.Constant:
		if n {
			return "everything"
		}
	}
	return "nothing"
}

func writtenComparison(c datagroup.Comparison) string {
	begin := c.Attribute.Name + " " + c.Operator.String()
	switch {
	case isDefinite(c.Operator):
		return begin
	case takesList(c.Operator):
		items := make([]string, len(c.List))
		for i, s := range c.List {
			items[i] = datagroup.Text(s).String()
		}
		return begin + " (" + strings.Join(items, ", ") + ")"
	}
	return begin + " " + c.Value.String()
}

func writtenAll(operands []datagroup.Node, word string) string {
	parts := make([]string, len(operands))
	for i, o := range operands {
		parts[i] = operand(o)
	}
	return strings.Join(parts, word)
}

// operand returns n as an operand.
func operand(n datagroup.Node) string {
	switch n.(type) {
	case datagroup.And, datagroup.Or:
		return "(" + written(n) + ")"
	}
	return written(n)
}

// anyOf and allOf return the or, and the and, of nodes.
func anyOf(nodes ...datagroup.Node) datagroup.Node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return datagroup.Or(nodes)
}

func allOf(nodes ...datagroup.Node) datagroup.Node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return datagroup.And(nodes)
}

func negated(n datagroup.Node) datagroup.Node { return datagroup.Not{Operand: n} }

// asked returns whether a is missing, or present.
func asked(a datagroup.Attribute, o datagroup.Operator) datagroup.Node {
	return datagroup.Comparison{Attribute: a, Operator: o}
}

// compared returns a comparison with a text.
func compared(a datagroup.Attribute, o datagroup.Operator, s string) datagroup.Node {
	return datagroup.Comparison{Attribute: a, Operator: o, Value: datagroup.Text(s)}
}

// listed returns a comparison with a list.
func listed(a datagroup.Attribute, o datagroup.Operator, list ...string) datagroup.Node {
	return datagroup.Comparison{Attribute: a, Operator: o, List: list}
}

// countsAs returns a comparison with a number.
func countsAs(a datagroup.Attribute, o datagroup.Operator, f float64) datagroup.Node {
	return datagroup.Comparison{Attribute: a, Operator: o, Value: datagroup.Number(f)}
}

// edited returns n with each of its comparisons edited.
func edited(n datagroup.Node, edit func(datagroup.Comparison) datagroup.Comparison) datagroup.Node {
	all := func(operands []datagroup.Node) []datagroup.Node {
		list := make([]datagroup.Node, len(operands))
		for i, o := range operands {
			list[i] = edited(o, edit)
		}
		return list
	}
	switch n := n.(type) {
	case datagroup.Comparison:
		return edit(n)
	case datagroup.Not:
		return negated(edited(n.Operand, edit))
	case datagroup.And:
		return datagroup.And(all(n))
	case datagroup.Or:
		return datagroup.Or(all(n))
	}
	return n
}

// comparisons yields the comparisons of n in order.
func comparisons(n datagroup.Node) iter.Seq[datagroup.Comparison] {
	return func(yield func(datagroup.Comparison) bool) {
		more := true
		edited(n, func(c datagroup.Comparison) datagroup.Comparison {
			more = more && yield(c)
			return c
		})
	}
}

// count returns how many comparisons n has.
func count(n datagroup.Node) int {
	many := 0
	for range comparisons(n) {
		many++
	}
	return many
}

// reads reports whether n reads one of the attributes.
func reads(n datagroup.Node, names []string) bool {
	for c := range comparisons(n) {
		if slices.Contains(names, c.Attribute.Name) {
			return true
		}
	}
	return false
}
