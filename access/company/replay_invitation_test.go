package company_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// TestReplayRepeatsInvitations opens logs whose events hang together, and whose
// last one has something happen to an invitation that no Do would have done.
func TestReplayRepeatsInvitations(t *testing.T) {
	c := inviteCompany(t, func(c *company.Config) { c.Invitations.TTL = 24 * time.Hour })
	c.invite("expired", to("ex@x.test", "viewer"))
	c.pass(25 * time.Hour)
	c.invite("pending", to("bob@x.test", "viewer"))
	for _, id := range []invite.ID{"declined", "revoked", "accepted"} {
		c.invite(id, to(string(id)+"@x.test", "viewer"))
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
		{"", "sent to who declined", "invitation.send", send("new", `"address":"declined@x.test","role":"viewer"`, issued)},
		{"ErrBroken ErrTaken", "sent with an id used", "invitation.send", send("declined", new, issued)},
		{"ErrBroken ErrInvalid", "sent without an id", "invitation.send", send("", new, issued)},
		{"ErrBroken ErrInvalid", "sent with an id that is none", "invitation.send", send("a b", new, issued)},
		{"ErrBroken ErrPending", "sent to a pending address", "invitation.send", send("new", `"address":"BOB@x.test","role":"user"`, issued)},
		{"ErrBroken ErrInvalid", "sent as the second", "invitation.send", send("new", new, second)},
		{"ErrBroken ErrInvalid", "sent without a digest", "invitation.send", send("new", new, strings.Replace(issued, "ff", "00", 1))},
		{"ErrBroken ErrInvalid ErrTerms", "sent with two ends", "invitation.send", send("new", new+`,"days":3,"until":"2026-02-01T00:00:00Z"`, issued)},
		{"", "sent anew", "invitation.resend", `{"invitation":"pending",` + second + `}`},
		{"", "sent anew after it expired", "invitation.resend", `{"invitation":"expired",` + second + `}`},
		{"ErrBroken ErrInvalid", "sent anew as before", "invitation.resend", `{"invitation":"pending",` + issued + `}`},
		{"ErrBroken ErrInvalid", "sent anew, with one left out", "invitation.resend", `{"invitation":"pending",` + third + `}`},
		{"ErrBroken ErrNone", "sent anew though there is none", "invitation.resend", `{"invitation":"ghost",` + issued + `}`},
		{"ErrBroken ErrRevoked", "sent anew though revoked", "invitation.resend", `{"invitation":"revoked",` + second + `}`},
		{"", "amended", "invitation.amend", `{"invitation":"pending","role":"user",` + second + `}`},
		{"ErrBroken ErrExpired", "amended though expired", "invitation.amend", `{"invitation":"expired","role":"user",` + second + `}`},
		{"ErrBroken ErrInvalid ErrTerms", "amended to two ends", "invitation.amend", `{"invitation":"pending","role":"user","days":3,"until":"2026-02-01T00:00:00Z",` + second + `}`},
		{"", "accepted", "invitation.accept", answer("pending", "new")},
		{"ErrBroken ErrExpired", "accepted though expired", "invitation.accept", answer("expired", "new")},
		{"ErrBroken ErrDeclined", "accepted though declined", "invitation.accept", answer("declined", "new")},
		{"ErrBroken ErrRevoked", "accepted though revoked", "invitation.accept", answer("revoked", "new")},
		{"ErrAccepted ErrBroken", "accepted again", "invitation.accept", answer("accepted", "new")},
		{"ErrBroken ErrNone", "accepted though there is none", "invitation.accept", answer("ghost", "new")},
		{"ErrBroken ErrTaken", "accepted as who is there", "invitation.accept", answer("pending", "ann")},
		{"", "declined", "invitation.decline", answer("pending", "")},
		{"ErrAccepted ErrBroken", "declined though accepted", "invitation.decline", answer("accepted", "")},
		{"", "revoked", "invitation.revoke", `{"invitation":"expired","email":"ex@x.test"}`},
		{"ErrAccepted ErrBroken", "revoked though accepted", "invitation.revoke", `{"invitation":"accepted","email":"accepted@x.test"}`},
		{"ErrBroken ErrUnknown", "taken over by nobody", "user.remove", `{"user":"ann","takeOver":"ghost","role":"admin","email":"ann@x.test","invitations":["pending"]}`},
		{"", "taken over", "user.remove", `{"user":"ann","takeOver":"abe","role":"admin","email":"ann@x.test","invitations":["expired","pending"]}`},
		{"ErrBroken ErrDeclined", "taken over though declined", "user.remove", `{"user":"ann","takeOver":"abe","role":"admin","email":"ann@x.test","invitations":["declined"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := audit.Event{ID: "e", Time: c.now(), Company: "acme", Actor: audit.Actor{Kind: audit.KindSystem, ID: "desk"},
				Changes: []audit.Change{{Type: tt.kind, Version: 1, Data: []byte(tt.data)}}}
			log := append(script(events(t, c.log)), e.Chain(c.Checkpoint()))
			if _, err := company.Open(t.Context(), log, nil); errorName(err) != tt.want {
				t.Errorf("told %q, want %q: %v", errorName(err), tt.want, err)
			}
		})
	}
}
