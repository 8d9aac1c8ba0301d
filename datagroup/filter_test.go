package datagroup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
)

const (
	no    = datagroup.False
	maybe = datagroup.Unknown
	yes   = datagroup.True
)

func TestMatch(t *testing.T) {
	us := row{"name": "US shop.de", "country": "US", "spend": 5.0, "labels": []string{"a", "b"}}
	empty := row{"name": "", "country": "", "spend": 0.0, "labels": []string{}}
	gap := row{}
	nine := "('1', '2', '3', '4', '5', '6', '7', 'US', '0')"
	tests := []struct {
		us, empty, gap datagroup.Truth
		filter         string
	}{
		{yes, yes, yes, "everything"},
		{no, no, no, "nothing"},

		{yes, no, maybe, "country = 'US'"},
		{no, no, maybe, "country = 'us'"},
		{no, no, maybe, "country = 'US '"},
		{no, yes, maybe, "country = ''"},
		{no, yes, maybe, "country != 'US'"},
		{yes, no, maybe, "country in ('DE', 'US')"},
		{no, no, maybe, "country in ('DE')"},
		{no, yes, maybe, "country not in ('DE', 'US')"},
		{yes, yes, maybe, "country not in ('DE')"},
		{yes, no, maybe, "country in " + nine},
		{no, yes, maybe, "country not in " + nine},
		{yes, no, maybe, "name prefix 'US '"},
		{no, no, maybe, "name prefix 'us '"},
		{yes, yes, maybe, "name prefix ''"},
		{yes, no, maybe, "name suffix '.de'"},
		{no, no, maybe, "name suffix '.d'"},
		{yes, no, maybe, "name contains 'shop'"},
		{no, no, maybe, "name contains 'Shop'"},
		{no, no, maybe, "name contains '%'"},
		{yes, yes, yes, "id = 'acc-1'"},
		{no, no, no, "id != 'acc-1'"},
		{yes, yes, yes, "source prefix 'goo'"},
		{no, no, no, "source in ('meta')"},

		{yes, no, maybe, "spend = 5"},
		{no, yes, maybe, "spend = 0"},
		{no, yes, maybe, "spend = -0"},
		{no, yes, maybe, "spend != 5"},
		{no, yes, maybe, "spend < 5"},
		{yes, yes, maybe, "spend <= 5"},
		{no, no, maybe, "spend > 5"},
		{yes, no, maybe, "spend > 4.99"},
		{yes, no, maybe, "spend >= 5"},
		{yes, yes, maybe, "spend >= -1e-7"},

		{yes, no, maybe, "labels has 'a'"},
		{no, no, maybe, "labels has 'A'"},
		{no, no, maybe, "labels has ''"},
		{yes, no, maybe, "labels has any ('z', 'b')"},
		{no, no, maybe, "labels has any ('z')"},
		{yes, no, maybe, "labels has any ('1', '2', '3', '4', '5', '6', '7', '8', 'b', 'a')"},
		{yes, no, maybe, "labels has all ('b', 'a', 'b')"},
		{no, no, maybe, "labels has all ('a', 'z')"},

		{no, no, yes, "country missing"},
		{yes, yes, no, "country present"},
		{no, no, yes, "spend missing"},
		{yes, yes, no, "labels present"},
		{no, no, no, "id missing"},
		{yes, yes, yes, "source present"},
		{no, no, yes, "name missing"},

		{no, yes, maybe, "not country = 'US'"},
		{yes, no, maybe, "not not country = 'US'"},
		{no, no, yes, "not country present or country = 'x' and spend missing or spend = 7"},
		{yes, no, maybe, "country = 'US' and labels has 'a'"},
		{no, no, no, "country = 'US' and id = 'x'"},
		{yes, yes, yes, "country = 'US' or id = 'acc-1'"},
		{no, no, maybe, "country = 'x' or id = 'x'"},
		{no, yes, maybe, "country != 'US' or country = 'x'"},
	}
	s := world(t)
	other := schema(t, "aaa string", "country string", "labels labels", "spend number", "zzz string")
	seen := make(map[string]bool)
	for _, test := range tests {
		if seen[test.filter] {
			t.Errorf("twice: %s", test.filter)
		}
		seen[test.filter] = true
		f := parse(t, s, test.filter)
		for name, c := range map[string]struct {
			want datagroup.Truth
			row  row
		}{"us": {test.us, us}, "empty": {test.empty, empty}, "gap": {test.gap, gap}} {
			if got := f.Match(account(t, s, c.row)); got != c.want {
				t.Errorf("%s over %s: got %v, want %v", test.filter, name, got, c.want)
			}
			if got := f.Match(account(t, other, c.row)); got != c.want {
				t.Errorf("%s over %s of another schema: got %v, want %v", test.filter, name, got, c.want)
			}
		}
	}
}

