package console_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// today is when the tests happen.
var today = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// site is a company with its pages, and somebody who is signed in.
type site struct {
	t       testing.TB
	company *company.Company
	handler http.Handler
	as      string // who is signed in; "" is nobody
	mailed  []invite.Message
	lost    bool // messages are not delivered
	failed  []error
	fails   bool          // a page may fail
	later   time.Duration // than today
}

const acme = `{
  "attributes": {"country": "string"},
  "accounts": [
    {"id": "us-1", "source": "google", "country": "US"},
    {"id": "us-2", "source": "meta", "country": "US"},
    {"id": "de-1", "source": "google", "country": "DE"}],
  "groups": [
    {"id": "us", "name": "United States", "filter": "country = 'US'"},
    {"id": "de", "name": "Germany", "filter": "country = 'DE'"}],
  "teams": [
    {"id": "west", "name": "West", "description": "The west coast", "groups": ["us"], "members": [{"user": "tom"}, {"user": "mia", "until": "2026-12-01"}]},
    {"id": "east", "name": "East", "groups": ["de"]}],
  "users": [
    {"id": "dan", "name": "Dan Data", "email": "dan@example.com", "role": "data-manager"},
    {"id": "uma", "name": "Uma User", "email": "uma@example.com", "role": "user-manager"},
    {"id": "eve", "name": "Eve Editor", "email": "eve@example.com", "role": "editor"},
    {"id": "tom", "name": "Tom Team", "email": "tom@example.com", "role": "team-member"},
    {"id": "mia", "name": "Mia Viewer", "email": "mia@example.com", "role": "viewer"},
    {"id": "sam", "name": "Sam Suspended", "email": "sam@example.com", "role": "viewer", "suspended": true}],
  "reports": [
    {"id": "q3", "name": "Third quarter", "grants": [{"user": "eve", "level": "creator"}, {"team": "west", "level": "viewer"}]}]
}`

// newSite founds the company of acme, whose admin is ann.
func newSite(t testing.TB, change ...func(*console.Config)) *site {
	t.Helper()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	return newSiteOf(t, doc, change...)
}

func newSiteOf(t testing.TB, doc *document.Document, change ...func(*console.Config)) *site {
	t.Helper()
	return found(t, audit.NewMemory(), company.Founding{Document: doc}, change...)
}

// found founds a company whose first user is ann.
func found(t testing.TB, log audit.Log, founding company.Founding, change ...func(*console.Config)) *site {
	t.Helper()
	return foundSending(t, log, founding, false, change...)
}

// foundSending is found, of a company that sends no messages if it is mute.
func foundSending(t testing.TB, log audit.Log, founding company.Founding, mute bool, change ...func(*console.Config)) *site {
	t.Helper()
	s := &site{t: t, as: "ann"}
	config := &company.Config{
		Now:    func() time.Time { return today.Add(s.later) },
		Origin: "https://app.example.com",
		Deliver: func(_ context.Context, m invite.Message) error {
			if s.lost {
				return errors.New("the mail server is gone")
			}
			s.mailed = append(s.mailed, m)
			return nil
		},
		Invitations: company.InvitationLimits{Cooldown: -1},
	}
	if mute {
		config.Deliver, config.Origin = nil, ""
	}
	founding.ID, founding.Name = "acme", "Acme"
	founding.Founder = team.User{ID: "ann", Name: "Ann Admin", Email: team.MustParseAddress("ann@example.com")}
	var err error
	if s.company, err = company.Found(t.Context(), log, founding, config); err != nil {
		t.Fatal(err)
	}
	c := console.Config{
		User:    func(*http.Request) (team.UserID, error) { return team.UserID(s.as), nil },
		Prefix:  "/admin",
		OnError: func(_ context.Context, err error) { s.failed = append(s.failed, err) },
	}
	for _, f := range change {
		f(&c)
	}
	if s.handler, err = console.New(s.company, &c); err != nil {
		t.Fatal(err)
	}
	return s
}

// terms are those of an invitation to an address.
func (s *site) terms(address string) invite.Terms {
	return invite.Terms{Address: team.MustParseAddress(address), Role: "viewer"}
}

// page is what a browser got.
type page struct {
	status int
	header http.Header
	body   string
	text   string // without markup, each run of blanks one space
}

