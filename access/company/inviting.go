package company

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Issued is the outcome of sending an invitation, also anew: who answers for it
// from then on, and what it is accepted by.
type Issued struct {
	Sponsor    invite.Sponsor `json:"sponsor"`
	Generation int            `json:"generation"`
	Digest     invite.Digest  `json:"digest"` // of the secret
	Expires    time.Time      `json:"expires,omitzero"`

	// NoData warns that the role sees the data of its teams only, and no team is
	// offered: whoever accepts will see none until he is put into one.
	NoData bool `json:"noData,omitempty"`
}

// sent is a secret on its way to who is invited.
type sent struct {
	invitation invite.ID
	secret     invite.Secret
}

// Invite invites somebody. If an invitation to the address is pending with the
// very same terms, expired or not, it is sent anew, and what is recorded is a
// [ResendInvitation].
type Invite struct {
	Invitation invite.ID    `json:"invitation"` // never used before, at most 64 letters, digits, - and _; "" for a random one
	Terms      invite.Terms `json:"terms"`
	Issued                  // outcome

	once bool // never anew: refuse, if one to the address can be accepted
}

func (c Invite) change() about { return about{kind: "invitation.send", reason: true} }
func (c Invite) targets() []string {
	return invitationTargets(c.Invitation, c.Terms.Role, c.Terms.Teams)
}

// asks returns nothing: sendable asks, as it asks for sponsors who do not act.
func (c Invite) asks(*draft) []question { return nil }

func (c Invite) judge(d *draft) (Change, error) {
	terms, err := d.terms(c.Terms)
	if err != nil {
		return nil, err
	}
	c.Terms = terms
	if err := d.sendable(d.actor, c.change(), c.Terms); err != nil {
		return nil, err // first: who may not invite must not learn who is invited
	}
	last := d.invitations.to(c.Terms.Address)
	if last.State == invite.Pending && last.Terms.Equal(c.Terms) && !(c.once && last.StateAt(d.at) == invite.Pending) {
		return ResendInvitation{Invitation: last.ID}.judge(d)
	}
	if _, err := last.StateAt(d.at).Next(invite.Send); err != nil {
		return nil, err
	}
	c.once = false
	if c.Invitation, err = fresh(d, kindInvitation, c.Invitation); err != nil {
		return nil, err
	}
	c.Issued, err = d.issue(invite.Invitation{ID: c.Invitation, Terms: c.Terms})
	return c, err
}

func (c Invite) apply(d *draft) error {
	if err := unused(d, kindInvitation, c.Invitation); err != nil {
		return err
	}
	if !validInvitation(c.Invitation) {
		return fmt.Errorf("%w: invitation id %.80q: up to %d letters, digits, hyphens and underscores", ErrInvalid, c.Invitation, maxInvitation)
	}
	return d.issued(invite.Invitation{ID: c.Invitation, Terms: c.Terms}, c.Issued, invite.Send)
}

// maxInvitation is the length of the id of an invitation in bytes.
const maxInvitation = 64

