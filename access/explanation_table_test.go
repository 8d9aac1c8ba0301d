package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// routesWorld has a company with somebody to ask for each remedy. At the
// instant of the questions, 2026-06-01, what ends on 2026-01-01 has ended.
const routesWorld = `{
  "catalog": {"extends": "company", "kinds": [{"name": "campaign", "in": "account", "actions": ["recording.view"], "link": "recording.view"}]},
  "attributes": {"country": "string"},
  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"},
               {"id": "fr-1", "source": "google", "country": "FR"}, {"id": "xx-1", "source": "google"}],
  "groups": [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "country = 'DE'"}],
  "teams": [
    {"id": "americas", "groups": ["us"], "members": [{"user": "ann", "until": "2027-01-01T00:00:00Z"}, {"user": "old", "until": "2026-01-01T00:00:00Z"}]},
    {"id": "emea", "groups": ["de"], "members": [{"user": "uma"}]},
    {"id": "empty", "members": [{"user": "ann"}]}],
  "users": [
    {"id": "root", "email": "root@example.com", "role": "admin"},
    {"id": "uma", "email": "uma@example.com", "role": "user-manager"},
    {"id": "ann", "email": "ann@example.com"},
    {"id": "old", "email": "old@example.com"},
    {"id": "sue", "email": "sue@example.com", "suspended": true},
    {"id": "end", "email": "end@example.com", "until": "2026-01-01T00:00:00Z"}],
  "reports": [{"id": "q3", "grants": [
    {"user": "root", "level": "creator"}, {"user": "ann", "level": "viewer", "until": "2028-01-01T00:00:00Z"},
    {"user": "old", "level": "editor", "until": "2026-01-01T00:00:00Z"},
    {"team": "americas", "level": "explorer"}, {"team": "empty", "level": "viewer"}]}],
  "links": [
    {"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
    {"id": "l2", "maker": "uma", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
    {"id": "l3", "maker": "sue", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
    {"id": "l4", "maker": "root", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
    {"id": "l5", "maker": "ann", "session": "empty", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}]
}`

