package main

import (
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
)

// middleware is what [accesshttp.Guard] makes.
type middleware = func(http.Handler) http.Handler

// routes returns all routes of the service, each with who may take it. Only the login is for everybody, and AuthZEN has callers of
// its own.
func (s *service) routes(gatewayToken, publicHost string) (http.Handler, error) {
	guard := accesshttp.Guard{
		Policy:   s.policy,
		Subject:  s.logins.subject,
		Observer: access.LogDecisions(s.logger, nil),
		Respond:  s.logFailure,
	}
	company := accesshttp.Fixed(access.Company())
	report := accesshttp.Path("report", access.Report)
	user := accesshttp.Path("user", access.TargetUser)
	team := accesshttp.Path("team", access.Team)
	readable := guard.RequireOrNotFound(access.ViewReport, report) // what one cannot read does not exist

	mux := http.NewServeMux()
	route := func(pattern string, guarded middleware, handler http.HandlerFunc) {
		mux.Handle(pattern, guarded(handler))
	}
	route("GET /reports", guard.RequireUser(), s.listReports)
	route("GET /reports/{report}", readable, s.showReport)
	route("POST /reports/{report}/shares", within(readable, guard.Require(access.ShareViewer, report)), s.shareReport)
	route("PUT /users/{user}/role", guard.Require(access.SetUserRole, user), s.setRole)
	route("POST /teams/{team}/members", guard.Require(access.SetTeamMembers, team), s.addMember)
	route("GET /audit", guard.Require(access.ReadAudit, company), s.listEvents)
	mux.HandleFunc("POST /login", s.login)

	authzen, err := s.authzen(gatewayToken, publicHost)
	if err != nil {
		return nil, err
	}
	mux.Handle("/access/v1/", authzen)
	if publicHost != "" {
		mux.Handle("/.well-known/authzen-configuration", authzen)
	}
	return mux, nil
}

// within asks inner only of whom outer lets through. What the handler then refuses is answered by inner: not found is for reports
// that the caller cannot see, and forbidden is for what he may not do with those he can.
func within(outer, inner middleware) middleware {
	return func(next http.Handler) http.Handler { return outer(inner(next)) }
}

// logFailure logs why a request could not be answered. Denials are logged as they are decided.
func (s *service) logFailure(_ http.ResponseWriter, r *http.Request, f accesshttp.Failure) {
	if f.Status >= http.StatusInternalServerError {
		s.logger.ErrorContext(r.Context(), "cannot answer", "request", requestID(r.Context()), "err", f.Err)
	}
}
