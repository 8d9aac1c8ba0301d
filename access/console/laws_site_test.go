package console_test

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// lawRoles are the readers whom the laws are tried on: one of each role, and
// those who may read nothing.
var lawRoles = []string{"ann", "uma", "dan", "eve", "ulf", "tom", "mia", "sam", "old", "bob", ""}

// active reports whether they are active users.
func active(as string) bool { return !slices.Contains([]string{"sam", "old", "bob", ""}, as) }

// newLawSite is the company of the laws: something of everything, in several
// states. The text is put into every name, and whole into what may be long.
func newLawSite(t testing.TB, name string) *site {
	t.Helper()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	long := name
	name = strings.ToValidUTF8(name[:min(len(name), 120)], "")
	for i := range doc.Users {
		doc.Users[i].Name += name
	}
	doc.Users = append(doc.Users,
		document.User{ID: "ulf", Name: "Ulf User" + name, Email: "ulf@example.com", Role: "user"},
		document.User{ID: "old", Name: "Olga Old" + name, Email: "old@example.com", Role: "admin", Until: "2026-08-01"},
		document.User{ID: "abe", Name: "Abe Admin" + name, Email: "abe@example.com", Role: "admin"},
		document.User{ID: "zoe", Name: "Zoe Ends" + name, Email: "zoe@example.com", Role: "team-member", Until: "2026-09-20"})
	for i := range doc.Teams {
		doc.Teams[i].Name += name
		doc.Teams[i].Description += long
	}
	for i := range doc.Groups {
		doc.Groups[i].Name += name
	}
	doc.Reports[0].Name += name
	doc.Reports = append(doc.Reports,
		document.Report{ID: "q4", Name: "Fourth quarter" + name, Grants: []document.Grant{{User: "abe", Level: "creator"}, {User: "ulf", Level: "editor"}, {User: "tom", Level: "viewer", Until: "2026-10-01"}, {Team: "west", Level: "viewer"}}},
		document.Report{ID: "q0", Name: "Of nobody" + name},
		document.Report{ID: "q1", Name: "First quarter" + name, Grants: []document.Grant{{User: "abe", Level: "creator"}}})
	doc.Attributes["channel"], doc.Attributes["spend"], doc.Attributes["tags"] = "string", "number", "labels"
	s := newSiteOf(t, doc)
	by := func(id string) company.By {
		return company.By{Actor: company.User(id), Reason: "as it happens" + long[:min(len(long), 480)]}
	}
	do := func(as string, changes ...company.Change) {
		t.Helper()
		if _, err := s.company.Do(t.Context(), by(as), changes...); err != nil {
			t.Fatalf("%v: %v", changes, err)
		}
	}
	terms := func(address string) invite.Terms {
		return invite.Terms{Address: team.MustParseAddress(address), Name: "New" + name, Role: "viewer", Teams: []team.ID{"west"}, Note: "Welcome" + long}
	}
	do("uma", company.Invite{Invitation: "i1", Terms: terms("new@example.com")})
	do("ann", company.Invite{Invitation: "i2", Terms: terms("gone@example.com")})
	do("ann", company.RevokeInvitation{Invitation: "i2"})
	do("abe", company.ShareReport{Report: "q4", User: "ann", Level: access.Creator})
	do("ann", company.MakeLink{Link: "l1", Resource: access.Report("q4")})
	do("ann", company.OpenReview{Review: "jan"})
	do("ann", company.CloseReview{Review: "jan"})
	do("ann", company.OpenReview{Review: "may"})
	do("ann", company.SuspendUser{User: "zoe"}, company.ReinstateUser{User: "zoe"})
	return s
}

// few returns so many of all if the tests are short, others each time, and says
// which. The race detector makes pages slow, and the whole run tries all.
func few[T any](t testing.TB, n int, all []T) []T {
	t.Helper()
	if !testing.Short() || len(all) <= n {
		return all
	}
	var some []T
	for _, i := range rand.Perm(len(all))[:n] {
		some = append(some, all[i])
	}
	t.Logf("only with %.60v", some)
	return some
}

