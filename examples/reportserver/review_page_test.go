package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// openQ3 opens a review as ada.
func openQ3(t *testing.T, w *world) *browser {
	t.Helper()
	b := w.browse("ada")
	answer := b.post("/reviews", url.Values{"id": {"q3"}, "due": {"2026-09-30"}, "reason": {"the third quarter"}})
	if to := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || to != "/review?id=q3" {
		t.Fatalf("opening: %d to %s %s", answer.Code, to, answer.Body)
	}
	return b
}

// decision is a form that decides about a row, by somebody who saw the company as it is now.
func (b *browser) decision(row, decision, reason string) url.Values {
	seen := fmt.Sprint(b.service.company.Checkpoint().Seq)
	return url.Values{"id": {"q3"}, "row": {row}, "decision": {decision}, "reason": {reason}, "seen": {seen}}
}

// want fails the test unless an answer has a status and shows texts.
func want(t *testing.T, b *browser, path string, status int, texts ...string) string {
	t.Helper()
	answer := b.get(path)
	body := answer.Body.String()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s: %d without %q:\n%s", path, answer.Code, text, body)
		}
	}
	if answer.Code != status {
		t.Errorf("%s: %d, want %d", path, answer.Code, status)
	}
	return body
}

// TestReviewPages opens a review, decides as two reviewers, carries something out, closes the review and saves the evidence.
func TestReviewPages(t *testing.T) {
	w := newWorld(t).login("uma")
	b := openQ3(t, w)
	want(t, b, "/review?id=q3", 200, "Open: 8", "All: 8", "by ada: the third quarter", "<dd>2026-09-30</dd>", "8 of 8 are not decided")
	want(t, b, "/reviews", 200, `href="/review?id=q3"`, "To open another, close the one that is open.")
	for row, decision := range map[string]string{"user:mia": "keep", "user:tom": "reduce", "user:vic": "revoke"} {
		answer := b.post("/review/decide", b.decision(row, decision, "as agreed"))
		to := answer.Header().Get("Location")
		if answer.Code != http.StatusSeeOther || to != "/review?done="+url.QueryEscape(row)+"&id=q3#done" {
			t.Fatalf("%s %s: %d to %s %s", decision, row, answer.Code, to, answer.Body)
		}
		to, _, _ = strings.Cut(to, "#")
		want(t, b, to, 200, `role="status"`, ": "+decision+".")
	}
	body := want(t, b, "/review?id=q3", 200, "Open: 5", "What was decided is not carried out", `<a href="/person?id=vic">vic</a>`)
	if strings.Contains(body, "mia@example.com") || strings.Contains(body, "Nobody decided") {
		t.Errorf("what is open shows what is decided, or that it is open:\n%s", body)
	}
	want(t, b, "/review?id=q3&all=1", 200, "by ada: as agreed", "mia@example.com", `class="state revoke"`)

	// Ada is decided by uma, who tries it for herself, too.
	u := w.browse("uma")
	if answer := u.post("/review/decide", u.decision("user:ada", "keep", "the administrator")); answer.Code != http.StatusSeeOther {
		t.Errorf("uma about ada: %d %s", answer.Code, answer.Body)
	}
	if answer := u.post("/review/decide", u.decision("user:uma", "keep", "the one and only")); answer.Code != http.StatusForbidden ||
		!strings.Contains(answer.Body.String(), ">the one and only</textarea>") || !strings.Contains(answer.Body.String(), `value="keep" required checked autofocus`) {
		t.Errorf("uma about herself: %d %s", answer.Code, answer.Body)
	}

	if answer := b.post("/review/close", url.Values{"id": {"q3"}}); answer.Code != http.StatusSeeOther {
		t.Errorf("closing: %d %s", answer.Code, answer.Body)
	}
	body = want(t, b, "/review?id=q3", 200, "Nobody decided about it", "Download the evidence", "What was decided is not carried out")
	if strings.Contains(body, "<textarea") {
		t.Errorf("a closed review has a form:\n%s", body)
	}
	if answer := b.post("/review/close", url.Values{"id": {"q3"}, "reason": {"once more"}}); answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), `role="alert"`) {
		t.Errorf("closing again: %d %s", answer.Code, answer.Body)
	}
	checkEvidence(t, b)
	want(t, b, "/register", 200, "last <time")
}

