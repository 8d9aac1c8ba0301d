package main

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/ambit-authz/ambit/audit"
)

// duePage is what is due within some days.
type duePage struct {
	Days  int
	Rows  []audit.DueRow
	Files []file
}

// showDue answers with what is due.
func (s *service) showDue(w http.ResponseWriter, r *http.Request) {
	days := dueDays(r.URL.Query())
	s.render(w, r, http.StatusOK, "due.html", "What is due", duePage{days, s.company.Now().Due(days), files("/due", r.URL.Query())})
}

// exportDue answers with what is due as a file.
func (s *service) exportDue(w http.ResponseWriter, r *http.Request) {
	moment := s.company.Now()
	export(w, r, "due-"+day(moment.Time()), audit.DueList(slices.Values(moment.Due(dueDays(r.URL.Query())))))
}

// dueDays returns within how many days something is due to be shown: 30 unless the reader says.
func dueDays(asked url.Values) int {
	days, err := strconv.Atoi(asked.Get("days"))
	if err != nil || days < 0 || days > 3660 {
		return 30
	}
	return days
}
