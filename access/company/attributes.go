package company

import (
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// DeclareAttribute declares an account attribute. No account has it yet.
type DeclareAttribute struct {
	Attribute string `json:"attribute"`
	Type      string `json:"type"` // as package datagroup names it
}

func (c DeclareAttribute) resolve(p *proposal) (Change, error) {
	a, err := p.attribute(c.Attribute)
	return c, p.repeated(err == nil && a.Type.String() == c.Type, nil) // apply says that it is taken
}

func (c DeclareAttribute) apply(s *state, _ time.Time) error {
	if _, exists := s.directory().Schema().Position(c.Attribute); exists {
		return fmt.Errorf("attribute %q %w", c.Attribute, ErrTaken)
	}
	t, err := attributeType(c.Type)
	if err != nil {
		return err
	}
	return s.redeclare(c.Attribute, t)
}

// attributeType reads the type of an attribute. An empty one is none, and would
// drop the attribute.
func attributeType(name string) (datagroup.Type, error) {
	t, err := datagroup.ParseType(name)
	if err != nil {
		err = invalid("the type", err)
	}
	return t, err
}

// RetypeAttribute gives an attribute another type. The values that accounts
// have of it are dropped. No filter may read it.
type RetypeAttribute struct {
	Attribute string `json:"attribute"`
	Type      string `json:"type"` // as package datagroup names it
	RetypeAttributeOutcome
}

// RetypeAttributeOutcome is the outcome of [RetypeAttribute].
type RetypeAttributeOutcome struct {
	From string `json:"from"` // the type before
}

func (c RetypeAttribute) resolve(p *proposal) (Change, error) {
	a, err := p.attribute(c.Attribute)
	if err != nil {
		return nil, err
	}
	if a.Type.String() == c.Type {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c RetypeAttribute) derive(s *state, _ origin) (Change, error) {
	a, err := s.attribute(c.Attribute)
	c.From = a.Type.String()
	return c, err
}

func (c RetypeAttribute) apply(s *state, _ time.Time) error {
	if _, err := s.attribute(c.Attribute); err != nil {
		return err
	}
	t, err := attributeType(c.Type)
	if err != nil {
		return err
	}
	return s.redeclare(c.Attribute, t)
}

// DropAttribute drops an attribute and the values that accounts have of it. No
// filter may read it.
type DropAttribute struct {
	Attribute string `json:"attribute"`
	DropAttributeOutcome
}

// DropAttributeOutcome is the outcome of [DropAttribute].
type DropAttributeOutcome struct {
	Type string `json:"type"` // that the attribute had
}

func (c DropAttribute) resolve(p *proposal) (Change, error) {
	return c, p.toRemove(attribute(c.Attribute))
}

func (c DropAttribute) derive(s *state, _ origin) (Change, error) {
	a, err := s.attribute(c.Attribute)
	c.DropAttributeOutcome = DropAttributeOutcome{a.Type.String()}
	return c, err
}

func (c DropAttribute) apply(s *state, _ time.Time) error {
	if _, err := s.attribute(c.Attribute); err != nil {
		return err
	}
	return s.redeclare(c.Attribute, 0)
}

// attribute returns a declared attribute.
func (s *state) attribute(name string) (datagroup.Attribute, error) {
	for _, a := range s.directory().Schema().Attributes() {
		if a.Name == name {
			return a, nil
		}
	}
	return datagroup.Attribute{}, known(false, "attribute", name)
}

// redeclare makes the next policy with an attribute of another type, or without
// it if the type is 0. The values that accounts have of it are dropped.
func (s *state) redeclare(name string, t datagroup.Type) error {
	for g := range s.directory().Groups() {
		if slices.Contains(g.Filter.Reads(), name) {
			return besides(ErrAttributeUsed, access.KindGroup, ": data group %q", g.ID)
		}
	}
	declared := document.AttributesOf(s.directory().Schema().Attributes())
	delete(declared, name)
	if t != 0 {
		declared[name] = t.String()
	}
	var cleared []document.Account
	for a := range s.directory().Accounts() {
		if !a.Value(name).IsMissing() {
			entry := document.AccountOf(a)
			delete(entry.Values, name)
			cleared = append(cleared, entry)
		}
	}
	return s.edit(func(e *access.Edit) {
		for _, a := range cleared {
			e.SetAccount(a)
		}
		e.SetAttributes(declared)
	})
}
