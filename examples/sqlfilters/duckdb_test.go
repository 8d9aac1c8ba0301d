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

func init() { setups = append(setups, duckdbSetups...) }

var duckdbSetups = []setup{
	{name: "DuckDB", dialect: sqlfilter.DuckDB, thorough: true, rare: true, open: duckdbKind{text: "VARCHAR", labels: labelsArray, tags: tagsRows}.open},
	{name: "DuckDB NOCASE", dialect: sqlfilter.DuckDB, open: duckdbKind{text: "VARCHAR COLLATE NOCASE", labels: labelsJSON, tags: tagsRows}.open},
	{name: "DuckDB NOACCENT", dialect: sqlfilter.DuckDB, rare: true, open: duckdbKind{text: "VARCHAR COLLATE NOACCENT", labels: labelsRows, tags: tagsArray}.open},
	{name: "DuckDB ICU", dialect: sqlfilter.DuckDB, rare: true, open: duckdbKind{text: "VARCHAR COLLATE NOCASE.NOACCENT.de", labels: labelsJSON, tags: tagsJSON}.open},
	{name: "DuckDB, a collation for all", dialect: sqlfilter.DuckDB, rare: true, open: duckdbKind{text: "VARCHAR", fallback: "NOCASE", labels: labelsArray, tags: tagsJSON}.open},
}

// Labels in arrays.
var (
	labelsArray = sqlfilter.Column{Array: "labels"}
	tagsArray   = sqlfilter.Column{Array: "tags"}
)

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
