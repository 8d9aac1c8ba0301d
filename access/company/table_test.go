package company

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// samples has a change of every type, with an id of its own in each field, so
// that a row which reads another field is found out.
var samples = []Change{
	founded{Company: "acme"},
	foundedPart{Part: 2},
	SetCompanyName{Name: "Acme"},
	SetLimits{},
	ReplaceCatalog{},
	CorrectClock{},
	TransferOwnership{To: "to", From: "from", TransferOwnershipOutcome: TransferOwnershipOutcome{Role: "owner", Becomes: "admin"}},

	AddUser{User: "u", Role: "viewer"},
	EditUser{User: "u", Name: To("U")},
	ChangeAddress{User: "u", Email: "u@x.test"},
	SetRole{User: "u", Role: "viewer", SetRoleOutcome: SetRoleOutcome{From: "editor"}},
	SuspendUser{User: "u"},
	ReinstateUser{User: "u"},
	SetEnd{User: "u"},
	RemoveUser{User: "u", Successor: "s", TakeOver: "o", RemoveUserOutcome: RemoveUserOutcome{
		Role: "viewer", HandedOver: Bounded[access.ReportID]{Count: 2, First: []access.ReportID{"q1", "q2"}},
		Links: Bounded[access.LinkID]{Count: 1, First: []access.LinkID{"l"}}, Invitations: Bounded[invite.ID]{Count: 1, First: []invite.ID{"i"}},
		Teams: Bounded[LostMembership]{Count: 1, First: []LostMembership{{Team: "t"}}}, Reports: Bounded[LostGrant]{Count: 1, First: []LostGrant{{Report: "q3"}}},
	}},
	RemoveUser{User: "u"},
	RemoveUser{User: "u", TakeOver: "o"},

	CreateTeam{Team: "t"},
	EditTeam{Team: "t"},
	DeleteTeam{Team: "t", DeleteTeamOutcome: DeleteTeamOutcome{Groups: Bounded[datagroup.ID]{Count: 1, First: []datagroup.ID{"g"}}}},
	AddMember{Team: "t", User: "u"},
	SetMemberEnd{Team: "t", User: "u"},
	RemoveMember{Team: "t", User: "u"},
	AttachGroup{Team: "t", Group: "g"},
	DetachGroup{Team: "t", Group: "g"},

	CreateGroup{Group: "g"},
	EditGroup{Group: "g"},
	DeleteGroup{Group: "g", DeleteGroupOutcome: DeleteGroupOutcome{Teams: Bounded[team.ID]{Count: 2, First: []team.ID{"t1", "t2"}}}},

	ConnectAccounts{Accounts: []document.Account{{ID: "a1"}, {ID: "a2"}}},
	UpdateAccounts{Accounts: []AccountEdit{{ID: "a1"}, {ID: "a2"}}},
	DisconnectAccounts{Accounts: []datagroup.AccountID{"a1", "a2"}},
	DeclareAttribute{Attribute: "tier"},
	RetypeAttribute{Attribute: "tier"},
	DropAttribute{Attribute: "tier"},

	CreateReport{Report: "q", Creator: "c"},
	RenameReport{Report: "q"},
	NameCreator{Report: "q", User: "u"},
	DeleteReport{Report: "q"},
	ShareReport{Report: "q", User: "u", Level: access.Explorer},
	ShareReport{Report: "q", Team: "t", Level: access.Viewer},
	ShareReport{Report: "q", User: "u", Level: access.Editor},
	ShareReport{Report: "q", User: "u", Level: access.Creator},
	UnshareReport{Report: "q", User: "u"},
	UnshareReport{Report: "q", Team: "t"},
	MakeLink{Link: "l", Resource: access.Report("q"), Maker: "m", Session: "t", Action: "board.view"},
	MakeLink{Link: "l", Resource: access.CompanyItem("board", "b"), Maker: "m", Action: "board.view"},
	MakeLink{Link: "l", Resource: access.Item("board", "b", "a"), Maker: "m"},
	RevokeLink{Link: "l", RevokeLinkOutcome: RevokeLinkOutcome{Resource: access.Report("q"), Maker: "m"}},

	Invite{Invitation: "i", Terms: invite.Terms{Address: team.MustParseAddress("bob@x.test"), Role: "viewer", Teams: []team.ID{"t1", "t2"}}},
	ResendInvitation{Invitation: "i"},
	AmendInvitation{Invitation: "i", Role: To(invite.Terms{Role: "viewer"}.Role), Teams: To([]team.ID{"t"})},
	RecordDelivery{Invitation: "i", Generation: 2},
	RedeliverInvitation{Invitation: "i"},
	RevokeInvitation{Invitation: "i"},
	AcceptInvitation{Invitation: "i", User: "u", AcceptInvitationOutcome: AcceptInvitationOutcome{Role: "viewer", Teams: []team.ID{"t"}}},
	DeclineInvitation{Invitation: "i"},

	ScheduleReviews{},
	OpenReview{Review: "w"},
	DecideItem{Review: "w", Row: "user:u"},
	DecideItem{Review: "w", Row: "invitation:i"},
	DecideItem{Review: "w", Row: "user:"},
	DecideItem{Review: "w", Row: "team:t"},
	CloseReview{Review: "w"},
}

