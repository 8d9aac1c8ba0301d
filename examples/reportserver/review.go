package main

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// reviewsPage is all reviews, and the form that opens another with what was typed into it.
type reviewsPage struct {
	Reviews         []audit.Review
	Open            bool // one of them is
	ID, Due, Reason string
	Error           string
}

// showReviews answers with all reviews.
func (s *service) showReviews(w http.ResponseWriter, r *http.Request) {
	s.renderReviews(w, r, http.StatusOK, reviewsPage{ID: s.company.Now().Time().Format("2006-01")})
}

func (s *service) renderReviews(w http.ResponseWriter, r *http.Request, status int, view reviewsPage) {
	view.Reviews = slices.Collect(s.company.Now().Reviews())
	view.Open = slices.ContainsFunc(view.Reviews, func(r audit.Review) bool { return r.Closed.IsZero() })
	s.render(w, r, status, "reviews.html", "Reviews", view)
}

// openReview opens a review and leads to it.
func (s *service) openReview(w http.ResponseWriter, r *http.Request) {
	if !readForm(w, r) {
		return
	}
	view := reviewsPage{ID: r.PostForm.Get("id"), Due: r.PostForm.Get("due"), Reason: r.PostForm.Get("reason")}
	change := company.OpenReview{Review: view.ID}
	if view.Due != "" {
		begin, err := time.Parse(time.DateOnly, view.Due)
		if err != nil {
			view.Error = wrongDay
			s.renderReviews(w, r, http.StatusBadRequest, view)
			return
		}
		change.Due = begin.AddDate(0, 0, 1) // until the day is over
	}
	receipt, err := s.company.Do(r.Context(), callerOf(r, view.Reason), change)
	if err == nil {
		opened := receipt.Changes[0].(company.OpenReview) // with its name, if none was typed
		redirect(w, r, "/review", url.Values{"id": {opened.Review}}, "")
		return
	}
	status, text := refusal(err)
	if status == 0 {
		s.refuseUntold(w, r, err)
		return
	}
	view.Error = text
	s.renderReviews(w, r, status, view)
}

// closeReview closes a review. What is open then stays a finding.
func (s *service) closeReview(w http.ResponseWriter, r *http.Request) {
	if !readForm(w, r) {
		return
	}
	id, reason := r.PostForm.Get("id"), r.PostForm.Get("reason")
	_, err := s.company.Do(r.Context(), callerOf(r, reason), company.CloseReview{Review: id})
	if err == nil {
		redirect(w, r, "/review", url.Values{"id": {id}}, "")
		return
	}
	status, text := refusal(err)
	if status == 0 {
		s.refuseUntold(w, r, err)
		return
	}
	s.renderReview(w, r, status, reviewAsked{id: id}, reviewTyped{Closing: reason, Error: text})
}

// downloadEvidence answers with the evidence of a closed review: a zip archive, which contains the log.
func (s *service) downloadEvidence(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("id")
	if review, ok := s.company.Now().Review(id); !ok || review.Closed.IsZero() {
		accesshttp.Refuse(w, r, admission.ErrNotFound)
		return
	}
	sendFile(w, r, "evidence-"+id+".zip", "application/zip", func(to io.Writer) error {
		return s.company.WriteEvidence(r.Context(), to, id)
	})
}

// readForm reads the form of a page. If it cannot be read, readForm answers the request and returns false.
func readForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	err := r.ParseForm()
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = admission.ErrTooLarge
	} else if err != nil {
		err = admission.BadRequest("the form cannot be read")
	}
	if err != nil {
		accesshttp.Refuse(w, r, err)
	}
	return err == nil
}
