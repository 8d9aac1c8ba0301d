package accesshttp

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/ambit-authz/ambit/access/admission"
)

// Unguarded is for a test that walks a router: it returns the routes on which no
// guard stands, in the order given. A route is a method, a space and a path or
// pattern, as ServeMux, chi, gin and echo write it: "GET /reports/{report}",
// "GET /reports/:report", "GET /files/*path". Wildcards become a text that is no
// number, so give a path in place of a pattern that would not match it.
//
// It sends a request along each route, which a guard refuses before it asks
// anything. A handler without a guard runs, with a context that has ended; a panic
// of it is passed over. A route that the router does not have is returned as well,
// and so is one that cannot be read, since nothing guards it.
//
// A route that is not returned has some guard, whatever that asks: one around the
// whole router counts for all routes. What a handler does before it comes to its
// guard is not found.
func Unguarded(router http.Handler, routes ...string) []string {
	var open []string
	for _, route := range routes {
		if !guarded(router, route) {
			open = append(open, route)
		}
	}
	return open
}

// wildcard stands for any value, and is not likely to be a route of its own.
const wildcard = "unguarded-wildcard"

// guarded reports whether a request along a route meets a guard.
func guarded(router http.Handler, route string) (meets bool) {
	method, path, _ := strings.Cut(route, " ")
	if method == "" || !strings.HasPrefix(path, "/") {
		return false
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		switch {
		case s == "{$}":
			segments[i] = ""
		case strings.ContainsAny(s, "{:*"):
			segments[i] = wildcard
		}
	}
	// A request as a server makes it, with a URI that middleware may read.
	r, err := http.NewRequest(method, "http://localhost"+(&url.URL{Path: strings.Join(segments, "/")}).EscapedPath(), http.NoBody)
	if err != nil {
		return false
	}
	r.RequestURI = r.URL.RequestURI()
	ctx, met := admission.Probe(r.Context())
	defer func() {
		_ = recover() // of a handler without what it needs
		meets = met()
	}()
	router.ServeHTTP(discard{make(http.Header)}, r.WithContext(ctx))
	return false
}

// discard is where the answers to test requests go.
type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
