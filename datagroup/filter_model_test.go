package datagroup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// expr is a filter as the generator made it, evaluated by loops and maps that
// share nothing with the package.
type expr struct {
	op       string // everything, nothing, and, or, not, or the operator of a leaf
	operands []expr

	attr, typ string
	text      string
	number    float64
	list      []string
}

// Pools are small, so that values collide; 12 strings, so that lists get long
// enough to be searched another way.
var (
	modelStrings = []string{"", "a", "b", "ab", "A", "a ", "it's", "é", "e\u0301", "'", "\"", "%"}
	modelNumbers = []float64{-1, 0, 0.5, 1, 2, 1e-7, 9007199254740992, -123456.75}
	modelTypes   = map[string][]string{
		"string": {"=", "!=", "in", "not in", "prefix", "suffix", "contains", "missing", "present"},
		"number": {"=", "!=", "<", "<=", ">", ">=", "missing", "present"},
		"labels": {"has", "has any", "has all", "missing", "present"},
	}
)

// types is a schema for the model: the type of each attribute by its name,
// built-in ones included.
type types map[string]string

func (ts types) names() []string {
	var names []string
	for name := range ts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (ts types) schema(t testing.TB) *datagroup.Schema {
	var attrs []string
	for _, name := range ts.names() {
		if name != "id" && name != "source" && name != "name" {
			attrs = append(attrs, name+" "+ts[name])
		}
	}
	return schema(t, attrs...)
}

var genTypes = rapid.Custom(func(t *rapid.T) types {
	ts := types{"id": "string", "source": "string", "name": "string"}
	for _, name := range []string{"country", "spend", "labels", "zz-9", "_"} {
		if typ := rapid.SampledFrom([]string{"", "string", "number", "labels"}).Draw(t, name); typ != "" {
			ts[name] = typ
		}
	}
	return ts
})

var genList = rapid.SliceOfN(rapid.SampledFrom(modelStrings), 1, 14)

func genLeaf(ts types, definite bool) *rapid.Generator[expr] {
	return rapid.Custom(func(t *rapid.T) expr {
		attr := rapid.SampledFrom(ts.names()).Draw(t, "attribute")
		ops := modelTypes[ts[attr]]
		if !definite {
			ops = ops[:len(ops)-2]
		}
		return expr{
			op: rapid.SampledFrom(ops).Draw(t, "operator"), attr: attr, typ: ts[attr],
			text:   rapid.SampledFrom(modelStrings).Draw(t, "text"),
			number: rapid.SampledFrom(modelNumbers).Draw(t, "number"),
			list:   genList.Draw(t, "list"),
		}
	})
}

// genExpr makes filters over ts, with the leaves missing and present only if
// definite.
func genExpr(ts types, depth int, definite bool) *rapid.Generator[expr] {
	return rapid.Custom(func(t *rapid.T) expr {
		kind := rapid.IntRange(0, 9).Draw(t, "kind")
		switch {
		case depth == 0 || kind < 4:
			return genLeaf(ts, definite).Draw(t, "leaf")
		case kind < 6:
			return expr{op: "not", operands: []expr{genExpr(ts, depth-1, definite).Draw(t, "not")}}
		}
		op := rapid.SampledFrom([]string{"and", "or"}).Draw(t, "op")
		return expr{op: op, operands: rapid.SliceOfN(genExpr(ts, depth-1, definite), 2, 3).Draw(t, op)}
	})
}

func genFilter(ts types) *rapid.Generator[expr] {
	return rapid.Custom(func(t *rapid.T) expr {
		switch rapid.IntRange(0, 30).Draw(t, "form") {
		case 0:
			return expr{op: "everything"}
		case 1:
			return expr{op: "nothing"}
		}
		return genExpr(ts, 3, true).Draw(t, "filter")
	})
}

func genRow(ts types) *rapid.Generator[row] {
	return rapid.Custom(func(t *rapid.T) row {
		r := row{}
		for _, name := range ts.names() {
			always := name == "id" || name == "source"
			if always || rapid.Bool().Draw(t, name+" present") {
				r[name] = genValue(ts[name], always).Draw(t, name)
			}
		}
		return r
	})
}

func genValue(typ string, filled bool) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		switch typ {
		case "number":
			return rapid.SampledFrom(modelNumbers).Draw(t, "number")
		case "labels":
			return rapid.SliceOfN(rapid.SampledFrom(modelStrings), 0, 14).Draw(t, "labels")
		}
		pool := modelStrings
		if filled {
			pool = pool[1:]
		}
		return rapid.SampledFrom(pool).Draw(t, "string")
	})
}

