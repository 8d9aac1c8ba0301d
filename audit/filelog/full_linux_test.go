package filelog

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

// mounted returns a directory that is a file system of 1 MiB of its own.
func mounted(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a file system")
	}
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m")
	if errors.Is(err, syscall.EPERM) {
		t.Skip("this root must not mount a file system")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk fills a file system: the event that has no room is in doubt, what was
// acknowledged is there, and with room again the log goes on.
func TestFullDisk(t *testing.T) {
	dir := mounted(t)
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 700<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "log")
	l, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var head audit.Checkpoint
	var doubted audit.Event
	for {
		doubted = event(head, "ann", 30_000)
		if err = l.Append(t.Context(), doubted); err != nil {
			break
		}
		head = doubted.Checkpoint()
	}
	if !errors.Is(err, syscall.ENOSPC) || errors.Is(err, audit.ErrConflict) {
		t.Fatalf("on a full disk: %v", err)
	}
	if err := l.Append(t.Context(), doubted); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("again: %v", err)
	}
	check := func(l *Log, want audit.Checkpoint) {
		t.Helper()
		if err := audit.Verify(l.Events(t.Context(), 0), want); err != nil || l.head != want {
			t.Errorf("the log ends at %v, want %v: %v", l.head, want, err)
		}
	}
	check(l, head)
	again, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	check(again, head)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), doubted); err != nil {
		t.Errorf("with room: %v", err)
	}
	check(l, doubted.Checkpoint())
	check(again, doubted.Checkpoint())
}

// TestReadOnlyFileSystem opens a log where nobody can write: to read, it does.
func TestReadOnlyFileSystem(t *testing.T) {
	dir := mounted(t)
	whole, events := written(t, 3)
	path := filepath.Join(dir, "log")
	if err := os.WriteFile(path, whole[:len(whole)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"log", "none"} {
		l, err := Open(t.Context(), filepath.Join(dir, name), nil)
		if err == nil {
			err = errors.Join(l.Append(t.Context(), events[0]), l.Close())
		}
		if !errors.Is(err, syscall.EROFS) {
			t.Errorf("%s: opened to write: %v", name, err)
		}
	}
	l, err := Open(t.Context(), path, &Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := len(collect(t, l)); got != 2 {
		t.Errorf("%d events are read, want 2", got)
	}
}
