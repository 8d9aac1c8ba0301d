package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/google/go-cmp/cmp"
)

// TestUnauthenticated asks every route except the login without a token, with another service's, and with one that has ended.
func TestUnauthenticated(t *testing.T) {
	w := newWorld(t)
	w.tokens["nobody"] = "nonsense"
	w.tokens["empty"] = ""
	late := newWorld(t).login("ada")
	late.service.logins.now = func() time.Time { return today.Add(loginTime) }
	for _, route := range []string{
		"GET /reports", "GET /reports/q3", "GET /reports/none", "POST /reports/q3/shares", "PUT /users/tom/role",
		"POST /teams/europe/members", "GET /audit", "POST /access/v1/evaluation", "POST /access/v1/search/subject",
	} {
		check := func(name string, w *world, user string) {
			answer := w.ask(user, route, "{}")
			if answer.Code != http.StatusUnauthorized || answer.Header().Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s %s: %d %s, want 401 with a challenge", route, name, answer.Code, answer.Body)
			}
		}
		check("without a token", w, "")
		check("with a foreign token", w, "nobody")
		check("with an empty token", w, "empty")
		check("with a token that has ended", late, "ada")
	}
}

func TestAnswers(t *testing.T) {
	const (
		share  = "POST /reports/q3/shares"
		setTom = "PUT /users/tom/role"
		join   = "POST /teams/americas/members"
	)
	for _, tt := range []struct {
		want                    int
		text                    string // that the answer contains
		name, user, route, body string
	}{
		{200, `[{"id":"board","name":"Board pack"},{"id":"q3","name":"Third quarter"},{"id":"social","name":"Social channels"}]`, "all reports are shared with ada", "ada", "GET /reports", ""},
		{200, `[{"id":"q3","name":"Third quarter"},{"id":"social","name":"Social channels"}]`, "those of both teams", "zoe", "GET /reports", ""},
		{200, "[]\n", "no role opens a report", "uma", "GET /reports", ""},
		{200, `{"rows":[{"account":"us-social","clicks":80,"cost":150},{"account":"uk-social","clicks":30,"cost":45},{"account":"de-social","clicks":25,"cost":50}],"totals":{"clicks":135,"cost":245}}`, "a data group across countries", "vic", "GET /reports/social", ""},
		{200, `"totals":{"clicks":300,"cost":610}`, "who sees all data sees all rows", "ada", "GET /reports/q3", ""},
		{404, "404 page not found", "a report that is not shared", "mia", "GET /reports/social", ""},
		{404, "404 page not found", "its shares", "mia", "POST /reports/social/shares", `{"user":"tom","level":"viewer"}`},
		{405, "Method Not Allowed", "an unknown method", "mia", "DELETE /reports/q3", ""},

		{200, `{"event":2,"change":{"report":"q3","user":"vic","level":"explorer"}}`, "an editor shares", "mia", share, `{"user":"vic","level":"explorer"}`},
		{200, `{"event":2,"change":{"report":"q3","team":"social","level":"viewer","until":"2026-10-01T00:00:00Z"}}`, "until a day", "mia", share, `{"team":"social","level":"viewer","until":"2026-10-01T00:00:00Z"}`},
		{403, `"reason":"level-too-low"`, "a viewer shares", "tom", share, `{"user":"vic","level":"viewer"}`},
		{403, `"reason":"level-too-low"`, "an editor makes a creator", "mia", share, `{"user":"vic","level":"creator"}`},
		{403, `"detail":"users may not raise themselves"`, "with oneself", "zoe", "POST /reports/social/shares", `{"user":"zoe","level":"explorer"}`},
		{409, `"detail":"nothing would change"`, "once more", "ada", share, `{"user":"mia","level":"editor"}`},
		{409, `"detail":"sharing may not lower a level or an end: unshare first"`, "at a lower level", "ada", share, `{"user":"mia","level":"viewer"}`},
		{422, `user \"none\" does not exist"`, "with nobody", "mia", share, `{"user":"none","level":"viewer"}`},
		{400, `grant is not valid: it goes to one user or to one team"`, "with a user and a team", "mia", share, `{"user":"vic","team":"social","level":"viewer"}`},
		{422, `"detail":"the end is in the past: it was 2026-09-01 at 09:00:00 UTC"`, "until now", "mia", share, `{"user":"vic","level":"viewer","until":"2026-09-01T09:00:00Z"}`},
		{400, `"detail":"a level is required"`, "at no level", "mia", share, `{"user":"vic"}`},
		{400, `"status":400`, "at an unknown level", "mia", share, `{"user":"vic","level":"none"}`},

		{200, `{"event":2,"change":{"user":"tom","role":"editor","from":"team-member"}}`, "another role", "uma", setTom, `{"role":"editor","reason":"promoted"}`},
		{403, `"reason":"no-capability"`, "a role by a user who may set none", "mia", setTom, `{"role":"editor","reason":"promoted"}`},
		{403, `"reason":"above-ceiling"`, "a role above the ceiling", "uma", setTom, `{"role":"admin","reason":"promoted"}`},
		{403, `"reason":"above-ceiling"`, "a user above the ceiling", "uma", "PUT /users/ada/role", `{"role":"viewer","reason":"demoted"}`},
		{403, `"reason":"self"`, "one's own role", "uma", "PUT /users/uma/role", `{"role":"editor","reason":"promoted"}`},
		{403, `"reason":"unknown-resource"`, "the role of nobody", "uma", "PUT /users/none/role", `{"role":"editor","reason":"promoted"}`},
		{400, `"status":400`, "a role and an unknown name", "uma", setTom, `{"role":"editor","reason":"promoted","until":"2026-10-01T00:00:00Z"}`},
		{400, `"detail":"a reason is required, in plain text of at most 500 bytes"`, "without a reason", "uma", setTom, `{"role":"editor"}`},

		{200, `{"event":2,"change":{"team":"americas","user":"tom"}}`, "a new member", "uma", join, `{"user":"tom","reason":"covers for mia"}`},
		{403, `"reason":"no-capability"`, "by a team member", "mia", join, `{"user":"tom","reason":"covers for mia"}`},
		{409, `"detail":"nothing would change"`, "who is one", "uma", join, `{"user":"mia","reason":"covers for mia"}`},
		{403, `"detail":"users may not raise themselves"`, "oneself", "ada", join, `{"user":"ada","reason":"looks"}`},
		{400, `"status":400`, "until no time", "uma", join, `{"user":"tom","until":"tomorrow","reason":"covers"}`},
		{422, `"detail":"user \"none\" does not exist"`, "who is nobody", "uma", join, `{"user":"none","reason":"covers"}`},

		{403, `"reason":"no-capability"`, "the log for a team member", "mia", "GET /audit", ""},
		{401, `{"title":"Unauthorized","status":401}`, "login of nobody", "", "POST /login", `{"user":"none"}`},
		{404, "404 page not found", "no route", "ada", "GET /none", ""},
		{200, `"access_evaluation_endpoint":"https://reports.example.com/access/v1/evaluation"`, "the metadata, for everybody", "", "GET /.well-known/authzen-configuration", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t).login("ada", "uma", "mia", "tom", "zoe", "vic")
			before := w.service.company.Checkpoint()
			answer := w.ask(tt.user, tt.route, tt.body)
			if answer.Code != tt.want || !strings.Contains(answer.Body.String(), tt.text) {
				t.Errorf("%d %s\nwant %d %s", answer.Code, answer.Body, tt.want, tt.text)
			}
			recorded := strings.HasPrefix(tt.text, `{"event":`)
			if changed := w.service.company.Checkpoint() != before; changed != recorded {
				t.Errorf("the log has changed: %t, want %t", changed, recorded)
			}
		})
	}
}

