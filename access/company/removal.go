package company

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// RemoveUser removes a user for good, with their memberships and grants, and
// ends the links that they made. Nothing that was sent to them, or to an address
// that they had before, lets them back in: it is revoked.
//
// If the user is the last lasting creator of a report, a Successor is required,
// who becomes its creator: somebody active, without an end of access, and never
// the actor. If nobody else qualifies, none may be named, and the report stays
// without a creator until somebody names one; see [NameCreator].
//
// The pending invitations whose sponsor is the user are revoked. Unexpired ones
// may be handed to TakeOver instead. Both TakeOver and the actor must be allowed
// to send them now.
type RemoveUser struct {
	User      team.UserID `json:"user"`
	Successor team.UserID `json:"successor,omitempty"`
	TakeOver  team.UserID `json:"takeOver,omitempty"`
	RemoveUserOutcome
}

// RemoveUserOutcome is the outcome of [RemoveUser]: what the user had. Its lists
// are in byte order of ids.
type RemoveUserOutcome struct {
	Role        role.Name `json:"role"`
	Person      `json:"personal,omitzero"`
	Teams       Bounded[LostMembership]  `json:"teams,omitzero"`
	Reports     Bounded[LostGrant]       `json:"reports,omitzero"`     // shared with the user directly
	Links       Bounded[access.LinkID]   `json:"links,omitzero"`       // made by the user, and not ended before
	HandedOver  Bounded[access.ReportID] `json:"handedOver,omitzero"`  // whose creator the successor is now
	Orphaned    Bounded[access.ReportID] `json:"orphaned,omitzero"`    // left without a creator, as nobody qualified
	Invitations Bounded[invite.ID]       `json:"invitations,omitzero"` // revoked or, if they were unexpired, taken over
}

// LostMembership is a membership that ended because its user was removed.
type LostMembership struct {
	Team  team.ID   `json:"team"`
	Until time.Time `json:"until,omitzero"`
}

// LostGrant is a grant of a report that ended because its user or team was
// removed.
type LostGrant struct {
	Report access.ReportID `json:"report"`
	Level  access.Level    `json:"level"`
	Until  time.Time       `json:"until,omitzero"`
}

func (c RemoveUser) resolve(p *proposal) (Change, error) {
	if _, err := p.user(c.User); err != nil {
		return nil, p.repeated(p.used(access.KindUser, string(c.User)), err)
	}
	return c, c.checkTakeOver(p)
}

// checkTakeOver applies the rules about who may become the sponsor of
// invitations in place of the removed user. They must be allowed to send them,
// and so must the actor, or the actor would borrow their authority.
func (c RemoveUser) checkTakeOver(p *proposal) error {
	if c.TakeOver == "" {
		return nil
	}
	taken, _ := c.settled(&p.state, p.at)
	if len(taken) == 0 || c.TakeOver == c.User {
		return fmt.Errorf("the take-over by user %q %w: there is nothing to take over, or nobody to do it", c.TakeOver, ErrInvalid)
	}
	sponsor := User(c.TakeOver)
	for _, i := range taken {
		until := i.Terms.End(p.at)
		err := cmp.Or(
			p.maySend(p.actor, c, i.Terms), p.notBeyond(p.actor, until),
			p.maySend(sponsor, Invite{}, i.Terms), p.notBeyond(sponsor, until),
		)
		if err != nil {
			return besides(fmt.Errorf("an invitation to take over: %w", text.Cause(unnamed(err))), kindInvitation, " (invitation %s)", i.ID)
		}
	}
	return nil
}

// settled returns the invitations that get another sponsor, and those that are
// revoked, each in byte order of ids.
func (c RemoveUser) settled(s *state, at time.Time) (taken, revoked []invite.Invitation) {
	revoked = s.offersTo(c.User)
	theirs := make(map[invite.ID]bool, len(revoked))
	for _, i := range revoked {
		theirs[i.ID] = true
	}
	for _, i := range s.invitations.sponsored(c.User) {
		switch {
		case theirs[i.ID]:
		case c.TakeOver != "" && i.StateAt(at) == invite.Pending:
			taken = append(taken, i)
		default:
			revoked = append(revoked, i)
		}
	}
	slices.SortFunc(revoked, byID)
	return taken, revoked
}

func (c RemoveUser) derive(s *state, o origin) (Change, error) {
	u, err := s.user(c.User)
	if err != nil {
		return nil, err
	}
	h := s.holdings(u)
	if err := c.checkSuccessor(s, o, h.LastCreatorOf); err != nil {
		return nil, err
	}
	out := RemoveUserOutcome{Role: u.Role, Person: Person{Name: u.Name, Email: u.Email.String()}}
	last := &out.HandedOver
	if c.Successor == "" {
		last = &out.Orphaned
	}
	taken, revoked := c.settled(s, o.at)
	invitations := slices.SortedFunc(slices.Values(append(taken, revoked...)), byID)
	for _, err := range []error{
		fill(last, h.LastCreatorOf, func(id access.ReportID) access.ReportID { return id }),
		fill(&out.Teams, h.Teams, func(m team.Member) LostMembership { return LostMembership{m.Team, m.Until} }),
		fill(&out.Reports, h.Grants, func(g access.Grant) LostGrant { return LostGrant{g.Report, g.Level, g.Until} }),
		fill(&out.Links, h.Links, func(l access.ShareLink) access.LinkID { return l.ID }),
		fill(&out.Invitations, invitations, idOf),
	} {
		if err != nil {
			return nil, err
		}
	}
	c.RemoveUserOutcome = out
	return c, nil
}

// fill sets a list of an event to what each element of another list is there.
func fill[A, B any](list *Bounded[B], all []A, as func(A) B) (err error) {
	of := make([]B, len(all))
	for i, a := range all {
		of[i] = as(a)
	}
	*list, err = bound(of)
	return err
}

// checkSuccessor applies the rules about who takes over reports that would be
// left without a creator.
func (c RemoveUser) checkSuccessor(s *state, o origin, last []access.ReportID) error {
	if len(last) == 0 {
		if c.Successor != "" {
			return fmt.Errorf("the successor %w: no report needs one", ErrInvalid)
		}
		return nil
	}
	if c.Successor == "" && !s.anyQualifies(o, c.User) {
		return nil
	}
	if err := s.mayCreate(o, c.Successor, c.User); err != nil {
		return fmt.Errorf("%w: for %d of their reports", err, len(last))
	}
	return nil
}

func (c RemoveUser) apply(s *state, at time.Time) error {
	if _, err := s.user(c.User); err != nil {
		return err
	}
	taken, revoked := c.settled(s, at)
	if len(taken) > 0 {
		if _, err := s.user(c.TakeOver); err != nil {
			return err
		}
	}
	for _, i := range taken {
		i.Sponsor = invite.Sponsor{User: c.TakeOver}
		s.invitations = s.invitations.with(i)
	}
	if err := s.revoke(revoked, at); err != nil {
		return err
	}
	s.people = s.people.without(c.User)
	before := s.directory()
	last := lastCreatorOf(before, c.User)
	return s.edit(func(e *access.Edit) {
		if c.Successor != "" {
			for _, r := range last {
				e.SetGrant(r, creatorGrant(before, r, c.Successor).Entry())
			}
		}
		e.RemoveUser(c.User)
	})
}
