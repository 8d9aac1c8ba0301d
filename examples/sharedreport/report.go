package main

import (
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

// report is a report as your service stores it: one for all readers.
type report struct {
	id   access.ReportID
	rows []row
}

type row struct {
	account  datagroup.AccountID
	campaign string
	clicks   int
	spend    int // in euros
}

var q3 = report{"q3", []row{
	{"shop-1", "Spring", 120, 300},
	{"shop-1", "Summer", 80, 150},
	{"shop-2", "Spring", 60, 90},
	{"shop-3", "Brand", 200, 410},
	{"shop-4", "Spring", 150, 320},
	{"shop-5", "Brand", 90, 180},
	{"app-5", "Install", 40, 260},
	{"shop-6", "Summer", 70, 110},
	{"", "Unassigned", 5, 10}, // no account, so nobody sees it
}}

// open returns the rows of a report that a reader sees: one decision for the report, one view for the reader, one look-up for
// each row. If the reader may not open the report, the error wraps access.ErrDenied.
func open(policy *access.Policy, reader access.Subject, r report) ([]row, error) {
	if err := policy.Decide(reader, access.ViewReport, access.Report(r.id)).Err(); err != nil {
		return nil, err
	}
	view := policy.View(reader)
	var seen []row
	for _, row := range r.rows {
		if view.Sees(row.account) {
			seen = append(seen, row)
		}
	}
	return seen, nil
}
