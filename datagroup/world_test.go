package datagroup_test

import (
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
)

// world is the schema most tables are written over.
func world(t testing.TB) *datagroup.Schema {
	t.Helper()
	return schema(t, "country string", "spend number", "labels labels")
}

// schema declares attributes written as "name type".
func schema(t testing.TB, attrs ...string) *datagroup.Schema {
	t.Helper()
	var declared []datagroup.Attribute
	for _, text := range attrs {
		declared = append(declared, attribute(t, text))
	}
	s, err := datagroup.NewSchema(declared...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t testing.TB, s *datagroup.Schema, text string) datagroup.Filter {
	t.Helper()
	f, err := s.Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return f
}

// row is the values of an account: string, float64 or []string. id and source
// may be among them.
type row map[string]any

// account makes an account of s from r, with id "acc-1" and source "google"
// unless r says otherwise.
func account(t testing.TB, s *datagroup.Schema, r row) datagroup.Account {
	t.Helper()
	id, source := "acc-1", "google"
	values := make(map[string]datagroup.Value)
	for name, v := range r {
		switch v := v.(type) {
		case string:
			switch name {
			case "id":
				id = v
			case "source":
				source = v
			default:
				values[name] = datagroup.Text(v)
			}
		case float64:
			values[name] = datagroup.Number(v)
		case []string:
			values[name] = datagroup.Labels(v...)
		default:
			t.Fatalf("a row with a %T", v)
		}
	}
	a, err := s.Account(datagroup.AccountID(id), source, values)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// problems returns the *Errors that err is or joins, in order.
func problems(t testing.TB, err error) []*datagroup.Error {
	t.Helper()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*datagroup.Error
		for _, e := range joined.Unwrap() {
			all = append(all, problems(t, e)...)
		}
		return all
	}
	var e *datagroup.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v (%T) is not a *datagroup.Error", err, err)
	}
	return []*datagroup.Error{e}
}
