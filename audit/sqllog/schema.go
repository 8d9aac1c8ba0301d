package sqllog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// migrations are numbered by the version of the schema that each one makes of the
// one before. Those of a released version never change.
//
//go:embed schema/*.sql
var migrations embed.FS

const (
	// schemaVersion is the version that this package reads and writes.
	schemaVersion = 1
	// schemaKind tells the tables of this package from those of another with the
	// same names.
	schemaKind = "ambit audit log"
)

// tables are the columns of each table, sorted, those of the primary key with a
// star. The first has the version.
var tables = []struct{ name, columns string }{
	{"ambit_schema", "kind version*"},
	{"ambit_event", "hash line log* prev seq*"},
	{"ambit_key", "entry* log*"},
	{"ambit_checkpoint", "hash log* seq"},
}

// querier is what statements are sent through: a pool, a connection or a
// transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Migrate makes the tables of a store, or brings them from an older version to that
// of this package. Where they are there it does nothing, and it may be called by
// any number of processes at once. It needs a role that may create tables; what
// [Open] returns needs one that may read and insert, and no more. In a SQLite
// file it sets the journal mode WAL, which the file keeps, if that is not set.
//
// The error wraps [audit.ErrVersion] if the tables are of a later version than this
// package, and [ErrForeign] if they are not of this package.
func Migrate(ctx context.Context, db *sql.DB, dialect Dialect, options *Options) error {
	err := migrate(ctx, db, dialect, options)
	if err != nil {
		return failed(ctx, Error{Op: "migrate"}, err)
	}
	return nil
}

func migrate(ctx context.Context, db *sql.DB, dialect Dialect, options *Options) error {
	s, err := newStore(db, dialect, options)
	if err != nil {
		return err
	}
	version, err := s.schema(ctx, db)
	if err != nil || version == schemaVersion && s.dialect.prepare == "" {
		return err
	}
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := s.prepareFile(ctx, c); err != nil || version == schemaVersion {
		return err
	}
	if _, err := c.ExecContext(ctx, s.dialect.begin); err != nil {
		return err
	}
	err = s.migrateIn(ctx, c)
	if err == nil {
		_, err = c.ExecContext(ctx, s.dialect.commit)
	}
	if err != nil {
		// The connection goes back to the pool, so that its transaction must end even
		// if ctx has.
		_, rollback := c.ExecContext(context.WithoutCancel(ctx), s.dialect.rollback)
		return errors.Join(err, rollback)
	}
	return nil
}

// prepareFile sets what is kept in a file, where it is not set. The database is busy
// while another process does the same, whatever the busy_timeout.
func (s *Store) prepareFile(ctx context.Context, c *sql.Conn) error {
	if s.dialect.prepare == "" {
		return nil
	}
	for try := 1; ; try++ {
		settings, err := s.settings(ctx, c)
		if err == nil && !strings.EqualFold(settings["journal_mode"], "wal") {
			_, err = c.ExecContext(ctx, s.dialect.prepare)
		}
		if err == nil || try == 100 || !wait(ctx, nil, 20*time.Millisecond) {
			return err
		}
	}
}

// migrateIn migrates in a connection, within what begin began.
func (s *Store) migrateIn(ctx context.Context, c *sql.Conn) error {
	if lock := s.dialect.lock; lock != "" {
		var got sql.Null[int64]
		if err := c.QueryRowContext(ctx, lock).Scan(&got); err != nil {
			return err
		}
		if got.V != 1 {
			return errors.New("another process is migrating: try again")
		}
	}
	version, err := s.schema(ctx, c)
	if err != nil {
		return err
	}
	for version < schemaVersion {
		version++
		text, err := fs.ReadFile(migrations, "schema/"+s.dialect.file+"-"+strconv.Itoa(version)+".sql")
		if err != nil {
			return err
		}
		for step := range strings.SplitSeq(strings.TrimRight(string(text), "; \r\n"), ";") {
			if _, err := c.ExecContext(ctx, s.dialect.bind(strings.TrimSpace(step), s.prefix, "")); err != nil {
				return err
			}
		}
		if _, err := c.ExecContext(ctx, s.sql.migrated, version, schemaKind); err != nil {
			return err
		}
	}
	return nil
}

// schema returns the version of the tables, 0 if there are none.
func (s *Store) schema(ctx context.Context, q querier) (int, error) {
	there, err := s.columns(ctx, q, tables[0].name, tables[0].columns)
	if err != nil {
		return 0, err
	}
	version := 0
	if there {
		if version, err = s.version(ctx, q); err != nil {
			return 0, err
		}
	}
	for _, t := range tables[1:] {
		there, err := s.columns(ctx, q, t.name, t.columns)
		if err != nil {
			return 0, err
		}
		if !there && version > 0 {
			return 0, &Error{Err: fmt.Errorf("%w: the table %s is missing", audit.ErrDamaged, s.table(t.name))}
		}
	}
	return version, nil
}

// version returns the version that the tables say they have.
func (s *Store) version(ctx context.Context, q querier) (int, error) {
	var version int
	var kind string
	switch err := q.QueryRowContext(ctx, s.sql.version).Scan(&version, &kind); {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil // the first migration of a database that commits each of its steps was broken off
	case err != nil:
		return 0, err
	case kind != schemaKind:
		return 0, &Error{Err: ErrForeign, Text: s.table(tables[0].name) + " is of " + strconv.Quote(kind)}
	case version > schemaVersion:
		return 0, &Error{Err: audit.ErrVersion, Text: fmt.Sprintf("the tables have version %d, this program knows %d: use a newer program", version, schemaVersion)}
	}
	return version, nil
}

// columns reports whether a table is there, and fails if it has other columns than
// those.
func (s *Store) columns(ctx context.Context, q querier, table, want string) (bool, error) {
	table = s.table(table)
	rows, err := q.QueryContext(ctx, s.dialect.bind(s.dialect.columns, s.prefix, ""), table)
	if err != nil {
		return false, err
	}
	got, err := texts(rows)
	if err != nil || len(got) == 0 {
		return false, err
	}
	slices.Sort(got)
	if strings.Join(got, " ") != want {
		return false, &Error{Err: ErrForeign, Text: fmt.Sprintf("%s has the columns %s, want %s; * is the primary key", table, strings.Join(got, " "), want)}
	}
	return true, nil
}

// table returns the name of a table of the store.
func (s *Store) table(name string) string { return s.dialect.bind(name, s.prefix, "") }

// texts returns the rows of one column, and closes them.
func texts(rows *sql.Rows) ([]string, error) {
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}
