package company_test

import (
	"strings"
	"testing"
	"time"
)

// staffTable is what cannot be done with users, teams, reports and data. A row
// has the error, as [errorName] names it, with the number of the bad change; a
// name; the actor; the changes; and what happens before.
const staffTable = `
ErrNoActor                | nobody                                   |              | company.set-name Bolt
ErrNoActor                | a system without a name                  | system       | company.set-name Bolt
ErrSystem                 | a system that is not configured          | system ghost | company.set-name Bolt
ErrSystem                 | a system configured for other changes    | system scim  | company.set-name Bolt
ErrSystemOnly             | a user adds a user                       | ann   | user.add new email=new@x.test
ErrSystemOnly             | a user replaces the catalog              | ann   | catalog.replace project
denied unknown-user       | an unknown user                          | ghost | company.set-name Bolt
denied suspended          | a suspended user                         | sue   | company.set-name Bolt
denied ended              | a user after their end                   | old   | company.set-name Bolt
denied no-capability      | a user without the capability            | uma   | company.set-name Bolt
denied no-capability      | a user manager edits the company         | ugo   | company.set-limits 20
ErrNoChange               | the same name                            | ann   | company.set-name Acme
ErrNoChange               | no limits already                        | ann   | company.set-limits none
ErrNoChange               | limits that say nothing                  | ann   | company.set-limits
ErrInvalid                | no seats at all                          | ann   | company.set-limits 0
ErrInvalid                | no name                                  | ann   | company.set-name
ErrInvalid                | fewer seats than none                    | ann   | company.set-limits -1
ErrSeats                  | fewer seats than users                   | ann   | company.set-limits 10
ErrInvalid                | a nil change                             | ann   | nil
ErrNoChange               | no changes                               | ann   |
ErrReason                 | no reason                                | ann   | user.suspend uma | no reason

denied self               | their own role                           | ann   | user.set-role ann viewer
denied self               | removes their own user                   | ann   | user.remove ann
denied self               | suspends their own user                  | ann   | user.suspend ann
denied self               | their own end                            | eve   | user.set-expiry eve none
denied above-ceiling      | a user manager demotes an admin          | ugo   | user.set-role ann viewer
denied above-ceiling      | a user manager promotes to admin         | ugo   | user.set-role uma admin
denied above-ceiling      | a user manager removes an admin          | ugo   | user.remove abe
denied unknown-resource user | the role of an unknown user           | ann   | user.set-role ghost viewer
denied unknown-resource role | an unknown role                       | ann   | user.set-role uma ghost
ErrUnknown                | a system sets the role of an unknown user | system ops | user.set-role ghost viewer
ErrUnknown                | a system sets an unknown role            | system ops | user.set-role uma ghost
ErrNoChange               | the same role                            | ann   | user.set-role uma user
ErrNoChange               | suspended already                        | ann   | user.suspend sue
ErrNoChange               | not suspended                            | ann   | user.reinstate uma
ErrNoChange               | the same end                             | ann   | user.set-expiry eve "2h elsewhere"
ErrNoChange               | no end already                           | ann   | user.set-expiry uma none
ErrInvalid                | an end beyond the calendar               | ann   | user.set-expiry eve 9000y
ErrSuccessor              | no successor                             | ann   | user.remove uma
ErrSuccessor              | a successor who is removed               | ann   | user.remove uma successor=uma
ErrSuccessor              | an unknown successor                     | ann   | user.remove uma successor=ghost
ErrSuccessor              | a successor who is suspended             | ann   | user.remove uma successor=sue
ErrSuccessor              | a successor with an end                  | ann   | user.remove uma successor=max
ErrSuccessor              | a system without a successor             | system ops | user.remove uma
ErrSelf ErrSuccessor      | the actor as successor                   | ann   | user.remove uma successor=ann
ErrInvalid                | a successor where no report needs one    | ann   | user.remove dan successor=abe
ErrLastHolder             | a system suspends the last admin         | system ops | user.suspend ann | system ops: user.suspend abe
ErrTaken                  | a user id that exists                    | system ops | user.add uma email=new@x.test
ErrTaken                  | an address in other letters              | system ops | user.add new email=UMA@X.TEST
ErrTaken                  | the address of a suspended user          | system ops | user.add new email=sue@x.test
ErrInvalid                | text that is not an address              | system ops | user.add new email="Uma <uma@x.test>"
ErrUnknown                | added with an unknown role               | system ops | user.add new email=new@x.test role=ghost
denied no-capability      | a company without an owner               | ann   | owner.transfer abe

ErrBeyondOwnEnd           | lifts an end                             | eve   | user.set-expiry max none
ErrBeyondOwnEnd           | moves an end beyond their own            | eve   | user.set-expiry max 3h
ErrBeyondOwnEnd           | a nanosecond beyond their own            | eve   | user.set-expiry max 2h1ns
ErrBeyondOwnEnd           | lifts an end that has come               | eve   | user.set-expiry old none
ErrInvalid                | an end left out                          | ann   | user.set-expiry eve
ErrBeyondOwnEnd           | promotes a user without an end           | eve   | user.set-role uma user-manager
ErrBeyondOwnEnd           | promotes a user beside, in what they hold | eve  | user.set-role uma editor
ErrBeyondOwnEnd           | promotes a suspended user without an end | eve   | user.set-role sue team-member
allowed                   | promotes a user who ends before          | eve   | user.set-role max user-manager
allowed                   | demotes a user without an end            | eve   | user.set-role uma team-member
ErrBeyondOwnEnd @2        | demotes them, and promotes them again    | eve   | user.set-role uma team-member; user.set-role uma user
ErrBeyondOwnEnd           | reinstates a user without an end         | eve   | user.reinstate sue
ErrBeyondOwnEnd           | adds to a team without an end            | eve   | team.add-member t vic
ErrBeyondOwnEnd           | adds to a team beyond their own end      | eve   | team.add-member t vic 3h
ErrBeyondOwnEnd           | prolongs in a team beyond their own end  | eve   | team.set-member-end t ugo 3h
ErrBeyondOwnEnd           | shares beyond their own end              | eve   | report.share s user=sue until=3h
ErrBeyondOwnEnd           | shares without an end though they end    | eve   | report.share s user=sue
ErrBeyondOwnEnd           | shares longer than their grant           | vic   | report.share r user=sue until=3h
ErrBeyondOwnEnd           | shares longer than their membership      | ugo   | report.share u user=sue until=2h
ErrBeyondOwnEnd           | shares without an end by a grant that ends | vic | report.share r user=sue
ErrBeyondOwnEnd           | shares longer at a level than they have it | uma | report.share m user=sue level=editor until=2h
allowed                   | shares at a level as long as they have it | uma  | report.share m user=sue level=editor until=1h
allowed                   | shares longer at a level they have longer | uma  | report.share m user=sue level=explorer

ErrTaken                  | a team id that exists                    | ann   | team.create t
ErrInvalid                | a team name of two lines                 | ann   | team.create new "T\nU"
ErrNoChange               | the same team                            | ann   | team.edit t T
ErrInvalid                | a team renamed to two lines              | ann   | team.edit t "T\nU"
denied unknown-resource team | an unknown team                       | ann   | team.edit ghost T
ErrUnknown                | a system edits an unknown team           | system ops | team.edit ghost T
ErrUnknown                | a system deletes an unknown team         | system ops | team.delete ghost
denied no-capability      | a data manager edits a team              | dan   | team.edit t U
denied no-capability      | a member leaves                          | max   | team.remove-member t max
ErrSelf                   | adds their own user                      | ann   | team.add-member n ann
ErrSelf                   | adds their own user again                | ann   | team.add-member t ann
ErrSelf                   | prolongs their own membership            | ugo   | team.set-member-end t ugo 2h
ErrSelf                   | lifts the end of their own membership    | ugo   | team.set-member-end t ugo none
ErrNoChange               | a member already                         | ann   | team.add-member t max
ErrPast                   | a membership until now                   | ann   | team.add-member t vic 0s
ErrPast                   | an ended membership until an earlier end | abe   | team.add-member t ann -2h
ErrUnknown                | an unknown member                        | ann   | team.add-member t ghost
ErrNoChange               | not a member                             | ann   | team.remove-member n max
ErrUnknown                | an unknown user to leave                 | ann   | team.remove-member t ghost
ErrNoChange               | a group the team has                     | ann   | team.attach-group t gu
ErrNoChange               | a group the team does not have           | ann   | team.detach-group t gd
ErrUnknown                | an unknown group to attach               | ann   | team.attach-group t ghost
denied no-capability      | a data manager attaches a group          | dan   | team.attach-group t gd
denied no-capability      | a user manager edits a group             | ugo   | datagroup.edit gu filter=everything

denied no-capability      | a viewer creates a report                | vic   | report.create new
ErrTaken                  | a report id that exists                  | uma   | report.create r
ErrTaken                  | a report name that exists                | uma   | report.create new name=R
ErrInvalid                | a report name of two lines               | uma   | report.create new name="Q3\nfinal"
ErrInvalid                | a report id of two lines                 | uma   | report.create "a\nb"
ErrTaken @2               | two new reports with one name            | uma   | report.create new name=Q; report.create other name=Q
ErrTaken                  | the name of another report               | uma   | report.set r name=S
ErrInvalid                | a report renamed to two lines            | uma   | report.set r name="Q3\nfinal"
ErrNoChange               | the same report name                     | uma   | report.set r name=R
ErrUnknown                | created for an unknown user              | system ops | report.create new creator=ghost
denied level-too-low      | an editor renames                        | vic   | report.set r name=New
denied no-level           | an admin without a level deletes         | ann   | report.delete r
denied unknown-resource report | an unknown report                   | uma   | report.delete ghost
denied level-too-low      | a viewer shares                          | dan   | report.share r user=sue level=viewer
denied level-too-low      | shares above their level                 | max   | report.share r user=sue level=editor
ErrSelf                   | a team's report with their own user      | ugo   | report.share u user=ugo until=1h
ErrPast                   | shares until now                         | uma   | report.share r user=sue until=0s
ErrLowers                 | lowers a level                           | uma   | report.share r user=vic level=viewer
ErrLowers                 | lowers an end                            | uma   | report.share r user=vic level=editor until=1h
ErrLowers                 | raises the level and lowers the end      | uma   | report.share r user=vic level=creator until=1h
ErrLowers                 | raises the end and lowers the level      | uma   | report.share r user=vic level=explorer
ErrNoChange               | shared already                           | uma   | report.share r user=max
ErrInvalid                | a team above explorer                    | uma   | report.share r team=t level=editor
ErrInvalid                | with neither user nor team               | uma   | report.share r
ErrInvalid                | with user and team                       | uma   | report.share r user=sue team=t
ErrUnknown                | with an unknown user                     | uma   | report.share r user=ghost
ErrUnknown                | with an unknown team                     | uma   | report.share r team=ghost
denied unknown-action     | at an unknown level                      | uma   | report.share r user=sue level=5
ErrInvalid                | a system at an unknown level             | system ops | report.share r user=sue level=5
ErrInvalid                | a system, both level and user unknown    | system ops | report.share r user=ghost level=5
ErrNoChange               | unshares what is not shared              | uma   | report.unshare r user=sue
ErrLastCreator            | gives up the last creator grant          | uma   | report.unshare r user=uma
ErrLastCreator            | a system takes the last creator grant    | system ops | report.unshare r user=uma

ErrTaken                  | a group id that exists                   | dan   | datagroup.create gu filter=everything
ErrInvalid                | an empty filter                          | dan   | datagroup.create new
ErrInvalid                | a filter of an undeclared attribute      | dan   | datagroup.edit gu filter="spend = 1"
ErrNoChange               | the same filter written differently      | dan   | datagroup.edit gu filter="(country   = \"US\")"
denied unknown-resource group | edits an unknown group               | dan   | datagroup.edit ghost filter=everything
ErrUnknown                | a system deletes an unknown group        | system ops | datagroup.delete ghost
ErrTaken                  | an account id that exists                | dan   | source.add new,us
ErrInvalid                | connects an account twice                | dan   | source.add new,new
ErrInvalid                | an account without a source              | dan   | source.add new@
ErrNoChange               | no accounts                              | dan   | source.add
ErrNoChange               | the same values                          | dan   | source.edit accounts=us/country=US
ErrInvalid                | a value of another type                  | dan   | source.edit accounts=us/country=1
denied unknown-resource account | updates an unknown account         | dan   | source.edit us,ghost
denied unknown-resource account | disconnects an unknown account     | dan   | source.remove ghost
ErrUnknown                | a system disconnects an unknown account  | system ops | source.remove ghost
ErrInvalid                | disconnects an account twice             | dan   | source.remove us,us
ErrTaken                  | an attribute that exists                 | dan   | attribute.declare tier number
ErrInvalid                | an attribute that differs in case only   | dan   | attribute.declare Tier number
ErrInvalid                | an attribute below accounts              | dan   | attribute.declare campaign string
ErrInvalid                | an unknown type                          | dan   | attribute.declare new date
ErrInvalid                | declares without a type                  | dan   | attribute.declare new
ErrInvalid                | retypes to no type                       | dan   | attribute.retype tier
ErrAttributeUsed          | drops what a filter reads                | dan   | attribute.drop country
ErrAttributeUsed          | retypes what a filter reads              | dan   | attribute.retype country labels
ErrNoChange               | the same type                            | dan   | attribute.retype tier string
ErrUnknown                | drops an unknown attribute               | dan   | attribute.drop ghost
ErrUnknown                | a catalog without a role in use          | system ops | catalog.replace project
ErrInvalid                | a catalog without roles                  | system ops | catalog.replace
ErrNoChange               | the same catalog                         | system ops | catalog.replace company

ErrNoChange @2            | the same twice                           | ann   | {member}; {member}
denied unknown-resource team @3 | the third is denied                | ann   | {member}; company.set-name Bolt; team.delete ghost
ErrInvalid @3             | the third is nil                         | ann   | {member}; company.set-name Bolt; nil
ErrSystem                 | a system gives a role of the first one's only | system scim | user.add email=n@x.test role=admin
ErrUnknown                | a system gives an unknown role           | system scim | user.add email=n@x.test role=ghost
allowed                   | a system gives a role that another manages | system scim | user.add email=n@x.test role=user-manager
ErrSystem @3              | the third is not for the system          | system scim | {member}; team.add-member n vic; company.set-name Bolt
denied unknown-resource team @2 | deletes a team, then adds to it    | ann   | team.delete t; {member}
ErrReused @2              | a team deleted and created               | ann   | team.delete t; team.create t
ErrReused @2              | a group deleted and created              | ann   | datagroup.delete gd; datagroup.create gd filter=nothing
ErrReused @2              | a report deleted and created             | uma   | report.delete r; report.create r
ErrReused @2              | a user removed and added                 | system ops | user.remove dan; user.add dan email=new@x.test
`

