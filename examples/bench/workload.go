// Package bench puts Ambit beside what people would write by hand, and beside
// other engines, on one workload and in one run. README.md has the figures and
// their commands.
//
//   - What is asked about: [Workload], made by [NewWorkload] for a [Size].
//   - Who answers: [Engine] and the further interfaces of engine.go; [Engines]
//     lists those of this module, the module rivals below it has others.
//   - What is measured: [Compare]. Every engine first agrees with a walk over the
//     plain tables ([Agree]).
package bench

import "strings"

// Size is how large a company is, and what is special about it.
type Size struct {
	Name                           string
	Users, Accounts, Groups, Teams int
	Countries, Channels            int // an account has one of each, so has the filter of a group

	UUID     bool // ids are UUIDs in text, 36 bytes, in place of 8 bytes
	Ends     bool // 30 % of the users are suspended, end, have a membership that ends, or are in 20 teams
	BigTeam  int  // this many users are in the first team, and in no other
	IDLength int  // ids have this many bytes
}

// Sizes are the companies to measure: each of three sizes, the same with long
// ids, and the same with everything that ends.
var Sizes = func() (all []Size) {
	for _, s := range []Size{
		{Name: "S", Users: 100, Accounts: 200, Groups: 20, Teams: 10, Countries: 5, Channels: 2},
		{Name: "M", Users: 10_000, Accounts: 20_000, Groups: 1_000, Teams: 500, Countries: 25, Channels: 20},
		{Name: "L", Users: 1_000_000, Accounts: 1_000_000, Groups: 50_000, Teams: 20_000, Countries: 250, Channels: 100},
	} {
		uuid, ends := s, s
		uuid.Name, uuid.UUID = s.Name+"-uuid", true
		ends.Name, ends.Ends = s.Name+"-ends", true
		all = append(all, s, uuid, ends)
	}
	big := all[3]
	big.Name, big.Users, big.BigTeam = "T", 110_000, 100_000
	return append(all, big)
}()

// An end is over or far away, so that answers do not depend on the day.
const (
	Past   = 946_684_800   // 2000-01-01
	Future = 4_102_444_800 // 2100-01-01
)

// Workload is a company as plain tables, the way a service has it, with
// questions. It is the same for the same size on every machine. Rows refer to
// each other by position.
type Workload struct {
	Size
	Users     []User
	Accounts  []Account
	Groups    []Group
	Teams     []Team
	Countries []string
	Channels  []string

	// InGroup has the accounts that match each group: hand-written code and
	// engines without filters get them as a present.
	InGroup [][]int32

	Cold    []Question // shuffled, half of them allowed
	Hot     []Question // 512 of them
	Changes []Change
	Members []int32 // users by their teams who see something, shuffled
	Alls    []int32 // users who see all data, shuffled
	Asked   []int32 // accounts to ask who sees them

	worst int // the large number of a worst case
}

// User is a row of the users' table.
type User struct {
	ID        string
	SeesAll   bool
	Suspended bool
	Until     int64 // end of access in Unix seconds, 0 for none
	Teams     []Membership
}

// Membership is that of a user in a team.
type Membership struct {
	Team  int32
	Until int64 // end in Unix seconds, 0 for none
}

// Account is a row of the accounts' table.
type Account struct {
	ID, Name         string
	Country, Channel int32
}

// Group is a row of the groups' table.
type Group struct {
	ID string
	Filter
}

// Any matches every country or channel.
const Any = -1

// Filter matches the accounts of a country and a channel, either of which may
// be Any, whose name contains a text.
type Filter struct {
	Country, Channel int32
	Name             string
}

// Matches reports whether a filter matches an account.
func (f *Filter) Matches(a *Account) bool {
	return (f.Country == Any || f.Country == a.Country) && (f.Channel == Any || f.Channel == a.Channel) && strings.Contains(a.Name, f.Name)
}

// Team is a row of the teams' table.
type Team struct {
	ID     string
	Groups []int32
}

// Sees is the oracle: it walks the plain tables.
func (w *Workload) Sees(user, account int) bool {
	u, a := &w.Users[user], &w.Accounts[account]
	if u.Suspended || u.Until == Past {
		return false
	}
	if u.SeesAll {
		return true
	}
	for _, m := range u.Teams {
		if m.Until == Past {
			continue
		}
		for _, g := range w.Teams[m.Team].Groups {
			if w.Groups[g].Matches(a) {
				return true
			}
		}
	}
	return false
}

// Question is whether a user sees an account. The ids are bytes of its own, not
// those of the tables, as they are in a service that takes them from a request.
type Question struct {
	User, Account       string
	UserRow, AccountRow int32
	Want                bool
}

// Change is a question about an account that a user does not see. They do if
// they move from one team to another, if the first gets the group, if the
// account becomes like the one of Seen, or if their role sees all data.
type Change struct {
	Question
	Seen  Question // about another account, which they see
	From  int32    // a team of the user, for good
	To    int32    // a team without the user, with the group
	Group int32    // a group with the account
}
