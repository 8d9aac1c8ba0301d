package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// invitation makes a change of an invitation, unless it is refused.
func (p *proposal) invitation(c company.Change) (company.Change, Refusal) {
	switch c := c.(type) {
	case company.Invite:
		return p.send(c)
	case company.ResendInvitation:
		return p.resend(c)
	case company.AmendInvitation:
		return p.amend(c)
	case company.RevokeInvitation:
		return p.revoke(c)
	case company.RecordDelivery:
		return p.recordDelivery(c)
	case company.RedeliverInvitation:
		return p.redeliver(c)
	case company.AcceptInvitation:
		return p.accept(c)
	case company.DeclineInvitation:
		return p.decline(c)
	}
	panic("a change that is not of an invitation")
}

func (p *proposal) send(c company.Invite) (company.Change, Refusal) {
	var a Refusal
	t, err := p.Kept(c.Terms)
	if err != nil {
		p.askSponsor(&a, p.sponsor(), "user.invite", access.Company())
		a.when(true, "ErrInvalid ErrTerms", invite.Failed)
		return nil, a
	}
	if n := p.latest(t.Address); n >= 0 && p.Invitations[n].State == invite.Pending && p.Invitations[n].Terms.Equal(t) {
		return p.resend(company.ResendInvitation{Invitation: invite.ID(p.Invitations[n].ID)})
	}
	p.maySend(&a, p.sponsor(), "invitation.send", t)
	p.withinOwnEnd(&a, p.sponsor(), t)
	p.hasRoom(&a, t, "")
	a.when(c.Invitation != "" && p.Find(c.Invitation) >= 0, "ErrTaken", "")
	if a.Refused() {
		return nil, a
	}
	if c.Invitation == "" {
		c.Invitation = invite.ID(fmt.Sprintf("chosen-%d", p.Messages)) // until it is known which Do chose
	}
	p.Invitations = append(p.Invitations, Invitation{ID: string(c.Invitation)})
	c.Terms, c.InvitationOutcome = t, p.issue(len(p.Invitations)-1, t)
	return c, a
}

// issue sends an invitation, again or for the first time, with the actor as its
// sponsor.
func (p *proposal) issue(n int, t invite.Terms) company.InvitationOutcome {
	p.Messages++
	i := &p.Invitations[n]
	i.Terms, i.Sponsor, i.Generation, i.Sent, i.Expires = t, p.sponsor(), i.Generation+1, p.Now, time.Time{}
	i.State, i.Message, i.Delivered = invite.Pending, p.Messages, time.Time{}
	if p.TTL > 0 {
		i.Expires = p.Now.Add(p.TTL)
	}
	r, _ := p.Catalog.Role(string(t.Role))
	return company.InvitationOutcome{Sponsor: i.Sponsor, Generation: i.Generation, Expires: i.Expires, NoData: r.Scope == role.ByTeams && len(t.Teams) == 0}
}

// stateErrors are the errors for an invitation that is in a wrong state.
var stateErrors = map[invite.State]string{invite.None: "ErrNone", invite.Expired: "ErrExpired",
	invite.Accepted: "ErrAccepted", invite.Declined: "ErrDeclined", invite.Revoked: "ErrRevoked"}

// find returns the place of an invitation, or -1, and says whether it is in one
// of the states.
func (p *proposal) find(a *Refusal, id invite.ID, states ...invite.State) int {
	n, state := p.Find(id), invite.None
	if n >= 0 {
		state = p.Invitations[n].StateAt(p.Now)
	}
	a.when(!slices.Contains(states, state), stateErrors[state], "")
	return n
}

func (p *proposal) resend(c company.ResendInvitation) (company.Change, Refusal) {
	var a Refusal
	p.askSponsor(&a, p.sponsor(), "user.invite", access.Company())
	n := p.find(&a, c.Invitation, invite.Pending, invite.Expired)
	if n < 0 {
		return nil, a
	}
	i := p.Invitations[n]
	p.maySend(&a, p.sponsor(), "invitation.resend", i.Terms)
	p.withinOwnEnd(&a, p.sponsor(), i.Terms)
	p.hasRoom(&a, i.Terms, i.ID)
	if a.Refused() {
		return nil, a
	}
	c.InvitationOutcome = p.issue(n, i.Terms)
	return c, a
}

