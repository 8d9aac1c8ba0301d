package datagroup_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// counter counts how often the branches that a property is about were taken.
type counter map[string]int

// check checks a property, and again a few times as long as a branch was never
// taken. It fails if one still was not.
func (c counter) check(t *testing.T, property func(*rapid.T), branches ...string) {
	t.Helper()
	never := func() []string {
		return slices.DeleteFunc(slices.Clone(branches), func(branch string) bool { return c[branch] > 0 })
	}
	for range 20 {
		rapid.Check(t, property)
		if testing.Short() || t.Failed() || len(never()) == 0 {
			return
		}
	}
	t.Errorf("never hit: %q (%v)", never(), c)
}

func TestFilterAgreesWithModel(t *testing.T) {
	hit := make(counter)
	hit.check(t, func(rt *rapid.T) {
		ts := genTypes.Draw(rt, "types")
		s := ts.schema(t)
		e := genFilter(ts).Draw(rt, "filter")
		text := drawText(rt, e)
		f, err := s.Parse(text)
		if err != nil {
			rt.Fatalf("%s: %v", text, err)
		}

		// It prints as a text that parses to an equal filter, and in no other
		// style.
		canonical := f.String()
		if g, err := s.Parse(canonical); err != nil || !g.Equal(f) || g.String() != canonical {
			rt.Fatalf("%s prints as %s, which parses to %v, %v", text, canonical, g, err)
		}
		if f.IsEverything() != (e.op == "everything") || f.IsNothing() != (e.op == "nothing") {
			rt.Fatalf("%s: everything %v, nothing %v", text, f.IsEverything(), f.IsNothing())
		}

		// It matches as the model does, also under another schema, and so do
		// its leaves.
		again := ts.schema(t)
		bound, err := f.Bind(again)
		if err != nil || !bound.Equal(f) {
			rt.Fatalf("%s bound to the same attributes: %v, %v", text, bound, err)
		}
		leaves := e.leaves(nil)
		for _, r := range rapid.SliceOfN(genRow(ts), 1, 5).Draw(rt, "rows") {
			want := e.eval(r, false)
			hit[want.String()]++
			a := account(t, s, r)
			b, err := a.Rebind(again)
			if err != nil {
				rt.Fatal(err)
			}
			for _, got := range []datagroup.Truth{f.Match(a), f.Match(b), bound.Match(a), bound.Match(b)} {
				if got != want {
					rt.Fatalf("%s over %v: got %v, want %v", text, r, got, want)
				}
			}
			explained := f.Explain(a)
			if len(explained) != len(leaves) {
				rt.Fatalf("%s: %d leaves explained, want %d", text, len(explained), len(leaves))
			}
			for i, leaf := range explained {
				_, present := r[leaves[i].attr]
				if want := leaves[i].eval(r, false); leaf.Truth != want || leaf.Attribute != leaves[i].attr || leaf.Missing != (!present && leaf.Attribute != "") {
					rt.Fatalf("%s over %v: leaf %d is %+v, want %v", text, r, i, leaf, want)
				}
			}
		}

		reads := make(map[string]bool)
		for _, leaf := range leaves {
			if leaf.attr != "" {
				reads[leaf.attr] = true
				hit[leaf.typ+" "+leaf.op]++
			}
		}
		if got, want := f.Reads(), slices.Sorted(maps.Keys(reads)); !slices.Equal(got, want) {
			rt.Fatalf("%s reads %q, want %q", text, got, want)
		}
	}, "true", "false", "unknown", "string =", "string !=", "string in", "string not in", "string prefix", "string suffix", "string contains",
		"number =", "number !=", "number <", "number <=", "number >", "number >=", "labels has", "labels has any", "labels has all",
		"string missing", "number missing", "labels missing", "string present", "number present", "labels present")
}

