package sqlfilters

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
)

// setup is a database and a way to keep accounts in it.
type setup struct {
	name    string
	dialect func() sqlfilter.Dialect
	// open makes an empty database for the test, with a table described in the
	// dialect d.
	open   func(t testing.TB, d sqlfilter.Dialect) sqlfiltertest.Database
	random bool // whether more random filters are tried with CI=true
	rare   bool // whether it is tried with CI=true only, and then with fewer of the hostile filters
}

// setups are all that are tried. The files of the databases add theirs.
var setups []setup

// TestSetups: in each set-up, conditions are true, false and NULL for exactly the
// accounts for which the filter is True, False and Unknown. Each has another part of
// the hostile filters, the same one each time; with AMBIT_LONG=1 it has all of them.
func TestSetups(t *testing.T) {
	t.Parallel()
	for i, s := range setups {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			if s.rare && !ci {
				t.Skip("with CI=true only")
			}
			config := s.config(uint64(i))
			if err := sqlfiltertest.TestDatabase(t.Context(), s.open(t, s.dialect()), config); err != nil {
				t.Errorf("%+v: %v", *config, err)
			}
		})
	}
}

// config says how much is tried of a set-up.
func (s setup) config(seed uint64) *sqlfiltertest.Config {
	c := &sqlfiltertest.Config{Seed: seed, Random: 100, OneIn: 2}
	long := os.Getenv("AMBIT_LONG") != ""
	switch {
	case long:
		c.OneIn = 1
	case s.rare:
		c.OneIn = 5
	}
	switch {
	case s.random && long:
		c.Random = 2000
	case s.random && ci:
		c.Random = 400
	}
	return c
}

// ci is whether this is a server for tests.
var ci = os.Getenv("CI") == "true"

// columns are the attributes of the corpus but the sets of labels, in the order in
// which statements have them.
var columns = []string{"id", "source", "name", "country", "note", "rate", "spend"}

// row is what a set-up stores of an account, by columns; its sets of labels are nil
// where they are missing.
type row struct {
	values       []datagroup.Value
	labels, tags []string
}

func rowOf(a datagroup.Account) row {
	var r row
	for _, name := range columns {
		r.values = append(r.values, a.Value(name))
	}
	r.labels, r.tags = set(a.Value("labels")), set(a.Value("tags"))
	return r
}

// set returns the labels of a value, nil for a missing one.
func set(v datagroup.Value) []string {
	if v.IsMissing() {
		return nil
	}
	return slices.AppendSeq([]string{}, v.Labels())
}

// inJSON returns labels as an array of JSON, nil for missing ones.
func inJSON(labels []string) any {
	if labels == nil {
		return nil
	}
	b, err := json.Marshal(labels)
	if err != nil {
		panic(err) // strings always can be
	}
	return string(b)
}

// Labels in JSON, and in tables of their own.
var (
	labelsJSON = sqlfilter.Column{JSON: "labels"}
	tagsJSON   = sqlfilter.Column{JSON: "tags"}
	labelsRows = sqlfilter.Column{Rows: &sqlfilter.Rows{Table: "account_labels", Account: "account", Label: "label", Known: "a.labels_known"}}
	tagsRows   = sqlfilter.Column{Rows: &sqlfilter.Rows{Table: "account_tags", Account: "account", Label: "label", Known: "a.tags_known"}}
)

// withLabels returns where the tables of most set-ups keep the attributes of the
// corpus.
func withLabels(labels, tags sqlfilter.Column) map[string]sqlfilter.Column {
	return map[string]sqlfilter.Column{
		"id": {Text: "id"}, "source": {Text: "source"}, "name": {Text: "name"}, "country": {Text: "country"}, "note": {Text: "note"},
		"rate": {Number: "rate"}, "spend": {Number: "spend"}, "labels": labels, "tags": tags,
	}
}

// Labels in arrays.
var (
	labelsArray = sqlfilter.Column{Array: "labels"}
	tagsArray   = sqlfilter.Column{Array: "tags"}
)

func table(t testing.TB, d sqlfilter.Dialect, columns map[string]sqlfilter.Column) *sqlfilter.Table {
	t.Helper()
	table, err := sqlfilter.NewTable(d, "a", columns)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// connect opens a database that lives in one connection, for the test, and runs
// statements.
func connect(t testing.TB, driver, name string, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%v: %s", err, s)
		}
	}
	return db
}

// selector returns a Select over the table accounts, for which an expression is the
// id.
func selector(db *sql.DB, id string) func(context.Context, string, []any) ([]datagroup.AccountID, error) {
	return func(ctx context.Context, where string, args []any) ([]datagroup.AccountID, error) {
		rows, err := db.QueryContext(ctx, "SELECT "+id+" FROM accounts AS a WHERE "+where, args...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var ids []datagroup.AccountID
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return nil, err
			}
			ids = append(ids, datagroup.AccountID(id))
		}
		return ids, rows.Err()
	}
}

// exec runs statements that must work.
func exec(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(fmt.Errorf("%w: %s", err, statement))
	}
}
