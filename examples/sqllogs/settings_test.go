package sqllogs

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/sqllog"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// TestWeakSettings: what loses confirmed events is refused when the store opens, and
// the error names it.
func TestWeakSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		world   world
		option  string // of the data source name
		setting string
		want    error
	}{
		{worlds[0], "_pragma=synchronous(NORMAL)", "synchronous", audit.ErrWeak},
		{worlds[0], "_pragma=synchronous(OFF)", "synchronous", audit.ErrWeak},
		{worlds[0], "_pragma=busy_timeout(0)", "busy_timeout", sqllog.ErrUnsuitable},
		{worlds[1], "synchronous_commit=off", "synchronous_commit", audit.ErrWeak},
		{worlds[2], "synchronous_commit=off", "synchronous_commit", audit.ErrWeak},
		{worlds[3], "autocommit=0", "autocommit", audit.ErrWeak},
		{worlds[3], "sql_mode=%27%27", "sql_mode", audit.ErrWeak},
	} {
		t.Run(tt.world.name+" "+tt.option, func(t *testing.T) {
			t.Parallel()
			p := tt.world.place(t)
			p.store(t, p.db(t), nil)
			db := p.db(t, tt.option)
			if tt.setting == "busy_timeout" {
				db, _ = sql.Open("sqlite", strings.Replace(SQLiteDSN(p.name), "10000", "0", 1))
				defer db.Close()
			}
			_, err := sqllog.Open(t.Context(), db, p.dialect, nil)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.setting) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if _, err := sqllog.Open(t.Context(), db, p.dialect, &sqllog.Options{Accept: []string{tt.setting}}); err != nil {
				t.Errorf("accepted: %v", err)
			}
		})
	}
}

// TestWeakConnections: a connection that is set up too weakly after the store was
// opened stores nothing, also in a transaction, and not the keeper's either.
func TestWeakConnections(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		db := p.db(t)
		db.SetMaxOpenConns(1)
		s := p.store(t, db, nil)
		l := named(t, s, "acme")
		head := fill(t, l, audit.Checkpoint{}, 1)
		weaken := map[sqllog.Dialect]string{
			sqllog.SQLite: "PRAGMA synchronous = NORMAL", sqllog.PostgreSQL: "SET synchronous_commit = off", sqllog.MariaDB: "SET autocommit = 0",
		}[w.dialect]
		if _, err := db.Exec(weaken); err != nil {
			t.Fatal(err)
		}
		e := event(head, "weak")
		if err := l.Append(t.Context(), e); !errors.Is(err, audit.ErrWeak) {
			t.Errorf("got %v", err)
		}
		if err := s.Keeper("acme").Keep(t.Context(), head); !errors.Is(err, audit.ErrWeak) {
			t.Errorf("the keeper: %v", err)
		}
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Tx(tx).Append(t.Context(), e); !errors.Is(err, audit.ErrWeak) {
			t.Errorf("in a transaction: %v", err)
		}
		tx.Rollback()
		if got := headOf(t, named(t, p.store(t, p.db(t), nil), "acme")); got != head {
			t.Errorf("the log ends at %v", got)
		}
	})
}

