package access

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// Observer is told of decisions after they were made. It cannot change one. It
// is called by whoever asked, so it must be quick, safe for concurrent use, and
// must not panic. What a policy and a view answer by themselves is unobserved.
type Observer func(Decision)

// LogOptions says which decisions are logged. Nil and the zero LogOptions log
// all of them.
type LogOptions struct {
	DenialsOnly bool
	Every       uint64 // log one allowance in so many, beginning with the first; 0 and 1 are all. Denials are never left out
}

// LogDecisions returns an observer that logs to l: allowances at
// [slog.LevelDebug], denials at [slog.LevelInfo], with the full reason.
func LogDecisions(l *slog.Logger, o *LogOptions) Observer {
	if o == nil {
		o = new(LogOptions)
	}
	denialsOnly, every := o.DenialsOnly, max(o.Every, 1)
	var allowances atomic.Uint64
	return func(d Decision) {
		level := slog.LevelInfo
		if d.Allowed {
			if denialsOnly || (allowances.Add(1)-1)%every != 0 {
				return
			}
			level = slog.LevelDebug
		}
		ctx := context.Background()
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
