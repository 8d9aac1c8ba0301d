package accesshttp_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/live"
)

// world has a report and an account that ann sees, others that they do not see,
// and reports with ids that a path may turn into others.
var world = access.MustLoad(`{
  "attributes": {"country": "string"},
  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
  "groups": [{"id": "us", "filter": "country = 'US'"}],
  "teams": [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "team-member"},
            {"id": "sue", "email": "sue@example.com", "role": "admin", "suspended": true},
            {"id": "ada", "email": "ada@example.com", "role": "admin"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "q3", "grants": [{"user": "ann", "level": "explorer"}]},
              {"id": "a/b", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "a%2Fb", "grants": [{"user": "ada", "level": "creator"}]},
              {"id": "../q1", "grants": [{"user": "ada", "level": "creator"}]},
              {"id": "q2", "grants": [{"user": "ada", "level": "creator"}]}],
  "links": [{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q1"}}]
}`)

// sourceOf turns a function for policies into one for what has them.
func sourceOf(policy func(*http.Request) (*access.Policy, error)) func(*http.Request) (live.Source, error) {
	return func(r *http.Request) (live.Source, error) {
		p, err := policy(r)
		return live.New(p), err
	}
}

// silence is an OnError for tests in which the program fails.
func silence(context.Context, error) {}

// configOf returns the configuration of a guard whose policy never fails and
// whose user is the one that the request names.
func configOf(p *access.Policy) accesshttp.Config {
	return accesshttp.Config{
		Source:  live.New(p),
		OnError: silence,
		Subject: func(r *http.Request) (access.Subject, error) {
			if link := r.Header.Get("X-Link"); link != "" {
				return access.ViaLink(access.LinkID(link)), nil
			}
			return access.User(r.Header.Get("X-User")), nil
		},
	}
}

// configFor returns the configuration of a guard for one subject, whatever the
// request names.
func configFor(s access.Subject) accesshttp.Config {
	config := configOf(world)
	config.Subject = func(*http.Request) (access.Subject, error) { return s, nil }
	return config
}

// guard returns the guard of a configuration that must be right.
func guard(c accesshttp.Config) *accesshttp.Guard {
	g, err := accesshttp.New(c)
	if err != nil {
		panic(err)
	}
	return g
}

var viewReport = accesshttp.Path("report", access.Report)

// hello is a handler that says which report it shows.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Report", r.PathValue("report"))
	io.WriteString(w, "hello")
})

// request reads a request as a server does. It is nil if the server would not
// take it.
func request(line string, header ...string) *http.Request {
	text := line + "\r\nHost: example.com\r\n" + strings.Join(append(header, "\r\n"), "\r\n")
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return nil
	}
	return r
}

// ask sends ann's request to a handler.
func ask(t *testing.T, h http.Handler, line string, header ...string) *http.Response {
	t.Helper()
	r := request(line, append(header, "X-User: ann")...)
	if r == nil {
		t.Fatalf("%q is no request", line)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pipe is a listener with one connection.
type pipe struct {
	net.Conn
	once sync.Once
	done chan struct{}
}

func (p *pipe) Accept() (c net.Conn, err error) {
	err = net.ErrClosed
	p.once.Do(func() { c, err = p.Conn, nil })
	if err != nil {
		<-p.done
	}
	return c, err
}

func (p *pipe) Close() error   { return nil }
func (p *pipe) Addr() net.Addr { return p.LocalAddr() }

// exchange returns what a server sends for a request, byte for byte, without
// the date.
func exchange(t *testing.T, h http.Handler, raw string) string {
	t.Helper()
	undated := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		h.ServeHTTP(w, r)
	})
	client, server := net.Pipe()
	l := &pipe{Conn: server, done: make(chan struct{})}
	s := &http.Server{Handler: undated}
	var serving sync.WaitGroup
	serving.Go(func() { s.Serve(l) })
	serving.Go(func() { io.WriteString(client, raw) })
	answer, err := io.ReadAll(client)
	if err != nil {
		t.Fatal(err)
	}
	close(l.done)
	serving.Wait()
	return string(answer)
}

// raw returns ann's request as it goes over the wire.
func raw(line string) string {
	return line + " HTTP/1.1\r\nHost: example.com\r\nX-User: ann\r\nConnection: close\r\n\r\n"
}

// segments is a router in the manner of chi: it matches the escaped path by its
// segments, and sets path values as they stand there.
type segments struct {
	method, pattern string
	handler         http.Handler
	notFound        http.Handler
}

func (s segments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want, got := strings.Split(s.pattern, "/"), strings.Split(r.URL.EscapedPath(), "/")
	if len(want) != len(got) {
		s.notFound.ServeHTTP(w, r)
		return
	}
	for i := range want {
		if name, ok := strings.CutPrefix(want[i], "{"); ok {
			r.SetPathValue(strings.TrimSuffix(name, "}"), got[i])
		} else if want[i] != got[i] {
			s.notFound.ServeHTTP(w, r)
			return
		}
	}
	if r.Method != s.method && r.Method != http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	r.Pattern = s.pattern
	s.handler.ServeHTTP(w, r)
}
