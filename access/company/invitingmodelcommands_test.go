package company_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// fill returns terms as they are kept.
func (k *clerk) fill(t invite.Terms) (invite.Terms, error) {
	if t.Role == "" {
		t.Role = role.Name(k.fallback())
	}
	return t.Normal()
}

// latest returns the place of the invitation sent to a mailbox last, or -1.
func (k *clerk) latest(to invite.Address) int {
	found := -1
	for n, i := range k.invitations {
		if i.terms.Address.Equal(to) && (found < 0 || i.turn > k.invitations[found].turn) {
			found = n
		}
	}
	return found
}

func (k *clerk) send(c company.Invite) (company.Change, ruling) {
	var a ruling
	t, err := k.fill(c.Terms)
	if err != nil {
		k.ask(&a, k.sponsor(), "user.invite", access.Company())
		a.against(true, "ErrInvalid ErrTerms", invite.Failed)
		return nil, a
	}
	if n := k.latest(t.Address); n >= 0 && k.invitations[n].state == invite.Pending && k.invitations[n].terms.Equal(t) {
		return k.resend(company.ResendInvitation{Invitation: invite.ID(k.invitations[n].id)})
	}
	k.guard(&a, k.sponsor(), "invitation.send", t)
	k.briefly(&a, k.sponsor(), t)
	k.posted(&a, t, "")
	a.against(c.Invitation != "" && k.find(c.Invitation) >= 0, "ErrTaken", "")
	if len(a.causes) > 0 {
		return nil, a
	}
	if c.Invitation == "" {
		c.Invitation = invite.ID(fmt.Sprintf("chosen-%d", k.turn)) // untilEnd it is known which Do chose
	}
	k.invitations = append(k.invitations, modelInvitation{id: string(c.Invitation)})
	c.Terms, c.InvitationOutcome = t, k.issue(len(k.invitations)-1, t)
	return c, a
}

// issue sends an invitation by the actor, anew or for the first time.
func (k *clerk) issue(n int, t invite.Terms) company.InvitationOutcome {
	k.turn++
	i := &k.invitations[n]
	i.terms, i.sponsor, i.generation, i.sent, i.expires = t, k.sponsor(), i.generation+1, k.at, time.Time{}
	i.state, i.turn = invite.Pending, k.turn
	if k.ttl > 0 {
		i.expires = k.at.Add(k.ttl)
	}
	r, _ := k.role(string(t.Role))
	return company.InvitationOutcome{Sponsor: i.sponsor, Generation: i.generation, Expires: i.expires, NoData: r.Scope == role.ByTeams && len(t.Teams) == 0}
}

// stateErrors are what the states are called that end something.
var stateErrors = map[invite.State]verdict{invite.None: "ErrNone", invite.Expired: "ErrExpired",
	invite.Accepted: "ErrAccepted", invite.Declined: "ErrDeclined", invite.Revoked: "ErrRevoked"}

// open finds an invitation in one of the given states.
func (k *clerk) open(a *ruling, id invite.ID, states ...invite.State) int {
	n, state := k.find(id), invite.None
	if n >= 0 {
		state = k.invitations[n].at(k.at)
	}
	a.against(!slices.Contains(states, state), stateErrors[state], "")
	return n
}

func (k *clerk) resend(c company.ResendInvitation) (company.Change, ruling) {
	var a ruling
	k.ask(&a, k.sponsor(), "user.invite", access.Company())
	n := k.open(&a, c.Invitation, invite.Pending, invite.Expired)
	if n < 0 {
		return nil, a
	}
	i := k.invitations[n]
	k.guard(&a, k.sponsor(), "invitation.resend", i.terms)
	k.briefly(&a, k.sponsor(), i.terms)
	k.posted(&a, i.terms, i.id)
	if len(a.causes) > 0 {
		return nil, a
	}
	c.InvitationOutcome = k.issue(n, i.terms)
	return c, a
}

func (k *clerk) amend(c company.AmendInvitation) (company.Change, ruling) {
	var a ruling
	k.ask(&a, k.sponsor(), "user.invite", access.Company())
	n := k.open(&a, c.Invitation, invite.Pending)
	if n < 0 {
		return nil, a
	}
	i := k.invitations[n]
	k.over(&a, i.terms) // how long it lasts so far is no obstacle: making that less is no giving
	t := i.terms
	t.Role, t.Teams, t.Days, t.Until, t.ReviewDays = c.Role, c.Teams, c.Days, c.Until, c.ReviewDays
	t, err := k.fill(t)
	if err != nil {
		a.against(true, "ErrInvalid ErrTerms", "")
		return nil, a
	}
	a.against(t.Equal(i.terms), "ErrNoChange", "")
	k.guard(&a, k.sponsor(), "invitation.amend", t)
	k.briefly(&a, k.sponsor(), t)
	k.posted(&a, t, i.id)
	if len(a.causes) > 0 {
		return nil, a
	}
	c.Role, c.Teams, c.Until, c.InvitationOutcome = t.Role, t.Teams, t.Until, k.issue(n, t)
	return c, a
}

