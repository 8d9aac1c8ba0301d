package role_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/role"
)

// builtIn pairs every constant with its text and with whether no role may hold
// it.
var builtIn = []struct {
	levelOnly bool
	text      string
	action    role.Action
}{
	{false, "account.view", role.ViewAccount},
	{false, "report.create", role.CreateReport},
	{false, "directory.view", role.ViewDirectory},
	{false, "user.invite", role.InviteUser},
	{false, "user.edit", role.EditUser},
	{false, "user.remove", role.RemoveUser},
	{false, "user.set-role", role.SetUserRole},
	{false, "user.suspend", role.SuspendUser},
	{false, "user.set-expiry", role.SetUserExpiry},
	{false, "role.grant", role.GrantRole},
	{false, "team.create", role.CreateTeam},
	{false, "team.edit", role.EditTeam},
	{false, "team.delete", role.DeleteTeam},
	{false, "team.set-members", role.SetTeamMembers},
	{false, "team.set-datagroups", role.SetTeamGroups},
	{false, "datagroup.create", role.CreateGroup},
	{false, "datagroup.edit", role.EditGroup},
	{false, "datagroup.delete", role.DeleteGroup},
	{false, "source.add", role.AddSource},
	{false, "source.edit", role.EditSource},
	{false, "source.remove", role.RemoveSource},
	{false, "metric.create", role.CreateMetric},
	{false, "metric.edit", role.EditMetric},
	{false, "dimension.create", role.CreateDimension},
	{false, "dimension.edit", role.EditDimension},
	{false, "segment.create", role.CreateSegment},
	{false, "segment.edit", role.EditSegment},
	{false, "segment.save", role.SaveSegment},
	{false, "audit.read", role.ReadAudit},
	{false, "review.run", role.RunReview},
	{false, "company.edit", role.EditCompany},
	{false, "project.edit", role.EditProject},
	{false, "project.delete", role.DeleteProject},
	{false, "integration.edit", role.EditIntegration},
	{false, "token.manage", role.ManageTokens},
	{false, "owner.transfer", role.TransferOwner},
	{false, "recording.view", role.ViewRecording},
	{false, "heatmap.view", role.ViewHeatmap},
	{false, "insight.view", role.ViewInsight},
	{false, "session.filter", role.FilterSession},
	{false, "session.share", role.ShareSession},
	{true, "report.view", role.ViewReport},
	{true, "report.explore", role.ExploreReport},
	{true, "report.comment", role.CommentReport},
	{true, "report.edit", role.EditReport},
	{true, "report.set", role.SetReport},
	{true, "report.unshare", role.UnshareReport},
	{true, "report.delete", role.DeleteReport},
	{true, "report.share-creator", role.ShareCreator},
	{true, "report.share-editor", role.ShareEditor},
	{true, "report.share-explorer", role.ShareExplorer},
	{true, "report.share-viewer", role.ShareViewer},
	{true, "link.revoke", role.RevokeLink},
}

func TestBuiltIn(t *testing.T) {
	var want []role.Action
	for _, tt := range builtIn {
		if string(tt.action) != tt.text {
			t.Errorf("constant is %q, want %q", tt.action, tt.text)
		}
		if got := tt.action.LevelOnly(); got != tt.levelOnly {
			t.Errorf("%s: LevelOnly() = %t, want %t", tt.text, got, tt.levelOnly)
		}
		want = append(want, role.Action(tt.text))
	}
	slices.Sort(want)
	if got := role.BuiltIn(); !slices.Equal(got, want) {
		t.Errorf("BuiltIn() = %q, want %q", got, want)
	}

	role.BuiltIn()[0] = "changed"
	if got := role.BuiltIn()[0]; got != "account.view" {
		t.Errorf("BuiltIn()[0] = %q after the caller changed its slice", got)
	}
	if got := len(declaredActions(t)); got != len(want) {
		t.Errorf("%d actions are declared, BuiltIn returns %d", got, len(want))
	}
}

// declaredActions returns the names of the exported constants in action.go, so
// that one added there but forgotten in BuiltIn is noticed.
func declaredActions(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "action.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, decl := range file.Decls {
		constants, ok := decl.(*ast.GenDecl)
		if !ok || constants.Tok != token.CONST {
			continue
		}
		for _, spec := range constants.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// Actions and role names share one alphabet; every byte is tried first and
// second.
func TestNameAlphabet(t *testing.T) {
	const (
		letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		others  = "0123456789.-_:"
	)
	for b := range 256 {
		c := string([]byte{byte(b)})
		for _, tt := range []struct {
			valid bool
			name  string
		}{
			{strings.Contains(letters, c), c + "x"},
			{strings.Contains(letters+others, c), "x" + c},
		} {
			_, err := role.NewCatalog(rs{{Name: role.Name(tt.name)}})
			if got := !errors.Is(err, role.ErrInvalidName); got != tt.valid {
				t.Errorf("role name %q is valid: %t, want %t", tt.name, got, tt.valid)
			}
			_, err = role.NewCatalog(rs{{Name: "r", Capabilities: as{role.Action(tt.name)}}})
			if got := !errors.Is(err, role.ErrInvalidAction); got != tt.valid {
				t.Errorf("action %q is valid: %t, want %t", tt.name, got, tt.valid)
			}
		}
	}
}
