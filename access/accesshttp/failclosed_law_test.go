package accesshttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
)

// fault is what goes wrong at one point of a request.
type fault string

// The errors that a function may fail with, and how each is answered.
var failing = map[fault]struct {
	err    error
	status int
}{
	"broken":          {errBroken, 500},
	"unauthenticated": {fmt.Errorf("x: %w", admission.ErrUnauthenticated), 401},
	"not found":       {fmt.Errorf("x: %w", admission.ErrNotFound), 404},
	"unavailable":     {fmt.Errorf("x: %w", admission.ErrUnavailable), 503},
	"canceled":        {fmt.Errorf("x: %w", context.Canceled), 503},
	"late":            {context.DeadlineExceeded, 503},
	"denied":          {access.ErrDenied, 403},
}

var (
	errorFaults = []fault{"broken", "unauthenticated", "not found", "unavailable", "canceled", "late", "denied"}
	otherFaults = []fault{"zero", "panic", "cancel", "swap"} // swap gives the request another context, which has ended
	mostly      = rapid.SampledFrom([]fault{"", "", "", "", "fault"})

	startFaults    = []fault{"canceled", "late"}
	functionFaults = slices.Concat(errorFaults, otherFaults)
	observerFaults = []fault{"panic", "cancel"}
)

// active are the subjects who may act at all: no holder of a link does.
var active = map[access.Subject]bool{access.User("ann"): true, access.User("ada"): true, access.Session("ann", "americas"): true}

// What a trial is about.
var (
	modes    = []string{"require", "hide", "seen", "user"}
	subjects = []access.Subject{access.User("ann"), access.User("ada"), access.User("sue"), access.User("bob"),
		access.Session("ann", "americas"), access.Session("ann", ""), access.ViaLink("l1")}
	actions   = []access.Action{access.ViewReport, access.EditReport, access.ViewAccount, access.InviteUser, "nonsense"}
	resources = []access.Resource{access.Report("q1"), access.Report("q2"), access.Report("nope"), access.Report("\x00"),
		access.Account("us-1"), access.Account("de-1"), access.Account(""), access.Company(), {}}
)

// mistake are the reasons that no user can mend.
var mistake = map[access.Reason]bool{access.ReasonUnknownAction: true, access.ReasonUnknownKind: true, access.ReasonWrongKind: true, access.ReasonMalformedResource: true}

func drawFault(t *rapid.T, at string, from ...fault) fault {
	if mostly.Draw(t, at+" fails") == "" {
		return ""
	}
	return rapid.SampledFrom(from).Draw(t, at)
}

// trial is one request and what goes wrong on its way.
type trial struct {
	mode     string
	subject  access.Subject
	action   access.Action
	resource access.Resource
	faults   faults
}

// faults are what goes wrong at each point of a request, "" where nothing does.
type faults struct {
	start, subject, policy, resource, observer fault
}

func drawTrial(t *rapid.T) trial {
	return trial{
		mode:     rapid.SampledFrom(modes).Draw(t, "mode"),
		subject:  rapid.SampledFrom(subjects).Draw(t, "subject"),
		action:   rapid.SampledFrom(actions).Draw(t, "action"),
		resource: rapid.SampledFrom(resources).Draw(t, "resource"),
		faults: faults{
			start:    drawFault(t, "start", startFaults...),
			subject:  drawFault(t, "subject", functionFaults...),
			policy:   drawFault(t, "policy", functionFaults...),
			resource: drawFault(t, "resource", functionFaults...),
			observer: drawFault(t, "observer", observerFaults...),
		},
	}
}

