package company_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
)

// dueCorp is a company of 10,000 users, 500 teams, 1,000 data groups, 20,000
// accounts and 10,000 reports, in which one user in a hundred, a member of each
// team and one report in a hundred has an end in 20 days.
func dueCorp(b *testing.B, config *company.Config) *company.Company {
	b.Helper()
	d, soon := *corp(), document.End(start.AddDate(0, 0, 20))
	d.Users, d.Teams, d.Reports = slices.Clone(d.Users), slices.Clone(d.Teams), nil
	for i := 0; i < len(d.Users); i += 100 {
		d.Users[i].Until = soon
	}
	for i := range d.Teams {
		t := &d.Teams[i]
		t.Members = slices.Clone(t.Members)
		t.Members[0].Until = soon
	}
	for i := range 10_000 {
		r := document.Report{ID: string(corpReport(i)), Grants: []document.Grant{{User: string(corpUser(i)), Level: "creator"}}}
		if i%100 == 50 {
			r.Grants = append(r.Grants, document.Grant{User: string(corpUser(i - 1)), Level: "viewer", Until: soon})
		}
		d.Reports = append(d.Reports, r)
	}
	co, err := company.Found(b.Context(), freeLog{}, company.Founding{ID: "corp", Name: "Corp", Document: &d}, config)
	if err != nil {
		b.Fatal(err)
	}
	return co
}

// BenchmarkDue asks what is due within 30 days: in a company that was founded, and
// two months after everybody was reviewed.
func BenchmarkDue(b *testing.B) {
	host := newStoryHost()
	co := dueCorp(b, host.config())
	run := func(b *testing.B) {
		m := co.Now()
		var rows []audit.DueRow
		for b.Loop() {
			rows = m.Due(30)
		}
		b.ReportMetric(float64(len(rows)), "rows")
	}
	b.Run("founded", run)
	by := company.By{Actor: company.System("directory"), Reason: "quarterly"}
	changes := []company.Change{company.OpenReview{Review: "w"}}
	for i := range corpUsers {
		changes = append(changes, company.DecideItem{Review: "w", Row: "user:" + string(corpUser(i)), Decision: audit.Keep})
	}
	for _, part := range [][]company.Change{changes[:5000], changes[5000:], {company.CloseReview{Review: "w"}}} {
		if _, err := co.Do(b.Context(), by, part...); err != nil {
			b.Fatal(err)
		}
	}
	host.pass(58 * 24 * time.Hour)
	b.Run("reviewed", run)
}
