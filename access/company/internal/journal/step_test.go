package journal_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// quiet is a log that cannot be watched.
type quiet struct{ audit.Log }

// turned is a log that others take the place of while it is read.
type turned struct {
	audit.Log // to append to
	now       atomic.Pointer[audit.Log]
}

func (l *turned) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return (*l.now.Load()).Events(ctx, after)
}

// targeted is adding, with the name as the target.
func targeted(name string) journal.Propose[string] {
	return func(p journal.Point[string]) (string, audit.Event, error) {
		next, e, err := adding(name)(p)
		e.Targets = []string{"user:" + name}
		return next, e, err
	}
}

// write writes a name that must be stored.
func write(t *testing.T, j *journal.Journal[string], name string) audit.Event {
	t.Helper()
	e, err := j.Write(t.Context(), targeted(name))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestSteps ranges over the steps from each place of the log, while a journal
// writes, and while it takes in what another one wrote.
func TestSteps(t *testing.T) {
	for after := range uint64(9) {
		t.Run(fmt.Sprint("after ", after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := history(t, 3)
				j, other := open(t, log), open(t, log)
				ctx, cancel := context.WithCancel(t.Context())
				var got []string
				var last error
				go func() {
					for s, err := range j.Steps(ctx, after) {
						if last = err; err != nil {
							continue
						}
						if at := j.Point().Head.Seq; at < s.Seq {
							t.Errorf("step %d is told while the state is at %d", s.Seq, at)
						}
						got = append(got, fmt.Sprint(s.Seq, strings.Join(s.Targets, "")))
					}
				}()
				synctest.Wait()
				write(t, j, "a")
				synctest.Wait()
				for _, name := range []string{"b", "c"} {
					if err := other.Sync(t.Context()); err != nil {
						t.Fatal(err)
					}
					write(t, other, name)
				}
				if err := j.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
				write(t, j, "d")
				synctest.Wait()
				cancel()
				synctest.Wait()
				want := []string{"1", "2", "3", "4user:a", "5user:b", "6user:c", "7user:d"}
				want = want[min(after, 7):]
				if !slices.Equal(got, want) || !errors.Is(last, context.Canceled) {
					t.Errorf("got %q and %v, want %q and the end of the context", got, last, want)
				}
			})
		})
	}
}

// TestStepsEnd leaves the loop, reads a log that fails, and one that lost its
// events.
func TestStepsEnd(t *testing.T) {
	log := history(t, 3)
	swap := &exchange{log}
	j := open(t, swap)
	for s, err := range j.Steps(t.Context(), 1) {
		if err != nil || s.Seq != 2 {
			t.Errorf("got %d, %v, want 2", s.Seq, err)
		}
		break
	}
	for _, tt := range []struct {
		log  audit.Log
		want error
	}{
		{newWire(log, 0, nil, func(int, audit.Event) error { return errRead }), errRead},
		{audit.NewMemory(), journal.ErrDiverged},
	} {
		swap.Log = tt.log
		var last error
		for _, err := range j.Steps(t.Context(), 1) {
			last = err
		}
		if !errors.Is(last, tt.want) {
			t.Errorf("got %v, want %v", last, tt.want)
		}
	}
}

// TestFollow lets a journal follow what another one writes, in a log that tells
// and in one that must be asked, and stop when its context ends.
func TestFollow(t *testing.T) {
	const every = time.Minute
	for _, tt := range []struct {
		name   string
		hide   func(audit.Log) audit.Log
		within time.Duration
	}{
		{"watched", func(l audit.Log) audit.Log { return l }, 0},
		{"asked", func(l audit.Log) audit.Log { return quiet{l} }, every},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := history(t, 2)
				j, other := open(t, tt.hide(log)), open(t, log)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- j.Follow(ctx, every) }()
				synctest.Wait()
				for i := range 5 {
					e := write(t, other, fmt.Sprint("w", i))
					synctest.Wait()
					time.Sleep(tt.within)
					synctest.Wait()
					if got := j.Point().Head; got != e.Checkpoint() {
						t.Fatalf("the journal is at %d, want %d within %v", got.Seq, e.Seq, tt.within)
					}
				}
				time.Sleep(10*every + time.Second)
				synctest.Wait()
				if since := time.Since(j.Known()); since > every {
					t.Errorf("the log was last known %v ago", since)
				}
				cancel()
				if err := <-ended; !errors.Is(err, context.Canceled) {
					t.Errorf("Follow = %v", err)
				}
			})
		})
	}
}

