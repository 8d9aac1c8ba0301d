package sqlfilter_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files again")

// The SQL of every operator on every database, for people to read. That it is right
// is shown by the tests of examples/sqlfilters, on the databases themselves.
func TestWhere(t *testing.T) {
	filters := []string{
		"everything", "nothing",
		"country = 'US'", "not country = 'US'", "country != 'US'", "country in ('US', 'CA')", "country not in ('US', 'CA')",
		"country prefix 'U'", "country suffix 'S'", "country contains 'US'", "country missing", "country present",
		"upper = 'US'",
		"spend = 1", "spend != 1", "spend < 1", "spend <= 1", "spend > 1", "spend >= 1", "spend missing",
		"json has 'vip'", "json has any ('vip', 'new')", "json has all ('vip', 'new')", "json missing",
		"rows has 'vip'", "rows has any ('vip', 'new')", "rows has all ('vip', 'new')", "rows missing", "rows present",
		"array has 'vip'", "array has any ('vip', 'new')", "array has all ('vip', 'new')", "array missing",
		"country = 'US' and (spend > 1 or not spend < 5)",
		"country in (" + strings.Repeat("'US', ", 40) + "'CA')",
	}
	for _, d := range dialects {
		t.Run(d.Name, func(t *testing.T) {
			table := table(t, d)
			var b strings.Builder
			for _, filter := range filters {
				fmt.Fprintln(&b, filter)
				if p, err := table.Where(parse(t, filter)); err != nil {
					fmt.Fprintf(&b, "    %v\n\n", err)
				} else {
					_, args, _ := p.ToSql()
					fmt.Fprintf(&b, "    %v\n    %v\n\n", p, args)
				}
			}
			name := filepath.Join("testdata", strings.ToLower(d.Name)+".txt")
			if *update {
				if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), b.String()); d != "" {
				t.Errorf("-want +got; run with -update if that is meant\n%s", d)
			}
		})
	}
}

