package accesshttp

import (
	"fmt"
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/internal/text"
)

// Guard protects routes; [New] makes one. Each of its methods returns middleware
// for the handler of one route.
//
// A route registered wrongly panics at start-up, as in [http.ServeMux]: without
// an action, without a function for its resource, without a handler, or with a
// Guard that New did not make.
type Guard struct {
	inner   *admission.Guard[*http.Request]
	answers *answers
}

// Require returns middleware that lets a request through if its subject may take
// the action on the resource that the request names.
//
// The resource comes from [Path], [Query], [JSON], [Body], [Fixed], or a function
// of your own. Such a function returns an error that wraps [admission.ErrNotFound] if the
// request names nothing, and [admission.BadRequest] if it cannot be understood.
// Any other error is answered as the package says, and never shown. Require
// panics if action is "" or resource is nil, and the middleware panics if its
// handler is nil.
//
// It costs what the functions and Decide cost, and two allocations.
func (g *Guard) Require(action access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(g.made().Require(action, resource))
}

// RequireOrNotFound is [Guard.Require] for resources whose existence is hidden:
// a denial, too, is answered as if there were no such resource, unless it is
// about the subject alone.
func (g *Guard) RequireOrNotFound(action access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(g.made().RequireOrNotFound(action, resource))
}

// RequireSeen is [Guard.RequireOrNotFound] of see and then [Guard.Require] of
// action, on one resource, for one subject and of one policy: a resource that
// the subject may not see does not exist for them, and on one that they see they
// learn why the action is denied. Both decisions are observed;
// [admission.Decision] is the second.
func (g *Guard) RequireSeen(see, action access.Action, resource func(*http.Request) (access.Resource, error)) func(http.Handler) http.Handler {
	return g.middleware(g.made().RequireSeen(see, action, resource))
}

// RequireUser returns middleware that lets every active user through, and asks
// nothing else: for a route that names no resource because it lists what the
// user sees. Your handler must filter by [admission.View], ask
// [admission.Decide], or use [admission.Policy]; its decision is the zero one.
// The holder of a link is denied, since a link answers one question and none is
// asked. Only denials are observed.
func (g *Guard) RequireUser() func(http.Handler) http.Handler {
	return g.middleware(g.made().RequireUser())
}

// made returns the guard that this one stands on.
func (g *Guard) made() *admission.Guard[*http.Request] {
	if g == nil || g.inner == nil {
		panic("accesshttp: the Guard was not made by New")
	}
	return g.inner
}

// middleware returns middleware that lets through what a route admits.
func (g *Guard) middleware(t *admission.Route[*http.Request]) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if next == nil {
			panic("accesshttp: the handler to guard is nil")
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, refused := t.Admit(r)
			if refused != nil {
				g.answers.refuse(w, r, *refused)
				return
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// Fixed is for a route about a single resource, mostly [access.Company]. It
// panics if r names nothing.
func Fixed(r access.Resource) func(*http.Request) (access.Resource, error) {
	if r != access.Company() && text.ID(r.ID()) != nil {
		panic(fmt.Sprintf("accesshttp: Fixed(%s) names nothing", r))
	}
	return func(*http.Request) (access.Resource, error) { return r, nil }
}
