package sqlfilter_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

func TestZeroPredicate(t *testing.T) {
	sql, args, err := (sqlfilter.Predicate{}).ToSql()
	numbered, more := (sqlfilter.Predicate{}).Numbered(7)
	if sql != "1 = 0" || len(args) != 0 || err != nil || numbered != sql || len(more) != 0 {
		t.Errorf("it is %q %v %v, %q %v", sql, args, err, numbered, more)
	}
}

func TestNumbered(t *testing.T) {
	p, err := table(t, sqlfilter.PostgreSQL()).Where(parse(t, "country in ('US', 'CA') or spend > 3"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from  int
		first string
		last  string
	}{{1, "$1", "$5"}, {8, "$8", "$12"}} {
		sql, args := p.Numbered(tt.from)
		if !strings.Contains(sql, " IN ("+tt.first+", $") || !strings.HasSuffix(sql, " > "+tt.last+"))") || strings.Contains(sql, "?") {
			t.Errorf("from %d it is %s", tt.from, sql)
		}
		if want := []any{"US", "CA", "US", "CA", 3.0}; !slices.Equal(args, want) {
			t.Errorf("the arguments are %v", args)
		}
	}
}

// What a caller does to the arguments does not reach the predicate.
func TestArgumentsAreACopy(t *testing.T) {
	p, err := table(t, sqlfilter.SQLite()).Where(parse(t, "spend > 3"))
	if err != nil {
		t.Fatal(err)
	}
	_, args, _ := p.ToSql()
	args[0] = 0.0
	if _, args, _ := p.ToSql(); args[0] != 3.0 {
		t.Errorf("the arguments became %v", args)
	}
}

// A predicate that is given as a value is an error, instead of no condition.
func TestPredicateIsNoValue(t *testing.T) {
	if v, err := (sqlfilter.Predicate{}).Value(); v != nil || err == nil {
		t.Errorf("it is %v, %v", v, err)
	}
}

func ids(ids ...string) iter.Seq[datagroup.AccountID] {
	return func(yield func(datagroup.AccountID) bool) {
		for _, id := range ids {
			if !yield(datagroup.AccountID(id)) {
				return
			}
		}
	}
}

func TestList(t *testing.T) {
	hostile := []string{"", `a"b`, `a\b`, "a'b", "{a,b}", "NULL", "é", "a\x00b", "a\xffb", "a\u2028b", "<&>"}
	for _, tt := range []struct {
		dialect sqlfilter.Dialect
		ids     []string
		want    string
	}{
		{sqlfilter.SQLite(), nil, `[]`},
		{sqlfilter.SQLite(), hostile, `["","a\"b","a\\b","a'b","{a,b}","NULL","é","a\u0000b","a\u2028b","\u003c\u0026\u003e"]`},
		{sqlfilter.PostgreSQL(), nil, `{}`},
		{sqlfilter.PostgreSQL(), hostile, `{"","a\"b","a\\b","a'b","{a,b}","NULL","é","a` + "\u2028" + `b","<&>"}`},
		{sqlfilter.MariaDB(), nil, `[]`},
		{sqlfilter.MariaDB(), hostile[:3], `["","612262","615c62"]`},
	} {
		list, err := tt.dialect.List(ids(tt.ids...))
		value, err2 := list.Value()
		if value != tt.want || list.String() != tt.want || errors.Join(err, err2) != nil {
			t.Errorf("%s: %q is %v, %v, not %s", tt.dialect.Name, tt.ids, value, err, tt.want)
		}
	}
	if list, err := sqlfilter.SQLite().List(nil); list.String() != "[]" || list.Len() != 0 || err != nil {
		t.Errorf("a nil sequence is %v, %v", list, err)
	}
	if list, err := sqlfilter.PostgreSQL().List(ids("a", "b\x00", "c")); list.Len() != 2 || err != nil {
		t.Errorf("the length of %v is %d, %v", list, list.Len(), err)
	}
}

// What MariaDB would cut is refused in lists of ids. Those of a filter are arguments
// there, as many as a statement may have.
func TestLongItems(t *testing.T) {
	fits, long := strings.Repeat("a", 500), strings.Repeat("a", 501)
	d := sqlfilter.MariaDB()
	many := func(item string) string { return "country in ('" + item + "'" + strings.Repeat(", 'US'", 40) + ")" }
	for _, tt := range []struct {
		name string
		err  func() error
		want error
	}{
		{"list", func() error { _, err := d.List(ids(fits)); return err }, nil},
		{"long item", func() error { _, err := d.List(ids("a", long)); return err }, sqlfilter.ErrTooLarge},
		{"ids", func() error { _, err := table(t, d).IDs(manyIDs(1001, long)); return err }, sqlfilter.ErrTooLarge},
		{"few ids", func() error { _, err := table(t, d).IDs(ids(long)); return err }, nil},
		{"filter", func() error { _, err := table(t, d).Where(parse(t, many(fits))); return err }, nil},
		{"long filter", func() error { _, err := table(t, d).Where(parse(t, many(long))); return err }, nil},
		{"65,534 arguments", func() error { _, err := table(t, d).Where(parse(t, manyLabels(8192, 8192, 8192, 8191))); return err }, nil},
		{"65,536 arguments", func() error { _, err := table(t, d).Where(parse(t, manyLabels(8192, 8192, 8192, 8192))); return err }, sqlfilter.ErrTooLarge},
		{"elsewhere", func() error { _, err := sqlfilter.SQLite().List(ids(long)); return err }, nil},
	} {
		if err := tt.err(); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// manyLabels returns a filter with so many items in each list: two arguments for each,
// one of them plain.
func manyLabels(items ...int) string {
	var parts []string
	for _, n := range items {
		parts = append(parts, "rows has any ('a'"+strings.Repeat(", 'a'", n-1)+")")
	}
	return strings.Join(parts, " and ")
}

// manyIDs yields n ids, the last of which is given.
func manyIDs(n int, last string) iter.Seq[datagroup.AccountID] {
	var all []string
	for i := range n - 1 {
		all = append(all, fmt.Sprint("a-", i))
	}
	return ids(append(all, last)...)
}

// Ids are one argument for each comparison with them, however many they are. A plain
// one is made as long as an index pays.
func TestIDs(t *testing.T) {
	plain, list := `"a"."id" IN (`, "json_each"
	for _, tt := range []struct {
		name    string
		dialect sqlfilter.Dialect
		ids     iter.Seq[datagroup.AccountID]
		list    bool
		plain   bool
		args    int
	}{
		{"none", sqlfilter.SQLite(), nil, true, true, 2},
		{"one", sqlfilter.SQLite(), ids("a"), true, true, 2},
		{"a thousand", sqlfilter.SQLite(), manyIDs(1000, "z"), true, true, 2},
		{"more than a thousand", sqlfilter.SQLite(), manyIDs(1001, "z"), true, false, 1},
		{"none without an index for lists", sqlfilter.MariaDB(), nil, true, false, 1},
		{"one without an index for lists", sqlfilter.MariaDB(), ids("a"), false, true, 2},
		{"a thousand without an index for lists", sqlfilter.MariaDB(), manyIDs(1000, "z"), false, true, 2000},
		{"more without an index for lists", sqlfilter.MariaDB(), manyIDs(1001, "z"), true, false, 1},
	} {
		if tt.dialect.Name == "MariaDB" {
			plain, list = "`a`.`id` IN (", "JSON_TABLE"
		}
		p, err := table(t, tt.dialect).IDs(tt.ids)
		_, args, _ := p.ToSql()
		if strings.Contains(p.String(), list) != tt.list || strings.Contains(p.String(), plain) != tt.plain || len(args) != tt.args || err != nil {
			t.Errorf("%s: %v with %d arguments, %v", tt.name, p, len(args), err)
		}
	}
	if _, err := new(sqlfilter.Table).IDs(ids("a")); !errors.Is(err, sqlfilter.ErrNoColumn) || strings.Contains(err.Error(), "by their ids") {
		t.Errorf("without a column of id: %v", err)
	}
}
