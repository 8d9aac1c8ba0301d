package main

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/team"
)

//go:embed pages
var pageFiles embed.FS

// pages are the templates. html/template escapes whatever they show for the place where it stands, so a name is text, whatever is in it.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"day":     day,
	"lastday": lastDay,
	"minute":  minute,
	"join":    strings.Join,
	"anchor":  anchor,
	"entry":   menuEntry,
	"piece":   describePiece,
	"due":     describeDue,
	"user":    userOf,
	"detail":  describeChange,
	"finding": describeFinding,
}).ParseFS(pageFiles, "pages/*.html"))

// contentPolicy lets a page load its stylesheet and send forms, both only to this service, and nothing else: no script runs, whatever
// gets into a page. No other site may frame it.
const contentPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// setPageHeaders is for everything that a browser shows or saves. A page may not be stored: it is for one reader at one moment.
func setPageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // an id in the query of a page is for nobody else
}

// page is what every template gets.
type page struct {
	Title   string
	Company string
	Path    string // the menu marks it
	Self    *self  // who is logged in, nil for nobody
	Data    any
}

// self is the reader of a page, with what the menu offers them.
type self struct {
	ID     team.UserID
	Name   string
	Audit  bool // may read the register and the history
	Review bool // may run reviews
}

// entry is one of the menu.
type entry struct {
	Path, Name string
	Here       bool
}

func menuEntry(path, name, here string) entry { return entry{path, name, path == here} }

// selfOf returns the reader of a page that a guard admitted. The menu only offers: what it leaves out is refused by the guards as well.
func selfOf(r *http.Request) *self {
	subject, policy := admission.Subject(r.Context()), admission.Policy(r.Context())
	if subject.IsZero() {
		return nil
	}
	may := func(action access.Action) bool { return policy.Decide(subject, action, access.Company()).Allowed }
	user, _ := policy.Directory().User(subject.User())
	return &self{subject.User(), user.Name, may(access.ReadAudit), may(access.RunReview)}
}

// render answers with a page. It is made as a whole before its first byte is sent, so that one that fails is not shown in part.
func (s *service) render(w http.ResponseWriter, r *http.Request, status int, name, title string, data any) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, page{title, s.company.Name(), r.URL.Path, selfOf(r), data}); err != nil {
		accesshttp.Refuse(w, r, fmt.Errorf("page %s: %w", name, err))
		return
	}
	setPageHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body.Bytes()) // a client that is gone needs no answer
}

// redirect sends a browser to another page of this service, and to a place on it.
func redirect(w http.ResponseWriter, r *http.Request, path string, query url.Values, place string) {
	setPageHeaders(w.Header())
	http.Redirect(w, r, (&url.URL{Path: path, RawQuery: query.Encode(), Fragment: place}).String(), http.StatusSeeOther)
}

// showStyle answers with the stylesheet of all pages, which tells nobody anything.
func showStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeFileFS(w, r, pageFiles, "pages/style.css")
}

// showHome answers with what there is for the reader: for every user, so it shows nothing of the company but their own reports.
func (s *service) showHome(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, "home.html", "Reports and access", s.titles(r))
}

// refusePage answers as a page for a request that the guard did not let through. A 404 is the router's.
func (s *service) refusePage(w http.ResponseWriter, r *http.Request, f admission.Failure) {
	if f.Status == http.StatusNotFound {
		return
	}
	w.Header().Del("WWW-Authenticate") // a browser logs in by the page
	if f.Status == http.StatusUnauthorized {
		s.refuseStranger(w, r)
		return
	}
	s.render(w, r, f.Status, "refused.html", http.StatusText(f.Status), struct {
		Status int
		Reason access.Reason
	}{f.Status, f.Public.Reason})
}

// day is how a page shows the day of a time, minute the time itself; none is "".
func day(t time.Time) string    { return format(t, time.DateOnly) }
func minute(t time.Time) string { return format(t, "2006-01-02 15:04") }

// lastDay is the last day before an end.
func lastDay(end time.Time) string { return day(end.Add(-1)) }

func format(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}
