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

// WithNonsense returns a change with nonsense in every outcome field.
func WithNonsense(t testing.TB, c Change) Change {
	t.Helper()
	v := reflect.New(reflect.TypeOf(c)).Elem()
	v.Set(reflect.ValueOf(c))
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Anonymous && strings.HasSuffix(f.Name, "Outcome") {
			fillNonsense(t, v.Field(i))
		}
	}
	return v.Interface().(Change)
}

// fillNonsense sets a value, and everything in it, to something that nobody has.
func fillNonsense(t testing.TB, v reflect.Value) {
	t.Helper()
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		*value = time.Date(1999, 9, 9, 9, 9, 9, 9, time.FixedZone("nowhere", 99))
		return
	case *access.Resource:
		*value = access.Report("nonsense")
		return
	case *access.Level:
		*value = access.Creator
		return
	case *map[string]datagroup.Value:
		*value = map[string]datagroup.Value{"country": datagroup.Text("nonsense")}
		return
	case *audit.Hash:
		*value = audit.Hash{9, 9, 9}
		return
	case *invite.Secret:
		s, err := invite.NewSecret(strings.NewReader(strings.Repeat("nonsense", 9)))
		if err != nil {
			t.Fatal(err)
		}
		*value = s
		return
	case *invite.Digest:
		s, err := invite.NewSecret(strings.NewReader(strings.Repeat("nonsense", 9)))
		if err != nil {
			t.Fatal(err)
		}
		*value = s.Digest(invite.Claim{Purpose: invite.ForLink, Company: "n", ID: "n", Generation: 1})
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("nonsense")
	case reflect.Int:
		v.SetInt(99)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			fillNonsense(t, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fillNonsense(t, v.Field(i))
		}
	default:
		t.Fatalf("there is no nonsense for a %v", v.Type())
	}
}
