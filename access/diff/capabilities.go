package diff

import (
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// place is where a role lets its holders take actions: a kind, and for one of
// the host's own what its things belong to, which catalogs may differ about.
type place struct {
	kind access.Kind
	in   role.Place
}

// The places of the built-in kinds.
var (
	atAccount = place{kind: access.KindAccount}
	atCompany = place{kind: access.KindCompany}
	atGroup   = place{kind: access.KindGroup}
	atReport  = place{kind: access.KindReport}
	atRole    = place{kind: access.KindRole}
	atTeam    = place{kind: access.KindTeam}
	atUser    = place{kind: access.KindUser}
)

// newCapabilities returns none, for the places of a catalog.
func newCapabilities(c *role.Catalog) *capabilities {
	inAccount, inCompany := []place{atAccount}, []place{atCompany}
	for _, k := range c.Kinds() {
		switch p := (place{access.Kind(k.Name), k.In}); k.In {
		case role.InAccount:
			inAccount = append(inAccount, p)
		case role.InCompany:
			inCompany = append(inCompany, p)
		}
	}
	all := slices.Concat(inAccount, inCompany, []place{atGroup, atReport, atRole, atTeam, atUser})
	return &capabilities{all, inAccount, inCompany, map[place][]access.Action{}}
}

// resource returns what stands for all there is at a place. Which actions apply
// to a resource depends on its place only.
func (p place) resource() access.Resource { return p.kind.Resource("", "") }

// inside returns what stands for all there is at a place within an account,
// which may be the account itself.
func (p place) inside(account datagroup.AccountID) access.Resource {
	if p == atAccount {
		return access.Account(account)
	}
	return access.Item(p.kind, "", account)
}

// String returns the place in words.
func (p place) String() string {
	switch {
	case p == atGroup:
		return "data group"
	case p.in == role.InAccount:
		return "every " + name(p.kind) + " in an account"
	case p.in == role.InCompany:
		return "every " + name(p.kind)
	}
	return string(p.kind)
}

// capabilities is the actions that a role holds, by place, each in byte order.
type capabilities struct {
	places               []place // of the catalog
	inAccount, inCompany []place // those of them at accounts and in them, and at the company and of what belongs to it
	at                   map[place][]access.Action
}

// capabilitiesOf returns the capabilities of a role.
func (f *facts) capabilitiesOf(r role.Name) *capabilities {
	c := f.start.Directory().Catalog()
	d := newCapabilities(c)
	for _, a := range f.actions {
		if !c.Can(r, a) {
			continue
		}
		for _, p := range d.places {
			if f.start.Applies(a, p.resource()).Allowed {
				d.at[p] = append(d.at[p], a)
			}
		}
	}
	return d
}

// common returns the capabilities of d that old has as well, at accounts and
// what is in them.
func (d *capabilities) common(old *capabilities) *capabilities {
	both := &capabilities{d.inAccount, d.inAccount, nil, map[place][]access.Action{}}
	for _, p := range both.places {
		both.at[p] = except(d.at[p], except(d.at[p], old.at[p]))
	}
	return both
}

// withAccounts returns the actions at accounts and at what is in them.
func (d *capabilities) withAccounts() (all []access.Action) {
	for _, p := range d.inAccount {
		all = union(all, d.at[p])
	}
	return all
}

// reaching returns an action that finds the accounts which holders of the role
// reach, and a function for what to ask it of: ViewAccount if the role holds it.
// The function is nil if the role holds no such action.
func (d *capabilities) reaching() (access.Action, func(datagroup.AccountID) access.Resource) {
	if slices.Contains(d.at[atAccount], access.ViewAccount) {
		return access.ViewAccount, atAccount.inside
	}
	for _, p := range d.inAccount {
		if actions := d.at[p]; len(actions) > 0 {
			return actions[0], p.inside
		}
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
