package sqlbuilders

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/examples/testserver"
)

// postgreSQL starts the server that all tests share.
var postgreSQL = sync.OnceValues(func() (*testserver.Server, error) {
	return testserver.New(testserver.PostgreSQL, "-c", "fsync=off")
})

func TestMain(m *testing.M) {
	defer testserver.StopAll()
	flag.Parse()
	if _, err := postgreSQL(); errors.Is(err, testserver.ErrMissing) && os.Getenv("CI") != "true" {
		// An Example cannot skip itself.
		fmt.Println("no Example runs that needs PostgreSQL:", err)
		flag.Set("test.skip", "^Example_(pgx|.*PostgreSQL)")
	}
	m.Run()
}

// dsn returns the data source name of a database.
func dsn(s *testserver.Server, database string) string {
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", s.Address(), database)
}
