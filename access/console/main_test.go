package console_test

import (
	"net/http"
	"os"
	"runtime/debug"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access/console"
)

// TestMain lets garbage pile up: the laws make pages by the thousand, and much of
// their time would go into looking for what is left of them.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// TestConsolesAreApart: consoles share templates, and what a later one makes of
// them is not seen in an earlier one.
func TestConsolesAreApart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	before := s.get("ann", "/people")
	newSite(t, func(c *console.Config) {
		c.Prefix, c.Texts = "/other", map[string]string{"People": "Leute"}
		c.Templates = fstest.MapFS{"home.html": {Data: []byte(`{{define "home.html"}}mine{{end}}`)}}
	})
	late := newSite(t)
	for _, s := range []*site{s, late} {
		if p := s.get("ann", "/people"); p.body != before.body {
			t.Errorf("it answers %s and before %s", p.text, before.text)
		}
		s.get("ann", "/").want(t, http.StatusOK, "Ann Admin")
	}
}
