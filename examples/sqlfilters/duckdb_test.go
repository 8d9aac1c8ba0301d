//go:build cgo

package sqlfilters

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
)

// duckdbKind is how a table of DuckDB keeps accounts.
type duckdbKind struct {
	text         string // the type of columns
	fallback     string // the collation of what has none, "" is binary
	labels, tags sqlfilter.Column
}

func init() {
	setups = append(setups, duckdbSetups...)
	odds = append(odds, oddities{dialect: sqlfilter.DuckDB, connect: duckdbEmpty, values: duckdbOdds})
	mutants = append(mutants, mutation{dialect: sqlfilter.DuckDB, rare: true, odd: odds[len(odds)-1].check, mutants: duckdbMutants})
}

var duckdbSetups = []setup{
	{name: "DuckDB", dialect: sqlfilter.DuckDB, rare: true, open: duckdbKind{text: "VARCHAR", labels: labelsArray, tags: tagsRows}.open},
	{name: "DuckDB NOCASE", dialect: sqlfilter.DuckDB, open: duckdbKind{text: "VARCHAR COLLATE NOCASE", labels: labelsJSON, tags: tagsJSON}.open},
	{name: "DuckDB ICU, NOACCENT", dialect: sqlfilter.DuckDB, rare: true, open: duckdbKind{text: "VARCHAR COLLATE NOACCENT.de", fallback: "NOCASE", labels: labelsRows, tags: tagsArray}.open},
}

var duckdbOdds = []odd{
	{column: "DOUBLE", value: "'NaN'", form: asNumber},
	{column: "DOUBLE", value: "'Infinity'", form: asNumber},
	{column: "DOUBLE", value: "'-Infinity'", form: asNumber},
	{column: "DOUBLE", value: "9007199254740994", form: asNumber},
	{column: "FLOAT", value: "'NaN'", form: asNumber},
	{column: "FLOAT", value: "0.5", form: asNumber, want: datagroup.Number(0.5)},
	{column: "FLOAT", value: "0.1", form: asNumber, want: datagroup.Number(float64(float32(0.1)))},
	{column: "BIGINT", value: "9007199254740992", form: asNumber, want: datagroup.Number(1 << 53)},
	{column: "BIGINT", value: "9007199254740993", form: asNumber},
	{column: "BIGINT", value: "-9007199254740993", form: asNumber},
	{column: "UBIGINT", value: "18446744073709551615", form: asNumber},
	{column: "HUGEINT", value: "170141183460469231731687303715884105727", form: asNumber},
	{column: "HUGEINT", value: "5", form: asNumber, want: datagroup.Number(5)},
	{column: "TINYINT", value: "5", form: asNumber, want: datagroup.Number(5)},
	{column: "DECIMAL(18,17)", value: "0.67567833800248851", form: asNumber, want: datagroup.Number(0.67567833800248851)},
	{column: "DECIMAL(38,37)", value: "0.1", form: asNumber, want: datagroup.Number(0.1), refused: true}, // 2^53 is no DECIMAL(38,37)
	{column: "DECIMAL(18,2)", value: "9007199254740992.01", form: asNumber},
	{column: "VARCHAR", value: "'5'", form: asNumber, refused: true},
	{column: "BOOLEAN", value: "true", form: asNumber, refused: true},
	{column: "DATE", value: "'2026-01-01'", form: asNumber, refused: true},
	{column: "JSON", value: "'5'", form: asNumber, refused: true},
	{column: "INTEGER", value: "5", form: asText, refused: true},
	{column: "UUID", value: "'12345678-1234-1234-1234-123456789012'", form: asText, refused: true},
	{column: "BLOB", value: "'5'", form: asText, refused: true},
	{column: "ENUM ('5', 'a')", value: "'5'", form: asText, want: datagroup.Text("5")},
	{column: "VARCHAR[]", value: "['a', 'b', 'a']", form: asArray, want: datagroup.Labels("a", "b")},
	{column: "VARCHAR[]", value: "['a', NULL]", form: asArray},
	{column: "VARCHAR[]", value: "[]", form: asArray, want: datagroup.Labels()},
	{column: "VARCHAR[1]", value: "['a']", form: asArray, want: datagroup.Labels("a")},
	{column: "INTEGER[]", value: "[5]", form: asArray, refused: true},
	{column: "VARCHAR", value: `'["a"]'`, form: asArray, refused: true},
	{column: "JSON", value: `'["a", "b", "a"]'`, form: asJSON, want: datagroup.Labels("a", "b")},
	{column: "JSON", value: "'[]'", form: asJSON, want: datagroup.Labels()},
	{column: "JSON", value: `'["a", 5]'`, form: asJSON},
	{column: "JSON", value: `'["a", null]'`, form: asJSON},
	{column: "JSON", value: `'[["a"]]'`, form: asJSON},
	{column: "JSON", value: "'null'", form: asJSON},
	{column: "JSON", value: `'{"a": "a"}'`, form: asJSON},
	{column: "JSON", value: `'"a"'`, form: asJSON},
	{column: "VARCHAR", value: `'["a"'`, form: asJSON},
	{column: "VARCHAR", value: "''", form: asJSON},
	{column: "VARCHAR[]", value: "['a']", form: asJSON, want: datagroup.Labels("a")},
}

