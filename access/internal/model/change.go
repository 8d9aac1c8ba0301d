package model

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/datagroup"
)

// The methods of this file change the world as an Edit changes a policy. Each
// reports whether the change can be made; one that cannot leaves the world as
// it was.

// SetUser adds a user or replaces one. Without a role the user gets the
// default of the catalog.
func (w *World) SetUser(id string, u User) bool {
	if u.Role == "" {
		u.Role = w.Catalog.Default()
	}
	_, known := w.Catalog.Role(u.Role)
	if id == "" || !known {
		return false
	}
	for other, o := range w.Users {
		if other != id && u.Email != "" && lower(o.Email) == lower(u.Email) {
			return false
		}
	}
	w.Users[id] = u
	return true
}

// RemoveUser removes a user, with memberships and grants, and ends the links
// that the user made.
func (w *World) RemoveUser(id string) bool {
	if !has(w.Users, id) {
		return false
	}
	delete(w.Users, id)
	for _, t := range w.Teams {
		delete(t.Members, id)
	}
	for _, r := range w.Reports {
		delete(r.Users, id)
	}
	w.EndLinks(func(l Link) bool { return l.Maker == id })
	return true
}

// SetMember puts a user into a team, or moves the end of the membership.
func (w *World) SetMember(team, user string, until time.Time) bool {
	if !has(w.Teams, team) || !has(w.Users, user) {
		return false
	}
	w.Teams[team].Members[user] = until
	return true
}

// RemoveMember takes a user out of a team.
func (w *World) RemoveMember(team, user string) bool {
	if !has(w.Teams[team].Members, user) {
		return false
	}
	delete(w.Teams[team].Members, user)
	return true
}

// SetTeam adds a team, or replaces its texts and data groups; the members
// stay. The groups may come in any order, each once.
func (w *World) SetTeam(id, name, description string, groups []string) bool {
	for i, g := range groups {
		if !has(w.Groups, g) || slices.Contains(groups[:i], g) {
			return false
		}
	}
	if id == "" {
		return false
	}
	t := Team{Name: name, Description: description, Groups: slices.Sorted(slices.Values(groups)), Members: w.Teams[id].Members}
	if t.Members == nil {
		t.Members = map[string]time.Time{}
	}
	w.Teams[id] = t
	return true
}

// RemoveTeam removes a team and what is shared with it, and ends the links made in
// its sessions.
func (w *World) RemoveTeam(id string) bool {
	if !has(w.Teams, id) {
		return false
	}
	delete(w.Teams, id)
	for _, r := range w.Reports {
		delete(r.Teams, id)
	}
	w.EndLinks(func(l Link) bool { return l.Session == id })
	return true
}

// SetGroup adds a data group, or replaces its name and filter. The filter must
// fit the attributes.
func (w *World) SetGroup(id string, g Group) bool {
	fits := !slices.ContainsFunc(g.Rule.Reads, func(name string) bool {
		return !has(w.Attributes, name) || has(Types, name) && w.Attributes[name] != Types[name]
	})
	if id == "" || !fits {
		return false
	}
	w.Groups[id] = g
	return true
}

// RemoveGroup removes a data group, also from every team that has it.
func (w *World) RemoveGroup(id string) bool {
	if !has(w.Groups, id) {
		return false
	}
	delete(w.Groups, id)
	for name, t := range w.Teams {
		t.Groups = slices.DeleteFunc(t.Groups, func(g string) bool { return g == id })
		w.Teams[name] = t
	}
	return true
}

// SetAccount connects an account or replaces its values.
func (w *World) SetAccount(id string, a Account) bool {
	if id == "" || !w.Declares(a) {
		return false
	}
	w.Accounts[id] = a
	return true
}

// RemoveAccount disconnects an account.
func (w *World) RemoveAccount(id string) bool {
	if !has(w.Accounts, id) {
		return false
	}
	delete(w.Accounts, id)
	return true
}

