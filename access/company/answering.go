package company

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// What keeps somebody from answering an invitation, besides its state. Each is
// the Cause of a [*Refusal], and never shown to the person.
var (
	errWrongSecret   = errors.New("the secret is not that of the invitation as it was sent last")
	errWrongAddress  = errors.New("the verified address is not the invited one")
	errWrongProvider = errors.New("the address was verified by another provider than the invitation names")
	errStaleProof    = errors.New("the address was verified too long ago, or in the future")
)

// Verification is how the address of somebody who answers an invitation was
// verified.
type Verification struct {
	Issuer   string    `json:"issuer"`
	Provider string    `json:"provider,omitempty"`
	Verified time.Time `json:"verified"`
}

// AcceptInvitation makes the person invited a user, with the role and teams
// offered and until the end offered, but no longer than the sponsor's own. Its
// actor is an [Invitee].
//
// It takes the secret and the proof of the invited address, and the sponsor
// must be one who could send this invitation now. Whatever the first two lack
// is one and the same [ErrRefused]; what the sponsor lacks is [ErrHeld].
type AcceptInvitation struct {
	Invitation   invite.ID     `json:"invitation"`
	Secret       invite.Secret `json:"-"`
	User         team.UserID   `json:"user"`            // never used before, and never for the person to choose; "" for a random one
	Role         role.Name     `json:"role"`            // outcome
	Teams        []team.ID     `json:"teams,omitempty"` // outcome
	Until        time.Time     `json:"until,omitzero"`  // outcome: the end of access
	Review       time.Time     `json:"review,omitzero"` // outcome: when somebody is to look at it again
	Verification               // outcome
}

func (c AcceptInvitation) change() about          { return about{kind: "invitation.accept", invitee: true} }
func (c AcceptInvitation) asks(*draft) []question { return nil }

func (c AcceptInvitation) targets() []string {
	return append(invitationTargets(c.Invitation, c.Role, c.Teams), access.TargetUser(c.User).String())
}

func (c AcceptInvitation) judge(d *draft) (Change, error) {
	i, verification, err := d.answered(c.Invitation, c.Secret, invite.Accept)
	if err != nil {
		return nil, err
	}
	by := sponsor(i)
	if err := d.sendable(by, Invite{}.change(), i.Terms); err != nil {
		return nil, &Refusal{ErrHeld, err}
	}
	if c.User, err = fresh(d, access.KindUser, c.User); err != nil {
		return nil, err
	}
	c.Until, c.Review = i.Terms.End(d.at), end(i.Terms.Review(d.at))
	if own := d.own(by); later(c.Until, own) {
		c.Until = own
	}
	c.Role, c.Teams = i.Terms.Role, slices.Clone(i.Terms.Teams)
	c.Until, c.Secret, c.Verification = end(c.Until), invite.Secret{}, verification
	return c, nil
}

func (c AcceptInvitation) apply(d *draft) error {
	if err := unused(d, access.KindUser, c.User); err != nil {
		return err
	}
	if err := d.close(c.Invitation, invite.Accept, c.User); err != nil {
		return err
	}
	t := d.invitations.get(c.Invitation).Terms
	return d.edit(func(e *access.Edit) {
		e.SetUser(team.User{ID: c.User, Name: t.Name, Email: t.Address, Role: t.Role, Until: c.Until})
		for _, id := range t.Teams {
			e.SetMember(team.Member{Team: id, User: c.User})
		}
	})
}

// DeclineInvitation turns an invitation down. Its actor is an [Invitee]. It
// takes the secret and the proof of the invited address, as accepting does.
type DeclineInvitation struct {
	Invitation   invite.ID     `json:"invitation"`
	Secret       invite.Secret `json:"-"`
	Verification               // outcome
}

func (c DeclineInvitation) change() about {
	return about{kind: "invitation.decline", invitee: true}
}
func (c DeclineInvitation) asks(*draft) []question { return nil }
func (c DeclineInvitation) targets() []string      { return invitationTargets(c.Invitation, "", nil) }

func (c DeclineInvitation) judge(d *draft) (Change, error) {
	_, verification, err := d.answered(c.Invitation, c.Secret, invite.Decline)
	if err != nil {
		return nil, err
	}
	c.Secret, c.Verification = invite.Secret{}, verification
	return c, nil
}

func (c DeclineInvitation) apply(d *draft) error {
	return d.close(c.Invitation, invite.Decline, "")
}

// answered returns the invitation that the actor, by his proof and the secret,
// may answer with a command.
func (d *draft) answered(id invite.ID, s invite.Secret, c invite.Command) (invite.Invitation, Verification, error) {
	i, proof := d.invitations.get(id), d.actor.proof
	age := d.at.Sub(proof.Time())
	_, cause := i.StateAt(d.at).Next(c)
	switch {
	case i.State == invite.None:
	case !i.Digest.Matches(s, i.Claim(d.id)):
		cause = errWrongSecret
	case !i.Terms.Address.Equal(proof.Address()):
		cause = errWrongAddress
	case i.Terms.Provider != "" && i.Terms.Provider != proof.Provider():
		cause = errWrongProvider
	case age > d.co.bounds.ProofAge || age < -clockSkew:
		cause = errStaleProof
	}
	if cause != nil {
		return i, Verification{}, &Refusal{ErrRefused, cause}
	}
	return i, Verification{proof.Issuer(), proof.Provider(), proof.Time()}, nil
}

// Offer returns what an invitation offers, to somebody who has its secret and is
// asked whether he accepts. It changes nothing. The error is always an [*Error]
// that wraps [ErrRefused]: for one unknown, used or expired as for a wrong
// secret.
func (c *Company) Offer(id invite.ID, s invite.Secret) (invite.Offer, error) {
	d := c.draft(c.journal.Point(), Actor{})
	i := d.invitations.get(id)
	_, cause := i.StateAt(d.at).Next(invite.Accept)
	if i.State != invite.None && !i.Digest.Matches(s, i.Claim(d.id)) {
		cause = errWrongSecret
	}
	if cause != nil {
		return invite.Offer{}, &Error{Op: "look", Err: &Refusal{ErrRefused, cause}}
	}
	return d.offer(i), nil
}

// offer returns what the person invited may see of an invitation.
func (s *state) offer(i invite.Invitation) invite.Offer {
	o := invite.Offer{Company: s.name, Role: i.Terms.Role, Name: i.Terms.Name, Note: i.Terms.Note, Expires: i.Expires}
	if r, ok := s.policy.Directory().Catalog().Role(i.Terms.Role); ok {
		o.RoleTitle = r.Title
	}
	if u, ok := s.policy.Directory().User(i.Sponsor.User); ok {
		o.Inviter = u.Name
		if o.Inviter == "" {
			o.Inviter = u.Email.String()
		}
	}
	return o
}

// Undelivered is a message that was not delivered, though its invitation was
// made. Resend it.
type Undelivered struct {
	Invitation invite.ID
	Err        error // of [Config.Deliver]
}

// Error returns the invitation and the cause.
func (u Undelivered) Error() string {
	return fmt.Sprintf("company: deliver %s: %v", u.Invitation, u.Err)
}

// Unwrap returns Err.
func (u Undelivered) Unwrap() error { return u.Err }
