package company

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

// DeclareAttribute declares an account attribute. No account has it yet.
type DeclareAttribute struct {
	Attribute string `json:"attribute"`
	Type      string `json:"type"` // as package datagroup names it
}

func (c DeclareAttribute) change() about     { return about{kind: "attribute.declare"} }
func (c DeclareAttribute) targets() []string { return []string{"attribute:" + c.Attribute} }
func (c DeclareAttribute) asks(*draft) []question {
	return []question{{access.AddSource, access.Company()}}
}

func (c DeclareAttribute) judge(*draft) (Change, error) { return c, nil }

func (c DeclareAttribute) apply(d *draft) error {
	if _, exists := d.policy.Directory().Schema().Position(c.Attribute); exists {
		return fmt.Errorf("%w: attribute %q", ErrTaken, c.Attribute)
	}
	return d.redeclare(c.Attribute, c.Type)
}

// RetypeAttribute gives an attribute another type. The values that accounts
// have of it are dropped. No filter may read it.
type RetypeAttribute struct {
	Attribute string `json:"attribute"`
	Type      string `json:"type"`
}

func (c RetypeAttribute) change() about     { return about{kind: "attribute.retype"} }
func (c RetypeAttribute) targets() []string { return []string{"attribute:" + c.Attribute} }
func (c RetypeAttribute) asks(*draft) []question {
	return []question{{access.AddSource, access.Company()}}
}

func (c RetypeAttribute) judge(d *draft) (Change, error) {
	a, err := d.attribute(c.Attribute)
	if err == nil && a.Type.String() == c.Type {
		err = ErrNoChange
	}
	return c, err
}

func (c RetypeAttribute) apply(d *draft) error {
	if _, err := d.attribute(c.Attribute); err != nil {
		return err
	}
	return d.redeclare(c.Attribute, c.Type)
}

// DropAttribute drops an attribute and the values that accounts have of it. No
// filter may read it.
type DropAttribute struct {
	Attribute string `json:"attribute"`
}

func (c DropAttribute) change() about     { return about{kind: "attribute.drop"} }
func (c DropAttribute) targets() []string { return []string{"attribute:" + c.Attribute} }
func (c DropAttribute) asks(*draft) []question {
	return []question{{access.AddSource, access.Company()}}
}

func (c DropAttribute) judge(d *draft) (Change, error) {
	_, err := d.attribute(c.Attribute)
	return c, err
}

func (c DropAttribute) apply(d *draft) error {
	if _, err := d.attribute(c.Attribute); err != nil {
		return err
	}
	return d.redeclare(c.Attribute, "")
}

// attribute returns a declared attribute.
func (d *draft) attribute(name string) (datagroup.Attribute, error) {
	for _, a := range d.policy.Directory().Schema().Attributes() {
		if a.Name == name {
			return a, nil
		}
	}
	return datagroup.Attribute{}, fmt.Errorf("%w: attribute %q", ErrUnknown, name)
}

// redeclare makes the next policy with an attribute of another type, or without
// it if the type is "". Its values go.
func (d *draft) redeclare(name, typeName string) error {
	for g := range d.policy.Directory().Groups() {
		if slices.Contains(g.Filter.Reads(), name) {
			return fmt.Errorf("%w: data group %q", ErrAttributeUsed, g.ID)
		}
	}
	attributes := slices.DeleteFunc(d.policy.Directory().Schema().Attributes(), func(a datagroup.Attribute) bool { return a.Name == name })
	if typeName != "" {
		t, err := datagroup.ParseType(typeName)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		attributes = append(attributes, datagroup.Attribute{Name: name, Type: t})
	}
	var cleared []datagroup.Account
	for a := range d.policy.Directory().Accounts() {
		if a.Value(name).IsMissing() {
			continue
		}
		values := make(map[string]datagroup.Value)
		for n, v := range a.Values() {
			if n != name {
				values[n] = v
			}
		}
		bare, err := d.policy.Directory().Schema().Account(a.ID(), a.Source(), values)
		if err != nil {
			return err
		}
		cleared = append(cleared, bare)
	}
	return d.edit(func(e *access.Edit) {
		for _, a := range cleared {
			e.SetAccount(a)
		}
		e.SetAttributes(attributes...)
	})
}
