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
	tests := []struct {
		status int
		golden string
		args   string
	}{
		{0, "tables.golden", ""},
		{0, "tables.golden", "companyx.json"},
		{0, "tables.golden", "-at 2020-01-01T00:00:00Z"},
		{0, "tables.golden", "-at 2098-12-31T23:59:59Z"},
		{0, "before-end.golden", "-at 2019-12-31T23:59:59Z"},
		{0, "after-end.golden", "-at 2099-01-01T00:00:00Z"},
		{0, "usage.golden", "-h"},
		{0, "usage.golden", "-as mia -help"},
		{0, "why-allowed.golden", "-as mia -do account.view -on account:us-search"},
		{1, "why-denied.golden", "-as mia -do account.view -on account:de-search"},
		{0, "who.golden", "-do report.view -on report:europe"},
		{0, "what.golden", "-as tom -on report:europe"},
	}
	for _, test := range tests {
		t.Run(test.golden+" "+test.args, func(t *testing.T) {
			stdout, stderr, status := program(strings.Fields(test.args)...)
			if status != test.status || stderr != "" {
				t.Errorf("status %d, stderr %q; want status %d", status, stderr, test.status)
			}
			golden(t, test.golden, stdout)
		})
	}
}

func TestQuestions(t *testing.T) {
	const before = " -at 2019-06-01T00:00:00Z"
	tests := []struct {
		status int
		name   string
		args   string
		first  string // line of the answer
	}{
		{0, "all data needs no team", "-as ulf -do account.view -on account:new-app", "allow: role user"},
		{0, "one of two teams", "-as mia -do account.view -on account:uk-app", "allow: team uk, data group uk"},
		{0, "within the team of the account", "-as mia -team uk -do account.view -on account:uk-app", "allow: team uk, data group uk"},
		{1, "within the other team", "-as mia -team uk -do account.view -on account:us-app", "deny out-of-reach: us-app is in none of the data groups of team uk"},
		{1, "within a team of others", "-as mia -team us -do account.view -on account:us-app", "deny not-a-member: mia is not a current member of team us"},
		{1, "an account without a country", "-as mia -do account.view -on account:new-app", "deny out-of-reach: new-app is in none of mia's data groups"},
		{1, "a team-scoped user without a team", "-as nia -do account.view -on account:us-app", "deny out-of-reach: us-app is in none of nia's data groups"},
		{1, "suspended", "-as sue -do account.view -on account:us-app", "deny suspended: sue is suspended"},
		{1, "past the end of access", "-as leo -do account.view -on account:au-search", "deny ended: the access of leo has ended"},
		{0, "before the end of access", "-as leo -do account.view -on account:au-search" + before, "allow: team oceania, data group australia"},
		{0, "a report through a team", "-as ulf -do report.explore -on report:q3", "allow: explorer of the report, through team americas"},
		{1, "an admin without a grant", "-as ada -do report.view -on report:q3", "deny no-level: report q3 is not shared with ada"},
		{1, "a level too low", "-as tom -do report.delete -on report:europe", "deny level-too-low: level editor does not hold report.delete"},
		{1, "a data manager attaches nothing", "-as dan -do team.set-datagroups -on team:uk", "deny no-capability: role data-manager does not hold team.set-datagroups"},
		{1, "a user manager makes no admin", "-as uma -do role.grant -on role:admin", "deny above-ceiling: role user-manager does not manage role admin"},
		{1, "an unknown user", "-as eva -do account.view -on account:us-app", "deny unknown-user: there is no user eva"},
		{1, "an unknown action", "-as ada -do account.veiw -on account:us-app", `deny unknown-action: there is no action "account.veiw"`},
		{1, "an empty user is nobody", "-as= -do account.view -on account:us-app", "deny no-subject: nobody is asking"},
		{1, "an empty team is not the company", "-as ada -team= -do account.view -on account:us-app", `deny unknown-session-team: there is no team "" to act within`},
		{1, "an empty action is not any", "-as ada -do= -on account:us-app", `deny unknown-action: there is no action ""`},
		{0, "who may see an account", "-do account.view -on account:nz-app", "ada  allow: role admin"},
		{1, "nobody may see what is not there", "-do account.view -on account:xx", "nobody may take account.view on account:xx"},
		{0, "what a viewer may do with an account", "-as vic -on account:de-app", "account.view"},
		{1, "what a viewer may do with the company", "-as vic -on company", "vic may do nothing on company"},
		{1, "what a member may do within another team", "-as mia -team us -on account:us-app", "mia in team us may do nothing on account:us-app"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := program(strings.Fields(test.args)...)
			first, _, _ := strings.Cut(stdout, "\n")
			if status != test.status || first != test.first || stderr != "" {
				t.Errorf("%s\n got %d %s%s\nwant %d %s", test.args, status, first, stderr, test.status, test.first)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct {
		name string
		args string
		want string
	}{
		{"unknown flag", "-who mia", "flag provided but not defined: -who; see -h"},
		{"flag without a value", "-as", "flag needs an argument: -as; see -h"},
		{"malformed time", "-at tomorrow", `invalid value "tomorrow" for flag -at: write it like 2027-03-01T00:00:00Z; see -h`},
		{"team without user", "-team uk -do account.view -on account:us-app", "-team needs -as; see -h"},
		{"user alone", "-as mia", "-as and -do need -on; see -h"},
		{"action alone", "-do account.view", "-as and -do need -on; see -h"},
		{"user and action", "-as mia -do account.view", "-as and -do need -on; see -h"},
		{"resource alone", "-on account:us-app", "-on needs -as, -do or both; see -h"},
		{"two documents", "a.json b.json", `one document at most, and flags before it: ["a.json" "b.json"]; see -h`},
		{"flags after the document", "a.json -as mia", `one document at most, and flags before it: ["a.json" "-as" "mia"]; see -h`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := program(strings.Fields(test.args)...)
			if want := "companyx: " + test.want + "\n"; status != 2 || stdout != "" || stderr != want {
				t.Errorf("got %d %q\n%s\nwant 2\n%s", status, stdout, stderr, want)
			}
		})
	}
}

func TestMalformedResource(t *testing.T) {
	for _, text := range []string{"", "us-app", "account:", ":us-app"} {
		stdout, stderr, status := program("-as", "mia", "-on", text)
		if status != 2 || stdout != "" || !strings.HasPrefix(stderr, "companyx: -on: ") {
			t.Errorf("-on %q: got %d %q %q, want 2 and what is wrong with -on", text, status, stdout, stderr)
		}
	}
}

func TestBadDocument(t *testing.T) {
	stdout, stderr, status := program("testdata/mistakes.json")
	if status != 2 || stdout != "" {
		t.Errorf("got %d %q, want 2 and no output", status, stdout)
	}
	golden(t, "mistakes.golden", stderr)

	for _, ask := range []string{"", "-as mia -on company", "-do account.view -on company"} {
		stdout, stderr, status = program(append(strings.Fields(ask), "testdata/absent.json")...)
		if status != 2 || stdout != "" || !strings.Contains(stderr, "absent.json") {
			t.Errorf("%q of an absent document: got %d %q %q, want 2 and its name", ask, status, stdout, stderr)
		}
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
