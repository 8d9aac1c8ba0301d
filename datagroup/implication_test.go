package datagroup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/growth"
)

// shown writes an account as the values that it has, without an id and a source
// that mean nothing.
func shown(a datagroup.Account) string {
	var parts []string
	for _, key := range []string{"id", "source"} {
		if v := a.Value(key); v.Text() != "example" && !v.IsMissing() {
			parts = append(parts, key+" "+v.String())
		}
	}
	for name, v := range a.Values() {
		parts = append(parts, name+" "+v.String())
	}
	return strings.Join(parts, ", ")
}

func TestImplies(t *testing.T) {
	const everything, nothing = "everything", "nothing"
	long := strings.Repeat("n", 4096)
	var labels []string
	for i := range 1001 {
		labels = append(labels, fmt.Sprintf("'%d'", i))
	}
	thousand := strings.Join(labels[:1000], ", ")
	type implied struct {
		want, f, g string
		shown      string // the counterexample
	}
	tests := []implied{
		{"yes", nothing, nothing, ""},
		{"yes", nothing, "country = 'US'", ""},
		{"yes", "country = 'US'", everything, ""},
		{"yes", everything, everything, ""},
		{"no", everything, nothing, ""},
		{"no", "country = 'US'", nothing, "country 'US'"},

		// Strings.
		{"yes", "country = 'US'", "country in ('CA', 'US')", ""},
		{"no", "country in ('US', 'CA')", "country = 'US'", "country 'CA'"},
		{"yes", "country not in ('US', 'CA')", "country != 'US'", ""},
		{"no", "country != 'US'", "country not in ('US', 'CA')", "country 'CA'"},
		{"yes", "country = 'US' and country = 'CA'", nothing, ""},
		{"no", "country = 'US' and country != 'us'", nothing, "country 'US'"},
		{"yes", "country = ''", "country present", ""},
		{"no", "country present", "country != ''", "country ''"},
		{"yes", "id = ''", nothing, ""},
		{"yes", everything, "id != '' and not source = '' and id present", ""},
		{"yes", "id missing or source missing", nothing, ""},
		{"no", everything, "id = 'x' or source = 'y'", "id 'y', source 'x'"},
		{"no", everything, "name != ''", "name ''"},
		{"no", "country != 'x'", "country in ('y', '')", "country 'z'"},

		// A missing value is no match, and neither is what not makes of it.
		{"no", everything, "country = 'US' or country != 'US'", ""},
		{"yes", "country present", "country = 'US' or not country = 'US'", ""},
		{"no", everything, "not country = 'US'", "country 'US'"},
		{"no", "country missing", "country != 'US'", ""},
		{"yes", "country missing and country = 'US'", nothing, ""},
		{"yes", "country missing or country present", everything, ""},
		{"yes", everything, "country missing or country present", ""},
		{"yes", everything, "country missing or country = 'US' or country != 'US'", ""},
		{"yes", "not (country = 'US' and labels has 'a')", "country missing or country != 'US' or not labels has 'a'", ""},

		// Beginnings, ends and parts.
		{"yes", "name prefix 'US shop'", "name prefix 'US '", ""},
		{"no", "name prefix 'US '", "name prefix 'US shop'", "name 'US x'"},
		{"yes", "name prefix 'US ' and name prefix 'DE '", nothing, ""},
		{"yes", "name prefix ''", "name present", ""},
		{"yes", "name present", "name prefix '' and name suffix '' and name contains ''", ""},
		{"yes", "name suffix '.de'", "name suffix 'e'", ""},
		{"yes", "name = 'aba'", "name prefix 'ab' and name suffix 'ba'", ""},
		{"no", "name prefix 'ab' and name suffix 'ba'", "name = 'aba'", "name 'abxba'"},
		{"yes", "name prefix 'ab'", "name contains 'a' and name contains 'b'", ""},
		{"no", "name contains 'a' and name contains 'b'", "name contains 'ab' or name contains 'ba'", "name 'xaxbx'"},
		{"yes", "name contains 'aba'", "name contains 'ab' and name contains 'ba'", ""},
		{"no", "name contains 'ab' and name contains 'ba'", "name contains 'aba'", "name 'xabxbax'"},
		{"yes", "name contains 'aba' and not name contains 'b'", nothing, ""},
		{"yes", "name in ('abc', 'bcd', 'x')", "name contains 'bc' or name = 'x'", ""},
		{"no", "name in ('abc', 'bcd', 'x')", "name contains 'bc'", "name 'x'"},
		{"no", "name contains 'xyzwvkjq' and name prefix '0123456789'", "name = 'xyzwvkjq'", "name '0123456789AxyzwvkjqA'"},
		{"no", "name contains 'xyzwvkjq0123456789' and not name contains 'AB'", "name prefix 'ACD'", "name 'Exyzwvkjq0123456789E'"},
		{"no", "name contains 'a'", "name prefix 'a' or name suffix 'a' or name = 'a'", "name 'xax'"},
		{"no", "name prefix 'b' or name contains 'b'", "name prefix 'b'", "name 'xbx'"},
		{"yes", "name = 'ab' and name contains 'c'", nothing, ""},
		{"no", "name suffix 'ab' and name contains 'b' and name contains 'a'", nothing, "name 'xab'"},
		{"no", "name contains 'b' and name contains 'abc'", nothing, "name 'xabcx'"},
		{"yes", "not name contains 'a' and (name contains 'ab' or name contains 'ba')", nothing, ""},
		{"yes", "name prefix 'a' and (name contains 'ab' and spend = 1 and spend = 2 or not name contains 'a')", nothing, ""},

		// Numbers.
		{"yes", "spend > 5", "spend >= 5", ""},
		{"no", "spend >= 5", "spend > 5", "spend 5"},
		{"no", "spend > 5", "spend >= 6", "spend 5.5"},
		{"no", "spend > 5", "spend >= 8", "spend 6"},
		{"yes", "spend > 5 and spend < 3", nothing, ""},
		{"no", "spend != 5", "spend > 5", "spend 4"},
		{"yes", "spend > 0.1 and spend < 0.10000000000000002", nothing, ""},
		{"no", "spend > 0.1 and spend < 0.10000000000000003", nothing, "spend 0.10000000000000002"},
		{"yes", "spend > 9007199254740992 or spend < -9007199254740992", nothing, ""},
		{"yes", "spend >= 9007199254740992", "spend = 9007199254740992", ""},
		{"no", "spend > 9007199254740991", nothing, "spend 9007199254740992"},
		{"yes", "spend > 9007199254740990 and spend != 9007199254740991 and spend != 9007199254740992", nothing, ""},
		{"yes", "spend present", "spend >= -9007199254740992", ""},
		{"no", "spend = 0", "spend < 0", "spend 0"},
		{"no", "spend present", "spend missing", "spend 0"},

		// Labels.
		{"yes", "labels has 'a'", "labels has any ('a', 'b')", ""},
		{"no", "labels has any ('a', 'b')", "labels has 'a'", "labels ('b')"},
		{"yes", "labels has all ('a', 'b')", "labels has 'b'", ""},
		{"no", "labels has 'b'", "labels has all ('a', 'b')", "labels ('b')"},
		{"yes", "labels has all ('a', 'b', 'a')", "labels has any ('b', 'c')", ""},
		{"no", "labels has any ('a', 'b', 'c')", "labels has all ('a', 'b', 'c')", "labels ('a')"},
		{"yes", "labels has any ('a', 'b') and not labels has 'a'", "labels has 'b'", ""},
		{"no", "labels present", "labels has 'a'", "labels ()"},
		{"yes", "labels missing", "not labels present", ""},
		{"no", "not labels has 'a' and labels has 'b' and spend = 1 and spend = 2 or labels has 'a' and not labels has 'b'", nothing, "labels ('a')"},
		{"no", everything, "labels has 'a' or not labels has 'a'", ""},

		// What no account can have.
		{"yes", "name = '" + long + "n'", nothing, ""},
		{"yes", "name prefix '" + long + "n'", nothing, ""},
		{"yes", "name contains '" + long + "n'", nothing, ""},
		{"yes", "labels has '" + long + "n'", nothing, ""},
		{"no", "labels has any ('" + long + "n', 'b')", nothing, "labels ('b')"},
		{"no", "name = '" + long + "'", nothing, "name '" + long + "'"},
		{"no", "name prefix '" + long[1:] + "'", nothing, "name '" + long[1:] + "x'"},
		{"yes", "name suffix '" + long + "n'", nothing, ""},
		{"no", "labels has '" + long + "'", nothing, "labels ('" + long + "')"},
		{"no", "name contains '" + long[:2000] + "' and name contains '" + long[:3000] + "'", nothing, "name 'x" + long[:3000] + "x'"},
		{"maybe", "name contains '" + long[:2048] + "' and name contains 'm" + long[:2047] + "m'", nothing, ""},
		{"maybe", "name prefix '" + long + "'", nothing, ""},
		{"maybe", "name contains '" + long + "'", nothing, ""},
		{"yes", "name prefix '" + long + "'", "name contains 'n'", ""},
		{"yes", "labels has all (" + thousand + ", '1000')", nothing, ""},
		{"no", "labels has all (" + thousand + ")", "name present", "labels (" + strings.Join(sortedTexts(labels[:1000]), ", ") + ")"},
		{"yes", "labels has all (" + thousand + ") and labels has 'x'", nothing, ""},
		{"yes", "labels has all (" + thousand + ") and not not labels has 'x'", nothing, ""},
		{"no", "spend = 1 and labels has all (" + thousand + ") and country = 'a' and country = 'b' or spend = 2 and labels has 'x'", nothing, "labels ('x'), spend 2"},

		// Several attributes.
		{"yes", "country = 'US' and labels has 'vip'", "country in ('US', 'CA')", ""},
		{"no", "country in ('US', 'CA')", "country = 'US' and labels has 'vip'", "country 'US', labels ()"},
		{"yes", "country = 'US' and (spend > 5 or labels has 'vip')", "country = 'US' and spend > 5 or labels has 'vip'", ""},
		{"no", "country = 'US' and spend > 5 or labels has 'vip'", "country = 'US' and (spend > 5 or labels has 'vip')", "country 'x', labels ('vip')"},
	}
	// Written out as comparisons, they cost what the list costs.
	one := func(op, between string) string { return op + strings.Join(labels, between+op) }
	for _, list := range []struct{ written, short string }{
		{one("country = ", " or "), "country in (" + thousand + ", '1000')"},
		{one("country != ", " and "), "country not in (" + thousand + ", '1000')"},
		{one("labels has ", " or "), "labels has any (" + thousand + ", '1000')"},
		{one("labels has ", " and "), "labels has all (" + thousand + ", '1000')"},
		{"not (spend = 5 or " + one("country = ", " or ") + ")", "spend != 5 and country not in (" + thousand + ", '1000')"},
	} {
		tests = append(tests, implied{"yes", list.written, list.short, ""}, implied{"yes", list.short, list.written, ""})
	}
	// As many classes of one attribute as of another do not multiply.
	tests = append(tests, implied{"yes", "country in (" + thousand + ") and name in (" + thousand + ")",
		"country in (" + thousand + ") and name = '0' or country present and name not in ('0', 'x')", ""})
	s := world(t)
	for _, test := range tests {
		got := datagroup.Implies(parse(t, s, test.f), parse(t, s, test.g), s)
		if got.Answer.String() != test.want || shown(got.Counterexample) != test.shown {
			t.Errorf("%.200s implies %.200s: got %v, %.200s, want %s, %.200s", test.f, test.g, got.Answer, shown(got.Counterexample), test.want, test.shown)
		}
	}
}

