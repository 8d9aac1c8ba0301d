package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestMenu opens the navigation on a phone by the keyboard alone, with script and
// without, and closes it again; wide, it is always there.
func TestMenu(t *testing.T) {
	t.Parallel()
	axe := needAxe(t)
	_, base := startConsole(t)
	tb := signIn(t, base, "ann")
	const shown = `document.querySelector("nav").checkVisibility()`
	for _, script := range []bool{true, false} {
		if !script {
			tb.noScript()
		}
		tb.resize(1200, 800)
		tb.open("/console/people")
		if !eval[bool](tb, shown+` && !document.querySelector("button.menu").checkVisibility()`) {
			t.Error("wide, the navigation is not there, or has a button")
		}
		tb.resize(320, 700)
		tb.open("/console/people")
		if eval[bool](tb, shown) {
			t.Error("on a phone the navigation is open before anybody opens it")
		}
		tb.tabTo("button.menu")
		tb.do(chromedp.KeyEvent(kb.Enter))
		if !eval[bool](tb, shown) {
			t.Fatalf("script %t: the button does not open the navigation", script)
		}
		if script {
			tb.scheme("light")
			if found := tb.violations(axe); len(found) > 0 {
				t.Error(found)
			}
			tb.screenshot("menu phone")
			tb.scheme("dark")
			tb.screenshot("menu phone dark")
			if width := eval[int](tb, "document.documentElement.scrollWidth"); width > 320 {
				t.Errorf("the open navigation is %d wide", width)
			}
		}
		tb.do(chromedp.KeyEvent(kb.Escape))
		if eval[bool](tb, shown) {
			t.Error("Escape does not close the navigation")
		}
		tb.tabTo("button.menu")
		tb.do(chromedp.KeyEvent(kb.Enter))
		tb.tabTo(`nav a[href="/console/teams"]`)
		if status := tb.follow(chromedp.KeyEvent(kb.Enter)); status != 200 || tb.path() != "/console/teams" {
			t.Errorf("%d %s", status, tb.path())
		}
	}
}
