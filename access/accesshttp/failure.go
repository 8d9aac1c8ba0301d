package accesshttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/ambit-authz/ambit/access"
)

// What the functions of a [Guard] say by wrapping it. The wrapping error is for
// the host's log, and never shown.
var (
	ErrUnauthenticated = errors.New("not authenticated")       // 401: nobody is asking, or he cannot prove who he is
	ErrNotFound        = errors.New("not found")               // 404: the request names nothing
	ErrUnavailable     = errors.New("temporarily unavailable") // 503: what is needed for an answer cannot be had now
)

var (
	errNoPolicy = errors.New("there is no policy")
	errNoCause  = errors.New("refused without an error")
)

// Error is why a request was not let through, if not by a decision.
type Error struct {
	Op  string // what failed: "subject", "policy", "resource" or "context"
	Err error
}

// Error returns what failed and the cause.
func (e *Error) Error() string { return "accesshttp: " + e.Op + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Failure is a request that is not let through.
type Failure struct {
	Status int           // 401, 403, 404, 500 or 503
	Public access.Public // what the subject may be shown of a denial; zero unless Status is 403
	Err    error         // the cause, never nil and never to be shown; a denial is an [*access.DeniedError], with the full decision
}

// failure says how an error is answered. Not being able to answer comes first:
// an error that is a time-out besides says nothing about the request. The reason
// of a denial is shown to whom it is about.
func (a *admission) failure(err error) Failure {
	f := Failure{Status: http.StatusInternalServerError, Err: err}
	switch {
	case err == nil:
		f.Err = errNoCause
	case errors.Is(err, ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		f.Status = http.StatusServiceUnavailable
	case errors.Is(err, ErrUnauthenticated):
		f.Status = http.StatusUnauthorized
	case errors.Is(err, ErrNotFound), a.hide && errors.Is(err, access.ErrDenied):
		f.Status = http.StatusNotFound
	case errors.Is(err, access.ErrDenied):
		f.Status = http.StatusForbidden
		if denied, ok := errors.AsType[*access.DeniedError](err); ok && denied.Decision.Subject == a.subject {
			f.Public = denied.Decision.Public()
		}
	}
	return f
}

// Refuse answers a request from within a guarded handler as its guard would
// have, before anything was written or set: a denial that [Decide] or a change
// of the company came back with, [ErrNotFound] for what turns out not to be
// there, or any other error. A nil error is a failure, too. Outside a guarded
// route it answers as a Guard does that says nothing about its answers.
//
// A denial is answered 404 on a route of [Guard.RequireOrNotFound] and 403 on
// any other, also of [Guard.RequireSeen], whose handler runs for who sees the
// resource; what else he must not know of is for the handler to call
// ErrNotFound. The reason is left out if the denial is not about [Subject]: about
// somebody else, or about him in another session or in none.
//
// Called by [Guard.Respond], with what that writes to, it answers as that guard
// would, and does not call Respond again.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	a := admitted(r.Context())
	if own, responding := w.(*answer); responding {
		a = own.to
	} else if a == nil {
		a = &admission{guard: &Guard{Challenge: defaultChallenge, NotFound: http.HandlerFunc(http.NotFound)}}
	}
	a.refuse(w, r, err)
}

// refuse answers err. It touches no header of a 404, which is the router's.
func (a *admission) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f := a.failure(err)
	if f.Status != http.StatusNotFound {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		if f.Status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", a.guard.Challenge)
		}
	}
	if _, responding := w.(*answer); a.guard.Respond != nil && !responding {
		own := &answer{ResponseWriter: w, to: a, status: f.Status}
		if a.guard.Respond(own, r, f); own.given {
			return
		}
	}
	if f.Status == http.StatusNotFound {
		a.guard.NotFound.ServeHTTP(w, r)
		return
	}
	writeProblem(w, r, f)
}

// answer is what Respond writes to. It is no other interface of the server's:
// a flush would send a success.
type answer struct {
	http.ResponseWriter
	to     *admission
	status int  // if Respond sets none
	given  bool // something was written
}

// WriteHeader notes a final status.
func (a *answer) WriteHeader(status int) {
	a.given = a.given || status >= http.StatusOK
	a.ResponseWriter.WriteHeader(status)
}

// Write sends the status of the failure first, where the server would send 200.
func (a *answer) Write(p []byte) (int, error) {
	if !a.given {
		a.WriteHeader(a.status)
	}
	return a.ResponseWriter.Write(p)
}

// problem is the body of an answer. It has no type, so its title is that of the
// status.
type problem struct {
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Reason access.Reason `json:"reason,omitempty"`
}

func writeProblem(w http.ResponseWriter, r *http.Request, f Failure) {
	body, _ := json.Marshal(problem{http.StatusText(f.Status), f.Status, f.Public.Reason}) // strings and a number always can be
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Del("Content-Length") // of another body; the server knows this one's, after any compression
	w.WriteHeader(f.Status)
	if r.Method != http.MethodHead {
		w.Write(body) // a client that is gone needs no answer
	}
}
