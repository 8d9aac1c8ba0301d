package diff

import (
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// gainedAccount is an account that old does not let the user reach, or not for so
// long.
type gainedAccount struct {
	reached
	from time.Time // as in Right
}

// compare orders by account.
func (x gainedAccount) compare(y gainedAccount) int { return x.reached.compare(y.reached) }

// accounts adds the accounts that a user gains at company level, and what they
// may newly do at those they reach.
func (g *gains) accounts(e *gainer) {
	everywhere, newly := e.newInAccounts()
	all := g.reaches(e, len(newly) == 0)
	for _, x := range all {
		if len(newly) == 0 {
			break
		}
		route := g.routeTo(e, e.user, x)
		route.Role = role.Name(e.Role) // which is what holds the new actions
		right := Right{Kind: RoleActions, Subject: e.user, Actions: everywhere, Until: x.until, Route: route}
		for _, p := range e.can.inAccounts() {
			of := p.inside(x.account)
			if right.Actions = newly[p]; p == atAccount {
				right.Actions = union(everywhere, newly[p])
			}
			if len(right.Actions) > 0 {
				e.rights.add(right, of)
			}
		}
	}
	e.reached = g.newlyReached(e, e.user, all)
	g.addReached(e, e.user, e.reached)
}

// newInAccounts returns the actions that the role of a user did not hold at
// accounts or in them, and by place those that it held at other places there.
// The map is empty if there are neither.
func (e *gainer) newInAccounts() (everywhere []access.Action, byPlace map[place][]access.Action) {
	everywhere = except(e.can.withAccounts(), e.did.withAccounts())
	byPlace = map[place][]access.Action{}
	for _, p := range e.can.inAccounts() {
		if newly := except(e.can.at[p], e.did.at[p]); len(newly) > 0 {
			byPlace[p] = except(newly, everywhere)
		}
	}
	return everywhere, byPlace
}

// reaches returns the accounts that a user reaches. It may leave out those that
// both policies let the user reach by their role.
func (g *gains) reaches(e *gainer, mayOmit bool) []reached {
	if !g.next.seesAll(e.holder) {
		return g.next.byTeams(e.holder, e.phases)
	}
	list := g.next.accounts
	if mayOmit && e.then != nil && g.old.seesAll(e.then) && active(e.old, e.user) {
		list = g.connected
	}
	return reachedUntil(list, e.end, e.last)
}

// newlyReached returns those of the accounts that a subject reaches at which old
// denies something that both roles hold. What only the new role holds, the
// subject gains at all of them.
func (g *gains) newlyReached(e *gainer, s access.Subject, all []reached) []gainedAccount {
	a, at := e.can.common(e.did).reaching()
	if at == nil {
		return nil
	}
	old := oldReach{s, a, at, map[*access.Policy]access.View{}}
	before := map[time.Time]*access.Policy{}
	var gained []gainedAccount
	for _, x := range all {
		p, ok := before[x.until]
		if !ok {
			p = g.old.before(x.until)
			before[x.until] = p
		}
		if !old.has(p, x.account) {
			gained = append(gained, gainedAccount{x, e.from(func(p *access.Policy) bool { return old.has(p, x.account) })})
		}
	}
	return gained
}

// oldReach answers whether a subject reaches accounts under policies. It makes
// one view of each policy.
type oldReach struct {
	subject access.Subject
	action  access.Action
	at      func(datagroup.AccountID) access.Resource
	views   map[*access.Policy]access.View
}

func (o oldReach) has(p *access.Policy, id datagroup.AccountID) bool {
	if o.action != access.ViewAccount {
		return p.Decide(o.subject, o.action, o.at(id)).Allowed
	}
	v, ok := o.views[p]
	if !ok {
		v = p.View(o.subject)
		o.views[p] = v
	}
	return v.Sees(id)
}

// addReached adds accounts that a subject gains, those with one route together.
func (g *gains) addReached(e *gainer, s access.Subject, gained []gainedAccount) {
	both := e.can.common(e.did)
	for _, x := range gained {
		route := g.routeTo(e, s, x.reached)
		e.rights.add(Right{Kind: AccountReach, Subject: s, Actions: both.withAccounts(), From: x.from, Until: x.until, Route: route}, access.Account(x.account))
	}
}

// routeTo returns how a subject reaches an account: by the role that sees all
// data, or by a team and its data group.
func (g *gains) routeTo(e *gainer, s access.Subject, x reached) Route {
	a, at := e.can.reaching()
	d := x.last.Decide(s, a, at(x.account))
	if d.Reason == access.ReasonTeam {
		return Route{Team: d.Team, Group: d.Group}
	}
	return Route{Role: d.Role}
}
