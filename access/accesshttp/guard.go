package accesshttp

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// Guard protects routes. Its methods make middleware of what it holds at that
// moment; changing it later changes nothing. They panic if a required function
// is missing or the challenge is malformed, so that a service that would not be
// protected does not start.
//
// All functions must be safe for concurrent use. A route calls each of them at
// most once for a request, except Observer, and Respond if its handler calls
// [Refuse] again and again. Guards nested within each other call them once each.
type Guard struct {
	// Policy returns the policy that answers the request: of the one company, or
	// of the one that the request is for. Required. A nil policy without an
	// error is a failure of the host's, 500, not a denial.
	Policy func(*http.Request) (*access.Policy, error)

	// Subject returns who asks, after having authenticated him; the guard
	// believes it. Required. For nobody it returns an error that wraps
	// [ErrUnauthenticated]; the zero Subject means the same.
	Subject func(*http.Request) (access.Subject, error)

	// Observer is told of every decision asked through the guard, also by
	// handlers, before anything is answered. Nil tells nobody.
	Observer access.Observer

	// Challenge is the WWW-Authenticate header of a 401: one or more challenges
	// in printable ASCII. "" means "Bearer".
	Challenge string

	// NotFound answers every 404, and must be what the router answers with for
	// what it has no route for. Nil means [http.NotFound], as in ServeMux. Caches
	// may keep a 404 that does not forbid it, and one of a hiding route depends
	// on who asked, so behind a shared cache every 404 should forbid it.
	NotFound http.Handler

	// Respond is called with whatever is not let through, to log it, to answer
	// it, or both. What it writes is the answer, with Failure.Status unless it
	// sets another; if it writes nothing, the answer is that of a Guard without
	// Respond. The headers of the answer but for its type and length are set
	// before and may be changed. A 404 should be left alone: what is written or
	// set there may tell it from the router's. Nil does nothing.
	Respond func(http.ResponseWriter, *http.Request, Failure)
}

// Require returns middleware that lets through who may take the action on the
// resource that the request names.
//
// The resource comes from [Path], [Fixed], or a function of the host's own.
// Such a function returns an error that wraps [ErrNotFound] if the request
// names nothing. Any other error is answered as the package says, and never
// shown. Require panics if a is "" or resource is nil, and the middleware if it
// is given no handler.
//
// It costs what the functions and Decide cost, and two allocations.
func (g Guard) Require(a access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(questions(resource, a), false)
}

// RequireOrNotFound is [Guard.Require] for what is not to be known to exist: a
// denial, too, is answered as what does not exist.
func (g Guard) RequireOrNotFound(a access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(questions(resource, a), true)
}

// RequireSeen is [Guard.RequireOrNotFound] of see and then [Guard.Require] of a,
// on one resource, for one subject and of one policy: what he may not see does
// not exist for him, and of what he sees he is told what he may not do with it.
// Both decisions are observed; [Decision] is the second.
func (g Guard) RequireSeen(see, a access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(questions(resource, see, a), true)
}

// RequireUser returns middleware that lets through every active user, and asks
// nothing else: for a route that names no resource, since it lists what the
// user sees. The handler must filter by [View], ask [Decide], or use [Policy];
// its [Decision] is the zero one. The holder of a link is denied, since a link
// answers one question and none is asked. Observer is told of denials only.
func (g Guard) RequireUser() func(http.Handler) http.Handler {
	return g.middleware(activeUser, false)
}

// middleware checks what can be checked before the first request.
func (g Guard) middleware(ask asker, hide bool) func(http.Handler) http.Handler {
	switch {
	case g.Policy == nil:
		panic("accesshttp: Guard.Policy is nil")
	case g.Subject == nil:
		panic("accesshttp: Guard.Subject is nil")
	}
	if g.Challenge == "" {
		g.Challenge = defaultChallenge
	}
	if !validChallenge(g.Challenge) {
		panic(fmt.Sprintf("accesshttp: Guard.Challenge %q is not a challenge in printable ASCII", g.Challenge))
	}
	if g.NotFound == nil {
		g.NotFound = http.HandlerFunc(http.NotFound)
	}
	return func(next http.Handler) http.Handler {
		if next == nil {
			panic("accesshttp: the handler to guard is nil")
		}
		return &route{guard: &g, ask: ask, hide: hide, next: next}
	}
}

const defaultChallenge = "Bearer"

// validChallenge wants an authentication scheme and, behind a space, anything
// that can stand in a header.
func validChallenge(s string) bool {
	scheme, _, _ := strings.Cut(s, " ")
	return scheme != "" && !strings.ContainsAny(scheme, `"(),/:;<=>?@[\]{}`) &&
		!strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// asker asks what a request must be allowed, and leaves the decision in the
// admission. It returns nil if the request may go on.
type asker func(*admission, *http.Request) error

// questions asks for each action on the resource of a request. Once the first is
// allowed, a denial of another hides nothing.
func questions(resource func(*http.Request) (access.Resource, error), actions ...access.Action) asker {
	if slices.Contains(actions, "") {
		panic("accesshttp: no action is required")
	}
	if resource == nil {
		panic("accesshttp: there is no function for the resource of " + string(actions[0]))
	}
	return func(a *admission, r *http.Request) error {
		what, err := resource(r)
		if err == nil {
			err = checkResource(what)
		}
		if err != nil {
			return &Error{"resource", err}
		}
		for i, action := range actions {
			a.hide = a.hide && i == 0
			if a.decision = a.decide(action, what); !a.decision.Allowed {
				return a.decision.Err()
			}
		}
		return nil
	}
}

// activeUser asks Decide about nothing at all. That is never allowed, but what
// gets past the subject step is an active user.
func activeUser(a *admission, _ *http.Request) error {
	d := a.policy.Decide(a.subject, access.ViewAccount, access.Resource{})
	if d.Step != access.StepSubject {
		return nil
	}
	a.guard.observe(d)
	return d.Err()
}

func (g *Guard) observe(d access.Decision) {
	if g.Observer != nil {
		g.Observer(d)
	}
}

// route is a guarded handler.
type route struct {
	guard *Guard
	ask   asker
	hide  bool // denials are answered as not found, but for those of a second action
	next  http.Handler
}

// ServeHTTP is the only place where next is called.
func (t *route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &admission{guard: t.guard, hide: t.hide}
	if err := a.admit(r, t.ask); err != nil {
		a.refuse(w, r, err)
		return
	}
	t.next.ServeHTTP(w, r.WithContext(a))
}

// admit makes a the context in which the handler may run, or returns why it may
// not.
func (a *admission) admit(r *http.Request, ask asker) error {
	if err := over(r.Context()); err != nil {
		return err
	}
	subject, err := a.guard.Subject(r)
	if err == nil && subject.IsZero() {
		err = ErrUnauthenticated
	}
	if err != nil {
		return &Error{"subject", err}
	}
	a.subject = subject
	policy, err := a.guard.Policy(r)
	if err == nil && policy == nil {
		err = errNoPolicy
	}
	if err != nil {
		return &Error{"policy", err}
	}
	a.policy = policy
	if err := ask(a, r); err != nil {
		return err
	}
	a.Context = r.Context() // read again: the host's functions may have replaced it
	return over(a.Context)
}

// over returns why the context is done, nil if it is not.
func over(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return &Error{"context", fmt.Errorf("%w: %w", ErrUnavailable, context.Cause(ctx))}
}
