package accesshttp

import (
	"context"
	"sync"

	"github.com/ambit-authz/ambit/access"
)

// admission is a request on its way through a guard, and the context of a
// request that is let through. It is the context itself, not a value in one, to
// be a single allocation.
type admission struct {
	context.Context // nil until the request is let through
	guard           *Guard
	policy          *access.Policy
	subject         access.Subject // zero until they are authenticated
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

func (a *admission) decide(ctx context.Context, action access.Action, r access.Resource) access.Decision {
	d := a.policy.Decide(a.subject, action, r)
	a.guard.observe(ctx, d)
	return d
}

// admissionOf returns the innermost admission, nil outside a guarded route.
func admissionOf(ctx context.Context) *admission {
	a, _ := ctx.Value(admissionKey{}).(*admission)
	return a
}

// Decision returns the decision that let the request through: the zero Decision,
// which denies, outside a guarded route and on one of [Guard.RequireUser]. If
// guards are nested, this and the other accessors answer for the innermost one.
func Decision(ctx context.Context) access.Decision {
	if a := admissionOf(ctx); a != nil {
		return a.decision
	}
	return access.Decision{}
}

// Subject returns who is asking: outside a guarded route the zero Subject.
func Subject(ctx context.Context) access.Subject {
	if a := admissionOf(ctx); a != nil {
		return a.subject
	}
	return access.Subject{}
}

// Policy returns the policy that let the request through, for its lists: outside
// a guarded route nil, which denies everything. Decisions that you ask of it
// directly are not observed.
func Policy(ctx context.Context) *access.Policy {
	if a := admissionOf(ctx); a != nil {
		return a.policy
	}
	return nil
}

// View returns the accounts that the subject sees: none outside a guarded route.
// It is made on first use and is the same for the whole request.
func View(ctx context.Context) access.View {
	a := admissionOf(ctx)
	if a == nil {
		return access.View{}
	}
	a.viewOnce.Do(func() { a.view = a.policy.View(a.subject) })
	return a.view
}

// Decide asks one more question for the same subject, of the same policy, and
// the guard's observer receives the decision. It is for what only the handler
// can know, such as the account of a row it has loaded. Outside a guarded route
// everything is denied. To answer a denial, pass its Err to [Refuse].
func Decide(ctx context.Context, action access.Action, r access.Resource) access.Decision {
	if a := admissionOf(ctx); a != nil {
		return a.decide(ctx, action, r)
	}
	var none *access.Policy
	return none.Decide(access.Subject{}, action, r)
}
