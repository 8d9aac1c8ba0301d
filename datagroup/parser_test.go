package datagroup_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/datagroup"
)

func TestParseErrors(t *testing.T) {
	tests := []struct {
		want       error
		offset     int
		suggestion string
		filter     string
	}{
		{datagroup.ErrSyntax, 0, "", ""},
		{datagroup.ErrSyntax, 2, "", " \n"},
		{datagroup.ErrSyntax, 0, "", ")"},
		{datagroup.ErrSyntax, 1, "", "()"},
		{datagroup.ErrSyntax, 0, "", "= 'x'"},
		{datagroup.ErrSyntax, 0, "", "'country' = 'x'"},
		{datagroup.ErrSyntax, 0, "", "and country = 'x'"},
		{datagroup.ErrSyntax, 0, "", "true"},
		{datagroup.ErrSyntax, 0, "", "*"},
		{datagroup.ErrSyntax, 3, "", "not"},
		{datagroup.ErrSyntax, 7, "", "country"},
		{datagroup.ErrSyntax, 8, "", "country 'x'"},
		{datagroup.ErrSyntax, 8, "contains", "country like 'x%'"},
		{datagroup.ErrSyntax, 8, "contains", "country LIKE '%x%'"},
		{datagroup.ErrSyntax, 8, "contains", "country ilike 'x'"},
		{datagroup.ErrSyntax, 12, "contains", "country not like 'x'"},
		{datagroup.ErrSyntax, 8, "missing", "country is 'x'"},
		{datagroup.ErrSyntax, 8, "missing", "country is null"},
		{datagroup.ErrSyntax, 8, "missing", "country IS NOT NULL"},
		{datagroup.ErrSyntax, 6, "", "spend between 10 and 20"},
		{datagroup.ErrSyntax, 6, "", "spend BETWEEN 10 AND 20"},
		{datagroup.ErrSyntax, 8, "prefix", "country startsWith 'x'"},
		{datagroup.ErrSyntax, 8, "suffix", "country endswith 'x'"},
		{datagroup.ErrSyntax, 8, "present", "country exists"},
		{datagroup.ErrSyntax, 8, "", "country ~ '^x'"},
		{datagroup.ErrSyntax, 8, "", "country matches '^x'"},
		{datagroup.ErrSyntax, 6, ">=", "spend gte 5"},
		{datagroup.ErrSyntax, 10, "'", "country = ＇x＇"},
		{datagroup.ErrSyntax, 10, "'", "country = “x”"},
		{datagroup.ErrSyntax, 10, "'", "country = «x»"},
		{datagroup.ErrSyntax, 11, "(", "country in （'x'）"},
		{datagroup.ErrSyntax, 15, ",", "country in ('x'，'y')"},
		{datagroup.ErrSyntax, 8, "=", "country ＝ 'x'"},
		{datagroup.ErrSyntax, 9, "", "country ="},
		{datagroup.ErrSyntax, 10, "", "country = = 'x'"},
		{datagroup.ErrSyntax, 13, "", "country = 'x')"},
		{datagroup.ErrSyntax, 14, "", "(country = 'x'"},
		{datagroup.ErrSyntax, 14, "", "country = 'x' country = 'y'"},
		{datagroup.ErrSyntax, 14, "", "country = 'x' , country = 'y'"},
		{datagroup.ErrSyntax, 15, "", "(country = 'x' country = 'y')"},
		{datagroup.ErrSyntax, 17, "", "country = 'x' and"},
		{datagroup.ErrSyntax, 18, "", "country = 'x' and and country = 'y'"},
		{datagroup.ErrSyntax, 12, "", "country not = 'x'"},
		{datagroup.ErrSyntax, 16, "", "country missing 'x'"},

		{datagroup.ErrSyntax, 10, "", "country = 'x"},
		{datagroup.ErrSyntax, 10, "", "country = 'x''"},
		{datagroup.ErrSyntax, 10, "", `country = "x'`},
		{datagroup.ErrSyntax, 10, "'", "country = ‘x’"},
		{datagroup.ErrSyntax, 10, "'US'", "country = US"},
		{datagroup.ErrSyntax, 10, "country missing", "country = null"},
		{datagroup.ErrSyntax, 8, "spend missing", "spend = null"},
		{datagroup.ErrSyntax, 8, "", "spend = five"},
		{datagroup.ErrSyntax, 10, "", "spend = 5 %"},

		{datagroup.ErrSyntax, 11, "", "country in 'x'"},
		{datagroup.ErrSyntax, 15, "", "country in ('x'"},
		{datagroup.ErrSyntax, 16, "", "country in ('x' 'y')"},
		{datagroup.ErrSyntax, 16, "", "country in ('x',)"},
		{datagroup.ErrSyntax, 12, "", "country in (,'x')"},
		{datagroup.ErrSyntax, 12, "", "country in (('x'))"},
		{datagroup.ErrEmptyList, 11, "", "country in ()"},
		{datagroup.ErrEmptyList, 15, "", "country not in ( )"},
		{datagroup.ErrEmptyList, 15, "", "labels has any ()"},
		{datagroup.ErrEmptyList, 15, "", "labels has all ()"},

		{datagroup.ErrSyntax, 11, "", "everything or country = 'x'"},
		{datagroup.ErrSyntax, 8, "", "nothing and nothing"},
		{datagroup.ErrSyntax, 1, "", "(everything)"},
		{datagroup.ErrSyntax, 4, "", "not nothing"},
		{datagroup.ErrSyntax, 17, "", "country = 'x' or everything"},
		{datagroup.ErrSyntax, 11, "", "everything everything"},

		{datagroup.ErrSyntax, 8, "=", "country == 'x'"},
		{datagroup.ErrSyntax, 8, "!=", "country <> 'x'"},
		{datagroup.ErrSyntax, 6, "<=", "spend =< 5"},
		{datagroup.ErrSyntax, 6, ">=", "spend => 5"},
		{datagroup.ErrSyntax, 14, "and", "country = 'x' && spend = 1"},
		{datagroup.ErrSyntax, 14, "and", "country = 'x' & spend = 1"},
		{datagroup.ErrSyntax, 14, "or", "country = 'x' || spend = 1"},
		{datagroup.ErrSyntax, 14, "or", "country = 'x' | spend = 1"},
		{datagroup.ErrSyntax, 0, "not", "!country = 'x'"},
		{datagroup.ErrSyntax, 14, "and", "country = 'x' AND spend = 1"},
		{datagroup.ErrSyntax, 14, "or", "country = 'x' Or spend = 1"},
		{datagroup.ErrSyntax, 15, "and", "(country = 'x' andd spend = 1)"},
		{datagroup.ErrSyntax, 8, "in", "country IN ('x')"},
		{datagroup.ErrSyntax, 12, "in", "country not IN ('x')"},
		{datagroup.ErrSyntax, 8, "contains", "country contians 'x'"},
		{datagroup.ErrSyntax, 8, "missing", "country mising"},
		{datagroup.ErrSyntax, 8, "prefix", "country Prefix 'x'"},

		{datagroup.ErrUnknownAttribute, 0, "country", "contry = 'x'"},
		{datagroup.ErrUnknownAttribute, 0, "country", "Country = 'x'"},
		{datagroup.ErrUnknownAttribute, 1, "source", "(suorce = 'x')"},
		{datagroup.ErrUnknownAttribute, 18, "labels", "country = 'x' and label has 'x'"},
		{datagroup.ErrUnknownAttribute, 0, "everything", "Everything"},
		{datagroup.ErrUnknownAttribute, 0, "nothing", "NOTHING"},
		{datagroup.ErrUnknownAttribute, 0, "not", "NOT country = 'x'"},
		{datagroup.ErrUnknownAttribute, 0, "", "region = 'x'"},
		{datagroup.ErrUnknownAttribute, 0, "", strings.Repeat("country", 1000) + " = 'x'"},

		{datagroup.ErrBelowAccount, 0, "", "campaign = 'x'"},
		{datagroup.ErrBelowAccount, 4, "", "not campaign_name prefix 'x'"},
		{datagroup.ErrBelowAccount, 0, "", "ad group = 'x'"},
		{datagroup.ErrBelowAccount, 0, "", "Ad_Groups has 'x'"},
		{datagroup.ErrBelowAccount, 0, "", "keyword contains 'x'"},

		{datagroup.ErrType, 8, "", "country < 'x'"},
		{datagroup.ErrType, 8, "", "country has 'x'"},
		{datagroup.ErrType, 8, "", "country has any ('x')"},
		{datagroup.ErrType, 6, "", "spend prefix 'x'"},
		{datagroup.ErrType, 6, "", "spend in (1, 2)"},
		{datagroup.ErrType, 6, "", "spend not in (1, 2)"},
		{datagroup.ErrType, 6, "", "spend contains 5"},
		{datagroup.ErrType, 7, "has", "labels = 'x'"},
		{datagroup.ErrType, 7, "has", "labels contains 'x'"},
		{datagroup.ErrType, 7, "has any", "labels in ('x')"},
		{datagroup.ErrType, 7, "", "labels != 'x'"},
		{datagroup.ErrType, 7, "", "labels >= 5"},
		{datagroup.ErrType, 10, "'5'", "country = 5"},
		{datagroup.ErrType, 17, "'5'", "country in ('x', 5)"},
		{datagroup.ErrType, 11, "'5'", "labels has 5"},
		{datagroup.ErrType, 8, "", "spend = '5'"},

		{datagroup.ErrNumber, 8, "", "spend = NaN"},
		{datagroup.ErrNumber, 8, "", "spend = Infinity"},
		{datagroup.ErrNumber, 8, "", "spend = inf"},
		{datagroup.ErrNumber, 8, "", "spend < -Inf"},
		{datagroup.ErrNumber, 8, "", "spend < 1e999"},
		{datagroup.ErrNumber, 8, "", "spend < 1e16"},
		{datagroup.ErrNumber, 8, "", "spend = 9007199254740993"},
		{datagroup.ErrNumber, 8, "", "spend = -9007199254740993"},
		{datagroup.ErrNumber, 8, "", "spend = 9007199254740992.5"},
		{datagroup.ErrNumber, 8, "", "spend = 0x1p4"},
		{datagroup.ErrNumber, 8, "", "spend = 1_000"},
		{datagroup.ErrNumber, 8, "", "spend = 5k"},
		{datagroup.ErrNumber, 8, "", "spend = 1.2.3"},
		{datagroup.ErrNumber, 8, "", "spend = 1e"},
		{datagroup.ErrNumber, 8, "", "spend = -"},
		{datagroup.ErrSyntax, 9, "", "spend = 1,000"},
		{datagroup.ErrSyntax, 9, "", "spend = 5-3"},
		{datagroup.ErrSyntax, 8, "", "spend = +5"},
		{datagroup.ErrSyntax, 8, "", "spend = .5"},

		{datagroup.ErrText, 11, "", "country = '\xff'"},
		{datagroup.ErrText, 14, "", "country = '\uFFFD\xc3'"},
		{datagroup.ErrText, 0, "", "\x80"},
		{datagroup.ErrSyntax, 0, "", "\x00"},
		{datagroup.ErrSyntax, 7, "", "country\u00a0= 'x'"},

		{datagroup.ErrTooDeep, 100, "", strings.Repeat("(", 101) + "country = 'x'" + strings.Repeat(")", 101)},
		{datagroup.ErrTooDeep, 400, "", strings.Repeat("not ", 101) + "country = 'x'"},
		{datagroup.ErrTooDeep, 250, "", strings.Repeat("not (", 50) + "not country = 'x'"},
		{datagroup.ErrTooDeep, 100, "", strings.Repeat("(", 256<<10)},
		{datagroup.ErrTooLong, 0, "", strings.Repeat("(", 1<<20)},
		{datagroup.ErrTooLong, 0, "", "country = '" + strings.Repeat("x", 256<<10) + "'"},
		{datagroup.ErrTooLong, 50012, "", "country in (" + strings.Repeat("'x', ", 12000) + "'x')"},
	}
	s := world(t)
	for _, test := range tests {
		f, err := s.Parse(test.filter)
		name := test.filter[:min(len(test.filter), 60)]
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
			continue
		}
		e := problems(t, err)[0]
		if e.Offset != test.offset || e.Suggestion != test.suggestion || e.Op != "filter" || !f.IsNothing() {
			t.Errorf("%s: got offset %d, suggestion %q, want %d, %q: %v", name, e.Offset, e.Suggestion, test.offset, test.suggestion, err)
		}
		if located := e.Line > 0; located == (test.want == datagroup.ErrTooLong && test.offset == 0) {
			t.Errorf("%s: line %d", name, e.Line)
		}
		if len(err.Error()) > 300 || !utf8.ValidString(err.Error()) {
			t.Errorf("%s: the message has %d bytes: %.400s", name, len(err.Error()), err)
		}
	}
}

