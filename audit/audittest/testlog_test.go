package audittest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// Every sentence of the contract, broken at least once.
func TestBrokenLogsAreCaught(t *testing.T) {
	tests := []struct {
		rule  int
		check string // one that has to fail; others may
		flaw  string
	}{
		{1, "one after the other", "stores nothing"},
		{1, "one after the other", "refuses all"},
		{2, "an event again", "stores again"},
		{2, "an event again", "refuses an event again"},
		{2, "an event again", "refuses an event again before the head"},
		{3, "refusals", "stores what is malformed"},
		{3, "refusals", "stores what is edited"},
		{3, "refusals", "stores after a gap"},
		{3, "refusals", "does not look at Prev"},
		{3, "refusals", "says nil to all"},
		{3, "refusals", "has no sentinel"},
		{3, "refusals", "replaces an event"},
		{3, "refusals", "trusts the hash"},
		{3, "refusals when empty", "stores another first event"},
		{4, "a race", "lets racers both win"},
		{4, "a race of the same event", "refuses racers of the same event"},
		{5, "a context ended before", "ignores the context of an append"},
		{5, "a context ended before", "hides the end of a context"},
		{5, "a context ended before", "stores by halves under an ended context"},
		{5, "a context ended before", "refuses to settle"},
		{5, "a context ending meanwhile", "hides the end of a context in the call"},
		{5, "landing late beside another event", "lands late, whatever came meanwhile"},
		{5, "landing late beside another event", "lands late in another's place"},
		{6, "many events", "forgets"},
		{7, "memory shared on the way in", "keeps what it is given"},
		{7, "memory shared on the way out", "gives out what it keeps"},
		{8, "an empty log", "is never empty"},
		{8, "events after a number", "includes the event at the number"},
		{8, "events after a number", "counts in int64"},
		{8, "events after a number", "reads backwards"},
		{9, "every field", "cuts the time"},
		{9, "every field", "formats data"},
		{10, "the end of a loop", "has no end"},
		{10, "the end of a loop", "reads when asked, not when looped over"},
		{11, "reading under an ended context", "ignores the context of a loop"},
		{11, "reading under an ended context", "gives an event with an error"},
		{11, "reading under an ended context", "goes on after an error"},
		{11, "reading under an ended context", "ends in silence"},
		{11, "a context ending in the loop", "breaks off in silence"},
		{11, "a context ending in the loop", "hides the end of a context in a loop"},
		{12, "leaving a loop", "does not stop"},
		{12, "leaving a loop", "keeps loops"},
		{13, "looping again", "can be looped over once"},
		{14, "appending in a loop", "holds the log in a loop"},
		{16, "the time of the store", "has the time of another zone"},
		{16, "the time of the store", "has a clock that goes back"},
		{16, "the time of the store", "hides the end of a context in its clock"},
		{16, "the time of the store", "has no time"},
		{17, "the longest line", "stores little"},
		{17, "the longest line", "stores less than it says"},
		{17, "the longest line", "stores more than it says"},
		{17, "the longest line", "says that what is too long is malformed"},
		{17, "the longest line", "stores less from then on"},
		{15, "watching", "does not wait"},
		{15, "watching", "fails at the head"},
		{15, "watching", "misses an event"},
		{15, "watching", "never wakes"},
		{15, "watching", "watches from the start"},
		{15, "watching", "ends a watch in silence"},
		{15, "watching", "ends a watch twice"},
		{15, "watching ahead", "takes a number ahead for the start"},
		{15, "leaving a watch", "holds the log in a watch"},
	}
	rules := make(map[int]bool)
	for _, test := range tests {
		rules[test.rule] = true
		t.Run(test.flaw, func(t *testing.T) {
			err := testBroken(t, test.flaw)
			if failed(err, test.rule, test.check) {
				return
			}
			t.Errorf("%q of rule %d does not fail, but: %v", test.check, test.rule, err)
		})
	}
	for rule := 1; rule <= 17; rule++ {
		if !rules[rule] {
			t.Errorf("rule %d is never broken", rule)
		}
	}
}

