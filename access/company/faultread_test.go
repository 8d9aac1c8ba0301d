package company_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

var errRead = errors.New("the disk is gone")

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

// TestReadFails lets the reading of each event fail, for each method that reads.
// It changes nothing, and the next try succeeds.
func TestReadFails(t *testing.T) {
	const behind = 3
	x := playStory(t)
	history := events(t, x.log)
	methods := map[string]func(co *company.Company) error{
		"Sync": func(co *company.Company) error { return co.Sync(t.Context()) },
		"At": func(co *company.Company) error {
			_, err := co.At(t.Context(), uint64(len(history)))
			return err
		},
		"AsOf": func(co *company.Company) error {
			_, err := co.AsOf(t.Context(), history[len(history)-1].Time)
			return err
		},
	}
	t.Run("Open", func(t *testing.T) {
		for n := range history {
			read, _ := failAt(n + 1)
			if co, err := company.Open(t.Context(), newWire(x.log, 0, nil, read), nil); co != nil || !errors.Is(err, errRead) {
				t.Errorf("Open with event %d unreadable: %v, want %v and no company", n+1, err, errRead)
			}
		}
	})
	for name, method := range methods {
		t.Run(name, func(t *testing.T) {
			points := 0
			for n := 1; ; n++ {
				whole, s := upTo(t, history, len(history)-behind)
				swap := &switchedLog{log: whole}
				co := open(t, swap, s)
				read, failed := failAt(n)
				swap.log = newWire(x.log, 0, nil, read)
				was := co.Policy()
				err := method(co)
				if !*failed {
					if err != nil {
						t.Fatalf("without a fault: %v", err)
					}
					break
				}
				points++
				if !errors.Is(err, errRead) || co.Policy() != was {
					t.Fatalf("with read %d failing: %v, want %v and the same policy", n, err, errRead)
				}
				agree(t, co, x.log)
			}
			if points < behind+1 {
				t.Errorf("%d reads can fail, want at least %d", points, behind+1)
			}
		})
	}
}

// TestReadFailsInRace lets a Do lose a race, and then fail to read who won.
func TestReadFailsInRace(t *testing.T) {
	t.Parallel()
	points(t, func(t *testing.T, x playedStory, history []audit.Event, n int) {
		for at := 1; at <= 3; at++ { // the own head and two events of the other's
			for _, doubt := range []bool{false, true} {
				log, s := upTo(t, history, n)
				swap := &switchedLog{log: log}
				co, other, l := open(t, swap, s), open(t, log, s), newLedger()
				if doubt {
					swap.log = newWire(log, 0, func(int) audittest.Mode { return audittest.FailBefore }, nil)
					if err := l.do(co, rename("in doubt")); !errors.Is(err, company.ErrUncertain) {
						t.Fatalf("Do = %v, want ErrUncertain", err)
					}
				}
				for i := range 2 {
					if err := l.do(other, rename(fmt.Sprint("another ", i))); err != nil {
						t.Fatal(err)
					}
				}
				read, _ := failAt(at)
				swap.log = newWire(log, 0, nil, read)
				if err := l.do(co, storySteps()[n-1]); !errors.Is(err, errRead) || errors.Is(err, company.ErrUncertain) {
					t.Fatalf("Do = %v, want %v", err, errRead)
				}
				if err := l.do(co, storySteps()[n-1]); err != nil {
					t.Fatalf("the next try: %v", err)
				}
				l.check(t, log)
				agree(t, co, log)
				if got := text(t, co.Policy()); got != x.documents[n+1] {
					t.Fatalf("the company is\n%s\nwant\n%s", got, x.documents[n+1])
				}
			}
		}
	})
}

// TestEndedContext checks that with a context that ended nothing is written.
func TestEndedContext(t *testing.T) {
	log, s := audit.NewMemory(), newStoryHost()
	co := foundStory(t, log, s)
	was := co.Policy()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := co.Do(ctx, company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "too late"})
	if e := (*company.Error)(nil); !errors.Is(err, context.Canceled) || errors.Is(err, company.ErrUncertain) || !errors.As(err, &e) || e.Op != "do" {
		t.Errorf("Do = %v, want context.Canceled", err)
	}
	if err := co.Sync(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Sync = %v, want context.Canceled", err)
	}
	if _, err := company.Open(ctx, log, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Open = %v, want context.Canceled", err)
	}
	empty := audit.NewMemory()
	if _, err := company.Found(ctx, empty, storyFounding(t), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Found = %v, want context.Canceled", err)
	}
	if len(events(t, log)) != 1 || len(events(t, empty)) != 0 || co.Policy() != was {
		t.Error("something was written, or the policy changed")
	}
}

