package authzen_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/authzen"
)

const wholeQuestion = `{"subject":{"type":"user","id":"ann"},"action":{"name":"read"},"resource":{"type":"book","id":"b1"}}`

func TestPathsAndMethods(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{BaseURL: "https://pdp.example.com"})
	for _, c := range []struct {
		status       int
		method, path string
		allow        string
	}{
		{200, "POST", "/access/v1/evaluation", ""},
		{200, "POST", "/access/v1/evaluation?x=y", ""},
		{200, "POST", "/access/v1/evaluations", ""},
		{200, "POST", "/access/v1/search/subject", ""},
		{200, "POST", "/access/v1/search/resource", ""},
		{200, "POST", "/access/v1/search/action", ""},
		{200, "GET", "/.well-known/authzen-configuration", ""},
		{200, "HEAD", "/.well-known/authzen-configuration", ""},
		{405, "POST", "/.well-known/authzen-configuration", "GET, HEAD"},
		{405, "GET", "/access/v1/evaluation", "POST"},
		{405, "HEAD", "/access/v1/evaluation", "POST"},
		{405, "PUT", "/access/v1/evaluations", "POST"},
		{405, "OPTIONS", "/access/v1/search/subject", "POST"},
		{405, "post", "/access/v1/search/action", "POST"},
		{404, "POST", "/", ""},
		{404, "POST", "/access/v1", ""},
		{404, "POST", "/access/v1/", ""},
		{404, "POST", "/access/v1/evaluation/", ""},
		{404, "POST", "/access/v1/Evaluation", ""},
		{404, "POST", "/access/v1/search", ""},
		{404, "POST", "/access/v1/search/users", ""},
		{404, "POST", "//access/v1/evaluation", ""},
		{404, "POST", "/access//v1/evaluation", ""},
		{404, "POST", "/access/v1/../v1/evaluation", ""},
		{404, "POST", "/access/v1%2fevaluation", ""},
		{404, "POST", "/access/v1/evaluatio%6e", ""},
		{404, "POST", "/access/v1/x/..%2fevaluation", ""},
		{404, "GET", "/.well-known/authzen-configuration/tenant1", ""},
		{404, "GET", "/.well-known/", ""},
		{404, "GET", "/", ""},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(wholeQuestion))
		r.Header.Set("Content-Type", "application/json")
		w := serve(h, r)
		if w.Code != c.status || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, allowed %q", c.method, c.path, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestBody(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{MaxBody: len(wholeQuestion)})
	if status, answer := post(t, h, "evaluation", wholeQuestion); status != 200 {
		t.Errorf("as large as may be: %d %s", status, answer)
	}
	if status, answer := post(t, h, "evaluation", wholeQuestion+" "); status != 413 {
		t.Errorf("one byte more: %d %s", status, answer)
	}
	r := request("evaluation", wholeQuestion+" ")
	r.ContentLength = -1
	if w := serve(h, r); w.Code != 413 {
		t.Errorf("one byte more, unannounced: %d %s", w.Code, w.Body)
	}
	r = httptest.NewRequest("POST", "/access/v1/evaluation", brokenReader{})
	r.Header.Set("Content-Type", "application/json")
	if w := serve(h, r); w.Code != 400 || w.Body.String() != "the body cannot be read\n" {
		t.Errorf("a broken body: %d %s", w.Code, w.Body)
	}
	r = request("evaluation", "")
	r.Body = nil
	if w := serve(h, r); w.Code != 400 || w.Body.String() != "the body is empty\n" {
		t.Errorf("no body: %d %s", w.Code, w.Body)
	}
}

