package team

import (
	"iter"
	"time"

	"github.com/ambit-authz/ambit/datagroup"
)

// ID names a team within a company. No id is used twice.
type ID string

// Team is a named set of data groups. Its members are [Member] records.
type Team struct {
	ID          ID
	Name        string
	Description string
	Groups      []datagroup.ID // assigned data groups, each once; the order means nothing
	Note        string         // of one line, for people to read; never consulted
}

// Member is one user's membership of one team.
type Member struct {
	Team  ID
	User  UserID
	Until time.Time // end of membership, exclusive; zero means none
	Note  string    // of one line, for people to read; never consulted
}

// Filter returns the accounts that t may see: the union of its data groups,
// which it looks up with the given function. A group that is not found adds
// nothing, and a team without groups sees nothing.
func (t Team) Filter(group func(datagroup.ID) (datagroup.Group, bool)) datagroup.Filter {
	return Union(func(yield func(Team) bool) { yield(t) }, group)
}

// Union returns the accounts that a member of all the given teams may see:
// whatever one of the teams may see. Without teams it is nothing.
//
// It costs one look-up for each data group of each team, and the size of the
// result.
func Union(teams iter.Seq[Team], group func(datagroup.ID) (datagroup.Group, bool)) datagroup.Filter {
	var filters []datagroup.Filter
	for t := range teams {
		for _, id := range t.Groups {
			if g, ok := group(id); ok {
				filters = append(filters, g.Filter)
			}
		}
	}
	return datagroup.Any(filters...)
}
