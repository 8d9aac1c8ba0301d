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
	"github.com/ambit-authz/ambit/datagroup"
)

// mock is a test that remembers how it went.
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

// mocked returns what a test tells that calls a function: its errors, or if it
// passes what it logs.
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
	next := edited(t, p, func(e *access.Edit) { e.SetGrant(access.Grant{Report: "board", User: "tom", Level: access.Viewer}) })
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
			t.Errorf("%s: it tells\n%s\nwant\n%s", name, got, want)
		}
	}

	want("no file", "there is no DIR/access.lock yet; run the test with AMBIT_UPDATE=1 to write it, then read it and commit it", lock(p, path))
	t.Setenv("AMBIT_UPDATE", "1")
	want("write", "pass\nwrote DIR/access.lock", lock(p, path))
	want("nothing to write", "pass\n", lock(p, path))
	want("no directory", "open DIR/none/access.lock: no such file or directory", lock(p, filepath.Join(dir, "none", "access.lock")))
	t.Setenv("CI", "true")
	want("nothing to write in a CI", "pass\n", lock(p, path))
	want("write in a CI", "wrote DIR/access.lock, which is not what the commit has: CI is set, and where it is, a lock is compared", lock(next, path))
	t.Setenv("CI", "false")
	want("write again", "pass\nwrote DIR/access.lock", lock(p, path))
	t.Setenv("AMBIT_UPDATE", "0")
	want("same", "pass\n", lock(p, path))
	const difference = `DIR/access.lock is not what the policy decides (- in the file only, + decided now):
  + tom in team americas is viewer of report board
  + tom is viewer of report board
If that is meant, run the test with AMBIT_UPDATE=1 and commit the file.`
	want("difference", difference, lock(next, path))
	want("another level", `DIR/access.lock is not what the policy decides (- in the file only, + decided now):
  + una is editor of report board
  - una is viewer of report board
If that is meant, run the test with AMBIT_UPDATE=1 and commit the file.`, lock(edited(t, p, func(e *access.Edit) {
		e.SetGrant(access.Grant{Report: "board", User: "una", Level: access.Editor})
	}), path))
	rewrite(func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") })
	want("line ends of Windows", "pass\n", lock(p, path))
	want("line ends of Windows, and a difference", difference, lock(next, path))
	rewrite(func(text string) string { return "# mine\n" + text })
	want("a comment", "DIR/access.lock has all facts, but not as Lock writes them.\nIf that is meant, run the test with AMBIT_UPDATE=1 and commit the file.", lock(p, path))
	rewrite(func(string) string { return "" })
	if got := lock(p, path); strings.Count(got, "\n  + ") != maxDifference || !strings.Contains(got, " lines more\n") {
		t.Errorf("an empty file: it tells\n%s", got)
	}
	want("a directory", "read DIR: is a directory", lock(p, dir))
	want("nil", "the policy is nil: there is nothing to lock", lock(nil, path))
	t.Setenv("AMBIT_UPDATE", "yes please")
	want("no boolean", `AMBIT_UPDATE is "yes please": set it to 1, or not at all`, lock(p, path))
}

// TestLockFlag declares the flag, as a test may that uses Lock, and sets it.
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

