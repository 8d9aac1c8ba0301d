package admission_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
)

// routes of each sort, on which ada is admitted for q1.
func routesOf(g *admission.Guard[*request]) map[string]*admission.Route[*request] {
	return map[string]*admission.Route[*request]{
		"require": g.Require(access.CommentReport, resourceOf),
		"hide":    g.RequireOrNotFound(access.CommentReport, resourceOf),
		"seen":    g.RequireSeen(access.ViewReport, access.CommentReport, resourceOf),
		"user":    g.RequireUser(),
	}
}

// TestWatch ends an admission in each way that it can end, and wants the context
// to end at most a recheck later, for that reason, and not before.
func TestWatch(t *testing.T) {
	const recheck = 3 * time.Second
	ada := document.User{ID: "ada", Email: "ada@example.com", Role: "admin"}
	suspended, ending := ada, ada
	suspended.Suspended = true
	for _, tt := range []struct {
		want  access.Reason // "" is that it does not end
		name  string
		sorts string // of routes that end; the others go on
		end   func(t *testing.T, current *live.Policy)
	}{
		{"suspended", "suspended", "require hide seen user", func(t *testing.T, current *live.Policy) {
			edit(t, current, func(e *access.Edit) { e.SetUser(suspended) })
		}},
		{"ended", "time passes", "require hide seen user", func(t *testing.T, current *live.Policy) {
			ending.Until = document.End(time.Now().Add(7 * time.Second))
			edit(t, current, func(e *access.Edit) { e.SetUser(ending) })
		}},
		{"no-level", "unshared", "require hide seen", func(t *testing.T, current *live.Policy) {
			edit(t, current, func(e *access.Edit) {
				e.RemoveGrant("q1", document.Grant{User: "ada"})
			})
		}},
		{"level-too-low", "no longer above viewer", "require hide seen", func(t *testing.T, current *live.Policy) {
			edit(t, current, func(e *access.Edit) {
				e.SetGrant("q1", document.Grant{User: "ada", Level: "viewer"})
			})
		}},
		{"", "something else changes", "", func(t *testing.T, current *live.Policy) {
			edit(t, current, func(e *access.Edit) { e.RemoveUser("ann") })
		}},
	} {
		for sort := range routesOf(newGuard(t, config(live.New(access.MustLoad(world))))) {
			t.Run(tt.name+"/"+sort, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var observed []access.Decision
					current := live.New(access.MustLoad(world))
					c := config(current)
					c.Recheck = recheck
					c.Observer = func(_ context.Context, d access.Decision) { observed = append(observed, d) }
					admitted, f := routesOf(newGuard(t, c))[sort].Admit(&request{ctx: t.Context(), who: access.User("ada"), of: access.Report("q1")})
					if f != nil {
						t.Fatalf("refused: %+v", f)
					}
					before := len(observed)
					ctx, stop := admission.Watch(admitted)
					defer stop()
					time.Sleep(10 * recheck)
					if ctx.Err() != nil {
						t.Fatalf("ended by itself: %v", context.Cause(ctx))
					}
					tt.end(t, current)
					time.Sleep(7*time.Second + recheck)
					ends := slices.Contains(strings.Fields(tt.sorts), sort)
					denied, _ := errors.AsType[*access.DeniedError](context.Cause(ctx))
					switch {
					case !ends && (ctx.Err() != nil || len(observed) != before):
						t.Errorf("ended: %v, observed %v", context.Cause(ctx), observed[before:])
					case ends && (denied == nil || denied.Decision.Reason != tt.want || len(observed) != before+1):
						t.Errorf("ended for %v, observed %v, want %s", context.Cause(ctx), observed[before:], tt.want)
					case ends && admission.Decide(ctx, access.CommentReport, access.Report("q1")).Allowed && sort != "user":
						t.Error("the context still allows it")
					case ends && admitted.Err() != nil:
						t.Error("the request ended as well")
					}
				})
			})
		}
	}
}

// TestWatchIsOfTheNewestPolicy changes what the subject sees while they may go on.
func TestWatchIsOfTheNewestPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		current := live.New(access.MustLoad(world))
		admitted, f := newGuard(t, config(current)).RequireUser().Admit(&request{ctx: t.Context(), who: access.User("ann")})
		if f != nil {
			t.Fatalf("refused: %+v", f)
		}
		ctx, stop := admission.Watch(admitted)
		defer stop()
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		edit(t, current, func(e *access.Edit) {
			e.SetTeam(document.Team{ID: "americas", Groups: []string{"de"}})
		})
		if v := admission.View(inner); !v.Sees("us-1") || v.Sees("de-1") {
			t.Error("the view changed before it was asked again")
		}
		time.Sleep(5*time.Second + 1) // the default
		if v := admission.View(inner); v.Sees("us-1") || !v.Sees("de-1") {
			t.Error("the view is still the old one")
		}
		if v := admission.View(admitted); !v.Sees("us-1") {
			t.Error("the view of the request changed")
		}
		if admission.Policy(inner) != current.Policy() || admission.Subject(inner) != access.User("ann") {
			t.Error("another policy, or another subject")
		}
	})
}

// TestWatchEnds ends a watch by what is around it. No goroutine is left: synctest
// would not return.
func TestWatchEnds(t *testing.T) {
	told := 0
	start := func(t *testing.T, parent context.Context, current live.Source) (context.Context, context.CancelFunc) {
		c := config(current)
		c.OnError = func(context.Context, error) { told++ }
		admitted, f := newGuard(t, c).RequireUser().Admit(&request{ctx: parent, who: access.User("ann")})
		if f != nil {
			t.Fatalf("refused: %+v", f)
		}
		return admission.Watch(admitted)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := start(t, t.Context(), live.New(access.MustLoad(world)))
		stop()
		if synctest.Wait(); ctx.Err() != context.Canceled {
			t.Errorf("stopped: %v", ctx.Err())
		}
		parent, cancel := context.WithCancelCause(t.Context())
		ctx, stop = start(t, parent, live.New(access.MustLoad(world)))
		defer stop()
		cancel(errBroken)
		if synctest.Wait(); context.Cause(ctx) != errBroken {
			t.Errorf("the request ended: %v", context.Cause(ctx))
		}
		current := live.New(access.MustLoad(world))
		ctx, stop = start(t, t.Context(), current)
		defer stop()
		current.Replace(nil)
		time.Sleep(5*time.Second + 1)
		if failed, _ := errors.AsType[*admission.Error](context.Cause(ctx)); failed == nil || failed.Op != "policy" {
			t.Errorf("no policy any more: %v", context.Cause(ctx))
		}
		if f := admission.FailureOf(ctx, context.Cause(ctx)); f.Status != 503 || told != 1 {
			t.Errorf("no policy any more: answered %d, told %d times, want once", f.Status, told)
		}
		if admission.View(ctx).Sees("us-1") || admission.Decide(ctx, access.ViewAccount, access.Account("us-1")).Allowed {
			t.Error("without a policy something is seen")
		}
		ctx, stop = admission.Watch(t.Context())
		defer stop()
		if ctx.Err() == nil {
			t.Error("a context that is not of an admitted request goes on")
		}
	})
}
