package company

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// AddUser adds a user without an invitation. Only a system may.
type AddUser struct {
	User  team.UserID `json:"user"` // never used before; "" for a random one
	Name  string      `json:"name,omitempty"`
	Email string      `json:"email"`
	Role  role.Name   `json:"role"` // "" for the catalog's default
	Until time.Time   `json:"until,omitzero"`
}

func (c AddUser) email() (team.Address, error) {
	address, err := team.ParseAddress(c.Email)
	if err != nil {
		err = invalid("the e-mail address", err)
	}
	return address, err
}

func (c AddUser) resolve(p *proposal) (Change, error) {
	id, err := newID(p, access.KindUser, c.User)
	if err != nil {
		return nil, err
	}
	if _, err := c.email(); err != nil {
		return nil, err
	}
	if c.Role == "" {
		c.Role = p.directory().Catalog().Default()
	}
	c.User, c.Until = id, end(c.Until)
	return c, nil
}

func (c AddUser) apply(s *state, _ time.Time) error {
	if err := checkFree(s, access.KindUser, c.User); err != nil {
		return err
	}
	address, err := c.email()
	if err != nil {
		return err
	}
	return s.edit(func(e *access.Edit) {
		e.SetUser(document.UserOf(team.User{ID: c.User, Name: c.Name, Email: address, Role: c.Role, Until: c.Until}))
	})
}

// SetRole gives a user another role.
type SetRole struct {
	User team.UserID `json:"user"`
	Role role.Name   `json:"role"`
	SetRoleOutcome
}

// SetRoleOutcome is the outcome of [SetRole].
type SetRoleOutcome struct {
	From role.Name `json:"from"` // the role that the user had
}

func (c SetRole) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err != nil {
		return nil, err
	}
	if _, err := p.role(c.Role); err != nil {
		return nil, err
	}
	if u.Role == c.Role {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c SetRole) derive(s *state, _ origin) (Change, error) {
	u, err := s.user(c.User)
	c.SetRoleOutcome = SetRoleOutcome{u.Role}
	return c, err
}

func (c SetRole) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Role = c.Role })
}

// editUser makes the next policy with one user changed.
func (s *state) editUser(id team.UserID, change func(u *team.User)) error {
	u, err := s.user(id)
	if err != nil {
		return err
	}
	change(&u)
	return s.edit(func(e *access.Edit) { e.SetUser(document.UserOf(u)) })
}

// RemoveUser removes a user for good, with their memberships and grants, and
// ends the links that they made. If the user is the last lasting creator of a
// report, it must name a successor.
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
	Role        role.Name         `json:"role"`
	Email       string            `json:"email"`
	Teams       []LostMembership  `json:"teams,omitempty"`
	Reports     []LostGrant       `json:"reports,omitempty"`     // shared with the user directly
	Links       []access.LinkID   `json:"links,omitempty"`       // made by the user, and not ended before
	HandedOver  []access.ReportID `json:"handedOver,omitempty"`  // whose creator the successor is now
	Invitations []invite.ID       `json:"invitations,omitempty"` // revoked or, if they were unexpired, taken over
}

// LostMembership is a membership that a removed user had.
type LostMembership struct {
	Team  team.ID   `json:"team"`
	Until time.Time `json:"until,omitzero"`
}

// LostGrant is a grant of a report that a removed user had.
type LostGrant struct {
	Report access.ReportID `json:"report"`
	Level  access.Level    `json:"level"`
	Until  time.Time       `json:"until,omitzero"`
}

func (c RemoveUser) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err != nil {
		return nil, err
	}
	h := p.holdings(u)
	c.RemoveUserOutcome = RemoveUserOutcome{Role: u.Role, Email: u.Email.String(), HandedOver: h.LastCreatorOf}
	for _, m := range h.Teams {
		c.Teams = append(c.Teams, LostMembership{m.Team, m.Until})
	}
	for _, g := range h.Grants {
		c.Reports = append(c.Reports, LostGrant{g.Report, g.Level, g.Until})
	}
	for _, l := range h.Links {
		c.Links = append(c.Links, l.ID)
	}
	for _, i := range h.Invitations {
		c.Invitations = append(c.Invitations, i.ID)
	}
	if err := c.checkTakeOver(p, h.Invitations); err != nil {
		return nil, err
	}
	return c, c.checkSuccessor(p)
}

