package datagroup

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"strconv"

	"github.com/ambit-authz/ambit/internal/text"
)

// AccountID names an account within a company. Equality is by byte.
type AccountID string

// Account is a unit of data from a connected source, the finest grain at which
// data is granted: its id, its source and its values under a schema. The zero
// Account has no id and matches no filter.
type Account struct {
	id     AccountID
	source string
	schema *Schema
	values []Value // by position from namePosition on, up to the last present one
}

// Account returns the account with that id, source and values. The map may hold
// "name" and the declared attributes; one that is not in it, or has the zero
// Value, is missing. The map is not kept.
//
// The error joins an [*Error] for every problem, in a fixed order:
// [ErrRequired] for an empty id or source, [ErrUnknownAttribute] or
// [ErrBelowAccount] (with a suggestion), [ErrName] for id or source among the
// values, [ErrType], [ErrNumber], [ErrText] or [ErrTooLong].
func (s *Schema) Account(id AccountID, source string, values map[string]Value) (Account, error) {
	var room [firstDeclared + linear]Value
	row, err := s.Row(room[:0], id, source, values)
	if err != nil {
		return Account{}, err
	}
	return Account{id: id, source: source, schema: s, values: slices.Clone(row[namePosition:])}, nil
}

// Row returns the values that [Schema.Account] would give an account, each at its
// position, up to the last that is present. It writes them into the space of
// row, from its beginning, so that a store can look at many accounts and make
// few. The error is that of Account; what is in the row then says nothing.
func (s *Schema) Row(row []Value, id AccountID, source string, values map[string]Value) ([]Value, error) {
	if len(values) > s.Len() {
		return nil, &Error{Op: "account", ID: string(id), Text: strconv.Itoa(len(values)) + " values are more than there are attributes", Err: ErrTooLong}
	}
	row = append(row[:0], Text(string(id)), Text(source))
	problems := checkKeys(row)
	for name, v := range values {
		var e *Error
		if row, e = s.place(row, name, v); e != nil {
			problems = append(problems, e)
		}
	}
	return row, join("account", id, problems)
}

// checkKeys returns what is wrong with the id and source that row begins with.
func checkKeys(row []Value) []*Error {
	var problems []*Error
	for pos, v := range row {
		problem, err := checkString(v.text)
		if v.text == "" {
			problem, err = "it is empty", ErrRequired
		}
		if err != nil {
			problems = append(problems, &Error{Text: "attribute " + text.Quote(builtIn[pos].Name) + ": " + problem, Err: err})
		}
	}
	return problems
}

// place puts v in row as the value of the attribute called name, or returns why
// it cannot be. The text of the problem begins with the name.
func (s *Schema) place(row []Value, name string, v Value) ([]Value, *Error) {
	pos, ok := s.Position(name)
	if !ok {
		e := s.unknown("", name)
		e.Text = "attribute " + text.Quote(name) + ": " + e.Text
		return row, e
	}
	if pos < namePosition {
		return row, &Error{Text: "attribute " + text.Quote(name) + ": pass it beside the values, not among them", Err: ErrName}
	}
	if v.IsMissing() {
		return row, nil
	}
	if want := s.At(pos).Type; v.typ != want {
		return row, &Error{Text: "attribute " + text.Quote(name) + ": it is of type " + want.String() + ", and the value of type " + v.typ.String(), Err: ErrType}
	}
	if problem, err := v.check(); err != nil {
		return row, &Error{Text: "attribute " + text.Quote(name) + ": " + problem, Err: err}
	}
	if pos >= len(row) {
		row = append(row, make([]Value, pos+1-len(row))...)
	}
	row[pos] = v
	return row, nil
}

// join adds to problems what they are about, orders them by their text, which
// begins with the attribute, and joins them; nil for none.
func join(op string, id AccountID, problems []*Error) error {
	if problems == nil {
		return nil
	}
	slices.SortStableFunc(problems, func(a, b *Error) int { return cmp.Compare(a.Text, b.Text) })
	errs := make([]error, len(problems))
	for i, e := range problems {
		e.Op, e.ID = op, string(id)
		errs[i] = e
	}
	return errors.Join(errs...)
}

// ID returns the id, and "" for the zero Account only.
func (a Account) ID() AccountID { return a.id }

// Source returns the source the account comes from.
func (a Account) Source() string { return a.source }

// Value returns the value of the attribute called name, built-in ones included;
// missing also if the account's schema has no such attribute.
func (a Account) Value(name string) Value {
	pos, ok := a.schema.Position(name)
	if !ok {
		return Value{}
	}
	return a.At(pos)
}

// At returns the value at a position of the account's schema, as
// [Schema.Position] gives it; missing outside the schema. It costs no lookup.
func (a Account) At(pos int) Value {
	var key Value
	return *a.at(pos, &key)
}

// at returns where the value is, so that matching copies none: within a, or in
// key, a zero Value that the id and source are written to.
func (a *Account) at(pos int, key *Value) *Value {
	switch {
	case pos >= namePosition && pos-namePosition < len(a.values):
		return &a.values[pos-namePosition]
	case pos == idPosition && a.id != "":
		*key = Text(string(a.id))
	case pos == sourcePosition && a.source != "":
		*key = Text(a.source)
	}
	return key
}

// Values yields the present values with their names: name first, then the
// declared attributes sorted by name; not id and source.
func (a Account) Values() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for i, v := range a.values {
			if !v.IsMissing() && !yield(a.schema.At(namePosition+i).Name, v) {
				return
			}
		}
	}
}

// With returns an account like a under another id, and unless values is nil, with
// these values by position from that of name on. It keeps the slice, allocates
// nothing and checks nothing: each value must be one that an account of the
// schema may have there. It is for those who keep many accounts that are alike,
// and what these share only once.
func (a Account) With(id AccountID, values []Value) Account {
	a.id = id
	if values != nil {
		a.values = values
	}
	return a
}

// Rebind returns the same account under schema s. The zero Account stays as it
// is.
//
// The error joins an [*Error] for every present value that s has no place for:
// [ErrUnknownAttribute] or [ErrBelowAccount] for an attribute that is gone,
// [ErrType] for one of another type.
func (a Account) Rebind(s *Schema) (Account, error) {
	if a.schema == s || a.id == "" {
		return a, nil
	}
	row := []Value{Text(string(a.id)), Text(a.source)}
	var problems []*Error
	for name, v := range a.Values() {
		var e *Error
		if row, e = s.place(row, name, v); e != nil {
			problems = append(problems, e)
		}
	}
	if err := join("rebind", a.id, problems); err != nil {
		return Account{}, err
	}
	return Account{id: a.id, source: a.source, schema: s, values: slices.Clone(row[namePosition:])}, nil
}
