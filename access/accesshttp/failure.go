package accesshttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/ambit-authz/ambit/access"
)

// The functions of a [Config] return these, or errors that wrap them. The
// wrapping error is for your log, and never shown.
var (
	ErrUnauthenticated = errors.New("not authenticated")       // 401: nobody is asking, or they could not prove who they are
	ErrNotFound        = errors.New("not found")               // 404: the request names nothing
	ErrUnavailable     = errors.New("temporarily unavailable") // 503: there can be no answer now, but may be one later
)

var (
	errNoPolicy = errors.New("there is no policy")
	errNoCause  = errors.New("refused without an error")
)

// Error is why a request was not let through, other than a denial.
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

// failure says how an error is answered. "Unavailable" comes first: an error
// that is a time-out as well says nothing about the request. The reason of a
// denial is shown only to the subject that it is about.
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
// have. Call it before you write or set anything, with a denial that [Decide] or
// a change of the company returned, with [ErrNotFound] for a thing that turns out
// not to exist, or with any other error. A nil error is a failure, too. Outside a
// guarded route it answers as a guard with no optional field set.
//
// A denial is answered 404 on a route of [Guard.RequireOrNotFound] and 403 on
// every other. That includes [Guard.RequireSeen], whose handler runs only if the
// subject sees the resource. If the denial itself would reveal something, pass
// ErrNotFound instead. The reason is left out if the denial is about another
// subject than [Subject]: about another user, or about the same user in another
// session or in none.
//
// Called by [Config.Respond] with the writer it was given, Refuse answers as that
// guard would, and does not call Respond again.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	a := admissionOf(r.Context())
	if response, responding := w.(*response); responding {
		a = response.to
	} else if a == nil {
		a = &admission{guard: unconfigured}
	}
	a.refuse(w, r, err)
}

// unconfigured is the guard outside a guarded route. It lets nothing through.
var unconfigured = &Guard{Config{}.withDefaults()}

// refuse answers err. It touches no header of a 404, which is the router's.
func (a *admission) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f, config := a.failure(err), &a.guard.config
	if f.Status != http.StatusNotFound {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		if f.Status == http.StatusUnauthorized {
			h.Set("WWW-Authenticate", config.Challenge)
		}
	}
	if _, responding := w.(*response); config.Respond != nil && !responding {
		response := &response{ResponseWriter: w, to: a, status: f.Status}
		if config.Respond(response, r, f); response.written {
			return
		}
	}
	if f.Status == http.StatusNotFound {
		config.NotFound.ServeHTTP(w, r)
		return
	}
	writeProblem(w, r, f)
}

// response is what Respond writes to. It offers no other interface of the
// server's: a flush would send a success.
type response struct {
	http.ResponseWriter
	to      *admission
	status  int // if Respond sets none
	written bool
}

// WriteHeader notes a final status.
func (r *response) WriteHeader(status int) {
	r.written = r.written || status >= http.StatusOK
	r.ResponseWriter.WriteHeader(status)
}

// Write sends the status of the failure first, where the server would send 200.
func (r *response) Write(p []byte) (int, error) {
	if !r.written {
		r.WriteHeader(r.status)
	}
	return r.ResponseWriter.Write(p)
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
