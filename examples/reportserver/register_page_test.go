package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

// TestRegisterPage reads the register page by page, and as it was on other days.
func TestRegisterPage(t *testing.T) {
	var many []string
	for i := range pageSize {
		many = append(many, fmt.Sprintf(`{"id": "u%03d", "email": "u%03d@example.com", "role": "viewer"}`, i, i))
	}
	policy := `{"users": [{"id": "ada", "email": "ada@example.com", "role": "admin"}, ` + strings.Join(many, ", ") + `]}`
	b := newWorldOf(t, audit.NewMemory(), []byte(policy)).browse("ada")
	body := b.get("/register").Body.String()
	const next = `href="/register?after=user%3Au048"`
	if !strings.Contains(body, "ada@example.com") || strings.Contains(body, "u049@") || !strings.Contains(body, next) {
		t.Errorf("the first page:\n%s", body)
	}
	body = b.get("/register?after=user%3Au048&removed=1").Body.String()
	if !strings.Contains(body, `href="/register/csv?removed=1"`) || strings.Contains(body, "u048@") || !strings.Contains(body, "u049@") || strings.Contains(body, "Next page") {
		t.Errorf("the second page:\n%s", body)
	}
	for _, tt := range []struct {
		day  string
		want int
		text string
	}{
		{"2026-09-01", 200, ">2026-09-01 09:00</time>, after event 1."},
		{"2099-01-01", 200, ">2026-09-01 09:00</time>, after event 1."},
		{"2026-08-31", 400, "The company did not exist on that day."},
		{"yesterday", 400, "Write the day as 2026-09-30."},
	} {
		answer := b.get("/register?day=" + tt.day)
		if answer.Code != tt.want || !strings.Contains(answer.Body.String(), tt.text) || !strings.Contains(answer.Body.String(), `value="`+tt.day+`"`) {
			t.Errorf("%s: %d, want %d, %q and what was typed:\n%s", tt.day, answer.Code, tt.want, tt.text, answer.Body)
		}
	}
}

// TestHostileNames shows names that would be markup as text.
func TestHostileNames(t *testing.T) {
	const script = `<script>alert(1)</script>`
	long := strings.Repeat("x", 250)
	policy := map[string]any{
		"users": []map[string]string{
			{"id": "ada", "name": `"onmouseover="x`, "email": "ada@example.com", "role": "admin"},
			{"id": script, "name": script + long + long, "email": "x@example.com", "role": "viewer"},
			{"id": "..", "name": "dots", "role": "viewer"},
			{"id": "a/b?c#d&e=f", "name": "slash", "role": "viewer"},
		},
	}
	text, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	b := newWorldOf(t, audit.NewMemory(), text).browse("ada")
	answer := b.get("/register")
	checkHeaders(t, "/register", answer)
	for _, link := range strings.Split(answer.Body.String(), `<a href="/person?id=`)[1:] {
		link, _, _ = strings.Cut(link, `"`)
		answer := b.get("/person?id=" + link)
		if answer.Code != http.StatusOK {
			t.Errorf("%s: %d %s", link, answer.Code, answer.Body)
		}
		checkHeaders(t, link, answer)
	}
	if !strings.Contains(answer.Body.String(), "&lt;script&gt;alert(1)&lt;/script&gt;"+long) {
		t.Errorf("the name is not shown as it is:\n%s", answer.Body)
	}
}

// TestDuePage shows what is due within some days.
func TestDuePage(t *testing.T) {
	b := newWorld(t).browse("ada")
	for _, tt := range []struct {
		query       string
		days        string
		shows, omit string
	}{
		{"", "30", "Report launch has no active creator", "Their access ends"},
		{"?days=120", "120", "Their access ends", "nothing"},
		{"?days=120", "120", "A review is to be opened", "nothing"},
		{"?days=-1", "30", "They see no data", "Their access ends"},
		{"?days=many", "30", "They see no data", "Their access ends"},
		{"?days=99999999", "30", "They see no data", "Their access ends"},
	} {
		body := want(t, b, "/due"+tt.query, 200, tt.shows, `value="`+tt.days+`"`)
		if strings.Contains(body, tt.omit) {
			t.Errorf("%q shows %q:\n%s", tt.query, tt.omit, body)
		}
	}
	want(t, b, "/due?days=120", 200, `href="/due/csv?days=120"`, `href="/person?id=eve"`)
}

// TestPersonPage shows what a person has and why, also somebody who was removed.
func TestPersonPage(t *testing.T) {
	w := newWorld(t).login("uma")
	w.ask("uma", "POST /teams/americas/members", `{"user":"tom","reason":"covers for mia"}`)
	b := w.browse("uma")
	answer := b.get("/person?id=tom")
	for _, text := range []string{
		"<h1>Tom</h1>", "tom@example.com", "The role team-member", "A member of team americas", "covers for mia",
		"Data group us, through team americas", "Report q3, as viewer, through team europe", `<a href="/history?event=2">2</a>`,
		`href="/history?target=user%3Atom"`, `href="/history?actor=tom"`,
	} {
		if !strings.Contains(answer.Body.String(), text) {
			t.Errorf("%d without %q:\n%s", answer.Code, text, answer.Body)
		}
	}
	if answer := b.get("/person?id=none"); answer.Code != http.StatusNotFound {
		t.Errorf("nobody: %d %s, want 404", answer.Code, answer.Body)
	}
}
