package company

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Optional is a field of a change that edits something. The zero Optional is
// left out: what is there stays as it is. [To] sets a value, and [None] takes
// away what is there.
//
//	company.EditTeam{Team: "west", Name: company.To("US west")} // the description stays
//
// In the log it is absent, a value, or null.
type Optional[T any] struct {
	value T
	is    presence
}

// presence is what an [Optional] says about its field.
type presence uint8

const (
	leftOut presence = iota
	given
	taken
)

// To returns a field that is to become v.
func To[T any](v T) Optional[T] { return Optional[T]{v, given} }

// None returns a field that is to be taken away: the end of access, so that it
// has none from now on, or a name.
func None[T any]() Optional[T] { return Optional[T]{is: taken} }

// IsZero reports whether the field is left out.
func (o Optional[T]) IsZero() bool { return o.is == leftOut }

// Get returns the value that is to be set, and whether there is one. It is the
// zero value for a field that is left out or taken away.
func (o Optional[T]) Get() (T, bool) { return o.value, o.is == given }

// IsNone reports whether the field is to be taken away.
func (o Optional[T]) IsNone() bool { return o.is == taken }

// or returns what becomes of a field that is old now.
func (o Optional[T]) or(old T) T {
	if o.is == leftOut {
		return old
	}
	return o.value
}

// orNone returns a text to be set, and a field to be taken away for an empty one:
// both say the same, and are recorded alike.
func orNone(o Optional[string]) Optional[string] {
	if text, ok := o.Get(); ok && text == "" {
		return None[string]()
	}
	return o
}

// endIn returns the end that a field has, as it is kept and recorded. The zero
// time is no end to be set: it comes out of a form that was left empty, too, and
// must lift nothing.
func endIn(o Optional[time.Time]) (Optional[time.Time], error) {
	until, ok := o.Get()
	switch {
	case !ok:
		return o, nil
	case until.IsZero():
		return o, fmt.Errorf("the end %w: it is the zero time; to lift an end, take it away with None", ErrInvalid)
	}
	return To(end(until)), nil
}

// MarshalJSON writes the value, and null for a field that is taken away. A field
// that is left out is for its struct to omit.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if o.is != given {
		return []byte("null"), nil
	}
	return encode(o.value)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		*o = None[T]()
		return nil
	}
	*o = Optional[T]{is: given}
	return json.Unmarshal(data, &o.value)
}