// checkSuccessor applies the rules about who may take reports over.
func (c RemoveUser) checkSuccessor(p *proposal) error {
	if len(c.HandedOver) == 0 {
		if c.Successor != "" {
			return fmt.Errorf("the successor %w: no report needs one", ErrInvalid)
		}
		return nil
	}
	qualifies := func(u team.User) bool { return u.ID != c.User && !u.Suspended && u.Until.IsZero() }
	u, ok := p.directory().User(c.Successor)
	if !ok || !qualifies(u) {
		return fmt.Errorf("%w: for %d of their reports, such as %q", ErrSuccessor, len(c.HandedOver), c.HandedOver[0])
	}
	if u.ID != p.actor.user {
		return nil
	}
	for other := range p.directory().Users() {
		if other.ID != u.ID && qualifies(other) {
			return fmt.Errorf("%w: %w", ErrSuccessor, ErrSelf)
		}
	}
	return nil
}

// checkTakeOver applies the rules about who may become the sponsor of
// invitations in place of the removed user. They must be allowed to send them,
// and so must the actor, or the actor would borrow their authority.
func (c RemoveUser) checkTakeOver(p *proposal, all []invite.Invitation) error {
	if c.TakeOver == "" {
		return nil
	}
	all = slices.DeleteFunc(slices.Clone(all), func(i invite.Invitation) bool { return i.StateAt(p.at) != invite.Pending })
	if len(all) == 0 || c.TakeOver == c.User {
		return fmt.Errorf("the take-over by user %q %w: there is nothing to take over, or nobody to do it", c.TakeOver, ErrInvalid)
	}
	sponsor := User(c.TakeOver)
	for _, i := range all {
		until := i.Terms.End(p.at)
		err := cmp.Or(
			p.maySend(p.actor, c, i.Terms), p.notBeyond(p.actor, until),
			p.maySend(sponsor, Invite{}, i.Terms), p.notBeyond(sponsor, until),
		)
		if err != nil {
			return fmt.Errorf("invitation %s: %w", i.ID, text.Cause(err))
		}
	}
	return nil
}

func (c RemoveUser) apply(s *state, at time.Time) error {
	if _, err := s.user(c.User); err != nil {
		return err
	}
	if err := c.settleInvitations(s, at); err != nil {
		return err
	}
	grants := slices.Collect(s.directory().GrantsOf(c.User))
	before := s.directory()
	err := s.edit(func(e *access.Edit) {
		for _, r := range c.HandedOver {
			e.SetGrant(r, access.Grant{User: c.Successor, Level: access.Creator}.Entry())
		}
		e.RemoveUser(c.User)
	})
	if err != nil {
		return err
	}
	for _, g := range grants {
		if err := keepsCreator(before, s.directory(), g.Report); err != nil {
			return err
		}
	}
	return nil
}

// settleInvitations revokes the invitations of the user, or gives them another
// sponsor.
func (c RemoveUser) settleInvitations(s *state, at time.Time) error {
	if c.TakeOver != "" {
		if _, err := s.user(c.TakeOver); err != nil {
			return err
		}
	}
	for _, id := range c.Invitations {
		i, _ := s.invitations.get(id)
		if c.TakeOver == "" || i.StateAt(at) != invite.Pending {
			if err := s.closeInvitation(id, invite.Revoke, "", at); err != nil {
				return err
			}
			continue
		}
		i.Sponsor = invite.Sponsor{User: c.TakeOver}
		s.invitations = s.invitations.with(i)
	}
	return nil
}