// TestHidden compares the whole answers for a report that is not shared, one that does not exist, ids that no report can have, and paths
// without a route.
func TestHidden(t *testing.T) {
	w := newWorld(t).login("tom")
	for _, route := range []string{"GET /reports/%s", "POST /reports/%s/shares"} {
		want := w.ask("tom", "GET /no/such/route", "")
		if want.Code != http.StatusNotFound {
			t.Fatalf("no route: %d", want.Code)
		}
		for _, id := range []string{"board", "none", "a%2Fb", "%00", strings.Repeat("x", 300)} {
			got := w.ask("tom", fmt.Sprintf(route, id), "")
			if diff := cmp.Diff([]any{want.Code, want.Header(), want.Body.String()}, []any{got.Code, got.Header(), got.Body.String()}); diff != "" {
				t.Errorf("%s of %.10s is not answered like no route:\n%s", route, id, diff)
			}
		}
	}
}

// TestRefusalNamesNobodyElse: an explorer of one report learns no id of a user or a team from what they did not quite name, and an
// administrator does.
func TestRefusalNamesNobodyElse(t *testing.T) {
	w := newWorld(t).login("zoe", "uma")
	for body, hidden := range map[string]string{
		`{"user":"xda","level":"viewer"}`:        "ada",
		`{"user":"mya","level":"viewer"}`:        "mia",
		`{"team":"america","level":"viewer"}`:    "americas",
		`{"user":"tomm","level":"explorer"}`:     `tom\"`,
		`{"team":"amerycas","level":"explorer"}`: "americas",
	} {
		answer := w.ask("zoe", "POST /reports/social/shares", body)
		if text := answer.Body.String(); answer.Code < 400 || strings.Contains(text, hidden) || strings.Contains(text, "mean") {
			t.Errorf("%s: %d %s", body, answer.Code, text)
		}
	}
	answer := w.ask("uma", "POST /teams/americas/members", `{"user":"tomm","reason":"covers for mia"}`)
	if text := answer.Body.String(); !strings.Contains(text, `did you mean \"tom\"?`) {
		t.Errorf("a typo of an administrator's: %d %s", answer.Code, text)
	}
}

