package access_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

// TestActive compares the subject step with all questions that Decide can be
// asked: it says what they all have in common.
func TestActive(t *testing.T) {
	p := access.MustLoad(`{
		"teams": [{"id": "emea", "members": [{"user": "ann"}, {"user": "eva"}]}],
		"users": [
			{"id": "ann", "email": "ann@example.com", "role": "viewer"},
			{"id": "bob", "email": "bob@example.com", "role": "viewer"},
			{"id": "eva", "email": "eva@example.com", "role": "viewer", "suspended": true},
			{"id": "tom", "email": "tom@example.com", "role": "viewer", "until": "2020-01-01T00:00:00Z"}
		],
		"reports": [{"id": "q3", "grants": [{"user": "ann", "level": "viewer"}]}],
		"links": [
			{"id": "live", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
			{"id": "old", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "ended": true}
		]
	}`)
	for _, s := range []access.Subject{{}, access.User("ann"), access.Session("ann", "emea"), access.ViaLink("live")} {
		if got := (*access.Policy)(nil).Active(s); got != (access.Decision{Subject: s, Reason: access.ReasonUnavailable, Step: access.StepSubject}) {
			t.Errorf("without a policy Active(%v) = %+v", s, got)
		}
	}
	for _, tt := range []struct {
		subject access.Subject
		want    access.Reason // "" is active
	}{
		{access.User("ann"), ""},
		{access.User("bob"), ""},
		{access.Session("ann", "emea"), ""},
		{access.Subject{}, access.ReasonNoSubject},
		{access.User("zoe"), access.ReasonUnknownUser},
		{access.User("eva"), access.ReasonSuspended},
		{access.User("tom"), access.ReasonEnded},
		{access.Session("bob", "emea"), access.ReasonNotAMember},
		{access.Session("ann", "apac"), access.ReasonUnknownSessionTeam},
		{access.Session("ann", ""), access.ReasonUnknownSessionTeam},
		{access.ViaLink("live"), access.ReasonLinkScope},
		{access.ViaLink("old"), access.ReasonLinkEnded},
		{access.ViaLink("none"), access.ReasonUnknownLink},
	} {
		got := p.Active(tt.subject)
		want := access.Decision{Subject: tt.subject, Reason: tt.want, Allowed: tt.want == ""}
		if !want.Allowed {
			want.Step = access.StepSubject
		}
		if got != want {
			t.Errorf("Active(%v) = %+v, want %+v", tt.subject, got, want)
		}
		full := p.Decide(tt.subject, access.InviteUser, access.Company())
		if got.Allowed == (full.Step == access.StepSubject) || !got.Allowed && got.Reason != full.Reason {
			t.Errorf("Active(%v) is %v, and Decide says %v", tt.subject, got, full)
		}
	}
}

// TestApplies compares the kind step with Decide, for every action and kind.
func TestApplies(t *testing.T) {
	p := access.MustLoad(`{"users": [{"id": "ann", "email": "ann@example.com", "role": "admin"}]}`)
	actions := append(p.Directory().Catalog().Actions(), access.ViewReport, access.RevokeLink, "", "nonsense")
	if got := new(access.Policy).Applies(access.ViewReport, access.Account("x")); got != (access.Decision{Reason: access.ReasonUnavailable, Step: access.StepSubject, Action: access.ViewReport, Resource: access.Account("x")}) {
		t.Errorf("without a policy Applies = %+v", got)
	}
	fits := 0
	for _, a := range actions {
		for _, r := range []access.Resource{
			{}, access.Company(), access.Account("x"), access.TargetUser("x"), access.Role("x"), access.Team("x"), access.Group("x"),
			access.Report("x"), access.Link("x"), access.Item("budget", "x", ""), access.CompanyItem("budget", "x"), access.CompanyItem("team", "x"),
		} {
			got, full := p.Applies(a, r), p.Decide(access.User("ann"), a, r)
			if got.Allowed == (full.Step == access.StepKind) || !got.Allowed && (got.Reason != full.Reason || got.Step != access.StepKind) {
				t.Errorf("Applies(%q, %v) = %v, and Decide says %v", a, r, got, full)
			}
			if got.Allowed {
				fits++
			}
		}
	}
	if fits < len(actions)-2 {
		t.Errorf("%d pairs apply, of %d actions", fits, len(actions))
	}
}

// TestStepReasons finds every reason of the source at some step.
func TestStepReasons(t *testing.T) {
	listed := make(map[access.Reason]bool)
	for s := access.NoStep; s <= access.StepGuard; s++ {
		for _, r := range s.Reasons() {
			listed[r] = true
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && strings.HasPrefix(spec.Names[0].Name, "Reason") {
			declared++
			code := spec.Values[0].(*ast.BasicLit).Value
			if !listed[access.Reason(strings.Trim(code, `"`))] {
				t.Errorf("%s = %s belongs to no step", spec.Names[0].Name, code)
			}
		}
		return true
	})
	if declared != len(listed) || declared == 0 {
		t.Errorf("%d reasons are declared, %d are listed", declared, len(listed))
	}
	if got := (access.StepGuard + 1).Reasons(); got != nil {
		t.Errorf("a step that is none has reasons: %q", got)
	}
	access.StepKind.Reasons()[0] = "changed"
	if access.StepKind.Reasons()[0] == "changed" {
		t.Error("a caller can change the reasons")
	}
}