// inviteTable is what cannot be done with invitations, except for answers,
// which the tests of acceptance have. An hour passes before the last changes of
// a row.
const inviteTable = `
ErrNoActor                | sent by nobody                           |       | invitation.send i {bob}
denied unknown-user       | sent by an unknown user                  | ghost | invitation.send i {bob}
denied no-capability      | sent by a user who may not invite        | uma   | invitation.send i {bob}
denied suspended          | sent by a suspended user                 | sue   | invitation.send i {bob}
denied ended              | sent by a user after their end           | eve   | invitation.send i {bob} days=1 | wait 30d
ErrSystem                 | sent by a system that may not            | system scim | invitation.send i {bob}
denied above-ceiling      | sent to a role above                     | ugo   | invitation.send i bob@x.test role=admin
denied above-ceiling      | sent to a role beside                    | rex   | invitation.send i bob@x.test role=user
denied no-capability      | sent to a team by a user who may not     | rex   | invitation.send i {bob} teams=t
denied unknown-resource role | sent to an unknown role               | ann   | invitation.send i bob@x.test role=ghost
denied unknown-resource team | sent to an unknown team               | ann   | invitation.send i {bob} teams=t,ghost
denied role-full          | sent to a full role                      | ann   | invitation.send i bob@x.test role=one | {full}
ErrRoleFull               | sent by a system to a full role          | system ops | invitation.send i bob@x.test role=one | {full}
ErrUnknown                | sent by a system to an unknown role      | system ops | invitation.send i bob@x.test role=ghost
ErrUnknown                | sent by a system to an unknown team      | system ops | invitation.send i {bob} teams=t,ghost
ErrNotOffered             | sent to a role not offered               | ann   | invitation.send i bob@x.test role=internal
ErrNotOffered             | sent by a system to a role not offered   | system ops | invitation.send i bob@x.test role=internal
ErrPast                   | sent until now                           | ann   | invitation.send i {bob} until=1h
allowed                   | sent until a nanosecond later            | ann   | invitation.send i {bob} until=1h1ns
ErrPast                   | sent by a system until now               | system ops | invitation.send i {bob} until=1h
ErrPast                   | sent until long ago by a user with an end | eve   | invitation.send i {bob} until=-1ns
ErrBeyondOwnEnd           | sent without an end by a user with one   | eve   | invitation.send i {bob}
ErrBeyondOwnEnd           | sent for days beyond their own end       | eve   | invitation.send i {bob} days=30
allowed                   | sent for days within their own end       | eve   | invitation.send i {bob} days=29
ErrBeyondOwnEnd           | sent until just after their own end      | eve   | invitation.send i {bob} until=30d1ns
allowed                   | sent until their own end                 | eve   | invitation.send i {bob} until=30d
ErrTaken                  | sent to a user                           | ann   | invitation.send i uma@x.test role=viewer
ErrTaken                  | sent to a user in other letters          | ann   | invitation.send i UMA@X.test role=viewer
ErrTaken                  | sent to a suspended user                 | system ops | invitation.send i sue@x.test role=viewer
ErrTaken                  | sent to their own address                | ann   | invitation.send i ann@x.test role=viewer
ErrTaken                  | sent with an id that is pending          | ann   | invitation.send i cat@x.test role=viewer | state pending
ErrTaken                  | sent with an id that was accepted        | ann   | invitation.send i cat@x.test role=viewer | state accepted
ErrTaken                  | sent with an id that was revoked         | ann   | invitation.send i {bob} | state revoked
ErrPending                | sent with other terms                    | ann   | invitation.send address=bob@x.test role=user | state pending
ErrPending                | sent with another note                   | ann   | invitation.send address={bob} note=hello | state pending
denied above-ceiling      | sent again by a user who could not have  | rex   | invitation.send address=bob@x.test role=admin | ann: invitation.send i bob@x.test role=admin
ErrInvalid ErrTerms       | sent to no address                       | ann   | invitation.send i role=viewer
ErrInvalid ErrTerms       | sent for days and until an end           | ann   | invitation.send i {bob} days=2 until=2d
ErrInvalid ErrTerms       | sent for less than no days               | system ops | invitation.send i {bob} days=-1
ErrInvalid ErrTerms       | sent for ten thousand days               | ann   | invitation.send i {bob} days=10000
ErrInvalid ErrTerms       | sent to a team twice                     | ann   | invitation.send i {bob} teams=t,t
ErrInvalid ErrTerms       | sent with a name of two lines            | ann   | invitation.send i {bob} name="Bob\nBcc: all"
ErrInvalid ErrTerms       | sent with a note that is too long        | ann   | invitation.send i {bob} note={1001}
ErrInvalid ErrTerms       | sent with a review before                | ann   | invitation.send i {bob} reviewDays=-1
ErrInvalid                | sent with an id that is not UTF-8        | ann   | invitation.send "\xff" {bob}
ErrInvalid                | sent by a system with an id of two words | system ops | invitation.send "i j" {bob}
ErrSeats                  | sent without a seat                      | ann   | invitation.send i {bob} | ann: company.set-limits 7
ErrLimit                  | sent beyond the limit                    | ann   | invitation.send i {bob} | at most one pending; ann: invitation.send j cat@x.test role=viewer
ErrTooSoon                | sent too soon after another              | ann   | invitation.send j {bob} | state revoked; two hours between messages
ErrNoDelivery             | sent without delivery                    | ann   | invitation.send i {bob} | no delivery
ErrInvitee                | sent by a person invited                 | invitee bob@x.test | invitation.send i {cat}
ErrInviteeOnly            | accepted by a user                       | ann   | invitation.accept i

allowed                   | re-sent by another user who may          | rex   | invitation.resend i | {sent}
denied no-capability      | re-sent by a user who may not invite     | uma   | invitation.resend i | {sent}
ErrSystem                 | re-sent by a system that may not         | system scim | invitation.resend i | {sent}
denied above-ceiling      | re-sent to a role above                  | ugo   | invitation.resend i | ann: invitation.send i bob@x.test role=admin
denied no-capability      | re-sent to a team by a user who may not  | rex   | invitation.resend i | {sent} teams=t
denied unknown-resource team | re-sent to a deleted team             | ann   | invitation.resend i | {sent} teams=t; {no team}
ErrUnknown                | re-sent by a system to a deleted team    | system ops | invitation.resend i | {sent} teams=t; {no team}
denied role-full          | re-sent to a role that is full by now    | ann   | invitation.resend i | ann: invitation.send i bob@x.test role=one; {full}
ErrNotOffered             | re-sent to a role no longer offered      | ann   | invitation.resend i | {sent}; {not offered}
ErrPast                   | re-sent until a past end                 | ann   | invitation.resend i | {sent} until=1h
ErrPending                | re-sent while another is pending         | ann   | invitation.resend i | {sent}; wait 30d; ann: invitation.send j BOB@x.test role=user
allowed                   | re-sent after another expired            | ann   | invitation.resend i | {sent}; wait 30d; ann: invitation.send j BOB@x.test role=user; wait 30d
ErrBeyondOwnEnd           | re-sent beyond their own end             | eve   | invitation.resend i | {sent}
ErrRevoked                | re-sent to a person who is a user by now | ann   | invitation.resend i | {sent}; {user}

ErrNoChange               | amended to what it is                    | ann   | invitation.amend i viewer | {sent}
ErrNoChange               | amended in nothing                       | ann   | invitation.amend i | ann: invitation.send i bob@x.test
ErrNoChange               | amended to teams in another order        | ann   | invitation.amend i viewer t,n | {sent} teams=n,t
denied no-capability      | amended by a user who may not invite     | uma   | invitation.amend i user | {sent}
ErrSystem                 | amended by a system that may not         | system scim | invitation.amend i user | {sent}
denied above-ceiling      | amended from a role above                | ugo   | invitation.amend i viewer | ann: invitation.send i bob@x.test role=admin
denied above-ceiling      | amended to a role above                  | ugo   | invitation.amend i admin | {sent}
denied no-capability      | amended out of a team by a user who may not | rex  | invitation.amend i teams=none | {sent} teams=t
denied no-capability      | amended into a team by a user who may not | rex   | invitation.amend i viewer t | {sent}
allowed                   | amended out of a deleted team            | rex   | invitation.amend i teams=none | {sent} teams=t; {no team}
denied unknown-resource team | amended into an unknown team          | ann   | invitation.amend i viewer ghost | {sent}
ErrUnknown                | amended by a system to an unknown role   | system ops | invitation.amend i ghost | {sent}
ErrUnknown                | amended by a system into an unknown team | system ops | invitation.amend i viewer ghost | {sent}
denied unknown-resource role | amended to an unknown role            | ann   | invitation.amend i ghost | {sent}
ErrNotOffered             | amended to a role not offered            | ann   | invitation.amend i internal | {sent}
denied role-full          | amended to a full role                   | ann   | invitation.amend i one | {sent}; {full}
allowed                   | amended from a role that is full by now  | ann   | invitation.amend i viewer | ann: invitation.send i bob@x.test role=one; {full}
ErrPast                   | amended until now                        | ann   | invitation.amend i viewer until=1h | {sent}
ErrBeyondOwnEnd           | amended beyond their own end             | eve   | invitation.amend i user | {sent}
allowed                   | amended to within their own end          | eve   | invitation.amend i viewer until=30d | {sent}
ErrRevoked                | amended for a person who is a user by now | ann   | invitation.amend i user | {sent}; {user}
ErrInvalid                | amended to days and until an end         | ann   | invitation.amend i viewer days=3 until=3d | {sent}
ErrInvalid ErrTerms       | amended to a team twice                  | system ops | invitation.amend i viewer t,t | {sent}

denied no-capability      | revoked by a user who may not invite     | uma   | invitation.revoke i | {sent}
ErrSystem                 | revoked by a system that may not         | system scim | invitation.revoke i | {sent}
denied above-ceiling      | revoked for a role above                 | ugo   | invitation.revoke i | ann: invitation.send i bob@x.test role=admin
allowed                   | revoked by a user who adds to no teams   | rex   | invitation.revoke i | {sent} teams=t
allowed                   | revoked by a user with an earlier end    | eve   | invitation.revoke i | {sent}
allowed                   | revoked for a role that is full by now   | ann   | invitation.revoke i | ann: invitation.send i bob@x.test role=one; {full}
denied above-ceiling      | revoked for a full role above            | ugo   | invitation.revoke i | ann: invitation.send i bob@x.test role=one; {full}
allowed                   | revoked for a role no longer offered     | ann   | invitation.revoke i | {sent}; {not offered}
allowed                   | revoked for a deleted team               | ugo   | invitation.revoke i | {sent} teams=t; {no team}
ErrRevoked                | revoked for a person who is a user by now | ann   | invitation.revoke i | {sent}; {user}
allowed                   | revoked by a system                      | system ops | invitation.revoke i | {sent}
`