var duckdbMutants = []mutant{
	// The collation of the column. Today suffix follows none, and is written like
	// the others.
	{"Text, Literal", "encode({column})", "{column}", "DuckDB NOCASE"},
	{"Prefix", "decode({text})", "{column}", "DuckDB NOCASE"},
	{"Contains", "decode({text})", "{column}", "DuckDB ICU, NOACCENT"},
	// Functions of texts do not take bytes.
	{"Prefix, Suffix, Contains", "decode({text})", "{text}", "DuckDB"},
	{"Prefix, Suffix, Contains", "decode({literal})", "{literal}", "DuckDB"},
	// The argument is hexadecimal.
	{"Literal", "unhex(?)", "encode(?)", "DuckDB"},
	// NaN, 2^53 + 1 and what else no account has.
	{"Number", "{column} BETWEEN -9007199254740992 AND 9007199254740992", "true", "odd"},
	{"Number", "{column} BETWEEN", "CAST({column} AS DOUBLE) BETWEEN", "odd"},
	// A DECIMAL that is rounded twice, and a FLOAT by way of its text.
	{"Number", "typeof({column}) LIKE 'DECIMAL%'", "false", "odd"},
	{"Number", "typeof({column}) LIKE 'DECIMAL%'", "true", "odd"},
	{"Number", "CAST(CAST({column} AS VARCHAR) AS DOUBLE)", "CAST({column} AS DOUBLE)", "odd"},
	{"Number", "CAST(CAST({column} AS VARCHAR) AS DOUBLE)", "CAST({column} AS VARCHAR)", "odd"},
	{"InList", "encode(unnest(", "(unnest(", "DuckDB"},
	// A text that is no JSON.
	{"JSON.Known", "json_type(CASE WHEN json_valid({column}) THEN {column} END)", "json_type({column})", "odd"},
	{"JSON.From", "CASE WHEN json_valid({column}) THEN {column} END", "{column}", "odd"},
	// An object, and an array with other things than strings.
	{"JSON.Known", " = 'ARRAY'", " IS NOT NULL", "odd"},
	{"JSON.Known", ", '$[*]'), 'VARCHAR')) = 1", ", '$[*]'), 'VARCHAR')) > 0", "odd"},
	// An empty array has no type of its own.
	{"JSON.Known", "list_append(json_type(CASE WHEN json_valid({column}) THEN {column} END, '$[*]'), 'VARCHAR')", "json_type(CASE WHEN json_valid({column}) THEN {column} END, '$[*]')", "odd"},
	// The label is in quotes.
	{"JSON.Value", " ->> '$'", "", "DuckDB NOCASE"},
	// NULL, in an array, and for one.
	{"Array.Known", "len({column}) = list_count({column})", "{column} IS NOT NULL", "odd"},
	{"Array.Known", "len({column}) = list_count({column})", "1 = 1", "DuckDB"},
}

func duckdbEmpty(t testing.TB) *sql.DB { return connect(t, "duckdb", "") }

func (k duckdbKind) open(t testing.TB, d sqlfilter.Dialect) sqlfiltertest.Database {
	// JSON is kept in a column for JSON, and in one of text.
	types := strings.NewReplacer("text", k.text, "set of labels", k.set(k.labels, "JSON"), "set of tags", k.set(k.tags, "VARCHAR"))
	db := connect(t, "duckdb", "",
		"SET default_collation = '"+k.fallback+"'",
		"SET threads = 1",
		types.Replace("CREATE TABLE accounts (id text NOT NULL, source text NOT NULL, name text, country text, note text, rate DOUBLE, spend DOUBLE, "+
			"labels set of labels, tags set of tags, labels_known BOOLEAN NOT NULL, tags_known BOOLEAN NOT NULL)"),
		types.Replace("CREATE TABLE account_labels (account text NOT NULL, label text NOT NULL)"),
		types.Replace("CREATE TABLE account_tags (account text NOT NULL, label text NOT NULL)"),
	)
	return sqlfiltertest.Database{
		Table:  table(t, d, withLabels(k.labels, k.tags)),
		Select: selector(db, "a.id"),
		Store:  func(ctx context.Context, a datagroup.Account) error { return k.insert(ctx, db, rowOf(a)) },
	}
}

// set returns the type of a column with labels.
func (k duckdbKind) set(c sqlfilter.Column, json string) string {
	if c.Array != "" {
		return "VARCHAR[]"
	}
	return json
}

// insert stores an account. The driver ends a string at its first byte 0, but no
// bytes.
func (k duckdbKind) insert(ctx context.Context, db *sql.DB, r row) error {
	var args []any
	for _, v := range r.values {
		switch {
		case v.IsMissing():
			args = append(args, nil)
		case v.Type() == datagroup.NumberType:
			args = append(args, v.Number())
		default:
			args = append(args, []byte(v.Text()))
		}
	}
	args = append(args, inJSON(r.labels), inJSON(r.tags), r.labels != nil, r.tags != nil)
	as := func(c sqlfilter.Column) string {
		if c.Array != "" {
			return `from_json(?, '["VARCHAR"]')`
		}
		return "?"
	}
	statement := "INSERT INTO accounts VALUES (decode(?), decode(?), decode(?), decode(?), decode(?), ?, ?, " + as(k.labels) + ", " + as(k.tags) + ", ?, ?)"
	if _, err := db.ExecContext(ctx, statement, args...); err != nil {
		return err
	}
	for name, set := range map[string][]string{"account_labels": r.labels, "account_tags": r.tags} {
		if set == nil {
			continue
		}
		statement := "INSERT INTO " + name + ` SELECT decode(?), unnest(from_json(?, '["VARCHAR"]'))`
		if _, err := db.ExecContext(ctx, statement, args[0], inJSON(set)); err != nil {
			return err
		}
	}
	return nil
}