func (k *clerk) revoke(c company.RevokeInvitation) (company.Change, ruling) {
	var a ruling
	k.ask(&a, k.sponsor(), "user.invite", access.Company())
	n := k.open(&a, c.Invitation, invite.Pending, invite.Expired)
	if n < 0 {
		return nil, a
	}
	k.over(&a, invite.Terms{Role: k.invitations[n].terms.Role})
	c.Email = k.invitations[n].terms.Address.String()
	if len(a.causes) == 0 {
		k.invitations[n].state, k.invitations[n].closed = invite.Revoked, k.at
	}
	return c, a
}

// proven says what speaks against somebody's being the person invited.
func (k *clerk) proven(id invite.ID, s invite.Secret) (n int, a ruling) {
	a.public = "ErrRefused"
	n = k.open(&a, id, invite.Pending)
	if n < 0 {
		return n, a
	}
	i := k.invitations[n]
	a.against(!k.right(i.id, i.generation, s), "secret", "")
	a.against(!sameMailbox(k.proof.Address().String(), i.terms.Address.String()), "address", "")
	a.against(i.terms.Provider != "" && k.proof.Provider() != i.terms.Provider, "provider", "")
	a.against(k.proof.Time().Before(k.at.Add(-k.proofAge)), "stale", "")
	a.against(k.proof.Time().After(k.at.Add(time.Hour)), "future", "")
	return n, a
}

func (k *clerk) verification() company.Verification {
	return company.Verification{Issuer: k.proof.Issuer(), Provider: k.proof.Provider(), Verified: k.proof.Time()}
}

func (k *clerk) accept(c company.AcceptInvitation) (company.Change, ruling) {
	n, a := k.proven(c.Invitation, c.Secret)
	if len(a.causes) > 0 {
		return nil, a
	}
	i := &k.invitations[n]
	k.guard(&a, i.sponsor, "invitation.send", i.terms)
	if len(a.causes) > 0 {
		a.public = "ErrHeld"
		return nil, a
	}
	a.public = "" // what is wrong from here on, the host did
	_, exists := k.users[string(c.User)]
	a.against(exists, "ErrTaken", "")
	a.against(!exists && k.used["user "+string(c.User)], "ErrReused", "")
	if len(a.causes) > 0 {
		return nil, a
	}
	if c.User == "" {
		c.User = team.UserID(fmt.Sprintf("chosen-%d", k.turn))
	}
	c.Role, c.Teams = i.terms.Role, i.terms.Teams
	c.Until, c.Review, c.Verification = i.terms.End(k.at), i.terms.Review(k.at), k.verification()
	if own := k.users[string(i.sponsor.User)].until; i.sponsor.User != "" && outlasts(c.Until, own) {
		c.Until = own
	}
	c.Secret = invite.Secret{}
	k.compiled = nil
	k.users[string(c.User)] = modelUser{name: i.terms.Name, email: i.terms.Address.String(), role: string(i.terms.Role), until: c.Until}
	k.used["user "+string(c.User)] = true
	for _, id := range i.terms.Teams {
		k.teams[string(id)].members[string(c.User)] = time.Time{}
	}
	i.state, i.closed, i.user = invite.Accepted, k.at, string(c.User)
	return c, a
}

func (k *clerk) decline(c company.DeclineInvitation) (company.Change, ruling) {
	n, a := k.proven(c.Invitation, c.Secret)
	if len(a.causes) > 0 {
		return nil, a
	}
	k.invitations[n].state, k.invitations[n].closed = invite.Declined, k.at
	c.Verification, c.Secret = k.verification(), invite.Secret{}
	return c, a
}

// held says what keeps the person invited from accepting, if anything does.
func (k *clerk) held(id invite.ID) ruling {
	var a ruling
	n := k.open(&a, id, invite.Pending)
	if len(a.causes) == 0 {
		i := k.invitations[n]
		k.guard(&a, i.sponsor, "invitation.send", i.terms)
	}
	return a
}

// row is what becomes of one row of a file: what a single Invite would come to,
// but nothing is sent anew while it can still be accepted.
func (o *office) row(h house, e errand, at time.Time, r invite.Row) (*office, ruling) {
	if r.Reason != "" {
		e.reason = r.Reason
	}
	unreasoned := e.reason == ""
	if unreasoned {
		e.reason = "none, which is one cause of several"
	}
	k := &clerk{office: o, house: h, errand: e, at: at}
	t, err := k.fill(r.Terms)
	n := k.latest(r.Terms.Address)
	live := n >= 0 && k.invitations[n].at(at) == invite.Pending
	e.changes = []company.Change{company.Invite{Invitation: r.Invitation, Terms: r.Terms}}
	if live && err == nil && k.invitations[n].terms.Equal(t) {
		e.changes = []company.Change{company.ResendInvitation{Invitation: invite.ID(k.invitations[n].id)}}
	}
	next, _, _, a := o.do(h, e, at)
	a.against(live, "ErrPending", invite.AlreadyPending)
	if a.against(unreasoned, "ErrReason", invite.BadReason); len(a.causes) > 0 {
		return o, a
	}
	return next, a
}
