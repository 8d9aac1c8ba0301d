package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
)

// TestTextsAreText: the words of a host are words, wherever they stand.
func TestTextsAreText(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, english := range console.Texts() {
		if english != "en" {
			texts[english] = `"'><script>alert(1)</script>&amp;` + english
		}
	}
	s := newSite(t, func(c *console.Config) { c.Texts = texts })
	for _, link := range []string{"/", "/people", "/person?id=tom", "/change?do=team.add-member&team=west", "/report?id=q3", "/register", "/why", "/history", "/nothing"} {
		s.open("ann", "/admin"+link) // fails if there is an element too much
	}
	p, _ := s.open("ann", "/admin/people")
	p.want(t, http.StatusOK, `"'><script>alert(1)</script>&amp;People`)
	form := s.fill("ann", "datagroup.create", in("name", "x", "filter", "cuntry = 'US'"))
	if _, err := parse(s.post("ann", "/change", form).body); err != nil {
		t.Error(err)
	}
}

// TestMethods: a page answers to GET and HEAD, the forms also to POST, and nothing
// else changes anything.
func TestMethods(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := s.fill("ann", "user.suspend", in("reason", "x", "step", "do"), "user", "tom")
	before := s.company.Checkpoint()
	for _, method := range []string{"HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "post", "PROPFIND", "POSTT"} {
		for _, path := range []string{"/people", "/change", "/nothing"} {
			r := httptest.NewRequest(http.MethodPost, "/admin"+path+"?"+form.Encode(), strings.NewReader(form.Encode()))
			r.Method = method
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("X-HTTP-Method-Override", "POST")
			p := s.send("ann", r)
			switch allow := p.header.Get("Allow"); {
			case path == "/nothing":
				p.want(t, http.StatusNotFound)
			case method == "HEAD":
				p.want(t, http.StatusOK)
			case p.status != http.StatusMethodNotAllowed || strings.Contains(allow, "POST") != (path == "/change"):
				t.Errorf("%s %s: %d, Allow %q", method, path, p.status, allow)
			}
		}
	}
	if s.company.Checkpoint() != before {
		t.Error("something was changed")
	}
}

// TestLargeRequests: what is sent is bounded, and what is within the bound costs
// little.
func TestLargeRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	links := make([]company.Change, 2_000)
	for i := range links {
		links[i] = company.MakeLink{Resource: access.Report("q3")}
	}
	s.must("eve", links...)
	s.must("eve", company.ShareReport{Report: "q3", User: "ann", Level: access.Creator})
	form := s.fill("ann", "invitation.send", in("address", "n@example.com", "role", "viewer", "reason", "x"))
	body := func(extra string) string { return form.Encode() + extra }
	nested := strings.Repeat("(", 40_000) + "country = 'US'" + strings.Repeat(")", 40_000)
	group := s.fill("ann", "datagroup.edit", url.Values{}, "group", "us")
	wide := func(n int) string {
		g := url.Values{}
		for name, values := range group {
			g[name] = values
		}
		g.Set("filter", "country = 'US'"+strings.Repeat(" or country = 'A' and not name contains 'b'", n))
		return g.Encode()
	}
	group.Set("filter", nested)
	for name, tt := range map[string]struct {
		body   string
		status int
	}{
		"too much":     {body("&note=" + strings.Repeat("x", 300_000)), http.StatusRequestEntityTooLarge},
		"many values":  {body(strings.Repeat("&team=west", 9_000)), http.StatusUnprocessableEntity},
		"many unknown": {body(strings.Repeat("&team=w", 9_000)), http.StatusUnprocessableEntity},
		"many reasons": {body(strings.Repeat("&reason=", 9_000)), http.StatusOK},
		"many names":   {body(strings.Repeat("&a", 9_000)), http.StatusOK},
		"many lines":   {body("&team=" + strings.Repeat("%0A", 60_000)), http.StatusOK},
		"malformed":    {body("&%zz"), http.StatusBadRequest},
		"semicolons":   {body(";a=b"), http.StatusBadRequest},
		"deep":         {group.Encode(), http.StatusUnprocessableEntity},
		"wide":         {wide(400), http.StatusOK},
		"wider":        {wide(3_500), http.StatusOK},
	} {
		r := httptest.NewRequest(http.MethodPost, "/admin/change", strings.NewReader(tt.body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		begin := time.Now()
		p := s.send("ann", r)
		if took := time.Since(begin); took > time.Minute {
			t.Errorf("%s takes %v", name, took)
		}
		if p.status != tt.status || len(p.body) > 8<<20 {
			t.Errorf("%s: %d with %d bytes, want %d", name, p.status, len(p.body), tt.status)
		}
	}
	// A query that is too long for the reader of queries is read as none.
	for _, query := range []string{strings.Repeat("&a=b", 9_900), "&find=" + strings.Repeat("x", 900_000), strings.Repeat("&find=b", 100_000), strings.Repeat(";", 500_000)} {
		for _, path := range []string{"/links?all=1", "/group?id=us", "/people?", "/register?"} {
			begin := time.Now()
			p := s.get("ann", path+query)
			if took := time.Since(begin); took > time.Minute {
				t.Errorf("%s with %d bytes takes %v", path, len(query), took)
			}
			if p.status != http.StatusOK && p.status != http.StatusNotFound {
				t.Errorf("%s with %d bytes: %d", path, len(query), p.status)
			}
		}
	}
}

// TestTemplatesOfHosts: a template that fails after half a page sends none of it,
// on any page, and says so with 500.
func TestTemplatesOfHosts(t *testing.T) {
	t.Parallel()
	half := "{{template \"top\" .}}<p>half a page</p>{{index .Data 7}}"
	for _, name := range []string{"home.html", "people.html", "change.html", "refused.html"} {
		s := newSite(t, func(c *console.Config) {
			c.Templates = fstest.MapFS{name: {Data: []byte(half)}, "deep/people.html": {Data: []byte("{{")}}
		})
		s.fails = true
		path := map[string]string{"home.html": "/", "people.html": "/people", "change.html": "/change?do=team.create", "refused.html": "/nothing"}[name]
		p := s.get("ann", path).want(t, http.StatusInternalServerError).lacks(t, "half", "Acme")
		if p.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(p.header.Get("Content-Type"), "text/plain") || len(s.failed) == 0 {
			t.Errorf("%s: %v, told %v", name, p.header, s.failed)
		}
	}
}

// TestNothingIsKept: no answer that is for somebody may be kept by a browser or a
// proxy, or be taken into the page of another site.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	s := newLawSite(t, "")
	for _, path := range console.RoutePaths() {
		for _, as := range []string{"ann", "tom", "sam", ""} {
			h := s.get(as, path+"?"+queryOf(path)).header
			for name, want := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer",
			} {
				if h.Get(name) != want {
					t.Errorf("%s of %q: %s %q", path, as, name, h.Get(name))
				}
			}
			if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
				t.Errorf("%s of %q may be framed", path, as)
			}
		}
	}
}