// testBroken tests a log with that flaw. If it hangs, the context ends.
func testBroken(t *testing.T, flaw string) error {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	return audittest.TestLog(ctx, func() (audit.Log, error) {
		return watched{&broken{flaw: flaw, root: ctx, stuck: cancel}}, nil
	})
}

// failures yields the errors joined in err.
func failures(err error) func(func(*audittest.Error) bool) {
	return func(yield func(*audittest.Error) bool) {
		joined, ok := err.(interface{ Unwrap() []error })
		if !ok {
			return
		}
		for _, err := range joined.Unwrap() {
			if failed, ok := errors.AsType[*audittest.Error](err); ok && !yield(failed) {
				return
			}
		}
	}
}

func TestGoodLogsPass(t *testing.T) {
	ctx := t.Context()
	logs := map[string]func() (audit.Log, error){
		"memory":         func() (audit.Log, error) { return audit.NewMemory(), nil },
		"model":          func() (audit.Log, error) { return watched{&broken{root: ctx}}, nil },
		"landing late":   func() (audit.Log, error) { return &broken{flaw: "lands late, in order", root: ctx}, nil },
		"without faults": func() (audit.Log, error) { return audittest.NewFaulty(audit.NewMemory(), audittest.Plan{}), nil },
	}
	for _, mode := range []audittest.Mode{audittest.HangBefore, audittest.HangAfter, audittest.HangLate} {
		for _, delay := range []int{1, 2, 3} {
			logs[fmt.Sprintf("%v, delay %d", mode, delay)] = func() (audit.Log, error) { return newDoubtful(mode, delay), nil }
		}
	}
	for name, newLog := range logs {
		t.Run(name, func(t *testing.T) {
			if err := audittest.TestLog(ctx, newLog); err != nil {
				t.Error(err)
			}
		})
	}
}

// doubtful is a log that leaves an append open if, and only if, its context has
// ended.
type doubtful struct {
	*audittest.Faulty
	good audit.Log
}

func newDoubtful(mode audittest.Mode, delay int) doubtful {
	memory := audit.NewMemory()
	plan := audittest.Plan{Append: func(int, audit.Event) audittest.Mode { return mode }, Delay: delay}
	return doubtful{audittest.NewFaulty(memory, plan), memory}
}

func (d doubtful) Append(ctx context.Context, e audit.Event) error {
	if ctx.Err() != nil {
		return d.Faulty.Append(ctx, e)
	}
	// A loop that is left at once counts as a use, so that what is late lands.
	for range d.Faulty.Events(ctx, 0) {
		break
	}
	return d.good.Append(ctx, e)
}

func TestNoLog(t *testing.T) {
	broken := errors.New("no disk")
	err := audittest.TestLog(t.Context(), func() (audit.Log, error) { return nil, broken })
	n := len(slices.Collect(failures(err)))
	if !errors.Is(err, broken) || n < 20 {
		t.Errorf("%d checks fail, with %v", n, err)
	}
}

// closing is a log that has to be closed.
type closing struct {
	*audit.Memory
	open *int
	err  error
}

func (c closing) Close() error {
	*c.open--
	return c.err
}

var _ io.Closer = closing{}

func TestLogsAreClosed(t *testing.T) {
	made, open, failed := 0, 0, errors.New("close")
	for _, want := range []error{nil, failed} {
		err := audittest.TestLog(t.Context(), func() (audit.Log, error) {
			made++
			open++
			return closing{audit.NewMemory(), &open, want}, nil
		})
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	if made < 40 || open != 0 {
		t.Errorf("%d of %d logs are still open", open, made)
	}
}

func TestErrorText(t *testing.T) {
	err := &audittest.Error{Rule: 4, Check: "a race", Err: audit.ErrConflict}
	if got, want := err.Error(), "audittest: rule 4: a race: it is not the next event of the log"; got != want || !errors.Is(err, audit.ErrConflict) {
		t.Errorf("got %q, want %q", got, want)
	}
}
