package company_test

// editTable is what cannot be done in edits of teams, memberships, data groups,
// accounts, reports and limits, and what may be left out, in the company of
// staffTable.
const editTable = `
ErrNoChange               | a team edit that says nothing            | ann   | team.edit t
ErrNoChange               | no description already                   | ann   | team.edit t description=none
ErrNoChange               | an empty description, where is none      | ann   | team.edit t description=""
allowed                   | takes the name of a team away            | ann   | team.edit t none
ErrUnknown                | a system says nothing of an unknown team | system ops | team.edit ghost

ErrTaken                  | a member already, without an end         | ann   | team.add-member t ugo
ErrTaken                  | a member already, until a later end      | ann   | team.add-member t ugo 2h
ErrTaken                  | a member already, until an earlier end   | ann   | team.add-member t ugo 59m
ErrTaken                  | a member for good already, until an end  | ann   | team.add-member t max 2h
ErrNoChange               | a member already, until that end         | ann   | team.add-member t ugo "1h elsewhere"
ErrTaken                  | a system adds a member without an end    | system ops | team.add-member t ugo
ErrTaken                  | a system adds until an end who is in it for good | system ops | team.add-member t max 2h
allowed                   | a membership that has ended              | abe   | team.add-member t ann 1h

ErrNoChange               | a member's end that says nothing         | ann   | team.set-member-end t ugo
ErrNoChange               | the end that a member has                | ann   | team.set-member-end t ugo "1h elsewhere"
ErrNoChange               | no end of a membership already           | ann   | team.set-member-end t max none
ErrNoChange               | nothing of a member without an end       | ann   | team.set-member-end t max
ErrInvalid                | the zero time as an end                  | ann   | team.set-member-end t ugo ""
ErrInvalid                | a membership beyond the calendar         | ann   | team.set-member-end t ugo 9000y
ErrUnknown                | the end of somebody who is no member     | ann   | team.set-member-end t vic 1h
ErrUnknown                | the end of a membership that has ended   | abe   | team.set-member-end t ann 1h
ErrUnknown                | the end of an unknown user               | ann   | team.set-member-end t ghost 1h
ErrUnknown                | a system, in an unknown team             | system ops | team.set-member-end ghost ugo 1h
ErrBeyondOwnEnd           | lifts the end of a membership            | eve   | team.set-member-end t ugo none
ErrBeyondOwnEnd           | a nanosecond beyond their own end        | eve   | team.set-member-end t ugo 2h1ns
allowed                   | prolongs up to their own end             | eve   | team.set-member-end t ugo 2h
allowed                   | shortens what lasts longer than they     | eve   | team.set-member-end t max 3h
allowed                   | shortens their own membership            | ugo   | team.set-member-end t ugo 59m
allowed                   | ends a membership at once                | ann   | team.set-member-end t max 0s
denied no-capability      | a data manager moves an end              | dan   | team.set-member-end t ugo 59m
ErrReason                 | without a reason                         | ann   | team.set-member-end t ugo 59m | no reason

ErrNoChange               | a group edit that says nothing           | dan   | datagroup.edit gu
ErrInvalid                | takes a filter away                      | dan   | datagroup.edit gu filter=none
ErrInvalid                | sets an empty filter                     | dan   | datagroup.edit gu filter=""
allowed                   | names a group, and leaves its filter     | dan   | datagroup.edit gu US

ErrNoChange               | an account of which nothing is said      | dan   | source.edit us
ErrNoChange               | two, of which nothing is said            | dan   | source.edit us,de
ErrNoChange               | clears what is missing                   | dan   | source.edit us/!tier
ErrInvalid                | clears and sets one attribute            | dan   | source.edit us/tier=a/!tier
ErrInvalid                | clears an unknown attribute              | dan   | source.edit us/!ghost
ErrInvalid                | clears the id                            | dan   | source.edit us/!id
ErrInvalid                | clears the source                        | dan   | source.edit us/!source
ErrInvalid                | sets an unknown attribute                | dan   | source.edit us/ghost=1
ErrInvalid                | edits an account twice                   | dan   | source.edit us/tier=a,us/tier=b
ErrUnknown                | a system edits an unknown account        | system ops | source.edit us/tier=a,ghost/tier=a
allowed                   | one of two changes                       | dan   | source.edit us/tier=a,de/country=DE

ErrNoChange               | a report edit that says nothing          | uma   | report.set r
allowed                   | takes the name of a report away          | uma   | report.set r none

ErrNoChange               | shares what is shared, and says nothing  | uma   | report.share r user=vic
ErrNoChange               | the level that they have, and no end     | uma   | report.share r user=vic level=editor
denied level-too-low      | says nothing of a grant above their own  | max   | report.share r user=vic until=none
denied level-too-low      | prolongs a grant above their own         | max   | report.share r user=vic until=3h
allowed                   | lifts the end of a grant                 | uma   | report.share r user=vic until=none
allowed                   | prolongs at the level that there is      | uma   | report.share r user=vic until=3h
ErrInvalid                | shares until the zero time               | uma   | report.share r user=vic until=""
ErrInvalid                | shares with another until the zero time| uma   | report.share r user=sue until=""
ErrBeyondOwnEnd           | raises the level of a grant that lasts longer than theirs | vic | report.share r user=dan level=editor
ErrBeyondOwnEnd           | raises a grant for good by one that ends | vic   | report.share r user=dan level=explorer
ErrLowers                 | an end where there is none               | uma   | report.share r user=max until=2h
ErrBeyondOwnEnd           | for good at a level that they have for an hour | uma | report.share m user=sue level=editor
ErrBeyondOwnEnd           | by a team's grant at too low a level     | uma   | report.share m user=sue level=editor until=1h1ns
allowed                   | a grant that has ended, at a lower level | uma   | report.share r user=sue level=viewer | uma: report.share r user=sue level=editor until=1ns; wait 1ns

allowed                   | a viewer gives up their grant            | dan   | report.unshare r user=dan
allowed                   | an editor gives up a grant that ends     | vic   | report.unshare r user=vic
allowed                   | a creator, if the report keeps one       | uma   | report.unshare s user=uma
ErrLastCreator            | the last creator whose grant has no end  | uma   | report.unshare r user=uma
denied suspended          | a suspended user gives up their grant    | sue   | report.unshare r user=sue | uma: report.share r user=sue
denied ended              | gives up a grant after their end         | old   | report.unshare r user=old | uma: report.share r user=old
denied level-too-low      | an explorer takes the grant of another   | max   | report.unshare r user=vic
denied level-too-low      | a member gives up the grant of the team  | ugo   | report.unshare u team=t
denied level-too-low      | a member, in the name of both            | ugo   | report.unshare u user=ugo team=t
ErrNoChange               | gives up what they do not have           | ann   | report.unshare r user=ann
ErrNoChange               | gives up a report that there is not      | ann   | report.unshare ghost user=ann
ErrInvalid                | takes a grant of nobody                  | uma   | report.unshare r
ErrInvalid                | takes a grant of a user and a team       | uma   | report.unshare r user=vic team=t
ErrUnknown                | takes a grant of an unknown user         | uma   | report.unshare r user=ghost
ErrUnknown                | takes a grant of an unknown team         | uma   | report.unshare r team=ghost
ErrNoChange               | takes a grant of a team that has none    | uma   | report.unshare r team=t

ErrNoChange               | a limit that there is                    | ann   | company.set-limits 20 | ann: company.set-limits 20
ErrNoChange               | nothing of a limit that there is         | ann   | company.set-limits | ann: company.set-limits 20
allowed                   | lifts a limit                            | ann   | company.set-limits none | ann: company.set-limits 20
ErrInvalid                | no seats, where there is a limit         | ann   | company.set-limits 0 | ann: company.set-limits 20
`
