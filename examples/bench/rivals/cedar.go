package rivals

import (
	"context"
	"sync"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/batch"

	"github.com/ambit-authz/ambit/examples/bench"
)

const cedarPolicies = `
permit (principal is User, action == Action::"view", resource is Account)
when { principal.all };

permit (principal is User, action == Action::"view", resource is Account)
when { resource in principal.teams };
`

var cedarView = types.NewEntityUID("Action", "view")

// cedarEngine has two policies over entities under a lock. The application
// works out which teams see an account and makes them its parents, since
// cedar-go climbs parents one by one. Lists ask about every candidate, by its
// batch package.
type cedarEngine struct {
	mu              sync.RWMutex
	policies        *cedar.PolicySet
	entities        types.EntityMap
	users, accounts []types.Value
	tables          *bench.Workload
	teams           [][]int32 // by user
}

func newCedar(w *bench.Workload) func() (bench.Engine, error) {
	return func() (bench.Engine, error) {
		policies, err := cedar.NewPolicySetFromBytes("view.cedar", []byte(cedarPolicies))
		if err != nil {
			return nil, err
		}
		c := &cedarEngine{policies: policies, tables: w, entities: make(types.EntityMap, len(w.Users)+len(w.Accounts))}
		for i := range w.Users {
			var teams []int32
			for _, m := range w.Users[i].Teams {
				teams = append(teams, m.Team)
			}
			c.teams = append(c.teams, teams)
			c.users = append(c.users, c.setUser(i))
		}
		groupTeams, accountGroups := inverse(len(w.Groups), teamGroups(w)), inverse(len(w.Accounts), w.InGroup)
		for i := range w.Accounts {
			var parents []types.EntityUID
			for _, g := range accountGroups[i] {
				for _, t := range groupTeams[g] {
					parents = append(parents, c.team(t))
				}
			}
			uid := types.NewEntityUID("Account", types.String(w.Accounts[i].ID))
			c.entities[uid] = types.Entity{UID: uid, Parents: types.NewEntityUIDSet(parents...)}
			c.accounts = append(c.accounts, uid)
		}
		return c, nil
	}
}

func (c *cedarEngine) team(row int32) types.EntityUID {
	return types.NewEntityUID("Team", types.String(c.tables.Teams[row].ID))
}

// setUser writes the entity of a user.
func (c *cedarEngine) setUser(row int) types.EntityUID {
	u := &c.tables.Users[row]
	var teams []types.Value
	for _, t := range c.teams[row] {
		teams = append(teams, c.team(t))
	}
	uid := types.NewEntityUID("User", types.String(u.ID))
	c.entities[uid] = types.Entity{UID: uid, Attributes: types.NewRecord(types.RecordMap{
		"all": types.Boolean(u.SeesAll), "teams": types.NewSet(teams...),
	})}
	return uid
}

func (c *cedarEngine) Decide(q *bench.Question) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	decision, diagnostic := cedar.Authorize(c.policies, c.entities, cedar.Request{
		Principal: types.NewEntityUID("User", types.String(q.User)), Action: cedarView,
		Resource: types.NewEntityUID("Account", types.String(q.Account)),
	})
	if len(diagnostic.Errors) > 0 {
		panic(diagnostic.Errors[0].Message)
	}
	return decision == cedar.Allow
}

func (c *cedarEngine) Accounts(user int) []string {
	request := batch.Request{
		Principal: c.users[user].(types.EntityUID), Action: cedarView, Resource: batch.Variable("account"),
		Variables: batch.Variables{"account": c.accounts},
	}
	return c.allowed(request, func(r batch.Result) types.EntityUID { return r.Request.Resource })
}

func (c *cedarEngine) Who(account int) []string {
	request := batch.Request{
		Principal: batch.Variable("user"), Action: cedarView, Resource: c.accounts[account].(types.EntityUID),
		Variables: batch.Variables{"user": c.users},
	}
	return c.allowed(request, func(r batch.Result) types.EntityUID { return r.Request.Principal })
}

func (c *cedarEngine) allowed(request batch.Request, of func(batch.Result) types.EntityUID) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	request.Context = types.Record{}
	var all []string
	check(batch.Authorize(context.Background(), c.policies, c.entities, request, func(r batch.Result) error {
		if r.Decision == types.Allow {
			all = append(all, string(of(r).ID))
		}
		return nil
	}))
	return all
}

func (c *cedarEngine) Move(user, from, to int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, t := range c.teams[user] {
		if t == int32(from) {
			c.teams[user][i] = int32(to)
		}
	}
	c.setUser(user)
}
