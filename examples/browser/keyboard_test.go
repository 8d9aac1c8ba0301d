package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestKeyboard suspends somebody by the keyboard alone. The first stop is the way
// past the navigation, the stops come in the order of the page, and each can be
// seen.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	co, base := startConsole(t)
	tb := signIn(t, base, "ann")
	tb.open("/console/people")
	tb.do(chromedp.KeyEvent(kb.Tab))
	if !eval[bool](tb, `document.activeElement.matches(".skip") && document.activeElement.getBoundingClientRect().left >= 0`) {
		t.Error("the first stop is not the way to the content, or cannot be seen")
	}
	tb.do(chromedp.KeyEvent(kb.Enter))
	tb.focus("main")
	tb.do(chromedp.KeyEvent(kb.Tab))
	if !eval[bool](tb, `document.querySelector("main").contains(document.activeElement)`) {
		t.Error("after the way to the content, the next stop is not in it")
	}

	tb.open("/console/people")
	last := -1
	for range 40 {
		tb.do(chromedp.KeyEvent(kb.Tab))
		at := eval[int](tb, `[...document.querySelectorAll("*")].indexOf(document.activeElement)`)
		if eval[bool](tb, `document.activeElement == document.body`) {
			break
		}
		if at <= last {
			t.Errorf("stop %d comes after stop %d", at, last)
		}
		last = at
		if !eval[bool](tb, `(s => s.outlineStyle != "none" && parseFloat(s.outlineWidth) >= 2)(getComputedStyle(document.activeElement))`) {
			t.Errorf("it does not show that the focus is on %s", eval[string](tb, "document.activeElement.outerHTML"))
		}
	}

	tb.tabTo(`a[href="/console/person?id=tom"]`)
	tb.follow(chromedp.KeyEvent(kb.Enter))
	tb.tabTo(`a[href*="do=user.suspend"]`)
	tb.follow(chromedp.KeyEvent(kb.Enter))
	tb.tabTo("#reason")
	tb.do(chromedp.KeyEvent("a lost laptop"))
	tb.tabTo("button[value=check]")
	tb.follow(chromedp.KeyEvent(kb.Enter))
	tb.tabTo("button[value=do]")
	tb.follow(chromedp.KeyEvent(kb.Enter))
	tb.want("Done: Suspend")
	if u, _ := co.Policy().Directory().User("tom"); !u.Suspended {
		t.Error("tom is not suspended")
	}
}

// TestNoScript: without script every page says the same, and a form works.
func TestNoScript(t *testing.T) {
	t.Parallel()
	co, base := startConsole(t)
	tb := signIn(t, base, "ann")
	places := slices.DeleteFunc(placesOf(t, base, "ann"), func(place string) bool { return strings.Contains(place, "do=") })
	var with []string
	read := func() (texts []string) {
		for _, place := range places {
			tb.open(place)
			texts = append(texts, tb.text())
		}
		return texts
	}
	with = read()
	tb.noScript()
	for i, without := range read() {
		if without != with[i] {
			t.Errorf("%s without script:\n%s\nwith it:\n%s", places[i], without, with[i])
		}
	}
	w := &worker{tab: tb}
	tb.open("/console/team?id=west")
	w.press("Change name or description")
	w.fill("Name", "Wild West")
	w.confirm("Change name or description")
	if got, _ := co.Policy().Directory().Team("west"); got.Name != "Wild West" {
		t.Errorf("the team is named %q", got.Name)
	}
}
