package sqlfilters

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ambit-authz/ambit/examples/testserver"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
)

func TestMain(m *testing.M) {
	defer testserver.StopAll()
	m.Run()
}

// server is a server of the tests' own. It syncs nothing.
type server struct{ *testserver.Server }

// The servers that all tests share.
var (
	sharedPostgreSQL = sync.OnceValues(func() (server, error) {
		s, err := testserver.New(testserver.PostgreSQL, "-c", "fsync=off", "-c", "jit=off", "-c", "max_connections=300")
		return server{s}, err
	})
	sharedMariaDB = sync.OnceValues(func() (server, error) {
		s, err := testserver.New(testserver.MariaDB, "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync",
			"--innodb-doublewrite=OFF", "--sync-frm=OFF", "--debug-no-sync", "--max-connections=300")
		return server{s}, err
	})
)

// driver returns the driver that the tests themselves use.
func (s server) driver() string {
	return map[testserver.Kind]string{testserver.PostgreSQL: "pgx", testserver.MariaDB: "mysql"}[s.Kind()]
}

// dsn returns the data source name of a database, "" for the one that there is from
// the start, with options.
func (s server) dsn(driver, name string, options ...string) string {
	with := strings.Join(options, "&")
	if driver == "mysql" {
		return fmt.Sprintf("root@tcp(%s)/%s?%s", s.Address(), name, with)
	}
	if name == "" {
		name = "postgres"
	}
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable&%s", s.Address(), name, with)
}

var databases atomic.Int64

// create makes a database that is dropped with the test, runs statements in it and
// returns its name with a connection to it.
func (s server) create(t testing.TB, statements ...string) (name string, db *sql.DB) {
	t.Helper()
	name = "test_" + strconv.FormatInt(databases.Add(1), 10)
	drop := "DROP DATABASE " + name
	if s.Kind() == testserver.PostgreSQL {
		drop += " WITH (FORCE)"
	}
	admin := connect(t, s.driver(), s.dsn(s.driver(), ""), "CREATE DATABASE "+name)
	t.Cleanup(func() { admin.Exec(drop) })
	return name, connect(t, s.driver(), s.dsn(s.driver(), name), statements...)
}
