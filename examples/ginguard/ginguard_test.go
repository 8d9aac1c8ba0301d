package ginguard_test

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
	"github.com/ambit-authz/ambit/examples/ginguard"
	"github.com/gin-gonic/gin"
)

func init() { gin.SetMode(gin.ReleaseMode) }

// mount registers the routes of the service at an engine, each with what change
// makes of its guard.
func mount(t *testing.T, app *admissiontest.App, engine *gin.Engine, notFound http.Handler, change func(gin.HandlerFunc) gin.HandlerFunc) {
	t.Helper()
	c := admissiontest.Config(app, func(r *http.Request) (context.Context, []string) {
		return r.Context(), r.Header.Values("Authorization")
	})
	guard, err := ginguard.New(accesshttp.Config{
		Subject: c.Subject, SourceOf: c.SourceOf, Observer: c.Observer, OnError: c.OnError, Recheck: c.Recheck, NotFound: notFound,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range app.Routes() {
		handlers := []gin.HandlerFunc{change(admissiontest.Protect(guard, route, resource(route))), gin.WrapH(route.Handler(accesshttp.Refuse))}
		if route.Name == "Row" { // with the function for handlers of gin
			handlers[1] = row(route)
		}
		if route.Drained {
			handlers = slices.Insert(handlers, 0, func(c *gin.Context) { _, _ = c.GetRawData() })
		}
		engine.Group(route.Mount).Handle(route.Method, strings.Replace(route.Pattern, "{id}", ":id", 1), handlers...)
	}
}

// row is a handler that refuses by itself.
func row(route admissiontest.Route) gin.HandlerFunc {
	return func(c *gin.Context) {
		text, err := route.Handle(c.Request.Context(), nil)
		if err != nil {
			ginguard.Refuse(c, err)
			return
		}
		c.String(http.StatusOK, "%s", text)
	}
}

// resource returns what names the resource of a route.
func resource(route admissiontest.Route) ginguard.Resource {
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

// check asks the table through a listener.
func check(t *testing.T, engine *gin.Engine, notFound http.Handler, change func(gin.HandlerFunc) gin.HandlerFunc) (admissiontest.Count, error) {
	t.Helper()
	app := admissiontest.NewApp()
	mount(t, app, engine, notFound, change)
	server := httptest.NewServer(engine)
	defer server.Close()
	return app.Check(t.Context(), admissiontest.Server{URL: server.URL})
}

func guarded(h gin.HandlerFunc) gin.HandlerFunc { return h }

// TestTable asks what every adapter is asked, however the engine reads paths.
func TestTable(t *testing.T) {
	for name, configure := range map[string]func(*gin.Engine){
		"as it is":        func(*gin.Engine) {},
		"raw paths":       func(e *gin.Engine) { e.UseRawPath = true },
		"as they stand":   func(e *gin.Engine) { e.UseRawPath, e.UnescapePathValues = true, false },
		"escaped paths":   func(e *gin.Engine) { e.UseEscapedPath = true },
		"405":             func(e *gin.Engine) { e.HandleMethodNotAllowed = true },
		"mended paths":    func(e *gin.Engine) { e.RedirectFixedPath, e.RemoveExtraSlash = true, true },
		"with Recovery":   func(e *gin.Engine) { e.Use(gin.Recovery()) },
		"no redirections": func(e *gin.Engine) { e.RedirectTrailingSlash = false },
	} {
		t.Run(name, func(t *testing.T) {
			engine := gin.New()
			configure(engine)
			count, err := check(t, engine, nil, guarded)
			if err != nil || count.Passed < 200 || count.Skipped > 0 {
				t.Errorf("%+v\n%v", count, err)
			}
		})
	}
}

// TestPage asks where engine and guard have the same page for what is not found.
func TestPage(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		http.Error(w, "nothing here", http.StatusNotFound)
	})
	engine := gin.New()
	engine.NoRoute(gin.WrapH(page))
	if count, err := check(t, engine, page, guarded); err != nil {
		t.Errorf("%+v\n%v", count, err)
	}
	if count, err := check(t, gin.New(), page, guarded); err == nil {
		t.Errorf("the table passes with another page: %+v", count)
	}
}

// TestMutants breaks the guard, and wants the table to fail.
func TestMutants(t *testing.T) {
	for name, mutant := range map[string]func(gin.HandlerFunc) gin.HandlerFunc{
		"the guard is left out": func(gin.HandlerFunc) gin.HandlerFunc { return func(*gin.Context) {} },
		"its answer is ignored": func(guard gin.HandlerFunc) gin.HandlerFunc {
			return func(c *gin.Context) {
				inner, _ := gin.CreateTestContext(httptest.NewRecorder())
				inner.Request, inner.Params = c.Request, c.Params
				guard(inner)
				c.Request = inner.Request
			}
		},
		"Abort is left out": func(guard gin.HandlerFunc) gin.HandlerFunc {
			return func(c *gin.Context) {
				inner, _ := gin.CreateTestContext(httptest.NewRecorder())
				inner.Request, inner.Params, inner.Writer = c.Request, c.Params, c.Writer
				guard(inner)
				c.Request = inner.Request
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if count, err := check(t, gin.New(), nil, mutant); err == nil || !strings.Contains(err.Error(), "admissiontest: not shared: ") {
				t.Errorf("the table passes: %+v, %v", count, err)
			}
		})
	}
}

// TestRoutes finds the one route that nobody guards.
func TestRoutes(t *testing.T) {
	app, engine := admissiontest.NewApp(), gin.New()
	mount(t, app, engine, nil, guarded)
	engine.GET("/open/:id", func(*gin.Context) {})
	routes := ginguard.Routes(engine)
	if len(routes) != len(app.Routes())+1 {
		t.Errorf("there are %d routes: %q", len(routes), routes)
	}
	if open := accesshttp.Unguarded(engine, routes...); !slices.Equal(open, []string{"GET /open/:id"}) {
		t.Errorf("nobody guards %q", open)
	}
}

// TestNew wants an error for a configuration that lacks something.
func TestNew(t *testing.T) {
	if _, err := ginguard.New(accesshttp.Config{}); err == nil {
		t.Error("there is a guard without a policy")
	}
}
