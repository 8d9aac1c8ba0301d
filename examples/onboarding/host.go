package main

import (
	"context"
	_ "embed"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

//go:embed company.json
var founding []byte

// origin is the page where invitations are accepted. It comes from the configuration of the service, never from a request.
const origin = "https://acme.example/join"

// host is the service that has the company.
type host struct {
	company *company.Company
	log     *audit.Memory // yours outlives the program
	mailer  mailer
	clock   clock
}

// found founds the company, with a founder and the contents of company.json.
func (h *host) found() error {
	d, err := document.Parse(founding)
	if err != nil {
		return err
	}
	h.log = audit.NewMemory()
	h.company, err = company.Found(context.Background(), h.log, company.Founding{
		ID: "acme", Name: "Acme", Limits: company.Limits{Seats: 11}, Document: d,
		Founder: team.User{ID: "ada", Name: "Ada Okafor", Email: team.MustParseAddress("ada@acme.example")},
	}, &company.Config{
		Now: h.clock.now, Rand: fixedRand(), // your service leaves both out
		Deliver: h.mailer.deliver, Origin: origin,
	})
	return err
}

// mailer sends messages. This one keeps them instead of talking to a mail server.
type mailer struct {
	sent []invite.Message
	down bool
}

var errDown = errors.New("the mail server does not answer")

// deliver gets the only copy of a secret. A message that it cannot deliver was not sent: see redeliver.
func (m *mailer) deliver(_ context.Context, message invite.Message) error {
	if m.down {
		return errDown
	}
	m.sent = append(m.sent, message)
	return nil
}

// last returns the link in the last mail to an address.
func (m *mailer) last(address string) string {
	for _, message := range slices.Backward(m.sent) {
		if message.To.String() == address {
			return message.Link()
		}
	}
	return ""
}

// idToken is what an identity provider says about a person who signed in. Its signature has been checked already.
type idToken struct {
	issuer   string
	provider string // the connection they used, such as a partner's
	email    string
	verified bool
	at       time.Time // of the sign-in
}

// trusted is the issuer that the service trusts.
const trusted = "https://id.example"

var errUnverified = errors.New("no trusted provider says that this address is verified")

// proof returns what a token proves about an address. It proves something only if the trusted issuer has verified the address.
func (t idToken) proof() (invite.Proof, error) {
	if t.issuer != trusted || !t.verified {
		return invite.Proof{}, errUnverified
	}
	address, err := team.ParseAddress(t.email)
	if err != nil {
		return invite.Proof{}, err
	}
	return invite.Verified(address, t.issuer, t.provider, t.at)
}

// open splits the link of a mail: the invitation is in its path, and the secret after the #, from where the page posts it.
func open(link string) (invite.ID, invite.Secret, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", invite.Secret{}, err
	}
	secret, err := invite.ParseSecret(u.Fragment)
	return invite.ID(strings.TrimPrefix(u.Path, "/join/")), secret, err
}

// offer returns what a link offers. Opening the page only shows it: scanners of mail open links, too.
func (h *host) offer(link string) (invite.Offer, error) {
	id, secret, err := open(link)
	if err != nil {
		return invite.Offer{}, err
	}
	return h.company.Offer(id, secret)
}

// accept is what the button on the page does for a person who is signed in.
func (h *host) accept(link string, signedIn idToken, as team.UserID) (company.AcceptInvitation, error) {
	id, secret, err := open(link)
	if err != nil {
		return company.AcceptInvitation{}, err
	}
	proof, err := signedIn.proof()
	if err != nil {
		return company.AcceptInvitation{}, err
	}
	receipt, err := h.company.Do(context.Background(), company.By{Actor: company.Invitee(proof)},
		company.AcceptInvitation{Invitation: id, Secret: secret, User: as})
	if err != nil {
		return company.AcceptInvitation{}, err
	}
	return receipt.Changes[0].(company.AcceptInvitation), nil
}
