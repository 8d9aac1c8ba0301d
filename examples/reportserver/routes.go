package main

import (
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/decisionlog"
)

// routes returns all routes of the service, each with who may use it. Only the logins and the health are for everybody. AuthZEN
// authenticates its callers itself, and the console asks for each page.
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
	authzen, err := s.authzen(gatewayToken, publicHost)
	if err != nil {
		return nil, err
	}
	mux.Handle("/access/v1/", authzen)
	if publicHost != "" {
		mux.Handle("/.well-known/authzen-configuration", authzen)
	}
	if err := s.routePeople(mux, publicHost); err != nil {
		return nil, err
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

// routePeople adds the pages: those of package console, and the login. With a public host, browsers send the cookie over TLS only.
func (s *service) routePeople(mux *http.ServeMux, publicHost string) error {
	pages, err := s.console(publicHost)
	if err != nil {
		return err
	}
	secure := publicHost != ""
	mux.Handle(consolePath+"/", pages)
	mux.Handle("GET /{$}", http.RedirectHandler(consolePath+"/", http.StatusSeeOther))
	mux.HandleFunc("GET /login", s.showLogin)
	mux.HandleFunc("POST /session", s.startSession(secure))
	mux.HandleFunc("POST /session/end", s.endSession(secure))
	return nil
}
