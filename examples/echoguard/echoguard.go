// Package echoguard guards the routes of an Echo: package accesshttp as
// echo.MiddlewareFunc.
//
//	guard, err := echoguard.New(accesshttp.Config{Source: policy, Subject: sessionUser})
//	e.GET("/reports/:report", show, guard.Require(access.ViewReport, accesshttp.Path("report", access.Report)))
//
// The accessors of package admission take the context of the request:
// admission.Subject(c.Request().Context()).
package echoguard

import (
	"context"
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/labstack/echo/v5"
)

// Guard makes middleware that lets a request through to the handler of its
// route, or answers it.
type Guard struct{ inner *accesshttp.Guard }

// Resource names the resource of a request. The parameters of Echo are its path
// values, so accesshttp.Path makes one.
type Resource = func(*http.Request) (access.Resource, error)

// New returns a guard. If c.NotFound is nil, a 404 is echo.ErrNotFound, which
// your HTTPErrorHandler answers like any path without a route.
func New(c accesshttp.Config) (*Guard, error) {
	if c.NotFound == nil {
		c.NotFound = http.HandlerFunc(leaveNotFound)
	}
	inner, err := accesshttp.New(c)
	return &Guard{inner}, err
}

// Require is [accesshttp.Guard.Require].
func (g *Guard) Require(action access.Action, resource Resource) echo.MiddlewareFunc {
	return wrap(g.inner.Require(action, resource))
}

// RequireOrNotFound is [accesshttp.Guard.RequireOrNotFound].
func (g *Guard) RequireOrNotFound(action access.Action, resource Resource) echo.MiddlewareFunc {
	return wrap(g.inner.RequireOrNotFound(action, resource))
}

// RequireSeen is [accesshttp.Guard.RequireSeen].
func (g *Guard) RequireSeen(see, action access.Action, resource Resource) echo.MiddlewareFunc {
	return wrap(g.inner.RequireSeen(see, action, resource))
}

// RequireUser is [accesshttp.Guard.RequireUser].
func (g *Guard) RequireUser() echo.MiddlewareFunc { return wrap(g.inner.RequireUser()) }

// wrap makes middleware of Echo of middleware of net/http.
func wrap(guard func(http.Handler) http.Handler) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			left, admitted := false, false
			r := c.Request().WithContext(context.WithValue(c.Request().Context(), leftKey{}, &left))
			for _, p := range c.PathValues() {
				r.SetPathValue(p.Name, p.Value)
			}
			r.Pattern = c.Path()
			guard(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				admitted = true
				c.SetRequest(r)
			})).ServeHTTP(c.Response(), r)
			if admitted {
				if err := next(c); err != nil {
					return err
				}
			}
			if left {
				return echo.ErrNotFound
			}
			return nil
		}
	}
}

// Refuse answers an error of a handler as its guard would have: see
// [accesshttp.Refuse]. Return what it returns.
func Refuse(c *echo.Context, err error) error {
	accesshttp.Refuse(c.Response(), c.Request(), err)
	if left, ok := c.Request().Context().Value(leftKey{}).(*bool); ok && *left {
		return echo.ErrNotFound
	}
	return nil
}

// leftKey has whether the answer to a request is left to Echo.
type leftKey struct{}

// leaveNotFound leaves the answer to Echo.
func leaveNotFound(_ http.ResponseWriter, r *http.Request) {
	*r.Context().Value(leftKey{}).(*bool) = true // which wrap has put there
}

// Routes lists the routes of an Echo for accesshttp.Unguarded. A route of any
// method is asked by GET. Pages for what is not found are left out, such as those
// that Echo registers for a group with middleware.
func Routes(e *echo.Echo) []string {
	var routes []string
	for _, r := range e.Router().Routes() {
		switch r.Method {
		case echo.RouteNotFound:
			continue
		case echo.RouteAny:
			r.Method = http.MethodGet
		}
		routes = append(routes, r.Method+" "+r.Path)
	}
	return routes
}