// keyValues are things of the company that forms are about.
var keyValues = map[string][]string{
	"user": {"mia", "eve", "ann", "sam"}, "team": {"west"}, "group": {"us"}, "report": {"q4", "q1", "q0"}, "link": {"l1"}, "account": {"us-1", "de-1"}, "attribute": {"country", "channel"},
	"invitation": {"i1"}, "review": {"may"}, "row": {"user:mia"}, "after": {""}, "grant": {"user:tom"}, "to": {"tom"}, "id": {"west"},
}

// typedBy is what people type in fields that must have something, by name.
var typedBy = map[string]string{
	"reason": "it is needed", "name": "Another name", "description": "Other words", "address": "someone@example.com", "until": "2026-12-31", "last": "2026-12-31",
	"filter": "country = 'DE'", "days": "30", "review": "spring", "seats": "50", "months": "6", "user": "mia", "team": "east", "group": "de", "successor": "abe", "takeover": "abe",
	"user-or-team": "mia", "who": "mia", "creator": "abe", "account": "us-2", "note": "as agreed", "source": "bing", "v-name": "Another account", "v-country": "FR", "v-spend": "12.5", "attribute": "tier", "id": "fresh",
}

// filled returns what somebody sends who fills in a form of the pages: what is
// required, and in the place of what is there already something else.
func (f *sheet) filled(n int) url.Values {
	out := url.Values{}
	for name, values := range f.values {
		out[name] = slices.Clone(values)
	}
	for name, choices := range f.choices {
		others := slices.DeleteFunc(slices.Clone(choices), func(c string) bool { return slices.Contains(f.values[name], c) })
		if len(others) > 0 {
			out.Set(name, others[n%len(others)])
		}
	}
	for name := range f.values {
		if typed := typedBy[name]; typed != "" && f.choices[name] == nil && (f.values.Get(name) == "" || n%2 == 0) && !f.hides(name) {
			out.Set(name, typed)
		}
	}
	if out.Has("days") {
		out.Set("days", "")
	}
	return out
}

// hides reports whether a value is sent along and not typed: it came with the
// link.
func (f *sheet) hides(name string) bool {
	return name == "do" || name == "for" || name == "since" || name == "new" || slices.Contains(console.KeysOf(f.values.Get("do")), name)
}

// open asks for a page and parses it, unless it is a file or a fragment.
func (s *site) open(as, link string) (page, markup) {
	s.t.Helper()
	p := s.get(as, strings.TrimPrefix(link, "/admin"))
	path, _, _ := strings.Cut(link, "?")
	if !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") || strings.HasSuffix(path, "/html") || p.status == http.StatusSeeOther || strings.Contains(link, "/suggest") {
		return p, nil
	}
	m, err := parse(p.body)
	if err != nil {
		s.t.Fatalf("%s as %q: %v\n%s", link, as, err, p.body)
	}
	return p, m
}

// crawl follows every link and every search of the pages, from home, and returns
// the pages by their links. Each must answer. In short tests it stops early.
func (s *site) crawl(as string) map[string]markup {
	s.t.Helper()
	seen, next, most := map[string]markup{}, []string{"/admin/"}, 600
	if testing.Short() {
		most = 100
	}
	for len(next) > 0 {
		link := next[0]
		next = next[1:]
		if _, ok := seen[link]; ok || len(seen) > most {
			continue
		}
		p, m := s.open(as, link)
		if p.status != http.StatusOK {
			s.t.Errorf("%s is shown a link to %s, which answers %d: %s", as, link, p.status, p.text)
		}
		seen[link] = m
		path, _, _ := strings.Cut(link, "?")
		for _, to := range append(m.links(), m.searches(path)...) {
			if to, _, _ = strings.Cut(to, "#"); s.isThere(to) {
				next = append(next, to)
			}
		}
	}
	return seen
}

// searches returns the links of the forms that only show something.
func (m markup) searches(path string) []string {
	var all []string
	for _, f := range m.sheets() {
		if f.method != "post" {
			all = append(all, cmp.Or(f.action, path)+"?"+f.values.Encode())
		}
	}
	return all
}

// isThere reports whether a link leads to a page of the table.
func (s *site) isThere(link string) bool {
	path, _, _ := strings.Cut(strings.TrimPrefix(link, "/admin"), "?")
	if slices.Contains(console.RoutePaths(), path) {
		return true
	}
	s.t.Errorf("there is no page %s", link)
	return false
}
