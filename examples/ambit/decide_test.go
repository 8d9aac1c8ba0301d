package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestQuestions(t *testing.T) {
	t.Parallel()
	const before = " -asof 2019-06-01T00:00:00Z"
	tests := []struct {
		status int
		name   string
		args   string
		first  string // line of the answer
	}{
		{0, "all data needs no team", "decide -as ulf -do account.view -on account:new-app", "allow: role user"},
		{0, "one of two teams", "decide -as mia -do account.view -on account:uk-app", "allow: team uk, data group uk"},
		{0, "within the team of the account", "decide -as mia -team uk -do account.view -on account:uk-app", "allow: team uk, data group uk"},
		{1, "within the other team", "decide -as mia -team uk -do account.view -on account:us-app", "deny out-of-reach: us-app is in none of the data groups of team uk"},
		{1, "within a team of others", "decide -as mia -team us -do account.view -on account:us-app", "deny not-a-member: mia is not a current member of team us"},
		{1, "an account without a country", "decide -as mia -do account.view -on account:new-app", "deny out-of-reach: new-app is in none of mia's data groups"},
		{1, "a team-scoped user without a team", "decide -as nia -do account.view -on account:us-app", "deny out-of-reach: us-app is in none of nia's data groups"},
		{1, "suspended", "decide -as sue -do account.view -on account:us-app", "deny suspended: sue is suspended"},
		{1, "past the end of access", "decide -as leo -do account.view -on account:au-search", "deny ended: the access of leo has ended"},
		{0, "before the end of access", "decide -as leo -do account.view -on account:au-search" + before, "allow: team oceania, data group australia"},
		{0, "a report through a team", "decide -as ulf -do report.explore -on report:q3", "allow: explorer of the report, through team americas"},
		{1, "an admin without a grant", "decide -as ada -do report.view -on report:q3", "deny no-level: report q3 is not shared with ada"},
		{1, "a level too low", "decide -as tom -do report.delete -on report:europe", "deny level-too-low: level editor does not hold report.delete"},
		{1, "a data manager attaches nothing", "decide -as dan -do team.set-datagroups -on team:uk", "deny no-capability: role data-manager does not hold team.set-datagroups"},
		{1, "a user manager makes no admin", "decide -as uma -do role.grant -on role:admin", "deny above-ceiling: role user-manager does not manage role admin"},
		{1, "an unknown user", "decide -as eva -do account.view -on account:us-app", `deny unknown-user: there is no user eva; did you mean "eve"?`},
		{1, "an unknown action", "decide -as ada -do account.veiw -on account:us-app", `deny unknown-action: there is no action "account.veiw"; did you mean "account.view"?`},
		{1, "an empty user is nobody", "decide -as= -do account.view -on account:us-app", "deny no-subject: nobody is asking"},
		{1, "an empty team is not the company", "decide -as ada -team= -do account.view -on account:us-app", `deny unknown-session-team: there is no team "" to act within`},
		{1, "an empty action is not any", "decide -as ada -do= -on account:us-app", `deny unknown-action: there is no action ""`},
		{1, "a link of nobody", "decide -link= -do report.view -on report:q3", "deny no-subject: nobody is asking"},
		{1, "an unknown link", "decide -link xx -do report.view -on report:q3", "deny unknown-link: there is no link xx"},
		{1, "why says it first", "why -as sue -do account.view -on account:us-app", "deny suspended: sue is suspended"},
		{0, "who may see an account", "who -do account.view -on account:nz-app", "ada  allow: role admin"},
		{1, "nobody may see what is not there", "who -do account.view -on account:xx", "nobody may take account.view on account:xx"},
		{0, "what a viewer may do with an account", "list actions -as vic -on account:de-app", "account.view"},
		{1, "what a viewer may do with the company", "list actions -as vic -on company", "vic may do nothing on company"},
		{1, "what a member may do within another team", "list actions -as mia -team us -on account:us-app", "mia in team us may do nothing on account:us-app"},
		{1, "the accounts of a user without a team", "list accounts -as nia", "nia sees no account"},
		{1, "no report", "list reports -as nia -do report.delete", "nia may do that at no report"},
		{0, "the reports at which one may edit", "list reports -as tom -do report.edit", "europe"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := program(append(strings.Fields(test.args), companyx)...)
			first, _, _ := strings.Cut(got.stdout, "\n")
			if got.status != test.status || first != test.first || got.stderr != "" {
				t.Errorf("%s\n got %d %s%s\nwant %d %s", test.args, got.status, first, got.stderr, test.status, test.first)
			}
		})
	}
}

