package sqlfilters

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	osexec "os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
)

// server is a database server of the tests' own, on loopback, with its data below a
// directory that is removed in the end.
type server struct {
	kind string // "PostgreSQL" or "MariaDB"
	dir  string
	port int
	as   *syscall.Credential // whom it runs as, nil for whoever runs the tests
	cmd  *osexec.Cmd
}

// servers are those that were started, to be stopped by TestMain.
var servers struct {
	mu  sync.Mutex
	all []*server
}

func TestMain(m *testing.M) {
	code := m.Run()
	servers.mu.Lock()
	defer servers.mu.Unlock()
	for _, s := range servers.all {
		s.stop()
		os.RemoveAll(s.dir)
	}
	os.Exit(code)
}

// The servers that all tests share.
var (
	sharedPostgreSQL = sync.OnceValues(func() (*server, error) { return newServer("PostgreSQL") })
	sharedMariaDB    = sync.OnceValues(func() (*server, error) { return newServer("MariaDB") })
)

// errMissing: the programs of a server are not installed.
var errMissing = errors.New("its programs are missing: .ci/servers installs them")

// need returns a server, and skips the test if it is not installed. On a server for
// tests, where CI is true, it fails then.
func need(t testing.TB, start func() (*server, error)) *server {
	t.Helper()
	s, err := start()
	if errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newServer makes the data of a server and starts it.
func newServer(kind string) (*server, error) {
	dir, err := os.MkdirTemp("", "ambit-"+kind)
	if err != nil {
		return nil, err
	}
	s := &server{kind: kind, dir: dir}
	servers.mu.Lock()
	servers.all = append(servers.all, s)
	servers.mu.Unlock()
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		if err := s.leaveRoot(); err != nil {
			return nil, err
		}
	}
	var create *osexec.Cmd
	if kind == "PostgreSQL" {
		create = s.command("initdb", "-D", s.data(), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "-N")
	} else {
		create = s.command("mariadb-install-db", "--no-defaults", "--datadir="+s.data(), "--tmpdir="+s.dir, "--auth-root-authentication-method=normal", "--skip-test-db")
	}
	if out, err := create.CombinedOutput(); errors.Is(err, osexec.ErrNotFound) {
		return nil, fmt.Errorf("%s: %w", kind, errMissing)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", kind, err, out)
	}
	return s, s.start()
}

// leaveRoot has the server run as its own user: PostgreSQL refuses to run as root.
func (s *server) leaveRoot() error {
	u, err := user.Lookup(map[string]string{"PostgreSQL": "postgres", "MariaDB": "mysql"}[s.kind])
	if err != nil {
		return fmt.Errorf("%s: %w: %w", s.kind, errMissing, err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(s.dir, uid, gid)
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

// command returns a command with a program of the server.
func (s *server) command(program string, args ...string) *osexec.Cmd {
	places := []string{"/usr/local/bin/", "/usr/bin/", "/usr/sbin/"}
	if newest, _ := filepath.Glob("/usr/lib/postgresql/*/bin"); len(newest) > 0 {
		places = append(places, slices.Max(newest)+"/")
	}
	for _, place := range places {
		if _, err := os.Stat(place + program); err == nil {
			program = place + program
			break
		}
	}
	cmd := osexec.Command(program, args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	return cmd
}

// start starts the server and waits until it answers.
func (s *server) start() error {
	port := strconv.Itoa(s.port)
	if s.kind == "PostgreSQL" {
		s.cmd = s.command("postgres", "-D", s.data(), "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir,
			"-c", "fsync=off", "-c", "jit=off", "-c", "max_connections=300")
	} else {
		// A MariaDB that starts empties the directory of temporary files, also of the others.
		s.cmd = s.command("mariadbd", "--no-defaults", "--datadir="+s.data(), "--tmpdir="+s.dir, "--port="+port, "--bind-address=127.0.0.1",
			"--socket="+filepath.Join(s.dir, "s"), "--pid-file="+filepath.Join(s.dir, "pid"), "--skip-log-bin",
			"--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--innodb-doublewrite=OFF",
			"--sync-frm=OFF", "--debug-no-sync", "--max-connections=300") // nothing is synced, as with PostgreSQL's fsync=off
	}
	var log bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &log, &log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		s.cmd.Wait()
		close(ended)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for {
		if err := s.ping(ctx); err == nil {
			return nil
		} else if ctx.Err() != nil {
			return err
		}
		select {
		case <-ended:
			return fmt.Errorf("%s ended: %s", s.kind, log.String())
		case <-ctx.Done():
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (s *server) ping(ctx context.Context) error {
	db, err := sql.Open(s.driver(), s.dsn(s.driver(), ""))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.PingContext(ctx)
}

// stop ends the server and all its processes at once.
func (s *server) stop() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	if s.kind == "PostgreSQL" {
		// Its children have groups of their own.
		lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
		for _, list := range lists {
			text, _ := os.ReadFile(list)
			for field := range bytes.FieldsSeq(text) {
				if child, err := strconv.Atoi(string(field)); err == nil {
					syscall.Kill(child, syscall.SIGKILL)
				}
			}
		}
	}
	syscall.Kill(s.cmd.Process.Pid, syscall.SIGKILL)
}

// driver returns the driver that the tests themselves use.
func (s *server) driver() string {
	return map[string]string{"PostgreSQL": "pgx", "MariaDB": "mysql"}[s.kind]
}

// dsn returns the data source name of a database, "" for the one that there is from
// the start, with options.
func (s *server) dsn(driver, name string, options ...string) string {
	address, with := net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), strings.Join(options, "&")
	if driver == "mysql" {
		return fmt.Sprintf("root@tcp(%s)/%s?%s", address, name, with)
	}
	if name == "" {
		name = "postgres"
	}
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable&%s", address, name, with)
}

var databases atomic.Int64

// create makes a database that is dropped with the test, runs statements in it and
// returns its name with a connection to it.
func (s *server) create(t testing.TB, statements ...string) (name string, db *sql.DB) {
	t.Helper()
	name = "test_" + strconv.FormatInt(databases.Add(1), 10)
	drop := "DROP DATABASE " + name
	if s.kind == "PostgreSQL" {
		drop += " WITH (FORCE)"
	}
	admin := connect(t, s.driver(), s.dsn(s.driver(), ""), "CREATE DATABASE "+name)
	t.Cleanup(func() { admin.Exec(drop) })
	return name, connect(t, s.driver(), s.dsn(s.driver(), name), statements...)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
