package sqllogs

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/audit/sqllog"
)

// mutant is a connection to SQLite under which a log is broken.
type mutant struct {
	driver.Conn
	flaw flaw
}

// flaw says what is wrong with a log.
type flaw struct {
	name    string
	replace [2]string // in every statement
	skip    string    // statements that have this do nothing, and say that they did
	commit  bool      // a commit that rolls back
	rules   string    // of which a check fails
}

// broken are flaws that somebody who writes such a log may build in.
var broken = []flaw{
	{name: "nothing", rules: ""},
	{name: "looks for no event before", replace: [2]string{
		"EXISTS (SELECT 1 FROM ambit_event WHERE log = ? AND seq = ? AND hash = ?)", "? IS NOT NULL AND ? IS NOT NULL AND ? IS NOT NULL",
	}, rules: "3"},
	{name: "looks for any event before", replace: [2]string{"AND seq = ? AND hash = ?)", "AND seq = ? AND ? IS NOT NULL)"}, rules: "3"},
	{name: "replaces what is there", replace: [2]string{"INSERT INTO ambit_event", "INSERT OR REPLACE INTO ambit_event"}, rules: "3 4"},
	{name: "stores in place of what was removed", replace: [2]string{
		"AND NOT EXISTS (SELECT 1 FROM ambit_event WHERE log = ? AND seq > ?)", "AND ? IS NOT NULL AND ? IS NOT NULL",
	}, rules: "6"},
	{name: "stores nothing", skip: "INSERT INTO ambit_event", rules: "6"},
	{name: "stores a part of the line", replace: [2]string{"SELECT ?, ?, ?, ?, ? WHERE", "SELECT ?, ?, ?, ?, substr(?, 1, 65536) WHERE"}, rules: "17"},
	{name: "reads up to the event before the head", replace: [2]string{"SELECT max(seq)", "SELECT max(seq) - 1"}, rules: "6 10"},
	{name: "has one head for all logs", replace: [2]string{"SELECT max(seq) FROM ambit_event WHERE log = ?", "SELECT max(seq) FROM ambit_event WHERE ? IS NOT NULL"}, rules: "18"},
	{name: "knows no upper case", replace: [2]string{"log = ?", "log = ? COLLATE NOCASE"}, rules: "18"},
	{name: "reads the last event first", replace: [2]string{"ORDER BY seq LIMIT", "ORDER BY seq DESC LIMIT"}, rules: "6 9"},
	{name: "stores no keys", skip: "INSERT INTO ambit_key", rules: "21"},
	{name: "lists the last log first", replace: [2]string{"ORDER BY log LIMIT", "ORDER BY log DESC LIMIT"}, rules: "21"},
	{name: "lists a log once", replace: [2]string{"SELECT min(log)", "SELECT max(log)"}, rules: "20"},
	{name: "commits nothing", commit: true, rules: "21 19 6"},
	{name: "keeps what is older", replace: [2]string{"WHERE excluded.seq > ambit_checkpoint.seq", "WHERE TRUE"}, rules: "keeper"},
	{name: "keeps only the first", replace: [2]string{"WHERE excluded.seq > ambit_checkpoint.seq", "WHERE FALSE"}, rules: "keeper"},
}

func (m *mutant) rewrite(query string) string {
	if m.flaw.replace[0] == "" {
		return query
	}
	query = strings.ReplaceAll(query, m.flaw.replace[0], m.flaw.replace[1])
	if strings.HasPrefix(query, "INSERT OR REPLACE") {
		query = strings.ReplaceAll(query, "ON CONFLICT (log, seq) DO NOTHING", "")
		query = strings.ReplaceAll(query, "AND NOT EXISTS (SELECT 1 FROM ambit_event WHERE log = ? AND seq > ?)", "AND ? IS NOT NULL AND ? IS NOT NULL")
	}
	return query
}

func (m *mutant) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if m.flaw.skip != "" && strings.HasPrefix(query, m.flaw.skip) {
		return driver.RowsAffected(1), nil
	}
	return m.Conn.(driver.ExecerContext).ExecContext(ctx, m.rewrite(query), args)
}

func (m *mutant) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return m.Conn.(driver.QueryerContext).QueryContext(ctx, m.rewrite(query), args)
}

func (m *mutant) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := m.Conn.(driver.ConnBeginTx).BeginTx(ctx, options)
	if m.flaw.commit {
		tx = uncommitted{tx}
	}
	return tx, err
}

type uncommitted struct{ driver.Tx }

func (u uncommitted) Commit() error { return u.Rollback() }

// mutants opens connections of a flaw.
type mutants struct {
	good driver.Driver
	dsn  string
	flaw flaw
}

func (m mutants) Connect(context.Context) (driver.Conn, error) {
	c, err := m.good.Open(m.dsn)
	return &mutant{c, m.flaw}, err
}
func (m mutants) Driver() driver.Driver { return m.good }

// TestBroken: every flaw is caught by TestLog, TestStore or TestKeeper.
func TestBroken(t *testing.T) {
	t.Parallel()
	for _, flaw := range broken {
		t.Run(flaw.name, func(t *testing.T) {
			t.Parallel()
			p := worlds[0].place(t)
			good := p.db(t)
			open := func(ctx context.Context) (*sqllog.Store, error) {
				db := sql.OpenDB(mutants{good.Driver(), dsn("sqlite", "", p.name), flaw})
				t.Cleanup(func() { db.Close() })
				return p.openStore(ctx, db, &sqllog.Options{Keys: audittest.TargetKeys, Poll: 2 * time.Millisecond})
			}
			s, err := open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			// A log that is broken may hang.
			ctx := patient(t)
			n := 0
			err = errors.Join(
				audittest.TestLog(ctx, func() (audit.Log, error) {
					n++
					return s.Log(ctx, strconv.Itoa(n))
				}),
				audittest.TestStore(ctx, audittest.StoreTest{
					Open:    func(ctx context.Context) (audit.Store, error) { return open(ctx) },
					Damages: []audittest.Damage{p.damage(t, "a row that is gone", "DELETE FROM ambit_event WHERE log = ? AND seq = 2", audit.ErrDamaged)},
				}),
			)
			keeper := audittest.TestKeeper(ctx, func() (audit.Keeper, error) { return s.Keeper("acme"), nil })
			found := make(map[string]bool)
			failures(err, found)
			if keeper != nil {
				found["keeper"] = true
			}
			for rule := range strings.FieldsSeq(flaw.rules) {
				if !found[rule] {
					t.Errorf("no check of rule %s fails, but %v: %v", rule, found, errors.Join(err, keeper))
				}
			}
			if flaw.rules == "" && len(found) > 0 {
				t.Error(err, keeper)
			}
		})
	}
}

// failures notes the rules of what failed.
func failures(err error, found map[string]bool) {
	if failed, ok := err.(*audittest.Error); ok {
		found[strconv.Itoa(failed.Rule)] = true
	} else if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range all.Unwrap() {
			failures(err, found)
		}
	}
}
