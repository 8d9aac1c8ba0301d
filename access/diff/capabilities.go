package diff

import (
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
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

// forms are the places as resources and in words. Which actions apply to a
// resource depends on its form only.
var forms = [places]struct {
	name     string
	resource access.Resource
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

// capabilities is the actions that a role holds, by place, each in byte order.
type capabilities [places][]access.Action

// capabilitiesOf returns the capabilities of a role.
func (f *facts) capabilitiesOf(r role.Name) *capabilities {
	d := new(capabilities)
	for _, a := range f.actions {
		if !f.start.Directory().Catalog().Can(r, a) {
			continue
		}
		for place, form := range forms {
			if f.start.Applies(a, form.resource).Allowed {
				d[place] = append(d[place], a)
			}
		}
	}
	return d
}

// common returns the capabilities of d that old has as well, at accounts and
// what is in them.
func (d *capabilities) common(old *capabilities) *capabilities {
	both := new(capabilities)
	for _, at := range []place{atAccount, atItem} {
		both[at] = except(d[at], except(d[at], old[at]))
	}
	return both
}

// withAccounts returns the actions at accounts and at what is in them.
func (d *capabilities) withAccounts() []access.Action { return union(d[atAccount], d[atItem]) }

// reaching returns an action that finds the accounts which holders of the role
// reach, and a function for what to ask it of: ViewAccount if the role holds it.
// The function is nil if the role holds no such action.
func (d *capabilities) reaching() (access.Action, func(datagroup.AccountID) access.Resource) {
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
