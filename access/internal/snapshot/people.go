package snapshot

import (
	"cmp"
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// PutUser adds a user, or replaces the record and keeps their teams, grants and
// links. The address must be free unless it is zero, and the role number within Holders.
func (w *Writer) PutUser(u team.User, role int) {
	i, old, found := w.Users.Find(string(u.ID))
	next := &User{User: u, RoleNumber: role}
	if !found {
		i = w.Users.Add(w.token, string(u.ID), next)
	} else {
		next.Teams, next.Grants, next.Links = old.Teams, old.Grants, old.Links
		w.count(old, -1)
		w.removeAddress(old)
		w.Users.Set(w.token, i, next)
	}
	w.count(next, +1)
	if !u.Email.IsZero() {
		w.Emails.Put(w.token, u.Email.Key(), i)
	}
}

func (w *Writer) removeAddress(u *User) {
	if !u.Email.IsZero() {
		w.Emails.Delete(w.token, u.Email.Key())
	}
}

// RemoveUser removes a user with their memberships and grants, and ends the
// links they made.
func (w *Writer) RemoveUser(i uint32) {
	u := w.Users.At(i)
	for _, m := range u.Teams {
		if w.Teams.At(m.Team) != nil {
			w.editTeam(m.Team).Members.Remove(w.token, i)
		}
	}
	for g := range u.Grants.All() {
		if w.Reports.At(g.Of) != nil {
			w.editReport(g.Of).Users.Remove(w.token, i)
		}
	}
	for _, l := range u.Links {
		w.endLink(l)
	}
	w.count(u, -1)
	w.removeAddress(u)
	w.Users.Remove(w.token, string(u.ID))
}

// count adds n to the holders of u's role.
func (w *Writer) count(u *User, n int) {
	h := &w.Holders[u.RoleNumber]
	h.All += n
	if u.Lasting() {
		h.Lasting += n
	}
}

// PutRoles gives the roles other numbers: there are n, each with the number
// that number returns.
func (w *Writer) PutRoles(n int, number func(role.Name) int) {
	w.Holders = make([]Holders, n)
	for i := range All(&w.Users) {
		u := w.editUser(i)
		u.RoleNumber = number(u.Role)
		w.count(u, +1)
	}
}

// Lasting reports whether u counts towards the minimum of the role: whether
// they are active and will stay so as time passes.
func (u *User) Lasting() bool { return !u.Suspended && u.Until.IsZero() }

// PutTeam adds a team, or replaces its record with the groups it has, and keeps
// its members and grants. The groups must exist and be distinct; the
// order they come in means nothing.
func (w *Writer) PutTeam(t team.Team, held []uint32) {
	held = slices.Clone(held)
	slices.SortFunc(held, func(a, b uint32) int { return cmp.Compare(w.Groups.At(a).ID, w.Groups.At(b).ID) })
	t.Groups = make([]datagroup.ID, len(held))
	for k, g := range held {
		t.Groups[k] = w.Groups.At(g).ID
	}
	i, old, found := w.Teams.Find(string(t.ID))
	next := &Team{Team: t, GroupIndexes: held}
	if !found {
		i = w.Teams.Add(w.token, string(t.ID), next)
	} else {
		next.Members, next.Grants, next.Links = old.Members, old.Grants, old.Links
		next.classes, next.accounts = old.classes, old.accounts
		w.Teams.Set(w.token, i, next)
		if slices.Equal(old.GroupIndexes, held) {
			return
		}
		for _, g := range old.GroupIndexes {
			w.editGroup(g).Teams.Remove(w.token, i)
		}
	}
	for _, g := range held {
		w.editGroup(g).Teams.Add(w.token, i)
	}
	w.unite(next)
}

// RemoveTeam removes a team, and with it its memberships, assignments and
// report grants, and ends the links made in its sessions. It costs nothing for
// its members: they skip the missing team.
func (w *Writer) RemoveTeam(i uint32) {
	t := w.Teams.At(i)
	for _, g := range t.GroupIndexes {
		w.editGroup(g).Teams.Remove(w.token, i)
	}
	for g := range t.Grants.All() {
		if w.Reports.At(g.Of) != nil {
			w.editReport(g.Of).Teams.Remove(w.token, i)
		}
	}
	for _, l := range t.Links {
		w.endLink(l)
	}
	w.Teams.Remove(w.token, string(t.ID))
}

// PutMember puts user u into a team, or replaces their membership. It leaves the
// memberships in no order until Freeze.
func (w *Writer) PutMember(u uint32, m Membership) {
	rec := w.editUser(u)
	if !w.owns(membershipsOfUser, u) {
		rec.Teams = w.lasting(slices.Clone(rec.Teams))
		w.unsorted = append(w.unsorted, u)
	}
	if w.editTeam(m.Team).Members.Add(w.token, u) {
		rec.Teams = append(rec.Teams, m)
		return
	}
	k := slices.IndexFunc(rec.Teams, func(old Membership) bool { return old.Team == m.Team })
	rec.Teams[k] = m
}

// lasting returns the memberships without those of teams that are gone. It
// changes them in place.
func (w *Writer) lasting(teams []Membership) []Membership {
	return slices.DeleteFunc(teams, func(m Membership) bool { return w.Teams.At(m.Team) == nil })
}

// sortMemberships puts the memberships of each user in byte order of the teams.
func (w *Writer) sortMemberships() {
	for _, u := range w.unsorted {
		if w.Users.At(u) == nil {
			continue
		}
		rec := w.editUser(u)
		rec.Teams = w.lasting(rec.Teams)
		slices.SortFunc(rec.Teams, func(a, b Membership) int { return cmp.Compare(w.Teams.At(a.Team).ID, w.Teams.At(b.Team).ID) })
	}
	w.unsorted = nil
}

// RemoveMember takes user u out of team t.
func (w *Writer) RemoveMember(t, u uint32) {
	rec := w.editUser(u)
	rec.Teams = slices.DeleteFunc(slices.Clone(rec.Teams), func(m Membership) bool { return m.Team == t })
	w.editTeam(t).Members.Remove(w.token, u)
}
