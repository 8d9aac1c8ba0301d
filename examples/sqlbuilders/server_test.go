package sqlbuilders

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is a PostgreSQL of the tests' own, on loopback, with its data in a
// directory that is removed in the end.
type server struct {
	dir  string
	port int
	as   *syscall.Credential // whom it runs as, nil for whoever runs the tests

	cmd   *exec.Cmd
	ended chan struct{} // closed when it ended
}

// errMissing: the programs of the server are not installed.
var errMissing = errors.New("PostgreSQL is missing: .ci/servers installs it")

// postgreSQL starts the server that all tests share.
var postgreSQL = sync.OnceValues(func() (*server, error) {
	dir, err := os.MkdirTemp("", "ambit-sqlbuilders")
	if err != nil {
		return nil, err
	}
	started = &server{dir: dir}
	return started, started.create()
})

// started is to be stopped by TestMain, also if it failed half way.
var started *server

func TestMain(m *testing.M) {
	flag.Parse()
	if _, err := postgreSQL(); errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		// An Example cannot skip itself.
		fmt.Println("no Example runs that needs PostgreSQL:", err)
		flag.Set("test.skip", "^Example_(pgx|.*PostgreSQL)")
	}
	code := m.Run()
	if started != nil {
		started.kill()
		os.RemoveAll(started.dir)
	}
	os.Exit(code)
}

// needPostgreSQL skips a test where the server is not installed. On a server for
// tests, where CI is true, it fails then.
func needPostgreSQL(t testing.TB) *server {
	t.Helper()
	s, err := postgreSQL()
	if errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// create makes the data of the server and starts it.
func (s *server) create() error {
	var err error
	if s.port, err = freePort(); err != nil {
		return err
	}
	if os.Geteuid() == 0 { // PostgreSQL does not run as root
		if s.as, err = credential("postgres"); err != nil {
			return fmt.Errorf("%w: %w", errMissing, err)
		}
		if err := os.Chown(s.dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return err
		}
	}
	out, err := s.command("initdb", "-D", s.data(), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "-N").CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return errMissing
	}
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return s.start()
}

func credential(account string) (*syscall.Credential, error) {
	u, err := user.Lookup(account)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

// command returns a command with a program of the server.
func (s *server) command(program string, args ...string) *exec.Cmd {
	if places, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + program); len(places) > 0 {
		program = slices.Max(places)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	return cmd
}

// start starts the server and waits until it answers.
func (s *server) start() error {
	s.cmd = s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir, "-c", "fsync=off")
	var log bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &log, &log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() {
		s.cmd.Wait()
		close(s.ended)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.dsn("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.ended:
			return fmt.Errorf("PostgreSQL ended: %s", log.String())
		case <-ctx.Done():
			return err
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (s *server) dsn(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// kill ends the server and its processes at once.
func (s *server) kill() {
	if s.ended != nil {
		s.cmd.Process.Signal(syscall.SIGQUIT)
		<-s.ended
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
