package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// pagePaths are the pages of somebody who may see all of them, before the first review.
var pagePaths = []string{
	"/console/", "/console/register", "/console/access?id=tom", "/console/access?id=long", "/console/access?id=%3Cscript%3Ex", "/console/due",
	"/console/history", "/console/event?seq=1", "/console/reviews", "/console/settings", "/console/change?do=review.open",
}

// TestRead logs in and reads what there is.
func TestRead(t *testing.T) {
	tb := openTab(t, startServer(t))
	tb.open("/console/register")
	if got := tb.path(); got != "/login?next=%2Fconsole%2Fregister" {
		t.Errorf("a stranger is led to %s", got)
	}
	tb.login("ada")
	if got := tb.path(); got != "/console/register" {
		t.Errorf("after the login: %s", got)
	}
	tb.want("Who has access", "tom@example.com", "suspended", "system founding", "permanent")
	tb.click("Tom")
	tb.want("A member of team Europe", "Data group uk, through team Europe", "Report Third quarter, as viewer")
	tb.click("What happened to them")
	tb.want("There is no such event.")
	tb.click("History")
	tb.want("The company Acme begins")
	tb.click("Due")
	tb.want("They see no data")
	tb.click("Sign out")
	if status := tb.open("/console/register"); status != 200 || !strings.HasPrefix(tb.path(), "/login") {
		t.Errorf("after logging out: %d %s", status, tb.path())
	}
}

// TestNarrow opens every page on a narrow screen: nobody has to scroll sideways but in a table.
func TestNarrow(t *testing.T) {
	tb := openTab(t, startServer(t))
	tb.resize(320, 800)
	tb.open("/login")
	tb.login("ada")
	for _, path := range pagePaths {
		tb.open(path)
		if width := eval[int](tb, "document.documentElement.scrollWidth"); width > 320 {
			t.Errorf("%s is %d wide", path, width)
		}
	}
}

// TestMarkup looks on every page for what readers need who do not see it.
func TestMarkup(t *testing.T) {
	tb := openTab(t, startServer(t))
	tb.open("/login")
	tb.login("ada")
	for _, path := range pagePaths {
		tb.open(path)
		for what, script := range map[string]string{
			"one heading of the first level":        `document.querySelectorAll("h1").length == 1`,
			"a label for every field":               `[...document.querySelectorAll("input:not([type=hidden]), textarea, select")].every(e => e.labels.length > 0)`,
			"a scope for every head of a table":     `[...document.querySelectorAll("th")].every(e => e.scope == "row" || e.scope == "col")`,
			"a name for every button and link":      `[...document.querySelectorAll("button, a")].every(e => e.textContent.trim() != "")`,
			"an id once":                            `new Set([...document.querySelectorAll("[id]")].map(e => e.id)).size == document.querySelectorAll("[id]").length`,
			"a language and a title":                `document.documentElement.lang == "en" && document.title != ""`,
			"no script or style of its own":         `[...document.scripts].every(e => e.src != "" && e.textContent == "") && document.querySelectorAll("style, [style]").length == 0`,
			"its stylesheet":                        `document.styleSheets.length == 1 && document.styleSheets[0].cssRules.length > 10`,
			"no heading that skips a level":         `[...document.querySelectorAll("h1, h2, h3")].map(e => +e.tagName[1]).every((n, i, all) => i == 0 ? n == 1 : n <= all[i-1] + 1)`,
			"a box the keyboard reaches for tables": `[...document.querySelectorAll("table")].every(e => e.parentElement.tabIndex == 0)`,
		} {
			if !eval[bool](tb, script) {
				t.Errorf("%s lacks %s", path, what)
			}
		}
	}
}

// TestHostileNames shows names that would be markup, or that are long, as they are.
func TestHostileNames(t *testing.T) {
	tb := openTab(t, startServer(t))
	tb.open("/login")
	tb.login("uma")
	const script = "<script>document.title='run'</script>"
	tb.open("/console/register")
	tb.want(script)
	tb.click(script)
	if got := tb.path(); got != "/console/access?id=%3Cscript%3Ex" {
		t.Errorf("the link leads to %s", got)
	}
	if got := eval[string](tb, `document.querySelector("h1").textContent`); !strings.Contains(got, script) {
		t.Errorf("the heading is %s", got)
	}
	tb.open("/console/access?id=long")
	tb.want(strings.Repeat("W", 480) + " the long")
}

// TestPrint prints the register: without the menu and the forms, with the whole table.
func TestPrint(t *testing.T) {
	tb := openTab(t, startServer(t))
	tb.open("/login")
	tb.login("ada")
	tb.open("/console/register")
	pdf, err := chromedp.Run(tb.ctx, chromedp.PrintToPDF(chromedp.PDFLandscape()))
	if err != nil || len(pdf) < 10_000 {
		t.Errorf("%d bytes, %v", len(pdf), err)
	}
	if _, err := chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	for selector, want := range map[string]string{"header nav": "none", "main form": "none", ".tools": "none", "main table": "table"} {
		if got := eval[string](tb, `getComputedStyle(document.querySelector("`+selector+`")).display`); got != want {
			t.Errorf("on paper %s is displayed as %s, want %s", selector, got, want)
		}
	}
	// The page of all rows has its style, which its own policy names, and no more.
	tb.open("/console/register/html")
	tb.want("<script>document.title='run'</script>", "tom@example.com")
	if got := eval[string](tb, `getComputedStyle(document.querySelector("table")).borderCollapse`); got != "collapse" {
		t.Error("the page to print has no style")
	}
}

// TestDenied opens every page as somebody who may see none of them.
func TestDenied(t *testing.T) {
	tb := openTab(t, startServer(t))
	tb.open("/login")
	tb.do(chromedp.SendKeys(chromedp.CSS("#user"), "nobody"))
	if status := tb.click("Log in"); status != 401 {
		t.Errorf("nobody logs in: %d", status)
	}
	tb.want("There is no such user.")
	tb.focus("#user")
	if got := eval[string](tb, `document.activeElement.value`); got != "nobody" {
		t.Errorf("what was typed is now %q", got)
	}
	tb.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(kb.ModifierCtrl)))
	tb.login("vic")
	tb.want("Vic")
	for _, path := range pagePaths[1:] {
		if status := tb.open(path); status != 403 {
			t.Errorf("%s: %d", path, status)
		}
		tb.want("Your role does not let you do this.")
		if got := tb.text(); strings.Contains(got, "@example.com") || strings.Contains(got, "Tom") {
			t.Errorf("%s shows somebody:\n%s", path, got)
		}
	}
}
