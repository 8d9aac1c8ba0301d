package journal_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// slow is a log whose calls take time.
type slow struct {
	audit.Log
	pass func()
}

func (l slow) Append(ctx context.Context, e audit.Event) error {
	l.pass()
	return l.Log.Append(ctx, e)
}

func (l slow) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		l.Log.Events(ctx, after)(yield)
		l.pass() // others may have appended meanwhile
	}
}

// TestKnownBeforeTheCall: what a call of the log found out is known as of the time
// before it, however long it took.
func TestKnownBeforeTheCall(t *testing.T) {
	now := begin
	clock := func() time.Time { return now }
	log := slow{audit.NewMemory(), func() { now = now.Add(time.Hour) }}
	c := config(log)
	c.Now = clock
	var j *journal.Journal[string]
	for _, call := range []struct {
		what  string
		hours int // that it takes; it began with the last
		do    func() error
	}{
		{"Begin", 2, func() (err error) { j, err = journal.Begin(t.Context(), c, adding("a")); return err }},
		{"Open", 1, func() (err error) { j, err = journal.Open(t.Context(), c); return err }},
		{"Write", 1, func() error { _, err := j.Write(t.Context(), adding("b")); return err }},
		{"Sync", 1, func() error { return j.Sync(t.Context()) }},
	} {
		was := now
		if err := call.do(); err != nil {
			t.Fatal(err)
		}
		if want := now.Add(-time.Hour); !j.Known().Equal(want) || now.Sub(was) != time.Duration(call.hours)*time.Hour {
			t.Errorf("%s: known as of %v, want %v", call.what, j.Known(), want)
		}
	}
}

// TestFailureEnds: a call that works again ends a failure, a Write like a Sync.
func TestFailureEnds(t *testing.T) {
	swap := &exchange{history(t, 2)}
	log := swap.Log
	j := open(t, swap)
	swap.Log = newWire(log, 0, nil, func(int, audit.Event) error { return errRead })
	if err := j.Sync(t.Context()); !errors.Is(err, errRead) || !errors.Is(j.Failure(), errRead) {
		t.Fatalf("Sync = %v, Failure = %v", err, j.Failure())
	}
	if write(t, j, "a"); j.Failure() != nil {
		t.Errorf("after a Write, Failure = %v", j.Failure())
	}
}

// TestStepSettled: an event that was in doubt, and is stored when it is settled, is
// a step like any other.
func TestStepSettled(t *testing.T) {
	log := history(t, 2)
	j := open(t, newWire(log, 0, first(1, audittest.FailBefore), nil))
	if _, err := j.Write(t.Context(), adding("a")); !errors.Is(err, journal.ErrUncertain) {
		t.Fatal(err)
	}
	if err := j.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []uint64
	for s, err := range j.Steps(ctx, 1) {
		if err != nil {
			break
		}
		if got = append(got, s.Seq); len(got) == 2 {
			cancel()
		}
	}
	if !slices.Equal(got, []uint64{2, 3}) {
		t.Errorf("got steps %d, want 2 and 3", got)
	}
}

// TestStepsAfterState: no step of many that are taken in at once is told before the
// state has it.
func TestStepsAfterState(t *testing.T) {
	const n = 5000
	synctest.Test(t, func(t *testing.T) {
		swap := new(turned)
		turn := func(l audit.Log) { swap.now.Store(&l) }
		turn(history(t, 2))
		j := open(t, swap)
		told := make(chan struct{})
		go func() {
			defer close(told)
			for s, err := range j.Steps(t.Context(), 2) {
				if at := j.Point().Head.Seq; err != nil || at < n {
					t.Errorf("step %d is told, %v, while the state is at %d", s.Seq, err, at)
					return
				}
				if s.Seq == n {
					return
				}
			}
		}()
		synctest.Wait()
		turn(history(t, n))
		if err := j.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-told
	})
}

// TestSettleOnce: a state is settled when the Fold returned it, and not again; and
// none is seen that is not.
func TestSettleOnce(t *testing.T) {
	type state struct {
		events  int
		settled bool
	}
	const length = 50
	j, err := journal.Open(t.Context(), journal.Config[*state]{
		Log: history(t, length), Empty: new(state),
		Fold: func(p journal.Point[*state], _ audit.Event) (*state, error) {
			return &state{events: p.State.events + 1}, nil
		},
		Settle: func(s *state) *state {
			if s.settled || s.events == 0 {
				t.Errorf("the state after %d events is settled again", s.events)
			}
			return &state{s.events, true}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.Sync(t.Context()); err != nil || !j.Current().settled {
			t.Errorf("Sync = %v, settled %v", err, j.Current().settled)
		}
	}
	for n := range length + 1 {
		if p, err := j.Past(t.Context(), until(n)); err != nil || p.State.events != n || p.State.settled != (n > 0) {
			t.Errorf("Past of event %d = %+v, %v", n, p.State, err)
		}
	}
}

// hanging is a Keeper that hangs until it is let go.
type hanging struct {
	calls *atomic.Int32
	end   chan struct{}
}

func (hanging) Kept(context.Context) (audit.Checkpoint, error) { return audit.Checkpoint{}, nil }

func (k hanging) Keep(context.Context, audit.Checkpoint) error {
	k.calls.Add(1)
	<-k.end
	return nil
}

// TestKeepHoldsUpNobody: others write while a checkpoint is kept.
func TestKeepHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, k := config(history(t, 2)), hanging{new(atomic.Int32), make(chan struct{})}
		c.Keeper = k
		j, err := journal.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			go j.Write(t.Context(), adding("a"))
		}
		synctest.Wait()
		if got := j.Point().Head.Seq; got != 4 || k.calls.Load() != 2 {
			t.Errorf("the state is at %d, with %d calls of the Keeper: a Write waits for that of another", got, k.calls.Load())
		}
		close(k.end)
	})
}

// TestBeginKept: the first event is not written again if it was kept.
func TestBeginKept(t *testing.T) {
	one := events(t, history(t, 1))[0].Checkpoint()
	if _, err := journal.Begin(t.Context(), keeping(audit.NewMemory(), &keeper{last: one}, 1), adding("a")); !errors.Is(err, journal.ErrDiverged) {
		t.Errorf("Begin = %v, want ErrDiverged", err)
	}
}

// TestFollowEnds: what a log is ends a follower, whoever says it.
func TestFollowEnds(t *testing.T) {
	for _, final := range []error{
		journal.ErrBroken, audit.ErrEdited, audit.ErrMissing, audit.ErrReordered, audit.ErrMalformed, audit.ErrDamaged, audit.ErrVersion,
	} {
		swap := &exchange{history(t, 2)}
		j := open(t, swap)
		swap.Log = newWire(swap.Log, 0, nil, func(int, audit.Event) error { return final })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if err := j.Follow(ctx, time.Hour); !errors.Is(err, final) {
			t.Errorf("Follow = %v, want %v", err, final)
		}
		cancel()
	}
}
