package browser

import (
	"context"
	_ "embed"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/console.json
var consoleCompany []byte

// startConsole serves the pages of a company to whom the address /as says is
// signed in.
func startConsole(t *testing.T) (*company.Company, string) {
	t.Helper()
	if missing != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	co := foundConsole(t)
	signedIn := func(r *http.Request) (team.UserID, error) {
		cookie, err := r.Cookie("user")
		if err != nil {
			return "", nil
		}
		return team.UserID(cookie.Value), nil
	}
	pages, err := console.New(co, &console.Config{
		User: signedIn, Prefix: "/console", SignOut: "/out",
		OnError: func(_ context.Context, err error) { t.Error(err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/console/", pages)
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/as", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "user", Value: r.FormValue("user"), Path: "/", HttpOnly: true})
		http.Redirect(w, r, "/console/", http.StatusSeeOther)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return co, server.URL
}

// foundConsole founds a company in which something happened.
func foundConsole(t *testing.T) *company.Company {
	t.Helper()
	doc, err := document.Parse(consoleCompany)
	if err != nil {
		t.Fatal(err)
	}
	now, step := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC), time.Minute
	co, err := company.Found(t.Context(), audit.NewMemory(), company.Founding{
		ID: "acme", Name: "Acme", Document: doc,
		Founder: team.User{ID: "ann", Name: "Ann Admin", Email: team.MustParseAddress("ann@example.com")},
	}, &company.Config{
		Now: func() time.Time { now = now.Add(step); return now }, Origin: "https://app.example.com",
		Deliver: func(context.Context, invite.Message) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	do := func(as, why string, changes ...company.Change) {
		t.Helper()
		if _, err := co.Do(t.Context(), company.By{Actor: company.User(as), Reason: why}, changes...); err != nil {
			t.Fatal(err)
		}
	}
	terms := func(address, name string) invite.Terms {
		return invite.Terms{Address: team.MustParseAddress(address), Name: name, Role: "viewer", Teams: []team.ID{"west"}}
	}
	do("uma", "starts in October", company.Invite{Invitation: "i1", Terms: terms("nia@example.com", "Nia New")})
	do("ann", "an agency for the launch", company.Invite{Invitation: "i2", Terms: terms("bo@agency.example", "Bo")})
	do("ann", "the contract was not signed", company.RevokeInvitation{Invitation: "i2"})
	do("abe", "they present it", company.ShareReport{Report: "board", User: "ann", Level: access.Creator})
	do("eve", "for the board", company.MakeLink{Link: "l1", Resource: access.Report("q3")})
	do("ann", "the second quarter", company.OpenReview{Review: "2026-q2"})
	do("ann", "still works on it", company.DecideItem{Review: "2026-q2", Row: "user:mia", Decision: audit.Keep})
	do("ann", "", company.CloseReview{Review: "2026-q2"})
	do("uma", "on leave", company.SuspendUser{User: "sam"})
	do("ann", "the third quarter", company.OpenReview{Review: "2026-q3"})
	step = 0 // time stands still while it is looked at
	return co
}

// signIn opens a tab of somebody at their first page.
func signIn(t *testing.T, base, as string) *tab {
	t.Helper()
	tb := openTab(t, base)
	tb.follow(chromedp.Navigate(base + "/as?user=" + as))
	return tb
}

var href = regexp.MustCompile(`<a [^>]*?href="([^"#]*)`)

// placesOf returns what somebody comes by who follows the links: each page and
// each form once, by the first address that was found.
func placesOf(t *testing.T, base, as string) []string {
	t.Helper()
	var places []string
	seen, queue := map[string]bool{}, []string{"/console/"}
	for len(queue) > 0 {
		link := queue[0]
		queue = queue[1:]
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		is := u.Path + "?do=" + u.Query().Get("do")
		if seen[is] || !strings.HasPrefix(link, "/console/") {
			continue
		}
		seen[is] = true
		r, err := http.NewRequest(http.MethodGet, base+link, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "user", Value: as})
		body := get(t, r)
		if body == "" {
			continue
		}
		places = append(places, link)
		for _, m := range href.FindAllStringSubmatch(body, -1) {
			queue = append(queue, strings.ReplaceAll(m[1], "&amp;", "&"))
		}
	}
	slices.Sort(places)
	return places
}

// screenshot saves what a tab shows, if anybody wants to look at it.
func (tb *tab) screenshot(name string) {
	tb.t.Helper()
	dir := os.Getenv("AMBIT_SCREENSHOTS")
	if dir == "" {
		return
	}
	image, err := chromedp.Run(tb.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		tb.t.Fatal(err)
	}
	name = regexp.MustCompile(`[^a-z0-9-]+`).ReplaceAllString(strings.ToLower(name), "-")
	if err := os.WriteFile(filepath.Join(dir, name+".png"), image, 0o666); err != nil {
		tb.t.Fatal(err)
	}
}

// noScript keeps the scripts of pages from running.
func (tb *tab) noScript() {
	tb.t.Helper()
	if _, err := chromedp.Call(tb.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		tb.t.Fatal(err)
	}
}
