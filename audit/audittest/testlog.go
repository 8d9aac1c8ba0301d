package audittest

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ambit-authz/ambit/audit"
)

// Error is a check that failed.
type Error struct {
	Rule  int    // of the contracts of package audit that was broken, by its number there
	Check string // which check found it: a few words, unique and stable
	Err   error  // what was seen; never nil
}

// Error returns the rule, the check and what was seen, in one line unless an
// error of the log has more.
func (e *Error) Error() string {
	return fmt.Sprintf("audittest: rule %d: %s: %v", e.Rule, e.Check, e.Err)
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// check is one way to break a rule. It runs on an empty log of its own.
type check struct {
	rule int
	name string
	run  func(ctx context.Context, p *probe) error
}

// TestLog checks logs made by newLog against the contract of [audit.Log], and
// of [audit.Watcher], [audit.Clock] and [audit.Limited] where they are one, and
// returns nil or an [*Error] for each check that failed, joined.
//
// It asks for an empty log two dozen times and appends up to a hundred events
// to each, of at most 128 KiB; to a log that is limited to 1 MiB, one of that
// size. It closes a log that is an [io.Closer]. A log that shows its faults only
// now and then may pass: run TestLog often, and with the race detector. The clock
// of a store may differ from that of this process by ten minutes.
//
// Watching is checked only if everything else is valid: a watch of a log that
// loses an event would wait for ever.
//
// TestLog notices a log that hangs when ctx ends: then it reports the check in
// which that happened, leaves its goroutine alone, and returns at once. So
// give ctx a deadline that is far away.
func TestLog(ctx context.Context, newLog func() (audit.Log, error)) error {
	var errs []error
	for _, c := range checks() {
		if c.rule == watching && len(errs) > 0 {
			break
		}
		err := perform(ctx, func() error { return c.test(ctx, newLog) })
		if err != nil {
			errs = append(errs, &Error{Rule: c.rule, Check: c.name, Err: err})
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// test runs c on a new log.
func (c check) test(ctx context.Context, newLog func() (audit.Log, error)) error {
	log, err := newLog()
	if err != nil {
		return fmt.Errorf("no log: %w", err)
	}
	err = c.run(ctx, &probe{log: log})
	if closer, ok := log.(io.Closer); ok {
		err = errors.Join(err, closer.Close())
	}
	return err
}

// perform runs test until ctx ends.
func perform(ctx context.Context, test func() error) error {
	done := make(chan error, 1)
	go func() { done <- test() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("not done when the context ended: %w", ctx.Err())
	}
}

// watching is the number of the rule of [audit.Watcher].
const watching = 15

func checks() []check {
	return []check{
		{8, "an empty log", checkEmpty},
		{1, "one after the other", checkNext},
		{2, "an event again", checkAgain},
		{3, "refusals", checkRefusals},
		{3, "refusals when empty", checkFirst},
		{4, "a race", checkRace},
		{4, "a race of the same event", checkSameRace},
		{5, "a context ended before", checkEnded},
		{5, "a context ending meanwhile", checkEnding},
		{5, "landing late beside another event", checkLate},
		{6, "many events", checkMany},
		{7, "memory shared on the way in", checkShared},
		{7, "memory shared on the way out", checkSharedOut},
		{8, "events after a number", checkAfter},
		{9, "every field", checkFields},
		{14, "appending in a loop", checkNested},
		{10, "the end of a loop", checkEnd},
		{11, "reading under an ended context", checkReadEnded},
		{11, "a context ending in the loop", checkReadEnding},
		{12, "leaving a loop", checkBreak},
		{13, "looping again", checkLoopAgain},
		{16, "the time of the store", checkClock},
		{17, "the longest line", checkLongest},
		{watching, "watching", checkWatch},
		{watching, "watching ahead", checkWatchAhead},
		{watching, "leaving a watch", checkWatchBreak},
	}
}
