package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestProgram starts the program and calls it as the README does, over HTTP with
// JSON.
func TestProgram(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, listener, io.Discard) }()
	for _, tt := range []struct{ as, procedure, message, want string }{
		{"ann", "List", `{}`, `200 {"reports":["q1","q2"]}`},
		{"tom", "List", `{}`, `200 {"reports":["q1"]}`},
		{"ann", "Show", `{"report":"q1"}`, `200 {"report":"q1","title":"First quarter","accounts":["us-1"]}`},
		{"tom", "Show", `{"report":"q1"}`, `200 {"report":"q1","title":"First quarter","accounts":["de-1"]}`},
		{"tom", "Show", `{"report":"q2"}`, `404 {"code":"not_found","message":"not found"}`},
		{"tom", "Show", `{"report":"nope"}`, `404 {"code":"not_found","message":"not found"}`},
		{"tom", "Show", `{}`, `404 {"code":"not_found","message":"not found"}`},
		{"tom", "Rename", `{"report":"q1","title":"Mine"}`, `403 {"code":"permission_denied","message":"denied: level-too-low"}`},
		{"ann", "Rename", `{"report":"q1"}`, `400 {"code":"invalid_argument","message":"title is empty; write the new one"}`},
		{"ann", "Rename", `{"report":"q1","title":"New"}`, `200 {"report":"q1","title":"New","accounts":["us-1"]}`},
		{"sue", "Show", `{"report":"q1"}`, `403 {"code":"permission_denied","message":"denied: suspended"}`},
		{"", "Show", `{"report":"q1"}`, `401 {"code":"unauthenticated","message":"not authenticated"}`},
		{"ann", "Show", `{"report":"` + strings.Repeat("q", 1<<20) + `"}`, `429 {"code":"resource_exhausted"}`},
	} {
		r, err := http.NewRequestWithContext(ctx, "POST", "http://"+listener.Addr().String()+"/ambit.example.v1.Reports/"+tt.procedure, strings.NewReader(tt.message))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if tt.as != "" {
			r.Header.Set("Authorization", tt.as)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got := plain(answer.StatusCode, string(body)); got != tt.want && !(strings.HasPrefix(tt.want, "429") && strings.HasPrefix(got, "429 ")) {
			t.Errorf("%s as %q of %.40s: %s, want %s", tt.procedure, tt.as, tt.message, got, tt.want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// plain returns an answer without its details, and without the spaces that the
// JSON form of messages has here and there, by chance.
func plain(status int, body string) string {
	body = regexp.MustCompile(`,"details":.*]`).ReplaceAllString(body, "")
	body = regexp.MustCompile(`([:,]) +(["\[])`).ReplaceAllString(body, `$1$2`)
	return fmt.Sprintf("%d %s", status, body)
}
