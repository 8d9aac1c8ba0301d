package company

import (
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// AmendInvitation changes what an invitation offers, and sends it again like
// [ResendInvitation]. What is left out stays. The actor must be allowed to send
// it as it was and as it is to be. Name and address stay: for others, revoke it
// and send another.
//
// Days and Until say the same thing in two ways, so setting one takes the other
// away, and setting both is refused. For access without an end, take away the
// one that is there. Setting a zero is refused, and so is an empty list of
// teams: take them away by [None]. A role is never taken away.
type AmendInvitation struct {
	Invitation invite.ID           `json:"invitation"`
	Role       Optional[role.Name] `json:"role,omitzero"`
	Teams      Optional[[]team.ID] `json:"teams,omitzero"`
	Days       Optional[int]       `json:"days,omitzero"`
	Until      Optional[time.Time] `json:"until,omitzero"`
	ReviewDays Optional[int]       `json:"reviewDays,omitzero"`
	InvitationOutcome
}

// amended returns terms with what c changes.
func (c AmendInvitation) amended(t invite.Terms) (invite.Terms, error) {
	r, named := c.Role.Get()
	teams, listed := c.Teams.Get()
	days, counted := c.Days.Get()
	_, dated := c.Until.Get()
	review, reviewed := c.ReviewDays.Get()
	until, err := endIn(c.Until)
	switch {
	case c.Role.IsNone() || named && r == "":
		return t, fmt.Errorf("the role %w: name one, since an invitation cannot be without", ErrInvalid)
	case listed && len(teams) == 0:
		return t, fmt.Errorf("the empty list of teams %w: pass None to take all away", ErrInvalid)
	case counted && days == 0 || reviewed && review == 0:
		return t, fmt.Errorf("the number of days %w: pass None to take it away", ErrInvalid)
	case err != nil:
		return t, err
	case counted && dated:
		return t, fmt.Errorf("a number of days and an end %w together: set one of them", ErrInvalid)
	case counted:
		t.Until = time.Time{}
	case dated:
		t.Days = 0
	}
	t.Role, t.Teams = c.Role.or(t.Role), c.Teams.or(t.Teams)
	t.Days, t.Until, t.ReviewDays = c.Days.or(t.Days), until.or(t.Until), c.ReviewDays.or(t.ReviewDays)
	return t, nil
}

func (c AmendInvitation) resolve(p *proposal) (Change, error) {
	i, err := p.find(p.actor, c, c.Invitation, invite.Amend)
	if err != nil {
		return nil, err
	}
	if err := p.mayManage(p.actor, c, i.Terms, true); err != nil {
		return nil, err
	}
	terms, err := c.amended(i.Terms)
	if err == nil {
		terms, err = p.terms(terms)
	}
	if err != nil {
		return nil, err
	}
	if terms.Equal(i.Terms) {
		return nil, ErrNoChange
	}
	if err := p.maySend(p.actor, c, terms); err != nil {
		if _, listed := c.Teams.Get(); !listed {
			err = unnamed(err)
		}
		return nil, err
	}
	i.Terms = terms
	if _, listed := c.Teams.Get(); listed {
		c.Teams = To(terms.Teams)
	}
	if _, dated := c.Until.Get(); dated {
		c.Until = To(terms.Until)
	}
	c.InvitationOutcome, err = p.prepare(i)
	return c, err
}

func (c AmendInvitation) derive(s *state, o origin) (Change, error) {
	i, err := s.invitation(c.Invitation)
	if err == nil {
		i.Terms, err = c.amended(i.Terms)
	}
	c.InvitationOutcome = s.sentBy(o, i, c.InvitationOutcome)
	return c, err
}

func (c AmendInvitation) apply(s *state, at time.Time) error {
	i, _ := s.invitations.get(c.Invitation)
	terms, err := c.amended(i.Terms)
	if err != nil {
		return err
	}
	i.Terms = terms
	return s.recordSent(i, c.InvitationOutcome, invite.Amend, at)
}

func (c AmendInvitation) clone() Change {
	if teams, listed := c.Teams.Get(); listed {
		c.Teams = To(slices.Clone(teams))
	}
	return c
}
