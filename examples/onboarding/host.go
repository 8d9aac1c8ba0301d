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

// host is the service that keeps the company.
type host struct {
	company *company.Company
	log     *audit.Memory // a host has one that lasts
	mailer  mailer
	clock   clock
}

// found makes the company: its founder, and what it has already.
func (h *host) found() error {
	d, err := document.Parse(founding)
	if err != nil {
		return err
	}
	email, err := team.ParseAddress("ada@acme.example")
	if err != nil {
		return err
	}
	h.log = audit.NewMemory()
	h.company, err = company.Found(context.Background(), h.log, company.Founding{
		ID: "acme", Name: "Acme", Limits: company.Limits{Seats: 11}, Document: d,
		Founder: team.User{ID: "ada", Name: "Ada Okafor", Email: email},
	}, &company.Config{
		Now: h.clock.now, Rand: dice(), // a host leaves both alone
		Deliver: h.mailer.deliver, Origin: origin,
	})
	return err
}

// mailer sends messages. This one keeps them, where another talks to a mail server.
type mailer struct {
	sent []invite.Message
	down bool
}

var errDown = errors.New("the mail server does not answer")

// deliver gets the only copy of a secret. What it does not deliver can be sent anew, with another.
func (m *mailer) deliver(_ context.Context, message invite.Message) error {
	if m.down {
		return errDown
	}
	m.sent = append(m.sent, message)
	return nil
}

// last returns the link in the last mail to an address: what a person finds in the inbox.
func (m *mailer) last(address string) string {
	for _, message := range slices.Backward(m.sent) {
		if message.To.String() == address {
			return message.Link()
		}
	}
	return ""
}

// idToken is what an identity provider says of somebody who signed in. Its signature was checked where it came in.
type idToken struct {
	issuer   string
	provider string // the connection he came by, such as the one of a partner
	email    string
	verified bool
	at       time.Time // of the sign-in
}

// trusted is the issuer that the service believes.
const trusted = "https://id.example"

var errUnverified = errors.New("no trusted provider says that this address is verified")

// proof is what a token proves of an address: nothing, unless a trusted issuer says that it verified it.
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

// open takes the link of a mail apart: the invitation is in its path, and the secret behind the #, from where the page posts it.
func open(link string) (invite.ID, invite.Secret, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", invite.Secret{}, err
	}
	secret, err := invite.ParseSecret(u.Fragment)
	return invite.ID(strings.TrimPrefix(u.Path, "/join/")), secret, err
}

// look shows what a link offers. Opening the page does no more than that: scanners of mail open links too.
func (h *host) look(link string) (invite.Offer, error) {
	id, secret, err := open(link)
	if err != nil {
		return invite.Offer{}, err
	}
	return h.company.Offer(id, secret)
}

// accept is what the button on the page does, for somebody who is signed in.
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
