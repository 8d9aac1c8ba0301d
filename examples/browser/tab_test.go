package browser

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// contentPolicy is what every page of the console must have, and loginPolicy what the login has, which is the server's own.
const (
	contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	loginPolicy   = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// printPolicy is that of a page to print, which has its style in it and names the hash of it.
var printPolicy = regexp.MustCompile(`^default-src 'none'; style-src 'sha256-[^' ]+'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'$`)

// policyIsRight reports whether a page has the policy that it must have.
func policyIsRight(address, policy string) bool {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return false
	case strings.HasSuffix(u.Path, "/html"):
		return printPolicy.MatchString(policy)
	case strings.HasPrefix(u.Path, "/console/"):
		return policy == contentPolicy
	}
	return policy == loginPolicy
}

// hangs is after how long what a tab does not do it never will: a busy machine takes minutes for the longest test.
const hangs = 15 * time.Minute

// tab is a tab of a browser that has cookies of its own.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu       sync.Mutex
	blind    bool // problems are passed over
	problems []string
	refused  int // pages that were refused, which a browser reports as errors
}

// openTab opens a tab, and watches it until the test ends: no error on the console, no request but to the server, no page without its
// policy.
func openTab(t *testing.T, base string) *tab {
	t.Helper()
	tb := &tab{t: t, base: base}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext(), chromedp.WithListener(tb.watch))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1200, 800)); err != nil {
		t.Fatal(err)
	}
	tb.ctx, cancel = context.WithTimeout(ctx, hangs)
	t.Cleanup(func() {
		cancel()
		tb.mu.Lock()
		defer tb.mu.Unlock()
		for _, problem := range tb.problems {
			t.Error(problem)
		}
	})
	return tb
}

func (tb *tab) watch(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if tb.blind {
		return
	}
	problem := func(format string, args ...any) { tb.problems = append(tb.problems, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		// A data URL is no request: the browser paints the fields for days with one of its own.
		if !strings.HasPrefix(e.Request.URL, tb.base+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
			problem("a request to %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		if e.Type != network.ResourceTypeDocument || e.Response.MimeType != "text/html" {
			return
		}
		if e.Response.Status >= 400 {
			tb.refused++
		}
		for name, value := range e.Response.Headers {
			if strings.EqualFold(name, "Content-Security-Policy") && policyIsRight(e.Response.URL, fmt.Sprint(value)) {
				return
			}
		}
		problem("%s has no policy: %v", e.Response.URL, e.Response.Headers)
	case *log.EventEntryAdded:
		if strings.HasSuffix(e.Entry.URL, "/favicon.ico") {
			return // the browser asks for it by itself, sooner or later
		}
		if e.Entry.Source == log.EntrySourceNetwork && strings.Contains(e.Entry.Text, "responded with a status of 4") && tb.refused > 0 {
			tb.refused--
			return
		}
		if e.Entry.Level != log.EntryLevelError && e.Entry.Level != log.EntryLevelWarning {
			return // such as that a field has the focus already, because the test was faster than autofocus
		}
		problem("the console: %s %s %s (%s)", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *runtime.EventConsoleAPICalled, *runtime.EventExceptionThrown:
		problem("a script ran: %v", e)
	}
}

// watched says whether problems count from now on.
func (tb *tab) watched(yes bool) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.blind = !yes
}

// do takes steps on the page.
func (tb *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	if err := chromedp.Do(tb.ctx, steps...); err != nil {
		tb.t.Fatal(err, "\n", tb.text())
	}
}

// follow takes steps that lead to another page, and returns its status.
func (tb *tab) follow(steps ...chromedp.Action[chromedp.Void]) int {
	tb.t.Helper()
	response, err := chromedp.RunResponse(tb.ctx, steps...)
	if err != nil {
		tb.t.Fatal(err, "\n", tb.text())
	}
	return int(response.Status)
}

// open opens a page by its path.
func (tb *tab) open(path string) int {
	tb.t.Helper()
	return tb.follow(chromedp.Navigate(tb.base + path))
}

// click follows a link, or sends a form, by the text of the link or button.
func (tb *tab) click(text string) int {
	tb.t.Helper()
	return tb.follow(chromedp.Click(fmt.Sprintf(`//*[self::a or self::button][normalize-space()=%q]`, text)))
}

// login logs a user in at the page that the tab shows.
func (tb *tab) login(user string) {
	tb.t.Helper()
	tb.do(chromedp.SendKeys(chromedp.CSS("#user"), user))
	if status := tb.click("Log in"); status != 200 {
		tb.t.Fatalf("%s cannot log in: %d\n%s", user, status, tb.text())
	}
}

// eval returns what an expression is worth on the page. The policy binds the page, not its developers.
func eval[T any](tb *tab, expression string) T {
	tb.t.Helper()
	value, err := chromedp.Run(tb.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		tb.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// focus fails the test unless what a selector names gets the focus: a browser gives it when the page is loaded, or a moment later.
func (tb *tab) focus(selector string) {
	tb.t.Helper()
	end := time.Now().Add(2 * time.Minute)
	for !eval[bool](tb, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
		if time.Now().After(end) {
			tb.t.Fatalf("the focus is on %s, want %s", eval[string](tb, "document.activeElement.outerHTML"), selector)
		}
	}
}

// resize gives the page another size, and waits until it has it, which may be a moment after the browser was told.
func (tb *tab) resize(width, height int64) {
	tb.t.Helper()
	tb.do(chromedp.EmulateViewport(width, height))
	end := time.Now().Add(2 * time.Minute)
	for got := eval[int64](tb, "innerWidth"); got != width; got = eval[int64](tb, "innerWidth") {
		if time.Now().After(end) {
			tb.t.Fatalf("the page is %d wide, want %d", got, width)
		}
	}
}

// text returns what a reader sees.
func (tb *tab) text() string {
	text, err := chromedp.Run(tb.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// path returns the path and query of the page.
func (tb *tab) path() string {
	tb.t.Helper()
	u, err := url.Parse(eval[string](tb, "location.href"))
	if err != nil {
		tb.t.Fatal(err)
	}
	return u.RequestURI()
}

// want fails the test unless a reader sees all of the texts.
func (tb *tab) want(texts ...string) {
	tb.t.Helper()
	got := tb.text()
	for _, text := range texts {
		if !strings.Contains(got, text) {
			tb.t.Fatalf("%s does not show %q:\n%s", tb.path(), text, got)
		}
	}
}

// tabTo presses the tab key until what a selector names has the focus.
func (tb *tab) tabTo(selector string) {
	tb.t.Helper()
	for range 100 {
		tb.do(chromedp.KeyEvent(kb.Tab))
		if eval[bool](tb, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	tb.t.Fatalf("the tab key does not lead to %s", selector)
}