// TestFollowFails lets the log fail for a while, and then be another one.
func TestFollowFails(t *testing.T) {
	const every = time.Minute
	synctest.Test(t, func(t *testing.T) {
		log := history(t, 3)
		swap := &turned{Log: log}
		turn := func(l audit.Log) { swap.now.Store(&l) }
		turn(log)
		j := open(t, swap)
		ended := make(chan error, 1)
		go func() { ended <- j.Follow(t.Context(), every) }()
		synctest.Wait()
		known := j.Known()
		turn(newWire(log, 0, nil, func(int, audit.Event) error { return errRead }))
		time.Sleep(3 * every)
		synctest.Wait()
		if err := j.Failure(); !errors.Is(err, errRead) || !j.Known().Equal(known) {
			t.Errorf("Failure = %v, and the log was known at %v; want the failure, and %v", err, j.Known(), known)
		}
		turn(log)
		time.Sleep(2 * every)
		synctest.Wait()
		if err := j.Failure(); err != nil || !j.Known().After(known) {
			t.Errorf("Failure = %v, and the log was known at %v", err, j.Known())
		}
		for _, tt := range []struct {
			log  audit.Log
			want error
		}{
			{history(t, 2), journal.ErrDiverged},
			{forge(events(t, history(t, 4)), 4, func(e *audit.Event) { e.Changes[0].Type = "unknown" }), errFold},
			{append(script(events(t, log)), script(events(t, history(t, 5)))[4]), audit.ErrMissing},
		} {
			turn(tt.log)
			if tt.want != journal.ErrDiverged {
				go func() { ended <- j.Follow(t.Context(), every) }()
			}
			if err := <-ended; !errors.Is(err, tt.want) {
				t.Errorf("Follow = %v, want %v", err, tt.want)
			}
			if j.Point().Head.Seq != 3 {
				t.Errorf("the state is at %d, want 3", j.Point().Head.Seq)
			}
		}
	})
}

// fickle is a log whose first watches end at once.
type fickle struct {
	*audit.Memory
	watches int
	after   uint64 // of the last watch
}

func (f *fickle) Watch(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	if f.watches, f.after = f.watches+1, after; f.watches < 3 {
		return func(yield func(audit.Event, error) bool) { yield(audit.Event{}, errRead) }
	}
	return f.Memory.Watch(ctx, after)
}

// TestWatchAgain lets the watch of a log end: it is begun again.
func TestWatchAgain(t *testing.T) {
	const every = time.Minute
	synctest.Test(t, func(t *testing.T) {
		log := history(t, 1)
		f := &fickle{Memory: log}
		j := open(t, f)
		go j.Follow(t.Context(), every)
		synctest.Wait()
		if f.watches != 1 {
			t.Errorf("%d watches at once, though the first failed", f.watches)
		}
		write(t, j, "w")
		time.Sleep(3*every + time.Second)
		synctest.Wait()
		e, err := open(t, log).Write(t.Context(), adding("x"))
		synctest.Wait()
		if err != nil || j.Point().Head != e.Checkpoint() {
			t.Errorf("the journal is at %d, %v, want %d at once", j.Point().Head.Seq, err, e.Seq)
		}
		if f.after != 2 {
			t.Errorf("the last watch began after event %d, want 2, which the state had", f.after)
		}
	})
}

// late is a log whose events arrive only when it is let go, as they were before.
type late struct {
	*audit.Memory
	gate chan struct{}
}

func (l late) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for e, err := range l.Memory.Events(ctx, after) {
			<-l.gate
			if !yield(e, err) {
				return
			}
		}
	}
}

// TestToldWhileReading: what is appended while a follower reads is not forgotten
// until it reads the next time.
func TestToldWhileReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := late{history(t, 2), make(chan struct{}, 2)}
		log.gate <- struct{}{}
		log.gate <- struct{}{}
		j := open(t, log)
		go j.Follow(t.Context(), time.Hour)
		synctest.Wait() // it reads the event it has, and got the head before
		e, err := open(t, log.Memory).Write(t.Context(), adding("x"))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // the watch tells of it
		close(log.gate)
		synctest.Wait()
		if got := j.Point().Head; got != e.Checkpoint() {
			t.Errorf("the journal is at %d, want %d at once", got.Seq, e.Seq)
		}
	})
}

