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

// failureOf says how an error is answered. Not being able to answer comes first:
// an error that is a time-out besides says nothing about the request.
func failureOf(err error, hide bool) Failure {
	f := Failure{Status: http.StatusInternalServerError, Err: err}
	switch {
	case err == nil:
		f.Err = errNoCause
	case errors.Is(err, ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		f.Status = http.StatusServiceUnavailable
	case errors.Is(err, ErrUnauthenticated):
		f.Status = http.StatusUnauthorized
	case errors.Is(err, ErrNotFound), hide && errors.Is(err, access.ErrDenied):
		f.Status = http.StatusNotFound
	case errors.Is(err, access.ErrDenied):
		f.Status = http.StatusForbidden
		if denied, ok := errors.AsType[*access.DeniedError](err); ok {
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
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	if a := admitted(r.Context()); a != nil {
		a.route.refuse(w, r, err)
		return
	}
	plain := route{guard: &Guard{Challenge: defaultChallenge, NotFound: http.HandlerFunc(http.NotFound)}}
	plain.refuse(w, r, err)
}

// refuse answers err. It touches no header of a 404, which is the router's.
func (t *route) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f := failureOf(err, t.hide)
	if f.Status != http.StatusNotFound {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		if f.Status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", t.guard.Challenge)
		}
	}
	if t.guard.Respond != nil {
		a := &answer{ResponseWriter: w, status: f.Status}
		if t.guard.Respond(a, r, f); a.given {
			return
		}
	}
	if f.Status == http.StatusNotFound {
		t.guard.NotFound.ServeHTTP(w, r)
		return
	}
	writeProblem(w, r, f)
}

// answer is what Respond writes to. It is no other interface of the server's:
// a flush would send a success.
type answer struct {
	http.ResponseWriter
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
