package accesshttp_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
)

// customNotFound is the page of a router, with headers and a body of its own.
var customNotFound = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=60")
	w.Header()["X-odd-case"] = []string{"a", "b"}
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusNotFound)
	io.WriteString(w, "<h1>Nothing at all</h1>\n")
})

// TestHiddenIsNotFound compares what goes over the wire for a denied report, for
// one that does not exist, and for a path without a route.
func TestHiddenIsNotFound(t *testing.T) {
	byRows := func(r *http.Request) (access.Resource, error) {
		if r.PathValue("report") == "gone" {
			return access.Resource{}, admission.ErrNotFound
		}
		return viewReport(r)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RawQuery {
		case "row=denied":
			accesshttp.Refuse(w, r, admission.Decide(r.Context(), access.ViewAccount, access.Account("de-1")).Err())
		case "row=missing":
			accesshttp.Refuse(w, r, admission.ErrNotFound)
		default:
			hello(w, r)
		}
	})
	const pattern = "/reports/{report}"
	router := func(notFound http.Handler, respond func(http.ResponseWriter, *http.Request, admission.Failure)) *http.ServeMux {
		config := configOf(world)
		config.NotFound, config.Respond = notFound, respond
		mux := http.NewServeMux()
		mux.Handle("GET "+pattern, guard(config).RequireOrNotFound(access.ViewReport, byRows)(handler))
		if notFound != nil {
			mux.Handle("/", notFound)
		}
		return mux
	}
	config := configOf(world)
	config.NotFound = customNotFound
	routers := map[string]http.Handler{
		"ServeMux":                    router(nil, nil),
		"ServeMux with a custom page": router(customNotFound, nil),
		"ServeMux with a logger":      router(nil, func(http.ResponseWriter, *http.Request, admission.Failure) {}),
		"segments":                    segments{method: "GET", pattern: pattern, handler: guard(config).RequireOrNotFound(access.ViewReport, byRows)(handler), notFound: customNotFound},
		"ServeMux below a prefix":     http.StripPrefix("", router(customNotFound, nil)),
	}
	for name, h := range routers {
		for _, method := range []string{"GET", "HEAD"} {
			unmatched := exchange(t, h, raw(method+" /no/such/route"))
			if !strings.HasPrefix(unmatched, "HTTP/1.1 404 Not Found\r\n") {
				t.Fatalf("%s: an unmatched route is answered %s", name, unmatched)
			}
			if allowed := exchange(t, h, raw(method+" /reports/q1")); !strings.HasPrefix(allowed, "HTTP/1.1 200 OK\r\n") {
				t.Errorf("%s: allowed is answered %s", name, allowed)
			}
			for what, line := range map[string]string{
				"denied":                    "/reports/q2",
				"not there":                 "/reports/nope",
				"not found by the host":     "/reports/gone",
				"impossible":                "/reports/%00",
				"too long":                  "/reports/" + strings.Repeat("a", 300),
				"denied by the handler":     "/reports/q1?row=denied",
				"not found by the handler":  "/reports/q1?row=missing",
				"unmatched, by other words": "/x/y/z",
			} {
				if got := exchange(t, h, raw(method+" "+line)); got != unmatched {
					t.Errorf("%s: %s %s is answered\n%s\nan unmatched route\n%s", name, method, what, got, unmatched)
				}
			}
			// What is about the user alone is told, and alike at every report.
			suspended := strings.Replace(raw(method+" /reports/q1"), "ann", "sue", 1)
			if got := exchange(t, h, suspended); !strings.HasPrefix(got, "HTTP/1.1 403 ") || method == "GET" && !strings.HasSuffix(got, `"reason":"suspended"}`) ||
				got != exchange(t, h, strings.Replace(suspended, "q1", "nope", 1)) {
				t.Errorf("%s: a suspended user is answered\n%s", name, got)
			}
			// That there is no such link would show that there was none.
			stranger := strings.Replace(raw(method+" /reports/q1"), "X-User: ann", "X-Link: none", 1)
			if got := exchange(t, h, stranger); got != unmatched {
				t.Errorf("%s: the holder of an unknown link is answered\n%s", name, got)
			}
			nobody := strings.Replace(raw(method+" /reports/q1"), "ann", "", 1)
			if got := exchange(t, h, nobody); !strings.HasPrefix(got, "HTTP/1.1 401 ") || got != exchange(t, h, strings.Replace(nobody, "q1", "nope", 1)) {
				t.Errorf("%s: nobody is answered\n%s", name, got)
			}
		}
	}
}

// TestHiddenFailure wants no public reason of a hidden denial, and does not want
// the host's failures hidden.
func TestHiddenFailure(t *testing.T) {
	var got admission.Failure
	config := configFor(access.User("ann"))
	config.Respond = func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) { got = f }
	ask(t, guard(config).RequireOrNotFound(access.ViewReport, accesshttp.Fixed(access.Report("q2")))(hello), "GET / HTTP/1.1")
	if got.Status != 404 || got.Public != (access.Public{}) || got.Err.Error() != "access: denied: out-of-reach" {
		t.Errorf("denied: %+v", got)
	}
	config.Source, config.SourceOf = nil, sourceOf(func(*http.Request) (*access.Policy, error) { return nil, nil })
	if r := ask(t, guard(config).RequireOrNotFound(access.ViewReport, viewReport)(hello), "GET / HTTP/1.1"); r.StatusCode != 503 || r.Header.Get("Retry-After") != "1" {
		t.Errorf("without a policy: %d, want 503", r.StatusCode)
	}
}
