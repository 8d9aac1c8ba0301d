package company_test

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// TestOutcomesOfACaller tells the story with nonsense in every outcome field of
// every change. What is recorded is the same, to the byte.
func TestOutcomesOfACaller(t *testing.T) {
	s, log := newStoryHost(), audit.NewMemory()
	co := foundStory(t, log, s)
	types := make(map[string]bool)
	for _, sc := range storySteps() {
		for i, change := range sc.changes {
			sc.changes[i] = company.WithNonsense(t, withOtherActor(sc.by, change))
			types[company.LogName(change)] = true
		}
		playStep(t, co, s, sc)
	}
	for _, name := range company.LogNames() {
		if !types[name] {
			t.Errorf("the story has no %s", name)
		}
	}
	var got, want bytes.Buffer
	if err := errors.Join(
		audit.WriteLines(&got, log.Events(t.Context(), 0)),
		audit.WriteLines(&want, playStory(t).log.Events(t.Context(), 0)),
	); err != nil {
		t.Fatal(err)
	}
	lines, wanted := strings.Split(got.String(), "\n"), strings.Split(want.String(), "\n")
	for i := range wanted {
		if i >= len(lines) || lines[i] != wanted[i] {
			t.Fatalf("event %d is recorded as\n%s\nwant\n%s", i+1, lines[min(i, len(lines)-1)], wanted[i])
		}
	}
}

// withOtherActor names somebody else where a change has its actor, if that is a
// user, so that what is there is overwritten.
func withOtherActor(by company.Actor, c company.Change) company.Change {
	if strings.HasPrefix(by.String(), "system ") {
		return c
	}
	v := reflect.New(reflect.TypeOf(c)).Elem()
	v.Set(reflect.ValueOf(c))
	for i := range v.NumField() {
		if slices.Contains(actorFields, v.Type().Field(i).Name) {
			v.Field(i).SetString("nonsense")
		}
	}
	return v.Interface().(company.Change)
}

// Where a change names a user: its actor, if that is a user, or somebody.
var (
	actorFields = []string{"From", "Creator", "Maker"}
	userFields  = []string{"User", "To", "Successor", "TakeOver"}
)

// TestUserFields: what a change says of users is known to be one or the other.
func TestUserFields(t *testing.T) {
	for _, c := range company.ChangeTypes() {
		v := reflect.TypeOf(c)
		for f := range v.Fields() {
			if f.Type == reflect.TypeFor[team.UserID]() && !slices.Contains(actorFields, f.Name) && !slices.Contains(userFields, f.Name) {
				t.Errorf("%v.%s is neither", v, f.Name)
			}
		}
	}
}

// TestOutcome reads outcomes from a receipt.
func TestOutcome(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	r := c.must("ann", company.SetRole{User: "bob", Role: "editor"}, company.CreateTeam{}, company.CreateTeam{Team: "t"})
	if got, ok := company.Outcome[company.SetRole](r); !ok || got.From != "viewer" || got.Role != "editor" {
		t.Errorf("SetRole is %+v, %t", got, ok)
	}
	if got, ok := company.Outcome[company.CreateTeam](r); !ok || got.Team == "" || got.Team == "t" {
		t.Errorf("the first CreateTeam is %+v, %t", got, ok)
	}
	if got, ok := company.Outcome[company.DeleteTeam](r); ok || got.Team != "" {
		t.Errorf("DeleteTeam is %+v, %t", got, ok)
	}
	if got, ok := company.Outcome[company.SetRole](company.Receipt{}); ok || got != (company.SetRole{}) {
		t.Errorf("without changes: %+v, %t", got, ok)
	}
}

// embedded has the methods of a change, and is none.
type embedded struct{ company.SetRole }

// TestNoChange passes values that the compiler takes for changes.
func TestNoChange(t *testing.T) {
	fine := company.SetCompanyName{Name: "Other"}
	for _, tt := range []struct {
		name   string
		change company.Change
		text   string
	}{
		{"nil", nil, "nil is not valid as a change"},
		{"a pointer", &company.SetCompanyName{Name: "Other"}, "a *company.SetCompanyName is not valid as a change: pass the value"},
		{"a pointer to one that needs a reason", &company.SetRole{User: "bob", Role: "editor"}, "a *company.SetRole is not valid"},
		{"a nil pointer", (*company.SetRole)(nil), "a *company.SetRole is not valid as a change: pass the value"},
		{"a nil pointer to one with slices", (*company.ReplaceCatalog)(nil), "a *company.ReplaceCatalog is not valid"},
		{"a type of the host's", embedded{company.SetRole{User: "bob", Role: "editor"}}, "a company_test.embedded is not valid as a change"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCompany(t, "ann admin; bob viewer", options{})
			before := c.state()
			r, err := c.do("ann", fine, tt.change)
			var e *company.Error
			if !errors.Is(err, company.ErrInvalid) || !errors.As(err, &e) || e.Index != 2 || e.Change != "" || !e.Refused() {
				t.Errorf("Do = %v, want ErrInvalid of change 2", err)
			}
			if err != nil && !strings.HasPrefix(err.Error(), "company: do: change 2: "+tt.text) {
				t.Errorf("the text is %q, want %q", err, tt.text)
			}
			if r.Seq != 0 || c.state() != before {
				t.Error("something was stored")
			}
			config := &company.Config{Systems: map[string]company.SystemConfig{"scim": {Changes: []company.Change{tt.change}}}}
			if _, err := company.Open(t.Context(), c.log, config); !errors.Is(err, company.ErrInvalid) || !strings.Contains(err.Error(), `system "scim"`) {
				t.Errorf("Open = %v, want ErrInvalid", err)
			}
		})
	}
}
