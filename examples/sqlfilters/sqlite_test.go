package sqlfilters

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
)

// sqliteKind is how a table of SQLite keeps accounts.
type sqliteKind struct {
	text, number string // the types of columns
	strict       string // what stands after the columns
	encoding     string // "" is UTF-8
	country      string // the column by an expression, "" is by its name
	labels, tags sqlfilter.Column
	json         string // the SQL around a set of labels, "" is none
	// store returns a text as it is stored, in one way or another as n is; nil is
	// as a text.
	store func(s string, n int) any
}

func init() {
	setups = append(setups, sqliteSetups...)
	odds = append(odds, oddities{dialect: sqlfilter.SQLite, connect: sqliteEmpty, values: sqliteOdds})
	mutants = append(mutants, mutation{dialect: sqlfilter.SQLite, odd: odds[len(odds)-1].check, plan: sqlitePlan, mutants: sqliteMutants})
}

var sqliteSetups = []setup{
	{name: "SQLite", dialect: sqlfilter.SQLite, random: true, open: sqliteKind{text: "TEXT", number: "REAL", labels: labelsJSON, tags: tagsRows}.open},
	{name: "SQLite STRICT", dialect: sqlfilter.SQLite, rare: true, open: sqliteKind{text: "TEXT", number: "REAL", strict: "STRICT", labels: labelsRows, tags: tagsJSON}.open},
	{name: "SQLite NOCASE", dialect: sqlfilter.SQLite, open: sqliteKind{text: "TEXT COLLATE NOCASE", number: "NUMERIC", labels: labelsJSON, tags: tagsRows}.open},
	{name: "SQLite RTRIM", dialect: sqlfilter.SQLite, rare: true, open: sqliteKind{
		text: "TEXT COLLATE RTRIM", number: "REAL", country: "a.country COLLATE NOCASE", labels: labelsRows, tags: tagsJSON,
	}.open},
	{name: "SQLite UTF-16", dialect: sqlfilter.SQLite, rare: true, open: sqliteKind{text: "TEXT", number: "REAL", encoding: "UTF-16le", labels: labelsJSON, tags: tagsRows}.open},
	// The column of labels has a name that json_each has as well, which the expression
	// does not qualify.
	{name: "SQLite without types", dialect: sqlfilter.SQLite, open: sqliteKind{
		labels: sqlfilter.Column{JSON: "value", Expression: true}, tags: tagsRows, json: "jsonb", store: anyStorage,
	}.open},
}

var sqliteOdds = []odd{
	{column: "", value: "5", form: asNumber, want: datagroup.Number(5)},
	{column: "", value: "'5'", form: asNumber},
	{column: "", value: "'abc'", form: asNumber},
	{column: "", value: "''", form: asNumber},
	{column: "", value: "X'35'", form: asNumber},
	{column: "REAL", value: "'abc'", form: asNumber},
	{column: "REAL", value: "'5'", form: asNumber, want: datagroup.Number(5)}, // it is a number when it is stored
	{column: "REAL", value: "1e999", form: asNumber},
	{column: "REAL", value: "-1e999", form: asNumber},
	{column: "REAL", value: "9007199254740994", form: asNumber},
	{column: "INTEGER", value: "9007199254740993", form: asNumber},
	{column: "INTEGER", value: "-9007199254740993", form: asNumber},
	{column: "INTEGER", value: "9007199254740992", form: asNumber, want: datagroup.Number(1 << 53)},
	{column: "TEXT", value: "5", form: asNumber},
	{column: "TEXT", value: "-1e999", form: asNumber},
	{column: "TEXT", value: "18014398509481984.0", form: asNumber},
	{column: "TEXT", value: "'5'", form: asText, want: datagroup.Text("5")},
	{column: "TEXT", value: "X'35'", form: asText, want: datagroup.Text("5")},
	{column: "INTEGER", value: "5", form: asText, want: datagroup.Text("5")},
	{column: "", value: "5", form: asText, want: datagroup.Text("5")},
	{column: "TEXT", value: `'["a"]'`, form: asJSON, want: datagroup.Labels("a")},
	{column: "BLOB", value: `jsonb('["a","b","a"]')`, form: asJSON, want: datagroup.Labels("a", "b")},
	{column: "TEXT", value: "'[]'", form: asJSON, want: datagroup.Labels()},
	{column: "TEXT", value: `'["a",5]'`, form: asJSON},
	{column: "TEXT", value: `'["a",null]'`, form: asJSON},
	{column: "TEXT", value: `'[["a"]]'`, form: asJSON},
	{column: "TEXT", value: `'["a"'`, form: asJSON},
	{column: "TEXT", value: `'["a",]'`, form: asJSON},
	{column: "TEXT", value: "''", form: asJSON},
	{column: "TEXT", value: "'null'", form: asJSON},
	{column: "TEXT", value: `'{"a":"a"}'`, form: asJSON},
	{column: "TEXT", value: `'"a"'`, form: asJSON},
	{column: "TEXT", value: "5", form: asJSON},
	{column: "BLOB", value: "X'FF00'", form: asJSON},
}