// everyTrial yields all trials without a fault, and all with one fault of a few
// that are allowed, denied, or impossible without it.
func everyTrial(yield func(trial) bool) {
	var one []faults
	for _, f := range startFaults {
		one = append(one, faults{start: f})
	}
	for _, f := range functionFaults {
		one = append(one, faults{subject: f}, faults{policy: f}, faults{resource: f})
	}
	for _, f := range observerFaults {
		one = append(one, faults{observer: f})
	}
	for _, mode := range modes {
		for i, subject := range subjects {
			for j, action := range actions {
				for k, resource := range resources {
					sets := []faults{{}}
					if i%2 == 0 && i < 4 && j < 2 && (k < 2 || k == 3) { // ann and sue, view and edit, q1, q2 and NUL
						sets = append(sets, one...)
					}
					for _, f := range sets {
						if !yield(trial{mode, subject, action, resource, f}) {
							return
						}
					}
				}
			}
		}
	}
}

// expect says with what status the trial must end, and at what point. Only 200
// reaches the handler.
func (c trial) expect() (status int, at string) {
	if c.faults.start != "" {
		return 503, "start"
	}
	resource, ended, panics, sees := c.resource, "", "", true
	fails := func(at string, f fault, zero func()) bool {
		switch f {
		case "":
		case "panic":
			status, panics = 500, " panic"
		case "cancel", "swap":
			ended = at + " " + string(f)
		case "zero":
			zero()
		default:
			status = failing[f].status
		}
		return status != 0
	}
	if fails("subject", c.faults.subject, func() { status = 401 }) {
		return status, "subject" + panics
	}
	if fails("policy", c.faults.policy, func() { status = 500 }) {
		return status, "policy" + panics
	}
	var d access.Decision
	if c.mode == "user" {
		if active[c.subject] {
			if ended != "" {
				return 503, ended
			}
			return 200, "end"
		}
	} else {
		if fails("resource", c.faults.resource, func() { resource = access.Resource{} }) {
			return status, "resource" + panics
		}
		if resource != (access.Resource{}) && resource != access.Company() && (resource.ID() == "" || strings.Contains(resource.ID(), "\x00")) {
			return 404, "id"
		}
		d = world.Decide(c.subject, c.action, resource)
		sees = c.mode != "seen" || world.Decide(c.subject, access.ViewReport, resource).Allowed
	}
	if c.faults.observer == "cancel" && fails("observer", c.faults.observer, nil) { // a panic of it is nothing
		return status, "observer"
	}
	first := d
	if c.mode == "seen" {
		first = world.Decide(c.subject, access.ViewReport, resource)
	}
	switch {
	case mistake[first.Reason], sees && mistake[d.Reason]:
		return 500, "mistake"
	case first.Step == access.StepSubject && !first.Allowed && (c.mode == "hide" || c.mode == "seen"):
		return 403, "subject step" // that of a link that is there as well
	case !sees:
		return 403, "see"
	case !d.Allowed:
		return 403, "decide"
	case ended != "":
		return 503, ended
	}
	return 200, "end"
}

// run makes the request, and returns how it ended, whether the handler ran, and
// what is wrong besides.
func (c trial) run() (status int, reached bool, problem string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	switch c.faults.start {
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
	w := httptest.NewRecorder()
	defer func() {
		status = w.Code
		if p := recover(); p != nil {
			problem = fmt.Sprintf("panics with %v", p)
		}
	}()
	c.route(happen)(c.handler(&reached, &problem)).ServeHTTP(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
	return
}

// route returns the guard of the route. Its functions fail as planned.
func (c trial) route(happen func(fault, *http.Request) error) func(http.Handler) http.Handler {
	config := accesshttp.Config{
		Subject: func(r *http.Request) (access.Subject, error) {
			if c.faults.subject == "zero" {
				return access.Subject{}, nil
			}
			return c.subject, happen(c.faults.subject, r)
		},
		SourceOf: func(r *http.Request) (live.Source, error) {
			if c.faults.policy == "zero" {
				return nil, nil
			}
			return live.New(world), happen(c.faults.policy, r)
		},
		OnError:  silence,
		Observer: func(context.Context, access.Decision) { happen(c.faults.observer, nil) },
	}
	resource := func(r *http.Request) (access.Resource, error) {
		if c.faults.resource == "zero" {
			return access.Resource{}, nil
		}
		return c.resource, happen(c.faults.resource, r)
	}
	switch c.mode {
	case "require":
		return guard(config).Require(c.action, resource)
	case "hide":
		return guard(config).RequireOrNotFound(c.action, resource)
	case "seen":
		return guard(config).RequireSeen(access.ViewReport, c.action, resource)
	}
	return guard(config).RequireUser()
}

// handler returns the handler of the route. It says that it ran, and what is
// wrong with what it gets.
func (c trial) handler(reached *bool, problem *string) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		*reached = true
		want := access.Decision{}
		if c.mode != "user" {
			want = world.Decide(c.subject, c.action, c.resource)
		}
		if d := admission.Decision(r.Context()); d != want || d.Allowed != (c.mode != "user") {
			*problem = fmt.Sprintf("the handler gets %v", d)
		}
		if r.Context().Err() != nil {
			*problem = "the handler runs with a context that has ended"
		}
	})
}

