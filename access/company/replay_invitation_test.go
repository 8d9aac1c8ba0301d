package company_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// replayInvitationTable has changes of invitations as a log may hold them: the
// error, a name, the type and the data.
const replayInvitationTable = `
allowed                     | sent                                     | invitation.send    | {"invitation":"new","terms":{{new}},{1}}
allowed                     | sent to a person who declined            | invitation.send    | {"invitation":"new","terms":{"personal":{"address":"declined@x.test"},"role":"viewer"},{1}}
ErrBroken ErrTaken          | sent with an id used                     | invitation.send    | {"invitation":"declined","terms":{{new}},{1}}
ErrBroken ErrInvalid        | sent without an id                       | invitation.send    | {"invitation":"","terms":{{new}},{1}}
ErrBroken ErrInvalid        | sent with an id of two words             | invitation.send    | {"invitation":"a b","terms":{{new}},{1}}
ErrBroken ErrPending        | sent to a pending address                | invitation.send    | {"invitation":"new","terms":{"personal":{"address":"BOB@x.test"},"role":"viewer"},{1}}
ErrBroken ErrInvalid        | sent as the second                       | invitation.send    | {"invitation":"new","terms":{{new}},{2}}
ErrBroken ErrInvalid        | sent without a digest                    | invitation.send    | {"invitation":"new","terms":{{new}},{1 without a digest}}
ErrBroken ErrInvalid ErrTerms | sent with two ends                       | invitation.send    | {"invitation":"new","terms":{{new},"days":3,"until":"2026-02-01T00:00:00Z"},{1}}
allowed                     | re-sent                                  | invitation.resend  | {"invitation":"pending",{2}}
allowed                     | re-sent after it expired                 | invitation.resend  | {"invitation":"expired",{2}}
ErrBroken ErrInvalid        | re-sent as before                        | invitation.resend  | {"invitation":"pending",{1}}
ErrBroken ErrInvalid        | re-sent, with a generation left out      | invitation.resend  | {"invitation":"pending",{3}}
ErrBroken ErrNone           | re-sent though it does not exist         | invitation.resend  | {"invitation":"ghost",{1}}
ErrBroken ErrRevoked        | re-sent though revoked                   | invitation.resend  | {"invitation":"revoked",{2}}
allowed                     | amended                                  | invitation.amend   | {"invitation":"pending","role":"team-member",{2}}
ErrBroken ErrExpired        | amended though expired                   | invitation.amend   | {"invitation":"expired","role":"team-member",{2}}
ErrBroken ErrInvalid        | amended to two ends                      | invitation.amend   | {"invitation":"pending","role":"user","days":3,"until":"2026-02-01T00:00:00Z",{2}}
ErrBroken ErrInvalid        | amended to no days                       | invitation.amend   | {"invitation":"pending","days":0,{2}}
ErrBroken ErrInvalid        | amended to an empty list                 | invitation.amend   | {"invitation":"pending","teams":[],{2}}
ErrBroken ErrInvalid        | amended, with another sponsor            | invitation.amend   | {"invitation":"pending","days":1,{2 by ann}}
allowed                     | delivered                                | invitation.delivered | {"invitation":"lost","generation":1}
ErrBroken ErrInvalid        | delivered, as another generation         | invitation.delivered | {"invitation":"lost","generation":2}
ErrBroken ErrNoChange       | delivered again                          | invitation.delivered | {"invitation":"pending","generation":1}
ErrBroken ErrNone           | delivered though it does not exist       | invitation.delivered | {"invitation":"ghost","generation":1}
allowed                     | delivery given again                     | invitation.redeliver | {"invitation":"lost",{redelivered}}
ErrBroken ErrInvalid        | delivery given again by another sponsor  | invitation.redeliver | {"invitation":"lost",{2}}
ErrBroken ErrExpired        | delivery given again though expired      | invitation.redeliver | {"invitation":"expired",{expired redelivered}}
allowed                     | accepted                                 | invitation.accept  | {"invitation":"pending","user":"new","generation":1,"role":"viewer",{by}}
ErrBroken ErrExpired        | accepted though expired                  | invitation.accept  | {"invitation":"expired","user":"new","generation":1,"role":"viewer",{by}}
ErrBroken ErrDeclined       | accepted though declined                 | invitation.accept  | {"invitation":"declined","user":"new","generation":1,"role":"viewer",{by}}
ErrBroken ErrRevoked        | accepted though revoked                  | invitation.accept  | {"invitation":"revoked","user":"new","generation":1,"role":"viewer",{by}}
ErrAccepted ErrBroken       | accepted again                           | invitation.accept  | {"invitation":"accepted","user":"new","generation":1,"role":"viewer",{by}}
ErrBroken ErrNone           | accepted though it does not exist        | invitation.accept  | {"invitation":"ghost","user":"new","generation":1,"role":"viewer",{by}}
ErrBroken ErrTaken          | accepted as a user who exists            | invitation.accept  | {"invitation":"pending","user":"ann","generation":1,"role":"viewer",{by}}
allowed                     | declined                                 | invitation.decline | {"invitation":"pending",{by}}
ErrAccepted ErrBroken       | declined though accepted                 | invitation.decline | {"invitation":"accepted",{by}}
allowed                     | revoked                                  | invitation.revoke  | {"invitation":"expired","personal":{"email":"ex@x.test"}}
ErrAccepted ErrBroken       | revoked though accepted                  | invitation.revoke  | {"invitation":"accepted","personal":{"email":"accepted@x.test"}}
ErrBroken ErrUnknown        | taken over by an unknown user            | user.remove        | {"user":"ann","takeOver":"ghost","role":"admin","personal":{"email":"ann@x.test"},"invitations":{all}}
allowed                     | taken over                               | user.remove        | {"user":"ann","takeOver":"abe","role":"admin","personal":{"email":"ann@x.test"},"invitations":{all}}
ErrBroken ErrInvalid        | taken over though declined               | user.remove        | {"user":"ann","takeOver":"abe","role":"admin","personal":{"email":"ann@x.test"},"invitations":{declined}}
`

