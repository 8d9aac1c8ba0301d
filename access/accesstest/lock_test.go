package accesstest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

// mock is a test that records its errors and logs.
type mock struct {
	testing.TB
	errors, logs []string
}

func (m *mock) Helper()                         {}
func (m *mock) Error(args ...any)               { m.errors = append(m.errors, fmt.Sprint(args...)) }
func (m *mock) Errorf(text string, args ...any) { m.Error(fmt.Sprintf(text, args...)) }
func (m *mock) Logf(text string, args ...any)   { m.logs = append(m.logs, fmt.Sprintf(text, args...)) }
func (m *mock) Fatalf(text string, args ...any) { m.Fatal(fmt.Sprintf(text, args...)) }
func (m *mock) Fatal(args ...any) {
	m.Error(args...)
	runtime.Goexit()
}

// mocked returns the report of a test that calls a function: its errors, or if it
// passes, its log.
func mocked(call func(t testing.TB)) string {
	m := new(mock)
	done := make(chan struct{})
	go func() {
		defer close(done)
		call(m)
	}()
	<-done
	if len(m.errors) == 0 {
		return "pass\n" + strings.Join(m.logs, "\n")
	}
	return strings.Join(m.errors, "\n")
}

func edited(t testing.TB, p *access.Policy, change func(e *access.Edit)) *access.Policy {
	t.Helper()
	e := p.Edit()
	change(e)
	next, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("AMBIT_UPDATE", "")
	path := filepath.Join(dir, "access.lock")
	t.Setenv("CI", "")
	p := compile(t, loadPolicyCI(t))
	next := edited(t, p, func(e *access.Edit) { e.SetGrant("board", access.Grant{User: "tom", Level: access.Viewer}.Entry()) })
	lock := func(p *access.Policy, path string) string { return mocked(func(t testing.TB) { Lock(t, p, path) }) }
	rewrite := func(change func(text string) string) {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, []byte(change(string(text))), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(name, want, got string) {
		t.Helper()
		if got = strings.ReplaceAll(got, dir, "DIR"); got != want {
			t.Errorf("%s: the report is\n%s\nwant\n%s", name, got, want)
		}
	}

	want("no file", "there is no DIR/access.lock yet: run the test with AMBIT_UPDATE=1 to write it, then read it and commit it", lock(p, path))
	t.Setenv("AMBIT_UPDATE", "1")
	want("write", "pass\nwrote DIR/access.lock", lock(p, path))
	want("nothing to write", "pass\n", lock(p, path))
	want("no directory", "open DIR/none/access.lock: no such file or directory", lock(p, filepath.Join(dir, "none", "access.lock")))
	t.Setenv("CI", "true")
	want("nothing to write in a CI", "pass\n", lock(p, path))
	want("write in a CI", "wrote DIR/access.lock, which differs from the commit: with CI set, a lock file must not change", lock(next, path))
	t.Setenv("CI", "false")
	want("write again", "pass\nwrote DIR/access.lock", lock(p, path))
	t.Setenv("AMBIT_UPDATE", "0")
	want("same", "pass\n", lock(p, path))
	const difference = `DIR/access.lock is not what the policy decides (- only in the file, + decided now):
  + tom in team americas is viewer of report board
  + tom is viewer of report board
If you mean that, run the test with AMBIT_UPDATE=1 and commit the file.`
	want("difference", difference, lock(next, path))
	want("another level", `DIR/access.lock is not what the policy decides (- only in the file, + decided now):
  + una is editor of report board
  - una is viewer of report board
If you mean that, run the test with AMBIT_UPDATE=1 and commit the file.`, lock(edited(t, p, func(e *access.Edit) {
		e.SetGrant("board", access.Grant{User: "una", Level: access.Editor}.Entry())
	}), path))
	rewrite(func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") })
	want("line ends of Windows", "pass\n", lock(p, path))
	want("line ends of Windows, and a difference", difference, lock(next, path))
	rewrite(func(text string) string { return "# mine\n" + text })
	want("a comment", "DIR/access.lock has all facts, but in another form than Lock writes them.\nIf you mean that, run the test with AMBIT_UPDATE=1 and commit the file.", lock(p, path))
	rewrite(func(string) string { return "" })
	if got := lock(p, path); strings.Count(got, "\n  + ") != maxDifference || !strings.Contains(got, " more lines\n") {
		t.Errorf("an empty file: the report is\n%s", got)
	}
	want("a directory", "read DIR: is a directory", lock(p, dir))
	want("nil", "the policy is nil: there is nothing to lock", lock(nil, path))
	t.Setenv("AMBIT_UPDATE", "yes please")
	want("no boolean", `AMBIT_UPDATE is "yes please": set it to 1 or remove it`, lock(p, path))
}

// TestLockFlag declares the flag -update, as a test that uses Lock may, and sets it.
func TestLockFlag(t *testing.T) {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "rewrite the lock file")
	}
	f := flag.Lookup("update")
	was := f.Value.String()
	t.Cleanup(func() {
		if err := f.Value.Set(was); err != nil {
			t.Error(err)
		}
	})
	for _, set := range []string{"true", "false"} {
		if err := f.Value.Set(set); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AMBIT_UPDATE", "")
		if on, err := updating(); fmt.Sprint(on) != set || err != nil {
			t.Errorf("-update=%s: %v, %v", set, on, err)
		}
	}
}
