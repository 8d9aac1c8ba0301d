package testserver

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a server that was started.
type process struct {
	cmd   *exec.Cmd
	log   tail
	ended chan struct{} // closed when it has ended, and all that had its output
}

// A start that fails is made again so often, and after a pause.
const (
	tries = 10
	pause = 100 * time.Millisecond
)

// Start starts a server again, at the same port and with its data, and returns when it
// answers. One that still runs is killed first.
func (s *Server) Start() error {
	s.Kill()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.start(ctx, func() (int, error) { return s.port, nil })
}

// start starts the server at a port that is picked for each try. What is in its way,
// another one's listener or what is left of a killed server, may be gone at the next.
func (s *Server) start(ctx context.Context, pick func() (int, error)) (err error) {
	for range tries {
		if s.port, err = pick(); err != nil {
			return err
		}
		if err = s.startOnce(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return err
}

func (s *Server) startOnce(ctx context.Context) error {
	p := &process{cmd: s.service(), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("testserver: %w", err)
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	s.mu.Lock()
	s.process = p
	s.mu.Unlock()
	for !s.ready(p.cmd.Process.Pid) {
		select {
		case <-p.ended:
			s.Kill()
			return fmt.Errorf("testserver: %s ended when it started: %s", s.kind, p.log.text())
		case <-ctx.Done():
			s.Kill()
			return fmt.Errorf("testserver: %s does not answer: %w: %s", s.kind, ctx.Err(), p.log.text())
		case <-time.After(30 * time.Millisecond):
		}
	}
	return nil
}

// ready reports whether a process of the server takes connections. Both ways ask for
// this process and not for whoever has the port, and need neither a driver nor the
// words of a log. Neither answers before it has its port.
func (s *Server) ready(pid int) bool {
	if s.kind == PostgreSQL {
		// It writes its id into the first line and its state into the eighth, which
		// pg_ctl waits for, too.
		text, _ := os.ReadFile(filepath.Join(s.DataDir(), "postmaster.pid"))
		lines := strings.Split(string(text), "\n")
		return len(lines) > 7 && lines[0] == strconv.Itoa(pid) && strings.TrimSpace(lines[7]) == "ready"
	}
	// It greets whoever connects, as soon as it can do more. The one before has ended.
	conn, err := net.Dial("unix", s.socket())
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(time.Second))
	n, _ := conn.Read(make([]byte, 1))
	return n > 0
}

// Kill ends the server and all its processes at once, and returns when they have
// ended. The data is kept for Start.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return
	}
	children := s.children() // of PostgreSQL, in groups of their own
	s.process.cmd.Process.Kill()
	for _, pid := range children {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	<-s.process.ended
	s.process = nil
}

// stop ends the server for good. PostgreSQL removes the memory that its processes
// share, which a kill leaves to the next start.
func (s *Server) stop() {
	s.mu.Lock()
	p := s.process
	s.mu.Unlock()
	if p != nil && s.kind == PostgreSQL {
		p.cmd.Process.Signal(syscall.SIGQUIT)
		select {
		case <-p.ended:
		case <-time.After(20 * time.Second):
		}
	}
	s.Kill()
}

// Processes returns the processes that the server has started, the newest last. Only
// PostgreSQL starts any.
func (s *Server) Processes() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.children()
}

// children returns the same, by /proc. The caller has the lock.
func (s *Server) children() []int {
	if s.process == nil {
		return nil
	}
	select {
	case <-s.process.ended: // its number may be another's
		return nil
	default:
	}
	var all []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.process.cmd.Process.Pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for field := range bytes.FieldsSeq(text) {
			if child, err := strconv.Atoi(string(field)); err == nil {
				all = append(all, child)
			}
		}
	}
	slices.Sort(all)
	return all
}

// tail keeps the end of what is written.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const most = 8 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	t.kept = slices.Delete(t.kept, 0, max(0, len(t.kept)-most))
	return len(p), nil
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
