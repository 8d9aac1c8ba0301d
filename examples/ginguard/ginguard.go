// Package ginguard guards the routes of a gin engine: package accesshttp as
// gin.HandlerFunc.
//
//	guard, err := ginguard.New(accesshttp.Config{Source: policy, Subject: sessionUser})
//	engine.GET("/reports/:report", guard.Require(access.ViewReport, accesshttp.Path("report", access.Report)), show)
//
// The accessors of package admission take the context of the request:
// admission.Subject(c.Request.Context()).
package ginguard

import (
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/gin-gonic/gin"
)

// Guard makes handlers that let a request through to the next handler of its
// route, or answer it and abort.
type Guard struct{ inner *accesshttp.Guard }

// Resource names the resource of a request. The parameters of gin are its path
// values, so accesshttp.Path makes one.
type Resource = func(*http.Request) (access.Resource, error)

// New returns a guard. If c.NotFound is nil, a 404 is answered as gin answers
// without NoRoute; if your engine has a NoRoute, set both to the same page.
func New(c accesshttp.Config) (*Guard, error) {
	if c.NotFound == nil {
		c.NotFound = http.HandlerFunc(notFound)
	}
	inner, err := accesshttp.New(c)
	return &Guard{inner}, err
}

// Require is [accesshttp.Guard.Require].
func (g *Guard) Require(action access.Action, resource Resource) gin.HandlerFunc {
	return wrap(g.inner.Require(action, resource))
}

// RequireOrNotFound is [accesshttp.Guard.RequireOrNotFound].
func (g *Guard) RequireOrNotFound(action access.Action, resource Resource) gin.HandlerFunc {
	return wrap(g.inner.RequireOrNotFound(action, resource))
}

// RequireSeen is [accesshttp.Guard.RequireSeen].
func (g *Guard) RequireSeen(see, action access.Action, resource Resource) gin.HandlerFunc {
	return wrap(g.inner.RequireSeen(see, action, resource))
}

// RequireUser is [accesshttp.Guard.RequireUser].
func (g *Guard) RequireUser() gin.HandlerFunc { return wrap(g.inner.RequireUser()) }

// wrap makes a handler of middleware.
func wrap(guard func(http.Handler) http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		for _, p := range c.Params {
			c.Request.SetPathValue(p.Key, p.Value)
		}
		c.Request.Pattern = c.FullPath()
		admitted := false
		guard(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			admitted, c.Request = true, r
		})).ServeHTTP(c.Writer, c.Request)
		if !admitted {
			c.Abort()
		}
	}
}

// Refuse answers an error of a handler as its guard would have: see
// [accesshttp.Refuse].
func Refuse(c *gin.Context, err error) {
	accesshttp.Refuse(c.Writer, c.Request, err)
	c.Abort()
}

// notFound is the page of an engine without NoRoute.
func notFound(w http.ResponseWriter, _ *http.Request) {
	w.Header()["Content-Type"] = []string{gin.MIMEPlain}
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("404 page not found"))
}

// Routes lists the routes of an engine for accesshttp.Unguarded.
func Routes(engine *gin.Engine) []string {
	var routes []string
	for _, r := range engine.Routes() {
		routes = append(routes, r.Method+" "+r.Path)
	}
	return routes
}
