package company

import (
	"context"
	"log/slog"

	"github.com/ambit-authz/ambit/access"
)

// Attempt is a Do that was refused, or a WhatIf that asked for one: who tried
// what, and why not.
type Attempt struct {
	By      By
	Changes []Change // as they were passed; do not change what is in them
	Err     *Error   // never nil; [Error.Detail] is complete
	DryRun  bool     // it was only asked, by [Company.WhatIf]
}

// LogValue returns who tried, in whose name they acted, how many changes they asked
// for, which of them failed, counted from 1, and why; and dryRun, if it was only
// asked. What the changes contain is left out. It is for the log of the host:
//
//	Refused: func(ctx context.Context, a company.Attempt) { logger.InfoContext(ctx, "refused", "attempt", a) },
func (a Attempt) LogValue() slog.Value {
	all := []slog.Attr{
		slog.String("actor", a.By.Actor.String()),
		slog.String("via", a.By.Via),
		slog.String("correlation", a.By.Correlation),
		slog.Int("changes", len(a.Changes)),
		slog.Int("index", a.Err.Index),
		slog.String("change", a.Err.Change),
		slog.String("why", a.Err.Detail()),
	}
	if a.DryRun {
		all = append(all, slog.Bool("dryRun", true))
	}
	return slog.GroupValue(all...)
}

// Decide is [Company.DecideContext] without a context.
func (c *Company) Decide(s access.Subject, a access.Action, r access.Resource) access.Decision {
	return c.DecideContext(context.Background(), s, a, r)
}

// DecideContext asks the policy as it is now, and shows the answer to
// [Config.Observer], with ctx. The answer does not depend on ctx.
func (c *Company) DecideContext(ctx context.Context, s access.Subject, a access.Action, r access.Resource) access.Decision {
	d := c.Policy().Decide(s, a, r)
	if c.config.Observer != nil {
		c.observe(ctx, d)
	}
	return d
}

// Panics returns how often [Config.Observer] or [Config.Refused] has panicked.
func (c *Company) Panics() uint64 { return c.panics.Load() }

// observe shows a decision to the observer.
func (c *Company) observe(ctx context.Context, d access.Decision) {
	defer c.recovered()
	c.config.Observer(ctx, d)
}

// observe shows what a request asked, and that it was refused, if err says so.
func (r *request) observe(ctx context.Context, err error) {
	c := r.company
	if r.p != nil { // something was judged
		for _, d := range r.p.asked {
			c.observe(ctx, d)
		}
	}
	if e, ok := err.(*Error); ok && c.config.Refused != nil && e.Refused() {
		defer c.recovered()
		c.config.Refused(ctx, Attempt{By: r.by, Changes: r.changes, Err: e, DryRun: r.dryRun})
	}
}

// recovered ends a panic of an observer.
func (c *Company) recovered() {
	if recover() != nil {
		c.panics.Add(1)
	}
}