func checkEvidence(t *testing.T, b *browser) {
	t.Helper()
	answer := b.get("/review/evidence?id=q3")
	checkHeaders(t, "evidence", answer)
	if kind, name := answer.Header().Get("Content-Type"), answer.Header().Get("Content-Disposition"); kind != "application/zip" || name != "attachment; filename=evidence-q3.zip" {
		t.Errorf("%s, %s", kind, name)
	}
	archive, err := zip.NewReader(bytes.NewReader(answer.Body.Bytes()), int64(answer.Body.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := company.CheckEvidence(t.Context(), archive, b.service.company.Checkpoint()); err != nil {
		t.Error(err)
	}
}

// TestReviewErrors sends forms that are refused: each is answered with the page, the reason, and what was typed.
func TestReviewErrors(t *testing.T) {
	w := newWorld(t)
	b := openQ3(t, w)
	stale, changed := b.decision("user:tom", "keep", "seen before"), b.decision("user:mia", "keep", "as I saw it")
	w.login("uma").ask("uma", "PUT /users/mia/role", `{"role":"editor","reason":"promoted"}`)
	if answer := b.post("/review/decide", b.decision("user:tom", "keep", "first")); answer.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	none := b.decision("user:tom", "keep", "x")
	none.Set("id", "none")
	noEvent := b.decision("user:mia", "keep", "x")
	noEvent.Del("seen")
	for _, tt := range []struct {
		name, path string
		form       url.Values
		want       int
		texts      []string
	}{
		{"oneself", "/review/decide", b.decision("user:ada", "keep", "I <am> needed"), 403, []string{`role="alert"`, ">I &lt;am&gt; needed</textarea>"}},
		{"without a reason", "/review/decide", b.decision("user:mia", "revoke", ""), 400, []string{"a reason is required", `value="revoke" checked`}},
		{"without a decision", "/review/decide", b.decision("user:mia", "", "because"), 400, []string{`role="alert"`, ">because</textarea>"}},
		{"nobody", "/review/decide", b.decision("user:none", "keep", "because"), 422, []string{`role="alert"`}},
		{"what is decided", "/review/decide", b.decision("user:tom", "revoke", "second"), 409, []string{`role="alert"`, "by ada: first"}},
		{"what was decided since", "/review/decide", stale, 409, []string{`role="alert"`, "changed since", "by ada: first"}},
		{"what was changed since", "/review/decide", changed, 409, []string{`role="alert"`, "changed since", ">as I saw it</textarea>", `<dt>Changed since</dt><dd>by <a href="/history?event=3">`}},
		{"no review", "/review/decide", none, 404, []string{"There is no such review"}},
		{"without the event", "/review/decide", noEvent, 400, []string{"could not be understood"}},
		{"a second review", "/reviews", url.Values{"id": {"q4"}, "reason": {"early"}}, 409, []string{`role="alert"`}},
		{"a wrong day", "/reviews", url.Values{"id": {"q4"}, "due": {"soon"}, "reason": {"early"}}, 400, []string{wrongDay}},
		{"to close none", "/review/close", url.Values{"id": {"none"}}, 404, []string{"There is no such review"}},
		{"too large", "/review/close", url.Values{"id": {strings.Repeat("x", maxBody)}}, 413, nil},
	} {
		before := w.service.company.Checkpoint()
		answer := b.post(tt.path, tt.form)
		for _, text := range tt.texts {
			if !strings.Contains(answer.Body.String(), text) {
				t.Errorf("%s is answered without %q:\n%s", tt.name, text, answer.Body)
			}
		}
		if row := `name="row" value="` + tt.form.Get("row"); strings.Count(answer.Body.String(), row) > 1 {
			t.Errorf("%s shows an item twice:\n%s", tt.name, answer.Body)
		}
		if answer.Code != tt.want || w.service.company.Checkpoint() != before {
			t.Errorf("%s: %d, want %d and no event", tt.name, answer.Code, tt.want)
		}
		checkHeaders(t, tt.name, answer)
	}
	want(t, b, "/review?id=none", 404, "There is no such review")
	for _, id := range []string{"none", "q3"} {
		if answer := b.get("/review/evidence?id=" + id); answer.Code != http.StatusNotFound {
			t.Errorf("evidence of %s, which is not closed: %d, want 404", id, answer.Code)
		}
	}
}

// TestReviewGuards sends every form as somebody who may not, as nobody, and from another origin: nothing comes of it.
func TestReviewGuards(t *testing.T) {
	w := newWorld(t)
	b := openQ3(t, w)
	before := w.service.company.Checkpoint()
	for path, form := range map[string]url.Values{
		"/reviews":       {"id": {"q4"}, "reason": {"x"}},
		"/review/decide": b.decision("user:tom", "keep", "typed with care"),
		"/review/close":  {"id": {"q3"}, "reason": {"typed with care"}},
	} {
		if answer := w.browse("vic").post(path, form); answer.Code != http.StatusForbidden || strings.Contains(answer.Body.String(), "@example.com") {
			t.Errorf("vic %s: %d %s", path, answer.Code, answer.Body)
		}
		answer := (&browser{world: w}).post(path, form)
		if answer.Code != http.StatusUnauthorized || path != "/reviews" && !strings.Contains(answer.Body.String(), "readonly>typed with care<") {
			t.Errorf("nobody %s: %d %s", path, answer.Code, answer.Body)
		}
		b.origin = "cross-site"
		if answer := b.post(path, form); answer.Code != http.StatusForbidden {
			t.Errorf("another origin %s: %d %s", path, answer.Code, answer.Body)
		}
		b.origin = ""
	}
	if w.service.company.Checkpoint() != before {
		t.Error("there is an event")
	}
}

// TestReviewerOnly: whoever runs reviews and may not read the log sees no page that is made from it, and saves no evidence.
func TestReviewerOnly(t *testing.T) {
	policy := `{"catalog": {"extends": "company", "roles": [{"name": "reviewer", "capabilities": ["review.run"], "data": "teams"}]},
		"users": [{"id": "ada", "role": "admin"}, {"id": "rae", "role": "reviewer"}]}`
	w := newWorldOf(t, audit.NewMemory(), []byte(policy))
	openQ3(t, w)
	b := w.browse("rae")
	if body := want(t, b, "/", 200, `href="/reviews"`); strings.Contains(body, `href="/register"`) {
		t.Errorf("the register is offered:\n%s", body)
	}
	want(t, b, "/review?id=q3", 200, "Open: 2")
	want(t, b, "/register", 403)
	want(t, b, "/review/evidence?id=q3", 403, "no-capability")
}

// TestReviewInPages works through a review of more items than a page has.
func TestReviewInPages(t *testing.T) {
	var many []string
	for i := range itemsSize + 1 {
		many = append(many, fmt.Sprintf(`{"id": "u%03d", "role": "viewer"}`, i))
	}
	policy := `{"users": [{"id": "ada", "email": "ada@example.com", "role": "admin"}, ` + strings.Join(many, ", ") + `]}`
	b := openQ3(t, newWorldOf(t, audit.NewMemory(), []byte(policy)))
	body := want(t, b, "/review?id=q3", 200, `href="/review?after=user%3Au018&amp;id=q3"`, `name="row" value="user:u018"`)
	if strings.Contains(body, `name="row" value="user:u019"`) {
		t.Errorf("the first page has too much:\n%s", body)
	}
	body = want(t, b, "/review?after=user%3Au018&id=q3", 200, `name="row" value="user:u019"`, `name="row" value="user:u020"`)
	if strings.Contains(body, "Next page") || strings.Contains(body, `name="row" value="user:u018"`) {
		t.Errorf("the second page has too much:\n%s", body)
	}
	form := b.decision("user:u019", "keep", "needed")
	form.Set("after", "user:u018")
	answer := b.post("/review/decide", form)
	if to := answer.Header().Get("Location"); to != "/review?after=user%3Au018&done=user%3Au019&id=q3#done" {
		t.Errorf("after a decision on the second page: %s", to)
	}
	// An item that is on no page now is shown with its error all the same.
	if answer := b.post("/review/decide", b.decision("user:u020", "keep", "")); !strings.Contains(answer.Body.String(), `name="row" value="user:u020"`) {
		t.Errorf("%d without the item:\n%s", answer.Code, answer.Body)
	}
}

// TestHistoryPage filters the history.
func TestHistoryPage(t *testing.T) {
	w := newWorld(t).login("uma")
	w.ask("uma", "POST /teams/americas/members", `{"user":"tom","reason":"covers for mia"}`)
	w.ask("uma", "PUT /users/mia/role", `{"role":"editor","reason":"promoted"}`)
	b := w.browse("ada")
	for _, tt := range []struct {
		query       string
		shows, omit string
	}{
		{"", "promoted", "nothing"},
		{"target=user:tom", "covers for mia", "promoted"},
		{"target=user%3Atom&actor=uma", "covers for mia", "promoted"},
		{"actor=uma", "promoted", "company.found"},
		{"actor=mia", "There is no such event.", "promoted"},
		{"event=2", "covers for mia", "promoted"},
		{"after=2", "promoted", "covers for mia"},
		{"from=2026-09-02", "There is no such event.", "promoted"},
		{"to=2026-08-31", "There is no such event.", "promoted"},
		{"from=2026-09-01&to=2026-09-01", "promoted", "There is no such event."},
	} {
		body := want(t, b, "/history?"+tt.query, 200, tt.shows)
		if strings.Contains(body, tt.omit) {
			t.Errorf("%q shows %q:\n%s", tt.query, tt.omit, body)
		}
	}
	for _, query := range []string{"target=mia", "from=x", "to=x", "event=x", "event=0"} {
		want(t, b, "/history?"+query, 400, `role="alert"`)
		if answer := b.get("/history/csv?" + query); answer.Code != 400 {
			t.Errorf("%s as a file: %d, want 400", query, answer.Code)
		}
	}
}

// TestFiles saves every list in every format.
func TestFiles(t *testing.T) {
	w := newWorld(t)
	b := w.browse("ada")
	openQ3(t, w)
	for list, text := range map[string]string{
		"register": "tom@example.com", "due": "eve@example.com", "history": "company.found", "person": "europe", "review": "tom@example.com",
	} {
		query, name := "", list+"-2026-09-01"
		switch list {
		case "person":
			query, name = "?id=tom", "access-tom-2026-09-01"
		case "review":
			query, name = "?id=q3", "review-q3"
		}
		for _, f := range formats {
			answer := b.get("/" + list + "/" + f.ext + query)
			if kind := answer.Header().Get("Content-Type"); answer.Code != 200 || kind != f.kind || !strings.Contains(answer.Body.String(), text) {
				t.Errorf("%s as %s: %d %s without %q:\n%s", list, f.ext, answer.Code, kind, text, answer.Body)
			}
			saved, policy := answer.Header().Get("Content-Disposition"), answer.Header().Get("Content-Security-Policy")
			if f.ext == "html" {
				if saved != "" || policy != printPolicy || !strings.Contains(answer.Body.String(), "style-src 'sha256-") {
					t.Errorf("%s to print: %q, %q", list, saved, policy)
				}
				continue
			}
			if want := "attachment; filename=" + name + "." + f.ext; saved != want {
				t.Errorf("%s as %s is saved by %s, want %s", list, f.ext, saved, want)
			}
			checkHeaders(t, list, answer)
		}
		if answer := b.get("/" + list + "/xls" + query); answer.Code != http.StatusNotFound || answer.Body.String() != "404 page not found\n" {
			t.Errorf("%s as xls: %d %s, want what the router answers", list, answer.Code, answer.Body)
		}
	}
}

// TestPartsOfFiles saves rows after one, columns that fit on paper, and nothing of what is not there or not for the reader.
func TestPartsOfFiles(t *testing.T) {
	w := newWorld(t)
	b := w.browse("ada")
	for _, path := range []string{"/person/csv?id=none", "/review/csv?id=none"} {
		if answer := b.get(path); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, answer.Code)
		}
	}
	for path, has := range map[string][2]string{
		"/register/html": {"<th scope=\"col\">Ends</th>", "Approval"},
		"/register/csv":  {"Approval", "nothing"},
		"/history/html":  {"<th scope=\"col\">Change</th>", "Data"},
		"/history/csv":   {"Data", "nothing"},
	} {
		if body := b.get(path).Body.String(); !strings.Contains(body, has[0]) || strings.Contains(body, has[1]) {
			t.Errorf("%s, want %s and no %s:\n%s", path, has[0], has[1], body)
		}
	}
	answer := b.get("/register/csv?after=user%3Aada&limit=1")
	if lines := strings.Count(answer.Body.String(), "\n"); lines != 2 || !strings.Contains(answer.Body.String(), "eve@example.com") {
		t.Errorf("one row after ada, and a head: %d lines\n%s", lines, answer.Body)
	}
	if answer := b.get("/register/csv?day=2026-08-31"); answer.Code != http.StatusBadRequest {
		t.Errorf("before the founding: %d, want 400", answer.Code)
	}
	w.service.logins.now = func() time.Time { return today.Add(loginTime) }
	if answer := b.get("/register/csv"); answer.Code != http.StatusSeeOther || answer.Body.Len() > 100 {
		t.Errorf("without a session: %d %s", answer.Code, answer.Body)
	}
}
