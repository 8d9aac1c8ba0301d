package rivals

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/ambit-authz/ambit/examples/bench"
)

const opaPolicy = `package view

default allow := false

allow if data.users[input.user].all

allow if {
	mine := data.users[input.user].teams
	some g in data.groups_of[input.account]
	some t in data.teams_with[g]
	mine[t]
}

accounts contains a if {
	data.users[input.user].all
	some a in data.accounts
}

accounts contains a if {
	some t, _ in data.users[input.user].teams
	some g in data.teams[t]
	some a in data.groups[g]
}

who contains u if some u in data.all

who contains u if {
	some g in data.groups_of[input.account]
	some t in data.teams_with[g]
	some u, _ in data.members[t]
}
`

// opaEngine has prepared queries over data in OPA's store in memory, with an
// index for each direction. Its values are plain Go ones: the store that keeps
// them parsed answers in the same time, and takes twenty times as long to write.
type opaEngine struct {
	store                storage.Store
	allow, accounts, who rego.PreparedEvalQuery
	ids                  ids
}

func newOPA(w *bench.Workload) func() (bench.Engine, error) {
	return func() (bench.Engine, error) {
		o := &opaEngine{ids: newIDs(w)}
		o.store = inmem.NewFromObjectWithOpts(o.data(w), inmem.OptRoundTripOnWrite(false))
		for rule, query := range map[string]*rego.PreparedEvalQuery{"allow": &o.allow, "accounts": &o.accounts, "who": &o.who} {
			var err error
			*query, err = rego.New(rego.Query("data.view."+rule), rego.Module("view.rego", opaPolicy), rego.Store(o.store)).
				PrepareForEval(context.Background())
			if err != nil {
				return nil, err
			}
		}
		return o, nil
	}
}

// data lays the tables out for the policy.
func (o *opaEngine) data(w *bench.Workload) map[string]any {
	lists := func(keys []string, rows [][]int32, values []string) map[string]any {
		all := make(map[string]any, len(keys))
		for i, row := range rows {
			list := make([]any, len(row))
			for j, at := range row {
				list[j] = values[at]
			}
			all[keys[i]] = list
		}
		return all
	}
	users, members := make(map[string]any, len(w.Users)), make(map[string]any, len(w.Teams))
	for _, t := range o.ids.teams {
		members[t] = make(map[string]any)
	}
	var all, accounts []any
	for i := range w.Users {
		id, teams := o.ids.users[i], make(map[string]any)
		for _, m := range w.Users[i].Teams {
			t := o.ids.teams[m.Team]
			teams[t] = true
			members[t].(map[string]any)[id] = true
		}
		if w.Users[i].SeesAll {
			all = append(all, id)
		}
		users[id] = map[string]any{"all": w.Users[i].SeesAll, "teams": teams}
	}
	for _, a := range o.ids.accounts {
		accounts = append(accounts, a)
	}
	return map[string]any{
		"users": users, "members": members, "all": all, "accounts": accounts,
		"teams": lists(o.ids.teams, teamGroups(w), o.ids.groups), "teams_with": lists(o.ids.groups, inverse(len(w.Groups), teamGroups(w)), o.ids.teams),
		"groups": lists(o.ids.groups, w.InGroup, o.ids.accounts), "groups_of": lists(o.ids.accounts, inverse(len(w.Accounts), w.InGroup), o.ids.groups),
	}
}

// input is parsed, as an engine that is embedded may pass it.
func input(key, value string) [2]*ast.Term {
	return [2]*ast.Term{ast.StringTerm(key), ast.StringTerm(value)}
}

func (o *opaEngine) Decide(q *bench.Question) bool {
	in := rego.EvalParsedInput(ast.NewObject(input("user", q.User), input("account", q.Account)))
	return must(o.allow.Eval(context.Background(), in)).Allowed()
}

func (o *opaEngine) Accounts(user int) []string {
	return list(o.accounts, ast.NewObject(input("user", o.ids.users[user])))
}

func (o *opaEngine) Who(account int) []string {
	return list(o.who, ast.NewObject(input("account", o.ids.accounts[account])))
}

func list(query rego.PreparedEvalQuery, in ast.Value) []string {
	results := must(query.Eval(context.Background(), rego.EvalParsedInput(in), rego.EvalSortSets(false)))
	var all []string
	for _, v := range results[0].Expressions[0].Value.([]any) {
		all = append(all, v.(string))
	}
	return all
}

func (o *opaEngine) Move(user, from, to int) {
	u, f, t := o.ids.users[user], o.ids.teams[from], o.ids.teams[to]
	check(storage.Txn(context.Background(), o.store, storage.WriteParams, func(txn storage.Transaction) error {
		for _, w := range []struct {
			op   storage.PatchOp
			path storage.Path
		}{
			{storage.RemoveOp, storage.Path{"users", u, "teams", f}}, {storage.AddOp, storage.Path{"users", u, "teams", t}},
			{storage.RemoveOp, storage.Path{"members", f, u}}, {storage.AddOp, storage.Path{"members", t, u}},
		} {
			if err := o.store.Write(context.Background(), txn, w.op, w.path, true); err != nil {
				return err
			}
		}
		return nil
	}))
}
