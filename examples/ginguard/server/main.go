// Server is a small service of reports on gin, each route with a guard.
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/examples/ginguard"
	"github.com/gin-gonic/gin"
)

var policy = access.MustLoad(`{
  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "q2"}]
}`)

// user stands for your authentication, which is not part of Ambit.
func user(r *http.Request) (access.Subject, error) { return access.User(r.Header.Get("X-User")), nil }

// show is the handler of a report.
func show(c *gin.Context) {
	ctx := c.Request.Context()
	c.String(http.StatusOK, "%s for %s\n", admission.Decision(ctx).Resource, admission.Subject(ctx))
}

// newEngine returns the service.
func newEngine() (*gin.Engine, error) {
	guard, err := ginguard.New(accesshttp.Config{Source: live.New(policy), Subject: user})
	if err != nil {
		return nil, err
	}
	report := accesshttp.Path("report", access.Report)
	engine := gin.New()
	engine.GET("/reports/:report", guard.Require(access.ViewReport, report), show)
	engine.GET("/hidden/:report", guard.RequireOrNotFound(access.ViewReport, report), show)
	return engine, nil
}

func main() {
	gin.SetMode(gin.ReleaseMode)
	engine, err := newEngine()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(`Try:
  curl -H 'X-User: ann' http://127.0.0.1:8080/reports/q1
  curl -H 'X-User: ann' http://127.0.0.1:8080/reports/q2
  curl -H 'X-User: ann' http://127.0.0.1:8080/hidden/q2
`)
	log.Fatal(engine.Run("127.0.0.1:8080"))
}