func TestNewTableRefuses(t *testing.T) {
	sqlite := sqlfilter.SQLite()
	rows := sqlfilter.Rows{Table: "labels", Account: "account", Label: "label", Known: "1 = 1"}
	without := func(change func(*sqlfilter.Dialect)) sqlfilter.Dialect {
		d := sqlite
		change(&d)
		return d
	}
	with := func(change func(*sqlfilter.Rows)) sqlfilter.Column {
		r := rows
		change(&r)
		return sqlfilter.Column{Rows: &r}
	}
	one := func(name string, c sqlfilter.Column) map[string]sqlfilter.Column {
		return map[string]sqlfilter.Column{"id": {Text: "id"}, name: c}
	}
	for _, tt := range []struct {
		name    string
		dialect sqlfilter.Dialect
		table   string
		columns map[string]sqlfilter.Column
		cause   error
		text    string
	}{
		{"zero dialect", sqlfilter.Dialect{}, "a", nil, sqlfilter.ErrDialect, "has no template Quote"},
		{"no text", without(func(d *sqlfilter.Dialect) { d.Text = "" }), "a", nil, sqlfilter.ErrDialect, `"SQLite" has no template Text`},
		{"no list", without(func(d *sqlfilter.Dialect) { d.InList = "" }), "a", nil, sqlfilter.ErrDialect, "InList"},
		{"no form of list", without(func(d *sqlfilter.Dialect) { d.ListForm = 0 }), "a", nil, sqlfilter.ErrDialect, "ListForm"},
		{"unknown form of list", without(func(d *sqlfilter.Dialect) { d.ListForm = 9 }), "a", nil, sqlfilter.ErrDialect, "ListForm"},
		{"unknown mark", without(func(d *sqlfilter.Dialect) { d.Suffix = "{ } {} {d '1'} {text} = {litteral}" }), "a", nil, sqlfilter.ErrDialect, "the mark {litteral}, which does not exist"},
		{"unknown mark in labels", without(func(d *sqlfilter.Dialect) { d.Array.From = "unnest({colum}" }), "a", nil, sqlfilter.ErrDialect, "the mark {colum}"},
		{"no table", sqlite, "", nil, sqlfilter.ErrColumn, "name is empty"},
		{"table named as ours", sqlite, "AMBIT_label", nil, sqlfilter.ErrColumn, "another alias"},
		{"table with an argument", sqlite, "a?", nil, sqlfilter.ErrColumn, "has a ?"},
		{"table with a control character", sqlite, "a\x00", nil, sqlfilter.ErrColumn, "control"},
		{"table with a long name", sqlite, strings.Repeat("a", 129), nil, sqlfilter.ErrColumn, "128"},
		{"no form", sqlite, "a", one("x", sqlfilter.Column{}), sqlfilter.ErrColumn, "exactly one of"},
		{"two forms", sqlite, "a", one("x", sqlfilter.Column{Text: "x", Number: "x"}), sqlfilter.ErrColumn, "exactly one of"},
		{"rows and a form", sqlite, "a", one("x", sqlfilter.Column{Text: "x", Rows: &rows}), sqlfilter.ErrColumn, "exactly one of"},
		{"array without arrays", sqlite, "a", one("x", sqlfilter.Column{Array: "x"}), sqlfilter.ErrColumn, "SQLite cannot keep labels so"},
		{"table with its schema", sqlite, "public.accounts", nil, sqlfilter.ErrColumn, "has a dot"},
		{"column with its table", sqlite, "a", one("x", sqlfilter.Column{Text: "a.x"}), sqlfilter.ErrColumn, "without its table"},
		{"attribute with a space", sqlite, "a", one("x ", sqlfilter.Column{Text: "x"}), sqlfilter.ErrColumn, "no account can have it"},
		{"attribute below accounts", sqlite, "a", one("campaign", sqlfilter.Column{Text: "x"}), sqlfilter.ErrColumn, "work at account level"},
		{"column with an argument", sqlite, "a", one("x", sqlfilter.Column{Text: "x?"}), sqlfilter.ErrColumn, "has a ?"},
		{"expression with an argument", sqlite, "a", one("x", sqlfilter.Column{Text: "x -> ?", Expression: true}), sqlfilter.ErrColumn, "has a ?"},
		{"expression of spaces", sqlite, "a", one("x", sqlfilter.Column{Text: " ", Expression: true}), sqlfilter.ErrColumn, "is empty"},
		{"id as a number", sqlite, "a", map[string]sqlfilter.Column{"id": {Number: "id"}}, sqlfilter.ErrColumn, "describe it as Text"},
		{"name as labels", sqlite, "a", one("name", sqlfilter.Column{JSON: "name"}), sqlfilter.ErrColumn, "describe it as Text"},
		{"rows without id", sqlite, "a", map[string]sqlfilter.Column{"x": {Rows: &rows}}, sqlfilter.ErrColumn, "column of id as well"},
		{"rows without what is known", sqlite, "a", one("x", with(func(r *sqlfilter.Rows) { r.Known = "" })), sqlfilter.ErrColumn, "Rows.Known is empty"},
		{"rows known by a space", sqlite, "a", one("x", with(func(r *sqlfilter.Rows) { r.Known = " " })), sqlfilter.ErrColumn, "expression is empty"},
		{"rows known by an argument", sqlite, "a", one("x", with(func(r *sqlfilter.Rows) { r.Known = "?" })), sqlfilter.ErrColumn, "has a ?"},
		{"rows without a table", sqlite, "a", one("x", with(func(r *sqlfilter.Rows) { r.Table = "" })), sqlfilter.ErrColumn, "name is empty"},
		{"rows without an account", sqlite, "a", one("x", with(func(r *sqlfilter.Rows) { r.Account = "" })), sqlfilter.ErrColumn, "name is empty"},
		{"rows without a label", sqlite, "a", one("x", with(func(r *sqlfilter.Rows) { r.Label = "" })), sqlfilter.ErrColumn, "name is empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := sqlfilter.NewTable(tt.dialect, tt.table, tt.columns)
			if table != nil || !errors.Is(err, tt.cause) || !strings.Contains(err.Error(), tt.text) || !strings.HasPrefix(err.Error(), "sqlfilter: table: ") {
				t.Errorf("it is %v, %v", table, err)
			}
		})
	}
}

