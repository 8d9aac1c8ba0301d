// Reportrows shows one report of 200,000 rows to several readers from a database,
// each with the rows of the accounts that they see.
//
// A service does not read all rows to keep few. It asks the View of the reader for
// a condition in SQL, which selects exactly the accounts for which Sees is true.
// The program computes the same totals in four ways: by the way that the View
// recommends, by a list of ids, by the filter of the reader's data groups, and row
// by row. All must be equal, on each database.
//
//	go run .
//	go run . -postgresql postgres://postgres@localhost/test -mariadb 'root@tcp(localhost:3306)/test'
//
// It replaces the tables accounts and report of the databases that are named; SQLite
// and DuckDB are files in a directory of its own. Copy the functions open
// in company.go and byView in total.go to your service.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// config says what the program makes.
type config struct {
	accounts, rows      int
	runs                int    // of which the quickest counts
	postgresql, mariadb string // data source names, "" for none
}

func main() {
	var c config
	flag.IntVar(&c.accounts, "accounts", 20_000, "how many `accounts` the company has")
	flag.IntVar(&c.rows, "rows", 200_000, "how many `rows` the report has")
	flag.IntVar(&c.runs, "runs", 3, "how many `runs` each time is the quickest of")
	flag.StringVar(&c.postgresql, "postgresql", "", "the `URL` of a PostgreSQL database, whose tables accounts and report are replaced")
	flag.StringVar(&c.mariadb, "mariadb", "", "the data source `name` of a MariaDB database, likewise")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, c); err != nil {
		fmt.Fprintf(os.Stderr, "reportrows: %v\n", err)
		os.Exit(1)
	}
}

// run writes to out what each reader sees, and the times on each database.
func run(ctx context.Context, out io.Writer, c config) error {
	if c.accounts < 1 || c.rows < 0 || c.runs < 1 {
		return errors.New("a number is too small: there must be an account and a run at least")
	}
	w, err := newWorld(c.accounts, c.rows)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "reportrows")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var p page
	p.head(w)
	for _, s := range c.sources(dir) {
		if err := s.show(ctx, &p, w, c.runs); err != nil {
			return err
		}
	}
	_, err = io.WriteString(out, p.String())
	return err
}

// source is a database to open.
type source struct {
	kind
	dsn string
}

// sources returns the databases of the program: two need no server.
func (c config) sources(dir string) []source {
	all := []source{
		{sqlite, "file:" + filepath.Join(dir, "report.sqlite") + "?_pragma=journal_mode(WAL)"},
		{duckDB, filepath.Join(dir, "report.duckdb")},
	}
	if c.postgresql != "" {
		all = append(all, source{postgreSQL, c.postgresql})
	}
	if c.mariadb != "" {
		all = append(all, source{mariaDB, c.mariadb})
	}
	return all
}

func (s source) show(ctx context.Context, p *page, w *world, runs int) error {
	d, err := s.open(s.dsn)
	if err != nil {
		return err
	}
	defer d.db.Close()
	return p.show(ctx, d, w, runs)
}