// TestContextEndsInTurn has a Do wait for its turn behind one that hangs. The
// end of its context ends the waiting.
func TestContextEndsInTurn(t *testing.T) {
	log, s := audit.NewMemory(), newStoryHost()
	foundStory(t, log, s)
	hanging := make(chan struct{})
	swap := &switchedLog{log: log}
	co := open(t, swap, s)
	swap.log = audittest.NewFaulty(log, audittest.Plan{Append: func(int, audit.Event) audittest.Mode {
		close(hanging)
		return audittest.HangBefore
	}})
	first, endFirst := context.WithCancel(t.Context())
	defer endFirst()
	answered := make(chan error)
	go func() {
		_, err := co.Do(first, company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "first"})
		answered <- err
	}()
	<-hanging
	second, endSecond := context.WithCancel(t.Context())
	go endSecond()
	_, err := co.Do(second, company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "second"})
	if !errors.Is(err, context.Canceled) || errors.Is(err, company.ErrUncertain) {
		t.Errorf("the second Do = %v, want context.Canceled", err)
	}
	if co.Name() != "Acme" {
		t.Errorf("meanwhile the company is called %q", co.Name())
	}
	endFirst()
	if err := <-answered; !errors.Is(err, company.ErrUncertain) || !errors.Is(err, context.Canceled) {
		t.Errorf("the first Do = %v, want ErrUncertain by context.Canceled", err)
	}
	swap.log = log
	agree(t, co, log)
	if co.Name() != "first" {
		t.Errorf("settled, the company is called %q, want first", co.Name())
	}
}

// TestFoundFails lets the append of the founding fail. Whether it is stored,
// Open finds out; if not, the company can be founded again.
func TestFoundFails(t *testing.T) {
	stored, lost := 0, 0
	for _, mode := range audittest.Modes() {
		t.Run(mode.String(), func(t *testing.T) {
			log, s := audit.NewMemory(), newStoryHost()
			w := newWire(log, 0, func(call int) audittest.Mode {
				if call == 1 {
					return mode
				}
				return audittest.Pass
			}, nil)
			ctx, cancel := ending()
			defer cancel()
			co, err := company.Found(ctx, w, storyFounding(t), s.config())
			if co != nil || !errors.Is(err, company.ErrUncertain) {
				t.Fatalf("Found = %v; want ErrUncertain, and no company", err)
			}
			co, err = company.Open(t.Context(), w, s.config())
			if errors.Is(err, company.ErrNotFounded) {
				lost++
				co, err = company.Found(t.Context(), w, storyFounding(t), s.config())
			} else {
				stored++
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Land(); err != nil {
				t.Fatal(err)
			}
			if len(events(t, log)) != 1 {
				t.Errorf("%d events are stored, want the founding", len(events(t, log)))
			}
			agree(t, co, log)
			playStep(t, co, s, storySteps()[0])
		})
	}
	if stored == 0 || lost == 0 {
		t.Errorf("the founding was stored %d times and lost %d times, want some of each", stored, lost)
	}
	t.Run("another was first", func(t *testing.T) {
		log, s := audit.NewMemory(), newStoryHost()
		late := audittest.NewFaulty(log, audittest.Plan{Delay: 2, Append: func(call int, _ audit.Event) audittest.Mode {
			if call == 1 {
				return audittest.FailLate
			}
			return audittest.Pass
		}})
		if _, err := company.Found(t.Context(), late, storyFounding(t), s.config()); !errors.Is(err, company.ErrUncertain) {
			t.Fatalf("Found = %v, want ErrUncertain", err)
		}
		// The second one reads an empty log, and then the first one's founding lands.
		if co, err := company.Found(t.Context(), late, storyFounding(t), s.config()); co != nil || !errors.Is(err, company.ErrNotEmpty) {
			t.Errorf("Found = %v; want ErrNotEmpty, and no company", err)
		}
	})
}
