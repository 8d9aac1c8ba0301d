package rowsecurity

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	teamid "github.com/ambit-authz/ambit/team"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	hidden = "SELECT count(*) FROM spend WHERE account_id = 'de-1'" // from tom
	count  = "SELECT count(*) FROM spend"
)

// filled returns a world whose tables are in step: tom sees rows 1 and 2, of us-1
// and us-2; mia sees row 3, of de-1.
func filled(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	catchUp(t, w.keeper(t, nil))
	return w
}

// number asks for one number.
func number(t testing.TB, db Queryer, query string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// as sets the user of the whole session, as no application should.
func as(t testing.TB, conn *pgx.Conn, user string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), "SELECT set_config('ambit.user_id', $1, false)", user); err != nil {
		t.Fatal(err)
	}
}

// code returns the code of an error of PostgreSQL.
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// denied is the code of insufficient_privilege: also of a row that a policy refuses,
// and of a query for which row-level security would have to be off.
const denied = "42501"

// TestForgottenWhere: a query that names no user's rows shows those of the user of
// the transaction, and nothing without one.
func TestForgottenWhere(t *testing.T) {
	t.Parallel()
	w := filled(t)
	conn := w.conn(t, "ambit_app")
	if n := number(t, conn, count); n != 0 {
		t.Errorf("%d rows in a new session", n)
	}
	for user, want := range map[string]int{"ann": 4, "tom": 2, "mia": 1, "nobody": 0, "": 0, "TOM": 0, "tom ": 0, "%": 0, "to_": 0, "tom' OR 'a' = 'a": 0} {
		as(t, conn, user)
		if n := number(t, conn, count); n != want {
			t.Errorf("%q sees %d rows, want %d", user, n, want)
		}
	}
	as(t, conn, "tom")
	if _, err := conn.Exec(t.Context(), "RESET ambit.user_id"); err != nil {
		t.Fatal(err)
	}
	if n := number(t, conn, count); n != 0 {
		t.Errorf("%d rows after RESET", n)
	}
}

