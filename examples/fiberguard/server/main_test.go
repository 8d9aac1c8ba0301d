package main

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/examples/fiberguard"
)

// TestServer asks what the server says how to try.
func TestServer(t *testing.T) {
	app, err := newApp()
	if err != nil {
		t.Fatal(err)
	}
	if open := fiberguard.Unguarded(app); len(open) > 0 {
		t.Errorf("nobody guards %q", open)
	}
	for _, c := range []struct{ method, path, user, body, want string }{
		{"GET", "/reports/q1", "ann", "", "200 report:q1\n"},
		{"GET", "/reports/q2", "ann", "", "404 Not Found"},
		{"GET", "/reports/q1", "", "", `401 {"title":"Unauthorized","status":401}`},
		{"POST", "/titles", "ann", `{"report": "q1"}`, "200 report:q1\n"},
		{"POST", "/titles", "tom", `{"report": "q1"}`, "404 Not Found"},
		{"POST", "/titles", "tom", `{"report": "q2"}`, `403 {"title":"Forbidden","status":403,"reason":"level-too-low"}`},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/json")
		if c.user != "" {
			r.Header.Set("Authorization", "Bearer "+c.user)
		}
		answer, err := app.Test(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		if got := answer.Status[:4] + string(text); got != c.want {
			t.Errorf("%s %s of %q: %q, want %q", c.method, c.path, c.user, got, c.want)
		}
	}
}
