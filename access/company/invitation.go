package company

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// InvitationOutcome is the outcome of [Invite], [ResendInvitation] and
// [AmendInvitation]: the sponsor from then on, and what the invitation is
// accepted by.
type InvitationOutcome struct {
	Sponsor    invite.Sponsor `json:"sponsor"`
	Generation int            `json:"generation"` // 1, and one more each time it is re-sent or amended
	Digest     invite.Digest  `json:"digest"`     // of the secret
	Expires    time.Time      `json:"expires,omitzero"`

	// NoData warns that the role sees the data of its teams only, and no team is
	// offered: the user will see none until somebody puts them into one.
	NoData bool `json:"noData,omitempty"`
}

// Invite invites somebody. If an invitation to the address is pending with the
// very same terms, expired or not, it is re-sent, and what is recorded is a
// [ResendInvitation].
type Invite struct {
	Invitation invite.ID    `json:"invitation"` // never used before, at most 64 letters, digits, - and _; "" for a random one
	Terms      invite.Terms `json:"terms"`
	InvitationOutcome

	once bool // do not re-send: refuse, if one to the address can be accepted
}

func (c Invite) resolve(p *proposal) (Change, error) {
	terms, err := p.terms(c.Terms)
	if err != nil {
		return nil, err
	}
	c.Terms = terms
	if err := p.maySend(p.actor, c, c.Terms); err != nil {
		return nil, err // first: anyone who may not invite must not learn who is invited
	}
	last := p.invitations.to(c.Terms.Address)
	if last.State == invite.Pending && last.Terms.Equal(c.Terms) && !(c.once && last.StateAt(p.at) == invite.Pending) {
		return ResendInvitation{Invitation: last.ID}.resolve(p)
	}
	if _, err := last.StateAt(p.at).Next(invite.Send); err != nil {
		return nil, err
	}
	c.once = false
	if c.Invitation, err = newID(p, kindInvitation, c.Invitation); err != nil {
		return nil, err
	}
	c.InvitationOutcome, err = p.prepare(invite.Invitation{ID: c.Invitation, Terms: c.Terms})
	return c, err
}

func (c Invite) apply(s *state, at time.Time) error {
	if err := checkFree(s, kindInvitation, c.Invitation); err != nil {
		return err
	}
	if !validInvitation(c.Invitation) {
		return fmt.Errorf("the invitation id %s %w: write up to %d letters, digits, hyphens and underscores", text.Quote(c.Invitation), ErrInvalid, maxInvitation)
	}
	return s.recordSent(invite.Invitation{ID: c.Invitation, Terms: c.Terms}, c.InvitationOutcome, invite.Send, at)
}

// maxInvitation is the length of the id of an invitation in bytes.
const maxInvitation = 64

