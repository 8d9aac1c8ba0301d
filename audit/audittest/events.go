package audittest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

func checkEmpty(ctx context.Context, p *probe) error {
	for _, after := range []uint64{0, 1, math.MaxUint64} {
		if err := p.compareAfter(p.log.Events(ctx, after), 0); err != nil {
			return fmt.Errorf("after %d: %w", after, err)
		}
	}
	return nil
}

func checkAfter(ctx context.Context, p *probe) error {
	const n = 5
	if err := p.fill(ctx, n); err != nil {
		return err
	}
	for after := range n + 2 {
		if err := p.compareAfter(p.log.Events(ctx, uint64(after)), after); err != nil {
			return fmt.Errorf("after %d of %d: %w", after, n, err)
		}
	}
	for _, after := range []uint64{math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64} {
		if err := p.compareAfter(p.log.Events(ctx, after), n); err != nil {
			return fmt.Errorf("after %d of %d: %w", after, n, err)
		}
	}
	return nil
}

// checkFields appends events with values that stores are known to change:
// fractions of a second, spaces and line ends, JSON that can be written
// shorter, large numbers and texts.
func checkFields(ctx context.Context, p *probe) error {
	texts := "\x00\x01\t\r\n\x1f \"\\/<>&'\u007f\u00a0é\u0065\u0301\u2028\ufeff\ufffd\U0001F600 "
	data := `{"z":1.0,"a":1e2,"a":"<&\u00e9\/` + "\u2028" + `","n":123456789012345678901234567890,"l":[null,true,-0]}`
	for _, edit := range []func(e *audit.Event){
		func(e *audit.Event) { e.Time = time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC) },
		func(e *audit.Event) { e.Time = time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC) },
		func(e *audit.Event) { e.Time = time.Date(1969, 7, 20, 20, 17, 40, 123_456_789, time.UTC) },
		func(e *audit.Event) { e.ID, e.Company, e.Targets = texts, texts, []string{texts, "b", "a", "b"} },
		func(e *audit.Event) {
			e.Actor = audit.Actor{Kind: audit.KindSystem, ID: texts, Email: texts, Role: texts}
		},
		func(e *audit.Event) { e.Actor = audit.Actor{Kind: audit.KindInvitee, Email: "eve@example.com"} },
		func(e *audit.Event) {
			e.Reason, e.Approval, e.Correlation, e.Via = texts, texts+"1", texts+"2", texts+"3"
		},
		func(e *audit.Event) { e.Reason, e.Approval, e.Correlation, e.Via, e.Targets = "", "", "", "", nil },
		func(e *audit.Event) {
			e.Changes = []audit.Change{{Type: texts, Version: math.MaxInt32, Data: []byte(data)}, {Type: "b", Version: 1, Data: []byte(`""`)}}
		},
		func(e *audit.Event) { *e = p.sized(min(1<<17, p.longest())) },
	} {
		e := p.next("e")
		edit(&e)
		if err := p.add(ctx, e.Chain(p.head())); err != nil {
			return err
		}
	}
	return p.compare(ctx)
}

func checkEnd(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 3); err != nil {
		return err
	}
	events := p.log.Events(ctx, 0)
	if err := p.fill(ctx, 2); err != nil { // before the loop, if after the call
		return err
	}
	want := p.events
	var got []audit.Event
	for e, err := range events {
		if err != nil {
			return err
		}
		if got = append(got, e); len(got) > len(want) {
			break
		}
		if err := p.fill(ctx, 1); err != nil {
			return err
		}
	}
	return same(got, want)
}

func checkReadEnded(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 3); err != nil {
		return err
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	got, err := read(p.log.Events(ended, 0), readAll)
	if len(got) > 0 || !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%d events and the error %v, want none and %w", len(got), err, context.Canceled)
	}
	return p.compare(ctx)
}

func checkReadEnding(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 5); err != nil {
		return err
	}
	ending, cancel := context.WithCancel(ctx)
	defer cancel()
	got, err := read(func(yield func(audit.Event, error) bool) {
		p.log.Events(ending, 0)(func(e audit.Event, err error) bool {
			cancel()
			return yield(e, err)
		})
	}, readAll)
	switch {
	case err == nil:
		return same(got, p.events)
	case !errors.Is(err, context.Canceled):
		return fmt.Errorf("the loop ends with %w, want %w or no error", err, context.Canceled)
	}
	return same(got, p.events[:min(len(got), len(p.events))])
}

func checkBreak(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 3); err != nil {
		return err
	}
	const often = 200 // more than a pool of connections has
	for i := range often {
		n := 1 + i%len(p.events)
		got, err := read(p.log.Events(ctx, 0), n)
		if err != nil {
			return err
		}
		if err := same(got, p.events[:n]); err != nil {
			return err
		}
	}
	if err := p.fill(ctx, 1); err != nil {
		return err
	}
	return p.compare(ctx)
}

func checkLoopAgain(ctx context.Context, p *probe) error {
	events := p.log.Events(ctx, 1)
	for range 3 {
		if err := p.fill(ctx, 2); err != nil {
			return err
		}
		if _, err := read(events, 1); err != nil {
			return err
		}
		if err := p.compareAfter(events, 1); err != nil {
			return err
		}
	}
	return nil
}

// checkNested appends in a loop, and loops in it.
func checkNested(ctx context.Context, p *probe) error {
	if err := p.fill(ctx, 3); err != nil {
		return err
	}
	for e, err := range p.log.Events(ctx, 0) {
		if err != nil {
			return err
		}
		if err := p.fill(ctx, 1); err != nil {
			return err
		}
		if err := p.compare(ctx); err != nil {
			return err
		}
		if e.Seq >= 3 {
			break
		}
	}
	return p.compare(ctx)
}
