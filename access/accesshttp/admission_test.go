package accesshttp_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/datagroup"
)

// within runs f in a handler that ann may reach to view q1.
func within(t *testing.T, config accesshttp.Config, ctx context.Context, f func(ctx context.Context)) {
	t.Helper()
	reached := false
	h := guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q1")))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached = true
		f(r.Context())
	}))
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r.WithContext(ctx)) })
	if got := ask(t, outer, "GET / HTTP/1.1"); !reached {
		t.Fatalf("not reached: %d", got.StatusCode)
	}
}

// TestOutside asks the accessors outside a guarded route.
func TestOutside(t *testing.T) {
	ctx := t.Context()
	if d := admission.Decision(ctx); d != (access.Decision{}) || d.Allowed {
		t.Errorf("decision %v", d)
	}
	if s := admission.Subject(ctx); !s.IsZero() {
		t.Errorf("subject %v", s)
	}
	if p := admission.Policy(ctx); p != nil {
		t.Error("there is a policy")
	}
	if v := admission.View(ctx); v.Len() != 0 || v.Sees("us-1") {
		t.Error("something is seen")
	}
	want := access.Decision{Reason: access.ReasonNoSubject, Step: access.StepSubject, Action: access.ViewReport, Resource: access.Report("q1")}
	if d := admission.Decide(ctx, access.ViewReport, access.Report("q1")); d != want {
		t.Errorf("decided %v", d)
	}
}

// TestZeroValues wants the zero values to deny.
func TestZeroValues(t *testing.T) {
	var f admission.Failure
	if f.Public.Allowed || f.Err != nil {
		t.Errorf("the zero Failure is %+v", f)
	}
	defer func() {
		if v := recover(); v != "accesshttp: the Guard was not made by New" {
			t.Errorf("the zero Guard panics with %v", v)
		}
	}()
	new(accesshttp.Guard).Require(access.ViewReport, viewReport)
}

// TestInside asks the accessors in a handler.
func TestInside(t *testing.T) {
	type key struct{}
	outer := context.WithValue(t.Context(), key{}, "kept")
	ann := access.User("ann")
	within(t, configFor(ann), outer, func(ctx context.Context) {
		if d := admission.Decision(ctx); d != world.Decide(ann, access.ViewReport, access.Report("q1")) || !d.Allowed {
			t.Errorf("decision %v", d)
		}
		if s := admission.Subject(ctx); s != ann {
			t.Errorf("subject %v", s)
		}
		if p := admission.Policy(ctx); p != world {
			t.Error("the policy is another one")
		}
		if got := slices.Collect(admission.View(ctx).Accounts()); !slices.Equal(got, []datagroup.AccountID{"us-1"}) {
			t.Errorf("view %v", got)
		}
		if first, second := admission.View(ctx), admission.View(ctx); first != second {
			t.Error("the view is made twice")
		}
		if d := admission.Decide(ctx, access.ViewAccount, access.Account("de-1")); d.Reason != access.ReasonOutOfReach || d.Subject != ann {
			t.Errorf("decided %v", d)
		}
		if v := ctx.Value(key{}); v != "kept" {
			t.Errorf("an outer value is %v", v)
		}
		if v := ctx.Value("nothing"); v != nil {
			t.Errorf("nothing is %v", v)
		}
		if v := ctx.Value([0]func(){}); v != nil {
			t.Errorf("a key that compares with none is %v", v)
		}
		inner, cancel := context.WithCancel(context.WithValue(ctx, key{}, "hidden"))
		defer cancel()
		if s := admission.Subject(inner); s != ann {
			t.Errorf("subject of a context within is %v", s)
		}
	})
}

// TestCancelReachesTheHandler cancels the server's context in a handler.
func TestCancelReachesTheHandler(t *testing.T) {
	outer, cancel := context.WithCancelCause(t.Context())
	within(t, configFor(access.User("ann")), outer, func(ctx context.Context) {
		inner, stop := context.WithCancel(ctx)
		defer stop()
		cancel(errBroken)
		<-ctx.Done()
		<-inner.Done()
		if ctx.Err() != context.Canceled || context.Cause(inner) != errBroken {
			t.Errorf("ended with %v, because of %v", ctx.Err(), context.Cause(inner))
		}
	})
}

