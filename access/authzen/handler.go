package authzen

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access/admission"
)

type handler struct {
	config       Config              // complete
	endpoints    map[string]endpoint // by escaped path
	metadataPath string
	metadata     []byte
}

// endpoint returns the answer to a body, to be encoded as JSON.
type endpoint func(r *http.Request, body []byte) (answer any, err error)

// refusal is why a request is not answered. The caller sees its text.
type refusal struct {
	status int
	error
}

func refuse(status int, text string) *refusal { return &refusal{status, errors.New(text)} }

func malformed(text string) error { return refuse(http.StatusBadRequest, text) }

// ServeHTTP compares paths as they were sent: a path that needs decoding or
// cleaning first is not one of an endpoint.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := echoRequestID(w, r); err != nil {
		h.fail(w, r, err)
		return
	}
	path := r.URL.EscapedPath()
	if h.metadata != nil && path == h.metadataPath {
		h.serveMetadata(w, r)
		return
	}
	serve, ok := h.endpoints[path]
	if !ok {
		http.Error(w, "there is no such endpoint", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "the method must be POST", http.StatusMethodNotAllowed)
		return
	}
	data, err := h.respond(w, r, serve)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	reply(w, data)
}

// respond returns the whole response of an endpoint, before any of it is sent.
// If the request's context has ended, it returns the context's error: the
// Evaluator may have answered from partial data.
func (h *handler) respond(w http.ResponseWriter, r *http.Request, serve endpoint) ([]byte, error) {
	if err := h.config.Authenticate(r); err != nil {
		if unavailable(r, err) || errors.Is(err, ErrForbidden) {
			return nil, err
		}
		return nil, refuse(http.StatusUnauthorized, refusals[http.StatusUnauthorized])
	}
	body, err := h.body(w, r)
	if err != nil {
		return nil, err
	}
	answer, err := serve(r, body)
	if err == nil {
		err = r.Context().Err()
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// body reads the body of a request.
func (h *handler) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if !isJSON(r.Header["Content-Type"]) {
		return nil, malformed("the content type must be application/json")
	}
	if slices.ContainsFunc(r.Header["Content-Encoding"], func(e string) bool { return !strings.EqualFold(e, "identity") }) {
		return nil, malformed("the body must not be encoded")
	}
	if r.Body == nil {
		return nil, nil
	}
	var b bytes.Buffer
	// The length is a claim of the caller: memory is reserved for a little of it.
	b.Grow(int(min(max(r.ContentLength, 0), 8<<10)) + bytes.MinRead)
	if _, err := io.Copy(&b, http.MaxBytesReader(w, r.Body, int64(h.config.MaxBody))); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, refuse(http.StatusRequestEntityTooLarge, refusals[http.StatusRequestEntityTooLarge])
		}
		return nil, malformed("the body cannot be read")
	}
	return b.Bytes(), nil
}

// isJSON reports whether there is exactly one content type, that of JSON.
func isJSON(types []string) bool {
	const want = "application/json"
	if len(types) != 1 {
		return false
	}
	if types[0] == want {
		return true
	}
	kind, parameters, err := mime.ParseMediaType(types[0])
	charset, given := parameters["charset"]
	return err == nil && kind == want && (!given || strings.EqualFold(charset, "utf-8"))
}

// refusalOf returns what the caller is told of an error: the same status for it as
// the other doors have.
func refusalOf(r *http.Request, err error) *refusal {
	if why, ok := errors.AsType[*refusal](err); ok {
		return why
	}
	f := admission.Failure{}.Instead(err)
	switch {
	case unavailable(r, err):
		f.Status = http.StatusServiceUnavailable
	case errors.Is(err, ErrForbidden):
		f.Status = http.StatusForbidden
	case f.Detail != "":
		return refuse(f.Status, f.Detail)
	}
	return refuse(f.Status, refusals[f.Status])
}

// refusals are what the caller is told of a host's error.
var refusals = map[int]string{
	http.StatusBadRequest:            "the request is not understood",
	http.StatusUnauthorized:          "the caller is not authenticated",
	http.StatusForbidden:             "the caller may not ask this",
	http.StatusNotFound:              "what is asked about does not exist",
	http.StatusRequestEntityTooLarge: "the body is too large",
	http.StatusInternalServerError:   "the evaluation failed",
	http.StatusServiceUnavailable:    "no evaluation is possible now",
}

// fail writes why the request is not answered.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	why := refusalOf(r, err)
	if why.status >= http.StatusInternalServerError {
		h.report(r, err)
	}
	switch why.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", h.config.Challenge)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", admission.RetryAfter)
	}
	http.Error(w, why.Error(), why.status)
}

// report tells the host what failed, unless nobody waits for the answer any more.
func (h *handler) report(r *http.Request, err error) {
	ctx := r.Context()
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
	case h.config.OnError != nil:
		h.config.OnError(ctx, err)
	default:
		slog.Default().LogAttrs(ctx, slog.LevelError, "AuthZEN request failed", slog.Any("error", err))
	}
}

// unavailable reports whether err says that there can be no answer now, or
// whether the request's context has ended.
func unavailable(r *http.Request, err error) bool {
	return admission.IsUnavailable(err) || errors.Is(err, context.Canceled) ||
		errors.Is(err, context.DeadlineExceeded) || r.Context().Err() != nil
}

// reply writes a JSON text.
func reply(w http.ResponseWriter, data []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // a client that is gone needs no answer
}

// echoRequestID repeats the request's id in the answer, byte for byte. Its error is
// for what cannot be one id.
func echoRequestID(w http.ResponseWriter, r *http.Request) error {
	const header, longest = "X-Request-Id", 8 << 10
	ids := r.Header[header]
	switch {
	case len(ids) == 0:
		return nil
	case len(ids) > 1:
		return malformed("there is more than one X-Request-ID")
	case len(ids[0]) > longest:
		return refuse(http.StatusRequestHeaderFieldsTooLarge, "the X-Request-ID is longer than 8,192 bytes")
	case strings.ContainsFunc(ids[0], noHeader): // net/http refused it before
		return malformed("the X-Request-ID has control characters")
	}
	w.Header()[header] = ids
	return nil
}

// noHeader reports whether a character cannot stand in the value of a header.
func noHeader(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