// wantTable is what the table says of the samples: the name of the type, who may
// make it and whether it needs a reason, the questions, and the targets.
const wantTable = `
company.found       | system          | nothing                                                       | company
company.found-part  | system          | nothing                                                       | company
company.set-name    | anybody         | company.edit company                                          | company
company.set-limits  | anybody         | company.edit company                                          | company
catalog.replace     | system          | nothing                                                       | company
clock.correct       | system          | nothing                                                       | company
owner.transfer      | anybody, reason | owner.transfer user:to                                        | user:to, user:from
user.add            | system, reason  | nothing                                                       | user:u
user.edit           | anybody, reason | user.edit user:u, or their own                                | user:u
user.change-address | system, reason  | nothing, or their own                                         | user:u
user.set-role       | anybody, reason | user.set-role user:u, role.grant role:viewer                  | user:u
user.suspend        | anybody, reason | user.suspend user:u                                           | user:u
user.reinstate      | anybody, reason | user.suspend user:u                                           | user:u
user.set-expiry     | anybody, reason | user.set-expiry user:u                                        | user:u
user.remove         | anybody, reason | user.remove user:u                                            | user:u, user:s, user:o, report:q1, report:q2
user.remove         | anybody, reason | user.remove user:u                                            | user:u
user.remove         | anybody, reason | user.remove user:u                                            | user:u, user:o
team.create         | anybody         | team.create company                                           | team:t
team.edit           | anybody         | team.edit team:t                                              | team:t
team.delete         | anybody         | team.delete team:t                                            | team:t
team.add-member     | anybody, reason | team.set-members team:t                                       | team:t, user:u
team.set-member-end | anybody, reason | team.set-members team:t                                       | team:t, user:u
team.remove-member  | anybody, reason | team.set-members team:t                                       | team:t, user:u
team.attach-group   | anybody         | team.set-datagroups team:t                                    | team:t, group:g
team.detach-group   | anybody         | team.set-datagroups team:t                                    | team:t, group:g
datagroup.create    | anybody         | datagroup.create company                                      | group:g
datagroup.edit      | anybody         | datagroup.edit group:g                                        | group:g
datagroup.delete    | anybody         | datagroup.delete group:g                                      | group:g, team:t1, team:t2
source.add          | anybody         | source.add company                                            | account:a1, account:a2
source.edit         | anybody         | source.edit account:a1, source.edit account:a2                | account:a1, account:a2
source.remove       | anybody         | source.remove account:a1, source.remove account:a2            | account:a1, account:a2
attribute.declare   | anybody         | source.add company                                            | attribute:tier
attribute.retype    | anybody         | source.add company                                            | attribute:tier
attribute.drop      | anybody         | source.add company                                            | attribute:tier
report.create       | anybody         | report.create company                                         | report:q
report.set          | anybody         | report.set report:q                                           | report:q
report.name-creator | anybody         | user.remove anywhere                                          | report:q, user:u
report.delete       | anybody         | report.delete report:q                                        | report:q
report.share        | anybody         | report.share-explorer report:q                                | report:q, user:u
report.share        | anybody         | report.share-viewer report:q                                  | report:q, team:t
report.share        | anybody         | report.share-editor report:q                                  | report:q, user:u
report.share        | anybody         | report.share-creator report:q                                 | report:q, user:u
report.unshare      | anybody         | report.unshare report:q, or their own                         | report:q, user:u
report.unshare      | anybody         | report.unshare report:q                                       | report:q, team:t
link.make           | anybody         | report.share-viewer report:q                                  | link:l, report:q, user:m
link.make           | anybody         | board.view board:b, session.share board:b                     | link:l, board:b, user:m
link.make           | anybody         | session.share board:b in account:a                            | link:l, board:b in account:a, user:m
link.revoke         | anybody         | link.revoke link:l                                            | link:l, report:q, user:m
invitation.send     | anybody, reason | nothing                                                       | invitation:i, role:viewer, team:t1, team:t2
invitation.resend   | anybody, reason | nothing                                                       | invitation:i
invitation.amend    | anybody, reason | nothing                                                       | invitation:i, role:viewer, team:t
invitation.delivered | system          | nothing                                                       | invitation:i
invitation.redeliver | system, reason  | nothing                                                       | invitation:i
invitation.revoke   | anybody, reason | nothing                                                       | invitation:i
invitation.accept   | invitee         | nothing                                                       | invitation:i, role:viewer, team:t, user:u
invitation.decline  | invitee         | nothing                                                       | invitation:i
review.schedule     | anybody         | company.edit company                                          | company
review.open         | anybody         | review.run company                                            | review:w
review.decide       | anybody, reason | review.run company                                            | review:w, user:u
review.decide       | anybody, reason | review.run company                                            | review:w, invitation:i
review.decide       | anybody, reason | review.run company                                            | review:w
review.decide       | anybody, reason | review.run company                                            | review:w
review.close        | anybody         | review.run company                                            | review:w
`

