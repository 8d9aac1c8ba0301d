package companies_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// TestOpenOnce has a hundred goroutines ask for a company at once, and again once
// it is open: its log is read once, and all of them have the same.
func TestOpenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newTestStore(), new(clock)
		found(t, s.MemoryStore, c, "acme")
		answer := make(chan struct{})
		s.onRead = func(context.Context, string) error { <-answer; return nil }
		all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0)})
		var same sync.Map
		var asking sync.WaitGroup
		for range 100 {
			asking.Go(func() {
				co, err := all.Open(t.Context(), "acme")
				if err != nil {
					t.Error(err)
				}
				same.Store(co, true)
			})
		}
		synctest.Wait()
		close(answer)
		asking.Wait()
		same.Store(open(t, all, "acme"), true)
		n := 0
		same.Range(func(any, any) bool { n++; return true })
		if opened, _ := s.counts("acme"); n != 1 || opened != 1 || all.Len() != 1 {
			t.Errorf("%d companies of %d logs, and %d are kept, want 1 of each", n, opened, all.Len())
		}
	})
}

// TestFirstGivesUp has the one who asked first give up, by a context that ends and
// by a panic of the store, while others wait: one of them goes on.
func TestFirstGivesUp(t *testing.T) {
	for _, how := range []string{"its context ends", "the store panics"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, c := newTestStore(), new(clock)
				found(t, s.MemoryStore, c, "acme")
				ctx, cancel := context.WithCancel(t.Context())
				var reads atomic.Int32
				s.onRead = func(ctx context.Context, _ string) error {
					if reads.Add(1) > 1 {
						return nil
					}
					<-ctx.Done()
					if how == "the store panics" {
						panic(how)
					}
					return ctx.Err()
				}
				all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0)})
				var asking sync.WaitGroup
				asking.Go(func() {
					defer func() {
						if v := recover(); (v != nil) != (how == "the store panics") {
							t.Errorf("the first one panicked with %v", v)
						}
					}()
					_, err := all.Open(ctx, "acme")
					wantError(t, err, "open", "acme", context.Canceled)
				})
				synctest.Wait()
				for range 10 {
					asking.Go(func() {
						if _, err := all.Open(t.Context(), "acme"); err != nil {
							t.Error(err)
						}
					})
				}
				gone, leave := context.WithCancel(t.Context())
				asking.Go(func() {
					_, err := all.Open(gone, "acme")
					wantError(t, err, "open", "acme", context.Canceled)
				})
				synctest.Wait()
				leave()
				synctest.Wait()
				cancel()
				asking.Wait()
				if opened, closed := s.counts("acme"); opened != 2 || closed != 1 || reads.Load() != 2 {
					t.Errorf("%d logs were opened, %d closed and %d read; want 2, 1 and 2", opened, closed, reads.Load())
				}
			})
		})
	}
}

// TestFailureIsShared has many ask for a company whose store is away: it is asked
// once, all of them are told, and the next one asks again.
func TestFailureIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newTestStore(), new(clock)
		found(t, s.MemoryStore, c, "acme")
		answer := make(chan struct{})
		s.onLog = func(context.Context, string) error { <-answer; return errAway }
		all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0)})
		var asking sync.WaitGroup
		for range 20 {
			asking.Go(func() {
				_, err := all.Open(t.Context(), "acme")
				wantError(t, err, "open", "acme", errAway)
			})
		}
		synctest.Wait()
		close(answer)
		asking.Wait()
		if opened, _ := s.counts("acme"); opened != 1 || all.Remembered() != 0 {
			t.Errorf("the store was asked %d times and %d are remembered, want 1 and 0", opened, all.Remembered())
		}
		s.onLog = nil
		open(t, all, "acme")
	})
}

