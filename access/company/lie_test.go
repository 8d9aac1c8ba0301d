package company

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
)

// Lie is a recorded change of which one part of one outcome is another one.
type Lie struct {
	Field  string // as the log names it, such as "reports.first"
	Change audit.Change
}

// Lies returns a change with each part of each outcome changed: every field,
// every element of a list and every field of it, one element less, one more, and
// two exchanged. Parts has the fields that have a value in the truth.
func Lies(t testing.TB, truth audit.Change) (lies []Lie, parts []string) {
	t.Helper()
	for n := 0; ; n++ {
		c, err := parseRecord(truth)
		if err != nil {
			t.Fatal(err)
		}
		v := reflect.New(reflect.TypeOf(c)).Elem()
		v.Set(reflect.ValueOf(c))
		l := liar{t: t, at: n}
		l.outcomes(v)
		if l.field == "" {
			return lies, l.parts
		}
		data, err := encode(v.Interface())
		if err != nil {
			t.Fatalf("%s: %v", l.field, err)
		}
		lies = append(lies, Lie{l.field, audit.Change{Type: truth.Type, Version: truth.Version, Data: data}})
	}
}

// liar makes the lie with a number.
type liar struct {
	t     testing.TB
	at    int // how many come before it
	field string
	parts []string
}

// tell tells the lie if it is its turn.
func (l *liar) tell(field string, lie func()) {
	if l.at == 0 {
		l.field = field
		lie()
	}
	l.at--
}

// outcomes goes through the outcomes of a change.
func (l *liar) outcomes(v reflect.Value) {
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Anonymous && strings.HasSuffix(f.Name, "Outcome") {
			l.fields("", v.Field(i))
		}
	}
}

func (l *liar) fields(at string, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || f.Type == reflect.TypeFor[Impact]():
		case f.Anonymous && name == "":
			l.fields(at, v.Field(i))
		default:
			l.value(strings.TrimPrefix(at+"."+name, "."), v.Field(i))
		}
	}
}

func (l *liar) value(at string, v reflect.Value) {
	if !v.IsZero() {
		l.parts = append(l.parts, at)
	}
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		l.tell(at, func() { *value = value.Add(time.Hour) })
		return
	case *access.Resource:
		l.tell(at, func() { *value = access.Report("nonsense") })
		return
	case *access.Level:
		l.tell(at, func() {
			if *value == access.Creator {
				*value = access.Viewer
			} else {
				*value = access.Creator
			}
		})
		return
	case *map[string]datagroup.Value:
		l.tell(at, func() { fillNonsense(l.t, v) })
		return
	case *invite.Digest, *audit.Hash:
		l.tell(at, func() { fillNonsense(l.t, v) })
		return
	}
	switch v.Kind() {
	case reflect.String:
		l.tell(at, func() { v.SetString(v.String() + "x") })
	case reflect.Int:
		l.tell(at, func() { v.SetInt(v.Int() + 1) })
		l.tell(at, func() { v.SetInt(v.Int() - 1) })
	case reflect.Bool:
		l.tell(at, func() { v.SetBool(!v.Bool()) })
	case reflect.Slice:
		l.list(at, v)
	case reflect.Struct:
		l.fields(at, v)
	default:
		l.t.Fatalf("%s: there is no lie about a %v", at, v.Type())
	}
}

func (l *liar) list(at string, v reflect.Value) {
	for i := range v.Len() {
		l.value(at, v.Index(i))
	}
	l.tell(at, func() {
		more := reflect.New(v.Type().Elem()).Elem()
		fillNonsense(l.t, more)
		v.Set(reflect.Append(v, more))
	})
	if v.Len() > 0 {
		l.tell(at, func() { v.Set(v.Slice(0, v.Len()-1)) })
		l.tell(at, func() { v.Set(reflect.AppendSlice(v, v.Slice(0, 1))) })
	}
	if v.Len() > 1 {
		l.tell(at, func() { reflect.Swapper(v.Interface())(0, 1) })
	}
}

// OutcomeFields returns the names of all outcome fields of a type of change, as
// the log has them.
func OutcomeFields(c Change) []string {
	l := liar{at: -1}
	v := reflect.New(reflect.TypeOf(c)).Elem()
	l.all("", v, true)
	return l.parts
}

func (l *liar) all(at string, v reflect.Value, outer bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch outcome := f.Anonymous && strings.HasSuffix(f.Name, "Outcome"); {
		case outer && !outcome || name == "-" || f.Type == reflect.TypeFor[Impact]():
		case f.Anonymous && name == "":
			l.all(at, v.Field(i), false)
		default:
			name = strings.TrimPrefix(at+"."+name, ".")
			l.parts = append(l.parts, name)
			l.element(name, f.Type)
		}
	}
}

// element goes into what a field consists of.
func (l *liar) element(at string, of reflect.Type) {
	if of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	opaque := []reflect.Type{reflect.TypeFor[time.Time](), reflect.TypeFor[access.Resource](), reflect.TypeFor[invite.Digest]()}
	for _, o := range opaque {
		if of == o {
			return
		}
	}
	if of.Kind() == reflect.Struct {
		l.all(at, reflect.New(of).Elem(), false)
	}
}
