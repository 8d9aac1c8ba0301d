package authzen

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// Config says how questions are answered. Nil is the zero Config.
type Config struct {
	// BaseURL is under which URL callers reach the handler, and what it calls
	// itself in the metadata document: an https URL without query and fragment.
	// A path in it, which tells tenants apart, is that of the endpoints as well,
	// and must need no escaping.
	// "" means that there is no metadata document, and no path.
	BaseURL string

	// Reasons adds to each denial its reason, as context.reason: what the
	// Evaluator gave, and in a batch "invalid-item" for a question that is not
	// understood and "evaluation-failed" for one whose evaluation failed.
	Reasons bool

	// MaxBody is how many bytes a body may have; 0 means 1 MiB. Neither it nor
	// the other limits may be negative.
	MaxBody int

	// MaxEvaluations is how many questions a batch may have; 0 means 1,000.
	MaxEvaluations int

	// MaxPage is how many results a page may have, up to a million; 0 means
	// 1,000.
	MaxPage int

	// Challenge is what WWW-Authenticate says to callers who are not
	// authenticated: an authentication scheme and, behind a space, anything in
	// printable ASCII. "" means Bearer.
	Challenge string

	// OnError is told of what fails in answering r, as it fails: the causes of
	// statuses 500 and 503, and of questions in a batch that are denied because
	// of it. It must be safe for concurrent use. Nil means nobody is told.
	OnError func(r *http.Request, err error)
}

// Unauthenticated lets everybody ask, for handlers that stand behind something
// which authenticates callers. It is never chosen by leaving something out.
func Unauthenticated(*http.Request) error { return nil }

// New returns the handler. For each request that is understood it takes an
// Evaluator from evaluator, whose error is one of the Evaluator.
//
// The function authenticate says with nil that the caller may ask; its error
// gives status 401, or 403 if it wraps [ErrForbidden], or 503 if it wraps
// [ErrUnavailable] or the error of a context, and is shown to nobody.
// For no authentication at all it must be [Unauthenticated].
//
// Paths are compared as a whole, so the handler may be mounted anywhere that
// they reach it unchanged. The error is about what is missing or malformed:
// there is no handler then.
func New(evaluator func(*http.Request) (Evaluator, error), authenticate func(*http.Request) error, c *Config) (http.Handler, error) {
	if c == nil {
		c = new(Config)
	}
	if evaluator == nil {
		return nil, errors.New("authzen: nothing is given that evaluates")
	}
	if authenticate == nil {
		return nil, errors.New("authzen: no authentication is chosen; none at all is Unauthenticated")
	}
	if min(c.MaxBody, c.MaxEvaluations, c.MaxPage) < 0 {
		return nil, errors.New("authzen: a limit is negative")
	}
	h := &handler{
		evaluator:      evaluator,
		authenticate:   authenticate,
		reasons:        c.Reasons,
		maxBody:        cmp.Or(c.MaxBody, 1<<20),
		maxEvaluations: cmp.Or(c.MaxEvaluations, 1000),
		maxPage:        min(cmp.Or(c.MaxPage, 1000), 1_000_000),
		challenge:      cmp.Or(c.Challenge, "Bearer"),
		onError:        c.OnError,
	}
	if !validChallenge(h.challenge) {
		return nil, fmt.Errorf("authzen: the challenge %q is not one in printable ASCII", h.challenge)
	}
	base, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	h.endpoints = map[string]endpoint{
		base.path + evaluationPath:     h.evaluation,
		base.path + evaluationsPath:    h.evaluations,
		base.path + searchSubjectPath:  h.search(subjects),
		base.path + searchResourcePath: h.search(resources),
		base.path + searchActionPath:   h.search(actions),
	}
	if c.BaseURL != "" {
		h.metadataPath, h.metadata = metadataPath+base.path, base.metadata()
	}
	return h, nil
}

// validChallenge wants an authentication scheme and, behind a space, anything
// that is printable ASCII.
func validChallenge(s string) bool {
	scheme, _, _ := strings.Cut(s, " ")
	return scheme != "" && !strings.ContainsAny(scheme, `"(),/:;<=>?@[\]{}`) && printable(s)
}

// printable reports whether s is printable ASCII, spaces included.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

type handler struct {
	evaluator    func(*http.Request) (Evaluator, error)
	authenticate func(*http.Request) error

	reasons        bool
	maxBody        int
	maxEvaluations int
	maxPage        int
	challenge      string
	onError        func(*http.Request, error)

	endpoints    map[string]endpoint // by escaped path
	metadataPath string
	metadata     []byte
}

// endpoint answers a body with what is to be encoded.
type endpoint func(r *http.Request, body []byte) (answer any, err error)

// refusal is why a request is not answered. Its text is for the caller.
type refusal struct {
	status int
	error
}

func refuse(status int, text string) *refusal { return &refusal{status, errors.New(text)} }

func malformed(text string) error { return refuse(http.StatusBadRequest, text) }

// ServeHTTP compares paths as they were sent: one that needs decoding or
// cleaning first is none of these.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	echoRequestID(w, r)
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
// An answer that nobody waits for any more is none: who gave up on the question
// may have given up on what the answer was read from.
func (h *handler) respond(w http.ResponseWriter, r *http.Request, serve endpoint) ([]byte, error) {
	if err := h.authenticate(r); err != nil {
		if unavailable(r, err) || errors.Is(err, ErrForbidden) {
			return nil, err
		}
		return nil, refuse(http.StatusUnauthorized, "the caller is not authenticated")
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
	// A length is a claim: it is believed only as far as it costs little.
	b.Grow(int(min(max(r.ContentLength, 0), 8<<10)) + bytes.MinRead)
	if _, err := io.Copy(&b, http.MaxBytesReader(w, r.Body, int64(h.maxBody))); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, refuse(http.StatusRequestEntityTooLarge, "the body is too large")
		}
		return nil, malformed("the body cannot be read")
	}
	return b.Bytes(), nil
}

// isJSON reports whether the one content type there is is that of JSON.
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

// fail writes why there is no answer.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	why, ok := errors.AsType[*refusal](err)
	switch {
	case ok:
	case unavailable(r, err):
		why = refuse(http.StatusServiceUnavailable, "no evaluation is possible now")
	case errors.Is(err, ErrForbidden):
		why = refuse(http.StatusForbidden, "the caller may not ask this")
	default:
		why = refuse(http.StatusInternalServerError, "the evaluation failed")
	}
	if why.status >= http.StatusInternalServerError {
		h.report(r, err)
	}
	if why.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", h.challenge)
	}
	http.Error(w, why.Error(), why.status)
}

func (h *handler) report(r *http.Request, err error) {
	if h.onError != nil {
		h.onError(r, err)
	}
}

// unavailable reports whether err says that there is no answer now, or whether
// nobody waits for one any more.
func unavailable(r *http.Request, err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, context.Canceled) ||
		errors.Is(err, context.DeadlineExceeded) || r.Context().Err() != nil
}

// reply writes a JSON text.
func reply(w http.ResponseWriter, data []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data) // whom it does not reach cannot be told
}

// echoRequestID repeats the request's id, unless it could be something else
// than an id in whatever keeps it.
func echoRequestID(w http.ResponseWriter, r *http.Request) {
	const header, longest = "X-Request-Id", 1 << 10
	ids := r.Header[header]
	if len(ids) == 1 && ids[0] != "" && len(ids[0]) <= longest && printable(ids[0]) {
		w.Header()[header] = ids
	}
}
