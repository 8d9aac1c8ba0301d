package rowsecurity

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	// ErrDiverged: the tables are in step with an event that the company's log does
	// not have: with another log, or with one that lost its end since. Nothing is
	// changed. Find out which of the two is right; if it is the log, empty
	// ambit.position, and the next CatchUp fills the tables.
	ErrDiverged = errors.New("rowsecurity: the tables are in step with an event that the log does not have")

	// ErrUnavailable: the company has no policy, as it may be older than its
	// company.Config.MaxAge allows. Nothing is changed.
	ErrUnavailable = errors.New("rowsecurity: the company has no policy now")
)

// Config says how a [Keeper] works. The zero Config is valid.
type Config struct {
	// MaxAge bounds how long the tables are good for after a [Keeper.CatchUp], by
	// the clock of the database: after that nobody sees anything. So a keeper that
	// stands still hides rows instead of showing what was taken away meanwhile. 0 is
	// no bound. [Keeper.Keep] renews it after a third of that time.
	MaxAge time.Duration

	// Every is how often Keep looks at the log when nothing tells it to. 0 is a
	// second, or a third of MaxAge if that is less.
	Every time.Duration
}

// Keeper keeps the tables of the schema ambit in step with a company: it takes
// them from the event that they are at to the company of now, in one transaction.
//
// Any number of keepers, in any number of processes, may work at the same tables:
// whichever changes the position first goes on, and the others begin again from
// there. A Keeper is safe for concurrent use.
type Keeper struct {
	db      *pgxpool.Pool
	company *company.Company
	config  Config

	mu   sync.Mutex     // held by the one CatchUp at a time
	last company.Moment // what the tables were in step with last, as far as this keeper knows
}

// New returns a keeper that writes as the role of db, which is ambit_keeper. C is
// nil or the zero Config for defaults.
func New(db *pgxpool.Pool, acme *company.Company, c *Config) *Keeper {
	k := &Keeper{db: db, company: acme}
	if c != nil {
		k.config = *c
	}
	if k.config.Every <= 0 {
		k.config.Every = time.Second
		if third := k.config.MaxAge / 3; third > 0 {
			k.config.Every = min(k.config.Every, third)
		}
	}
	return k
}

// CatchUp brings the tables up to the last event of the log, and returns its number.
// It fills them if they were never filled. The tables change in one transaction,
// together with their position, so that a reader has all of an event or nothing of
// it, and whatever a crash leaves is where the next CatchUp begins. They never go
// back.
//
// It costs what the events since then touched: see the README. A keeper that was
// not the last to write, such as that of a new process, reads the log once to know
// the policy that the tables are at.
//
// The error is [ErrDiverged], [ErrUnavailable], or what the log or the database
// failed with. Nothing has changed then, unless the database failed to say whether
// it committed. Call it again.
func (k *Keeper) CatchUp(ctx context.Context) (uint64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for {
		done, err := k.step(ctx)
		if err != nil {
			return 0, fmt.Errorf("rowsecurity: catch up: %w", err)
		}
		if done {
			return k.last.Checkpoint().Seq, nil
		}
	}
}

// step tries to take the tables to the company of now. It reports false if another
// keeper was quicker.
func (k *Keeper) step(ctx context.Context) (bool, error) {
	at, err := k.position(ctx)
	if err != nil {
		return false, err
	}
	// After this the company has the event that the tables are at, or the log lacks it.
	if err := k.company.Sync(ctx); err != nil {
		return false, err
	}
	next := k.company.Now()
	switch {
	case next.Policy() == nil:
		return false, ErrUnavailable
	case at == audit.Checkpoint{}:
		return k.fill(ctx, at, next)
	}
	old, err := k.momentAt(ctx, at, next)
	if err != nil {
		return false, err
	}
	targets, time, err := k.events(ctx, at.Seq, next.Checkpoint().Seq)
	if err != nil {
		return false, err
	}
	d := compare(old.Policy(), next.Policy(), targets)
	return k.write(ctx, move{from: at, to: next, time: time}, d)
}

// Rebuild computes all of the tables again and puts them in the place of what is
// there, in one transaction. It mends tables that somebody wrote to by hand. It
// costs every user's view; those who read meanwhile see the tables as they were.
// The errors are those of [Keeper.CatchUp].
func (k *Keeper) Rebuild(ctx context.Context) error {
	for {
		if _, err := k.CatchUp(ctx); err != nil {
			return err
		}
		k.mu.Lock()
		done, err := k.fill(ctx, k.last.Checkpoint(), k.last)
		k.mu.Unlock()
		if err != nil {
			return fmt.Errorf("rowsecurity: rebuild: %w", err)
		}
		if done {
			return nil
		}
	}
}

// momentAt returns the company as it was at the position of the tables, which next
// is later than, or the same.
func (k *Keeper) momentAt(ctx context.Context, at audit.Checkpoint, next company.Moment) (company.Moment, error) {
	if next.Checkpoint() == at {
		return next, nil
	}
	old := k.last
	if old.Checkpoint() != at {
		var err error
		if old, err = k.company.At(ctx, at.Seq); err != nil && !errors.Is(err, company.ErrUnknown) {
			return old, err
		}
	}
	if old.Checkpoint() != at {
		return old, fmt.Errorf("%w: %s", ErrDiverged, at)
	}
	return old, nil
}

// events returns the targets of the events after one and up to another one, and the
// time of the last one.
func (k *Keeper) events(ctx context.Context, after, last uint64) (targets []string, at time.Time, err error) {
	from := min(after, last-1) // for its time, the last one is read in any case
	for e, err := range k.company.History(ctx, company.HistoryQuery{After: from}) {
		switch {
		case err != nil:
			return nil, at, err
		case e.Seq > last:
			return targets, at, nil
		case e.Seq > after:
			targets = append(targets, e.Targets...)
		}
		at = e.Time
	}
	return targets, at, nil
}

// Keep catches up again and again until ctx ends: whenever the company learns of an
// event, and every [Config.Every]. Where other processes write to the log, run
// [company.Company.Follow] too, so that the company learns of their events at once.
//
// It ends with the first error, as CatchUp does. Call it again, after a while: the
// tables stay as they are, up to [Config.MaxAge].
func (k *Keeper) Keep(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var following sync.WaitGroup
	defer following.Wait()
	defer cancel()
	news := make(chan struct{}, 1)
	begin := k.company.Checkpoint().Seq
	following.Go(func() {
		// What ends the loop, CatchUp comes upon as well.
		for _, err := range k.company.Updates(ctx, begin) {
			if err != nil {
				return
			}
			select {
			case news <- struct{}{}:
			default:
			}
		}
	})
	again := time.NewTicker(k.config.Every)
	defer again.Stop()
	for {
		if _, err := k.CatchUp(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("rowsecurity: keep: %w", ctx.Err())
		case <-news:
		case <-again.C:
		}
	}
}

// Behind returns how many events the company has that the tables do not have yet.
func (k *Keeper) Behind(ctx context.Context) (uint64, error) {
	head := k.company.Checkpoint().Seq
	at, err := k.position(ctx)
	if err != nil {
		return 0, fmt.Errorf("rowsecurity: behind: %w", err)
	}
	return head - min(head, at.Seq), nil
}
