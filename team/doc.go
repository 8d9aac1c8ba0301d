// Package team puts users in teams and unites what their teams may see.
//
//	americas := team.Team{ID: "americas", Groups: []datagroup.ID{"us", "ca"}}
//	filter := americas.Filter(group)                    // country = 'US' or country = 'CA'
//	ann := team.MustParseAddress("Ann@example.com")
//	ann.Equal(team.MustParseAddress("ann@EXAMPLE.com")) // true: one mailbox
//
// # Where to begin
//
// Most programs use its types only, as fields and results of package access,
// and [ParseAddress].
//
//   - Records: [User] ([UserID]), [Team] ([ID]), [Member].
//   - Data: [Team.Filter], [Union].
//   - Addresses: [Address], [ParseAddress], [MustParseAddress].
//   - Ends: [End], [User.Active].
//
// # Rules
//
//  1. A user is one person: one id, one e-mail address, exactly one role.
//  2. A user is active unless suspended or ended.
//  3. A team is a name, a description and the data groups assigned to it.
//     There is no hierarchy and all members are equal.
//  4. A membership puts a user in a team, for good or until an end. A user
//     may be in any number of teams, and a team may have any number of members.
//  5. An end is exclusive: at that very instant the thing has ended.
//  6. A team sees the union of its data groups; several teams see the union
//     of what each of them sees. No team and no group is no data.
//  7. An e-mail address is bare ASCII, and two are one mailbox if they differ
//     in the case of ASCII letters only.
//
// The package knows meaning, not storage: package access keeps users and teams
// by the million and answers questions about them with the rules from here.
//
// # Zero values
//
// The zero [User] has no id and no role, the zero [Team] has no group, and the
// zero [End] never comes. The zero [Address] is no address and equals none,
// not even another zero one.
//
// # Concurrency
//
// Everything here is a value. Functions keep nothing and change none of their
// arguments.
//
// # Errors
//
// Only [ParseAddress] and [Address.UnmarshalText] fail. The error is an
// [*Error] with the text that was given, and wraps [ErrAddress].
package team
