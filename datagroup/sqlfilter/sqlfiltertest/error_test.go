package sqlfiltertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// TestErrorText prints errors with all they have.
func TestErrorText(t *testing.T) {
	t.Parallel()
	account, err := Schema().Account("a\n", "google", map[string]datagroup.Value{"name": datagroup.Text("\x00"), "rate": datagroup.Number(0.5)})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("é", 1000)
	for _, tt := range []struct {
		want string
		err  *Error
	}{
		{"sqlfiltertest: strength: odd", &Error{Check: "strength", Err: errors.New("odd")}},
		{
			`sqlfiltertest: filter name = '' and note = 'x': account "a\n" with name '\x00', note missing: odd: x = ? with ["", bytes "\xff", 0.5, 7, [1 2]] (and 3 more of this kind)`,
			&Error{Check: "filter", Filter: "name = '' and note = 'x'", Account: account, SQL: "x = ?", Args: []any{"", []byte("\xff"), 0.5, 7, []int{1, 2}}, More: 3, Err: errors.New("odd")},
		},
		{
			`sqlfiltertest: ids: 1 id: account "a\n" with source "google": odd: x with [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … 12 arguments]`,
			&Error{Check: "ids: 1 id", Account: account, SQL: "x", Args: []any{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, Err: errors.New("odd")},
		},
		{
			"sqlfiltertest: filter name = '" + long[:392] + "…: odd: " + long[:800] + "…",
			&Error{Check: "filter", Filter: "name = '" + long + "'", SQL: long, Err: errors.New("odd")},
		},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// TestRefusal takes only the refusals that are allowed.
func TestRefusal(t *testing.T) {
	t.Parallel()
	table, err := sqlfilter.NewTable(toyDialect(), "a", toyColumns())
	if err != nil {
		t.Fatal(err)
	}
	some, err := table.IDs(slices.Values([]datagroup.AccountID{"a"}))
	if err != nil {
		t.Fatal(err)
	}
	none := sqlfilter.Predicate{}
	noColumn, tooLarge, wrongType := &sqlfilter.Error{Err: sqlfilter.ErrNoColumn}, &sqlfilter.Error{Err: sqlfilter.ErrTooLarge}, &sqlfilter.Error{Err: sqlfilter.ErrType}
	note, name := asked(attribute("note"), datagroup.Present), asked(attribute("name"), datagroup.Present)
	many := func(n int) datagroup.Node { return anyOf(repeated(n, func(int) datagroup.Node { return name })...) }
	tester := &tester{db: Database{Without: []string{"note"}}}
	for _, tt := range []struct {
		want string // part of the error
		n    datagroup.Node
		p    sqlfilter.Predicate
		err  error
	}{
		{"", name, some, nil},
		{"", note, none, noColumn},
		{"", negated(anyOf(name, note)), none, fmt.Errorf("x: %w", noColumn)},
		{"", many(201), none, tooLarge},
		{"is not refused", note, some, nil},
		{"is not refused", allOf(name, negated(note)), some, nil},
		{"it is refused: ", name, none, noColumn},
		{"it is refused: ", many(200), none, tooLarge},
		{"it is refused: ", note, none, wrongType},
		{"without a *sqlfilter.Error", note, none, sqlfilter.ErrNoColumn},
		{"and there is a predicate", note, some, noColumn},
	} {
		got := ""
		if e := tester.refusal(tt.n, tt.p, tt.err); e != nil {
			got = e.Error()
		}
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%.50s with the error %v: %q, want %q", written(tt.n), tt.err, got, tt.want)
		}
	}
}

// TestSameText finds SQL that depends on literals, and takes that which depends on
// the filter.
func TestSameText(t *testing.T) {
	t.Parallel()
	table, err := sqlfilter.NewTable(toyDialect(), "a", toyColumns())
	if err != nil {
		t.Fatal(err)
	}
	where := func(filter string) (datagroup.Node, sqlfilter.Predicate) {
		f, err := Schema().Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		p, err := table.Where(f)
		if err != nil {
			t.Fatal(err)
		}
		return f.Root(), p
	}
	tester := &tester{texts: make(map[string]string)}
	for _, filter := range []string{
		"name = 'a'", "name = ''", "name != 'a'", "note = 'a'", "name in ('a')", "name in ('a', 'b')", "name in ('a', '')", "rate = 0", "rate = 1",
		"not name = 'a'", "name = 'a' and rate = 1", "name = 'b' or rate = 2", "name = '' or rate = 3",
	} {
		if e := tester.sameText(where(filter)); e != nil {
			t.Errorf("%s: %v", filter, e)
		}
	}
	n, _ := where("name = 'x' or rate = 0")
	_, p := where("name = 'x' or spend = 0")
	if e := tester.sameText(n, p); e == nil {
		t.Error("SQL that depends on literals is not found")
	}
}

// TestPlaceholders finds arguments and numbers that do not fit.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	one, two := []any{1}, []any{1, 2}
	for _, tt := range []struct {
		ok       bool
		sql      string
		args     []any
		numbered string
		same     []any
	}{
		{true, "a", nil, "a", nil},
		{true, "a = ? AND b = ?", two, "a = $9 AND b = $10", two},
		{false, "a = ? AND b = ?", one, "a = $9 AND b = $10", one},
		{false, "a = ?", two, "a = $9", two},
		{false, "a = ? AND b = ?", two, "a = $9 AND b = $10", one},
		{false, "a = ? AND b = ?", two, "a = $1 AND b = $2", two},
		{false, "a = ? AND b = ?", two, "a = $9 AND b = $9", two},
		{false, "a = ? AND b = ?", two, "a = $9 AND b = ?", two},
		{false, "a = ?", one, "b = $9", one},
	} {
		if err := placeholders(tt.sql, tt.args, 9, tt.numbered, tt.same); (err == nil) != tt.ok {
			t.Errorf("%s with %v and %s with %v: %v", tt.sql, tt.args, tt.numbered, tt.same, err)
		}
	}
}

// TestStrength finds out what a test has not shown.
func TestStrength(t *testing.T) {
	t.Parallel()
	none := func(kind) bool { return false }
	c := make(coverage)
	all := []datagroup.Truth{datagroup.True, datagroup.False, datagroup.Unknown}
	for _, a := range attributes {
		for _, o := range operators[a.Type] {
			c.count(asked(a, o), all)
		}
	}
	if err := c.weak(none); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		attribute string
		operator  datagroup.Operator
		truth     datagroup.Truth
		want      string
	}{
		{"note", datagroup.Prefix, datagroup.Unknown, "no comparison note prefix was unknown"},
		{"note", datagroup.Prefix, datagroup.False, "no comparison note prefix was false"},
		{"rate", datagroup.AtMost, datagroup.True, "no comparison rate <= was true"},
		{"tags", datagroup.Missing, datagroup.False, "no comparison tags missing was false"},
		{"tags", datagroup.Missing, datagroup.Unknown, ""},
		{"id", datagroup.Equal, datagroup.Unknown, ""},
		{"source", datagroup.Present, datagroup.False, ""},
		{"source", datagroup.Missing, datagroup.True, ""},
		{"source", datagroup.Missing, datagroup.False, "no comparison source missing was false"},
	} {
		said := c[kind{attribute(tt.attribute), tt.operator}]
		before := *said
		said[tt.truth] = 0
		err := c.weak(none)
		if got := fmt.Sprint(err); (err == nil) != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s %s never %s: %v, want %q", tt.attribute, tt.operator, tt.truth, err, tt.want)
		}
		*said = before
	}
	delete(c, kind{attribute("note"), datagroup.In})
	if err := c.weak(none); err == nil || strings.Count(err.Error(), "note in") != 3 {
		t.Errorf("an operator that is left out: %v", err)
	}
	if err := c.weak(func(k kind) bool { return k.attribute.Name == "note" }); err != nil {
		t.Errorf("an attribute without a column: %v", err)
	}
	c.count(negated(asked(attribute("note"), datagroup.In)), all)
	if c.weak(none) == nil {
		t.Error("a not counts as a comparison")
	}
	weak := &tester{covered: make(coverage)}
	if e := weak.checkStrength(); e == nil || e.Check != "strength" {
		t.Errorf("a test that shows nothing: %v", e)
	}
}
