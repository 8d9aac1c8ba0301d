package access_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// union returns the elements of all sets, sorted, each once.
func union(sets ...[]string) []string {
	all := slices.Concat(sets...)
	slices.Sort(all)
	return slices.Compact(all)
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(e string) bool { return !slices.Contains(b, e) })
}

// matched returns the ids of the accounts that match the group's filter, by
// looking only at the accounts of the policy and at the filter.
func matched(p *access.Policy, g string) []string {
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
// team's data groups match, whatever their role.
func TestTeamAccessIsTheUnionOfItsGroups(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "session", "all data, several groups") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			for _, name := range model.SortedKeys(w.Teams) {
				var want [][]string
				for _, g := range w.Teams[name].Groups {
					want = append(want, matched(p, g))
				}
				for _, u := range model.SortedKeys(w.Users) {
					s := model.InSession(u, name)
					if w.SubjectStep(s) != "" || !model.Holds(w.RoleOf(u), "account.view") {
						continue
					}
					if got := seen(p, s); !slices.Equal(got, union(want...)) {
						t.Fatalf("%v sees %v; the data groups of the team match %v", s.Access(), got, want)
					}
					hits.Hit("session")
					if len(want) > 1 && model.SeesAll(w.RoleOf(u)) {
						hits.Hit("all data, several groups")
					}
				}
			}
		})
	}
}

// TestUserAccessIsTheUnionOfTheirTeams: a user who does not see all data sees
// what their current teams see; a user who does, sees everything.
func TestUserAccessIsTheUnionOfTheirTeams(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "by teams") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			for _, u := range model.SortedKeys(w.Users) {
				if w.SubjectStep(model.InCompany(u)) != "" || !model.Holds(w.RoleOf(u), "account.view") {
					continue
				}
				want := model.SortedKeys(w.Accounts)
				if !model.SeesAll(w.RoleOf(u)) {
					want = nil
					for _, name := range model.SortedKeys(w.Teams) {
						for _, g := range w.Teams[name].Groups {
							if w.Member(u, name) {
								want = union(want, matched(p, g))
							}
						}
					}
					hits.Hit("by teams")
				}
				if got := seen(p, model.InCompany(u)); !slices.Equal(got, want) {
					t.Fatalf("%s sees %v, want %v\n%s", u, got, want, model.Print(t, w.Document()))
				}
			}
		})
	}
}

// TestSessionsMakeUpCompanyLevel: what a user of team scope sees at company
// level is what they see in all their sessions together. No session of a user
// who sees all data goes beyond company level.
func TestSessionsMakeUpCompanyLevel(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "narrower", "by teams") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			for _, u := range model.SortedKeys(w.Users) {
				if w.SubjectStep(model.InCompany(u)) != "" {
					continue
				}
				var sessions []string
				for _, name := range model.SortedKeys(w.Teams) {
					sessions = union(sessions, seen(p, model.InSession(u, name)))
				}
				company := seen(p, model.InCompany(u))
				switch {
				case !subset(sessions, company):
					t.Fatalf("%s: the sessions see %v, company level %v", u, sessions, company)
				case !model.SeesAll(w.RoleOf(u)) && !slices.Equal(sessions, company):
					t.Fatalf("%s: the sessions see %v, company level %v", u, sessions, company)
				case len(sessions) > 0 && len(sessions) < len(company):
					hits.Hit("narrower")
				case !model.SeesAll(w.RoleOf(u)) && len(sessions) > 1:
					hits.Hit("by teams")
				}
			}
		})
	}
}
