package access

import (
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/team"
)

// Users is the users who may take one action on one resource, as [Policy.Who]
// found them. It is fixed, and safe for concurrent use. The zero Users is empty.
type Users struct {
	state *store.State
	whole []*persist.Set // all of each; no two have a user in common
	some  []uint32       // and these, each once
}

// Len returns how many users there are, at no cost.
func (u Users) Len() int {
	n := len(u.some)
	for _, s := range u.whole {
		n += s.Len()
	}
	return n
}

// All yields the users, each once, in an order that is fixed for the policy and
// means nothing.
func (u Users) All() iter.Seq[team.UserID] {
	return func(yield func(team.UserID) bool) {
		for _, set := range u.whole {
			for numbers := range set.Lists() {
				if !persist.YieldIDs(&u.state.Users, numbers, yield) {
					return
				}
			}
		}
		if u.state != nil {
			persist.YieldIDs(&u.state.Users, u.some, yield)
		}
	}
}

// Who returns the users who may take the action on the resource at company
// level, at this instant: those for whom [Policy.Decide] allows it to [User].
//
// It goes from the resource to those whom it may concern, and costs a look at
// each of these: at an account, the members of the teams that see it and the
// holders of roles that see all data; at a report, those with whom it is shared;
// elsewhere, the holders of roles with the action. Where more than that decides,
// it asks Decide about each.
func (p *Policy) Who(a Action, r Resource) Users {
	p = p.ready()
	if !p.Applies(a, r).Allowed {
		return Users{}
	}
	now := p.clock()
	w := search{policy: p.At(now), now: now, action: a, resource: r, entry: p.catalog.action(a)}
	w.found.state = p.state
	switch p.catalog.kinds[r.kind].family {
	case atAccount, atItem:
		w.atAccount()
	case atReport:
		w.atReport(r.id)
	case atLink:
		w.atLink()
	case atCompany, atCompanyItem:
		w.holders(true)
	case atTeam:
		if p.state.Teams.Has(r.id) {
			w.holders(true)
		}
	case atGroup:
		if p.state.Groups.Has(r.id) {
			w.holders(true)
		}
	default: // users and roles, where the rules about people differ from one to the other
		w.holders(false)
	}
	return w.found
}

// search is a search for the users who may do something.
type search struct {
	policy   *Policy
	now      time.Time
	action   Action
	resource Resource
	entry    *actionEntry
	found    Users
}

// ask asks Decide about a user.
func (w *search) ask(no uint32) {
	if w.policy.Decide(User(w.policy.state.Users.ID(no)), w.action, w.resource).Allowed {
		w.found.some = append(w.found.some, no)
	}
}

// askAll asks Decide about each of some users.
func (w *search) askAll(users iter.Seq[uint32]) {
	for no := range users {
		w.ask(no)
	}
}

// holders looks at the holders of the roles with the action: if certain, the
// plain ones may take it.
func (w *search) holders(certain bool) {
	for i := range w.policy.catalog.roles {
		if w.policy.catalog.roles[i].holds.has(w.entry.number) {
			w.holdersOf(i, certain)
		}
	}
}

func (w *search) holdersOf(role int, certain bool) {
	r := w.policy.state.Roles[role]
	if !certain {
		w.askAll(r.Plain.All())
		w.askAll(r.Others.All())
		return
	}
	w.found.whole = append(w.found.whole, &r.Plain)
	for no := range r.Others.All() {
		if w.active(w.policy.state.More(no)) {
			w.found.some = append(w.found.some, no)
		}
	}
}

// active reports whether a user of whom m is known may act at all.
func (w *search) active(m *store.More) bool { return !m.Suspended && w.lasts(m.Until) }

// lasts reports whether what has an end has not ended.
func (w *search) lasts(until time.Time) bool { return !team.End(until).Ended(w.now) }

// atAccount finds those who reach an account: the holders of roles that see all
// data, and the members of the teams that see it.
func (w *search) atAccount() {
	s, c := w.policy.state, w.policy.catalog
	account := s.Accounts.Get(string(w.resource.Account()))
	if account == nil {
		return
	}
	for i := range c.roles {
		if r := &c.roles[i]; r.seesAll && r.holds.has(w.entry.number) {
			w.holdersOf(i, true)
		}
	}
	teams := s.SeeingTeams(account)
	members := s.MembersOf(teams)
	for no := range members.All() {
		number := s.RoleOf(no)
		if r := &c.roles[number]; r.seesAll || !r.holds.has(w.entry.number) {
			continue
		}
		if s.Roles[number].Plain.Has(no) || w.isCurrent(s.More(no), teams) {
			w.found.some = append(w.found.some, no)
		}
	}
}

// isCurrent reports whether a user who is not plain, and of whom m is known, may
// act and is a current member of one of some teams, which are in order.
func (w *search) isCurrent(m *store.More, teams []uint32) bool {
	return w.active(m) && slices.ContainsFunc(m.Memberships, func(in store.Membership) bool {
		_, sees := slices.BinarySearch(teams, in.Team)
		return sees && w.lasts(in.Until)
	})
}

// atReport asks those with whom a report is shared.
func (w *search) atReport(id string) {
	s := w.policy.state
	_, r, ok := s.Reports.Find(id)
	if !ok {
		return
	}
	sets := []*persist.Set{&r.Users}
	for t := range r.Teams.All() {
		sets = append(sets, &s.Teams.At(t).Members)
	}
	all := persist.Union(nil, nil, sets...)
	w.askAll(all.All())
}

// atLink asks those who may end a link: its maker, those with whom the report is
// shared, and those who might remove its maker.
func (w *search) atLink() {
	s := w.policy.state
	_, l, ok := s.Links.Find(w.resource.id)
	if !ok {
		return
	}
	var some []uint32
	if maker := s.Users.Get(string(l.Maker)); maker != nil {
		some = append(some, maker.No)
	}
	var sets []*persist.Set
	if _, r, ok := s.Reports.Find(l.Item); ok && l.Kind == store.ReportKind {
		sets = append(sets, &r.Users)
	}
	remove := w.policy.catalog.action(RemoveUser)
	for i := range w.policy.catalog.roles {
		if w.policy.catalog.roles[i].holds.has(remove.number) {
			sets = append(sets, &s.Roles[i].Plain, &s.Roles[i].Others)
		}
	}
	all := persist.Union(nil, some, sets...)
	w.askAll(all.All())
}