// TestPool: a connection that comes back to the pool has no user, whether its
// transaction was committed, rolled back or failed.
func TestPool(t *testing.T) {
	t.Parallel()
	w := filled(t)
	pool, db := w.pool(t, "ambit_app", 1), w.db(t)
	boom := errors.New("boom")
	for _, end := range []error{nil, boom} {
		for user, want := range map[string]int{"tom": 2, "mia": 1, "ann": 4} {
			err := ReadAs(t.Context(), pool, "tom", func(tx pgx.Tx) error {
				if n := number(t, tx, count); n != 2 {
					t.Errorf("tom sees %d rows", n)
				}
				if end != nil {
					tx.Exec(t.Context(), "SELECT 1 / 0")
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Errorf("got %v", err)
			}
			if n := number(t, pool, count); n != 0 {
				t.Errorf("%d rows without a user", n)
			}
			err = ReadSQLAs(t.Context(), db, "tom", func(tx *sql.Tx) error {
				return errors.Join(countSQL(t, tx, 2), end)
			})
			if !errors.Is(err, end) {
				t.Errorf("database/sql: got %v", err)
			}
			if err := countSQL(t, db, 0); err != nil {
				t.Errorf("database/sql, without a user: %v", err)
			}
			// The same prepared statement again, for another user.
			if err := ReadAs(t.Context(), pool, teamid.UserID(user), func(tx pgx.Tx) error {
				if n := number(t, tx, count); n != want {
					t.Errorf("%s sees %d rows, want %d", user, n, want)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
	}
	if pool.Stat().NewConnsCount() != 1 {
		t.Error("it was not one connection")
	}
}

// countSQL counts the rows by database/sql.
func countSQL(t *testing.T, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, want int) error {
	n := 0
	if err := db.QueryRowContext(t.Context(), count).Scan(&n); err != nil {
		return err
	}
	if n != want {
		t.Errorf("%d rows, want %d", n, want)
	}
	return nil
}

// TestLeftInSession: what ends with the session and not with the transaction is the
// next user's, too, unless the pool discards it. README.md says so.
func TestLeftInSession(t *testing.T) {
	t.Parallel()
	w := filled(t)
	for discards, want := range map[bool]int{false: 2, true: -1} {
		c, err := pgxpool.ParseConfig(w.server.dsn("ambit_app", w.name))
		if err != nil {
			t.Fatal(err)
		}
		c.MaxConns = 1
		if discards {
			c.AfterRelease = Discard
		}
		pool, err := pgxpool.NewWithConfig(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { // ReadAs would refuse the table
			if _, err := tx.Exec(t.Context(), SetUser, "tom"); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), "CREATE TEMP TABLE mine AS SELECT * FROM spend; DECLARE kept CURSOR WITH HOLD FOR SELECT id FROM spend")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		n := -1
		if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM mine").Scan(&n); (err == nil) == discards || n != want {
			t.Errorf("discards %v: %d rows, %v", discards, n, err)
		}
		var id int
		if err := pool.QueryRow(t.Context(), "FETCH 1 FROM kept").Scan(&id); (err == nil) == discards {
			t.Errorf("discards %v: row %d, %v", discards, id, err)
		}
		if _, err := pool.Exec(t.Context(), "SET ambit.user_id = 'tom'"); err != nil { // and not SET LOCAL
			t.Fatal(err)
		}
		if n := number(t, pool, count); (n == 0) != discards {
			t.Errorf("discards %v: %d rows by a user of the session", discards, n)
		}
	}
}

// TestOwner: the owner of the table is held as well.
func TestOwner(t *testing.T) {
	t.Parallel()
	w := filled(t)
	conn := w.conn(t, "postgres")
	if _, err := conn.Exec(t.Context(), "SET ROLE ambit_owner"); err != nil {
		t.Fatal(err)
	}
	if n := number(t, conn, count); n != 0 {
		t.Errorf("the owner sees %d rows without a user", n)
	}
	as(t, conn, "mia")
	if n := number(t, conn, count); n != 1 {
		t.Errorf("the owner sees %d rows as mia", n)
	}
	// This is what is forced, and this is all that it takes to end it: so the
	// application must not be the owner.
	w.exec(t, "ambit_owner", "ALTER TABLE spend NO FORCE ROW LEVEL SECURITY")
	if n := number(t, conn, count); n != len(accountPool) {
		t.Errorf("the owner sees %d rows without FORCE", n)
	}
}

// attempts are what the role of the application is not allowed to do.
var attempts = []string{
	// to be somebody else
	"SET ROLE ambit_owner", "SET ROLE ambit_keeper", "SET SESSION AUTHORIZATION postgres", "ALTER ROLE ambit_app BYPASSRLS",
	// to turn it off
	"SET row_security = off; SELECT count(*) FROM spend",
	"DO $$ BEGIN PERFORM set_config('row_security', 'off', true); PERFORM count(*) FROM spend; END $$",
	"ALTER TABLE spend DISABLE ROW LEVEL SECURITY", "ALTER TABLE spend NO FORCE ROW LEVEL SECURITY", "ALTER TABLE spend OWNER TO ambit_app",
	"ALTER POLICY visible ON spend USING (true)", "DROP POLICY visible ON spend", "CREATE POLICY mine ON spend USING (true)",
	"CREATE OR REPLACE FUNCTION ambit.accounts() RETURNS SETOF text LANGUAGE sql AS 'SELECT account_id FROM spend'",
	"CREATE OR REPLACE FUNCTION ambit.now() RETURNS timestamptz LANGUAGE sql AS $$SELECT '2000-01-01'::timestamptz$$",
	"ALTER FUNCTION ambit.accounts() SECURITY INVOKER",
	// to read or write who sees what
	"SELECT * FROM ambit.visible", "SELECT * FROM ambit.sees_all", "SELECT * FROM ambit.account", "SELECT hash FROM ambit.position",
	"INSERT INTO ambit.visible VALUES ('tom', 'de-1', NULL)", "INSERT INTO ambit.sees_all VALUES ('tom', NULL)",
	"INSERT INTO ambit.visible VALUES ('tom', 'us-1', NULL) ON CONFLICT (user_id, account_id) DO UPDATE SET account_id = 'de-1'",
	"UPDATE ambit.visible SET user_id = 'tom'", "DELETE FROM ambit.position", "UPDATE ambit.position SET time = '-infinity'",
	"TRUNCATE ambit.visible", "GRANT SELECT ON ambit.visible TO ambit_app", "COPY ambit.sees_all FROM PROGRAM 'echo tom'",
	// to have the database do it
	"CREATE TABLE ambit.mine (id int)", "CREATE VIEW ambit.v AS SELECT * FROM spend", "CREATE FUNCTION ambit.f() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
	"CREATE TABLE mine (id bigint REFERENCES spend)", "CREATE INDEX ON spend ((1 / (amount - 3)))", "CREATE STATISTICS s ON id, amount FROM spend",
	"CREATE TRIGGER t BEFORE UPDATE ON spend FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
	"CREATE RULE r AS ON UPDATE TO spend DO INSTEAD NOTHING", "CREATE PUBLICATION p FOR TABLE spend", "CREATE EXTENSION dblink",
	"COPY spend TO PROGRAM 'cat'", "SELECT pg_read_file('/etc/passwd')", "SELECT lo_export(1, '/tmp/x')", "TRUNCATE spend",
	// to write what they do not see, where they may write at all
	"INSERT INTO spend VALUES (100, 'de-1', now(), 1)", "UPDATE spend SET account_id = 'de-1'", "INSERT INTO notes VALUES (1, 3)",
	"INSERT INTO spend VALUES (3, 'us-1', now(), 1) ON CONFLICT (id) DO UPDATE SET account_id = 'us-1' RETURNING id",
	"INSERT INTO spend VALUES (1, 'us-1', now(), 1) ON CONFLICT (id) DO UPDATE SET account_id = 'de-1'",
	"MERGE INTO spend s USING (VALUES (1)) v (id) ON s.id = v.id WHEN MATCHED THEN UPDATE SET account_id = 'de-1'",
}

// TestCannot: each attempt is denied, and a foreign key to the table of a temporary
// one as well, for another reason.
func TestCannot(t *testing.T) {
	t.Parallel()
	w := filled(t)
	w.exec(t, "ambit_owner", "GRANT INSERT, UPDATE, DELETE ON spend TO ambit_app") // more than it is given
	w.exec(t, "ambit_owner", "CREATE TABLE notes (id bigint PRIMARY KEY, spend_id bigint REFERENCES spend ON DELETE CASCADE)")
	conn := w.conn(t, "ambit_app")
	try := func(statement, want string) {
		t.Helper()
		if _, err := conn.PgConn().Exec(t.Context(), statement).ReadAll(); code(err) != want {
			t.Errorf("%s: got %v, want %s", statement, err, want)
		}
		if _, err := conn.Exec(t.Context(), "RESET row_security"); err != nil {
			t.Fatal(err)
		}
	}
	as(t, conn, "tom")
	for _, statement := range attempts {
		try(statement, denied)
	}
	try("CREATE TEMP TABLE mine (id bigint REFERENCES spend)", "42P16")
	if n := number(t, conn, "SELECT count(*) FROM spend WHERE account_id LIKE 'us-%'"); n != 2 {
		t.Errorf("tom sees %d rows in the end", n)
	}
}

// TestHidden: statements that succeed, and show and change nothing of a row that tom
// does not see.
func TestHidden(t *testing.T) {
	t.Parallel()
	w := filled(t)
	w.exec(t, "ambit_owner", "GRANT INSERT, UPDATE, DELETE ON spend TO ambit_app")
	w.exec(t, "ambit_owner", "CREATE VIEW by_owner AS SELECT * FROM spend; GRANT SELECT ON by_owner TO ambit_app")
	w.exec(t, "postgres", "CREATE VIEW by_invoker WITH (security_invoker) AS SELECT * FROM spend; GRANT SELECT ON by_invoker TO ambit_app")
	w.exec(t, "ambit_owner", "CREATE FUNCTION of_owner() RETURNS SETOF spend LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM spend'; GRANT EXECUTE ON FUNCTION of_owner() TO ambit_app")
	w.exec(t, "postgres", "ANALYZE")
	conn := w.conn(t, "ambit_app")
	as(t, conn, "tom")
	if _, err := conn.Exec(t.Context(), "CREATE TEMP VIEW mine AS SELECT * FROM spend"); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		hidden,
		"SELECT count(*) FROM mine WHERE account_id = 'de-1'",
		"SELECT count(*) FROM by_owner WHERE account_id = 'de-1'",
		"SELECT count(*) FROM by_invoker WHERE account_id = 'de-1'",
		"SELECT count(*) FROM of_owner() WHERE account_id = 'de-1'",
		"SELECT count(*) FROM (SELECT * FROM spend OFFSET 0) s WHERE account_id = 'de-1'",
		"SELECT count(*) FROM spend a RIGHT JOIN spend b ON true WHERE b.account_id = 'de-1'",
		"SELECT count(*) FROM spend WHERE account_id = 'de-1' OR true AND id = 3",
		"SELECT count(*) FROM spend TABLESAMPLE SYSTEM (100) WHERE id = 3",
		"SELECT count(*) FROM spend WHERE ctid = '(0,3)'",
		"WITH u AS (UPDATE spend SET amount = 0 WHERE id = 3 RETURNING *) SELECT count(*) FROM u",
		"WITH d AS (DELETE FROM spend WHERE id = 3 RETURNING *) SELECT count(*) FROM d",
		"WITH i AS (INSERT INTO spend VALUES (3, 'us-1', now(), 1) ON CONFLICT DO NOTHING RETURNING *) SELECT count(*) FROM i",
		"SELECT count(*) FROM (SELECT id FROM spend WHERE id = 3 FOR UPDATE) s",
		"SELECT count(*) FROM pg_stats WHERE tablename = 'spend'",
		"SELECT count(*) FROM ambit.accounts() a WHERE a LIKE 'de%'",
	} {
		if n := number(t, conn, query); n != 0 {
			t.Errorf("%s: %d", query, n)
		}
	}
	var out strings.Builder
	for _, statement := range []string{"COPY spend TO STDOUT", "COPY (SELECT * FROM spend) TO STDOUT", "COPY (TABLE by_owner) TO STDOUT"} {
		if _, err := conn.PgConn().CopyTo(t.Context(), &out, statement); err != nil {
			t.Fatal(err)
		}
	}
	if text := out.String(); strings.Contains(text, "de-1") || strings.Count(text, "us-1") != 3 {
		t.Errorf("COPY shows\n%s", text)
	}
	as(t, conn, "mia")
	if n := number(t, conn, "SELECT amount::int FROM spend"); n != 3 {
		t.Errorf("the amount of mia's row is %d now", n)
	}
}

// TestLeaky: a function in WHERE that tells what it is called with is not called
// with a hidden row, however cheap it says it is; nor does an error tell.
func TestLeaky(t *testing.T) {
	t.Parallel()
	w := filled(t)
	c, err := pgx.ParseConfig(w.server.dsn("ambit_app", w.name))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	c.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { told = append(told, n.Message) }
	conn, err := pgx.ConnectConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	as(t, conn, "tom")
	if _, err := conn.Exec(t.Context(), `CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 IMMUTABLE
		AS $$ BEGIN RAISE NOTICE 'told %', $1; RETURN true; END $$`); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"SELECT count(*) FROM spend WHERE pg_temp.leak(account_id)",
		"SELECT count(*) FROM (SELECT account_id FROM spend WHERE pg_temp.leak(account_id)) s WHERE s.account_id <> ''",
		"SELECT count(*) FROM spend s JOIN (VALUES ('us-1'), ('us-2')) v (id) ON pg_temp.leak(s.account_id) AND v.id = s.account_id",
	} {
		told = nil
		if n := number(t, conn, query); n != 2 {
			t.Errorf("%s: %d rows", query, n)
		}
		for _, text := range told {
			if !strings.Contains(text, "us-") {
				t.Errorf("%s: %s", query, text)
			}
		}
		if len(told) < 2 {
			t.Errorf("%s: it was called %d times", query, len(told))
		}
	}
	if n := number(t, conn, "SELECT count(*) FROM spend WHERE 1 / (amount - 3) < 9"); n != 2 { // row 3 has the amount 3
		t.Errorf("%d rows", n)
	}
	if _, err := conn.Exec(t.Context(), "CREATE FUNCTION pg_temp.sure(text) RETURNS boolean LANGUAGE plpgsql LEAKPROOF AS 'BEGIN RETURN true; END'"); code(err) != denied {
		t.Errorf("a function that says it is leakproof: %v", err)
	}
}

// TestNotHeld: what README.md says is not held.
func TestNotHeld(t *testing.T) {
	t.Parallel()
	w := filled(t)
	w.exec(t, "postgres", "CREATE VIEW by_superuser AS SELECT * FROM spend; GRANT SELECT ON by_superuser TO ambit_app")
	w.exec(t, "ambit_owner", "GRANT INSERT ON spend TO ambit_app")
	conn := w.conn(t, "ambit_app")
	as(t, conn, "tom")
	if n := number(t, conn, "SELECT count(*) FROM by_superuser"); n != len(accountPool) {
		t.Errorf("a view of a superuser shows %d rows", n)
	}
	if _, err := conn.Exec(t.Context(), "INSERT INTO spend VALUES (3, 'us-1', now(), 1)"); code(err) != "23505" {
		t.Errorf("that there is a row 3 is told by %v", err)
	}
	as(t, conn, "ann")
	if n := number(t, conn, count); n != 4 {
		t.Errorf("who may run SQL may be anybody, but sees %d rows", n)
	}
	if n := number(t, w.conn(t, "postgres"), count); n != len(accountPool) {
		t.Errorf("a superuser sees %d rows", n)
	}
}

// TestEnds: what has ended is hidden when it ends, with nobody doing anything.
func TestEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, "ambit_owner", testClock)
	do(t, w.company, company.AddMember{Team: "europe", User: "tom", Until: start.AddDate(100, 0, 0)})
	catchUp(t, w.keeper(t, nil))
	conn := w.conn(t, "ambit_app")
	as(t, conn, "tom")
	for now, want := range map[string]int{"2125-12-31 23:59:59.999999Z": 3, "2126-01-01 00:00Z": 2, "2500-01-01 00:00Z": 2} {
		if _, err := conn.Exec(t.Context(), "SELECT set_config('test.now', $1, false)", now); err != nil {
			t.Fatal(err)
		}
		if n := number(t, conn, count); n != want {
			t.Errorf("at %s tom sees %d rows, want %d", now, n, want)
		}
	}
}
