package admissiontest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/admission/admissiontest"
)

// guardOf returns a guard of package accesshttp for the service.
func guardOf(t *testing.T, app *admissiontest.App) *accesshttp.Guard {
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
	return guard
}

// resource returns what names the resource of a route.
func resource(route admissiontest.Route) func(*http.Request) (access.Resource, error) {
	switch route.From {
	case admissiontest.Path:
		return func(r *http.Request) (access.Resource, error) { return route.Resource(r.PathValue("id")) }
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

// protection is middleware for one route.
type protection = func(http.Handler) http.Handler

// mount registers the routes at a ServeMux, each protected by what change makes
// of its guard.
func mount(t *testing.T, app *admissiontest.App, change func(protection) protection) http.Handler {
	t.Helper()
	guard := guardOf(t, app)
	mounts := map[string]*http.ServeMux{"": http.NewServeMux()}
	for _, route := range app.Routes() {
		mux := mounts[route.Mount]
		if mux == nil {
			mux = http.NewServeMux()
			mounts[route.Mount] = mux
			mounts[""].Handle(route.Mount+"/", http.StripPrefix(route.Mount, mux))
		}
		h := change(admissiontest.Protect(guard, route, resource(route)))(route.Handler(accesshttp.Refuse))
		if route.Drained {
			h = admissiontest.Drain(h)
		}
		mux.Handle(route.Method+" "+route.Pattern, h)
	}
	return mounts[""]
}

// check asks the table over a listener.
func check(t *testing.T, change func(protection) protection) (admissiontest.Count, error) {
	t.Helper()
	app := admissiontest.NewApp()
	server := httptest.NewServer(mount(t, app, change))
	defer server.Close()
	return app.Check(t.Context(), admissiontest.Server{URL: server.URL})
}

func TestServeMux(t *testing.T) {
	count, err := check(t, func(p protection) protection { return p })
	if err != nil {
		t.Error(err)
	}
	t.Logf("%+v", count)
}
