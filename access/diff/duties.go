package diff

import (
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

// place is where a role lets its holders take actions.
type place int

const (
	atAccount place = iota
	atItem
	atCompany
	atCompanyItem
	atGroup
	atReport
	atRole
	atTeam
	atUser
	places
)

// probes are what is asked about to learn what a role holds. No id is empty, so
// most of them do not exist: a denial that says so got past the capability.
var probes = [places]struct {
	name string
	of   access.Resource
}{
	atAccount:     {"account", access.Account("")},
	atItem:        {"item", access.Item(AnyKind, "", "")},
	atCompany:     {"company", access.Company()},
	atCompanyItem: {"company item", access.CompanyItem(AnyKind, "")},
	atGroup:       {"data group", access.Group("")},
	atReport:      {"report", access.Report("")},
	atRole:        {"role", access.Role("")},
	atTeam:        {"team", access.Team("")},
	atUser:        {"user", access.TargetUser("")},
}

// duties is the actions that a role holds, by place, each in byte order.
type duties [places][]access.Action

// dutiesOf returns the duties of the role of an active user. At a report the role
// is consulted for the host's own actions only.
func (f *facts) dutiesOf(s access.Subject) *duties {
	d := new(duties)
	for _, a := range f.actions {
		for place, probe := range probes {
			if holdsAt(f.start, s, a, probe.of) {
				d[place] = append(d[place], a)
			}
		}
	}
	return d
}

// holdsAt reports whether the role of a subject holds an action at the place
// that a probe stands for.
func holdsAt(p *access.Policy, s access.Subject, a access.Action, probe access.Resource) bool {
	d := p.Decide(s, a, probe)
	return d.Role != "" && (d.Allowed || d.Step >= access.StepReach)
}

// common returns the duties of d that old has as well, at accounts and what is in
// them.
func (d *duties) common(old *duties) *duties {
	both := new(duties)
	for _, at := range []place{atAccount, atItem} {
		both[at] = except(d[at], except(d[at], old[at]))
	}
	return both
}

// withAccounts returns the actions at accounts and at what is in them.
func (d *duties) withAccounts() []access.Action { return union(d[atAccount], d[atItem]) }

// reaching returns an action that finds the accounts which holders of the role
// reach, and a function for what to ask it of: ViewAccount if the role holds it.
// The function is nil if the role holds no such action.
func (d *duties) reaching() (access.Action, func(datagroup.AccountID) access.Resource) {
	at := access.Account[datagroup.AccountID]
	switch {
	case slices.Contains(d[atAccount], access.ViewAccount):
		return access.ViewAccount, at
	case len(d[atAccount]) > 0:
		return d[atAccount][0], at
	case len(d[atItem]) > 0:
		return d[atItem][0], func(id datagroup.AccountID) access.Resource { return access.Item(AnyKind, "", id) }
	}
	return "", nil
}

// except returns the actions of a that are not in b.
func except(a, b []access.Action) []access.Action {
	return slices.DeleteFunc(slices.Clone(a), func(x access.Action) bool { return slices.Contains(b, x) })
}

// union returns the actions of both lists, sorted.
func union(a, b []access.Action) []access.Action {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
