package sqllogs

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
)

// server is a database server of the tests' own, on loopback, with its data below a
// directory that is removed in the end.
type server struct {
	kind string // "PostgreSQL" or "MariaDB"
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

func TestMain(m *testing.M) {
	if done, code := asChild(); done {
		os.Exit(code)
	}
	code := m.Run()
	servers.mu.Lock()
	defer servers.mu.Unlock()
	for _, s := range servers.all {
		s.kill()
		os.RemoveAll(s.dir)
	}
	os.Exit(code)
}

// The servers that most tests share. A test that stops a server has one of its own.
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
	account := map[string]string{"PostgreSQL": "postgres", "MariaDB": "mysql"}[kind]
	if os.Geteuid() == 0 {
		if s.as, err = credential(account); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", kind, errMissing, err)
		}
		if err := os.Chown(dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			return nil, err
		}
	}
	var create *exec.Cmd
	if kind == "PostgreSQL" {
		create = s.command("initdb", "-D", s.data(), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "-N")
	} else {
		create = s.command("mariadb-install-db", "--no-defaults", "--datadir="+s.data(), "--tmpdir="+s.dir, "--auth-root-authentication-method=normal", "--skip-test-db")
	}
	if out, err := create.CombinedOutput(); errors.Is(err, exec.ErrNotFound) {
		return nil, fmt.Errorf("%s: %w", kind, errMissing)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", kind, err, out)
	}
	return s, s.start()
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
	port := strconv.Itoa(s.port)
	var cmd *exec.Cmd
	if s.kind == "PostgreSQL" {
		cmd = s.command("postgres", "-D", s.data(), "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir, "-c", "max_connections=300")
	} else {
		// A MariaDB that starts empties the directory of temporary files, also of the others.
		cmd = s.command("mariadbd", "--no-defaults", "--datadir="+s.data(), "--tmpdir="+s.dir, "--port="+port, "--bind-address=127.0.0.1",
			"--socket="+filepath.Join(s.dir, "s"), "--pid-file="+filepath.Join(s.dir, "pid"), "--skip-log-bin", "--innodb-buffer-pool-size=64M", "--max-connections=300")
	}
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
	db, err := s.open("")
	if err != nil {
		return err
	}
	defer db.Close()
	return db.PingContext(ctx)
}

// kill ends the server and all its processes at once.
func (s *server) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	if s.kind == "PostgreSQL" {
		// Its children have groups of their own.
		for _, pid := range childrenOf(s.cmd.Process.Pid) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
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

// children returns the processes of a running PostgreSQL, the newest last.
func (s *server) children() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil || s.kind != "PostgreSQL" {
		return nil
	}
	return slices.Sorted(slices.Values(childrenOf(s.cmd.Process.Pid)))
}
