package sqlfilter

import "github.com/ambit-authz/ambit/datagroup"

// merge returns n with the comparisons of an attribute that make one list made one:
// country = 'US' or country in ('CA') is country in ('US', 'CA'). A union of many
// data groups gets short so, and the database can use an index. It says the same of
// every account, of missing values too, since all of them are about the same value.
func merge(n datagroup.Node) datagroup.Node {
	switch n := n.(type) {
	case datagroup.Not:
		return datagroup.Not{Operand: merge(n.Operand)}
	case datagroup.And:
		return one(datagroup.And(mergeOperands(n, conjunction)))
	case datagroup.Or:
		return one(datagroup.Or(mergeOperands(n, disjunction)))
	}
	return n
}

// one returns n, or its operand if merging left one.
func one[N interface {
	datagroup.Node
	~[]datagroup.Node
}](n N) datagroup.Node {
	if len(n) == 1 {
		return n[0]
	}
	return n
}

// list is the operator that takes a list of what another takes one of.
type list map[datagroup.Operator]datagroup.Operator

var (
	conjunction = list{
		datagroup.NotEqual: datagroup.NotIn, datagroup.NotIn: datagroup.NotIn,
		datagroup.Has: datagroup.HasAll, datagroup.HasAll: datagroup.HasAll,
	}
	disjunction = list{
		datagroup.Equal: datagroup.In, datagroup.In: datagroup.In,
		datagroup.Has: datagroup.HasAny, datagroup.HasAny: datagroup.HasAny,
	}
)

// mergeOperands merges what is in the operands, and those that make one list.
func mergeOperands(operands []datagroup.Node, lists list) []datagroup.Node {
	type key struct {
		attribute datagroup.Attribute
		operator  datagroup.Operator
	}
	var merged []datagroup.Node
	first := make(map[key]int) // where in merged the list is
	for _, o := range operands {
		o = merge(o)
		c, ok := o.(datagroup.Comparison)
		k := key{c.Attribute, lists[c.Operator]}
		if !ok || k.operator == 0 || c.Attribute.Type == datagroup.NumberType {
			merged = append(merged, o)
			continue
		}
		items := c.List
		if items == nil {
			items = []string{c.Value.Text()}
		}
		at, again := first[k]
		if !again {
			first[k] = len(merged)
			merged = append(merged, c)
			continue
		}
		before := merged[at].(datagroup.Comparison)
		if before.List == nil {
			before.List = []string{before.Value.Text()}
		}
		merged[at] = datagroup.Comparison{Attribute: c.Attribute, Operator: k.operator, List: append(before.List, items...)}
	}
	return merged
}