// All problems are told at once.
func TestNewTableTellsAll(t *testing.T) {
	_, err := sqlfilter.NewTable(sqlfilter.SQLite(), "a", map[string]sqlfilter.Column{"x": {}, "y": {Array: "y"}, "z": {Text: "z"}})
	if err == nil || strings.Count(err.Error(), "sqlfilter: table: ") != 2 {
		t.Errorf("the error is %v", err)
	}
}

func TestWhereRefuses(t *testing.T) {
	number, err := datagroup.NewSchema(datagroup.Attribute{Name: "country", Type: datagroup.NumberType})
	if err != nil {
		t.Fatal(err)
	}
	other := func(filter string) datagroup.Filter {
		f, err := number.Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	many := func(n int) datagroup.Filter {
		var parts []string
		for i := range n {
			parts = append(parts, fmt.Sprintf("spend = %d", i))
		}
		return parse(t, strings.Join(parts, " or "))
	}
	for _, tt := range []struct {
		name   string
		filter datagroup.Filter
		causes []error
	}{
		{"no column", parse(t, "city = 'US'"), []error{sqlfilter.ErrNoColumn}},
		{"no column, deep", parse(t, "country = 'US' and not (country = 'CA' or city missing)"), []error{sqlfilter.ErrNoColumn}},
		{"no column for name", parse(t, "name = 'US'"), []error{sqlfilter.ErrNoColumn}},
		{"another type", other("country = 1"), []error{sqlfilter.ErrType}},
		{"another type for missing", other("country missing"), []error{sqlfilter.ErrType}},
		{"another type for present", other("country present"), []error{sqlfilter.ErrType}},
		{"200 comparisons", many(200), nil},
		{"201 comparisons", many(201), []error{sqlfilter.ErrTooLarge}},
		{"two problems", datagroup.Any(parse(t, "city = 'US'"), other("country = 1")), []error{sqlfilter.ErrNoColumn, sqlfilter.ErrType}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := table(t, sqlfilter.SQLite()).Where(tt.filter)
			if (err == nil) != (tt.causes == nil) {
				t.Fatalf("the error is %v", err)
			}
			for _, cause := range tt.causes {
				if e, ok := errors.AsType[*sqlfilter.Error](err); !errors.Is(err, cause) || !ok || e.Op != "where" {
					t.Errorf("the error is %v", err)
				}
			}
			if err != nil && p.String() != "1 = 0" {
				t.Errorf("the predicate is %v", p)
			}
		})
	}
}

// A union of data groups over one attribute is one list, which an index serves.
func TestMerge(t *testing.T) {
	for _, tt := range []struct{ name, filter, same string }{
		{"equal", "country = 'US' or country = 'CA'", "country in ('US', 'CA')"},
		{"lists", "country in ('US', 'CA') or country = 'DE'", "country in ('US', 'CA', 'DE')"},
		{"others between", "country = 'US' or spend > 1 or country = 'CA'", "country in ('US', 'CA') or spend > 1"},
		{"not equal", "country != 'US' and country != 'CA'", "country not in ('US', 'CA')"},
		{"labels", "json has 'a' or json has any ('b')", "json has any ('a', 'b')"},
		{"all labels", "json has 'a' and json has all ('b')", "json has all ('a', 'b')"},
		{"deep", "not (spend > 1 and (country = 'US' or country = 'CA'))", "not (spend > 1 and country in ('US', 'CA'))"},
		{"an operand that becomes one", "spend > 1 or (country != 'US' and country != 'CA')", "spend > 1 or country not in ('US', 'CA')"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := table(t, sqlfilter.SQLite())
			got, err := table.Where(parse(t, tt.filter))
			want, err2 := table.Where(parse(t, tt.same))
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			if got.String() != want.String() {
				t.Errorf("it is\n%v\nnot\n%v", got, want)
			}
			_, gotArgs, _ := got.ToSql()
			_, wantArgs, _ := want.ToSql()
			if !slices.Equal(gotArgs, wantArgs) {
				t.Errorf("the arguments are %v, not %v", gotArgs, wantArgs)
			}
		})
	}
	for _, tt := range []struct{ name, filter, not string }{
		{"equal in and", "country = 'US' and country = 'CA'", "country in ('US', 'CA')"},
		{"not equal in or", "country != 'US' or country != 'CA'", "country not in ('US', 'CA')"},
		{"labels in and", "json has 'a' and json has 'b'", "json has any ('a', 'b')"},
		{"labels in or", "json has 'a' or json has 'b'", "json has all ('a', 'b')"},
		{"two attributes", "country = 'US' or upper = 'CA'", "country in ('US', 'CA')"},
	} {
		t.Run("not "+tt.name, func(t *testing.T) {
			table := table(t, sqlfilter.SQLite())
			got, _ := table.Where(parse(t, tt.filter))
			not, _ := table.Where(parse(t, tt.not))
			if got.String() == not.String() {
				t.Errorf("both are %v", got)
			}
		})
	}
}

