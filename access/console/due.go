package console

import (
	"slices"
	"strconv"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

func dueRoutes() []route {
	return listRoutes(route{Path: "/due", Menu: say("Due"), Under: oversightSection, Rights: readAudit, Show: showDue}, saveDue)
}

// duePage is what is due within some days.
type duePage struct {
	Days  int
	Count int
	Rows  []dueRow
	Files []saved
	Next  string
}

// dueRow is something that is due as a page shows it.
type dueRow struct {
	audit.DueRow
	What phrase
	Who  string
	Ends bool // at At, which is said as all ends are
}

// showDue answers with a part of what is due.
func showDue(v *visit) (*answer, error) {
	days := v.dueDays()
	all := v.moment.Due(days)
	p := duePage{Days: days, Count: len(all), Files: v.files("/due")}
	from := 0
	if n, err := strconv.Atoi(v.asked("after")); err == nil {
		from = min(max(n, 0), len(all))
	}
	to := min(from+pageSize, len(all))
	if to < len(all) {
		p.Next = v.with("after", strconv.Itoa(to))
	}
	for _, row := range all[from:to] {
		p.Rows = append(p.Rows, dueRow{row, v.describeDue(row), v.dueFor(row), isEnd(row.Kind)})
	}
	return &answer{Template: "due.html", Title: say("What is due"), Data: p}, nil
}

func isEnd(kind string) bool {
	return kind == audit.DueEnd || kind == audit.DueMembership || kind == audit.DueGrant
}

// dueFor calls the person whom a row is about, "" if there is none.
func (v *visit) dueFor(row audit.DueRow) string {
	if row.User == "" {
		return row.Email
	}
	return v.person(team.UserID(row.User))
}

// dueDays returns within how many days something is due to be shown: 30 unless the
// reader says.
func (v *visit) dueDays() int {
	days, err := strconv.Atoi(v.asked("days"))
	if err != nil || days < 0 || days > 3660 {
		return 30
	}
	return days
}

// saveDue answers with what is due as a file.
func saveDue(v *visit, f format) (*answer, error) {
	rows := slices.Values(v.moment.Due(v.dueDays()))
	return save(f, "due-"+day(v.moment.Time()), audit.DueList(rows))
}
