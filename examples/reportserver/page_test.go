package main

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/accesshttp"
)

// browser is a browser: it keeps the cookie, and says with each request that a page of this service sent it.
type browser struct {
	*world
	cookie *http.Cookie
	origin string // where its forms come from, as it says; "" is here
}

// browse logs a user in by the login page.
func (w *world) browse(user string) *browser {
	w.t.Helper()
	b := &browser{world: w}
	answer := b.post("/session", url.Values{"user": {user}})
	if answer.Code != http.StatusSeeOther || b.cookie == nil {
		w.t.Fatalf("%s cannot log in: %d %s", user, answer.Code, answer.Body)
	}
	return b
}

func (b *browser) get(path string) *httptest.ResponseRecorder {
	return b.send(httptest.NewRequest("GET", path, nil))
}

func (b *browser) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", cmp.Or(b.origin, "same-origin"))
	return b.send(r)
}

func (b *browser) send(r *http.Request) *httptest.ResponseRecorder {
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	answer := httptest.NewRecorder()
	b.handler.ServeHTTP(answer, r)
	for _, cookie := range answer.Result().Cookies() {
		b.cookie = cookie
	}
	return answer
}

// pagePaths are the pages that not everybody may see, each with a text that it shows to those who may.
var pagePaths = map[string]string{
	"/register":          "tom@example.com",
	"/register/csv":      "tom@example.com",
	"/person?id=tom":     "A member of team europe",
	"/person/csv?id=tom": "europe",
	"/review/md?id=q3":   "tom@example.com",
	"/due":               "They see no data",
	"/due/md":            "eve@example.com",
	"/history":           "company.found",
	"/history/jsonl":     "company.found",
	"/reviews":           "To open another",
	"/review?id=q3":      "Open: 8",
}

// TestPageGuards opens every page as those who may see it, those who may not, and nobody. Whoever may not see it gets no byte of it.
func TestPageGuards(t *testing.T) {
	w := newWorld(t)
	openQ3(t, w)
	for _, user := range []string{"ada", "uma", "mia", "vic", "sam", ""} {
		b := &browser{world: w}
		want := http.StatusSeeOther
		if user != "" {
			b, want = w.browse(user), http.StatusForbidden
		}
		if user == "ada" || user == "uma" {
			want = http.StatusOK
		}
		for path, text := range pagePaths {
			answer := b.get(path)
			body := answer.Body.String()
			if answer.Code != want || strings.Contains(body, text) != (want == http.StatusOK) {
				t.Errorf("%q %s: %d, want %d, with %q if it is 200:\n%s", user, path, answer.Code, want, text, body)
			}
			if to := answer.Header().Get("Location"); user == "" && to != "/login?next="+url.QueryEscape(path) {
				t.Errorf("%s leads a stranger to %q", path, to)
			}
			if want != http.StatusOK && strings.Contains(body, "@example.com") {
				t.Errorf("%q %s shows an address:\n%s", user, path, body)
			}
			checkHeaders(t, path, answer)
		}
	}
}

// TestGuarded reads routes.go, so that no route is forgotten: on all of them stands a guard but on those that are for everybody.
func TestGuarded(t *testing.T) {
	source, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	for _, found := range regexp.MustCompile(`(?m)^\t(?:route|mux\.HandleFunc)\("([A-Z]+ [^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		routes = append(routes, found[1])
	}
	open := []string{"POST /login", "GET /healthz", "GET /login", "POST /session", "POST /session/end", "GET /style.css"}
	if got := accesshttp.Unguarded(newWorld(t).handler, routes...); len(routes) < 28 || !slices.Equal(got, open) {
		t.Errorf("of %d routes these have no guard: %q, want %q", len(routes), got, open)
	}
}

// checkHeaders looks for what protects a page in a browser.
func checkHeaders(t *testing.T, path string, answer *httptest.ResponseRecorder) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"Cache-Control":           "no-store",
		"X-Content-Type-Options":  "nosniff",
		"WWW-Authenticate":        "",
	} {
		if got := answer.Header().Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", path, name, got, want)
		}
	}
	if body := answer.Body.String(); strings.Contains(body, "<script") || strings.Contains(body, "style=") || strings.Contains(body, "<style") {
		t.Errorf("%s has a script or a style of its own:\n%s", path, body)
	}
}

// TestHome shows everybody their own, and offers only what they may see.
func TestHome(t *testing.T) {
	w := newWorld(t)
	for user, want := range map[string][]string{
		"ada": {"Board pack", `href="/register"`, `href="/reviews"`, `href="/history"`},
		"mia": {"Third quarter"},
		"eve": {"No report is shared with you"},
	} {
		answer := w.browse(user).get("/")
		body := answer.Body.String()
		for _, text := range want {
			if answer.Code != http.StatusOK || !strings.Contains(body, text) {
				t.Errorf("%s: %d without %q:\n%s", user, answer.Code, text, body)
			}
		}
		if user != "ada" && (strings.Contains(body, "/register") || strings.Contains(body, "/reviews")) {
			t.Errorf("%s is offered what they may not see:\n%s", user, body)
		}
		checkHeaders(t, "/", answer)
	}
	if answer := w.browse("sam").get("/"); answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "suspended") {
		t.Errorf("sam: %d %s, want 403 and why", answer.Code, answer.Body)
	}
}

func TestStyle(t *testing.T) {
	answer := (&browser{world: newWorld(t)}).get("/style.css")
	if kind := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK || !strings.HasPrefix(kind, "text/css") {
		t.Errorf("%d, %s", answer.Code, kind)
	}
}
