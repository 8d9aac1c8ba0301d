package sqllogs

import (
	"os"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/examples/testserver"
)

func TestMain(m *testing.M) {
	if done, code := asChild(); done {
		os.Exit(code)
	}
	defer testserver.StopAll()
	m.Run()
}

// The servers that most tests share. A test that stops a server has one of its own.
var (
	sharedPostgreSQL = sync.OnceValues(func() (*testserver.Server, error) { return newServer(testserver.PostgreSQL) })
	sharedMariaDB    = sync.OnceValues(func() (*testserver.Server, error) { return newServer(testserver.MariaDB) })
)

// newServer makes a server that syncs what it stores, for many connections.
func newServer(kind testserver.Kind) (*testserver.Server, error) {
	if kind == testserver.PostgreSQL {
		return testserver.New(kind, "-c", "max_connections=300")
	}
	return testserver.New(kind, "--innodb-buffer-pool-size=64M", "--max-connections=300")
}
