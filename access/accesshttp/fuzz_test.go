package accesshttp_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
)

// FuzzRequest sends everything that a server takes for a request. No input may
// make the guard fail, or reach a handler that Decide denies.
func FuzzRequest(f *testing.F) {
	for _, line := range []string{
		"GET /reports/q1", "GET /hidden/q2", "GET /seen/q1", "GET /seen/q3", "GET /query?report=q1", "GET /files/a/b", "HEAD /reports/a%2Fb", "GET //reports//q1", "GET /reports/..%2fq1",
		"GET /reports/%00", "POST /reports/q1", "GET http://x/reports/q1", "CONNECT example.com:80", "OPTIONS *", "GET /reports/%zz", "GET /users?x=%0d%0a",
		"\x00", "GET /reports/" + strings.Repeat("%41", 300), "GET /query?report=%ff", "GET /reports/q1#q2", "GET reports/q1",
	} {
		f.Add(line + " HTTP/1.1\r\nHost: example.com\r\nX-User: ann\r\n\r\n")
	}
	f.Add("GET /reports/q1 HTTP/1.0\r\nX-User: \x00\r\n\r\n")
	f.Add("GET /reports/q1 HTTP/1.1\r\nHost: example.com\r\nX-Link: l1\r\n\r\n")
	f.Add("GET /reports/q1 HTTP/1.1\r\nHost: example.com\r\nX-User: ann\r\nX-User: ada\r\n\r\n")

	config := configOf(world)
	byQuery := func(r *http.Request) (access.Resource, error) { return access.Report(r.URL.Query().Get("report")), nil }
	ran, expected := 0, false
	serve := func(resource func(*http.Request) (access.Resource, error)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ran++
			who, _ := config.Subject(r)
			what, err := resource(r)
			expected = err == nil && what.ID() != "" && world.Decide(who, access.ViewReport, what).Allowed && admission.Decision(r.Context()).Resource == what
		})
	}
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{report}", guard(config).Require(access.ViewReport, viewReport)(serve(viewReport)))
	mux.Handle("/hidden/{report}", guard(config).RequireOrNotFound(access.ViewReport, viewReport)(serve(viewReport)))
	mux.Handle("/seen/{report}", guard(config).RequireSeen(access.ExploreReport, access.ViewReport, viewReport)(serve(viewReport)))
	mux.Handle("/files/{report...}", guard(config).Require(access.ViewReport, viewReport)(serve(viewReport)))
	mux.Handle("/query", guard(config).Require(access.ViewReport, byQuery)(serve(byQuery)))
	mux.Handle("/users", guard(config).RequireUser()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		ran++
		who := admission.Subject(r.Context())
		_, known := world.Directory().User(who.User())
		expected = known && who.User() != "sue"
	})))
	chi := segments{method: "GET", pattern: "/reports/{report}", handler: guard(config).Require(access.ViewReport, viewReport)(serve(viewReport)), notFound: http.NotFoundHandler()}
	f.Fuzz(func(t *testing.T, text string) {
		for _, h := range []http.Handler{mux, chi} {
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
			if err != nil {
				return // the server answers 400
			}
			ran, expected = 0, false
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			switch {
			case ran > 0 && (!expected || w.Code != 200 || ran > 1):
				t.Errorf("%q reaches a handler %d times, answered %d", text, ran, w.Code)
			case ran == 0 && (w.Code < 300 || w.Code >= 500):
				t.Errorf("%q is answered %d without a handler", text, w.Code)
			}
			for _, v := range w.Header() {
				if strings.ContainsAny(strings.Join(v, ""), "\r\n\x00") {
					t.Errorf("%q gives headers %q", text, w.Header())
				}
			}
		}
	})
}
