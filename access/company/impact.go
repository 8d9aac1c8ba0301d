package company

import (
	"iter"
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

// affected is what a change may have made a difference to. It may be more than
// the difference, but it is in proportion to the change.
type affected struct {
	teams    []team.ID // whose members
	allData  bool      // also the users whose role sees all data
	accounts []datagroup.AccountID
}

// measure counts which of the affected accounts the affected users gain and lose.
func measure(before, after *access.Policy, a affected) Impact {
	var impact Impact
	for _, n := range diff.CountAccounts(before, after, a.users(after.Directory()), a.accounts) {
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
func (a affected) users(d access.Directory) iter.Seq[team.UserID] {
	return func(yield func(team.UserID) bool) {
		for _, id := range a.teams {
			for m := range d.Members(id) {
				if !yield(m.User) {
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
			if seesAll[u.Role] && !yield(u.ID) {
				return
			}
		}
	}
}

// matching returns the accounts that a data group matches.
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

// flipped returns what a change of accounts affects: the accounts, and the teams
// that have a data group which matches one of them only before or only after.
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
