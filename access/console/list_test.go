package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/document"
)

// formatTypes are the files that every list can be saved as.
var formatTypes = map[string]string{
	"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl", "md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8",
}

// TestFiles saves every list in every format.
func TestFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.must("uma", removalOfMember("west", "tom"))
	openQ3(t, s)
	for list, text := range map[string]string{
		"register": "tom@example.com", "due": "tom@example.com", "history": "company.found", "access": "team-member", "review": "tom@example.com",
	} {
		query, name := "", list+"-2026-09-01"
		switch list {
		case "access":
			query, name = "?id=tom", "access-tom-2026-09-01"
		case "review":
			query, name = "?id=q3", "review-q3"
		}
		for ext, kind := range formatTypes {
			p := s.get("ann", "/"+list+"/"+ext+query)
			if got := p.header.Get("Content-Type"); p.status != 200 || got != kind || !strings.Contains(p.body, text) {
				t.Errorf("%s as %s: %d %s without %q:\n%s", list, ext, p.status, got, text, p.body)
			}
			saved, policy := p.header.Get("Content-Disposition"), p.header.Get("Content-Security-Policy")
			if ext == "html" {
				_, style, _ := strings.Cut(p.body, "style-src 'sha256-")
				hash, _, _ := strings.Cut(style, "'")
				if saved != "" || policy != "default-src 'none'; style-src 'sha256-"+hash+"'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'" {
					t.Errorf("%s to print: %q, %q", list, saved, policy)
				}
				continue
			}
			if want := "attachment; filename=" + name + "." + ext; saved != want || strings.Contains(policy, "sha256") {
				t.Errorf("%s as %s is saved by %s, want %s", list, ext, saved, want)
			}
			if p.header.Get("Cache-Control") != "no-store" || p.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s as %s: %v", list, ext, p.header)
			}
		}
		s.get("ann", "/"+list+"/xls"+query).want(t, 404, "There is no such page")
	}
}

// TestPartsOfFiles saves rows after one, columns that fit on paper, and nothing of
// what is not there.
func TestPartsOfFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/access/csv?id=none", "/access/md", "/review/csv?id=none"} {
		s.get("ann", path).want(t, 404)
	}
	for path, has := range map[string][2]string{
		"/register/html": {`<th scope="col">E-mail</th>`, "Approval"},
		"/register/csv":  {"Approval", "nothing"},
		"/history/html":  {`<th scope="col">Change</th>`, "Data"},
		"/history/csv":   {"Data", "nothing"},
	} {
		if p := s.get("ann", path); !strings.Contains(p.body, has[0]) || strings.Contains(p.body, has[1]) {
			t.Errorf("%s, want %s and no %s:\n%s", path, has[0], has[1], p.body)
		}
	}
	for query, want := range map[string]int{"after=user%3Aann&limit=1": 1, "limit=-1": 7, "limit=x": 7, "find=tom": 1, "find=": 7, "limit=3": 3} {
		p := s.get("ann", "/register/csv?"+query)
		if lines := strings.Count(p.body, "\n"); lines != want+1 {
			t.Errorf("%s: %d lines, want %d rows and a head\n%s", query, lines, want, p.body)
		}
	}
	if p := s.get("ann", "/register/csv?after=user%3Aann&limit=1"); !strings.Contains(p.body, "dan@example.com") {
		t.Errorf("after ann: %s", p.body)
	}
	s.get("ann", "/register/csv?day=2026-08-31").want(t, 400, "The company did not exist on that day.")
	s.get("ann", "/history/csv?limit=1").want(t, 200)
	if p := s.get("", "/register/csv"); p.status != http.StatusUnauthorized || strings.Contains(p.body, "@") {
		t.Errorf("nobody: %d %s", p.status, p.body)
	}
}

// TestHostileRecord shows names that would be markup as text, on every page that
// their ids lead to.
func TestHostileRecord(t *testing.T) {
	t.Parallel()
	const script = `<script>alert(1)</script>`
	long := strings.Repeat("x", 500-len(script))
	doc := &document.Document{Users: []document.User{
		{ID: script, Name: script + long, Email: "x@example.com", Role: "viewer"},
		{ID: "quote", Name: `"onmouseover="x`, Role: "viewer"},
		{ID: "..", Name: "dots", Role: "viewer"},
		{ID: "a/b?c#d&e=f", Name: "slash", Role: "viewer"},
	}}
	s := newSiteOf(t, doc)
	p := s.get("ann", "/register").want(t, 200)
	if !strings.Contains(p.body, "&lt;script&gt;alert(1)&lt;/script&gt;"+long) {
		t.Errorf("the name is not shown as it is:\n%s", p.body)
	}
	links := strings.Split(p.body, `<a href="/admin/access?id=`)[1:]
	if len(links) != 5 {
		t.Errorf("%d links to people, want 5", len(links))
	}
	for _, link := range links {
		link, _, _ = strings.Cut(link, `"`)
		p := s.get("ann", "/access?id="+link).want(t, 200)
		if strings.Contains(p.body, script) || strings.Contains(p.body, `"onmouseover="x`) {
			t.Errorf("%s shows a name as markup:\n%s", link, p.body)
		}
	}
	s.do("ann", "review.open", in("review", "q3", "reason", script))
	for _, path := range []string{"/review?id=q3", "/reviews", "/history", "/history?target=user%3A%3Cscript%3E", "/history?actor=%22%3E%3Cscript%3E", "/register?find=%22%3E%3Cscript%3E", "/due?days=%22%3E"} {
		if p := s.get("ann", path).want(t, 200); strings.Contains(p.body, script) || strings.Contains(p.body, `"><script>`) {
			t.Errorf("%s has markup of somebody's:\n%s", path, p.body)
		}
	}
}
