package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTour goes through every page and every form of the console as readers of
// each kind. Nothing is wrong with any of them by axe-core, in light and in dark;
// nobody has to scroll sideways on a phone; nothing is on the console, and nothing
// is asked of another host. Pages that two readers share are looked at once, but
// for the first.
func TestTour(t *testing.T) {
	t.Parallel()
	script := needAxe(t)
	_, base := startConsole(t)
	seen := map[string]bool{}
	for _, as := range []string{"ann", "uma", "dan", "eve", "mia"} {
		tb := signIn(t, base, as)
		places := placesOf(t, base, as)
		for _, place := range places {
			kind, _, _ := strings.Cut(place, "&")
			if i := strings.IndexByte(kind, '?'); i > 0 && !strings.Contains(kind, "do=") {
				kind = kind[:i]
			}
			if seen[kind] && place != "/console/" {
				continue
			}
			seen[kind] = true
			tb.look(script, as, place)
		}
		t.Logf("%s comes by %d pages and forms", as, len(places))
	}
	tb := openTab(t, base)
	for _, who := range []string{"sam", "nobody"} {
		if status := tb.follow(chromedp.Navigate(base + "/as?user=" + who)); status != 403 {
			t.Errorf("%s is answered %d", who, status)
		}
		tb.check(script, who, "refused")
	}
	if len(seen) < 30 {
		t.Errorf("%d pages and forms were seen", len(seen))
	}
}

// look opens a page and checks it.
func (tb *tab) look(script, as, place string) {
	tb.t.Helper()
	if status := tb.open(place); status != 200 {
		tb.t.Errorf("%s as %s: %d", place, as, status)
		return
	}
	tb.check(script, as, place)
}

// check looks at the page that a tab shows, in light and dark, wide and narrow.
func (tb *tab) check(script, as, place string) {
	tb.t.Helper()
	say := func(how string, found []string) {
		tb.t.Helper()
		for _, v := range found {
			tb.t.Errorf("%s as %s, %s: %s", place, as, how, v)
		}
	}
	name := as + " " + strings.TrimPrefix(place, "/console/")
	tb.scheme("light")
	say("light", tb.violations(script))
	tb.screenshot(name)
	page := !strings.Contains(place, "do=") || strings.Contains(place, "invitation.send") // all forms are of one template
	tb.scheme("dark")
	if page {
		say("dark", tb.violations(script, "color-contrast"))
	}
	tb.resize(320, 800)
	if width := eval[int](tb, "document.documentElement.scrollWidth"); width > 320 {
		tb.t.Errorf("%s as %s is %d wide on a phone: %s", place, as, width, eval[string](tb,
			`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > 321 && !e.closest(".scroll")).slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join("; ")`))
	}
	if page {
		say("on a phone", tb.violations(script, "target-size", "scrollable-region-focusable"))
	}
	tb.screenshot(name + " phone dark")
	tb.resize(1200, 800)
	tb.scheme("light")
	say("as markup", tb.markupFlaws())
}

// markupFlaws returns what a page lacks that axe-core does not ask for.
func (tb *tab) markupFlaws() []string {
	tb.t.Helper()
	var lacks []string
	for what, script := range map[string]string{
		"one heading of the first level":        `document.querySelectorAll("h1").length == 1`,
		"a label for every field":               `[...document.querySelectorAll("input:not([type=hidden]), textarea, select")].every(e => e.labels.length > 0)`,
		"a scope for every head of a table":     `[...document.querySelectorAll("th")].every(e => e.scope == "row" || e.scope == "col")`,
		"an id once":                            `new Set([...document.querySelectorAll("[id]")].map(e => e.id)).size == document.querySelectorAll("[id]").length`,
		"a language and a title":                `document.documentElement.lang == "en" && document.title != ""`,
		"a box the keyboard reaches for tables": `[...document.querySelectorAll("table")].every(e => e.parentElement.tabIndex == 0 || e.matches(".small"))`,
		"one script, and no style of its own":   `document.querySelectorAll("script:not([src])").length == 0 && document.querySelectorAll("style, [style]").length == 0`,
		"its stylesheet":                        `document.styleSheets.length == 1 && document.styleSheets[0].cssRules.length > 10`,
		"no heading that skips a level":         `[...document.querySelectorAll("h1, h2, h3")].map(e => +e.tagName[1]).every((n, i, all) => i == 0 ? n == 1 : n <= all[i-1] + 1)`,
	} {
		if !eval[bool](tb, script) {
			lacks = append(lacks, fmt.Sprintf("it lacks %s", what))
		}
	}
	return lacks
}
