package store

import (
	"cmp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// PutTeam adds a team, or replaces its record with the groups it has, and keeps
// its members and grants. The groups must exist and be distinct; the
// order they come in means nothing.
func (w *Writer) PutTeam(t team.Team, groups []uint32) {
	groups = slices.Clone(groups)
	slices.SortFunc(groups, func(a, b uint32) int { return cmp.Compare(w.Groups.At(a).ID, w.Groups.At(b).ID) })
	t.Groups = make([]datagroup.ID, len(groups))
	for k, g := range groups {
		t.Groups[k] = w.Groups.At(g).ID
	}
	i, old, found := w.Teams.Find(string(t.ID))
	if !found {
		i = w.Teams.Add(w.token, string(t.ID), &Team{Team: t, GroupNumbers: groups})
	} else {
		before := old.GroupNumbers
		next := w.editTeam(i)
		next.Team, next.GroupNumbers = t, groups
		if slices.Equal(before, groups) {
			return
		}
		for _, g := range before {
			if !slices.Contains(groups, g) {
				w.editGroup(g).Teams.Remove(w.token, i)
			}
		}
	}
	for _, g := range groups {
		if !w.Groups.At(g).Teams.Has(i) {
			w.editGroup(g).Teams.Add(w.token, i)
		}
	}
	w.route(i)
}

// RemoveTeam removes a team, and with it its memberships, assignments and
// report grants, and ends the links made in its sessions. It costs nothing for
// its members: they skip the missing team.
func (w *Writer) RemoveTeam(i uint32) {
	t := w.Teams.At(i)
	for _, g := range t.GroupNumbers {
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
	w.sights.Put(w.token, i, marked{})
}

// Claim returns what stands beside the id of a user, for [Writer.AddMembers], or
// nil if there is no such user. It is good until a user is added.
func (w *Writer) Claim(id string) *User { return w.Users.Edit(w.token, id) }

// Joining is a membership that a user whose record was claimed comes to have.
type Joining struct {
	*User
	Until time.Time
	Note  string
}

// AddMembers adds memberships to a team that has no members. The users must be
// distinct, and have been claimed.
func (w *Writer) AddMembers(team uint32, all []Joining) {
	numbers := make([]uint32, len(all))
	for k, j := range all {
		numbers[k] = j.No
		if m := (Membership{team, j.Until, j.Note}); !m.plain() || !w.putPlain(j.User, team) {
			w.join(j.No, m)
		}
	}
	w.editTeam(team).Members = persist.Union(w.token, numbers)
}
