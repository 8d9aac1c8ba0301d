package sqllogs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/audit/sqllog"
	"github.com/ambit-authz/ambit/examples/testserver"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	_ "modernc.org/sqlite"
)

// world is a database with a driver.
type world struct {
	name    string
	dialect sqllog.Dialect
	driver  string
	server  func() (*testserver.Server, error) // nil for SQLite
}

var worlds = []world{
	{"SQLite", sqllog.SQLite, "sqlite", nil},
	{"PostgreSQL pgx", sqllog.PostgreSQL, "pgx", sharedPostgreSQL},
	{"PostgreSQL pq", sqllog.PostgreSQL, "postgres", sharedPostgreSQL},
	{"MariaDB", sqllog.MariaDB, "mysql", sharedMariaDB},
}

// each runs a test in every world.
func each(t *testing.T, test func(t *testing.T, w world)) {
	for _, w := range worlds {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			test(t, w)
		})
	}
}

// hangs is after how long what has not happened never will: a busy machine needs
// seconds for what takes milliseconds.
const hangs = 5 * time.Minute

// patient returns the context of a test, which ends long before the test is ended.
func patient(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), hangs)
	t.Cleanup(cancel)
	return ctx
}

// place is an empty database that is removed with the test.
type place struct {
	world
	server *testserver.Server
	name   string // of the database, or the path of the file
}

var places atomic.Int64

func (w world) place(t testing.TB) *place {
	t.Helper()
	p := &place{world: w}
	if w.server == nil {
		p.name = filepath.Join(t.TempDir(), "log.db")
		return p
	}
	p.server = testserver.Need(t, w.server)
	p.create(t)
	return p
}

// create makes the database of a server.
func (p *place) create(t testing.TB) {
	t.Helper()
	p.name = "test_" + strconv.FormatInt(places.Add(1), 10)
	admin, err := openFirst(p.server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	if _, err := admin.Exec("CREATE DATABASE " + p.name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		drop := "DROP DATABASE " + p.name
		if p.server.Kind() == testserver.PostgreSQL {
			drop += " WITH (FORCE)"
		}
		admin.Exec(drop)
	})
}

// openFirst opens the database that a server has from the start.
func openFirst(s *testserver.Server) (*sql.DB, error) {
	driver := map[testserver.Kind]string{testserver.PostgreSQL: "pgx", testserver.MariaDB: "mysql"}[s.Kind()]
	return sql.Open(driver, dsn(driver, s.Address(), ""))
}

// dsn returns the data source name of a database, with options that are joined by &.
func dsn(driver, address, name string, options ...string) string {
	with := strings.Join(options, "&")
	switch driver {
	case "sqlite":
		return SQLiteDSN(name) + "&" + with
	case "mysql":
		return fmt.Sprintf("root@tcp(%s)/%s?%s", address, name, with)
	}
	if name == "" {
		name = "postgres"
	}
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable&%s", address, name, with)
}

// db opens the database by the driver of its world.
func (p *place) db(t testing.TB, options ...string) *sql.DB {
	t.Helper()
	address := ""
	if p.server != nil {
		address = p.server.Address()
	}
	return p.dbAt(t, address, options...)
}

