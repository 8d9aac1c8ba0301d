package accesshttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
)

// TestUnavailableInstead lets a host answer a 503 as something else, which then
// says nothing of trying again.
func TestUnavailableInstead(t *testing.T) {
	for _, tt := range []struct {
		status int
		retry  string
		err    error
	}{
		{404, "", admission.ErrNotFound},
		{403, "", world.Decide(access.User("ann"), access.ViewReport, access.Report("q2")).Err()},
		{503, "1", (*access.Policy)(nil).Decide(access.User("ann"), access.ViewReport, access.Report("q1")).Err()},
	} {
		config := configOf(nil)
		config.Respond = func(w http.ResponseWriter, r *http.Request, f admission.Failure) { accesshttp.Refuse(w, r, tt.err) }
		r := ask(t, guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q1")))(hello), "GET / HTTP/1.1", "X-User: ann")
		if r.StatusCode != tt.status || r.Header.Get("Retry-After") != tt.retry {
			t.Errorf("%v: %d, Retry-After %q", tt.err, r.StatusCode, r.Header.Get("Retry-After"))
		}
	}
}

// TestProblems compares answers with what they are on the wire.
func TestProblems(t *testing.T) {
	const common = "Cache-Control: no-store\r\nContent-Type: application/problem+json\r\n"
	for _, test := range []struct {
		status    string
		challenge string // header line of the answer
		body      string
		name      string
		err       error // of the policy
		user      string
		line      string
	}{
		{"401 Unauthorized", "Www-Authenticate: Bearer\r\n", `{"title":"Unauthorized","status":401}`, "nobody", nil, "", "GET /reports/q1"},
		{"403 Forbidden", "", `{"title":"Forbidden","status":403,"reason":"out-of-reach"}`, "denied", nil, "ann", "GET /reports/q2"},
		{"403 Forbidden", "", `{"title":"Forbidden","status":403,"reason":"out-of-reach"}`, "not there", nil, "ann", "GET /reports/nope"},
		{"403 Forbidden", "", `{"title":"Forbidden","status":403,"reason":"suspended"}`, "suspended", nil, "sue", "GET /reports/q1"},
		{"403 Forbidden", "", `{"title":"Forbidden","status":403,"reason":"level-too-low"}`, "level", nil, "ann", "DELETE /reports/q1"},
		{"500 Internal Server Error", "", `{"title":"Internal Server Error","status":500}`, "broken", errBroken, "ann", "GET /reports/q1"},
		{"503 Service Unavailable", "Retry-After: 1\r\n", `{"title":"Service Unavailable","status":503}`, "unavailable", admission.ErrUnavailable, "ann", "GET /reports/q1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := configOf(world)
			if test.err != nil {
				config.Source, config.SourceOf = nil, sourceOf(func(*http.Request) (*access.Policy, error) { return world, test.err })
			}
			mux := http.NewServeMux()
			mux.Handle("GET /reports/{report}", guard(config).Require(access.ViewReport, viewReport)(hello))
			mux.Handle("DELETE /reports/{report}", guard(config).Require(access.DeleteReport, viewReport)(hello))
			head := "HTTP/1.1 " + test.status + "\r\n" + common + test.challenge + "X-Content-Type-Options: nosniff\r\n"
			want := fmt.Sprintf("%sContent-Length: %d\r\nConnection: close\r\n\r\n%s", head, len(test.body), test.body)
			head += "Connection: close\r\n\r\n"
			outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "12345")
				mux.ServeHTTP(w, r)
			})
			line := strings.Replace(raw(test.line), "ann", test.user, 1)
			if got := exchange(t, outer, line); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if test.line[0] == 'G' {
				if got := exchange(t, outer, strings.Replace(line, "GET", "HEAD", 1)); got != head {
					t.Errorf("HEAD: got\n%s\nwant\n%s", got, head)
				}
				if got := body(t, ask(t, mux, strings.Replace(test.line, "GET", "HEAD", 1)+" HTTP/1.1", "X-User: "+test.user)); got != "" {
					t.Errorf("HEAD: the body %s is written", got)
				}
			}
		})
	}
}

