package admissiontest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
)

// App is a small reports service, which an adapter mounts: its policy, its
// routes, and how it authenticates. It counts what ran and what was told.
// [NewApp] makes one.
type App struct {
	companies map[string]live.Source    // by what follows the @ of a token
	own       *live.Policy              // of the company without a name
	now       atomic.Pointer[time.Time] // of the clock of that company

	mu     sync.Mutex
	seen   record
	active int           // handlers that run
	idle   chan struct{} // closed when none runs; nil if nobody waits
	quit   chan struct{} // closed when whatever still waits must end
}

// record is what happened while one case was asked.
type record struct {
	runs    []string          // each handler that ran, with its resource
	denials []access.Decision // that were observed
	errs    []error           // failures of the program that were told
}

// document of the company: users who may and who may not, and reports whose ids
// a router may turn into others.
const company = `{
  "attributes": {"country": "string"},
  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
  "groups": [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "country = 'DE'"}],
  "teams": [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]},
            {"id": "europe", "groups": ["de"], "members": [{"user": "lea", "until": "2020-01-01T00:00:00Z"}]}],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "team-member"},
            {"id": "lea", "email": "lea@example.com", "role": "team-member"},
            {"id": "tia", "email": "tia@example.com", "role": "admin", "until": "2030-01-01T00:00:00Z"},
            {"id": "ada", "email": "ada@example.com", "role": "admin"},
            {"id": "sue", "email": "sue@example.com", "role": "admin", "suspended": true},
            {"id": "eve", "email": "eve@example.com", "role": "admin", "until": "2020-01-01T00:00:00Z"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}, {"user": "lea", "level": "viewer"}, {"user": "tia", "level": "viewer"}, {"user": "ada", "level": "viewer"}]},
              {"id": "q2", "grants": [{"user": "ada", "level": "creator"}]},
              {"id": "q3", "grants": [{"user": "ann", "level": "editor"}]},
              {"id": "a/b", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "a%2Fb", "grants": [{"user": "ada", "level": "viewer"}]},
              {"id": "../q1", "grants": [{"user": "ada", "level": "viewer"}]},
              {"id": "row-denied", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "row-missing", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "row-broken", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "row-behind", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "row-down", "grants": [{"user": "ann", "level": "viewer"}]}],
  "links": [{"id": "live", "maker": "ada", "action": "report.view", "resource": {"kind": "report", "id": "q1"}},
            {"id": "expired", "maker": "ada", "action": "report.view", "resource": {"kind": "report", "id": "q1"}, "until": "2020-01-01T00:00:00Z"},
            {"id": "paused", "maker": "sue", "action": "report.view", "resource": {"kind": "report", "id": "q1"}}]
}`

// other is the document of another company, where ann sees what they do not see
// here, and the other way round.
const other = `{
  "users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
  "reports": [{"id": "q2", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "q1"}]
}`

// before and after are the end of tia's access.
var (
	before = time.Date(2029, 12, 31, 0, 0, 0, 0, time.UTC)
	after  = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
)

// NewApp returns a service to which nothing has happened.
func NewApp() *App {
	a := &App{quit: make(chan struct{})}
	a.now.Store(&before)
	a.own = live.New(access.MustLoad(company).WithClock(func() time.Time { return *a.now.Load() }))
	a.companies = map[string]live.Source{
		"":      a.own,
		"other": live.New(access.MustLoad(other)),
		"empty": new(live.Policy),
		"zero":  live.New(new(access.Policy)),
		"nil":   nil,
	}
	return a
}

var errBroken = errors.New("admissiontest: broken on purpose")

// Config returns the configuration of a guard of the service, for an adapter
// whose requests are of type R. The function returns the context of a request and
// all values of its Authorization header, or of what the transport has in its
// place, in order.
//
// To a configuration of an adapter you may add what concerns its answers. Leave
// the functions as they are: the table counts what they are told.
func Config[R any](a *App, of func(R) (ctx context.Context, authorization []string)) admission.Config[R] {
	return admission.Config[R]{
		Subject: func(r R) (access.Subject, error) { return a.subject(of(r)) },
		SourceOf: func(r R) (live.Source, error) {
			_, authorization := of(r)
			return a.source(authorization)
		},
		Observer: a.observe,
		OnError:  a.told,
		Recheck:  10 * time.Millisecond,
	}
}

