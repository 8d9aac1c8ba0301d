package snapshot

import (
	"time"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// State is one immutable state of a company.
type State struct {
	Schema      *datagroup.Schema
	Users       Book[*User]
	Teams       Book[*Team]
	Groups      Book[*Group]
	Accounts    Book[Account]
	Reports     Book[*Report]
	Links       Book[*Link]
	Emails      Index     // address key -> user; those without an address are left out
	ReportNames Index     // folded report name -> report; unnamed ones are left out
	Holders     []Holders // by role number

	classes Book[datagroup.Account] // by encoded tuple: any account of the class, to match in its place
	columns []column                // by schema position
	loose   Set                     // groups that store accounts
	byClass *byClass                // nil while a Writer changes accounts
}

// User is a user with everything that refers to them.
type User struct {
	team.User
	RoleNumber int
	Teams      []Membership // in byte order of team ids; may name deleted teams
	Grants     Grants       // direct report grants
	Links      []uint32     // share links they made
}

// Membership is a user's place in a team.
type Membership struct {
	Team  uint32
	Until time.Time
	Note  string
}

// Grant is a share of a report.
type Grant struct {
	Of    uint32 // the report
	Level uint8
	Until time.Time
	Note  string
}

// Team is a team with everything that refers to it.
type Team struct {
	team.Team
	GroupIndexes []uint32 // the groups of Team.Groups, in the same order
	Members      Set      // users
	Grants       Grants   // the team's report grants
	Links        []uint32 // share links made in a session of the team

	classes  Set // union of the matches of the groups that store classes
	accounts Set // union of the matches of the groups that store accounts
}

// Group is a data group with what it matches.
type Group struct {
	datagroup.Group
	Teams Set // that have it

	loose bool // match is of accounts, not of classes
	match Set
}

// Account is an account and the class it belongs to: accounts that agree in all
// classed attributes. A class left without accounts is kept, since its tuple
// may come back, until there are more such classes than accounts.
type Account struct {
	*datagroup.Account
	class uint32
}

// Report is a report with whom it is shared.
type Report struct {
	ID, Name, Note string
	Users          Set      // with a direct grant
	Teams          Set      // with a grant
	Links          []uint32 // share links to it
}

// Link is a share link: one action on one resource, as its maker may do it in
// the scope they made it in.
type Link struct {
	ID      string
	Maker   team.UserID
	Session team.ID // "" is company level
	Action  string
	Kind    string // the resource, as access names it
	Item    string
	Account string
	Until   time.Time
	Ended   bool // revoked, maker or report removed, or kind gone; then those may be missing
}

// Holders counts the users of one role.
type Holders struct {
	All     int // not removed
	Lasting int // neither suspended nor with an end of access
}

// Sees reports whether one of the team's groups matches the account.
func (t *Team) Sees(i uint32, a Account) bool {
	return t.classes.Has(a.class) || t.accounts.Len() > 0 && t.accounts.Has(i)
}

// Matches reports whether g matches the account.
func (g *Group) Matches(i uint32, a Account) bool {
	if g.loose {
		return g.match.Has(i)
	}
	return g.match.Has(a.class)
}

// Membership returns u's place in team t, which may have ended.
func (u *User) Membership(t uint32) (Membership, bool) {
	for _, m := range u.Teams {
		if m.Team == t {
			return m, true
		}
	}
	return Membership{}, false
}

// Reach is a set of accounts: what some teams see together.
type Reach struct {
	classes  []uint64
	accounts []uint64
}

// Unite returns what the given teams see together.
func Unite(teams []*Team) Reach {
	var r Reach
	for _, t := range teams {
		r.classes = t.classes.AppendBits(r.classes)
		r.accounts = t.accounts.AppendBits(r.accounts)
	}
	return r
}

// Has reports whether the account is in r.
func (r *Reach) Has(i uint32, a Account) bool {
	return bit(r.classes, a.class) || bit(r.accounts, i)
}

func bit(words []uint64, i uint32) bool {
	return int(i/64) < len(words) && words[i/64]&(1<<(i%64)) != 0
}
