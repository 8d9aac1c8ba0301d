package role_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/role"
)

// many returns n distinct valid names beginning with prefix.
func many[T ~string](prefix string, n int) []T {
	names := make([]T, n)
	for i := range names {
		names[i] = T(fmt.Sprintf("%s%d", prefix, i))
	}
	return names
}

func manyRoles(n int) []role.Role {
	roles := make([]role.Role, n)
	for i, name := range many[role.Name]("r", n) {
		roles[i].Name = name
	}
	return roles
}

type (
	rs = []role.Role
	as = []role.Action
	ns = []role.Name
)

func TestNewCatalogRefuses(t *testing.T) {
	x64 := strings.Repeat("x", 64)
	half := many[role.Action]("a", 600)
	rest := many[role.Action]("b", 600)
	for _, tt := range []struct {
		want   error
		role   role.Name
		action role.Action
		name   string
		roles  []role.Role
	}{
		{role.ErrEmpty, "", "", "nil", nil},
		{role.ErrEmpty, "", "", "empty", rs{}},
		{role.ErrLimit, "", "", "257 roles", manyRoles(257)},
		{role.ErrLimit, "", "", "1,200 actions in two roles", rs{{Name: "r", Capabilities: half}, {Name: "s", Capabilities: rest}}},
		{role.ErrLimit, "r", "", "1,025 actions in one role", rs{{Name: "r", Capabilities: many[role.Action]("a", 1025)}}},
		{role.ErrLimit, "r", "", "1,025 times one action", rs{{Name: "r", Capabilities: slices.Repeat(as{"a"}, 1025)}}},
		{role.ErrLimit, "r", "", "manages 257 times", rs{{Name: "r", Manages: slices.Repeat(ns{"r"}, 257)}}},

		{role.ErrInvalidName, "", "", "no name", rs{{}}},
		{role.ErrInvalidName, "a b", "", "name with a space", rs{{Name: "a b"}}},
		{role.ErrInvalidName, "*", "", "name is a star", rs{{Name: "*"}}},
		{role.ErrInvalidName, "1st", "", "name begins with a digit", rs{{Name: "1st"}}},
		{role.ErrInvalidName, "rôle", "", "name not ASCII", rs{{Name: "rôle"}}},
		{role.ErrInvalidName, role.Name(x64 + "x"), "", "name of 65 bytes", rs{{Name: role.Name(x64 + "x")}}},
		{role.ErrDuplicate, "r", "", "two roles of one name", rs{{Name: "r"}, {Name: "s"}, {Name: "r"}}},

		{role.ErrInvalidAction, "r", "", "empty action", rs{{Name: "r", Capabilities: as{""}}}},
		{role.ErrInvalidAction, "r", "*", "star", rs{{Name: "r", Capabilities: as{"*"}}}},
		{role.ErrInvalidAction, "r", "team.*", "star after the dot", rs{{Name: "r", Capabilities: as{"team.*"}}}},
		{role.ErrInvalidAction, "r", ".edit", "action begins with a dot", rs{{Name: "r", Capabilities: as{".edit"}}}},
		{role.ErrInvalidAction, "r", "a\n", "action with a line feed", rs{{Name: "r", Capabilities: as{"a\n"}}}},
		{role.ErrInvalidAction, "r", role.Action(x64 + "x"), "action of 65 bytes", rs{{Name: "r", Capabilities: as{role.Action(x64 + "x")}}}},
		{role.ErrDuplicate, "r", "a", "action twice", rs{{Name: "r", Capabilities: as{"a", "b", "a"}}}},

		{role.ErrLevelAction, "r", "report.view", "holds report.view", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.view"}}}},
		{role.ErrLevelAction, "r", "report.explore", "holds report.explore", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.explore"}}}},
		{role.ErrLevelAction, "r", "report.comment", "holds report.comment", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.comment"}}}},
		{role.ErrLevelAction, "r", "report.edit", "holds report.edit", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.edit"}}}},
		{role.ErrLevelAction, "r", "report.set", "holds report.set", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.set"}}}},
		{role.ErrLevelAction, "r", "report.unshare", "holds report.unshare", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.unshare"}}}},
		{role.ErrLevelAction, "r", "report.delete", "holds report.delete", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.delete"}}}},
		{role.ErrLevelAction, "r", "report.share-creator", "holds report.share-creator", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.share-creator"}}}},
		{role.ErrLevelAction, "r", "report.share-editor", "holds report.share-editor", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.share-editor"}}}},
		{role.ErrLevelAction, "r", "report.share-explorer", "holds report.share-explorer", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.share-explorer"}}}},
		{role.ErrLevelAction, "r", "report.share-viewer", "holds report.share-viewer", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"report.share-viewer"}}}},
		{role.ErrLevelAction, "r", "link.revoke", "holds link.revoke", rs{{Name: "r", Scope: role.AllData, Capabilities: as{"link.revoke"}}}},

		{role.ErrTeamScope, "r", "team.set-members", "by teams: team.set-members", rs{{Name: "r", Capabilities: as{"team.set-members"}}}},
		{role.ErrTeamScope, "r", "team.set-datagroups", "by teams: team.set-datagroups", rs{{Name: "r", Capabilities: as{"team.set-datagroups"}}}},
		{role.ErrTeamScope, "r", "datagroup.create", "by teams: datagroup.create", rs{{Name: "r", Capabilities: as{"datagroup.create"}}}},
		{role.ErrTeamScope, "r", "datagroup.edit", "by teams: datagroup.edit", rs{{Name: "r", Capabilities: as{"datagroup.edit"}}}},
		{role.ErrTeamScope, "r", "source.add", "by teams: source.add", rs{{Name: "r", Capabilities: as{"source.add"}}}},
		{role.ErrTeamScope, "r", "source.edit", "by teams: source.edit", rs{{Name: "r", Capabilities: as{"source.edit"}}}},
		{role.ErrUnknownScope, "r", "", "scope 2", rs{{Name: "r", Scope: 2}}},
		{role.ErrUnknownScope, "r", "", "scope 255", rs{{Name: "r", Scope: 255}}},

		{role.ErrUnknownRole, "r", "", "manages an unknown role", rs{{Name: "r", Manages: ns{"s"}}}},
		{role.ErrUnknownRole, "r", "", "manages no name", rs{{Name: "r", Manages: ns{""}}}},
		{role.ErrUnknownRole, "r", "", "manages every role by a star", rs{{Name: "r", Manages: ns{"*"}}}},
		{role.ErrDuplicate, "r", "", "manages a role twice", rs{{Name: "r", Manages: ns{"s", "s"}}, {Name: "s"}}},

		{role.ErrDefault, "s", "", "two defaults", rs{{Name: "r", Offered: true, Default: true}, {Name: "s", Offered: true, Default: true}}},
		{role.ErrDefault, "r", "", "default not offered", rs{{Name: "r", Default: true}}},
		{role.ErrHolders, "r", "", "negative minimum", rs{{Name: "r", MinHolders: -1}}},
		{role.ErrHolders, "r", "", "negative maximum", rs{{Name: "r", MaxHolders: -1}}},
		{role.ErrHolders, "r", "", "maximum below minimum", rs{{Name: "r", MinHolders: 2, MaxHolders: 1}}},

		{role.ErrText, "r", "", "title of 129 bytes", rs{{Name: "r", Title: strings.Repeat("x", 129)}}},
		{role.ErrText, "r", "", "title of two lines", rs{{Name: "r", Title: "a\nb"}}},
		{role.ErrText, "r", "", "title not UTF-8", rs{{Name: "r", Title: "a\xff"}}},
		{role.ErrText, "r", "", "summary of 513 bytes", rs{{Name: "r", Summary: strings.Repeat("x", 513)}}},
		{role.ErrText, "r", "", "summary with a carriage return", rs{{Name: "r", Summary: "a\r"}}},
		{role.ErrText, "r", "", "summary with NEXT LINE", rs{{Name: "r", Summary: "a\u0085b"}}},
		{role.ErrText, "r", "", "summary with LINE SEPARATOR", rs{{Name: "r", Summary: "a\u2028b"}}},
		{role.ErrText, "r", "", "summary with PARAGRAPH SEPARATOR", rs{{Name: "r", Summary: "a\u2029b"}}},
		{role.ErrText, "r", "", "title that turns its direction", rs{{Name: "r", Title: "Admin\u202e"}}},
		{role.ErrText, "r", "", "title with a zero-width space", rs{{Name: "r", Title: "Ad\u200bmin"}}},
		{role.ErrText, "r", "", "title that ends in a space", rs{{Name: "r", Title: "Admin "}}},
		{role.ErrText, "r", "", "title of only a space", rs{{Name: "r", Title: " "}}},
		{role.ErrText, "r", "", "summary with an isolate", rs{{Name: "r", Summary: "a\u2066b"}}},
		{role.ErrText, "r", "", "summary that begins with a space", rs{{Name: "r", Summary: " a"}}},
		{role.ErrText, "r", "", "summary with an escape", rs{{Name: "r", Summary: "\x1b[31m"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := role.NewCatalog(tt.roles, listing(tt.roles)...)
			if c != nil {
				t.Error("a refused catalog is not nil")
			}
			got := unjoin(t, err)
			if len(got) != 1 {
				t.Fatalf("%d problems, want one: %v", len(got), err)
			}
			if !errors.Is(err, tt.want) || got[0].Role != tt.role || got[0].Action != tt.action {
				t.Errorf("role %q, action %q: %v, want role %q, action %q: %v",
					got[0].Role, got[0].Action, err, tt.role, tt.action, tt.want)
			}
			if msg := got[0].Error(); !strings.HasPrefix(msg, "role: ") || strings.ContainsAny(msg, "\n\r\x1b") || len(msg) > 300 {
				t.Errorf("message %q: want a short line that begins with the package", msg)
			}
		})
	}
}

func TestNewCatalogAccepts(t *testing.T) {
	moving := as{"team.set-members", "team.set-datagroups", "datagroup.create", "datagroup.edit", "source.add", "source.edit"}
	for _, tt := range []struct {
		name  string
		roles []role.Role
	}{
		{"a name alone", rs{{Name: "r"}}},
		{"names of 64 bytes", rs{{Name: role.Name(strings.Repeat("x", 64)), Capabilities: as{role.Action(strings.Repeat("y", 64))}}}},
		{"names that differ in case", rs{{Name: "r", Capabilities: as{"A", "a"}}, {Name: "R"}}},
		{"an action without a dot", rs{{Name: "r", Capabilities: as{"approve"}}}},
		{"a host action beside a level action's name", rs{{Name: "r", Capabilities: as{"report.views", "Report.view"}}}},
		{"all data and every action that moves it", rs{{Name: "r", Scope: role.AllData, Capabilities: moving}}},
		{"by teams and actions that only take away", rs{{Name: "r", Capabilities: as{"datagroup.delete", "source.remove", "team.delete"}}}},
		{"manages itself", rs{{Name: "r", Manages: ns{"r"}}}},
		{"manages a later role", rs{{Name: "r", Manages: ns{"s"}}, {Name: "s"}}},
		{"no default", rs{{Name: "r", Offered: true}}},
		{"a minimum without maximum", rs{{Name: "r", MinHolders: 3}}},
		{"a maximum without minimum", rs{{Name: "r", MaxHolders: 3}}},
		{"exactly two", rs{{Name: "r", MinHolders: 2, MaxHolders: 2}}},
		{"256 roles", manyRoles(256)},
		{"1,024 actions", rs{{Name: "r", Capabilities: many[role.Action]("a", 1024)}, {Name: "s", Capabilities: as{"a0"}}}},
		{"texts of full length", rs{{Name: "r", Title: strings.Repeat("é", 64), Summary: strings.Repeat("é", 256)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := role.NewCatalog(tt.roles, listing(tt.roles)...)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(c.Roles()); got != len(tt.roles) {
				t.Errorf("%d roles, want %d", got, len(tt.roles))
			}
			again, err := role.NewCatalog(c.Roles(), c.Kinds()...)
			if err != nil || !again.Equal(c) {
				t.Errorf("made again from its roles: equal %t, error %v", again.Equal(c), err)
			}
		})
	}
}

// All problems are reported, in the order of the roles.
func TestNewCatalogReportsEveryProblem(t *testing.T) {
	_, err := role.NewCatalog(rs{
		{Name: "b", Title: "\x00", Summary: "\x00", Scope: 9, Capabilities: as{"link.revoke", "no!", "link.revoke"},
			Manages: ns{"b", "b", "z"}, Default: true, MinHolders: -1},
		{Capabilities: as{""}},
		{Name: "b", Capabilities: as{"source.add"}, Offered: true, Default: true},
	})
	want := []string{
		`role: role "b": a text cannot be shown: the title has the control character U+0000`,
		`role: role "b": a text cannot be shown: the summary has the control character U+0000`,
		`role: role "b": a scope is "teams" or "all": this one is Scope(9)`,
		`role: role "b": action "link.revoke": no role may hold an action of a report level or a link`,
		`role: role "b": action "no!": an action has 1 to 64 ASCII letters, digits and . - _ : and begins with a letter: see capability 2`,
		`role: role "b": action "link.revoke": it is listed twice: again as capability 3`,
		`role: role "b": it is listed twice: managed role "b"`,
		`role: role "b": the catalog has no such role: managed role "z"`,
		`role: role "b": the bounds on holders are not valid: the minimum is -1 and the maximum 0, and neither may be negative`,
		`role: role "b": only one role may be the default, and it must be offered: this one is not offered`,
		`role: a name has 1 to 64 ASCII letters, digits and . - _ : and begins with a letter: see role 2`,
		`role: an action has 1 to 64 ASCII letters, digits and . - _ : and begins with a letter: see capability 1`,
		`role: role "b": it is listed twice: again as role 3`,
		`role: role "b": action "source.add": only a role that sees all data may hold this action or manage such a role`,
		`role: role "b": only one role may be the default, and it must be offered: role "b" is the default already`,
	}
	if got := strings.Split(err.Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", err, strings.Join(want, "\n"))
	}
	if got := len(unjoin(t, err)); got != len(want) {
		t.Errorf("%d problems, want %d", got, len(want))
	}
}

// unjoin returns the problems in an error of NewCatalog.
func unjoin(t *testing.T, err error) []*role.Error {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("error %v (%T) is not joined", err, err)
	}
	var problems []*role.Error
	for _, e := range joined.Unwrap() {
		problem, ok := e.(*role.Error)
		if !ok {
			t.Fatalf("problem %v is a %T", e, e)
		}
		problems = append(problems, problem)
	}
	return problems
}
