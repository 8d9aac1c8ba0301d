package access

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
)

// SetAttributes declares the account attributes, each with its type as a
// document has it, in place of those declared before. An attribute that an
// account has a value for, or a filter reads, must stay as it is.
func (e *Edit) SetAttributes(declared map[string]string) {
	e.setAttributes(e.change("set attributes", ""), declared)
}

func (e *Edit) setAttributes(c *check, declared map[string]string) {
	var attributes []datagroup.Attribute
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		t, err := datagroup.ParseType(declared[name])
		if c.fail(name, err) {
			c.undeclare(name)
			continue
		}
		attributes = append(attributes, datagroup.Attribute{Name: name, Type: t})
	}
	schema, err := datagroup.NewSchema(attributes...)
	for _, err := range unjoin(err) {
		field := ""
		if e := (*datagroup.Error)(nil); errors.As(err, &e) {
			field = e.ID
		}
		c.fail(field, err)
		c.undeclare(field)
		for i := 0; field == "" && i < len(attributes); i++ { // there are too many
			c.undeclare(attributes[i].Name)
		}
	}
	if err != nil && c.loader != nil { // with the sound ones, as what else is wrong is told, too
		schema, err = datagroup.NewSchema(c.loader.declared(attributes)...)
	}
	if err == nil && e.keepsRead(c, schema) {
		c.fail("", e.w.PutSchema(schema))
	}
}

// keepsRead reports whether a schema has every attribute that a filter reads,
// as it was.
func (e *Edit) keepsRead(c *check, schema *datagroup.Schema) bool {
	for _, g := range persist.All(&e.w.Groups) {
		for _, name := range g.Filter.Reads() {
			old, _ := e.w.Schema.Position(name)
			now, declared := schema.Position(name)
			if !declared || schema.At(now) != e.w.Schema.At(old) {
				return !c.fail(name, fmt.Errorf("change of attribute %q %w: data group %q reads it", name, ErrInvalid, g.ID))
			}
		}
	}
	return true
}

// SetAccount connects an account, or replaces its source and all its values.
// The values must fit the attributes of the policy, which may have changed in
// this Edit.
func (e *Edit) SetAccount(a document.Account) { e.setAccount(e.change("set account", a.ID), a) }

func (e *Edit) setAccount(c *check, a document.Account) {
	if !c.named("account", a.ID, e.w.Accounts.Get(a.ID) != nil) {
		return
	}
	row, err := e.w.Schema.Row(e.row, datagroup.AccountID(a.ID), a.Source, c.declaredValues(a.Values))
	for _, err := range unjoin(err) {
		c.fail("", err)
	}
	switch {
	case c.stops("account", a.ID):
		return
	case c.loader != nil:
		e.w.AddAccount(row)
	default:
		e.w.PutAccount(row)
	}
	e.row = row
}

// RemoveAccount disconnects an account. It may be connected again under its id.
func (e *Edit) RemoveAccount(id datagroup.AccountID) {
	c := e.change("remove account", string(id))
	if a := e.w.Accounts.Get(string(id)); a != nil {
		e.w.RemoveAccount(a.No)
		return
	}
	c.fail("", unknown("account", string(id), nil))
}

// unjoin returns the errors that err joins, or err itself.
func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