// SetAttributes replaces the declared attributes. One in use stays as it is,
// and none can be called campaign.
func (w *World) SetAttributes(types map[string]datagroup.Type) bool {
	if has(types, "campaign") {
		return false
	}
	for name, was := range w.Attributes {
		if types[name] != was && w.InUse(name) {
			return false
		}
	}
	w.Attributes = maps.Clone(types)
	return true
}

// lower returns text with the letters A to Z as small ones, and all others as
// they are.
func lower(text string) string {
	letters := []byte(text)
	for i, c := range letters {
		if 'A' <= c && c <= 'Z' {
			letters[i] = c - 'A' + 'a'
		}
	}
	return string(letters)
}

// SameName reports whether two names that must be unique are the same: after
// folding ASCII case and runs of blanks. No name is like no other.
func SameName(a, b string) bool {
	fold := func(name string) string { return strings.Join(strings.Fields(lower(name)), " ") }
	return a != "" && fold(a) == fold(b)
}

// SetReport adds a report that is shared with nobody, or renames one. Names
// are unique after folding; no name is none.
func (w *World) SetReport(id, name string) bool {
	if id == "" {
		return false
	}
	for other, r := range w.Reports {
		if other != id && SameName(r.Name, name) {
			return false
		}
	}
	r, ok := w.Reports[id]
	if !ok {
		r = NewReport("")
	}
	r.Name = name
	w.Reports[id] = r
	return true
}

// RemoveReport removes a report and ends the links to it.
func (w *World) RemoveReport(id string) bool {
	if !has(w.Reports, id) {
		return false
	}
	delete(w.Reports, id)
	w.EndLinks(func(l Link) bool { return l.Resource.Kind == "report" && l.Resource.ID == id })
	return true
}

// SetGrant shares a report with a user or a team: one of them, the other is "".
func (w *World) SetGrant(report, user, team string, g Grant) bool {
	switch {
	case !has(w.Reports, report), (user == "") == (team == ""), g.Level < Viewer, g.Level > Creator:
		return false
	case team == "" && has(w.Users, user):
		w.Reports[report].Users[user] = g
	case user == "" && has(w.Teams, team) && g.Level <= Explorer:
		w.Reports[report].Teams[team] = g
	default:
		return false
	}
	return true
}

// RemoveGrant takes a report away from a user or a team.
func (w *World) RemoveGrant(report, user, team string) bool {
	r := w.Reports[report]
	switch {
	case (user == "") == (team == ""):
		return false
	case has(r.Users, user):
		delete(r.Users, user)
	case has(r.Teams, team):
		delete(r.Teams, team)
	default:
		return false
	}
	return true
}

// SetLink adds a link, or moves its end or ends it; the rest of one that is
// there stays. One that is ended from the start may name a maker and a report
// that are not there.
func (w *World) SetLink(id string, l Link) bool {
	old, ok := w.Links[id]
	if ok {
		same := l
		same.Until, same.Ended = old.Until, old.Ended
		if same != old || old.Ended && !l.Ended {
			return false
		}
		w.Links[id] = l
		return true
	}
	dangling := !has(w.Users, l.Maker) || l.Session != "" && !has(w.Teams, l.Session) || l.Resource.Kind == "report" && !has(w.Reports, l.Resource.ID)
	if id == "" || l.Maker == "" || !l.Ended && dangling || !w.LinkFits(l) {
		return false
	}
	w.Links[id] = l
	return true
}

// RemoveLink removes a link.
func (w *World) RemoveLink(id string) bool {
	if !has(w.Links, id) {
		return false
	}
	delete(w.Links, id)
	return true
}

// SetCatalog replaces the roles. Every one that a user has must be there.
func (w *World) SetCatalog(c Catalog) bool {
	for _, u := range w.Users {
		if _, ok := c.Role(u.Role); !ok {
			return false
		}
	}
	w.Catalog = c
	w.EndLinks(func(l Link) bool { return !l.Ended && !w.LinkFits(l) })
	return true
}