// subject authenticates: "Bearer ann", "Session ann americas" and "Link l1" are
// believed, and some names fail.
func (a *App) subject(ctx context.Context, authorization []string) (access.Subject, error) {
	if len(authorization) != 1 {
		return access.Subject{}, fmt.Errorf("%w: there are %d values of Authorization", admission.ErrUnauthenticated, len(authorization))
	}
	words := strings.Fields(authorization[0])
	switch {
	case len(words) == 2 && words[0] == "Bearer" && !strings.ContainsRune(words[1], ','):
		name, _, _ := strings.Cut(words[1], "@")
		return a.bearer(ctx, name)
	case len(words) == 3 && words[0] == "Session":
		return access.Session(words[1], words[2]), nil
	case len(words) == 2 && words[0] == "Link":
		return access.ViaLink(access.LinkID(words[1])), nil
	}
	return access.Subject{}, fmt.Errorf("%w: no known scheme", admission.ErrUnauthenticated)
}

func (a *App) bearer(ctx context.Context, name string) (access.Subject, error) {
	switch name {
	case "zero":
		return access.Subject{}, nil
	case "broken":
		return access.User("ann"), errBroken // the subject must not be believed
	case "down":
		return access.Subject{}, fmt.Errorf("%w: %w", admission.ErrUnavailable, errBroken)
	case "panic":
		panic("admissiontest: authentication panics on purpose")
	case "gone":
		select {
		case <-ctx.Done():
		case <-a.quitting():
		}
		name = "ann"
	}
	return access.User(name), nil
}

// source returns the company that a token names after an @.
func (a *App) source(authorization []string) (live.Source, error) {
	_, company, _ := strings.Cut(authorization[0], "@")
	switch company {
	case "unknown":
		return a.own, admission.ErrNotFound // the policy must not be asked
	case "down":
		return nil, admission.ErrUnavailable
	case "panic":
		panic("admissiontest: the company panics on purpose")
	}
	source, known := a.companies[company]
	if !known {
		return nil, errBroken
	}
	return source, nil
}

// change is what happens to the company while a stream is open.
type change uint8

const (
	nothing   change = iota
	suspended        // ann is
	unshared         // q1, with ann
	passed           // the end of tia's access
)

// apply makes a change, or undoes it.
func (a *App) apply(c change, undo bool) error {
	if c == passed {
		a.now.Store(&after)
		if undo {
			a.now.Store(&before)
		}
		return nil
	}
	return a.own.Edit(func(e *access.Edit) error {
		switch grant := (document.Grant{User: "ann", Level: "viewer"}); {
		case c == suspended:
			e.SetUser(document.User{ID: "ann", Email: "ann@example.com", Role: "team-member", Suspended: !undo})
		case undo:
			e.SetGrant("q1", grant)
		default:
			e.RemoveGrant("q1", grant)
		}
		return nil
	})
}

func (a *App) observe(_ context.Context, d access.Decision) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !d.Allowed {
		a.seen.denials = append(a.seen.denials, d)
	}
}

func (a *App) told(_ context.Context, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen.errs = append(a.seen.errs, err)
}

// run notes that a handler runs, until the function it returns is called.
func (a *App) run(what string) (done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen.runs = append(a.seen.runs, what)
	a.active++
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.active--
		if a.active == 0 && a.idle != nil {
			close(a.idle)
			a.idle = nil
		}
	}
}

// quitting returns what is closed when the case is over, for what waits for
// something else that may not come.
func (a *App) quitting() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.quit
}

// end ends what still waits.
func (a *App) end() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.quit)
	a.quit = make(chan struct{})
	return nil
}

// take returns what was seen since the last time, after the handlers that run
// have returned. The error is that one does not.
func (a *App) take(ctx context.Context) (record, error) {
	a.end()
	if err := a.wait(ctx); err != nil {
		return record{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	seen := a.seen
	a.seen = record{}
	return seen, nil
}

// wait returns when no handler runs.
func (a *App) wait(ctx context.Context) error {
	a.mu.Lock()
	if a.active == 0 {
		a.mu.Unlock()
		return nil
	}
	if a.idle == nil {
		a.idle = make(chan struct{})
	}
	idle := a.idle
	a.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return errors.New("a handler still runs, though its context should have ended")
	}
}