// TestOneSnapshot swaps the policy while a handler runs.
func TestOneSnapshot(t *testing.T) {
	var current = new(live.Policy)
	current.Replace(world)
	config := configFor(access.User("ann"))
	calls := 0
	config.Source, config.SourceOf = nil, func(*http.Request) (live.Source, error) {
		calls++
		return current, nil
	}
	within(t, config, t.Context(), func(ctx context.Context) {
		e := world.Edit()
		e.RemoveUser("ann")
		next, err := e.Policy()
		if err != nil {
			t.Fatal(err)
		}
		current.Replace(next)
		if d := admission.Decide(ctx, access.ViewReport, access.Report("q1")); !d.Allowed {
			t.Errorf("the handler gets %v", d)
		}
		if !admission.View(ctx).Sees("us-1") {
			t.Error("the view is of another policy")
		}
	})
	if calls != 1 {
		t.Errorf("the policy was asked for %d times", calls)
	}
	if got := ask(t, guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q1")))(hello), "GET / HTTP/1.1"); got.StatusCode != 403 {
		t.Errorf("the next request is answered %d", got.StatusCode)
	}
}

// TestGuardsWithinGuards stacks two, of two users and two policies.
func TestGuardsWithinGuards(t *testing.T) {
	reached := false
	inner := guard(configFor(access.User("ada"))).Require(access.ViewReport, accesshttp.Fixed(access.Report("q2")))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached = true
		if d := admission.Decision(r.Context()); d.Subject != access.User("ada") || d.Resource != access.Report("q2") {
			t.Errorf("the decision is %v", d)
		}
	}))
	q1 := accesshttp.Fixed(access.Report("q1"))
	if got := ask(t, guard(configFor(access.User("sue"))).Require(access.ViewReport, q1)(inner), "GET / HTTP/1.1"); got.StatusCode != 403 || reached {
		t.Errorf("denied by the outer one: %d", got.StatusCode)
	}
	if got := ask(t, guard(configFor(access.User("ann"))).Require(access.ViewReport, q1)(inner), "GET / HTTP/1.1"); got.StatusCode != 200 || !reached {
		t.Errorf("allowed by both: %d", got.StatusCode)
	}
}

// TestObserver wants each decision once, in order, as it was made.
func TestObserver(t *testing.T) {
	var got []access.Decision
	config := configFor(access.User("ann"))
	config.Observer = func(_ context.Context, d access.Decision) {
		got = append(got, d)
		d.Allowed = !d.Allowed // which must change nothing
	}
	ann := access.User("ann")
	within(t, config, t.Context(), func(ctx context.Context) {
		if len(got) != 1 {
			t.Errorf("%d decisions were observed before the handler", len(got))
		}
		if admission.Decide(ctx, access.EditReport, access.Report("q1")).Allowed {
			t.Error("the observer changed a decision")
		}
		admission.View(ctx).Sees("us-1")
		admission.Policy(ctx).Decide(ann, access.ViewReport, access.Report("q2"))
	})
	if r := ask(t, guard(config).RequireOrNotFound(access.ViewReport, accesshttp.Fixed(access.Report("q2")))(hello), "GET / HTTP/1.1"); r.StatusCode != 404 {
		t.Errorf("denied: %d", r.StatusCode)
	}
	ask(t, guard(config).Require(access.ViewReport, viewReport)(hello), "GET / HTTP/1.1") // asks nothing
	want := []access.Decision{
		world.Decide(ann, access.ViewReport, access.Report("q1")),
		world.Decide(ann, access.EditReport, access.Report("q1")),
		world.Decide(ann, access.ViewReport, access.Report("q2")),
	}
	if !slices.Equal(got, want) {
		t.Errorf("observed %v, want %v", got, want)
	}
}

// TestManyGoroutines uses one request's context from many goroutines, in many
// requests at once.
func TestManyGoroutines(t *testing.T) {
	var observed atomic.Int64
	config := configOf(world)
	config.Observer = func(context.Context, access.Decision) { observed.Add(1) }
	const requests, goroutines = 20, 8
	h := guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q1")))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var wg sync.WaitGroup
		views := make([]access.View, goroutines)
		for i := range goroutines {
			wg.Go(func() {
				views[i] = admission.View(r.Context())
				if !views[i].Sees("us-1") || views[i].Sees("de-1") {
					t.Error("a view is wrong")
				}
				admission.Decide(r.Context(), access.ViewAccount, access.Account("us-1"))
			})
		}
		wg.Wait()
		if len(slices.Compact(views)) != 1 {
			t.Error("goroutines of one request have different views")
		}
	}))
	var wg sync.WaitGroup
	for range requests {
		wg.Go(func() {
			if got := ask(t, h, "GET / HTTP/1.1"); got.StatusCode != 200 {
				t.Errorf("answered %d", got.StatusCode)
			}
		})
	}
	wg.Wait()
	if got := observed.Load(); got != requests*(goroutines+1) {
		t.Errorf("%d decisions observed", got)
	}
}
