package sqlbuilders

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/examples/sqlbuilders/sqlc/postgresql"
	"github.com/ambit-authz/ambit/examples/sqlbuilders/sqlc/sqlite"
)

// sqlc knows no condition that is made while the program runs. It takes the ids of
// the accounts: for SQLite one argument, which the query reads by json_each.
func Example_sqlc() {
	db := openReports()
	defer db.Close()
	dialect := sqlfilter.SQLite()
	for _, reader := range readers {
		visible, err := dialect.List(policy.View(access.User(reader)).Accounts())
		if err != nil {
			fmt.Println(err)
			return
		}
		clicks, err := sqlite.New(db).Clicks(context.Background(), sqlite.ClicksParams{First: first, Accounts: visible, Until: until})
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

// For PostgreSQL sqlc asks for a slice of strings, which is one argument as well:
// = ANY(@accounts::text[]).
func Example_sqlcPostgreSQL() {
	ctx := context.Background()
	conn, err := connectReports(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close(ctx)
	for _, reader := range readers {
		var ids []string
		for id := range policy.View(access.User(reader)).Accounts() {
			ids = append(ids, string(id))
		}
		clicks, err := postgresql.New(conn).Clicks(ctx, postgresql.ClicksParams{First: first, Accounts: ids, Until: until})
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

func sqlcSQLite(t *testing.T, db *sql.DB) library {
	dialect := sqlfilter.SQLite()
	return library{name: "sqlc", listOnly: true, rows: func(q question) ([]int64, string, error) {
		visible, err := dialect.List(q.ids)
		if err != nil {
			return nil, "", err
		}
		rows, err := sqlite.New(db).Visits(t.Context(), sqlite.VisitsParams{First: first, Accounts: visible, Until: until})
		return rows, "", err
	}}
}

func sqlcPostgreSQL(t *testing.T, dsn string) library {
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return library{name: "sqlc", listOnly: true, noNUL: true, rows: func(q question) ([]int64, string, error) {
		var ids []string
		q.ids(func(id datagroup.AccountID) bool {
			ids = append(ids, string(id))
			return true
		})
		rows, err := postgresql.New(conn).Visits(t.Context(), postgresql.VisitsParams{First: first, Accounts: ids, Until: until})
		return rows, "", err
	}}
}
