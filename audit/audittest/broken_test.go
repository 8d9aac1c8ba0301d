package audittest_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

var errOdd = errors.New("odd")

// broken is a log that keeps its contract, except for the flaw it is named
// after. Without one it is in order.
type broken struct {
	flaw  string
	root  context.Context // of the whole test
	stuck func()          // called when the log is about to hang for ever

	mu     sync.Mutex
	events []audit.Event
	more   chan struct{}

	inside atomic.Int32 // calls of Append under way
	loops  atomic.Int32 // loops that were left early
	held   atomic.Bool  // a loop holds the log
	late   []audit.Event
	open   map[audit.Hash]bool
}

func (b *broken) is(flaw string) bool { return b.flaw == flaw }

func (b *broken) head() audit.Checkpoint {
	if len(b.events) == 0 {
		return audit.Checkpoint{}
	}
	return b.events[len(b.events)-1].Checkpoint()
}

func (b *broken) Append(ctx context.Context, e audit.Event) error {
	if b.held.Load() {
		b.stuck()
		select {}
	}
	b.inside.Add(1)
	defer b.inside.Add(-1)
	if err := b.context(ctx, e); err != nil {
		return err
	}
	if b.is("lets racers both win") {
		b.mu.Lock()
		err := e.Follows(b.head())
		b.mu.Unlock()
		for range 1000 {
			runtime.Gosched()
		}
		if err == nil && b.inside.Load() > 1 {
			return nil
		}
	}
	if b.is("refuses racers of the same event") {
		for range 1000 {
			runtime.Gosched()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.land()
	return b.store(e)
}

// context does what is done under a context that has ended.
func (b *broken) context(ctx context.Context, e audit.Event) error {
	if b.is("hides the end of a context in the call") && ctx != b.root {
		<-ctx.Done()
		return errOdd
	}
	err := ctx.Err()
	if err == nil || b.is("ignores the context of an append") {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.is("hides the end of a context"):
		return errOdd
	case b.is("stores by halves under an ended context"):
		e.Targets = nil
		b.events = append(b.events, e)
	case b.is("refuses to settle"):
		if b.open == nil {
			b.open = make(map[audit.Hash]bool)
		}
		b.open[e.Hash] = true
	case b.is("lands late, whatever came meanwhile"), b.is("lands late in another's place"), b.is("lands late, in order"):
		b.late = append(b.late, e)
	}
	return err
}

// land stores the events that are late.
func (b *broken) land() {
	for _, e := range b.late {
		switch {
		case b.is("lands late, in order"):
			if e.Follows(b.head()) == nil {
				b.events = append(b.events, e)
			}
		case len(b.events) < int(e.Seq): // the next call decides
			continue
		case b.is("lands late in another's place"):
			b.events[e.Seq-1] = e
		default:
			b.events = append(b.events, e)
		}
		b.late = nil
	}
}

func (b *broken) store(e audit.Event) error {
	if b.open[e.Hash] {
		return audit.ErrConflict
	}
	err := e.Follows(b.head())
	switch {
	case err == nil:
		return b.put(e)
	case b.is("stores what is malformed") && errors.Is(err, audit.ErrMalformed),
		b.is("stores what is edited") && errors.Is(err, audit.ErrEdited),
		b.is("stores after a gap") && e.Seq > b.head().Seq+1,
		b.is("stores another first event") && len(b.events) == 0,
		b.is("does not look at Prev") && e.Seq == b.head().Seq+1 && errors.Is(err, audit.ErrConflict):
		return b.put(e)
	case b.is("says nil to all"):
		return nil
	case b.is("has no sentinel") && e.Seq > b.head().Seq+1:
		return errOdd
	}
	if e.Seq == 0 || e.Seq > b.head().Seq {
		return err
	}
	stored := b.events[e.Seq-1]
	switch {
	case b.is("replaces an event") && errors.Is(err, audit.ErrConflict):
		b.events[e.Seq-1] = e
		return nil
	case b.is("trusts the hash") && stored.Hash == e.Hash:
		return nil
	case !errors.Is(err, audit.ErrConflict) || stored.Hash != e.Hash:
		return err
	case b.is("stores again"):
		return b.put(e)
	case b.is("refuses an event again"), b.is("refuses an event again before the head") && e.Seq < b.head().Seq,
		b.is("refuses racers of the same event") && b.inside.Load() > 1:
		return err
	}
	return nil
}

func (b *broken) put(e audit.Event) error {
	if b.is("stores nothing") {
		return nil
	}
	if b.is("refuses all") {
		return audit.ErrConflict
	}
	if !b.is("keeps what it is given") {
		e = e.Clone()
	}
	switch b.flaw {
	case "cuts the time":
		e.Time = e.Time.Truncate(time.Microsecond)
	case "formats data":
		for i := range e.Changes {
			var v any
			if json.Unmarshal(e.Changes[i].Data, &v) == nil {
				e.Changes[i].Data, _ = json.Marshal(v)
			}
		}
	}
	b.events = append(b.events, e)
	if b.is("forgets") && len(b.events) > 64 {
		b.events = b.events[1:]
	}
	if b.more != nil {
		close(b.more)
		b.more = nil
	}
	return nil
}

// after returns the events above n.
func (b *broken) after(n uint64) []audit.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.land()
	switch {
	case b.is("includes the event at the number") && n > 0:
		n--
	case b.is("counts in int64") && int64(n) < 0:
		n = 0
	}
	return slices.Clone(b.events[min(n, uint64(len(b.events))):])
}

func (b *broken) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	early := b.after(after)
	used := false
	return func(yield func(audit.Event, error) bool) {
		if err := ctx.Err(); err != nil && !b.is("ignores the context of a loop") {
			switch b.flaw {
			case "gives an event with an error":
				yield(b.events[0], err)
			case "goes on after an error":
				yield(audit.Event{}, err)
				yield(audit.Event{}, err)
			case "ends in silence":
			default:
				yield(audit.Event{}, err)
			}
			return
		}
		events := b.after(after)
		switch {
		case b.is("reads when asked, not when looped over"):
			events = early
		case b.is("can be looped over once") && used:
			return
		case b.is("reads backwards"):
			slices.Reverse(events)
		case b.is("is never empty") && len(events) == 0:
			yield(audit.Event{}, nil)
			return
		case b.is("keeps loops") && b.loops.Load() > 50:
			b.stuck()
			select {}
		}
		used = true
		b.held.Store(b.is("holds the log in a loop"))
		defer b.held.Store(false)
		b.loop(ctx, events, yield)
	}
}

