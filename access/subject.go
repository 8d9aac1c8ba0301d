package access

import "github.com/ambit-authz/ambit/team"

// Subject is who asks: a user, a user within the scope of one team, or whoever
// holds a share link. It is comparable, and the zero Subject is denied
// everything.
//
// A Subject is a claim, not a proof. Whoever makes one has authenticated the
// user, or checked the secret of the link, before.
type Subject struct {
	kind subjectKind
	id   string
	team string
}

type subjectKind uint8

const (
	noSubject subjectKind = iota
	userSubject
	sessionSubject
	linkSubject
)

// User returns the user with the given id, at company level. It takes a
// literal, a string, or the host's own type of id. An empty id gives the zero
// Subject.
func User[ID ~string](id ID) Subject {
	return newSubject(userSubject, string(id), "")
}

// Session returns the user acting within the scope of one team: his company
// rights, but that team's data and report grants only. He must be a current
// member. An empty user id gives the zero Subject; an empty team is denied,
// since a scope that got lost must not widen to the company.
func Session[U, T ~string](user U, team T) Subject {
	return newSubject(sessionSubject, string(user), string(team))
}

// ViaLink returns whoever holds the given share link. An empty id gives the
// zero Subject.
func ViaLink(id LinkID) Subject {
	return newSubject(linkSubject, string(id), "")
}

func newSubject(k subjectKind, id, team string) Subject {
	if id == "" {
		return Subject{}
	}
	return Subject{kind: k, id: id, team: team}
}

// IsZero reports whether s names nobody.
func (s Subject) IsZero() bool { return s.kind == noSubject }

// User returns the id of the user that s names, "" for the holder of a link.
func (s Subject) User() team.UserID {
	if s.kind == linkSubject {
		return ""
	}
	return team.UserID(s.id)
}

// Link returns the share link that s holds, "" for a user.
func (s Subject) Link() LinkID {
	if s.kind != linkSubject {
		return ""
	}
	return LinkID(s.id)
}

// Team returns the team that s is scoped to, and whether s is a session with a
// scope. The team may be "", which is denied.
func (s Subject) Team() (team.ID, bool) {
	return team.ID(s.team), s.kind == sessionSubject
}

// String returns "ann", "ann in team emea", "link l7", or "nobody".
func (s Subject) String() string {
	switch s.kind {
	case userSubject:
		return s.id
	case sessionSubject:
		return s.id + " in team " + s.team
	case linkSubject:
		return "link " + s.id
	}
	return "nobody"
}