func TestErrorMessages(t *testing.T) {
	tests := []struct {
		line, column int
		filter       string
		message      string
	}{
		{1, 1, "contry = 'x'", `datagroup: filter at 1:1: attribute "contry": it does not exist; did you mean country?`},
		{2, 23, "country = 'é' or\n    (country = 'x' and", `datagroup: filter at 2:23: expected an attribute, found the end`},
		{1, 15, "country = 'é' && spend > 1", `datagroup: filter at 1:15: expected and, or, or the end of the filter, found "&&"; did you mean and?`},
		{3, 6, "country\n=\n  'é', 5", `datagroup: filter at 3:6: expected and, or, or the end of the filter, found ","`},
		{1, 9, "country < 'x'", `datagroup: filter at 1:9: country is of type string; its operators are =, !=, in, not in, prefix, suffix, contains, missing, present`},
		{1, 7, "spend has 'x'", `datagroup: filter at 1:7: spend is of type number; its operators are =, !=, <, <=, >, >=, missing, present`},
		{1, 8, "labels = 'x'", `datagroup: filter at 1:8: labels is of type labels; its operators are has, has any, has all, missing, present; did you mean has?`},
		{1, 9, "spend > 1e99", `datagroup: filter at 1:9: "1e99" is beyond ±2^53; declare long ids as strings`},
		{1, 11, "country = 'x", `datagroup: filter at 1:11: the string is not closed with '`},
		{1, 1, "ad = 'x'", `datagroup: filter at 1:1: attribute "ad": it is finer than an account; data groups work at account level`},
		{1, 12, "country in ()", `datagroup: filter at 1:12: the list is empty`},
		{1, 5, "not everything", `datagroup: filter at 1:5: everything and nothing stand only on their own`},
		{1, 8, "country" + strings.Repeat("é", 30), `datagroup: filter at 1:8: expected an operator, found "é"`},
		{1, 9, "country " + strings.Repeat("x", 81), `datagroup: filter at 1:9: expected an operator, found "` + strings.Repeat("x", 80) + `"…`},
		{1, 9, "country '" + strings.Repeat("é", 60) + "'", `datagroup: filter at 1:9: expected an operator, found "'` + strings.Repeat("é", 39) + `"…`},
		{0, 0, strings.Repeat(" ", 256<<10+1), `datagroup: filter: the text is longer than 256 KiB, as written or as printed canonically`},
	}
	for _, test := range tests {
		_, err := world(t).Parse(test.filter)
		if err == nil || err.Error() != test.message {
			t.Errorf("%.40s\n got %v\nwant %s", test.filter, err, test.message)
			continue
		}
		if e := problems(t, err)[0]; e.Line != test.line || e.Column != test.column {
			t.Errorf("%.40s: at %d:%d, want %d:%d", test.filter, e.Line, e.Column, test.line, test.column)
		}
	}
}

