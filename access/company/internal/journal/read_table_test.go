package journal_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// failAt returns a function that fails a loop of a log at one of its events.
func failAt(n int) (read func(int, audit.Event) error, failed *bool) {
	failed = new(bool)
	seen := 0
	return func(int, audit.Event) error {
		if seen++; seen == n {
			*failed = true
			return errRead
		}
		return nil
	}, failed
}

// TestReadFails lets the reading of each event fail, for the functions that make
// a journal.
func TestReadFails(t *testing.T) {
	const length = 9
	log := history(t, length)
	t.Run("Open", func(t *testing.T) {
		for n := range length {
			read, _ := failAt(n + 1)
			if j, err := journal.Open(t.Context(), config(newWire(log, 0, nil, read))); j != nil || !errors.Is(err, errRead) {
				t.Errorf("Open with event %d unreadable: %v, want %v and no journal", n+1, err, errRead)
			}
		}
	})
	t.Run("Begin", func(t *testing.T) {
		read, _ := failAt(1)
		if j, err := journal.Begin(t.Context(), config(newWire(log, 0, nil, read)), adding("a")); j != nil || !errors.Is(err, errRead) {
			t.Errorf("Begin with event 1 unreadable: %v, want %v and no journal", err, errRead)
		}
	})
}

// TestReadFailsLater lets the reading of each event fail, for the methods that
// read. It changes nothing, and the next try succeeds.
func TestReadFailsLater(t *testing.T) {
	const length, ahead = 9, 3
	log := history(t, length)
	for name, method := range map[string]func(j *journal.Journal[string]) error{
		"Sync": func(j *journal.Journal[string]) error { return j.Sync(t.Context()) },
		"Past": func(j *journal.Journal[string]) error {
			_, err := j.Past(t.Context(), all)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			points := 0
			for n := 1; ; n++ {
				swap := &exchange{history(t, length-ahead)}
				j := open(t, swap)
				read, failed := failAt(n)
				swap.Log = newWire(log, 0, nil, read)
				was := j.Point()
				err := method(j)
				if !*failed {
					if err != nil {
						t.Fatalf("without a fault: %v", err)
					}
					break
				}
				points++
				if !errors.Is(err, errRead) || j.Point() != was {
					t.Fatalf("with read %d failing: %v, want %v and the same state", n, err, errRead)
				}
				agree(t, j, log)
			}
			if points < ahead+1 {
				t.Errorf("%d reads can fail, want at least %d", points, ahead+1)
			}
		})
	}
}

// TestReadFailsInRace lets a Write lose a race, and then fail to read who won.
func TestReadFailsInRace(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for at := 1; at <= 3; at++ { // the own head and two events of the other's
			for _, doubt := range []bool{false, true} {
				log := history(t, n)
				swap := &exchange{log}
				j, other, l := open(t, swap), open(t, log), newLedger()
				if doubt {
					swap.Log = newWire(log, 0, first(1, audittest.FailBefore), nil)
					if err := l.write(j, "doubted"); !errors.Is(err, journal.ErrUncertain) {
						t.Fatalf("Write = %v, want ErrUncertain", err)
					}
				}
				for range 2 {
					if err := l.write(other, "other"); err != nil {
						t.Fatal(err)
					}
				}
				read, _ := failAt(at)
				swap.Log = newWire(log, 0, nil, read)
				if err := l.write(j, "unread"); !errors.Is(err, errRead) || errors.Is(err, journal.ErrUncertain) {
					t.Fatalf("Write = %v, want %v", err, errRead)
				}
				if err := l.write(j, "next"); err != nil {
					t.Fatalf("the next try: %v", err)
				}
				l.check(t, log)
				agree(t, j, log)
				if got := len(events(t, log)); got != n+3 {
					t.Fatalf("%d events are stored, want %d", got, n+3)
				}
			}
		}
	}
}

// TestEndedContext checks that with a context that ended nothing is written.
func TestEndedContext(t *testing.T) {
	log, empty := history(t, 1), audit.NewMemory()
	j := open(t, log)
	was := j.Point()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e, err := j.Write(ctx, adding("late"))
	if !errors.Is(err, context.Canceled) || errors.Is(err, journal.ErrUncertain) || e.Seq != 0 {
		t.Errorf("Write = event %d, %v, want context.Canceled", e.Seq, err)
	}
	if err := j.Sync(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Sync = %v, want context.Canceled", err)
	}
	if _, err := journal.Open(ctx, config(log)); !errors.Is(err, context.Canceled) {
		t.Errorf("Open = %v, want context.Canceled", err)
	}
	if _, err := journal.Begin(ctx, config(empty), adding("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("Begin = %v, want context.Canceled", err)
	}
	during, cancel := context.WithCancel(t.Context())
	if _, err := j.Write(during, func(p journal.Point[string]) (string, audit.Event, error) {
		cancel()
		return adding("too-late")(p)
	}); !errors.Is(err, context.Canceled) || errors.Is(err, journal.ErrUncertain) {
		t.Errorf("Write whose context ends in the proposal = %v, want context.Canceled", err)
	}
	if len(events(t, log)) != 1 || len(events(t, empty)) != 0 || j.Point() != was {
		t.Error("something was written, or the state changed")
	}
}

// TestContextEndsInTurn has a Write wait for its turn after one that hangs. The
// end of its context ends the waiting. Reading goes on meanwhile.
func TestContextEndsInTurn(t *testing.T) {
	log := history(t, 1)
	hanging := make(chan struct{})
	swap := &exchange{log}
	j := open(t, swap)
	swap.Log = audittest.NewFaulty(log, audittest.Plan{Append: func(int, audit.Event) audittest.Mode {
		close(hanging)
		return audittest.HangBefore
	}})
	one, endOne := context.WithCancel(t.Context())
	defer endOne()
	answered := make(chan error)
	go func() {
		_, err := j.Write(one, adding("one"))
		answered <- err
	}()
	<-hanging
	two, endTwo := context.WithCancel(t.Context())
	go endTwo()
	if _, err := j.Write(two, adding("two")); !errors.Is(err, context.Canceled) || errors.Is(err, journal.ErrUncertain) {
		t.Errorf("the second Write = %v, want context.Canceled", err)
	}
	if j.Current() != "h1 " {
		t.Errorf("meanwhile the state is %q", j.Current())
	}
	endOne()
	if err := <-answered; !errors.Is(err, journal.ErrUncertain) || !errors.Is(err, context.Canceled) {
		t.Errorf("the first Write = %v, want ErrUncertain by context.Canceled", err)
	}
	swap.Log = log
	agree(t, j, log)
	if j.Current() != "h1 one " {
		t.Errorf("settled, the state is %q, want h1 one", j.Current())
	}
}
