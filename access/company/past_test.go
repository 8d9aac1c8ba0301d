package company_test

import (
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
)

// TestShareAgainAfterEnd: a grant that has ended is lowered by no other grant,
// but to set it to the same again would change nothing.
func TestShareAgainAfterEnd(t *testing.T) {
	c := newCompany(t, "ann admin; uma admin; sue viewer", options{reports: "r: uma creator, sue editor -1h"})
	c.refuses("ErrNoChange", "system ops", company.ShareReport{Report: "r", User: "sue", Level: access.Editor, Until: company.To(hours(-1))})
	c.refuses("ErrPast", "uma", company.ShareReport{Report: "r", User: "sue", Level: access.Editor, Until: company.To(hours(0))})
	c.must("uma", company.ShareReport{Report: "r", User: "sue", Level: access.Viewer, Until: company.To(hours(1))})
}

// TestMemberUntilPastEnd: no membership is given that has ended, but one that
// lasts may be ended at once.
func TestMemberUntilPastEnd(t *testing.T) {
	c := newCompany(t, "ann admin; sue viewer; bob viewer", options{teams: "t: bob 5h"})
	c.refuses("ErrPast", "ann", company.AddMember{Team: "t", User: "sue", Until: hours(0)})
	c.refuses("ErrPast", "system ops", company.AddMember{Team: "t", User: "sue", Until: hours(-1)})
	c.must("ann", company.SetMemberEnd{Team: "t", User: "bob", Until: company.To(hours(0))})
}
