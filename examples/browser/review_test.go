package browser

import (
	"archive/zip"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// form returns the selector of something in the form of an item, by the id of its user.
func form(id, selector string) string {
	return `form:has([name=row][value="user:` + id + `"]) ` + selector
}

// openReview opens a review as somebody who is logged in.
func openReview(tb *tab, name string) {
	tb.t.Helper()
	tb.open("/console/reviews")
	tb.click("Open a review")
	tb.do(chromedp.SetValue(chromedp.CSS("#review"), name), chromedp.SendKeys(chromedp.CSS("#reason"), "the third quarter"))
	tb.click("Check")
	if status := tb.click("Confirm: Open a review"); status != 200 || !strings.HasPrefix(tb.path(), "/console/review?") {
		tb.t.Fatalf("opening leads to %d %s\n%s", status, tb.path(), tb.text())
	}
}

// decide decides about an item with the mouse.
func decide(tb *tab, id, decision, reason string) int {
	tb.t.Helper()
	return tb.follow(
		chromedp.Click(chromedp.CSS(form(id, "[value="+decision+"]"))),
		chromedp.SendKeys(chromedp.CSS(form(id, "textarea")), reason),
		chromedp.Click(chromedp.CSS(form(id, "button"))),
	)
}

// TestReview works through a review: it opens one, decides, meets an error, closes it and saves the evidence.
func TestReview(t *testing.T) {
	tb := openTab(t, startServer(t))
	tb.open("/login")
	tb.login("ada")
	openReview(tb, "2026-q3")
	tb.want("Open: 7", "All: 7", "7 of 7 are not decided")

	tb.want("This is about you. Somebody else decides about it.")
	if eval[bool](tb, "document.querySelector('"+form("ada", "button")+"') != null") {
		t.Error("ada is offered to decide about herself")
	}
	// A browser asks for a decision. One that does not gets the form again, with why and with what was typed.
	eval[bool](tb, "document.querySelector('"+form("mia", "[value=keep]")+"').required = false")
	if status := tb.follow(chromedp.SendKeys(chromedp.CSS(form("mia", "textarea")), "I am needed"), chromedp.Click(chromedp.CSS(form("mia", "button")))); status != 422 {
		t.Errorf("without a decision: %d\n%s", status, tb.text())
	}
	if got := eval[string](tb, `document.querySelector("[role=alert]").textContent`); got == "" {
		t.Error("no error is shown")
	}
	if got := eval[string](tb, `document.querySelector("#reason").value`); got != "I am needed" {
		t.Errorf("what was typed is now %q", got)
	}
	tb.focus("[name=decision][value=keep]")

	// A decision by the keyboard alone, from the top of the page.
	tb.open("/console/review?id=2026-q3")
	tb.tabTo(form("mia", "[name=decision]"))
	tb.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("still needs the campaigns"), chromedp.KeyEvent(kb.Tab))
	if status := tb.follow(chromedp.KeyEvent(kb.Enter)); status != 200 {
		t.Fatalf("by the keyboard: %d\n%s", status, tb.text())
	}
	tb.want("Done: ", "Open: 6")
	tb.focus("#done")

	for _, d := range []struct{ id, decision, text string }{
		{"tom", "reduce", "Done: "},
		{"vic", "revoke", "Done: "},
	} {
		if status := decide(tb, d.id, d.decision, "left the project"); status != 200 {
			t.Fatalf("%s: %d\n%s", d.id, status, tb.text())
		}
		tb.want(d.text)
	}
	tb.want("Open: 4", "What was decided is not carried out")
	tb.click("All: 7")
	tb.want("by Ada: still needs the campaigns", "by Ada: left the project")

	tb.click("Close the review")
	tb.click("Check")
	tb.click("Confirm: Close the review")
	tb.want("Closed", "Nobody decided about it", "What was decided is not carried out")
	if strings.Contains(tb.text(), "Record the decision") {
		t.Error("a closed review takes decisions")
	}
	checkEvidence(t, tb)
	tb.click("Reviews")
	tb.want("2026-q3", "closed", "Open a review")
}