func TestMatchUnderAnotherSchema(t *testing.T) {
	tests := []struct {
		want   datagroup.Truth
		name   string
		filter string
		schema *datagroup.Schema
		row    row
	}{
		{yes, "same name and type", "country = 'US'", schema(t, "country string"), row{"country": "US"}},
		{maybe, "gone", "country = 'US'", schema(t), row{}},
		{maybe, "gone is not missing", "country missing", schema(t), row{}},
		{maybe, "gone is not present", "country present", schema(t), row{}},
		{maybe, "gone, negated", "not country = 'US'", schema(t), row{}},
		{maybe, "other type", "country = 'US'", schema(t, "country labels"), row{"country": []string{"US"}}},
		{maybe, "other type is not missing", "country missing", schema(t, "country labels"), row{}},
		{maybe, "other type is not present", "country present", schema(t, "country labels"), row{"country": []string{"US"}}},
		{yes, "built in", "source = 'google'", nil, row{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := parse(t, world(t), test.filter).Match(account(t, test.schema, test.row)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestCanonicalText(t *testing.T) {
	tests := []struct{ want, text string }{
		{"everything", " everything\n"},
		{"nothing", "\tnothing"},
		{"country = 'US'", "country=\"US\""},
		{"country = 'it''s \"so\"'", `country = "it's ""so"""`},
		{"country = ''''", "country = ''''"},
		{"country = ''", `country = ""`},
		{"country = 'and'", "country = 'and'"},
		{"country in ('b', 'a', 'b')", "country  in('b','a' ,\"b\")"},
		{"country not in ('a')", "country not\r\nin ('a')"},
		{"spend < 5000000", "spend < 5e6"},
		{"spend >= 0.000001", "spend >= 1e-6"},
		{"spend >= 1e-7", "spend>=0.0000001"},
		{"spend >= -2.5", "spend>=-2.50"},
		{"spend = 0", "spend = -0.0"},
		{"spend = 120", "spend = 1.2E+2"},
		{"spend <= 9007199254740992", "spend <= 9007199254740992"},
		{"spend >= -9007199254740992", "spend >= -9007199254740992"},
		{"labels has 'a' and labels has any ('a') and labels has all ('a', 'b')", "labels has 'a' and labels has any('a')and labels has all ('a','b')"},
		{"country missing or country present", "country missing or country present"},
		{"country = 'a'", "((country = 'a'))"},
		{"not country = 'a'", "not (country = 'a')"},
		{"not not country = 'a'", "not(not(country = 'a'))"},
		{"not (country = 'a' and spend = 1)", "not (country = 'a' and spend = 1)"},
		{"not (country = 'a' or spend = 1)", "not((country = 'a')or(spend = 1))"},
		{"not country = 'a' and spend = 1", "(not country = 'a') and spend = 1"},
		{"country = 'a' or spend = 1 and name = 'n'", "country = 'a' or (spend = 1 and name = 'n')"},
		{"(country = 'a' or spend = 1) and name = 'n'", "(country = 'a' or spend = 1) and name = 'n'"},
		{"country = 'a' and country = 'b' and country = 'c'", "country = 'a' and (country = 'b' and country = 'c')"},
		{"country = 'a' or country = 'b' or country = 'c'", "(country = 'a' or country = 'b') or country = 'c'"},
	}
	s := world(t)
	for _, test := range tests {
		f := parse(t, s, test.text)
		if got := f.String(); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
		if g := parse(t, s, test.want); !g.Equal(f) || !f.Equal(g) {
			t.Errorf("%s parses to another filter than %s", test.want, test.text)
		}
	}
}

func TestPrecedence(t *testing.T) {
	// p, q and r are true, false or unknown by turns.
	s := schema(t, "p string", "q string", "r string")
	tests := []struct{ text, same, differs string }{
		{"not p = 't' and q = 't'", "(not p = 't') and q = 't'", "not (p = 't' and q = 't')"},
		{"not p = 't' or q = 't'", "(not p = 't') or q = 't'", "not (p = 't' or q = 't')"},
		{"p = 't' or q = 't' and r = 't'", "p = 't' or (q = 't' and r = 't')", "(p = 't' or q = 't') and r = 't'"},
		{"p = 't' and q = 't' or r = 't'", "(p = 't' and q = 't') or r = 't'", "p = 't' and (q = 't' or r = 't')"},
	}
	for _, test := range tests {
		f, same, other := parse(t, s, test.text), parse(t, s, test.same), parse(t, s, test.differs)
		if !f.Equal(same) || f.Equal(other) {
			t.Errorf("%s: equal to %s: %v, to %s: %v", test.text, test.same, f.Equal(same), test.differs, f.Equal(other))
		}
		differ := 0
		for i := range 27 {
			r := row{}
			for j, name := range []string{"p", "q", "r"} {
				if v := []string{"t", "f", ""}[i/[]int{1, 3, 9}[j]%3]; v != "" {
					r[name] = v
				}
			}
			a := account(t, s, r)
			if f.Match(a) != same.Match(a) {
				t.Errorf("%s and %s differ over %v", test.text, test.same, r)
			}
			if f.Match(a) != other.Match(a) {
				differ++
			}
		}
		if differ == 0 {
			t.Errorf("%s and %s never differ", test.text, test.differs)
		}
	}
}

func TestEqual(t *testing.T) {
	s := schema(t, "c string", "d string", "n number", "l labels")
	texts := []string{
		"everything", "nothing", "c = 'a'", "c = 'b'", "d = 'a'", "c != 'a'", "not c = 'a'", "c in ('a')", "c in ('a', 'b')", "c in ('b', 'a')",
		"c missing", "d missing", "n = 1", "n = 2", "l has any ('a')", "l has all ('a')", "c = 'a' and d = 'a'", "d = 'a' and c = 'a'", "c = 'a' or d = 'a'",
		"c = 'a' and d = 'a' and n = 1", "not (c = 'a' and d = 'a')",
	}
	again := schema(t, "n number", "c string", "d string", "l labels", "more labels")
	for i, a := range texts {
		for j, b := range texts {
			if got := parse(t, s, a).Equal(parse(t, again, b)); got != (i == j) {
				t.Errorf("%s Equal %s: %v", a, b, got)
			}
		}
	}
	if parse(t, s, "c missing").Equal(parse(t, schema(t, "c number"), "c missing")) {
		t.Error("equal over attributes of different types")
	}
}

func TestReads(t *testing.T) {
	got := parse(t, world(t), "spend > 1 and (source = 'x' or not country = 'a') or country missing").Reads()
	if want := []string{"country", "source", "spend"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBind(t *testing.T) {
	const text = "country = 'US' and (spend > 1 or not labels has 'a') and name missing"
	f := parse(t, world(t), text)
	target := schema(t, "aa string", "country string", "spend number", "labels labels")
	g, err := f.Bind(target)
	if err != nil || !g.Equal(parse(t, target, text)) || g.String() != f.String() {
		t.Fatalf("got %v, %v", g, err)
	}
	if got := g.Match(account(t, target, row{"country": "US", "spend": 2.0})); got != yes {
		t.Errorf("matches %v", got)
	}
	tests := []struct {
		want       error
		filter     string
		schema     *datagroup.Schema
		id         string
		suggestion string
	}{
		{datagroup.ErrUnknownAttribute, text, schema(t, "contry string", "spend number", "labels labels"), "country", "contry"},
		{datagroup.ErrType, text, schema(t, "country string", "spend number", "labels string"), "labels", ""},
		{datagroup.ErrType, "country = 'x'", schema(t, "country number"), "country", ""},
		{nil, "country missing or country present", schema(t, "country number"), "", ""},
		{nil, "everything", nil, "", ""},
	}
	for _, test := range tests {
		g, err := parse(t, world(t), test.filter).Bind(test.schema)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.filter, err, test.want)
		} else if err == nil {
			if !g.Equal(parse(t, test.schema, test.filter)) {
				t.Errorf("%s: bound to %v", test.filter, g)
			}
		} else if e := problems(t, err)[0]; e.Op != "bind" || e.ID != test.id || e.Suggestion != test.suggestion || e.Line != 0 || !g.IsNothing() {
			t.Errorf("%s: got %v, %+v", test.filter, g, e)
		}
	}
}

// TestBindKeeps: what is of the schema is not made again, and what is not leaves
// the filter as it was, also where others share its parts.
func TestBindKeeps(t *testing.T) {
	a, b, c := world(t), schema(t, "country string", "zone string"), schema(t, "country string", "spend number", "labels labels", "zone number")
	own := parse(t, a, "country = 'US' and not (spend > 1 or labels has 'vip')")
	if n := testing.AllocsPerRun(100, func() {
		if f, err := own.Bind(a); err != nil || !f.Equal(own) {
			t.Errorf("bound to its schema: %v, %v", f, err)
		}
	}); n > 0 {
		t.Errorf("a filter of the schema takes %v allocations", n)
	}
	both := datagroup.Any(own, parse(t, b, "country = 'US' and zone present"))
	inZone := account(t, b, row{"country": "US", "zone": "z"})
	for range 2 {
		bound, err := both.Bind(c)
		if err != nil || !bound.Equal(parse(t, c, both.String())) {
			t.Errorf("bound to %v, %v", bound, err)
		}
		for _, a := range []*datagroup.Schema{c, schema(t, "country string", "zone number")} {
			if got := bound.Match(account(t, a, row{"country": "US", "zone": 1.0})); got != yes {
				t.Errorf("bound, it matches %v", got)
			}
		}
		if got := both.Match(inZone); got != yes { // zone of c is of another type, so it would not know
			t.Errorf("not bound, it matches %v", got)
		}
	}
	if _, err := both.Bind(a); !errors.Is(err, datagroup.ErrUnknownAttribute) {
		t.Errorf("to a schema without zone: %v", err)
	}
}

func TestAny(t *testing.T) {
	s := world(t)
	tests := []struct {
		want  string
		parts []string
	}{
		{"nothing", nil},
		{"nothing", []string{"nothing", "nothing"}},
		{"everything", []string{"country = 'a'", "everything", "nothing"}},
		{"country = 'a'", []string{"nothing", "country = 'a'", "country='a'"}},
		{"country = 'a' or country = 'b'", []string{"country = 'a'", "country = 'b'", "country = 'a'"}},
		{"country = 'b' or country = 'a' or spend = 1", []string{"country = 'b' or country = 'a'", "country = 'a' or spend = 1"}},
		{"country = 'a' and spend = 1 or not (country = 'b' or spend = 2)", []string{"country = 'a' and spend = 1", "not (country = 'b' or spend = 2)"}},
	}
	for _, test := range tests {
		var parts []datagroup.Filter
		for _, text := range test.parts {
			parts = append(parts, parse(t, s, text))
		}
		if got := datagroup.Any(parts...); got.String() != test.want || !got.Equal(parse(t, s, test.want)) {
			t.Errorf("Any(%q) = %v, want %s", test.parts, got, test.want)
		}
	}
	// Of different schemas: the same text over different types is not the same
	// filter.
	mixed := datagroup.Any(parse(t, s, "country missing"), parse(t, schema(t, "country number"), "country missing"), parse(t, nil, "id = 'x'"))
	if got := mixed.String(); got != "country missing or country missing or id = 'x'" {
		t.Errorf("mixed: %s", got)
	}
	if got := mixed.Match(account(t, schema(t, "country number"), row{})); got != yes {
		t.Errorf("mixed matches %v", got)
	}
	if got := mixed.Match(account(t, nil, row{})); got != maybe {
		t.Errorf("mixed matches %v", got)
	}
	// No limits: longer than could be parsed.
	var parts []datagroup.Filter
	for _, id := range numbered(20_000) {
		parts = append(parts, parse(t, nil, "id = '"+id+"'"))
	}
	if got := strings.Count(datagroup.Any(parts...).String(), " or "); got != 19_999 {
		t.Errorf("%d ors", got)
	}
}

func TestExplain(t *testing.T) {
	s := world(t)
	a := account(t, s, row{"country": "US"})
	tests := []struct {
		filter string
		want   []datagroup.Leaf
	}{
		{"everything", []datagroup.Leaf{{Text: "everything", Truth: yes}}},
		{"nothing", []datagroup.Leaf{{Text: "nothing", Truth: no}}},
		{"spend>1 or not (country=\"DE\" and labels missing) or country present", []datagroup.Leaf{
			{Text: "spend > 1", Attribute: "spend", Truth: maybe, Missing: true},
			{Text: "country = 'DE'", Attribute: "country", Truth: no},
			{Text: "labels missing", Attribute: "labels", Truth: yes, Missing: true},
			{Text: "country present", Attribute: "country", Truth: yes},
		}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, parse(t, s, test.filter).Explain(a)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.filter, diff)
		}
	}
	gone := parse(t, s, "country missing").Explain(account(t, nil, row{}))
	if diff := cmp.Diff([]datagroup.Leaf{{Text: "country missing", Attribute: "country", Truth: maybe, Missing: true}}, gone); diff != "" {
		t.Errorf("an attribute that is gone (-want +got):\n%s", diff)
	}
}

func TestBindMessages(t *testing.T) {
	f, err := schema(t, "country string").Parse("country = 'US'")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ want, attributes string }{
		{`datagroup: filter: attribute "country": it does not exist; did you mean county?`, "county string"},
		{`datagroup: filter: attribute "country": it is of type number, and compared as string`, "country number"},
	} {
		if _, err := f.Bind(schema(t, tt.attributes)); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.attributes, err, tt.want)
		}
	}
}