// TestNobodySays checks that a slip is told where an answer is empty.
func TestNobodySays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, want string }{
		{"who -do account.veiw -on account:us-app", `deny unknown-action: there is no action "account.veiw"; did you mean "account.view"?`},
		{"who -do= -on account:us-app", `deny unknown-action: there is no action ""`},
		{"who -do account.view -on acount:us-app", `deny unknown-kind: the catalog declares no kind "acount"; did you mean "account"?`},
		{"who -do account.view -on account:us-ap", `deny unknown-resource: there is no account "us-ap"; did you mean "us-app"?`},
		{"who -do account.view -on account:saturn", `deny unknown-resource: there is no account "saturn"`},
		{"who -do report.view -on report:q4", `deny unknown-resource: there is no report "q4"`},
		{"who -do report.view -on report:eurpoe", `deny unknown-resource: there is no report "eurpoe"; did you mean "europe"?`},
		{"who -do user.edit -on user:mio", `deny unknown-resource: there is no user "mio"; did you mean "mia"?`},
		{"who -do team.edit -on team:america", `deny unknown-resource: there is no team "america"; did you mean "americas"?`},
		{"who -do datagroup.edit -on group:canda", `deny unknown-resource: there is no group "canda"; did you mean "canada"?`},
		{"who -do role.grant -on role:vewer", `deny unknown-resource: there is no role "vewer"; did you mean "viewer"?`},
		{"who -do link.revoke -on link:q3-pres", `deny unknown-resource: there is no link "q3-pres"; did you mean "q3-press"?`},
		{"list accounts -as eva", `deny unknown-user: there is no user eva; did you mean "eve"?`},
		{"list accounts -as sue", "deny suspended: sue is suspended"},
		{"list accounts -as mia -team uuk", `deny unknown-session-team: there is no team "uuk" to act within; did you mean "uk"?`},
		{"list reports -as mia -do report.veiw", `deny unknown-action: there is no action "report.veiw"; did you mean "report.view"?`},
		{"list actions -as mia -on acount:us-app", `deny unknown-kind: the catalog declares no kind "acount"; did you mean "account"?`},
		{"list actions -as mia -on account:us-ap", `deny unknown-resource: there is no account "us-ap"; did you mean "us-app"?`},
		{"list actions -as mia -on report:eurpoe", `deny unknown-resource: there is no report "eurpoe"; did you mean "europe"?`},
	} {
		args := append(strings.Fields(test.args), companyx)
		got := program(args...)
		if _, told, _ := strings.Cut(got.stdout, "\n"); got.status != 1 || told != test.want+"\n" || got.stderr != "" {
			t.Errorf("%s: %+v, want 1 and %s", test.args, got, test.want)
		}
		got = program(append(args, "-format", "json")...)
		if got.status != 1 || got.stdout != "[]\n" || !strings.HasPrefix(got.stderr, "ambit: ") || !strings.HasSuffix(got.stderr, ": "+test.want+"\n") {
			t.Errorf("%s -format json: %+v, want 1, an empty list, and %s on standard error", test.args, got, test.want)
		}
	}
	for _, test := range []struct{ args, want string }{ // nothing is misspelt
		{"who -do owner.transfer -on user:mia", "nobody may take owner.transfer on user:mia\n"},
		{"list actions -as vic -on company", "vic may do nothing on company\n"},
		{"list actions -as mia -on report:board", "mia may do nothing on report:board\n"},
		{"list reports -as nia -do report.delete", "nia may do that at no report\n"},
	} {
		args := append(strings.Fields(test.args), companyx)
		if got, want := program(args...), (answered{test.want, "", 1}); got != want {
			t.Errorf("%s: got %+v, want %+v", test.args, got, want)
		}
		if got, want := program(append(args, "-format", "json")...), (answered{"[]\n", "", 1}); got != want {
			t.Errorf("%s -format json: got %+v, want %+v", test.args, got, want)
		}
	}
}

