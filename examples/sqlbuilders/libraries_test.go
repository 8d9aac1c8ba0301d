package sqlbuilders

import (
	"context"
	"database/sql"
	"slices"
	"sync"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/examples/testserver"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	db, err := w.openSQLite()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w.check(t, accounts, slices.Concat(
		[]library{databaseSQL(db), squirrelLibrary(db, squirrel.Question), entLibrary(db, dialect.SQLite), bunLibrary(db, sqlitedialect.New()), sqlcSQLite(t, db), inHexLibrary(db, "hex(v.account)")},
		sqlxLibraries(db, "sqlite"), goquLibraries(db, "sqlite3"), gormLibraries(gormSQLite(db)),
	))
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	s := testserver.Need(t, postgreSQL)
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	dsn, err := w.createPostgreSQL(s, "libraries")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w.check(t, accountsPostgreSQL, slices.Concat(
		[]library{databaseSQLNumbered(db), squirrelLibrary(db, squirrel.Dollar), entLibrary(db, dialect.Postgres), bunLibrary(db, pgdialect.New()), sqlcPostgreSQL(t, dsn), gormPrinted(gormPostgreSQL(db)),
			inHexLibrary(db, "upper(encode(convert_to(v.account, 'UTF8'), 'hex'))")},
		pgxLibraries(t, dsn), sqlxLibraries(db, "pgx"), goquLibraries(db, "postgres"), gormLibraries(gormPostgreSQL(db)),
	))
}

// reportsPostgreSQL makes the database of the Examples.
var reportsPostgreSQL = sync.OnceValues(func() (string, error) {
	s, err := postgreSQL()
	if err != nil {
		return "", err
	}
	d, err := document.Parse([]byte(company))
	if err != nil {
		return "", err
	}
	return (&world{accounts: d.Accounts}).createPostgreSQL(s, "reports")
})

// connectReports returns a connection to it.
func connectReports(ctx context.Context) (*pgx.Conn, error) {
	dsn, err := reportsPostgreSQL()
	if err != nil {
		return nil, err
	}
	return pgx.Connect(ctx, dsn)
}
