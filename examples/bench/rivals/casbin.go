package rivals

import (
	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	"github.com/casbin/casbin/v3/persist"

	"github.com/ambit-authz/ambit/examples/bench"
)

// A matcher that refers to no policy: a row for each team and group would be
// scanned at every question.
const casbinModel = `
[request_definition]
r = sub, obj
[policy_definition]
p = sub, obj
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, "all data") || g(r.sub, r.obj)
`

// casbinEngine has users in teams in groups as one graph of roles, and asks it
// once for each group of the account, which the application knows. A textbook
// model with a row of policy for each team and group is slower by far.
type casbinEngine struct {
	enforcer *casbin.SyncedEnforcer
	ids      ids
	groupsOf map[string][]string // groups by account
	inGroup  map[string][]string // accounts by group
	users    map[string]bool     // to tell them from teams
}

func newCasbin(w *bench.Workload) func() (bench.Engine, error) {
	return func() (bench.Engine, error) {
		m, err := model.NewModelFromString(casbinModel)
		if err != nil {
			return nil, err
		}
		enforcer, err := casbin.NewSyncedEnforcer(m)
		if err != nil {
			return nil, err
		}
		c := &casbinEngine{
			enforcer: enforcer, ids: newIDs(w), groupsOf: make(map[string][]string, len(w.Accounts)),
			inGroup: make(map[string][]string, len(w.Groups)), users: make(map[string]bool),
		}
		for g, in := range w.InGroup {
			group := c.ids.groups[g]
			for _, a := range in {
				account := c.ids.accounts[a]
				c.groupsOf[account] = append(c.groupsOf[account], group)
				c.inGroup[group] = append(c.inGroup[group], account)
			}
		}
		for _, u := range c.ids.users {
			c.users[u] = true
		}
		enforcer.SetAdapter(casbinTables{w})
		enforcer.EnableAutoSave(false)
		return c, enforcer.LoadPolicy()
	}
}

// casbinTables loads the graph.
type casbinTables struct{ *bench.Workload }

func (t casbinTables) LoadPolicy(m model.Model) error {
	var err error
	add := func(from, to string) {
		if err == nil {
			err = persist.LoadPolicyArray([]string{"g", from, to}, m)
		}
	}
	for _, u := range t.Users {
		if u.SeesAll {
			add(u.ID, "all data")
		}
		for _, m := range u.Teams {
			add(u.ID, t.Workload.Teams[m.Team].ID)
		}
	}
	for _, team := range t.Workload.Teams {
		for _, g := range team.Groups {
			add(team.ID, t.Workload.Groups[g].ID)
		}
	}
	return err
}

func (casbinTables) SavePolicy(model.Model) error                              { return nil }
func (casbinTables) AddPolicy(string, string, []string) error                  { return nil }
func (casbinTables) RemovePolicy(string, string, []string) error               { return nil }
func (casbinTables) RemoveFilteredPolicy(string, string, int, ...string) error { return nil }

// Decide asks at least once, since the role may see all data.
func (c *casbinEngine) Decide(q *bench.Question) bool {
	groups := c.groupsOf[q.Account]
	if len(groups) == 0 {
		return must(c.enforcer.Enforce(q.User, "no group"))
	}
	for _, g := range groups {
		if must(c.enforcer.Enforce(q.User, g)) {
			return true
		}
	}
	return false
}

func (c *casbinEngine) Accounts(user int) []string {
	var all []string
	seen := make(map[string]bool)
	for _, r := range must(c.enforcer.GetImplicitRolesForUser(c.ids.users[user])) {
		if r == "all data" {
			return append(all[:0], c.ids.accounts...)
		}
		for _, a := range c.inGroup[r] {
			if !seen[a] {
				seen[a] = true
				all = append(all, a)
			}
		}
	}
	return all
}

func (c *casbinEngine) Who(account int) []string {
	c.enforcer.GetLock().RLock()
	defer c.enforcer.GetLock().RUnlock()
	all := must(c.enforcer.Enforcer.GetRoleManager().GetUsers("all data"))
	seen := make(map[string]bool)
	for _, g := range c.groupsOf[c.ids.accounts[account]] {
		for _, u := range must(c.enforcer.Enforcer.GetImplicitUsersForRole(g)) {
			if c.users[u] && !seen[u] {
				seen[u] = true
				all = append(all, u)
			}
		}
	}
	return all
}

func (c *casbinEngine) Move(user, from, to int) {
	id := c.ids.users[user]
	if !must(c.enforcer.UpdateGroupingPolicy([]string{id, c.ids.teams[from]}, []string{id, c.ids.teams[to]})) {
		panic("casbin: the membership was not found")
	}
}
