package fiberguard

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/gofiber/fiber/v3"
	panics "github.com/gofiber/fiber/v3/middleware/recover"
	"github.com/gofiber/fiber/v3/middleware/requestid"
)

// company has reports whose ids differ in what a router may make of a path. Ann
// sees q1, and ada the others.
const company = `{
  "users": [{"id": "ann", "email": "ann@example.com", "role": "team-member"}, {"id": "ada", "email": "ada@example.com", "role": "team-member"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "q2", "grants": [{"user": "ada", "level": "viewer"}]}, {"id": "Q1", "grants": [{"user": "ada", "level": "viewer"}]},
              {"id": "q1/", "grants": [{"user": "ada", "level": "viewer"}]}, {"id": "q1/rows", "grants": [{"user": "ada", "level": "viewer"}]},
              {"id": "%711", "grants": [{"user": "ada", "level": "viewer"}]}, {"id": "q 1", "grants": [{"user": "ada", "level": "viewer"}]}]
}`

var source = live.New(access.MustLoad(company))

// user believes the header, whose memory is that of the request.
func user(c fiber.Ctx) (access.Subject, error) { return access.User(c.Get("User")), nil }

func newGuard(t *testing.T, change ...func(*Config)) *Guard {
	t.Helper()
	c := Config{Source: source, Subject: user, OnError: func(_ context.Context, err error) { t.Errorf("OnError: %v", err) }}
	for _, f := range change {
		f(&c)
	}
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// ask sends a request over a connection, and returns the whole answer without its
// date and its lines' ends.
func ask(t *testing.T, conn net.Conn, request string) string {
	t.Helper()
	head, body, _ := strings.Cut(request, "\n\n")
	conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(conn, strings.ReplaceAll(head, "\n", "\r\n")+"\r\nHost: ambit.test\r\n\r\n"+body); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Header.Del("Date")
	var b strings.Builder
	b.WriteString(answer.Status + "\n")
	answer.Header.Write(&b)
	return strings.ReplaceAll(b.String(), "\r\n", "\n") + "\n" + string(text)
}

func dial(t *testing.T, app *fiber.App) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(serve(t, app), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestCopied keeps the context of a request while the next ones on the same
// connection use its memory again.
func TestCopied(t *testing.T) {
	t.Parallel()
	guard := newGuard(t)
	app := fiber.New()
	var kept []context.Context
	var params []string // as a handler should not keep them
	type key struct{}
	app.Use(func(c fiber.Ctx) error {
		c.SetContext(context.WithValue(c.Context(), key{}, strings.Clone(c.Get("User")))) // of the host, which the guard keeps
		return c.Next()
	})
	app.Get("/reports/:report", guard.Require(access.ViewReport, Path("report", access.Report)), func(c fiber.Ctx) error {
		kept, params = append(kept, c.Context()), append(params, c.Params("report"))
		return nil
	})
	conn := dial(t, app)
	for range 10 {
		for _, line := range []string{"GET /reports/q1 HTTP/1.1\nUser: ann", "GET /reports/q2 HTTP/1.1\nUser: ada"} {
			if answer := ask(t, conn, line); !strings.HasPrefix(answer, "200") {
				t.Fatal(answer)
			}
		}
	}
	reused := false
	for i, ctx := range kept {
		who, id := "ann", "q1"
		if i%2 == 1 {
			who, id = "ada", "q2"
		}
		reused = reused || params[i] != id
		if ctx.Value(key{}) != who {
			t.Errorf("request %d has lost the context of the host", i)
		}
		if d := admission.Decision(ctx); d.Resource != access.Report(id) || d.Subject != access.User(who) || admission.Subject(ctx) != access.User(who) {
			t.Errorf("request %d was of %s about %s, and is kept as %s about %s", i, who, id, d.Subject, d.Resource)
		}
	}
	if !reused {
		t.Error("fiber has not used any memory again, so this test shows nothing")
	}
}

// TestCopies copies everything there is, into other memory.
func TestCopies(t *testing.T) {
	t.Parallel()
	same := func(a, b string) bool { return a != "" && unsafe.StringData(a) == unsafe.StringData(b) }
	for _, s := range []access.Subject{{}, access.User("ann"), access.Session("ann", "americas"), access.Session("ann", ""), access.ViaLink("l1")} {
		own := copySubject(s)
		if own != s || same(string(own.User()), string(s.User())) || same(string(own.Link()), string(s.Link())) {
			t.Errorf("%s is copied as %s", s, own)
		}
	}
	for _, r := range []access.Resource{
		{}, access.Company(), access.Account("a"), access.Report("q1"), access.Report(""), access.CompanyItem("invoice", "i"), access.Item("campaign", "c", "us-1"),
	} {
		if own := copyResource(r); own != r || same(own.ID(), r.ID()) || same(string(own.Account()), string(r.Account())) {
			t.Errorf("%s is copied as %s", r, own)
		}
	}
	if r := access.Item(access.KindAccount, "a", "b"); copyResource(r) != r {
		t.Errorf("%s is malformed, and is copied as %s", r, copyResource(r))
	}
}

// TestPaths sends paths that routers understand in different ways to apps that
// route in different ways. A handler must run for q1 alone, and must be given it.
func TestPaths(t *testing.T) {
	t.Parallel()
	paths := []string{
		"/reports/q1", "/reports/Q1", "/REPORTS/q1", "/REPORTS/Q1", "/reports/q1/", "/Reports/Q1/", "/reports/q1//", "/reports//q1", "/reports/q1/rows", "/reports/q1%2Frows",
		"/reports/q1%2F", "/reports/q1%2f", "/reports/%711", "/reports/%25711", "/reports/%2571%31", "/reports/q+1", "/reports/q%201", "/reports/q%2B1", "/reports/q2", "/reports/%712",
		"/reports/q2?report=q1", "/reports/q1%3Freport=q2", "/reports/q1;report=q2", "/reports/q1%00", "/reports/q1%", "/reports/./q1", "/reports/q2/../q1", "/reports/q1/../q2",
		"/reports/q1/..%2Fq2", "//reports/q1", "/%72eports/q1", "/files/q1", "/files/q1/rows", "/files/q1%2Frows", "/files/q1/", "/opt/q1", "/opt/", "/opt", "/q1-q2", "/q2-q1", "/q1.q2",
	}
	for name, config := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			guard, runs := newGuard(t), 0
			app := fiber.New(config)
			handler := func(name string) fiber.Handler {
				return func(c fiber.Ctx) error {
					runs++
					asked, used := admission.Decision(c.Context()).Resource.ID(), c.Params(name)
					if asked != used || asked != "q1" {
						t.Errorf("%s: %q was asked about, and %q is used", c.OriginalURL(), asked, used)
					}
					return nil
				}
			}
			for pattern, name := range map[string]string{"/reports/:report": "report", "/files/*": "*", "/opt/:report?": "report", "/:from-:to": "to", "/:one.:Two": "Two"} {
				app.Get(pattern, guard.RequireOrNotFound(access.ViewReport, Path(name, access.Report)), handler(name))
			}
			conn := dial(t, app)
			for _, path := range paths {
				before := runs
				answer := ask(t, conn, "GET "+path+" HTTP/1.1\nUser: ann")
				if ran := runs > before; ran != strings.HasPrefix(answer, "200") {
					t.Errorf("%s: the handler ran: %t, and the answer is %s", path, ran, answer)
				}
				if path == "/reports/q1" && runs != 1 {
					t.Errorf("%s is refused: %s", path, answer)
				}
			}
		})
	}
}

