package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/team"
)

// hostileText is markup for every place that a text may stand at.
const hostileText = `"'><script>alert(1)</script><img src=x onerror=alert(2)></title></textarea></select>&quot;&<b>{{.}}</b>\u003cjavascript:alert(3)`

// TestHostileTexts: whatever is in a name, a description, a note, a reason or an
// id, every page is made of the elements of its template and nothing else, for
// each reader. A name that is markup is shown as it is written.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"markup": hostileText, "long": strings.Repeat("W", 480), "wide": strings.Repeat("漢", 160), "right to left": "\u05e9\u05dc\u05d5\u05dd <i> \u0627\u0644",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLawSite(t, text)
			text := text[:min(len(text), 117)]
			readers := []string{"ann", "dan", "tom"} // with all pages, with some, and with few
			if name != "markup" {
				readers = readers[:1]
			}
			for _, as := range few(t, 1, readers) {
				pages := s.crawl(as) // parses each
				shown := false
				for _, m := range pages {
					for _, e := range m {
						shown = shown || strings.Contains(e.text, text)
						if e.name == "bdi" && strings.Contains(e.text, text) && !isolated(e) {
							t.Errorf("%q is not isolated", e.text)
						}
					}
				}
				if !shown {
					t.Errorf("no page of %s shows the text", as)
				}
			}
		})
	}
}

// isolated reports whether an element keeps the direction of its text to itself.
func isolated(e *node) bool { return e.name == "bdi" || e.attr["dir"] == "auto" }

// TestHostileIDs: ids are names too.
func TestHostileIDs(t *testing.T) {
	t.Parallel()
	id := `<b>"x"&amp;'y' ` + "/?#%41+=;" + `</b>`
	doc := &document.Document{
		Accounts: []document.Account{{ID: id, Source: "<i>" + id}}, Groups: []document.Group{{ID: id, Name: id, Filter: "source present"}},
		Teams: []document.Team{{ID: id, Groups: []string{id}, Members: []document.Member{{User: id}}}}, Users: []document.User{{ID: id, Role: "admin"}, {ID: id + "2", Role: "viewer"}},
		Reports: []document.Report{{ID: id, Name: id, Grants: []document.Grant{{User: id, Level: "creator"}, {Team: id, Level: "viewer"}}}},
	}
	s := newSiteOf(t, doc)
	s.meanwhile(id, company.MakeLink{Link: access.LinkID(id), Resource: access.Report(id)}, company.CreateReport{Report: access.ReportID(id + "2")})
	for _, as := range few(t, 1, []string{"ann", id, id + "2"}) {
		pages, checked := map[string]bool{}, map[string]bool{}
		s.checkLinks(as, pages, checked)
		if len(pages) < 1 {
			t.Errorf("%d pages", len(pages))
		}
	}
}

// TestHostileInput: what is typed comes back as text, and what is asked for in the
// address of a page stays out of it, or is text.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	s := newLawSite(t, "")
	inputs := []string{hostileText, strings.Repeat("x", 5000), "\x00\xff\xfe", "\u202e\u2066", "%s%d%!", "{{.}}"}
	names := strings.Fields("find after role state user seq done event do of team group report account at filter from until target actor")
	for _, typed := range few(t, 2, inputs) {
		all := url.Values{}
		for _, name := range names {
			all.Set(name, typed)
		}
		for _, path := range console.RoutePaths() {
			for _, query := range []string{queryOf(path) + "&" + all.Encode(), url.Values{"id": {typed}}.Encode()} {
				s.open("ann", "/admin"+path+"?"+query) // fails if a page does
			}
		}
	}
	everyForm(t, func(t *testing.T, s *site, as string, form url.Values) {
		for _, typed := range inputs[:3] {
			sent := url.Values{}
			for name, values := range form {
				if sent[name] = values; name != "do" && name != "for" && name != "since" && name != "step" {
					sent.Set(name, typed)
				}
			}
			p := s.post(as, "/change", sent)
			if _, err := parse(p.body); err != nil || p.status == http.StatusInternalServerError {
				t.Errorf("%q: %d, %v", typed, p.status, err)
			}
		}
	})
}

// TestUnknownIsOutOfReach: of accounts, reports and links, what does not exist
// and what is out of reach are one answer, byte for byte.
func TestUnknownIsOutOfReach(t *testing.T) {
	t.Parallel()
	s := newLawSite(t, "")
	hidden := map[string]string{"/report?id=": "q1", "/account?id=": "de-1", "/link?id=": "l1"}
	for _, as := range lawRoles {
		for path, id := range hidden {
			there, absent := s.get(as, path+id), s.get(as, path+"nothing")
			if s.reaches(as, path, id) {
				if there.status != http.StatusOK {
					t.Errorf("%s%s is not there for %s", path, id, as)
				}
				continue
			}
			if there.status != absent.status || there.body != absent.body || active(as) && there.status != http.StatusNotFound {
				t.Errorf("%s of %s tells what is there: %d %s, and %d %s", path, as, there.status, there.text, absent.status, absent.text)
			}
		}
		for _, name := range console.FormNames() {
			for _, key := range console.KeysOf(name) {
				if id := map[string]string{"report": "q1", "account": "de-1", "link": "l1"}[key]; id != "" {
					s.alike(as, name, key, id)
				}
			}
		}
	}
}

// reaches reports whether somebody may know of a thing.
func (s *site) reaches(as, path, id string) bool {
	who, p := access.User(team.UserID(as)), s.company.Policy()
	audits := p.Decide(who, access.ReadAudit, access.Company()).Allowed
	switch path {
	case "/report?id=":
		return audits || p.Decide(who, access.ViewReport, access.Report(id)).Allowed
	case "/account?id=":
		return p.Decide(who, access.ViewAccount, access.Account(id)).Allowed
	}
	return audits || p.Decide(who, access.RevokeLink, access.Link(id)).Allowed
}

// alike checks that a form about what is out of reach answers as one about
// nothing.
func (s *site) alike(as, name, key, id string) {
	s.t.Helper()
	there, absent := s.get(as, "/change?do="+name+"&"+key+"="+id), s.get(as, "/change?do="+name+"&"+key+"=nothing")
	if there.status != http.StatusOK && (there.status != absent.status || there.body != absent.body) {
		s.t.Errorf("form %s of %s tells what is there: %d %s, and %d %s", name, as, there.status, there.text, absent.status, absent.text)
	}
}