// TestStrangers asks for names that no company has: they leave nothing behind, and
// the store is not asked for those that no log can have.
func TestStrangers(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0)})
	const n = 300
	for i := range n {
		name := fmt.Sprint("stranger-", i)
		co, err := all.Open(t.Context(), name)
		if co != nil {
			t.Errorf("there is a company %v", co)
		}
		wantError(t, err, "open", name, companies.ErrUnknown)
	}
	if opened, closed := s.total(); opened != n || closed != n || all.Remembered() != 0 {
		t.Errorf("%d logs were opened and %d closed, and %d names are remembered; want %d, %d and 0", opened, closed, all.Remembered(), n, n)
	}
	for _, name := range []string{"", "a\nb", "\xff", strings.Repeat("x", 201)} {
		_, err := all.Open(t.Context(), name)
		wantError(t, err, "open", name, companies.ErrUnknown)
		_, err = all.Found(t.Context(), name, foundingOf("a"))
		wantError(t, err, "found", name, companies.ErrUnknown)
	}
	if opened, _ := s.total(); opened != n {
		t.Errorf("the store was asked for a name that no log can have")
	}
}

// TestOpeningBound opens many companies at once: no more than so many are read, and
// one who waits for their turn may give up.
func TestOpeningBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newTestStore(), new(clock)
		var names []string
		for i := range 9 {
			names = append(names, fmt.Sprint("c", i))
		}
		found(t, s.MemoryStore, c, names...)
		answer := make(chan struct{})
		var reading atomic.Int32
		s.onRead = func(context.Context, string) error {
			if n := reading.Add(1); n > 3 {
				t.Errorf("%d are read at once", n)
			}
			<-answer
			reading.Add(-1)
			return nil
		}
		all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Opening: 3})
		var asking sync.WaitGroup
		for _, name := range names {
			asking.Go(func() {
				if _, err := all.Open(t.Context(), name); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := all.Open(ctx, "another")
		wantError(t, err, "open", "another", context.DeadlineExceeded)
		if reading.Load() != 3 {
			t.Errorf("%d are read at once, want 3", reading.Load())
		}
		close(answer)
		asking.Wait()
	})
}

// TestBroken opens a log that is no company's.
func TestBroken(t *testing.T) {
	t.Parallel()
	s := newTestStore()
	l, err := s.MemoryStore.Log(t.Context(), "odd")
	if err != nil {
		t.Fatal(err)
	}
	e := audit.Event{ID: "1", Company: "odd", Time: start, Actor: audit.Actor{Kind: "user", ID: "x"}, Reason: "x",
		Changes: []audit.Change{{Type: "odd", Version: 1, Data: []byte(`{}`)}}}
	if err := l.Append(t.Context(), e.Chain(audit.Checkpoint{})); err != nil {
		t.Fatal(err)
	}
	all := newCompanies(t, s, nil)
	_, err = all.Open(t.Context(), "odd")
	wantError(t, err, "open", "odd", company.ErrBroken)
	if opened, closed := s.counts("odd"); opened != closed {
		t.Errorf("%d logs were opened and %d closed", opened, closed)
	}
}

// TestFound founds a company while others ask for it and found it too: one founding
// wins, and the company is open once.
func TestFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newTestStore(), new(clock)
		s.onRead = func(context.Context, string) error { time.Sleep(time.Millisecond); return nil }
		all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0)})
		var same sync.Map
		var won, lost, asked atomic.Int32
		var asking sync.WaitGroup
		for range 5 {
			asking.Go(func() {
				co, err := all.Found(t.Context(), "acme", foundingOf("acme"))
				if err == nil {
					won.Add(1)
					same.Store(co, true)
					return
				}
				lost.Add(1)
				wantError(t, err, "found", "acme", company.ErrNotEmpty)
			})
			asking.Go(func() {
				co, err := all.Open(t.Context(), "acme")
				if err == nil {
					asked.Add(1)
					same.Store(co, true)
				} else if !errors.Is(err, companies.ErrUnknown) {
					t.Error(err)
				}
			})
		}
		asking.Wait()
		same.Store(open(t, all, "acme"), true)
		n := 0
		same.Range(func(any, any) bool { n++; return true })
		if won.Load() != 1 || lost.Load() != 4 || n != 1 {
			t.Errorf("%d founded it and %d did not, and there are %d companies; want 1, 4 and 1", won.Load(), lost.Load(), n)
		}
		_, err := all.Found(t.Context(), "other", company.Founding{})
		wantError(t, err, "found", "other", company.ErrInvalid)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = all.Found(ended, "third", foundingOf("third"))
		wantError(t, err, "found", "third", context.Canceled)
		if all.Remembered() != 1 {
			t.Errorf("%d are remembered, want 1", all.Remembered())
		}
	})
}

