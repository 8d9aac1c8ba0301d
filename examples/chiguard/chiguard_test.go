package chiguard_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/admission/admissiontest"
	"github.com/ambit-authz/ambit/examples/chiguard"
	"github.com/go-chi/chi/v5"
)

// middleware protects the handler of one route.
type middleware = func(http.Handler) http.Handler

// mount registers the routes of the service at a router, each with what change
// makes of its guard.
func mount(t *testing.T, app *admissiontest.App, change func(middleware) middleware) *chi.Mux {
	t.Helper()
	c := admissiontest.Config(app, func(r *http.Request) (context.Context, []string) {
		return r.Context(), r.Header.Values("Authorization")
	})
	guard, err := accesshttp.New(accesshttp.Config{
		Subject: c.Subject, SourceOf: c.SourceOf, Observer: c.Observer, OnError: c.OnError, Recheck: c.Recheck,
	})
	if err != nil {
		t.Fatal(err)
	}
	root, mounted := chi.NewRouter(), chi.NewRouter()
	for _, route := range app.Routes() {
		r := root
		if route.Mount != "" {
			r = mounted
		}
		protect := change(admissiontest.Protect(guard, route, resource(route)))
		around := chi.Middlewares{protect}
		if route.Drained {
			around = chi.Middlewares{admissiontest.Drain, protect}
		}
		r.With(around...).Method(route.Method, route.Pattern, route.Handler(accesshttp.Refuse))
	}
	root.Mount("/v1", mounted)
	return root
}

// resource returns what names the resource of a route.
func resource(route admissiontest.Route) func(*http.Request) (access.Resource, error) {
	switch route.From {
	case admissiontest.Path:
		return func(r *http.Request) (access.Resource, error) {
			named, err := chiguard.Path("id", access.Report)(r)
			if err != nil {
				return named, err
			}
			return route.Resource(named.ID())
		}
	case admissiontest.Query:
		return func(r *http.Request) (access.Resource, error) {
			named, err := accesshttp.Query("id", access.Report)(r)
			if err != nil {
				return named, err
			}
			return route.Resource(named.ID())
		}
	case admissiontest.Body:
		return accesshttp.Body(route.Limit, func(body []byte) (access.Resource, error) {
			id, err := admission.JSONMember(body, "id")
			if err != nil {
				return access.Resource{}, err
			}
			return route.Resource(id)
		})
	}
	return func(*http.Request) (access.Resource, error) { return route.Resource("") }
}

// check asks the table through a listener.
func check(t *testing.T, change func(middleware) middleware) (admissiontest.Count, error) {
	t.Helper()
	app := admissiontest.NewApp()
	server := httptest.NewServer(mount(t, app, change))
	defer server.Close()
	return app.Check(t.Context(), admissiontest.Server{URL: server.URL})
}

func guarded(m middleware) middleware { return m }

// TestTable asks what every adapter is asked.
func TestTable(t *testing.T) {
	count, err := check(t, guarded)
	if err != nil || count.Passed < 200 || count.Skipped > 0 {
		t.Errorf("%+v\n%v", count, err)
	}
}

// TestMutants breaks the guard, and wants the table to fail.
func TestMutants(t *testing.T) {
	// admitted returns the request as the guard, which answers to w, admits it.
	admitted := func(guard middleware, w http.ResponseWriter, r *http.Request) *http.Request {
		guard(http.HandlerFunc(func(_ http.ResponseWriter, in *http.Request) { r = in })).ServeHTTP(w, r)
		return r
	}
	for name, mutant := range map[string]func(middleware) middleware{
		"the guard is left out": func(middleware) middleware { return func(next http.Handler) http.Handler { return next } },
		"its answer is ignored": func(guard middleware) middleware {
			return func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(w, admitted(guard, httptest.NewRecorder(), r))
				})
			}
		},
		"the return is dropped": func(guard middleware) middleware {
			return func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(w, admitted(guard, w, r))
				})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if count, err := check(t, mutant); err == nil || !strings.Contains(err.Error(), "admissiontest: not shared: ") {
				t.Errorf("the table passes: %+v, %v", count, err)
			}
		})
	}
}

// TestRoutes finds the one route that nobody guards, on a router that is mounted
// on another.
func TestRoutes(t *testing.T) {
	app := admissiontest.NewApp()
	r := mount(t, app, guarded)
	r.Route("/v2", func(r chi.Router) {
		r.Get("/open/{id}", func(http.ResponseWriter, *http.Request) {})
	})
	routes := chiguard.Routes(r)
	if len(routes) != len(app.Routes())+1 {
		t.Errorf("there are %d routes: %q", len(routes), routes)
	}
	if open := accesshttp.Unguarded(r, routes...); !slices.Equal(open, []string{"GET /v2/open/{id}"}) {
		t.Errorf("nobody guards %q", open)
	}
}

// TestPath wants ids decoded once, whichever path chi has matched.
func TestPath(t *testing.T) {
	for path, want := range map[string]string{
		"/reports/q1":         "report:q1",
		"/reports/a%2Fb":      "report:a/b",
		"/reports/a%252Fb":    "report:a%2Fb",
		"/reports/%71%252F":   "report:q%2F",
		"/reports/%2571":      "report:%71",
		"/reports/%2F%25252F": "report:/%252F",
	} {
		var got string
		r := chi.NewRouter()
		r.Get("/reports/{id}", func(_ http.ResponseWriter, r *http.Request) {
			named, err := chiguard.Path("id", access.Report)(r)
			if err != nil {
				t.Error(err)
			}
			got = named.String()
			if _, err := chiguard.Path("report", access.Report)(r); err == nil {
				t.Error("a parameter is found that the pattern does not have")
			}
		})
		r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		if got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
