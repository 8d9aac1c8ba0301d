package access_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// law checks a property of random worlds and their policies.
func law(t *testing.T, check func(t *rapid.T, w *world, p *access.Policy)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		w := draw{t}.world()
		check(t, w, w.compile(t))
	})
}

func inCompany(id string) who      { return who{user: id} }
func inSession(id, t string) who   { return who{user: id, session: true, team: t} }
func accountThing(id string) thing { return thing{kind: "account", id: id} }

// seen returns the ids in the view of s, sorted.
func seen(p *access.Policy, s who) []string { return ids(p.View(s.subject()).Accounts()) }

// union returns the elements of all sets, sorted, each once.
func union(sets ...[]string) []string {
	all := slices.Concat(sets...)
	slices.Sort(all)
	return slices.Compact(all)
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(e string) bool { return !slices.Contains(b, e) })
}

// holds returns the ids of the accounts that match the group's filter, by
// looking at nothing but the policy's own accounts and the filter.
func holds(p *access.Policy, g string) []string {
	group, _ := p.Directory().Group(datagroup.ID(g))
	var all []string
	for a := range p.Directory().Accounts() {
		if group.Filter.Match(a) == datagroup.True {
			all = append(all, string(a.ID()))
		}
	}
	return all
}

// TestTeamAccessIsTheUnionOfItsGroups: in a session a member sees what the
// team's data groups match, whatever his role.
func TestTeamAccessIsTheUnionOfItsGroups(t *testing.T) {
	var hits branches
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		for _, name := range sortedKeys(w.teams) {
			var want [][]string
			for _, g := range w.teams[name].groups {
				want = append(want, holds(p, g))
			}
			for _, u := range sortedKeys(w.users) {
				s := inSession(u, name)
				if w.subjectStep(s) != "" || !w.roleOf(u).can("account.view") {
					continue
				}
				if got := seen(p, s); !slices.Equal(got, union(want...)) {
					t.Fatalf("%v sees %v; the groups of the team hold %v", s.subject(), got, want)
				}
				hits.hit("session")
				if len(want) > 1 && w.roleOf(u).all {
					hits.hit("all data, several groups")
				}
			}
		}
	})
	hits.want(t, "session", "all data, several groups")
}

// TestUserAccessIsTheUnionOfHisTeams: who does not see all data sees what his
// current teams hold, and who does sees everything.
func TestUserAccessIsTheUnionOfHisTeams(t *testing.T) {
	var hits branches
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		for _, u := range sortedKeys(w.users) {
			if w.subjectStep(inCompany(u)) != "" || !w.roleOf(u).can("account.view") {
				continue
			}
			want := sortedKeys(w.accounts)
			if !w.roleOf(u).all {
				want = nil
				for _, name := range sortedKeys(w.teams) {
					for _, g := range w.teams[name].groups {
						if w.member(u, name) {
							want = union(want, holds(p, g))
						}
					}
				}
				hits.hit("by teams")
			}
			if got := seen(p, inCompany(u)); !slices.Equal(got, want) {
				t.Fatalf("%s sees %v, want %v\n%s", u, got, want, printed(t, w.document()))
			}
		}
	})
	hits.want(t, "by teams")
}

// TestSessionsMakeUpCompanyLevel: what a user of team scope sees at company
// level is what he sees in all his sessions together, and no session of one
// who sees all data goes beyond that.
func TestSessionsMakeUpCompanyLevel(t *testing.T) {
	var hits branches
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		for _, u := range sortedKeys(w.users) {
			if w.subjectStep(inCompany(u)) != "" {
				continue
			}
			var sessions []string
			for _, name := range sortedKeys(w.teams) {
				sessions = union(sessions, seen(p, inSession(u, name)))
			}
			company := seen(p, inCompany(u))
			switch {
			case !subset(sessions, company):
				t.Fatalf("%s: the sessions see %v, company level %v", u, sessions, company)
			case !w.roleOf(u).all && !slices.Equal(sessions, company):
				t.Fatalf("%s: the sessions see %v, company level %v", u, sessions, company)
			case len(sessions) > 0 && len(sessions) < len(company):
				hits.hit("narrower")
			case !w.roleOf(u).all && len(sessions) > 1:
				hits.hit("by teams")
			}
		}
	})
	hits.want(t, "narrower", "by teams")
}

func (w *world) roleOf(u string) modelRole {
	r, _ := w.catalog.role(w.users[u].role)
	return r
}