// validInvitation reports whether an id may stand in a link as it is.
func validInvitation(id invite.ID) bool {
	return id != "" && len(id) <= maxInvitation && !strings.ContainsFunc(string(id), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

func (c Invite) own() Change {
	c.Terms.Teams = slices.Clone(c.Terms.Teams)
	return c
}

// ResendInvitation sends an invitation anew. Its old secret is dead from then
// on, it can be accepted as long as a new one, and the actor answers for it.
type ResendInvitation struct {
	Invitation invite.ID `json:"invitation"`
	Issued               // outcome
}

func (c ResendInvitation) change() about          { return about{kind: "invitation.resend", reason: true} }
func (c ResendInvitation) asks(*draft) []question { return nil }
func (c ResendInvitation) targets() []string      { return invitationTargets(c.Invitation, "", nil) }
func (c ResendInvitation) apply(d *draft) error {
	return d.issued(d.invitations.get(c.Invitation), c.Issued, invite.Resend)
}

func (c ResendInvitation) judge(d *draft) (Change, error) {
	i, err := d.invitation(c.change(), c.Invitation, invite.Resend)
	if err != nil {
		return nil, err
	}
	if err := d.sendable(d.actor, c.change(), i.Terms); err != nil {
		return nil, err
	}
	c.Issued, err = d.issue(i)
	return c, err
}

// AmendInvitation replaces what an invitation offers, and sends it anew like
// [ResendInvitation]. The actor must be one who could send it as it was and as
// it is to be. Name and address stay: for others, revoke it and send another.
type AmendInvitation struct {
	Invitation invite.ID `json:"invitation"`
	Role       role.Name `json:"role"` // "" for the catalog's default
	Teams      []team.ID `json:"teams,omitempty"`
	Days       int       `json:"days,omitempty"`
	Until      time.Time `json:"until,omitzero"`
	ReviewDays int       `json:"reviewDays,omitempty"`
	Issued               // outcome
}

func (c AmendInvitation) change() about          { return about{kind: "invitation.amend", reason: true} }
func (c AmendInvitation) asks(*draft) []question { return nil }
func (c AmendInvitation) targets() []string {
	return invitationTargets(c.Invitation, c.Role, c.Teams)
}

// amended returns terms with what c replaces.
func (c AmendInvitation) amended(t invite.Terms) invite.Terms {
	t.Role, t.Teams, t.Days, t.Until, t.ReviewDays = c.Role, c.Teams, c.Days, c.Until, c.ReviewDays
	return t
}

func (c AmendInvitation) judge(d *draft) (Change, error) {
	i, err := d.invitation(c.change(), c.Invitation, invite.Amend)
	if err != nil {
		return nil, err
	}
	if err := d.manages(c.change(), i, true); err != nil {
		return nil, err
	}
	terms, err := d.terms(c.amended(i.Terms))
	if err != nil {
		return nil, err
	}
	if terms.Equal(i.Terms) {
		return nil, ErrNoChange
	}
	if err := d.sendable(d.actor, c.change(), terms); err != nil {
		return nil, err
	}
	i.Terms = terms
	c.Role, c.Teams, c.Until = terms.Role, terms.Teams, terms.Until
	c.Issued, err = d.issue(i)
	return c, err
}

func (c AmendInvitation) apply(d *draft) error {
	i := d.invitations.get(c.Invitation)
	i.Terms = c.amended(i.Terms)
	return d.issued(i, c.Issued, invite.Amend)
}

func (c AmendInvitation) own() Change {
	c.Teams = slices.Clone(c.Teams)
	return c
}

// RevokeInvitation takes an invitation back.
type RevokeInvitation struct {
	Invitation invite.ID `json:"invitation"`
	Email      string    `json:"email"` // outcome: whose it was
}

func (c RevokeInvitation) change() about          { return about{kind: "invitation.revoke", reason: true} }
func (c RevokeInvitation) asks(*draft) []question { return nil }
func (c RevokeInvitation) targets() []string      { return invitationTargets(c.Invitation, "", nil) }

func (c RevokeInvitation) judge(d *draft) (Change, error) {
	i, err := d.invitation(c.change(), c.Invitation, invite.Revoke)
	if err != nil {
		return nil, err
	}
	c.Email = i.Terms.Address.String()
	return c, d.manages(c.change(), i, false)
}

func (c RevokeInvitation) apply(d *draft) error {
	return d.close(c.Invitation, invite.Revoke, "")
}

// terms returns terms as they are kept, with the role they leave out.
func (d *draft) terms(t invite.Terms) (invite.Terms, error) {
	t, err := t.Normal()
	if err != nil {
		return t, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if t.Role == "" {
		t.Role = d.policy.Directory().Catalog().Default()
	}
	return t, nil
}

// invitation returns an invitation about which a command may be given now. Who
// may not invite learns nothing of it.
func (d *draft) invitation(what about, id invite.ID, c invite.Command) (invite.Invitation, error) {
	if err := d.authorise(d.actor, what, invitationQuestions("", nil)); err != nil {
		return invite.Invitation{}, err
	}
	i := d.invitations.get(id)
	_, err := i.StateAt(d.at).Next(c)
	return i, err
}

// invitationQuestions returns what is asked about who deals with an invitation
// to a role and teams.
func invitationQuestions(r role.Name, teams []team.ID) []question {
	all := []question{{access.InviteUser, access.Company()}}
	if r != "" {
		all = append(all, question{access.GrantRole, access.Role(r)})
	}
	for _, t := range teams {
		all = append(all, question{access.SetTeamMembers, access.Team(t)})
	}
	return all
}

// What an invitation may name that does not exist: a system is not asked about
// it, and a file is told which it is.
var (
	errNoRole = fmt.Errorf("%w: role", ErrUnknown)
	errNoTeam = fmt.Errorf("%w: team", ErrUnknown)
)

// sendable is the one guard of every way an invitation can lead to access: sent,
// resent, amended, planned or committed in bulk, taken over, and accepted. It
// says whether by could send an invitation with these terms now, apart from the
// seats and what concerns sending rather than the terms. What is the type of
// change he makes: [Invite], if it is the sponsor who is asked about.
func (d *draft) sendable(by Actor, what about, t invite.Terms) error {
	if err := d.authorise(by, what, invitationQuestions(t.Role, t.Teams)); err != nil {
		return err
	}
	r, ok := d.policy.Directory().Catalog().Role(t.Role)
	if !ok {
		return fmt.Errorf("%w %q", errNoRole, t.Role)
	}
	if !r.Offered {
		return fmt.Errorf("%w: %s", ErrNotOffered, r.Name)
	}
	if all, _ := d.policy.Directory().Holders(r.Name); r.MaxHolders > 0 && all >= r.MaxHolders {
		return fmt.Errorf("%w: %s", ErrRoleFull, r.Name)
	}
	for _, id := range t.Teams {
		if _, ok := d.policy.Directory().Team(id); !ok {
			return fmt.Errorf("%w %q", errNoTeam, id)
		}
	}
	if err := d.future(t.Until); err != nil {
		return err
	}
	if u, held := d.policy.Directory().UserByAddress(t.Address); held {
		return fmt.Errorf("%w: user %q holds the address", ErrTaken, u.ID)
	}
	return nil
}

// manages says whether the actor may deal with an invitation as it is: with its
// role, and with those of its teams that are still there. That the role is full
// by now is no reason to leave it be.
func (d *draft) manages(what about, i invite.Invitation, teams bool) error {
	var there []team.ID
	for _, id := range i.Terms.Teams {
		if _, err := d.team(id); teams && err == nil {
			there = append(there, id)
		}
	}
	for _, q := range invitationQuestions(i.Terms.Role, there) {
		err := d.authorise(d.actor, what, []question{q})
		if denied := (*access.DeniedError)(nil); errors.As(err, &denied) && denied.Decision.Reason == access.ReasonRoleFull {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxOpen is how many invitations may be pending, expired ones included. Who sent
// them all must still be removed in one event.
const maxOpen = 200_000

// issue makes a new generation of an invitation, for which the actor answers,
// and notes its secret for delivery.
func (d *draft) issue(i invite.Invitation) (Issued, error) {
	bounds, last := d.co.bounds, d.invitations.to(i.Terms.Address)
	switch {
	case d.co.deliver == nil:
		return Issued{}, ErrNoDelivery
	case last.State != invite.None && bounds.Cooldown > 0 && d.at.Before(last.Sent.Add(bounds.Cooldown)):
		return Issued{}, fmt.Errorf("%w: wait until %s", ErrTooSoon, last.Sent.Add(bounds.Cooldown).Format(time.RFC3339))
	case bounds.Pending > 0 && i.StateAt(d.at) != invite.Pending && d.invitations.live(d.at) >= bounds.Pending:
		return Issued{}, ErrLimit
	case i.State != invite.Pending && d.invitations.open.Len() >= maxOpen:
		return Issued{}, fmt.Errorf("%w: %d, with those that expired; revoke some", ErrLimit, maxOpen)
	}
	if err := d.within(i.Terms.End(d.at)); err != nil {
		return Issued{}, err
	}
	secret, err := invite.NewSecret(d.rand)
	if err != nil {
		return Issued{}, err
	}
	i.Generation++
	next := Issued{
		Sponsor:    invite.Sponsor{User: d.actor.user, System: d.actor.system},
		Generation: i.Generation,
		Digest:     secret.Digest(i.Claim(d.id)),
	}
	if r, _ := d.policy.Directory().Catalog().Role(i.Terms.Role); r.Scope != role.AllData && len(i.Terms.Teams) == 0 {
		next.NoData = true
	}
	if bounds.TTL > 0 {
		next.Expires = end(d.at.Add(bounds.TTL))
	}
	d.secrets = append(d.secrets, sent{i.ID, secret})
	return next, nil
}

// issued makes an invitation what it was issued as.
func (d *draft) issued(i invite.Invitation, as Issued, c invite.Command) error {
	before := d.invitations.get(i.ID)
	if c == invite.Send {
		before = d.invitations.to(i.Terms.Address)
	}
	if _, err := before.StateAt(d.at).Next(c); err != nil {
		return err
	}
	if last := d.invitations.to(i.Terms.Address); last.ID != i.ID && last.StateAt(d.at) == invite.Pending {
		return invite.ErrPending
	}
	if as.Generation != i.Generation+1 || as.Digest.IsZero() {
		return fmt.Errorf("%w: generation %d after %d", ErrInvalid, as.Generation, i.Generation)
	}
	terms, err := i.Terms.Normal() // a copy, too: the change is its caller's
	if err != nil || !terms.Equal(i.Terms) {
		return fmt.Errorf("%w: terms of %s: %w", ErrInvalid, i.ID, cmp.Or(err, invite.ErrTerms))
	}
	i.Terms = terms
	i.State, i.Sent = invite.Pending, d.at
	i.Sponsor, i.Generation, i.Digest, i.Expires = as.Sponsor, as.Generation, as.Digest, as.Expires
	d.invitations = d.invitations.sent(i, d.at)
	return nil
}

// close takes an invitation to a state that is not left.
func (d *draft) close(id invite.ID, c invite.Command, user team.UserID) error {
	i := d.invitations.get(id)
	next, err := i.StateAt(d.at).Next(c)
	if err != nil {
		return err
	}
	i.State, i.Closed, i.User = next, d.at, user
	d.invitations = d.invitations.with(i, d.at)
	return nil
}

func invitationTargets(id invite.ID, r role.Name, teams []team.ID) []string {
	all := []string{string(kindInvitation) + ":" + string(id)}
	if r != "" {
		all = append(all, access.Role(r).String())
	}
	for _, t := range teams {
		all = append(all, access.Team(t).String())
	}
	return all
}