func (p *proposal) amend(c company.AmendInvitation) (company.Change, Refusal) {
	var a Refusal
	p.askSponsor(&a, p.sponsor(), "user.invite", access.Company())
	n := p.find(&a, c.Invitation, invite.Pending)
	if n < 0 {
		return nil, a
	}
	i := p.Invitations[n]
	p.mayChange(&a, i.Terms) // how long it lasts so far is no obstacle: to shorten it gives nothing
	t, zero := amended(i.Terms, c)
	if a.when(zero, "ErrInvalid", ""); zero {
		return nil, a
	}
	t, err := p.Kept(t)
	if err != nil {
		a.when(true, "ErrInvalid ErrTerms", "")
		return nil, a
	}
	if a.when(t.Equal(i.Terms), "ErrNoChange", ""); p.System != "" && a.Refused() {
		return nil, a // which a system may repeat
	}
	p.maySend(&a, p.sponsor(), "invitation.amend", t)
	p.withinOwnEnd(&a, p.sponsor(), t)
	p.hasRoom(&a, t, i.ID)
	if a.Refused() {
		return nil, a
	}
	if _, listed := c.Teams.Get(); listed {
		c.Teams = company.To(t.Teams)
	}
	if _, dated := c.Until.Get(); dated {
		c.Until = company.To(t.Until)
	}
	c.InvitationOutcome = p.issue(n, t)
	return c, a
}

// amended returns the terms that an amendment leads to, and whether it sets
// something to what only leaving out or taking away can say.
func amended(t invite.Terms, c company.AmendInvitation) (changed invite.Terms, zero bool) {
	r, named := c.Role.Get()
	teams, listed := c.Teams.Get()
	days, counted := c.Days.Get()
	until, dated := c.Until.Get()
	review, reviewed := c.ReviewDays.Get()
	zero = c.Role.IsNone() || named && r == "" || listed && len(teams) == 0 || counted && days == 0 || dated && until.IsZero() ||
		reviewed && review == 0 || counted && dated
	if named {
		t.Role = r
	}
	if !c.Teams.IsZero() {
		t.Teams = teams
	}
	if !c.Days.IsZero() {
		t.Days = days
	}
	if !c.Until.IsZero() {
		t.Until = until
	}
	if counted {
		t.Until = time.Time{}
	}
	if dated {
		t.Days = 0
	}
	if !c.ReviewDays.IsZero() {
		t.ReviewDays = review
	}
	return t, zero
}

func (p *proposal) revoke(c company.RevokeInvitation) (company.Change, Refusal) {
	var a Refusal
	p.askSponsor(&a, p.sponsor(), "user.invite", access.Company())
	if n := p.Find(c.Invitation); n >= 0 && p.System != "" && p.Invitations[n].State == invite.Revoked {
		a.when(true, "ErrNoChange", "") // which a system may repeat
		return nil, a
	}
	n := p.find(&a, c.Invitation, invite.Pending, invite.Expired)
	if n < 0 {
		return nil, a
	}
	p.mayChange(&a, invite.Terms{Role: p.Invitations[n].Terms.Role})
	c.Email = p.Invitations[n].Terms.Address.String()
	if !a.Refused() {
		p.Invitations[n].State, p.Invitations[n].Closed = invite.Revoked, p.Now
	}
	return c, a
}

func (p *proposal) recordDelivery(c company.RecordDelivery) (company.Change, Refusal) {
	var a Refusal
	n := p.Find(c.Invitation)
	if a.when(n < 0, "ErrNone", ""); n < 0 {
		return nil, a
	}
	i := &p.Invitations[n]
	a.when(i.Generation != c.Generation, "ErrInvalid", "")
	a.when(i.Generation == c.Generation && !i.Delivered.IsZero(), "ErrNoChange", "")
	if !a.Refused() {
		i.Delivered = p.Now
	}
	return c, a
}

func (p *proposal) redeliver(c company.RedeliverInvitation) (company.Change, Refusal) {
	var a Refusal
	n := p.find(&a, c.Invitation, invite.Pending)
	if n < 0 || a.Refused() {
		return nil, a
	}
	i := p.Invitations[n]
	p.maySend(&a, i.Sponsor, "invitation.send", i.Terms)
	for n, c := range a.Causes {
		if names := append(strings.Fields(c.Err), "ErrOnHold"); names[0] != "denied" {
			slices.Sort(names)
			a.Causes[n].Err = strings.Join(names, " ")
		}
	}
	p.hasRoom(&a, i.Terms, i.ID)
	if a.Refused() {
		return nil, a
	}
	c.InvitationOutcome = p.issue(n, i.Terms)
	p.Invitations[n].Sponsor, p.Invitations[n].Expires = i.Sponsor, i.Expires
	c.Sponsor, c.Expires = i.Sponsor, i.Expires
	return c, a
}