// TestFoundWaits has one who founds give up who waits for another.
func TestFoundWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, answer := newTestStore(), make(chan struct{})
		s.onLog = func(context.Context, string) error { <-answer; return errAway }
		all := newCompanies(t, s, nil)
		go func() { _, _ = all.Open(t.Context(), "acme") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := all.Found(ctx, "acme", foundingOf("acme"))
		wantError(t, err, "found", "acme", context.DeadlineExceeded)
		close(answer)
	})
}

// TestClose closes the companies: all logs are closed once, what is asked for is
// refused, and one that is being opened is not kept.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := newTestStore(), new(clock)
		found(t, s.MemoryStore, c, "a", "b", "late")
		all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Keep: 1, OnError: func(string, error) {}})
		a := open(t, all, "a")
		open(t, all, "b")
		answer := make(chan struct{})
		s.onRead = func(context.Context, string) error { <-answer; return nil }
		var asking sync.WaitGroup
		asking.Go(func() {
			_, err := all.Open(t.Context(), "late")
			wantError(t, err, "open", "late", companies.ErrClosed)
		})
		synctest.Wait()
		s.closing = io.ErrShortWrite
		err := all.Close()
		wantError(t, err, "close", closedName(err), io.ErrShortWrite)
		s.closing = nil
		close(answer)
		asking.Wait()
		for _, name := range []string{"a", "b", "late"} {
			if opened, closed := s.counts(name); opened != 1 || closed != 1 {
				t.Errorf("%d logs of %s were opened and %d closed, want 1 and 1", opened, name, closed)
			}
		}
		if err := all.Close(); err != nil {
			t.Errorf("closing them again: %v", err)
		}
		_, err = all.Open(t.Context(), "a")
		wantError(t, err, "open", "a", companies.ErrClosed)
		_, err = all.Found(t.Context(), "new", foundingOf("new"))
		wantError(t, err, "found", "new", companies.ErrClosed)
		if err := a.Sync(t.Context()); !errors.Is(err, errClosedLog) {
			t.Errorf("Sync of a company whose log was closed = %v", err)
		}
		if all.Len() != 0 || all.Remembered() != 0 {
			t.Errorf("%d are kept and %d remembered", all.Len(), all.Remembered())
		}
	})
}

// closedName returns the name in the first error of Close.
func closedName(err error) string {
	e, ok := errors.AsType[*companies.Error](err)
	if !ok {
		return ""
	}
	return e.Name
}

// TestConfig refuses what is wrong with a Config.
func TestConfig(t *testing.T) {
	t.Parallel()
	s := newTestStore()
	for text, c := range map[string]companies.Config{
		"keeping -1 companies":         {Keep: -1},
		"an idle time of -1ns":         {Idle: -1},
		"opening -1 companies":         {Opening: -1},
		"an age of a proof of at most": {ProofAge: -1},
	} {
		if all, err := companies.New(s, &c); all != nil || err == nil || !strings.HasPrefix(err.Error(), "companies: new: "+text) {
			t.Errorf("New = %v, want %q", err, text)
		}
	}
	if _, err := companies.New(nil, nil); err == nil {
		t.Error("there are companies of no store")
	}
}