// inviteWords stand for what many rows of inviteTable have.
var inviteWords = strings.NewReplacer(
	"{bob}", "bob@x.test role=viewer", "{cat}", "cat@x.test role=viewer", "{501}", strings.Repeat("x", 501), "{1001}", strings.Repeat("x", 1001),
	"{sent}", "ann: invitation.send i bob@x.test role=viewer", "{full}", "system ops: user.set-role uma one",
	"{no team}", "system ops: team.delete t", "{not offered}", "system ops: catalog.replace viewer-not-offered",
	"{user}", "system ops: user.add email=bob@x.test",
)

// linkTable is what cannot be shared by a link.
const linkTable = `
denied wrong-kind         | a link to an account                     | amy   | link.make new action=account.view resource=account:us
denied wrong-kind         | a link to a link                         | amy   | link.make new action=link.revoke resource=link:doc
denied wrong-kind         | a link to a user                         | kim   | link.make new action=user.remove resource=user:amy
denied wrong-kind         | a link to a role                         | ann   | link.make new action=role.grant resource=role:reader
denied wrong-kind         | a link to a team                         | ann   | link.make new action=team.edit resource=team:east
denied wrong-kind         | a link to a data group                   | ann   | link.make new action=datagroup.edit resource=group:gu
denied wrong-kind         | a link to the company                    | amy   | {recording} resource=company
denied unknown-kind       | a link to something of an unknown kind   | amy   | {recording} resource=bord:b1
denied malformed-resource | a link to a board in an account          | amy   | {recording} resource="board:b1 in account:us"
denied account-required   | a link to a campaign of the company      | amy   | {recording} resource=campaign:c1
ErrInvalid                | a link for another action of the kind    | amy   | link.make new action=heatmap.view {us}
ErrInvalid                | a link to look, for another action of the kind | amy | link.make new action=board.view {board}
ErrInvalid                | a system: something of an unknown kind   | system ops | {recording} resource=bord:b1 maker=amy
ErrInvalid                | a system: another action of the kind     | system ops | link.make new action=heatmap.view {us} maker=amy
denied no-resource        | a link to nothing                        | amy   | {recording}
denied malformed-resource | a link to a report in an account         | amy   | link.make new resource="report:q3 in account:us"
denied account-required   | a link to an item without its account    | amy   | {recording} resource="campaign:c1 in account:"
denied unknown-resource campaign | a link to an item of an unknown account | ann | {recording} resource="campaign:c1 in account:ghost"
denied unknown-resource report | a link to an unknown report         | amy   | link.make new resource=report:ghost
denied unknown-resource report | a link to a report without an id    | amy   | link.make new resource=report:
ErrInvalid                | a system: an account                     | system ops | link.make new action=account.view resource=account:us maker=amy
ErrInvalid                | a system: a link to a link               | system ops | link.make new action=link.revoke resource=link:doc maker=amy
ErrInvalid                | a system: a user                         | system ops | link.make new action=user.remove resource=user:amy maker=kim
ErrInvalid                | a system: a role                         | system ops | link.make new action=role.grant resource=role:reader maker=ann
ErrInvalid                | a system: a team                         | system ops | link.make new action=team.edit resource=team:east maker=ann
ErrInvalid                | a system: a data group                   | system ops | link.make new action=datagroup.edit resource=group:gu maker=ann
ErrInvalid                | a system: the company                    | system ops | {recording} resource=company maker=amy
ErrInvalid                | a system: nothing                        | system ops | {recording} maker=amy

ErrInvalid                | exploring a report                       | amy   | {q3} action=report.explore
ErrInvalid                | deleting a report                        | amy   | {q3} action=report.delete
ErrInvalid                | sharing a report                         | amy   | {q3} action=report.share-viewer
ErrInvalid                | an action of the host at a report        | amy   | {q3} action=board.view
ErrInvalid                | editing a report they explore            | eli   | {q3} action=report.edit
ErrInvalid                | sharing through a link                   | amy   | link.make new action=session.share {us}
ErrInvalid                | a recording of a report                  | amy   | {recording} resource=report:q3
denied unknown-action     | an unknown action                        | amy   | link.make new action=page.view {us}
denied level-too-low      | a report they only view                  | rob   | {q3}
denied no-level           | a report that is not shared              | lou   | {q3}
denied no-level           | a report of others, by a user who may do all else | ann | {q3}
denied no-capability      | an item without session.share            | rob   | {recording} {us}
denied no-capability      | an item without the action               | kim   | {recording} {us}
denied no-capability      | an action of another role                | ann   | link.make new action=board.view {board}
denied out-of-reach       | an item they do not see                  | amy   | {recording} {de}
denied out-of-reach       | an item, by a user in no team            | lou   | {recording} {us}
denied not-a-member       | in a team they are not a member of       | amy   | {recording} {us} session=west
denied not-a-member       | in a team they were a member of          | amy   | {q3} session=north
denied not-a-member       | in a team, by a user who sees everything | ann   | {recording} {us} session=east
denied unknown-session-team | in an unknown team                     | amy   | {recording} {us} session=ghost
denied out-of-reach       | an item that their other team sees       | eli   | {recording} {us} session=west
denied no-level           | a report shared with their other team    | eli   | link.make new resource=report:q4 session=east

ErrNoActor                | made by nobody                           |       | {q3}
denied unknown-user       | made by an unknown user                  | ghost | {q3}
denied suspended          | made by a suspended user                 | sue   | {recording} {us}
denied ended              | made by a user after their end           | old   | {recording} {board}
ErrSystem                 | made by a system that is not configured  | system ghost | {q3} maker=amy
ErrSystem                 | made by a system configured for others   | system scim | {q3} maker=amy
ErrUnknown                | made by a system for nobody              | system ops | {q3}
ErrUnknown                | made by a system for an unknown user     | system ops | {q3} maker=ghost
denied suspended          | made by a system for a suspended user    | system ops | {recording} {us} maker=sue
denied ended              | made by a system for a user who has ended | system ops | {recording} {board} maker=old
denied out-of-reach       | made by a system for a user who does not see it | system ops | {recording} {de} maker=amy
denied not-a-member       | made by a system in a team of others     | system ops | {recording} {us} maker=amy session=west

ErrPast                   | a link until now                         | amy   | {q3} until=0s
ErrPast                   | a link until a moment ago                | amy   | {q3} until=-1ns
ErrBeyondOwnEnd           | a link a moment beyond their own end     | ali   | {q3} until=10d1ns
ErrBeyondOwnEnd           | the thirty days, written out, beyond their own end | ali | {q3} until=30d
ErrBeyondOwnEnd           | a link by a system beyond the maker's end | system ops | {q3} until=30d maker=ali
ErrInvalid                | a link until beyond the calendar         | amy   | {q3} until=9000y
ErrTaken                  | a link id that exists                    | amy   | link.make doc resource=report:q3
ErrTaken                  | the id of a link that has ended          | amy   | link.make revoked resource=report:q3 | amy: link.make revoked resource=report:q3; amy: link.revoke revoked
ErrInvalid                | a link id with a line break              | amy   | link.make "a\nb" resource=report:q3
ErrInvalid                | a link id that is not UTF-8              | amy   | link.make "a\xff" resource=report:q3
ErrInvalid                | a link id that is too long               | amy   | link.make {257} resource=report:q3
ErrInvalid                | a link to an item whose id is not UTF-8  | amy   | {recording} resource="campaign:a\xff in account:us"
denied unknown-resource link | a link that was revoked before        | amy   | link.revoke doc | amy: link.revoke doc
`

// linkWords stand for what many rows of linkTable have.
var linkWords = strings.NewReplacer(
	"{q3}", "link.make new resource=report:q3", "{recording}", "link.make new action=recording.view",
	"{us}", `resource="campaign:c1 in account:us"`, "{de}", `resource="campaign:c1 in account:de"`, "{board}", `resource=board:b1`,
	"{257}", strings.Repeat("x", 257),
)

// refusalTables are the tables of refusals, and the companies they are about.
var refusalTables = []struct {
	company func(t *testing.T) *testCompany
	wait    time.Duration // before the last changes of a row
	words   *strings.Replacer
	table   string
}{
	{staffCompany, 0, strings.NewReplacer("{member}", "team.add-member t vic"), staffTable},
	{staffCompany, 0, strings.NewReplacer(), editTable},
	{func(t *testing.T) *testCompany { return inviteCompany(t, nil) }, time.Hour, inviteWords, inviteTable},
	{func(t *testing.T) *testCompany { return linkCompany(t, options{}) }, 0, linkWords, linkTable},
	{reviewCompany, 0, reviewWords, reviewTable},
}
