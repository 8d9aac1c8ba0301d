package company_test

import (
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// BenchmarkReview opens a review of the large company, decides about one item,
// lists all that are open, and closes it, in the long history of [benchHistory].
func BenchmarkReview(b *testing.B) {
	log, config := benchHistory(b)
	c, err := company.Open(b.Context(), log, config)
	if err != nil {
		b.Fatal(err)
	}
	by := company.By{Actor: company.System("sync"), Reason: "the quarter"}
	do := func(f company.Fork, change company.Change) company.Fork {
		next, err := f.Do(by, change)
		if err != nil {
			b.Fatal(err)
		}
		return next
	}
	none := c.Fork()
	opened := do(none, company.OpenReview{Review: "w"})
	key := ""
	for item := range opened.Now().ReviewItems("w", company.RowQuery{}) {
		if _, err := opened.Do(by, company.DecideItem{Review: "w", Row: item.Row.Key(), Decision: audit.Keep}); err == nil {
			key = item.Row.Key() // of somebody whom the system gave nothing
			break
		}
	}
	for name, step := range map[string]func(){
		"open":   func() { do(none, company.OpenReview{Review: "w"}) },
		"decide": func() { do(opened, company.DecideItem{Review: "w", Row: key, Decision: audit.Keep}) },
		"close":  func() { do(opened, company.CloseReview{Review: "w"}) },
		"items": func() {
			for range opened.Now().ReviewItems("w", company.RowQuery{Open: true}) {
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				step()
			}
		})
	}
}
