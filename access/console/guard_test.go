package console_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/team"
)

// pagesOfLists are pages that need access.ViewDirectory.
var pagesOfLists = []string{"/people", "/person?id=tom", "/teams", "/team?id=west", "/invitations"}

func TestWhoMayOpen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, page := range pagesOfLists {
		for _, as := range []string{"ann", "uma", "dan"} {
			s.get(as, page).want(t, http.StatusOK)
		}
		for _, as := range []string{"eve", "tom", "mia"} {
			s.get(as, page).want(t, http.StatusForbidden, "You may not do this", "Your role does not let you do this.").lacks(t, "Dan", "East")
		}
	}
	s.get("ann", "/lint").want(t, http.StatusOK, "Nothing looks wrong.")
	s.do("ann", "team.create", in("name", "Empty"))
	s.get("ann", "/lint").want(t, http.StatusOK, "has no data group", "warning")
	s.get("uma", "/lint").want(t, http.StatusOK)
	s.get("dan", "/lint").want(t, http.StatusForbidden) // they may read the directory, and not the log
	for _, as := range []string{"eve", "tom", "mia"} {
		s.get(as, "/").want(t, http.StatusOK, "Your teams").lacks(t, "/people", "/teams")
	}
}

// TestStrangers asks for every page as somebody who is no active user.
func TestStrangers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("ann", "user.set-expiry", in("until", "2026-09-01", "reason", "x"), "user", "tom")
	for _, page := range append(pagesOfLists, "/", "/change?do=user.edit&user=sam", "/nothing") {
		s.get("", page).want(t, http.StatusUnauthorized, "You are not signed in").lacks(t, "Acme", "Ann")
		s.get("bob", page).want(t, http.StatusForbidden, "You are not a user here.").lacks(t, "Acme", "Ann", "<nav")
		s.get("sam", page).want(t, http.StatusForbidden, "Your access is suspended.").lacks(t, "Acme", "Ann", "<nav")
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *console.Config) { c.SignIn, c.SignOut = "/login?by=mail", "/logout" })
	p := s.get("", "/person?id=tom")
	if got, want := p.header.Get("Location"), "/login?by=mail&next=%2Fadmin%2Fperson%3Fid%3Dtom"; p.status != http.StatusSeeOther || got != want {
		t.Errorf("%d %s, want %s", p.status, got, want)
	}
	form := s.fill("ann", "team.edit", in("name", "Wild West", "description", "100%"), "team", "west")
	form.Set("step", "do")
	lost := s.post("", "/change", form).want(t, http.StatusUnauthorized, "what you typed is kept")
	_, link, _ := strings.Cut(lost.body, `href="/login?by=mail&amp;next=`)
	link, _, _ = strings.Cut(link, `"`)
	next, err := url.QueryUnescape(link)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(next)
	if err != nil || to.Query().Has("step") || to.Query().Has("since") || to.Query().Has("for") {
		t.Errorf("the link has what is not typed: %s, %v", next, err)
	}
	again := s.get("ann", strings.TrimPrefix(next, "/admin"))
	again.want(t, http.StatusOK)
	if !strings.Contains(again.body, `value="Wild West"`) || !strings.Contains(again.body, `value="100%"`) {
		t.Errorf("what was typed is lost: %s", again.body)
	}
	if !strings.Contains(again.body, `action="/logout"`) {
		t.Error("there is no button to sign out")
	}
}

// TestHostFails answers for what the host cannot say.
func TestHostFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		user   func(*http.Request) (team.UserID, error)
		status int
		told   bool
	}{
		{"an error", func(*http.Request) (team.UserID, error) { return "", errors.New("the sessions are gone") }, 500, true},
		{"a panic", func(*http.Request) (team.UserID, error) { panic("the sessions are gone") }, 500, true},
		{"unavailable", func(*http.Request) (team.UserID, error) {
			return "", fmt.Errorf("%w: restarting", admission.ErrUnavailable)
		}, 503, true},
		{"nobody", func(*http.Request) (team.UserID, error) { return "ann", admission.ErrUnauthenticated }, 401, false},
	} {
		s := newSite(t, func(c *console.Config) { c.User = tt.user })
		s.fails = true
		p := s.get("", "/people").want(t, tt.status).lacks(t, "sessions", "Acme")
		if told := len(s.failed) == 1; told != tt.told {
			t.Errorf("%s: OnError got %v", tt.name, s.failed)
		}
		if tt.status == 503 && p.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("ann", "/nothing").want(t, http.StatusNotFound, "There is no such page")
	s.get("ann", "/person?id=nobody").want(t, http.StatusNotFound)
	s.get("ann", "/team?id=nobody").want(t, http.StatusNotFound)
	s.get("ann", "/invitation?id=nobody").want(t, http.StatusNotFound)
	s.get("ann", "/change?do=nothing").want(t, http.StatusNotFound)
	s.post("ann", "/people", nil).want(t, http.StatusMethodNotAllowed)
	if p := s.get("ann", ""); p.status != http.StatusSeeOther || p.header.Get("Location") != "/admin/" {
		t.Errorf("%d %s", p.status, p.header.Get("Location"))
	}
	for path, kind := range map[string]string{"/style.css": "text/css", "/console.js": "text/javascript"} {
		if p := s.get("", path); p.status != http.StatusOK || !strings.HasPrefix(p.header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", path, p.status, p.header.Get("Content-Type"))
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/elsewhere", nil)
	if p := s.send("ann", r); p.status != http.StatusNotFound {
		t.Errorf("outside of the prefix: %d", p.status)
	}
	r = httptest.NewRequest(http.MethodPut, "/admin/change", nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if p := s.send("ann", r); p.status != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", p.status)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, p := range []page{s.get("ann", "/people"), s.get("", "/people"), s.get("tom", "/people"), s.get("ann", "/nothing")} {
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if got := p.header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %q", name, got)
			}
		}
		p.lacks(t, " style=", "<style", "onclick", "unsafe-inline", "<script>")
	}
}

