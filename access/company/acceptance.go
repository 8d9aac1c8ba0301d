package company

import (
	"errors"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// What keeps a person from answering an invitation, besides its state. Each is
// the Cause of a [*Refusal], and never shown to the person.
var (
	errWrongSecret   = errors.New("the secret is not that of the invitation as it was sent last")
	errWrongAddress  = errors.New("the verified address is not the invited one")
	errWrongProvider = errors.New("the address was verified by another provider than the invitation names")
	errStaleProof    = errors.New("the address was verified too long ago, or in the future")
)

// AcceptInvitation makes the invited person a user, with the role and teams
// offered and until the end offered, but no longer than the sponsor's own. Its
// actor is an [Invitee].
//
// It takes the secret and the proof of the invited address. Whatever they lack,
// the error wraps one and the same [ErrRefused]. The sponsor must be allowed to
// send this invitation now; if not, it wraps [ErrOnHold].
type AcceptInvitation struct {
	Invitation invite.ID     `json:"invitation"`
	Secret     invite.Secret `json:"-"`
	User       team.UserID   `json:"user"` // never used before, and never for the person to choose; "" for a random one
	AcceptInvitationOutcome
}

// AcceptInvitationOutcome is the outcome of [AcceptInvitation].
type AcceptInvitationOutcome struct {
	Generation int       `json:"generation"` // whose message was answered
	Role       role.Name `json:"role"`
	Teams      []team.ID `json:"teams,omitempty"`
	Until      time.Time `json:"until,omitzero"`  // the end of access
	Review     time.Time `json:"review,omitzero"` // when somebody is to look at the access again
	Verification
}

// Verification is how the address of a person who answers an invitation was
// verified.
type Verification struct {
	Issuer   string    `json:"issuer"`
	Provider string    `json:"provider,omitempty"`
	Verified time.Time `json:"verified"`
}

// verification returns a proof as it is recorded.
func verification(p invite.Proof) Verification {
	return Verification{p.Issuer(), p.Provider(), p.Time()}
}

func (c AcceptInvitation) resolve(p *proposal) (Change, error) {
	i, err := p.mayAnswer(p.actor, c.Invitation, c.Secret, invite.Accept)
	if err != nil {
		return nil, err
	}
	if err := p.maySend(sponsor(i), Invite{}, i.Terms); err != nil {
		return nil, &Refusal{ErrOnHold, err}
	}
	if c.User, err = newID(p, access.KindUser, c.User); err != nil {
		return nil, err
	}
	c.Secret = invite.Secret{}
	c.AcceptInvitationOutcome = AcceptInvitationOutcome{Verification: verification(p.actor.proof)}
	return c, nil
}

func (c AcceptInvitation) derive(s *state, o origin) (Change, error) {
	i, err := s.invitation(c.Invitation)
	until := i.Terms.End(o.at)
	if by, ok := s.directory().User(i.Sponsor.User); ok && later(until, by.Until) {
		until = by.Until
	}
	c.Generation = i.Generation
	c.Role, c.Teams = i.Terms.Role, slices.Clone(i.Terms.Teams)
	c.Until, c.Review = end(until), end(i.Terms.Review(o.at))
	return c, err
}

func (c AcceptInvitation) apply(s *state, at time.Time) error {
	if err := checkFree(s, access.KindUser, c.User); err != nil {
		return err
	}
	if err := s.closeInvitation(c.Invitation, invite.Accept, c.User, at); err != nil {
		return err
	}
	i, _ := s.invitations.get(c.Invitation)
	s.people = s.people.cameBy(c.User, i.ID)
	return s.edit(func(e *access.Edit) {
		e.SetUser(document.UserOf(team.User{ID: c.User, Name: i.Terms.Name, Email: i.Terms.Address, Role: i.Terms.Role, Until: c.Until}))
		for _, id := range i.Terms.Teams {
			e.SetMember(id, document.Member{User: string(c.User)})
		}
	})
}

// DeclineInvitation turns an invitation down. Its actor is an [Invitee]. It
// takes the secret and the proof of the invited address, as accepting does.
type DeclineInvitation struct {
	Invitation invite.ID     `json:"invitation"`
	Secret     invite.Secret `json:"-"`
	DeclineInvitationOutcome
}

// DeclineInvitationOutcome is the outcome of [DeclineInvitation].
type DeclineInvitationOutcome struct {
	Verification
}

func (c DeclineInvitation) resolve(p *proposal) (Change, error) {
	if _, err := p.mayAnswer(p.actor, c.Invitation, c.Secret, invite.Decline); err != nil {
		return nil, err
	}
	c.Secret, c.DeclineInvitationOutcome = invite.Secret{}, DeclineInvitationOutcome{verification(p.actor.proof)}
	return c, nil
}

func (c DeclineInvitation) apply(s *state, at time.Time) error {
	return s.closeInvitation(c.Invitation, invite.Decline, "", at)
}

// Offer returns what an invitation offers, to a person who has its secret and is
// asked whether they accept. It changes nothing. The error is always an [*Error]
// that wraps [ErrRefused]: for one unknown, used or expired as for a wrong
// secret. The example JoinPage is a page that shows an offer and accepts it.
func (c *Company) Offer(id invite.ID, s invite.Secret) (invite.Offer, error) {
	now := c.guard(c.journal.Point())
	i, err := now.opened(id, s, invite.Accept)
	if err != nil {
		return invite.Offer{}, &Error{Op: "offer", Err: &Refusal{ErrRefused, err}}
	}
	return now.offer(i), nil
}

// offer returns what the invited person may see of an invitation.
func (s *state) offer(i invite.Invitation) invite.Offer {
	o := invite.Offer{Company: s.name, Role: i.Terms.Role, Name: i.Terms.Name, Note: i.Terms.Note, Expires: i.Expires}
	if r, ok := s.directory().Catalog().Role(i.Terms.Role); ok {
		o.RoleTitle = r.Title
	}
	if u, ok := s.directory().User(i.Sponsor.User); ok {
		o.Inviter = u.Name
		if o.Inviter == "" {
			o.Inviter = u.Email.String()
		}
	}
	return o
}
