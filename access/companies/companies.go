package companies

import (
	"cmp"
	"container/list"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// Config says how companies are opened, and how many are kept. Nil is the zero
// Config.
type Config struct {
	// Company returns the configuration of the company with a name, whenever it is
	// opened or founded. Nil gives every company the zero configuration, and so does
	// a nil result.
	Company func(name string) *company.Config

	// Keep is how many companies are kept open while nobody uses them, at most: those
	// used last. 0 is 1,000. Less is refused.
	Keep int
	// Idle is after how long without a use a company is let go of. 0 is 10 minutes.
	// Less is refused.
	Idle time.Duration
	// Opening is how many companies are opened at once, at most; others wait. 0 is
	// 8. Less is refused.
	Opening int

	// ProofAge is how old the proof may be by which [Companies.Find] finds companies.
	// 0 is an hour. Less is refused. Each company has a bound of its own besides, in
	// its InvitationLimits.
	ProofAge time.Duration

	// Now is the clock for Idle and ProofAge. Nil means time.Now.
	Now func() time.Time

	// OnError is told of logs that could not be closed after their company was let
	// go of. Nil writes to [slog.Default].
	OnError func(name string, err error)
}

// Companies opens the companies of one store, and keeps some of them open. [New]
// makes one.
//
// All methods are safe for concurrent use.
type Companies struct {
	store   audit.Store
	config  Config        // with its defaults
	opening chan struct{} // has a token of each that opens or founds

	mu       sync.Mutex
	closed   bool
	names    map[string]*opened  // those kept, and those that somebody may still use
	recent   list.List           // of *opened: those kept, the one used last first
	idle     *time.Timer         // lets go of the idle; nil while none is kept
	attempts map[string]*attempt // under way, one for a name at most
}

// New returns the companies of a store. None of them is opened yet. The error says
// what is wrong with the Config.
//
// To find companies by an address, the store must have been made with
// [company.Keys]. Call [Companies.Close] in the end.
func New(store audit.Store, c *Config) (*Companies, error) {
	if c == nil {
		c = new(Config)
	}
	if err := c.check(); err != nil {
		return nil, &Error{Op: "new", Err: err}
	}
	if store == nil {
		return nil, &Error{Op: "new", Err: errors.New("there is no store: pass what has the logs of the companies")}
	}
	filled := *c
	filled.Keep = cmp.Or(c.Keep, 1000)
	filled.Idle = cmp.Or(c.Idle, 10*time.Minute)
	filled.Opening = cmp.Or(c.Opening, 8)
	filled.ProofAge = cmp.Or(c.ProofAge, time.Hour)
	if c.Now == nil {
		filled.Now = time.Now
	}
	if c.OnError == nil {
		filled.OnError = func(name string, err error) {
			slog.Default().Error("the log of a company was not closed", slog.String("company", name), slog.Any("error", err))
		}
	}
	return &Companies{
		store: store, config: filled, opening: make(chan struct{}, filled.Opening),
		names: make(map[string]*opened), attempts: make(map[string]*attempt),
	}, nil
}

// check refuses what companies cannot be kept with.
func (c *Config) check() error {
	switch {
	case c.Keep < 0:
		return fmt.Errorf("keeping %d companies is not valid: write how many are kept open", c.Keep)
	case c.Idle < 0:
		return fmt.Errorf("an idle time of %s is not valid: write after how long a company is let go of", c.Idle)
	case c.Opening < 0:
		return fmt.Errorf("opening %d companies at once is not valid: write how many are opened at once", c.Opening)
	case c.ProofAge < 0:
		return fmt.Errorf("an age of a proof of at most %s is not valid: write how old a proof may be", c.ProofAge)
	}
	return nil
}

// Open returns the company whose log has a name. If it is open, that very company
// is returned, at the cost of a look-up; otherwise its log is read. If many ask at
// once, the log is read once, and all of them get what came of it. Only a context
// that ends is its own caller's alone: somebody else goes on then.
//
// A company whose Config has a MaxAge is brought up to date before, if its log was
// last read longer than FollowEvery ago, so it needs no [company.Company.Follow].
// While the store does not answer, it is returned as it is until it is too old.
// One without a MaxAge is not read again: only this process may write to it.
//
// Do not keep the company for longer than a request or a job: open it again, and
// it counts as used.
//
// The error is an [*Error] that wraps [ErrUnknown] if no company has the name, what
// [company.Open] or [company.Company.Sync] returned, an error of the store,
// [ErrClosed], or that of ctx. It is not remembered: the next Open tries again.
func (c *Companies) Open(ctx context.Context, name string) (*company.Company, error) {
	co, err := c.open(ctx, name)
	if err != nil {
		return nil, &Error{Op: "open", Name: name, Err: err}
	}
	return co, nil
}

// Found makes a company in the log with a name, as [company.Found] does, and keeps
// it open. Nobody else opens or founds one of that name meanwhile in this process.
//
// The error is an [*Error] that wraps [ErrUnknown] for a name that no log can have,
// what company.Found returned, an error of the store, [ErrClosed], or that of ctx.
func (c *Companies) Found(ctx context.Context, name string, f company.Founding) (*company.Company, error) {
	co, err := c.found(ctx, name, f)
	if err != nil {
		return nil, &Error{Op: "found", Name: name, Err: err}
	}
	return co, nil
}

// Len returns how many companies are kept open.
func (c *Companies) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.Len()
}

// Close lets go of all companies and closes their logs, also of those that are
// still in use: call it after the last request and the last job. What is asked for
// afterwards is refused with [ErrClosed]. The store stays open. The error is what
// the logs could not be closed for.
func (c *Companies) Close() error {
	c.mu.Lock()
	all := c.names
	c.closed, c.names = true, make(map[string]*opened)
	c.recent.Init()
	if c.idle != nil {
		c.idle.Stop()
	}
	c.mu.Unlock()
	var failed []error
	for _, o := range all {
		if err := o.closing(); err != nil {
			failed = append(failed, &Error{Op: "close", Name: o.name, Err: err})
		}
	}
	return errors.Join(failed...)
}