// oddDocument is a company in which roles differ in all that a lock tells apart.
func oddDocument() *document.Document {
	return &document.Document{
		Roles:      oddRoles(),
		Attributes: map[string]string{"country": "string"},
		Accounts: []document.Account{
			{ID: "us 1", Source: "s", Values: map[string]datagroup.Value{"country": datagroup.Text("US")}},
			{ID: "a1", Source: "s", Values: map[string]datagroup.Value{"country": datagroup.Text("DE")}}},
		Groups: []document.Group{{ID: "us", Filter: "country = 'US'"}, {ID: "#all", Filter: "everything"}},
		Teams: []document.Team{
			{ID: "t1", Groups: []string{"us"}, Members: []document.Member{{User: "blind"}, {User: "lea", Until: "2027-01-01T00:00:00Z"}, {User: "idle"}}},
			{ID: "t2", Groups: []string{"#all"}, Members: []document.Member{{User: "lea", Until: "2026-06-01T12:00:00Z"}}}},
		Users: []document.User{
			{ID: "bo", Email: "bo@x.test", Role: "boss"}, {ID: "bea", Email: "bea@x.test", Role: "boss", Until: "2027-01-01T00:00:00Z"},
			{ID: "lea", Email: "lea@x.test", Role: "lead"}, {ID: "sam", Email: "sam@x.test", Role: "member", Suspended: true},
			{ID: "blind", Email: "blind@x.test", Role: "blind"}, {ID: "feeder", Email: "feeder@x.test", Role: "feeder"},
			{ID: "idle", Email: "idle@x.test", Role: "idle"}},
		Reports: []document.Report{{ID: "q3", Grants: []document.Grant{
			{User: "lea", Level: "creator", Until: "2026-03-01T00:00:00Z"}, {User: "bo", Level: "viewer"}, {Team: "t1", Level: "explorer"}}}},
		Links: []document.Link{
			{ID: "l1", Maker: "lea", Session: "t1", Action: "account.view", Resource: document.Resource{Kind: "campaign", ID: "c1", Account: "us 1"}},
			{ID: "l2", Maker: "lea", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "q3"}, Until: "2026-02-01T00:00:00Z"},
			{ID: "l3", Maker: "bo", Action: "recording.view", Resource: document.Resource{Kind: "campaign", ID: "c1", Company: true}},
			{ID: "l4", Maker: "gone", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "gone"}, Ended: true}},
	}
}

func TestLockText(t *testing.T) {
	golden(t, filepath.Join("testdata", "lock.golden"), lockText(compile(t, oddDocument())))
}

// large is a company of so many users, each in one to three of so many teams,
// and so many accounts.
func large(users, accounts, groups, teams int) *document.Document {
	d := &document.Document{Attributes: map[string]string{"segment": "string", "region": "string"}}
	for i := range accounts {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("account-%012d", i), Source: "google", Values: map[string]datagroup.Value{
			"segment": datagroup.Text(fmt.Sprint("s", i*7919%2000)), "region": datagroup.Text(fmt.Sprint("r", i*31%25))}})
	}
	for i := range groups {
		filter := fmt.Sprintf("segment = 's%d'", i*37%2000)
		if i%20 == 0 {
			filter = fmt.Sprintf("region = 'r%d'", i%25)
		}
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprintf("group-%014d", i), Filter: filter})
	}
	for i := range teams {
		t := document.Team{ID: fmt.Sprintf("team-%015d", i)}
		for k := range 1 + i%5 {
			t.Groups = append(t.Groups, fmt.Sprintf("group-%014d", (i*7+k*131)%groups))
		}
		d.Teams = append(d.Teams, t)
	}
	for i := range users {
		u := document.User{ID: fmt.Sprintf("user-%015d", i), Email: fmt.Sprintf("user-%d@example.com", i), Role: "team-member"}
		if i%100 == 0 {
			u.Role = "admin"
		}
		d.Users = append(d.Users, u)
		for k := range 1 + i%3 {
			t := &d.Teams[(i*13+k*(1+i%17))%teams]
			if n := len(t.Members); n == 0 || t.Members[n-1].User != u.ID {
				t.Members = append(t.Members, document.Member{User: u.ID})
			}
		}
	}
	return d
}