// TestMisplaced puts the guard where the id that it is asked about may be another
// than that of the handler.
func TestMisplaced(t *testing.T) {
	t.Parallel()
	told := 0
	guard := newGuard(t, func(c *Config) { c.OnError = func(context.Context, error) { told++ } })
	report := guard.Require(access.ViewReport, Path("report", access.Report))
	handler := func(c fiber.Ctx) error { t.Errorf("the handler of %s runs", c.OriginalURL()); return nil }
	for name, register := range map[string]func(*fiber.App){
		"use":   func(app *fiber.App) { app.Use("/reports/:report", report).Get("/reports/*", handler) },
		"group": func(app *fiber.App) { app.Group("/reports/:report", report).Get("/:row", handler) },
		"last":  func(app *fiber.App) { app.Get("/reports/:report/:row", report).Get("/reports/q1/:report", handler) },
	} {
		app := fiber.New()
		register(app)
		before := told
		if answer := ask(t, dial(t, app), "GET /reports/q1/q2 HTTP/1.1\nUser: ann"); !strings.HasPrefix(answer, "500") || told != before+1 {
			t.Errorf("%s: OnError is called %d times, and the answer is %s", name, told-before, answer)
		}
	}
	app := fiber.New()
	app.Get("/reports/:report", guard.Require(access.ViewReport, Path("raport", func(string) access.Resource { return access.Report("q1") })), handler)
	if answer := ask(t, dial(t, app), "GET /reports/q1 HTTP/1.1\nUser: ann"); !strings.HasPrefix(answer, "404") {
		t.Errorf("a parameter that the route lacks: %s", answer)
	}
}

