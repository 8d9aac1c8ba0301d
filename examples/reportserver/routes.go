package main

import (
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/decisionlog"
)

// routes returns all routes of the service, each with who may use it. Only the logins, the health and the stylesheet are for everybody, and AuthZEN
// authenticates its callers itself.
func (s *service) routes(gatewayToken, publicHost string) (http.Handler, error) {
	mux := http.NewServeMux()
	config := accesshttp.Config{
		Source:   s.company,
		Subject:  s.logins.subject,
		Observer: decisionlog.New(s.logger, nil),
		OnError:  s.logFailed,
	}
	if err := s.routePrograms(mux, config); err != nil {
		return nil, err
	}
	config.Respond = s.refusePage // people get a page where programs get a problem
	if err := s.routePeople(mux, config, publicHost != ""); err != nil {
		return nil, err
	}
	authzen, err := s.authzen(gatewayToken, publicHost)
	if err != nil {
		return nil, err
	}
	mux.Handle("/access/v1/", authzen)
	if publicHost != "" {
		mux.Handle("/.well-known/authzen-configuration", authzen)
	}
	protection, err := crossOrigin(publicHost)
	if err != nil {
		return nil, err
	}
	return protection.Handler(mux), nil
}

// routePrograms adds the routes that answer in JSON.
func (s *service) routePrograms(mux *http.ServeMux, config accesshttp.Config) error {
	guard, err := accesshttp.New(config)
	if err != nil {
		return err
	}
	company := accesshttp.Fixed(access.Company())
	report := accesshttp.Path("report", access.Report)
	user := accesshttp.Path("user", access.TargetUser)
	team := accesshttp.Path("team", access.Team)

	route := func(pattern string, guarded func(http.Handler) http.Handler, handler http.HandlerFunc) {
		mux.Handle(pattern, guarded(handler))
	}
	route("GET /reports", guard.RequireUser(), s.listReports)
	route("GET /reports/{report}", guard.RequireOrNotFound(access.ViewReport, report), s.showReport) // a report that they may not read does not exist for them
	route("POST /reports/{report}/shares", guard.RequireSeen(access.ViewReport, access.ShareViewer, report), s.shareReport)
	route("PUT /users/{user}/role", guard.Require(access.SetUserRole, user), s.setRole)
	route("POST /teams/{team}/members", guard.Require(access.SetTeamMembers, team), s.addMember)
	route("GET /audit", guard.Require(access.ReadAudit, company), s.listEvents)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("GET /healthz", s.showHealth)
	return nil
}

// routePeople adds the pages. With secure, browsers send the cookie over TLS only.
func (s *service) routePeople(mux *http.ServeMux, config accesshttp.Config, secure bool) error {
	guard, err := accesshttp.New(config)
	if err != nil {
		return err
	}
	company := accesshttp.Fixed(access.Company())
	readAudit, runReview := guard.Require(access.ReadAudit, company), guard.Require(access.RunReview, company)
	both := func(next http.Handler) http.Handler { return readAudit(runReview(next)) }

	route := func(pattern string, guarded func(http.Handler) http.Handler, handler http.HandlerFunc) {
		mux.Handle(pattern, guarded(handler))
	}
	route("GET /{$}", guard.RequireUser(), s.showHome)
	route("GET /register", readAudit, s.showRegister)
	route("GET /register/{format}", readAudit, s.exportRegister)
	route("GET /person", readAudit, s.showPerson)
	route("GET /person/{format}", readAudit, s.exportPerson)
	route("GET /due", readAudit, s.showDue)
	route("GET /due/{format}", readAudit, s.exportDue)
	route("GET /history", readAudit, s.showHistory)
	route("GET /history/{format}", readAudit, s.exportHistory)
	route("GET /reviews", runReview, s.showReviews)
	route("POST /reviews", runReview, s.openReview)
	route("GET /review", runReview, s.showReview)
	route("GET /review/{format}", runReview, s.exportReview)
	route("GET /review/evidence", both, s.downloadEvidence) // the log is in it
	route("POST /review/decide", runReview, s.decideItem)
	route("POST /review/close", runReview, s.closeReview)
	mux.HandleFunc("GET /login", s.showLogin)
	mux.HandleFunc("POST /session", s.startSession(secure))
	mux.HandleFunc("POST /session/end", s.endSession(secure))
	mux.HandleFunc("GET /style.css", showStyle)
	return nil
}
