package company

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
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

func (c AddUser) change() about                { return about{kind: "user.add", reason: true, system: true} }
func (c AddUser) asks(*draft) []question       { return nil }
func (c AddUser) targets() []string            { return []string{access.TargetUser(c.User).String()} }
func (c AddUser) email() (team.Address, error) { return team.ParseAddress(c.Email) }

func (c AddUser) judge(d *draft) (Change, error) {
	id, err := fresh(d, access.KindUser, c.User)
	if err != nil {
		return nil, err
	}
	if _, err := c.email(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if c.Role == "" {
		c.Role = d.policy.Directory().Catalog().Default()
	}
	c.User, c.Until = id, end(c.Until)
	return c, nil
}

func (c AddUser) apply(d *draft) error {
	if err := unused(d, access.KindUser, c.User); err != nil {
		return err
	}
	address, err := c.email()
	if err != nil {
		return err
	}
	return d.edit(func(e *access.Edit) {
		e.SetUser(team.User{ID: c.User, Name: c.Name, Email: address, Role: c.Role, Until: c.Until})
	})
}

// SetRole gives a user another role.
type SetRole struct {
	User team.UserID `json:"user"`
	Role role.Name   `json:"role"`
	From role.Name   `json:"from"` // outcome
}

func (c SetRole) change() about     { return about{kind: "user.set-role", reason: true} }
func (c SetRole) targets() []string { return []string{access.TargetUser(c.User).String()} }

func (c SetRole) asks(*draft) []question {
	return []question{
		{access.SetUserRole, access.TargetUser(c.User)},
		{access.GrantRole, access.Role(c.Role)},
	}
}

func (c SetRole) judge(d *draft) (Change, error) {
	u, err := d.user(c.User)
	if err != nil {
		return nil, err
	}
	if _, err := d.role(c.Role); err != nil {
		return nil, err
	}
	if u.Role == c.Role {
		return nil, ErrNoChange
	}
	c.From = u.Role
	return c, nil
}

func (c SetRole) apply(d *draft) error {
	return d.editUser(c.User, func(u *team.User) { u.Role = c.Role })
}

// editUser makes the next policy with one user changed.
func (d *draft) editUser(id team.UserID, change func(u *team.User)) error {
	u, err := d.user(id)
	if err != nil {
		return err
	}
	change(&u)
	return d.edit(func(e *access.Edit) { e.SetUser(u) })
}

// RemoveUser removes a user for good, with his memberships and grants, and ends
// the links he made. Where he is the last lasting creator of a report it must
// name a successor. The pending invitations he answers for are revoked. Those
// that have not expired may be taken over instead, by somebody who could send
// them himself now, as must the actor.
type RemoveUser struct {
	User       team.UserID       `json:"user"`
	Successor  team.UserID       `json:"successor,omitempty"`
	TakeOver   team.UserID       `json:"takeOver,omitempty"`   // who answers for his live invitations from then on
	Role       role.Name         `json:"role"`                 // outcome: that he had
	Email      string            `json:"email"`                // outcome
	Teams      []Place           `json:"teams,omitempty"`      // outcome: he was in, in byte order
	Reports    []Held            `json:"reports,omitempty"`    // outcome: shared with him directly, in byte order
	Links      []access.LinkID   `json:"links,omitempty"`      // outcome: that he made, in byte order
	HandedOver []access.ReportID `json:"handedOver,omitempty"` // outcome: whose creator the successor is now, in byte order

	// InvitationLimits is an outcome: those revoked or, if live, taken over, in byte
	// order.
	Invitations []invite.ID `json:"invitations,omitempty"`
}

// Place is a membership that somebody had.
type Place struct {
	Team  team.ID   `json:"team"`
	Until time.Time `json:"until,omitzero"`
}

// WhyOnHold is a report that was shared with somebody.
type Held struct {
	Report access.ReportID `json:"report"`
	Level  access.Level    `json:"level"`
	Until  time.Time       `json:"until,omitzero"`
}

func (c RemoveUser) change() about { return about{kind: "user.remove", reason: true} }

func (c RemoveUser) targets() []string {
	all := []string{access.TargetUser(c.User).String()}
	if c.Successor != "" {
		all = append(all, access.TargetUser(c.Successor).String())
	}
	if c.TakeOver != "" && c.TakeOver != c.Successor {
		all = append(all, access.TargetUser(c.TakeOver).String())
	}
	for _, r := range c.HandedOver {
		all = append(all, access.Report(r).String())
	}
	return all
}

func (c RemoveUser) asks(*draft) []question {
	return []question{{access.RemoveUser, access.TargetUser(c.User)}}
}

func (c RemoveUser) judge(d *draft) (Change, error) {
	u, err := d.user(c.User)
	if err != nil {
		return nil, err
	}
	c.Role, c.Email, c.Teams, c.Reports, c.Links, c.Invitations = u.Role, u.Email.String(), nil, nil, nil, nil
	h := d.holdings(u)
	for _, m := range h.Teams {
		c.Teams = append(c.Teams, Place{m.Team, m.Until})
	}
	for _, g := range h.Grants {
		c.Reports = append(c.Reports, Held{g.Report, g.Level, g.Until})
	}
	for _, l := range h.Links {
		c.Links = append(c.Links, l.ID)
	}
	if err := c.judgeTakeOver(d, h.Invitations); err != nil {
		return nil, err
	}
	for _, i := range h.Invitations {
		c.Invitations = append(c.Invitations, i.ID)
	}
	c.HandedOver = h.LastOf
	if len(c.HandedOver) == 0 {
		if c.Successor != "" {
			return nil, fmt.Errorf("%w: nothing is handed over to a successor", ErrInvalid)
		}
		return c, nil
	}
	return c, c.judgeSuccessor(d)
}

// judgeSuccessor applies the rules about who may take reports over.
func (c RemoveUser) judgeSuccessor(d *draft) error {
	qualifies := func(u team.User) bool { return u.ID != c.User && !u.Suspended && u.Until.IsZero() }
	u, ok := d.policy.Directory().User(c.Successor)
	if !ok || !qualifies(u) {
		return fmt.Errorf("%w: of %q", ErrSuccessor, c.HandedOver)
	}
	if u.ID != d.actor.user {
		return nil
	}
	for other := range d.policy.Directory().Users() {
		if other.ID != u.ID && qualifies(other) {
			return fmt.Errorf("%w: %w", ErrSuccessor, ErrSelf)
		}
	}
	return nil
}

// judgeTakeOver applies the rules about who may answer for invitations in place
// of who is removed: he must be one who could send them, and so must the actor,
// or he would lend himself another's authority.
func (c RemoveUser) judgeTakeOver(d *draft, all []invite.Invitation) error {
	if c.TakeOver == "" {
		return nil
	}
	all = slices.DeleteFunc(slices.Clone(all), func(i invite.Invitation) bool { return i.StateAt(d.at) != invite.Pending })
	if len(all) == 0 || c.TakeOver == c.User {
		return fmt.Errorf("%w: nothing is taken over by %q", ErrInvalid, c.TakeOver)
	}
	successor := User(c.TakeOver)
	for _, i := range all {
		err := cmp.Or(
			d.sendable(d.actor, c.change(), i.Terms), d.within(i.Terms.End(d.at)),
			d.sendable(successor, Invite{}.change(), i.Terms), d.bounded(successor, i.Terms.End(d.at)),
		)
		if err != nil {
			return fmt.Errorf("invitation %s: %w", i.ID, err)
		}
	}
	return nil
}

func (c RemoveUser) apply(d *draft) error {
	if _, err := d.user(c.User); err != nil {
		return err
	}
	if err := c.settleInvitations(d); err != nil {
		return err
	}
	held := slices.Collect(d.policy.Directory().GrantsOf(c.User))
	before := d.policy
	err := d.edit(func(e *access.Edit) {
		for _, r := range c.HandedOver {
			e.SetGrant(access.Grant{Report: r, User: c.Successor, Level: access.Creator})
		}
		e.RemoveUser(c.User)
	})
	if err != nil {
		return err
	}
	retire(d, access.KindUser, c.User)
	for _, g := range held {
		if err := keepsCreator(before, d.policy, g.Report); err != nil {
			return err
		}
	}
	return nil
}

// settleInvitations revokes what the user answers for, or gives it over.
func (c RemoveUser) settleInvitations(d *draft) error {
	if c.TakeOver != "" {
		if _, err := d.user(c.TakeOver); err != nil {
			return err
		}
	}
	for _, id := range c.Invitations {
		i := d.invitations.get(id)
		if c.TakeOver == "" || i.StateAt(d.at) != invite.Pending {
			if err := d.close(id, invite.Revoke, ""); err != nil {
				return err
			}
			continue
		}
		i.Sponsor = invite.Sponsor{User: c.TakeOver}
		d.invitations = d.invitations.with(i, d.at)
	}
	return nil
}

// SuspendUser takes a user's access away until he is reinstated.
type SuspendUser struct {
	User team.UserID `json:"user"`
}

func (c SuspendUser) change() about     { return about{kind: "user.suspend", reason: true} }
func (c SuspendUser) targets() []string { return []string{access.TargetUser(c.User).String()} }

func (c SuspendUser) asks(*draft) []question {
	return []question{{access.SuspendUser, access.TargetUser(c.User)}}
}

func (c SuspendUser) judge(d *draft) (Change, error) {
	u, err := d.user(c.User)
	if err == nil && u.Suspended {
		err = ErrNoChange
	}
	return c, err
}

func (c SuspendUser) apply(d *draft) error {
	return d.editUser(c.User, func(u *team.User) { u.Suspended = true })
}

// ReinstateUser gives a suspended user his access back, until the end he has.
type ReinstateUser struct {
	User team.UserID `json:"user"`
}

func (c ReinstateUser) change() about     { return about{kind: "user.reinstate", reason: true} }
func (c ReinstateUser) targets() []string { return []string{access.TargetUser(c.User).String()} }

func (c ReinstateUser) asks(*draft) []question {
	return []question{{access.SuspendUser, access.TargetUser(c.User)}}
}

func (c ReinstateUser) judge(d *draft) (Change, error) {
	u, err := d.user(c.User)
	if err != nil {
		return nil, err
	}
	if !u.Suspended {
		return nil, ErrNoChange
	}
	return c, d.within(u.Until)
}

func (c ReinstateUser) apply(d *draft) error {
	return d.editUser(c.User, func(u *team.User) { u.Suspended = false })
}

// SetEnd gives a user's access an end, moves it, or lifts it.
type SetEnd struct {
	User  team.UserID `json:"user"`
	Until time.Time   `json:"until,omitzero"` // zero lifts it
	From  time.Time   `json:"from,omitzero"`  // outcome
}

func (c SetEnd) change() about     { return about{kind: "user.set-expiry", reason: true} }
func (c SetEnd) targets() []string { return []string{access.TargetUser(c.User).String()} }

func (c SetEnd) asks(*draft) []question {
	return []question{{access.SetUserExpiry, access.TargetUser(c.User)}}
}

func (c SetEnd) judge(d *draft) (Change, error) {
	u, err := d.user(c.User)
	if err != nil {
		return nil, err
	}
	c.Until, c.From = end(c.Until), u.Until
	if c.Until.Equal(u.Until) {
		return nil, ErrNoChange
	}
	if later(c.Until, u.Until) {
		return c, d.within(c.Until)
	}
	return c, nil
}

func (c SetEnd) apply(d *draft) error {
	return d.editUser(c.User, func(u *team.User) { u.Until = c.Until })
}

// TransferOwnership makes another user what the actor is, and the actor what
// comes after it: the first role of the catalog that his role manages and
// covers, and that manages none that his does not, so that he cannot gain by it.
type TransferOwnership struct {
	To      team.UserID `json:"to"`
	From    team.UserID `json:"from"`    // outcome: the actor; a system names the holder
	Role    role.Name   `json:"role"`    // outcome: that To gets
	Becomes role.Name   `json:"becomes"` // outcome: that From gets
}

func (c TransferOwnership) change() about { return about{kind: "owner.transfer", reason: true} }

func (c TransferOwnership) targets() []string {
	return []string{access.TargetUser(c.To).String(), access.TargetUser(c.From).String()}
}

func (c TransferOwnership) asks(*draft) []question {
	return []question{{access.TransferOwner, access.TargetUser(c.To)}}
}

func (c TransferOwnership) judge(d *draft) (Change, error) {
	if d.actor.system == "" {
		c.From = d.actor.user
	}
	from, err := d.user(c.From)
	if err != nil {
		return nil, err
	}
	to, err := d.user(c.To)
	if err != nil {
		return nil, err
	}
	catalog := d.policy.Directory().Catalog()
	if !catalog.Can(from.Role, access.TransferOwner) || to.ID == from.ID || to.Suspended || !to.Until.IsZero() {
		return nil, fmt.Errorf("%w: %s cannot hand over to %s", ErrInvalid, from.ID, to.ID)
	}
	for _, r := range catalog.Roles() {
		raises := slices.ContainsFunc(r.Manages, func(n role.Name) bool { return !catalog.Manages(from.Role, n) })
		if r.Name != from.Role && catalog.Manages(from.Role, r.Name) && catalog.Covers(from.Role, r.Name) && !raises {
			c.Role, c.Becomes = from.Role, r.Name
			return c, nil
		}
	}
	return nil, fmt.Errorf("%w: role %s manages and covers no role to become", ErrInvalid, from.Role)
}

func (c TransferOwnership) apply(d *draft) error {
	from, err := d.user(c.From)
	if err != nil {
		return err
	}
	to, err := d.user(c.To)
	if err != nil {
		return err
	}
	from.Role, to.Role = c.Becomes, c.Role
	return d.edit(func(e *access.Edit) {
		e.SetUser(from)
		e.SetUser(to)
	})
}

// end returns an end as it is kept and recorded.
func end(t time.Time) time.Time { return t.UTC() }
