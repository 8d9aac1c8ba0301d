package console

import (
	"errors"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

func registerRoutes() []route {
	return listRoutes(route{Path: "/register", Menu: say("Register"), Under: oversightSection, Rights: readAudit, Show: showRegister}, saveRegister)
}

// registerPage is who has access, now or at the end of a day.
type registerPage struct {
	Moment    company.Moment
	Day, Find string // as they were typed
	Removed   bool
	Rows      []registerRow
	Files     []saved
	Next      string
	Error     phrase
}

// registerRow is a row of the register as a page shows it.
type registerRow struct {
	audit.RegisterRow
	StateName phrase
	RoleTitle string
	TeamNames phrase
	By        string // who added them
	Remover   string
}

// showRegister answers with a part of the register.
func showRegister(v *visit) (*answer, error) {
	p := registerPage{Day: v.asked("day"), Find: v.asked("find"), Removed: v.asked("removed") != ""}
	a := &answer{Template: "register.html", Title: say("Who has access")}
	var err error
	if p.Moment, err = v.momentOf(p.Day); err != nil {
		refused, ok := errors.AsType[*fieldError](err)
		if !ok {
			return nil, err
		}
		p.Error, a.Status = refused.text, http.StatusBadRequest
		a.Data = p
		return a, nil
	}
	for row := range first(pageSize+1, v.registerRows(p.Moment)) {
		if len(p.Rows) == pageSize {
			p.Next = v.with("after", p.Rows[pageSize-1].Key())
			break
		}
		p.Rows = append(p.Rows, v.registerRow(p.Moment, row))
	}
	p.Files = v.files("/register")
	a.Data = p
	return a, nil
}

func (v *visit) registerRow(m company.Moment, row audit.RegisterRow) registerRow {
	then := m.Policy().Directory()
	return registerRow{
		row, stateText(row.State), resourceName(then, access.Role(row.Role)), teamsAt(then, row.Teams),
		v.actor(row.AddedBy), v.actor(row.RemovedBy),
	}
}

// registerRows returns the rows that the page is asked for, in the order of their
// keys.
func (v *visit) registerRows(m company.Moment) iter.Seq[audit.RegisterRow] {
	find := strings.ToLower(strings.TrimSpace(v.asked("find")))
	return func(yield func(audit.RegisterRow) bool) {
		for row := range m.Register(company.RowQuery{After: v.asked("after"), Removed: v.asked("removed") != ""}) {
			if find != "" && !contains(find, row.User, row.Name, row.Email, row.Role, row.Invitation, list(row.Teams)) {
				continue
			}
			if !yield(row) {
				return
			}
		}
	}
}

// momentOf returns the company as it was at the end of a day, and now for "" and
// for a day that is not over. A *fieldError says what is wrong with the day.
func (v *visit) momentOf(typed string) (company.Moment, error) {
	begin, err := readDay("day", typed)
	if err != nil {
		return company.Moment{}, err
	}
	end := begin.AddDate(0, 0, 1).Add(-1)
	if begin.IsZero() || end.After(v.moment.Time()) {
		return v.moment, nil
	}
	m, err := v.console.company.AsOf(v.Context(), end)
	if errors.Is(err, company.ErrBeforeFounding) {
		return m, &fieldError{"day", say("The company did not exist on that day.")}
	}
	return m, err
}

// readDay reads when a day begins that was typed into a field; "" is the zero
// time.
func readDay(field, typed string) (time.Time, error) {
	if typed == "" {
		return time.Time{}, nil
	}
	begin, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return time.Time{}, &fieldError{field, wrongDay()}
	}
	return begin, nil
}

// teamsAt calls teams as they were called at a moment.
func teamsAt(d access.Directory, ids []string) phrase {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = resourceName(d, access.Team(id))
	}
	return listed(names)
}

// saveRegister answers with the register as a file.
func saveRegister(v *visit, f format) (*answer, error) {
	m, err := v.momentOf(v.asked("day"))
	if err != nil {
		return nil, v.unreadable(err)
	}
	return save(f, "register-"+day(m.Time()), audit.RegisterList(first(v.limit(), v.registerRows(m))))
}

// unreadable returns a refusal for what was asked wrongly, where there is no form
// to show it at.
func (v *visit) unreadable(err error) error {
	if wrong, ok := errors.AsType[*fieldError](err); ok {
		return admission.BadRequest(v.console.texts.plain(wrong.text))
	}
	return err
}
