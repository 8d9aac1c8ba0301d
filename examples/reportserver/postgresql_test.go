package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ambit-authz/ambit/examples/testserver"
	"github.com/jackc/pgx/v5"
)

var sharedPostgreSQL = sync.OnceValues(func() (*testserver.Server, error) { return testserver.New(testserver.PostgreSQL) })

// databases counts those that tests made.
var databases atomic.Int64

// databaseOf makes a new database and returns its name as -log takes it.
func databaseOf(t *testing.T, s *testserver.Server) string {
	t.Helper()
	dsn := func(name string) string {
		return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", s.Address(), name)
	}
	conn, err := pgx.Connect(t.Context(), dsn("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	name := fmt.Sprintf("acme%d", databases.Add(1))
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return dsn(name)
}
