package sqllog_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/audit/sqllog"
)

var dialects = []sqllog.Dialect{sqllog.SQLite, sqllog.PostgreSQL, sqllog.MariaDB}

// each runs a test for every dialect, on a database with the tables.
func each(t *testing.T, test func(t *testing.T, d *database)) {
	for _, dialect := range dialects {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			test(t, migrated(t, dialect))
		})
	}
}

// store opens the store of a database.
func (d *database) store(t *testing.T) *sqllog.Store {
	t.Helper()
	s, err := sqllog.Open(t.Context(), d.open(), d.dialect, &sqllog.Options{Keys: audittest.TargetKeys, Poll: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// log opens a log of the store of a database.
func (d *database) log(t *testing.T) *sqllog.Log {
	t.Helper()
	l, err := d.store(t).Named("acme")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func event(head audit.Checkpoint, targets ...string) audit.Event {
	return audit.Event{
		ID: "e", Time: time.Unix(1, 0).UTC(), Company: "acme", Actor: audit.Actor{Kind: audit.KindUser, ID: "ann"},
		Changes: []audit.Change{{Type: "t", Version: 1, Data: []byte(`{}`)}}, Targets: targets,
	}.Chain(head)
}

// fill appends n events after head.
func fill(t *testing.T, l audit.Log, head audit.Checkpoint, n int) audit.Checkpoint {
	t.Helper()
	for range n {
		e := event(head)
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		head = e.Checkpoint()
	}
	return head
}

// length returns how many events a log has, and the error that ends them.
func length(ctx context.Context, l audit.Log) (int, error) {
	n := 0
	for _, err := range audit.Replay(ctx, l, audit.Checkpoint{}, audit.Checkpoint{}) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func TestContract(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // only if it hangs
		defer cancel()
		options := &sqllog.Options{Keys: audittest.TargetKeys, Poll: time.Millisecond}
		open := func(context.Context) (audit.Store, error) { return sqllog.Open(ctx, d.open(), d.dialect, options) }
		s, err := open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = errors.Join(
			audittest.TestLog(ctx, func() (audit.Log, error) {
				n++
				return s.Log(ctx, "log "+strconv.Itoa(n))
			}),
			audittest.TestStore(ctx, audittest.StoreTest{Open: open, Damages: []audittest.Damage{{
				Name: "a row that is gone", Want: audit.ErrDamaged,
				Do: func(_ context.Context, name string) error {
					d.set(func() { d.events[name] = append(d.events[name][:1], d.events[name][2:]...) })
					return nil
				},
			}}}),
			audittest.TestKeeper(ctx, func() (audit.Keeper, error) { return s.(*sqllog.Store).Keeper("acme"), nil }),
		)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestOptions(t *testing.T) {
	t.Parallel()
	db := newDatabase(sqllog.SQLite).open()
	for name, tt := range map[string]struct {
		dialect sqllog.Dialect
		options sqllog.Options
		want    string
	}{
		"no dialect":           {0, sqllog.Options{}, "the dialect is none"},
		"a strange dialect":    {4, sqllog.Options{}, "the dialect is none"},
		"a hostile prefix":     {sqllog.SQLite, sqllog.Options{Prefix: "x; DROP TABLE y"}, "the prefix"},
		"a prefix in capitals": {sqllog.SQLite, sqllog.Options{Prefix: "Ambit_"}, "the prefix"},
		"a long prefix":        {sqllog.SQLite, sqllog.Options{Prefix: strings.Repeat("a", 41)}, "the prefix"},
		"a negative poll":      {sqllog.SQLite, sqllog.Options{Poll: -1}, "Poll is negative"},
		"an unknown setting":   {sqllog.SQLite, sqllog.Options{Accept: []string{"fsync"}}, `Accept names "fsync"`},
	} {
		_, open := sqllog.Open(t.Context(), db, tt.dialect, &tt.options)
		migrate := sqllog.Migrate(t.Context(), db, tt.dialect, &tt.options)
		for _, err := range []error{open, migrate} {
			if !errors.Is(err, audit.ErrMalformed) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: got %v, want %q", name, err, tt.want)
			}
		}
	}
	if got := fmt.Sprint(dialects, sqllog.Dialect(9)); got != "[SQLite PostgreSQL MariaDB] no dialect" {
		t.Error(got)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	tests := map[sqllog.Dialect][]struct {
		setting, value string
		want           error // nil: accepted
	}{
		sqllog.SQLite: {
			{"sqlite_version", "3.51.2", audit.ErrWeak},
			{"sqlite_version", "3.40.1", audit.ErrWeak},
			{"sqlite_version", "3.51", audit.ErrWeak},
			{"sqlite_version", "3.x.1", audit.ErrWeak},
			{"sqlite_version", "3.51.3", nil},
			{"sqlite_version", "4.0.0", nil},
			{"journal_mode", "delete", audit.ErrWeak},
			{"journal_mode", "memory", audit.ErrWeak},
			{"synchronous", "1", audit.ErrWeak},
			{"synchronous", "0", audit.ErrWeak},
			{"synchronous", "3", nil},
			{"busy_timeout", "0", sqllog.ErrUnsuitable},
			{"busy_timeout", "999", sqllog.ErrUnsuitable},
			{"encoding", "UTF-16le", sqllog.ErrUnsuitable},
		},
		sqllog.PostgreSQL: {
			{"fsync", "off", audit.ErrWeak},
			{"full_page_writes", "off", audit.ErrWeak},
			{"synchronous_commit", "off", audit.ErrWeak},
			{"synchronous_commit", "", audit.ErrWeak},
			{"synchronous_commit", "remote_apply", nil},
			{"synchronous_commit", "local", nil},
			{"recovery", "on", sqllog.ErrReplica},
			{"unlogged", "on", audit.ErrWeak},
		},
		sqllog.MariaDB: {
			{"version", "8.4.3", sqllog.ErrUnsuitable},
			{"version", "10.5.9-MariaDB", sqllog.ErrUnsuitable},
			{"version", "11.4.2-MariaDB-log", nil},
			{"innodb_flush_log_at_trx_commit", "2", audit.ErrWeak},
			{"innodb_doublewrite", "OFF", audit.ErrWeak},
			{"sync_binlog", "0", audit.ErrWeak},
			{"read_only", "ON", sqllog.ErrReplica},
			{"wsrep_on", "ON", sqllog.ErrUnsuitable},
			{"wsrep_on", "OFF", nil},
			{"engine", "Aria", audit.ErrWeak},
			{"autocommit", "OFF", audit.ErrWeak},
			{"sql_mode", "NO_ENGINE_SUBSTITUTION", audit.ErrWeak},
			{"max_allowed_packet", "524288", sqllog.ErrUnsuitable},
		},
	}
	for _, dialect := range dialects {
		refused := make(map[string]bool)
		for _, tt := range tests[dialect] {
			d := migrated(t, dialect)
			d.settings[tt.setting] = tt.value
			_, err := sqllog.Open(t.Context(), d.open(), dialect, nil)
			if !errors.Is(err, tt.want) || err != nil && (tt.want == nil || !strings.Contains(err.Error(), tt.setting)) {
				t.Errorf("%v, %s = %q: got %v, want %v", dialect, tt.setting, tt.value, err, tt.want)
			}
			if _, err := sqllog.Open(t.Context(), d.open(), dialect, &sqllog.Options{Accept: []string{tt.setting}}); err != nil {
				t.Errorf("%v, %s = %q is accepted: got %v", dialect, tt.setting, tt.value, err)
			}
			refused[tt.setting] = refused[tt.setting] || err != nil
		}
		all, asked := sqllog.Settings(dialect)
		for _, setting := range all {
			if !refused[setting] {
				t.Errorf("%v: no value of %s is refused", dialect, setting)
			}
		}
		for _, setting := range asked {
			if guard := sqllog.Guard(dialect, setting); guard == sqllog.Guard(dialect) {
				t.Errorf("%v: an append asks for %s though it is accepted: %s", dialect, setting, guard)
			}
		}
		want := map[sqllog.Dialect]string{
			sqllog.SQLite:     "synchronous",
			sqllog.PostgreSQL: "fsync full_page_writes synchronous_commit",
			sqllog.MariaDB:    "autocommit innodb_flush_log_at_trx_commit sql_mode sync_binlog",
		}[dialect]
		if got := strings.Join(asked, " "); got != want {
			t.Errorf("%v: an append asks for %s, want %s", dialect, got, want)
		}
	}
}

func TestLongestLine(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		want := 96 << 20
		if d.dialect == sqllog.MariaDB {
			want = 8<<20 - 4<<10
		}
		l := d.log(t)
		if got := l.LongestLine(); got != want || l.Tx(nil).(audit.Limited).LongestLine() != want {
			t.Errorf("got %d, want %d", got, want)
		}
	})
}

func TestSchema(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change        func(d *database)
		open, migrate error
	}{
		"nothing there":       {func(d *database) { clear(d.columns) }, sqllog.ErrNotMigrated, nil},
		"broken off":          {func(d *database) { d.versions = nil }, sqllog.ErrNotMigrated, nil},
		"a newer version":     {func(d *database) { d.versions[0][0] = int64(2) }, audit.ErrVersion, audit.ErrVersion},
		"a version of others": {func(d *database) { d.versions[0][1] = "flyway" }, sqllog.ErrForeign, sqllog.ErrForeign},
		"a foreign schema":    {func(d *database) { d.columns["ambit_schema"] = []string{"id"} }, sqllog.ErrForeign, sqllog.ErrForeign},
		"foreign events":      {func(d *database) { d.columns["ambit_event"] = []string{"id*"} }, sqllog.ErrForeign, sqllog.ErrForeign},
		"no primary key":      {func(d *database) { d.columns["ambit_event"] = []string{"log", "seq", "prev", "hash", "line"} }, sqllog.ErrForeign, sqllog.ErrForeign},
		"keys are missing":    {func(d *database) { delete(d.columns, "ambit_key") }, audit.ErrDamaged, audit.ErrDamaged},
	} {
		for _, dialect := range dialects {
			d := migrated(t, dialect)
			tt.change(d)
			if _, err := sqllog.Open(t.Context(), d.open(), dialect, nil); !errors.Is(err, tt.open) {
				t.Errorf("%s: Open returns %v, want %v", name, err, tt.open)
			}
			if err := sqllog.Migrate(t.Context(), d.open(), dialect, nil); !errors.Is(err, tt.migrate) {
				t.Errorf("%s: Migrate returns %v, want %v", name, err, tt.migrate)
			}
			if _, err := sqllog.Open(t.Context(), d.open(), dialect, nil); tt.migrate == nil && err != nil {
				t.Errorf("%s: after Migrate: %v", name, err)
			}
		}
	}
}

// TestMigrateAgain: nothing is made where everything is there, and nothing while
// somebody else migrates.
func TestMigrateAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		made := d.count("create")
		if err := sqllog.Migrate(t.Context(), d.open(), d.dialect, nil); err != nil || made != 4 || d.count("create") != made {
			t.Errorf("%d tables are made, then %d, %v", made, d.count("create"), err)
		}
		if d.dialect == sqllog.SQLite {
			return
		}
		d.set(func() { d.versions, d.locked = nil, true })
		if err := sqllog.Migrate(t.Context(), d.open(), d.dialect, nil); err == nil || d.count("create") != made {
			t.Errorf("it migrates while somebody else does: %v", err)
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		s := d.store(t)
		var want []string
		for i := range 300 {
			name := fmt.Sprintf("log %03d", i)
			l, err := s.Log(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Append(t.Context(), event(audit.Checkpoint{}, "k")); err != nil {
				t.Fatal(err)
			}
			want = append(want, name)
		}
		for op, names := range map[string]func(func(string, error) bool){"names": s.Names(t.Context()), "find": s.Find(t.Context(), "k")} {
			var got []string
			for name, err := range names {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, name)
			}
			if !slices.Equal(got, want) || d.count(op) != 2 {
				t.Errorf("%s: %d names by %d queries", op, len(got), d.count(op))
			}
			for range names {
				break
			}
		}
		if _, err := s.Log(t.Context(), ""); !errors.Is(err, audit.ErrMalformed) {
			t.Error(err)
		}
		k := s.Keeper("a\nb")
		if _, err := k.Kept(t.Context()); !errors.Is(err, audit.ErrMalformed) || !errors.Is(k.Keep(t.Context(), event(audit.Checkpoint{}).Checkpoint()), audit.ErrMalformed) {
			t.Error(err)
		}
	})
}

func TestKeeper(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		k := d.store(t).Keeper("acme")
		c := event(audit.Checkpoint{}).Checkpoint()
		if err := k.Keep(t.Context(), audit.Checkpoint{Seq: 1}); !errors.Is(err, audit.ErrMalformed) {
			t.Errorf("a checkpoint that no log can have: %v", err)
		}
		d.set(func() { d.weak = true })
		if err := k.Keep(t.Context(), c); !errors.Is(err, audit.ErrWeak) {
			t.Errorf("by a connection that is set up too weakly: %v", err)
		}
		d.set(func() { d.weak = false })
		if err := k.Keep(t.Context(), c); err != nil {
			t.Error(err)
		}
		d.set(func() { d.checkpoints["acme"] = stored{seq: 1, hash: []byte("short")} })
		if _, err := k.Kept(t.Context()); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("a row that is no checkpoint: %v", err)
		}
	})
}