// TestLockCounts: a list of fifty is written out, in a company of any size; of a
// longer one the accounts are counted, and each still changes the file.
func TestLockCounts(t *testing.T) {
	d := large(60, 2000, 40, 20)
	for i := range 52 {
		r := document.Report{ID: fmt.Sprint("r", i), Grants: []document.Grant{{User: d.Users[1].ID, Level: "viewer"}}}
		if i < maxListed {
			r.Grants = append(r.Grants, document.Grant{User: d.Users[2].ID, Level: "viewer"})
		}
		d.Reports = append(d.Reports, r)
	}
	p := compile(t, d)
	before := lockText(p)
	for _, want := range []string{"account ids: 2000, sha256 ", d.Users[1].ID + " levels at reports: 52, sha256 ", d.Users[2].ID + " is viewer of report r49\n", " sees accounts: 80, sha256 ", " sees account-"} {
		if !strings.Contains(before, want) {
			t.Errorf("it has not %q\n%s", want, before)
		}
	}
	for i := range 5 {
		id := datagroup.AccountID(d.Accounts[i*400].ID)
		after := lockText(edited(t, p, func(e *access.Edit) { e.RemoveAccount(id) }))
		seen := 0
		for u := range p.Directory().Users() {
			if v := p.View(access.User(u.ID)); v.Sees(id) && v.Len() < len(d.Accounts) {
				seen++
			}
		}
		changed := 0
		for line := range lockFacts(after) {
			if !lockFacts(before)[line] && strings.HasPrefix(line, "user-") {
				changed++
			}
		}
		if changed != seen {
			t.Errorf("without %s the lines of %d users change, but %d saw it", id, changed, seen)
		}
	}
	up := edited(t, p, func(e *access.Edit) {
		e.SetGrant(access.Grant{Report: "r7", User: "user-000000000000001", Level: access.Explorer})
	})
	if lockText(up) == before {
		t.Error("another level does not show")
	}
}

func TestLockEmpty(t *testing.T) {
	if got := lockText(new(access.Policy)); got != lockHead {
		t.Errorf("the lock of nobody is\n%s", got)
	}
}

// TestLockFirstEnd: the instant before the first end there can be is one, though
// the zero time is none.
func TestLockFirstEnd(t *testing.T) {
	got := lockText(compile(t, &document.Document{Users: []document.User{
		{ID: "ann", Email: "ann@x.test", Role: "viewer", Until: "0001-01-01T00:00:00.000000001Z"},
		{ID: "bob", Email: "bob@x.test", Role: "user", Until: "0001-01-01T00:00:00.000000002Z"}}}))
	if !strings.Contains(got, "role viewer may account.view at account, item\n") || !strings.Contains(got, "ann has role viewer until 0001-01-01T00:00:00.000000001Z\n") {
		t.Errorf("the lock of a user of a nanosecond is\n%s", got)
	}
}

func TestName(t *testing.T) {
	for _, tt := range []struct{ want, id string }{
		{"ann", "ann"}, {"us-1", "us-1"}, {"a.b@c_d", "a.b@c_d"}, {"campaign:c1/2+3", "campaign:c1/2+3"}, {"größe", "größe"},
		{`"us 1"`, "us 1"}, {`"#1"`, "#1"}, {`"a,b"`, "a,b"}, {`"a\u2028b"`, "a\u2028b"}, {`"\"x\""`, `"x"`}, {`"(x)"`, "(x)"},
	} {
		if got := name(tt.id); got != tt.want {
			t.Errorf("name(%q) = %s, want %s", tt.id, got, tt.want)
		}
	}
}

func BenchmarkLock(b *testing.B) {
	p := compile(b, large(10_000, 20_000, 1_000, 500))
	for b.Loop() {
		lockText(p)
	}
}

func BenchmarkNoNewAccess(b *testing.B) {
	p := compile(b, large(10_000, 20_000, 1_000, 500))
	f, err := p.Directory().Schema().Parse("region = 'r1' or segment = 's37'")
	if err != nil {
		b.Fatal(err)
	}
	next := edited(b, p, func(e *access.Edit) { e.SetGroup(datagroup.Group{ID: "group-00000000000001", Filter: f}) })
	for b.Loop() {
		newGains(p, next)
	}
}