// isInvited says why the actor is not shown to be the person invited.
func (p *proposal) isInvited(id invite.ID, s invite.Secret) (n int, a Refusal) {
	a.Public = "ErrRefused"
	n = p.find(&a, id, invite.Pending)
	if n < 0 {
		return n, a
	}
	i := p.Invitations[n]
	a.when(p.Sent == nil || !p.Sent(i.ID, i.Generation, s), "secret", "")
	a.when(!SameMailbox(p.Proof.Address().String(), i.Terms.Address.String()), "address", "")
	a.when(i.Terms.Provider != "" && p.Proof.Provider() != i.Terms.Provider, "provider", "")
	a.when(p.Proof.Time().Before(p.Now.Add(-p.ProofAge)), "stale", "")
	a.when(p.Proof.Time().After(p.Now.Add(time.Minute)), "future", "")
	return n, a
}

func (p *proposal) verification() company.Verification {
	return company.Verification{Issuer: p.Proof.Issuer(), Provider: p.Proof.Provider(), Verified: p.Proof.Time()}
}

func (p *proposal) accept(c company.AcceptInvitation) (company.Change, Refusal) {
	n, a := p.isInvited(c.Invitation, c.Secret)
	if a.Refused() {
		return nil, a
	}
	i := &p.Invitations[n]
	p.maySend(&a, i.Sponsor, "invitation.send", i.Terms)
	if a.Refused() {
		a.Public = "ErrOnHold"
		return nil, a
	}
	a.Public = "" // what is wrong from here on is the host's mistake
	_, exists := p.Users[string(c.User)]
	a.when(exists, "ErrTaken", "")
	a.when(!exists && p.Used["user "+string(c.User)], "ErrReused", "")
	if a.Refused() {
		return nil, a
	}
	if c.User == "" {
		c.User = team.UserID(fmt.Sprintf("chosen-%d", p.Messages))
	}
	c.Generation, c.Role, c.Teams = i.Generation, i.Terms.Role, i.Terms.Teams
	c.Until, c.Review, c.Verification = i.Terms.End(p.Now), i.Terms.Review(p.Now), p.verification()
	if own := p.Users[string(i.Sponsor.User)].Until; i.Sponsor.User != "" && Outlasts(c.Until, own) {
		c.Until = own
	}
	c.Secret = invite.Secret{}
	p.Users[string(c.User)] = User{Name: i.Terms.Name, Email: i.Terms.Address.String(), Role: string(i.Terms.Role), Until: c.Until}
	p.Used["user "+string(c.User)] = true
	for _, id := range i.Terms.Teams {
		p.Teams[string(id)].Members[string(c.User)] = time.Time{}
	}
	i.State, i.Closed, i.User = invite.Accepted, p.Now, string(c.User)
	if i.Delivered.IsZero() {
		i.Delivered = p.Now
	}
	return c, a
}

func (p *proposal) decline(c company.DeclineInvitation) (company.Change, Refusal) {
	n, a := p.isInvited(c.Invitation, c.Secret)
	if a.Refused() {
		return nil, a
	}
	i := &p.Invitations[n]
	if i.State, i.Closed = invite.Declined, p.Now; i.Delivered.IsZero() {
		i.Delivered = p.Now
	}
	c.Verification, c.Secret = p.verification(), invite.Secret{}
	return c, a
}

// Row says what becomes of one row of a file: what a single Invite would come
// to, except that no invitation is sent again while it can be accepted and was
// delivered. It returns the company after it, or c itself if the row is refused.
func (c *Company) Row(r Request, conf Config, clock time.Time, row invite.Row) (*Company, Refusal) {
	at := Later(clock, c.Last)
	if row.Reason != "" {
		r.Reason = row.Reason
	}
	unreasoned := r.Reason == ""
	if unreasoned {
		r.Reason = "none, which is one cause of several"
	}
	t, err := c.Kept(row.Terms)
	n := c.latest(row.Terms.Address)
	live := n >= 0 && c.Invitations[n].StateAt(at) == invite.Pending
	undelivered := live && err == nil && c.Invitations[n].Delivered.IsZero() && c.Invitations[n].Terms.Equal(t) &&
		!at.Before(c.Invitations[n].Sent.Add(conf.Cooldown)) // before, its message may be on its way
	r.Changes = []company.Change{company.Invite{Invitation: row.Invitation, Terms: row.Terms}}
	if live && err == nil && c.Invitations[n].Terms.Equal(t) {
		r.Changes = []company.Change{company.ResendInvitation{Invitation: invite.ID(c.Invitations[n].ID)}}
	}
	answer := c.Do(r, conf, clock)
	a := answer.Refusal
	a.when(live && !undelivered, "ErrPending", invite.AlreadyPending)
	if a.when(unreasoned, "ErrReason", invite.BadReason); a.Refused() {
		return c, a
	}
	return answer.After, a
}
