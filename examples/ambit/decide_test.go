package main

import (
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
		{1, "an unknown user", "decide -as eva -do account.view -on account:us-app", "deny unknown-user: there is no user eva"},
		{1, "an unknown action", "decide -as ada -do account.veiw -on account:us-app", `deny unknown-action: there is no action "account.veiw"`},
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
		{"who -do account.veiw -on account:us-app", `deny unknown-action: there is no action "account.veiw"`},
		{"list accounts -as eva", "deny unknown-user: there is no user eva"},
		{"list accounts -as sue", "deny suspended: sue is suspended"},
	} {
		if got := program(append(strings.Fields(test.args), companyx)...); got.status != 1 || !strings.Contains(got.stdout, "\n"+test.want+"\n") {
			t.Errorf("%s: %+v, want 1 and %s", test.args, got, test.want)
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
