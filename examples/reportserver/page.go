package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/decisionlog"
	"github.com/ambit-authz/ambit/team"
)

// consolePath is where the pages for people are.
const consolePath = "/console"

// console returns the pages for people: those of package console, beside the logins of this service. They ask the company itself who may
// see and do what.
func (s *service) console(publicHost string) (http.Handler, error) {
	config := &console.Config{
		User: s.signedIn, Prefix: consolePath, SignIn: "/login", SignOut: "/session/end",
		By:       func(r *http.Request, by *company.By) { by.Correlation = requestID(r.Context()) },
		Observer: decisionlog.New(s.logger, nil),
		OnError:  s.logFailed,
	}
	if publicHost != "" {
		config.Origins = []string{"https://" + publicHost} // behind the proxy, whose scheme and host are not the server's
	}
	return console.New(s.company, config)
}

// signedIn returns the user who is logged in.
func (s *service) signedIn(r *http.Request) (team.UserID, error) {
	subject, err := s.logins.subject(r)
	return subject.User(), err
}

//go:embed login.html
var loginHTML string

// loginPage escapes whatever it shows for the place where it stands.
var loginPage = template.Must(template.New("login").Parse(loginHTML))

// contentPolicy lets the login page load its stylesheet and send its form, both only to this service, and nothing else.
const contentPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// setPageHeaders is for the login page and what leads to it. It may not be stored: it is for one reader at one moment.
func setPageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

// renderLogin answers with the login page.
func (s *service) renderLogin(w http.ResponseWriter, status int, form loginForm) {
	var body bytes.Buffer
	loginPage.Execute(&body, form) // into memory, of texts alone, which cannot fail
	setPageHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body.Bytes()) // a client that is gone needs no answer
}
