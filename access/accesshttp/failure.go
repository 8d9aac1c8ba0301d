package accesshttp

import (
	"net/http"

	"github.com/ambit-authz/ambit/access/admission"
)

// Refuse answers a request from within a guarded handler as its guard would
// have: see [admission.FailureOf] for which error is answered how. Call it before
// you write or set anything. Outside a guarded route it answers as a guard with
// no optional field set.
//
// Called by [Config.Respond] with the writer it was given, Refuse answers as that
// guard would, and calls neither Respond nor OnError again.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	if response, responding := w.(*response); responding {
		response.refuse(r, err)
		return
	}
	a, ok := admission.Door(r.Context()).(*answers)
	if !ok {
		a = Config{}.answers()
	}
	a.refuse(w, r, admission.FailureOf(r.Context(), err))
}

// refuse lets Respond answer, and answers if it does not.
func (a *answers) refuse(w http.ResponseWriter, r *http.Request, f admission.Failure) {
	if a.respond == nil {
		a.answer(w, r, f)
		return
	}
	response := &response{ResponseWriter: w, answers: a, failure: f, before: w.Header().Clone()}
	a.setHeader(w.Header(), f)
	if a.respond(response, r, f); !response.written {
		a.write(w, r, f)
	}
}

// answer answers without asking Respond.
func (a *answers) answer(w http.ResponseWriter, r *http.Request, f admission.Failure) {
	a.setHeader(w.Header(), f)
	a.write(w, r, f)
}

// guardHeaders are those that setHeader sets.
var guardHeaders = [...]string{"Cache-Control", "X-Content-Type-Options", "Www-Authenticate", "Retry-After"}

// setHeader touches no header of a 404, which is the router's.
func (a *answers) setHeader(h http.Header, f admission.Failure) {
	if f.Status == http.StatusNotFound {
		return
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	switch f.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", a.challenge)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", admission.RetryAfter)
	}
}

func (a *answers) write(w http.ResponseWriter, r *http.Request, f admission.Failure) {
	if f.Status == http.StatusNotFound {
		a.notFound.ServeHTTP(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Del("Content-Length") // of another body; the server knows this one's, after any compression
	w.WriteHeader(f.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.Problem(a.problemType)) // a client that is gone needs no answer
	}
}

// response is what Respond writes to. It offers no other interface of the
// server's: a flush would send a success.
type response struct {
	http.ResponseWriter
	answers *answers
	failure admission.Failure
	before  http.Header // without what the guard set
	written bool
}

// refuse answers another error than that of the failure, as if it were the first:
// if it is answered 404, that must not show.
func (r *response) refuse(request *http.Request, err error) {
	for _, name := range guardHeaders {
		delete(r.Header(), name)
		if values, ok := r.before[name]; ok {
			r.Header()[name] = values
		}
	}
	r.answers.answer(r, request, r.failure.Instead(err))
	r.written = true
}

// WriteHeader notes a final status.
func (r *response) WriteHeader(status int) {
	r.written = r.written || status >= http.StatusOK
	r.ResponseWriter.WriteHeader(status)
}

// Write sends the status of the failure first, where the server would send 200.
func (r *response) Write(p []byte) (int, error) {
	if !r.written {
		r.WriteHeader(r.failure.Status)
	}
	return r.ResponseWriter.Write(p)
}
