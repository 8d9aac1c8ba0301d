package testserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	defer StopAll()
	m.Run()
}

// query runs SQL by the program of the database, over the port.
func query(t *testing.T, s *Server, sql string) string {
	t.Helper()
	cmd := s.Command("psql", "-h", "127.0.0.1", "-p", fmt.Sprint(s.Port()), "-U", "postgres", "-X", "-A", "-t", "-q", "-c", sql)
	if s.Kind() == MariaDB {
		cmd = s.Command("mariadb", "--no-defaults", "-h", "127.0.0.1", "-P", fmt.Sprint(s.Port()), "-u", "root", "-N", "-B", "-e", sql)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestServer: what becomes of one server of each kind, as making their data takes
// longest.
func TestServer(t *testing.T) {
	t.Run("of", func(t *testing.T) {
		for _, kind := range []Kind{PostgreSQL, MariaDB} {
			t.Run(string(kind), func(t *testing.T) {
				t.Parallel()
				s := Need(t, func() (*Server, error) { return New(kind) })
				t.Run("killed and started again", func(t *testing.T) { testKill(t, s) })
				t.Run("a port that is taken", func(t *testing.T) { testTaken(t, s) })
				t.Run("an argument that is wrong", func(t *testing.T) { testWrong(t, s) })
			})
		}
	})
	all := slices.Clone(servers.all)
	StopAll()
	for _, s := range all {
		if _, err := os.Stat(s.dir); !errors.Is(err, fs.ErrNotExist) || answers(s) {
			t.Errorf("%s at the end: %v", s.Kind(), err)
		}
	}
}

func answers(s *Server) bool {
	conn, err := net.Dial("tcp", s.Address())
	if err == nil {
		conn.Close()
	}
	return err == nil
}

func testKill(t *testing.T, s *Server) {
	query(t, s, "CREATE SCHEMA a; CREATE TABLE a.b (c int); INSERT INTO a.b VALUES (5)")
	address := s.Address()
	for range 3 {
		if n := len(s.Processes()); n > 0 != (s.Kind() == PostgreSQL) {
			t.Errorf("it has started %d processes", n)
		}
		s.Kill()
		if answers(s) || len(s.Processes()) > 0 {
			t.Error("it lives after Kill")
		}
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
		if got := query(t, s, "SELECT c FROM a.b"); got != "5" || s.Address() != address {
			t.Errorf("after a start it has %q, at %s, and had 5 at %s", got, s.Address(), address)
		}
	}
}

// testTaken: somebody listens at the port that was picked.
func testTaken(t *testing.T, s *Server) {
	s.Kill()
	l, err := net.Listen("tcp", s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { l.Close() }()
	picks := []int{s.Port()}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.start(ctx, func() (int, error) {
		port := picks[len(picks)-1]
		next, err := Port()
		picks = append(picks, next)
		return port, err
	}); err != nil {
		t.Fatal(err)
	}
	if s.Port() != picks[1] || len(picks) != 3 {
		t.Errorf("it is at %d, after it tried %d", s.Port(), picks[:len(picks)-1])
	}
	query(t, s, "SELECT 1")

	// Where it is started again, it waits for its own.
	s.Kill()
	if l, err = net.Listen("tcp", s.Address()); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(200*time.Millisecond, func() { l.Close() })
	if err := s.Start(); err != nil || s.Port() != picks[1] {
		t.Errorf("it is started again at %d, and was at %d: %v", s.Port(), picks[1], err)
	}
}

func testWrong(t *testing.T, s *Server) {
	s.Kill()
	s.args = []string{"--nosuch=1"}
	if err := s.Start(); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("got %v", err)
	}
	s.args = nil
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
}

func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	defer func(before []string) { places = before }(places)
	places = nil
	before := len(servers.all)
	for _, kind := range []Kind{PostgreSQL, MariaDB} {
		start := func() (*Server, error) { return New(kind) }
		if _, err := start(); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), string(kind)) {
			t.Errorf("got %v", err)
		}
		for ci, want := range map[string]string{"": "skips", "true": "fails"} {
			t.Setenv("CI", ci)
			said := &recorder{TB: t}
			done := make(chan struct{})
			go func() {
				defer close(done)
				Need(said, start)
			}()
			<-done
			if said.what != want {
				t.Errorf("where CI is %q a test %q, want %q", ci, said.what, want)
			}
		}
	}
	if _, err := New("Oracle"); err == nil || errors.Is(err, ErrMissing) {
		t.Errorf("another kind: %v", err)
	}
	if n := len(servers.all); n != before {
		t.Errorf("%d servers are left", n-before)
	}
}

// recorder is a test that tells how it ends.
type recorder struct {
	testing.TB
	what string
}

func (r *recorder) Skip(...any)  { r.what = "skips"; runtime.Goexit() }
func (r *recorder) Fatal(...any) { r.what = "fails"; runtime.Goexit() }

func TestPort(t *testing.T) {
	l, err := net.Listen("tcp", address(firstPort+(offset+int(looked.Load()))%ports)) // the next
	if err == nil {
		defer l.Close()
	}
	var all []int
	for range 500 {
		port, err := Port()
		if err != nil {
			t.Fatal(err)
		}
		if port < 10_000 || port >= 32_768 || l != nil && port == l.Addr().(*net.TCPAddr).Port {
			t.Errorf("port %d", port)
		}
		all = append(all, port)
	}
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != 500 {
		t.Errorf("%d ports are different", n)
	}
}

func TestTail(t *testing.T) {
	var log tail
	for i := range 10_000 {
		fmt.Fprintln(&log, i)
	}
	if got := log.text(); len(got) != 8<<10 || !strings.HasSuffix(got, "\n9999\n") {
		t.Errorf("%d bytes, which end %q", len(got), got[len(got)-10:])
	}
}
