package accesshttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
)

// silent is a handler, and a response, that cost nothing.
type silent struct{ header http.Header }

func (silent) ServeHTTP(http.ResponseWriter, *http.Request) {}
func (s silent) Header() http.Header                        { return s.header }
func (silent) Write(p []byte) (int, error)                  { return len(p), nil }
func (silent) WriteHeader(int)                              {}

// allowed returns a request that has been matched, as routers leave it, and
// guarded routes that let it through.
func allowed() (r *http.Request, routes map[string]http.Handler) {
	r = httptest.NewRequest("GET", "/reports/q1", nil)
	r.SetPathValue("report", "q1")
	r.SetPathValue("account", "us-1")
	config := configFor(access.User("ann"))
	observed := config
	observed.Observer = func(context.Context, access.Decision) {}
	return r, map[string]http.Handler{
		"report":   guard(config).Require(access.ViewReport, viewReport)(silent{}),
		"account":  guard(config).Require(access.ViewAccount, accesshttp.Path("account", access.Account))(silent{}),
		"hidden":   guard(config).RequireOrNotFound(access.ViewReport, viewReport)(silent{}),
		"seen":     guard(config).RequireSeen(access.ViewReport, access.ViewReport, viewReport)(silent{}),
		"observed": guard(observed).Require(access.ViewReport, viewReport)(silent{}),
		"user":     guard(config).RequireUser()(silent{}),
	}
}

// TestGuardAllocations counts what an allowed request costs besides its handler.
func TestGuardAllocations(t *testing.T) {
	r, routes := allowed()
	for name, h := range routes {
		if n := testing.AllocsPerRun(200, func() { h.ServeHTTP(silent{}, r) }); n > 2 {
			t.Errorf("%s: %v allocations, at most 2", name, n)
		}
	}
}

func BenchmarkGuard(b *testing.B) {
	r, routes := allowed()
	for _, name := range []string{"report", "account", "hidden", "seen", "observed", "user"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				routes[name].ServeHTTP(silent{}, r)
			}
		})
	}
	b.Run("denied", func(b *testing.B) {
		b.ReportAllocs()
		h := guard(configFor(access.User("ann"))).Require(access.ViewReport, accesshttp.Fixed(access.Report("q2")))(silent{})
		w := silent{make(http.Header)}
		for b.Loop() {
			h.ServeHTTP(w, r)
		}
	})
}

// BenchmarkServeMux compares a route with and without a guard.
func BenchmarkServeMux(b *testing.B) {
	for _, guarded := range []bool{false, true} {
		var h http.Handler = silent{}
		if guarded {
			h = guard(configFor(access.User("ann"))).Require(access.ViewReport, viewReport)(h)
		}
		mux := http.NewServeMux()
		mux.Handle("GET /reports/{report}", h)
		b.Run(fmt.Sprint("guarded=", guarded), func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequest("GET", "/reports/q1", nil)
			for b.Loop() {
				mux.ServeHTTP(silent{}, r)
			}
		})
	}
}
