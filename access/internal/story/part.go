package story

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// partKinds are what a part of a policy can be, in the order of the report.
var partKinds = []string{"membership", "assignment", "capability", "kind", "grant", "filter"}

// part is something that can be dropped from a policy.
type part struct {
	kind  string
	text  string
	users []team.UserID // whose answers may change without it
	team  team.ID       // whose data may change without it; "" is none
	drop  func(*access.Edit)
}

// people finds the users that a part concerns.
type people struct {
	members map[string][]team.UserID // of a team
	holders map[string][]team.UserID // of a role
}

func newPeople(d *document.Document) people {
	p := people{make(map[string][]team.UserID), make(map[string][]team.UserID)}
	for _, t := range d.Teams {
		for _, m := range t.Members {
			p.members[t.ID] = append(p.members[t.ID], team.UserID(m.User))
		}
	}
	for _, u := range d.Users {
		p.holders[u.Role] = append(p.holders[u.Role], team.UserID(u.ID))
	}
	return p
}

// partsOf returns the parts of a policy that can be dropped, in the order of its
// document.
func partsOf(p *access.Policy) []part {
	d := p.Document()
	who := newPeople(d)
	var memberships, assignments, grants []part
	for _, t := range d.Teams {
		id := team.ID(t.ID)
		for _, user := range who.members[t.ID] {
			memberships = append(memberships, part{kind: "membership", text: fmt.Sprintf("team %s, user %s", id, user), users: []team.UserID{user},
				drop: func(e *access.Edit) { e.RemoveMember(id, user) }})
		}
		for _, group := range t.Groups {
			assignments = append(assignments, part{kind: "assignment", text: fmt.Sprintf("team %s, data group %s", id, group), users: who.members[t.ID], team: id,
				drop: func(e *access.Edit) { e.SetTeam(document.TeamOf(withoutGroup(p, id, datagroup.ID(group)))) }})
		}
	}
	for _, r := range d.Reports {
		for _, g := range r.Grants {
			to, users := "user "+g.User, []team.UserID{team.UserID(g.User)}
			if g.Team != "" {
				to, users = "team "+g.Team, who.members[g.Team]
			}
			grants = append(grants, part{kind: "grant", text: fmt.Sprintf("report %s, %s, %s", r.ID, to, g.Level), users: users,
				drop: func(e *access.Edit) { e.RemoveGrant(access.ReportID(r.ID), g) }})
		}
	}
	return slices.Concat(memberships, assignments, capabilities(p.Directory().Catalog(), who), ofKinds(p.Directory().Catalog(), who), grants)
}

// withoutGroup returns a team without one of the data groups it has.
func withoutGroup(p *access.Policy, id team.ID, group datagroup.ID) team.Team {
	t, _ := p.Directory().Team(id)
	t.Groups = slices.DeleteFunc(slices.Clone(t.Groups), func(g datagroup.ID) bool { return g == group })
	return t
}

// capabilities returns the actions that the roles of a catalog hold, role by role.
func capabilities(c *role.Catalog, who people) []part {
	var all []part
	for i, r := range c.Roles() {
		for _, a := range r.Capabilities {
			all = append(all, part{kind: "capability", text: fmt.Sprintf("role %s, %s", r.Name, a), users: who.holders[string(r.Name)],
				drop: func(e *access.Edit) { e.SetCatalog(withoutCapability(c, i, a)) }})
		}
	}
	return all
}

// ofKinds returns the actions that the kinds of a catalog list, kind by kind. They
// concern those whose role holds the action.
func ofKinds(c *role.Catalog, who people) []part {
	holders := make(map[role.Action][]team.UserID)
	for _, r := range c.Roles() {
		for _, a := range r.Capabilities {
			holders[a] = append(holders[a], who.holders[string(r.Name)]...)
		}
	}
	var all []part
	for i, k := range c.Kinds() {
		for _, a := range k.Actions {
			all = append(all, part{kind: "kind", text: fmt.Sprintf("%s, %s", k.Name, a), users: holders[a],
				drop: func(e *access.Edit) { e.SetCatalog(withoutActionOf(c, i, a)) }})
		}
	}
	return all
}

// withoutActionOf returns a catalog in which one kind does not list an action. What
// no kind lists any more, no role may hold, so there is always such a catalog.
func withoutActionOf(c *role.Catalog, i int, a role.Action) *role.Catalog {
	roles, kinds := c.Roles(), c.Kinds()
	isIt := func(other role.Action) bool { return other == a }
	kinds[i].Actions = slices.DeleteFunc(kinds[i].Actions, isIt)
	if kinds[i].Link == a {
		kinds[i].Link = ""
	}
	if without, err := role.NewCatalog(roles, kinds...); err == nil {
		return without
	}
	for r := range roles {
		roles[r].Capabilities = slices.DeleteFunc(roles[r].Capabilities, isIt)
	}
	without, _ := role.NewCatalog(roles, kinds...)
	return without
}

// withoutCapability returns a catalog in which one role lacks an action. What no
// role holds any more, no kind may list, so there is always such a catalog.
func withoutCapability(c *role.Catalog, i int, a role.Action) *role.Catalog {
	roles, kinds := c.Roles(), c.Kinds()
	isIt := func(held role.Action) bool { return held == a }
	roles[i].Capabilities = slices.DeleteFunc(roles[i].Capabilities, isIt)
	if without, err := role.NewCatalog(roles, kinds...); err == nil {
		return without
	}
	for k := range kinds {
		kinds[k].Actions = slices.DeleteFunc(kinds[k].Actions, isIt)
		if kinds[k].Link == a {
			kinds[k].Link = ""
		}
	}
	without, _ := role.NewCatalog(roles, kinds...)
	return without
}
