package sqlfilters

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// TestServerPlans: an index helps comparisons by = and in, and lists of ids.
func TestServerPlans(t *testing.T) {
	t.Parallel()
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		if err := postgresqlPlan(t, sqlfilter.PostgreSQL()); err != nil {
			t.Error(err)
		}
	})
	t.Run("MariaDB", func(t *testing.T) {
		t.Parallel()
		if err := mariadbPlan(t, sqlfilter.MariaDB()); err != nil {
			t.Error(err)
		}
	})
}

// manyAccounts is how many rows a table has for which databases use an index.
const manyAccounts = 20_000

// plans asks for the plans of conditions over a table with many accounts. Bad is a
// part of a plan that looks at all of its rows.
func (k serverKind) plans(t testing.TB, d sqlfilter.Dialect, ids []int, series, bad string) error {
	t.Helper()
	s := testserver.Need(t, k.server)
	name, admin := s.create(t, append(k.prepare, k.tables()...)...)
	exec(t, admin, "INSERT INTO accounts (id, source, country, spend, labels_known) "+series)
	exec(t, admin, "CREATE INDEX by_country ON accounts (country)")
	exec(t, admin, "INSERT INTO account_labels SELECT id, 'vip' FROM accounts")
	exec(t, admin, map[testserver.Kind]string{testserver.PostgreSQL: "ANALYZE", testserver.MariaDB: "ANALYZE TABLE accounts, account_labels"}[s.Kind()])
	table := table(t, d, withLabels(labelsRows, tagsRows))
	conditions := make(map[string]sqlfilter.Predicate)
	var err error
	for _, text := range []string{
		"country = 'c-7'", "country in ('c-7', 'c-8')", "country = 'c-7' and spend > 5", "country = 'c-7' or id = 'a-7'", "id = 'a-7' and labels has 'vip'",
	} {
		filter, problem := sqlfiltertest.Schema().Parse(text)
		if problem != nil {
			t.Fatal(problem)
		}
		if conditions[text], err = table.Where(filter); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range ids {
		var list []datagroup.AccountID
		for i := range n {
			list = append(list, datagroup.AccountID(fmt.Sprint("a-", i)))
		}
		if conditions[fmt.Sprint(n, " ids")], err = table.IDs(slices.Values(list)); err != nil {
			t.Fatal(err)
		}
	}
	db := connect(t, k.driver, s.dsn(k.driver, name, k.options...))
	var errs []error
	for name, p := range conditions {
		where, args, _ := p.ToSql()
		if s.Kind() == testserver.PostgreSQL {
			where, args = p.Numbered(1)
		}
		plan := rowsOf(t, db, "EXPLAIN SELECT sum(a.spend) FROM accounts AS a WHERE "+where, args...)
		if strings.Contains(plan, bad) {
			errs = append(errs, fmt.Errorf("%s: %s", name, plan))
		}
	}
	return errors.Join(errs...)
}

// rowsOf returns what a statement says, with spaces around each value.
func rowsOf(t testing.TB, db *sql.DB, statement string, args ...any) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(fmt.Errorf("%w: %s", err, statement))
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		values, places := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			b.WriteString(" " + v.String + " ")
		}
		b.WriteString("\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func postgresqlPlan(t testing.TB, d sqlfilter.Dialect) error {
	series := fmt.Sprint("SELECT 'a-' || i, 'google', 'c-' || i % 1000, i, true FROM generate_series(1, ", manyAccounts, ") AS i")
	ids := []int{1, 60}
	plain := serverKind{server: sharedPostgreSQL, driver: "pgx", text: "text", number: "float8", set: "text[]"}
	icu := serverKind{server: sharedPostgreSQL, driver: "postgres", prepare: []string{alike}, text: "varchar COLLATE alike", number: "float8", set: "text[]"}
	return errors.Join(plain.plans(t, d, ids, series, "Seq Scan"), icu.plans(t, d, ids, series, "Seq Scan"), twice(t, d, icu, series))
}

// twice returns an error if a row is selected twice by a list in which several ids
// are equal under the collation of the column.
func twice(t testing.TB, d sqlfilter.Dialect, k serverKind, series string) error {
	t.Helper()
	_, db := testserver.Need(t, k.server).create(t, append(k.prepare, k.tables()...)...)
	exec(t, db, "INSERT INTO accounts (id, source, country, spend, labels_known) "+series)
	var errs []error
	for _, statement := range []string{"SELECT 1", "ANALYZE"} {
		exec(t, db, statement)
		for _, n := range []int{1, 20, 300} {
			var list []datagroup.AccountID
			for i := range n {
				list = append(list, datagroup.AccountID(fmt.Sprint("a-", i+1)), datagroup.AccountID(fmt.Sprint("A-", i+1)), datagroup.AccountID(fmt.Sprint("\u00e1-", i+1)))
			}
			p, err := table(t, d, withLabels(labelsRows, tagsRows)).IDs(slices.Values(list))
			if err != nil {
				t.Fatal(err)
			}
			where, args := p.Numbered(1)
			if got := rowsOf(t, db, "SELECT count(*) FROM accounts AS a WHERE "+where, args...); strings.TrimSpace(got) != fmt.Sprint(n) {
				errs = append(errs, fmt.Errorf("%d ids select %s rows: %s", n, got, rowsOf(t, db, "EXPLAIN SELECT count(*) FROM accounts AS a WHERE "+where, args...)))
			}
		}
	}
	return errors.Join(errs...)
}

// mariadbPlan looks at the plans of a database in utf8mb4, where lists need more
// space. A list is searched by a key there, but accounts are not found by it.
func mariadbPlan(t testing.TB, d sqlfilter.Dialect) error {
	series := fmt.Sprint("SELECT concat('a-', seq), 'google', concat('c-', seq % 1000), seq, true FROM seq_1_to_", manyAccounts)
	k := serverKind{
		server: sharedMariaDB, driver: "mysql", prepare: []string{"ALTER DATABASE CHARACTER SET utf8mb4"},
		text: "varchar(100) COLLATE utf8mb4_unicode_ci", number: "double", set: "json",
	}
	few := k.plans(t, d, []int{1, 40}, series, " ALL ")
	k.text = "varchar(100) COLLATE utf8mb4_general_ci"
	k.options = []string{"interpolateParams=true"}
	return errors.Join(few, k.plans(t, d, []int{1, 40}, series, " ALL "), k.plans(t, d, []int{1001}, series, "FirstMatch"), nested(t, d, k, series))
}

// nested returns an error if a list within a sub-select is read again for each row.
func nested(t testing.TB, d sqlfilter.Dialect, k serverKind, series string) error {
	t.Helper()
	_, db := testserver.Need(t, k.server).create(t, append(k.prepare, k.tables()...)...)
	exec(t, db, "INSERT INTO accounts (id, source, country, spend, labels_known) "+series)
	exec(t, db, "ANALYZE TABLE accounts")
	var list []datagroup.AccountID
	for i := range 1001 {
		list = append(list, datagroup.AccountID(fmt.Sprint("a-", i)))
	}
	p, err := table(t, d, withLabels(labelsRows, tagsRows)).IDs(slices.Values(list))
	if err != nil {
		t.Fatal(err)
	}
	where, args, _ := p.ToSql()
	plan := rowsOf(t, db, "EXPLAIN SELECT sum(r.spend) FROM accounts AS r WHERE r.id IN (SELECT a.id FROM accounts AS a WHERE "+where+")", args...)
	if strings.Contains(plan, "FirstMatch") || strings.Contains(plan, "DEPENDENT") {
		return fmt.Errorf("a list within a sub-select: %s", plan)
	}
	return nil
}