// TestTable compares what the table says of each type with the text above. A row
// that is missing, swapped with another or changed is found out.
func TestTable(t *testing.T) {
	var got []string
	seen := make(map[string]bool)
	for _, c := range samples {
		row := rowOf(c)
		if row == nil {
			t.Fatalf("%T has no row", c)
		}
		seen[row.name] = true
		who := "anybody"
		switch {
		case row.must&systemOnly != 0:
			who = "system"
		case row.must&inviteeOnly != 0:
			who = "invitee"
		}
		if row.must&needsReason != 0 {
			who += ", reason"
		}
		a := row.about(c)
		var questions, targets []string
		for _, q := range a.questions {
			question := fmt.Sprint(q.action, " ", q.resource)
			if q.part == heldOnly {
				question = fmt.Sprint(q.action, " anywhere")
			}
			questions = append(questions, question)
		}
		for _, r := range a.targets {
			targets = append(targets, r.String())
		}
		asks := cmp.Or(strings.Join(questions, ", "), "nothing")
		if a.own != "" {
			asks += ", or their own"
		}
		got = append(got, fmt.Sprintf("%-19s | %-15s | %-61s | %s", row.name, who, asks, strings.Join(targets, ", ")))
	}
	want := strings.Split(strings.TrimSpace(wantTable), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("line %d is\n%s\nwant\n%s", i+1, got[i], want[i])
		}
	}
	for _, r := range table {
		if !seen[r.name] {
			t.Errorf("%s has no sample", r.name)
		}
	}
}

// TestTableReads: every name and type stands in the table once, and what a row
// writes, it reads back.
func TestTableReads(t *testing.T) {
	names := make(map[string]bool)
	for i, r := range table {
		if names[r.name] || rowNamed(r.name) != &table[i] || rowOf(r.zero) != &table[i] {
			t.Errorf("row %d, %s: the name or the type stands there twice", i+1, r.name)
		}
		names[r.name] = true
	}
	for _, c := range samples {
		switch c.(type) {
		case founded, foundedPart:
			continue // their document is JSON
		}
		recorded, err := record(WithNonsense(t, c))
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseRecord(recorded)
		if err != nil {
			t.Errorf("%s cannot be read back: %v", recorded.Data, err)
			continue
		}
		if rowOf(again) != rowOf(c) {
			t.Errorf("%T is read back as %T", c, again)
		}
	}
}

// TestQuestionsIgnoreOutcomes: what is asked does not depend on what a caller
// puts into fields that Do fills in.
func TestQuestionsIgnoreOutcomes(t *testing.T) {
	asked := func(c Change) []question { return rowOf(c).about(c).questions }
	for _, c := range samples {
		full := WithNonsense(t, c)
		if got, want := asked(full), asked(c); !slices.Equal(got, want) {
			t.Errorf("%T asks %v, with other outcomes %v", c, want, got)
		}
	}
}
