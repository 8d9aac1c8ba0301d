package companies

import (
	"context"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// attempt is a call that opens a company, brings it up to date or founds it. While
// it is under way, there is no other one for its name.
type attempt struct {
	done chan struct{} // closed when it has ended

	// What came of it, for those who wait. Neither is set if that is no business of
	// theirs: the caller gave up or panicked, or was founding. Then they try
	// themselves.
	co  *company.Company
	err error
}

// open is [Companies.Open].
func (c *Companies) open(ctx context.Context, name string) (*company.Company, error) {
	for {
		co, err := c.use(name)
		if err != nil {
			return nil, err
		}
		if co != nil && !co.Health().Behind {
			return co, nil
		}
		if err := checkName(name); err != nil {
			return nil, err
		}
		a, begun := c.attempt(name)
		if begun {
			return c.tryOpen(ctx, name, a)
		}
		if err := a.wait(ctx); err != nil {
			return nil, err
		}
		if a.co != nil || a.err != nil {
			return a.co, a.err
		}
	}
}

// tryOpen opens a company or brings it up to date, in an attempt that this caller
// began.
func (c *Companies) tryOpen(ctx context.Context, name string, a *attempt) (*company.Company, error) {
	defer c.end(name, a)
	co, err := c.use(name) // the last attempt may just have ended
	switch {
	case err != nil:
	case co == nil:
		co, err = c.start(ctx, name, func(log audit.Log, config *company.Config) (*company.Company, error) {
			return company.Open(ctx, log, config)
		})
	case co.Health().Behind:
		err = catchUp(ctx, co)
	}
	if err != nil {
		co = nil
	}
	if err == nil || ctx.Err() == nil {
		a.co, a.err = co, err
	}
	return co, err
}

// found is [Companies.Found].
func (c *Companies) found(ctx context.Context, name string, f company.Founding) (*company.Company, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	a, begun := c.attempt(name)
	for ; !begun; a, begun = c.attempt(name) {
		if err := a.wait(ctx); err != nil {
			return nil, err
		}
	}
	defer c.end(name, a)
	switch co, err := c.use(name); {
	case err != nil:
		return nil, err
	case co != nil:
		return nil, company.ErrNotEmpty
	}
	return c.start(ctx, name, func(log audit.Log, config *company.Config) (*company.Company, error) {
		return company.Found(ctx, log, f, config)
	})
}

// start opens or founds the company of a log, and keeps it.
func (c *Companies) start(ctx context.Context, name string, from func(audit.Log, *company.Config) (*company.Company, error)) (*company.Company, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case c.opening <- struct{}{}:
		defer func() { <-c.opening }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var config *company.Config
	if c.config.Company != nil {
		config = c.config.Company(name)
	}
	log, err := c.store.Log(ctx, name)
	if err != nil {
		return nil, err
	}
	o := newOpened(name, log)
	kept := false
	defer func() {
		if !kept {
			c.close(o)
		}
	}()
	co, err := from(log, config)
	if errors.Is(err, company.ErrNotFounded) {
		err = ErrUnknown
	}
	if err == nil {
		err = c.keep(o, co)
	}
	if err != nil {
		return nil, err
	}
	kept = true
	return co, nil
}

// attempt returns the attempt that is under way for a name, or begins one.
func (c *Companies) attempt(name string) (a *attempt, begun bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.attempts[name]; a != nil {
		return a, false
	}
	a = &attempt{done: make(chan struct{})}
	c.attempts[name] = a
	return a, true
}

// end ends an attempt.
func (c *Companies) end(name string, a *attempt) {
	c.mu.Lock()
	delete(c.attempts, name)
	c.mu.Unlock()
	close(a.done)
}

// wait waits for the end of an attempt, or of ctx.
func (a *attempt) wait(ctx context.Context) error {
	select {
	case <-a.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkName refuses what no log can be called, before anything is asked of the
// store.
func checkName(name string) error {
	if err := audit.CheckName(name); err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return nil
}