func TestClock(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		l, err := d.store(t).Log(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		clock, ok := l.(audit.Clock)
		if ok != (d.dialect != sqllog.SQLite) {
			t.Fatalf("it is %T", l)
		}
		if !ok {
			return
		}
		want := time.Date(2026, 3, 4, 5, 6, 7, 123456000, time.UTC)
		d.now = func() time.Time { return want.In(time.FixedZone("east", 3600)) }
		now, err := clock.Now(t.Context())
		if err != nil || now != want {
			t.Errorf("got %v, %v, want %v", now, err, want)
		}
		// In a transaction there may be no other connection to ask.
		db := d.open()
		db.SetMaxOpenConns(1)
		s, err := sqllog.Open(t.Context(), db, d.dialect, nil)
		if err != nil {
			t.Fatal(err)
		}
		named, err := s.Named("acme")
		if err != nil {
			t.Fatal(err)
		}
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if clock, ok = named.Tx(tx).(audit.Clock); !ok {
			t.Fatal("the log in a transaction has no clock")
		}
		if now, err := clock.Now(t.Context()); err != nil || now != want {
			t.Errorf("in a transaction: got %v, %v, want %v", now, err, want)
		}
	})
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	err := error(&sqllog.Error{Op: "append", Log: "acme", Seq: 7, Text: "more", Err: sql.ErrConnDone})
	if got, want := err.Error(), `sqllog: append "acme": event 7: sql: connection is already closed: more`; got != want || !errors.Is(err, sql.ErrConnDone) {
		t.Errorf("got %q, want %q", got, want)
	}
}
