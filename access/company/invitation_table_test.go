package company_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
)

// to returns terms for an address with a role; "" is the default.
func to(email string, r role.Name) invite.Terms {
	return invite.Terms{Address: mustAddress(email), Role: r}
}

// cell is a cell of the documented table of states and commands.
type cell struct{ state, command, next string }

// documented reads the table in the documentation of package invite.
func documented(t *testing.T) []cell {
	t.Helper()
	doc, err := os.ReadFile("../../invite/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	var all []cell
	for line := range strings.Lines(string(doc)) {
		words := strings.Fields(strings.TrimPrefix(line, "//"))
		switch {
		case slices.Equal(words, []string{"send", "resend", "amend", "accept", "decline", "revoke", "redeliver"}):
			commands = words
		case commands != nil && len(words) == len(commands)+1:
			for i, next := range words[1:] {
				all = append(all, cell{words[0], commands[i], next})
			}
		case commands != nil:
			return all
		}
	}
	return all
}

// arrange brings invitation i, to bob, into a state. Its address belongs to no
// user afterwards.
func arrange(t *testing.T, c *testCompany, state string) {
	t.Helper()
	if state == "none" {
		return
	}
	s := c.invite("i", to("bob@x.test", "viewer"), "ugo")
	bob := c.actor("invitee bob@x.test")
	c.pass(time.Hour)
	switch state {
	case "expired":
		c.pass(30*24*time.Hour - time.Hour)
	case "accepted":
		c.mustAs(bob, company.AcceptInvitation{Invitation: "i", Secret: s, User: "bob"})
		c.must("ann", company.RemoveUser{User: "bob"})
	case "declined":
		c.mustAs(bob, company.DeclineInvitation{Invitation: "i", Secret: s})
	case "revoked":
		c.must("ann", company.RevokeInvitation{Invitation: "i"})
	}
	if i, _ := c.Invitation("i"); i.StateAt(c.now()).String() != state {
		t.Fatalf("it is %s, want %s", i.StateAt(c.now()), state)
	}
}

// command is a command about invitation i, and its actor.
func command(t *testing.T, c *testCompany, name, sender string) (actor string, change company.Change) {
	t.Helper()
	var s invite.Secret
	if len(c.mail) > 0 {
		s = c.message("i").Secret
	}
	switch name {
	case "send":
		return sender, company.Invite{Invitation: "j", Terms: to("BOB@x.test", "user")}
	case "resend":
		return sender, company.ResendInvitation{Invitation: "i"}
	case "amend":
		return sender, company.AmendInvitation{Invitation: "i", Role: toRole("user")}
	case "accept":
		return "invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: s, User: "bob2"}
	case "decline":
		return "invitee bob@x.test", company.DeclineInvitation{Invitation: "i", Secret: s}
	case "revoke":
		return sender, company.RevokeInvitation{Invitation: "i"}
	case "redeliver":
		return "system ops", company.RedeliverInvitation{Invitation: "i"}
	}
	t.Fatalf("no command %q", name)
	return "", nil
}

// TestInvitationTable brings an invitation into each state and gives each command
// there, as a user and as a system.
func TestInvitationTable(t *testing.T) {
	table, names := documented(t), map[string]bool{}
	cells := 0
	for _, sender := range []string{"ann", "system ops"} {
		for _, cell := range table {
			names[cell.next] = true
			t.Run(fmt.Sprintf("%v %s %s", sender, cell.state, cell.command), func(t *testing.T) {
				cells++
				c := inviteCompany(t, nil)
				arrange(t, c, cell.state)
				actor, change := command(t, c, cell.command, sender)
				if !strings.HasPrefix(cell.next, "Err") {
					cell.moves(t, c, actor, change)
					return
				}
				want := cell.next
				switch {
				case cell.command == "accept" || cell.command == "decline":
					want = "ErrRefused for " + cell.next
				case cell.command == "revoke" && cell.state == "revoked" && actor == "system ops":
					want = "ErrNoChange" // which a system may repeat
				}
				c.refuses(want, actor, change)
			})
		}
	}
	if cells != 2*6*7 || len(names) != 4+6 {
		t.Errorf("%d cells with %d outcomes, want 84 with 10", cells, len(names))
	}
}

// moves makes a change that brings an invitation from one state to the next.
func (cell cell) moves(t *testing.T, c *testCompany, actor string, change company.Change) {
	t.Helper()
	was, _ := c.Invitation("i")
	r, mails := c.must(actor, change), len(c.mail)
	id, generation, sponsor := invite.ID("i"), was.Generation, was.Sponsor
	switch cell.command {
	case "send":
		id, generation = "j", 1
		if is, _ := c.Invitation("i"); fmt.Sprint(is) != fmt.Sprint(was) {
			t.Errorf("the one before is %+v, and was %+v", is, was)
		}
		fallthrough
	case "resend", "amend":
		sponsor = invite.Sponsor{User: "ann"}
		if actor == "system ops" {
			sponsor = invite.Sponsor{System: "ops"}
		}
	}
	expires := c.now().Add(30 * 24 * time.Hour)
	switch cell.command {
	case "resend", "amend":
		generation++
	case "redeliver": // the sponsor's offer stays as it is
		generation++
		expires = was.Expires
	}
	is, _ := c.Invitation(id)
	now := c.now()
	if is.StateAt(now).String() != cell.next || is.Generation != generation || is.Sponsor != sponsor || len(r.Changes) != 1 {
		t.Errorf("it is %s: %+v", is.StateAt(now), is)
	}
	switch cell.next {
	case "pending":
		if !is.Sent.Equal(now) || !is.Expires.Equal(expires) || !is.Delivered.Equal(now) || !is.Closed.IsZero() || mails != 1+min(was.Generation, 1) {
			t.Errorf("pending: %+v after %d messages", is, mails)
		}
	default:
		if u, ok := c.Policy().Directory().User("bob2"); !is.Closed.Equal(now) || ok != (cell.next == "accepted") || is.User != u.ID || mails != 1 {
			t.Errorf("%s: %+v, user %+v after %d messages", cell.next, is, u, mails)
		}
	}
	c.checkReplay()
}

// TestSameTermsAreSentAgain invites an address with the terms of the invitation
// before. While that is pending, expired or not, it is sent again.
func TestSameTermsAreSentAgain(t *testing.T) {
	for state, want := range map[string]string{
		"pending": "invitation.resend", "expired": "invitation.resend",
		"accepted": "invitation.send", "declined": "invitation.send", "revoked": "invitation.send",
	} {
		t.Run(state, func(t *testing.T) {
			c := inviteCompany(t, nil)
			arrange(t, c, state)
			r := c.must("ann", company.Invite{Invitation: "j", Terms: to("bob@x.test", "viewer")})
			if got := events(t, c.log)[r.Seq-1].Changes[0].Type; got != want {
				t.Errorf("recorded %s, want %s", got, want)
			}
			_, made := c.Invitation("j")
			if again, ok := r.Changes[0].(company.ResendInvitation); ok && (again.Invitation != "i" || again.Generation != 2 || made) {
				t.Errorf("sent again as %+v, another made: %t", again, made)
			}
			c.checkReplay()
		})
	}
}
