package datagroup_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// overlapping is what some strings of the model are replaced by, so that many
// begin, end and contain one another.
var overlapping = map[string]string{"A": "aba", "a ": "ba", "it's": "abab", "é": "bb", "e\u0301": "bba", "'": "aab", "\"": "baab", "%": "é"}

// overlap returns e over strings that overlap.
func (e expr) overlap() expr {
	swap := func(s string) string {
		if by, ok := overlapping[s]; ok {
			return by
		}
		return s
	}
	e.text = swap(e.text)
	e.list = slices.Clone(e.list)
	for i, s := range e.list {
		e.list[i] = swap(s)
	}
	e.operands = slices.Clone(e.operands)
	for i, o := range e.operands {
		e.operands[i] = o.overlap()
	}
	return e
}

// rewrite returns a filter that is written otherwise and means the same.
func (e expr) rewrite() expr {
	if e.op == "everything" || e.op == "nothing" {
		return e
	}
	not := func(e expr) expr { return expr{op: "not", operands: []expr{e}} }
	leaf := func(op, text string) expr {
		return expr{op: op, attr: e.attr, typ: e.typ, text: text, number: e.number}
	}
	each := func(op, of string) expr {
		if len(e.list) == 1 {
			return leaf(of, e.list[0])
		}
		all := expr{op: op}
		for _, s := range e.list {
			all.operands = append(all.operands, leaf(of, s))
		}
		return all
	}
	switch e.op {
	case "not":
		if o := e.operands[0]; o.op == "not" {
			return o.operands[0].rewrite()
		}
		return not(e.operands[0].rewrite())
	case "and", "or":
		other := expr{op: map[string]string{"and": "or", "or": "and"}[e.op]}
		for _, o := range slices.Backward(e.operands) {
			other.operands = append(other.operands, not(o.rewrite()))
		}
		return not(other)
	case "in":
		return each("or", "=")
	case "not in":
		return each("and", "!=")
	case "has any":
		return each("or", "has")
	case "has all":
		return each("and", "has")
	case "=":
		return not(leaf("!=", e.text))
	case "<":
		return not(leaf(">=", ""))
	case ">":
		return not(leaf("<=", ""))
	case "<=":
		return expr{op: "or", operands: []expr{leaf("<", ""), leaf("=", "")}}
	case "missing":
		return not(leaf("present", ""))
	}
	return not(not(e))
}

// genPair makes two filters over ts, and says how they are related.
func genPair(ts types) *rapid.Generator[pair] {
	return rapid.Custom(func(t *rapid.T) pair {
		e, other := genExpr(ts, 2, true).Draw(t, "a filter").overlap(), genExpr(ts, 2, true).Draw(t, "another").overlap()
		p := pair{e, other, rapid.SampledFrom([]string{"unrelated", "widened", "narrowed", "rewritten", "weakened", "from everything", "to nothing"}).Draw(t, "relation")}
		switch p.relation {
		case "widened":
			p.g = expr{op: "or", operands: []expr{other, e}}.rewrite()
		case "narrowed":
			p.f = expr{op: "and", operands: []expr{other, e}}
			p.g = e.rewrite()
		case "rewritten":
			p.g = e.rewrite()
		case "weakened":
			p.f = expr{op: "and", operands: []expr{e, other}}
			p.g = expr{op: "or", operands: []expr{other, e}}
		case "from everything":
			p.f = expr{op: "everything"}
		case "to nothing":
			p.g = expr{op: "nothing"}
		}
		return p
	})
}

type pair struct {
	f, g     expr
	relation string
}

// TestImplicationAgreesWithBruteForce: a counterexample is one, and where one is
// found by trying accounts the answer is no Yes.
func TestImplicationAgreesWithBruteForce(t *testing.T) {
	t.Parallel()
	hit, asked := make(counter), 0
	hit.check(t, func(rt *rapid.T) {
		ts := types{"id": "string", "name": "string", "country": "string", "spend": "number", "labels": "labels"}
		s, other := ts.schema(t), ts.schema(t)
		p := genPair(ts).Draw(rt, "filters")
		f, g := parse(t, s, drawText(rt, p.f)), parse(t, other, drawText(rt, p.g))
		got := datagroup.Implies(f, g, s)
		asked++
		hit[p.relation+" "+got.Answer.String()]++
		hit[got.Answer.String()]++
		certain := p.relation == "widened" || p.relation == "narrowed" || p.relation == "rewritten" || p.relation == "weakened"
		if certain && got.Answer != datagroup.Yes || p.relation == "rewritten" && datagroup.Implies(g, f, s).Answer != datagroup.Yes {
			rt.Fatalf("%v implies %v, which is %s: %v", f, g, p.relation, got.Answer)
		}
		found := counterexample(p, ts, rapid.Uint64().Draw(rt, "seed"))
		switch {
		case got.Answer == datagroup.Yes && found != nil:
			rt.Fatalf("%v implies %v: yes, and %v is a counterexample", f, g, found)
		case got.Answer == datagroup.No:
			checkCounterexample(rt, s, p, got.Counterexample)
			if found == nil {
				hit["not found by trying"]++
			}
		case got.Counterexample.ID() != "":
			rt.Fatalf("%v implies %v: %v, with a counterexample", f, g, got.Answer)
		}
	}, "unrelated yes", "unrelated no", "widened yes", "narrowed yes", "rewritten yes", "weakened yes",
		"from everything yes", "from everything no", "to nothing yes", "to nothing no")
	t.Logf("%d pairs of filters: %d yes, %d no, %d maybe; trying accounts missed %d counterexamples", asked, hit["yes"], hit["no"], hit["maybe"], hit["not found by trying"])
	if hit["maybe"] > 0 || hit["not found by trying"] > 5+hit["no"]/20 {
		t.Error("these are too many that are not known, or that trying does not find")
	}
}

