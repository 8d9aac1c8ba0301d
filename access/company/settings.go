package company

import (
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
)

// Limits bounds a company. The zero Limits bound nothing.
type Limits struct {
	// Seats bounds the users not removed, suspended and ended ones included,
	// together with the invitations that can still be accepted. 0 is any number.
	Seats int `json:"seats,omitempty"`
}

func (l Limits) check() error {
	if l.Seats < 0 {
		return fmt.Errorf("a limit of %d seats %w", l.Seats, ErrInvalid)
	}
	return nil
}

// within returns limits as far as others do not go lower.
func (l Limits) within(sold Limits) Limits {
	if l.Seats == 0 || sold.Seats > 0 && sold.Seats < l.Seats {
		l.Seats = sold.Seats
	}
	return l
}

// maxCompanyName is the length of a company's name, and of its id, in bytes.
const maxCompanyName = 200

// checkName refuses what a company may not be called: an invitation shows its
// name to strangers.
func checkName(name string) error {
	if name == "" {
		return fmt.Errorf("the company name %w: it is empty", ErrInvalid)
	}
	if err := text.Line(name, maxCompanyName); err != nil {
		return fmt.Errorf("the company name %w: it %w", ErrInvalid, err)
	}
	return nil
}

// checkID refuses what the id of a company may not be.
func checkID(id string) error {
	err := text.ID(id)
	if err == nil {
		err = text.Line(id, maxCompanyName)
	}
	if err != nil {
		return fmt.Errorf("the company id %w: it %w", ErrInvalid, err)
	}
	return nil
}

// SetCompanyName gives the company another name.
type SetCompanyName struct {
	Name string `json:"name"`
}

func (c SetCompanyName) resolve(p *proposal) (Change, error) {
	if c.Name == p.name {
		return nil, ErrNoChange
	}
	return c, checkName(c.Name)
}

func (c SetCompanyName) apply(s *state, _ time.Time) error {
	if err := checkName(c.Name); err != nil {
		return err
	}
	s.name = c.Name
	return nil
}

// SetLimits changes the limits of the company. What is left out stays.
type SetLimits struct {
	Seats Optional[int] `json:"seats,omitzero"` // see [Limits]; taken away, there is no limit
	SetLimitsOutcome
}

// SetLimitsOutcome is the outcome of [SetLimits].
type SetLimitsOutcome struct {
	From Limits `json:"from,omitzero"` // the limits before
}

func (c SetLimits) resolve(p *proposal) (Change, error) {
	next, err := c.edited(p.limits)
	if err == nil && next == p.limits {
		err = ErrNoChange
	}
	n, _ := c.Seats.Get()
	if sold := p.company.config.Limits.Seats; err == nil && sold > 0 && n > sold {
		err = fmt.Errorf("a limit of %d seats %w: the host allows %d", n, ErrInvalid, sold)
	}
	return c, err
}

// edited returns the limits as they are afterwards. In [Limits] no seats are any
// number of them, which here must be said.
func (c SetLimits) edited(l Limits) (Limits, error) {
	if n, ok := c.Seats.Get(); ok && n < 1 {
		return l, fmt.Errorf("a limit of %d seats %w: to lift the limit, take it away with None", n, ErrInvalid)
	}
	l.Seats = c.Seats.or(l.Seats)
	return l, nil
}

func (c SetLimits) derive(s *state, _ origin) (Change, error) {
	c.SetLimitsOutcome = SetLimitsOutcome{s.limits}
	return c, nil
}

func (c SetLimits) apply(s *state, at time.Time) error {
	next, err := c.edited(s.limits)
	if err != nil {
		return err
	}
	if taken := s.seatsTaken(at); next.Seats > 0 && next.Seats < taken {
		return fmt.Errorf("%w: %d are taken", ErrSeats, taken)
	}
	s.limits = next
	return nil
}

// ReplaceCatalog replaces the role catalog. Only a system may. Every role that
// a user has must be in the new one, with its holders within their bounds, and
// every role that a pending invitation offers. Links end for good if the new
// catalog has no such kind any more, or another link action for it.
type ReplaceCatalog struct {
	Roles []role.Role `json:"roles"`
	Kinds []role.Kind `json:"kinds,omitempty"` // nil is none: those of the old catalog do not stay
	ReplaceCatalogOutcome
}

// ReplaceCatalogOutcome is the outcome of [ReplaceCatalog].
type ReplaceCatalogOutcome struct {
	Links Bounded[access.LinkID] `json:"links,omitzero"` // that ended, in byte order
}

func (c ReplaceCatalog) resolve(p *proposal) (Change, error) {
	catalog, err := role.NewCatalog(c.Roles, c.Kinds...)
	if err != nil {
		return nil, invalid("the catalog", err)
	}
	if catalog.Equal(p.directory().Catalog()) {
		return nil, ErrNoChange
	}
	c.Roles, c.Kinds = catalog.Roles(), catalog.Kinds()
	return c, nil
}

func (c ReplaceCatalog) derive(s *state, _ origin) (Change, error) {
	catalog, err := role.NewCatalog(c.Roles, c.Kinds...)
	if err != nil {
		return nil, invalid("the catalog", err)
	}
	e := s.policy.Edit()
	e.SetCatalog(catalog)
	next, err := e.Policy()
	if err != nil {
		return c, nil // apply refuses it as well
	}
	return c, boundInto(&c.Links, linkIDs(func(yield func(access.ShareLink) bool) {
		for l := range s.directory().Links() {
			if now, _ := next.Directory().Link(l.ID); now.Ended && !l.Ended && !yield(l) {
				return
			}
		}
	}))
}

func (c ReplaceCatalog) apply(s *state, _ time.Time) error {
	catalog, err := role.NewCatalog(c.Roles, c.Kinds...)
	if err != nil {
		return invalid("the catalog", err)
	}
	if err := s.edit(func(e *access.Edit) { e.SetCatalog(catalog) }); err != nil {
		return err
	}
	for _, r := range c.Roles {
		all, lasting := s.directory().Holders(r.Name)
		if lasting < r.MinHolders {
			return fmt.Errorf("%w: role %q", ErrLastHolder, r.Name)
		}
		if r.MaxHolders > 0 && all > r.MaxHolders {
			return fmt.Errorf("%w: role %q", ErrRoleFull, r.Name)
		}
	}
	for i := range s.invitations.pending() {
		if _, ok := catalog.Role(i.Terms.Role); !ok {
			return fmt.Errorf("role %q, which invitation %s offers, %w in the new catalog", i.Terms.Role, i.ID, ErrUnknown)
		}
	}
	return nil
}

func (c ReplaceCatalog) clone() Change {
	c.Roles = slices.Clone(c.Roles)
	for i := range c.Roles {
		c.Roles[i].Capabilities = slices.Clone(c.Roles[i].Capabilities)
		c.Roles[i].Manages = slices.Clone(c.Roles[i].Manages)
	}
	c.Kinds = slices.Clone(c.Kinds)
	for i := range c.Kinds {
		c.Kinds[i].Actions = slices.Clone(c.Kinds[i].Actions)
	}
	return c
}
