package main

import (
	"net/http"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/datagroup"
)

// row is a row of a report as your service stores it: one report for all readers.
type row struct {
	Account datagroup.AccountID `json:"account"`
	Clicks  int                 `json:"clicks"`
	Cost    int                 `json:"cost"` // in euros
}

type totals struct {
	Clicks int `json:"clicks"`
	Cost   int `json:"cost"`
}

// title is a report in the list of them.
type title struct {
	ID   access.ReportID `json:"id"`
	Name string          `json:"name"`
}

// listReports answers with the reports that the reader may view.
func (s *service) listReports(w http.ResponseWriter, r *http.Request) {
	policy := admission.Policy(r.Context())
	list := []title{}
	for _, id := range slices.Sorted(policy.Reports(admission.Subject(r.Context()), access.ViewReport)) {
		report, _ := policy.Directory().Report(id)
		list = append(list, title{id, report.Name})
	}
	writeJSON(w, http.StatusOK, list)
}

// showReport answers with the rows of a report that the reader sees, and their totals. The guard decided that the reader may open the
// report; the view decides which rows they see.
func (s *service) showReport(w http.ResponseWriter, r *http.Request) {
	view := admission.View(r.Context())
	answer := struct {
		Rows   []row  `json:"rows"`
		Totals totals `json:"totals"`
	}{Rows: []row{}}
	for _, row := range s.rows[access.ReportID(r.PathValue("report"))] {
		if view.Sees(row.Account) {
			answer.Rows = append(answer.Rows, row)
			answer.Totals.Clicks += row.Clicks
			answer.Totals.Cost += row.Cost
		}
	}
	writeJSON(w, http.StatusOK, answer)
}