// replayWords stand for what many rows have: how an invitation was sent in its
// first, second and third generation, terms, and how an address was verified.
var replayWords = strings.NewReplacer(
	"{1}", issuedAs(1, "ff"), "{2}", issuedAs(2, "ff"), "{3}", issuedAs(3, "ff"), "{1 without a digest}", issuedAs(1, "00"),
	"{2 by ann}", strings.Replace(issuedAs(2, "ff"), `"system":"ops"`, `"user":"ann"`, 1),
	"{redelivered}", strings.NewReplacer(`"system":"ops"`, `"user":"ann"`, "2026-01-02T09", "2026-01-03T10").Replace(issuedAs(2, "ff")),
	"{expired redelivered}", strings.Replace(issuedAs(2, "ff"), `"system":"ops"`, `"user":"ann"`, 1),
	"{all}", bounded(`"expired"`, `"lost"`, `"pending"`), "{declined}", bounded(`"declined"`),
	"{new}", `"personal":{"address":"new@x.test"},"role":"viewer"`, "{by}", `"issuer":"idp","verified":"2026-01-01T09:00:00Z"`,
)

// bounded is a list as an event has it, of the JSON of its elements.
func bounded(all ...string) string {
	lines := strings.Join(all, "\n") + "\n"
	return fmt.Sprintf(`{"count":%d,"digest":"%x","first":[%s]}`, len(all), sha256.Sum256([]byte(lines)), strings.Join(all, ","))
}

func issuedAs(generation int, end string) string {
	return fmt.Sprintf(`"sponsor":{"system":"ops"},"generation":%d,"digest":"%062d%s","expires":"2026-01-02T09:00:00Z","noData":true`, generation, 0, end)
}

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
	c.lost = errors.New("lost")
	c.must("ann", company.Invite{Invitation: "lost", Terms: termsTo("lost@x.test", "viewer")})
	c.must("invitee declined@x.test", c.decline("declined"))
	c.must("ann", company.RevokeInvitation{Invitation: "revoked"})
	c.accepted("accepted", "kim")
	for line := range split(replayInvitationTable, "\n") {
		cells := cellsOf(replayWords.Replace(line))
		t.Run(cells[1], func(t *testing.T) {
			by := audit.Actor{Kind: audit.KindSystem, ID: "ops"}
			if cells[2] == "invitation.accept" || cells[2] == "invitation.decline" {
				by = audit.Actor{Kind: audit.KindInvitee, Email: "bob@x.test"}
			}
			e := c.forged(by, audit.Change{Type: cells[2], Version: 1, Data: []byte(cells[3])})
			log := append(fixedLog(events(t, c.log)), e)
			want := strings.TrimPrefix(cells[0], "allowed")
			if _, err := company.Open(t.Context(), log, nil); errorName(err) != want {
				t.Errorf("refused as %q, want %q: %v", errorName(err), want, err)
			}
		})
	}
}
