package journal_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
)

// keeper keeps a checkpoint in memory.
type keeper struct {
	mu    sync.Mutex
	last  audit.Checkpoint
	calls int
	fails error
}

func (k *keeper) Kept(context.Context) (audit.Checkpoint, error) { return k.last, k.fails }

func (k *keeper) Keep(_ context.Context, c audit.Checkpoint) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.calls++; k.fails == nil && c.Seq > k.last.Seq {
		k.last = c
	}
	return k.fails
}

func keeping(log audit.Log, k *keeper, every uint64) journal.Config[string] {
	c := config(log)
	c.Keeper, c.KeepEvery = k, every
	return c
}

// TestKeep keeps the head: after each event, after every third, and when asked to.
func TestKeep(t *testing.T) {
	for every, want := range map[uint64][]uint64{0: {1, 2, 3, 4, 6}, 1: {1, 2, 3, 4, 6}, 3: {0, 0, 3, 3, 6}} {
		log, k := audit.NewMemory(), new(keeper)
		j, err := journal.Begin(t.Context(), keeping(log, k, every), adding("a"))
		if err != nil {
			t.Fatal(err)
		}
		kept := []uint64{k.last.Seq}
		for range 3 {
			write(t, j, "b")
			kept = append(kept, k.last.Seq)
		}
		other := open(t, log)
		write(t, other, "c")
		write(t, other, "d")
		if err := j.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		kept = append(kept, k.last.Seq)
		for i := range want {
			if kept[i] != want[i] {
				t.Errorf("every %d: kept %d, want %d", every, kept, want)
			}
		}
		write(t, j, "e")
		if err := j.Keep(t.Context()); err != nil || k.last != j.Point().Head {
			t.Errorf("Keep = %v, at %d", err, k.last.Seq)
		}
		calls := k.calls
		if err := j.Keep(t.Context()); err != nil || k.calls != calls {
			t.Errorf("Keep = %v, with %d calls for what is kept", err, k.calls-calls)
		}
	}
	if err := open(t, history(t, 1)).Keep(t.Context()); err != nil {
		t.Errorf("without a Keeper, Keep = %v", err)
	}
}

// TestKeepFails has the Keeper fail: events are stored all the same, and the
// failure is told until it works again.
func TestKeepFails(t *testing.T) {
	log, k := history(t, 1), &keeper{fails: errRead}
	if _, err := journal.Open(t.Context(), keeping(log, k, 1)); !errors.Is(err, errRead) {
		t.Errorf("Open = %v, want what the Keeper failed with", err)
	}
	if _, err := journal.Begin(t.Context(), keeping(audit.NewMemory(), k, 1), adding("a")); !errors.Is(err, errRead) {
		t.Errorf("Begin = %v, want what the Keeper failed with", err)
	}
	k.fails = nil
	j, err := journal.Open(t.Context(), keeping(log, k, 1))
	if err != nil {
		t.Fatal(err)
	}
	k.fails = errRead
	write(t, j, "a")
	if err := j.KeepFailure(); !errors.Is(err, errRead) || k.last.Seq != 0 {
		t.Errorf("KeepFailure = %v", err)
	}
	if err := j.Keep(t.Context()); !errors.Is(err, errRead) {
		t.Errorf("Keep = %v", err)
	}
	k.fails = nil
	write(t, j, "b")
	if err := j.KeepFailure(); err != nil || k.last != j.Point().Head {
		t.Errorf("KeepFailure = %v, and %d is kept", err, k.last.Seq)
	}
	agree(t, j, log)
}

// TestKept opens logs that are shorter than what is kept, or others there.
func TestKept(t *testing.T) {
	long := events(t, history(t, 5))
	for name, tt := range map[string]struct {
		log  audit.Log
		kept audit.Checkpoint
		want error
	}{
		"as kept":        {history(t, 5), long[4].Checkpoint(), nil},
		"grown":          {history(t, 5), long[2].Checkpoint(), nil},
		"nothing kept":   {history(t, 5), audit.Checkpoint{}, nil},
		"shorter":        {history(t, 4), long[4].Checkpoint(), journal.ErrDiverged},
		"without events": {audit.NewMemory(), long[0].Checkpoint(), journal.ErrDiverged},
		"rewritten":      {forge(long, 3, func(e *audit.Event) { e.Reason = "another" }), long[4].Checkpoint(), journal.ErrDiverged},
	} {
		if _, err := journal.Open(t.Context(), keeping(tt.log, &keeper{last: tt.kept}, 1)); !errors.Is(err, tt.want) {
			t.Errorf("%s: Open = %v, want %v", name, err, tt.want)
		}
	}
	if _, err := journal.Begin(t.Context(), keeping(audit.NewMemory(), &keeper{last: long[1].Checkpoint()}, 1), adding("a")); !errors.Is(err, journal.ErrDiverged) {
		t.Errorf("Begin on a log that lost all = %v, want ErrDiverged", err)
	}
}

// TestKeepAfterOpen: a journal goes on from what was kept before it was opened.
func TestKeepAfterOpen(t *testing.T) {
	log := history(t, 4)
	k := &keeper{last: events(t, log)[2].Checkpoint()}
	j, err := journal.Open(t.Context(), keeping(log, k, 3))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []uint64{3, 6} {
		if write(t, j, "a"); k.last.Seq != want {
			t.Errorf("kept is %d at event %d, want %d", k.last.Seq, j.Point().Head.Seq, want)
		}
	}
}

// patient is a Keeper that says what is wrong with the context it gets.
type patient struct{ keeper }

func (k *patient) Keep(ctx context.Context, c audit.Checkpoint) error {
	if _, ends := ctx.Deadline(); !ends {
		return errRead
	}
	return errors.Join(ctx.Err(), k.keeper.Keep(ctx, c))
}

// endingLog is a log that ends the context of an append, once it has the event.
type endingLog struct {
	audit.Log
	end context.CancelFunc
}

func (l endingLog) Append(ctx context.Context, e audit.Event) error {
	defer l.end()
	return l.Log.Append(ctx, e)
}

// TestKeepOutlivesWrite: what is stored is kept though the context of its Write
// ended, and not for longer than it may take.
func TestKeepOutlivesWrite(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	k := new(patient)
	c := config(endingLog{history(t, 1), cancel})
	c.Keeper = k
	j, err := journal.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = j.Write(ctx, adding("a"))
	if err != nil || ctx.Err() == nil || k.last.Seq != 2 || j.KeepFailure() != nil {
		t.Errorf("Write = %v, %d is kept, %v", err, k.last.Seq, j.KeepFailure())
	}
}