func sortedTexts(texts []string) []string { return slices.Sorted(slices.Values(texts)) }

// Filters of several schemas: what counts are the attributes of the one that is
// asked about.
func TestImpliesBySchema(t *testing.T) {
	s := world(t)
	f, g := parse(t, schema(t, "country string"), "country = 'US'"), parse(t, schema(t, "country string", "zone string"), "country in ('US', 'CA')")
	zone := parse(t, schema(t, "zone string"), "zone present")
	number := parse(t, schema(t, "country number"), "country present")
	own := parse(t, nil, "name = 'x'")
	for i, test := range []struct {
		want string
		f, g datagroup.Filter
		s    *datagroup.Schema
	}{
		{"yes", f, g, s},
		{"no", g, f, s},
		{"maybe", f, g, nil},
		{"maybe", f, zone, s},
		{"maybe", zone, f, s},
		{"maybe", number, f, s},
		{"maybe", zone, zone, s},
		{"maybe", parse(t, schema(t, "zone string"), "zone missing"), datagroup.Filter{}, s},
		{"maybe", datagroup.Filter{}, zone, s},
		{"yes", datagroup.Any(f, own), datagroup.Any(own, g), s},
		{"yes", own, own, nil},
		{"no", own, datagroup.Filter{}, nil},
		{"no", own, datagroup.Filter{}, new(datagroup.Schema)},
	} {
		if got := datagroup.Implies(test.f, test.g, test.s); got.Answer.String() != test.want {
			t.Errorf("%d: %v implies %v: got %v, want %s", i, test.f, test.g, got.Answer, test.want)
		}
	}
	if zero := (datagroup.Implication{}); zero.Answer != datagroup.Maybe || datagroup.Answer(9).String() != "invalid" {
		t.Error("the zero Implication is not Maybe")
	}
}

