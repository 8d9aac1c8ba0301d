package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// oddIDs are ids that a host may have: most characters may stand in one. Those
// that went wrong once come first.
var oddIDs = []string{
	"x", " x", "x ", " ", "?", "#", "%2F", "/", "a\u202eb", "<b>",
	"\u00a0x", "x\u3000", "%", "..", ".", "%00", "&id=x", "id=x", "+", ";", `\`, `'"`, "//evil.example",
	"\u200f", "\u2028", "\u2066x", "javascript:alert(1)", "done", "x\u0301", strings.Repeat("i", 256),
}

// someOddIDs are those to try.
func someOddIDs() []string {
	if testing.Short() {
		return oddIDs[:10]
	}
	return oddIDs
}

// newOddSite is a company in which everything has an odd id. The name says which
// it is: "User 3", "Team 3" and so on.
func newOddSite(t *testing.T, odd []string) *site {
	t.Helper()
	doc := &document.Document{Users: []document.User{{ID: "abe", Name: "Abe", Role: "admin"}}}
	for i, id := range odd {
		doc.Users = append(doc.Users, document.User{ID: id, Name: fmt.Sprintf("User %d.", i), Role: "viewer"})
		doc.Accounts = append(doc.Accounts, document.Account{ID: id, Source: fmt.Sprintf("source-%d", i), Values: map[string]datagroup.Value{"name": datagroup.Text(fmt.Sprintf("Account %d.", i))}})
		doc.Groups = append(doc.Groups, document.Group{ID: id, Name: fmt.Sprintf("Group %d.", i), Filter: fmt.Sprintf("source = 'source-%d'", i)})
		doc.Teams = append(doc.Teams, document.Team{ID: id, Name: fmt.Sprintf("Team %d.", i), Groups: []string{id}, Members: []document.Member{{User: id}}})
		doc.Reports = append(doc.Reports, document.Report{ID: id, Name: fmt.Sprintf("Report %d.", i), Grants: []document.Grant{{User: "abe", Level: "creator"}, {User: id, Level: "viewer"}}})
	}
	s := newSiteOf(t, doc)
	for _, id := range odd {
		s.must("abe", company.MakeLink{Link: access.LinkID(id), Resource: access.Report(id)})
	}
	return s
}

// TestOddIDsInLinks: each page about a thing is about that very thing, and every
// link there leads to a page.
func TestOddIDsInLinks(t *testing.T) {
	t.Parallel()
	odd := someOddIDs()
	s := newOddSite(t, odd)
	pages := map[string]string{
		"/person?id=": "User %d.", "/access?id=": "User %d.", "/view-as?user=": "User %d.", "/team?id=": "Team %d.", "/group?id=": "Group %d.",
		"/account?id=": "source-%d", "/report?id=": "Report %d.", "/picture?team=": "Team %d.", "/link?id=": "Share link", "/history?actor=": "History",
	}
	checked := map[string]bool{}
	for i, id := range odd {
		for page, name := range pages {
			if strings.Contains(name, "%") {
				name = fmt.Sprintf(name, i)
			}
			p, m := s.open("abe", "/admin"+page+url.QueryEscape(id))
			p.want(t, http.StatusOK, name)
			for _, link := range m.links() {
				link, _, _ = strings.Cut(link, "#")
				if !strings.HasPrefix(link, "/admin/") {
					t.Errorf("%s%q leads to %s", page, id, link)
				}
				if checked[link] || link == "" {
					continue
				}
				checked[link] = true
				if to, _ := s.open("abe", link); to.status != http.StatusOK {
					t.Errorf("%s%q leads to %s, which answers %d", page, id, link, to.status)
				}
			}
		}
	}
}

// TestOddIDsInForms: a form changes the very thing that it was opened for, and that
// was chosen in it, however its id begins and ends.
func TestOddIDsInForms(t *testing.T) {
	t.Parallel()
	odd := someOddIDs()
	s := newOddSite(t, odd)
	for i, id := range odd {
		user, other := team.UserID(id), odd[(i+1)%len(odd)]
		s.get("abe", "/change?do=user.suspend&user="+url.QueryEscape(id)).want(t, http.StatusOK, fmt.Sprintf("Person User %d.", i))
		s.browse("abe", "user.suspend", in("reason", "x"), "user", id)
		if u, _ := s.company.Policy().Directory().User(user); !u.Suspended {
			t.Errorf("user %q is not suspended", id)
		}
		s.browse("abe", "user.reinstate", in("reason", "x"), "user", id)
		s.browse("abe", "team.add-member", in("user", other, "reason", "x"), "team", id)
		if m, _ := s.company.Policy().Directory().Team(team.ID(id)); m.ID != team.ID(id) || !s.isIn(other, id) {
			t.Errorf("user %q did not come into team %q", other, id)
		}
		s.browse("abe", "user.add-to-team", in("team", odd[(i+2)%len(odd)], "reason", "x"), "user", id)
		s.browse("abe", "team.attach-group", in("group", other), "team", id)
		s.browse("abe", "report.share-team", in("team", other, "level", "viewer"), "report", id)
		if _, ok := s.company.Policy().Directory().TeamGrant(access.ReportID(id), team.ID(other)); !ok {
			t.Errorf("report %q is not shared with team %q", id, other)
		}
		s.browse("abe", "datagroup.edit", in("name", fmt.Sprintf("Edited %d.", i)), "group", id)
		if g, _ := s.company.Policy().Directory().Group(datagroup.ID(id)); g.Name != fmt.Sprintf("Edited %d.", i) {
			t.Errorf("data group %q is named %q", id, g.Name)
		}
		s.browse("abe", "link.revoke", nil, "link", id)
		if l, _ := s.company.Policy().Directory().Link(access.LinkID(id)); !l.Ended {
			t.Errorf("link %q is not revoked", id)
		}
	}
	s.browse("abe", "user.remove", in("reason", "x"), "user", " x")
	if d := s.company.Policy().Directory(); d.Has(access.TargetUser(" x")) || !d.Has(access.TargetUser("x")) {
		t.Error("another one was removed")
	}
}

