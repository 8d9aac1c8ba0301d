package main

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// itemsSize is how many items of a review a page shows: each open one has a form.
const itemsSize = 20

// reviewAsked is which part of a review a page shows.
type reviewAsked struct {
	id    string
	after string // the key of an item
	all   bool   // not only what is open
	done  string // the key of the item that was decided a moment ago
}

// reviewTyped is what was typed into a form of the page, if it is shown again because of an error.
type reviewTyped struct {
	Row      string // the item that the error is about, "" for the review as a whole
	Decision string
	Reason   string
	Closing  string // the reason to close the review
	Error    string
}

// reviewPage is a review to work through.
type reviewPage struct {
	Review   audit.Review
	All      bool
	Open     int // how many items are open
	Items    []reviewItem
	Done     *audit.ReviewItem
	Findings []audit.Finding
	Files    []file
	Next     string
	Typed    reviewTyped
}

// reviewItem is an item with its form.
type reviewItem struct {
	audit.ReviewItem
	Review string
	IsOpen bool
	Seen   uint64 // the last event that the reader knows of
	After  string // where the page began
	Typed  reviewTyped
}

// showReview answers with a review: what is open first.
func (s *service) showReview(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	s.renderReview(w, r, http.StatusOK, reviewAsked{query.Get("id"), query.Get("after"), query.Has("all"), query.Get("done")}, reviewTyped{})
}

func (s *service) renderReview(w http.ResponseWriter, r *http.Request, status int, asked reviewAsked, typed reviewTyped) {
	moment := s.company.Now()
	review, ok := moment.Review(asked.id)
	if !ok {
		s.render(w, r, http.StatusNotFound, "noreview.html", "There is no such review", nil)
		return
	}
	closed := !review.Closed.IsZero()
	view := reviewPage{Review: review, All: asked.all || closed, Typed: typed, Files: files("/review", url.Values{"id": {asked.id}})}
	for finding := range moment.Findings(asked.id) {
		if closed || finding.Kind != audit.FindingOpen { // before that, what is open is no news
			view.Findings = append(view.Findings, finding)
		}
	}
	for range moment.ReviewItems(asked.id, company.RowQuery{Open: true}) {
		view.Open++
	}
	add := func(item audit.ReviewItem) {
		shown := reviewItem{
			ReviewItem: item, Review: asked.id, IsOpen: item.Decision == "" && !closed,
			Seen: moment.Checkpoint().Seq, After: asked.after,
		}
		if item.Row.Key() == typed.Row {
			shown.Typed = typed
		}
		view.Items = append(view.Items, shown)
	}
	// What was typed is shown first: the item may no longer be open, or on another page.
	if item, ok := itemOf(moment, asked.id, typed.Row); ok {
		add(item)
	} else {
		view.Typed.Row = "" // the error is shown at the top
	}
	for item := range moment.ReviewItems(asked.id, company.RowQuery{After: asked.after, Limit: itemsSize + 1, Open: !view.All}) {
		switch {
		case item.Row.Key() == typed.Row:
		case len(view.Items) < itemsSize:
			add(item)
		default:
			view.Next = link("/review", r.URL.Query(), "after", view.Items[itemsSize-1].Row.Key())
		}
	}
	if item, ok := itemOf(moment, asked.id, asked.done); ok && item.Decision != "" {
		view.Done = &item
	}
	s.render(w, r, status, "review.html", "Review "+asked.id, view)
}

// exportReview answers with all items of a review as a file.
func (s *service) exportReview(w http.ResponseWriter, r *http.Request) {
	id, moment := r.FormValue("id"), s.company.Now()
	if _, ok := moment.Review(id); !ok {
		accesshttp.Refuse(w, r, admission.ErrNotFound)
		return
	}
	export(w, r, "review-"+id, audit.ReviewList(moment.ReviewItems(id, company.RowQuery{})))
}

// itemOf returns the item of a review with a key.
func itemOf(m company.Moment, review, key string) (audit.ReviewItem, bool) {
	if key == "" {
		return audit.ReviewItem{}, false
	}
	for item := range m.ReviewItems(review, company.RowQuery{}) {
		if item.Row.Key() == key {
			return item, true
		}
	}
	return audit.ReviewItem{}, false
}

// decideItem records a decision about an item, unless it was changed since the reader looked. If it is refused, the page shows why, with
// what was typed.
func (s *service) decideItem(w http.ResponseWriter, r *http.Request) {
	if !readForm(w, r) {
		return
	}
	asked := reviewAsked{id: r.PostForm.Get("id"), after: r.PostForm.Get("after")}
	typed := reviewTyped{Row: r.PostForm.Get("row"), Decision: r.PostForm.Get("decision"), Reason: r.PostForm.Get("reason")}
	by := callerOf(r, typed.Reason)
	var err error
	if by.Since, err = strconv.ParseUint(r.PostForm.Get("seen"), 10, 64); err != nil {
		accesshttp.Refuse(w, r, admission.BadRequest("the form lacks the event that you saw"))
		return
	}
	_, err = s.company.Do(r.Context(), by, company.DecideItem{Review: asked.id, Row: typed.Row, Decision: typed.Decision})
	if err == nil {
		query := url.Values{"id": {asked.id}, "done": {typed.Row}}
		if asked.after != "" {
			query.Set("after", asked.after)
		}
		redirect(w, r, "/review", query, "done")
		return
	}
	status := 0
	if status, typed.Error = refusal(err); status == 0 {
		s.refuseUntold(w, r, err)
		return
	}
	s.renderReview(w, r, status, asked, typed)
}