// TestFailClosed lets anything go wrong at any point of a request: one fault at a
// time in every trial, then several at random. The handler must run if and only
// if nothing goes wrong and Decide allows.
func TestFailClosed(t *testing.T) {
	branches := map[string]int{
		"require 200 at end": 0, "hide 200 at end": 0, "user 200 at end": 0, "require 503 at start": 0, "user 503 at policy cancel": 0, "hide 503 at resource cancel": 0,
		"require 503 at subject cancel": 0, "require 503 at policy cancel": 0, "require 503 at resource cancel": 0, "require 503 at observer cancel": 0,
		"require 503 at subject swap": 0, "require 503 at policy swap": 0, "require 503 at resource swap": 0,
		"require 401 at subject": 0, "require 500 at subject": 0, "require 503 at subject": 0, "require 500 at subject panic": 0, "user 401 at subject": 0, "user 500 at subject panic": 0,
		"require 500 at policy": 0, "require 503 at policy": 0, "require 500 at policy panic": 0, "user 500 at policy": 0, "hide 500 at policy": 0,
		"require 500 at resource": 0, "require 404 at resource": 0, "require 403 at resource": 0, "hide 404 at resource": 0, "hide 500 at resource": 0, "require 500 at resource panic": 0, "require 500 at mistake": 0, "hide 500 at mistake": 0, "seen 500 at mistake": 0,
		"hide 403 at subject step": 0, "seen 403 at subject step": 0,
		"seen 200 at end": 0, "seen 404 at see": 0, "seen 403 at decide": 0, "seen 404 at subject": 0, "seen 404 at resource": 0,
		"seen 503 at observer cancel": 0, "seen 500 at policy": 0,
		"require 404 at id": 0, "hide 404 at id": 0,
		"require 403 at decide": 0, "hide 404 at decide": 0, "user 403 at decide": 0,
	}
	check := func(t interface{ Fatalf(string, ...any) }, c trial) {
		want, at := c.expect()
		if want == 403 && at != "subject step" && (c.mode == "hide" || c.mode == "seen" && at != "decide") {
			want = 404
		}
		got, reached, problem := c.run()
		if got != want || reached != (want == 200) || problem != "" {
			t.Fatalf("%+v: %d, handler reached: %t %s; want %d at %s", c, got, reached, problem, want, at)
		}
		branches[fmt.Sprintf("%s %d at %s", c.mode, want, at)]++
	}
	n := 0
	for c := range everyTrial {
		check(t, c)
		n++
	}
	if n != 3036 {
		t.Fatalf("%d trials", n)
	}
	for branch, hits := range branches {
		if hits == 0 {
			t.Fatalf("%s was never hit", branch)
		}
	}
	rapid.Check(t, func(t *rapid.T) { check(t, drawTrial(t)) })
}
