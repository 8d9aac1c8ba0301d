package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/team"
)

// sessionCookie has the token of a browser, as the Authorization header has that of a program. No script reads it, and a browser sends
// it along only from pages of this very site.
const sessionCookie = "session"

// crossOrigin refuses what a page of another origin makes a browser send, unless it only reads. A SameSite cookie alone does not: another
// port or a neighbouring subdomain is the same site. Browsers say where a request comes from (Sec-Fetch-Site, Origin), so no form needs a
// token; what is no browser says nothing, has no cookie, and goes through.
func crossOrigin(publicHost string) (*http.CrossOriginProtection, error) {
	protection := http.NewCrossOriginProtection()
	if publicHost == "" {
		return protection, nil
	}
	return protection, protection.AddTrustedOrigin("https://" + publicHost) // behind the proxy, whose scheme and host are not the server's
}

// loginForm is the login page, with what was typed before.
type loginForm struct {
	User  string
	Next  string // the page to go to after it
	Error string
}

// showLogin answers with the login page.
func (s *service) showLogin(w http.ResponseWriter, r *http.Request) {
	s.renderLogin(w, http.StatusOK, loginForm{Next: localPath(r.FormValue("next"))})
}

// startSession logs a browser in. Like the login of programs it is a stub: it checks no password.
func (s *service) startSession(secure bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		form := loginForm{User: r.PostFormValue("user"), Next: localPath(r.PostFormValue("next"))}
		err := s.checkUser(team.UserID(form.User))
		if errors.Is(err, admission.ErrUnavailable) {
			w.Header().Set("Retry-After", admission.RetryAfter)
			form.Error = "Nobody can log in at the moment. Try again in a minute."
			s.renderLogin(w, http.StatusServiceUnavailable, form)
			return
		}
		if err != nil {
			form.Error = "There is no such user."
			s.renderLogin(w, http.StatusUnauthorized, form)
			return
		}
		token, err := s.logins.start(team.UserID(form.User))
		if err != nil {
			form.Error = "Too many people are logged in. Try again later."
			s.renderLogin(w, http.StatusServiceUnavailable, form)
			return
		}
		s.logins.end(cookieToken(r))
		setSession(w, token, int(loginTime.Seconds()), secure)
		setPageHeaders(w.Header())
		http.Redirect(w, r, form.Next, http.StatusSeeOther)
	}
}

// endSession logs a browser out, here as well as there.
func (s *service) endSession(secure bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.logins.end(cookieToken(r))
		setSession(w, "", -1, secure)
		setPageHeaders(w.Header())
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	}
}

// setSession sets the cookie for so many seconds, or takes it away.
func setSession(w http.ResponseWriter, token string, seconds int, secure bool) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	})
}

// cookieToken returns the token that a browser sent, "" if there is none, or more than one: some other server set a second.
func cookieToken(r *http.Request) string {
	if cookies := r.CookiesNamed(sessionCookie); len(cookies) == 1 {
		return cookies[0].Value
	}
	return ""
}

// localPath returns a path with its query if it is one of this service, and that of the console if it could lead anywhere else.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return consolePath + "/"
	}
	return path
}
