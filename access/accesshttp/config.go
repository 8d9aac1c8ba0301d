package accesshttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
)

// Config is what a [Guard] is made of. Policy and Subject are required; the zero
// value of every other field is useful.
//
// All functions must be safe for concurrent use. A route calls each of them at
// most once for a request, except Observer, and Respond if its handler calls
// [Refuse] more than once. Guards nested within each other call them once each.
type Config struct {
	// Policy returns the policy that answers the request: of the one company, or
	// of the one that the request is for. Required. A nil policy without an
	// error is your failure, 500, not a denial.
	Policy func(*http.Request) (*access.Policy, error)

	// Subject authenticates the request and returns who asks; the guard believes
	// it. Required. If nobody is authenticated, return an error that wraps
	// [ErrUnauthenticated]; the zero Subject means the same.
	Subject func(*http.Request) (access.Subject, error)

	// Observer receives every decision asked through the guard, also by
	// handlers, before anything is answered, with the context of the request or
	// of the handler's call. It must be quick and safe for concurrent use; if it
	// panics, nothing else comes of it. Package decisionlog has one. Nil observes
	// nothing.
	Observer func(context.Context, access.Decision)

	// Challenge is the WWW-Authenticate header of a 401: one or more challenges
	// in printable ASCII. "" means "Bearer".
	Challenge string

	// NotFound answers every 404, and must be what your router answers with if it
	// has no route. Nil means [http.NotFound], as in ServeMux. Caches may keep a
	// 404 that does not forbid it, and a 404 of a hiding route depends on who
	// asked, so behind a shared cache every 404 should forbid it.
	NotFound http.Handler

	// Respond receives every request that is not let through, to log it, to
	// answer it, or both. What it writes is the answer, with Failure.Status
	// unless it sets another; if it writes nothing, the guard answers as without
	// Respond. The headers of the answer except its type and length are set
	// before and may be changed. Leave a 404 alone: anything written or set there
	// may distinguish it from the router's. Nil does nothing.
	Respond func(http.ResponseWriter, *http.Request, Failure)
}

// New returns a guard for the routes of a service. A later change of c changes
// nothing. The error says which field is missing or malformed; there is no
// guard then, so check it before the service starts.
func New(c Config) (*Guard, error) {
	if c.Policy == nil {
		return nil, errors.New("accesshttp: Config.Policy is nil; set the function that returns the policy")
	}
	if c.Subject == nil {
		return nil, errors.New("accesshttp: Config.Subject is nil; set the function that authenticates the request")
	}
	c = c.withDefaults()
	if err := text.Challenge(c.Challenge); err != nil {
		return nil, fmt.Errorf("accesshttp: Config.Challenge %s %w", text.Quote(c.Challenge), err)
	}
	return &Guard{c}, nil
}

// withDefaults fills in what the zero values of the optional fields stand for.
func (c Config) withDefaults() Config {
	if c.Challenge == "" {
		c.Challenge = "Bearer"
	}
	if c.NotFound == nil {
		c.NotFound = http.HandlerFunc(http.NotFound)
	}
	return c
}