// TestChallenge wants the guard's challenge in place of any other.
func TestChallenge(t *testing.T) {
	config := configOf(world)
	config.Challenge = `Bearer realm="reports", Basic realm="reports"`
	protected := guard(config).RequireUser()(hello)
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", "Other")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		protected.ServeHTTP(w, r)
	})
	got := ask(t, outer, "GET / HTTP/1.1", "X-User: ")
	if v := got.Header.Values("WWW-Authenticate"); len(v) != 1 || v[0] != config.Challenge || got.StatusCode != 401 {
		t.Errorf("%d with challenges %q", got.StatusCode, v)
	}
	if v := got.Header.Values("Cache-Control"); len(v) != 1 || v[0] != "no-store" {
		t.Errorf("caching is %q", v)
	}
	if got := ask(t, outer, "GET / HTTP/1.1", "X-User: bob"); got.StatusCode != 403 || got.Header.Get("WWW-Authenticate") != "Other" {
		t.Errorf("a denial is %d with challenge %q", got.StatusCode, got.Header.Get("WWW-Authenticate"))
	}
}

// TestRespond replaces answers, wholly and in part.
func TestRespond(t *testing.T) {
	standard := `{"title":"Forbidden","status":403,"reason":"out-of-reach"}`
	for _, test := range []struct {
		status  int
		caching string
		body    string
		name    string
		respond func(w http.ResponseWriter, r *http.Request, f admission.Failure)
	}{
		{403, "no-store", standard, "nothing written", func(http.ResponseWriter, *http.Request, admission.Failure) {}},
		{403, "no-store", "sorry", "no status", func(w http.ResponseWriter, _ *http.Request, _ admission.Failure) {
			io.WriteString(w, "sor")
			io.WriteString(w, "ry")
		}},
		{403, "no-store", "sorry 403 out-of-reach", "its status", func(w http.ResponseWriter, _ *http.Request, f admission.Failure) {
			w.WriteHeader(f.Status)
			fmt.Fprint(w, "sorry ", f.Status, " ", f.Public.Reason)
		}},
		{200, "no-store", "", "a success, no body", func(w http.ResponseWriter, _ *http.Request, _ admission.Failure) { w.WriteHeader(200) }},
		{418, "no-store", "", "another status, no body", func(w http.ResponseWriter, _ *http.Request, _ admission.Failure) { w.WriteHeader(418) }},
		{302, "private", "", "another header", func(w http.ResponseWriter, _ *http.Request, _ admission.Failure) {
			w.Header().Set("Cache-Control", "private")
			w.WriteHeader(302)
		}},
		{403, "private", standard, "only a header", func(w http.ResponseWriter, _ *http.Request, _ admission.Failure) {
			w.Header().Set("Cache-Control", "private")
		}},
		{403, "no-store", standard, "only a hint", func(w http.ResponseWriter, _ *http.Request, _ admission.Failure) {
			w.WriteHeader(http.StatusEarlyHints)
		}},
		{403, "no-store", standard, "no flush of a success", func(w http.ResponseWriter, _ *http.Request, _ admission.Failure) {
			if err := http.NewResponseController(w).Flush(); !errors.Is(err, http.ErrNotSupported) {
				panic(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := configFor(access.User("ann"))
			calls := 0
			config.Respond = func(w http.ResponseWriter, r *http.Request, f admission.Failure) {
				calls++
				test.respond(w, r, f)
			}
			h := guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q2")))(hello)
			got := exchange(t, h, raw("GET /"))
			status := fmt.Sprintf("HTTP/1.1 %d ", test.status)
			if !strings.Contains(got, status) || strings.Contains(got, "HTTP/1.1 200") != (test.status == 200) || !strings.Contains(got, "Cache-Control: "+test.caching+"\r\n") || !strings.HasSuffix(got, "\r\n\r\n"+test.body) || calls != 1 {
				t.Errorf("after %d calls\n%s", calls, got)
			}
		})
	}
}

// TestRespondRefuses calls Refuse in Respond: the answer is that of the error
// passed to Refuse, and Respond is called once.
func TestRespondRefuses(t *testing.T) {
	calls := 0
	config := configFor(access.User("ann"))
	config.Challenge = "Custom"
	config.Respond = func(w http.ResponseWriter, r *http.Request, _ admission.Failure) {
		if calls++; calls > 1 {
			t.Fatal("Respond is called by what it called")
		}
		accesshttp.Refuse(w, r, admission.ErrUnauthenticated)
	}
	q1 := accesshttp.Fixed(access.Report("q1"))
	refusing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { accesshttp.Refuse(w, r, errBroken) })
	got := ask(t, guard(config).Require(access.ViewReport, q1)(refusing), "GET / HTTP/1.1")
	if text := body(t, got); got.StatusCode != 401 || got.Header.Get("WWW-Authenticate") != "Custom" || text != `{"title":"Unauthorized","status":401}` || calls != 1 {
		t.Errorf("%d %s after %d calls", got.StatusCode, text, calls)
	}
	calls = 0
	got = ask(t, guard(config).Require(access.EditReport, q1)(hello), "GET / HTTP/1.1") // denied before the handler
	if text := body(t, got); got.StatusCode != 401 || got.Header.Get("WWW-Authenticate") != "Custom" || text != `{"title":"Unauthorized","status":401}` || calls != 1 {
		t.Errorf("%d %s after %d calls", got.StatusCode, text, calls)
	}
}

// TestRespondRefusesHidden passes a hidden denial to Refuse in Respond, also of a
// guard within another: the answer is as if Respond had written nothing.
func TestRespondRefusesHidden(t *testing.T) {
	config := configFor(access.User("ann"))
	outer := guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q1")))
	config.Respond = func(w http.ResponseWriter, r *http.Request, f admission.Failure) { accesshttp.Refuse(w, r, f.Err) }
	q2 := accesshttp.Fixed(access.Report("q2"))
	want := exchange(t, http.NotFoundHandler(), raw("GET /"))
	for name, h := range map[string]http.Handler{
		"hidden":        guard(config).RequireOrNotFound(access.ViewReport, q2)(hello),
		"to be seen":    guard(config).RequireSeen(access.ViewReport, access.EditReport, q2)(hello),
		"hidden within": outer(guard(config).RequireOrNotFound(access.ViewReport, q2)(hello)),
	} {
		if got := exchange(t, h, raw("GET /")); got != want {
			t.Errorf("%s is answered\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestRespondHides answers, in Respond, a failure that was not hidden as what is
// not there: nothing that the guard had set before may show. What Respond or the
// router had set stays.
func TestRespondHides(t *testing.T) {
	around := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "private")
			h.ServeHTTP(w, r)
		})
	}
	silent := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, notFound := range []http.Handler{http.HandlerFunc(http.NotFound), customNotFound, silent} {
		config := configOf(world)
		config.NotFound = notFound
		config.Respond = func(w http.ResponseWriter, r *http.Request, _ admission.Failure) {
			w.Header().Set("X-Request-Id", "7")
			accesshttp.Refuse(w, r, admission.ErrNotFound)
		}
		want := exchange(t, around(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", "7")
			notFound.ServeHTTP(w, r)
		})), raw("GET /"))
		h := guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q2")))(hello)
		for _, user := range []string{"ann", "sue", ""} {
			if got := exchange(t, around(h), strings.Replace(raw("GET /"), "ann", user, 1)); got != want {
				t.Errorf("%q is answered\n%s\nwant\n%s", user, got, want)
			}
		}
	}
}

