package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/team"
)

// Whether an id is taken tells who makes something nothing of what others have:
// the id of a form is drawn, and not typed.
func TestTakenIDsAreNotTold(t *testing.T) {
	s := newSite(t)
	for _, name := range []string{"report.create", "team.create", "datagroup.create"} {
		for _, id := range []string{"q3", "west", "us", "nothing", "q3AAAAAAAAAAAAAAAAAAAAAAAA", ""} {
			for _, step := range []string{"check", "do"} {
				form := s.fill("ann", name, in("name", "Mine", "filter", "country = 'US'", "reason", "x"))
				form.Set("new", id)
				form.Set("step", step)
				s.post("ann", "/change", form).want(t, http.StatusBadRequest, "The form does not say what it makes.").lacks(t, "taken")
			}
		}
	}
}

// A form that says it was made before everything would have no condition.
func TestNoFormIsWithoutACondition(t *testing.T) {
	s := newSite(t)
	form := s.fill("ann", "team.create", in("name", "North", "step", "do"))
	form.Set("since", "0")
	s.post("ann", "/change", form).want(t, http.StatusBadRequest, "The form does not say when it was made.")
}

// The host completes who makes a change, and cannot make it somebody else's or
// take its condition away.
func TestByKeepsWhoAndSince(t *testing.T) {
	s := newSite(t, func(c *console.Config) {
		c.By = func(_ *http.Request, by *company.By) {
			*by = company.By{Actor: company.User("dan"), Correlation: "r-1"}
		}
	})
	form := s.fill("ann", "user.suspend", in("reason", "they are away", "step", "do"), "user", "mia")
	s.must("ann", company.SetRole{User: "mia", Role: "editor"})
	s.post("ann", "/change", form).want(t, http.StatusConflict, "Somebody changed this after you opened the form.")
	s.do("ann", "user.suspend", in("reason", "they are away"), "user", "mia")
	for e, err := range s.company.History(t.Context(), company.HistoryQuery{After: s.company.Checkpoint().Seq - 1}) {
		if err != nil || e.Event.Actor.ID != "ann" || e.Event.Reason != "they are away" || e.Event.Correlation != "r-1" {
			t.Errorf("recorded by %v, reason %q, correlation %q (%v)", e.Event.Actor, e.Event.Reason, e.Event.Correlation, err)
		}
	}
}

// What is given to the page where people sign in is a page of the console.
func TestNextIsAPageOfTheConsole(t *testing.T) {
	for _, tt := range []struct{ prefix, path, next string }{
		{"", "/people", "/people"},
		{"", "//evil.example/x", "/"},
		{"/admin", "/admin/people", "/admin/people"},
		{"/admin", "//evil.example/admin/people", "/admin/"},
		{"/admin", "/elsewhere", "/admin/"},
	} {
		s := newSite(t, func(c *console.Config) { c.Prefix, c.SignIn = tt.prefix, "/login" })
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = tt.path
		if got, want := s.send("", r).header.Get("Location"), "/login?next="+url.QueryEscape(tt.next); got != want {
			t.Errorf("%s of %q leads to %s, want %s", tt.path, tt.prefix, got, want)
		}
	}
}

func TestPathsOfAHostArePlain(t *testing.T) {
	s := newSite(t)
	user := func(*http.Request) (team.UserID, error) { return "", nil }
	for _, p := range []string{"//evil.example", "/a?b", "/a#b", "/a b", "/a%2fb", "/a/../b", "/a//b", `/\evil`, "/ä"} {
		if _, err := console.New(s.company, &console.Config{User: user, Prefix: p}); err == nil {
			t.Errorf("the prefix %q is taken", p)
		}
	}
	for _, p := range []string{"//evil.example", `/\evil.example`, "login"} {
		if _, err := console.New(s.company, &console.Config{User: user, SignIn: p}); err == nil {
			t.Errorf("people sign in at %q", p)
		}
		if _, err := console.New(s.company, &console.Config{User: user, SignOut: p}); err == nil {
			t.Errorf("people sign out at %q", p)
		}
	}
}
