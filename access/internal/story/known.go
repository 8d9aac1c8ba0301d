package story

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// known finds what exists in a policy. A look-up costs the same however much
// there is. Names are listed only for a message, and counted only for a line that
// says everything.
type known struct {
	policy  *access.Policy
	actions map[string]bool
	counts  map[access.Kind]int // of what was counted
}

func newKnown(p *access.Policy) *known {
	k := &known{policy: p, actions: make(map[string]bool), counts: make(map[access.Kind]int)}
	for _, a := range append(role.BuiltIn(), p.Directory().Catalog().Actions()...) {
		k.actions[string(a)] = true
	}
	return k
}

// kindsWithIDs are the built-in kinds of which there is more than one thing.
var kindsWithIDs = []access.Kind{access.KindUser, access.KindAccount, access.KindGroup, access.KindTeam, access.KindReport, access.KindLink, access.KindRole}

// idsOf returns the ids of everything of a built-in kind, in no order.
func idsOf(p *access.Policy, kind access.Kind) iter.Seq[string] {
	d := p.Directory()
	switch kind {
	case access.KindUser:
		return mapped(d.Users(), func(u team.User) string { return string(u.ID) })
	case access.KindAccount:
		return mapped(d.Accounts(), func(a datagroup.Account) string { return string(a.ID()) })
	case access.KindGroup:
		return mapped(d.Groups(), func(g datagroup.Group) string { return string(g.ID) })
	case access.KindTeam:
		return mapped(d.Teams(), func(t team.Team) string { return string(t.ID) })
	case access.KindLink:
		return mapped(d.Links(), func(l access.ShareLink) string { return string(l.ID) })
	case access.KindRole:
		return mapped(slices.Values(d.Catalog().Roles()), func(r role.Role) string { return string(r.Name) })
	}
	return func(yield func(string) bool) { // of reports
		for id := range d.Reports() {
			if !yield(string(id)) {
				return
			}
		}
	}
}

// mapped returns what a function makes of each.
func mapped[T, U any](all iter.Seq[T], of func(T) U) iter.Seq[U] {
	return func(yield func(U) bool) {
		for x := range all {
			if !yield(of(x)) {
				return
			}
		}
	}
}

// count returns how many there are of a built-in kind.
func (k *known) count(kind access.Kind) int {
	n, counted := k.counts[kind]
	if !counted {
		for range idsOf(k.policy, kind) {
			n++
		}
		k.counts[kind] = n
	}
	return n
}

// together reports whether an action that exists may be asked of such a resource.
func (k *known) together(a access.Action, r access.Resource) bool {
	switch k.policy.Applies(a, r).Reason {
	case access.ReasonUnknownKind, access.ReasonWrongKind, access.ReasonMalformedResource:
		return false
	}
	return true
}

// find returns a finding if nothing of a built-in kind has the id.
func (k *known) find(kind access.Kind, id string, reason access.Reason) []finding {
	if k.has(kind, id) {
		return nil
	}
	return []finding{{unknown{kindText(kind), id, idsOf(k.policy, kind), func() string { return k.instead(kind, id) }}, reason}}
}

// subject looks for who asks.
func (k *known) subject(s access.Subject) []finding {
	if s.Link() != "" {
		return k.find(access.KindLink, string(s.Link()), access.ReasonUnknownLink)
	}
	if s.IsZero() {
		return nil
	}
	found := k.find(access.KindUser, string(s.User()), access.ReasonUnknownUser)
	if scope, ok := s.Team(); ok {
		found = append(found, k.find(access.KindTeam, string(scope), access.ReasonUnknownSessionTeam)...)
	}
	return found
}

// action looks for an action.
func (k *known) action(a access.Action) []finding {
	if k.actions[string(a)] {
		return nil
	}
	return []finding{{unknown{"action", string(a), maps.Keys(k.actions), func() string { return k.insteadOfAction(string(a)) }}, access.ReasonUnknownAction}}
}

// resource looks for what an action is asked of, and for the account it is in.
func (k *known) resource(r access.Resource) (found []finding) {
	if slices.Contains(kindsWithIDs, r.Kind()) {
		found = k.find(r.Kind(), r.ID(), access.ReasonUnknownResource)
	} else {
		found = k.place(r)
	}
	if r.Account() != "" && r != access.Account(r.ID()) {
		found = append(found, k.find(access.KindAccount, string(r.Account()), access.ReasonUnknownResource)...)
	}
	return found
}

// place looks for the kind of a resource of the host's own, and whether it says
// where it is.
func (k *known) place(r access.Resource) []finding {
	if r.Kind() == access.KindCompany {
		return nil
	}
	declared, ok := k.policy.Directory().Catalog().Kind(string(r.Kind()))
	switch {
	case !ok:
		return []finding{{unknown{"kind", string(r.Kind()), k.kinds(), func() string { return k.insteadOfKind(string(r.Kind())) }}, access.ReasonUnknownKind}}
	case declared.In == role.InAccount && r.Account() == "":
		return []finding{{fmt.Errorf(`%v is in no account: write "in account:ACCOUNT" after it`, r), access.ReasonAccountRequired}}
	}
	return nil
}

// kinds returns the kinds that there are.
func (k *known) kinds() iter.Seq[string] {
	all := []string{string(access.KindCompany)}
	for _, kind := range kindsWithIDs {
		all = append(all, string(kind))
	}
	for _, d := range k.policy.Directory().Catalog().Kinds() {
		all = append(all, d.Name)
	}
	return slices.Values(all)
}