// TestImpliesGrowth: filters from outside cannot make the search take long, and
// what cannot be decided within its steps is a maybe.
func TestImpliesGrowth(t *testing.T) {
	s := schema(t, "country string", "spend number", "tags labels")
	many := func(n int, part, between string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = strings.ReplaceAll(part, "#", fmt.Sprint(i))
		}
		return strings.Join(all, between)
	}
	for name, texts := range map[string]func(n int) (f, g string){
		"lists": func(n int) (string, string) {
			return "country in (" + many(n, "'c#'", ", ") + ")", "country in (" + many(n, "'d#'", ", ") + ", " + many(n, "'c#'", ", ") + ")"
		},
		"alternatives": func(n int) (string, string) {
			return many(n, "country = 'c#'", " or "), many(n, "country = 'c#'", " or ") + " or name present"
		},
		"parts": func(n int) (string, string) {
			return many(n, "name contains 'c#'", " and "), many(n, "name contains 'd#'", " or ")
		},
		"parts of parts": func(n int) (string, string) {
			return many(n, "(name contains 'c#' or country contains 'c#')", " and "), many(n, "(name contains 'd#' and country contains 'd#')", " or ")
		},
		"beginnings and ends": func(n int) (string, string) {
			return many(n, "(name prefix 'c#' or name suffix 'c#')", " or "), many(n, "name prefix 'd#'", " or ")
		},
		"labels": func(n int) (string, string) {
			return many(n, "tags has any ('a#', 'b#')", " and "), many(n, "tags has all ('a#', 'b#')", " or ")
		},
		"numbers": func(n int) (string, string) {
			return many(n, "(spend > # or tags has '#')", " and "), many(n, "spend = #", " or ")
		},
		"long values": func(n int) (string, string) {
			return "name contains '" + strings.Repeat("a", 4*n) + "'", "name contains '" + strings.Repeat("ab", 2*n) + "'"
		},
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				f, g := texts(n)
				from, to := parse(t, s, f), parse(t, s, g)
				return func() { datagroup.Implies(from, to, s) }
			})
		})
	}
}

