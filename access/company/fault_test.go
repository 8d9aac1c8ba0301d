package company_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"pgregory.net/rapid"
)

// wire is one company's way to a log that it may share with others. It fails as
// planned; a call that hangs cancels the context of the Do or Sync it is made
// for, so that nothing waits for time to pass.
type wire struct {
	*audittest.Faulty
	ending atomic.Pointer[context.CancelFunc] // of the call under way; a company makes one at a time
}

type endingKey struct{}

// Append implements [audit.Log].
func (w *wire) Append(ctx context.Context, e audit.Event) error {
	end, _ := ctx.Value(endingKey{}).(context.CancelFunc)
	w.ending.Store(&end)
	return w.Faulty.Append(ctx, e)
}

// newWire returns a wire to a log. mode is asked about each append, read about
// each event read; nil means no fault.
func newWire(log audit.Log, delay int, mode func(call int) audittest.Mode, read func(loop int, e audit.Event) error) *wire {
	w := new(wire)
	w.Faulty = audittest.NewFaulty(log, audittest.Plan{
		Delay: delay, Read: read,
		Append: func(call int, _ audit.Event) audittest.Mode {
			if mode == nil {
				return audittest.Pass
			}
			m := mode(call)
			if m == audittest.HangBefore || m == audittest.HangAfter || m == audittest.HangLate {
				(*w.ending.Load())()
			}
			return m
		},
	})
	return w
}

// ending returns a context that a hanging call ends.
func ending() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	return context.WithValue(ctx, endingKey{}, cancel), cancel
}

// ledger is what every Do was answered, to be held against the log.
type ledger struct {
	mu      sync.Mutex
	answers map[string]answer // by correlation
}

type answer struct {
	receipt company.Receipt
	err     error
}

func newLedger() *ledger { return &ledger{answers: make(map[string]answer)} }

// do makes a scene and writes down the answer.
func (l *ledger) do(co *company.Company, sc storyStep) error {
	l.mu.Lock()
	name := fmt.Sprint("do-", len(l.answers))
	l.answers[name] = answer{err: errors.New("not answered")}
	l.mu.Unlock()
	ctx, cancel := ending()
	defer cancel()
	r, err := co.Do(ctx, company.By{Actor: sc.by, Reason: "as the story goes", Correlation: name}, sc.changes...)
	l.mu.Lock()
	l.answers[name] = answer{r, err}
	l.mu.Unlock()
	return err
}

// check holds the answers against the log: what was acknowledged is in it once
// and where the receipt says, what was refused is not in it, and what is
// uncertain is in it once or not at all.
func (l *ledger) check(t rapid.TB, log audit.Log) {
	t.Helper()
	stored := make(map[string][]audit.Event)
	for _, e := range events(t, log) {
		stored[e.Correlation] = append(stored[e.Correlation], e)
	}
	for name, a := range l.answers {
		in := stored[name]
		switch {
		case a.err == nil && (len(in) != 1 || in[0].Seq != a.receipt.Seq || in[0].ID != a.receipt.ID || !in[0].Time.Equal(a.receipt.Time)):
			t.Errorf("%s was acknowledged as event %d and is stored as %+v", name, a.receipt.Seq, in)
		case errors.Is(a.err, company.ErrUncertain) && len(in) > 1:
			t.Errorf("%s is stored %d times", name, len(in))
		case a.err != nil && !errors.Is(a.err, company.ErrUncertain) && len(in) > 0:
			t.Errorf("%s was refused (%v) and is stored as event %d", name, a.err, in[0].Seq)
		}
	}
}

// agree checks that a company is, after Sync, what its log tells.
func agree(t rapid.TB, co *company.Company, log audit.Log) {
	t.Helper()
	if err := co.Sync(context.Background()); err != nil {
		t.Fatalf("Sync: %v", err)
	}
	fresh, err := company.Open(context.Background(), log, nil)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	if got, want := text(t, co.Policy()), text(t, fresh.Policy()); got != want {
		t.Fatalf("the company is\n%s\nand its log tells\n%s", got, want)
	}
	if co.Checkpoint() != fresh.Checkpoint() || co.Name() != fresh.Name() || co.Limits() != fresh.Limits() {
		t.Fatalf("the company is at %v, and its log at %v", co.Checkpoint(), fresh.Checkpoint())
	}
}

// upTo returns a log with the first events of a history, and a stage set for
// the next.
func upTo(t rapid.TB, history []audit.Event, n int) (*audit.Memory, *storyHost) {
	t.Helper()
	log, s := audit.NewMemory(), newStoryHost()
	s.next = 1 << 32 // clear of the ids in the history
	for _, e := range history[:n] {
		if err := log.Append(context.Background(), e); err != nil {
			t.Fatal(err)
		}
		s.at = e.Time
	}
	s.pass(time.Hour)
	return log, s
}

func open(t rapid.TB, log audit.Log, s *storyHost) *company.Company {
	t.Helper()
	co, err := company.Open(context.Background(), log, s.config())
	if err != nil {
		t.Fatal(err)
	}
	return co
}

// rename is a change that is always allowed, and leaves documents as they are.
func rename(name string) storyStep {
	return storyStep{company.System("directory"), []company.Change{company.SetCompanyName{Name: name}}}
}