func TestAuthentication(t *testing.T) {
	errBad := errors.New("secret detail")
	check := func(r *http.Request) error {
		switch r.Header.Get("Authorization") {
		case "Bearer good":
			return nil
		case "Bearer down":
			return fmt.Errorf("the issuer: %w", authzen.ErrUnavailable)
		case "Bearer behind": // of a company without a policy now
			return fmt.Errorf("the caller: %w", (*access.Policy)(nil).Active(access.User("gateway")).Err())
		case "Bearer small":
			return fmt.Errorf("scope: %w", authzen.ErrForbidden)
		case "Bearer both":
			return errors.Join(authzen.ErrForbidden, authzen.ErrUnavailable)
		}
		return errBad
	}
	var reported []error
	h, err := authzen.New(authzen.Config{
		Evaluator: library().serves, Searcher: library().searcher(), Authenticate: check,
		BaseURL: "https://pdp.example.com", OnError: func(_ context.Context, err error) { reported = append(reported, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status                           int
		name, authorization, path, reply string
	}{
		{200, "good", "Bearer good", "evaluation", yes},
		{401, "none", "", "evaluation", "the caller is not authenticated\n"},
		{401, "bad", "Bearer bad", "evaluation", "the caller is not authenticated\n"},
		{401, "bad in a batch", "Bearer bad", "evaluations", "the caller is not authenticated\n"},
		{401, "bad in a search", "Bearer bad", "search/action", "the caller is not authenticated\n"},
		{403, "forbidden", "Bearer small", "evaluation", "the caller may not ask this\n"},
		{403, "forbidden in a batch", "Bearer small", "evaluations", "the caller may not ask this\n"},
		{503, "unavailable", "Bearer down", "evaluation", "no evaluation is possible now\n"},
		{503, "no policy", "Bearer behind", "evaluation", "no evaluation is possible now\n"},
		{503, "perhaps forbidden", "Bearer both", "evaluation", "no evaluation is possible now\n"},
		{404, "none, and nowhere", "", "nowhere", "there is no such endpoint\n"},
	} {
		r := request(c.path, wholeQuestion)
		r.Header.Set("Authorization", c.authorization)
		w := serve(h, r)
		if w.Code != c.status || w.Body.String() != c.reply {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
		if challenge := w.Header().Get("WWW-Authenticate"); (challenge == "Bearer") != (c.status == 401) {
			t.Errorf("%s: challenge %q", c.name, challenge)
		}
	}
	if len(reported) != 3 || !errors.Is(reported[0], authzen.ErrUnavailable) || !errors.Is(reported[1], access.ErrDenied) || !errors.Is(reported[2], authzen.ErrUnavailable) {
		t.Errorf("reported %v", reported)
	}

	r := request("evaluation", "{")
	r.Header.Del("Content-Type")
	if w := serve(h, r); w.Code != 401 {
		t.Errorf("a body was looked at before the caller was known: %d", w.Code)
	}
	if w := serve(h, httptest.NewRequest("GET", "/.well-known/authzen-configuration", nil)); w.Code != 200 {
		t.Errorf("the metadata document is not for everybody: %d", w.Code)
	}
	basic, err := authzen.New(authzen.Config{Evaluator: library().serves, Authenticate: check, Challenge: `Basic realm="pdp"`})
	if err != nil {
		t.Fatal(err)
	}
	if w := serve(basic, request("evaluation", "")); w.Header().Get("WWW-Authenticate") != `Basic realm="pdp"` {
		t.Errorf("challenge %q", w.Header().Get("WWW-Authenticate"))
	}
}

func TestNew(t *testing.T) {
	good := library().serves
	for _, c := range []struct {
		name         string
		evaluator    func(*http.Request) (authzen.Evaluator, error)
		authenticate func(*http.Request) error
		base         string
		want         string
	}{
		{"as little as may be", good, authzen.Unauthenticated, "", ""},
		{"a base URL", good, authzen.Unauthenticated, "https://pdp.example.com", ""},
		{"a slash after it", good, authzen.Unauthenticated, "https://pdp.example.com/", `"https://pdp.example.com/" ends in a slash; leave the slash out`},
		{"a slash after a tenant", good, authzen.Unauthenticated, "https://pdp.example.com/a/b/", "ends in a slash"},
		{"a tenant with an empty segment", good, authzen.Unauthenticated, "https://pdp.example.com/a//b", "empty or dotted segments"},
		{"slashes in front of a tenant", good, authzen.Unauthenticated, "https://pdp.example.com//a", "empty or dotted segments"},
		{"a port and a tenant", good, authzen.Unauthenticated, "https://pdp.example.com:8443/tenant1", ""},
		{"no evaluator", nil, authzen.Unauthenticated, "", "Config.Evaluator is nil"},
		{"no policy", authzen.ForPolicy(authzen.PolicyConfig{}), authzen.Unauthenticated, "", "Config.Evaluator is nil"},
		{"no authentication", good, nil, "", "Config.Authenticate is nil"},
		{"http", good, authzen.Unauthenticated, "http://pdp.example.com", "must start with https"},
		{"no scheme", good, authzen.Unauthenticated, "pdp.example.com", "must start with https"},
		{"no host", good, authzen.Unauthenticated, "https:///x", "must start with https"},
		{"a port alone", good, authzen.Unauthenticated, "https://:443", "must start with https"},
		{"a password", good, authzen.Unauthenticated, "https://me:secret@pdp.example.com", "must start with https"},
		{"a query", good, authzen.Unauthenticated, "https://pdp.example.com?x", "neither query nor fragment"},
		{"an empty query", good, authzen.Unauthenticated, "https://pdp.example.com?", "neither query nor fragment"},
		{"a fragment", good, authzen.Unauthenticated, "https://pdp.example.com#x", "neither query nor fragment"},
		{"an empty fragment", good, authzen.Unauthenticated, "https://pdp.example.com#", "neither query nor fragment"},
		{"dots", good, authzen.Unauthenticated, "https://pdp.example.com/a/../b", "empty or dotted segments"},
		{"two slashes", good, authzen.Unauthenticated, "https://pdp.example.com//", "ends in a slash"},
		{"a placeholder", good, authzen.Unauthenticated, "https://<host>/x", "a name or an address in ASCII"},
		{"a host beyond ASCII", good, authzen.Unauthenticated, "https://pdp.exämple.com", "a name or an address in ASCII"},
		{"two hosts", good, authzen.Unauthenticated, "https://a.example.com,b.example.com", "a name or an address in ASCII"},
		{"a zone", good, authzen.Unauthenticated, "https://[fe80::1%25en0]", "a name or an address in ASCII"},
		{"a scheme in capitals", good, authzen.Unauthenticated, "HTTPS://pdp.example.com", "in small letters"},
		{"an address", good, authzen.Unauthenticated, "https://[2001:DB8::1]:8443", ""},
		{"a name in capitals", good, authzen.Unauthenticated, "https://PDP_1.example-a.com.", ""},
		{"no URL", good, authzen.Unauthenticated, "https://%", "Config.BaseURL: "},
		{"an empty port", good, authzen.Unauthenticated, "https://pdp.example.com:/x", "a port after any colon"},
		{"an empty port of an address", good, authzen.Unauthenticated, "https://[::1]:", "a port after any colon"},
		{"an escaped slash", good, authzen.Unauthenticated, "https://pdp.example.com/a/b%2Fc", "needs escaping"},
		{"escaped dots", good, authzen.Unauthenticated, "https://pdp.example.com/a/%2e%2e/b", "needs escaping"},
		{"a letter escaped for nothing", good, authzen.Unauthenticated, "https://pdp.example.com/%61", "needs escaping"},
		{"a space", good, authzen.Unauthenticated, "https://pdp.example.com/a b", "needs escaping"},
		{"beyond ASCII", good, authzen.Unauthenticated, "https://pdp.example.com/ä", "needs escaping"},
		{"what needs none", good, authzen.Unauthenticated, "https://pdp.example.com/~a,b;c=d:e@f", ""},
	} {
		h, err := authzen.New(authzen.Config{Evaluator: c.evaluator, Authenticate: c.authenticate, BaseURL: c.base})
		if (err == nil) != (c.want == "") || (h == nil) != (err != nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestNewConfig(t *testing.T) {
	for _, c := range []struct {
		name   string
		config authzen.Config
		want   string
	}{
		{"a scheme", authzen.Config{Challenge: "DPoP"}, ""},
		{"a scheme with parameters", authzen.Config{Challenge: `Bearer realm="pdp", scope="ask"`}, ""},
		{"a second line", authzen.Config{Challenge: "Bearer\r\nSet-Cookie: a=b"}, "is not an authentication scheme"},
		{"a tab", authzen.Config{Challenge: "Bearer\trealm"}, "is not an authentication scheme"},
		{"beyond ASCII", authzen.Config{Challenge: `Bearer realm="ä"`}, "is not an authentication scheme"},
		{"no scheme", authzen.Config{Challenge: ` realm="pdp"`}, "is not an authentication scheme"},
		{"a parameter for a scheme", authzen.Config{Challenge: `realm="pdp"`}, "is not an authentication scheme"},
		{"the least limits", authzen.Config{MaxBody: 1, MaxEvaluations: 1, MaxPage: 1}, ""},
		{"a negative body", authzen.Config{MaxBody: -1}, "Config.MaxBody is negative"},
		{"a negative batch", authzen.Config{MaxEvaluations: -1}, "Config.MaxEvaluations is negative"},
		{"a negative page", authzen.Config{MaxPage: -1}, "Config.MaxPage is negative"},
	} {
		c.config.Evaluator, c.config.Authenticate = library().serves, authzen.Unauthenticated
		h, err := authzen.New(c.config)
		if (err == nil) != (c.want == "") || (h == nil) != (err != nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestMetadata(t *testing.T) {
	document := func(base string) string {
		return `{"policy_decision_point":"` + base + `","access_evaluation_endpoint":"` + base + `/access/v1/evaluation",` +
			`"access_evaluations_endpoint":"` + base + `/access/v1/evaluations","search_subject_endpoint":"` + base + `/access/v1/search/subject",` +
			`"search_resource_endpoint":"` + base + `/access/v1/search/resource","search_action_endpoint":"` + base + `/access/v1/search/action"}`
	}
	for _, c := range []struct {
		base, path, endpoint string
		status               int
	}{
		{"https://pdp.example.com", "/.well-known/authzen-configuration", "/access/v1/evaluation", 200},
		{"https://pdp.example.com/tenant1", "/.well-known/authzen-configuration/tenant1", "/tenant1/access/v1/evaluation", 200},
		{"https://pdp.example.com/a/b", "/.well-known/authzen-configuration/a/b", "/a/b/access/v1/evaluation", 200},
		{"https://pdp.example.com/tenant1", "/.well-known/authzen-configuration", "/tenant1/access/v1/evaluation", 404},
		{"https://pdp.example.com/tenant1", "/.well-known/authzen-configuration/tenant2", "/tenant1/access/v1/evaluation", 404},
		{"", "/.well-known/authzen-configuration", "/access/v1/evaluation", 404},
		{"", "", "/access/v1/evaluation", 404},
	} {
		h := handle(t, library().both(), authzen.Config{BaseURL: c.base})
		r := httptest.NewRequest("GET", "https://evil.example"+c.path, nil)
		r.Header.Set("X-Forwarded-Host", "evil.example")
		w := serve(h, r)
		if w.Code != c.status || w.Code == 200 && (w.Body.String() != document(c.base) || w.Header().Get("Content-Type") != "application/json") {
			t.Errorf("%s below %s: %d %s", c.path, c.base, w.Code, w.Body)
		}
		if cache := w.Header().Get("Cache-Control"); (cache == "public, max-age=3600") != (c.status == 200) {
			t.Errorf("%s below %s: Cache-Control %q", c.path, c.base, cache)
		}
		r = request("", wholeQuestion)
		r.URL.Path = c.endpoint
		if w := serve(h, r); w.Code != 200 {
			t.Errorf("%s below %s: %d %s", c.endpoint, c.base, w.Code, w.Body)
		}
	}
}

// TestFailures lets each function of the host fail in every way: nothing may be
// allowed anywhere.
func TestFailures(t *testing.T) {
	every := map[string]string{
		"evaluation":      wholeQuestion,
		"evaluations":     wholeQuestion[:len(wholeQuestion)-1] + `,"evaluations":[{},{}]}`,
		"search/subject":  wholeQuestion,
		"search/resource": wholeQuestion,
		"search/action":   wholeQuestion,
	}
	for _, c := range []struct {
		status int
		name   string
		err    error
	}{
		{500, "an error", errBroken},
		{403, "forbidden", fmt.Errorf("tenant: %w", authzen.ErrForbidden)},
		{401, "not authenticated", fmt.Errorf("token: %w", admission.ErrUnauthenticated)},
		{404, "no such company", fmt.Errorf("tenant: %w", admission.ErrNotFound)},
		{413, "too large", fmt.Errorf("ticket: %w", admission.ErrTooLarge)},
		{400, "a bad request", fmt.Errorf("tenant: %w", admission.BadRequest("the tenant is not a number"))},
		{403, "denied", fmt.Errorf("tenant: %w", access.ErrDenied)},
		{503, "unavailable", fmt.Errorf("database: %w", authzen.ErrUnavailable)},
		{503, "no policy", fmt.Errorf("company: %w", (*access.Policy)(nil).Active(access.User("ann")).Err())},
		{503, "cancelled", context.Canceled},
		{503, "too late", fmt.Errorf("query: %w", context.DeadlineExceeded)},
	} {
		for endpoint, body := range every {
			failing := library()
			failing.decide = func(authzen.Request) (authzen.Decision, error) { return authzen.Decision{Allowed: true}, c.err }
			none := func(*http.Request) (authzen.Evaluator, error) { return library(), c.err }
			absent := served{none, authzen.Searcher{
				Subjects: func(*http.Request, authzen.Search) (authzen.Results, error) {
					return authzen.Results{IDs: []string{"true"}}, c.err
				},
				Resources: func(*http.Request, authzen.Search) (authzen.Results, error) {
					return authzen.Results{IDs: []string{"true"}}, c.err
				},
				Actions: func(*http.Request, authzen.Search) (authzen.Results, error) {
					return authzen.Results{IDs: []string{"true"}}, c.err
				},
			}}
			for where, evaluator := range map[string]served{"decides": failing.both(), "is found": absent} {
				var reported []error
				h := handle(t, evaluator, authzen.Config{OnError: func(_ context.Context, err error) { reported = append(reported, err) }})
				status, answer := post(t, h, endpoint, body)
				want := c.status
				if endpoint == "evaluations" && where == "decides" && want < 503 {
					want = 200 // each item is denied instead
					if strings.Count(answer, fmt.Sprintf(`"context":{"error":{"status":%d,"message":"`, c.status)) != 2 {
						t.Errorf("%s in a batch: %s", c.name, answer)
					}
				}
				if detail := "the tenant is not a number"; strings.Contains(answer, detail) != (c.status == 400) {
					t.Errorf("%s where one %s at %s: told %s", c.name, where, endpoint, answer)
				}
				if status != want || strings.Contains(answer, "true") || strings.Contains(answer, c.err.Error()) {
					t.Errorf("%s where one %s at %s: %d %s", c.name, where, endpoint, status, answer)
				}
				if (len(reported) == 0) != (c.status < 500) || slices.ContainsFunc(reported, func(err error) bool { return !errors.Is(err, c.err) }) {
					t.Errorf("%s where one %s at %s: reported %v", c.name, where, endpoint, reported)
				}
				if status, _ := post(t, handle(t, evaluator, authzen.Config{}), endpoint, body); status != want {
					t.Errorf("%s where one %s at %s: %d without OnError", c.name, where, endpoint, status)
				}
			}
		}
	}
	h := handle(t, served{func(*http.Request) (authzen.Evaluator, error) { return nil, nil }, authzen.Searcher{}}, authzen.Config{})
	for _, endpoint := range []string{"evaluation", "evaluations"} {
		body := every[endpoint]
		if status, answer := post(t, h, endpoint, body); status != 500 {
			t.Errorf("no evaluator at %s: %d %s", endpoint, status, answer)
		}
	}
}

// TestContextEnds ends the request's context before and during each question. The
// evaluator allows it all the same, and must be ignored.
func TestContextEnds(t *testing.T) {
	for endpoint, body := range map[string]string{
		"evaluation":      wholeQuestion,
		"evaluations":     wholeQuestion[:len(wholeQuestion)-1] + `,"evaluations":[{},{}]}`,
		"search/subject":  wholeQuestion,
		"search/resource": wholeQuestion,
		"search/action":   wholeQuestion,
	} {
		for n := range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			asked := 0
			f := library()
			f.decide = func(authzen.Request) (authzen.Decision, error) {
				if asked++; asked > n {
					cancel()
				}
				return authzen.Decision{Allowed: true}, nil
			}
			w := serve(handle(t, f.both(), authzen.Config{}), request(endpoint, body).WithContext(ctx))
			single := endpoint == "evaluation" && n == 1
			if single != (w.Code == 200) || !single && w.Code != 503 {
				t.Errorf("%s, ended in question %d: %d %s", endpoint, n, w.Code, w.Body)
			}
			cancel()
		}
	}
	// The same holds for an answer that needed no evaluator.
	ending, cancel := context.WithCancel(t.Context())
	absent := library().both()
	absent.evaluator = func(*http.Request) (authzen.Evaluator, error) { cancel(); return library(), nil }
	if w := serve(handle(t, absent, authzen.Config{}), request("evaluations", `{"evaluations":[{},1]}`).WithContext(ending)); w.Code != 503 {
		t.Errorf("questions that are not understood: %d %s", w.Code, w.Body)
	}
	// An item that fails after the context has ended is not denied.
	ctx, cancel := context.WithCancel(t.Context())
	f := library()
	f.decide = func(authzen.Request) (authzen.Decision, error) { cancel(); return authzen.Decision{}, errBroken }
	r := request("evaluations", wholeQuestion[:len(wholeQuestion)-1]+`,"evaluations":[{},{}]}`).WithContext(ctx)
	if w := serve(handle(t, f.both(), authzen.Config{}), r); w.Code != 503 {
		t.Errorf("failed after the end: %d %s", w.Code, w.Body)
	}
}

func TestPanicIsLeftToTheServer(t *testing.T) {
	f := library()
	f.decide = func(authzen.Request) (authzen.Decision, error) { panic("broken") }
	h := handle(t, f.both(), authzen.Config{})
	w := httptest.NewRecorder()
	defer func() {
		if got := recover(); got != "broken" || w.Body.Len() > 0 {
			t.Errorf("recovered %v after %q was written", got, w.Body)
		}
	}()
	h.ServeHTTP(w, request("evaluations", wholeQuestion[:len(wholeQuestion)-1]+`,"evaluations":[{}]}`))
}

func TestAnswersAreNotStored(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{})
	for _, endpoint := range []string{"evaluation", "evaluations", "search/subject", "search/resource", "search/action"} {
		if got := serve(h, request(endpoint, wholeQuestion)).Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", endpoint, got)
		}
	}
}

// TestSeen checks what an evaluator sees of a question, and that a batch has one
// evaluator.
func TestSeen(t *testing.T) {
	var seen []authzen.Request
	f := library()
	f.decide = func(r authzen.Request) (authzen.Decision, error) {
		seen = append(seen, r)
		return authzen.Decision{}, nil
	}
	calls := 0
	h := handle(t, served{func(*http.Request) (authzen.Evaluator, error) { calls++; return f, nil }, f.searcher()}, authzen.Config{})
	body := `{"subject":{"type":"user","id":"ann","properties":{"n":12345678901234567890,"s":"\u00e9","b":true,"z":null,"a":[1.50,{}]}},
	  "action":{"name":"read","properties":{"p":1}},"resource":{"type":"book","id":"b1"},"context":{"at":1},
	  "evaluations":[{}, {"subject":{"type":"user","id":"ann"},"context":{"at":2}}, {"action":{"name":"write"},"resource":{"type":"book","id":"b1","properties":{}}}]}`
	if status, answer := post(t, h, "evaluations", body); status != 200 {
		t.Fatal(status, answer)
	}
	const first = `{{user ann map[a:[1.50 map[]] b:true n:12345678901234567890 s:é z:<nil>]} {read map[p:1]} {book b1 map[]} map[at:1]}`
	want := []string{
		first,
		`{{user ann map[]} {read map[p:1]} {book b1 map[]} map[at:2]}`,
		strings.Replace(first, "{read map[p:1]}", "{write map[]}", 1),
	}
	for i, r := range seen {
		if got := fmt.Sprint(r); got != want[i] {
			t.Errorf("question %d is %s\nwant %s", i, got, want[i])
		}
	}
	if len(seen) != len(want) || calls != 1 {
		t.Errorf("%d questions to %d evaluators", len(seen), calls)
	}
	if seen[1].Subject.Properties != nil || seen[2].Resource.Properties == nil {
		t.Error("empty and missing properties are not distinguished")
	}
	seen = nil
	if status, answer := post(t, h, "search/action", `{"subject":{"type":"user","id":"ann"},"action":{"name":"x","properties":{"p":1}},"resource":{"type":"book","id":"b1"}}`); status != 200 {
		t.Fatal(status, answer)
	}
	if len(seen) != 2 || seen[0].Action.Properties != nil {
		t.Errorf("a search sees what it ignores: %v", seen)
	}
}
