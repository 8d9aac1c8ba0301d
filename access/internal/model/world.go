package model

import (
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// World is the whole state of a company. The keys of the maps are ids.
type World struct {
	Catalog    Catalog
	Now        time.Time
	Attributes map[string]datagroup.Type
	Accounts   map[string]Account
	Groups     map[string]Group
	Teams      map[string]Team
	Users      map[string]User
	Reports    map[string]Report
	Links      map[string]Link
}

// User is a person. No Until means no end of access.
type User struct {
	Name, Email, Role string
	Suspended         bool
	Until             time.Time
}

// Team is a team: the ids of its data groups, sorted, each once, and the end
// of each member's membership, by user.
type Team struct {
	Name, Description string
	Groups            []string
	Members           map[string]time.Time
}

// Start is the instant at which every world begins. Ends are a few whole hours
// later.
var Start = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// New returns an empty company at [Start].
func New(c Catalog) *World {
	return &World{
		Catalog: c, Now: Start,
		Attributes: map[string]datagroup.Type{}, Accounts: map[string]Account{}, Groups: map[string]Group{},
		Teams: map[string]Team{}, Users: map[string]User{}, Reports: map[string]Report{}, Links: map[string]Link{},
	}
}

// Clone returns a world that shares nothing with w that a change writes to.
func (w *World) Clone() *World {
	c := *w
	c.Attributes, c.Accounts, c.Groups = maps.Clone(w.Attributes), maps.Clone(w.Accounts), maps.Clone(w.Groups)
	c.Users, c.Links = maps.Clone(w.Users), maps.Clone(w.Links)
	c.Teams, c.Reports = map[string]Team{}, map[string]Report{}
	for id, t := range w.Teams {
		t.Groups, t.Members = slices.Clone(t.Groups), maps.Clone(t.Members)
		c.Teams[id] = t
	}
	for id, r := range w.Reports {
		r.Users, r.Teams = maps.Clone(r.Users), maps.Clone(r.Teams)
		c.Reports[id] = r
	}
	return &c
}

// Ended reports whether an end has come at an instant: at the end itself it
// has. The zero time is no end.
func Ended(until, at time.Time) bool { return !until.IsZero() && !at.Before(until) }

// Lasting reports whether u counts towards the minimum of the role: a user who
// is not suspended and has no end of access.
func (u User) Lasting() bool { return !u.Suspended && u.Until.IsZero() }

// Active reports whether there is such a user, not suspended and not ended.
func (w *World) Active(user string) bool {
	u, ok := w.Users[user]
	return ok && !u.Suspended && !w.ended(u.Until)
}

// Holders counts the users of a role, and those who count towards its minimum.
func (w *World) Holders(name string) (all, lasting int) {
	for _, u := range w.Users {
		if u.Role == name {
			all++
			if u.Lasting() {
				lasting++
			}
		}
	}
	return all, lasting
}

// RoleOf returns the role of a user: the zero Role if there is none.
func (w *World) RoleOf(user string) role.Role {
	r, _ := w.Catalog.Role(w.Users[user].Role)
	return r
}

// Member reports whether a user is a current member of a team.
func (w *World) Member(user, team string) bool {
	until, ok := w.Teams[team].Members[user]
	return ok && !w.ended(until)
}

func (w *World) ended(until time.Time) bool { return Ended(until, w.Now) }

// SortedKeys returns the keys of a map in byte order.
func SortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func has[V any](m map[string]V, id string) bool {
	_, ok := m[id]
	return ok
}
