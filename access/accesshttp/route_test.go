package accesshttp_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
)

// TestPaths sends ann's request lines through routers. The answers that a
// router gives by itself are among the rows.
func TestPaths(t *testing.T) {
	const pattern = "/reports/{report}"
	guarded := guard(configOf(world)).Require(access.ViewReport, viewReport)(hello)
	mux := http.NewServeMux()
	mux.Handle("GET "+pattern, guarded)
	chi := segments{method: "GET", pattern: pattern, handler: guarded, notFound: http.NotFoundHandler()}
	huge := strings.Repeat("a", 1<<16)
	for _, test := range []struct {
		mux    int
		chi    int
		report string // that the handler shows, where it is 200
		name   string
		line   string
	}{
		{200, 200, "q1", "shared", "GET /reports/q1"},
		{200, 200, "q1", "query counts for nothing", "GET /reports/q1?report=q2"},
		{200, 200, "q1", "absolute form", "GET http://elsewhere/reports/q1"},
		{200, 200, "q1", "HEAD", "HEAD /reports/q1"},
		{200, 403, "q1", "encoded letters", "GET /reports/%71%31"},
		{200, 403, "a/b", "encoded slash", "GET /reports/a%2Fb"},
		{200, 403, "a/b", "encoded slash, lower case", "GET /reports/a%2fb"},
		{403, 403, "", "doubly encoded slash is another report", "GET /reports/a%252Fb"},
		{403, 403, "", "not shared", "GET /reports/q2"},
		{403, 403, "", "HEAD, not shared", "HEAD /reports/q2"},
		{403, 403, "", "not there", "GET /reports/nope"},
		{403, 403, "", "another case", "GET /reports/Q1"},
		{403, 403, "", "encoded dots and slash", "GET /reports/..%2fq1"},
		{403, 403, "", "encoded slash in front", "GET /reports/%2Fq1"},
		{403, 403, "", "encoded slash after it", "GET /reports/q1%2F"},
		{404, 403, "", "only a slash", "GET /reports/%2F"},
		{403, 403, "", "space", "GET /reports/q1%20"},
		{403, 403, "", "parameter", "GET /reports/q1;v=1"},
		{403, 403, "", "encoded question mark", "GET /reports/q1%3Fa"},
		{307, 403, "", "dots", "GET /reports/.."},
		{403, 403, "", "encoded dots", "GET /reports/%2e%2e"},
		{307, 404, "", "dots within", "GET /reports/x/../q1"},
		{307, 404, "", "two slashes", "GET /reports//q1"},
		{307, 404, "", "two slashes in front", "GET //reports/q1"},
		{404, 404, "", "no id", "GET /reports/"},
		{404, 404, "", "slash after it", "GET /reports/q1/"},
		{404, 404, "", "no such route", "GET /report/q1"},
		{404, 404, "", "another case of the route", "GET /Reports/q1"},
		{404, 403, "", "NUL", "GET /reports/q1%00"},
		{404, 403, "", "only NUL", "GET /reports/%00"},
		{404, 403, "", "new line", "GET /reports/q1%0d%0aX-Report:%20q2"},
		{404, 403, "", "not UTF-8", "GET /reports/%ff"},
		{404, 404, "", "huge", "GET /reports/" + huge},
		{405, 405, "", "POST", "POST /reports/q1"},
		{405, 405, "", "unknown method", "BREW /reports/q1"},
		{405, 405, "", "method in lower case", "get /reports/q1"},
		{400, 404, "", "no path", "OPTIONS *"},
	} {
		for name, r := range map[string]struct {
			status int
			http.Handler
		}{"ServeMux": {test.mux, mux}, "segments": {test.chi, chi}} {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				got := ask(t, r, test.line+" HTTP/1.1")
				if got.StatusCode != r.status {
					t.Fatalf("%d, want %d", got.StatusCode, r.status)
				}
				if report := got.Header.Get("X-Report"); got.StatusCode == 200 && report != test.report || got.StatusCode != 200 && report != "" {
					t.Errorf("report %q is shown, want %q", report, test.report)
				}
				if text := body(t, got); len(text) > 100 && got.StatusCode > 400 {
					t.Errorf("the answer is %d bytes long", len(text))
				}
			})
		}
	}
}

// TestAroundTheRouter wraps a whole router, where no path value is known yet.
func TestAroundTheRouter(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /reports/{report}", func(http.ResponseWriter, *http.Request) { t.Error("reached") })
	var cause error
	config := configOf(world)
	config.Respond = func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) { cause = f.Err }
	h := guard(config).Require(access.ViewReport, viewReport)(mux)
	if got := ask(t, h, "GET /reports/q1 HTTP/1.1"); got.StatusCode != 404 || !strings.Contains(fmt.Sprint(cause), `no path value "report" in pattern ""`) {
		t.Errorf("%d, %v", got.StatusCode, cause)
	}
}

// TestWrongWildcard asks for a path value that the pattern does not have.
func TestWrongWildcard(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{id}", guard(configOf(world)).Require(access.ViewReport, viewReport)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") })))
	if got := ask(t, mux, "GET /reports/q1 HTTP/1.1"); got.StatusCode != 404 {
		t.Errorf("%d, want 404", got.StatusCode)
	}
}

