package rowsecurity

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

// server is a PostgreSQL of the tests' own, on loopback, with its data below a
// directory that is removed in the end.
type server struct {
	dir  string
	port int
	as   *syscall.Credential // whom it runs as, nil for whoever runs the tests

	mu  sync.Mutex
	cmd *exec.Cmd
}

// servers are those that were started, to be stopped by TestMain.
var servers struct {
	mu  sync.Mutex
	all []*server
}

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	defer stopServers() // also if an Example panics
	flag.Parse()
	if _, err := shared(); errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		fmt.Println("skipped, as PostgreSQL is not installed: the Examples, and tests that say so")
		flag.Set("test.skip", "^Example")
	}
	return m.Run()
}

func stopServers() {
	servers.mu.Lock()
	defer servers.mu.Unlock()
	for _, s := range servers.all {
		s.kill()
		os.RemoveAll(s.dir)
	}
}

// shared is the server of most tests. A test that kills a server has one of its own.
var shared = sync.OnceValues(newServer)

// errMissing: the programs of the server are not installed.
var errMissing = errors.New("the programs of PostgreSQL are missing: .ci/servers installs them")

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

// newServer makes the data of a server, starts it, and makes the roles.
func newServer() (*server, error) {
	s := &server{}
	if err := s.create(); err != nil {
		return nil, err
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return s, s.run(ctx, "postgres", "postgres", "sql/roles.sql")
}

// create makes the data of a server.
func (s *server) create() (err error) {
	if s.dir, err = os.MkdirTemp("", "ambit-rowsecurity"); err != nil {
		return err
	}
	servers.mu.Lock()
	servers.all = append(servers.all, s)
	servers.mu.Unlock()
	if s.port, err = freePort(); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
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
	return nil
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
	places := []string{"/usr/local/bin/", "/usr/bin/"}
	if newest, _ := filepath.Glob("/usr/lib/postgresql/*/bin"); len(newest) > 0 {
		places = append(places, slices.Max(newest)+"/")
	}
	for _, place := range places {
		if _, err := os.Stat(place + program); err == nil {
			program = place + program
			break
		}
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	return cmd
}

// start starts the server and waits until it answers. After a kill, what is left of
// it may be in the way at first.
func (s *server) start() error {
	var err error
	for range 20 {
		if err = s.startOnce(); err == nil {
			return nil
		}
		s.kill()
	}
	return err
}

func (s *server) startOnce() error {
	cmd := s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir, "-c", "max_connections=200")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	s.mu.Lock()
	s.cmd = cmd
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := s.run(ctx, "postgres", "postgres")
		if err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-ended:
			return fmt.Errorf("PostgreSQL ended: %s", log.String())
		case <-ctx.Done():
		case <-time.After(30 * time.Millisecond):
		}
	}
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
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", role, net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), database)
}

// kill ends the server and all its processes at once.
func (s *server) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	for _, pid := range childrenOf(s.cmd.Process.Pid) { // they have groups of their own
		syscall.Kill(pid, syscall.SIGKILL)
	}
	syscall.Kill(s.cmd.Process.Pid, syscall.SIGKILL)
	s.cmd = nil
}

// childrenOf returns the processes that a process started, by /proc.
func childrenOf(pid int) []int {
	var all []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for field := range bytes.FieldsSeq(text) {
			if child, err := strconv.Atoi(string(field)); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