// render writes e with spaces, quotes and parentheses as style has it.
func (e expr) render(style func(n int) int) string {
	space := func() string { return []string{" ", "  ", "\n", "\t "}[style(4)] }
	quoted := func(s string) string {
		q := []string{"'", `"`}[style(2)]
		return q + strings.ReplaceAll(s, q, q+q) + q
	}
	var text string
	switch e.op {
	case "everything", "nothing":
		return e.op
	case "not":
		text = "not" + space() + e.operands[0].within(style)
	case "and", "or":
		var parts []string
		for _, o := range e.operands {
			parts = append(parts, o.within(style))
		}
		text = strings.Join(parts, space()+e.op+space())
	case "missing", "present":
		text = e.attr + space() + e.op
	case "in", "not in", "has any", "has all":
		var items []string
		for _, item := range e.list {
			items = append(items, quoted(item))
		}
		text = e.attr + space() + strings.ReplaceAll(e.op, " ", space()) + space() + "(" + strings.Join(items, ","+space()) + ")"
	default:
		literal := quoted(e.text)
		if e.typ == "number" {
			literal = fmt.Sprintf([]string{"%.20g", "%.20e", "%G"}[style(3)], e.number)
			if e.number >= 1<<53 { // there, in full only
				literal = "9007199254740992"
			}
		}
		text = e.attr + space() + e.op + space() + literal
	}
	return text
}

// within writes e as an operand. Parentheses around and, or are always right.
func (e expr) within(style func(int) int) string {
	if e.op == "and" || e.op == "or" || style(4) == 0 {
		return "(" + e.render(style) + ")"
	}
	return e.render(style)
}

// eval evaluates e over r by the rules as written: three-valued, or two-valued,
// where a leaf over a missing attribute is false.
func (e expr) eval(r row, twoValued bool) datagroup.Truth {
	switch e.op {
	case "everything":
		return datagroup.True
	case "nothing":
		return datagroup.False
	case "not":
		switch e.operands[0].eval(r, twoValued) {
		case datagroup.True:
			return datagroup.False
		case datagroup.False:
			return datagroup.True
		}
		return datagroup.Unknown
	case "and", "or":
		counts := make(map[datagroup.Truth]int)
		for _, o := range e.operands {
			counts[o.eval(r, twoValued)]++
		}
		decisive := map[string]datagroup.Truth{"and": datagroup.False, "or": datagroup.True}[e.op]
		switch {
		case counts[decisive] > 0:
			return decisive
		case counts[datagroup.Unknown] > 0:
			return datagroup.Unknown
		case e.op == "and":
			return datagroup.True
		}
		return datagroup.False
	}
	v, present := r[e.attr]
	holds := false
	switch {
	case e.op == "missing":
		holds = !present
	case e.op == "present":
		holds = present
	case !present && twoValued:
		holds = false
	case !present:
		return datagroup.Unknown
	default:
		holds = e.holds(v)
	}
	if holds {
		return datagroup.True
	}
	return datagroup.False
}

func (e expr) holds(v any) bool {
	switch v := v.(type) {
	case float64:
		return map[string]bool{
			"=": v == e.number, "!=": v != e.number, "<": v < e.number, "<=": v <= e.number, ">": v > e.number, ">=": v >= e.number,
		}[e.op]
	case string:
		return map[string]bool{
			"=": v == e.text, "!=": v != e.text, "in": slices.Contains(e.list, v), "not in": !slices.Contains(e.list, v),
			"prefix": strings.HasPrefix(v, e.text), "suffix": strings.HasSuffix(v, e.text), "contains": strings.Contains(v, e.text),
		}[e.op]
	case []string:
		if e.op == "has" {
			return slices.Contains(v, e.text)
		}
		found := 0
		for _, item := range e.list {
			if slices.Contains(v, item) {
				found++
			}
		}
		return e.op == "has any" && found > 0 || e.op == "has all" && found == len(e.list)
	}
	panic(fmt.Sprintf("a row with a %T", v))
}

// leaves appends the leaves of e in written order.
func (e expr) leaves(list []expr) []expr {
	if len(e.operands) == 0 {
		return append(list, e)
	}
	for _, o := range e.operands {
		list = o.leaves(list)
	}
	return list
}

// drawText writes e in a random style.
func drawText(t *rapid.T, e expr) string {
	return e.render(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "style") })
}
