package journal

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// keepTimeout is how long keeping a checkpoint may take. It does not end with the
// context of a write: the event is stored.
const keepTimeout = 10 * time.Second

// keeping is what the Keeper has, and what it failed with last.
type keeping struct {
	seq     atomic.Uint64
	failure atomic.Pointer[error]
}

// lastKept returns what the Keeper has.
func (j *Journal[S]) lastKept(ctx context.Context) (audit.Checkpoint, error) {
	if j.config.Keeper == nil {
		return audit.Checkpoint{}, nil
	}
	c, err := j.config.Keeper.Kept(ctx)
	if err != nil {
		return c, &Error{Op: "read the checkpoint kept", Err: err}
	}
	j.kept.seq.Store(c.Seq)
	return c, nil
}

// keep has the head kept if enough events came since it was kept last. What it
// fails with is noted: the events are stored all the same.
func (j *Journal[S]) keep(ctx context.Context) {
	if j.config.Keeper == nil || j.Point().Head.Seq < j.kept.seq.Load()+j.config.KeepEvery {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTimeout)
	defer cancel()
	_ = j.Keep(ctx) // noted
}

// Keep has the head kept now. Without a Keeper it does nothing.
func (j *Journal[S]) Keep(ctx context.Context) error {
	head := j.Point().Head
	if j.config.Keeper == nil || head.Seq <= j.kept.seq.Load() {
		return nil
	}
	if err := j.config.Keeper.Keep(ctx, head); err != nil {
		j.kept.failure.Store(&err)
		return &Error{Op: "keep the checkpoint", Seq: head.Seq, Err: err}
	}
	j.kept.failure.Store(nil)
	for seq := j.kept.seq.Load(); seq < head.Seq && !j.kept.seq.CompareAndSwap(seq, head.Seq); {
		seq = j.kept.seq.Load()
	}
	return nil
}

// KeepFailure returns what the Keeper failed with last, nil if it did not.
func (j *Journal[S]) KeepFailure() error {
	if err := j.kept.failure.Load(); err != nil {
		return *err
	}
	return nil
}