// dbAt opens the database by another address.
func (p *place) dbAt(t testing.TB, address string, options ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open(p.driver, dsn(p.driver, address, p.name, options...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// store migrates and opens the store in the database.
func (p *place) store(t testing.TB, db *sql.DB, options *sqllog.Options) *sqllog.Store {
	t.Helper()
	s, err := p.openStore(t.Context(), db, options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (p *place) openStore(ctx context.Context, db *sql.DB, options *sqllog.Options) (*sqllog.Store, error) {
	if err := sqllog.Migrate(ctx, db, p.dialect, options); err != nil {
		return nil, err
	}
	return sqllog.Open(ctx, db, p.dialect, options)
}

// named returns a log of a store.
func named(t testing.TB, s *sqllog.Store, name string) *sqllog.Log {
	t.Helper()
	l, err := s.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// event returns an event that follows head.
func event(head audit.Checkpoint, text string) audit.Event {
	return audit.Event{
		ID: text + "-" + strconv.FormatUint(head.Seq+1, 10), Time: time.Unix(1, 0).UTC(), Company: "acme",
		Actor: audit.Actor{Kind: audit.KindUser, ID: "ann"}, Changes: []audit.Change{{Type: "t", Version: 1, Data: []byte(`{}`)}},
		Targets: []string{"user:" + text},
	}.Chain(head)
}

// fill appends n events, and returns the head.
func fill(t testing.TB, l audit.Log, head audit.Checkpoint, n int) audit.Checkpoint {
	t.Helper()
	for range n {
		e := event(head, "fill")
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		head = e.Checkpoint()
	}
	return head
}

// headOf verifies a log and returns its head.
func headOf(t testing.TB, l audit.Log) audit.Checkpoint {
	t.Helper()
	var head audit.Checkpoint
	for e, err := range audit.Replay(t.Context(), l, audit.Checkpoint{}, audit.Checkpoint{}) {
		if err != nil {
			t.Fatal(err)
		}
		head = e.Checkpoint()
	}
	return head
}

func TestLog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		s := p.store(t, p.db(t), &sqllog.Options{Keys: audittest.TargetKeys, Poll: 5 * time.Millisecond})
		n := 0
		err := audittest.TestLog(patient(t), func() (audit.Log, error) {
			n++
			return s.Log(t.Context(), "log "+strconv.Itoa(n))
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestOneConnection: a pool of one connection is enough, also where events are
// appended in the loop that reads them.
func TestOneConnection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		db := p.db(t)
		db.SetMaxOpenConns(1)
		s := p.store(t, db, &sqllog.Options{Keys: audittest.TargetKeys, Poll: 5 * time.Millisecond})
		n := 0
		err := audittest.TestLog(patient(t), func() (audit.Log, error) {
			n++
			return s.Log(t.Context(), "log "+strconv.Itoa(n))
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestStore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		err := audittest.TestStore(patient(t), audittest.StoreTest{
			Open: func(ctx context.Context) (audit.Store, error) {
				return p.openStore(ctx, p.db(t), &sqllog.Options{Keys: audittest.TargetKeys, Poll: 5 * time.Millisecond})
			},
			Damages: []audittest.Damage{
				p.damage(t, "a row that is gone", "DELETE FROM ambit_event WHERE log = ? AND seq = 2", audit.ErrDamaged),
				p.damage(t, "an edited text", "UPDATE ambit_event SET line = "+w.edited()+" WHERE log = ? AND seq = 2", audit.ErrEdited),
				p.damage(t, "no line at all", "UPDATE ambit_event SET line = hash WHERE log = ? AND seq = 2", audit.ErrDamaged),
				p.damage(t, "another hash", "UPDATE ambit_event SET hash = prev WHERE log = ? AND seq = 2", audit.ErrDamaged),
				p.damage(t, "another place", "UPDATE ambit_event SET seq = 9 WHERE log = ? AND seq = 2", audit.ErrDamaged),
			},
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// edited is the line of an event, in SQL, with another company.
func (w world) edited() string {
	switch w.dialect {
	case sqllog.SQLite:
		return `CAST(replace(CAST(line AS TEXT), '"company":"', '"company":"x') AS BLOB)`
	case sqllog.PostgreSQL:
		return `convert_to(replace(convert_from(line, 'UTF8'), '"company":"', '"company":"x'), 'UTF8')`
	}
	return `REPLACE(line, '"company":"', '"company":"x')`
}

// damage returns what a statement does to a log.
func (p *place) damage(t *testing.T, name, statement string, want error) audittest.Damage {
	return audittest.Damage{Name: name, Want: want, Do: func(ctx context.Context, log string) error {
		result, err := p.db(t).ExecContext(ctx, p.marks(statement), p.arg(log))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(fmt.Errorf("%d rows are damaged", n), err)
		}
		return nil
	}}
}

// arg returns the name of a log as a parameter.
func (w world) arg(log string) any {
	if w.dialect == sqllog.MariaDB {
		return []byte(log)
	}
	return log
}

func TestKeeper(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		err := audittest.TestKeeper(t.Context(), func() (audit.Keeper, error) {
			return p.store(t, p.db(t), nil).Keeper("acme"), nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// marks returns a statement with the parameters of the dialect.
func (w world) marks(statement string) string {
	if w.dialect != sqllog.PostgreSQL {
		return statement
	}
	for n := 1; strings.Contains(statement, "?"); n++ {
		statement = strings.Replace(statement, "?", "$"+strconv.Itoa(n), 1)
	}
	return statement
}