// TestRespondFails passes an error of its own to Refuse in Respond. It is told,
// unless the program had failed already.
func TestRespondFails(t *testing.T) {
	for name, tt := range map[string]struct {
		resource access.Resource
		want     string
	}{
		"after a denial":  {access.Report("q2"), "disk of host db-7 is broken"},
		"after a failure": {access.Account("us-1"), "admission: decision: deny wrong-kind: report.view cannot be asked of account:us-1; that is a mistake of the program, whoever asks"},
	} {
		var told []string
		config := configFor(access.User("ann"))
		config.OnError = func(_ context.Context, err error) { told = append(told, err.Error()) }
		config.Respond = func(w http.ResponseWriter, r *http.Request, _ admission.Failure) { accesshttp.Refuse(w, r, errBroken) }
		got := ask(t, guard(config).Require(access.ViewReport, accesshttp.Fixed(tt.resource))(hello), "GET / HTTP/1.1")
		if got.StatusCode != 500 || len(told) != 1 || told[0] != tt.want {
			t.Errorf("%s: %d, told %q", name, got.StatusCode, told)
		}
	}
}

// TestRefuseAboutOthers refuses for denials of other subjects, whose reason the
// caller must not see.
func TestRefuseAboutOthers(t *testing.T) {
	ann, team := access.User("ann"), access.Session("ann", "americas")
	about := func(s access.Subject) error { return world.Decide(s, access.ViewReport, access.Report("q2")).Err() }
	for _, test := range []struct {
		reason  access.Reason
		name    string
		subject access.Subject
		err     error
	}{
		{"out-of-reach", "the user", ann, about(ann)},
		{"out-of-reach", "the user, in the same session", team, about(team)},
		{"", "another user", ann, about(access.User("sue"))},
		{"", "the user without the session", team, about(ann)},
		{"", "the user in a session", ann, about(team)},
		{"", "a link that the user made", ann, about(access.ViaLink("l1"))},
		{"", "nobody", ann, about(access.Subject{})},
		{"", "another user, wrapped", ann, fmt.Errorf("change 1: %w", about(access.User("sue")))},
		{"", "another user first", ann, errors.Join(about(access.User("sue")), about(ann))},
	} {
		t.Run(test.name, func(t *testing.T) {
			var failure admission.Failure
			config := configFor(test.subject)
			config.Respond = func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) { failure = f }
			h := guard(config).RequireUser()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { accesshttp.Refuse(w, r, test.err) }))
			got := ask(t, h, "GET / HTTP/1.1")
			if got.StatusCode != 403 || failure.Public != (access.Public{Reason: test.reason}) || failure.Err != test.err {
				t.Errorf("%d, %+v; want 403 for %q", got.StatusCode, failure, test.reason)
			}
			if text := body(t, got); strings.Contains(text, "reason") != (test.reason != "") || strings.Contains(text, "suspended") {
				t.Errorf("shows %s", text)
			}
		})
	}
}

