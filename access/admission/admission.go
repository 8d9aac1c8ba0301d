package admission

import (
	"context"
	"fmt"
	"sync"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/live"
)

// admission is a request on its way through a guard, and the context of a
// request that is admitted. It is the context itself, not a value in one, to be
// a single allocation.
type admission struct {
	context.Context // of the request
	settings        *settings
	source          live.Source
	policy          *access.Policy
	subject         access.Subject // zero until they are authenticated
	resource        access.Resource
	actions         []access.Action // none if every active user is admitted
	decision        access.Decision
	hide            bool // denials are answered as not found

	viewOnce sync.Once
	view     access.View
}

type admissionKey struct{}

// Value returns the admission for its key.
func (a *admission) Value(key any) any {
	if key == (admissionKey{}) {
		return a
	}
	return a.Context.Value(key)
}

// of returns the innermost admission, nil outside an admitted request.
func of(ctx context.Context) *admission {
	a, _ := ctx.Value(admissionKey{}).(*admission)
	return a
}

// ask asks the questions of the route. The error is the first denial. Allowances
// are observed only the first time.
func (a *admission) ask(ctx context.Context, first bool) error {
	if len(a.actions) == 0 {
		d := a.policy.Active(a.subject)
		if !d.Allowed {
			a.settings.observe(ctx, d)
		}
		return d.Err()
	}
	for i, action := range a.actions {
		a.hide = a.hide && i == 0
		a.decision = a.policy.Decide(a.subject, action, a.resource)
		if first || !a.decision.Allowed {
			a.settings.observe(ctx, a.decision)
		}
		if !a.decision.Allowed {
			return a.decision.Err()
		}
	}
	return nil
}

// ended returns why a context has ended, nil if it has not.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if p, ok := cause.(*probe); ok {
		p.met.Store(true)
	}
	return &Error{Op: "context", Err: fmt.Errorf("%w: %w", ErrUnavailable, cause)}
}

// Decision returns the decision that admitted the request: the zero Decision,
// which denies, outside an admitted request and on a route of
// [Guard.RequireUser]. Its Resource is what the route was about: take the id
// from there, so that you act on the very thing that was asked about. If guards
// are nested, this and the other accessors answer for the innermost one.
func Decision(ctx context.Context) access.Decision {
	if a := of(ctx); a != nil {
		return a.decision
	}
	return access.Decision{}
}

// Subject returns who is asking: outside an admitted request the zero Subject.
func Subject(ctx context.Context) access.Subject {
	if a := of(ctx); a != nil {
		return a.subject
	}
	return access.Subject{}
}

// Policy returns the policy that admitted the request, for its lists: outside an
// admitted request nil, which denies everything. Decisions that you ask of it
// directly are not observed.
func Policy(ctx context.Context) *access.Policy {
	if a := of(ctx); a != nil {
		return a.policy
	}
	return nil
}

// View returns the accounts that the subject sees: none outside an admitted
// request. It is made on first use and is the same for the whole request.
func View(ctx context.Context) access.View {
	a := of(ctx)
	if a == nil {
		return access.View{}
	}
	a.viewOnce.Do(func() { a.view = a.policy.View(a.subject) })
	return a.view
}

// Decide asks one more question for the same subject, of the same policy, and
// the guard's observer receives the decision. It is for what only the handler
// can know, such as the account of a row it has loaded. Outside an admitted
// request everything is denied.
func Decide(ctx context.Context, action access.Action, r access.Resource) access.Decision {
	a := of(ctx)
	if a == nil {
		return access.Decision{Reason: access.ReasonNoSubject, Step: access.StepSubject, Action: action, Resource: r}
	}
	d := a.policy.Decide(a.subject, action, r)
	a.settings.observe(ctx, d)
	return d
}

// Door returns the [Config.Door] of the guard that admitted the request, for the
// adapter that made it: outside an admitted request nil.
func Door(ctx context.Context) any {
	if a := of(ctx); a != nil {
		return a.settings.door
	}
	return nil
}
