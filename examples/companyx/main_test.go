package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// program runs the program and returns what it wrote.
func program(args ...string) (stdout, stderr string, status int) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return out.String(), errs.String(), status
}

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as in %s (-update rewrites it):\n%s", path, diff)
	}
}

func TestGolden(t *testing.T) {
	tests := []struct{ golden, args string }{
		{"tables.golden", ""},
		{"tables.golden", "companyx.json"},
		{"tables.golden", "-at 2020-01-01T00:00:00Z"},
		{"tables.golden", "-at 2098-12-31T23:59:59Z companyx.json"},
		{"before-end.golden", "-at 2019-12-31T23:59:59Z"},
		{"after-end.golden", "-at 2099-01-01T00:00:00Z"},
	}
	for _, test := range tests {
		t.Run(test.golden+" "+test.args, func(t *testing.T) {
			stdout, stderr, status := program(strings.Fields(test.args)...)
			if status != 0 || stderr != "" {
				t.Errorf("status %d, stderr %q; want 0", status, stderr)
			}
			golden(t, test.golden, stdout)
		})
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct{ name, args, want string }{
		{"unknown flag", "-who mia", "flag provided but not defined: -who\n"},
		{"flag without a value", "-at", "flag needs an argument: -at\n"},
		{"malformed time", "-at tomorrow", `invalid value "tomorrow" for flag -at: `},
		{"two documents", "a.json b.json", `companyx: one document at most, and flags before it: ["a.json" "b.json"]` + "\n"},
		{"flags after the document", "a.json -at x", `companyx: one document at most, and flags before it: ["a.json" "-at" "x"]` + "\n"},
		{"help", "-h", "Usage of companyx [flags] [document]:\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := program(strings.Fields(test.args)...)
			if status != 2 || stdout != "" || !strings.HasPrefix(stderr, test.want) {
				t.Errorf("got %d %q\n%s\nwant 2\n%s", status, stdout, stderr, test.want)
			}
		})
	}
}

func TestBadDocument(t *testing.T) {
	stdout, stderr, status := program("testdata/mistakes.json")
	if status != 2 || stdout != "" {
		t.Errorf("got %d %q, want 2 and no output", status, stdout)
	}
	golden(t, "mistakes.golden", stderr)

	stdout, stderr, status = program("testdata/absent.json")
	if status != 2 || stdout != "" || !strings.Contains(stderr, "absent.json") {
		t.Errorf("an absent document: got %d %q %q, want 2 and its name", status, stdout, stderr)
	}
}

// TestOtherDocument prints what Company X does not have: a single one of something, lists too long for their cell, links to kinds
// that a host declares, and nothing at all.
func TestOtherDocument(t *testing.T) {
	stdout, stderr, status := program("testdata/project.json")
	if status != 0 || stderr != "" {
		t.Errorf("got %d %q, want 0", status, stderr)
	}
	golden(t, "project.golden", stdout)

	path := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(path, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, _, status = program(path)
	if want := "0 accounts in 0 data groups, 0 teams, 0 users, 0 reports\n"; status != 0 || stdout != want {
		t.Errorf("an empty document: got %d %q, want %q", status, stdout, want)
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestUnwritableOutput(t *testing.T) {
	var stderr bytes.Buffer
	if status := run(nil, full{}, &stderr); status != 2 || stderr.String() != "companyx: no space left\n" {
		t.Errorf("got %d %q, want 2 and the error", status, &stderr)
	}
}

// TestShape checks that the embedded document has what it must show.
func TestShape(t *testing.T) {
	d := embedded(t)
	roles, members, sources := map[string]int{}, map[string]int{}, map[string]bool{}
	var teams, groups, countryless []string
	for _, a := range d.Accounts {
		sources[a.Source] = true
		if a.Values["country"].IsMissing() {
			countryless = append(countryless, a.ID)
		}
	}
	for _, g := range d.Groups {
		groups = append(groups, g.ID)
	}
	for _, team := range d.Teams {
		teams = append(teams, team.ID+": "+strings.Join(team.Groups, " "))
		for _, m := range team.Members {
			members[m.User]++
		}
	}
	for _, u := range d.Users {
		roles[u.Role]++
	}
	wantTeams := []string{
		"americas: canada us", "australia: australia", "canada: canada", "europe: germany uk", "germany: germany",
		"new-zealand: new-zealand", "oceania: australia new-zealand", "uk: uk", "us: us",
	}
	wantRoles := map[string]int{"admin": 1, "data-manager": 1, "user-manager": 1, "editor": 1, "user": 1, "team-member": 6, "viewer": 1}
	wantGroups := []string{"australia", "canada", "germany", "new-zealand", "uk", "us"}
	diffs := []string{
		cmp.Diff(wantTeams, teams), cmp.Diff(wantRoles, roles), cmp.Diff(wantGroups, groups), cmp.Diff([]string{"new-app"}, countryless),
		cmp.Diff([]int{18, 12, 4, 2}, []int{len(d.Accounts), len(d.Users), len(d.Reports), len(d.Links)}),
		cmp.Diff([]int{2, 0}, []int{members["mia"], members["nia"]}),
	}
	if diff := strings.Join(diffs, ""); diff != "" {
		t.Errorf("not what it must show:\n%s", diff)
	}
	if len(sources) < 3 {
		t.Errorf("accounts from %d sources, want several", len(sources))
	}
}

// TestEnds checks that the ends of the embedded document are far in the past or in the future, and that it has some of each.
func TestEnds(t *testing.T) {
	d := embedded(t)
	var ends []string
	for _, team := range d.Teams {
		for _, m := range team.Members {
			ends = append(ends, m.Until)
		}
	}
	for _, u := range d.Users {
		ends = append(ends, u.Until)
	}
	for _, r := range d.Reports {
		for _, g := range r.Grants {
			ends = append(ends, g.Until)
		}
	}
	for _, l := range d.Links {
		ends = append(ends, l.Until)
	}
	count := map[string]int{}
	for _, end := range ends {
		year, _, _ := strings.Cut(end, "-")
		count[year]++
	}
	delete(count, "") // no end
	if diff := cmp.Diff(map[string]int{"2020": 1, "2099": 4}, count); diff != "" {
		t.Errorf("ends by year:\n%s", diff)
	}
}

// embedded returns the embedded document.
func embedded(t *testing.T) *document.Document {
	t.Helper()
	policy, err := access.Load(companyx, nil)
	if err != nil {
		t.Fatal(err)
	}
	return policy.Document()
}
