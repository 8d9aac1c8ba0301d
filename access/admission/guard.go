package admission

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/internal/text"
)

// Guard protects routes; [New] makes one. Each of its methods returns a [Route],
// which decides about requests.
//
// A route registered wrongly panics at start-up: without an action, without a
// function for its resource, or with a Guard that New did not make.
type Guard[R any] struct {
	config    Config[R]
	contextOf func(R) context.Context
	settings  *settings
}

// Require returns a route that admits a request if its subject may take the
// action on the resource that the request names.
//
// The function returns an error that wraps [ErrNotFound] if the request names
// nothing, and [BadRequest] if it cannot be understood. Any other error is
// answered as the package says, and never shown. Require panics if action is ""
// or resource is nil.
func (g *Guard[R]) Require(action access.Action, resource func(R) (access.Resource, error)) *Route[R] {
	return g.route(false, resource, action)
}

// RequireOrNotFound is [Guard.Require] for resources whose existence is hidden:
// a denial, too, is answered as if there were no such resource, unless it is
// about the subject alone.
func (g *Guard[R]) RequireOrNotFound(action access.Action, resource func(R) (access.Resource, error)) *Route[R] {
	return g.route(true, resource, action)
}

// RequireSeen is [Guard.RequireOrNotFound] of see and then [Guard.Require] of
// action, on one resource, for one subject and of one policy: a resource that
// the subject may not see does not exist for them, and on one that they see they
// learn why the action is denied. Both decisions are observed; [Decision] is the
// second.
func (g *Guard[R]) RequireSeen(see, action access.Action, resource func(R) (access.Resource, error)) *Route[R] {
	return g.route(true, resource, see, action)
}

// RequireUser returns a route that admits every active user, and asks nothing
// else: for a list of what the user sees. Your handler must filter by [View], ask
// [Decide], or use [Policy]; its [Decision] is the zero one. The holder of a link
// is denied, since a link answers one question and none is asked. Only denials
// are observed.
func (g *Guard[R]) RequireUser() *Route[R] {
	g.check()
	return &Route[R]{guard: g}
}

func (g *Guard[R]) route(hide bool, resource func(R) (access.Resource, error), actions ...access.Action) *Route[R] {
	g.check()
	if slices.Contains(actions, "") {
		panic("admission: the route requires no action; name one")
	}
	if resource == nil {
		panic(fmt.Sprintf("admission: the route that requires %s has no function for its resource", actions[0]))
	}
	return &Route[R]{guard: g, hide: hide, resource: resource, actions: actions}
}

func (g *Guard[R]) check() {
	if g == nil || g.settings == nil {
		panic("admission: the Guard was not made by New")
	}
}

// Route decides about the requests of one route. A [Guard] makes it.
type Route[R any] struct {
	guard    *Guard[R]
	hide     bool                             // denials are answered as not found, except of a second action
	resource func(R) (access.Resource, error) // nil if every active user is admitted
	actions  []access.Action
}

// Admit decides about a request. If the failure is nil, the request is admitted,
// and the context is the one for its handler. If it is not, the handler must not
// run, the context is nil, and the failure is the answer.
//
// It costs what the functions of the Config and Decide cost, and one allocation.
func (t *Route[R]) Admit(r R) (context.Context, *Failure) {
	if t == nil || t.guard == nil {
		panic("admission: the Route was not made by a Guard")
	}
	a := &admission{settings: t.guard.settings, hide: t.hide, actions: t.actions}
	if err := t.admit(a, r); err != nil {
		ctx := a.Context
		if ctx == nil {
			ctx = context.Background()
		}
		f := a.fail(ctx, err)
		return nil, &f
	}
	return a, nil
}

// admit makes a the context in which the handler may run, or returns why the
// handler may not.
func (t *Route[R]) admit(a *admission, r R) error {
	op := "context"
	return protect(&op, func() error { return t.steps(a, r, &op) })
}

// protect calls f, which calls functions of the host, and returns its error. A
// panic, even of nil, is an error as well: some servers would end with it.
func protect(op *string, f func() error) (err error) {
	err = errNotReturned
	defer func() {
		if v := recover(); v != nil || err == errNotReturned {
			err = &Error{Op: *op, Err: fmt.Errorf("panic: %v", v), Stack: debug.Stack()}
		}
	}()
	return f()
}

// steps takes the steps of a route, and writes to op which one it takes.
func (t *Route[R]) steps(a *admission, r R, op *string) (err error) {
	a.Context = t.guard.contextOf(r)
	if err := ended(a.Context); err != nil {
		return err
	}
	*op = "subject"
	if a.subject, err = t.guard.config.Subject(r); err == nil && a.subject.IsZero() {
		err = ErrUnauthenticated
	}
	if err != nil {
		a.subject = access.Subject{}
		return &Error{Op: *op, Err: err}
	}
	*op = "policy"
	if a.source, err = t.guard.source(r); err != nil {
		return &Error{Op: *op, Err: err}
	}
	if a.policy = a.source.Policy(); a.policy.IsZero() {
		return &Error{Op: *op, Err: errNoPolicy}
	}
	*op = "resource"
	if t.resource != nil {
		if a.resource, err = t.resource(r); err == nil {
			err = checkResource(a.resource)
		}
		if err != nil {
			return &Error{Op: *op, Err: err}
		}
	}
	*op = "decision"
	a.Context = t.guard.contextOf(r) // again: the host's functions may have replaced it
	if err := a.ask(a.Context, true); err != nil {
		return err
	}
	return ended(a.Context)
}

// source returns what has the policy for a request.
func (g *Guard[R]) source(r R) (live.Source, error) {
	if g.config.SourceOf == nil {
		return g.config.Source, nil
	}
	s, err := g.config.SourceOf(r)
	if err == nil && s == nil {
		err = errNoSource
	}
	return s, err
}

// checkResource refuses ids that nothing can have. Decide would deny most of
// them as unknown, but it knows no ids of the kinds that a host declares.
func checkResource(r access.Resource) error {
	if r.IsZero() || r == access.Company() {
		return nil // the one is denied, the other needs no id
	}
	if err := text.ID(r.ID()); err != nil {
		return fmt.Errorf("%w: the id of the %s %w", ErrNotFound, r.Kind(), err)
	}
	return nil
}