// SuspendUser takes a user's access away until they are reinstated.
type SuspendUser struct {
	User team.UserID `json:"user"`
}

func (c SuspendUser) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err == nil && u.Suspended {
		err = ErrNoChange
	}
	return c, err
}

func (c SuspendUser) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Suspended = true })
}

// ReinstateUser gives a suspended user their access back, until the end it has.
type ReinstateUser struct {
	User team.UserID `json:"user"`
}

func (c ReinstateUser) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err != nil {
		return nil, err
	}
	if !u.Suspended {
		return nil, ErrNoChange
	}
	return c, p.notBeyond(p.actor, u.Until)
}

func (c ReinstateUser) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Suspended = false })
}

// SetEnd gives a user's access an end, moves it, or lifts it.
type SetEnd struct {
	User  team.UserID `json:"user"`
	Until time.Time   `json:"until,omitzero"` // zero lifts it
	SetEndOutcome
}

// SetEndOutcome is the outcome of [SetEnd].
type SetEndOutcome struct {
	From time.Time `json:"from,omitzero"` // the end before; zero is none
}

func (c SetEnd) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err != nil {
		return nil, err
	}
	c.Until, c.SetEndOutcome = end(c.Until), SetEndOutcome{u.Until}
	if c.Until.Equal(u.Until) {
		return nil, ErrNoChange
	}
	if later(c.Until, u.Until) {
		return c, p.notBeyond(p.actor, c.Until)
	}
	return c, nil
}

func (c SetEnd) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Until = c.Until })
}

// TransferOwnership makes another user what the actor is, and the actor what
// comes after it: the first role of the catalog that the actor's role manages
// and covers, and that manages no role which the actor's does not. So the actor
// cannot gain by it.
type TransferOwnership struct {
	To   team.UserID `json:"to"`
	From team.UserID `json:"from"` // a system names the holder; for a user it is the actor
	TransferOwnershipOutcome
}

// TransferOwnershipOutcome is the outcome of [TransferOwnership].
type TransferOwnershipOutcome struct {
	Role    role.Name `json:"role"`    // that To gets
	Becomes role.Name `json:"becomes"` // that From gets
}

func (c TransferOwnership) resolve(p *proposal) (Change, error) {
	if p.actor.system == "" {
		c.From = p.actor.user
	}
	from, err := p.user(c.From)
	if err != nil {
		return nil, err
	}
	to, err := p.user(c.To)
	if err != nil {
		return nil, err
	}
	catalog := p.directory().Catalog()
	if !catalog.Can(from.Role, access.TransferOwner) {
		return nil, fmt.Errorf("the transfer %w: the role of user %q is none that is handed over", ErrInvalid, from.ID)
	}
	if to.ID == from.ID || to.Suspended || !to.Until.IsZero() {
		return nil, fmt.Errorf("the transfer %w: user %q must be another user, active and without an end", ErrInvalid, to.ID)
	}
	for _, r := range catalog.Roles() {
		raises := slices.ContainsFunc(r.Manages, func(n role.Name) bool { return !catalog.Manages(from.Role, n) })
		if r.Name != from.Role && catalog.Manages(from.Role, r.Name) && catalog.Covers(from.Role, r.Name) && !raises {
			c.TransferOwnershipOutcome = TransferOwnershipOutcome{Role: from.Role, Becomes: r.Name}
			return c, nil
		}
	}
	return nil, fmt.Errorf("the transfer %w: role %s manages and covers no role to become", ErrInvalid, from.Role)
}

func (c TransferOwnership) apply(s *state, _ time.Time) error {
	from, err := s.user(c.From)
	if err != nil {
		return err
	}
	to, err := s.user(c.To)
	if err != nil {
		return err
	}
	from.Role, to.Role = c.Becomes, c.Role
	return s.edit(func(e *access.Edit) {
		e.SetUser(document.UserOf(from))
		e.SetUser(document.UserOf(to))
	})
}
