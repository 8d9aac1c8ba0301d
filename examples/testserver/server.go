package testserver

import (
	"context"
	"errors"
	"fmt"
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

// Kind is a database.
type Kind string

// The databases that there are.
const (
	PostgreSQL Kind = "PostgreSQL"
	MariaDB    Kind = "MariaDB"
)

// accounts are the users of this system as whom root runs the servers.
var accounts = map[Kind]string{PostgreSQL: "postgres", MariaDB: "mysql"}

// ErrMissing is the error of New where the programs of a database are not installed.
var ErrMissing = errors.New("testserver: programs are missing that .ci/servers installs")

// patience is how long making the data and a start may take in all. It ends what
// hangs, and not what is slow on a busy machine.
const patience = 2 * time.Minute

// Server is a server of one process's tests.
type Server struct {
	kind Kind
	args []string
	dir  string // all that it writes is below it
	port int
	as   *syscall.Credential // whom it runs as, nil for whoever runs the tests

	mu      sync.Mutex
	process *process // nil while it does not run
}

// servers are those that StopAll stops.
var servers struct {
	mu  sync.Mutex
	all []*Server
}

// Need returns what start does, which starts a server or gives the one that tests share.
// Where programs are missing it skips the test, or fails it if CI is true.
func Need[T any](t testing.TB, start func() (T, error)) T {
	t.Helper()
	s, err := start()
	if errors.Is(err, ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// New makes the data of a server and starts it, with arguments besides its own. It
// returns when the server answers.
func New(kind Kind, args ...string) (*Server, error) {
	s, err := newServer(kind, args)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	create := s.creation(ctx)
	if out, err := create.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("testserver: %s: %w: %s", create.Path, err, out)
	}
	// The port is looked for as late as can be. If somebody was quicker, the server
	// ends, and has another one.
	if err := s.start(ctx, Port); err != nil {
		return nil, err
	}
	return s, nil
}

// newServer returns a server that has a directory and no data.
func newServer(kind Kind, args []string) (*Server, error) {
	account, ok := accounts[kind]
	if !ok {
		return nil, fmt.Errorf("testserver: no kind of server: %s", kind)
	}
	s := &Server{kind: kind, args: args}
	for _, cmd := range []*exec.Cmd{s.creation(context.Background()), s.service()} {
		if cmd.Err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrMissing, kind, cmd.Err)
		}
	}
	if os.Geteuid() == 0 { // as whom PostgreSQL refuses to run
		var err error
		if s.as, err = credential(account); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrMissing, kind, err)
		}
	}
	dir, err := os.MkdirTemp("", "ambit-"+string(kind))
	if err != nil {
		return nil, err
	}
	s.dir = dir
	servers.mu.Lock()
	servers.all = append(servers.all, s)
	servers.mu.Unlock()
	if s.as != nil {
		err = os.Chown(dir, int(s.as.Uid), int(s.as.Gid))
	}
	return s, err
}

func credential(account string) (*syscall.Credential, error) {
	u, err := user.Lookup(account)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// StopAll ends all servers of this process and removes their data. It is for the end of
// TestMain.
func StopAll() {
	servers.mu.Lock()
	defer servers.mu.Unlock()
	for _, s := range servers.all {
		s.stop()
		os.RemoveAll(s.dir)
	}
	servers.all = nil
}

// Kind returns which database it is.
func (s *Server) Kind() Kind { return s.kind }

// Port returns the port on which it listens, the same after each start.
func (s *Server) Port() int { return s.port }

// Address returns the host and the port.
func (s *Server) Address() string { return address(s.port) }

// DataDir returns the directory of its data.
func (s *Server) DataDir() string { return filepath.Join(s.dir, "data") }

// Command returns a command with one of the programs of the database, to be run as the
// server is.
func (s *Server) Command(program string, args ...string) *exec.Cmd {
	return s.command(context.Background(), program, args...)
}

// places are where programs are that are not found by their names.
var places = []string{"/usr/lib/postgresql/*/bin", "/usr/sbin"}

func (s *Server) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	path := program
	for _, place := range places {
		if found, _ := filepath.Glob(filepath.Join(place, program)); len(found) > 0 {
			path = slices.Max(found) // of several versions, one for all programs
			break
		}
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = s.dir
	// A group of its own, so that an interrupt from the keyboard is not for it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second // for what a program leaves behind with its output open
	return cmd
}

// creation returns the command that makes the data.
func (s *Server) creation(ctx context.Context) *exec.Cmd {
	if s.kind == PostgreSQL {
		return s.command(ctx, "initdb", "-D", s.DataDir(), "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "-N")
	}
	return s.command(ctx, "mariadb-install-db", "--no-defaults", "--datadir="+s.DataDir(), "--tmpdir="+s.dir,
		"--auth-root-authentication-method=normal", "--skip-test-db")
}

// service returns the command that is the server.
func (s *Server) service() *exec.Cmd {
	port := strconv.Itoa(s.port)
	if s.kind == PostgreSQL {
		return s.Command("postgres", append([]string{"-D", s.DataDir(), "-p", port,
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + s.dir}, s.args...)...)
	}
	// A MariaDB that starts empties the directory of temporary files, also of the others.
	return s.Command("mariadbd", append([]string{"--no-defaults", "--datadir=" + s.DataDir(), "--tmpdir=" + s.dir, "--port=" + port,
		"--bind-address=127.0.0.1", "--socket=" + s.socket(), "--pid-file=" + filepath.Join(s.dir, "pid"), "--skip-log-bin"}, s.args...)...)
}

// socket returns where MariaDB listens besides.
func (s *Server) socket() string { return filepath.Join(s.dir, "s") }