// TestReplica: a replica of PostgreSQL is refused. This one is a copy of a server
// that goes on alone, and so has what it had.
func TestReplica(t *testing.T) {
	t.Parallel()
	w := worlds[1]
	w.server = func() (*testserver.Server, error) { return newServer(testserver.PostgreSQL) }
	p := w.place(t)
	l := named(t, p.store(t, p.db(t), nil), "acme")
	fill(t, l, audit.Checkpoint{}, 3)
	p.server.Kill()
	if err := os.WriteFile(filepath.Join(p.server.DataDir(), "standby.signal"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := p.server.Start(); err != nil {
		t.Fatal(err)
	}
	db := p.db(t)
	if _, err := sqllog.Open(t.Context(), db, p.dialect, nil); !errors.Is(err, sqllog.ErrReplica) {
		t.Errorf("got %v", err)
	}
	s, err := sqllog.Open(t.Context(), db, p.dialect, &sqllog.Options{Accept: []string{"recovery"}})
	if err != nil {
		t.Fatal(err)
	}
	read := named(t, s, "acme")
	if head := headOf(t, read); head.Seq != 3 {
		t.Errorf("it ends at %v", head)
	} else if err := read.Append(t.Context(), event(head, "x")); err == nil || errors.Is(err, audit.ErrConflict) {
		t.Errorf("an append to it: %v", err)
	}
}

// TestMigrateAtOnce: processes make the tables at the same time.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		var group sync.WaitGroup
		for range 6 {
			db := p.db(t)
			group.Go(func() {
				if _, err := p.openStore(t.Context(), db, nil); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

// TestTables: tables of others and of other versions are refused, those of another
// prefix are another store, and two stores of a prefix are one.
func TestTables(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		db := p.db(t)
		open := func(prefix string) error {
			_, err := sqllog.Open(t.Context(), db, p.dialect, &sqllog.Options{Prefix: prefix})
			return err
		}
		exec := func(statement string) {
			t.Helper()
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		exec("CREATE TABLE foreign_event (id INTEGER PRIMARY KEY)")
		exec("CREATE TABLE other_schema (version INTEGER PRIMARY KEY, kind VARCHAR(20) NOT NULL)")
		exec("INSERT INTO other_schema VALUES (1, 'flyway')")
		exec("CREATE TABLE keyless_event (log VARCHAR(20), seq INTEGER, prev VARCHAR(20), hash VARCHAR(20), line VARCHAR(20))")
		for prefix, want := range map[string]error{"none_": sqllog.ErrNotMigrated, "foreign_": sqllog.ErrForeign, "other_": sqllog.ErrForeign, "keyless_": sqllog.ErrForeign} {
			if err := open(prefix); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", prefix, err, want)
			}
			if err := sqllog.Migrate(t.Context(), db, p.dialect, &sqllog.Options{Prefix: prefix}); want == sqllog.ErrForeign && !errors.Is(err, want) {
				t.Errorf("%s: Migrate returns %v", prefix, err)
			}
		}
		mine := named(t, p.store(t, db, nil), "acme")
		others := named(t, p.store(t, db, &sqllog.Options{Prefix: "mine_"}), "acme")
		fill(t, mine, audit.Checkpoint{}, 2)
		if head := headOf(t, others); head.Seq != 0 {
			t.Errorf("the store of another prefix has %v", head)
		}
		exec("INSERT INTO ambit_schema VALUES (9, 'ambit audit log')")
		if err := open("ambit_"); !errors.Is(err, audit.ErrVersion) {
			t.Errorf("a newer version: %v", err)
		}
	})
}

// TestRole: a role that may read and insert is enough, and Migrate by it does
// nothing where everything is there.
func TestRole(t *testing.T) {
	t.Parallel()
	p := worlds[1].place(t)
	db := p.db(t)
	p.store(t, db, nil)
	role := "writer_of_" + p.name
	for _, statement := range []string{
		"CREATE ROLE " + role + " LOGIN",
		"GRANT SELECT, INSERT ON ambit_event, ambit_key, ambit_schema TO " + role,
		"GRANT SELECT, INSERT, UPDATE ON ambit_checkpoint TO " + role,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { db.Exec("DROP OWNED BY " + role + "; DROP ROLE " + role) })
	limited, err := sql.Open("pgx", strings.Replace(dsn("pgx", p.server.Address(), p.name), "postgres@", role+"@", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer limited.Close()
	s := p.store(t, limited, &sqllog.Options{Keys: func(e audit.Event) []string { return e.Targets }})
	l := named(t, s, "acme")
	head := fill(t, l, audit.Checkpoint{}, 3)
	if err := s.Keeper("acme").Keep(t.Context(), head); err != nil || headOf(t, l) != head {
		t.Error(err)
	}
	if _, err := limited.Exec("DELETE FROM ambit_event"); err == nil {
		t.Error("the role may delete")
	}
}

// TestGone: a server that is gone is an error of a type of its own, and the event is
// in doubt until it is back.
func TestGone(t *testing.T) {
	t.Parallel()
	for _, w := range []world{worlds[2], worlds[3]} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			w.server = func() (*testserver.Server, error) { return newServer(testserver.Kind(w.dialect.String())) }
			p := w.place(t)
			l := named(t, p.store(t, p.db(t), nil), "acme")
			head := fill(t, l, audit.Checkpoint{}, 2)
			p.server.Kill()
			e := event(head, "x")
			own := new(sqllog.Error)
			if err := l.Append(t.Context(), e); !errors.As(err, &own) || errors.Is(err, audit.ErrConflict) {
				t.Errorf("got %v", err)
			}
			for _, err := range l.Events(t.Context(), 0) {
				if !errors.As(err, &own) {
					t.Errorf("events: %v", err)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			for _, err := range l.Watch(ctx, 0) {
				if !errors.As(err, &own) {
					t.Errorf("watch: %v", err)
				}
			}
			cancel()
			if err := p.server.Start(); err != nil {
				t.Fatal(err)
			}
			if err := l.Append(t.Context(), e); err != nil || headOf(t, l) != e.Checkpoint() {
				t.Errorf("when it is back: %v", err)
			}
		})
	}
}
