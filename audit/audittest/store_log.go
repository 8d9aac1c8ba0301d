package audittest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/audit"
)

func checkReopen(ctx context.Context, p *storeProbe) error {
	var events []audit.Event
	for round := range 3 {
		log, err := p.log(ctx, 0, "log")
		if err != nil {
			return err
		}
		log.events = events
		if err := log.compare(ctx); err != nil {
			return fmt.Errorf("opened again %d times: %w", round, err)
		}
		if err := log.fill(ctx, 3); err != nil {
			return err
		}
		events = log.events
		if err := p.reopen(ctx); err != nil {
			return err
		}
	}
	return nil
}

func checkHandles(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	for range 5 {
		if err := one.fill(ctx, 2); err != nil {
			return err
		}
		two.events = one.events
		if err := two.compare(ctx); err != nil {
			return fmt.Errorf("the other handle: %w", err)
		}
		if err := two.log.Append(ctx, one.events[0]); err != nil {
			return fmt.Errorf("an event of the other handle again: %w", err)
		}
		if err := two.refuse(ctx, "its place is taken by the other handle", two.next("x").Chain(audit.Checkpoint{}), audit.ErrConflict); err != nil {
			return err
		}
		one, two = two, one
	}
	return nil
}

// checkHandleRace lets two handles append for one place at the same time.
func checkHandleRace(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	for range rounds {
		events := [2]audit.Event{one.next("one"), one.next("two")}
		answers := [2]chan error{make(chan error, 1), make(chan error, 1)}
		for i, log := range []audit.Log{one.log, two.log} {
			go func() { answers[i] <- log.Append(ctx, events[i]) }()
		}
		won := 0
		for i, answer := range answers {
			switch err := <-answer; {
			case err == nil:
				won++
				one.events = append(slices.Clip(one.events), events[i])
			case !errors.Is(err, audit.ErrConflict):
				return fmt.Errorf("the loser gets %w, want %w", err, audit.ErrConflict)
			}
		}
		if won != 1 {
			return fmt.Errorf("%d of two events for one place are stored, by the answers", won)
		}
		two.events = one.events
		if err := errors.Join(one.compare(ctx), two.compare(ctx)); err != nil {
			return err
		}
	}
	return nil
}

func checkHandleSettles(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	for range rounds {
		e := one.next("e")
		ending, cancel := context.WithCancel(ctx)
		answer := make(chan error, 1)
		go func() { answer <- one.log.Append(ending, e) }()
		cancel()
		if err := <-answer; err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("Append returns %w, want %w or none", err, context.Canceled)
		}
		if err := two.settle(ctx, e); err != nil {
			return fmt.Errorf("the other handle: %w", err)
		}
		one.events = two.events
		if err := one.compare(ctx); err != nil {
			return err
		}
	}
	return nil
}

func checkHandleWatch(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	pairs, ok := two.watch(watching, 0)
	if !ok {
		return nil
	}
	for n := range rounds {
		if err := one.fill(ctx, 1); err != nil {
			return err
		}
		if err := await(pairs, one.events[n]); err != nil {
			return err
		}
	}
	cancel()
	return awaitEnd(pairs)
}

// checkHandleLate leaves an event open in one handle, and appends another for its
// place in the other. Whichever is there then has to stay, for both handles.
func checkHandleLate(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	for range rounds {
		late, other := one.next("late"), one.next("other")
		if err := one.leaveOpen(ctx, late); err != nil {
			return err
		}
		winner, loser := other, late
		if err := two.log.Append(ctx, other); errors.Is(err, audit.ErrConflict) {
			winner, loser = late, other
		} else if err != nil {
			return fmt.Errorf("another event for the place gets %w, want none or %w", err, audit.ErrConflict)
		}
		if err := two.settle(ctx, winner); err != nil {
			return err
		}
		one.events = two.events
		if err := one.refuse(ctx, "its place was taken by the other handle", loser, audit.ErrConflict); err != nil {
			return err
		}
		one, two = two, one
	}
	return nil
}

// checkHandleLarge appends an event of 15 MiB, or of the most that the log stores,
// and reads it by the other handle, and again by one that is opened later.
func checkHandleLarge(ctx context.Context, p *storeProbe) error {
	const large = 15 << 20
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	if err := one.fill(ctx, 1); err != nil {
		return err
	}
	if err := one.storesUpTo(ctx, min(large, one.longest())); err != nil {
		return err
	}
	two.events = one.events
	if err := two.compare(ctx); err != nil {
		return fmt.Errorf("the other handle: %w", err)
	}
	if err := p.reopen(ctx); err != nil {
		return err
	}
	again, err := p.log(ctx, 0, "log")
	if err != nil {
		return err
	}
	again.events = one.events
	return again.compare(ctx)
}
