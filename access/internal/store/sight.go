package store

import (
	"cmp"
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// marked is the sight of a team, with a mark for each class in its routes, or all
// of them if it has wide groups: so that most teams that do not see an account
// are passed by with one look. A deleted team has no marks and no sight.
type marked struct {
	marks uint64
	*sight
}

// sight is what decisions ask of a team: which data group shows an account. A
// route has the id of its group, as each further place that a decision reads is
// one more wait for memory.
type sight struct {
	team   team.ID
	routes []route // by class
	wide   []wideGroup
}

// route is the first narrow group of a team, by its position, that matches a
// class.
type route struct {
	class, at uint32
	group     datagroup.ID
}

// wideGroup is a wide group of a team, with its position.
type wideGroup struct {
	no, at uint32
}

// mark returns the mark of a class, one of 64.
func mark(class uint32) uint64 { return 1 << (class * 0x9e3779b1 >> 26) }

// Sight is a way to an account: through a team, by a data group of it.
type Sight struct {
	Team  team.ID
	Group datagroup.ID
}

// See returns the first data group, by id, by which a team sees an account. It
// finds none for a deleted team.
func (s *State) See(team uint32, a *Account) (by Sight, sees bool) {
	v := s.sights.At(team)
	if v == nil || v.marks&mark(a.Class) == 0 {
		return by, false
	}
	first := findRoute(v.routes, a.Class)
	for _, g := range v.wide {
		if first != nil && first.at < g.at {
			break
		}
		if rec := s.Groups.At(g.no); rec.Matches(a) {
			return Sight{v.team, rec.ID}, true
		}
	}
	if first == nil {
		return by, false
	}
	return Sight{v.team, first.group}, true
}

// none32 is the number of nothing.
const none32 = 1<<32 - 1

// findRoute returns the route of a class, nil if there is none.
func findRoute(all []route, class uint32) *route {
	for len(all) > 8 {
		if mid := len(all) / 2; all[mid].class > class {
			all = all[:mid]
		} else {
			all = all[mid:]
		}
	}
	for i := range all {
		if all[i].class == class {
			return &all[i]
		}
	}
	return nil
}

// route makes the routes of a team from its groups.
func (w *Writer) route(i uint32) {
	t := w.Teams.At(i)
	v := marked{sight: &sight{team: t.ID}}
	n := 0
	for k, no := range t.GroupNumbers {
		if g := w.Groups.At(no); g.narrow() {
			n += g.match.Len()
		} else {
			v.wide, v.marks = append(v.wide, wideGroup{no, uint32(k)}), ^uint64(0)
		}
	}
	v.routes = make([]route, 0, n)
	for k, no := range t.GroupNumbers {
		if g := w.Groups.At(no); g.narrow() {
			for c := range g.match.All() {
				v.routes = append(v.routes, route{c, uint32(k), g.ID})
				v.marks |= mark(c)
			}
		}
	}
	slices.SortFunc(v.routes, func(a, b route) int { return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.at, b.at)) })
	v.routes = slices.CompactFunc(v.routes, func(a, b route) bool { return a.class == b.class })
	w.sights.Put(w.token, i, v)
}

// routeTeams makes the routes of the teams that have a group.
func (w *Writer) routeTeams(g *Group) {
	for t := range g.Teams.All() {
		w.route(t)
	}
}

// Reach is a set of accounts: what some teams see together.
type Reach struct {
	classes  persist.Set
	accounts persist.Set
	bits     []uint64 // of classes, if there are few in the company
}

// maxBits is of up to how many classes a Reach has bits: 512 bytes of them.
const maxBits = 4096

// Unite returns what the given teams see together.
func (s *State) Unite(teams []uint32) Reach {
	var narrow []uint32
	var classes, accounts []*persist.Set
	for _, t := range teams {
		v := s.sights.Get(t)
		if v.sight == nil {
			continue
		}
		for _, r := range v.routes {
			narrow = append(narrow, r.class)
		}
		for _, wide := range v.wide {
			if g := s.Groups.At(wide.no); g.loose {
				accounts = append(accounts, &g.match)
			} else {
				classes = append(classes, &g.match)
			}
		}
	}
	r := Reach{classes: persist.Union(nil, narrow, classes...), accounts: persist.Union(nil, nil, accounts...)}
	if n := s.classes.Next(); n <= maxBits {
		r.bits = make([]uint64, (n+63)/64)
		for c := range r.classes.All() {
			r.bits[c/64] |= 1 << (c % 64)
		}
	}
	return r
}

// Has reports whether the account is in r.
func (r *Reach) Has(a *Account) bool {
	if k := int(a.Class / 64); k < len(r.bits) {
		if r.bits[k]&(1<<(a.Class%64)) != 0 {
			return true
		}
	} else if r.classes.Has(a.Class) {
		return true
	}
	return r.accounts.Len() > 0 && r.accounts.Has(a.No)
}

// Count returns how many accounts are in r. It costs a look at each class in r,
// and at each account that r has by itself.
func (s *State) Count(r *Reach) (n int) {
	for c := range r.classes.All() {
		n += s.classes.At(c).accounts.Len()
	}
	for no := range r.accounts.All() {
		if !r.classes.Has(s.ofClass.Get(no)) {
			n++
		}
	}
	return n
}

// Shows reports whether a team sees an account. It allocates nothing, and mostly
// costs a look at one class.
func (s *State) Shows(team uint32) bool {
	v := s.sights.Get(team)
	if v.sight == nil {
		return false
	}
	for _, r := range v.routes {
		if s.classes.At(r.class).accounts.Len() > 0 {
			return true
		}
	}
	for _, wide := range v.wide {
		g := s.Groups.At(wide.no)
		for i := range g.match.All() {
			if g.loose || s.classes.At(i).accounts.Len() > 0 {
				return true
			}
		}
	}
	return false
}

// Reached yields the ids of the accounts in r: class by class, and then those
// that r has by themselves. It costs as Count, and a look at each account.
func (s *State) Reached(r *Reach) iter.Seq[string] {
	return func(yield func(string) bool) {
		for c := range r.classes.All() {
			for numbers := range s.classes.At(c).accounts.Lists() {
				if !persist.YieldIDs(&s.Accounts, numbers, yield) {
					return
				}
			}
		}
		for no := range r.accounts.All() {
			if !r.classes.Has(s.ofClass.Get(no)) && !yield(s.Accounts.ID(no)) {
				return
			}
		}
	}
}

// MembersOf returns the members of some teams, also those whose membership has
// ended.
func (s *State) MembersOf(teams []uint32) persist.Set {
	members := make([]*persist.Set, len(teams))
	for k, t := range teams {
		members[k] = &s.Teams.At(t).Members
	}
	return persist.Union(nil, nil, members...)
}

// SeeingTeams returns the teams that see an account, in ascending order. Cost: a
// look at each data group that matches it, and each team that has one.
func (s *State) SeeingTeams(a *Account) []uint32 {
	var teams []uint32
	for _, g := range s.GroupsOf(a) {
		for t := range g.Teams.All() {
			teams = append(teams, t)
		}
	}
	slices.Sort(teams)
	return slices.Compact(teams)
}
