package model

import (
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// Change is one change, to a World and to an Edit. Apply reports whether it
// can be made, and leaves the world alone if not.
type Change struct {
	Name  string // "set user u1"
	Apply func(*World) bool
	Edit  func(*access.Edit)
}

// Kind returns the first two words of the name: "set user".
func (c Change) Kind() string {
	verb, rest, _ := strings.Cut(c.Name, " ")
	noun, _, _ := strings.Cut(rest, " ")
	return verb + " " + noun
}

// Names returns the names of changes.
func Names(changes []Change) []string {
	var all []string
	for _, c := range changes {
		all = append(all, c.Name)
	}
	return all
}

// Apply returns the world after the changes, or false if one of them cannot be
// made. The world itself stays as it is.
func (w *World) Apply(changes ...Change) (*World, bool) {
	next := w.Clone()
	for _, c := range changes {
		if !c.Apply(next) {
			return nil, false
		}
	}
	return next, true
}

// Edit makes the changes to a policy.
func Edit(p *access.Policy, changes ...Change) (*access.Policy, error) {
	e := p.Edit()
	for _, c := range changes {
		c.Edit(e)
	}
	return e.Policy()
}

// SetUser is [World.SetUser] as a change.
func SetUser(id string, u User) Change {
	return Change{"set user " + id, func(w *World) bool { return w.SetUser(id, u) },
		func(e *access.Edit) { e.SetUser(u.entry(id)) }}
}

// RemoveUser is [World.RemoveUser] as a change.
func RemoveUser(id string) Change {
	return Change{"remove user " + id, func(w *World) bool { return w.RemoveUser(id) },
		func(e *access.Edit) { e.RemoveUser(team.UserID(id)) }}
}

// SetMember is [World.SetMember] as a change.
func SetMember(t, u string, until time.Time) Change {
	return Change{"set member " + t + "/" + u, func(w *World) bool { return w.SetMember(t, u, until) },
		func(e *access.Edit) { e.SetMember(team.ID(t), document.Member{User: u, Until: EndText(until)}) }}
}

// RemoveMember is [World.RemoveMember] as a change.
func RemoveMember(t, u string) Change {
	return Change{"remove member " + t + "/" + u, func(w *World) bool { return w.RemoveMember(t, u) },
		func(e *access.Edit) { e.RemoveMember(team.ID(t), team.UserID(u)) }}
}

// SetTeam is [World.SetTeam] as a change, with a description made of the id.
func SetTeam(id, name string, groups []string) Change {
	description := "of " + id
	return Change{"set team " + id, func(w *World) bool { return w.SetTeam(id, name, description, groups) }, func(e *access.Edit) {
		e.SetTeam(document.Team{ID: id, Name: name, Description: description, Groups: groups})
	}}
}

// RemoveTeam is [World.RemoveTeam] as a change.
func RemoveTeam(id string) Change {
	return Change{"remove team " + id, func(w *World) bool { return w.RemoveTeam(id) },
		func(e *access.Edit) { e.RemoveTeam(team.ID(id)) }}
}

// SetGroup is [World.SetGroup] as a change.
func SetGroup(id string, g Group) Change {
	return Change{"set group " + id + " to " + g.Rule.Text, func(w *World) bool { return w.SetGroup(id, g) },
		func(e *access.Edit) { e.SetGroup(g.entry(id)) }}
}

// RemoveGroup is [World.RemoveGroup] as a change.
func RemoveGroup(id string) Change {
	return Change{"remove group " + id, func(w *World) bool { return w.RemoveGroup(id) },
		func(e *access.Edit) { e.RemoveGroup(datagroup.ID(id)) }}
}

// SetAccount is [World.SetAccount] as a change.
func SetAccount(id string, a Account) Change {
	return Change{"set account " + id, func(w *World) bool { return w.SetAccount(id, a) },
		func(e *access.Edit) { e.SetAccount(a.entry(id)) }}
}

// RemoveAccount is [World.RemoveAccount] as a change.
func RemoveAccount(id string) Change {
	return Change{"remove account " + id, func(w *World) bool { return w.RemoveAccount(id) },
		func(e *access.Edit) { e.RemoveAccount(datagroup.AccountID(id)) }}
}

// SetAttributes is [World.SetAttributes] as a change.
func SetAttributes(types map[string]datagroup.Type) Change {
	return Change{"set attributes", func(w *World) bool { return w.SetAttributes(types) },
		func(e *access.Edit) { e.SetAttributes(typeNames(types)) }}
}

// SetReport is [World.SetReport] as a change.
func SetReport(id, name string) Change {
	return Change{"set report " + id, func(w *World) bool { return w.SetReport(id, name) },
		func(e *access.Edit) { e.SetReport(document.Report{ID: id, Name: name}) }}
}

// RemoveReport is [World.RemoveReport] as a change.
func RemoveReport(id string) Change {
	return Change{"remove report " + id, func(w *World) bool { return w.RemoveReport(id) },
		func(e *access.Edit) { e.RemoveReport(access.ReportID(id)) }}
}

// SetGrant is [World.SetGrant] as a change.
func SetGrant(report, user, t string, g Grant) Change {
	return Change{"set grant " + report + "/" + user + t, func(w *World) bool { return w.SetGrant(report, user, t, g) },
		func(e *access.Edit) { e.SetGrant(access.ReportID(report), g.entry(user, t)) }}
}

// RemoveGrant is [World.RemoveGrant] as a change.
func RemoveGrant(report, user, t string) Change {
	return Change{"remove grant " + report + "/" + user + t, func(w *World) bool { return w.RemoveGrant(report, user, t) },
		func(e *access.Edit) { e.RemoveGrant(access.ReportID(report), document.Grant{User: user, Team: t}) }}
}

// SetLink is [World.SetLink] as a change.
func SetLink(id string, l Link) Change {
	return Change{"set link " + id, func(w *World) bool { return w.SetLink(id, l) },
		func(e *access.Edit) { e.SetLink(l.entry(id)) }}
}

// RemoveLink is [World.RemoveLink] as a change.
func RemoveLink(id string) Change {
	return Change{"remove link " + id, func(w *World) bool { return w.RemoveLink(id) },
		func(e *access.Edit) { e.RemoveLink(access.LinkID(id)) }}
}

// SetCatalog is [World.SetCatalog] as a change.
func SetCatalog(c Catalog) Change {
	return Change{"set catalog " + c.Name, func(w *World) bool { return w.SetCatalog(c) },
		func(e *access.Edit) { e.SetCatalog(c.Compile()) }}
}