// points calls test for each scene of the story at which a log can fail, with the
// number of events before it; in a short test for some of them.
func points(t *testing.T, test func(t *testing.T, x playedStory, history []audit.Event, n int)) {
	t.Helper()
	x := playStory(t)
	history := events(t, x.log)
	step := 1
	if testing.Short() {
		step = 7
	}
	for n := 1; n < len(history); n += step {
		test(t, x, history, n)
		if t.Failed() {
			t.Fatalf("at %s, event %d", history[n].Changes[0].Type, n+1)
		}
	}
}

// delays returns when events may land that land late, where that matters.
func delays(mode audittest.Mode) []int {
	if mode == audittest.FailLate || mode == audittest.HangLate {
		return []int{0, 1, 2, 3}
	}
	return []int{0}
}

// TestAppendFails lets the append of each event of the story fail in each way a
// log may, once and several times on end, with the event landing at different
// times. In doubt, nothing else is written; Sync settles it; the story goes on
// to the same end.
func TestAppendFails(t *testing.T) {
	for _, mode := range audittest.Modes() {
		for _, delay := range delays(mode) {
			for _, stubborn := range []int{1, 3} {
				t.Run(fmt.Sprintf("%v %d times, late by %d", mode, stubborn, delay), func(t *testing.T) {
					t.Parallel()
					points(t, func(t *testing.T, x playedStory, history []audit.Event, n int) {
						appendFails(t, x, history, n, mode, delay, stubborn)
					})
				})
			}
		}
	}
}

func appendFails(t *testing.T, x playedStory, history []audit.Event, n int, mode audittest.Mode, delay, stubborn int) {
	log, s := upTo(t, history, n)
	w := newWire(log, delay, func(call int) audittest.Mode {
		if call <= stubborn {
			return mode
		}
		return audittest.Pass
	}, nil)
	co, l := open(t, w, s), newLedger()
	was := co.Policy()
	doubted := storySteps()[n-1]
	for i := range stubborn {
		sc := doubted
		if i > 0 {
			sc = rename("in doubt")
		}
		err := l.do(co, sc)
		if !errors.Is(err, company.ErrUncertain) {
			t.Fatalf("Do = %v, want ErrUncertain", err)
		}
		if co.Policy() != was || len(events(t, log)) > n+1 {
			t.Fatal("in doubt, the policy changed or more was written")
		}
		if e := (*company.Error)(nil); i == 0 && (!errors.As(err, &e) || e.Seq != uint64(n+1)) {
			t.Fatalf("%v is no Error of event %d", err, n+1)
		}
	}
	if err := co.Sync(t.Context()); err != nil {
		t.Fatalf("Sync: %v", err)
	}
	if got := text(t, co.Policy()); got != x.documents[n+1] {
		t.Fatalf("after Sync the company is\n%s\nwant\n%s", got, x.documents[n+1])
	}
	rest := storySteps()[n:]
	rest = rest[:min(2, len(rest))]
	for _, sc := range rest {
		s.pass(time.Hour)
		if err := l.do(co, sc); err != nil {
			t.Fatalf("after Sync: %v", err)
		}
	}
	if err := w.Land(); err != nil {
		t.Fatal(err)
	}
	l.check(t, log)
	agree(t, co, log)
	if got, want := text(t, co.Policy()), x.documents[n+1+len(rest)]; got != want {
		t.Fatalf("the story went on to\n%s\nwant\n%s", got, want)
	}
}

// TestAppendFailsBesideAnother has a second company write while the first is in
// doubt: it takes the place of the event in doubt, or finds it taken.
func TestAppendFailsBesideAnother(t *testing.T) {
	t.Parallel()
	stored, lost := 0, 0
	for _, mode := range audittest.Modes() {
		for _, delay := range delays(mode) {
			if delay%2 > 0 && os.Getenv("AMBIT_LONG") == "" {
				continue // TestAppendFails has them all
			}
			points(t, func(t *testing.T, x playedStory, history []audit.Event, n int) {
				log, s := upTo(t, history, n)
				w := newWire(log, delay, func(call int) audittest.Mode {
					if call == 1 {
						return mode
					}
					return audittest.Pass
				}, nil)
				co, other, l := open(t, w, s), open(t, log, s), newLedger()
				if err := l.do(co, storySteps()[n-1]); !errors.Is(err, company.ErrUncertain) {
					t.Fatalf("Do = %v, want ErrUncertain", err)
				}
				for range 2 {
					if err := l.do(other, rename(fmt.Sprint("another ", len(l.answers)))); err != nil {
						t.Fatalf("the other: %v", err)
					}
				}
				agree(t, co, log)
				switch text(t, co.Policy()) {
				case x.documents[n+1]:
					stored++
				case x.documents[n]:
					lost++
					if err := l.do(co, storySteps()[n-1]); err != nil {
						t.Fatalf("done again: %v", err)
					}
				default:
					t.Fatalf("the company is\n%s", text(t, co.Policy()))
				}
				if err := w.Land(); err != nil {
					t.Fatal(err)
				}
				l.check(t, log)
				agree(t, other, log)
				if got := text(t, other.Policy()); got != x.documents[n+1] {
					t.Fatalf("the other is\n%s\nwant\n%s", got, x.documents[n+1])
				}
			})
		}
	}
	if stored == 0 || lost == 0 {
		t.Errorf("the event in doubt was stored %d times and lost %d times, want some of each", stored, lost)
	}
}
