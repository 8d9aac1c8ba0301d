package audittest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"pgregory.net/rapid"
)

// event returns an event that follows head; events of different names differ.
func event(name string, head audit.Checkpoint) audit.Event {
	return audit.Event{
		ID: name, Time: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC), Company: "acme",
		Actor:   audit.Actor{Kind: "system", ID: "test"},
		Changes: []audit.Change{{Type: "note", Version: 1, Data: []byte(`{}`)}},
	}.Chain(head)
}

// ids returns the ids of the events of log, run together.
func ids(t testing.TB, log audit.Log) string {
	t.Helper()
	all := ""
	for e, err := range log.Events(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all += e.ID
	}
	return all
}

func TestModes(t *testing.T) {
	const never, atOnce, later = "", "a", "later"
	tests := []struct {
		answer error
		lands  string
		name   string
		mode   audittest.Mode
	}{
		{nil, atOnce, "Pass", audittest.Pass},
		{audittest.ErrInjected, never, "FailBefore", audittest.FailBefore},
		{audittest.ErrInjected, atOnce, "FailAfter", audittest.FailAfter},
		{audittest.ErrInjected, later, "FailLate", audittest.FailLate},
		{context.Canceled, never, "HangBefore", audittest.HangBefore},
		{context.Canceled, atOnce, "HangAfter", audittest.HangAfter},
		{context.Canceled, later, "HangLate", audittest.HangLate},
		{nil, never, "LieStored", audittest.LieStored},
		{audit.ErrConflict, atOnce, "LieConflict", audittest.LieConflict},
		{audittest.ErrInjected, never, "Mode(9)", 9},
		{audittest.ErrInjected, never, "Mode(-1)", -1},
	}
	doubtful := 0
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.mode.String(); got != test.name {
				t.Errorf("String: %s", got)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			memory := audit.NewMemory()
			f := audittest.NewFaulty(memory, audittest.Plan{Append: func(call int, e audit.Event) audittest.Mode {
				if call != 1 || e.ID != "a" {
					t.Errorf("call %d of %s", call, e.ID)
				}
				if test.mode != audittest.Pass {
					cancel()
				}
				return test.mode
			}})
			a := event("a", audit.Checkpoint{})
			if err := f.Append(ctx, a); !errors.Is(err, test.answer) || (err == nil) != (test.answer == nil) {
				t.Errorf("answer %v, want %v", err, test.answer)
			}
			a.Changes[0].Data[0] = '!'
			want := test.lands
			if want == later {
				want = never
			}
			if got := ids(t, f); got != want {
				t.Errorf("the log has %q, want %q", got, want)
			}
			if err := f.Land(); err != nil {
				t.Error(err)
			}
			if test.lands == later {
				want = atOnce
			}
			if got := ids(t, f); got != want {
				t.Errorf("after Land the log has %q, want %q", got, want)
			}
			if f.Appends() != 1 {
				t.Errorf("%d appends", f.Appends())
			}
		})
	}
	for i, mode := range audittest.Modes() {
		if doubtful++; mode != audittest.FailBefore+audittest.Mode(i) {
			t.Errorf("mode %d is %v", i, mode)
		}
	}
	if doubtful != 6 {
		t.Errorf("%d modes", doubtful)
	}
}

