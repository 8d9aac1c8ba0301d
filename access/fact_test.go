package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// factWorld has somebody for each sort of fact that a decision depends on.
const factWorld = `{
  "catalog": {"roles": [
    {"name": "boss", "data": "all", "minHolders": 1, "manages": ["boss", "single", "clerk", "guest"],
     "capabilities": ["account.view", "user.remove", "role.grant", "team.edit", "datagroup.edit", "budget.edit"]},
    {"name": "single", "maxHolders": 1},
    {"name": "clerk", "offered": true, "default": true, "capabilities": ["account.view", "budget.edit"]},
    {"name": "guest"}],
   "kinds": [{"name": "campaign", "in": "account", "actions": ["budget.edit"], "link": "budget.edit"}]},
  "attributes": {"country": "string", "size": "number"},
  "accounts": [{"id": "us-1", "source": "google", "country": "US", "size": 5}, {"id": "de-1", "source": "google", "country": "DE", "size": 5}],
  "groups": [{"id": "us", "filter": "country = 'US'"}, {"id": "large", "filter": "size > 9"}],
  "teams": [{"id": "t1", "groups": ["us", "large"], "members": [{"user": "ann"}]}, {"id": "t2"}],
  "users": [{"id": "ann", "role": "clerk"}, {"id": "bea", "role": "boss"}, {"id": "bob", "role": "boss"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "editor"}]}, {"id": "q2", "grants": [{"team": "t1", "level": "viewer"}]}],
  "links": [{"id": "l1", "maker": "ann", "action": "budget.edit", "resource": {"kind": "campaign", "id": "c1", "account": "us-1"}}]
}`

// factRow is a change of one fact, or some that undo each other, and what becomes of
// one question.
type factRow struct {
	name     string
	question string // subject | action | resource
	answers  string // before | after each change
	changes  []func(e *access.Edit)
}

const (
	annSees    = "ann | account.view | account:us-1"
	annSeesDE  = "ann | account.view | account:de-1"
	annAtItem  = "ann | budget.edit | campaign:c1 in account:us-1"
	annInTeam  = "ann in team t1 | account.view | account:us-1"
	annAtQ1    = "ann | report.edit | report:q1"
	annAtQ2    = "ann | report.view | report:q2"
	byLink     = "link l1 | budget.edit | campaign:c1 in account:us-1"
	beaRemoves = "bea | user.remove | user:bob"
)

func factUsers() []factRow {
	user := func(u document.User) func(e *access.Edit) {
		if u.ID == "" {
			u.ID, u.Role = "ann", "clerk"
		}
		return func(e *access.Edit) { e.SetUser(u) }
	}
	const past, future = "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"
	clerk, guest := user(document.User{}), user(document.User{ID: "ann", Role: "guest"})
	member := func(until string) func(e *access.Edit) {
		return func(e *access.Edit) { e.SetMember("t1", document.Member{User: "ann", Until: until}) }
	}
	out := func(e *access.Edit) { e.RemoveMember("t1", "ann") }
	return []factRow{
		{"role", annSees, "allow team | deny no-capability | allow team", []func(*access.Edit){guest, clerk}},
		{"role to one that sees all", annSeesDE, "deny out-of-reach | allow role | deny out-of-reach", []func(*access.Edit){user(document.User{ID: "ann", Role: "boss"}), clerk}},
		{"suspension", annSees, "allow team | deny suspended | allow team", []func(*access.Edit){user(document.User{ID: "ann", Role: "clerk", Suspended: true}), clerk}},
		{"end of access", annSees, "allow team | deny ended | allow team | allow team", []func(*access.Edit){
			user(document.User{ID: "ann", Role: "clerk", Until: past}), user(document.User{ID: "ann", Role: "clerk", Until: future}), clerk}},
		{"membership", annSees, "allow team | deny out-of-reach | allow team", []func(*access.Edit){out, member("")}},
		{"membership at an item", annAtItem, "allow team | deny out-of-reach | allow team", []func(*access.Edit){out, member("")}},
		{"membership in a session", annInTeam, "allow team | deny not-a-member | allow team", []func(*access.Edit){out, member("")}},
		{"end of a membership", annSees, "allow team | deny out-of-reach | allow team | allow team", []func(*access.Edit){member(past), member(future), member("")}},
		{"end of a membership in a session", annInTeam, "allow team | deny not-a-member | allow team", []func(*access.Edit){member(past), member("")}},
		{"user removed", annSees, "allow team | deny unknown-user | deny out-of-reach | allow team",
			[]func(*access.Edit){func(e *access.Edit) { e.RemoveUser("ann") }, clerk, member("")}},
		{"other holders of a role", beaRemoves, "allow role | deny last-holder | deny unknown-resource", []func(*access.Edit){
			user(document.User{ID: "bea", Role: "boss", Until: future}), func(e *access.Edit) { e.RemoveUser("bob") }}},
		{"room in a role", "bea | role.grant | role:single", "allow role | deny role-full | allow role", []func(*access.Edit){
			user(document.User{ID: "ann", Role: "single", Suspended: true}), clerk}},
	}
}

