package companies_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// start is when the tests begin.
var start = time.Date(2030, time.March, 1, 12, 0, 0, 0, time.UTC)

// clock is a clock that a test sets.
type clock struct{ passed atomic.Int64 }

func (c *clock) now() time.Time       { return start.Add(time.Duration(c.passed.Load())) }
func (c *clock) pass(d time.Duration) { c.passed.Add(int64(d)) }

// errAway is what a store fails with that is away.
var errAway = errors.New("the store is away")

// errClosedLog is what a log fails with that is used after it was closed.
var errClosedLog = errors.New("the log was closed")

// testStore is a store in memory whose logs count, and fail as a test says.
type testStore struct {
	*audit.MemoryStore
	onLog  func(ctx context.Context, name string) error // before a log is given out
	onRead func(ctx context.Context, name string) error // before events are read
	onFind func(key string) ([]string, error)           // what is found besides

	mu      sync.Mutex
	opened  map[string]int
	closed  map[string]int
	closing error // what Close of a log fails with
}

func newTestStore() *testStore {
	return &testStore{MemoryStore: audit.NewMemoryStore(company.Keys), opened: make(map[string]int), closed: make(map[string]int)}
}

func (s *testStore) Log(ctx context.Context, name string) (audit.Log, error) {
	s.mu.Lock()
	s.opened[name]++
	s.mu.Unlock()
	if s.onLog != nil {
		if err := s.onLog(ctx, name); err != nil {
			return nil, err
		}
	}
	l, err := s.MemoryStore.Log(ctx, name)
	if err != nil {
		return nil, err
	}
	return &testLog{Log: l, store: s, name: name}, nil
}

func (s *testStore) Find(ctx context.Context, key string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var more []string
		var err error
		if s.onFind != nil {
			more, err = s.onFind(key)
		}
		for _, name := range more {
			if !yield(name, nil) {
				return
			}
		}
		for name, err := range s.MemoryStore.Find(ctx, key) {
			if !yield(name, err) {
				return
			}
		}
		if err != nil {
			yield("", err)
		}
	}
}

// counts returns how many logs were given out and closed.
func (s *testStore) counts(name string) (opened, closed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened[name], s.closed[name]
}

// total returns how many logs were given out and closed in all.
func (s *testStore) total() (opened, closed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.opened {
		opened += n
	}
	for _, n := range s.closed {
		closed += n
	}
	return opened, closed
}

// testLog is a log of a testStore.
type testLog struct {
	audit.Log
	store *testStore
	name  string
	done  atomic.Bool
}

func (l *testLog) Append(ctx context.Context, e audit.Event) error {
	if l.done.Load() {
		return errClosedLog
	}
	return l.Log.Append(ctx, e)
}

func (l *testLog) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		err := ctx.Err()
		if l.done.Load() {
			err = errClosedLog
		} else if l.store.onRead != nil {
			err = l.store.onRead(ctx, l.name)
		}
		if err != nil {
			yield(audit.Event{}, err)
			return
		}
		l.Log.Events(ctx, after)(yield)
	}
}

func (l *testLog) Close() error {
	l.done.Store(true)
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	l.store.closed[l.name]++
	return l.store.closing
}

// host is a system that may do all.
var host = company.By{Actor: company.System("host"), Reason: "the host says so"}

// configOf configures companies with the clock of a test. Only the host's systems
// change them.
func configOf(c *clock, maxAge time.Duration) func(string) *company.Config {
	return func(string) *company.Config {
		return &company.Config{
			Now: c.now, MaxAge: maxAge,
			Systems: map[string]company.SystemConfig{"host": {Changes: company.ChangeTypes()}},
			Deliver: func(context.Context, invite.Message) error { return nil }, Origin: "https://app.example.com",
		}
	}
}

// newCompanies returns the companies of a store, which are closed in the end.
func newCompanies(t testing.TB, s audit.Store, c *companies.Config) *companies.Companies {
	t.Helper()
	all, err := companies.New(s, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = all.Close() })
	return all
}

// foundingOf is a company with an admin, boss@name.example, and more users.
func foundingOf(name string, users ...document.User) company.Founding {
	return company.Founding{
		ID: name, Name: "Company " + name,
		Founder:  team.User{ID: "boss", Email: team.MustParseAddress("boss@" + name + ".example")},
		Document: &document.Document{Users: users},
	}
}

// found founds companies in a store, by another process.
func found(t testing.TB, s audit.Store, c *clock, names ...string) {
	t.Helper()
	for _, name := range names {
		l, err := s.Log(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := company.Found(t.Context(), l, foundingOf(name), configOf(c, 0)(name)); err != nil {
			t.Fatal(err)
		}
	}
}

// open opens a company, which must work.
func open(t testing.TB, all *companies.Companies, name string) *company.Company {
	t.Helper()
	co, err := all.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return co
}

// do makes changes as the host, which must work.
func do(t testing.TB, co *company.Company, changes ...company.Change) {
	t.Helper()
	if _, err := co.Do(t.Context(), host, changes...); err != nil {
		t.Fatal(err)
	}
}

// wantError checks an error: that it is an Error with an operation and a name, and
// wraps another one.
func wantError(t testing.TB, err error, op, name string, want error) {
	t.Helper()
	e, ok := errors.AsType[*companies.Error](err)
	if !ok || e.Op != op || e.Name != name || !errors.Is(err, want) {
		t.Errorf("the error is %v; want %s %s with %v", err, op, name, want)
	}
}

// collect runs the garbage collector until something is so.
func collect(t testing.TB, until func() bool) {
	t.Helper()
	for !until() {
		if t.Context().Err() != nil {
			t.Fatal("it is not so, and the test is over")
		}
		collectOnce()
	}
}

// collectOnce runs the garbage collector, and lets others run.
func collectOnce() {
	runtime.GC()
	runtime.Gosched()
}

// manyUsers returns users u0, u1 and so on.
func manyUsers(n int) []document.User {
	all := make([]document.User, n)
	for i := range all {
		id := fmt.Sprint("u", i)
		all[i] = document.User{ID: id, Name: "User " + id, Email: id + "@example.com", Role: "viewer"}
	}
	return all
}

// sortByName sorts memberships by the name of the company.
func sortByName(all []companies.Membership) {
	slices.SortFunc(all, func(a, b companies.Membership) int { return strings.Compare(a.Name, b.Name) })
}
