package journal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"pgregory.net/rapid"
)

var begin = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

var (
	errRefused = errors.New("the proposal refuses")
	errFold    = errors.New("the fold refuses")
	errRead    = errors.New("the disk is gone")
)

// list is a fold: the types of the changes so far.
func list(p journal.Point[string], e audit.Event) (string, error) {
	if e.Changes[0].Type == "unknown" {
		return "", errFold
	}
	if e.Time.Before(p.Time) {
		return "", fmt.Errorf("%w: it is earlier than the event before", journal.ErrBroken)
	}
	return p.State + e.Changes[0].Type + " ", nil
}

// event returns an event with one change, not yet in a chain.
func event(name string, at time.Time) audit.Event {
	return audit.Event{
		ID: "e-" + name, Time: at, Company: "acme", Actor: audit.Actor{Kind: audit.KindSystem, ID: "test"}, Correlation: name,
		Changes: []audit.Change{{Type: name, Version: 1, Data: []byte("{}")}},
	}
}

// adding proposes a change, a second after the last event.
func adding(name string) journal.Propose[string] {
	return func(p journal.Point[string]) (string, audit.Event, error) {
		at := p.Time.Add(time.Second)
		if p.Head.Seq == 0 {
			at = begin
		}
		return p.State + name + " ", event(name, at), nil
	}
}

// history returns a log of n events.
func history(t rapid.TB, n int) *audit.Memory {
	t.Helper()
	log, head := audit.NewMemory(), audit.Checkpoint{}
	for i := range n {
		e := event(fmt.Sprint("h", i+1), begin.Add(time.Duration(i)*time.Second)).Chain(head)
		if err := log.Append(context.Background(), e); err != nil {
			t.Fatal(err)
		}
		head = e.Checkpoint()
	}
	return log
}

// config returns the settings of a journal of a list.
func config(log audit.Log) journal.Config[string] {
	return journal.Config[string]{Log: log, Fold: list}
}

func open(t rapid.TB, log audit.Log) *journal.Journal[string] {
	t.Helper()
	j, err := journal.Open(context.Background(), config(log))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// events returns all events of a log.
func events(t rapid.TB, log audit.Log) []audit.Event {
	t.Helper()
	var all []audit.Event
	for e, err := range log.Events(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// agree checks that a journal has, after Sync, the state that its log tells.
func agree(t rapid.TB, j *journal.Journal[string], log audit.Log) {
	t.Helper()
	if err := j.Sync(context.Background()); err != nil {
		t.Fatalf("Sync: %v", err)
	}
	want := journal.Point[string]{}
	for _, e := range events(t, log) {
		want.State += e.Changes[0].Type + " "
		want.Head, want.Time = e.Checkpoint(), e.Time
	}
	if got := j.Point(); got != want || j.Current() != want.State {
		t.Fatalf("the journal is at %q, event %d; its log tells %q, event %d", got.State, got.Head.Seq, want.State, want.Head.Seq)
	}
	if err := audit.Verify(log.Events(context.Background(), 0), j.Point().Head); err != nil {
		t.Fatal(err)
	}
}

// wire is one journal's way to a log that it may share with others. It fails as
// planned; a call that hangs ends the context of the call it is made for, so
// that no test waits for time to pass.
type wire struct {
	*audittest.Faulty
	ending atomic.Pointer[context.CancelFunc] // of the call under way; a journal makes one at a time
}

type endingKey struct{}

// Append implements [audit.Log].
func (w *wire) Append(ctx context.Context, e audit.Event) error {
	end, _ := ctx.Value(endingKey{}).(context.CancelFunc)
	w.ending.Store(&end)
	return w.Faulty.Append(ctx, e)
}

// newWire returns a wire to a log. The mode is asked about each append, read
// about each event read; nil means no fault.
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

// first returns the modes of a wire whose first appends fail.
func first(n int, mode audittest.Mode) func(call int) audittest.Mode {
	return func(call int) audittest.Mode {
		if call <= n {
			return mode
		}
		return audittest.Pass
	}
}

// ending returns a context that a hanging call ends.
func ending() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	return context.WithValue(ctx, endingKey{}, cancel), cancel
}

// exchange is a log in whose place another can be put.
type exchange struct{ audit.Log }

// ledger is what every Write was answered, to be held against the log.
type ledger struct {
	mu      sync.Mutex
	answers map[string]answer // by correlation
}

type answer struct {
	event audit.Event
	err   error
}

func newLedger() *ledger { return &ledger{answers: make(map[string]answer)} }

// write adds a name and writes down the answer. The names of a ledger that
// share a prefix differ by a number.
func (l *ledger) write(j *journal.Journal[string], prefix string) error {
	l.mu.Lock()
	name := fmt.Sprint(prefix, len(l.answers))
	l.answers[name] = answer{err: errors.New("not answered")}
	l.mu.Unlock()
	ctx, cancel := ending()
	defer cancel()
	e, err := j.Write(ctx, func(p journal.Point[string]) (string, audit.Event, error) {
		if strings.HasSuffix(p.State, " ") && prefix == "no" {
			return "", audit.Event{}, errRefused
		}
		return adding(name)(p)
	})
	l.mu.Lock()
	l.answers[name] = answer{e, err}
	l.mu.Unlock()
	return err
}

// check holds the answers against the log: what was acknowledged is in it once
// and as it was returned, what was refused is not in it, and what is uncertain
// is in it once or not at all.
func (l *ledger) check(t rapid.TB, log audit.Log) {
	t.Helper()
	stored := make(map[string][]audit.Event)
	for _, e := range events(t, log) {
		stored[e.Correlation] = append(stored[e.Correlation], e)
	}
	for name, a := range l.answers {
		in := stored[name]
		switch {
		case a.err == nil && (len(in) != 1 || in[0].Hash != a.event.Hash):
			t.Errorf("%s was acknowledged as event %d and is stored as %+v", name, a.event.Seq, in)
		case errors.Is(a.err, journal.ErrUncertain) && len(in) > 1:
			t.Errorf("%s is stored %d times", name, len(in))
		case a.err != nil && !errors.Is(a.err, journal.ErrUncertain) && len(in) > 0:
			t.Errorf("%s was refused (%v) and is stored as event %d", name, a.err, in[0].Seq)
		case a.err != nil && !errors.Is(a.err, journal.ErrUncertain) && a.event.Seq != 0:
			t.Errorf("%s was refused (%v) and came with event %d", name, a.err, a.event.Seq)
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

// names returns the names in a state.
func names(state string) []string { return strings.Fields(state) }

// has reports whether a state has a name with a prefix.
func has(state, prefix string) bool {
	return slices.ContainsFunc(names(state), func(n string) bool { return strings.HasPrefix(n, prefix) })
}

// diverged checks that a journal notices that its log lost something, however
// often it is asked, and that it writes nothing.
func diverged(t *testing.T, j *journal.Journal[string], l *ledger) {
	t.Helper()
	was := j.Point()
	for range 2 {
		if err := l.write(j, "diverged"); !errors.Is(err, journal.ErrDiverged) || errors.Is(err, journal.ErrUncertain) {
			t.Fatalf("Write = %v, want ErrDiverged", err)
		}
		if err := j.Sync(t.Context()); !errors.Is(err, journal.ErrDiverged) {
			t.Fatalf("Sync = %v, want ErrDiverged", err)
		}
	}
	if j.Point() != was {
		t.Fatal("the state changed")
	}
}
