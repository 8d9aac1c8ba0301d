package main

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// pageSize is how many rows a page shows.
const pageSize = 50

// wrongDay is for a browser that does not know fields for days.
const wrongDay = "Write the day as 2026-09-30."

// registerPage is who has access, now or as it was.
type registerPage struct {
	Moment  company.Moment
	Day     string // the end of which is asked about; "" is now
	Removed bool
	Rows    []audit.RegisterRow
	Files   []file
	Next    string // the link to the next page
	Error   string
}

// showRegister answers with a page of the register.
func (s *service) showRegister(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	view := registerPage{Day: asked.Get("day"), Removed: asked.Has("removed")}
	var refused string
	var err error
	if view.Moment, refused, err = s.momentOf(r, view.Day); err != nil {
		accesshttp.Refuse(w, r, err)
		return
	}
	status := http.StatusOK
	if refused != "" {
		status, view.Error = http.StatusBadRequest, refused
	} else {
		query := company.RowQuery{After: asked.Get("after"), Limit: pageSize + 1, Removed: view.Removed}
		for row := range view.Moment.Register(query) {
			view.Rows = append(view.Rows, row)
		}
		if len(view.Rows) > pageSize {
			view.Rows = view.Rows[:pageSize]
			view.Next = link("/register", asked, "after", view.Rows[pageSize-1].Key())
		}
		view.Files = files("/register", asked)
	}
	s.render(w, r, status, "register.html", "Who has access", view)
}

// momentOf returns the company as it was at the end of a day, and now for "" and for today. If there is none, refused says why.
func (s *service) momentOf(r *http.Request, day string) (m company.Moment, refused string, err error) {
	now := s.company.Now()
	if day == "" {
		return now, "", nil
	}
	begin, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return m, wrongDay, nil
	}
	end := begin.AddDate(0, 0, 1).Add(-1)
	if end.After(now.Time()) {
		return now, "", nil
	}
	m, err = s.company.AsOf(r.Context(), end)
	if errors.Is(err, company.ErrBeforeFounding) {
		return m, "The company did not exist on that day.", nil
	}
	return m, "", err
}

// personPage is one person's access.
type personPage struct {
	Row    audit.RegisterRow
	Pieces []audit.Piece
	Files  []file
}

// showPerson answers with every piece of a person's access, and where to read on.
func (s *service) showPerson(w http.ResponseWriter, r *http.Request) {
	id, moment := team.UserID(r.FormValue("id")), s.company.Now()
	row, ok := moment.Row(id)
	if !ok {
		s.render(w, r, http.StatusNotFound, "nobody.html", "Nobody has this id", nil)
		return
	}
	pieces, _ := moment.Pieces(id)
	title := row.Name
	if title == "" {
		title = row.User
	}
	s.render(w, r, http.StatusOK, "person.html", title, personPage{row, pieces, files("/person", r.URL.Query())})
}

// exportPerson answers with every piece of a person's access as a file.
func (s *service) exportPerson(w http.ResponseWriter, r *http.Request) {
	id, moment := r.FormValue("id"), s.company.Now()
	pieces, ok := moment.Pieces(team.UserID(id))
	if !ok {
		accesshttp.Refuse(w, r, admission.ErrNotFound)
		return
	}
	export(w, r, "access-"+id+"-"+day(moment.Time()), audit.PieceList(slices.Values(pieces)))
}

// link returns a link to a page that is asked the same but for one thing.
func link(path string, asked url.Values, name, value string) string {
	query := url.Values{}
	for name, values := range asked {
		query[name] = values
	}
	query.Set(name, value)
	return path + "?" + query.Encode()
}

// exportRegister answers with the register as a file.
func (s *service) exportRegister(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	moment, refused, err := s.momentOf(r, asked.Get("day"))
	if refused != "" {
		err = admission.BadRequest(refused)
	}
	if err != nil {
		accesshttp.Refuse(w, r, err)
		return
	}
	limit, _ := strconv.Atoi(asked.Get("limit"))
	rows := moment.Register(company.RowQuery{After: asked.Get("after"), Limit: limit, Removed: asked.Has("removed")})
	export(w, r, "register-"+day(moment.Time()), audit.RegisterList(rows))
}
