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
	"github.com/ambit-authz/ambit/access/document"
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

// lockCase is a lock file in a directory of its own.
type lockCase struct {
	*testing.T
	dir, path string
}

func newLockCase(t *testing.T) lockCase {
	t.Setenv("AMBIT_UPDATE", "")
	t.Setenv("CI", "")
	dir := t.TempDir()
	return lockCase{t, dir, filepath.Join(dir, "access.lock")}
}

// want compares the report of Lock, with the directory as DIR.
func (c lockCase) want(name, want string, p *access.Policy, path string) {
	c.Helper()
	got := mocked(func(t testing.TB) { Lock(t, p, path) })
	if got = strings.ReplaceAll(got, c.dir, "DIR"); got != want {
		c.Errorf("%s: the report is\n%s\nwant\n%s", name, got, want)
	}
}

// rewrite changes the file.
func (c lockCase) rewrite(change func(text string) string) {
	text, err := os.ReadFile(c.path)
	if err == nil {
		err = os.WriteFile(c.path, []byte(change(string(text))), 0o644)
	}
	if err != nil {
		c.Fatal(err)
	}
}

// grant returns a policy in which a user has a level at a report of the example.
func grant(t testing.TB, p *access.Policy, user, level string) *access.Policy {
	return edited(t, p, func(e *access.Edit) { e.SetGrant("board", document.Grant{User: user, Level: level}) })
}

// TestLock writes a lock file, and compares it.
func TestLock(t *testing.T) {
	c := newLockCase(t)
	p := compile(t, loadPolicyCI(t))
	next := grant(t, p, "tom", "viewer")
	c.want("no file", "there is no DIR/access.lock yet: run the test with AMBIT_UPDATE=1 to write it, then read it and commit it", p, c.path)
	t.Setenv("AMBIT_UPDATE", "1")
	c.want("write", "pass\nwrote DIR/access.lock", p, c.path)
	c.want("nothing to write", "pass\n", p, c.path)
	c.want("no directory", "open DIR/none/access.lock: no such file or directory", p, filepath.Join(c.dir, "none", "access.lock"))
	t.Setenv("CI", "true")
	c.want("nothing to write in a CI", "pass\n", p, c.path)
	c.want("write in a CI", "wrote DIR/access.lock, which differs from the commit: with CI set, a lock file must not change", next, c.path)
	t.Setenv("CI", "false")
	c.want("write again", "pass\nwrote DIR/access.lock", p, c.path)
	t.Setenv("AMBIT_UPDATE", "0")
	c.want("same", "pass\n", p, c.path)
	c.want("a directory", "read DIR: is a directory", p, c.dir)
	c.want("nil", "the policy is nil: there is nothing to lock", nil, c.path)
	t.Setenv("AMBIT_UPDATE", "yes please")
	c.want("no boolean", `AMBIT_UPDATE is "yes please": set it to 1 or remove it`, p, c.path)
}

// TestLockDifference compares a lock file with other policies, and after edits.
func TestLockDifference(t *testing.T) {
	c := newLockCase(t)
	p := compile(t, loadPolicyCI(t))
	next := grant(t, p, "tom", "viewer")
	if err := os.WriteFile(c.path, []byte(lockText(p)), 0o644); err != nil {
		t.Fatal(err)
	}
	const difference = `DIR/access.lock is not what the policy decides (- only in the file, + decided now):
  + tom in team americas is viewer of report board
  + tom is viewer of report board
If you mean that, run the test with AMBIT_UPDATE=1 and commit the file.`
	c.want("difference", difference, next, c.path)
	c.want("another level", `DIR/access.lock is not what the policy decides (- only in the file, + decided now):
  + una is editor of report board
  - una is viewer of report board
If you mean that, run the test with AMBIT_UPDATE=1 and commit the file.`, grant(t, p, "una", "editor"), c.path)
	c.rewrite(func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") })
	c.want("line ends of Windows", "pass\n", p, c.path)
	c.want("line ends of Windows, and a difference", difference, next, c.path)
	c.rewrite(func(text string) string { return "# mine\n" + text })
	c.want("a comment", "DIR/access.lock has all facts, but in another form than Lock writes them.\nIf you mean that, run the test with AMBIT_UPDATE=1 and commit the file.", p, c.path)
	c.rewrite(func(string) string { return "" })
	got := mocked(func(t testing.TB) { Lock(t, p, c.path) })
	if strings.Count(got, "\n  + ") != maxDifference || !strings.Contains(got, " more lines\n") {
		t.Errorf("an empty file: the report is\n%s", got)
	}
}

// TestLockTellsResourcesApart moves a link between resources whose parts, written
// one after the other, are the same text.
func TestLockTellsResourcesApart(t *testing.T) {
	c := newLockCase(t)
	var catalog document.Catalog
	if err := catalog.UnmarshalJSON([]byte(`{"extends": "project", "kinds": [
	  {"name": "ad", "in": "account", "actions": ["insight.view"], "link": "insight.view"},
	  {"name": "ad:set", "in": "account", "actions": ["insight.view"], "link": "insight.view"},
	  {"name": "page", "in": "company", "actions": ["insight.view"], "link": "insight.view"}]}`)); err != nil {
		t.Fatal(err)
	}
	with := func(shown access.Resource) *access.Policy {
		p, err := access.Compile(&document.Document{
			Catalog:  catalog,
			Accounts: []document.Account{{ID: "b", Source: "s"}, {ID: "a in account:b", Source: "s"}, {ID: "y in company", Source: "s"}},
			Users:    []document.User{{ID: "ann", Email: "ann@example.com", Role: "owner"}},
			Links:    []document.Link{access.ShareLink{ID: "l", Maker: "ann", Action: access.ViewInsight, Resource: shown}.Entry()},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, pair := range [][2]access.Resource{
		{access.Item("ad", "set:1", "b"), access.Item("ad:set", "1", "b")},
		{access.Item("ad", "x in account:a", "b"), access.Item("ad", "x", "a in account:b")},
		{access.Item("ad", "x", "b"), access.CompanyItem("page", "x in account:b")},
		{access.Item("ad", "x", "b"), access.Item("ad", "x", "y in company")},
		{access.Item("ad", "x", "b"), access.Item("ad", "y", "b")},
	} {
		old, next := with(pair[0]), with(pair[1])
		if err := os.WriteFile(c.path, []byte(lockText(old)), 0o644); err != nil {
			t.Fatal(err)
		}
		c.want("the same", "pass\n", old, c.path)
		if got := mocked(func(t testing.TB) { Lock(t, next, c.path) }); !strings.Contains(got, "is not what the policy decides") {
			t.Errorf("%v, then %v: %s", pair[0], pair[1], got)
		}
		if got := mocked(func(t testing.TB) { NoNewAccess(t, old, next) }); strings.HasPrefix(got, "pass") {
			t.Errorf("%v, then %v: no new access", pair[0], pair[1])
		}
	}
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
