package audittest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/ambit-authz/ambit/audit"
)

// ErrInjected is the error a [Faulty] fails with at once.
var ErrInjected = errors.New("audittest: injected fault")

// Mode says what becomes of one call of Append: whether and when the event
// reaches the log, and what the call returns. The wrapped log decides by its
// own rules whether it stores an event that reaches it.
type Mode int

// The modes. A log may fail in all of them but the last two, which break its
// contract.
const (
	Pass        Mode = iota // no fault
	FailBefore              // the event never reaches the log; ErrInjected
	FailAfter               // it does; ErrInjected
	FailLate                // it does later; ErrInjected
	HangBefore              // it never does; no answer until the context ends, then its error
	HangAfter               // it does at once, even if the context has ended; the same answer
	HangLate                // it does after the answer; the same answer
	LieStored               // it never does; nil
	LieConflict             // it does; ErrConflict
)

// Modes returns all modes but [Pass] and the lies, in order: those that leave
// the caller in doubt, as a log may.
func Modes() []Mode {
	return []Mode{FailBefore, FailAfter, FailLate, HangBefore, HangAfter, HangLate}
}

// String returns the name of the constant.
func (m Mode) String() string {
	names := [...]string{"Pass", "FailBefore", "FailAfter", "FailLate", "HangBefore", "HangAfter", "HangLate", "LieStored", "LieConflict"}
	if m < 0 || int(m) >= len(names) {
		return fmt.Sprintf("Mode(%d)", int(m))
	}
	return names[m]
}

// Plan says which calls of a [Faulty] fail. Its functions are called in the
// goroutine of the call, without a lock, and may cancel its context: so a test
// ends a call that hangs, without waiting for the time to pass.
type Plan struct {
	// Append returns the mode of a call of Append. Calls of all callers count,
	// from 1. Nil passes all.
	Append func(call int, e audit.Event) Mode
	// Read is asked before each event is yielded, with the number of the loop
	// over Events, counted from 1. An error ends the loop in place of the
	// event. Nil passes all.
	Read func(loop int, e audit.Event) error
	// Delay says when a late event lands: before the Delay-th use of the log
	// after the call. An Append is a use, and so is a loop over Events. 1 is
	// the next use; 0 means not before Land is called. For an event that hangs,
	// uses count from the answer on.
	Delay int
}

// Faulty is a log that passes its calls on to another and fails as planned. It
// is not a Watcher, even if the other is; a test that needs both can embed both
// in a struct.
type Faulty struct {
	log  audit.Log
	plan Plan

	mu      sync.Mutex
	appends int
	loops   int
	late    []lateEvent // in the order they came
}

// lateEvent is an event that has yet to land.
type lateEvent struct {
	event audit.Event
	uses  int // until it lands; it never gets to 0 if it was that at the start
}

// NewFaulty returns a log that passes its calls on to log, apart from the
// faults of plan.
func NewFaulty(log audit.Log, plan Plan) *Faulty { return &Faulty{log: log, plan: plan} }

// Append implements [audit.Log].
func (f *Faulty) Append(ctx context.Context, e audit.Event) error {
	e = e.Clone()
	f.mu.Lock()
	f.appends++
	call := f.appends
	f.mu.Unlock()
	if err := f.use(); err != nil {
		return err
	}
	mode := Pass
	if f.plan.Append != nil {
		mode = f.plan.Append(call, e)
	}
	switch mode {
	case Pass:
		return f.log.Append(ctx, e)
	case FailAfter, HangAfter, LieConflict:
		// What the log says is lost on the way: that is the fault.
		_ = f.log.Append(context.WithoutCancel(ctx), e)
	}
	var err error
	switch mode {
	case HangBefore, HangAfter, HangLate:
		<-ctx.Done()
		err = fmt.Errorf("audittest: %v: %w", mode, ctx.Err())
	case LieStored:
	case LieConflict:
		err = audit.ErrConflict
	default:
		err = ErrInjected
	}
	if mode == FailLate || mode == HangLate {
		f.mu.Lock()
		f.late = append(f.late, lateEvent{event: e, uses: f.plan.Delay})
		f.mu.Unlock()
	}
	return err
}

// Events implements [audit.Log].
func (f *Faulty) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		f.mu.Lock()
		f.loops++
		loop := f.loops
		f.mu.Unlock()
		if err := f.use(); err != nil {
			yield(audit.Event{}, err)
			return
		}
		for e, err := range f.log.Events(ctx, after) {
			if err == nil && f.plan.Read != nil {
				err = f.plan.Read(loop, e)
			}
			if err != nil {
				yield(audit.Event{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Appends returns how often Append was called: after a run without faults, the
// number of points at which the next can have one.
func (f *Faulty) Appends() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.appends
}

// Land makes every late event reach the log now, in the order they were
// appended. A log refuses those whose place was taken meanwhile; that is no
// error. Land returns any other errors of the log, joined, and drops those
// events.
func (f *Faulty) Land() error {
	f.mu.Lock()
	due := f.late
	f.late = nil
	f.mu.Unlock()
	return f.land(due)
}

// use counts a use of the log, and makes the late events that are due reach it.
func (f *Faulty) use() error {
	f.mu.Lock()
	var due, rest []lateEvent
	for _, l := range f.late {
		l.uses--
		if l.uses == 0 {
			due = append(due, l)
		} else {
			rest = append(rest, l)
		}
	}
	f.late = rest
	f.mu.Unlock()
	return f.land(due)
}

func (f *Faulty) land(due []lateEvent) error {
	var errs []error
	for _, l := range due {
		if err := f.log.Append(context.Background(), l.event); !errors.Is(err, audit.ErrConflict) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
