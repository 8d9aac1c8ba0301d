package company

import (
	"context"
	"iter"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Follow takes in what other processes append to the log, until ctx ends. It
// reads the log every [Config.FollowEvery], and at once when the log says that
// there is more, if it is an [audit.Watcher]. Start it in a goroutine of its own
// where several processes have one company, with [Config.MaxAge] as the bound on
// how old answers may be:
//
//	go func() { failed <- acme.Follow(ctx) }()
//
// If the log cannot be read, Follow goes on trying, [Company.Health] says why, and
// beyond MaxAge the company has no policy. An error that says what the log is
// ends it, such as [ErrBroken] or [ErrDiverged]: nothing that comes after it can
// be trusted. Otherwise it returns an [*Error] with the error of ctx.
func (c *Company) Follow(ctx context.Context) error {
	return wrap("follow", c.journal.Follow(ctx, c.config.FollowEvery))
}

// WaitFor returns nil once the company has the event with a number: pass the
// [Receipt.Seq] of a change that was made elsewhere, and what is asked afterwards
// knows of it. It reads the log at once, and then every [Config.FollowEvery],
// until ctx ends. The errors are those of [Company.Sync], and that of ctx.
func (c *Company) WaitFor(ctx context.Context, seq uint64) error {
	if err := c.journal.WaitFor(ctx, seq, c.config.FollowEvery); err != nil {
		return wrap("wait for", err)
	}
	return nil
}

// Update is an event that became part of a company.
type Update struct {
	Seq     uint64
	Targets []string // what it concerns, such as "user:bob"; see [audit.Event]. Do not write to it
}

// Updates yields what changed after an event, and goes on with what changes while
// it runs, each once Policy knows of it: for caches, and for open sessions to be
// looked at again. Begin with the Seq of [Company.Checkpoint] for what is to come.
// Any number may run. Somebody has to bring the company up to date, by Do, Sync or
// Follow; Updates itself reads the log only for what is older than the loop.
//
// It ends with an error, as the last pair: that of ctx, or of the log. One who
// leaves the loop holds on to nothing.
func (c *Company) Updates(ctx context.Context, after uint64) iter.Seq2[Update, error] {
	return func(yield func(Update, error) bool) {
		for s, err := range c.journal.Steps(ctx, after) {
			if err != nil {
				yield(Update{}, wrap("updates", err))
				return
			}
			if !yield(Update{s.Seq, s.Targets}, nil) {
				return
			}
		}
	}
}

// Health is how a company stands to its log. It is for metrics and for the page
// that says whether a process is well.
type Health struct {
	Checkpoint audit.Checkpoint // of the last event that this process has
	Known      time.Time        // when the log was last known to have nothing after it
	Behind     bool             // that is longer ago than [Config.FollowEvery], and there is a MaxAge: it is time for a [Company.Sync]
	TooOld     bool             // that is longer ago than [Config.MaxAge]
	// InDoubt: an append failed in such a way that its event may still be stored:
	// the last [ErrUncertain] is not settled. Nothing else is written until the next
	// Do or [Company.Sync] settles it. A company that stays in doubt has lost its
	// log.
	InDoubt bool
	Pending bool  // an event waits for the end of a transaction; see [Company.DoIn]
	Log     error // what the last call of the log failed with; nil if it did not
	Keeper  error // what the last call of [Config.Keeper] failed with; nil if it did not

	// Snapshot is why Open passed over that of [Config.Snapshot]: what that failed
	// with, [ErrSnapshot] or [ErrSnapshotVersion]. It is nil if it was used, or there
	// was none.
	Snapshot error
}

// Health returns how the company stands to its log. It never waits.
func (c *Company) Health() Health {
	return Health{
		Checkpoint: c.Checkpoint(), Known: c.journal.Known(), InDoubt: c.journal.InDoubt(),
		Behind: c.isOlder(c.config.FollowEvery), TooOld: c.isTooOld(),
		Pending: c.journal.IsStaged(), Log: c.journal.Failure(), Keeper: c.journal.KeepFailure(),
		Snapshot: c.passedOver,
	}
}

// Keep has [Config.Keeper] keep the checkpoint of now, whatever [Config.KeepEvery]
// says: call it before the process ends. Without a Keeper it does nothing.
func (c *Company) Keep(ctx context.Context) error {
	if err := c.journal.Keep(ctx); err != nil {
		return wrap("keep", err)
	}
	return nil
}

// isTooOld reports whether the company may be older than its answers may be.
func (c *Company) isTooOld() bool { return c.isOlder(c.config.MaxAge) }

// isOlder reports whether the log of a company that has a MaxAge was last known to
// have nothing more longer ago than an age: by the clock that goes on whatever the
// time is set to, if Now has one (time.Now does), and by the time too, as that clock
// stops while the machine sleeps. Time that was set back says nothing of an age.
func (c *Company) isOlder(age time.Duration) bool {
	if c.config.MaxAge == 0 {
		return false
	}
	known := c.journal.Known() // before now is, as others go on
	now := c.config.Now()
	past := now.Sub(known)
	return past < 0 || max(past, now.Round(0).Sub(known.Round(0))) > age
}
