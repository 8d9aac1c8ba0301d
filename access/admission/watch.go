package admission

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

var errNotAdmitted = errors.New("admission: the context is not of an admitted request")

// Watch is for a handler that lasts longer than a question: a WebSocket,
// server-sent events, a stream. It returns a context that ends with ctx, and at
// most [Config.Recheck] after the subject may no longer do what they were
// admitted for, whether something changed or time passed. Its [context.Cause] is
// then the denial, an [*access.DeniedError], or an [*Error] that Config.OnError
// has received if there is no policy now. Call the function when the handler
// returns.
//
// The accessors answer for that context from the newest policy, at most Recheck
// old, so rows that the subject no longer sees are missing from its [View]. Ask
// for the View again with each batch of rows.
//
// A watch costs a goroutine, and the decisions of the route at once and then once
// in Recheck. Only the denial that ends it is observed. It uses nothing of the
// request but ctx. Outside an admitted request the context has ended.
func Watch(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancelCause(ctx)
	w := &watch{Context: inner}
	first := of(ctx)
	if first == nil {
		cancel(errNotAdmitted)
		return inner, func() {}
	}
	w.latest.Store(first)
	if err := w.renew(); err != nil { // while the handler did something else
		cancel(err)
	} else {
		go w.follow(cancel)
	}
	return w, func() { cancel(context.Canceled) }
}

// watch is the context of a handler that lasts.
type watch struct {
	context.Context
	latest atomic.Pointer[admission]
}

// Value returns the latest admission for its key.
func (w *watch) Value(key any) any {
	if key == (admissionKey{}) {
		return w.latest.Load()
	}
	return w.Context.Value(key)
}

// follow asks again until the context ends, or ends it.
func (w *watch) follow(cancel context.CancelCauseFunc) {
	defer cancel(errNotReturned) // if a function of the host ends the goroutine
	again := time.NewTicker(w.latest.Load().settings.recheck)
	defer again.Stop()
	for {
		select {
		case <-w.Done():
			return
		case <-again.C:
			if err := w.renew(); err != nil {
				cancel(err)
				return
			}
		}
	}
}

// reported is an error that Config.OnError has been told.
type reported struct{ error }

func (r *reported) Unwrap() error { return r.error }

// renew asks the questions of the route of the newest policy.
func (w *watch) renew() (err error) {
	last := w.latest.Load()
	a := &admission{
		Context: w.Context, settings: last.settings, source: last.source,
		subject: last.subject, resource: last.resource, actions: last.actions, hide: last.hide,
	}
	op := "policy"
	err = protect(&op, func() error {
		if a.policy = a.source.Policy(); a.policy.IsZero() {
			return &Error{Op: op, Err: errNoPolicy}
		}
		op = "decision"
		return a.ask(w, false)
	})
	if failed, ok := err.(*Error); ok {
		a.settings.report(w, failed)
		err = &reported{failed}
	}
	w.latest.Store(a)
	return err
}