// Things in holes, one more of them than holes: all of an account's labels hang
// together, and any search must give up on many of them.
func TestImpliesGivesUp(t *testing.T) {
	s := world(t)
	for holes, want := range map[int]string{2: "yes", 4: "yes", 20: "maybe"} {
		var every, twice []string
		for thing := range holes + 1 {
			var somewhere []string
			for hole := range holes {
				somewhere = append(somewhere, fmt.Sprintf("labels has '%d in %d'", thing, hole))
				for other := range thing {
					twice = append(twice, fmt.Sprintf("labels has all ('%d in %d', '%d in %d')", thing, hole, other, hole))
				}
			}
			every = append(every, "("+strings.Join(somewhere, " or ")+")")
		}
		f, g := parse(t, s, strings.Join(every, " and ")), parse(t, s, strings.Join(twice, " or "))
		got := datagroup.Implies(f, g, s)
		if got.Answer.String() != want || got.Steps < f.Size()+g.Size() || got.Steps > f.Size()+g.Size()+300_000 || (want == "maybe") != (got.Steps > 250_000) {
			t.Errorf("%d things in %d holes: got %v by %d steps, want %s", holes+1, holes, got.Answer, got.Steps, want)
		}
		if again := datagroup.Implies(f, f, s); again.Answer != datagroup.Yes || again.Steps > 1+2*f.Size() {
			t.Errorf("%d things in %d holes imply themselves: got %v by %d steps", holes+1, holes, again.Answer, again.Steps)
		}
	}
}