// TestHostIDs asks about things only the host knows, to whose ids a policy
// says nothing: every possible id is allowed, and no other.
func TestHostIDs(t *testing.T) {
	project := access.MustLoad(`{"catalog": {"extends": "project", "kinds": [{"name": "recording", "in": "company", "actions": ["recording.view"]}]}, "users": [{"id": "ann", "email": "ann@example.com", "role": "member"}, {"id": "ada", "email": "ada@example.com", "role": "owner"}]}`)
	recording := func(id string) access.Resource { return access.CompanyItem("recording", id) }
	mux := http.NewServeMux()
	mux.Handle("GET /recordings/{id...}", guard(configOf(project)).Require(access.ViewRecording, accesshttp.Path("id", recording))(hello))
	for _, test := range []struct {
		status int
		name   string
		line   string
	}{
		{200, "any id", "GET /recordings/r1"},
		{200, "slashes", "GET /recordings/a/b"},
		{200, "as long as may be", "GET /recordings/" + strings.Repeat("r", 256)},
		{404, "too long", "GET /recordings/" + strings.Repeat("r", 257)},
		{404, "empty", "GET /recordings/"},
		{404, "NUL", "GET /recordings/r1%00"},
		{404, "new line", "GET /recordings/r1%0a"},
		{404, "control character beyond ASCII", "GET /recordings/%c2%85"},
		{404, "not UTF-8", "GET /recordings/%c2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := ask(t, mux, test.line+" HTTP/1.1"); got.StatusCode != test.status {
				t.Errorf("%d, want %d", got.StatusCode, test.status)
			}
		})
	}
}

// TestExtractor names an account by a header, and asks about the company.
func TestExtractor(t *testing.T) {
	byHeader := func(r *http.Request) (access.Resource, error) { return access.Account(r.Header.Get("X-Account")), nil }
	config := configOf(world)
	view := guard(config).Require(access.ViewAccount, byHeader)(hello)
	invite := guard(config).Require(access.InviteUser, accesshttp.Fixed(access.Company()))(hello)
	for _, test := range []struct {
		status int
		name   string
		h      http.Handler
		header []string
	}{
		{200, "the user's account", view, []string{"X-Account: us-1"}},
		{403, "another account", view, []string{"X-Account: de-1"}},
		{404, "empty account", view, []string{"X-Account: "}},
		{404, "no account", view, nil},
		{403, "no user manager", invite, nil},
		{200, "admin", invite, []string{"X-User: ada"}},
		{401, "nobody", invite, []string{"X-User: "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := ask(t, test.h, "GET / HTTP/1.1", test.header...); got.StatusCode != test.status {
				t.Errorf("%d, want %d", got.StatusCode, test.status)
			}
		})
	}
}

// TestHeaderInjection looks for what a request smuggles, in all that is sent.
func TestHeaderInjection(t *testing.T) {
	mux := http.NewServeMux()
	config := configOf(world)
	config.Challenge = `Bearer realm="reports"`
	mux.Handle("/reports/{report}", guard(config).Require(access.ViewReport, viewReport)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "fine") })))
	for _, line := range []string{
		"GET /reports/evil%0d%0aX-Evil:%20evil",
		"GET /reports/evil%0aevil?a=%0d%0aevil",
		"GET /reports/%00evil",
		"GET http://evil/reports/q2",
		"EVIL /reports/evil",
		"HEAD /reports/evil",
	} {
		for _, user := range []string{"ann", "", "evil"} {
			answer := exchange(t, mux, strings.Replace(raw(line), "ann", user, 1))
			if strings.Contains(strings.ToLower(answer), "evil") || !strings.HasPrefix(answer, "HTTP/1.1 40") {
				t.Errorf("%s as %q: %s", line, user, answer)
			}
		}
	}
}

// TestQuery names a report by a parameter, which the handler cannot read in
// another way.
func TestQuery(t *testing.T) {
	const twice = `{"title":"Bad Request","status":400,"detail":"the query has \"report\" %d times; write it once"}`
	const unread = `{"title":"Bad Request","status":400,"detail":"the query cannot be read; escape its values"}`
	h := guard(configOf(world)).Require(access.ViewReport, accesshttp.Query("report", access.Report))(hello)
	for _, test := range []struct {
		status int
		body   string
		name   string
		query  string
	}{
		{200, "hello", "allowed", "report=q1"},
		{200, "hello", "among others", "x=q2&report=q1&Report=q2"},
		{200, "hello", "escaped", "re%70ort=%71%31"},
		{403, "", "denied", "report=q2"},
		{403, "", "escaped twice", "report=%2571%2531"},
		{404, "", "empty", "report="},
		{404, "", "control character", "report=q1%00"},
		{400, fmt.Sprintf(twice, 2), "twice", "report=q1&report=q2"},
		{400, fmt.Sprintf(twice, 2), "twice the same", "report=q1&report=q1"},
		{400, fmt.Sprintf(twice, 2), "twice, escaped", "report=q1&re%70ort=q2"},
		{400, fmt.Sprintf(twice, 0), "missing", "x=q1"},
		{400, fmt.Sprintf(twice, 0), "no query", ""},
		{400, unread, "semicolon", "report=q1;report=q2"},
		{400, unread, "broken escape", "report=q1&x=%zz"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ask(t, h, "GET /?"+test.query+" HTTP/1.1")
			if text := body(t, got); got.StatusCode != test.status || test.body != "" && text != test.body {
				t.Errorf("%d %s, want %d %s", got.StatusCode, text, test.status, test.body)
			}
		})
	}
}