// TestGroup: what asks nothing of the path may stand in front of many routes.
func TestGroup(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	app.Group("/v1", newGuard(t).RequireUser()).Get("/me", func(c fiber.Ctx) error {
		return c.SendString(admission.Subject(c.Context()).String())
	})
	conn := dial(t, app)
	if answer := ask(t, conn, "GET /v1/me HTTP/1.1\nUser: ann"); !strings.HasSuffix(answer, "\n\nann") {
		t.Error(answer)
	}
	if answer := ask(t, conn, "GET /v1/me HTTP/1.1"); !strings.HasPrefix(answer, "401") {
		t.Error(answer)
	}
}

var length = regexp.MustCompile(`Content-Length: \d+`)

// TestAnswers compares whole answers.
func TestAnswers(t *testing.T) {
	t.Parallel()
	guard := newGuard(t, func(c *Config) {
		c.Challenge, c.ProblemType = `Bearer realm="reports"`, "https://example.com/problems/"
		c.NotFound = func(c fiber.Ctx) error { return c.Status(404).SendString("no such page") }
	})
	app := fiber.New(fiber.Config{BodyLimit: 64})
	app.Get("/reports/:report", guard.Require(access.ViewReport, Path("report", access.Report)), func(fiber.Ctx) error { return nil })
	app.Get("/hidden/:report", guard.RequireOrNotFound(access.ViewReport, Path("report", access.Report)), func(fiber.Ctx) error { return nil })
	app.Post("/shares", guard.Require(access.ViewReport, JSON("report", access.Report)), func(c fiber.Ctx) error { return c.Send(c.Body()) })
	app.Get("/open", func(c fiber.Ctx) error {
		return Refuse(c, access.MustLoad(company).Decide(access.User("ann"), access.ViewReport, access.Report("q2")).Err())
	})
	conn := dial(t, app)
	const problem = "Cache-Control: no-store\nContent-Length: 0\nContent-Type: application/problem+json\nX-Content-Type-Options: nosniff\n"
	for _, c := range []struct{ request, want string }{
		{"GET /reports/q1 HTTP/1.1", `401 Unauthorized
Cache-Control: no-store
Content-Length: 0
Content-Type: application/problem+json
Www-Authenticate: Bearer realm="reports"
X-Content-Type-Options: nosniff

{"type":"https://example.com/problems/401","title":"Unauthorized","status":401}`},
		{"GET /reports/q2 HTTP/1.1\nUser: ann", "403 Forbidden\n" + problem + `
{"type":"https://example.com/problems/out-of-reach","title":"Forbidden","status":403,"reason":"out-of-reach"}`},
		{"GET /hidden/q2 HTTP/1.1\nUser: ann", "404 Not Found\nContent-Length: 0\nContent-Type: text/plain; charset=utf-8\n\nno such page"},
		{"GET /open HTTP/1.1", "403 Forbidden\n" + problem + "\n" + `{"title":"Forbidden","status":403}`},
		{"POST /shares HTTP/1.1\nUser: ann\nContent-Type: application/json\nContent-Length: 15\n\n{\"report\":\"q1\"}", "200 OK\nContent-Length: 0\nContent-Type: text/plain; charset=utf-8\n\n{\"report\":\"q1\"}"},
		{"POST /shares HTTP/1.1\nUser: ann\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 33\n\n{\"report\":\"q1\",\"x\":\"&report=q2&\"}", "400 Bad Request\n" + problem + `
{"type":"https://example.com/problems/400","title":"Bad Request","status":400,"detail":"the body must be JSON; send it with the Content-Type application/json"}`},
		{"POST /shares HTTP/1.1\nUser: ann\nContent-Type: application/json\nContent-Encoding: gzip\nContent-Length: 15\n\n{\"report\":\"q1\"}", "400 Bad Request\n" + problem + `
{"type":"https://example.com/problems/400","title":"Bad Request","status":400,"detail":"the body must not be compressed: leave out Content-Encoding"}`},
		{"PUT /shares HTTP/1.1\nUser: ann", "405 Method Not Allowed\nAllow: POST\nContent-Length: 0\nContent-Type: text/plain; charset=utf-8\n\nMethod Not Allowed"},
		{"POST /shares HTTP/1.1\nUser: ann\nContent-Length: 65\n\n" + strings.Repeat(" ", 65), "413 Request Entity Too Large\nContent-Length: 0\nContent-Type: text/plain; charset=utf-8\n\nRequest Entity Too Large"},
	} {
		if got := length.ReplaceAllString(ask(t, conn, c.request), "Content-Length: 0"); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.request, got, c.want)
		}
	}
}

