package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestBody sends bodies to the login, where anything but 200 means that the body was not understood.
func TestBody(t *testing.T) {
	const media = "application/json"
	for _, tt := range []struct {
		want             int
		name, kind, body string
	}{
		{200, "an object", media, `{"user":"mia"}`},
		{200, "with white space and a charset", media + "; charset=utf-8", " {\"user\":\"mia\"}\r\n"},
		{400, "no body", media, ""},
		{400, "an array", media, `["mia"]`},
		{400, "a number for a string", media, `{"user":1}`},
		{400, "an unknown name", media, `{"user":"mia","admin":true}`},
		{400, "a second value", media, `{"user":"mia"}{}`},
		{400, "something after it", media, `{"user":"mia"}]`},
		{400, "cut off", media, `{"user":"mia"`},
		{400, "null", media, `null`},
		{401, "null for a name", media, `{"user":null}`},
		{401, "no names", media, `{}`},
		{200, "an escaped name", media, `{"\u0075ser":"mia"}`},
		{400, "a name twice", media, `{"user":"ada","user":"mia"}`},
		{400, "a name twice, once escaped", media, `{"user":"ada","\u0075ser":"mia"}`},
		{400, "a name in another case", media, `{"User":"mia"}`},
		{400, "a name in two cases", media, `{"user":"ada","USER":"mia"}`},
		{400, "a letter that folds into another", media, `{"uſer":"mia"}`},
		{400, "an empty name", media, `{"user":"mia","":1}`},
		{400, "a number for a name", media, `{1:"mia"}`},
		{400, "no colon", media, `{"user" "mia"}`},
		{400, "a comma after it", media, `{"user":"mia",}`},
		{400, "no brace after it", media, `{"user":"mia"]`},
		{413, "too large", media, `{"user":"` + strings.Repeat("x", maxBody) + `"}`},
		{413, "too large after it", media, `{"user":"mia"}` + strings.Repeat(" ", maxBody)},
		{415, "no content type", "", `{"user":"mia"}`},
		{415, "a form", "application/x-www-form-urlencoded", `{"user":"mia"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/login", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			answer := httptest.NewRecorder()
			newWorld(t).handler.ServeHTTP(answer, r)
			if answer.Code != tt.want {
				t.Errorf("%d %s, want %d", answer.Code, answer.Body, tt.want)
			}
			if status := fmt.Sprintf(`"status":%d`, tt.want); tt.want != 200 && !strings.Contains(answer.Body.String(), status) {
				t.Errorf("%s does not contain %s", answer.Body, status)
			}
		})
	}
}

// TestLoginLimit fills the logins: then nobody may log in before some have ended, and nobody is logged out.
func TestLoginLimit(t *testing.T) {
	w := newWorld(t).login("ada")
	now := today
	logins := w.service.logins
	logins.now = func() time.Time { return now }
	for len(logins.open) < maxLogins {
		if _, err := logins.start("mia"); err != nil {
			t.Fatal(err)
		}
	}
	if answer := w.ask("", "POST /login", `{"user":"mia"}`); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d %s, want 503", answer.Code, answer.Body)
	}
	if answer := w.ask("ada", "GET /reports", ""); answer.Code != http.StatusOK {
		t.Errorf("who was there: %d %s, want 200", answer.Code, answer.Body)
	}
	now = today.Add(loginTime)
	if answer := w.ask("", "POST /login", `{"user":"mia"}`); answer.Code != http.StatusOK || len(logins.open) != 1 {
		t.Errorf("once they have ended: %d, and %d are left; want 200 and 1", answer.Code, len(logins.open))
	}
}
