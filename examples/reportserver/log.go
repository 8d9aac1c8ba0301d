package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/filelog"
	"github.com/ambit-authz/ambit/audit/sqllog"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// companyID is the id of the company, and the name of its log in a database.
const companyID = "acme"

// openTime is how long opening a log may take.
const openTime = 30 * time.Second

// place is where the company is kept.
type place struct {
	name       string // as the program's own log says it, without a password
	log        audit.Log
	checkpoint string // the file that a checkpoint is kept in, "" for none
	shared     bool   // other processes may write the log as well
	close      func() error
}

// errLog says what -log takes. It does not repeat what was written, which may have a password in it.
var errLog = errors.New("-log is none: write file:PATH, sqlite:PATH, postgres://USER@HOST/DATABASE or memory")

// openPlace opens the log that was written as -log. The checkpoint is kept in a file, "" for one beside the log.
func openPlace(ctx context.Context, where, checkpoint string) (place, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	kind, path, _ := strings.Cut(where, ":")
	switch {
	case where == "memory":
		return place{name: where, log: audit.NewMemory(), close: func() error { return nil }}, nil
	case path == "":
		return place{}, errLog
	case kind == "file":
		return openFile(ctx, path, checkpoint)
	case kind == "sqlite":
		return openSQLite(ctx, path, checkpoint)
	case kind == "postgres" || kind == "postgresql":
		return openPostgreSQL(ctx, where, checkpoint)
	}
	return place{}, errLog
}

func openFile(ctx context.Context, path, checkpoint string) (place, error) {
	log, err := filelog.Open(ctx, path, nil)
	if err != nil {
		return place{}, err
	}
	return place{"file:" + path, log, cmp.Or(checkpoint, path+".checkpoint"), true, log.Close}, nil
}

// openSQLite opens a database in a file. What is set for a connection is in the name, as a pool opens connections at any time.
func openSQLite(ctx context.Context, path, checkpoint string) (place, error) {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	db, err := sql.Open("sqlite", name.String()+"?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return place{}, err
	}
	return openStore(ctx, db, sqllog.SQLite, "sqlite:"+path, cmp.Or(checkpoint, path+".checkpoint"))
}

func openPostgreSQL(ctx context.Context, dsn, checkpoint string) (place, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return place{}, err // which hides the password
	}
	name := url.URL{
		Scheme: "postgres", User: url.User(config.User), Path: "/" + config.Database,
		Host: net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))),
	}
	return openStore(ctx, stdlib.OpenDB(*config), sqllog.PostgreSQL, name.String(), cmp.Or(checkpoint, companyID+".checkpoint"))
}

// openStore opens the log of the company in a database. The tables are made where there are none, which takes a role that may: have an
// administrator call sqllog.Migrate instead, and the role of the service needs to read and to insert only.
func openStore(ctx context.Context, db *sql.DB, dialect sqllog.Dialect, name, checkpoint string) (place, error) {
	db.SetMaxOpenConns(10)
	store, err := sqllog.Open(ctx, db, dialect, nil)
	if errors.Is(err, sqllog.ErrNotMigrated) {
		if err = sqllog.Migrate(ctx, db, dialect, nil); err == nil {
			store, err = sqllog.Open(ctx, db, dialect, nil)
		}
	}
	if err == nil {
		var log audit.Log
		if log, err = store.Log(ctx, companyID); err == nil {
			return place{name, log, checkpoint, true, db.Close}, nil
		}
	}
	return place{}, errors.Join(fmt.Errorf("%s: %w", name, err), db.Close())
}
