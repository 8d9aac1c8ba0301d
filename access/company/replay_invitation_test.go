package company_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// TestReplayChecksInvitations opens logs that are consistent. Their last event
// changes an invitation as no Do would have done.
func TestReplayChecksInvitations(t *testing.T) {
	c := inviteCompany(t, func(c *company.Config) { c.Invitations.TTL = 24 * time.Hour })
	c.invite("expired", termsTo("ex@x.test", "viewer"))
	c.pass(25 * time.Hour)
	c.invite("pending", termsTo("bob@x.test", "viewer"))
	for _, id := range []invite.ID{"declined", "revoked", "accepted"} {
		c.invite(id, termsTo(string(id)+"@x.test", "viewer"))
	}
	c.must("invitee declined@x.test", company.DeclineInvitation{Invitation: "declined", Secret: c.message("declined").Secret})
	c.must("ann", company.RevokeInvitation{Invitation: "revoked"})
	if _, err := c.accept("accepted", "kim"); err != nil {
		t.Fatal(err)
	}
	const issued = `"sponsor":{"user":"ann"},"generation":1,"digest":"00000000000000000000000000000000000000000000000000000000000000ff"`
	second, third := strings.Replace(issued, ":1,", ":2,", 1), strings.Replace(issued, ":1,", ":3,", 1)
	send := func(id, terms, issued string) string {
		return `{"invitation":"` + id + `","terms":{` + terms + `},` + issued + `}`
	}
	answer := func(id, user string) string {
		if user != "" {
			user = `"user":"` + user + `","role":"viewer",`
		}
		return `{"invitation":"` + id + `",` + user + `"issuer":"idp","verified":"2026-01-01T09:00:00Z"}`
	}
	new := `"address":"new@x.test","role":"viewer"`
	for _, tt := range []struct {
		want string
		name string
		kind string
		data string
	}{
		{"", "sent", "invitation.send", send("new", new, issued)},
		{"", "sent to a person who declined", "invitation.send", send("new", `"address":"declined@x.test","role":"viewer"`, issued)},
		{"ErrBroken ErrTaken", "sent with an id used", "invitation.send", send("declined", new, issued)},
		{"ErrBroken ErrInvalid", "sent without an id", "invitation.send", send("", new, issued)},
		{"ErrBroken ErrInvalid", "sent with an id of two words", "invitation.send", send("a b", new, issued)},
		{"ErrBroken ErrPending", "sent to a pending address", "invitation.send", send("new", `"address":"BOB@x.test","role":"user"`, issued)},
		{"ErrBroken ErrInvalid", "sent as the second", "invitation.send", send("new", new, second)},
		{"ErrBroken ErrInvalid", "sent without a digest", "invitation.send", send("new", new, strings.Replace(issued, "ff", "00", 1))},
		{"ErrBroken ErrInvalid ErrTerms", "sent with two ends", "invitation.send", send("new", new+`,"days":3,"until":"2026-02-01T00:00:00Z"`, issued)},
		{"", "re-sent", "invitation.resend", `{"invitation":"pending",` + second + `}`},
		{"", "re-sent after it expired", "invitation.resend", `{"invitation":"expired",` + second + `}`},
		{"ErrBroken ErrInvalid", "re-sent as before", "invitation.resend", `{"invitation":"pending",` + issued + `}`},
		{"ErrBroken ErrInvalid", "re-sent, with a generation left out", "invitation.resend", `{"invitation":"pending",` + third + `}`},
		{"ErrBroken ErrNone", "re-sent though it does not exist", "invitation.resend", `{"invitation":"ghost",` + issued + `}`},
		{"ErrBroken ErrRevoked", "re-sent though revoked", "invitation.resend", `{"invitation":"revoked",` + second + `}`},
		{"", "amended", "invitation.amend", `{"invitation":"pending","role":"user",` + second + `}`},
		{"ErrBroken ErrExpired", "amended though expired", "invitation.amend", `{"invitation":"expired","role":"user",` + second + `}`},
		{"ErrBroken ErrInvalid ErrTerms", "amended to two ends", "invitation.amend", `{"invitation":"pending","role":"user","days":3,"until":"2026-02-01T00:00:00Z",` + second + `}`},
		{"", "accepted", "invitation.accept", answer("pending", "new")},
		{"ErrBroken ErrExpired", "accepted though expired", "invitation.accept", answer("expired", "new")},
		{"ErrBroken ErrDeclined", "accepted though declined", "invitation.accept", answer("declined", "new")},
		{"ErrBroken ErrRevoked", "accepted though revoked", "invitation.accept", answer("revoked", "new")},
		{"ErrAccepted ErrBroken", "accepted again", "invitation.accept", answer("accepted", "new")},
		{"ErrBroken ErrNone", "accepted though it does not exist", "invitation.accept", answer("ghost", "new")},
		{"ErrBroken ErrTaken", "accepted as a user who exists", "invitation.accept", answer("pending", "ann")},
		{"", "declined", "invitation.decline", answer("pending", "")},
		{"ErrAccepted ErrBroken", "declined though accepted", "invitation.decline", answer("accepted", "")},
		{"", "revoked", "invitation.revoke", `{"invitation":"expired","email":"ex@x.test"}`},
		{"ErrAccepted ErrBroken", "revoked though accepted", "invitation.revoke", `{"invitation":"accepted","email":"accepted@x.test"}`},
		{"ErrBroken ErrUnknown", "taken over by an unknown user", "user.remove", `{"user":"ann","takeOver":"ghost","role":"admin","email":"ann@x.test","invitations":["pending"]}`},
		{"", "taken over", "user.remove", `{"user":"ann","takeOver":"abe","role":"admin","email":"ann@x.test","invitations":["expired","pending"]}`},
		{"ErrBroken ErrDeclined", "taken over though declined", "user.remove", `{"user":"ann","takeOver":"abe","role":"admin","email":"ann@x.test","invitations":["declined"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := audit.Event{ID: "e", Time: c.now(), Company: "acme", Actor: audit.Actor{Kind: audit.KindSystem, ID: "desk"},
				Changes: []audit.Change{{Type: tt.kind, Version: 1, Data: []byte(tt.data)}}}
			log := append(fixedLog(events(t, c.log)), e.Chain(c.Checkpoint()))
			if _, err := company.Open(t.Context(), log, nil); errorName(err) != tt.want {
				t.Errorf("refused as %q, want %q: %v", errorName(err), tt.want, err)
			}
		})
	}
}
