package access

import (
	"iter"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/team"
)

// Users is the users who may take one action on one resource, as [Policy.Who]
// found them. It is fixed, and safe for concurrent use. The zero Users is empty.
type Users struct {
	state *store.State
	whole []*persist.Set // all of each; no two have a user in common
	some  persist.Set    // and these
}

// Len returns how many users there are, at no cost.
func (u Users) Len() int {
	n := u.some.Len()
	for _, s := range u.whole {
		n += s.Len()
	}
	return n
}

// All yields the users, each once, in an order that is fixed for the policy and
// means nothing.
func (u Users) All() iter.Seq[team.UserID] {
	return func(yield func(team.UserID) bool) {
		for _, set := range append(u.whole[:len(u.whole):len(u.whole)], &u.some) {
			for numbers := range set.Lists() {
				if !persist.YieldIDs(&u.state.Users, numbers, func(id string) bool { return yield(team.UserID(id)) }) {
					return
				}
			}
		}
	}
}

// Who returns the users who may take the action on the resource at company
// level, at this instant: those for whom [Policy.Decide] allows it to [User].
//
// It goes from the resource to those whom it may concern, and costs a look at
// each of these: at an account, the members of the teams that see it and the
// holders of roles that see all data; at a report, those with whom it is shared;
// elsewhere, the holders of roles with the action. For users about whom something
// has to be looked up, such as an end, it asks Decide.
func (p *Policy) Who(a Action, r Resource) Users {
	p = p.ready()
	applies := p.Applies(a, r).Allowed
	if !applies {
		return Users{}
	}
	w := search{policy: p.At(p.clock()), action: a, resource: r, entry: p.catalog.action(a)}
	w.found.state = p.state
	switch family := p.catalog.kinds[r.kind].family; family {
	case atAccount, atItem:
		w.atAccount()
	case atReport:
		w.atReport(r.id)
	case atLink:
		w.atLink()
	case atCompany, atCompanyItem:
		w.holders(true)
	case atTeam:
		w.holders(p.state.Teams.Has(r.id))
	case atGroup:
		w.holders(p.state.Groups.Has(r.id))
	default: // users and roles, where the rules about people differ from one to the other
		w.holders(false)
	}
	w.found.some = persist.Union(nil, w.some)
	return w.found
}

// search is a search for the users who may do something.
type search struct {
	policy   *Policy
	action   Action
	resource Resource
	entry    *actionEntry
	found    Users
	some     []uint32 // of found
}

// ask asks Decide about a user.
func (w *search) ask(no uint32) {
	if w.policy.Decide(User(w.policy.state.Users.ID(no)), w.action, w.resource).Allowed {
		w.some = append(w.some, no)
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
	r := &w.policy.state.Roles[role]
	if certain {
		w.found.whole = append(w.found.whole, &r.Plain)
	} else {
		w.askAll(r.Plain.All())
	}
	w.askAll(r.Others.All())
}

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
	members := s.Seers(account)
	for no := range members.All() {
		number := s.RoleOf(no)
		switch r := &c.roles[number]; {
		case r.seesAll || !r.holds.has(w.entry.number):
		case s.Roles[number].Plain.Has(no):
			w.some = append(w.some, no)
		default:
			w.ask(no)
		}
	}
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
