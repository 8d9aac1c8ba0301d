package admission

import (
	"context"
	"errors"
	"sync/atomic"
)

// probe is why the context of a test request has ended.
type probe struct{ met atomic.Bool }

func (*probe) Error() string { return "this request only looks for a guard" }

// Probe is for a test that looks for routes that nobody guards. Send a request
// with the context that it returns along a route; the function then reports
// whether a guard met it. A guard refuses the request at once, and calls none of
// your functions but the one for the context. The handler of a route without a
// guard does run, with a context that has ended.
func Probe(ctx context.Context) (probing context.Context, met func() bool) {
	p := new(probe)
	probing, cancel := context.WithCancelCause(ctx)
	cancel(p)
	return probing, p.met.Load
}

// probed reports whether a context is that of a test request.
func probed(ctx context.Context) bool {
	_, ok := errors.AsType[*probe](context.Cause(ctx))
	return ok
}
