package main

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/team"
)

const (
	loginTime = 8 * time.Hour
	maxLogins = 10_000
)

// logins are the users who are logged in, by the digest of their tokens: nobody can log in with a digest.
type logins struct {
	now  func() time.Time
	mu   sync.Mutex
	open map[digest]login
}

type digest = [sha256.Size]byte

type login struct {
	user team.UserID
	end  time.Time // exclusive
}

func newLogins(now func() time.Time) *logins {
	return &logins{now: now, open: make(map[digest]login)}
}

// login is a stub: it checks no password. Authenticate your users here, with your identity provider; Ambit begins once it is known who
// asks.
func (s *service) login(w http.ResponseWriter, r *http.Request) {
	var body struct {
		User team.UserID `json:"user"`
	}
	if !readBody(w, r, &body) {
		return
	}
	if err := s.checkUser(body.User); err != nil {
		accesshttp.Refuse(w, r, err)
		return
	}
	token, err := s.logins.start(body.User)
	if err != nil {
		accesshttp.Refuse(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintln(w, token) // alone on a line, for the shell
}

// checkUser returns nil for a user of the company. While nobody knows who is one, as the company is too far behind its log, the error is
// another one than that for a stranger.
func (s *service) checkUser(id team.UserID) error {
	policy := s.company.Policy()
	if policy.IsZero() {
		return fmt.Errorf("%w: the company is too far behind its log", admission.ErrUnavailable)
	}
	if _, ok := policy.Directory().User(id); !ok {
		return fmt.Errorf("%w: there is no such user", admission.ErrUnauthenticated)
	}
	return nil
}

// start logs a user in and returns their token. It refuses while there are maxLogins.
func (l *logins) start(user team.UserID) (token string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= maxLogins {
		maps.DeleteFunc(l.open, func(_ digest, in login) bool { return !l.now().Before(in.end) })
	}
	if len(l.open) >= maxLogins {
		return "", fmt.Errorf("%w: %d users are logged in", admission.ErrUnavailable, maxLogins)
	}
	token = rand.Text()
	l.open[sha256.Sum256([]byte(token))] = login{user, l.now().Add(loginTime)}
	return token, nil
}

// end logs out whoever has a token, if anybody has.
func (l *logins) end(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, sha256.Sum256([]byte(token)))
}

// subject returns the user whose token a request has, in its Authorization header or, of a browser, in its cookie. The policy decides
// whether they may still do anything.
func (l *logins) subject(r *http.Request) (access.Subject, error) {
	token, ok := bearer(r)
	if _, other := r.Header["Authorization"]; !other {
		token = cookieToken(r)
		ok = token != ""
	}
	if !ok {
		return access.Subject{}, fmt.Errorf("%w: no token", admission.ErrUnauthenticated)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	in, ok := l.open[sha256.Sum256([]byte(token))]
	if !ok || !l.now().Before(in.end) {
		return access.Subject{}, fmt.Errorf("%w: the token is unknown or has ended", admission.ErrUnauthenticated)
	}
	return access.User(in.user), nil
}

// bearer returns the token in the Authorization header of a request.
func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}
