package audittest

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ambit-authz/ambit/audit"
)

// TestKeeper checks a keeper against the contract of [audit.Keeper]. It is opened
// by open: the same one each time, which keeps nothing at first. If it is an
// io.Closer, it is closed. TestKeeper returns nil or an [*Error] for each check
// that failed, joined.
func TestKeeper(ctx context.Context, open func() (audit.Keeper, error)) error {
	var errs []error
	for _, c := range []struct {
		name string
		run  func(ctx context.Context, k *keeperProbe) error
	}{
		{"what is kept", checkKept},
		{"two keepers at once", checkKeepRace},
	} {
		err := perform(ctx, func() error {
			k := &keeperProbe{open: open}
			return errors.Join(c.run(ctx, k), k.close())
		})
		if err != nil {
			errs = append(errs, &Error{Rule: 22, Check: c.name, Err: err})
		}
	}
	return errors.Join(errs...)
}

// keeperProbe is a keeper under test.
type keeperProbe struct {
	open   func() (audit.Keeper, error)
	opened []audit.Keeper
}

func (k *keeperProbe) another() (audit.Keeper, error) {
	opened, err := k.open()
	if err != nil {
		return nil, fmt.Errorf("the keeper does not open: %w", err)
	}
	k.opened = append(k.opened, opened)
	return opened, nil
}

func (k *keeperProbe) close() error {
	var errs []error
	for _, opened := range k.opened {
		if c, ok := opened.(io.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	k.opened = nil
	return errors.Join(errs...)
}

// kept opens the keeper once more, and reports whether it keeps want.
func (k *keeperProbe) kept(ctx context.Context, want audit.Checkpoint) error {
	opened, err := k.another()
	if err != nil {
		return err
	}
	got, err := opened.Kept(ctx)
	if err == nil && got != want {
		err = fmt.Errorf("%v is kept, want %v", got, want)
	}
	return err
}

// keptAt returns a checkpoint.
func keptAt(seq uint64) audit.Checkpoint {
	return audit.Checkpoint{Seq: seq, Hash: audit.Hash{byte(seq), 1}}
}

// checkKept keeps one checkpoint after the other, by one of two handles in turn,
// and closes them now and then.
func checkKept(ctx context.Context, k *keeperProbe) error {
	var last audit.Checkpoint
	if err := k.kept(ctx, last); err != nil {
		return err
	}
	for i, seq := range []uint64{2, 1, 3, 3, 1 << 62, 5, 1<<62 + 1} {
		if i%3 == 0 {
			if err := k.close(); err != nil {
				return err
			}
		}
		opened, err := k.another()
		if err != nil {
			return err
		}
		if err := opened.Keep(ctx, keptAt(seq)); err != nil {
			return fmt.Errorf("checkpoint %d after %d: %w", seq, last.Seq, err)
		}
		if seq > last.Seq {
			last = keptAt(seq)
		}
		if err := k.kept(ctx, last); err != nil {
			return fmt.Errorf("after checkpoint %d: %w", seq, err)
		}
	}
	return nil
}

// checkKeepRace lets several handles keep checkpoints at once: the highest stays.
func checkKeepRace(ctx context.Context, k *keeperProbe) error {
	const from = 1<<62 + 2 // after those of the other check
	for round := range uint64(rounds) {
		answers := make(chan error)
		for i := range uint64(racers) {
			opened, err := k.another()
			if err != nil {
				return err
			}
			go func() { answers <- opened.Keep(ctx, keptAt(from+round*racers+i)) }()
		}
		var errs []error
		for range racers {
			errs = append(errs, <-answers)
		}
		errs = append(errs, k.kept(ctx, keptAt(from+round*racers+racers-1)))
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}