// TestMeant checks that a question which names what is not there is answered with
// what was probably meant, in words and in JSON.
func TestMeant(t *testing.T) {
	t.Parallel()
	policy := file(t, "policy.json", `{
		"catalog": {"extends": "company", "kinds": [{"name": "campaign", "in": "account", "actions": ["campaign.pause"]}], "grant": {"admin": ["campaign.pause"]}},
		"accounts": [{"id": "us-app", "source": "google"}], "reports": [{"id": "quarter"}],
		"users": [{"id": "ann", "email": "ann@example.com", "role": "admin"}]}`)
	for _, test := range []struct{ args, want string }{
		{"-as ann -do account.veiw -on account:us-app", "account.view"},
		{"-as ann -do campain.pause -on account:us-app", "campaign.pause"},
		{"-as ann -do account.view -on acount:us-app", "account"},
		{"-as=ann -do=campaign.pause -on=campain:c1", "campaign"},
		{"-as ann -do account.view -on account:us-ap", "us-app"},
		{"-as ann -do account.view -on account:US-APP", "us-app"},
		{"-as ann -do report.view -on report:quater", "quarter"},
		{"-as anm -do account.view -on account:us-app", "ann"},
		{"-as ann -do role.grant -on role:vewer", "viewer"},
		{"-as ann -do everything -on account:us-app", ""},
		{"-as ann -do account.view -on account:de-search", ""},
		{"-as bob -do account.view -on account:us-app", ""},
	} {
		for _, command := range []string{"decide", "why"} {
			args := append([]string{command, policy}, strings.Fields(test.args)...)
			got := program(args...)
			if _, told, _ := strings.Cut(got.stdout, "; did you mean "); got.status != 1 || got.stderr != "" || told != asMeant(test.want) {
				t.Errorf("%s %s: %+v, want 1 and %q meant", command, test.args, got, test.want)
			}
			var parsed struct{ Meant string }
			if got := program(append(args, "-format", "json")...); json.Unmarshal([]byte(got.stdout), &parsed) != nil || parsed.Meant != test.want {
				t.Errorf("%s %s: %+v, want %q meant", command, test.args, got, test.want)
			}
		}
	}
}

// asMeant returns the end of a line that names what was meant.
func asMeant(meant string) string {
	if meant == "" {
		return ""
	}
	return fmt.Sprintf("%q?\n", meant)
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"viewer", "view", "us", "de", "americas", "ab", "acb", "Ümlaut", ""}
	for _, test := range []struct{ word, want string }{
		{"viewer", "viewer"}, {"viewr", "view"}, {"vewer", "viewer"}, {"veiwer", "viewer"}, {"iewer", "viewer"}, {"vie", "view"}, {"viewe", "view"},
		{"VIEWER", "viewer"}, {"ümlat", "Ümlaut"}, {"amreicsa", "americas"}, {"amercs", "americas"}, {"amerc", ""},
		{"u", ""}, {"ux", ""}, {"abc", "ab"}, {"", ""}, {"something", ""}, {strings.Repeat("x", 1_000_000), ""},
	} {
		if got := nearest(test.word, names); got != test.want {
			t.Errorf("near %.20q is %q, want %q", test.word, got, test.want)
		}
	}
}

func TestMalformedResource(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "us-app", "account:", ":us-app"} {
		got := program("list", "actions", "-as", "mia", "-on", text, companyx)
		if got.status != 2 || got.stdout != "" || !strings.HasPrefix(got.stderr, "ambit: -on: ") {
			t.Errorf("-on %q: got %+v, want 2 and what is wrong with -on", text, got)
		}
	}
}
