package audittest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ambit-authz/ambit/audit"
)

func checkNext(ctx context.Context, p *probe) error {
	for range 5 {
		if err := p.fill(ctx, 1); err != nil {
			return err
		}
		if err := p.compare(ctx); err != nil {
			return err
		}
	}
	return nil
}

func checkAgain(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 4); err != nil {
		return err
	}
	for _, e := range slices.Backward(p.events) {
		if err := p.log.Append(ctx, e); err != nil {
			return fmt.Errorf("event %d of 4: %w", e.Seq, err)
		}
		if err := p.compare(ctx); err != nil {
			return fmt.Errorf("after event %d again: %w", e.Seq, err)
		}
	}
	return p.fill(ctx, 1)
}

func checkRefusals(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 3); err != nil {
		return err
	}
	before, at, after := p.events[0].Checkpoint(), p.events[1].Checkpoint(), p.head()
	next := p.next("x")
	gap := next.Chain(audit.Checkpoint{Seq: after.Seq + 1, Hash: after.Hash})
	unset := next.Clone()
	unset.Changes[0].Data = nil
	edited := next
	edited.Reason = "another"
	disguised := p.events[1]
	disguised.Reason = "another"
	for _, c := range []struct {
		what string
		e    audit.Event
		want error
	}{
		{"it leaves a gap", gap, audit.ErrConflict},
		{"another event at the head", next.Chain(at), audit.ErrConflict},
		{"another event before the head", next.Chain(before), audit.ErrConflict},
		{"another first event", next.Chain(audit.Checkpoint{}), audit.ErrConflict},
		{"it continues an earlier event", next.Chain(audit.Checkpoint{Seq: after.Seq, Hash: at.Hash}), audit.ErrConflict},
		{"it continues nothing", next.Chain(audit.Checkpoint{Seq: after.Seq}), audit.ErrConflict},
		{"its form is not in order", unset.Chain(after), audit.ErrMalformed},
		{"it has no sequence", audit.Event{}, audit.ErrMalformed},
		{"its hash does not fit", edited, audit.ErrEdited},
		{"it has the hash of an event that is stored", disguised, audit.ErrEdited},
	} {
		if err := p.refuse(ctx, c.what, c.e, c.want); err != nil {
			return err
		}
	}
	return p.settle(ctx, next)
}

func checkFirst(ctx context.Context, p *probe) error {
	first := p.next("e")
	if err := p.refuse(ctx, "it leaves a gap", first.Chain(first.Checkpoint()), audit.ErrConflict); err != nil {
		return err
	}
	linked := first.Chain(audit.Checkpoint{Hash: first.Hash})
	if err := p.refuse(ctx, "it continues an event that is not there", linked, audit.ErrConflict); err != nil {
		return err
	}
	return p.settle(ctx, first)
}

// race appends all events at the same time and returns the errors in the same
// order.
func (p *probe) race(ctx context.Context, events []audit.Event) []error {
	start := make(chan struct{})
	type answer struct {
		i   int
		err error
	}
	answers := make(chan answer)
	for i, e := range events {
		go func() {
			<-start
			answers <- answer{i, p.log.Append(ctx, e)}
		}()
	}
	close(start)
	errs := make([]error, len(events))
	for range events {
		a := <-answers
		errs[a.i] = a.err
	}
	return errs
}

const (
	rounds = 8
	racers = 4
)

func checkRace(ctx context.Context, p *probe) error {
	for range rounds {
		events := make([]audit.Event, racers)
		for i := range events {
			events[i] = p.next("racer" + strconv.Itoa(i))
		}
		won := 0
		for i, err := range p.race(ctx, events) {
			switch {
			case err == nil:
				won++
				p.events = append(p.events, events[i])
			case !errors.Is(err, audit.ErrConflict):
				return fmt.Errorf("a loser gets %w, want %w", err, audit.ErrConflict)
			}
		}
		if won != 1 {
			return fmt.Errorf("%d of %d events for one place are stored, by the answers", won, racers)
		}
		if err := p.compare(ctx); err != nil {
			return err
		}
	}
	return nil
}

func checkSameRace(ctx context.Context, p *probe) error {
	for range rounds {
		e := p.next("e")
		if err := errors.Join(p.race(ctx, slices.Repeat([]audit.Event{e}, racers))...); err != nil {
			return err
		}
		p.events = append(p.events, e)
		if err := p.compare(ctx); err != nil {
			return err
		}
	}
	return nil
}

// leaveOpen appends e under a context that has ended.
func (p *probe) leaveOpen(ctx context.Context, e audit.Event) error {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := p.log.Append(ended, e); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("Append returns %v, want %w", err, context.Canceled)
	}
	return nil
}

func checkEnded(ctx context.Context, p *probe) error {
	for range 3 {
		e := p.next("e")
		if err := p.leaveOpen(ctx, e); err != nil {
			return err
		}
		got, err := read(p.log.Events(ctx, p.head().Seq), readAll)
		if err != nil {
			return err
		}
		if len(got) > 0 {
			if err := same(got, []audit.Event{e}); err != nil {
				return err
			}
		}
		if err := p.settle(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func checkEnding(ctx context.Context, p *probe) error {
	for range rounds {
		e := p.next("e")
		ending, cancel := context.WithCancel(ctx)
		answer := make(chan error, 1)
		go func() { answer <- p.log.Append(ending, e) }()
		cancel()
		if err := <-answer; err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("Append returns %w, want %w or none", err, context.Canceled)
		}
		if err := p.settle(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// checkLate leaves an event open and lets another have its place, or fail to
// get it. Whichever of the two is there then has to stay, and the other to stay
// out, whenever it lands.
func checkLate(ctx context.Context, p *probe) error {
	for range rounds {
		late, other := p.next("late"), p.next("other")
		if err := p.leaveOpen(ctx, late); err != nil {
			return err
		}
		winner, loser := other, late
		if err := p.log.Append(ctx, other); errors.Is(err, audit.ErrConflict) {
			winner, loser = late, other
		} else if err != nil {
			return fmt.Errorf("another event for the place gets %w, want none or %w", err, audit.ErrConflict)
		}
		if err := p.settle(ctx, winner); err != nil {
			return err
		}
		if err := p.fill(ctx, 2); err != nil {
			return err
		}
		if err := p.refuse(ctx, "its place was taken while it was open", loser, audit.ErrConflict); err != nil {
			return err
		}
	}
	return nil
}

func checkMany(ctx context.Context, p *probe) error {
	const many = 100
	if err := p.fill(ctx, many); err != nil {
		return err
	}
	if err := p.compare(ctx); err != nil {
		return err
	}
	return audit.Verify(p.log.Events(ctx, 0), p.head())
}

// scribble writes to all memory that e refers to.
func scribble(e audit.Event) {
	for i := range e.Changes {
		for j := range e.Changes[i].Data {
			e.Changes[i].Data[j] = '!'
		}
		e.Changes[i].Type = "scribbled"
	}
	for i := range e.Targets {
		e.Targets[i] = "scribbled"
	}
}

func checkShared(ctx context.Context, p *probe) error {
	for range 3 {
		e := p.next("e")
		given := e.Clone()
		if err := p.log.Append(ctx, given); err != nil {
			return err
		}
		scribble(given)
		p.events = append(p.events, e)
	}
	return p.compare(ctx)
}

func checkSharedOut(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 3); err != nil {
		return err
	}
	got, err := read(p.log.Events(ctx, 0), readAll)
	if err != nil {
		return err
	}
	for _, e := range got {
		scribble(e)
	}
	return p.compare(ctx)
}
