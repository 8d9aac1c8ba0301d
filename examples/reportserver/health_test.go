package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// TestTooOld: beyond the bound, an instance says nothing to anybody: 503, and not that a user does not exist or may not do something.
// Within it, and with a log of its own, it answers.
func TestTooOld(t *testing.T) {
	for _, shared := range []bool{true, false} {
		w := newWorldIn(t, place{log: audit.NewMemory(), shared: shared}, companyJSON).login("ada", "mia")
		b := w.browse("ada")
		check := func(old bool) {
			t.Helper()
			status := func(otherwise int) int {
				if old {
					return http.StatusServiceUnavailable
				}
				return otherwise
			}
			for _, route := range []struct {
				user, name, body string
				want             int
			}{
				{"mia", "GET /reports/q3", "", 200},
				{"mia", "GET /reports/board", "", 404},
				{"mia", "GET /audit", "", 403},
				{"ada", "PUT /users/none/role", `{"role":"editor","reason":"promoted"}`, 403},
				{"", "POST /login", `{"user":"ada"}`, 200},
				{"", "POST /login", `{"user":"nobody"}`, 401},
				{"gateway", "POST /access/v1/evaluation", `{"subject":{"type":"user","id":"mia"},"action":{"name":"account.view"},"resource":{"type":"account","id":"us-search"}}`, 200},
				{"", "GET /healthz", "", 200},
			} {
				answer := w.ask(route.user, route.name, route.body)
				if answer.Code != status(route.want) || old != (answer.Header().Get("Retry-After") == admission.RetryAfter) {
					t.Errorf("%s: %d %s, Retry-After %q; want %d", route.name, answer.Code, answer.Body, answer.Header().Get("Retry-After"), status(route.want))
				}
			}
			for _, path := range []string{"/console/", "/console/register", "/console/reviews"} {
				answer := b.get(path)
				if answer.Code != status(200) || old != strings.Contains(answer.Body.String(), "Try again in a moment.") {
					t.Errorf("%s: %d %s, want %d", path, answer.Code, answer.Body, status(200))
				}
			}
			answer := (&browser{world: w}).post("/session", url.Values{"user": {"ada"}})
			if answer.Code != status(303) || old != (answer.Header().Get("Retry-After") != "") {
				t.Errorf("the login page: %d %s, want %d", answer.Code, answer.Body, status(303))
			}
			for _, path := range []string{"/login", "/console/style.css"} {
				if answer := b.get(path); answer.Code != http.StatusOK {
					t.Errorf("%s: %d, want 200", path, answer.Code)
				}
			}
		}
		w.now = today.Add(5 * time.Second)
		check(false)
		w.now = w.now.Add(1)
		check(shared)
		if err := w.service.company.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(false)
	}
}

// TestHealth says what fails, and not why.
func TestHealth(t *testing.T) {
	failing := true
	log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{
		Append: func(call int, _ audit.Event) audittest.Mode {
			if call > 1 && failing {
				return audittest.FailBefore
			}
			return audittest.Pass
		},
	})
	w := newWorldOn(t, log).login("uma")
	if answer := w.ask("uma", "PUT /users/tom/role", `{"role":"editor","reason":"promoted"}`); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("a change: %d %s, want 503", answer.Code, answer.Body)
	}
	answer := w.ask("", "GET /healthz", "")
	if want := `{"status":"ok","log":"fails","checkpoint":"ok"}` + "\n"; answer.Code != http.StatusOK || answer.Body.String() != want {
		t.Errorf("%d %s, want %s", answer.Code, answer.Body, want)
	}
	if !strings.Contains(w.logged.String(), `level=WARN msg=unwell "too old"=false`) {
		t.Errorf("it is not logged:\n%s", w.logged)
	}
	failing = false
	if err := w.service.company.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer = w.ask("", "GET /healthz", "")
	if want := `{"status":"ok","log":"ok","checkpoint":"ok"}` + "\n"; answer.Body.String() != want {
		t.Errorf("afterwards: %s, want %s", answer.Body, want)
	}
}

// TestCheckpointFails: a directory that is gone keeps nobody from working, and shows.
func TestCheckpointFails(t *testing.T) {
	w := newWorldIn(t, place{log: audit.NewMemory(), checkpoint: t.TempDir() + "/none/checkpoint"}, companyJSON).login("uma")
	if answer := w.ask("uma", "PUT /users/tom/role", `{"role":"editor","reason":"promoted"}`); answer.Code != http.StatusOK {
		t.Errorf("a change: %d %s, want 200", answer.Code, answer.Body)
	}
	answer := w.ask("", "GET /healthz", "")
	if want := `{"status":"ok","log":"ok","checkpoint":"fails"}` + "\n"; answer.Code != http.StatusOK || answer.Body.String() != want {
		t.Errorf("%d %s, want %s", answer.Code, answer.Body, want)
	}
}

