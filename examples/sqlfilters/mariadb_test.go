package sqlfilters

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// The database itself has latin1, which is the default of the server.
var mariadbSetups = []setup{
	{name: "MariaDB general_ci", dialect: sqlfilter.MariaDB, open: serverKind{
		server: sharedMariaDB, driver: "mysql", text: "text COLLATE utf8mb4_general_ci", key: "varchar(100) COLLATE utf8mb4_general_ci", number: "double", set: "json", labels: labelsJSON, tags: tagsRows}.open},
	{name: "MariaDB bin, interpolated", dialect: sqlfilter.MariaDB, rare: true, open: serverKind{
		server: sharedMariaDB, driver: "mysql", options: []string{"interpolateParams=true"},
		text: "text COLLATE utf8mb4_bin", key: "varchar(100) COLLATE utf8mb4_bin", number: "double", set: "json", labels: labelsRows, tags: tagsJSON}.open},
	{name: "MariaDB unicode_ci", dialect: sqlfilter.MariaDB, random: true, open: serverKind{
		server: sharedMariaDB, driver: "mysql", text: "text COLLATE utf8mb4_unicode_ci", key: "varchar(100) COLLATE utf8mb4_unicode_ci", number: "double",
		set: "longtext COLLATE utf8mb4_general_ci", labels: labelsJSON, tags: tagsRows}.open},
	{name: "MariaDB nopad", dialect: sqlfilter.MariaDB, rare: true, open: serverKind{
		server: sharedMariaDB, driver: "mysql", text: "text COLLATE utf8mb4_unicode_nopad_ci", key: "varchar(100) COLLATE utf8mb4_unicode_nopad_ci", number: "double",
		set: "varchar(15000) CHARACTER SET latin1", ascii: true, labels: labelsRows, tags: tagsJSON}.open},
}

func init() {
	setups = append(setups, mariadbSetups...)
	odds = append(odds, oddities{dialect: sqlfilter.MariaDB, connect: mariadbEmpty, values: mariadbOdds})
	mutants = append(mutants, mutation{dialect: sqlfilter.MariaDB, rare: true, odd: odds[len(odds)-1].check, plan: mariadbPlan, mutants: mariadbMutants})
}

func mariadbEmpty(t testing.TB) *sql.DB {
	t.Helper()
	s := testserver.Need(t, sharedMariaDB)
	name, _ := s.create(t)
	return connect(t, s.driver(), s.dsn(s.driver(), name, "interpolateParams=true")) // a number is then a decimal
}

var mariadbOdds = []odd{
	{column: "tinyint", value: "5", form: asNumber, want: datagroup.Number(5)},
	{column: "int", value: "5", form: asNumber, want: datagroup.Number(5)},
	{column: "bigint", value: "9007199254740992", form: asNumber, want: datagroup.Number(1 << 53)},
	{column: "bigint", value: "9007199254740993", form: asNumber},
	{column: "bigint", value: "-9007199254740993", form: asNumber},
	{column: "bigint unsigned", value: "5", form: asNumber, want: datagroup.Number(5)},
	{column: "bigint unsigned", value: "18446744073709551615", form: asNumber},
	{column: "decimal(40,20)", value: "0.1", form: asNumber, want: datagroup.Number(0.1)},
	{column: "decimal(40,20)", value: "0.67567833800248855", form: asNumber, want: datagroup.Number(0.6756783380024886)},
	{column: "decimal(40,20)", value: "9007199254740992.1", form: asNumber},
	{column: "float", value: "0.5", form: asNumber, want: datagroup.Number(0.5)},
	{column: "double", value: "9007199254740994", form: asNumber},
	{column: "double", value: "1e300", form: asNumber},
	{column: "double", value: "-0e0", form: asNumber, want: datagroup.Number(0)},
	{column: "varchar(10)", value: "'5'", form: asNumber, refused: true},
	{column: "text", value: "'abc'", form: asNumber, refused: true},
	{column: "varbinary(10)", value: "'5'", form: asNumber, refused: true},
	{column: "enum('5', 'a')", value: "'5'", form: asNumber, refused: true},
	{column: "json", value: "'5'", form: asNumber, refused: true},
	{column: "varchar(10) CHARACTER SET latin1", value: "'\u00e9'", form: asText, want: datagroup.Text("\u00e9")},
	{column: "varchar(10) CHARACTER SET utf8mb3", value: "'\u00e9'", form: asText, want: datagroup.Text("\u00e9")},
	{column: "varchar(10) CHARACTER SET ascii", value: "'5'", form: sqlfilter.Column{Text: "CONVERT(a.x USING utf8mb4)", Expression: true}, want: datagroup.Text("5")},
	{column: "int", value: "5", form: asText, want: datagroup.Text("5")},
	{column: "decimal(5,1)", value: "5", form: asText, want: datagroup.Text("5.0")},
	{column: "enum('5', 'a')", value: "'5'", form: asText, want: datagroup.Text("5")},
	{column: "json", value: `'["a", "b", "a"]'`, form: asJSON, want: datagroup.Labels("a", "b")},
	{column: "varchar(50)", value: `'["a", "b"]'`, form: asJSON, want: datagroup.Labels("a", "b")},
	{column: "json", value: "'[]'", form: asJSON, want: datagroup.Labels()},
	{column: "json", value: "NULL", form: asJSON},
	{column: "json", value: "'null'", form: asJSON},
	{column: "json", value: `'"a"'`, form: asJSON},
	{column: "json", value: `'{"a": "a"}'`, form: asJSON},
	{column: "json", value: `'["a", 5]'`, form: asJSON},
	{column: "json", value: `'["a", true]'`, form: asJSON},
	{column: "json", value: `'["a", null]'`, form: asJSON},
	{column: "json", value: `'[["a"]]'`, form: asJSON},
	{column: "text", value: `'a'`, form: asJSON},
	{column: "int", value: "5", form: asJSON},
	{column: "text", value: `'["a"'`, form: asJSON},
	{column: "text", value: `'["a", x]'`, form: asJSON},
}

