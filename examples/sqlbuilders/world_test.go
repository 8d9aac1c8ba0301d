package sqlbuilders

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/examples/testserver"
	"github.com/ambit-authz/ambit/team"
)

// company is who sees what: ada all accounts, eve those of two data groups, and tim
// none. Some accounts lack a country, a spend or labels.
const company = `{
  "attributes": {"country": "string", "spend": "number", "labels": "labels"},
  "accounts": [
    {"id": "de-1", "source": "google", "name": "Nord", "country": "DE", "spend": 800,  "labels": ["vip"]},
    {"id": "de-2", "source": "google", "name": "Süd",  "country": "DE", "spend": 300,  "labels": ["internal"]},
    {"id": "de-3", "source": "bing",                   "country": "DE"},
    {"id": "at-1", "source": "google", "name": "Wien", "country": "AT",                "labels": []},
    {"id": "us-1", "source": "google", "name": "East", "country": "US", "spend": 5000, "labels": ["vip", "internal"]},
    {"id": "us-2", "source": "bing",   "name": "West", "country": "US", "spend": 999.5},
    {"id": "zz-1", "source": "bing",                                    "spend": 1000, "labels": ["vip"]},
    {"id": "zz-2", "source": "bing"}
  ],
  "groups": [
    {"id": "dach", "filter": "country in ('DE', 'AT') and not labels has 'internal'"},
    {"id": "big",  "filter": "spend >= 1000"}
  ],
  "teams": [{"id": "reports", "groups": ["dach", "big"], "members": [{"user": "eve"}]}],
  "users": [
    {"id": "ada", "email": "ada@example.com", "role": "admin"},
    {"id": "eve", "email": "eve@example.com", "role": "team-member"},
    {"id": "tim", "email": "tim@example.com", "role": "team-member"}
  ]
}`

var (
	policy  = access.MustLoad(company)
	readers = []team.UserID{"ada", "eve", "tim"}
)

// The host's tables, as sqlc reads them: account has the attributes of accounts, and
// visit has the rows that are reported on.
var (
	//go:embed sqlc/sqlite/schema.sql
	sqliteSchema string
	//go:embed sqlc/postgresql/schema.sql
	postgresqlSchema string
)

// The days that the reports of the Examples are about: 2 and 3.
const first, until = 2, 4

// accounts and accountsPostgreSQL tell where the attributes of accounts are kept,
// visitsByAccount where the rows keep the id. "a" and "v" are the names that the
// host's queries give the tables.
var (
	accounts           = table(sqlfilter.SQLite(), "a", columns(sqlfilter.Column{JSON: "labels"}))
	accountsPostgreSQL = table(sqlfilter.PostgreSQL(), "a", columns(sqlfilter.Column{Array: "labels"}))
	visitsByAccount    = table(sqlfilter.SQLite(), "v", map[string]sqlfilter.Column{"id": {Text: "account"}})
)

func columns(labels sqlfilter.Column) map[string]sqlfilter.Column {
	return map[string]sqlfilter.Column{
		"id": {Text: "id"}, "source": {Text: "source"}, "name": {Text: "name"}, "country": {Text: "country"}, "spend": {Number: "spend"}, "labels": labels,
	}
}

func table(d sqlfilter.Dialect, name string, columns map[string]sqlfilter.Column) *sqlfilter.Table {
	t, err := sqlfilter.NewTable(d, name, columns)
	if err != nil {
		panic(err)
	}
	return t
}

// hostile are texts that end a string, begin a comment or stand for an argument, in
// SQL or for one of the libraries.
var hostile = []string{
	"", " ", "?", "??", `\?`, "?0", "?name", "$1", "$2$", "@name", "@>", ":name", "::text", "{column}",
	"'", "''", `"`, "`", `\`, `\'`, "x' OR '1'='1", "x' OR 1=1 --", "); DROP TABLE visit; --", "/* */", "--", "; ",
	"name", "clicks", "%", "_", "%s", "NULL", "{}", `{"a","b"}`, `["a"]`, "a,b", "a\nb", "\t", "\x1f", "ß", "Ä", "ä", "😀", "\u2028", "\ufeff", "e\u0301",
	"85,83", "U", "\x00", "a\x00b", "\\u0000",
}

// world is a company with accounts that have such texts as name, country, label
// and, if there is any, in their id.
type world struct {
	accounts []document.Account
	policy   *access.Policy
	rows     []visit
	of       map[datagroup.AccountID]datagroup.Account
}

