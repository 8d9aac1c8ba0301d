// Server is a small service of reports on chi, each route with a guard.
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/examples/chiguard"
	"github.com/go-chi/chi/v5"
)

var policy = access.MustLoad(`{
  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "q2"}]
}`)

// user stands for your authentication, which is not part of Ambit.
func user(r *http.Request) (access.Subject, error) { return access.User(r.Header.Get("X-User")), nil }

// show is the handler of a report.
func show(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s for %s\n", admission.Decision(r.Context()).Resource, admission.Subject(r.Context()))
}

// newRouter returns the service.
func newRouter() (*chi.Mux, error) {
	guard, err := accesshttp.New(accesshttp.Config{Source: live.New(policy), Subject: user})
	if err != nil {
		return nil, err
	}
	report := chiguard.Path("report", access.Report)
	r := chi.NewRouter()
	r.With(guard.Require(access.ViewReport, report)).Get("/reports/{report}", show)
	r.With(guard.RequireOrNotFound(access.ViewReport, report)).Get("/hidden/{report}", show)
	return r, nil
}

func main() {
	r, err := newRouter()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(`Try:
  curl -H 'X-User: ann' http://127.0.0.1:8080/reports/q1
  curl -H 'X-User: ann' http://127.0.0.1:8080/reports/q2
  curl -H 'X-User: ann' http://127.0.0.1:8080/hidden/q2
`)
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", r))
}
