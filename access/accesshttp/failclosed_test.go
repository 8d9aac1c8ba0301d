package accesshttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
)

// fault is what goes wrong at one point of a request.
type fault string

// The errors that a function may fail with, and how each is answered.
var failing = map[fault]struct {
	err    error
	status int
}{
	"broken":          {errBroken, 500},
	"unauthenticated": {fmt.Errorf("x: %w", accesshttp.ErrUnauthenticated), 401},
	"not found":       {fmt.Errorf("x: %w", accesshttp.ErrNotFound), 404},
	"unavailable":     {fmt.Errorf("x: %w", accesshttp.ErrUnavailable), 503},
	"canceled":        {fmt.Errorf("x: %w", context.Canceled), 503},
	"late":            {context.DeadlineExceeded, 503},
	"denied":          {access.ErrDenied, 403},
}

var (
	errorFaults = []fault{"broken", "unauthenticated", "not found", "unavailable", "canceled", "late", "denied"}
	otherFaults = []fault{"zero", "panic", "cancel", "swap"} // swap gives the request another context, which is over
	mostly      = rapid.SampledFrom([]fault{"", "", "", "", "fault"})
)

func drawFault(t *rapid.T, at string, from ...fault) fault {
	if mostly.Draw(t, at+" fails") == "" {
		return ""
	}
	return rapid.SampledFrom(from).Draw(t, at)
}

// trial is one request with what goes wrong on its way.
type trial struct {
	mode     string // "require", "hide", "seen" or "user"
	who      access.Subject
	action   access.Action
	what     access.Resource
	start    fault
	subject  fault
	policy   fault
	resource fault
	observer fault
}

func drawTrial(t *rapid.T) trial {
	functionFaults := append(errorFaults[:len(errorFaults):len(errorFaults)], otherFaults...)
	return trial{
		mode: rapid.SampledFrom([]string{"require", "require", "hide", "seen", "seen", "user"}).Draw(t, "mode"),
		who: rapid.SampledFrom([]access.Subject{access.User("ann"), access.User("ann"), access.User("ada"), access.User("sue"), access.User("bob"),
			access.Session("ann", "americas"), access.Session("ann", ""), access.ViaLink("l1")}).Draw(t, "who"),
		action: rapid.SampledFrom([]access.Action{access.ViewReport, access.ViewReport, access.EditReport, access.ViewAccount, access.InviteUser, "nonsense"}).Draw(t, "action"),
		what: rapid.SampledFrom([]access.Resource{access.Report("q1"), access.Report("q1"), access.Report("q2"), access.Report("nope"), access.Report("\x00"),
			access.Account("us-1"), access.Account("de-1"), access.Account(""), access.Company(), {}}).Draw(t, "what"),
		start:    drawFault(t, "start", "canceled", "late"),
		subject:  drawFault(t, "subject", functionFaults...),
		policy:   drawFault(t, "policy", functionFaults...),
		resource: drawFault(t, "resource", functionFaults...),
		observer: drawFault(t, "observer", "panic", "cancel"),
	}
}

const panicked = -1

// expect says how the trial must end, and at what point: with a status, or a
// panic. Only 200 reaches the handler.
func (c trial) expect() (status int, at string) {
	if c.start != "" {
		return 503, "start"
	}
	what, over, sees := c.what, "", true
	fails := func(at string, f fault, zero func()) bool {
		switch f {
		case "":
		case "panic":
			status = panicked
		case "cancel", "swap":
			over = at + " " + string(f)
		case "zero":
			zero()
		default:
			status = failing[f].status
		}
		return status != 0
	}
	if fails("subject", c.subject, func() { status = 401 }) {
		return status, "subject"
	}
	if fails("policy", c.policy, func() { status = 500 }) {
		return status, "policy"
	}
	d := world.Decide(c.who, access.ViewAccount, access.Resource{})
	if c.mode == "user" {
		if d.Step != access.StepSubject {
			if over != "" {
				return 503, over
			}
			return 200, "end"
		}
	} else {
		if fails("resource", c.resource, func() { what = access.Resource{} }) {
			return status, "resource"
		}
		if what != (access.Resource{}) && what != access.Company() && (what.ID() == "" || strings.Contains(what.ID(), "\x00")) {
			return 404, "id"
		}
		d = world.Decide(c.who, c.action, what)
		sees = c.mode != "seen" || world.Decide(c.who, access.ViewReport, what).Allowed
	}
	if fails("observer", c.observer, nil) {
		return status, "observer"
	}
	switch {
	case !sees:
		return 403, "see"
	case !d.Allowed:
		return 403, "decide"
	case over != "":
		return 503, over
	}
	return 200, "end"
}