// Kleene completion: a match never depends on what a missing value might be,
// and neither does a definite no.
func TestFillingAGapNeverChangesADefiniteAnswer(t *testing.T) {
	hit := make(counter)
	hit.check(t, func(rt *rapid.T) {
		ts := genTypes.Draw(rt, "types")
		s := ts.schema(t)
		e := genExpr(ts, 3, false).Draw(rt, "filter, neither missing nor present")
		f := parse(t, s, drawText(rt, e))
		r := genRow(ts).Draw(rt, "row")
		before := f.Match(account(t, s, r))
		filled := maps.Clone(r)
		for _, name := range ts.names() {
			if _, present := r[name]; !present && rapid.Bool().Draw(rt, "fill "+name) {
				filled[name] = genValue(ts[name], false).Draw(rt, name)
			}
		}
		if len(filled) == len(r) {
			return
		}
		after := f.Match(account(t, s, filled))
		hit[before.String()+" to "+after.String()]++
		if before != datagroup.Unknown && after != before {
			rt.Fatalf("%v: %v over %v, %v over %v", f, before, r, after, filled)
		}
	}, "true to true", "false to false", "unknown to true", "unknown to false", "unknown to unknown")
}

// The recorded counterexample to reading a missing value as "does not match"
// and not as the complement: not then grants what nobody knows.
func TestTwoValuedReadingGrantsTooMuch(t *testing.T) {
	ts := types{"country": "string", "spend": "number", "labels": "labels", "name": "string"}
	s := ts.schema(t)
	if over := (expr{op: "not", operands: []expr{{op: "=", attr: "country", typ: "string", text: "a"}}}); over.eval(row{}, true) != datagroup.True ||
		parse(t, s, "not country = 'a'").Match(account(t, s, row{})) != datagroup.Unknown {
		t.Error("not country = 'a' over an account without a country: two-valued it is no match, or three-valued it is one")
	}
	const filters, rows = 1000, 40
	var accounts []row
	for i := range rows {
		accounts = append(accounts, genRow(ts).Example(i))
	}
	granting, lost := 0, 0
	for i := range filters {
		e := genExpr(ts, 3, true).Example(i)
		f := parse(t, s, e.render(func(int) int { return 0 }))
		over := false
		for _, r := range accounts {
			two, three := e.eval(r, true) == datagroup.True, f.Match(account(t, s, r)) == datagroup.True
			over = over || two && !three
			if three && !two {
				lost++
			}
		}
		if over {
			granting++
		}
	}
	t.Logf("read with two values, %d of %d random filters (%.0f %%) match accounts they must not", granting, filters, 100*float64(granting)/filters)
	if granting*10 <= filters {
		t.Errorf("only %d of %d: the counterexample is gone", granting, filters)
	}
	if lost != 0 {
		t.Errorf("%d matches are three-valued only", lost)
	}
}

func TestAnyIsTheOrOfItsParts(t *testing.T) {
	hit := make(counter)
	hit.check(t, func(rt *rapid.T) {
		ts := genTypes.Draw(rt, "types")
		s, other := ts.schema(t), ts.schema(t)
		var parts []datagroup.Filter
		for i, e := range rapid.SliceOfN(genFilter(ts), 0, 5).Draw(rt, "filters") {
			parts = append(parts, parse(t, []*datagroup.Schema{s, other}[i%2], drawText(rt, e)))
		}
		union := datagroup.Any(parts...)
		if again := datagroup.Any(append(parts, union)...); !again.Equal(union) {
			rt.Fatalf("adding %v to its parts %v makes %v", union, parts, again)
		}
		if back, err := s.Parse(union.String()); err != nil || !back.Equal(union) {
			rt.Fatalf("%v parses to %v, %v", union, back, err)
		}
		for _, r := range rapid.SliceOfN(genRow(ts), 1, 5).Draw(rt, "rows") {
			a := account(t, s, r)
			want := datagroup.False
			for _, part := range parts {
				want = want.Or(part.Match(a))
			}
			hit[want.String()]++
			if got := union.Match(a); got != want {
				rt.Fatalf("Any(%v) = %v over %v: got %v, want %v", parts, union, r, got, want)
			}
		}
	}, "true", "false", "unknown")
}
