package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestCrossOrigin: what a page of another origin makes a browser send is refused, and changes nothing; reading, this service's own
// forms, and programs without a browser are let through.
func TestCrossOrigin(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header http.Header
		want   bool
	}{
		{"another site", http.Header{"Sec-Fetch-Site": {"cross-site"}}, false},
		{"a neighbour", http.Header{"Sec-Fetch-Site": {"same-site"}}, false},
		{"an old browser, from another site", http.Header{"Origin": {"https://evil.example"}}, false},
		{"an old browser, from nowhere", http.Header{"Origin": {"null"}}, false},
		{"a form of this service", http.Header{"Sec-Fetch-Site": {"same-origin"}}, true},
		{"an old browser, from here", http.Header{"Origin": {"http://example.com"}}, true},
		{"from behind the proxy", http.Header{"Origin": {"https://reports.example.com"}, "Sec-Fetch-Site": {"cross-site"}}, true},
		{"no browser", http.Header{}, true},
	} {
		w := newWorld(t)
		b := w.browse("uma")
		before := w.service.company.Checkpoint()
		send := func(method, path, kind, body string) int {
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.Header = tt.header.Clone()
			r.Header.Set("Content-Type", kind)
			r.AddCookie(b.cookie)
			answer := httptest.NewRecorder()
			w.handler.ServeHTTP(answer, r)
			return answer.Code
		}
		if got := send("GET", "/console/register", "", ""); got != http.StatusOK {
			t.Errorf("%s reads: %d, want 200", tt.name, got)
		}
		if got := send("PUT", "/users/tom/role", "application/json", `{"role":"editor","reason":"promoted"}`); (got == http.StatusOK) != tt.want {
			t.Errorf("%s changes a role: %d, want it let through: %t", tt.name, got, tt.want)
		}
		if changed := w.service.company.Checkpoint() != before; changed != tt.want {
			t.Errorf("%s: the log has changed: %t, want %t", tt.name, changed, tt.want)
		}
		if got := send("POST", "/session", "application/x-www-form-urlencoded", "user=ada"); (got == http.StatusSeeOther) != tt.want {
			t.Errorf("%s logs in: %d, want it let through: %t", tt.name, got, tt.want)
		}
	}
}

// TestLoginPage logs in and out, and looks at the cookie.
func TestLoginPage(t *testing.T) {
	w := newWorld(t)
	b := &browser{world: w}
	answer := b.get("/login?next=/console/register")
	checkHeaders(t, "/login", answer)
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), `name="next" value="/console/register"`) {
		t.Errorf("the login page: %d %s", answer.Code, answer.Body)
	}
	answer = b.post("/session", url.Values{"user": {`"><b>nobody`}, "next": {"/console/register"}})
	for _, text := range []string{"There is no such user.", `value="&#34;&gt;&lt;b&gt;nobody"`, `name="next" value="/console/register"`} {
		if answer.Code != http.StatusUnauthorized || !strings.Contains(answer.Body.String(), text) {
			t.Errorf("nobody: %d without %s:\n%s", answer.Code, text, answer.Body)
		}
	}
	answer = b.post("/session", url.Values{"user": {"ada"}, "next": {"/console/register?removed=1"}})
	cookie := answer.Header().Get("Set-Cookie")
	if to := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || to != "/console/register?removed=1" {
		t.Errorf("ada: %d to %s, want 303 to the page that was asked for", answer.Code, to)
	}
	for _, text := range []string{"; Path=/;", "; HttpOnly", "; Secure", "; SameSite=Strict", "; Max-Age=28800"} {
		if !strings.Contains(cookie, text) {
			t.Errorf("the cookie is %s, without %s", cookie, text)
		}
	}
	first := *b.cookie
	b.post("/session", url.Values{"user": {"ada"}})
	if again := (&browser{world: w, cookie: &first}).get("/console/register"); again.Code != http.StatusSeeOther {
		t.Errorf("the session before the last login: %d, want 303", again.Code)
	}
	second := *b.cookie
	if answer := b.post("/session/end", nil); answer.Code != http.StatusSeeOther || b.cookie.MaxAge >= 0 {
		t.Errorf("logging out: %d, cookie %v", answer.Code, b.cookie)
	}
	if again := (&browser{world: w, cookie: &second}).get("/console/register"); again.Code != http.StatusSeeOther {
		t.Errorf("after logging out: %d, want 303", again.Code)
	}
	if len(w.service.logins.open) != 0 {
		t.Errorf("%d sessions are left", len(w.service.logins.open))
	}
	for len(w.service.logins.open) < maxLogins {
		w.service.logins.start("mia")
	}
	if answer := b.post("/session", url.Values{"user": {"ada"}}); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d, want 503", answer.Code)
	}
}

