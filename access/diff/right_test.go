package diff

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
)

func TestName(t *testing.T) {
	for _, tt := range []struct{ want, id string }{
		{"ann", "ann"}, {"us-1", "us-1"}, {"a.b@c_d", "a.b@c_d"}, {"campaign:c1/2+3", "campaign:c1/2+3"}, {"größe", "größe"},
		{`"us 1"`, "us 1"}, {`"#1"`, "#1"}, {`"a,b"`, "a,b"}, {`"a\u2028b"`, "a\u2028b"}, {`"\"x\""`, `"x"`}, {`"(x)"`, "(x)"},
	} {
		if got := name(tt.id); got != tt.want {
			t.Errorf("name(%q) = %s, want %s", tt.id, got, tt.want)
		}
	}
}

// TestRightText: a right of each kind in words, and values that no comparison
// returns.
func TestRightText(t *testing.T) {
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	many := make([]access.Resource, 12)
	for i := range many {
		many[i] = access.Team(fmt.Sprintf("t%d", i))
	}
	for _, tt := range []struct {
		kind, want string
		right      Right
	}{
		{"", "no right", Right{}},
		{"role-actions", "ann may team.edit at team t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 more (role boss)",
			Right{Kind: RoleActions, Subject: access.User("ann"), Actions: []access.Action{"team.edit"}, Resources: many, Route: Route{Role: "boss"}}},
		{"role-actions", "ann may audit.read, campaign.pause at company until 2027-01-01T00:00:00Z (role boss)",
			Right{Kind: RoleActions, Subject: access.User("ann"), Actions: []access.Action{"audit.read", "campaign.pause"}, Resources: []access.Resource{access.Company()}, Until: end, Route: Route{Role: "boss"}}},
		{"role-actions", "ann may campaign.pause at every board (role boss)",
			Right{Kind: RoleActions, Subject: access.User("ann"), Actions: []access.Action{"campaign.pause"}, Resources: []access.Resource{access.CompanyItem("board", "")}, Route: Route{Role: "boss"}}},
		{"account-reach", `ann in team t1 sees account "us 1" from 2027-01-01T00:00:00Z (team t1, data group g)`,
			Right{Kind: AccountReach, Subject: access.Session("ann", "t1"), Actions: []access.Action{access.ViewAccount}, Resources: []access.Resource{access.Account("us 1")}, From: end, Route: Route{Team: "t1", Group: "g"}}},
		{"account-reach", "ann reaches account a, b (role feeder)",
			Right{Kind: AccountReach, Subject: access.User("ann"), Actions: []access.Action{access.EditSource}, Resources: []access.Resource{access.Account("a"), access.Account("b")}, Route: Route{Role: "feeder"}}},
		{"report-level", "ann is editor of report q3", Right{Kind: ReportLevel, Subject: access.User("ann"), Resources: []access.Resource{access.Report("q3")}, Level: access.Editor}},
		{"link-revocation", "ann may link.revoke at link l1",
			Right{Kind: LinkRevocation, Subject: access.User("ann"), Actions: []access.Action{access.RevokeLink}, Resources: []access.Resource{access.Link("l1")}, Route: Route{Level: access.Creator}}},
		{"team-session", "ann may act in team t1", Right{Kind: TeamSession, Subject: access.Session("ann", "t1")}},
		{"link-use", "link l1 may report.view at report:q3, as ann in team t1",
			Right{Kind: LinkUse, Subject: access.ViaLink("l1"), Actions: []access.Action{access.ViewReport}, Resources: []access.Resource{access.Report("q3")}, Route: Route{Maker: access.Session("ann", "t1")}}},
		{"report-level", " is none of nothing", Right{Kind: ReportLevel}},
		{"", "no right", Right{Kind: LinkUse + 1}},
	} {
		if got := tt.right.String(); got != tt.want || tt.right.Kind.String() != tt.kind {
			t.Errorf("%s %q, want %s %q", tt.right.Kind, got, tt.kind, tt.want)
		}
	}
}

// TestZeroDiff: zero values and nil policies have no difference. Compared with
// nothing, a policy gives all that it allows.
func TestZeroDiff(t *testing.T) {
	p := compile(t, oddDocument())
	for _, d := range []*Diff{nil, new(Diff), Compare(nil, nil), Compare(p, p), Compare(nil, new(access.Policy))} {
		if !d.IsEmpty() || d.String() != "no difference" {
			t.Errorf("the difference is %v", d)
		}
	}
	d := Compare(nil, p)
	if gains := slices.Collect(d.Gains()); len(gains) < 20 || d.IsEmpty() || !Compare(p, nil).hasLoss() {
		t.Errorf("a whole policy is %d gains", len(gains))
	}
}

func (d *Diff) hasLoss() bool {
	for range d.Losses() {
		return true
	}
	return false
}

// TestDiffText: only the first fifty gains and losses are listed.
func TestDiffText(t *testing.T) {
	p := compile(t, large(60, 10, 5, 5))
	for sign, d := range map[string]*Diff{"+": Compare(nil, p), "-": Compare(p, nil)} {
		lines := strings.Split(d.String(), "\n")
		if len(lines) != maxLines+1 || lines[maxLines] != sign+" and more" || !strings.HasPrefix(lines[0], sign+" user-") {
			t.Errorf("%d lines: %v", len(lines), d)
		}
	}
}
