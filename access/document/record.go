package document

import (
	"maps"
	"time"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// UserOf returns the entry of a user.
func UserOf(u team.User) User {
	return User{
		ID: string(u.ID), Name: u.Name, Email: u.Email.String(), Role: string(u.Role),
		Suspended: u.Suspended, Until: End(u.Until), Note: u.Note,
	}
}

// TeamOf returns the entry of a team, without members: those are entries of
// their own.
func TeamOf(t team.Team) Team {
	e := Team{ID: string(t.ID), Name: t.Name, Description: t.Description, Note: t.Note}
	for _, g := range t.Groups {
		e.Groups = append(e.Groups, string(g))
	}
	return e
}

// MemberOf returns the entry of a membership, which stands in its team.
func MemberOf(m team.Member) Member {
	return Member{User: string(m.User), Until: End(m.Until), Note: m.Note}
}

// AttributesOf returns declared attributes by name, each with its type. The map
// is never nil.
func AttributesOf(attributes []datagroup.Attribute) map[string]string {
	declared := make(map[string]string, len(attributes))
	for _, a := range attributes {
		declared[a.Name] = a.Type.String()
	}
	return declared
}

// GroupOf returns the entry of a data group.
func GroupOf(g datagroup.Group) Group {
	return Group{ID: string(g.ID), Name: g.Name, Filter: g.Filter.String(), Note: g.Note}
}

// AccountOf returns the entry of an account. Its values are in a map of their
// own.
func AccountOf(a datagroup.Account) Account {
	return Account{ID: string(a.ID()), Source: a.Source(), Values: maps.Collect(a.Values())}
}

// End returns an end as a document has it: in RFC 3339 and UTC, and "" for the
// zero time, which is no end.
func End(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
