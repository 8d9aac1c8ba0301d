package console

import (
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// actionGroup is what somebody may do with things of a kind: with all of them, or
// with some.
type actionGroup struct {
	Title   phrase
	Actions []phrase
}

// mayDo returns what somebody may in fact do, as the policy answers for the company
// and for the things that there are: an action is listed if there is something at
// which it is allowed. Reports and links are not among them: who may do what there
// is up to each.
func (v *visit) mayDo(who access.Subject) []actionGroup {
	if !v.policy.Active(who).Allowed {
		return nil
	}
	d := v.directory()
	user, _ := d.User(who.User())
	var held []access.Action
	for _, a := range d.Catalog().Actions() {
		if d.Catalog().Can(user.Role, a) {
			held = append(held, a)
		}
	}
	var groups []actionGroup
	add := func(title phrase, things iter.Seq[access.Resource]) {
		if may := v.allowedAt(who, held, things); len(may) > 0 {
			groups = append(groups, actionGroup{title, sortActions(may)})
		}
	}
	add(say("In the company"), just(access.Company()))
	add(say("With accounts"), v.accountsFor(who))
	add(say("With people"), each(d.Users(), func(u team.User) access.Resource { return access.TargetUser(u.ID) }))
	if roles := v.mayGrant(who); len(roles) > 0 {
		groups = append(groups, actionGroup{say("Roles that they may give"), roles})
	}
	add(say("With teams"), each(d.Teams(), func(t team.Team) access.Resource { return access.Team(t.ID) }))
	add(say("With data groups"), each(d.Groups(), func(g datagroup.Group) access.Resource { return access.Group(g.ID) }))
	held = slices.DeleteFunc(slices.Clone(held), func(a access.Action) bool { return a == access.ViewAccount }) // told of accounts
	for _, k := range d.Catalog().Kinds() {
		kind := access.Kind(k.Name)
		switch k.In {
		case role.InCompany:
			add(say("With things of kind %s", k.Name), just(access.CompanyItem(kind, "any")))
		case role.InAccount:
			add(say("With things of kind %s", k.Name), each(v.accountsFor(who), func(r access.Resource) access.Resource {
				return access.Item(kind, "any", r.ID())
			}))
		}
	}
	return groups
}

// accountsFor returns accounts, among which is one that somebody reaches, if there
// is any: those that they see, where seeing is reaching.
func (v *visit) accountsFor(who access.Subject) iter.Seq[access.Resource] {
	user, _ := v.directory().User(who.User())
	if v.directory().Catalog().Can(user.Role, access.ViewAccount) {
		return each(v.policy.View(who).Accounts(), func(id datagroup.AccountID) access.Resource { return access.Account(id) })
	}
	return each(v.directory().Accounts(), func(a datagroup.Account) access.Resource { return access.Account(a.ID()) })
}

// mayGrant returns the titles of the roles that somebody may give.
func (v *visit) mayGrant(who access.Subject) []phrase {
	var titles []phrase
	for _, r := range v.directory().Catalog().Roles() {
		if v.policy.Decide(who, access.GrantRole, access.Role(r.Name)).Allowed {
			titles = append(titles, named(v.roleTitle(access.Role(r.Name))))
		}
	}
	return titles
}

func just(r access.Resource) iter.Seq[access.Resource] {
	return func(yield func(access.Resource) bool) { yield(r) }
}

// each returns a resource for each thing.
func each[T any](all iter.Seq[T], resource func(T) access.Resource) iter.Seq[access.Resource] {
	return func(yield func(access.Resource) bool) {
		for one := range all {
			if !yield(resource(one)) {
				return
			}
		}
	}
}

// allowedAt returns which actions are allowed at one thing at least. It looks at
// things until nothing more can come of it: what is no question about the first one,
// or not in the role, is none about the others.
func (v *visit) allowedAt(who access.Subject, held []access.Action, things iter.Seq[access.Resource]) []access.Action {
	left := slices.Clone(held)
	var may []access.Action
	for r := range things {
		left = slices.DeleteFunc(left, func(a access.Action) bool {
			d := v.policy.Decide(who, a, r)
			if d.Allowed {
				may = append(may, a)
			}
			return d.Allowed || d.Step <= access.StepCapability
		})
		if len(left) == 0 {
			break
		}
	}
	return may
}