func TestParseLimitsAreInclusive(t *testing.T) {
	s := world(t)
	tests := []struct{ name, filter string }{
		{"256 KiB", "country = '" + strings.Repeat("x", 256<<10-12) + "'"},
		{"spaces do not print", strings.Repeat(" ", 200<<10) + "country = 'x'"},
		{"100 parentheses", strings.Repeat("(", 100) + "country = 'x'" + strings.Repeat(")", 100)},
		{"100 not", strings.Repeat("not ", 100) + "country = 'x'"},
		{"100 inside one another, often", strings.Repeat("("+strings.Repeat("not ", 99)+"country = 'x') and ", 500) + "country = 'x'"},
		{"10,000 items", "country in (" + strings.Repeat("'x', ", 9999) + "'y')"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := parse(t, s, test.filter)
			if !parse(t, s, f.String()).Equal(f) {
				t.Error("does not round-trip")
			}
		})
	}
	// Within the limit as written, beyond it as printed: refused, or what was
	// saved could not be read again.
	text := strings.Repeat("spend<9e15 or ", 15_000) + "spend<9e15"
	if _, err := s.Parse(text); !errors.Is(err, datagroup.ErrTooLong) || len(text) > 256<<10 {
		t.Errorf("%d bytes that print longer than the limit: %v", len(text), err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "everything", "nothing", "country = 'US'", "country != \"it's\"", "country in ('US', 'CA') and not labels has any ('a')",
		"country not in ('x') or (spend >= 5e6 and name prefix 'US ')", "labels has all ('a', 'b', 'a')", "not not (country missing or name present)",
		"spend < -0.5e-7", "spend = 9007199254740992", "((((country='x'))))", "contry = 'x'", "country == 'x'", "campaign = 'x'", "country = 'x", "spend = NaN",
		"country in ()", "id suffix '''' and source contains \"\"\"\"", "labels has ''", "country\t=\r\n'é\U0001F600\x00'", "\xff", "(((", "not not not", "everything or",
	} {
		f.Add(seed)
	}
	s := world(f)
	accounts := []datagroup.Account{
		account(f, s, row{"name": "US 1", "country": "US", "spend": 5.0, "labels": []string{"a", "b"}}),
		account(f, s, row{"country": "", "labels": []string{}}),
		account(f, s, row{"spend": -1e-7}),
	}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := s.Parse(text)
		if err != nil {
			e := problems(t, err)[0]
			if e.Err == nil || e.Text == "" || e.Offset < 0 || e.Offset > len(text) || !filter.IsNothing() {
				t.Fatalf("%q: %+v", text, e)
			}
			return
		}
		canonical := filter.String()
		again, err := s.Parse(canonical)
		if err != nil || !again.Equal(filter) || again.String() != canonical {
			t.Fatalf("%q prints as %q, which parses to %v, %v", text, canonical, again, err)
		}
		for _, a := range accounts {
			if filter.Match(a) != again.Match(a) {
				t.Fatalf("%q and %q differ over %v", text, canonical, a)
			}
			for _, leaf := range filter.Explain(a) {
				if alone := parse(t, s, leaf.Text); alone.Match(a) != leaf.Truth {
					t.Fatalf("%q: the leaf %q is %v, alone %v", text, leaf.Text, leaf.Truth, alone.Match(a))
				}
			}
		}
	})
}
