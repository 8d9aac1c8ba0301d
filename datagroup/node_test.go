package datagroup_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// exprOf is a translator as somebody outside would write one: it knows a filter
// by its nodes only.
func exprOf(n datagroup.Node) expr {
	many := func(op string, nodes []datagroup.Node) expr {
		e := expr{op: op}
		for _, o := range nodes {
			e.operands = append(e.operands, exprOf(o))
		}
		return e
	}
	switch n := n.(type) {
	case datagroup.Constant:
		return expr{op: map[bool]string{true: "everything", false: "nothing"}[bool(n)]}
	case datagroup.Not:
		return many("not", []datagroup.Node{n.Operand})
	case datagroup.And:
		return many("and", n)
	case datagroup.Or:
		return many("or", n)
	case datagroup.Comparison:
		return expr{
			op: n.Operator.String(), attr: n.Attribute.Name, typ: n.Attribute.Type.String(),
			text: n.Value.Text(), number: n.Value.Number(), list: n.List,
		}
	}
	panic(fmt.Sprintf("a node of type %T", n))
}

// The nodes say all that the filter says: what is made of them parses to an equal
// filter.
func TestRootIsComplete(t *testing.T) {
	hit := make(counter)
	hit.check(t, func(rt *rapid.T) {
		ts := genTypes.Draw(rt, "types")
		s := ts.schema(t)
		f, err := s.Parse(drawText(rt, genFilter(ts).Draw(rt, "filter")))
		if err != nil {
			rt.Fatal(err)
		}
		e := exprOf(f.Root())
		text := drawText(rt, e)
		if again, err := s.Parse(text); err != nil || !again.Equal(f) {
			rt.Fatalf("the nodes of %s are %s, which parses to %v, %v", f, text, again, err)
		}
		size := 0
		for _, leaf := range e.leaves(nil) {
			size += max(len(leaf.list), 1)
			hit[leaf.op]++
		}
		if f.IsNothing() {
			size = 0
		}
		if f.Size() != size {
			rt.Fatalf("%s has the size %d, not %d", f, f.Size(), size)
		}
		hit[e.op]++
	}, "everything", "nothing", "and", "or", "not", "=", "!=", "<", "<=", ">", ">=", "in", "not in",
		"prefix", "suffix", "contains", "has", "has any", "has all", "missing", "present")
}

// What a caller does to the nodes does not reach the filter.
func TestRootIsACopy(t *testing.T) {
	s := schema(t, "country string")
	f, err := s.Parse("country in ('US', 'CA') and country != 'DE'")
	if err != nil {
		t.Fatal(err)
	}
	want := f.String()
	and := f.Root().(datagroup.And)
	and[0].(datagroup.Comparison).List[0] = "FR"
	and[1] = datagroup.Constant(true)
	if f.String() != want {
		t.Errorf("the filter became %s", f)
	}
}

func TestRootOfZero(t *testing.T) {
	if root := (datagroup.Filter{}).Root(); root != datagroup.Node(datagroup.Constant(false)) {
		t.Errorf("the root of nothing is %#v", root)
	}
}

func TestOperatorString(t *testing.T) {
	var texts []string
	for o := datagroup.Operator(0); o <= datagroup.Present+1; o++ {
		texts = append(texts, o.String())
	}
	want := []string{
		"invalid", "=", "!=", "<", "<=", ">", ">=", "in", "not in", "prefix", "suffix", "contains",
		"has", "has any", "has all", "missing", "present", "invalid",
	}
	if !slices.Equal(texts, want) {
		t.Errorf("the operators are %q", texts)
	}
}