// checkEvidence saves the evidence of the review that the tab shows, and looks for the files in it.
func checkEvidence(t *testing.T, tb *tab) {
	t.Helper()
	dir, events := t.TempDir(), true
	if _, err := chromedp.CallBrowser(tb.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(tb.ctx).BrowserContextID,
		DownloadPath: dir, EventsEnabled: &events,
	}); err != nil {
		t.Fatal(err)
	}
	progress := chromedp.BrowserEvents(tb.ctx, browser.DownloadProgress)
	tb.do(chromedp.Click(`//a[normalize-space()="Download the evidence"]`))
	for e, err := range progress {
		if err != nil || e.State == browser.DownloadProgressStateCanceled {
			t.Fatalf("the download: %v, %v", e.State, err)
		}
		if e.State == browser.DownloadProgressStateCompleted {
			break
		}
	}
	saved, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(saved) != 1 || filepath.Base(saved[0]) != "evidence-2026-q3.zip" {
		t.Fatalf("saved %q, %v", saved, err)
	}
	archive, err := zip.OpenReader(saved[0])
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var names []string
	for _, f := range archive.File {
		names = append(names, filepath.Base(f.Name))
	}
	for _, want := range []string{"events.jsonl", "register.jsonl", "review.jsonl"} {
		if !slices.Contains(names, want) {
			t.Errorf("the evidence has %q, not %s", names, want)
		}
	}
}

// TestSessionOver: whose session is over is led to the login, and finds again what they typed.
func TestSessionOver(t *testing.T) {
	tb := openTab(t, startServer(t))
	tb.open("/login")
	tb.login("uma")
	openReview(tb, "2026-q3")
	endSession(t, tb)
	if status := decide(tb, "tom", "keep", "a long reason that nobody wants to type twice"); status != 401 {
		t.Errorf("deciding without a session: %d", status)
	}
	tb.want("Nothing was changed. Sign in and try again: what you typed is kept.")
	tb.click("Sign in")
	tb.login("uma")
	if got := tb.path(); !strings.HasPrefix(got, "/console/change?") {
		t.Errorf("after the login: %s", got)
	}
	if got := eval[string](tb, `document.querySelector("#reason").value`); got != "a long reason that nobody wants to type twice" {
		t.Errorf("what was typed is now %q", got)
	}
	if !eval[bool](tb, `document.querySelector("[name=decision][value=keep]").checked`) {
		t.Error("what was chosen is lost")
	}
	tb.open("/console/review?id=2026-q3")
	tb.want("Open: 7")
	endSession(t, tb)
	if tb.click("Register"); !strings.HasPrefix(tb.path(), "/login") {
		t.Errorf("without a session: %s", tb.path())
	}
}

// endSession ends the session of a tab at the server, and leaves the tab its cookie.
func endSession(t *testing.T, tb *tab) {
	t.Helper()
	cookies, err := chromedp.Call(tb.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil || len(cookies.Cookies) != 1 {
		t.Fatalf("%d cookies, %v", len(cookies.Cookies), err)
	}
	cookie := cookies.Cookies[0]
	if !cookie.HTTPOnly || cookie.SameSite != network.CookieSameSiteStrict {
		t.Errorf("the cookie is %+v", cookie)
	}
	request, err := http.NewRequest("POST", tb.base+"/session/end", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusSeeOther {
		t.Fatalf("%v, %v", response, err)
	}
	response.Body.Close()
}

// TestOtherOrigin: a page of another port, which is the same site and so has the cookie sent along, opens no review.
func TestOtherOrigin(t *testing.T) {
	base := startServer(t)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(`<form method="post" action="` + base + `/console/change"><input name="do" value="review.open"><input name="for" value="ada"><input name="since" value="1"><input name="step" value="do"><input name="review" value="forged"><input name="reason" value="x"><button>Win</button></form>`))
	}))
	defer evil.Close()
	tb := openTab(t, base)
	tb.open("/login")
	tb.login("ada")
	tb.watched(false)
	tb.do(chromedp.Navigate(evil.URL))
	if status := tb.click("Win"); status != 403 {
		t.Errorf("a form of another origin: %d %s", status, tb.text())
	}
	tb.watched(true)
	tb.open("/console/reviews")
	tb.want("There was no review yet.")
}
