// Server is a small service of reports on Echo, each route with a guard.
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/examples/echoguard"
	"github.com/labstack/echo/v5"
)

var policy = access.MustLoad(`{
  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "q2"}]
}`)

// user stands for your authentication, which is not part of Ambit.
func user(r *http.Request) (access.Subject, error) { return access.User(r.Header.Get("X-User")), nil }

// show is the handler of a report.
func show(c *echo.Context) error {
	ctx := c.Request().Context()
	return c.String(http.StatusOK, fmt.Sprintf("%s for %s\n", admission.Decision(ctx).Resource, admission.Subject(ctx)))
}

// newEcho returns the service.
func newEcho() (*echo.Echo, error) {
	guard, err := echoguard.New(accesshttp.Config{Source: live.New(policy), Subject: user})
	if err != nil {
		return nil, err
	}
	report := accesshttp.Path("report", access.Report)
	e := echo.New()
	e.GET("/reports/:report", show, guard.Require(access.ViewReport, report))
	e.GET("/hidden/:report", show, guard.RequireOrNotFound(access.ViewReport, report))
	return e, nil
}

func main() {
	e, err := newEcho()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(`Try:
  curl -H 'X-User: ann' http://127.0.0.1:8080/reports/q1
  curl -H 'X-User: ann' http://127.0.0.1:8080/reports/q2
  curl -H 'X-User: ann' http://127.0.0.1:8080/hidden/q2
`)
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", e))
}