// validInvitation reports whether an id may stand in a link as it is.
func validInvitation(id invite.ID) bool {
	return id != "" && len(id) <= maxInvitation && !strings.ContainsFunc(string(id), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

func (c Invite) clone() Change {
	c.Terms.Teams = slices.Clone(c.Terms.Teams)
	return c
}

// ResendInvitation sends an invitation again, with a new secret and a new
// expiry. The old secret no longer opens it, and the actor becomes its sponsor.
type ResendInvitation struct {
	Invitation invite.ID `json:"invitation"`
	InvitationOutcome
}

func (c ResendInvitation) resolve(p *proposal) (Change, error) {
	i, err := p.find(p.actor, c, c.Invitation, invite.Resend)
	if err != nil {
		return nil, err
	}
	if err := p.maySend(p.actor, c, i.Terms); err != nil {
		return nil, err
	}
	c.InvitationOutcome, err = p.prepare(i)
	return c, err
}

func (c ResendInvitation) apply(s *state, at time.Time) error {
	i, _ := s.invitations.get(c.Invitation)
	return s.recordSent(i, c.InvitationOutcome, invite.Resend, at)
}

// AmendInvitation replaces what an invitation offers, and sends it again like
// [ResendInvitation]. The actor must be allowed to send it as it was and as it
// is to be. Name and address stay: for others, revoke it and send another.
type AmendInvitation struct {
	Invitation invite.ID `json:"invitation"`
	Role       role.Name `json:"role"` // "" for the catalog's default
	Teams      []team.ID `json:"teams,omitempty"`
	Days       int       `json:"days,omitempty"`
	Until      time.Time `json:"until,omitzero"`
	ReviewDays int       `json:"reviewDays,omitempty"`
	InvitationOutcome
}

// amended returns terms with what c replaces.
func (c AmendInvitation) amended(t invite.Terms) invite.Terms {
	t.Role, t.Teams, t.Days, t.Until, t.ReviewDays = c.Role, c.Teams, c.Days, c.Until, c.ReviewDays
	return t
}

func (c AmendInvitation) resolve(p *proposal) (Change, error) {
	i, err := p.find(p.actor, c, c.Invitation, invite.Amend)
	if err != nil {
		return nil, err
	}
	if err := p.mayManage(p.actor, c, i.Terms, true); err != nil {
		return nil, err
	}
	terms, err := p.terms(c.amended(i.Terms))
	if err != nil {
		return nil, err
	}
	if terms.Equal(i.Terms) {
		return nil, ErrNoChange
	}
	if err := p.maySend(p.actor, c, terms); err != nil {
		return nil, err
	}
	i.Terms = terms
	c.Role, c.Teams, c.Until = terms.Role, terms.Teams, terms.Until
	c.InvitationOutcome, err = p.prepare(i)
	return c, err
}

func (c AmendInvitation) apply(s *state, at time.Time) error {
	i, _ := s.invitations.get(c.Invitation)
	i.Terms = c.amended(i.Terms)
	return s.recordSent(i, c.InvitationOutcome, invite.Amend, at)
}

func (c AmendInvitation) clone() Change {
	c.Teams = slices.Clone(c.Teams)
	return c
}

// RevokeInvitation takes an invitation back.
type RevokeInvitation struct {
	Invitation invite.ID `json:"invitation"`
	RevokeInvitationOutcome
}

// RevokeInvitationOutcome is the outcome of [RevokeInvitation].
type RevokeInvitationOutcome struct {
	Email string `json:"email"` // that it was sent to
}

func (c RevokeInvitation) resolve(p *proposal) (Change, error) {
	i, err := p.find(p.actor, c, c.Invitation, invite.Revoke)
	if err != nil {
		return nil, err
	}
	c.RevokeInvitationOutcome = RevokeInvitationOutcome{i.Terms.Address.String()}
	return c, p.mayManage(p.actor, c, i.Terms, false)
}

func (c RevokeInvitation) apply(s *state, at time.Time) error {
	return s.closeInvitation(c.Invitation, invite.Revoke, "", at)
}

// terms returns terms as they are kept, with the role that they leave out.
func (s *state) terms(t invite.Terms) (invite.Terms, error) {
	t, err := t.Normal()
	if err != nil {
		return t, invalid("the invitation", err)
	}
	if t.Role == "" {
		t.Role = s.directory().Catalog().Default()
	}
	return t, nil
}

// maxOpen is how many invitations may be pending, expired ones included. If one
// user sent them all, that user must still be removed in one event.
const maxOpen = 200_000

// prepare makes a new generation of an invitation, with the actor as sponsor,
// and notes its secret for delivery.
func (p *proposal) prepare(i invite.Invitation) (InvitationOutcome, error) {
	if err := p.mayDeliver(i); err != nil {
		return InvitationOutcome{}, err
	}
	if err := p.notBeyond(p.actor, i.Terms.End(p.at)); err != nil {
		return InvitationOutcome{}, err
	}
	secret, err := invite.NewSecret(p.rand)
	if err != nil {
		return InvitationOutcome{}, err
	}
	i.Generation++
	next := InvitationOutcome{
		Sponsor:    invite.Sponsor{User: p.actor.user, System: p.actor.system},
		Generation: i.Generation,
		Digest:     secret.Digest(i.Claim(p.id)),
	}
	if r, _ := p.directory().Catalog().Role(i.Terms.Role); r.Scope != role.AllData && len(i.Terms.Teams) == 0 {
		next.NoData = true
	}
	if ttl := p.company.config.Invitations.TTL; ttl > 0 {
		next.Expires = end(p.at.Add(ttl))
	}
	p.outgoing = append(p.outgoing, outgoing{i.ID, secret})
	return next, nil
}

// recordSent makes an invitation what it was sent as.
func (s *state) recordSent(i invite.Invitation, as InvitationOutcome, c invite.Command, at time.Time) error {
	before, _ := s.invitations.get(i.ID)
	last := s.invitations.to(i.Terms.Address)
	if c == invite.Send {
		before = last
	}
	if _, err := before.StateAt(at).Next(c); err != nil {
		return err
	}
	if last.ID != i.ID && last.StateAt(at) == invite.Pending {
		return invite.ErrPending
	}
	if as.Generation != i.Generation+1 || as.Digest.IsZero() {
		return fmt.Errorf("generation %d after %d %w, or it has no digest", as.Generation, i.Generation, ErrInvalid)
	}
	terms, err := i.Terms.Normal() // a copy, too: the change is its caller's
	if err != nil || !terms.Equal(i.Terms) {
		return invalid(fmt.Sprintf("invitation %q", i.ID), cmp.Or(err, invite.ErrTerms))
	}
	i.Terms = terms
	i.State, i.Sent = invite.Pending, at
	i.Sponsor, i.Generation, i.Digest, i.Expires = as.Sponsor, as.Generation, as.Digest, as.Expires
	s.invitations = s.invitations.sent(i, at)
	return nil
}

// closeInvitation takes an invitation to a state that it does not leave.
func (s *state) closeInvitation(id invite.ID, c invite.Command, user team.UserID, at time.Time) error {
	i, _ := s.invitations.get(id)
	next, err := i.StateAt(at).Next(c)
	if err != nil {
		return err
	}
	i.State, i.Closed, i.User = next, at, user
	s.invitations = s.invitations.with(i, at)
	return nil
}
