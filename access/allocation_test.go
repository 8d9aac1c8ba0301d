package access_test

import (
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

// TestDecideDoesNotAllocate asks one question of every sort.
func TestDecideDoesNotAllocate(t *testing.T) {
	p := access.MustLoad(reasonWorld).At(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	for _, tt := range []struct{ want, subject, action, resource string }{
		{"allow role", "bea", "account.view", "account:de-1"},
		{"allow team", "ann", "account.view", "account:us-1"},
		{"deny out-of-reach", "ann", "account.view", "account:de-1"},
		{"allow team", "eve in team americas", "account.view", "account:us-1"},
		{"deny not-a-member", "ann in team emea", "account.view", "account:us-1"},
		{"allow team", "ann", "budget.edit", "campaign:c1 in account:us-1"},
		{"allow role", "ann", "budget.edit", "page:p1"},
		{"allow grant", "ann", "report.explore", "report:q3"},
		{"deny level-too-low", "ann", "report.edit", "report:q3"},
		{"allow link", "link live", "report.view", "report:q3"},
		{"allow link", "link row", "recording.view", "campaign:c1 in account:us-1"},
		{"deny link-paused", "link sued", "report.view", "report:q3"},
		{"allow maker", "ann", "link.revoke", "link:live"},
		{"allow role", "bea", "link.revoke", "link:live"},
		{"allow role", "bea", "user.remove", "user:kit"},
		{"deny role-full", "bea", "role.grant", "role:single"},
		{"deny unknown-action", "bea", "frobnicate", "company"},
		{"deny unknown-kind", "ann", "budget.edit", "pages:p1"},
		{"deny wrong-kind", "ann", "budget.edit", "company"},
		{"deny no-subject", "nobody", "account.view", "account:us-1"},
	} {
		s, a, r := subjectCalled(tt.subject), access.Action(tt.action), resourceCalled(t, tt.resource)
		var d access.Decision
		if n := testing.AllocsPerRun(100, func() { d = p.Decide(s, a, r) }); n > 0 {
			t.Errorf("%s %s %s: %v allocations", tt.subject, tt.action, tt.resource, n)
		}
		got := "deny " + string(d.Reason)
		if d.Allowed {
			got = "allow " + string(d.Reason)
		}
		if got != tt.want {
			t.Errorf("%s %s %s: %s, want %s", tt.subject, tt.action, tt.resource, got, tt.want)
		}
	}
}

func TestSeesDoesNotAllocate(t *testing.T) {
	p := access.MustLoad(reasonWorld)
	for subject, seesGerman := range map[string]bool{"bea": true, "ann": false, "zoe": true, "kim": false} {
		v := p.View(access.User(subject))
		ids := []datagroup.AccountID{"us-1", "de-1", "us-9"}
		v.Sees(ids[0]) // unites the teams
		got := false
		if n := testing.AllocsPerRun(100, func() {
			for _, id := range ids {
				got = v.Sees(id)
			}
			got = v.Sees("de-1")
		}); n > 0 {
			t.Errorf("%s: %v allocations", subject, n)
		}
		if got != seesGerman {
			t.Errorf("%s sees de-1: %t, want %t", subject, got, seesGerman)
		}
	}
}
