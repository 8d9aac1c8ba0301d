package companies_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// TestLetGo keeps two of three companies. The one let go of is the same for who
// asks as long as somebody uses it; then its memory is free and its log closed,
// and it is opened again when it is asked for.
func TestLetGo(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	found(t, s.MemoryStore, c, "a", "b", "c")
	told := make(chan string, 10)
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Keep: 2, OnError: func(name string, err error) { told <- fmt.Sprint(name, ": ", err) }})
	a := open(t, all, "a")
	open(t, all, "b")
	open(t, all, "a") // so that b goes first
	open(t, all, "c")
	collect(t, func() bool { _, closed := s.counts("b"); return closed == 1 })
	if all.Len() != 2 {
		t.Errorf("%d are kept, want 2", all.Len())
	}
	open(t, all, "b")
	open(t, all, "c")
	do(t, a, company.SetCompanyName{Name: "used while nobody keeps it"})
	again := open(t, all, "a")
	if again != a || again.Name() != "used while nobody keeps it" {
		t.Error("a company that is used is open a second time")
	}
	if opened, closed := s.counts("a"); opened != 1 || closed != 0 {
		t.Errorf("%d logs of a were opened and %d closed, want 1 and 0", opened, closed)
	}
	open(t, all, "b")
	open(t, all, "c")
	policy := a.Policy()
	a, again = nil, nil
	collect(t, func() bool { _, closed := s.counts("b"); return closed >= 1 })
	if _, closed := s.counts("a"); closed != 0 || !policy.Decide(access.User("boss"), access.InviteUser, access.Company()).Allowed {
		t.Error("a company is gone whose policy is still used")
	}
	s.mu.Lock()
	s.closing = errAway
	s.mu.Unlock()
	policy = nil
	collect(t, func() bool { _, closed := s.counts("a"); return closed == 1 })
	if got := <-told; got != "a: the store is away" {
		t.Errorf("told %q", got)
	}
	if co := open(t, all, "a"); co.Name() != "used while nobody keeps it" {
		t.Errorf("opened again, it is called %q", co.Name())
	}
}

// TestForgotten lets go of many companies: nothing of them is remembered.
func TestForgotten(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Keep: 3})
	for i := range 30 {
		name := fmt.Sprint("c", i)
		if _, err := all.Found(t.Context(), name, foundingOf(name)); err != nil {
			t.Fatal(err)
		}
	}
	collect(t, func() bool { return all.Remembered() == 3 })
	all.ForgetAnother("c29")
	if all.Remembered() != 3 {
		t.Error("a company was forgotten with the one that was open before it")
	}
	if opened, _ := s.total(); opened != 30 || all.Len() != 3 {
		t.Errorf("%d logs were opened and %d are kept", opened, all.Len())
	}
}

// TestReadAfterLetGo reads the history of a company that nobody has but the loop:
// its log is closed after that.
func TestReadAfterLetGo(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	found(t, s.MemoryStore, c, "a", "b")
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Keep: 1})
	do(t, open(t, all, "a"), company.SetCompanyName{Name: "A"})
	n := 0
	for _, err := range open(t, all, "a").History(t.Context(), company.HistoryQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		open(t, all, "b")
		for range 3 {
			collectOnce()
		}
		if _, closed := s.counts("a"); closed != 0 {
			t.Fatal("the log was closed in the loop")
		}
		n++
	}
	if n != 2 {
		t.Errorf("%d events were read, want 2", n)
	}
	collect(t, func() bool { _, closed := s.counts("a"); return closed == 1 })
}

// TestIdle lets go of what nobody used for a minute, and of nothing else.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newTestStore(), new(clock)
		found(t, s.MemoryStore, c, "a", "b")
		all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Idle: time.Minute})
		want := func(n int) {
			t.Helper()
			synctest.Wait()
			if all.Len() != n {
				t.Errorf("%d are kept, want %d", all.Len(), n)
			}
		}
		open(t, all, "a")
		open(t, all, "b")
		time.Sleep(40 * time.Second)
		open(t, all, "a")
		time.Sleep(20 * time.Second)
		want(1) // a
		time.Sleep(39 * time.Second)
		want(1)
		time.Sleep(time.Second)
		want(0)
		open(t, all, "a")
		time.Sleep(59 * time.Second)
		want(1)
		time.Sleep(time.Second)
		want(0)
		open(t, all, "b")
		if err := all.Close(); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Hour)
		want(0)
	})
}