func FuzzImplies(f *testing.F) {
	for _, seed := range [][3]string{
		{"country = 'US'", "country in ('US', 'CA')", "US"},
		{"name prefix 'ab' and name suffix 'ba'", "name = 'aba' or name contains 'a'", "aba"},
		{"labels has any ('a', 'b')", "labels has all ('a', 'b') and spend missing", "a"},
		{"spend > 5 or not id = 'a'", "spend >= 5.5", "7"},
		{"not (country missing or name present)", "everything", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	s := world(f)
	f.Fuzz(func(t *testing.T, from, to, value string) {
		f, err := s.Parse(from)
		g, err2 := s.Parse(to)
		if err != nil || err2 != nil {
			return
		}
		got := datagroup.Implies(f, g, s)
		if a := got.Counterexample; got.Answer == datagroup.No && (f.Match(a) != datagroup.True || g.Match(a) == datagroup.True) {
			t.Fatalf("%v implies %v: no, and %s is no counterexample", f, g, shown(a))
		}
		for bits := range 16 {
			values := make(map[string]datagroup.Value)
			for i, v := range []datagroup.Value{datagroup.Text(value), datagroup.Number(float64(len(value))), datagroup.Labels(value), datagroup.Text("US")} {
				if name := []string{"country", "spend", "labels", "name"}[i]; bits>>i&1 == 1 {
					values[name] = v
				}
			}
			a, err := s.Account(datagroup.AccountID("i"+value), "google", values)
			if err == nil && got.Answer == datagroup.Yes && f.Match(a) == datagroup.True && g.Match(a) != datagroup.True {
				t.Fatalf("%v implies %v: yes, and %s is a counterexample", f, g, shown(a))
			}
		}
	})
}

func BenchmarkImplies(b *testing.B) {
	s := world(b)
	list := func(from, to int) string {
		return "country in ('" + strings.Join(numbered(to)[from:], "', '") + "')"
	}
	for _, test := range []struct{ name, f, g string }{
		{"yes", "country = 'US'", "country in ('US', 'CA')"},
		{"no", "country = 'US'", "country = 'CA'"},
		{"three attributes", "country in ('US', 'CA') and labels has 'vip' and not name contains 'test'", "country in ('US', 'CA') and not name contains 'test'"},
		{"labels", "labels has any ('a', 'b')", "labels has all ('b', 'a')"},
		{"lists of 1000", list(0, 1000), list(0, 1001)},
		{"alternatives", "country = 'a' or country = 'b' or country = 'c' and spend > 5", "country = 'b' or country = 'a' or country = 'c' or country = 'd'"},
	} {
		f, g := parse(b, s, test.f), parse(b, s, test.g)
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				datagroup.Implies(f, g, s)
			}
		})
	}
}
