package companies

import (
	"container/list"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"
	"weak"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// opened is a company that was opened. At first it is kept, which holds on to it.
// Let go of, it is only remembered: while somebody still uses it, the next one who
// asks gets the same, and it is kept again. Two of one log in one process would
// differ for a moment after each change. When nobody does any more, its memory is
// free, and its log is closed.
type opened struct {
	name string
	ref  weak.Pointer[company.Company]

	kept  *company.Company // nil if it was let go of
	place *list.Element    // among those kept
	used  time.Time        // last

	closing func() error // closes the log, once
}

// newOpened returns what a company that is being opened will be.
func newOpened(name string, log audit.Log) *opened {
	return &opened{name: name, closing: sync.OnceValue(func() error {
		if closer, ok := log.(io.Closer); ok {
			return closer.Close()
		}
		return nil
	})}
}

// patience is how long a store may take that does not answer, when something else
// can be done than to wait.
const patience = time.Second

// catchUp reads what the log of a company has more. As long as the company is not
// too old, an error of a store that is away is none, and the store has little time.
func catchUp(ctx context.Context, co *company.Company) error {
	within := ctx
	if !co.Health().TooOld {
		var cancel context.CancelFunc
		within, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	err := co.Sync(within)
	if err != nil && ctx.Err() == nil && !isFinal(err) && !co.Health().TooOld {
		return nil
	}
	return err
}

// isFinal reports whether an error says what a log is, and not only that it could
// not be read.
func isFinal(err error) bool {
	if e := (*company.Error)(nil); errors.As(err, &e) && e.Op == "replay" {
		return true
	}
	return slices.ContainsFunc([]error{
		company.ErrBroken, company.ErrDiverged, audit.ErrEdited, audit.ErrMissing, audit.ErrReordered, audit.ErrMalformed, audit.ErrDamaged, audit.ErrVersion,
	}, func(final error) bool { return errors.Is(err, final) })
}

// use returns the company of a name if it is open, and counts as its last use. The
// error is ErrClosed.
func (c *Companies) use(name string) (*company.Company, error) {
	now := c.config.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, ErrClosed
	}
	o := c.names[name]
	if o == nil {
		return nil, nil
	}
	co := o.kept
	if co == nil {
		co = o.ref.Value()
	}
	if co != nil { // otherwise nobody has it any more, and it will be forgotten
		c.hold(o, co, now)
	}
	return co, nil
}

// keep keeps a company that was opened. The error is ErrClosed.
func (c *Companies) keep(o *opened, co *company.Company) error {
	now := c.config.Now()
	o.ref = weak.Make(co)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	runtime.AddCleanup(co, c.forget, o)
	c.names[o.name] = o
	c.hold(o, co, now)
	return nil
}

// hold makes a company the one used last, and lets go of the one unused for the
// longest if that is one too many. The caller has the lock.
func (c *Companies) hold(o *opened, co *company.Company, now time.Time) {
	o.used = now
	if o.kept != nil {
		c.recent.MoveToFront(o.place)
		return
	}
	o.kept, o.place = co, c.recent.PushFront(o)
	if c.recent.Len() > c.config.Keep {
		c.letGo(c.oldest())
	}
	if c.idle == nil {
		c.idle = time.AfterFunc(c.config.Idle, c.letGoIdle)
	}
}

// oldest returns the company unused for the longest of those kept.
func (c *Companies) oldest() *opened { return c.recent.Back().Value.(*opened) }

// letGo lets go of a company. The caller has the lock.
func (c *Companies) letGo(o *opened) {
	c.recent.Remove(o.place)
	o.kept, o.place = nil, nil
}

// letGoIdle lets go of the companies that were not used for long enough.
func (c *Companies) letGoIdle() {
	now := c.config.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = nil
	for !c.closed && c.recent.Len() > 0 {
		o := c.oldest()
		if left := c.config.Idle - now.Sub(o.used); left > 0 {
			c.idle = time.AfterFunc(min(left, c.config.Idle), c.letGoIdle)
			return
		}
		c.letGo(o)
	}
}

// forget forgets a company that nobody has any more, and closes its log. Another
// one of its name may be open by now.
func (c *Companies) forget(o *opened) {
	c.mu.Lock()
	if c.names[o.name] == o {
		delete(c.names, o.name)
	}
	c.mu.Unlock()
	go c.close(o) // as other cleanups wait for this one
}

// close closes the log of a company, and tells if that fails.
func (c *Companies) close(o *opened) {
	if err := o.closing(); err != nil {
		c.config.OnError(o.name, err)
	}
}
