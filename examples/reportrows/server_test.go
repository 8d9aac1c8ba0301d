package main

import (
	"database/sql"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/examples/testserver"
)

func TestMain(m *testing.M) {
	defer testserver.StopAll()
	m.Run()
}

// The databases that all tests share, as the names of their data sources.
var (
	sharedPostgreSQL = sync.OnceValues(func() (string, error) {
		s, err := testserver.New(testserver.PostgreSQL, "-c", "shared_buffers=128MB")
		if err != nil {
			return "", err
		}
		first := "postgres://postgres@" + s.Address() + "/"
		return first + "report", create(postgreSQL, first+"postgres")
	})
	sharedMariaDB = sync.OnceValues(func() (string, error) {
		s, err := testserver.New(testserver.MariaDB, "--innodb-buffer-pool-size=128M")
		if err != nil {
			return "", err
		}
		first := "root@tcp(" + s.Address() + ")/"
		return first + "report", create(mariaDB, first)
	})
)

// create makes the database of the report, by another database of the server.
func create(k kind, dsn string) error {
	db, err := sql.Open(k.driver, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec("CREATE DATABASE report")
	return err
}
