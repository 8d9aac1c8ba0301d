package company

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// InvitationOutcome is the outcome of [Invite], [ResendInvitation],
// [AmendInvitation] and [RedeliverInvitation]: the sponsor from then on, and
// what the invitation is accepted by.
type InvitationOutcome struct {
	Sponsor    invite.Sponsor `json:"sponsor"`
	Generation int            `json:"generation"` // 1, and one more each time there is a new message
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

	once bool // do not re-send what reaches somebody: refuse, if one to the address can be accepted
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
	if last.State == invite.Pending && last.Terms.Equal(c.Terms) && !(c.once && p.reaches(last)) {
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

// reaches reports whether an invitation can be accepted and its message was
// delivered, or may be on its way, in another process too.
func (p *proposal) reaches(i invite.Invitation) bool {
	return i.StateAt(p.at) == invite.Pending &&
		(!i.Delivered.IsZero() || p.at.Before(i.Sent.Add(p.company.config.Invitations.Cooldown)))
}

func (c Invite) derive(s *state, o origin) (Change, error) {
	c.InvitationOutcome = s.sentBy(o, invite.Invitation{Terms: c.Terms}, c.InvitationOutcome)
	return c, nil
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

// validInvitation reports whether an id, also of a review, may stand in a link as
// it is.
func validInvitation[ID ~string](id ID) bool {
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
		return nil, unnamed(err)
	}
	c.InvitationOutcome, err = p.prepare(i)
	return c, err
}

func (c ResendInvitation) derive(s *state, o origin) (Change, error) {
	i, err := s.invitation(c.Invitation)
	c.InvitationOutcome = s.sentBy(o, i, c.InvitationOutcome)
	return c, err
}

func (c ResendInvitation) apply(s *state, at time.Time) error {
	i, _ := s.invitations.get(c.Invitation)
	return s.recordSent(i, c.InvitationOutcome, invite.Resend, at)
}

// RevokeInvitation takes an invitation back.
type RevokeInvitation struct {
	Invitation invite.ID `json:"invitation"`
	RevokeInvitationOutcome
}

// RevokeInvitationOutcome is the outcome of [RevokeInvitation].
type RevokeInvitationOutcome struct {
	Person `json:"personal"` // the address that it was sent to
}

func (c RevokeInvitation) resolve(p *proposal) (Change, error) {
	i, err := p.find(p.actor, c, c.Invitation, invite.Revoke)
	if i.State == invite.Revoked && p.actor.system != "" {
		return nil, ErrNoChange // it repeats what is so
	}
	if err != nil {
		return nil, err
	}
	return c, p.mayManage(p.actor, c, i.Terms, false)
}

func (c RevokeInvitation) derive(s *state, _ origin) (Change, error) {
	i, err := s.invitation(c.Invitation)
	c.RevokeInvitationOutcome = RevokeInvitationOutcome{Person{Email: i.Terms.Address.String()}}
	return c, err
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

// prepare makes a new generation of an invitation, and notes its secret for
// delivery. It returns what is chosen; the rest of the outcome is derived.
func (p *proposal) prepare(i invite.Invitation) (InvitationOutcome, error) {
	if err := p.mayDeliver(i); err != nil {
		return InvitationOutcome{}, err
	}
	if err := p.notBeyond(p.actor, i.Terms.End(p.at)); err != nil {
		return InvitationOutcome{}, err
	}
	var next InvitationOutcome
	if ttl := p.company.config.Invitations.TTL; ttl > 0 {
		next.Expires = end(p.at.Add(ttl))
	}
	var err error
	next.Digest, err = p.newSecret(i)
	return next, err
}

// newSecret makes the secret of the next generation of an invitation, notes it
// for delivery, and returns its digest.
func (p *proposal) newSecret(i invite.Invitation) (invite.Digest, error) {
	secret, err := invite.NewSecret(p.rand)
	if err != nil {
		return invite.Digest{}, err
	}
	i.Generation++
	p.outgoing = append(p.outgoing, outgoing{i.ID, secret})
	return secret.Digest(i.Claim(p.id)), nil
}

// invitation returns an invitation that there is.
func (s *state) invitation(id invite.ID) (invite.Invitation, error) {
	i, ok := s.invitations.get(id)
	if !ok {
		return i, &invite.Error{Err: invite.ErrNone}
	}
	return i, nil
}

// sentBy fills in what follows from the state before an invitation is sent, from
// its terms then, and from who sends it.
func (s *state) sentBy(o origin, i invite.Invitation, as InvitationOutcome) InvitationOutcome {
	as.Sponsor = invite.Sponsor{}
	switch o.actor.Kind {
	case audit.KindUser:
		as.Sponsor.User = team.UserID(o.actor.ID)
	case audit.KindSystem:
		as.Sponsor.System = o.actor.ID
	}
	as.Generation = i.Generation + 1
	r, _ := s.directory().Catalog().Role(i.Terms.Role)
	as.NoData = r.Scope != role.AllData && len(i.Terms.Teams) == 0
	return as
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
	if as.Generation != i.Generation+1 || as.Digest.IsZero() || as.Sponsor == (invite.Sponsor{}) {
		return fmt.Errorf("generation %d after %d %w, or it has no digest or sponsor", as.Generation, i.Generation, ErrInvalid)
	}
	terms, err := i.Terms.Normal() // a copy, too: the change is its caller's
	if err != nil || !terms.Equal(i.Terms) {
		return invalid(fmt.Sprintf("invitation %q", i.ID), cmp.Or(err, invite.ErrTerms))
	}
	i.Terms = terms
	i.State, i.Sent, i.Delivered = invite.Pending, at, time.Time{}
	i.Sponsor, i.Generation, i.Digest, i.Expires = as.Sponsor, as.Generation, as.Digest, as.Expires
	s.invitations = s.invitations.sent(i)
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
	if c != invite.Revoke && i.Delivered.IsZero() {
		i.Delivered = at // anyone who answers had the message
	}
	s.invitations = s.invitations.with(i)
	return nil
}
