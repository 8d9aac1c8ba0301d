package fiberguard

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"unsafe"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/admission/admissiontest"
	"github.com/gofiber/fiber/v3"
)

// mutable is a guard whose handler may be a broken one.
type mutable struct {
	*Guard
	handle func(*Guard, *admission.Route[fiber.Ctx]) fiber.Handler
}

func (m mutable) Require(a access.Action, r func(fiber.Ctx) (access.Resource, error)) fiber.Handler {
	return m.handle(m.Guard, m.inner.Require(a, copied(r, copyResource)))
}

func (m mutable) RequireOrNotFound(a access.Action, r func(fiber.Ctx) (access.Resource, error)) fiber.Handler {
	return m.handle(m.Guard, m.inner.RequireOrNotFound(a, copied(r, copyResource)))
}

func (m mutable) RequireSeen(see, a access.Action, r func(fiber.Ctx) (access.Resource, error)) fiber.Handler {
	return m.handle(m.Guard, m.inner.RequireSeen(see, a, copied(r, copyResource)))
}

func (m mutable) RequireUser() fiber.Handler { return m.handle(m.Guard, m.inner.RequireUser()) }

// config is that of a guard of the service of the table.
func config(service *admissiontest.App) Config {
	c := admissiontest.Config(service, func(c fiber.Ctx) (context.Context, []string) {
		var values []string
		for _, v := range c.Request().Header.PeekAll("Authorization") {
			values = append(values, unsafe.String(unsafe.SliceData(v), len(v))) // into the memory of the request, as hosts do
		}
		return c.Context(), values
	})
	return Config{SourceOf: c.SourceOf, Subject: c.Subject, Observer: c.Observer, OnError: c.OnError, Recheck: c.Recheck}
}

// mount returns an app with the service of the table.
func mount(t *testing.T, settings fiber.Config, service *admissiontest.App, protector func(*Guard) admissiontest.Guard[fiber.Ctx, fiber.Handler]) *fiber.App {
	t.Helper()
	guard, err := New(config(service))
	if err != nil {
		t.Fatal(err)
	}
	app, mounts := fiber.New(settings), make(map[string]*fiber.App)
	for _, r := range service.Routes() {
		router := app
		if r.Mount != "" {
			if router = mounts[r.Mount]; router == nil {
				router = fiber.New(settings)
				mounts[r.Mount] = router
			}
		}
		chain := []any{admissiontest.Protect(protector(guard), r, resource(r)), handler(r)}
		if r.Drained {
			chain = append([]any{func(c fiber.Ctx) error { c.Body(); return c.Next() }}, chain...)
		}
		router.Add([]string{r.Method}, strings.Replace(r.Pattern, "{id}", ":id", 1), chain[0], chain[1:]...)
	}
	for prefix, sub := range mounts {
		app.Use(prefix, sub)
	}
	return app
}

func resource(r admissiontest.Route) func(fiber.Ctx) (access.Resource, error) {
	switch r.From {
	case admissiontest.Path:
		return func(c fiber.Ctx) (access.Resource, error) {
			named, err := Path("id", access.Report)(c)
			if err != nil {
				return named, err
			}
			return r.Resource(named.ID())
		}
	case admissiontest.Query:
		return func(c fiber.Ctx) (access.Resource, error) {
			named, err := Query("id", access.Report)(c)
			if err != nil {
				return named, err
			}
			return r.Resource(named.ID())
		}
	case admissiontest.Body:
		return Body(int(r.Limit), func(body []byte) (access.Resource, error) {
			id, err := admission.JSONMember(body, "id")
			if err != nil {
				return access.Resource{}, err
			}
			return r.Resource(id)
		})
	}
	return func(fiber.Ctx) (access.Resource, error) { return r.Resource("") }
}

// handler is that of a route. What lasts runs after it has returned.
func handler(r admissiontest.Route) fiber.Handler {
	return func(c fiber.Ctx) error {
		ctx := c.Context()
		switch r.Form {
		case admissiontest.Stream:
			c.Set(fiber.HeaderContentType, "text/event-stream")
			return c.SendStreamWriter(func(w *bufio.Writer) {
				r.Stream(ctx, func(text string) error {
					w.WriteString(admissiontest.Event(text))
					return w.Flush()
				})
			})
		case admissiontest.Upgrade:
			key := strings.Clone(c.Get("Sec-WebSocket-Key"))
			c.RequestCtx().HijackSetNoResponse(true)
			c.RequestCtx().Hijack(func(conn net.Conn) { r.Upgrade(ctx, conn, key) })
			return nil
		}
		text, err := r.Handle(ctx, c.Body())
		if err != nil {
			return Refuse(c, err)
		}
		return c.SendString(text)
	}
}

