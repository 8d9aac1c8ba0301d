package store

import (
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/team"
)

// maxPlain is in how many teams a plain user is at most.
const maxPlain = 8

// User is what stands beside the id of a user: with it a decision about a plain
// user has all it needs.
//
// A user is plain if nothing about whether they may act, and where, has to be
// looked up elsewhere: they are not suspended, their access has no end, and they
// are in at most eight teams, without an end or a note.
type User struct {
	No    uint32
	Role  uint16
	is    standing
	count uint8            // of teams; 0 if the user is not plain
	teams [maxPlain]uint32 // in byte order of team ids; may name deleted teams
}

type standing uint8

const (
	plain standing = 1 << iota
	lasting
)

// Plain reports whether u is plain.
func (u *User) Plain() bool { return u.is&plain != 0 }

// Lasting reports whether u counts towards the minimum of their role: whether
// they are active and will stay so as time passes.
func (u *User) Lasting() bool { return u.is&lasting != 0 }

// Teams returns the teams of a plain user, in byte order of their ids. Some may
// have been deleted.
func (u *User) Teams() []uint32 { return u.teams[:u.count] }

// people is what is kept of users besides, by number.
type people struct {
	names  persist.Table[string]
	emails persist.Table[team.Address]
	roles  persist.Table[uint16]
	more   persist.Table[*More] // nil for most
}

// More is what few users have. A plain user's memberships are in [User.Teams].
type More struct {
	Suspended   bool
	Until       time.Time
	Note        string
	Memberships []Membership // in byte order of team ids; may name deleted teams
	Grants      Grants       // direct report grants
	Links       []uint32     // share links they made
}

// noMore is the More of those who have none.
var noMore More

// More returns what is kept of a user besides their standing.
func (s *State) More(user uint32) *More {
	if m := s.more.Get(user); m != nil {
		return m
	}
	return &noMore
}

// Membership is a user's place in a team.
type Membership struct {
	Team  uint32
	Until time.Time
	Note  string
}

// User returns a user. There must be one with that number.
func (s *State) User(no uint32) team.User {
	m := s.More(no)
	return team.User{
		ID: team.UserID(s.Users.ID(no)), Name: s.names.Get(no), Email: s.emails.Get(no), Role: s.Roles[s.roles.Get(no)].Name,
		Suspended: m.Suspended, Until: m.Until, Note: m.Note,
	}
}

// RoleOf returns the number of a user's role.
func (s *State) RoleOf(no uint32) uint16 { return s.roles.Get(no) }

// AllUsers yields all users with their numbers, in the order of these.
func (s *State) AllUsers() iter.Seq2[uint32, team.User] {
	return func(yield func(uint32, team.User) bool) {
		for no := range persist.IDs(&s.Users) {
			if !yield(no, s.User(no)) {
				return
			}
		}
	}
}

// Memberships yields the memberships of a user in teams that were not deleted,
// also those that have ended, in byte order of team ids.
func (s *State) Memberships(u *User) iter.Seq2[Membership, *Team] {
	return func(yield func(Membership, *Team) bool) {
		for _, no := range u.Teams() {
			if t := s.Teams.At(no); t != nil && !yield(Membership{Team: no}, t) {
				return
			}
		}
		if u.Plain() {
			return
		}
		for _, m := range s.More(u.No).Memberships {
			if t := s.Teams.At(m.Team); t != nil && !yield(m, t) {
				return
			}
		}
	}
}

// Membership returns a user's place in a team, which may have ended.
func (s *State) Membership(u *User, team uint32) (Membership, bool) {
	for _, no := range u.Teams() {
		if no == team {
			return Membership{Team: team}, true
		}
	}
	if !u.Plain() {
		for _, m := range s.More(u.No).Memberships {
			if m.Team == team {
				return m, true
			}
		}
	}
	return Membership{}, false
}

// standing returns whether a user of whom m is known is plain, and lasting.
func (m *More) standing() (is standing) {
	if !m.Suspended && m.Until.IsZero() {
		is = lasting
		if len(m.Memberships) <= maxPlain && !slices.ContainsFunc(m.Memberships, func(m Membership) bool { return !m.plain() }) {
			is |= plain
		}
	}
	return is
}

// says reports whether m is what a record says of a user.
func (m *More) says(u team.User) bool {
	return m.Suspended == u.Suspended && m.Until.Equal(u.Until) && m.Note == u.Note
}

func (m Membership) plain() bool { return m.Until.IsZero() && m.Note == "" }

func (m *More) empty() bool {
	return !m.Suspended && m.Until.IsZero() && m.Note == "" && len(m.Memberships) == 0 && len(m.Grants.parts) == 0 && len(m.Links) == 0
}
