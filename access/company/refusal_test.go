package company_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

func init() { catalogs["viewer-not-offered"] = withoutOffer("viewer") }

// TestRefusals runs every row of the tables. A refusal leaves the state and the
// log as they were; what is allowed is one event.
func TestRefusals(t *testing.T) {
	names := map[string]bool{}
	for _, table := range refusalTables {
		for line := range split(table.table, "\n") {
			cells := append(cellsOf(table.words.Replace(line)), "")
			want, name, actor := cells[0], cells[1], cells[2]
			if names[name] {
				t.Errorf("two rows are called %q", name)
			}
			names[name] = true
			t.Run(name, func(t *testing.T) {
				c := table.company(t)
				c.run(cells[4])
				c.pass(table.wait)
				changes := parseChanges(t, cells[3])
				if want != "allowed" {
					c.refuses(want, actor, changes...)
					return
				}
				c.must(actor, changes...)
				c.checkReplay()
			})
		}
	}
}

// run takes steps, with semicolons between them: "ann: team.create t, team.create n"
// are changes in one event, "wait 30d" moves the clock, "state revoked" is
// [testCompany.arrange], "accept i bob" accepts, "decline i" declines, and others
// configure the company.
func (c *testCompany) run(steps string) {
	c.t.Helper()
	for step := range split(steps, ";") {
		verb, rest, _ := strings.Cut(step, " ")
		actor, changes, made := strings.Cut(step, ": ")
		switch {
		case made:
			c.must(actor, parseChanges(c.t, strings.ReplaceAll(changes, ", ", ";"))...)
		case verb == "wait":
			at, err := parseTime(rest)
			if err != nil {
				c.t.Fatal(err)
			}
			c.pass(at.Sub(start))
		case verb == "state":
			c.arrange(rest)
		case verb == "accept":
			id, user, _ := strings.Cut(rest, " ")
			c.accepted(invite.ID(id), team.UserID(user))
		case verb == "decline":
			c.must("invitee "+c.message(invite.ID(rest)).To.String(), c.decline(invite.ID(rest)))
		case step == "no reason":
			c.reason = ""
		default:
			configure, ok := configSteps[step]
			if !ok {
				c.t.Fatalf("there is no step %q", step)
			}
			configure(&c.config)
			c.reopen()
		}
	}
}

var configSteps = map[string]func(*company.Config){
	"at most one pending":        func(c *company.Config) { c.Invitations.Pending = 1 },
	"two hours between messages": func(c *company.Config) { c.Invitations.Cooldown = 2*time.Hour + 1 },
	"for a minute, two hours between messages": func(c *company.Config) {
		c.Invitations = company.InvitationLimits{TTL: time.Minute, Cooldown: 2 * time.Hour}
	},
	"no delivery": func(c *company.Config) { c.Deliver, c.Origin = nil, "" },
}

// arrange brings an invitation i of bob@x.test, sent by ugo, into a state.
// Nobody has the address afterwards.
func (c *testCompany) arrange(state string) {
	c.t.Helper()
	if state == "none" {
		return
	}
	secret := c.invite("i", invite.Terms{Address: mustAddress("bob@x.test"), Role: "viewer"}, "ugo")
	c.pass(time.Hour)
	switch state {
	case "expired":
		c.pass(30*24*time.Hour - time.Hour)
	case "accepted":
		c.accepted("i", "bob")
		c.must("ann", company.RemoveUser{User: "bob"})
	case "declined":
		c.must("invitee bob@x.test", company.DeclineInvitation{Invitation: "i", Secret: secret})
	case "revoked":
		c.must("ann", company.RevokeInvitation{Invitation: "i"})
	}
	if i, _ := c.Invitation("i"); i.StateAt(c.now()).String() != state {
		c.t.Fatalf("it is %s, want %s", i.StateAt(c.now()), state)
	}
}

// elsewhere are the sentinels that no row of the tables has: what a person is
// told who answers an invitation, how an invitation was closed, what fails in a
// log, and what is said of a delivery.
var elsewhere = strings.Fields("ErrRefused ErrOnHold ErrNone ErrExpired ErrAccepted ErrDeclined ErrUncertain ErrSnapshot ErrSnapshotVersion ErrOvertaken ErrNotStored ErrDiverged ErrBroken ErrChanged ErrClock ErrQueued ErrUnrecorded")

// TestEverySentinelIsRefused: the tables have a row of every other sentinel.
func TestEverySentinelIsRefused(t *testing.T) {
	missing := keysOf(sentinels)
	for _, table := range refusalTables {
		for line := range split(table.table, "\n") {
			want, _, _ := strings.Cut(line, "|")
			missing = slices.DeleteFunc(missing, func(name string) bool { return slices.Contains(strings.Fields(want), name) })
		}
	}
	slices.Sort(elsewhere)
	if !slices.Equal(missing, elsewhere) {
		t.Errorf("no row has %q, want %q", missing, elsewhere)
	}
}

// TestSentinelsAreComplete compares sentinels with the exported errors of the
// package, except for those of founding, opening and looking back.
func TestSentinelsAreComplete(t *testing.T) {
	code, err := os.ReadFile("error.go")
	if err != nil {
		t.Fatal(err)
	}
	other := map[string]bool{"ErrNotEmpty": true, "ErrNotFounded": true, "ErrUnfinished": true, "ErrOtherFounding": true, "ErrBeforeFounding": true, "ErrEvidence": true}
	for _, m := range regexp.MustCompile(`(?m)^\s*(Err\w+) += `).FindAllStringSubmatch(string(code), -1) {
		if _, ok := sentinels[m[1]]; !ok && !other[m[1]] {
			t.Errorf("sentinels has no %s", m[1])
		}
	}
}