// TestOtherOrigins sends forms as the page of another site makes a browser do.
func TestOtherOrigins(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *console.Config) { c.Origins = []string{"https://proxy.example.com"} })
	send := func(headers ...string) page {
		form := s.fill("ann", "user.suspend", in("reason", "x"), "user", "tom")
		r := httptest.NewRequest(http.MethodPost, "/admin/change", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return s.send("ann", r)
	}
	send("Sec-Fetch-Site", "same-origin").want(t, http.StatusOK)
	send("Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example.com").want(t, http.StatusForbidden, "This form came from another address than this page's. Open the page again.")
	if len(s.failed) != 1 || !strings.Contains(s.failed[0].Error(), `Origin "https://evil.example.com", Host "example.com"`) || !strings.Contains(s.failed[0].Error(), "proxy.example.com") {
		t.Errorf("the host is told %v", s.failed)
	}
	send("Sec-Fetch-Site", "same-site").want(t, http.StatusForbidden)
	send("Origin", "https://evil.example.com").want(t, http.StatusForbidden)
	send("Origin", "https://proxy.example.com", "Sec-Fetch-Site", "cross-site").want(t, http.StatusOK)
}

func TestConfig(t *testing.T) {
	t.Parallel()
	acme := newSite(t).company
	user := func(*http.Request) (team.UserID, error) { return "ann", nil }
	for _, tt := range []struct {
		name    string
		company *company.Company
		config  *console.Config
		want    string
	}{
		{"no company", nil, &console.Config{User: user}, "a company is required"},
		{"no config", acme, nil, "Config.User is required"},
		{"no user", acme, &console.Config{}, "Config.User is required"},
		{"a slash too many", acme, &console.Config{User: user, Prefix: "/admin/"}, "Config.Prefix"},
		{"a slash too few", acme, &console.Config{User: user, Prefix: "admin"}, "Config.Prefix"},
		{"a sign-in elsewhere", acme, &console.Config{User: user, SignIn: "https://login.example.com"}, "begin with a slash"},
		{"a sign-out elsewhere", acme, &console.Config{User: user, SignOut: "logout"}, "begin with a slash"},
		{"an origin with a path", acme, &console.Config{User: user, Origins: []string{"https://a.example.com/x"}}, "Config.Origins"},
		{"an unknown text", acme, &console.Config{User: user, Texts: map[string]string{"Peeple": "Leute"}}, `no text "Peeple"`},
		{"a text without its name", acme, &console.Config{User: user, Texts: map[string]string{"Invitation of %s": "Einladung"}}, "as many places"},
		{"a text that cannot be formatted", acme, &console.Config{User: user, Texts: map[string]string{"People": "100%"}}, "as many places"},
		{"a broken template", acme, &console.Config{User: user, Templates: fstest.MapFS{"home.html": {Data: []byte("{{")}}}, "Config.Templates"},
	} {
		if _, err := console.New(tt.company, tt.config); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestHostsOwn replaces templates and texts.
func TestHostsOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *console.Config) {
		c.Templates = fstest.MapFS{
			"own.html":  {Data: []byte(`{{define "bottom"}}<footer>Our own footer</footer></main></body></html>{{end}}`)},
			"home.html": {Data: []byte(`{{template "top" .}}{{t "Your teams"}}{{template "bottom" .}}`)},
			"notes.txt": {Data: []byte(`{{`)},
		}
		c.Texts = map[string]string{"en": "de", "Your teams": "Deine Teams", "People": "Leute", "%s (%s)": "%[2]s: %[1]s"}
	})
	p := s.get("tom", "/").want(t, http.StatusOK, "Our own footer", "Deine Teams")
	if !strings.Contains(p.body, `<html lang="de">`) {
		t.Error("the language is not the host's")
	}
	s.get("ann", "/people").want(t, http.StatusOK, "Leute", "Our own footer")
	form := s.fill("uma", "team.attach-group", in("group", "de"), "team", "west")
	s.post("uma", "/change", form).want(t, http.StatusOK, "until 2026-11-30, included: sees")
	s = newSite(t, func(c *console.Config) {
		c.Templates = fstest.MapFS{"home.html": {Data: []byte(`{{.Nothing}}`)}}
	})
	s.fails = true
	s.get("tom", "/").want(t, http.StatusInternalServerError)
	if len(s.failed) != 1 {
		t.Errorf("OnError got %v", s.failed)
	}
}
