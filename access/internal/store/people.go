package store

import (
	"cmp"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// PutUser adds a user, or replaces what is known of them and keeps their teams,
// grants and links. The address must be free unless it is zero, and the role
// number within Roles.
func (w *Writer) PutUser(u team.User, number int) {
	old := w.Users.Get(string(u.ID))
	if old == nil {
		w.AddUser(w.Users.Next(), u, number)
		return
	}
	no := old.No
	if m := w.spreads[no]; m != nil || !w.More(no).says(u) {
		m = w.spread(no)
		m.Suspended, m.Until, m.Note = u.Suspended, u.Until, u.Note
	}
	if w.roles.Get(no) != uint16(number) { // what stands beside the id may be out of date
		w.roles.Put(w.token, no, uint16(number))
		w.spread(no)
	}
	if email := w.emails.Get(no); email != u.Email {
		w.removeAddress(no)
		w.addAddress(no, u.Email)
	}
	if w.names.Get(no) != u.Name {
		w.names.Put(w.token, no, u.Name)
	}
}

// AddUser adds a user whose id and address are new, under a number that
// [persist.Roll.Enroll] may take.
func (w *Writer) AddUser(no uint32, u team.User, number int) {
	m := More{Suspended: u.Suspended, Until: u.Until, Note: u.Note}
	rec := User{No: no, Role: uint16(number), is: m.standing()}
	w.Users.Enroll(w.token, no, string(u.ID), rec)
	w.roles.Put(w.token, no, rec.Role)
	w.addAddress(no, u.Email)
	if u.Name != "" {
		w.names.Put(w.token, no, u.Name)
	}
	if !m.empty() {
		w.more.Put(w.token, no, &m)
	}
	w.hold(&rec, +1)
}

func (w *Writer) addAddress(no uint32, a team.Address) {
	if !a.IsZero() {
		w.emails.Put(w.token, no, a)
		w.Emails.Add(w.token, a.Key(), no)
	}
}

func (w *Writer) removeAddress(no uint32) {
	if a := w.emails.Get(no); !a.IsZero() {
		w.emails.Put(w.token, no, team.Address{})
		w.Emails.Delete(w.token, a.Key())
	}
}

// hold adds u to the holders of their role, or takes them out for -1.
func (w *Writer) hold(u *User, n int) {
	r := w.editRole(u.Role)
	set := &r.Others
	if u.Plain() {
		set = &r.Plain
	}
	if n > 0 {
		set.Add(w.token, u.No)
	} else {
		set.Remove(w.token, u.No)
	}
	if u.Lasting() {
		r.Lasting += n
	}
}

// spread is what is kept of a user beside their standing, all memberships
// included, while it changes.
type spread struct {
	More
	ownsMemberships, ownsLinks bool // no other State has the list
	unsorted                   bool // memberships are in no order
}

// spread returns what is kept of a user, for changes until Freeze, when it
// settles. What stands beside the id is out of date until then.
func (w *Writer) spread(no uint32) *spread {
	if m := w.spreads[no]; m != nil {
		return m
	}
	m := &spread{More: *w.More(no)}
	if teams := w.user(no).Teams(); len(teams) > 0 {
		m.Memberships, m.ownsMemberships = make([]Membership, len(teams), len(teams)+1), true
		for k, t := range teams {
			m.Memberships[k].Team = t
		}
	}
	if w.spreads == nil {
		w.spreads = make(map[uint32]*spread)
	}
	w.spreads[no] = m
	return m
}

// user returns what stands beside the id of a user.
func (w *Writer) user(no uint32) *User { return w.Users.Get(w.Users.ID(no)) }

// settle puts what was spread in its place.
func (w *Writer) settle() {
	for no, m := range w.spreads {
		w.settleUser(no, m)
	}
	w.spreads = nil
}

// settleUser says who is plain, as it alone and AddUser do.
func (w *Writer) settleUser(no uint32, m *spread) {
	if m.unsorted {
		m.Memberships = w.remaining(m.Memberships)
		slices.SortFunc(m.Memberships, func(a, b Membership) int { return w.compareTeams(a.Team, b.Team) })
	}
	old := *w.user(no)
	next := User{No: no, Role: w.roles.Get(no), is: m.standing()}
	if next.Plain() {
		for _, in := range m.Memberships {
			next.teams[next.count] = in.Team
			next.count++
		}
		m.Memberships = nil
	}
	if old.is != next.is || old.Role != next.Role {
		w.hold(&old, -1)
		w.hold(&next, +1)
	}
	if next != old {
		*w.Claim(w.Users.ID(no)) = next
	}
	if !m.empty() {
		more := m.More
		w.more.Put(w.token, no, &more)
	} else if w.more.Get(no) != nil {
		w.more.Put(w.token, no, nil)
	}
}

func (w *Writer) compareTeams(a, b uint32) int {
	return cmp.Compare(w.Teams.At(a).ID, w.Teams.At(b).ID)
}

// RemoveUser removes a user with their memberships and grants, and ends the
// links they made.
func (w *Writer) RemoveUser(no uint32) {
	m, u := w.spread(no), *w.user(no)
	for _, in := range m.Memberships {
		if w.Teams.At(in.Team) != nil {
			w.editTeam(in.Team).Members.Remove(w.token, no)
		}
	}
	for g := range m.Grants.All() {
		if w.Reports.At(g.Of) != nil {
			w.editReport(g.Of).Users.Remove(w.token, no)
		}
	}
	for _, l := range m.Links {
		w.endLink(l)
	}
	w.hold(&u, -1)
	w.removeAddress(no)
	delete(w.spreads, no)
	if w.more.Get(no) != nil {
		w.more.Put(w.token, no, nil)
	}
	w.names.Put(w.token, no, "")
	w.Users.Strike(w.token, no)
}

// PutRoles gives the roles other numbers, those of names.
func (w *Writer) PutRoles(names []role.Name) {
	w.settle()
	number := make(map[role.Name]uint16, len(names))
	old, roles := w.Roles, make([]*Role, len(names))
	for i, name := range names {
		number[name], roles[i] = uint16(i), &Role{Name: name, owner: w.token}
	}
	w.Roles, w.ownsRoles = roles, true
	for no, id := range persist.IDs(&w.Users) {
		u := w.Users.Edit(w.token, id)
		u.Role = number[old[u.Role].Name]
		w.roles.Put(w.token, no, u.Role)
		w.hold(u, +1)
	}
}

// PutMember puts user no into a team, or replaces their membership.
func (w *Writer) PutMember(no uint32, m Membership) {
	added := w.editTeam(m.Team).Members.Add(w.token, no)
	if added && m.plain() && w.user(no).Plain() && w.putPlain(w.Claim(w.Users.ID(no)), m.Team) {
		return
	}
	if added {
		w.join(no, m)
		return
	}
	all := w.editMemberships(no).Memberships
	all[slices.IndexFunc(all, func(old Membership) bool { return old.Team == m.Team })] = m
}

// putPlain puts a team among those of a plain user, and reports whether it may
// be there and there was room.
func (w *Writer) putPlain(u *User, team uint32) bool {
	if !u.Plain() || w.spreads[u.No] != nil {
		return false
	}
	teams := slices.DeleteFunc(u.Teams(), func(t uint32) bool { return w.Teams.At(t) == nil })
	if u.count = uint8(len(teams)); u.count == maxPlain {
		return false
	}
	k, _ := slices.BinarySearchFunc(teams, team, w.compareTeams)
	u.count++
	copy(u.teams[k+1:u.count], u.teams[k:])
	u.teams[k] = team
	return true
}

// join adds a membership to those of a user.
func (w *Writer) join(no uint32, m Membership) {
	rec := w.editMemberships(no)
	rec.Memberships = append(rec.Memberships, m)
}

// editMemberships spreads a user whose memberships change. They are in no order
// until Freeze.
func (w *Writer) editMemberships(no uint32) *spread {
	rec := w.spread(no)
	if !rec.ownsMemberships {
		rec.Memberships, rec.ownsMemberships = slices.Clone(rec.Memberships), true
	}
	rec.unsorted = true
	return rec
}

// remaining returns the memberships without those of teams that are gone. It
// changes them in place.
func (w *Writer) remaining(all []Membership) []Membership {
	return slices.DeleteFunc(all, func(m Membership) bool { return w.Teams.At(m.Team) == nil })
}

// RemoveMember takes user no out of a team.
func (w *Writer) RemoveMember(team, no uint32) {
	w.editTeam(team).Members.Remove(w.token, no)
	if w.spreads[no] == nil && w.user(no).Plain() {
		u := w.Users.Edit(w.token, w.Users.ID(no))
		u.count = uint8(len(slices.DeleteFunc(u.Teams(), func(t uint32) bool { return t == team })))
		return
	}
	rec := w.editMemberships(no)
	rec.Memberships = slices.DeleteFunc(rec.Memberships, func(m Membership) bool { return m.Team == team })
}
