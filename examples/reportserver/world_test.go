package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

const gatewayToken = "gateway-token-of-the-tests"

// today is when the tests take place, unless they move the clock.
var today = time.Date(2026, time.September, 1, 9, 0, 0, 0, time.UTC)

// world is the service as a client sees it, without a network.
type world struct {
	t       testing.TB
	service *service
	handler http.Handler
	tokens  map[string]string // by user
	logged  *bytes.Buffer     // what the service logs
	now     time.Time         // today, until a test moves it
}

func newWorld(t testing.TB) *world { return newWorldOn(t, audit.NewMemory()) }

func newWorldOn(t testing.TB, log audit.Log) *world {
	t.Helper()
	return newWorldIn(t, place{log: log}, companyJSON)
}

func newWorldIn(t testing.TB, p place, policy []byte) *world {
	t.Helper()
	w := &world{t: t, tokens: map[string]string{"gateway": gatewayToken}, logged: new(bytes.Buffer), now: today}
	logger := slog.New(slog.NewTextHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	w.service, err = newService(t.Context(), p, logger, settings{
		now: func() time.Time { return w.now }, maxAge: 5 * time.Second,
		policy: func() ([]byte, error) { return policy, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	routes, err := w.service.routes(gatewayToken, "reports.example.com")
	if err != nil {
		t.Fatal(err)
	}
	w.handler = logRequests(logger, routes)
	return w
}

// login logs users in, whose tokens ask uses.
func (w *world) login(users ...string) *world {
	w.t.Helper()
	for _, user := range users {
		answer := w.ask("", "POST /login", `{"user":"`+user+`"}`)
		if answer.Code != http.StatusOK {
			w.t.Fatalf("%s cannot log in: %d %s", user, answer.Code, answer.Body)
		}
		w.tokens[user] = strings.TrimSpace(answer.Body.String())
	}
	return w
}

// ask sends a request in the name of a user, or of nobody, with a body of JSON unless that is "".
func (w *world) ask(user, methodAndPath, body string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(methodAndPath, " ")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if user != "" {
		r.Header.Set("Authorization", "Bearer "+w.tokens[user])
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}
