package store

import (
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// State is one immutable state of a company.
type State struct {
	Schema   *datagroup.Schema
	Users    persist.Roll[User]
	Accounts persist.Roll[Account]
	Teams    persist.Book[*Team]
	Groups   persist.Book[*Group]
	*Sharing

	Emails persist.Index[uint32] // address key -> user; those without an address are left out
	Roles  []*Role               // by role number

	people
	sights persist.Table[marked] // by team

	classes persist.Book[*class] // by encoded tuple
	ofClass persist.Table[uint32]
	columns []*column   // by schema position
	loose   persist.Set // groups that store accounts
	wide    persist.Set // groups that match many classes, and those that store accounts
}

// Sharing is the reports and the links of a State. It stands apart so that a
// change of anything else does not copy it. Only [Writer.editSharing] gives one
// to change.
type Sharing struct {
	Reports     persist.Book[*Report]
	ReportNames persist.Index[uint32] // folded report name -> report; unnamed ones are left out
	Links       persist.Book[*Link]

	shown persist.Book[[]uint32] // links, by what they show: see itemKey
	owner *persist.Token
}

// Team is a team with everything that refers to it.
type Team struct {
	team.Team
	GroupNumbers []uint32    // the groups of Team.Groups, in the same order
	Members      persist.Set // users
	Grants       Grants      // the team's report grants
	Links        []uint32    // share links made in a session of the team

	owner *persist.Token
}

// Group is a data group with what it matches.
type Group struct {
	datagroup.Group
	Teams persist.Set // that have it

	loose bool // match is of accounts, not of classes
	match persist.Set
	owner *persist.Token
}

// Report is a report with whom it is shared.
type Report struct {
	ID, Name, Note string
	Users          persist.Set // with a direct grant
	Teams          persist.Set // with a grant

	owner *persist.Token
}

// Grant is a share of a report.
type Grant struct {
	Of    uint32 // the report
	Level uint8
	Until time.Time
	Note  string
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

// Role is a role of the catalog with its holders: Plain are the plain ones (see
// [User]), Others are not.
type Role struct {
	Name          role.Name
	Plain, Others persist.Set
	Lasting       int // holders who are neither suspended nor have an end of access

	owner *persist.Token
}

// Holders returns how many users have the role.
func (r *Role) Holders() int { return r.Plain.Len() + r.Others.Len() }

// column is what is kept for one attribute of the schema.
type column struct {
	owner   *persist.Token
	classed bool
	values  persist.Index[none] // the values that classes have had of it
	readers persist.Set         // the loose groups whose filter reads it

	// What accounts have for it, by number, if it tells no classes apart: text
	// for text (see packText), other for numbers and labels.
	text  persist.Table[string]
	other persist.Table[datagroup.Value]
}

type none struct{}