// explanations has questions and how each is explained.
const explanations = `
>>> ann | account.view | account:us-1
allow: team americas, data group us
  routes
    role team-member: it sees only the data of the user's teams
    team americas, data group us, until 2027-01-01T00:00:00Z: open
    team empty: the team has no data group
>>> ann | account.view | account:de-1
deny out-of-reach: de-1 is in none of ann's data groups
  routes
    role team-member: it sees only the data of the user's teams
    team americas, data group us, until 2027-01-01T00:00:00Z: the filter country = 'US' is false for it
    team empty: the team has no data group
  what would help
    add ann to team emea, which sees it: root, uma may
    attach data group de, which matches it, to team americas: root, uma may
    attach data group de, which matches it, to team empty: root, uma may
>>> ann | account.view | account:fr-1
deny out-of-reach: fr-1 is in none of ann's data groups
  routes
    role team-member: it sees only the data of the user's teams
    team americas, data group us, until 2027-01-01T00:00:00Z: the filter country = 'US' is false for it
    team empty: the team has no data group
  what would help
    define a data group that matches it, and attach it to a team: root may
>>> ann | recording.view | campaign:c1 in account:xx-1
deny no-capability: role team-member does not hold recording.view
  routes
    role team-member: it sees only the data of the user's teams
    team americas, data group us, until 2027-01-01T00:00:00Z: the filter country = 'US' is unknown for it
    team empty: the team has no data group
>>> ann | account.view | account:zz
deny unknown-resource: there is no account "zz"
>>> ann | account.view | account:xx-1
deny out-of-reach: xx-1 is in none of ann's data groups
  routes
    role team-member: it sees only the data of the user's teams
    team americas, data group us, until 2027-01-01T00:00:00Z: the filter country = 'US' is unknown for it
    team empty: the team has no data group
  what would help
    fill in country of account xx-1, if you know it: root may
    define a data group that matches it, and attach it to a team: root may
>>> old | account.view | account:us-1
deny out-of-reach: us-1 is in none of old's data groups
  routes
    role team-member: it sees only the data of the user's teams
    team americas, data group us, until 2026-01-01T00:00:00Z: the membership has ended
  what would help
    add old to team americas, which sees it: root, uma may
>>> ann in team empty | account.view | account:us-1
deny out-of-reach: us-1 is in none of the data groups of team empty
  routes
    role team-member: a session sees only the data of its team
    team empty: the team has no data group
  what would help
    attach data group us, which matches it, to team empty: root, uma may
>>> uma | account.view | account:us-1
allow: role user-manager
  routes
    role user-manager: open
    team emea, data group de: the filter country = 'DE' is false for it
>>> uma in team emea | account.view | account:us-1
deny out-of-reach: us-1 is in none of the data groups of team emea
  routes
    role user-manager: a session sees only the data of its team
    team emea, data group de: the filter country = 'DE' is false for it
  what would help
    attach data group us, which matches it, to team emea: root may
>>> ann | source.edit | account:us-1
deny no-capability: role team-member does not hold source.edit
  routes
    role team-member: it sees only the data of the user's teams
    team americas, data group us, until 2027-01-01T00:00:00Z: open
    team empty: the team has no data group
  what would help
    give ann the role data-manager: root, uma may
    give ann the role editor: root, uma may
    give ann the role admin: root may
    let somebody else do it: root may
>>> ann | report.edit | report:q3
deny level-too-low: level explorer does not hold report.edit
  routes
    explorer, through team americas, until 2027-01-01T00:00:00Z: explorer does not hold report.edit
    viewer, shared directly, until 2028-01-01T00:00:00Z: viewer does not hold report.edit
    viewer, through team empty: viewer does not hold report.edit
  what would help
    share report q3 with ann as editor: root may
>>> uma | report.view | report:q3
deny no-level: report q3 is not shared with uma
  what would help
    share report q3 with uma as viewer: ann, root may
>>> old | report.view | report:q3
deny no-level: report q3 is not shared with old
  routes
    editor, shared directly, until 2026-01-01T00:00:00Z: the grant has ended
    explorer, through team americas, until 2026-01-01T00:00:00Z: the membership has ended
  what would help
    share report q3 with old as viewer: ann, root may
>>> ann | report.view | report:q3
allow: explorer of the report, through team americas
  routes
    explorer, through team americas, until 2027-01-01T00:00:00Z: open
    viewer, shared directly, until 2028-01-01T00:00:00Z: open
    viewer, through team empty: open
>>> sue | account.view | account:us-1
deny suspended: sue is suspended
  what would help
    reinstate sue: root, uma may
>>> end | account.view | account:us-1
deny ended: the access of end has ended
  what would help
    extend the access of end: root, uma may
>>> ann in team emea | account.view | account:us-1
deny not-a-member: ann is not a current member of team emea
  what would help
    add ann to team emea: root, uma may
>>> ann | team.edit | team:emea
deny no-capability: role team-member does not hold team.edit
  what would help
    give ann the role user-manager: root, uma may
    give ann the role admin: root may
    let somebody else do it: root, uma may
>>> link l1 | report.view | report:q3
allow: link l1 is live
  its maker
    allow: explorer of the report, through team americas
      routes
        explorer, through team americas, until 2027-01-01T00:00:00Z: open
        viewer, shared directly, until 2028-01-01T00:00:00Z: open
        viewer, through team empty: open
>>> link l2 | report.view | report:q3
deny link-paused: the maker of link l2 would be denied now, at the capability step
  its maker
    deny no-level: report q3 is not shared with uma
      what would help
        share report q3 with uma as viewer: ann, root may
>>> link l3 | report.view | report:q3
deny link-paused: the maker of link l3 would be denied now, at the subject step
  its maker
    deny suspended: sue is suspended
      what would help
        reinstate sue: root, uma may
>>> uma | user.remove | user:root
deny above-ceiling: role user-manager does not manage the role of root
>>> uma | user.remove | user:uma
deny self: users may not do this to themselves
  what would help
    let somebody else do it: root may
>>> ann | link.revoke | link:l4
deny out-of-reach: only the maker of link l4, a creator of its report, or someone who may remove the maker may do this
  what would help
    let somebody else do it: root may
>>> uma | role.grant | role:admin
deny above-ceiling: role user-manager does not manage role admin
  what would help
    let somebody else do it: root may
>>> ann | report.view | report:q9
deny unknown-resource: there is no report "q9"
>>> ann | account.view | team:emea
deny wrong-kind: account.view cannot be asked of team:emea
`

