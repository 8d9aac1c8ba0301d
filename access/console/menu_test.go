package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/console"
)

// TestMenu: the navigation has the pages that the reader may open and no others,
// under headings that name their lists; few of them have no headings, and nothing
// that opens and closes.
func TestMenu(t *testing.T) {
	t.Parallel()
	s := newLawSite(t, "")
	headings := map[string][]string{
		"ann": {"Company", "Data", "Sharing", "Oversight"}, "uma": {"Company", "Data", "Sharing", "Oversight"},
		"dan": {"Company", "Data", "Sharing"}, "tom": nil, "mia": nil,
	}
	for as, want := range headings {
		m, err := parse(s.get(as, "/").want(t, http.StatusOK).body)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		names, lists, buttons := map[string]string{}, 0, 0
		for _, e := range m {
			switch {
			case e.attr["popovertarget"] == "menu":
				buttons++
			case !slices.Contains(e.within, "nav"):
			case e.name == "span":
				names[e.attr["id"]] = e.text
				got = append(got, e.text)
			case e.attr["aria-labelledby"] != "":
				if lists++; names[e.attr["aria-labelledby"]] == "" {
					t.Errorf("a list of %s has no name", as)
				}
			}
		}
		if !slices.Equal(got, want) || lists != len(want) || (buttons == 2) != (want != nil) {
			t.Errorf("%s reads the headings %q of %d lists with %d buttons, want %q", as, got, lists, buttons, want)
		}
		s.checkMenu(t, as, m)
	}
}

// checkMenu compares the links of the navigation with what each page answers.
func (s *site) checkMenu(t *testing.T, as string, m markup) {
	t.Helper()
	here := 0
	var shown []string
	for _, e := range m {
		if e.name == "a" && slices.Contains(e.within, "nav") {
			shown = append(shown, strings.TrimPrefix(e.attr["href"], "/admin"))
			if e.attr["aria-current"] == "page" {
				here++
			}
		}
	}
	if here != 1 {
		t.Errorf("%d pages of the navigation of %s are this one", here, as)
	}
	for _, path := range console.MenuPaths() {
		if opens := s.get(as, path).status == http.StatusOK; opens != slices.Contains(shown, path) {
			t.Errorf("%s of %s: opens %t, shown %t", path, as, opens, !opens)
		}
	}
}
