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

// pagePaths are pages of the console that not everybody may see, each with a text that it shows to those who may. Its own tests ask all of them.
var pagePaths = map[string]string{
	"/console/people":        "tom@example.com",
	"/console/register":      "tom@example.com",
	"/console/register/csv":  "tom@example.com",
	"/console/access?id=tom": "A member of team",
	"/console/due":           "They see no data",
	"/console/history":       "begins",
	"/console/reviews":       "There was no review yet.",
}

// TestPageGuards opens pages as those who may see them, those who may not, and nobody. Whoever may not see one gets no byte of it.
func TestPageGuards(t *testing.T) {
	w := newWorld(t)
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
	routes = append(routes, "GET "+consolePath+"/", "GET "+consolePath+"/register", "POST "+consolePath+"/change")
	open := []string{"POST /login", "GET /healthz", "GET /login", "POST /session", "POST /session/end"}
	if got := accesshttp.Unguarded(newWorld(t).handler, routes...); len(routes) < 14 || !slices.Equal(got, open) {
		t.Errorf("of %d routes these have no guard: %q, want %q", len(routes), got, open)
	}
}

// TestConsoleChange makes a change by the form of a page: it is recorded with the id of its request, as those of programs are.
func TestConsoleChange(t *testing.T) {
	w := newWorld(t)
	b := w.browse("uma")
	form := url.Values{
		"do": {"user.set-role"}, "user": {"tom"}, "for": {"uma"}, "since": {"1"}, "step": {"do"}, "role": {"editor"}, "reason": {"promoted"},
	}
	b.origin = "cross-site"
	if answer := b.post("/console/change", form); answer.Code != http.StatusForbidden {
		t.Errorf("from another site: %d, want 403", answer.Code)
	}
	b.origin = ""
	if answer := b.post("/console/change", form); answer.Code != http.StatusSeeOther {
		t.Errorf("from here: %d %s, want 303", answer.Code, answer.Body)
	}
	for e, err := range w.service.log.Events(t.Context(), 1) {
		if err != nil || e.Actor.ID != "uma" || e.Reason != "promoted" || e.Correlation == "" {
			t.Errorf("event %d of %s with correlation %q, %v", e.Seq, e.Actor, e.Correlation, err)
		}
	}
	if got := w.service.company.Checkpoint().Seq; got != 2 {
		t.Errorf("%d events, want 2", got)
	}
}

// TestHome: the root leads to the pages, which show everybody their own.
func TestHome(t *testing.T) {
	w := newWorld(t)
	for user, text := range map[string]string{"ada": "Board pack", "mia": "Third quarter"} {
		b := w.browse(user)
		answer := b.get("/")
		if to := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || to != "/console/" {
			t.Errorf("%s: %d to %s", user, answer.Code, to)
		}
		if body := b.get("/console/").Body.String(); !strings.Contains(body, text) || user != "ada" && strings.Contains(body, "/console/register") {
			t.Errorf("%s sees\n%s", user, body)
		}
	}
	if answer := w.browse("sam").get("/console/"); answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "suspended") {
		t.Errorf("sam: %d %s, want 403 and why", answer.Code, answer.Body)
	}
}

// checkHeaders looks for what protects the login page in a browser.
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