// TestSlowLog: a log that does not answer holds nobody up for ever.
func TestSlowLog(t *testing.T) {
	log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{
		Append: func(call int, _ audit.Event) audittest.Mode {
			if call > 1 {
				return audittest.HangBefore
			}
			return audittest.Pass
		},
	})
	w := newWorldOn(t, log).login("uma")
	w.handler = limitTime(w.handler, time.Millisecond)
	answer := w.ask("uma", "PUT /users/tom/role", `{"role":"editor","reason":"promoted"}`)
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s, want 503", answer.Code, answer.Body)
	}
}

// TestUnreachableLog: while a change is in doubt and the log cannot be read, nothing can be changed, and that is nobody's mistake. What is
// refused anyway stays refused.
func TestUnreachableLog(t *testing.T) {
	fails := false
	log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{
		Append: func(call int, _ audit.Event) audittest.Mode {
			if call > 1 {
				return audittest.FailBefore
			}
			return audittest.Pass
		},
		Read: func(int, audit.Event) error {
			if fails {
				return audittest.ErrInjected
			}
			return nil
		},
	})
	w := newWorldOn(t, log).login("uma", "mia")
	fails = true
	for _, want := range []int{503, 503} {
		if answer := w.ask("uma", "PUT /users/tom/role", `{"role":"editor","reason":"promoted"}`); answer.Code != want {
			t.Errorf("a change: %d %s, want %d", answer.Code, answer.Body, want)
		}
	}
	if answer := w.ask("mia", "PUT /users/tom/role", `{"role":"editor","reason":"promoted"}`); answer.Code != http.StatusForbidden {
		t.Errorf("of one who may not: %d %s, want 403", answer.Code, answer.Body)
	}
	if err := w.service.company.Sync(t.Context()); err == nil || w.service.company.Health().Log == nil {
		t.Errorf("the log can be read: %v", err)
	}
	answer := httptest.NewRecorder()
	w.service.refuseChange(answer, httptest.NewRequest("PUT", "/users/tom/role", nil), &company.Error{Op: "do", Err: audittest.ErrInjected})
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("a log that cannot be read: %d %s, want 503", answer.Code, answer.Body)
	}
	answer = httptest.NewRecorder()
	w.service.refuseChange(answer, httptest.NewRequest("PUT", "/users/tom/role", nil), &company.Error{Op: "do", Err: company.ErrSeats})
	if answer.Code != http.StatusConflict {
		t.Errorf("a refusal: %d %s, want 409", answer.Code, answer.Body)
	}
	answer = httptest.NewRecorder()
	denied := w.service.company.Decide(access.User("mia"), access.ReadAudit, access.Company())
	w.service.refuseChange(answer, httptest.NewRequest("PUT", "/users/tom/role", nil), &company.Error{Op: "do", Err: denied.Err()})
	if answer.Code != http.StatusForbidden {
		t.Errorf("a denial: %d %s, want 403", answer.Code, answer.Body)
	}
}

// TestFounding: what another process founded meanwhile is opened, and what may be stored is looked for.
func TestFounding(t *testing.T) {
	for mode, want := range map[audittest.Mode]error{
		audittest.Pass: nil, audittest.FailAfter: nil, audittest.FailBefore: company.ErrUncertain,
	} {
		log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{Append: func(int, audit.Event) audittest.Mode { return mode }})
		calls := 0
		c, err := openCompany(t.Context(), log, nil, func() ([]byte, error) {
			calls++
			return companyJSON, nil
		})
		if !errors.Is(err, want) || err == nil && c.ID() != companyID {
			t.Errorf("%v: %v, want %v", mode, err, want)
		}
		if most := map[bool]int{true: 1, false: 3}[want == nil]; calls != most {
			t.Errorf("%v: it was tried %d times, want %d", mode, calls, most)
		}
	}
	inner := audit.NewMemory()
	raced := false
	c, err := openCompany(t.Context(), inner, nil, func() ([]byte, error) {
		if !raced { // between the look and the founding
			raced = true
			if _, err := openCompany(t.Context(), inner, nil, func() ([]byte, error) { return companyJSON, nil }); err != nil {
				t.Error(err)
			}
		}
		return companyJSON, nil
	})
	if err != nil || c.Checkpoint().Seq != 1 {
		t.Errorf("after a lost race: %v", err)
	}
}
