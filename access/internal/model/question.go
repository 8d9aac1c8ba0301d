package model

import (
	"github.com/ambit-authz/ambit/access"
)

// Subject is who asks: a user, in a session of a team if Session is set, or
// anyone who has a link. The zero Subject is nobody.
type Subject struct {
	User, Team string
	Session    bool
	Link       string
}

// InCompany returns a user at company level.
func InCompany(user string) Subject { return Subject{User: user} }

// InSession returns a user within a team.
func InSession(user, team string) Subject { return Subject{User: user, Session: true, Team: team} }

// ByLink returns anyone who has a link.
func ByLink(id string) Subject { return Subject{Link: id} }

// Access returns s as package access knows it.
func (s Subject) Access() access.Subject {
	switch {
	case s.Link != "":
		return access.ViaLink(access.LinkID(s.Link))
	case s.Session:
		return access.Session(s.User, s.Team)
	}
	return access.User(s.User)
}

// Resource is what a question is about.
type Resource struct {
	Kind, ID, Account string
}

// OfAccount returns an account as a resource.
func OfAccount(id string) Resource { return Resource{Kind: "account", ID: id} }

// OfReport returns a report as a resource.
func OfReport(id string) Resource { return Resource{Kind: "report", ID: id} }

// Access returns r as package access knows it.
func (r Resource) Access() access.Resource {
	return access.Kind(r.Kind).Resource(r.ID, r.Account)
}

// BuiltInKinds are the kinds that every company has.
var BuiltInKinds = []string{"company", "account", "user", "role", "team", "group", "report", "link"}

// Question is an action at a resource.
type Question struct {
	Action   string
	Resource Resource
}

// Decide asks p the question.
func (q Question) Decide(p *access.Policy, s Subject) access.Decision {
	return p.Decide(s.Access(), access.Action(q.Action), q.Resource.Access())
}

// Questions returns every action with every resource it may be asked of, and
// one more that may not.
func (w *World) Questions() []Question {
	var all []Question
	actions := w.Catalog.Actions()
	for i, r := range w.Resources() {
		for j, a := range actions {
			if w.Catalog.Asks(a, r) || j == i%len(actions) {
				all = append(all, Question{a, r})
			}
		}
	}
	return all
}

// Subjects returns every subject there is in the world, and some there is not.
func (w *World) Subjects() []Subject {
	all := []Subject{{}, InCompany("ghost"), InSession("ghost", "t1"), ByLink("ghost")}
	for _, u := range SortedKeys(w.Users) {
		all = append(all, InCompany(u), InSession(u, ""), InSession(u, "ghost"))
		for _, t := range SortedKeys(w.Teams) {
			all = append(all, InSession(u, t))
		}
	}
	for _, l := range SortedKeys(w.Links) {
		all = append(all, ByLink(l))
	}
	return all
}

// Resources returns every resource there is in the world, and some there is
// not.
func (w *World) Resources() []Resource {
	all := []Resource{
		{}, {Kind: "company"}, {Kind: "company", ID: "x"}, {Kind: "company", Account: "a1"},
		{Kind: "campagin", ID: "c1", Account: "a1"}, {Kind: "campaign"}, {Kind: "Campaign", ID: "c1"},
		{Kind: "invitation", ID: "c1"}, {Kind: "review", ID: "c1", Account: "a1"},
		{ID: "c1", Account: "a1"}, {Kind: "role", ID: "ghost"}, {Kind: "account", ID: "a1", Account: "a2"},
		{Kind: "team", ID: "t1", Account: "a1"}, {Kind: "report", ID: "r1", Account: "a1"},
	}
	byKind := map[string][]string{
		"account": SortedKeys(w.Accounts), "group": SortedKeys(w.Groups), "team": SortedKeys(w.Teams),
		"user": SortedKeys(w.Users), "report": SortedKeys(w.Reports), "link": SortedKeys(w.Links),
	}
	for _, r := range w.Catalog.Roles {
		all = append(all, Resource{Kind: "role", ID: string(r.Name)})
	}
	for _, kind := range SortedKeys(byKind) {
		for _, id := range append(byKind[kind], "", "ghost") {
			all = append(all, Resource{Kind: kind, ID: id})
		}
	}
	for _, kind := range HostKinds {
		all = append(all, Resource{Kind: kind, ID: "c1"}, Resource{Kind: kind, ID: "c1", Account: "a1"})
	}
	for _, a := range append(byKind["account"], "ghost") {
		all = append(all, Resource{Kind: "campaign", ID: "c1", Account: a}, Resource{Kind: "account", ID: a, Account: a})
	}
	return all
}