func factData() []factRow {
	groups := func(ids ...string) func(e *access.Edit) {
		return func(e *access.Edit) { e.SetTeam(document.Team{ID: "t1", Groups: ids}) }
	}
	filter := func(id, text string) func(e *access.Edit) {
		return func(e *access.Edit) { e.SetGroup(document.Group{ID: id, Filter: text}) }
	}
	account := func(country string, size float64) func(e *access.Edit) {
		return func(e *access.Edit) {
			e.SetAccount(document.Account{ID: "us-1", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text(country), "size": datagroup.Number(size)}})
		}
	}
	return []factRow{
		{"a team's data groups", annSees, "allow team | deny out-of-reach | allow team", []func(*access.Edit){groups("large"), groups("us")}},
		{"filter", annSees, "allow team | deny out-of-reach | allow team", []func(*access.Edit){filter("us", "country = 'DE'"), filter("us", "country = 'US'")}},
		{"filter over numbers", annSeesDE, "deny out-of-reach | allow team | deny out-of-reach", []func(*access.Edit){filter("large", "size > 4"), filter("large", "size > 5")}},
		{"attribute of an account", annSees, "allow team | deny out-of-reach | allow team", []func(*access.Edit){account("DE", 5), account("US", 5)}},
		{"number of an account", annSees, "allow team | deny out-of-reach | allow team | deny out-of-reach", []func(*access.Edit){account("DE", 5), account("DE", 10), account("DE", 9)}},
		{"account removed", annSees, "allow team | deny unknown-resource | allow team", []func(*access.Edit){func(e *access.Edit) { e.RemoveAccount("us-1") }, account("US", 5)}},
		{"data group removed", annSees, "allow team | deny out-of-reach | deny out-of-reach | allow team", []func(*access.Edit){
			func(e *access.Edit) { e.RemoveGroup("us") }, filter("us", "country = 'US'"), groups("us")}},
		{"team removed", annSees, "allow team | deny out-of-reach | deny out-of-reach | allow team", []func(*access.Edit){
			func(e *access.Edit) { e.RemoveTeam("t1") }, groups("us"), func(e *access.Edit) { e.SetMember("t1", document.Member{User: "ann"}) }}},
		{"team removed under a session", annInTeam, "allow team | deny unknown-session-team", []func(*access.Edit){func(e *access.Edit) { e.RemoveTeam("t1") }}},
	}
}

