package rowsecurity

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/examples/testserver"
	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) {
	defer testserver.StopAll() // also if an Example panics
	flag.Parse()
	if _, err := shared(); errors.Is(err, testserver.ErrMissing) && os.Getenv("CI") != "true" {
		fmt.Println("skipped, as PostgreSQL is not installed: the Examples, and tests that say so")
		flag.Set("test.skip", "^Example")
	}
	m.Run()
}

// server is a PostgreSQL of the tests' own, with the roles.
type server struct{ *testserver.Server }

// shared is the server of most tests. A test that kills a server has one of its own.
var shared = sync.OnceValues(newServer)

func newServer() (*server, error) {
	started, err := testserver.New(testserver.PostgreSQL, "-c", "max_connections=200")
	if err != nil {
		return nil, err
	}
	s := &server{started}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return s, s.run(ctx, "postgres", "postgres", "sql/roles.sql")
}

// database makes a database with the tables of the directory sql, and runs
// statements there.
func (s *server) database(ctx context.Context, name string, statements ...string) error {
	admin, err := pgx.Connect(ctx, s.dsn("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+name+" OWNER ambit_owner"); err != nil {
		return err
	}
	if err := s.run(ctx, name, "ambit_owner", "sql/schema.sql", "sql/spend.sql"); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, s.dsn("postgres", name))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// run runs files of SQL in a database as a role, each in one transaction.
func (s *server) run(ctx context.Context, database, role string, files ...string) error {
	conn, err := pgx.Connect(ctx, s.dsn("postgres", database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SET ROLE "+role); err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, string(text)); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// dsn returns the data source name of a database for a role.
func (s *server) dsn(role, database string) string {
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", role, s.Address(), database)
}
