package snapshot

import (
	"cmp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Writer makes the next State from one, change by change. The State it reads
// from its embedded field is the one made so far.
type Writer struct {
	State
	token *Token

	batch   *datagroup.Batch // of the classes as they are; nil until many filters are matched
	filters int              // matched since the classes were last added to
}

// NewWriter returns a Writer that starts from base, which it leaves as it is.
func NewWriter(base *State) *Writer {
	w := &Writer{State: *base, token: NewToken()}
	if w.Schema == nil {
		w.Schema = new(datagroup.Schema)
	}
	if w.columns == nil {
		w.columns = newColumns(w.Schema)
	}
	w.Holders = slices.Clone(w.Holders)
	w.columns = slices.Clone(w.columns)
	return w
}

// Freeze returns the State made so far. The Writer may go on: what it changes
// from then on is not in that State.
func (w *Writer) Freeze() *State {
	w.token = NewToken()
	frozen := w.State
	frozen.Holders = slices.Clone(w.Holders)
	frozen.columns = slices.Clone(w.columns)
	return &frozen
}

// PutUser adds a user, or replaces what is said of him and keeps what hangs on
// him. The address must be free, the role number within Holders.
func (w *Writer) PutUser(u team.User, role int) {
	i, old, found := w.Users.Find(string(u.ID))
	next := &User{User: u, RoleNumber: role}
	if !found {
		i = w.Users.Add(w.token, string(u.ID), next)
	} else {
		next.Teams, next.Grants, next.Links = old.Teams, old.Grants, old.Links
		w.count(old, -1)
		w.Emails.Delete(w.token, old.Email.Key())
		w.Users.Set(w.token, i, next)
	}
	w.count(next, +1)
	w.Emails.Put(w.token, u.Email.Key(), i)
}

// RemoveUser removes a user, his memberships and grants, and ends his links.
func (w *Writer) RemoveUser(i uint32) {
	u := w.Users.At(i)
	for _, m := range u.Teams {
		if w.Teams.At(m.Team) != nil {
			w.editTeam(m.Team).Members.Remove(w.token, i)
		}
	}
	for _, g := range u.Grants {
		if w.Reports.At(g.Of) != nil {
			w.editReport(g.Of).Users.Remove(w.token, i)
		}
	}
	for _, l := range u.Links {
		w.endLink(l)
	}
	w.count(u, -1)
	w.Emails.Delete(w.token, u.Email.Key())
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

// PutRoles numbers the roles anew: n of them, each as number says.
func (w *Writer) PutRoles(n int, number func(role.Name) int) {
	w.Holders = make([]Holders, n)
	for i := range w.Users.All() {
		u := w.editUser(i)
		u.RoleNumber = number(u.Role)
		w.count(u, +1)
	}
}

// Lasting reports whether u counts towards his role's minimum: whether he is
// active and will stay so as time passes.
func (u *User) Lasting() bool { return !u.Suspended && u.Until.IsZero() }

// PutTeam adds a team, or replaces what is said of it and the groups it holds
// and keeps its members and grants. The groups must exist and be distinct; the
// order they come in means nothing.
func (w *Writer) PutTeam(t team.Team, held []uint32) {
	held = slices.Clone(held)
	slices.SortFunc(held, func(a, b uint32) int { return cmp.Compare(w.Groups.At(a).ID, w.Groups.At(b).ID) })
	t.Groups = make([]datagroup.ID, len(held))
	for k, g := range held {
		t.Groups[k] = w.Groups.At(g).ID
	}
	i, old, found := w.Teams.Find(string(t.ID))
	next := &Team{Team: t, Held: held}
	if !found {
		i = w.Teams.Add(w.token, string(t.ID), next)
	} else {
		next.Members, next.Grants = old.Members, old.Grants
		next.classes, next.accounts = old.classes, old.accounts
		w.Teams.Set(w.token, i, next)
		if slices.Equal(old.Held, held) {
			return
		}
		for _, g := range old.Held {
			w.editGroup(g).Teams.Remove(w.token, i)
		}
	}
	for _, g := range held {
		w.editGroup(g).Teams.Add(w.token, i)
	}
	w.unite(next)
}

// RemoveTeam removes a team, and with it its memberships, assignments and
// report grants. It costs nothing for its members: they skip the missing team.
func (w *Writer) RemoveTeam(i uint32) {
	t := w.Teams.At(i)
	for _, g := range t.Held {
		w.editGroup(g).Teams.Remove(w.token, i)
	}
	for _, g := range t.Grants {
		if w.Reports.At(g.Of) != nil {
			w.editReport(g.Of).Teams.Remove(w.token, i)
		}
	}
	w.Teams.Remove(w.token, string(t.ID))
}

// PutMember puts user u into team t, or moves the end of his membership.
func (w *Writer) PutMember(t, u uint32, until time.Time) {
	rec := w.editUser(u)
	m := Membership{Team: t, Until: until}
	if k := slices.IndexFunc(rec.Teams, func(m Membership) bool { return m.Team == t }); k >= 0 {
		rec.Teams = slices.Clone(rec.Teams)
		rec.Teams[k] = m
		return
	}
	teams := make([]Membership, 0, len(rec.Teams)+1)
	for _, old := range rec.Teams {
		if w.Teams.At(old.Team) != nil {
			teams = append(teams, old)
		}
	}
	k, _ := slices.BinarySearchFunc(teams, w.Teams.At(t).ID, func(m Membership, id team.ID) int {
		return cmp.Compare(w.Teams.At(m.Team).ID, id)
	})
	rec.Teams = slices.Insert(teams, k, m)
	w.editTeam(t).Members.Add(w.token, u)
}

// RemoveMember takes user u out of team t.
func (w *Writer) RemoveMember(t, u uint32) {
	rec := w.editUser(u)
	rec.Teams = slices.DeleteFunc(slices.Clone(rec.Teams), func(m Membership) bool { return m.Team == t })
	w.editTeam(t).Members.Remove(w.token, u)
}

// editUser returns a copy of the record that is in place of it from now on.
func (w *Writer) editUser(i uint32) *User { return edit(&w.Users, w.token, i) }

// editTeam is editUser for teams.
func (w *Writer) editTeam(i uint32) *Team { return edit(&w.Teams, w.token, i) }

// editGroup is editUser for groups.
func (w *Writer) editGroup(i uint32) *Group { return edit(&w.Groups, w.token, i) }

// editReport is editUser for reports.
func (w *Writer) editReport(i uint32) *Report { return edit(&w.Reports, w.token, i) }

func edit[T any](b *Book[*T], t *Token, i uint32) *T {
	next := *b.At(i)
	b.Set(t, i, &next)
	return &next
}