// TestLeft: a stream whose client has gone ends, though nothing is denied.
func TestLeft(t *testing.T) {
	t.Parallel()
	app, left := fiber.New(), make(chan error, 1)
	app.Get("/events/:report", newGuard(t).Require(access.ViewReport, Path("report", access.Report)), func(c fiber.Ctx) error {
		ctx := c.Context()
		return c.SendStreamWriter(func(w *bufio.Writer) {
			ctx, stop := admission.Watch(ctx)
			defer stop()
			for {
				if _, err := w.WriteString(strings.Repeat("x", 1<<16)); err != nil || ctx.Err() != nil {
					left <- errors.Join(ctx.Err(), nil)
					return
				}
			}
		})
	})
	conn := dial(t, app)
	io.WriteString(conn, "GET /events/q1 HTTP/1.1\r\nHost: ambit.test\r\nUser: ann\r\n\r\n")
	conn.Read(make([]byte, 1))
	conn.Close()
	select {
	case err := <-left:
		if err != nil {
			t.Errorf("the admission has ended: %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the stream goes on")
	}
}

// TestUnguarded names the routes without a guard, wherever they stand.
func TestUnguarded(t *testing.T) {
	t.Parallel()
	guard, nothing := newGuard(t), func(fiber.Ctx) error { return nil }
	report := guard.Require(access.ViewReport, Path("report", access.Report))
	app, sub := fiber.New(fiber.Config{CaseSensitive: true}), fiber.New()
	app.Use(panics.New(), requestid.New())
	app.Get("/reports/:report", report, nothing)
	app.Get("/reports/:report/rows", nothing)
	app.Post("/reports/:report<int>", guard.RequireUser(), nothing)
	app.Put("/reports/:report<int>/rows", nothing)
	app.Head("/heads/:report", nothing).Get("/heads/:report", report, nothing)
	app.Delete("/:from-:to", report, nothing)
	app.Patch("/patches/:code<regex(^Z{3}$)>", report, nothing) // which no probe meets
	app.Get("/files/*", nothing)
	app.Get("/panic", func(fiber.Ctx) error { panic("without a guard") })
	app.Group("/mine", guard.RequireUser()).Get("/:list?", nothing)
	sub.Get("/reports/:report", report, nothing)
	sub.Get("/open", nothing)
	app.Use("/v1", sub)
	got := Unguarded(app)
	want := []string{
		"GET /files/*", "GET /panic", "GET /reports/:report/rows", "GET /v1/open", "HEAD /heads/:report",
		"PATCH /patches/:code<regex(^Z{3}$)>", "PUT /reports/:report<int>/rows",
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestWrong makes guards and routes that cannot be.
func TestWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{{}, {Source: source}, {Subject: user}, {Source: source, Subject: user, Recheck: -1}} {
		if g, err := New(c); err == nil || g != nil {
			t.Errorf("New returns a guard: %v", err)
		}
	}
	for name, f := range map[string]func(){
		"no resource":    func() { newGuard(t).Require(access.ViewReport, nil) },
		"no action":      func() { newGuard(t).RequireSeen(access.ViewReport, "", Path("report", access.Report)) },
		"no parameter":   func() { Path("", access.Report) },
		"no report":      func() { Path("report", nil) },
		"no member":      func() { JSON("", access.Report) },
		"no limit":       func() { Body(0, func([]byte) (access.Resource, error) { return access.Company(), nil }) },
		"the zero Guard": func() { new(Guard).RequireUser() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}