// anyStorage stores a text as a column without a type may have it: as a text, as its
// bytes, or as the integer that is written so.
func anyStorage(s string, n int) any {
	i, err := strconv.ParseInt(s, 10, 64)
	switch {
	case n%3 == 0 && err == nil && strconv.FormatInt(i, 10) == s:
		return i
	case n%3 == 1:
		return []byte(s)
	}
	return s
}

func sqliteEmpty(t testing.TB) *sql.DB { return connect(t, "sqlite", ":memory:") }

func (k sqliteKind) open(t testing.TB, d sqlfilter.Dialect) sqlfiltertest.Database {
	db := k.connect(t)
	columns := withLabels(k.labels, k.tags)
	if k.country != "" {
		columns["country"] = sqlfilter.Column{Text: k.country, Expression: true}
	}
	stored := 0
	return sqlfiltertest.Database{
		Table:  table(t, d, columns),
		Select: selector(db, "a.id"),
		Store: func(ctx context.Context, a datagroup.Account) error {
			stored++
			return k.insert(ctx, db, rowOf(a), stored)
		},
	}
}

// connect returns a database with empty tables.
func (k sqliteKind) connect(t testing.TB) *sql.DB {
	labels, tags := cmp.Or(k.labels.JSON, "labels"), cmp.Or(k.tags.JSON, "tags")
	return connect(t, "sqlite", ":memory:",
		"PRAGMA encoding = '"+cmp.Or(k.encoding, "UTF-8")+"'",
		strings.NewReplacer("text", k.text, "number", k.number).Replace(
			"CREATE TABLE accounts (id text NOT NULL, source text NOT NULL, name text, country text, note text, rate number, spend number, "+
				labels+" text, "+tags+" text, labels_known INT NOT NULL, tags_known INT NOT NULL) "+k.strict),
		strings.ReplaceAll("CREATE TABLE account_labels (account text NOT NULL, label text NOT NULL) "+k.strict, "text", k.text),
		strings.ReplaceAll("CREATE TABLE account_tags (account text NOT NULL, label text NOT NULL) "+k.strict, "text", k.text),
		"CREATE INDEX by_id ON accounts (id)",
		"CREATE INDEX by_country ON accounts (country)",
		"CREATE INDEX labels_by_account ON account_labels (account)",
		"CREATE INDEX tags_by_account ON account_tags (account)",
	)
}

// insert stores an account, the one with that number.
func (k sqliteKind) insert(ctx context.Context, db *sql.DB, r row, number int) error {
	store := k.store
	if store == nil {
		store = func(s string, _ int) any { return s }
	}
	var args []any
	for i, v := range r.values {
		switch f := v.Number(); {
		case v.IsMissing():
			args = append(args, nil)
		case v.Type() == datagroup.NumberType && k.number == "" && f == math.Trunc(f) && number%2 == 0:
			args = append(args, int64(f))
		case v.Type() == datagroup.NumberType:
			args = append(args, f)
		default:
			args = append(args, store(v.Text(), number+i))
		}
	}
	args = append(args, inJSON(r.labels), inJSON(r.tags), r.labels != nil, r.tags != nil)
	statement := "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, " + k.json + "(?), " + k.json + "(?), ?, ?)"
	if _, err := db.ExecContext(ctx, statement, args...); err != nil {
		return err
	}
	for name, set := range map[string][]string{"account_labels": r.labels, "account_tags": r.tags} {
		for i, label := range set {
			if _, err := db.ExecContext(ctx, "INSERT INTO "+name+" VALUES (?, ?)", store(r.values[0].Text(), number+i+1), store(label, number+i/2)); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestColumnCalledTrue: SQLite takes TRUE for a column of that name if there is one.
func TestColumnCalledTrue(t *testing.T) {
	t.Parallel()
	db := connect(t, "sqlite", ":memory:",
		`CREATE TABLE accounts (id text, labels text, "true" integer, "false" integer)`,
		`INSERT INTO accounts VALUES ('1', '["b"]', 0, 1), ('2', '["a"]', 0, 1), ('3', '["a"]', 1, 0), ('4', '["b"]', 1, 0), ('5', NULL, 0, 1)`)
	schema, err := datagroup.NewSchema(datagroup.Attribute{Name: "labels", Type: datagroup.LabelsType})
	if err != nil {
		t.Fatal(err)
	}
	accounts := table(t, sqlfilter.SQLite(), map[string]sqlfilter.Column{"id": {Text: "id"}, "labels": {JSON: "labels"}})
	for filter, want := range map[string][]datagroup.AccountID{
		"labels has 'a'": {"2", "3"}, "not labels has 'a'": {"1", "4"}, "labels has any ('a', 'c')": {"2", "3"}, "not labels has all ('a', 'b')": {"1", "2", "3", "4"},
	} {
		f, err := schema.Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		p, err := accounts.Where(f)
		if err != nil {
			t.Fatal(err)
		}
		where, args, _ := p.ToSql()
		if got, err := selector(db, "a.id")(t.Context(), where+" ORDER BY 1", args); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: it selects %q, %v, and must %q", filter, got, err, want)
		}
	}
}