// get asks for a page below the prefix, as somebody.
func (s *site) get(as, path string) page {
	return s.send(as, httptest.NewRequest(http.MethodGet, "/admin"+path, nil))
}

// post sends a form to a page below the prefix, as somebody.
func (s *site) post(as, path string, form url.Values) page {
	r := httptest.NewRequest(http.MethodPost, "/admin"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.send(as, r)
}

func (s *site) send(as string, r *http.Request) page {
	s.as = as
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Body)
	if w.Code == http.StatusInternalServerError && !s.fails {
		s.t.Errorf("%s failed: %v", r.URL, s.failed)
	}
	return page{w.Code, w.Header(), string(body), plainText(string(body))}
}

var unescaped = strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">")

// plainText returns the text of a page: each element is a blank, but for those
// within a line, and runs of blanks are one. It is asked of every page of every
// test, so it looks at each byte once.
func plainText(body string) string {
	var text strings.Builder
	for {
		before, rest, found := strings.Cut(body, "<")
		text.WriteString(before)
		tag, after, ends := strings.Cut(rest, ">")
		if !ends {
			if found {
				text.WriteString("<" + rest)
			}
			break
		}
		if name, _, _ := strings.Cut(strings.TrimPrefix(tag, "/"), " "); name != "bdi" && name != "time" {
			text.WriteByte(' ')
		}
		body = after
	}
	words := strings.FieldsFunc(unescaped.Replace(text.String()), func(r rune) bool { return strings.ContainsRune(" \t\n\f\r", r) })
	return strings.TrimSpace(strings.Join(words, " "))
}

// want checks that a page has a status and texts.
func (p page) want(t testing.TB, status int, texts ...string) page {
	t.Helper()
	if p.status != status {
		t.Errorf("status %d, want %d: %s", p.status, status, p.text)
	}
	for _, text := range texts {
		if !strings.Contains(p.text, text) {
			t.Errorf("%q is missing in: %s", text, p.text)
		}
	}
	return p
}

// lacks checks that a page does not have texts.
func (p page) lacks(t testing.TB, texts ...string) page {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Errorf("%q must not be in: %s", text, p.text)
		}
	}
	return p
}

// in are the values of a form, in pairs of name and value.
func in(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// fill opens a form, and returns what a browser would send if somebody typed
// this: hidden fields and what was there before included.
func (s *site) fill(as, name string, typed url.Values, keys ...string) url.Values {
	s.t.Helper()
	query := in(append([]string{"do", name}, keys...)...)
	p := s.get(as, "/change?"+query.Encode())
	if p.status != http.StatusOK {
		s.t.Fatalf("form %s as %s: %d %s", name, as, p.status, p.text)
	}
	form := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(p.body, -1) {
		form.Add(plainText(m[1]), plainText(m[2]))
	}
	for field, values := range typed {
		form[field] = values
	}
	return form
}

// do fills a form, checks it and confirms it, and returns the page that it leads
// to.
func (s *site) do(as, name string, typed url.Values, keys ...string) page {
	s.t.Helper()
	form := s.fill(as, name, typed, keys...)
	form.Set("step", "check")
	checked := s.post(as, "/change", form)
	checked.want(s.t, http.StatusOK, "What would happen")
	form.Set("step", "do")
	done := s.post(as, "/change", form)
	if done.status != http.StatusSeeOther {
		s.t.Fatalf("form %s as %s: %d %s", name, as, done.status, done.text)
	}
	return s.get(as, pathOf(done.header.Get("Location")))
}

// refused fills a form and confirms it without a check, and returns the page
// that refuses it.
func (s *site) refused(as, name string, typed url.Values, keys ...string) page {
	s.t.Helper()
	form := s.fill(as, name, typed, keys...)
	form.Set("step", "do")
	before := s.company.Checkpoint().Seq
	p := s.post(as, "/change", form)
	if after := s.company.Checkpoint().Seq; after != before {
		s.t.Errorf("form %s was refused, and event %d was made", name, after)
	}
	return p
}

// pathOf returns what a browser asks for of an address that it is led to, without
// the prefix.
func pathOf(address string) string {
	path, _, _ := strings.Cut(address, "#")
	return strings.TrimPrefix(path, "/admin")
}
