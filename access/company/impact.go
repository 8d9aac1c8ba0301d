package company

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Impact is whose accounts a change of sources, filters or groups changed, at
// the time of the event and at company level.
type Impact struct {
	Users  int          `json:"users"`  // who gained or lost accounts
	Gained int          `json:"gained"` // accounts gained, summed over users
	Lost   int          `json:"lost"`
	First  []UserImpact `json:"first,omitempty"` // the first few users in byte order of ids
}

// UserImpact is the part of an [Impact] that concerns one user.
type UserImpact struct {
	User   team.UserID `json:"user"`
	Gained int         `json:"gained"`
	Lost   int         `json:"lost"`
}

// IsZero reports whether nobody's accounts changed.
func (i Impact) IsZero() bool { return i.Users == 0 }

// firstFew is how many users an impact names.
const firstFew = 5

// measurable is a change whose impact is recorded with it.
type measurable interface {
	affects(before, after *access.Policy) affected
	withImpact(Impact) Change
}

// affected is what a change may have made a difference to: a net cast wider than
// the difference itself, but no wider than the change.
type affected struct {
	teams    []team.ID // whose members
	allData  bool      // also who sees all data
	accounts []datagroup.AccountID
}

// measure compares what the affected users see of the affected accounts. Users
// who see the same, by role and teams, are looked at once.
func measure(before, after *access.Policy, t affected) Impact {
	var (
		impact  Impact
		all     []UserImpact
		seen    = make(map[team.UserID]bool)
		sighted = seeingAll(after)
		compare = comparer(before, after, sighted, t.accounts)
	)
	add := func(id team.UserID) {
		if seen[id] {
			return
		}
		seen[id] = true
		if gained, lost := compare(id); gained+lost > 0 {
			all = append(all, UserImpact{id, gained, lost})
			impact.Gained += gained
			impact.Lost += lost
		}
	}
	for _, id := range t.teams {
		for m := range after.Directory().Members(id) {
			add(m.User)
		}
	}
	if t.allData {
		for u := range after.Directory().Users() {
			if sighted[u.Role] {
				add(u.ID)
			}
		}
	}
	slices.SortFunc(all, func(a, b UserImpact) int { return cmp.Compare(a.User, b.User) })
	impact.Users = len(all)
	impact.First = slices.Clone(all[:min(firstFew, len(all))])
	return impact
}

// seeingAll returns the roles that see all data.
func seeingAll(p *access.Policy) map[role.Name]bool {
	sighted := make(map[role.Name]bool)
	for _, r := range p.Directory().Catalog().Roles() {
		sighted[r.Name] = r.Scope == role.AllData
	}
	return sighted
}

// comparer returns a function that counts how many of the accounts a user
// gained and lost.
func comparer(before, after *access.Policy, sighted map[role.Name]bool, accounts []datagroup.AccountID) func(team.UserID) (gained, lost int) {
	type counts struct{ gained, lost int }
	known := make(map[string]counts)
	return func(id team.UserID) (int, int) {
		key := sight(after, sighted, id)
		if c, ok := known[key]; ok {
			return c.gained, c.lost
		}
		var c counts
		old, now := sees(before, id, len(accounts)), sees(after, id, len(accounts))
		for _, a := range accounts {
			switch was, is := old(a), now(a); {
			case is && !was:
				c.gained++
			case was && !is:
				c.lost++
			}
		}
		known[key] = c
		return c.gained, c.lost
	}
}

// sees returns what answers whether a user sees an account, for so many
// questions. A view is worth making only for some.
func sees(p *access.Policy, id team.UserID, questions int) func(datagroup.AccountID) bool {
	if questions < 10 {
		return func(a datagroup.AccountID) bool {
			return p.Decide(access.User(id), access.ViewAccount, access.Account(a)).Allowed
		}
	}
	return p.View(access.User(id)).Sees
}

// sight returns a key that users share who see the same: those with one role
// that sees all, or with one role and the same memberships. A user who may end
// up seeing nothing, by suspension or an end, has a key of his own.
func sight(p *access.Policy, sighted map[role.Name]bool, id team.UserID) string {
	u, _ := p.Directory().User(id)
	if u.Suspended || !u.Until.IsZero() {
		return "user\x00" + string(id)
	}
	if sighted[u.Role] {
		return "role\x00" + string(u.Role)
	}
	var b strings.Builder
	b.WriteString("teams\x00" + string(u.Role))
	for m := range p.Directory().Memberships(id) {
		if !m.Until.IsZero() {
			return "user\x00" + string(id)
		}
		b.WriteString("\x00" + string(m.Team))
	}
	return b.String()
}

// matching returns the accounts a data group holds.
func matching(p *access.Policy, id datagroup.ID) []datagroup.AccountID {
	g, _ := p.Directory().Group(id)
	var all []datagroup.AccountID
	for a := range p.Directory().Accounts() {
		if g.Filter.Match(a) == datagroup.True {
			all = append(all, a.ID())
		}
	}
	return all
}

// flipped returns what changed accounts mean: the teams that hold a group that
// matches one of them before or after only, and the accounts.
func flipped(before, after *access.Policy, ids []datagroup.AccountID) affected {
	t := affected{accounts: ids}
	teams := make(map[team.ID]bool)
	for g := range after.Directory().Groups() {
		if slices.ContainsFunc(ids, func(id datagroup.AccountID) bool {
			old, _ := before.Directory().Account(id)
			now, _ := after.Directory().Account(id)
			return (g.Filter.Match(old) == datagroup.True) != (g.Filter.Match(now) == datagroup.True)
		}) {
			for id := range after.Directory().TeamsWith(g.ID) {
				teams[id] = true
			}
		}
	}
	for id := range teams {
		t.teams = append(t.teams, id)
	}
	return t
}
