package main

import (
	"bytes"
	"context"
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

	"github.com/jackc/pgx/v5"
)

// postgreSQL is a server of the tests' own, on loopback, with its data in a directory that is removed in the end. Package sqllogs has more
// of this.
type postgreSQL struct {
	bin, dir string
	port     int
	as       *syscall.Credential // whom it runs as, nil for whoever runs the tests
	process  *exec.Cmd           // nil while it does not run
	ended    chan struct{}       // closed when the process has ended
	made     int                 // databases
}

var errMissing = errors.New("PostgreSQL is not installed: .ci/servers installs it")

var thePostgreSQL *postgreSQL

var sharedPostgreSQL = sync.OnceValues(func() (*postgreSQL, error) {
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(bins) == 0 {
		return nil, errMissing
	}
	dir, err := os.MkdirTemp("", "reportserver")
	if err != nil {
		return nil, err
	}
	s := &postgreSQL{bin: slices.Max(bins), dir: dir}
	thePostgreSQL = s
	if os.Geteuid() == 0 {
		if err := s.runAs("postgres"); err != nil {
			return nil, err
		}
	}
	if out, err := s.command("initdb", "-D", filepath.Join(dir, "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return s, s.start()
})

// needPostgreSQL returns the server, and skips the test if it is not installed. Where CI is true, it fails then.
func needPostgreSQL(t *testing.T) *postgreSQL {
	t.Helper()
	s, err := sharedPostgreSQL()
	if errors.Is(err, errMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stopPostgreSQL is for the end of all tests.
func stopPostgreSQL() {
	if s := thePostgreSQL; s != nil {
		s.kill()
		os.RemoveAll(s.dir)
	}
}

// runAs lets the server run as a user of this system, as it refuses to run as root.
func (s *postgreSQL) runAs(name string) error {
	account, err := user.Lookup(name)
	if err != nil {
		return fmt.Errorf("%w: %w", errMissing, err)
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return err
	}
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(s.dir, uid, gid)
}

func (s *postgreSQL) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	return cmd
}

// start starts the server and waits until it answers. After a kill, what is left of it may be in the way at first.
func (s *postgreSQL) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := s.startOnce(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		s.kill()
		time.Sleep(50 * time.Millisecond) // its processes end by themselves
	}
}

func (s *postgreSQL) startOnce(ctx context.Context) error {
	if s.port == 0 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		s.port = listener.Addr().(*net.TCPAddr).Port
		listener.Close()
	}
	s.process = s.command("postgres", "-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir)
	var log bytes.Buffer // to be read after it ended
	s.process.Stdout, s.process.Stderr = &log, &log
	if err := s.process.Start(); err != nil {
		s.process = nil
		return err
	}
	process, ended := s.process, make(chan struct{})
	s.ended = ended
	go func() {
		process.Wait()
		close(ended)
	}()
	for {
		conn, err := pgx.Connect(ctx, s.dsn("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ended:
			return fmt.Errorf("PostgreSQL ended: %s", log.String())
		case <-ctx.Done():
			return err
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// kill ends the server at once, and waits until its processes have seen that and ended.
func (s *postgreSQL) kill() {
	if s.process != nil {
		s.process.Process.Kill()
		<-s.ended // as they hold its output
		s.process = nil
	}
}

func (s *postgreSQL) dsn(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// database makes a new database and returns its name as -log takes it.
func (s *postgreSQL) database(t *testing.T) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.dsn("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	s.made++
	name := fmt.Sprintf("acme%d", s.made)
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.dsn(name)
}
