package authzen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/ambit-authz/ambit/internal/text"
)

// Config says who answers questions, who may ask them, and how. Evaluator and
// Authenticate are required; the zero value of every other field is useful.
//
// All functions must be safe for concurrent use.
type Config struct {
	// Evaluator returns who answers the questions of a request, mostly by
	// [ForPolicy]. It is called once for each request for an evaluation that is
	// understood. Its error counts as an error of the Evaluator, and so does a nil
	// Evaluator. Required.
	Evaluator func(*http.Request) (Evaluator, error)

	// Searcher answers the searches, mostly by [SearchPolicy]. A search that it
	// does not have is no endpoint: its path is answered with 404, and the
	// metadata document leaves it out. The zero Searcher has none.
	Searcher Searcher

	// Authenticate returns nil if the caller may ask. Its error gives status
	// 401, or 403 if it wraps [ErrForbidden], or 503 if it wraps
	// [ErrUnavailable] or the error of a context; no caller sees its text.
	// Required: to authenticate nobody, set [Unauthenticated].
	Authenticate func(*http.Request) error

	// BaseURL is the URL under which callers reach the handler, and the name of
	// the handler in the metadata document: an https URL without query and
	// fragment, which does not end in a slash. A path in it, which distinguishes
	// tenants, is also in front of the endpoints, and must need no escaping.
	// "" means that there is no metadata document, and no path.
	BaseURL string

	// Reasons adds to each denial the reason of the Evaluator, as context.reason.
	Reasons bool

	// MaxBody is how many bytes a body may have; 0 means 1 MiB. This and the
	// other limits must not be negative.
	MaxBody int

	// MaxEvaluations is how many questions a batch may have; 0 means 1,000.
	MaxEvaluations int

	// MaxPage is how many results a page may have; 0 means 1,000, and more than
	// a million means a million.
	MaxPage int

	// Challenge is the WWW-Authenticate header for callers who are not
	// authenticated: an authentication scheme and, after a space, anything in
	// printable ASCII. "" means "Bearer".
	Challenge string

	// OnError receives what failed in the program, with the context of the
	// request: the causes of statuses 500 and 503, also those of a question in a
	// batch. A request that its client gave up is none. Nil logs to
	// [slog.Default].
	OnError func(context.Context, error)
}

// Unauthenticated lets everybody ask, for a handler after something else that
// authenticates callers. You must set it: leaving a field out never means it.
func Unauthenticated(*http.Request) error { return nil }

// New returns the handler of the endpoints. Mount it anywhere that the paths
// reach it unchanged: it compares them as a whole. A later change of c changes
// nothing.
//
// The error says which field is missing or malformed; there is no handler then.
func New(c Config) (http.Handler, error) {
	switch {
	case c.Evaluator == nil:
		return nil, errors.New("authzen: Config.Evaluator is nil; set ForPolicy with one of Source and SourceOf, or your own")
	case c.Searcher.err != nil:
		return nil, c.Searcher.err
	case c.Authenticate == nil:
		return nil, errors.New("authzen: Config.Authenticate is nil; to authenticate nobody, set Unauthenticated")
	case c.MaxBody < 0:
		return nil, errors.New("authzen: Config.MaxBody is negative")
	case c.MaxEvaluations < 0:
		return nil, errors.New("authzen: Config.MaxEvaluations is negative")
	case c.MaxPage < 0:
		return nil, errors.New("authzen: Config.MaxPage is negative")
	}
	c.MaxBody = cmp.Or(c.MaxBody, 1<<20)
	c.MaxEvaluations = cmp.Or(c.MaxEvaluations, 1000)
	c.MaxPage = min(cmp.Or(c.MaxPage, 1000), 1_000_000)
	c.Challenge = cmp.Or(c.Challenge, "Bearer")
	if err := text.Challenge(c.Challenge); err != nil {
		return nil, fmt.Errorf("authzen: Config.Challenge %s %w", text.Quote(c.Challenge), err)
	}
	base, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	h := &handler{config: c}
	h.endpoints = map[string]endpoint{
		base.path + evaluationPath:  h.evaluation,
		base.path + evaluationsPath: h.evaluations,
	}
	for _, k := range []kind{subjects, resources, actions} {
		if find := c.Searcher.of(k); find != nil {
			h.endpoints[base.path+k.path()] = h.search(k, find)
		}
	}
	if c.BaseURL != "" {
		h.metadataPath, h.metadata = metadataPath+base.path, base.metadata(c.Searcher)
	}
	return h, nil
}