// TestWaitFor waits for an event that another journal writes, with and without
// somebody who follows, for one that is there, and for one that does not come.
func TestWaitFor(t *testing.T) {
	const every = time.Minute
	synctest.Test(t, func(t *testing.T) {
		log := history(t, 2)
		j, other := open(t, log), open(t, log)
		wait := func(seq uint64, d time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			return j.WaitFor(ctx, seq, every)
		}
		write(t, other, "a")
		if err := wait(3, time.Second); err != nil {
			t.Errorf("what is in the log: %v", err)
		}
		if err := wait(4, 3*every); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("what does not come: %v", err)
		}
		begin := time.Now()
		go func() {
			time.Sleep(90 * time.Second)
			write(t, other, "b")
		}()
		if err := wait(4, time.Hour); err != nil || time.Since(begin) != 2*every {
			t.Errorf("what comes while nobody follows: %v after %v", err, time.Since(begin))
		}
		begin = time.Now()
		go j.Follow(t.Context(), time.Hour)
		go func() {
			time.Sleep(time.Second)
			write(t, other, "c")
		}()
		if err := wait(5, time.Hour); err != nil || time.Since(begin) != time.Second {
			t.Errorf("what comes while somebody follows: %v after %v", err, time.Since(begin))
		}
	})
	swap := &exchange{history(t, 2)}
	j := open(t, swap)
	swap.Log = newWire(swap.Log, 0, nil, func(int, audit.Event) error { return errRead })
	if err := j.WaitFor(t.Context(), 3, time.Hour); !errors.Is(err, errRead) {
		t.Errorf("of a log that fails: %v", err)
	}
	if err := j.WaitFor(t.Context(), 2, time.Hour); err != nil {
		t.Errorf("of a log that fails, for what is there: %v", err)
	}
}

// TestKnown tells since when the log is known to have no more.
func TestKnown(t *testing.T) {
	now := begin
	at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
	swap := &exchange{history(t, 2)}
	log := swap.Log
	c := config(swap)
	c.Now = func() time.Time { return now }
	now = at(1)
	j, err := journal.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	want := at(1)
	expect := func(what string) {
		t.Helper()
		if !j.Known().Equal(want) {
			t.Errorf("after %s the log is known at %v, want %v", what, j.Known(), want)
		}
	}
	expect("Open")
	now, want = at(2), at(2)
	write(t, j, "a")
	expect("Write")
	now, want = at(3), at(3)
	if err := j.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("Sync")
	now = at(4)
	swap.Log = newWire(log, 0, nil, func(int, audit.Event) error { return errRead })
	if err := j.Sync(t.Context()); !errors.Is(err, errRead) {
		t.Fatal(err)
	}
	expect("a Sync that failed")
	swap.Log = newWire(log, 0, first(1, audittest.FailAfter), nil)
	if _, err := j.Write(t.Context(), adding("b")); !errors.Is(err, journal.ErrUncertain) || !errors.Is(j.Failure(), journal.ErrUncertain) {
		t.Fatalf("Write = %v, Failure = %v", err, j.Failure())
	}
	expect("a Write in doubt")
	now = at(5)
	if _, err := j.Write(t.Context(), func(journal.Point[string]) (string, audit.Event, error) { return "", audit.Event{}, errRefused }); err != errRefused {
		t.Fatal(err)
	}
	expect("an event that was settled, after which others may be")
}

// TestStepsInParallel: while journals write to one log, follow it and are waited
// for, whoever ranges over the steps sees each once, in order.
func TestStepsInParallel(t *testing.T) {
	const writers, each = 4, 20
	log := history(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	var following, writing, watching sync.WaitGroup
	for i := range 3 {
		j := open(t, log)
		following.Go(func() { _ = j.Follow(ctx, time.Millisecond) })
		for n := range writers {
			writing.Go(func() {
				for k := range each {
					if _, err := j.Write(t.Context(), adding(fmt.Sprintf("j%d-%d-%d", i, n, k))); err != nil {
						t.Error(err)
						return
					}
				}
			})
			watching.Go(func() {
				at := uint64(n)
				for s, err := range j.Steps(ctx, at) {
					if at++; err != nil || s.Seq != at || j.Point().Head.Seq < at {
						t.Errorf("step %d, %v, at %d", s.Seq, err, at)
						return
					}
					if at == 2+3*writers*each {
						return
					}
				}
			})
			watching.Go(func() {
				if err := j.WaitFor(ctx, 2+3*writers*each, time.Millisecond); err != nil {
					t.Error(err)
				}
			})
		}
	}
	writing.Wait()
	watching.Wait()
	cancel()
	following.Wait()
}
