package story

import (
	"fmt"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

// known is what exists in a policy.
type known struct {
	ids     map[access.Kind]map[string]bool // of all built-in kinds that have ids
	actions map[string]bool
	policy  *access.Policy
}

func newKnown(p *access.Policy) *known {
	d := p.Document()
	k := &known{policy: p, actions: make(map[string]bool), ids: map[access.Kind]map[string]bool{
		access.KindUser:    set(d.Users, func(e document.User) string { return e.ID }),
		access.KindAccount: set(d.Accounts, func(e document.Account) string { return e.ID }),
		access.KindGroup:   set(d.Groups, func(e document.Group) string { return e.ID }),
		access.KindTeam:    set(d.Teams, func(e document.Team) string { return e.ID }),
		access.KindReport:  set(d.Reports, func(e document.Report) string { return e.ID }),
		access.KindLink:    set(d.Links, func(e document.Link) string { return e.ID }),
		access.KindRole:    set(p.Directory().Catalog().Roles(), func(r role.Role) string { return string(r.Name) }),
	}}
	for _, a := range append(role.BuiltIn(), p.Directory().Catalog().Actions()...) {
		k.actions[string(a)] = true
	}
	return k
}

func set[T any](entries []T, id func(T) string) map[string]bool {
	ids := make(map[string]bool, len(entries))
	for _, e := range entries {
		ids[id(e)] = true
	}
	return ids
}

// together reports whether an action that exists may be asked of such a resource.
func (k *known) together(a access.Action, r access.Resource) bool {
	switch k.policy.Applies(a, r).Reason {
	case access.ReasonUnknownKind, access.ReasonWrongKind, access.ReasonMalformedResource:
		return false
	}
	return true
}

// find returns a finding if nothing of a kind has the id.
func (k *known) find(kind access.Kind, id string, reason access.Reason) []finding {
	if k.ids[kind][id] {
		return nil
	}
	word := string(kind)
	switch kind {
	case access.KindGroup:
		word = "data group"
	case access.KindLink:
		word = "share link"
	}
	return []finding{{unknown{word, id, k.ids[kind]}, reason}}
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
	return []finding{{unknown{"action", string(a), k.actions}, access.ReasonUnknownAction}}
}

// resource looks for what an action is asked of.
func (k *known) resource(r access.Resource) []finding {
	if _, hasIDs := k.ids[r.Kind()]; hasIDs {
		return k.find(r.Kind(), r.ID(), access.ReasonUnknownResource)
	}
	return k.place(r)
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
		return []finding{{unknown{"kind", string(r.Kind()), k.kinds()}, access.ReasonUnknownKind}}
	case declared.In == role.InAccount && r.Account() == "":
		return []finding{{fmt.Errorf(`%v is in no account: write "in account:ACCOUNT" after it`, r), access.ReasonAccountRequired}}
	case r.Account() != "":
		return k.find(access.KindAccount, string(r.Account()), access.ReasonUnknownResource)
	}
	return nil
}

// kinds returns the kinds that there are.
func (k *known) kinds() map[string]bool {
	all := map[string]bool{string(access.KindCompany): true}
	for kind := range k.ids {
		all[string(kind)] = true
	}
	for _, d := range k.policy.Directory().Catalog().Kinds() {
		all[d.Name] = true
	}
	return all
}