// No filter that is taken has more arguments than SQLite takes, which takes the
// fewest.
func TestArgumentsFit(t *testing.T) {
	list := "country in (" + strings.Repeat("'US', ", 39) + "'CA')"
	f := parse(t, strings.Repeat(list+" and ", 199)+list)
	for _, d := range dialects {
		p, err := table(t, d).Where(f)
		if _, args, _ := p.ToSql(); err != nil || len(args) < 8000 || len(args) > 32766 {
			t.Errorf("%s: %d arguments, %v", d.Name, len(args), err)
		}
	}
}

// A row without an id is no account, and no filter selects it that could without.
func TestRowsWithoutID(t *testing.T) {
	for _, tt := range []struct {
		filter string
		guard  bool
	}{
		{"everything", true},
		{"nothing", false},
		{"country missing", true},
		{"country present", false},
		{"not country present", true},
		{"not country missing", false},
		{"country = 'US'", false},
		{"not country = 'US'", false},
		{"country missing and spend > 1", false},
		{"country missing and spend missing", true},
		{"country present and spend missing", false},
		{"country missing or spend > 1", true},
		{"country present or spend > 1", false},
		{"not (country present or spend present)", true},
	} {
		p, err := table(t, sqlfilter.SQLite()).Where(parse(t, tt.filter))
		if got := strings.HasPrefix(p.String(), `("a"."id" IS NOT NULL AND `); got != tt.guard || err != nil {
			t.Errorf("%s: %v, %v", tt.filter, p, err)
		}
	}
	countries, err := sqlfilter.NewTable(sqlfilter.SQLite(), "a", map[string]sqlfilter.Column{"country": {Text: "country"}})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := countries.Where(parse(t, "country missing")); p.String() != `("a"."country" IS NULL)` || err != nil {
		t.Errorf("without a column of id: %v, %v", p, err)
	}
}

// The condition about the connection stands once, and only with arguments.
func TestConnection(t *testing.T) {
	t.Parallel()
	d := sqlfilter.PostgreSQL()
	d.Connection = "the connection"
	table, err := sqlfilter.NewTable(d, "a", map[string]sqlfilter.Column{"id": {Text: "id"}, "name": {Text: "name"}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"nothing": 0, "name missing": 0, "name = 'a'": 1, "name = 'a' or not name in ('b', 'c')": 1} {
		p, err := table.Where(parse(t, text))
		if got := strings.Count(p.String(), "the connection"); err != nil || got != want || want == 1 && !strings.HasPrefix(p.String(), "(the connection AND (") {
			t.Errorf("%s: it is asked %d times, %v, in %s", text, got, err, p)
		}
	}
	p, err := table.IDs(slices.Values([]datagroup.AccountID{"a"}))
	if err != nil || !strings.HasPrefix(p.String(), "(the connection AND (") {
		t.Errorf("by ids: %v, in %s", err, p)
	}
}
