package admission_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
)

// TestNilPanics lets each function of the host panic with nil, in a program that
// recovers nothing then, as before Go 1.21. The request is refused.
func TestNilPanics(t *testing.T) {
	t.Setenv("GODEBUG", "panicnil=1")
	for _, op := range []string{"context", "subject", "policy", "resource"} {
		at := func(here string) {
			if here == op {
				panic(nil)
			}
		}
		g, err := admission.New(func(r *request) context.Context { at("context"); return r.ctx }, admission.Config[*request]{
			Subject:  func(r *request) (access.Subject, error) { at("subject"); return r.who, nil },
			SourceOf: func(r *request) (live.Source, error) { at("policy"); return live.New(access.MustLoad(world)), nil },
			OnError:  func(context.Context, error) {},
		})
		if err != nil {
			t.Fatal(err)
		}
		route := g.Require(access.ViewReport, func(r *request) (access.Resource, error) { at("resource"); return r.of, nil })
		ctx, f := route.Admit(&request{ctx: t.Context(), who: access.User("ann"), of: access.Report("q1")})
		if ctx != nil || f == nil || f.Status != 500 || !strings.Contains(f.Err.Error(), op) {
			t.Errorf("%s: admitted %t, %+v", op, ctx != nil, f)
		}
	}
}

// sourceFunc is a Source that is a function.
type sourceFunc func() *access.Policy

func (f sourceFunc) Policy() *access.Policy { return f() }

// TestWatchFails lets the source fail while a request is watched: its context
// ends, and neither the program nor the watch ends in another way.
func TestWatchFails(t *testing.T) {
	for _, tt := range []struct {
		name, want string // what is told, "" if nothing
		fail       func() *access.Policy
	}{
		{"panic", "admission: policy: panic: a nil map", func() *access.Policy { panic("a nil map") }},
		{"no policy", "admission: policy: temporarily unavailable: there is no policy", func() *access.Policy { return nil }},
		{"the zero policy", "admission: policy: temporarily unavailable: there is no policy", func() *access.Policy { return new(access.Policy) }},
		{"the goroutine ends", "", func() *access.Policy { runtime.Goexit(); return nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var fails atomic.Bool
				p, told := access.MustLoad(world), ""
				c := config(sourceFunc(func() *access.Policy {
					if fails.Load() {
						return tt.fail()
					}
					return p
				}))
				c.OnError = func(_ context.Context, err error) { told += err.Error() }
				admitted, f := newGuard(t, c).RequireUser().Admit(&request{ctx: t.Context(), who: access.User("ann")})
				if f != nil {
					t.Fatalf("refused: %+v", f)
				}
				ctx, stop := admission.Watch(admitted)
				defer stop()
				time.Sleep(time.Minute)
				fails.Store(true)
				time.Sleep(5*time.Second + 1)
				synctest.Wait()
				if ctx.Err() == nil || told != tt.want {
					t.Errorf("the context ended: %t, told %q, want %q", ctx.Err() != nil, told, tt.want)
				}
				if failure := admission.FailureOf(ctx, context.Cause(ctx)); told != tt.want && tt.want != "" {
					t.Errorf("told again: %q, %+v", told, failure)
				}
			})
		})
	}
}

// TestWatchLate watches a request whose subject was removed while its handler did
// something else.
func TestWatchLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		current := live.New(access.MustLoad(world))
		var observed []access.Decision
		c := config(current)
		c.Observer = func(_ context.Context, d access.Decision) { observed = append(observed, d) }
		admitted, f := newGuard(t, c).RequireUser().Admit(&request{ctx: t.Context(), who: access.User("ann")})
		if f != nil {
			t.Fatalf("refused: %+v", f)
		}
		edit(t, current, func(e *access.Edit) { e.RemoveUser("ann") })
		ctx, stop := admission.Watch(admitted)
		defer stop()
		denied, _ := errors.AsType[*access.DeniedError](context.Cause(ctx))
		if denied == nil || denied.Decision.Reason != access.ReasonUnknownUser || len(observed) != 1 || admission.Policy(ctx) != current.Policy() {
			t.Errorf("ended for %v, observed %v", context.Cause(ctx), observed)
		}
	})
}

// TestWatchHides wants what a route hides hidden while it is watched, too.
func TestWatchHides(t *testing.T) {
	for sort, route := range routesOf(newGuard(t, config(live.New(access.MustLoad(world))))) {
		admitted, f := route.Admit(&request{ctx: t.Context(), who: access.User("ada"), of: access.Report("q1")})
		if f != nil {
			t.Fatalf("refused: %+v", f)
		}
		ctx, stop := admission.Watch(admitted)
		defer stop()
		failure := admission.FailureOf(ctx, admission.Decide(ctx, access.ViewReport, access.Report("nope")).Err())
		if hidden := sort == "hide"; hidden != (failure.Status == 404) || hidden != (failure.Public.Reason == "") {
			t.Errorf("%s: %d %s", sort, failure.Status, failure.Public)
		}
	}
}
