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

func (c DeclareAttribute) resolve(*proposal) (Change, error) { return c, checkTyped(c.Type) }

func (c DeclareAttribute) apply(s *state, _ time.Time) error {
	if _, exists := s.directory().Schema().Position(c.Attribute); exists {
		return fmt.Errorf("attribute %q %w", c.Attribute, ErrTaken)
	}
	return s.redeclare(c.Attribute, c.Type)
}

// RetypeAttribute gives an attribute another type. The values that accounts
// have of it are dropped. No filter may read it.
type RetypeAttribute struct {
	Attribute string `json:"attribute"`
	Type      string `json:"type"`
}

func (c RetypeAttribute) resolve(p *proposal) (Change, error) {
	a, err := p.attribute(c.Attribute)
	if err != nil {
		return nil, err
	}
	if a.Type.String() == c.Type {
		return nil, ErrNoChange
	}
	return c, checkTyped(c.Type)
}

func (c RetypeAttribute) apply(s *state, _ time.Time) error {
	if _, err := s.attribute(c.Attribute); err != nil {
		return err
	}
	return s.redeclare(c.Attribute, c.Type)
}

// DropAttribute drops an attribute and the values that accounts have of it. No
// filter may read it.
type DropAttribute struct {
	Attribute string `json:"attribute"`
}

func (c DropAttribute) resolve(p *proposal) (Change, error) {
	_, err := p.attribute(c.Attribute)
	return c, err
}

func (c DropAttribute) apply(s *state, _ time.Time) error {
	if _, err := s.attribute(c.Attribute); err != nil {
		return err
	}
	return s.redeclare(c.Attribute, "")
}

// checkTyped refuses a change without a type, which would drop the attribute
// under another name. There are logs with such changes.
func checkTyped(typeName string) error {
	if typeName == "" {
		return fmt.Errorf("the type %w: it is empty", ErrInvalid)
	}
	return nil
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
// it if the type is "". The values that accounts have of it are dropped.
func (s *state) redeclare(name, typeName string) error {
	for g := range s.directory().Groups() {
		if slices.Contains(g.Filter.Reads(), name) {
			return fmt.Errorf("%w: data group %q", ErrAttributeUsed, g.ID)
		}
	}
	declared := document.AttributesOf(s.directory().Schema().Attributes())
	delete(declared, name)
	if typeName != "" {
		if _, err := datagroup.ParseType(typeName); err != nil {
			return invalid("the type", err)
		}
		declared[name] = typeName
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
