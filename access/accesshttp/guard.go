package accesshttp

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// Guard protects routes; [New] makes one. Each of its methods returns middleware
// for the handler of one route.
//
// A route registered wrongly panics at start-up, as in [http.ServeMux]: without
// an action, without a function for its resource, without a handler, or with a
// Guard that New did not make.
type Guard struct {
	config Config // complete
}

// Require returns middleware that lets a request through if its subject may take
// the action on the resource that the request names.
//
// The resource comes from [Path], [Fixed], or a function of your own. Such a
// function returns an error that wraps [ErrNotFound] if the request names
// nothing. Any other error is answered as the package says, and never shown.
// Require panics if action is "" or resource is nil, and the middleware panics if
// its handler is nil.
//
// It costs what the functions and Decide cost, and two allocations.
func (g *Guard) Require(action access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(allActions(resource, action), false)
}

// RequireOrNotFound is [Guard.Require] for resources whose existence is hidden:
// a denial, too, is answered as if there were no such resource.
func (g *Guard) RequireOrNotFound(action access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(allActions(resource, action), true)
}

// RequireSeen is [Guard.RequireOrNotFound] of see and then [Guard.Require] of
// action, on one resource, for one subject and of one policy: a resource that
// the subject may not see does not exist for them, and on one that they see they
// learn why the action is denied. Both decisions are observed; [Decision] is the
// second.
func (g *Guard) RequireSeen(see, action access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(allActions(resource, see, action), true)
}

// RequireUser returns middleware that lets every active user through, and asks
// nothing else: for a route that names no resource because it lists what the
// user sees. Your handler must filter by [View], ask [Decide], or use [Policy];
// its [Decision] is the zero one. The holder of a link is denied, since a link
// answers one question and none is asked. Only denials are observed.
func (g *Guard) RequireUser() func(http.Handler) http.Handler {
	return g.middleware(activeUser, false)
}

// middleware returns middleware that runs a check. If hide is set, denials are
// answered as not found until the check says otherwise.
func (g *Guard) middleware(c check, hide bool) func(http.Handler) http.Handler {
	if g == nil || g.config.Policy == nil {
		panic("accesshttp: the Guard was not made by New")
	}
	return func(next http.Handler) http.Handler {
		if next == nil {
			panic("accesshttp: the handler to guard is nil")
		}
		return &route{guard: g, check: c, hide: hide, next: next}
	}
}

// check decides about a request and leaves the decision in the admission. It
// returns nil if the request may go on.
type check func(*admission, *http.Request) error

// allActions checks each action on the resource of a request. Once the first is
// allowed, a denial of another hides nothing.
func allActions(resource func(*http.Request) (access.Resource, error), actions ...access.Action) check {
	if slices.Contains(actions, "") {
		panic("accesshttp: the route requires no action; name one")
	}
	if resource == nil {
		panic(fmt.Sprintf("accesshttp: the route that requires %s has no function for its resource", actions[0]))
	}
	return func(a *admission, r *http.Request) error {
		named, err := resource(r)
		if err == nil {
			err = checkResource(named)
		}
		if err != nil {
			return &Error{"resource", err}
		}
		for i, action := range actions {
			a.hide = a.hide && i == 0
			if a.decision = a.decide(r.Context(), action, named); !a.decision.Allowed {
				return a.decision.Err()
			}
		}
		return nil
	}
}

// activeUser admits every user who is active, whatever they may do.
func activeUser(a *admission, r *http.Request) error {
	d := a.policy.Active(a.subject)
	if d.Allowed {
		return nil
	}
	a.guard.observe(r.Context(), d)
	return d.Err()
}

// observe shows a decision to the observer, who cannot keep it from being
// answered.
func (g *Guard) observe(ctx context.Context, d access.Decision) {
	if g.config.Observer == nil {
		return
	}
	defer func() { _ = recover() }()
	g.config.Observer(ctx, d)
}

// route is a guarded handler.
type route struct {
	guard *Guard
	check check
	hide  bool // denials are answered as not found, except of a second action
	next  http.Handler
}

// ServeHTTP is the only place where next is called.
func (t *route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &admission{guard: t.guard, hide: t.hide}
	if err := a.admit(r, t.check); err != nil {
		a.refuse(w, r, err)
		return
	}
	t.next.ServeHTTP(w, r.WithContext(a))
}

// admit makes a the context in which the handler may run, or returns why the
// handler may not.
func (a *admission) admit(r *http.Request, c check) error {
	if err := ended(r.Context()); err != nil {
		return err
	}
	subject, err := a.guard.config.Subject(r)
	if err == nil && subject.IsZero() {
		err = ErrUnauthenticated
	}
	if err != nil {
		return &Error{"subject", err}
	}
	a.subject = subject
	policy, err := a.guard.config.Policy(r)
	if err == nil && policy == nil {
		err = errNoPolicy
	}
	if err != nil {
		return &Error{"policy", err}
	}
	a.policy = policy
	if err := c(a, r); err != nil {
		return err
	}
	a.Context = r.Context() // read again: the host's functions may have replaced it
	return ended(a.Context)
}

// ended returns why the context has ended, nil if it has not.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return &Error{"context", fmt.Errorf("%w: %w", ErrUnavailable, context.Cause(ctx))}
}
