// Server serves reports by fiber, guarded by Ambit. From the directory of the
// module:
//
//	go run ./server
package main

import (
	"fmt"
	"log"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/examples/fiberguard"
	"github.com/gofiber/fiber/v3"
)

const company = `{
  "users":   [{"id": "ann", "email": "ann@example.com", "role": "team-member"}, {"id": "tom", "email": "tom@example.com", "role": "team-member"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "editor"}]}, {"id": "q2", "grants": [{"user": "tom", "level": "viewer"}]}]
}`

const help = `  curl -i -H 'Authorization: Bearer ann' localhost:8080/reports/q1         # 200
  curl -i -H 'Authorization: Bearer ann' localhost:8080/reports/q2         # 404: not shared with ann
  curl -i -H 'Authorization: Bearer ann' localhost:8080/reports/q1/events  # ends when ann may no longer view it
  curl -i -H 'Authorization: Bearer tom' localhost:8080/titles -H 'Content-Type: application/json' -d '{"report": "q2"}'  # 403`

func main() {
	app, err := newApp()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(help)
	log.Fatal(app.Listen("localhost:8080"))
}

func newApp() (*fiber.App, error) {
	guard, err := fiberguard.New(fiberguard.Config{Source: live.New(access.MustLoad(company)), Subject: session})
	if err != nil {
		return nil, err
	}
	report := fiberguard.Path("report", access.Report)
	app := fiber.New()
	app.Get("/reports/:report", guard.RequireOrNotFound(access.ViewReport, report), show)
	app.Get("/reports/:report/events", guard.RequireOrNotFound(access.ViewReport, report), events)
	app.Post("/titles", guard.RequireSeen(access.ViewReport, access.EditReport, fiberguard.JSON("report", access.Report)), show)
	return app, nil
}