func factReports() []factRow {
	const past = "2026-01-01T00:00:00Z"
	grant := func(r access.ReportID, g document.Grant) func(e *access.Edit) {
		return func(e *access.Edit) { e.SetGrant(r, g) }
	}
	link := func(l document.Link) func(e *access.Edit) {
		l.ID, l.Maker, l.Action, l.Resource = "l1", "ann", "budget.edit", access.Kind("campaign").Resource("c1", "us-1").Entry()
		return func(e *access.Edit) { e.SetLink(l) }
	}
	suspended := func(is bool) func(e *access.Edit) {
		return func(e *access.Edit) { e.SetUser(document.User{ID: "ann", Role: "clerk", Suspended: is}) }
	}
	catalog := func(capabilities ...role.Action) func(e *access.Edit) {
		return func(e *access.Edit) {
			c, err := role.NewCatalog([]role.Role{{Name: "boss"}, {Name: "guest"}, {Name: "clerk", Capabilities: capabilities}})
			if err != nil {
				panic(err)
			}
			e.SetCatalog(c)
		}
	}
	return []factRow{
		{"level", annAtQ1, "allow grant | deny level-too-low | allow grant", []func(*access.Edit){
			grant("q1", document.Grant{User: "ann", Level: "viewer"}), grant("q1", document.Grant{User: "ann", Level: "creator"})}},
		{"end of a grant", annAtQ1, "allow grant | deny no-level | allow grant", []func(*access.Edit){
			grant("q1", document.Grant{User: "ann", Level: "editor", Until: past}), grant("q1", document.Grant{User: "ann", Level: "editor"})}},
		{"grant", annAtQ1, "allow grant | deny no-level", []func(*access.Edit){func(e *access.Edit) { e.RemoveGrant("q1", document.Grant{User: "ann"}) }}},
		{"grant of a team", annAtQ2, "allow grant | deny no-level | allow grant", []func(*access.Edit){
			func(e *access.Edit) { e.RemoveGrant("q2", document.Grant{Team: "t1"}) }, grant("q2", document.Grant{Team: "t1", Level: "viewer"})}},
		{"membership of a team with a grant", annAtQ2, "allow grant | deny no-level", []func(*access.Edit){func(e *access.Edit) { e.RemoveMember("t1", "ann") }}},
		{"report removed", annAtQ1, "allow grant | deny unknown-resource", []func(*access.Edit){func(e *access.Edit) { e.RemoveReport("q1") }}},
		{"link ended", byLink, "allow link | deny link-ended", []func(*access.Edit){link(document.Link{Ended: true})}},
		{"link expired", byLink, "allow link | deny link-expired | allow link", []func(*access.Edit){link(document.Link{Until: past}), link(document.Link{})}},
		{"link forgotten", byLink, "allow link | deny unknown-link", []func(*access.Edit){func(e *access.Edit) { e.RemoveLink("l1") }}},
		{"maker of a link", byLink, "allow link | deny link-paused | allow link", []func(*access.Edit){suspended(true), suspended(false)}},
		{"maker of a link removed", byLink, "allow link | deny link-ended", []func(*access.Edit){func(e *access.Edit) { e.RemoveUser("ann") }}},
		{"catalog", annSees, "allow team | deny no-capability | allow team", []func(*access.Edit){catalog(), catalog("account.view")}},
		{"kinds of a catalog", annAtItem, "allow team | deny unknown-action", []func(*access.Edit){catalog("account.view")}},
	}
}

// TestNothingIsRemembered asks one question before and after each change of a fact:
// the answer is that of the facts as they are, and every policy on the way goes on
// giving its own. What is listed agrees each time.
func TestNothingIsRemembered(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, row := range slices.Concat(factUsers(), factData(), factReports()) {
		t.Run(row.name, func(t *testing.T) {
			p, err := access.Load([]byte(factWorld), &access.Config{Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			policies, want := []*access.Policy{p}, strings.Split(row.answers, " | ")
			for i := range want {
				if i > 0 {
					policies = append(policies, edited(t, policies[i-1], row.changes[i-1]))
				}
				for j, p := range policies {
					if got := answer(t, p, row.question); got != want[j] {
						t.Errorf("after change %d, the policy after change %d: %s, want %s", i, j, got, want[j])
					}
				}
			}
			if len(want) != len(row.changes)+1 {
				t.Errorf("%d answers for %d changes", len(want), len(row.changes))
			}
		})
	}
}

// TestClockIsNotRemembered asks one policy at several instants, to and fro.
func TestClockIsNotRemembered(t *testing.T) {
	t.Parallel()
	now := time.Time{}
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	p, err := access.Load([]byte(factWorld), &access.Config{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	p = edited(t, p, func(e *access.Edit) {
		e.SetMember("t1", document.Member{User: "ann", Until: end.Format(time.RFC3339)})
	})
	for i, want := range []string{"allow team", "deny out-of-reach", "allow team", "deny out-of-reach"} {
		now = end.Add(time.Duration(i%2 - 1))
		if got := answer(t, p, annSees); got != want {
			t.Errorf("%v: %s, want %s", now, got, want)
		}
	}
}

// answer asks a question, and fails the test unless who may, what a subject sees
// and the two ways of Decide agree about it.
func answer(t *testing.T, p *access.Policy, question string) string {
	t.Helper()
	parts := strings.Split(question, " | ")
	s, a, r := subjectCalled(parts[0]), access.Action(parts[1]), resourceCalled(t, parts[2])
	d := p.Decide(s, a, r)
	if general := access.DecideGenerally(p, s, a, r); d != general {
		t.Errorf("%v; by the steps alone %v", d, general)
	}
	var who []string
	for u := range p.Directory().Users() {
		if p.Decide(access.User(u.ID), a, r).Allowed {
			who = append(who, string(u.ID))
		}
	}
	whoIs(t, p, a, r, who)
	if a == access.ViewAccount {
		if v := p.View(s); v.Sees(datagroup.AccountID(r.ID())) != d.Allowed || v.Empty() != (v.Len() == 0) {
			t.Errorf("%v, and %v sees %d accounts", d, s, v.Len())
		}
	}
	if d.Allowed {
		return "allow " + string(d.Reason)
	}
	return "deny " + string(d.Reason)
}
