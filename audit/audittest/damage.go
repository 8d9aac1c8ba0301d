package audittest

import (
	"context"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/audit"
)

// check damages one of two logs. The store has to open, and to have the other one.
// The damaged one is an error, and never another log or a shorter one; nothing is
// stored in place of what it has.
func (d Damage) check(ctx context.Context, p *storeProbe) error {
	log, err := p.log(ctx, 0, "log")
	if err != nil {
		return err
	}
	other, err := p.log(ctx, 1, "other")
	if err == nil {
		err = errors.Join(log.fill(ctx, 3), other.fill(ctx, 3), p.close())
	}
	if err != nil {
		return err
	}
	if err := d.Do(ctx, p.check+" log"); err != nil {
		return fmt.Errorf("the damage cannot be done: %w", err)
	}
	if err := p.open(ctx); err != nil {
		return err
	}
	again, err := p.log(ctx, 0, "other")
	if err != nil {
		return err
	}
	again.events = other.events
	if err := again.compare(ctx); err != nil {
		return fmt.Errorf("a log that is not damaged: %w", err)
	}
	damaged, err := p.log(ctx, 0, "log")
	if err != nil {
		return d.wanted(err)
	}
	damaged.events = log.events
	if err := d.read(ctx, damaged); err != nil {
		return err
	}
	first := probe{events: log.events[:1]}
	if err := damaged.log.Append(ctx, first.next("instead")); err == nil {
		return errors.New("an event is stored in place of the damaged one")
	}
	return d.read(ctx, damaged)
}

// read reads p's log up to the error that has to come.
func (d Damage) read(ctx context.Context, p *probe) error {
	n := 0
	for e, err := range audit.Replay(ctx, p.log, audit.Checkpoint{}, audit.Checkpoint{}) {
		if err != nil {
			return d.wanted(err)
		}
		if n == len(p.events) {
			break
		}
		if err := sameEvent(e, p.events[n]); err != nil {
			return err
		}
		n++
	}
	return fmt.Errorf("%d events of a damaged log are read, without an error", n)
}

// wanted reports that err, which came of the damage, is another than it should be.
func (d Damage) wanted(err error) error {
	if d.Want != nil && !errors.Is(err, d.Want) {
		return fmt.Errorf("the damaged log gives %w, want %w", err, d.Want)
	}
	return nil
}
