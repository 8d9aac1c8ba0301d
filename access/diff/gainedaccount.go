package diff

import (
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// roleChange is what the role of a user may do at accounts and in them, beside what
// their role of the old policy may do there.
type roleChange struct {
	everywhere []access.Action           // that the old role holds at no such place
	newly      map[place][]access.Action // and those that it holds at other places there; empty if there are neither
	both       *capabilities             // what both hold
	actions    []access.Action           // of both
}

// changeOf returns how the role of a user changed. It compares each two roles once.
func (g *gains) changeOf(can, did *capabilities) *roleChange {
	key := [2]*capabilities{can, did}
	c, known := g.changes[key]
	if known {
		return c
	}
	c = &roleChange{everywhere: except(can.withAccounts(), did.withAccounts()), newly: map[place][]access.Action{}, both: can.common(did)}
	for _, p := range can.inAccount {
		if newly := except(can.at[p], did.at[p]); len(newly) > 0 {
			c.newly[p] = except(newly, c.everywhere)
		}
	}
	c.actions = c.both.withAccounts()
	g.changes[key] = c
	return c
}

// accounts adds the accounts that a user gains at company level, and what they
// may newly do at those they reach.
func (g *gains) accounts(e *gainer) {
	newly := e.change.newly
	all := g.reaches(e, len(newly) == 0)
	if len(newly) > 0 {
		for _, w := range g.ways(e, all) {
			w.route.Role = role.Name(e.Role) // which is what holds the new actions
			right := Right{Kind: RoleActions, Subject: e.user, Until: w.until, Route: w.route}
			for _, p := range e.can.inAccount {
				if right.Actions = newly[p]; p == atAccount {
					right.Actions = union(e.change.everywhere, newly[p])
				}
				if len(right.Actions) > 0 {
					e.rights.add(right, mapped(w.accounts, p.inside)...)
				}
			}
		}
	}
	e.reached = g.newlyReached(e, e.user, all)
	g.addReached(e, e.user, e.reached)
}

// reaches returns the accounts that a user reaches. It may leave out those that
// both policies let the user reach in the same way, for as long.
func (g *gains) reaches(e *gainer, mayOmit bool) []reached {
	if !g.next.seesAll(e.holder) {
		return g.next.byTeams(e.holder, e.sessions, mayOmit)
	}
	whole := &session{subject: e.user, until: e.end, last: e.last}
	if mayOmit && e.then != nil && g.old.seesAll(e.then) && active(e.old, e.user) {
		return appendReached(nil, whole, g.connected, false)
	}
	return appendReached(nil, whole, g.next.everything(), false)
}

// newlyReached returns those of the accounts that a subject reaches at which old
// denies something that both roles hold. What only the new role holds, the
// subject gains at all of them. What it returns takes the place of the others.
func (g *gains) newlyReached(e *gainer, s access.Subject, all []reached) []reached {
	a, at := e.change.both.reaching()
	if at == nil {
		return nil
	}
	old := oldReach{facts: g.old.facts, subject: s, action: a, at: at}
	only, none := g.onlyTeam(e, s)
	gained := all[:0]
	for _, x := range all {
		switch {
		case x.was && x.kept: // the same team showed it for as long
		case !x.was && (none || x.team == only && only != ""):
			gained = append(gained, x)
		case !old.has(old.before(x.until), x.account):
			x.from = e.from(func(p *access.Policy) bool { return old.has(p, x.account) })
			gained = append(gained, x)
		}
	}
	return gained
}

// onlyTeam returns the team by which alone old may show a subject accounts, "" if
// there may be several or none, and whether it shows no accounts but those that the
// team of a session showed.
func (g *gains) onlyTeam(e *gainer, s access.Subject) (only string, none bool) {
	if _, inSession := s.Team(); inSession || e.then == nil {
		return "", true
	}
	if len(e.then.teams) == 1 && !g.old.seesAll(e.then) {
		only = e.then.teams[0]
	}
	return only, false
}

// oldReach answers whether a subject reaches accounts under policies. It makes
// one view of each policy.
type oldReach struct {
	*facts
	subject access.Subject
	action  access.Action
	at      func(datagroup.AccountID) access.Resource
	ends    map[time.Time]*access.Policy
	views   map[*access.Policy]access.View
}

// before is that of the facts, with one policy for each end.
func (o *oldReach) before(end time.Time) *access.Policy {
	p, ok := o.ends[end]
	if !ok {
		if p = o.facts.before(end); o.ends == nil {
			o.ends = map[time.Time]*access.Policy{}
		}
		o.ends[end] = p
	}
	return p
}

func (o *oldReach) has(p *access.Policy, id datagroup.AccountID) bool {
	if o.action != access.ViewAccount {
		return p.Decide(o.subject, o.action, o.at(id)).Allowed
	}
	v, ok := o.views[p]
	if !ok {
		if v = p.View(o.subject); o.views == nil {
			o.views = map[*access.Policy]access.View{}
		}
		o.views[p] = v
	}
	return v.Sees(id)
}

// addReached adds accounts that a subject gains, those with one route together.
func (g *gains) addReached(e *gainer, s access.Subject, gained []reached) {
	for _, w := range g.ways(e, gained) {
		right := Right{Kind: AccountReach, Subject: s, Actions: e.change.actions, From: w.from, Until: w.until, Route: w.route}
		e.rights.add(right, mapped(w.accounts, access.Account)...)
	}
}

// way is accounts that are reached by one route, in one span of time.
type way struct {
	from, until time.Time
	route       Route
	accounts    []datagroup.AccountID
}

// ways sorts out by which route a user reaches accounts: by the role that sees all
// data, or by a team and its data group.
func (g *gains) ways(e *gainer, all []reached) (ways []way) {
	type key struct {
		*session
		group datagroup.ID
		from  time.Time
	}
	of := make([]int, len(all)) // ways
	index, counts, last := map[key]int{}, []int{}, key{}
	for i, x := range all {
		route := e.routeTo(x)
		k := key{x.session, route.Group, x.from}
		if k == last {
			of[i] = of[i-1]
		} else if w, found := index[k]; found {
			of[i] = w
		} else {
			of[i], index[k] = len(ways), len(ways)
			ways, counts = append(ways, way{x.from, x.until, route, nil}), append(counts, 0)
		}
		last = k
		counts[of[i]]++
	}
	for i, x := range all {
		w := &ways[of[i]]
		if w.accounts == nil {
			w.accounts = make([]datagroup.AccountID, 0, counts[of[i]])
		}
		w.accounts = append(w.accounts, x.account)
	}
	return ways
}

// routeTo returns how a user reaches an account. It asks once for each account of
// a team: whoever acts in the team sees it by the same data group.
func (e *gainer) routeTo(x reached) Route {
	if x.team == "" {
		return Route{Role: role.Name(e.Role)}
	}
	if x.group == "" {
		a, at := e.can.reaching()
		x.group = x.last.Decide(access.Session(e.ID, x.team), a, at(x.account)).Group
	}
	return Route{Team: team.ID(x.team), Group: x.group}
}