// serve serves an app on a port of this machine, and returns its URL.
func serve(t *testing.T, app *fiber.App) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() {
		if err := app.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

const gone = "a client that goes away"

var skip = map[string]string{gone: "fasthttp tells nobody before an answer is written"}

// skips are the cases that one app cannot be asked besides.
var skips = map[string]map[string]string{"unescaped paths": {
	gone:                        skip[gone],
	"an encoded slash after it": "fiber decodes a path before it takes a trailing slash away, so the id that is asked about and used is q1",
}}

// settings are those of apps that route in different ways.
var settings = map[string]fiber.Config{
	"as it comes":     {},
	"strict":          {CaseSensitive: true, StrictRouting: true},
	"unescaped paths": {UnescapePath: true},
	"immutable":       {Immutable: true},
	"streamed bodies": {StreamRequestBody: true, BodyLimit: 16},
	"own errors": {ErrorHandler: func(c fiber.Ctx, err error) error {
		code := fiber.StatusInternalServerError
		if e, ok := errors.AsType[*fiber.Error](err); ok {
			code = e.Code
		}
		return c.Status(code).JSON(fiber.Map{"code": code})
	}},
	"all of it": {CaseSensitive: true, StrictRouting: true, UnescapePath: true, Immutable: true, StreamRequestBody: true},
}

func whole(g *Guard) admissiontest.Guard[fiber.Ctx, fiber.Handler] { return g }

// TestTable asks the table over TCP.
func TestTable(t *testing.T) {
	for name, config := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service, skip := admissiontest.NewApp(), skip
			if skips[name] != nil {
				skip = skips[name]
			}
			count, err := service.Check(t.Context(), admissiontest.Server{URL: serve(t, mount(t, config, service, whole)), Skip: skip})
			if err != nil {
				t.Error(err)
			}
			if count.Passed < 200 || count.Skipped != len(skip) {
				t.Errorf("%+v: the table has shrunk", count)
			}
		})
	}
}

// TestMutants asks the table of guards that are broken in each way that people
// break them, and wants it to fail.
func TestMutants(t *testing.T) {
	t.Parallel()
	for name, mutant := range map[string]func(*Guard, *admission.Route[fiber.Ctx]) fiber.Handler{
		"the call of the guard is left out": func(*Guard, *admission.Route[fiber.Ctx]) fiber.Handler {
			return func(c fiber.Ctx) error { return c.Next() }
		},
		"its answer is ignored": func(_ *Guard, t *admission.Route[fiber.Ctx]) fiber.Handler {
			return func(c fiber.Ctx) error {
				if ctx, _ := t.Admit(c); ctx != nil {
					c.SetContext(ctx)
				}
				return c.Next()
			}
		},
		"the return is dropped": func(g *Guard, t *admission.Route[fiber.Ctx]) fiber.Handler {
			return func(c fiber.Ctx) error {
				ctx, refused := t.Admit(c)
				if refused != nil {
					g.answers.refuse(c, *refused)
				} else {
					c.SetContext(ctx)
				}
				return c.Next()
			}
		},
		"the context is dropped": func(g *Guard, t *admission.Route[fiber.Ctx]) fiber.Handler {
			return func(c fiber.Ctx) error {
				if _, refused := t.Admit(c); refused != nil {
					return g.answers.refuse(c, *refused)
				}
				return c.Next()
			}
		},
		"the route goes on at what is hidden": func(g *Guard, t *admission.Route[fiber.Ctx]) fiber.Handler {
			return func(c fiber.Ctx) error {
				ctx, refused := t.Admit(c)
				if refused != nil && refused.Status != fiber.StatusNotFound {
					return g.answers.refuse(c, *refused)
				}
				if ctx != nil {
					c.SetContext(ctx)
				}
				return c.Next()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := admissiontest.NewApp()
			app := mount(t, fiber.Config{}, service, func(g *Guard) admissiontest.Guard[fiber.Ctx, fiber.Handler] { return mutable{g, mutant} })
			count, err := service.Check(t.Context(), admissiontest.Server{URL: serve(t, app), Skip: skip})
			if err == nil {
				t.Errorf("the table passes: %+v", count)
			}
			t.Logf("%d cases fail", count.Failed)
		})
	}
}
