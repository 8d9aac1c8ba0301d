package audittest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// probe is a log under test together with what it has to contain.
type probe struct {
	log    audit.Log
	events []audit.Event
}

// head returns the state the log has to be in.
func (p *probe) head() audit.Checkpoint {
	if len(p.events) == 0 {
		return audit.Checkpoint{}
	}
	return p.events[len(p.events)-1].Checkpoint()
}

// next returns an event that comes next; events of different names differ.
func (p *probe) next(name string) audit.Event {
	n := len(p.events) + 1
	return audit.Event{
		ID:      name + "-" + strconv.Itoa(n),
		Time:    time.Date(2026, 1, 2, 15, 4, n, 0, time.UTC),
		Company: "acme",
		Actor:   audit.Actor{Kind: audit.KindUser, ID: "ann", Email: "ann@example.com", Role: "admin"},
		Changes: []audit.Change{{Type: "set-role", Version: 1, Data: []byte(`{"user":"bob"}`)}, {Type: "note", Version: 2, Data: []byte(`[]`)}},
		Targets: []string{"user:bob", "role:admin"},
		Reason:  name,
	}.Chain(p.head())
}

// add appends e, which has to be stored.
func (p *probe) add(ctx context.Context, e audit.Event) error {
	if err := p.log.Append(ctx, e); err != nil {
		return fmt.Errorf("event %d, the next one, is not stored: %w", e.Seq, err)
	}
	p.events = append(p.events, e.Clone())
	return nil
}

// fill appends n events.
func (p *probe) fill(ctx context.Context, n int) error {
	for range n {
		if err := p.add(ctx, p.next("e")); err != nil {
			return err
		}
	}
	return nil
}

// refuse appends e, which has to be refused with the sentinel want and to leave
// the log as it is.
func (p *probe) refuse(ctx context.Context, what string, e audit.Event, want error) error {
	if err := p.log.Append(ctx, e); !errors.Is(err, want) {
		return fmt.Errorf("%s: Append returns %v, want %v", what, err, want)
	}
	if err := p.compare(ctx); err != nil {
		return fmt.Errorf("after an event was refused (%s): %w", what, err)
	}
	return nil
}

// settle appends e again after a call that left open whether it is stored. The
// log has no reason to refuse it.
func (p *probe) settle(ctx context.Context, e audit.Event) error {
	if err := p.add(ctx, e); err != nil {
		return fmt.Errorf("the call repeated: %w", err)
	}
	return p.compare(ctx)
}

// compare reads the log and compares it with what it has to contain.
func (p *probe) compare(ctx context.Context) error {
	return p.compareAfter(p.log.Events(ctx, 0), 0)
}

// compareAfter compares events with those the log has to contain after the
// first skip.
func (p *probe) compareAfter(events iter.Seq2[audit.Event, error], skip int) error {
	want := p.events[min(skip, len(p.events)):]
	got, err := read(events, len(want)+1)
	if err != nil {
		return err
	}
	return same(got, want)
}

// same reports how got differs from want.
func same(got, want []audit.Event) error {
	for i := range min(len(got), len(want)) {
		if err := sameEvent(got[i], want[i]); err != nil {
			return err
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d or more events are read, want %d", len(got), len(want))
	}
	return nil
}

// sameEvent reports that got is not want, which is in order. The line of an
// event has all of it.
func sameEvent(got, want audit.Event) error {
	wantLine, err := audit.Encode(want)
	if err != nil {
		return err
	}
	gotLine, err := audit.Encode(got)
	if err != nil {
		return fmt.Errorf("where event %d belongs, another is read: %w", want.Seq, err)
	}
	if !bytes.Equal(gotLine, wantLine) {
		return fmt.Errorf("read %.1000s, want %.1000s", gotLine, wantLine)
	}
	return nil
}

// read reads at most limit events. Its error is that of events, or says which
// of the rules for every sequence was broken.
func read(events iter.Seq2[audit.Event, error], limit int) ([]audit.Event, error) {
	var list []audit.Event
	var failed, broken error
	stopped := false
	events(func(e audit.Event, err error) bool {
		switch {
		case stopped:
			broken = errors.New("a loop goes on after it was left")
		case failed != nil:
			broken = errors.New("a loop goes on after an error")
		case err != nil:
			failed = err
			if e.Seq != 0 || !e.Hash.IsZero() {
				broken = errors.New("an event comes with an error")
			}
			return true // to see whether anything comes after it
		default:
			list = append(list, e)
			stopped = len(list) >= limit
		}
		return !stopped && broken == nil
	})
	if broken != nil {
		return nil, broken // in place of the other error, which may be the one that was to come
	}
	return list, failed
}

// readAll is a limit of read for a sequence that has to end by itself.
const readAll = math.MaxInt
