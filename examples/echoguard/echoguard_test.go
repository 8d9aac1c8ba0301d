package echoguard_test

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
	"github.com/ambit-authz/ambit/examples/echoguard"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
)

// guardOf returns a guard of the service.
func guardOf(t *testing.T, app *admissiontest.App) *echoguard.Guard {
	t.Helper()
	c := admissiontest.Config(app, func(r *http.Request) (context.Context, []string) {
		return r.Context(), r.Header.Values("Authorization")
	})
	guard, err := echoguard.New(accesshttp.Config{
		Subject: c.Subject, SourceOf: c.SourceOf, Observer: c.Observer, OnError: c.OnError, Recheck: c.Recheck,
	})
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

// mount registers the routes of the service at an Echo, each with what change
// makes of its guard.
func mount(t *testing.T, app *admissiontest.App, e *echo.Echo, change func(echo.MiddlewareFunc) echo.MiddlewareFunc) {
	t.Helper()
	guard := guardOf(t, app)
	for _, route := range app.Routes() {
		handler := echo.WrapHandler(route.Handler(accesshttp.Refuse))
		if route.Name == "Row" { // with the function for handlers of Echo
			handler = row(route)
		}
		around := []echo.MiddlewareFunc{change(admissiontest.Protect(guard, route, resource(route)))}
		if route.Drained {
			around = slices.Insert(around, 0, echo.WrapMiddleware(admissiontest.Drain))
		}
		pattern := strings.Replace(route.Pattern, "{id}", ":id", 1)
		if route.Mount != "" {
			e.Group(route.Mount).Add(route.Method, pattern, handler, around...)
		} else {
			e.Add(route.Method, pattern, handler, around...)
		}
	}
}

// row is a handler that refuses by itself.
func row(route admissiontest.Route) echo.HandlerFunc {
	return func(c *echo.Context) error {
		text, err := route.Handle(c.Request().Context(), nil)
		if err != nil {
			return echoguard.Refuse(c, err)
		}
		return c.String(http.StatusOK, text)
	}
}

// resource returns what names the resource of a route.
func resource(route admissiontest.Route) echoguard.Resource {
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
func check(t *testing.T, e *echo.Echo, change func(echo.MiddlewareFunc) echo.MiddlewareFunc) (admissiontest.Count, error) {
	t.Helper()
	app := admissiontest.NewApp()
	mount(t, app, e, change)
	server := httptest.NewServer(e)
	defer server.Close()
	return app.Check(t.Context(), admissiontest.Server{URL: server.URL})
}

func guarded(m echo.MiddlewareFunc) echo.MiddlewareFunc { return m }

// TestTable asks what every adapter is asked, however the router reads paths and
// whatever page it has for what it does not find.
func TestTable(t *testing.T) {
	router := func(c echo.RouterConfig) *echo.Echo {
		return echo.NewWithConfig(echo.Config{Router: echo.NewRouter(c)})
	}
	page := echo.New()
	page.HTTPErrorHandler = func(c *echo.Context, err error) {
		c.Response().Header().Set("X-Page", "own")
		echo.DefaultHTTPErrorHandler(false)(c, err)
	}
	recovering := echo.New()
	recovering.Use(middleware.Recover())
	for name, e := range map[string]*echo.Echo{
		"as it is":        echo.New(),
		"decoded once":    router(echo.RouterConfig{UnescapePathParamValues: true}),
		"decoded paths":   router(echo.RouterConfig{UseEscapedPathForMatching: true}),
		"HEAD as GET":     router(echo.RouterConfig{AutoHandleHEAD: true}),
		"a page":          page,
		"with recovering": recovering,
	} {
		t.Run(name, func(t *testing.T) {
			count, err := check(t, e, guarded)
			if err != nil || count.Passed < 200 || count.Skipped > 0 {
				t.Errorf("%+v\n%v", count, err)
			}
		})
	}
}

// TestMutants breaks the guard, and wants the table to fail.
func TestMutants(t *testing.T) {
	admit := func(c *echo.Context) error { return nil } // a handler that leaves the admitted request in c
	for name, mutant := range map[string]func(echo.MiddlewareFunc) echo.MiddlewareFunc{
		"the guard is left out": func(echo.MiddlewareFunc) echo.MiddlewareFunc {
			return func(next echo.HandlerFunc) echo.HandlerFunc { return next }
		},
		"its answer is ignored": func(guard echo.MiddlewareFunc) echo.MiddlewareFunc {
			return func(next echo.HandlerFunc) echo.HandlerFunc {
				return func(c *echo.Context) error {
					response := c.Response()
					c.SetResponse(httptest.NewRecorder())
					_ = guard(admit)(c)
					c.SetResponse(response)
					return next(c)
				}
			}
		},
		"the return is dropped": func(guard echo.MiddlewareFunc) echo.MiddlewareFunc {
			return func(next echo.HandlerFunc) echo.HandlerFunc {
				return func(c *echo.Context) error {
					if err := guard(admit)(c); err != nil {
						_ = err // return err
					}
					return next(c)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if count, err := check(t, echo.New(), mutant); err == nil || !strings.Contains(err.Error(), "admissiontest: not shared: ") {
				t.Errorf("the table passes: %+v, %v", count, err)
			}
		})
	}
}

// TestRoutes finds the routes that nobody guards.
func TestRoutes(t *testing.T) {
	app, e := admissiontest.NewApp(), echo.New()
	mount(t, app, e, guarded)
	show := func(*echo.Context) error { return nil }
	e.GET("/open/:id", show)
	e.Any("/any", show)
	e.RouteNotFound("/*", show)
	e.Group("/own", guardOf(t, app).RequireUser()).GET("/accounts", show)
	routes := echoguard.Routes(e)
	if len(routes) != len(app.Routes())+3 {
		t.Errorf("there are %d routes: %q", len(routes), routes)
	}
	if open := accesshttp.Unguarded(e, routes...); !slices.Equal(open, []string{"GET /open/:id", "GET /any"}) {
		t.Errorf("nobody guards %q", open)
	}
}

// TestNew wants an error for a configuration that lacks something.
func TestNew(t *testing.T) {
	if _, err := echoguard.New(accesshttp.Config{}); err == nil {
		t.Error("there is a guard without a policy")
	}
}