// TestTwoProcesses has two processes with one store. What one changes, the other
// shows within FollowEvery; a store that is away shows when the answers are too
// old, and a log that lost something at once.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	config := &companies.Config{Company: configOf(c, 3*time.Second)}
	here, there := newCompanies(t, s, config), newCompanies(t, s, config)
	co, err := here.Found(t.Context(), "acme", foundingOf("acme"))
	if err != nil {
		t.Fatal(err)
	}
	if open(t, there, "acme") == co {
		t.Fatal("both have one")
	}
	do(t, co, company.SetCompanyName{Name: "first"})
	c.pass(time.Second)
	if name := open(t, there, "acme").Name(); name == "first" {
		t.Error("the log was read before it was time")
	}
	c.pass(1)
	if name := open(t, there, "acme").Name(); name != "first" {
		t.Errorf("FollowEvery has passed, and the name is %q", name)
	}

	do(t, co, company.SetCompanyName{Name: "second"})
	var reads int
	s.onRead = func(context.Context, string) error { reads++; return errAway }
	for range 2 {
		c.pass(3 * time.Second / 2)
		if other := open(t, there, "acme"); other.Name() != "first" || other.Policy() == nil {
			t.Errorf("within the bound, the name is %q and the policy %v", other.Name(), other.Policy())
		}
	}
	c.pass(1)
	_, err = there.Open(t.Context(), "acme")
	wantError(t, err, "open", "acme", errAway)
	if reads != 3 {
		t.Errorf("the store was read %d times, want 3", reads)
	}
	s.onRead = nil
	if other := open(t, there, "acme"); other.Name() != "second" || other.Policy() == nil {
		t.Errorf("the store is there again, and the name is %q", other.Name())
	}

	for _, final := range []error{company.ErrDiverged, audit.ErrDamaged, audit.ErrEdited} {
		c.pass(2 * time.Second)
		s.onRead = func(context.Context, string) error { return final }
		_, err = there.Open(t.Context(), "acme")
		wantError(t, err, "open", "acme", final)
		s.onRead = nil
		open(t, there, "acme")
	}
}

// TestSlowStore has a store not answer while a company is within its bound: who
// asks is held up for a moment. Beyond it they wait, as long as their context.
func TestSlowStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTestStore()
		found(t, s.MemoryStore, new(clock), "acme")
		config := configOf(nil, 0)
		all := newCompanies(t, s, &companies.Config{Company: func(name string) *company.Config {
			c := config(name)
			c.Now, c.MaxAge = func() time.Time { return start.Add(time.Since(begun)) }, 9*time.Second
			return c
		}})
		open(t, all, "acme")
		s.onRead = func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }
		time.Sleep(4 * time.Second)
		before := time.Now()
		open(t, all, "acme")
		if took := time.Since(before); took != time.Second {
			t.Errorf("it took %s", took)
		}
		ended, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := all.Open(ended, "acme")
		wantError(t, err, "open", "acme", context.DeadlineExceeded)
		time.Sleep(4 * time.Second)
		ctx, leave := context.WithTimeout(t.Context(), time.Minute)
		defer leave()
		before = time.Now()
		_, err = all.Open(ctx, "acme")
		wantError(t, err, "open", "acme", context.DeadlineExceeded)
		if took := time.Since(before); took != time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// begun is when the clock of a bubble of synctest begins.
var begun = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// TestSoleWriter does not read the log again of a company without a MaxAge.
func TestSoleWriter(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	found(t, s.MemoryStore, c, "acme")
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0)})
	open(t, all, "acme")
	s.onRead = func(context.Context, string) error { return errors.New("nobody needs to read it") }
	c.pass(time.Hour)
	open(t, all, "acme")
}