// isIn reports whether somebody is a member of a team.
func (s *site) isIn(user, id string) bool {
	for m := range s.company.Policy().Directory().Members(team.ID(id)) {
		if string(m.User) == user {
			return true
		}
	}
	return false
}

// browse fills in a form and confirms it as a browser does: it sends what the pages
// have, to the byte.
func (s *site) browse(as, name string, typed url.Values, keys ...string) {
	s.t.Helper()
	p, m := s.open(as, "/admin/change?"+in(append([]string{"do", name}, keys...)...).Encode())
	for _, step := range []string{"check", "do"} {
		var form url.Values
		for _, f := range m.sheets() {
			if f.action == "/admin/change" {
				form = f.values
				break // the first, which confirms, if there is one
			}
		}
		if step == "check" {
			for field, values := range typed {
				form[field] = values
			}
		}
		form.Set("step", step)
		p = s.post(as, "/change", form)
		if step == "check" {
			p.want(s.t, http.StatusOK, "What would happen")
			m, _ = parse(p.body)
		}
	}
	if p.status != http.StatusSeeOther {
		s.t.Fatalf("form %s %q as %s: %d %s", name, keys, as, p.status, p.text)
	}
	s.get(as, pathOf(p.header.Get("Location"))).want(s.t, http.StatusOK, "Done")
}

// isolating are the elements whose text has no effect on the direction of what is
// around it: by themselves, or by the stylesheet.
var isolating = []string{"bdi", "title", "textarea", "a", "h1", "h3", "th", "td", "dd", "code", "option"}

// whole are the elements in which no element can isolate an id: text that is typed or
// recorded, and the title of a window.
var whole = []string{"title", "textarea", "code"}

var tokens = regexp.MustCompile(`<[^>]*>|[^<]+`)

// TestOddIDsTurnNothingRound: an id that changes the direction of text changes none
// but its own: it stands in an element that isolates it, or alone in a block, and
// nothing comes after it there.
func TestOddIDsTurnNothingRound(t *testing.T) {
	t.Parallel()
	const id, other = "a\u202eb", "c\u202ed"
	doc := &document.Document{Users: []document.User{{ID: "abe", Role: "admin"}}, Attributes: map[string]string{"tags": "labels"}}
	for _, id := range []string{id, other} {
		doc.Users = append(doc.Users, document.User{ID: id, Role: "viewer"})
		doc.Accounts = append(doc.Accounts, document.Account{ID: id, Source: id, Values: map[string]datagroup.Value{"tags": datagroup.Labels(id, other)}})
		doc.Groups = append(doc.Groups, document.Group{ID: id, Filter: "source present"})
		doc.Teams = append(doc.Teams, document.Team{ID: id})
		doc.Reports = append(doc.Reports, document.Report{ID: id, Grants: []document.Grant{{User: "abe", Level: "creator"}, {User: id, Level: "viewer"}, {Team: id, Level: "viewer"}}})
	}
	for i := range doc.Teams {
		doc.Teams[i].Groups, doc.Teams[i].Members = []string{id, other}, []document.Member{{User: id}, {User: other}}
	}
	s := newSiteOf(t, doc)
	s.must("abe", company.MakeLink{Link: id, Resource: access.Report(id)}, company.OpenReview{Review: "may"})
	seen := 0
	for link := range s.crawl("abe") {
		p := s.get("abe", strings.TrimPrefix(link, "/admin"))
		if !strings.HasPrefix(p.header.Get("Content-Type"), "text/html") || strings.Contains(link, "/html") {
			continue
		}
		var open []string
		all := tokens.FindAllString(p.body, -1)
		for i, token := range all {
			name, _, _ := strings.Cut(strings.Trim(token, "</>"), " ")
			switch {
			case strings.HasPrefix(token, "</"):
				open = open[:len(open)-1]
			case strings.HasPrefix(token, "<!") || strings.HasPrefix(token, "<") && slices.Contains(voidElements, name):
			case strings.HasPrefix(token, "<"):
				open = append(open, name)
			case strings.Contains(token, "\u202e"):
				seen++
				alone := (strings.TrimSpace(token) == id || strings.TrimSpace(token) == other) && strings.HasPrefix(all[i+1], "</")
				if !alone && !slices.ContainsFunc(open, func(name string) bool { return slices.Contains(isolating, name) }) {
					t.Errorf("%s: in %v stands %q", link, open, token)
				}
				if _, after, _ := strings.Cut(token, "\u202e"); len(strings.TrimSpace(after)) > 1 && !slices.Contains(whole, open[len(open)-1]) {
					t.Errorf("%s: in %v it turns round what comes after it: %q", link, open, token)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("the id is shown %d times", seen)
	}
	if style := s.get("", "/style.css").body; !strings.Contains(style, "\n"+strings.Join(isolating[3:], ", ")+" { unicode-bidi: isolate; }") {
		t.Error("the stylesheet does not isolate them")
	}
}
