package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
)

// manySite is a company of ann and so many users more, u000 and on.
func manySite(t testing.TB, n int) *site {
	t.Helper()
	doc := new(document.Document)
	for i := range n {
		id := fmt.Sprintf("u%03d", i)
		doc.Users = append(doc.Users, document.User{ID: id, Email: id + "@example.com", Role: "viewer"})
	}
	return newSiteOf(t, doc)
}

// TestRegisterPages reads the register page by page.
func TestRegisterPages(t *testing.T) {
	t.Parallel()
	s := manySite(t, 50)
	first := s.get("ann", "/register").want(t, 200, "ann@example.com", "As of 2026-09-01 12:00, after event 1", "Next page").lacks(t, "u049@")
	const next = "/register?after=user%3Au048"
	if !strings.Contains(first.body, `href="/admin`+next+`"`) {
		t.Errorf("no link to the next page:\n%s", first.body)
	}
	second := s.get("ann", next+"&removed=1").want(t, 200, "u049@").lacks(t, "u048@", "Next page")
	if !strings.Contains(second.body, `href="/admin/register/csv?removed=1"`) {
		t.Errorf("a file is not of all pages:\n%s", second.body)
	}
	found := s.get("ann", "/register?find=U03").want(t, 200, "u030@", "u039@").lacks(t, "u040@", "ann@")
	if !strings.Contains(found.body, `value="U03"`) || !strings.Contains(found.body, `href="/admin/register/md?find=U03"`) {
		t.Errorf("what was typed is lost:\n%s", found.body)
	}
	s.get("ann", "/register?find=nobody").want(t, 200, "There is nobody.")
}

// TestRegisterDays reads the register as it was at the end of other days.
func TestRegisterDays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		day  string
		want int
		text string
	}{
		{"2026-09-01", 200, "As of 2026-09-01 12:00, after event 1"},
		{"2099-01-01", 200, "As of 2026-09-01 12:00, after event 1"},
		{"2026-08-31", 400, "The company did not exist on that day."},
		{"yesterday", 400, "Write the day as 2026-09-30."},
	} {
		p := s.get("ann", "/register?day="+tt.day).want(t, tt.want, tt.text)
		if !strings.Contains(p.body, `value="`+tt.day+`"`) {
			t.Errorf("%s: what was typed is lost:\n%s", tt.day, p.body)
		}
	}
	s.later = 3 * 24 * time.Hour
	s.do("ann", "user.set-role", in("role", "editor", "reason", "new job"), "user", "tom")
	s.get("ann", "/register?find=tom").want(t, 200, "Tom Team", "Editor", "after event 2")
	s.get("ann", "/register?find=tom&day=2026-09-02").want(t, 200, "Tom Team", "Team member", "As of 2026-09-02 23:59, after event 1").lacks(t, "Editor")
}

// TestRegisterRows shows people who came and went by invitation, with why.
func TestRegisterRows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.must("ann", inviteOf("i", "new@example.com"))
	s.must("ann", removalOf("tom"))
	s.get("ann", "/register").want(t, 200, "new@example.com", "invited", "suspended", "by Ann Admin", "permanent").lacks(t, "tom@example.com")
	s.get("ann", "/register?removed=1").want(t, 200, "tom@example.com", "removed 2026-09-01 12:00 by Ann Admin: it is needed")
}

// TestPieces shows what a person has and why, also somebody who was removed.
func TestPieces(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.must("uma", memberOf("east", "tom"))
	p := s.get("ann", "/access?id=tom").want(t, 200, "What Tom Team has, and why", "tom@example.com", "The role Team member",
		"A member of team East", "it is needed", "Uma User", "Data group Germany, through team East",
		"Report Third quarter, as viewer, through team West")
	for _, link := range []string{`href="/admin/event?seq=2"`, `href="/admin/history?target=user%3Atom"`, `href="/admin/history?actor=tom"`, `href="/admin/person?id=tom"`} {
		if !strings.Contains(p.body, link) {
			t.Errorf("%s is missing:\n%s", link, p.body)
		}
	}
	s.get("ann", "/access?id=none").want(t, http.StatusNotFound)
	s.must("ann", removalOf("tom"))
	s.get("ann", "/access?id=tom").want(t, 200, "Tom Team", "removed 2026-09-01", "They have nothing now.").lacks(t, `href="/admin/person?id=tom"`)
	s.must("ann", inviteOf("i", "new@example.com"))
	id := s.accept("i")
	s.get("ann", "/access?id="+url.QueryEscape(id)).want(t, 200, "new@example.com", "Invitation i", "Ann Admin: it is needed")
}

// TestDue shows what is due within some days.
func TestDue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.must("uma", company.RemoveMember{Team: "west", User: "tom"})
	for _, tt := range []struct {
		query       string
		days        string
		shows, omit string
	}{
		{"", "30", "They see no data", "Their membership of team West ends"},
		{"?days=120", "120", "Their membership of team West ends Mia Viewer mia@example.com until 2026-11-30, included", "nothing"},
		{"?days=120", "120", "A review is to be opened", "nothing"},
		{"?days=-1", "30", "They see no data", "Their membership"},
		{"?days=many", "30", "They see no data", "Their membership"},
		{"?days=99999999", "30", "They see no data", "Their membership"},
	} {
		p := s.get("ann", "/due"+tt.query).want(t, 200, tt.shows).lacks(t, tt.omit)
		if !strings.Contains(p.body, `value="`+tt.days+`"`) {
			t.Errorf("%q: what was typed is lost", tt.query)
		}
	}
	p := s.get("ann", "/due?days=120")
	for _, link := range []string{`href="/admin/due/csv?days=120"`, `href="/admin/access?id=mia"`} {
		if !strings.Contains(p.body, link) {
			t.Errorf("%s is missing:\n%s", link, p.body)
		}
	}
	newSiteOf(t, new(document.Document)).get("ann", "/due?days=0").want(t, 200, "They see no data")
	many := manySite(t, 60)
	many.get("ann", "/due").want(t, 200, "look at: 61", "Next page").lacks(t, "u055@")
	many.get("ann", "/due?after=50").want(t, 200, "u055@").lacks(t, "u030@", "Next page")
	many.get("ann", "/due?after=-3").want(t, 200, "u000@")
	many.get("ann", "/due?after=5000").want(t, 200, "Nothing is due.")
}