// TestRefuse answers from within a handler.
func TestRefuse(t *testing.T) {
	denied := world.Decide(access.User("ann"), access.ViewReport, access.Report("q2")).Err()
	for _, test := range []struct {
		status int
		hidden int // on a route that hides
		reason access.Reason
		name   string
		err    error
	}{
		{403, 404, "out-of-reach", "denied", denied},
		{403, 404, "out-of-reach", "denied, wrapped", fmt.Errorf("change 1: %w", denied)},
		{403, 404, "", "denied without a decision", access.ErrDenied},
		{404, 404, "", "not there", admission.ErrNotFound},
		{401, 401, "", "not authenticated well enough", admission.ErrUnauthenticated},
		{503, 503, "", "unavailable", admission.ErrUnavailable},
		{500, 500, "", "anything else", errBroken},
		{500, 500, "", "nil", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var failures []admission.Failure
			config := configFor(access.User("ann"))
			config.Challenge = "Custom"
			config.Respond = func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) { failures = append(failures, f) }
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { accesshttp.Refuse(w, r, test.err) })
			q1 := accesshttp.Fixed(access.Report("q1"))
			open := ask(t, guard(config).Require(access.ViewReport, q1)(h), "GET / HTTP/1.1")
			hidden := ask(t, guard(config).RequireOrNotFound(access.ViewReport, q1)(h), "GET / HTTP/1.1")
			outside := ask(t, h, "GET / HTTP/1.1")
			if open.StatusCode != test.status || hidden.StatusCode != test.hidden || outside.StatusCode != test.status {
				t.Errorf("%d, hidden %d, outside %d", open.StatusCode, hidden.StatusCode, outside.StatusCode)
			}
			if test.status == 401 && (open.Header.Get("WWW-Authenticate") != "Custom" || outside.Header.Get("WWW-Authenticate") != "Bearer") {
				t.Errorf("challenges %q, %q", open.Header, outside.Header)
			}
			if len(failures) != 2 || failures[0].Public.Reason != test.reason || failures[1].Public != (access.Public{}) && test.hidden == 404 {
				t.Fatalf("failures %+v", failures)
			}
			if err := failures[0].Err; test.err != nil && err != test.err || err == nil {
				t.Errorf("cause %v, want %v", err, test.err)
			}
			if text := body(t, outside); strings.Contains(text, "db-7") {
				t.Errorf("shows %s", text)
			}
		})
	}
}
