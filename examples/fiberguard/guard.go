// Package fiberguard guards the routes of a fiber app by Ambit, each with one
// handler in front of the route's own: the rest of the chain runs only if the
// request is admitted.
//
//	guard, err := fiberguard.New(fiberguard.Config{Source: policy, Subject: session})
//	report := fiberguard.Path("report", access.Report)
//	app.Get("/reports/:report", guard.Require(access.ViewReport, report), show)
//
// It stands on package admission, and answers as accesshttp does, byte for byte.
// Handlers ask package admission by c.Context() who is asking and what they see,
// and return [Refuse] for a refusal of their own.
//
// # Strings
//
// Fiber uses the memory of a request again for the next one. What the functions
// of a [Config] return is copied, so that the context of an admission may be used
// after the request: by the function that is given to SendStreamWriter, or to the
// upgrade of a WebSocket. Take c.Context() before, and give it to admission.Watch
// there. Of c itself use nothing by then.
//
// # Paths
//
// A resource is named by what the router matched. Ids are compared exactly,
// whatever CaseSensitive and StrictRouting make of the rest of a path, and stay
// percent-encoded unless the app has UnescapePath. Act on the id of
// admission.Decision, which is the one that was asked about, or on c.Params in
// the same route.
package fiberguard

import (
	"context"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/gofiber/fiber/v3"
)

// Config is what a [Guard] is made of. Subject and one of Source and SourceOf are
// required. The functions must be safe for concurrent use.
type Config struct {
	// These are as in admission.Config.
	Source   live.Source
	SourceOf func(fiber.Ctx) (live.Source, error)
	Subject  func(fiber.Ctx) (access.Subject, error)
	Observer func(context.Context, access.Decision)
	OnError  func(context.Context, error)
	Recheck  time.Duration

	// Challenge is the WWW-Authenticate header of a 401. "" means "Bearer".
	Challenge string

	// ProblemType begins the type of every problem, as in accesshttp.
	ProblemType string

	// NotFound answers every 404, and must be what the app answers with if it has
	// no route. Nil returns fiber.ErrNotFound, as fiber does, and so leaves the
	// answer to the ErrorHandler of the app.
	NotFound fiber.Handler
}

// Guard protects routes; [New] makes one. Its methods return the handler to put
// in front of the handler of a route.
type Guard struct {
	inner   *admission.Guard[fiber.Ctx]
	answers *answers
}

// New returns a guard. The error is that of admission.New.
func New(c Config) (*Guard, error) {
	a := c.answers()
	inner, err := admission.New(contextOf, admission.Config[fiber.Ctx]{
		Source: c.Source, SourceOf: c.SourceOf, Subject: copied(c.Subject, copySubject),
		Observer: c.Observer, OnError: c.OnError, Recheck: c.Recheck, Door: a,
	})
	if err != nil {
		return nil, err
	}
	return &Guard{inner, a}, nil
}

// Require is as in admission.Guard.Require. The resource comes from [Path],
// [JSON], [Body], or a function of your own.
func (g *Guard) Require(a access.Action, resource func(fiber.Ctx) (access.Resource, error)) fiber.Handler {
	return g.handler(g.inner.Require(a, copied(resource, copyResource)))
}

// RequireOrNotFound is as in admission.Guard.RequireOrNotFound.
func (g *Guard) RequireOrNotFound(a access.Action, resource func(fiber.Ctx) (access.Resource, error)) fiber.Handler {
	return g.handler(g.inner.RequireOrNotFound(a, copied(resource, copyResource)))
}

// RequireSeen is as in admission.Guard.RequireSeen.
func (g *Guard) RequireSeen(see, a access.Action, resource func(fiber.Ctx) (access.Resource, error)) fiber.Handler {
	return g.handler(g.inner.RequireSeen(see, a, copied(resource, copyResource)))
}

// RequireUser is as in admission.Guard.RequireUser.
func (g *Guard) RequireUser() fiber.Handler { return g.handler(g.inner.RequireUser()) }

func (g *Guard) handler(t *admission.Route[fiber.Ctx]) fiber.Handler {
	return func(c fiber.Ctx) error {
		ctx, refused := t.Admit(c)
		if refused != nil {
			return g.answers.refuse(c, *refused)
		}
		c.SetContext(ctx)
		return c.Next()
	}
}

// contextOf returns the context of a request: that of a probe, or what the app
// has set. It is never c, which ends with the request.
func contextOf(c fiber.Ctx) context.Context {
	if probe, ok := c.RequestCtx().UserValue(probeKey{}).(context.Context); ok {
		return probe
	}
	return c.Context()
}

// copied returns f with what it returns copied out of the memory of the request.
func copied[T any](f func(fiber.Ctx) (T, error), clone func(T) T) func(fiber.Ctx) (T, error) {
	if f == nil {
		return nil
	}
	return func(c fiber.Ctx) (T, error) {
		v, err := f(c)
		return clone(v), err
	}
}

func copySubject(s access.Subject) access.Subject {
	user, link := strings.Clone(string(s.User())), strings.Clone(string(s.Link()))
	if team, ok := s.Team(); ok {
		return access.Session(user, strings.Clone(string(team)))
	}
	if link != "" {
		return access.ViaLink(access.LinkID(link))
	}
	return access.User(user)
}

func copyResource(r access.Resource) access.Resource {
	kind := access.Kind(strings.Clone(string(r.Kind())))
	if own := kind.Resource(strings.Clone(r.ID()), strings.Clone(string(r.Account()))); own == r {
		return own
	}
	return r // malformed, and refused as such
}
