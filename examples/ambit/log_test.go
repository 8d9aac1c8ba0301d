package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/filelog"
	"github.com/ambit-authz/ambit/team"
)

// counter counts in place of crypto/rand, so that ids and hashes are the same in
// every run.
type counter uint64

func (c *counter) Read(p []byte) (int, error) {
	*c++
	clear(p)
	binary.BigEndian.PutUint64(p[len(p)-8:], uint64(*c))
	return len(p), nil
}

// acme writes the log of a company of three, in which Tom joins the west on
// 2 March 2026, and is removed on 4 March. It returns its path and the
// checkpoints after each event.
func acme(t *testing.T) (path string, checkpoints []audit.Checkpoint) {
	t.Helper()
	ctx := context.Background()
	path = filepath.Join(t.TempDir(), "acme.log")
	log, err := filelog.Open(ctx, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	doc, err := document.Parse([]byte(`{
		"attributes": {"country": "string"},
		"accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
		"groups": [{"id": "us", "filter": "country = 'US'"}],
		"teams": [{"id": "west", "groups": ["us"]}],
		"users": [{"id": "tom", "email": "tom@acme.example", "role": "team-member"}, {"id": "bea", "role": "user-manager"}]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c, err := company.Found(ctx, log, company.Founding{
		ID: "acme", Name: "Acme", Document: doc, Founder: team.User{ID: "ada", Email: team.MustParseAddress("ada@acme.example")},
	}, &company.Config{Now: func() time.Time { return now }, Rand: new(counter)})
	if err != nil {
		t.Fatal(err)
	}
	checkpoints = append(checkpoints, c.Checkpoint())
	for _, change := range []company.Change{
		company.AddMember{Team: "west", User: "tom"}, company.SetRole{User: "bea", Role: "editor"}, company.RemoveUser{User: "tom"},
	} {
		now = now.AddDate(0, 0, 1)
		if _, err := c.Do(ctx, company.By{Actor: company.User("ada"), Reason: "as agreed"}, change); err != nil {
			t.Fatal(err)
		}
		checkpoints = append(checkpoints, c.Checkpoint())
	}
	return path, checkpoints
}

// inDir returns a text with the directory of a file left out.
func inDir(path, text string) string { return strings.ReplaceAll(text, filepath.Dir(path)+"/", "") }

// TestLog asks a log about several of its states.
func TestLog(t *testing.T) {
	t.Parallel()
	path, _ := acme(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const tom = "decide -as tom -do account.view -on account:us-1 "
	for _, test := range []struct {
		status int
		name   string
		args   string
		first  string
	}{
		{0, "in order", "check LOG", "acme.log: ok: 2 users, 1 team, 1 data group, 2 accounts, 0 reports, 0 links"},
		{1, "now", tom + "LOG", "deny unknown-user: there is no user tom"},
		{1, "at the founding", tom + "-at 1 LOG", "deny out-of-reach: us-1 is in none of tom's data groups"},
		{0, "after the second event", tom + "LOG -at 2", "allow: team west, data group us"},
		{0, "as of a day", tom + "-asof 2026-03-03 LOG", "allow: team west, data group us"},
		{1, "as of an instant before", tom + "-asof 2026-03-02T11:59:59Z LOG", "deny out-of-reach: us-1 is in none of tom's data groups"},
		{0, "the document of then", "fmt -at 2 LOG", "{"},
		{0, "what an event changed", "diff -old-at 2 -at 3 LOG LOG", "+ bea may source.edit at account de-1, us-1 (role editor)"},
		{0, "what happened since a day", "diff -old-asof 2026-03-03 LOG LOG", "+ bea may source.edit at account de-1, us-1 (role editor)"},
		{0, "what it differs in from a document", "diff LOG " + companyx, "! Of the users in both policies, 1 "},
		{0, "the same", "diff -exit-code LOG LOG", "no difference"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := program(strings.Fields(strings.ReplaceAll(test.args, "LOG", "file:"+path))...)
			first, _, _ := strings.Cut(inDir(path, got.stdout), "\n")
			if got.status != test.status || !strings.HasPrefix(first, strings.TrimSuffix(test.first, "…")) || got.stderr != "" {
				t.Errorf("got %d %s%s\nwant %d %s", got.status, first, got.stderr, test.status, test.first)
			}
		})
	}
	for _, test := range []struct{ name, args, want string }{
		{"a later event", "check -at 9 LOG", "acme.log: company: at: event 9 does not exist\n"},
		{"before the founding", "check -asof 2026-01-01 LOG", "acme.log: company: as of: "},
	} {
		got := program(strings.Fields(strings.ReplaceAll(test.args, "LOG", "file:"+path))...)
		if got.status != 2 || !strings.HasPrefix(inDir(path, got.stderr), test.want) {
			t.Errorf("%s: %+v, want 2 and %q", test.name, got, test.want)
		}
	}
	// What looks like an append that is under way is left alone.
	before = append(before, `{"v":1,`...)
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"check", "verify", "register"} {
		if got := program(command, "file:"+path); got.status != 0 && got.status != 3 {
			t.Errorf("%s: %+v", command, got)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the log was changed: %v", err)
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	path, _ := acme(t)
	for _, test := range []struct{ golden, flags string }{
		{"register.md", ""},
		{"register.csv", "-format csv -at 2"},
		{"register.jsonl", "-format lines -asof 2026-03-03"},
		{"register-removed.md", "-removed"},
		{"register.html", "-format html -removed"},
	} {
		got := program(append(strings.Fields("register "+test.flags), "file:"+path)...)
		if got.status != 0 || got.stderr != "" {
			t.Errorf("%s: %+v", test.flags, got)
		}
		golden(t, test.golden, got.stdout)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	path, checkpoints := acme(t)
	golden(t, "verify-open.golden", inDir(path, program("verify", "file:"+path).stdout))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")[:4]
	head, second := checkpoints[3].String(), checkpoints[1].String()
	for _, test := range []struct {
		status           int
		name, log, known string
		want             string // of what is said
	}{
		{3, "no checkpoint", string(data), "", "No checkpoint was given: "},
		{0, "the last event", string(data), head, "The checkpoint is its last event: nothing was cut off or rewritten."},
		{0, "an earlier event", string(data), second, "The checkpoint is its event 2: nothing up to there was cut off or rewritten.\nThis is the one to keep now:\n" + head},
		{0, "an append cut short", string(data) + `{"v":1,`, head, "7 bytes after it are no whole line"},
		{1, "edited", strings.Replace(string(data), "as agreed", "as agrred", 1), head, "acme.log:2: audit: verify: event 2: it was edited"},
		{1, "missing", lines[0] + lines[2] + lines[3], "", "acme.log:2: audit: verify: event 2: it is missing"},
		{1, "reordered", lines[0] + lines[2] + lines[1] + lines[3], "", "acme.log:2: audit: verify: event 2: it is out of order"},
		{1, "cut off", lines[0] + lines[1], head, "acme.log:3: audit: verify: event 3: the log is shorter than the checkpoint"},
		{3, "cut off, and nobody knows", lines[0] + lines[1], "", "This is the one to keep, where nobody can write who writes the log:\n" + second},
		{1, "of another log", string(data), strings.Replace(second, " 2 ", " 3 ", 1), "acme.log:3: audit: verify: event 3: the log is not that of the checkpoint"},
		{1, "no log", "{}\n", "", "acme.log: audit: read line 1: "},
		{1, "empty", "", "", "acme.log: company: open: the log is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := file(t, "acme.log", test.log)
			args := []string{"verify", "file:" + path}
			if test.known != "" {
				args = append(args, "-checkpoint", test.known)
			}
			got := program(args...)
			said := inDir(path, got.stdout+got.stderr)
			if got.status != test.status || !strings.Contains(said, test.want) || (got.status == 1) != (got.stderr != "") {
				t.Errorf("got %d %s\nwant %d %s", got.status, said, test.status, test.want)
			}
			for _, line := range strings.Split(test.want, "\n") {
				if !strings.Contains("\n"+said, "\n"+line) {
					t.Errorf("%s\nhas no line that begins %s", said, line)
				}
			}
		})
	}
}

// TestVerifyCheckpointFile reads the file of a Keeper.
func TestVerifyCheckpointFile(t *testing.T) {
	t.Parallel()
	path, checkpoints := acme(t)
	kept := filepath.Join(t.TempDir(), "acme.checkpoint")
	if err := filelog.NewKeeper(kept).Keep(context.Background(), checkpoints[3]); err != nil {
		t.Fatal(err)
	}
	if got := program("verify", "-checkpoint", kept, "file:"+path); got.status != 0 {
		t.Errorf("got %+v", got)
	}
	for _, wrong := range []string{file(t, "x", "4f2a"), "ambit-checkpoint v1 31 4f2a", audit.Checkpoint{}.String()} {
		if got := program("verify", "-checkpoint", wrong, "file:"+path); got.status != 2 || !strings.HasPrefix(got.stderr, "ambit: -checkpoint: ") {
			t.Errorf("%s: %+v", wrong, got)
		}
	}
}

func TestWholeLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 150<<10)
	for _, test := range []struct {
		text        string
		whole, rest int64
	}{{"", 0, 0}, {"a\n", 2, 0}, {"a\nb", 2, 1}, {long, 0, 150 << 10}, {"a\n" + long, 2, 150 << 10}, {long + "\n", 150<<10 + 1, 0}} {
		f, err := os.Open(file(t, "log", test.text))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if whole, rest, err := wholeLines(f); whole != test.whole || rest != test.rest || err != nil {
			t.Errorf("of %d bytes: %d and %d, %v; want %d and %d", len(test.text), whole, rest, err, test.whole, test.rest)
		}
	}
}