// TestDoneIsOfThisHost: wherever a form leads to is a page of the console, whatever
// it is about.
func TestDoneIsOfThisHost(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/admin"} {
		s := newSite(t, func(c *console.Config) { c.Prefix = prefix })
		for _, id := range []string{"//evil.example", "https://evil.example/", "\\evil.example", "%0d%0aSet-Cookie:x", "x\r\nLocation: //evil.example"} {
			r := httptest.NewRequest(http.MethodGet, prefix+"/change?"+in("do", "team.create", "back", id, "next", id, "done", id, "team", id).Encode(), nil)
			p := s.send("ann", r).want(t, http.StatusOK)
			m, err := parse(p.body) // no link leads elsewhere
			if err != nil {
				t.Fatal(err)
			}
			form := m.sheets()[0].values
			form.Set("name", "Team of "+strings.Map(func(r rune) rune {
				if r < ' ' {
					return -1
				}
				return r
			}, id))
			form.Set("step", "do")
			form.Set("next", id)
			post := httptest.NewRequest(http.MethodPost, prefix+"/change?next="+url.QueryEscape(id), strings.NewReader(form.Encode()))
			post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			to := s.send("ann", post).header.Get("Location")
			if u, err := url.Parse(to); err != nil || u.Host != "" || !strings.HasPrefix(to, prefix+"/team?") {
				t.Errorf("it leads to %q", to)
			}
		}
	}
}

// TestDrawnIDsAreNotChosen: who makes somebody follow a link to a form does not
// choose the id of what the form makes.
func TestDrawnIDsAreNotChosen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	chosen := strings.Repeat("A", 26)
	for _, name := range []string{"report.create", "team.create", "invitation.send"} {
		s.get("ann", "/change?do="+name+"&new="+chosen).want(t, http.StatusOK).lacks(t, chosen)
	}
}

// TestOthersMeanwhile reads pages and asks what if, while others make changes.
func TestOthersMeanwhile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := s.fill("ann", "team.add-member", in("user", "dan", "reason", "x", "step", "check"), "team", "east")
	var all sync.WaitGroup
	stop := make(chan struct{})
	all.Go(func() {
		by := company.By{Actor: company.User("uma"), Reason: "x"}
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			changes := []company.Change{company.AddMember{Team: "east", User: "sam"}, company.SuspendUser{User: "tom"}, company.CreateTeam{Name: "T" + strings.Repeat("t", i)}}
			if i%2 == 1 {
				changes = []company.Change{company.RemoveMember{Team: "east", User: "sam"}, company.ReinstateUser{User: "tom"}}
			}
			if _, err := s.company.Do(t.Context(), by, changes...); err != nil || i > 100 {
				return
			}
		}
	})
	for range 4 {
		all.Go(func() {
			for range 10 {
				for _, path := range []string{"/", "/team?id=east", "/person?id=tom", "/lint", "/history", "/register", "/picture", "/event?seq=1"} {
					w := httptest.NewRecorder()
					s.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/admin"+path, nil))
					if w.Code != http.StatusOK {
						t.Errorf("%s: %d", path, w.Code)
					}
				}
				r := httptest.NewRequest(http.MethodPost, "/admin/change", strings.NewReader(form.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				w := httptest.NewRecorder()
				s.handler.ServeHTTP(w, r)
				if w.Code != http.StatusOK && w.Code != http.StatusConflict {
					t.Errorf("what if: %d", w.Code)
				}
			}
		})
	}
	time.AfterFunc(time.Second, func() { close(stop) })
	all.Wait()
}
