package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/duckdb/duckdb-go/v2"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// kind is how a database differs from others.
type kind struct {
	name, driver string
	dialect      sqlfilter.Dialect
	numbered     bool // arguments are $1, $2 …
	text         string
	labels       string // the type of a column for them
	column       sqlfilter.Column
	analyze      string
}

var (
	sqlite     = kind{"SQLite", "sqlite", sqlfilter.SQLite(), false, "TEXT", "TEXT", sqlfilter.Column{JSON: "labels"}, "ANALYZE"}
	duckDB     = kind{"DuckDB", "duckdb", sqlfilter.DuckDB(), false, "VARCHAR", "VARCHAR[]", sqlfilter.Column{Array: "labels"}, "ANALYZE"}
	postgreSQL = kind{"PostgreSQL", "pgx", sqlfilter.PostgreSQL(), true, "TEXT", "JSONB", sqlfilter.Column{JSON: "labels"}, "ANALYZE accounts, report"}
	mariaDB    = kind{"MariaDB", "mysql", sqlfilter.MariaDB(), false, "VARCHAR(100)", "JSON", sqlfilter.Column{JSON: "labels"}, "ANALYZE TABLE accounts, report"}
)

// database is an open database with the tables of the service.
type database struct {
	kind
	db *sql.DB
	// accounts describes the table of accounts by the alias a, and report that of the
	// rows by the alias r, in which the accounts have their ids only.
	accounts, report *sqlfilter.Table
}

// open opens the database that a data source name names.
func (k kind) open(name string) (*database, error) {
	d := &database{kind: k}
	var err error
	if d.accounts, err = sqlfilter.NewTable(k.dialect, "a", map[string]sqlfilter.Column{
		"id": {Text: "id"}, "source": {Text: "source"}, "country": {Text: "country"}, "spend": {Number: "spend"}, "labels": k.column,
	}); err != nil {
		return nil, err
	}
	if d.report, err = sqlfilter.NewTable(k.dialect, "r", map[string]sqlfilter.Column{"id": {Text: "account_id"}}); err != nil {
		return nil, err
	}
	d.db, err = sql.Open(k.driver, name)
	return d, err
}

// where returns a condition with its arguments as the database has them.
func (d *database) where(p sqlfilter.Predicate) (string, []any) {
	if d.numbered {
		return p.Numbered(1)
	}
	where, args, _ := p.ToSql() // which never fails
	return where, args
}

// fill makes the tables, in the place of those that are there, and fills them.
func (d *database) fill(ctx context.Context, accounts []document.Account, report []row) error {
	for _, statement := range []string{
		"DROP TABLE IF EXISTS report",
		"DROP TABLE IF EXISTS accounts",
		"CREATE TABLE accounts (id " + d.text + " PRIMARY KEY, source " + d.text + " NOT NULL, country " + d.text + ", spend DOUBLE PRECISION, labels " + d.labels + ")",
		"CREATE TABLE report (day DATE NOT NULL, account_id " + d.text + ", clicks BIGINT NOT NULL, spend BIGINT NOT NULL)",
	} {
		if _, err := d.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := d.insert(ctx, "accounts", len(accounts), func(i int) []any { return d.accountValues(accounts[i]) }); err != nil {
		return err
	}
	if err := d.insert(ctx, "report", len(report), func(i int) []any { return report[i].values() }); err != nil {
		return err
	}
	for _, statement := range []string{"CREATE INDEX report_account ON report (account_id)", d.analyze} {
		if _, err := d.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// accountValues returns the columns of an account. A value that is missing is NULL,
// and labels without any are an empty list.
func (d *database) accountValues(a document.Account) []any {
	values := []any{a.ID, a.Source, nil, nil, nil}
	if v := a.Values["country"]; !v.IsMissing() {
		values[2] = v.Text()
	}
	if v := a.Values["spend"]; !v.IsMissing() {
		values[3] = v.Number()
	}
	if v := a.Values["labels"]; !v.IsMissing() {
		values[4] = d.labelsValue(v)
	}
	return values
}

func (d *database) labelsValue(v datagroup.Value) any {
	set := slices.AppendSeq([]string{}, v.Labels())
	if d.column.Array != "" {
		return set
	}
	text, _ := json.Marshal(set) // which never fails for strings
	return string(text)
}

func (r row) values() []any {
	if r.account == "" {
		return []any{r.day, nil, r.clicks, r.spend}
	}
	return []any{r.day, string(r.account), r.clicks, r.spend}
}

// insert adds n rows to a table in one transaction, many by one statement.
func (d *database) insert(ctx context.Context, table string, n int, values func(i int) []any) error {
	if d.driver == "duckdb" {
		return d.appendRows(ctx, table, n, values) // a hundred times as quick there
	}
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	const atOnce = 500
	for from := 0; from < n; from += atOnce {
		var statement strings.Builder
		var args []any
		statement.WriteString("INSERT INTO " + table + " VALUES")
		for i := from; i < min(n, from+atOnce); i++ {
			separator := ", ("
			if i == from {
				separator = " ("
			}
			for _, v := range values(i) {
				args = append(args, v)
				statement.WriteString(separator + d.argument(len(args)))
				separator = ", "
			}
			statement.WriteString(")")
		}
		if _, err := tx.ExecContext(ctx, statement.String(), args...); err != nil {
			return fmt.Errorf("filling %s: %w", table, err)
		}
	}
	return tx.Commit()
}

func (d *database) argument(n int) string {
	if d.numbered {
		return fmt.Sprintf("$%d", n)
	}
	return "?"
}

// appendRows is insert by the Appender of DuckDB.
func (d *database) appendRows(ctx context.Context, table string, n int, values func(i int) []any) error {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		appender, err := duckdb.NewAppenderFromConn(c.(driver.Conn), "", table)
		if err != nil {
			return err
		}
		for i := range n {
			var columns []driver.Value
			for _, v := range values(i) {
				columns = append(columns, v)
			}
			if err := appender.AppendRow(columns...); err != nil {
				appender.Close()
				return fmt.Errorf("filling %s: %w", table, err)
			}
		}
		return appender.Close()
	})
}
