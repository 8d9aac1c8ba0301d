package rowsecurity

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/examples/testserver"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
)

// world is a company and a database of its own.
type world struct {
	company *company.Company
	log     audit.Log
	server  *server
	name    string // of the database
}

var worlds atomic.Int64

// newWorld returns a company, and a database with tables that were never filled.
func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, testserver.Need(t, shared))
}

func newWorldOn(t testing.TB, s *server) *world {
	t.Helper()
	w := &world{server: s, name: "test_" + strconv.FormatInt(worlds.Add(1), 10), log: audit.NewMemory()}
	if err := s.database(t.Context(), w.name); err != nil {
		t.Fatal(err)
	}
	w.company = found(t, w.log, config())
	w.importRows(t)
	return w
}

// text returns the values of an account in a country.
func country(name string) map[string]datagroup.Value {
	return map[string]datagroup.Value{"country": datagroup.Text(name)}
}

// start is when the companies of tests begin.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// host is the system of tests that may make every change.
const host = "host"

// found founds the company of tests.
func found(t testing.TB, log audit.Log, c *company.Config) *company.Company {
	t.Helper()
	acme, err := company.Found(t.Context(), log, company.Founding{
		ID: "acme", Name: "Acme",
		Founder: team.User{ID: "ann"},
		Document: &document.Document{
			Attributes: map[string]string{"country": "string"},
			Accounts: []document.Account{
				{ID: "us-1", Source: "google", Values: country("US")}, {ID: "us-2", Source: "google", Values: country("US")},
				{ID: "de-1", Source: "google", Values: country("DE")}, {ID: "uk-1", Source: "google", Values: country("UK")},
			},
			Groups: []document.Group{{ID: "us", Filter: "country = 'US'"}, {ID: "de", Filter: "country = 'DE'"}},
			Teams: []document.Team{
				{ID: "americas", Groups: []string{"us"}, Members: []document.Member{{User: "tom"}}},
				{ID: "europe", Groups: []string{"de"}, Members: []document.Member{{User: "mia"}}},
			},
			Users: []document.User{{ID: "tom", Role: "team-member"}, {ID: "mia", Role: "viewer"}},
		},
	}, c)
	if err != nil {
		t.Fatal(err)
	}
	return acme
}

// config returns the configuration in which the system of tests may do everything.
func config() *company.Config {
	roles := []role.Name{"blind"} // of the catalogs that are drawn
	for name := range role.CompanyCatalog().Names() {
		roles = append(roles, name)
	}
	return &company.Config{Systems: map[string]company.SystemConfig{host: {Changes: company.ChangeTypes(), Roles: roles}}}
}

// do makes changes as the system of tests, and returns the number of the event.
func do(t testing.TB, c *company.Company, changes ...company.Change) uint64 {
	t.Helper()
	receipt, err := c.Do(t.Context(), company.By{Actor: company.System(host), Reason: "a test"}, changes...)
	if err != nil {
		t.Fatal(err)
	}
	return receipt.Seq
}

// importRows adds a row for each account that there ever is in tests, also for some
// that are not connected: the amount of row n is n.
func (w *world) importRows(t testing.TB) {
	t.Helper()
	for i, account := range accountPool {
		w.exec(t, "postgres", "INSERT INTO spend VALUES ($1::bigint, $2, '2026-01-01', $1::bigint)", i+1, account)
	}
}

// accountPool is the accounts that tests connect.
var accountPool = []string{"us-1", "us-2", "de-1", "uk-1", "fr-1", "x'); --", "É"}

// exec runs a statement as a role.
func (w *world) exec(t testing.TB, role, statement string, args ...any) {
	t.Helper()
	conn := w.conn(t, "postgres")
	if _, err := conn.Exec(t.Context(), "SET ROLE "+role); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// conn opens a connection as a role.
func (w *world) conn(t testing.TB, role string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.server.dsn(role, w.name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// pool opens a pool of some connections as a role.
func (w *world) pool(t testing.TB, role string, most int32) *pgxpool.Pool {
	t.Helper()
	c, err := pgxpool.ParseConfig(w.server.dsn(role, w.name))
	if err != nil {
		t.Fatal(err)
	}
	c.MaxConns = most
	pool, err := pgxpool.NewWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// db opens the database by database/sql as the role of the application.
func (w *world) db(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", w.server.dsn("ambit_app", w.name))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

// keeper returns a keeper of the company.
func (w *world) keeper(t testing.TB, c *Config) *Keeper {
	t.Helper()
	return New(w.pool(t, "ambit_keeper", 2), w.company, c)
}

// catchUp has a keeper catch up.
func catchUp(t testing.TB, k *Keeper) uint64 {
	t.Helper()
	seq, err := k.CatchUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// seen returns the accounts whose rows a user sees, by a query without WHERE.
func (w *world) seen(t testing.TB, db Beginner, user team.UserID) string {
	t.Helper()
	var all string
	if err := ReadAs(t.Context(), db, user, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT coalesce(string_agg(account_id, ' ' ORDER BY account_id COLLATE "C"), '') FROM spend`).Scan(&all)
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// sees returns the accounts that a user sees by the company's policy, in the form
// of seen.
func (w *world) sees(user team.UserID) string {
	return strings.Join(viewOf(w.company.Policy(), user), " ")
}

// viewOf returns the accounts that a user sees, of those that have rows, in order.
func viewOf(p *access.Policy, user team.UserID) []string {
	view := p.View(access.User(user))
	var all []string
	for _, id := range accountPool {
		if view.Sees(datagroup.AccountID(id)) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// everybody is the users of tests, with some that are none.
var everybody = []team.UserID{"ann", "tom", "mia", "bob", "eve", "nobody", ""}

// check compares what each user sees in the database with a policy of now.
func (w *world) check(t testing.TB, when string, p *access.Policy) {
	t.Helper()
	conn := w.conn(t, "ambit_app")
	for _, user := range everybody {
		if got, want := w.seen(t, conn, user), strings.Join(viewOf(p, user), " "); got != want {
			t.Errorf("%s: %s sees %q, want %q", when, user, got, want)
		}
	}
	conn.Close(t.Context())
}

func accounts(ids ...datagroup.AccountID) []datagroup.AccountID { return ids }
