package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
)

// TestEveryLinkAnswers: whatever is shown to somebody can be followed: each link
// answers, each form that is offered opens, and, filled in, is not refused for
// want of a right. Between them the readers come by every page and every form.
func TestEveryLinkAnswers(t *testing.T) {
	t.Parallel()
	pages, checked := map[string]bool{}, map[string]bool{}
	s := newLawSite(t, "")
	for _, as := range few(t, 2, slices.DeleteFunc(slices.Clone(lawRoles), func(as string) bool { return !active(as) })) {
		s.checkLinks(as, pages, checked)
	}
	project := newSiteOf(t, &document.Document{Catalog: document.Catalog{Extends: "project"}, Users: []document.User{{ID: "pam", Role: "admin"}, {ID: "moe", Role: "member"}}})
	for _, as := range few(t, 1, []string{"ann", "pam", "moe"}) {
		project.checkLinks(as, pages, checked)
	}
	if testing.Short() {
		return // too few readers to come by all
	}
	for _, path := range console.RoutePaths() {
		if !pages[path] && path != "/suggest" && path != "/impact" {
			t.Errorf("nobody comes by the page %s", path)
		}
	}
	for _, name := range console.FormNames() {
		if works, offered := checked[name]; !works {
			t.Errorf("form %s: offered %t, and nobody who filled it in was shown what would happen", name, offered)
		}
	}
}

// checkLinks follows all links, and checks all forms that are offered.
func (s *site) checkLinks(as string, pages, checked map[string]bool) {
	for link, m := range s.crawl(as) {
		path, _, _ := strings.Cut(strings.TrimPrefix(link, "/admin"), "?")
		pages[path] = true
		for _, f := range m.sheets() {
			if f.method == "post" && f.action == "/admin/change" {
				s.checkOffered(as, f, checked)
			}
		}
	}
}

// checkOffered checks a form that is offered, as filled in in a few ways.
func (s *site) checkOffered(as string, f *sheet, checked map[string]bool) {
	s.t.Helper()
	name := f.values.Get("do")
	var last page
	for n := range 4 {
		form := f.filled(n)
		form.Set("step", "check")
		last = s.post(as, "/change", form)
		if _, err := parse(last.body); err != nil {
			s.t.Errorf("%s of %s: %v", name, as, err)
		}
		if last.status == http.StatusOK {
			checked[name] = true
			return
		}
		checked[name] = checked[name] || false
		if !slices.Contains([]int{http.StatusForbidden, http.StatusNotFound}, last.status) {
			break
		}
	}
	if last.status != http.StatusConflict && last.status != http.StatusUnprocessableEntity {
		s.t.Errorf("%s is offered %v, which answers %d: %s", as, f.filled(3), last.status, last.text)
	}
}