// TestBackAfterLogin: whoever sent a form without a session is led to the login, and from there back to the form with what they typed.
func TestBackAfterLogin(t *testing.T) {
	w := newWorld(t)
	b := &browser{world: w}
	form := url.Values{"do": {"user.set-role"}, "user": {"tom"}, "for": {"uma"}, "since": {"1"}, "step": {"do"}, "role": {"editor"}, "reason": {"typed with care"}}
	answer := b.post("/console/change", form)
	_, link, _ := strings.Cut(answer.Body.String(), `href="/login?next=`)
	link, _, found := strings.Cut(link, `"`)
	if answer.Code != http.StatusUnauthorized || !found {
		t.Fatalf("%d without a link to the login:\n%s", answer.Code, answer.Body)
	}
	next, err := url.QueryUnescape(strings.ReplaceAll(link, "&amp;", "&"))
	if err != nil {
		t.Fatal(err)
	}
	answer = b.post("/session", url.Values{"user": {"uma"}, "next": {next}})
	if answer = b.get(answer.Header().Get("Location")); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), ">typed with care</textarea>") {
		t.Errorf("after the login: %d %s", answer.Code, answer.Body)
	}
}

// TestWhichToken: a header counts more than a cookie, even one that is wrong, and of two cookies none counts.
func TestWhichToken(t *testing.T) {
	w := newWorld(t).login("mia")
	b := w.browse("ada")
	ask := func(change func(*http.Request)) int {
		r := httptest.NewRequest("GET", "/audit", nil)
		r.AddCookie(b.cookie)
		change(r)
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(answer, r)
		return answer.Code
	}
	for name, tt := range map[string]struct {
		want   int
		change func(*http.Request)
	}{
		"the cookie alone":         {200, func(r *http.Request) {}},
		"mia's token":              {403, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+w.tokens["mia"]) }},
		"a token that is wrong":    {401, func(r *http.Request) { r.Header.Set("Authorization", "Bearer none") }},
		"another scheme":           {401, func(r *http.Request) { r.Header.Set("Authorization", "Basic YTpi") }},
		"an empty header":          {401, func(r *http.Request) { r.Header.Set("Authorization", "") }},
		"two cookies":              {401, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: sessionCookie, Value: "x"}) }},
		"a cookie of another name": {200, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "theme", Value: "dark"}) }},
	} {
		if got := ask(tt.change); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

// TestLocalPath: after the login nobody is led away.
func TestLocalPath(t *testing.T) {
	for path, want := range map[string]string{
		"/console/register?after=user%3Amia": "/console/register?after=user%3Amia",
		"":                                   "/console/",
		"register":                           "/console/",
		"https://evil.example/":              "/console/",
		"//evil.example/":                    "/console/",
		"///evil.example/":                   "/console/",
		`/\evil.example/`:                    "/console/",
		"/\tevil":                            "/console/",
		"javascript:alert(1)":                "/console/",
	} {
		if got := localPath(path); got != want {
			t.Errorf("localPath(%q) = %q, want %q", path, got, want)
		}
	}
}
