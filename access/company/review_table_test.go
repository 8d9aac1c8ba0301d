package company_test

import (
	"strings"
	"testing"
)

// reviewCompany is a company for tests of reviews, in which nothing happened yet:
// ann, abe and ugo may review, uma may not. An invitation is pending, by abe.
func reviewCompany(t *testing.T) *testCompany {
	t.Helper()
	c := newCompany(t, "ann admin; abe admin; ugo user-manager; uma user; max team-member 40d; vic viewer; sue viewer suspended; old viewer -1h",
		options{
			accounts: "us", groups: "gu everything; gd everything", teams: "t gu: max; n: uma",
			reports: "r: uma creator, max viewer; o", config: instant,
		})
	c.must("abe", parseChange(t, "invitation.send i i@x.test role=viewer teams=t"))
	return c
}

// reviewWords are what the rows of the table have in common.
var reviewWords = strings.NewReplacer("{open}", "ann: review.open w", "{keep}", "review.decide w user:max keep")

// reviewTable is what cannot be done with reviews, as [staffTable] says.
const reviewTable = `
denied no-capability      | a schedule by who may not                | ugo   | review.schedule 6
ErrNoChange               | a schedule as it is                      | ann   | review.schedule 3
ErrInvalid                | a schedule of every two months           | ann   | review.schedule 2
ErrInvalid                | a schedule of no months                  | system ops | review.schedule 0
allowed                   | a schedule                               | ann   | review.schedule 12

denied no-capability      | a review by who may not                  | uma   | review.open w
denied suspended          | a review by a suspended user             | sue   | review.open w
ErrSystem                 | a review by a system that may not        | system scim | review.open w
ErrReviewOpen             | a review while one is open               | ugo   | review.open v | {open}
ErrReviewOpen             | the review while it is open              | ann   | review.open w | {open}
ErrReviewOpen @2          | two reviews at once                      | ann   | review.open w; review.open v
ErrTaken                  | a review that is over                    | ann   | review.open w | {open}; ann: review.close w
ErrPast                   | a review due in the past                 | ann   | review.open w due=-1ns
ErrPast                   | a review due now                         | ann   | review.open w due=0s
allowed                   | a review due at once                     | ann   | review.open w due=1ns
ErrInvalid                | a review of two words                    | ann   | review.open "w v"
ErrInvalid                | a review of a path                       | system ops | review.open ../w
ErrInvalid                | a review due beyond the calendar         | ann   | review.open w due=9000y
ErrInvalid                | a review due in more than a year         | ann   | review.open w due=367d
allowed                   | a review due in a year                   | ann   | review.open w due=365d
allowed                   | a review after one that is closed        | ugo   | review.open v | {open}; ann: review.close w
allowed                   | a review of a random name                | ugo   | review.open

ErrReason                 | a decision without a reason              | ann   | {keep} | {open}; no reason
denied no-capability      | a decision by who may not                | uma   | {keep} | {open}
denied unknown-user       | a decision by who is not there           | ghost | {keep} | {open}
ErrSystem                 | a decision by a system that may not      | system scim | {keep} | {open}
ErrUnknown                | a decision in no review                  | ann   | {keep}
ErrUnknown                | a decision without a review              | ann   | review.decide row=user:max decision=keep | {open}
ErrReviewClosed           | a decision in a closed review            | ann   | {keep} | {open}; ann: review.close w
ErrReviewClosed           | a decision in the review before          | ann   | {keep} | {open}; ann: review.close w; ann: review.open v
ErrUnknown                | a decision about nobody                  | ann   | review.decide w user:ghost keep | {open}
ErrUnknown                | a decision about no row                  | ann   | review.decide w decision=keep | {open}
ErrUnknown                | a decision about a user as such          | ann   | review.decide w max keep | {open}
ErrUnknown                | a decision about who came later          | ann   | review.decide w user:new keep | {open}; system ops: user.add new email=n@x.test
ErrUnknown                | a decision about whose access had ended  | ann   | review.decide w user:old keep | {open}
ErrUnknown                | a decision about a closed invitation     | ann   | review.decide w invitation:i keep | abe: invitation.revoke i; {open}
allowed                   | a decision about a suspended user        | ann   | review.decide w user:sue revoke | {open}
ErrInvalid                | another decision                         | ann   | review.decide w user:max extend | {open}
ErrInvalid                | no decision                              | ann   | review.decide w user:max | {open}
allowed                   | a decision by a system                   | system ops | {keep} | {open}
allowed                   | a decision by who opened nothing         | ugo   | {keep} | {open}

ErrSelf                   | a decision about oneself                 | ann   | review.decide w user:ann keep | {open}
ErrSelf                   | the revocation of oneself                | ann   | review.decide w user:ann revoke | {open}
ErrSelf                   | about the invitation that they accepted  | ian   | review.decide w invitation:i keep | {open}; accept i ian; system ops: user.set-role ian admin
ErrNotIndependent         | who added them                           | system ops | review.decide w user:new keep | system ops: user.add new email=n@x.test; {open}
ErrNotIndependent         | who raised the role                      | ugo   | {keep} | ugo: user.set-role max user; {open}
allowed                   | who lowered the role                     | ugo   | {keep} | ugo: user.set-role max viewer; {open}
ErrNotIndependent         | who raised and lowered the role          | ugo   | {keep} | ugo: user.set-role max user; ugo: user.set-role max viewer; {open}
ErrNotIndependent         | who raised the role during the review    | ugo   | {keep} | {open}; ugo: user.set-role max user
allowed                   | who raised the role of another           | ugo   | {keep} | ugo: user.set-role vic user; {open}
ErrNotIndependent         | who moved the end                        | ugo   | {keep} | ugo: user.set-expiry max 50d; {open}
allowed                   | who moved the end nearer                 | ugo   | {keep} | ugo: user.set-expiry max 30d; {open}
ErrNotIndependent         | who added to a team                      | ugo   | {keep} | ugo: team.add-member n max; {open}
ErrNotIndependent         | who attached a group                     | ugo   | {keep} | ugo: team.attach-group t gd; {open}
ErrNotIndependent         | who attached a group to a team left since | ann  | {keep} | ann: team.attach-group t gd; ugo: team.remove-member t max; {open}
ErrNotIndependent         | who attached a group before they left and came back | ann | {keep} | ann: team.attach-group t gd; ugo: team.remove-member t max; ugo: team.add-member t max; {open}
ErrNotIndependent         | who attached a group to a team that ended | ann  | {keep} | ugo: team.add-member n max 1h; ann: team.attach-group n gd; wait 2h; ugo: team.add-member n max; {open}
ErrNotIndependent         | who attached a group to a team deleted since | ann | {keep} | {open}; ugo: team.add-member n max; ann: team.attach-group n gd; ugo: team.delete n
ErrNotIndependent         | who attached a group before the end was put back | ann | {keep} | ann: team.attach-group t gd; wait 2h; ugo: team.set-member-end t max -1h; {open}
allowed                   | who attached a group before they came    | ann   | {keep} | ann: team.attach-group n gd; ugo: team.add-member n max; {open}
allowed                   | who attached a group after they left     | ann   | {keep} | ugo: team.remove-member t max; ann: team.attach-group t gd; {open}
allowed                   | who attached a group after they had ended | ann  | {keep} | ugo: team.set-member-end t max 1h; wait 2h; ann: team.attach-group t gd; {open}
allowed                   | who attached a group elsewhere           | ugo   | {keep} | ugo: team.attach-group n gd; {open}
ErrNotIndependent         | who reinstated                           | ugo   | review.decide w user:sue keep | ugo: user.reinstate sue; {open}
ErrNotIndependent         | who named a creator                      | ugo   | review.decide w user:vic keep | ugo: report.name-creator o vic; {open}
ErrNotIndependent         | who handed reports over                  | ugo   | review.decide w user:vic keep | ugo: user.remove uma successor=vic; {open}
ErrNotIndependent         | who shared a report                      | system ops | review.decide w user:vic keep | system ops: report.share r vic; {open}
ErrNotIndependent         | who invited                              | abe   | review.decide w invitation:i keep | {open}
ErrNotIndependent         | who re-sent                              | ugo   | review.decide w invitation:i keep | ugo: invitation.resend i; {open}
ErrNotIndependent         | who sent what another re-sent            | abe   | review.decide w invitation:i keep | ugo: invitation.resend i; {open}
ErrNotIndependent         | who sponsored the user                   | abe   | review.decide w user:ian keep | accept i ian; {open}
ErrNotIndependent         | who sent before the sponsor did          | abe   | review.decide w user:ian keep | ugo: invitation.resend i; accept i ian; {open}
ErrNotIndependent         | who took an invitation over              | ann   | review.decide w invitation:i keep | system ops: user.remove abe takeOver=ann; {open}
ErrNotIndependent         | the sponsor of who accepts during the next review | abe | review.decide v invitation:i keep | {open}; ann: review.decide w invitation:i keep; ann: review.close w; ann: review.open v; accept i ian
allowed                   | another one, of who accepts during the next review | ann | review.decide v invitation:i keep | {open}; ann: review.decide w invitation:i keep; ann: review.close w; ann: review.open v; accept i ian
ErrNotIndependent         | who raised the team of somebody removed since | ann | {keep} | {open}; ann: team.attach-group t gd; ugo: user.remove max
allowed                   | who did not send                         | ann   | review.decide w user:ian keep | accept i ian; {open}
allowed                   | the sponsor after another's decision     | abe   | review.decide v user:ian keep | accept i ian; {open}; ann: review.decide w user:ian keep; ann: review.close w; ann: review.open v
ErrNotIndependent         | the sponsor after an open item           | abe   | review.decide v user:ian keep | accept i ian; {open}; ann: review.close w; ann: review.open v
ErrNotIndependent         | the sponsor in the next review, still open | abe | review.decide w user:ian keep | accept i ian; {open}; ann: review.decide w user:ian revoke
ErrNotIndependent         | who raised it since the last review      | ugo   | review.decide v user:max keep | {open}; ann: {keep}; ann: review.close w; ugo: user.set-role max user; ann: review.open v
ErrNotIndependent         | who raised it in the event of the closing | ann  | review.decide v user:max keep | {open}; ann: {keep}, review.close w, user.set-role max user; ann: review.open v

ErrDecided                | decided before                           | abe   | {keep} | {open}; ann: {keep}
ErrDecided                | decided before by themselves             | ann   | {keep} | {open}; ann: {keep}
ErrDecided                | decided by another, and a system repeats it | system ops | {keep} | {open}; ann: {keep}
ErrDecided                | decided otherwise                        | ann   | review.decide w user:max revoke | {open}; ann: {keep}
ErrDecided @2             | decided twice at once                    | ann   | {keep}; {keep} | {open}
ErrDecided                | reduced and carried out                  | ann   | {keep} | {open}; ann: review.decide w user:max reduce; ugo: user.set-role max viewer
allowed                   | reopened by a raise                      | ann   | {keep} | {open}; ann: {keep}; ugo: team.add-member n max
allowed                   | kept and lowered                         | ann   | {keep} | {open}; ann: {keep}; ugo: user.set-role max viewer
allowed                   | reduced and raised                       | ann   | {keep} | {open}; ann: review.decide w user:max reduce; ugo: user.set-role max user
allowed                   | another address                          | ann   | {keep} | {open}; ann: review.decide w user:max revoke; system ops: user.change-address max m@x.test
ErrDecided                | another name                             | ann   | {keep} | {open}; ann: {keep}; ugo: user.edit max Max
ErrDecided                | another filter                           | ann   | {keep} | {open}; ann: {keep}; ann: datagroup.edit gu filter=nothing
allowed                   | an invitation that was accepted          | ann   | review.decide w invitation:i keep | {open}; ann: review.decide w invitation:i revoke; accept i ian
ErrDecided                | an invitation that was revoked           | ann   | review.decide w invitation:i keep | {open}; ann: review.decide w invitation:i revoke; ugo: invitation.revoke i

denied no-capability      | closed by who may not                    | uma   | review.close w | {open}
ErrUnknown                | no review is closed                      | ann   | review.close w
ErrReviewClosed           | closed twice                             | ann   | review.close w | {open}; ann: review.close w
ErrReviewClosed @2        | closed twice at once                     | ann   | review.close w; review.close w | {open}
allowed                   | closed with open items                   | ugo   | review.close w | {open}
allowed                   | closed and the next one opened           | ugo   | review.close w; review.open v | {open}
`
