package company_test

import (
	"errors"
	"strings"
	"testing"
	"time"

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

// TestPastText: a refusal names the end as people read it, with the last day if it is
// a day's beginning.
func TestPastText(t *testing.T) {
	c := newCompany(t, "ann admin; sue viewer", options{teams: "t: "})
	day := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	for want, until := range map[string]time.Time{
		"the end is in the past: 2025-03-01, so that 2025-02-28 was the last day": day,
		"the end is in the past: it was 2025-03-01 at 09:00:00 UTC":               day.Add(9 * time.Hour),
		"the end is in the past: it was 2025-03-01 at 00:00:00.5 UTC":             day.Add(time.Second / 2),
		"the end is in the past: it was 2025-02-28 at 22:00:00 UTC":               time.Date(2025, 3, 1, 0, 0, 0, 0, time.FixedZone("", 2*60*60)),
	} {
		_, err := c.doAs(c.actor("ann"), company.AddMember{Team: "t", User: "sue", Until: until})
		if !errors.Is(err, company.ErrPast) || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("until %v: %v, want %s", until, err, want)
		}
	}
}
