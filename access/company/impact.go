package company

import (
	"iter"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/diff"
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

	// More says that the figures are of a part only, and the true ones are larger
	// or the same: counting takes a fixed number of steps for each Do, so that it
	// never holds up other changes.
	More bool `json:"more,omitempty"`
}

// UserImpact is the part of an [Impact] that concerns one user.
type UserImpact struct {
	User   team.UserID `json:"user"`
	Gained int         `json:"gained"`
	Lost   int         `json:"lost"`
}

// IsZero reports whether nobody's accounts changed, as far as was counted.
func (i Impact) IsZero() bool { return i.Users == 0 && !i.More }

// firstFew is how many users an impact names.
const firstFew = 5

// impactSteps is how many steps the impacts of one Do may take together: an
// account matched with a filter, a user looked at, an account of theirs asked
// about. It is some ten milliseconds of work.
const impactSteps = 100_000

// measurable is a change whose impact is recorded with it.
type measurable interface {
	affects(m *measurement) affected
	withImpact(Impact) Change
}

// affected is what a change may have made a difference to. It may be more than
// the difference, but it is in proportion to the change.
type affected struct {
	teams    []team.ID // whose members
	allData  bool      // also the users whose role sees all data
	accounts []datagroup.AccountID
}

// measurement is the counting of one impact.
type measurement struct {
	before, after *access.Policy
	left          int // steps
}

// spend takes a step, and reports whether there was one.
func (m *measurement) spend() bool {
	m.left--
	return m.left > 0
}

// impact counts which of the affected accounts the affected users gain and lose.
// Half of the steps at most go into finding out what is affected.
func (p *proposal) impact(c measurable, before, after *access.Policy) Impact {
	find := &measurement{before, after, p.steps / 2}
	p.steps -= find.left
	a := c.affects(find)
	p.steps += max(find.left, 0)
	impact := Impact{More: find.left <= 0}
	list := &measurement{before, after, p.steps}
	counts, left := diff.CountAccounts(before, after, list.users(a), a.accounts, p.steps)
	p.steps = max(min(left, list.left), 0)
	impact.More = impact.More || p.steps == 0
	for _, n := range counts {
		impact.Users++
		impact.Gained += n.Gained
		impact.Lost += n.Lost
		if len(impact.First) < firstFew {
			impact.First = append(impact.First, UserImpact{n.User, n.Gained, n.Lost})
		}
	}
	return impact
}

// users returns the affected users. A user may come twice.
func (m *measurement) users(a affected) iter.Seq[team.UserID] {
	d := m.after.Directory()
	return func(yield func(team.UserID) bool) {
		for _, id := range a.teams {
			for member := range d.Members(id) {
				if !m.spend() || !yield(member.User) {
					return
				}
			}
		}
		if !a.allData {
			return
		}
		seesAll := make(map[role.Name]bool)
		for _, r := range d.Catalog().Roles() {
			seesAll[r.Name] = r.Scope == role.AllData
		}
		for u := range d.Users() {
			if !m.spend() || seesAll[u.Role] && !yield(u.ID) {
				return
			}
		}
	}
}

// matching returns the accounts that a data group matched before.
func (m *measurement) matching(id datagroup.ID) []datagroup.AccountID {
	g, _ := m.before.Directory().Group(id)
	return m.accounts(func(a datagroup.Account) bool { return g.Filter.Match(a) == datagroup.True })
}

// accounts returns the accounts that a condition holds for.
func (m *measurement) accounts(holds func(datagroup.Account) bool) []datagroup.AccountID {
	var all []datagroup.AccountID
	for a := range m.after.Directory().Accounts() {
		if !m.spend() {
			break
		}
		if holds(a) {
			all = append(all, a.ID())
		}
	}
	return all
}

// flipped returns what a change of accounts affects: the accounts, and the teams
// that have a data group which matches one of them only before or only after.
func (m *measurement) flipped(ids []datagroup.AccountID) affected {
	t := affected{accounts: ids}
	teams := make(map[team.ID]bool)
	old, now := m.records(m.before, ids), m.records(m.after, ids)
	for g := range m.after.Directory().Groups() {
		if m.flips(g.Filter, old, now) {
			for id := range m.after.Directory().TeamsWith(g.ID) {
				teams[id] = true
			}
		}
		if m.left <= 0 {
			break
		}
	}
	t.teams = slices.Sorted(maps.Keys(teams))
	return t
}

// records returns the accounts of ids as they are in a policy, zero for one that
// is not there.
func (m *measurement) records(p *access.Policy, ids []datagroup.AccountID) []datagroup.Account {
	all := make([]datagroup.Account, len(ids))
	for i, id := range ids {
		all[i], _ = p.Directory().Account(id)
	}
	return all
}

// flips reports whether a filter matches one of some accounts only as it was, or
// only as it is now.
func (m *measurement) flips(f datagroup.Filter, old, now []datagroup.Account) bool {
	for i := range old {
		if !m.spend() {
			return false
		}
		if (f.Match(old[i]) == datagroup.True) != (f.Match(now[i]) == datagroup.True) {
			return true
		}
	}
	return false
}
