// Package decisionlog writes decisions to a [log/slog.Logger]: a function to
// put into the Observer field of an accesshttp.Config, an authzen.PolicyConfig
// or a company.Config.
//
//	accesshttp.New(accesshttp.Config{
//		Observer: decisionlog.New(logger, nil),
//		// …
//	})
//
// An observer receives each decision after it was made, with the context of the
// call, and cannot change it. It runs in the goroutine of the call, so it must be
// quick and safe for concurrent use. What is asked of an access.Policy or a View
// directly is not observed. The changes that a company refuses are told to another
// function of its Config, and can be logged as they are.
//
// # Rules
//
//  1. A denial is logged at [slog.LevelInfo], an allowance at
//     [slog.LevelDebug], each as one record "decision" with the question, the
//     reason and the route.
//  2. The record names roles, teams and people: it is for the host. What the
//     subject may be shown is access.Decision.Public.
//  3. Denials are never left out.
//
// # Zero values
//
// Nil [Options] and the zero Options log every decision.
//
// # Concurrency
//
// What [New] returns is safe for concurrent use as far as the handler of the
// logger is.
package decisionlog

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/ambit-authz/ambit/access"
)

// Options says which decisions are logged. Nil and the zero Options log all of
// them.
type Options struct {
	DenialsOnly bool

	// Every logs one allowance in so many, beginning with the first; 0 and 1
	// are all. Denials are never left out.
	Every uint64
}

// New returns an observer that logs to l, with the context that it is given. The
// options are read once. A decision that is not logged costs no memory.
func New(l *slog.Logger, o *Options) func(context.Context, access.Decision) {
	if o == nil {
		o = new(Options)
	}
	denialsOnly, every := o.DenialsOnly, max(o.Every, 1)
	var allowances atomic.Uint64
	return func(ctx context.Context, d access.Decision) {
		level := slog.LevelInfo
		if d.Allowed {
			if denialsOnly || (allowances.Add(1)-1)%every != 0 {
				return
			}
			level = slog.LevelDebug
		}
		if !l.Enabled(ctx, level) {
			return
		}
		l.LogAttrs(ctx, level, "decision",
			slog.Bool("allowed", d.Allowed),
			slog.String("reason", string(d.Reason)),
			slog.String("step", d.Step.String()),
			slog.String("subject", d.Subject.String()),
			slog.String("action", string(d.Action)),
			slog.String("resource", d.Resource.String()),
			slog.String("role", string(d.Role)),
			slog.String("team", string(d.Team)),
			slog.String("group", string(d.Group)),
			slog.String("report_level", d.Level.String()),
		)
	}
}
