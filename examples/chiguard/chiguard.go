// Package chiguard is what a chi router needs besides package accesshttp, whose
// middleware it takes as it is:
//
//	r.With(guard.Require(access.ViewReport, chiguard.Path("report", access.Report))).Get("/reports/{report}", show)
//
// Put the guard on the route, by With, not around the router by Use: there no
// pattern is matched yet, and every request is answered 404.
package chiguard

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/go-chi/chi/v5"
)

// Path names the resource by one parameter of the route's pattern, decoded once.
// It is for ids that may have a slash: chi leaves a parameter as it stands in the
// path if the path is escaped in an unusual way, such as /reports/a%2Fb, and
// decodes it otherwise. In the handler take the id from [admission.Decision],
// since chi.URLParam may differ.
func Path(name string, resource func(id string) access.Resource) func(*http.Request) (access.Resource, error) {
	return func(r *http.Request) (access.Resource, error) {
		id := chi.URLParam(r, name)
		if r.URL.RawPath != "" {
			var err error
			if id, err = url.PathUnescape(id); err != nil {
				return access.Resource{}, fmt.Errorf("%w: parameter %s: %w", admission.ErrNotFound, name, err)
			}
		}
		if id == "" {
			return access.Resource{}, fmt.Errorf("%w: there is no parameter %s in the pattern %s", admission.ErrNotFound, name, r.Pattern)
		}
		return resource(id), nil
	}
}

// Routes lists the routes of a router and of those mounted on it, in order, for
// accesshttp.Unguarded.
func Routes(router chi.Routes) []string {
	var routes []string
	chi.Walk(router, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes = append(routes, method+" "+pattern)
		return nil
	}) // fails only if the function does
	slices.Sort(routes)
	return routes
}