func (b *broken) loop(ctx context.Context, events []audit.Event, yield func(audit.Event, error) bool) {
	stopped := false
	for i := 0; i < len(events); i++ {
		e := events[i]
		if !b.is("gives out what it keeps") {
			e = e.Clone()
		}
		if !yield(e, nil) {
			b.loops.Add(1)
			if stopped || !b.is("does not stop") {
				return
			}
			stopped = true
		}
		if b.is("has no end") && i == len(events)-1 {
			events = append(events, b.after(e.Seq)...)
		}
		switch err := ctx.Err(); {
		case err == nil:
		case b.is("breaks off in silence"):
			return
		case b.is("hides the end of a context in a loop"):
			yield(audit.Event{}, errOdd)
			return
		}
	}
}

// watched is a broken log that can be watched, is limited, and has a clock.
type watched struct{ *broken }

// LongestLine implements [audit.Limited].
func (w watched) LongestLine() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.is("stores little"):
		return 1000
	case w.is("stores less from then on") && len(w.events) > 1:
		return 64 << 10
	}
	return 100 << 10
}

func (w watched) Append(ctx context.Context, e audit.Event) error {
	line, err := audit.Encode(e)
	longest := w.LongestLine()
	switch {
	case w.is("stores less than it says"):
		longest--
	case w.is("stores more than it says"):
		longest++
	}
	switch {
	case err != nil || len(line) <= longest:
		return w.broken.Append(ctx, e)
	case w.is("says that what is too long is malformed"):
		return audit.ErrMalformed
	}
	return audit.ErrTooLarge
}

// Now implements [audit.Clock].
func (w watched) Now(ctx context.Context) (time.Time, error) {
	switch {
	case w.is("has the time of another zone"):
		return time.Now().Add(time.Hour), nil
	case w.is("has a clock that goes back"):
		w.loops.Add(1)
		return time.Now().Add(-time.Duration(w.loops.Load()) * time.Minute), nil
	case w.is("has no time"):
		return time.Time{}, nil
	case ctx.Err() != nil && w.is("hides the end of a context in its clock"):
		return time.Time{}, errOdd
	}
	return time.Now(), ctx.Err()
}

func (w watched) Watch(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	b := w.broken
	return func(yield func(audit.Event, error) bool) {
		next := after
		switch {
		case b.is("watches from the start"):
			next = 0
		case b.is("takes a number ahead for the start") && after == 3:
			next = 0
		}
		for {
			b.mu.Lock()
			if b.more == nil {
				b.more = make(chan struct{})
			}
			more := b.more
			b.mu.Unlock()
			for _, e := range b.after(next) {
				if b.is("misses an event") && e.Seq == 4 {
					b.stuck()
					select {}
				}
				b.held.Store(b.is("holds the log in a watch") && after == 0)
				ok := yield(e, nil)
				b.held.Store(false)
				if !ok {
					return
				}
				next++
			}
			switch b.flaw {
			case "does not wait":
				return
			case "fails at the head":
				yield(audit.Event{}, errOdd)
				return
			case "never wakes":
				b.stuck()
				select {}
			}
			select {
			case <-more:
			case <-ctx.Done():
				switch b.flaw {
				case "ends a watch in silence":
				case "ends a watch twice":
					yield(audit.Event{}, ctx.Err())
					yield(audit.Event{}, ctx.Err())
				default:
					yield(audit.Event{}, ctx.Err())
				}
				return
			}
		}
	}
}
