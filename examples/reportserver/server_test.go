package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// held is a server with one request in flight, which is not answered before release is closed.
type held struct {
	address  string
	stop     context.CancelFunc
	stopping chan struct{} // closed once the server takes nobody in
	release  chan struct{}
	answered chan string // the answer, or why there is none
	served   chan error
}

func hold(t *testing.T, grace time.Duration) *held {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	h := &held{listener.Addr().String(), stop, make(chan struct{}), make(chan struct{}), make(chan string, 1), make(chan error, 1)}
	w := newWorld(t).login("mia")
	entered := make(chan struct{})
	server := newServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		close(entered)
		select {
		case <-h.release:
		case <-r.Context().Done():
		}
		w.handler.ServeHTTP(out, r)
	}), slog.New(slog.DiscardHandler))
	server.RegisterOnShutdown(func() { close(h.stopping) })
	go func() { h.served <- serve(ctx, server, listener, grace) }()
	go func() {
		answer, err := send("GET", "http://"+h.address+"/reports", http.Header{"Authorization": {"Bearer " + w.tokens["mia"]}}, "")
		if err != nil {
			answer = err.Error()
		}
		h.answered <- answer
	}()
	<-entered
	return h
}

func TestShutdownFinishesRequests(t *testing.T) {
	h := hold(t, grace)
	h.stop()
	<-h.stopping
	if _, err := net.Dial("tcp", h.address); err == nil {
		t.Error("a server that stops accepts a connection")
	}
	close(h.release)
	if got, want := <-h.answered, `[{"id":"q3","name":"Third quarter"}]`+"\n"; got != want {
		t.Errorf("the request in flight got %q, want %q", got, want)
	}
	if err := <-h.served; err != nil {
		t.Errorf("serve = %v, want nil", err)
	}
}

func TestShutdownAfterGrace(t *testing.T) {
	h := hold(t, 0)
	h.stop()
	if err := <-h.served; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("serve = %v, want %v", err, context.DeadlineExceeded)
	}
	if got := <-h.answered; strings.Contains(got, "Third quarter") {
		t.Errorf("the request that was cut off got %q", got)
	}
}

func TestServeFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	err = serve(t.Context(), newServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler)), listener, grace)
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("serve = %v, want %v", err, net.ErrClosed)
	}
}

// TestRun starts the program as main does, asks it as the gateway whose token it printed, and tells it to stop.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	logs := make(logLines, 100)
	var stdout bytes.Buffer // read after it was written: the line about listening comes later
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"-addr", "127.0.0.1:0", "-log", "memory", "-v"}, func(string) string { return "" }, &stdout, logs)
	}()
	address := ""
	for address == "" {
		select {
		case line := <-logs:
			_, address, _ = strings.Cut(strings.TrimSpace(line), "msg=listening address=")
		case err := <-done:
			t.Fatalf("run = %v", err)
		}
	}
	token := strings.TrimPrefix(strings.TrimSpace(stdout.String()), "GATEWAY_TOKEN=")
	header := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
	answer, err := send("POST", "http://"+address+"/access/v1/evaluation", header,
		`{"subject":{"type":"user","id":"mia"},"action":{"name":"account.view"},"resource":{"type":"account","id":"us-search"}}`)
	if want := `{"decision":true}`; err != nil || answer != want {
		t.Errorf("%s, %v; want %s", answer, err, want)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("run = %v, want nil", err)
	}
	close(logs)
	all := ""
	for line := range logs {
		all += line
	}
	for _, want := range []string{
		`level=DEBUG msg=decision allowed=true reason=team step="" subject=mia action=account.view resource=account:us-search`,
		`method=POST path=/access/v1/evaluation route=/access/v1/ status=200`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the log does not contain %s:\n%s", want, all)
		}
	}
	if strings.Contains(all, token) || !regexp.MustCompile(`^[A-Z2-7]{26}$`).MatchString(token) {
		t.Errorf("token %q is none, or in the log:\n%s", token, all)
	}
}

// logLines is a log whose lines can be waited for.
type logLines chan string

func (l logLines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// TestExit: who asks for help gets the flags and no failure, and whoever mistypes one
// gets both.
func TestExit(t *testing.T) {
	for _, tt := range []struct {
		arg, want string
		status    int
	}{{"-h", "-max-age duration", 0}, {"-max", "reportserver: flag provided but not defined: -max", 1}} {
		var stderr strings.Builder
		status := end(run(t.Context(), []string{tt.arg}, func(string) string { return "" }, io.Discard, &stderr), &stderr)
		if status != tt.status || !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("%s: status %d, want %d: %s", tt.arg, status, tt.status, &stderr)
		}
	}
	if end(nil, io.Discard) != 0 {
		t.Error("a server that was stopped failed")
	}
}

func TestRunFails(t *testing.T) {
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"help", []string{"-h"}, flag.ErrHelp.Error()},
		{"no age", []string{"-max-age", "0s"}, "-max-age is 0s: write a time above 0"},
		{"an argument", []string{"--", "now"}, `unexpected argument "now"`},
		{"a host with a path", []string{"-host", "example.com/x"}, "has a path"},
		{"a company that is not there", []string{"-company", "none.json"}, "no such file"},
		{"a company that is none", []string{"-company", "reports.json"}, "the company: "},
		{"an address in use", []string{"-addr", taken.Listener.Addr().String()}, "address already in use"},
	} {
		err := run(t.Context(), append(tt.args, "-log", "memory"), func(string) string { return gatewayToken }, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}