// TestLogUnchanged compares the whole log before and after a change that is denied.
func TestLogUnchanged(t *testing.T) {
	w := newWorld(t).login("ada", "uma", "tom")
	before := w.ask("ada", "GET /audit", "").Body.String()
	if answer := w.ask("uma", "PUT /users/tom/role", `{"role":"admin","reason":"a favour"}`); answer.Code != http.StatusForbidden {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if diff := cmp.Diff(before, w.ask("ada", "GET /audit", "").Body.String()); diff != "" {
		t.Errorf("a denied change is in the log:\n%s", diff)
	}
	if answer := w.ask("uma", "PUT /users/tom/role", `{"role":"editor","reason":"promoted"}`); answer.Code != http.StatusOK {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	lines := strings.Split(strings.TrimSpace(w.ask("ada", "GET /audit", "").Body.String()), "\n")
	want := `{"seq":2,"time":"2026-09-01T09:00:00Z","actor":"uma","changes":["user.set-role"],"targets":["user:tom"],"reason":"promoted"}`
	if len(lines) != 2 || lines[1] != want {
		t.Errorf("the log is %q, want a second line %s", lines, want)
	}
	for e, err := range w.service.log.Events(t.Context(), 1) {
		if err != nil || e.Correlation == "" {
			t.Errorf("event %d has correlation %q, %v; want the id of its request", e.Seq, e.Correlation, err)
		}
	}
	if err := audit.Verify(w.service.log.Events(t.Context(), 0), w.service.company.Checkpoint()); err != nil {
		t.Error(err)
	}
}

// TestFoundOnce opens the company where there is one, and reads no document for it.
func TestFoundOnce(t *testing.T) {
	w := newWorld(t).login("uma")
	w.ask("uma", "PUT /users/tom/role", `{"role":"editor","reason":"promoted"}`)
	again := newWorldIn(t, place{log: w.service.log}, []byte("no document"))
	if got, want := again.service.company.Checkpoint(), w.service.company.Checkpoint(); got != want || got.Seq != 2 {
		t.Errorf("it is open at %s, want %s", got, want)
	}
}

// TestFailingLog lets the log fail. A change that may be stored or not is no success, and a log that cannot be read is not answered in
// part.
func TestFailingLog(t *testing.T) {
	log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{
		Append: func(call int, _ audit.Event) audittest.Mode {
			if call > 1 {
				return audittest.FailBefore
			}
			return audittest.Pass
		},
		Read: func(_ int, e audit.Event) error { return audittest.ErrInjected },
	})
	w := newWorldOn(t, log).login("ada", "uma")
	if answer := w.ask("uma", "PUT /users/tom/role", `{"role":"editor","reason":"promoted"}`); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("a change that may be stored: %d %s, want 503", answer.Code, answer.Body)
	}
	want := `{"title":"Internal Server Error","status":500}`
	if answer := w.ask("ada", "GET /audit", ""); answer.Code != http.StatusInternalServerError || answer.Body.String() != want {
		t.Errorf("a log that cannot be read: %d %s, want %s", answer.Code, answer.Body, want)
	}
	if got := strings.Count(w.logged.String(), `msg="cannot answer"`); got != 2 {
		t.Errorf("%d failures are logged, want 2:\n%s", got, w.logged)
	}
}

// TestLogged looks for what only the log may have, and for what it must not have.
func TestLogged(t *testing.T) {
	w := newWorld(t).login("uma", "mia")
	w.ask("mia", "GET /reports/board", "")
	w.ask("uma", "PUT /users/tom/role", `{"role":"admin","reason":"a favour"}`)
	w.ask("uma", "POST /teams/americas/members", `{"user":"mia","reason":"again"}`)
	w.ask("", "GET /reports", "")
	for _, want := range []string{
		"msg=decision allowed=false reason=no-level step=capability subject=mia action=report.view resource=report:board",
		`attempt.why="company: do: change 1, user.set-role: deny above-ceiling: role user-manager does not manage role admin"`,
		`attempt.why="company: do: change 1, team.add-member: nothing would change"`,
		`method=PUT path=/users/tom/role route="PUT /users/{user}/role" status=403`,
	} {
		if !strings.Contains(w.logged.String(), want) {
			t.Errorf("the log does not contain %s:\n%s", want, w.logged)
		}
	}
	// Each refusal is logged once, with the id of its request.
	id := regexp.MustCompile(`msg=(decision allowed=false|refused) .* request=(\S+)\n`)
	seen := map[string]bool{}
	for _, line := range id.FindAllStringSubmatch(w.logged.String(), -1) {
		if seen[line[2]] {
			t.Errorf("request %s is refused twice:\n%s", line[2], w.logged)
		}
		seen[line[2]] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d refusals are logged, want 3:\n%s", len(seen), w.logged)
	}
	for user, token := range w.tokens {
		if strings.Contains(w.logged.String(), token) {
			t.Errorf("the token of %s is in the log:\n%s", user, w.logged)
		}
	}
}
