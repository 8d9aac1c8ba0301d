package audittest

import (
	"context"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/audit"
)

// watch starts to watch p's log, if one can, in a goroutine, and returns what
// it yields. The error that ends it comes last, after which the channel is
// closed.
func (p *probe) watch(ctx context.Context, after uint64) (pairs chan pair, ok bool) {
	w, ok := p.log.(audit.Watcher)
	if !ok {
		return nil, false
	}
	pairs = make(chan pair)
	go func() {
		defer close(pairs)
		w.Watch(ctx, after)(func(e audit.Event, err error) bool {
			pairs <- pair{e, err}
			return true
		})
	}()
	return pairs, true
}

type pair struct {
	event audit.Event
	err   error
}

// await reports whether the next events of pairs are want.
func await(pairs <-chan pair, want ...audit.Event) error {
	for _, e := range want {
		got, ok := <-pairs
		if !ok {
			return fmt.Errorf("the watch ended before event %d, without an error", e.Seq)
		}
		if got.err != nil {
			return fmt.Errorf("the watch ended before event %d: %w", e.Seq, got.err)
		}
		if err := sameEvent(got.event, e); err != nil {
			return err
		}
	}
	return nil
}

// awaitEnd reports whether a watch ends properly after its context was
// cancelled.
func awaitEnd(pairs <-chan pair) error {
	last := <-pairs
	if !errors.Is(last.err, context.Canceled) || last.event.Seq != 0 {
		return fmt.Errorf("at the end of its context the watch yields event %d and the error %v, want none and %w",
			last.event.Seq, last.err, context.Canceled)
	}
	if more, ok := <-pairs; ok {
		return fmt.Errorf("a watch goes on after its error, with event %d and the error %v", more.event.Seq, more.err)
	}
	return nil
}

func checkWatch(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 3); err != nil {
		return err
	}
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	pairs, ok := p.watch(watching, 1)
	if !ok {
		return nil
	}
	if err := await(pairs, p.events[1:]...); err != nil {
		return err
	}
	for range rounds {
		n := len(p.events)
		if err := p.fill(ctx, 1+n%2); err != nil {
			return err
		}
		if err := await(pairs, p.events[n:]...); err != nil {
			return err
		}
	}
	cancel()
	return awaitEnd(pairs)
}

// checkWatchAhead watches for events that come after others that are yet to
// come.
func checkWatchAhead(ctx context.Context, p *probe) error {
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	const after = 3
	pairs, ok := p.watch(watching, after)
	if !ok {
		return nil
	}
	if err := p.fill(ctx, after+2); err != nil {
		return err
	}
	if err := await(pairs, p.events[after:]...); err != nil {
		return err
	}
	cancel()
	return awaitEnd(pairs)
}

// checkWatchBreak appends inside of a watch and leaves it, which has to release
// the log; nothing else would end it.
func checkWatchBreak(ctx context.Context, p *probe) error {
	w, ok := p.log.(audit.Watcher)
	if !ok {
		return nil
	}
	if err := p.fill(ctx, 1); err != nil {
		return err
	}
	for range rounds {
		n := len(p.events)
		for e, err := range w.Watch(ctx, uint64(n-1)) {
			if err != nil {
				return err
			}
			if err := sameEvent(e, p.events[len(p.events)-1]); err != nil {
				return err
			}
			if len(p.events) > n {
				break
			}
			if err := p.fill(ctx, 1); err != nil {
				return err
			}
		}
	}
	return p.compare(ctx)
}
