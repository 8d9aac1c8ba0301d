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

// TestLogLies has a log acknowledge an event that it does not store. The next
// use of the log finds out, and nothing is written any more.
func TestLogLies(t *testing.T) {
	points(t, func(t *testing.T, x playedStory, history []audit.Event, n int) {
		for _, others := range []int{0, 1, 2} {
			log, s := upTo(t, history, n)
			w := newWire(log, 0, func(call int) audittest.Mode {
				if call == 1 {
					return audittest.LieStored
				}
				return audittest.Pass
			}, nil)
			co, other, l := open(t, w, s), open(t, log, s), newLedger()
			if err := newLedger().do(co, storySteps()[n-1]); err != nil {
				t.Fatalf("Do = %v, want it taken in", err)
			}
			for i := range others {
				if err := l.do(other, rename(fmt.Sprint("another ", i))); err != nil {
					t.Fatal(err)
				}
			}
			diverged(t, co, l)
			if got := len(events(t, log)); got != n+others {
				t.Fatalf("%d events are stored, want %d", got, n+others)
			}
			l.check(t, log)
			agree(t, other, log)
		}
	})
}

// diverged checks that a company notices that its log lost something, however
// often it is asked, and whatever is asked first.
func diverged(t *testing.T, co *company.Company, l *ledger) {
	t.Helper()
	for range 2 {
		if err := l.do(co, rename("diverged")); !errors.Is(err, company.ErrDiverged) || errors.Is(err, company.ErrUncertain) {
			t.Fatalf("Do = %v, want ErrDiverged", err)
		}
		if err := co.Sync(t.Context()); !errors.Is(err, company.ErrDiverged) {
			t.Fatalf("Sync = %v, want ErrDiverged", err)
		}
	}
}

// TestLogLosesItsTail exchanges the log for one without its last events, on
// which others may have written something else since.
func TestLogLosesItsTail(t *testing.T) {
	t.Parallel()
	points(t, func(t *testing.T, x playedStory, history []audit.Event, n int) {
		for lose := 1; lose <= min(2, n-1); lose++ {
			for _, others := range []int{0, lose - 1, lose, lose + 1} {
				whole, s := upTo(t, history, n)
				swap := &switchedLog{log: whole}
				co, l := open(t, swap, s), newLedger()
				short, _ := upTo(t, history, n-lose)
				other := open(t, short, s)
				for i := range others {
					if err := l.do(other, rename(fmt.Sprint("another ", i))); err != nil {
						t.Fatal(err)
					}
				}
				swap.log = short
				was := co.Policy()
				diverged(t, co, l)
				if co.Policy() != was || len(events(t, short)) != n-lose+others {
					t.Fatal("the policy changed, or something was written")
				}
				l.check(t, short)
				agree(t, other, short)
			}
		}
	})
	t.Run("all of it", func(t *testing.T) {
		s := newStoryHost()
		swap := &switchedLog{log: audit.NewMemory()}
		co := foundStory(t, swap, s)
		swap.log = audit.NewMemory()
		diverged(t, co, newLedger())
	})
}

// TestLosesItsTailInDoubt loses the tail of a log while its last event is in
// doubt, which the repeated append is refused for.
func TestLosesItsTailInDoubt(t *testing.T) {
	points(t, func(t *testing.T, x playedStory, history []audit.Event, n int) {
		if n == 1 {
			return
		}
		whole, s := upTo(t, history, n)
		swap := &switchedLog{log: whole}
		w := newWire(swap, 0, func(call int) audittest.Mode {
			if call == 1 {
				return audittest.FailBefore
			}
			return audittest.Pass
		}, nil)
		co := open(t, w, s)
		if err := newLedger().do(co, storySteps()[n-1]); !errors.Is(err, company.ErrUncertain) {
			t.Fatalf("Do = %v, want ErrUncertain", err)
		}
		short, _ := upTo(t, history, n-1)
		swap.log = short
		diverged(t, co, newLedger())
		if got := len(events(t, short)); got != n-1 {
			t.Fatalf("%d events are stored, want %d", got, n-1)
		}
	})
}

// TestConflictWithoutReason has a log refuse the next event although it is the
// next: with and without storing it.
func TestConflictWithoutReason(t *testing.T) {
	t.Run("nothing stored", func(t *testing.T) {
		points(t, func(t *testing.T, x playedStory, history []audit.Event, n int) {
			log, s := upTo(t, history, n)
			swap := &switchedLog{log: log}
			co, l := open(t, swap, s), newLedger()
			swap.log = refusing{log}
			if err := l.do(co, storySteps()[n-1]); !errors.Is(err, company.ErrDiverged) || errors.Is(err, company.ErrUncertain) {
				t.Fatalf("Do = %v, want ErrDiverged", err)
			}
			if len(events(t, log)) != n {
				t.Fatal("something was stored")
			}
			swap.log = log
			if err := l.do(co, storySteps()[n-1]); err != nil {
				t.Fatalf("when the log came to its senses: %v", err)
			}
			l.check(t, log)
			agree(t, co, log)
			if got := text(t, co.Policy()); got != x.documents[n+1] {
				t.Fatalf("the company is\n%s\nwant\n%s", got, x.documents[n+1])
			}
		})
	})
	t.Run("stored", func(t *testing.T) {
		points(t, func(t *testing.T, x playedStory, history []audit.Event, n int) {
			log, s := upTo(t, history, n)
			w := newWire(log, 0, func(call int) audittest.Mode {
				if call == 1 {
					return audittest.LieConflict
				}
				return audittest.Pass
			}, nil)
			co := open(t, w, s)
			_ = newLedger().do(co, storySteps()[n-1]) // misled, it may well answer that this was done already
			if got := len(events(t, log)); got != n+1 {
				t.Fatalf("%d events are stored, want %d", got, n+1)
			}
			agree(t, co, log)
			if got := text(t, co.Policy()); got != x.documents[n+1] {
				t.Fatalf("the company is\n%s\nwant\n%s", got, x.documents[n+1])
			}
		})
	})
}

// refusing is a log that takes nothing in.
type refusing struct{ audit.Log }

func (refusing) Append(context.Context, audit.Event) error { return audit.ErrConflict }