// TestLatin1: a column in latin1 holds few of the texts. Compared with another one by
// = or in it is an error before a row is read, and never wrong; as an expression that
// converts it, it is right.
func TestLatin1(t *testing.T) {
	t.Parallel()
	s := testserver.Need(t, sharedMariaDB)
	name, db := s.create(t, "CREATE TABLE accounts (id varchar(100) CHARACTER SET utf8mb4, name text CHARACTER SET latin1, KEY (name(10)))")
	var held []datagroup.Account
	for _, a := range sqlfiltertest.Accounts(nil) {
		_, err := db.ExecContext(t.Context(), "INSERT INTO accounts VALUES (?, ?)", string(a.ID()), scalar(a.Value("name")))
		switch {
		case err == nil:
			held = append(held, a)
		case !strings.Contains(err.Error(), "Incorrect string value"):
			t.Fatal(err)
		}
	}
	plain := table(t, sqlfilter.MariaDB(), map[string]sqlfilter.Column{"id": {Text: "id"}, "name": {Text: "name"}})
	converted := table(t, sqlfilter.MariaDB(), map[string]sqlfilter.Column{"id": {Text: "id"}, "name": {Text: "CONVERT(a.name USING utf8mb4)", Expression: true}})
	selects := selector(db, "a.id")
	right, refused := 0, 0
	for _, f := range sqlfiltertest.Filters(&sqlfiltertest.Config{Random: -1}) {
		if !slices.Equal(f.Reads(), []string{"name"}) {
			continue
		}
		var want []datagroup.AccountID
		for _, a := range held {
			if f.Match(a) == datagroup.True {
				want = append(want, a.ID())
			}
		}
		for _, table := range []*sqlfilter.Table{plain, converted} {
			p, err := table.Where(f)
			if err != nil {
				continue // TestSetups says which
			}
			where, args, _ := p.ToSql()
			got, err := selects(t.Context(), where, args)
			slices.Sort(got)
			slices.Sort(want)
			switch {
			case err != nil && table == plain && strings.Contains(err.Error(), "Illegal mix of collations"):
				refused++
			case err != nil || !slices.Equal(got, want):
				t.Errorf("%.300s: it selects %q, %v, and must %q", f, got, err, want)
			default:
				right++
			}
		}
	}
	if right < 200 || refused < 10 || len(held) < 300 {
		t.Errorf("the test is too weak: %d right, %d refused, %d accounts in %s", right, refused, len(held), name)
	}
}

// TestCharacterSets: over a connection in another character set than utf8mb4, or in
// two of them, a condition is an error before a row is read; without
// [sqlfilter.Dialect.Connection] an account could be shown that is left out.
func TestCharacterSets(t *testing.T) {
	t.Parallel()
	s := testserver.Need(t, sharedMariaDB)
	name, _ := s.create(t, "CREATE TABLE accounts (id varchar(100) CHARACTER SET utf8mb4, name text CHARACTER SET utf8mb4)")
	schema, err := datagroup.NewSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, filter := range []string{"name != 'Ä'", "not (id in ('1', '2') or name prefix 'Ä')"} {
		f, err := schema.Parse(filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, options := range [][]string{
			{"interpolateParams=true", "character_set_connection=latin1"}, {"interpolateParams=false", "character_set_connection=latin1"},
			{"interpolateParams=true", "charset=latin1"}, {"interpolateParams=false", "charset=latin1"},
		} {
			db := connect(t, s.driver(), s.dsn(s.driver(), name, options...), "DELETE FROM accounts")
			d := sqlfilter.MariaDB()
			columns := map[string]sqlfilter.Column{"id": {Text: "id"}, "name": {Text: "name"}}
			guarded := table(t, d, columns)
			d.Connection = ""
			bare := table(t, d, columns)
			selects := func(table *sqlfilter.Table) ([]datagroup.AccountID, error) {
				p, err := table.Where(f)
				if err != nil {
					t.Fatal(err)
				}
				where, args, _ := p.ToSql()
				return selector(db, "a.id")(t.Context(), where, args)
			}
			if _, err := selects(guarded); err == nil || !strings.Contains(err.Error(), "more than 1 row") {
				t.Errorf("%s: %s: no row, and the error is %v", filter, options, err)
			}
			exec(t, db, "INSERT INTO accounts VALUES ('a', CONVERT(UNHEX('C384') USING utf8mb4))")
			if got, err := selects(bare); err != nil || len(got) != 1 && options[1] != "charset=latin1" {
				t.Errorf("%s: %s: the test is too weak: without the condition it selects %q, %v", filter, options, got, err)
			}
			if got, err := selects(guarded); err == nil {
				t.Errorf("%s: %s: it selects %q", filter, options, got)
			}
		}
	}
}