func newWorld() (*world, error) {
	d, err := document.Parse([]byte(company))
	if err != nil {
		return nil, err
	}
	for i, text := range hostile {
		if strings.ContainsRune(text, 0) {
			continue // no column of PostgreSQL has it; filters do
		}
		id := fmt.Sprint("h-", i)
		if !strings.ContainsFunc(text, unicode.IsControl) {
			id += text
		}
		a := document.Account{ID: id, Source: "hostile", Values: map[string]datagroup.Value{"name": datagroup.Text(text)}}
		if i%3 == 0 {
			a.Values["country"] = datagroup.Text(text + "US")
		}
		if i%2 == 0 {
			a.Values["labels"] = datagroup.Labels(text, "vip")
		}
		d.Accounts = append(d.Accounts, a)
	}
	w := &world{accounts: d.Accounts, of: make(map[datagroup.AccountID]datagroup.Account)}
	if w.policy, err = access.Compile(d, nil); err != nil {
		return nil, err
	}
	for a := range w.policy.Directory().Accounts() {
		w.of[a.ID()] = a
	}
	w.rows = w.visits()
	return w, nil
}

// visit is a row of the host's table.
type visit struct {
	id, day, clicks int64
	account         datagroup.AccountID
}

// visits returns four rows for each account, and four of an account that the
// company does not have.
func (w *world) visits() []visit {
	var rows []visit
	for i := range len(w.accounts) + 1 {
		account := datagroup.AccountID("gone")
		if i < len(w.accounts) {
			account = datagroup.AccountID(w.accounts[i].ID)
		}
		for day := int64(1); day <= 4; day++ {
			id := int64(len(rows) + 1)
			rows = append(rows, visit{id: id, day: day, clicks: id * id, account: account})
		}
	}
	return rows
}

// fill writes the host's tables. What an account lacks is NULL.
func (w *world) fill(exec func(sql string, args ...any) error, insertAccount, insertVisit string, labels func([]string) any) error {
	for _, a := range w.accounts {
		values := []any{a.ID, a.Source, nil, nil, nil, nil}
		for i, name := range []string{"name", "country", "spend", "labels"} {
			switch v := a.Values[name]; v.Type() {
			case datagroup.StringType:
				values[2+i] = v.Text()
			case datagroup.NumberType:
				values[2+i] = v.Number()
			case datagroup.LabelsType:
				values[2+i] = labels(slices.AppendSeq([]string{}, v.Labels()))
			}
		}
		if err := exec(insertAccount, values...); err != nil {
			return err
		}
	}
	for _, v := range w.visits() {
		if err := exec(insertVisit, v.id, string(v.account), v.day, v.clicks); err != nil {
			return err
		}
	}
	return nil
}

// openSQLite returns a database in memory with the tables of a world.
func (w *world) openSQLite() (*sql.DB, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection would be a database of its own
	if _, err := db.Exec(sqliteSchema); err != nil {
		return nil, err
	}
	return db, w.fill(func(sql string, args ...any) error {
		_, err := db.Exec(sql, args...)
		return err
	}, "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?)", "INSERT INTO visit VALUES (?, ?, ?, ?)", func(labels []string) any {
		text, _ := json.Marshal(labels) // strings always can be
		return string(text)
	})
}

// createPostgreSQL makes a database with the tables of a world, and returns the
// name of its data source.
func (w *world) createPostgreSQL(s *testserver.Server, name string) (string, error) {
	ctx := context.Background()
	main, err := pgx.Connect(ctx, dsn(s, "postgres"))
	if err != nil {
		return "", err
	}
	defer main.Close(ctx)
	if _, err := main.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, dsn(s, name))
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, postgresqlSchema); err != nil {
		return "", err
	}
	return dsn(s, name), w.fill(func(sql string, args ...any) error {
		_, err := conn.Exec(ctx, sql, args...)
		return err
	}, "INSERT INTO account VALUES ($1, $2, $3, $4, $5, $6)", "INSERT INTO visit VALUES ($1, $2, $3, $4)", func(labels []string) any { return labels })
}

// openReports returns a database in memory for the Examples.
func openReports() *sql.DB {
	d, err := document.Parse([]byte(company))
	if err == nil {
		var db *sql.DB
		if db, err = (&world{accounts: d.Accounts}).openSQLite(); err == nil {
			return db
		}
	}
	panic(err)
}

// TestExamples computes row by row what the Examples print.
func TestExamples(t *testing.T) {
	d, err := document.Parse([]byte(company))
	if err != nil {
		t.Fatal(err)
	}
	want := map[team.UserID]int64{"ada": 5704, "eve": 2524, "tim": 0}
	for _, reader := range readers {
		view, sum := policy.View(access.User(reader)), int64(0)
		for _, v := range (&world{accounts: d.Accounts}).visits() {
			if first <= v.day && v.day < until && view.Sees(v.account) {
				sum += v.clicks
			}
		}
		if sum != want[reader] {
			t.Errorf("%s: %d clicks, and the Examples say %d", reader, sum, want[reader])
		}
	}
}
