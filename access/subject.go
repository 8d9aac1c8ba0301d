package access

import "github.com/ambit-authz/ambit/team"

// Subject is who asks: a user, a user within the scope of one team, or anyone
// who has a share link. It is comparable, and the zero Subject is denied
// everything.
//
// A Subject is a claim, not a proof. Before you make one, authenticate the
// user, or check the secret of the link.
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
// literal, a string, or an id type of the host's own. An empty id gives the
// zero Subject.
func User[ID ~string](id ID) Subject {
	return newSubject(userSubject, string(id), "")
}

// Session returns the user acting within the scope of one team: with their role
// and their direct grants, but only that team's data and grants. They must be a
// current member. An empty user id gives the zero Subject. An empty team is
// denied, as a scope that got lost must not widen to the company.
func Session[U, T ~string](user U, team T) Subject {
	return newSubject(sessionSubject, string(user), string(team))
}

// ViaLink returns the holder of the given share link: anyone who has its
// secret. Check the secret before. An empty id gives the zero Subject.
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

// User returns the id of the user that s names, and "" for the holder of a
// link.
func (s Subject) User() team.UserID {
	if s.kind == linkSubject {
		return ""
	}
	return team.UserID(s.id)
}

// Link returns the share link that s has, and "" for a user.
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
