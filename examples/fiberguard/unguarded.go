package fiberguard

import (
	"context"
	"regexp"
	"slices"

	"github.com/ambit-authz/ambit/access/admission"
	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

// Unguarded is for a test: it returns the routes of an app, and of what is
// mounted on it, that no guard stands on, as "GET /reports/:report". Handlers of
// Use and Group are no routes.
//
// It sends a request along each route, which a guard refuses before it asks
// anything. The handler of a route without a guard runs. A route is returned as
// well if something in front of the guard answers, or if its parameters have
// constraints that none of a few values meets.
func Unguarded(app *fiber.App) []string {
	handle := app.Handler() // which mounts what is mounted
	var open []string
	for _, r := range app.GetRoutes(true) {
		if guarded(app, handle, r) || r.Method == fiber.MethodHead && slices.Contains(open, "GET "+r.Path) {
			continue
		}
		open = append(open, r.Method+" "+r.Path)
	}
	return open
}

var parameter = regexp.MustCompile(`[:*+][^/\-.:<?*+]*(<[^/]*>)?\??`)

// guarded reports whether a request along a route meets a guard.
func guarded(app *fiber.App, handle fasthttp.RequestHandler, r fiber.Route) bool {
	for _, value := range []string{"x", "1", "true", "2006-01-02", "123e4567-e89b-12d3-a456-426614174000"} {
		path := parameter.ReplaceAllLiteralString(r.Path, value)
		if !fiber.RoutePatternMatch(path, r.Path, app.Config()) {
			continue
		}
		ctx, met := admission.Probe(context.Background())
		request := new(fasthttp.RequestCtx)
		request.Init(new(fasthttp.Request), nil, nil)
		request.Request.Header.SetMethod(r.Method)
		request.Request.SetRequestURI(path)
		request.SetUserValue(probeKey{}, ctx)
		run(handle, request)
		return met()
	}
	return false
}

// probeKey is that of the context of a probe. It is a value of fasthttp, for
// fiber clears its own when a request begins.
type probeKey struct{}

// run lets the app answer. What panics is no guard.
func run(handle fasthttp.RequestHandler, request *fasthttp.RequestCtx) {
	defer func() { _ = recover() }()
	handle(request)
}