// checkCounterexample checks that the model says of a what it is said to show, and
// that it is an account.
func checkCounterexample(t *rapid.T, s *datagroup.Schema, p pair, a datagroup.Account) {
	r, values := row{"id": string(a.ID()), "source": a.Source()}, make(map[string]datagroup.Value)
	for name, v := range a.Values() {
		values[name] = v
		switch v.Type() {
		case datagroup.NumberType:
			r[name] = v.Number()
		case datagroup.LabelsType:
			r[name] = slices.Collect(v.Labels())
		default:
			r[name] = v.Text()
		}
	}
	if again, err := s.Account(a.ID(), a.Source(), values); err != nil || len(a.ID()) == 0 {
		t.Fatalf("%v is made again as %v, %v", r, again, err)
	}
	if p.f.eval(r, false) != datagroup.True || p.g.eval(r, false) == datagroup.True {
		t.Fatalf("%v is no counterexample to %+v implies %+v", r, p.f, p.g)
	}
}

// counterexample tries accounts that have what the filters name, and what is
// near it.
func counterexample(p pair, ts types, seed uint64) row {
	random := rand.New(rand.NewPCG(seed, 0))
	values := make(map[string][]any) // nil is missing
	product := 1
	leaves := p.g.leaves(p.f.leaves(nil))
	for _, name := range ts.names() {
		var named []expr
		for _, l := range leaves {
			if l.attr == name {
				named = append(named, l)
			}
		}
		values[name] = nearby(ts[name], named, name != "id", random)
		product *= len(values[name])
	}
	for i := range min(product, 4000) {
		r, rest := row{"source": "google"}, i
		if product > 4000 {
			rest = random.IntN(product)
		}
		for _, name := range ts.names() {
			v := values[name][rest%len(values[name])]
			rest /= len(values[name])
			if v != nil {
				r[name] = v
			}
		}
		if p.f.eval(r, false) == datagroup.True && p.g.eval(r, false) != datagroup.True {
			return r
		}
	}
	return nil
}

// nearby returns values of a type that the leaves about it name or nearly name.
func nearby(typ string, leaves []expr, optional bool, random *rand.Rand) []any {
	if len(leaves) == 0 {
		return []any{nil}
	}
	var values []any
	if optional {
		values = append(values, nil)
	}
	var texts []string
	for _, l := range leaves {
		if l.op != "missing" && l.op != "present" {
			texts = append(append(texts, l.text), l.list...)
			if typ == "number" {
				f := l.number
				for _, near := range []float64{f, f - 1, f + 1, math.Nextafter(f, 1e300), math.Nextafter(f, -1e300), f + 0.25} {
					if math.Abs(near) <= 1<<53 {
						values = append(values, near)
					}
				}
			}
		}
	}
	switch typ {
	case "number":
		return append(values, 0.0)
	case "labels":
		values = append(values, []string{}, []string{"z"}, texts)
		for range 20 {
			some := slices.DeleteFunc(slices.Clone(texts), func(string) bool { return random.IntN(2) == 0 })
			values = append(values, some)
		}
		return values
	}
	return append(values, nearbyTexts(texts, optional, random)...)
}

// nearbyTexts returns the texts, and some of what can be put together of them.
func nearbyTexts(texts []string, optional bool, random *rand.Rand) []any {
	slices.Sort(texts)
	texts = append(slices.Compact(texts), "z")
	all := slices.Clone(texts)
	for range 60 {
		text := ""
		for range 2 + random.IntN(4) {
			text += texts[random.IntN(len(texts))]
		}
		all = append(all, text)
	}
	var values []any
	for _, text := range all {
		if text != "" || optional {
			values = append(values, text)
		}
	}
	return values
}
