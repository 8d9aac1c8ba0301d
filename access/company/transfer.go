package company

import (
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TransferOwnership makes another user what the actor is, and the actor what
// comes after it: the first role of the catalog that the actor's role manages
// and covers, and that manages no role which the actor's does not. So the actor
// cannot gain by it.
//
// A system that may make it replaces an owner who is lost: it names them in
// From, whether or not it may give their role.
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
		return c, err
	}
	to, err := p.user(c.To)
	if err != nil {
		return c, err
	}
	catalog := p.directory().Catalog()
	if !catalog.Can(from.Role, access.TransferOwner) {
		after, ok := afterTransfer(catalog, to.Role)
		so := ok && after == from.Role && catalog.Can(to.Role, access.TransferOwner)
		return c, p.repeated(so, fmt.Errorf("the transfer %w: the role of user %q is none that is handed over", ErrInvalid, from.ID))
	}
	if to.ID == from.ID || to.Suspended || !to.Until.IsZero() || !catalog.Manages(from.Role, to.Role) {
		return c, fmt.Errorf("the transfer %w: user %q must be another user, active and without an end, whose role %s manages", ErrInvalid, to.ID, from.Role)
	}
	return c, p.mayRaise(to, from.Role)
}

func (c TransferOwnership) derive(s *state, o origin) (Change, error) {
	if o.actor.Kind == audit.KindUser {
		c.From = team.UserID(o.actor.ID)
	}
	from, err := s.user(c.From)
	if err != nil {
		return nil, err
	}
	after, ok := afterTransfer(s.directory().Catalog(), from.Role)
	if !ok {
		return nil, fmt.Errorf("the transfer %w: role %s manages and covers no role to become", ErrInvalid, from.Role)
	}
	c.TransferOwnershipOutcome = TransferOwnershipOutcome{Role: from.Role, Becomes: after}
	return c, nil
}

// afterTransfer returns the role of anyone who handed theirs over.
func afterTransfer(c *role.Catalog, from role.Name) (role.Name, bool) {
	for _, r := range c.Roles() {
		raises := slices.ContainsFunc(r.Manages, func(n role.Name) bool { return !c.Manages(from, n) })
		if r.Name != from && c.Manages(from, r.Name) && c.Covers(from, r.Name) && !raises {
			return r.Name, true
		}
	}
	return "", false
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
