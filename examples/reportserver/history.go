package main

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// historyPage is what happened, with what was asked for.
type historyPage struct {
	Target, Actor, From, To string
	Events                  []company.Entry
	Files                   []file
	Next                    string
	Error                   string
}

// showHistory answers with a page of the history.
func (s *service) showHistory(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	view := historyPage{Target: asked.Get("target"), Actor: asked.Get("actor"), From: asked.Get("from"), To: asked.Get("to")}
	query, refused := historyQuery(asked)
	if refused != "" {
		view.Error = refused
		s.render(w, r, http.StatusBadRequest, "history.html", "History", view)
		return
	}
	single := query.Limit == 1
	if !single {
		query.Limit = pageSize + 1
	}
	for entry, err := range s.company.History(r.Context(), query) {
		if err != nil {
			accesshttp.Refuse(w, r, err)
			return
		}
		view.Events = append(view.Events, entry)
	}
	if len(view.Events) > pageSize {
		view.Events = view.Events[:pageSize]
		view.Next = link("/history", asked, "after", strconv.FormatUint(view.Events[pageSize-1].Seq, 10))
	}
	view.Files = files("/history", asked)
	s.render(w, r, http.StatusOK, "history.html", "History", view)
}

// exportHistory answers with the history as a file.
func (s *service) exportHistory(w http.ResponseWriter, r *http.Request) {
	query, refused := historyQuery(r.URL.Query())
	if refused != "" {
		accesshttp.Refuse(w, r, admission.BadRequest(refused))
		return
	}
	list := audit.HistoryList(audit.HistoryRows(events(s.company.History(r.Context(), query))))
	if r.PathValue("format") == "html" {
		data := func(c audit.Column[audit.HistoryRow]) bool { return c.Name == "Data" }
		list.Columns = slices.DeleteFunc(list.Columns, data) // a founding fits on no paper
	}
	export(w, r, "history-"+day(s.company.Now().Time()), list)
}

// events are the entries of a history as the log has them.
func events(entries iter.Seq2[company.Entry, error]) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for entry, err := range entries {
			if !yield(entry.Event, err) {
				return
			}
		}
	}
}

// historyQuery reads what is asked for. If it cannot be understood, refused says why.
func historyQuery(asked url.Values) (q company.HistoryQuery, refused string) {
	var err error
	if target := asked.Get("target"); target != "" {
		if err := q.Target.UnmarshalText([]byte(target)); err != nil {
			return q, "Write what it happened to as a kind and an id, such as user:mia or team:europe."
		}
	}
	if actor := asked.Get("actor"); actor != "" {
		q.Actor = company.User(actor)
	}
	if q.From, err = readDay(asked.Get("from")); err != nil {
		return q, wrongDay
	}
	if q.To, err = readDay(asked.Get("to")); err != nil {
		return q, wrongDay
	}
	if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1) // until the day is over
	}
	if event := asked.Get("event"); event != "" {
		seq, err := strconv.ParseUint(event, 10, 64)
		if err != nil || seq == 0 {
			return q, "Write the event as a number."
		}
		q.After, q.Limit = seq-1, 1
		return q, ""
	}
	q.After, _ = strconv.ParseUint(asked.Get("after"), 10, 64)
	q.Limit, _ = strconv.Atoi(asked.Get("limit"))
	return q, ""
}

// readDay reads when a day begins; "" is the zero time.
func readDay(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, day)
}
