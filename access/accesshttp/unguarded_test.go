package accesshttp_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
)

// TestUnguarded walks a router in which some routes are guarded, in all ways that
// a guard may stand there.
func TestUnguarded(t *testing.T) {
	g := guard(configFor(access.User("ann")))
	ran := 0
	count := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if ran++; r.Context().Err() == nil {
			t.Error("a handler without a guard runs as if it were asked")
		}
	})
	around := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r) })
	}
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{report}", g.Require(access.ViewReport, viewReport)(hello))
	mux.Handle("PUT /reports/{report}", around(g.RequireSeen(access.ViewReport, access.EditReport, viewReport)(around(hello))))
	mux.Handle("GET /accounts/{$}", g.RequireUser()(hello))
	mux.Handle("/files/{path...}", g.RequireOrNotFound(access.ViewReport, viewReport)(hello))
	mux.Handle("DELETE /reports/{report}", count)
	mux.Handle("GET /health", around(count))
	sub := http.NewServeMux()
	sub.Handle("GET /audit", g.Require(access.ReadAudit, accesshttp.Fixed(access.Company()))(hello))
	sub.Handle("GET /debug/{name}", count)
	mux.Handle("/admin/", http.StripPrefix("/admin", sub))

	routes := []string{
		"GET /reports/{report}", "PUT /reports/{report}", "GET /accounts/{$}", "HEAD /accounts/{$}", "GET /files/{path...}", "DELETE /files/a/b",
		"DELETE /reports/{report}", "GET /health", "GET /admin/audit", "GET /admin/debug/{name}", "GET /nowhere", "POST /admin/audit", "/health", "GET health", "G ET /health",
	}
	want := []string{"DELETE /reports/{report}", "GET /health", "GET /admin/debug/{name}", "GET /nowhere", "POST /admin/audit", "/health", "GET health", "G ET /health"}
	if got := accesshttp.Unguarded(mux, routes...); !slices.Equal(got, want) || ran != 3 {
		t.Errorf("unguarded are %q, want %q; %d handlers ran, want 3", got, want, ran)
	}
	if got := accesshttp.Unguarded(mux, "GET /reports/:report", "GET /files/*path"); got != nil {
		t.Errorf("in the words of other routers %q are unguarded", got)
	}
}

// TestUnguardedIsNotMisled by another route, or by a handler that fails.
func TestUnguardedIsNotMisled(t *testing.T) {
	g := guard(configFor(access.User("ann")))
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{report}", hello)
	mux.Handle("GET /reports/x", g.RequireUser()(hello)) // narrower than the other
	mux.Handle("GET /panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no database") }))
	mux.Handle("GET /after", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.RequireUser()(hello).ServeHTTP(w, r)
		panic("after it was guarded")
	}))
	want := []string{"GET /reports/{report}", "GET /panic", " /reports/x", "/reports/x", " ", ""}
	routes := append(want, "GET /reports/x", "GET /after")
	if got := accesshttp.Unguarded(mux, routes...); !slices.Equal(got, want) {
		t.Errorf("unguarded are %q, want %q", got, want)
	}
}

// TestUnguardedAsks as a server does: no word of a pattern is in the path.
func TestUnguardedAsks(t *testing.T) {
	const any = "unguarded-wildcard"
	for route, want := range map[string]string{
		"GET /reports/{report}/rows/{row...}": "/reports/" + any + "/rows/" + any,
		"GET /reports/:report/rows":           "/reports/" + any + "/rows",
		"GET /files/*":                        "/files/" + any,
		"GET /files/*path":                    "/files/" + any,
		"GET /accounts/{$}":                   "/accounts/",
		"GET /a b":                            "/a%20b",
	} {
		got := ""
		accesshttp.Unguarded(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RequestURI + " " + r.Host }), route)
		if got != want+" localhost" {
			t.Errorf("%s asks %s, want %s", route, got, want)
		}
	}
}
