package diff

import (
	"fmt"
	"iter"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Doubt is something that makes a comparison of two policies doubtful: what has
// one name in both may be two things.
type Doubt struct {
	Code DoubtCode
	Text string // a sentence
}

// DoubtCode is what sort of doubt a [Doubt] is.
type DoubtCode string

// The doubts, the gravest first.
const (
	// Strangers: the two have users, accounts, teams or data groups, and not one id
	// in common. They are policies of two companies, and a comparison says no more
	// than what is in each.
	Strangers DoubtCode = "strangers"
	// OtherPeople: most of the users who are in both by their id have another
	// e-mail address in each: the ids may name other people.
	OtherPeople DoubtCode = "other-people"
	// OtherIDs: most of the e-mail addresses that are in both belong to another
	// user id in each: each such person is compared as two.
	OtherIDs DoubtCode = "other-ids"
	// OtherType: an attribute is declared in both, with different types.
	OtherType DoubtCode = "other-type"
	// OtherRoles: fewer than half of the roles of the smaller catalog are in the other.
	// Roles are compared by name, and the rights of all users change with them.
	OtherRoles DoubtCode = "other-roles"
)

// String returns the text.
func (d Doubt) String() string { return d.Text }

// Doubts returns what makes a comparison of two policies doubtful, the gravest
// first, none if nothing does. [Compare] is exact about ids nevertheless.
//
// A policy does not name its company, so policies of two companies are told apart
// by what is in them. An empty one is a stranger to nobody. It costs a look at
// each user of old, and if the two have no user in common, at each account, team
// and data group.
func Doubts(old, next *access.Policy) []Doubt {
	a, b := old.Directory(), next.Directory()
	all := strangers(a, b)
	all = append(all, otherPeople(a, b)...)
	all = append(all, otherTypes(a.Schema(), b.Schema())...)
	return append(all, otherRoles(a.Catalog(), b.Catalog())...)
}

// idsOf returns all there is of a kind.
func idsOf(d access.Directory, k access.Kind) iter.Seq[access.Resource] {
	switch k {
	case access.KindUser:
		return each(d.Users(), func(u team.User) access.Resource { return access.TargetUser(u.ID) })
	case access.KindAccount:
		return each(d.Accounts(), func(a datagroup.Account) access.Resource { return access.Account(a.ID()) })
	case access.KindTeam:
		return each(d.Teams(), func(t team.Team) access.Resource { return access.Team(t.ID) })
	}
	return each(d.Groups(), func(g datagroup.Group) access.Resource { return access.Group(g.ID) })
}

func each[T any](all iter.Seq[T], of func(T) access.Resource) iter.Seq[access.Resource] {
	return func(yield func(access.Resource) bool) {
		for x := range all {
			if !yield(of(x)) {
				return
			}
		}
	}
}

// strangers returns the doubt that two directories have no id in common.
func strangers(a, b access.Directory) []Doubt {
	var none []string
	for _, k := range []access.Kind{access.KindUser, access.KindAccount, access.KindTeam, access.KindGroup} {
		some := false
		for r := range idsOf(a, k) {
			if b.Has(r) {
				return nil
			}
			some = true
		}
		if some && !isEmpty(idsOf(b, k)) {
			none = append(none, "no "+kindText(k.Resource("x", "")))
		}
	}
	if len(none) == 0 {
		return nil
	}
	return []Doubt{{Strangers, fmt.Sprintf("The two policies seem to be of two companies: they have %s in common.", strings.Join(none, ", "))}}
}

func isEmpty(all iter.Seq[access.Resource]) bool {
	for range all {
		return false
	}
	return true
}

// otherPeople returns the doubts that users with one id, or with one address, are
// other people in the two directories.
func otherPeople(a, b access.Directory) (all []Doubt) {
	byID, byAddress, same := 0, 0, 0
	for u := range a.Users() {
		if u.Email.IsZero() {
			continue
		}
		if v, ok := b.User(u.ID); ok && v.Email == u.Email {
			same++
			continue
		} else if ok && !v.Email.IsZero() {
			byID++
		}
		if _, ok := b.UserByAddress(u.Email); ok {
			byAddress++
		}
	}
	if byID > same {
		all = append(all, Doubt{OtherPeople, fmt.Sprintf("Of the users in both policies, %d have another e-mail address in each, and %d the same: the ids may name other people.", byID, same)})
	}
	if byAddress > same {
		all = append(all, Doubt{OtherIDs, fmt.Sprintf("Of the e-mail addresses in both policies, %d have another user id in each, and %d the same: such people are compared as two.", byAddress, same)})
	}
	return all
}

// otherTypes returns the doubts that attributes have other types in two schemas.
func otherTypes(a, b *datagroup.Schema) (all []Doubt) {
	for _, old := range a.Attributes() {
		pos, ok := b.Position(old.Name)
		if !ok || b.At(pos).Type == old.Type {
			continue
		}
		all = append(all, Doubt{OtherType, fmt.Sprintf("Attribute %s is declared as %s in the old policy and as %s in the next one: filters and values that read it mean other things.", name(old.Name), old.Type, b.At(pos).Type)})
	}
	return all
}

// otherRoles returns the doubt that two catalogs have few roles in common.
func otherRoles(a, b *role.Catalog) []Doubt {
	common := 0
	for _, r := range a.Roles() {
		if _, ok := b.Role(r.Name); ok {
			common++
		}
	}
	if 2*common >= min(len(a.Roles()), len(b.Roles())) {
		return nil
	}
	return []Doubt{{OtherRoles, fmt.Sprintf("The catalogs have %s in common, of %d and %d: the rights of all users change with their roles.", counted(common, "role"), len(a.Roles()), len(b.Roles()))}}
}