// A late event lands before the use its delay names, and not if its place was
// taken by then.
func TestDelay(t *testing.T) {
	tests := []struct {
		want  string // what is read at each use after the call
		name  string
		delay int
		other int // at which use another event is appended instead of reading; 0 for none
	}{
		{" | | ", "never", 0, 0},
		{"a|a|a", "before the first", 1, 0},
		{" |a|a", "before the second", 2, 0},
		{" | |a", "before the third", 3, 0},
		{"conflict|a|a", "the other comes after it", 1, 1},
		{"b|b|b", "the other comes first", 2, 1},
		{" |b|b", "the other comes last", 3, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{Delay: test.delay, Append: func(call int, _ audit.Event) audittest.Mode {
				if call == 1 {
					return audittest.FailLate
				}
				return audittest.Pass
			}})
			if err := f.Append(t.Context(), event("a", audit.Checkpoint{})); !errors.Is(err, audittest.ErrInjected) {
				t.Fatal(err)
			}
			got := ""
			for use := 1; use <= 3; use++ {
				if use > 1 {
					got += "|"
				}
				switch {
				case use != test.other:
					if read := ids(t, f); read != "" {
						got += read
					} else {
						got += " "
					}
				case f.Append(t.Context(), event("b", audit.Checkpoint{})) != nil:
					got += "conflict"
				default:
					got += "b"
				}
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestReadFaults(t *testing.T) {
	memory := audit.NewMemory()
	var head audit.Checkpoint
	for _, id := range []string{"a", "b", "c"} {
		e := event(id, head)
		if err := memory.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		head = e.Checkpoint()
	}
	f := audittest.NewFaulty(memory, audittest.Plan{Read: func(loop int, e audit.Event) error {
		if loop == 2 && e.ID == "b" {
			return audittest.ErrInjected
		}
		return nil
	}})
	for loop, want := range []string{"abc", "a!", "abc"} {
		got := ""
		for e, err := range f.Events(t.Context(), 0) {
			if err != nil {
				if !errors.Is(err, audittest.ErrInjected) || e.Seq != 0 {
					t.Errorf("%v, %v", e, err)
				}
				e.ID = "!"
			}
			got += e.ID
		}
		if got != want {
			t.Errorf("loop %d: got %s, want %s", loop+1, got, want)
		}
	}
	for range f.Events(t.Context(), 0) {
		break
	}
}

// An error of the log wrapped, when an event lands late, is not lost.
func TestLandingFails(t *testing.T) {
	disk := errors.New("disk")
	plan := audittest.Plan{Delay: 1, Append: func(int, audit.Event) audittest.Mode { return audittest.FailLate }}
	for _, name := range []string{"append", "events", "land"} {
		f := audittest.NewFaulty(failing{disk}, plan)
		if err := f.Append(t.Context(), event("a", audit.Checkpoint{})); !errors.Is(err, audittest.ErrInjected) {
			t.Fatal(err)
		}
		var err error
		switch name {
		case "append":
			err = f.Append(t.Context(), event("b", audit.Checkpoint{}))
		case "events":
			for _, err = range f.Events(t.Context(), 0) {
				break
			}
		case "land":
			err = f.Land()
		}
		if !errors.Is(err, disk) {
			t.Errorf("%s: %v", name, err)
		}
		if err := f.Land(); err != nil {
			t.Errorf("%s: the event was not dropped: %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Append(context.Context, audit.Event) error { return f.err }

func (f failing) Events(context.Context, uint64) iter.Seq2[audit.Event, error] {
	return func(func(audit.Event, error) bool) {}
}

// A writer that settles every doubt by repeating loses no event and invents
// none, whatever fails.
func TestSettlingByRepeating(t *testing.T) {
	hits := make(map[audittest.Mode]int)
	rapid.Check(t, func(t *rapid.T) {
		modes := append(audittest.Modes(), audittest.Pass)
		memory := audit.NewMemory()
		renewed := func() (context.Context, func()) { return context.WithCancel(context.Background()) }
		ctx, cancel := renewed()
		defer func() { cancel() }() // the last one
		f := audittest.NewFaulty(memory, audittest.Plan{
			Delay: rapid.IntRange(0, 3).Draw(t, "delay"),
			Append: func(call int, _ audit.Event) audittest.Mode {
				mode := rapid.SampledFrom(modes).Draw(t, fmt.Sprint("call ", call))
				if mode >= audittest.HangBefore {
					cancel()
				}
				hits[mode]++
				return mode
			},
		})
		var head audit.Checkpoint
		want := ""
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			e := event(id, head)
			for f.Append(ctx, e) != nil {
				if ctx.Err() != nil {
					ctx, cancel = renewed()
				}
			}
			want += id
			head = e.Checkpoint()
		}
		if err := f.Land(); err != nil {
			t.Fatal(err)
		}
		if err := audit.Verify(memory.Events(context.Background(), 0), head); err != nil {
			t.Fatal(err)
		}
		got := ""
		for e := range memory.Events(context.Background(), 0) {
			got += e.ID
		}
		if got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
	for _, mode := range append(audittest.Modes(), audittest.Pass) {
		if hits[mode] == 0 && !testing.Short() { // too few checks to count on each
			t.Errorf("%v never happened", mode)
		}
	}
}

func TestZeroValues(t *testing.T) {
	var mode audittest.Mode
	if mode != audittest.Pass {
		t.Errorf("the zero Mode is %v", mode)
	}
	f := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{})
	if err := f.Append(t.Context(), event("a", audit.Checkpoint{})); err != nil || ids(t, f) != "a" {
		t.Errorf("the zero Plan has faults: %v", err)
	}
}

// A write is repeated until the doubt is settled. Here the first call hangs
// until its context ends, and its event lands before the second.
func ExampleFaulty() {
	ctx, cancel := context.WithCancel(context.Background())
	log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{
		Delay: 1,
		Append: func(call int, _ audit.Event) audittest.Mode {
			if call > 1 {
				return audittest.Pass
			}
			cancel()
			return audittest.HangLate
		},
	})
	e := event("e1", audit.Checkpoint{})
	fmt.Println(log.Append(ctx, e))
	fmt.Println(log.Append(context.Background(), e))
	// Output:
	// audittest: HangLate: context canceled
	// <nil>
}