// run makes the request, and returns how it ended and whether the handler ran.
func (c trial) run(t *rapid.T) (status int, reached bool) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	switch c.start {
	case "canceled":
		cancel()
	case "late":
		late, stop := context.WithDeadline(ctx, time.Unix(1, 0))
		defer stop()
		ctx = late
	}
	happen := func(f fault, r *http.Request) error {
		switch f {
		case "panic":
			panic(f)
		case "cancel":
			cancel()
		case "swap":
			other, stop := context.WithCancel(r.Context())
			stop()
			*r = *r.WithContext(other)
		}
		return failing[f].err
	}
	config := accesshttp.Config{
		Subject: func(r *http.Request) (access.Subject, error) {
			if c.subject == "zero" {
				return access.Subject{}, nil
			}
			return c.who, happen(c.subject, r)
		},
		Policy: func(r *http.Request) (*access.Policy, error) {
			if c.policy == "zero" {
				return nil, nil
			}
			return world, happen(c.policy, r)
		},
		Observer: func(access.Decision) { happen(c.observer, nil) },
	}
	resource := func(r *http.Request) (access.Resource, error) {
		if c.resource == "zero" {
			return access.Resource{}, nil
		}
		return c.what, happen(c.resource, r)
	}
	protect := guard(config).RequireUser()
	switch c.mode {
	case "require":
		protect = guard(config).Require(c.action, resource)
	case "hide":
		protect = guard(config).RequireOrNotFound(c.action, resource)
	case "seen":
		protect = guard(config).RequireSeen(access.ViewReport, c.action, resource)
	}
	h := protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached = true
		want := access.Decision{}
		if c.mode != "user" {
			want = world.Decide(c.who, c.action, c.what)
		}
		if d := accesshttp.Decision(r.Context()); d != want || d.Allowed != (c.mode != "user") {
			t.Errorf("the handler is told %v", d)
		}
		if r.Context().Err() != nil {
			t.Errorf("the handler runs with a context that is over")
		}
	}))
	w := httptest.NewRecorder()
	defer func() {
		status = w.Code
		if p := recover(); p != nil {
			status = panicked
			if p != fault("panic") {
				t.Errorf("panics with %v", p)
			}
		}
	}()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
	return
}

// TestFailClosed lets anything go wrong at any point of a request. The handler
// must run if and only if nothing does and Decide allows.
func TestFailClosed(t *testing.T) {
	hits := make(map[string]int)
	check := func(t *rapid.T) {
		c := drawTrial(t)
		want, at := c.expect()
		if want == 403 && (c.mode == "hide" || c.mode == "seen" && at != "decide") {
			want = 404
		}
		got, reached := c.run(t)
		if got != want || reached != (want == 200) {
			t.Fatalf("%d, handler reached: %t; want %d at %s", got, reached, want, at)
		}
		hits[fmt.Sprintf("%s %d at %s", c.mode, want, at)]++
	}
	rapid.Check(t, check)
	if testing.Short() {
		return
	}
	interesting := []string{
		"require 200 at end", "hide 200 at end", "user 200 at end", "require 503 at start", "user 503 at policy cancel", "hide 503 at resource cancel",
		"require 503 at subject cancel", "require 503 at policy cancel", "require 503 at resource cancel", "require 503 at observer cancel",
		"require 503 at subject swap", "require 503 at policy swap", "require 503 at resource swap",
		"require 401 at subject", "require 500 at subject", "require 503 at subject", "require -1 at subject", "user 401 at subject", "user -1 at subject",
		"require 500 at policy", "require 503 at policy", "require -1 at policy", "user 500 at policy", "hide 500 at policy",
		"require 500 at resource", "require 404 at resource", "require 403 at resource", "hide 404 at resource", "hide 500 at resource", "require -1 at resource",
		"seen 200 at end", "seen 404 at see", "seen 403 at decide", "seen 404 at subject", "seen 404 at resource", "seen -1 at observer",
		"seen 503 at observer cancel", "seen 500 at policy",
		"require 404 at id", "hide 404 at id", "require -1 at observer", "user -1 at observer", "hide -1 at observer",
		"require 403 at decide", "hide 404 at decide", "user 403 at decide",
	}
	missing := func() (m []string) {
		for _, b := range interesting {
			if hits[b] == 0 {
				m = append(m, b)
			}
		}
		return m
	}
	for range 1000 {
		if len(missing()) == 0 {
			return
		}
		rapid.Check(t, check)
	}
	t.Errorf("never seen: %q", missing())
}
