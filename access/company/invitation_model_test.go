package company_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/role"
	"pgregory.net/rapid"
)

// invitationBranches are all that must be hit: what each command can be refused
// for, each alone, and what else can become of an invitation.
func invitationBranches() []string {
	strangers := "ErrNone|ErrAccepted|ErrDeclined|ErrRevoked|ErrExpired|secret|address|provider|stale|future"
	onHold := "ErrNotOffered|ErrPast|ErrRoleFull|ErrSystem|ErrSeats|ErrUnknown|denied above-ceiling|denied ended|denied no-capability|" +
		"denied role-full|denied suspended|denied unknown-resource team"
	sent := "ErrBeyondOwnEnd|ErrNoDelivery|ErrTooSoon|ErrInvalid ErrTerms|denied unknown-user|" +
		strings.Replace(onHold, "denied ended|", "", 1)
	codes := "ok|above-ceiling|already-member|already-pending|bad-date|bad-reason|beyond-own-end|failed|not-allowed|not-offered|" +
		"over-limit|too-soon|unknown-role|unknown-team"
	var all []string
	for before, after := range map[string]string{
		"made ": "invitation.send|invitation.resend|invitation.amend|invitation.delivered|invitation.redeliver|user.change-address|invitation.revoke|invitation.accept|invitation.decline|" +
			"user.remove|user.set-role|user.set-expiry|user.suspend|team.delete|company.set-limits|catalog.replace|user.add",
		"invitation.send ":              sent + "|ErrTaken|ErrLimit|ErrPending|denied unknown-resource role",
		"sent again ":                   sent + "|ErrNone|ErrAccepted|ErrDeclined|ErrRevoked",
		"invitation.amend ":             "ErrExpired|ErrNoChange|denied above-ceiling|denied no-capability",
		"invitation.revoke ":            "ErrNone|ErrAccepted|ErrDeclined|ErrRevoked|ErrSystem|denied above-ceiling|denied no-capability|denied suspended|denied unknown-user",
		"invitation.accept ErrRefused ": strangers, "invitation.decline ErrRefused ": strangers,
		"invitation.accept ErrOnHold ": onHold, "on hold ": onHold + "|ErrNone|ErrAccepted|ErrDeclined|ErrRevoked|ErrExpired",
		"invitation.accept ": "ErrInviteeOnly|ErrReused|ErrTaken", "invitation.decline ": "ErrInviteeOnly",
		"invitation.delivered ": "ErrNone|ErrInvalid|ErrNoChange|ErrSystemOnly",
		"invitation.redeliver ": "ErrNone|ErrSystemOnly",
		"take over ":            "ErrInvalid|denied above-ceiling|denied no-capability|denied unknown-user",
		"plan ":                 codes + "|ErrNoDelivery", "send ": codes,
		"beyond the end of the ": "new sponsor|actor",
		"": "address given to a user|passed over|undelivered|queued|revoked by the removal of the person|taken over|taken over except the expired|revoked by removal|invited again|capped|accepted in another case|not on hold|" +
			"changed though its role is full|changed though its team is gone|not delivered|several at once|the second refused|" +
			"no change ErrNoActor|no change ErrNoChange|no change ErrReason|company.set-limits ErrSeats|catalog.replace ErrUnknown|an older secret tried|another secret tried|" +
			"a secret of another company tried|offer|no offer|the last message|another company|accepted by the law",
	} {
		for what := range strings.SplitSeq(after, "|") {
			all = append(all, before+what)
		}
	}
	slices.Sort(all)
	return all
}

// TestInvitationsAreTheModel makes random people invite, answer and leave, and
// says of each step beforehand what must come of it.
func TestInvitationsAreTheModel(t *testing.T) {
	t.Parallel()
	search{branches: invitationBranches(), checks: 33, scenarios: invitationScenarios(), walks: map[string]func(*rapid.T, *branches){"at random": walkInvitations}}.run(t)
}

func walkInvitations(t *rapid.T, hits *branches) {
	m := newInvitingMachine(t, hits)
	for range rapid.IntRange(1, 4).Draw(t, "sent before") {
		m.invite(t)
	}
	t.Repeat(map[string]func(*rapid.T){
		"invite": m.invite, "invite more": m.invite, "answer": m.answer, "around": m.around, "leave": m.leave,
		"hand over": m.handOver, "fall": m.fall, "obstruct": m.obstruct, "obstruct more": m.obstruct, "stranger": m.stranger,
		"several": m.several, "file": m.file, "reopen": m.reopen, "time": m.pass, "": m.invariant,
	})
	m.finish(t)
}

func newInvitingMachine(t *rapid.T, hits *branches) *machine {
	d := draw{t}
	c, config := d.invitingCompany(), d.config()
	config.Systems, config.Roles = d.systems(), map[string][]role.Name{"sync": d.mayGive(), "scim": everyRole(invitingRoles())}
	m := newMachine(t, hits, c, config, invitationLaws()...)
	m.steps = append(m.steps, 5*3600e9)
	m.other = newOtherCompany(t, c.Document(), &m.clock)
	return m
}
