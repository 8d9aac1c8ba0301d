package company

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
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
		return fmt.Errorf("%w: %d seats", ErrInvalid, l.Seats)
	}
	return nil
}

// maxCompanyName is the length of a company's name in bytes.
const maxCompanyName = 200

func checkCompanyName(name string) error {
	if name == "" {
		return fmt.Errorf("%w: the company needs a name", ErrInvalid)
	}
	if err := text.Line(name, maxCompanyName); err != nil {
		return fmt.Errorf("%w: company name %s %w", ErrInvalid, text.Quote(name), err)
	}
	return nil
}

// SetCompanyName gives the company another name.
type SetCompanyName struct {
	Name string `json:"name"`
}

func (c SetCompanyName) change() about     { return about{kind: "company.set-name"} }
func (c SetCompanyName) targets() []string { return []string{access.Company().String()} }

func (c SetCompanyName) asks(*draft) []question {
	return []question{{access.EditCompany, access.Company()}}
}

func (c SetCompanyName) judge(d *draft) (Change, error) {
	if c.Name == d.name {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c SetCompanyName) apply(d *draft) error {
	d.name = c.Name
	return checkCompanyName(c.Name)
}

// SetLimits replaces the limits of the company.
type SetLimits struct {
	Limits Limits `json:"limits"`
}

func (c SetLimits) change() about     { return about{kind: "company.set-limits"} }
func (c SetLimits) targets() []string { return []string{access.Company().String()} }

func (c SetLimits) asks(*draft) []question {
	return []question{{access.EditCompany, access.Company()}}
}

func (c SetLimits) judge(d *draft) (Change, error) {
	if c.Limits == d.limits {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c SetLimits) apply(d *draft) error {
	if s, taken := c.Limits.Seats, d.taken(d.at); s > 0 && s < taken {
		return fmt.Errorf("%w: %d are taken", ErrSeats, taken)
	}
	d.limits = c.Limits
	return c.Limits.check()
}

// taken returns how many seats are taken at an instant.
func (s *state) taken(at time.Time) int {
	n := s.invitations.live(at)
	for _, r := range s.policy.Directory().Catalog().Roles() {
		all, _ := s.policy.Directory().Holders(r.Name)
		n += all
	}
	return n
}

// ReplaceCatalog replaces the role catalog. Only a system may. Every role that
// a user has must be in the new one, with its holders within their bounds, and
// every role that a pending invitation offers.
type ReplaceCatalog struct {
	Roles []role.Role `json:"roles"`
}

func (c ReplaceCatalog) change() about          { return about{kind: "catalog.replace", system: true} }
func (c ReplaceCatalog) asks(*draft) []question { return nil }
func (c ReplaceCatalog) targets() []string      { return []string{access.Company().String()} }

func (c ReplaceCatalog) judge(d *draft) (Change, error) {
	catalog, err := role.NewCatalog(c.Roles...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if catalog.Equal(d.policy.Directory().Catalog()) {
		return nil, ErrNoChange
	}
	c.Roles = catalog.Roles()
	return c, nil
}

func (c ReplaceCatalog) apply(d *draft) error {
	catalog, err := role.NewCatalog(c.Roles...)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := d.edit(func(e *access.Edit) { e.SetCatalog(catalog) }); err != nil {
		return err
	}
	for _, r := range c.Roles {
		all, lasting := d.policy.Directory().Holders(r.Name)
		if lasting < r.MinHolders {
			return fmt.Errorf("%w: %s", ErrLastHolder, r.Name)
		}
		if r.MaxHolders > 0 && all > r.MaxHolders {
			return fmt.Errorf("%w: %s", ErrRoleFull, r.Name)
		}
	}
	for i := range d.invitations.pending() {
		if _, ok := catalog.Role(i.Terms.Role); !ok {
			return fmt.Errorf("%w: role %q, which invitation %s offers", ErrUnknown, i.Terms.Role, i.ID)
		}
	}
	return nil
}

func (c ReplaceCatalog) own() Change {
	c.Roles = slices.Clone(c.Roles)
	for i := range c.Roles {
		c.Roles[i].Capabilities = slices.Clone(c.Roles[i].Capabilities)
		c.Roles[i].Manages = slices.Clone(c.Roles[i].Manages)
	}
	return c
}

// founded is the first change of every log: the company as it began.
type founded struct {
	Company  string          `json:"company"`
	Name     string          `json:"name"`
	Limits   Limits          `json:"limits,omitzero"`
	Document json.RawMessage `json:"document"`
}

func (c founded) change() about                { return about{kind: "company.found"} }
func (c founded) asks(*draft) []question       { return nil }
func (c founded) targets() []string            { return []string{access.Company().String()} }
func (c founded) judge(*draft) (Change, error) { return c, nil }

func (c founded) apply(d *draft) error {
	if d.policy != nil {
		return fmt.Errorf("%w: the company is founded twice", ErrBroken)
	}
	if err := checkCompanyName(c.Name); err != nil {
		return err
	}
	if err := text.ID(c.Company); err != nil {
		return fmt.Errorf("%w: company id %s %w", ErrInvalid, text.Quote(c.Company), err)
	}
	policy, err := access.Load(c.Document, &access.Config{Now: d.co.now})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	d.id, d.name, d.limits, d.policy = c.Company, c.Name, c.Limits, policy
	if c.Limits.Seats > 0 && d.taken(d.at) > c.Limits.Seats {
		return ErrSeats
	}
	return c.Limits.check()
}

// compact returns a document as the log keeps it.
func compact(d *document.Document) (json.RawMessage, error) {
	data, err := d.JSON()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
