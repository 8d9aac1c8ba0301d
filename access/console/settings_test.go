package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// TestSettings changes the name, the seats and the schedule of reviews by the
// forms of the page.
func TestSettings(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("ann", "/settings").want(t, 200, "Name Acme", "no limit of its own, and 7 are taken", "every 3 months", "event 1", s.company.Checkpoint().String(), "2026-09-01 12:00").lacks(t, "role=\"alert\"")
	s.do("ann", "company.set-name", in("name", "Acme & Co")).want(t, 200, "Name Acme & Co", "Done: Rename the company")
	s.do("ann", "company.set-limits", in("seats", "9")).want(t, 200, "9, of which 7 are taken")
	if form := s.fill("ann", "company.set-limits", in()); form.Get("seats") != "" || !strings.Contains(s.get("ann", "/change?do=company.set-limits").body, `name="seats" value="9"`) {
		t.Error("the form does not show the seats that there are")
	}
	s.do("ann", "review.schedule", in("months", "6")).want(t, 200, "every 6 months")
	s.do("ann", "review.open", in("review", "q3"))
	s.get("ann", "/settings").want(t, 200, "q3 is open")
	s.do("ann", "company.set-limits", in("seats", "")).want(t, 200, "no limit of its own")
	for typed, text := range map[string]string{"0": "Write a number above 0.", "-3": "Write a number above 0.", "many": "Write a number above 0."} {
		s.refused("ann", "company.set-limits", in("seats", typed)).want(t, 422, text)
	}
	s.refused("ann", "company.set-limits", in("seats", "3")).want(t, 409)
	s.refused("ann", "review.schedule", in("months", "x")).want(t, 422, "Choose one of them.")
	s.refused("ann", "review.schedule", in("months", "2")).want(t, 422)
	s.refused("ann", "company.set-name", in("name", "")).want(t, 422)
	s.refused("ann", "company.set-name", in("name", "Acme & Co")).want(t, 409)
	for _, as := range []string{"uma", "dan", "eve", "tom"} {
		s.get(as, "/settings").want(t, 403)
		for _, form := range []string{"company.set-name", "company.set-limits", "review.schedule"} {
			s.get(as, "/change?do="+form).want(t, 403)
		}
	}
}

// TestLongEvent shows an event whose data is too long for a page, and lines of the
// history that say so much only.
func TestLongEvent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var accounts []document.Account
	for i := range 600 {
		accounts = append(accounts, document.Account{ID: fmt.Sprintf("a%03d", i), Source: "ads"})
	}
	s.must("ann", company.ConnectAccounts{Accounts: accounts})
	s.get("ann", "/event?seq=2").want(t, 200, "Accounts are connected: 600", "which are too many for a page")
	var changes []company.Change
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		changes = append(changes, company.SetCompanyName{Name: name})
	}
	s.must("ann", changes...)
	s.get("ann", "/history").want(t, 200, "is now e", "and 2 more", "account:a009, …").lacks(t, "is now f")
}

// TestRecordFails: a log that cannot be read is a failure, and never a part of
// the answer.
func TestRecordFails(t *testing.T) {
	t.Parallel()
	log := &brokenLog{Log: audit.NewMemory()}
	s := found(t, log, company.Founding{Document: new(document.Document)})
	s.must("ann", company.OpenReview{Review: "q3"}, company.CloseReview{Review: "q3"})
	s.fails, log.broken = true, true
	s.later = 48 * time.Hour
	for _, page := range []string{
		"/history", "/history/csv", "/history/html", "/event?seq=1", "/register?day=2026-09-01", "/register/csv?day=2026-09-01", "/review/evidence?id=q3",
	} {
		s.get("ann", page).want(t, 500, "Something is wrong here").lacks(t, "disk")
	}
	s.get("ann", "/register").want(t, 200)
	s.get("ann", "/settings").want(t, 200).lacks(t, "The log cannot be reached")
	if s.company.Sync(t.Context()) == nil {
		t.Error("the log can be read")
	}
	s.get("ann", "/settings").want(t, 200, "The log cannot be reached at the moment.")
	if len(s.failed) != 7 {
		t.Errorf("the host is told of %d failures, want 7: %v", len(s.failed), s.failed)
	}
}

// TestSoldSeats: where the host sells fewer seats than the company allows itself,
// the page says so.
func TestSoldSeats(t *testing.T) {
	t.Parallel()
	log := audit.NewMemory()
	s := found(t, log, company.Founding{Document: new(document.Document), Limits: company.Limits{Seats: 9}})
	s.get("ann", "/settings").want(t, 200, "9, of which 1 are taken").lacks(t, "the host allows")
	sold, err := company.Open(t.Context(), log, &company.Config{Limits: company.Limits{Seats: 5}, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	s.handler, err = console.New(sold, &console.Config{User: func(*http.Request) (team.UserID, error) { return "ann", nil }, Prefix: "/admin"})
	if err != nil {
		t.Fatal(err)
	}
	s.get("ann", "/settings").want(t, 200, "9, of which 1 are taken", "the host allows 5")
}
