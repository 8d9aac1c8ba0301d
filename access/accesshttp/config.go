package accesshttp

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/internal/text"
)

// Config is what a [Guard] is made of. Subject and one of Source and SourceOf are
// required; the zero value of every other field is useful.
//
// All functions must be safe for concurrent use. A route calls each of them at
// most once for a request, except Observer, OnError, and Respond if its handler
// calls [Refuse] more than once. Guards nested within each other call them once
// each.
type Config struct {
	// These are as in [admission.Config].
	Source   live.Source                                 // the policy of the one company
	SourceOf func(*http.Request) (live.Source, error)    // or of the one that a request is for
	Subject  func(*http.Request) (access.Subject, error) // authenticates; the guard believes it
	Observer func(context.Context, access.Decision)      // sees every decision; nil observes nothing
	OnError  func(context.Context, error)                // statuses 500 and 503; nil logs to slog.Default
	Recheck  time.Duration                               // how long admission.Watch may be late; 0 is 5 s

	// Challenge is the WWW-Authenticate header of a 401: one or more challenges
	// in printable ASCII. "" means "Bearer".
	Challenge string

	// ProblemType begins the type of every problem that is answered, a URL such
	// as "https://example.com/problems/". It ends with the reason of a denial, or
	// with the status. "" means problems without a type.
	ProblemType string

	// NotFound answers every 404, and must be what your router answers with if it
	// has no route. Nil means [http.NotFound], as in ServeMux. Caches may keep a
	// 404 that does not forbid it, and a 404 of a hiding route depends on who
	// asked, so behind a shared cache every 404 should forbid it.
	NotFound http.Handler

	// Respond receives every request that is not let through, to answer it. What
	// it writes is the answer, with Failure.Status unless it sets another; if it
	// writes nothing, the guard answers as without Respond. The headers of the
	// answer except its type and length are set before and may be changed. Leave
	// a 404 alone: anything written or set there may distinguish it from the
	// router's. Nil does nothing. To log, use Observer for denials and OnError
	// for failures of the program.
	Respond func(http.ResponseWriter, *http.Request, admission.Failure)
}

// New returns a guard for the routes of a service. A later change of c changes
// nothing. The error says which field is missing or malformed; there is no
// guard then, so check it before the service starts.
func New(c Config) (*Guard, error) {
	answers := c.answers()
	if err := text.Challenge(answers.challenge); err != nil {
		return nil, fmt.Errorf("accesshttp: Config.Challenge %s %w", text.Quote(c.Challenge), err)
	}
	if u, err := url.Parse(c.ProblemType); err != nil || c.ProblemType != "" && u.Scheme == "" {
		return nil, fmt.Errorf("accesshttp: Config.ProblemType %s does not begin a URL, as https://example.com/problems/ does", text.Quote(c.ProblemType))
	}
	inner, err := admission.New((*http.Request).Context, admission.Config[*http.Request]{
		Source: c.Source, SourceOf: c.SourceOf, Subject: c.Subject,
		Observer: c.Observer, OnError: c.OnError, Recheck: c.Recheck, Door: answers,
	})
	if err != nil {
		return nil, fmt.Errorf("accesshttp: %w", err)
	}
	return &Guard{inner, answers}, nil
}

// answers is how a guard answers the requests that it does not let through. It
// is the Door of the guard, for [Refuse].
type answers struct {
	challenge   string
	problemType string
	notFound    http.Handler
	respond     func(http.ResponseWriter, *http.Request, admission.Failure)
}

// answers fills in what the zero values of the optional fields stand for.
func (c Config) answers() *answers {
	a := &answers{cmp.Or(c.Challenge, "Bearer"), c.ProblemType, c.NotFound, c.Respond}
	if a.notFound == nil {
		a.notFound = http.HandlerFunc(http.NotFound)
	}
	return a
}