func TestExplain(t *testing.T) {
	p := access.MustLoad(routesWorld).At(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	for _, block := range strings.Split(strings.TrimSpace(explanations), ">>> ")[1:] {
		name, want, _ := strings.Cut(strings.TrimSpace(block), "\n")
		t.Run(name, func(t *testing.T) {
			q := strings.Split(name, " | ")
			s, a, r := subjectCalled(q[0]), access.Action(q[1]), resourceCalled(t, q[2])
			e := p.Explain(s, a, r)
			if got := e.String(); got != want {
				t.Errorf("explained as\n%s\nwant\n%s", got, want)
			}
			checkExplanation(t, p, e)
		})
	}
}

// checkExplanation compares an explanation with what Decide says: to the
// question, and to every remedy's.
func checkExplanation(t *testing.T, p *access.Policy, e access.Explanation) {
	t.Helper()
	d := e.Decision
	if got := p.Decide(d.Subject, d.Action, d.Resource); got != d {
		t.Errorf("Decide says %v", got)
	}
	open := slices.IndexFunc(e.Routes, func(r access.Route) bool { return r.Open })
	if d.Allowed && len(e.Routes) > 0 && (open < 0 || e.Routes[open].Reason != d.Reason || e.Routes[open].Team != d.Team || e.Routes[open].Group != d.Group) {
		t.Errorf("the first open route is number %d of %v", open, e.Routes)
	}
	if d.Allowed && len(e.Remedies) > 0 || len(e.Remedies) > 8 {
		t.Errorf("%d remedies", len(e.Remedies))
	}
	for _, r := range e.Remedies {
		if !slices.IsSorted(r.By) || slices.Contains(r.By, d.Subject.User()) {
			t.Errorf("%s: by %q", r.Change, r.By)
		}
		for _, u := range r.By {
			if got := p.Decide(access.User(u), r.Action, r.Resource); !got.Allowed {
				t.Errorf("%s: %v", r.Change, got)
			}
		}
	}
}

// TestManyRemedies has more ways to help than are listed, and more helpers
// than are named.
func TestManyRemedies(t *testing.T) {
	base := access.MustLoad(routesWorld)
	e := base.Edit()
	german, _ := base.Directory().Group("de")
	e.SetGroup(document.Group{ID: "also-de", Filter: german.Filter.String()})
	for _, n := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		e.SetTeam(document.Team{ID: n, Groups: []string{"de"}})
		e.SetUser(newUser(func(u *document.User) {
			u.ID, u.Role, u.Email = n, "user-manager", n+"@example.com"
		}))
	}
	p, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	x := p.Explain(access.User("ann"), "account.view", access.Account("de-1"))
	if len(x.Remedies) != 8 {
		t.Fatalf("%d remedies, want 8", len(x.Remedies))
	}
	if got, want := x.Remedies[0].String(), "add ann to team a, which sees it: a, b, c, d, e and 6 more may"; got != want {
		t.Errorf("the first remedy is %q, want %q", got, want)
	}
	checkExplanation(t, p, x)
}

// TestManyRoles has more roles that would do than are listed.
func TestManyRoles(t *testing.T) {
	var roles []string
	for _, n := range []string{"b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		roles = append(roles, `{"name": "`+n+`", "capabilities": ["budget.edit"]}`)
	}
	p := access.MustLoad(`{"catalog": {"roles": [{"name": "a"}, ` + strings.Join(roles, ",") + `], "kinds": [{"name": "company", "actions": ["budget.edit"]}]}, "users": [
		{"id": "ann", "email": "ann@example.com", "role": "a"}, {"id": "bea", "email": "bea@example.com", "role": "b"}]}`)
	e := p.Explain(access.User("ann"), "budget.edit", access.Company())
	checkExplanation(t, p, e)
	if len(e.Remedies) != 8 || e.Remedies[7].Action != "budget.edit" {
		t.Errorf("remedies = %v", e.Remedies)
	}
}
