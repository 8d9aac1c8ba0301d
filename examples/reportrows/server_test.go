package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
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
)

// server is a database server of the tests' own, on loopback, with its data below a
// directory that is removed in the end.
type server struct {
	kind kind // postgreSQL or mariaDB
	dir  string
	port int
	as   *syscall.Credential // whom it runs as, nil for whoever runs the tests
	cmd  *exec.Cmd
	// ended is closed when the process has.
	ended chan struct{}
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
		s.kill()
		os.RemoveAll(s.dir)
	}
	os.Exit(code)
}

// The servers that all tests share.
var (
	sharedPostgreSQL = sync.OnceValues(func() (*server, error) { return newServer(postgreSQL) })
	sharedMariaDB    = sync.OnceValues(func() (*server, error) { return newServer(mariaDB) })
)

// errMissing: the programs of a server are not installed.
var errMissing = errors.New("its programs are missing: .ci/servers installs them")

// need returns the data source name of a server's database, and skips the test if
// the server is not installed. On a server for tests, where CI is true, it fails then.
func need(t testing.TB, start func() (*server, error)) string {
	t.Helper()
	s, err := start()
	if errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.dsn("report")
}

// newServer makes the data of a server, starts it, and makes a database.
func newServer(k kind) (*server, error) {
	dir, err := os.MkdirTemp("", "ambit-"+k.name)
	if err != nil {
		return nil, err
	}
	s := &server{kind: k, dir: dir}
	servers.mu.Lock()
	servers.all = append(servers.all, s)
	servers.mu.Unlock()
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	account, create := "postgres", []string{"initdb", "-D", s.data(), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "-N"}
	if k.name == mariaDB.name {
		account, create = "mysql", []string{"mariadb-install-db", "--no-defaults", "--datadir=" + s.data(), "--tmpdir=" + s.dir, "--auth-root-authentication-method=normal", "--skip-test-db"}
	}
	if os.Geteuid() == 0 {
		if s.as, err = credential(account); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", k.name, errMissing, err)
		}
		if err := os.Chown(dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return nil, err
		}
	}
	if out, err := s.command(create[0], create[1:]...).CombinedOutput(); errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("%s: %w", k.name, errMissing)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", k.name, err, out)
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	return s, s.exec(context.Background(), "CREATE DATABASE report")
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
	cmd := exec.Command(program, args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	return cmd
}

// start starts the server and waits until it answers.
func (s *server) start() error {
	port := strconv.Itoa(s.port)
	if s.kind.name == postgreSQL.name {
		s.cmd = s.command("postgres", "-D", s.data(), "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir, "-c", "shared_buffers=128MB")
	} else {
		s.cmd = s.command("mariadbd", "--no-defaults", "--datadir="+s.data(), "--tmpdir="+s.dir, "--port="+port, "--bind-address=127.0.0.1",
			"--socket="+filepath.Join(s.dir, "s"), "--pid-file="+filepath.Join(s.dir, "pid"), "--skip-log-bin", "--innodb-buffer-pool-size=128M")
	}
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
		if err := s.exec(ctx, "SELECT 1"); err == nil {
			return nil
		} else if ctx.Err() != nil {
			return err
		}
		select {
		case <-s.ended:
			return fmt.Errorf("%s ended: %s", s.kind.name, log.String())
		case <-ctx.Done():
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// dsn is the data source name of one of its databases, "" for the first.
func (s *server) dsn(database string) string {
	if s.kind.name == postgreSQL.name {
		return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s", s.port, cmp.Or(database, "postgres"))
	}
	return fmt.Sprintf("root@tcp(127.0.0.1:%d)/%s", s.port, database)
}

// exec executes a statement in the first database.
func (s *server) exec(ctx context.Context, statement string) error {
	db, err := sql.Open(s.kind.driver, s.dsn(""))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// kill ends the server at once, and all its processes: those of PostgreSQL end
// when their parent does.
func (s *server) kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		syscall.Kill(s.cmd.Process.Pid, syscall.SIGKILL)
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
