package journal

import (
	"context"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/audit"
)

// doubt is an event that may or may not have been stored.
type doubt[S any] struct {
	event audit.Event
	next  *Point[S]
}

// InDoubt reports whether an append failed in such a way that its event may
// still be stored, and that is not settled yet.
func (j *Journal[S]) InDoubt() bool { return j.doubt.Load() != nil }

// unanswered says what an append failed with that was no conflict: that the
// event is not fit to be stored, or that nobody can say whether it was.
func unanswered(err error) error {
	for _, unfit := range []error{audit.ErrMalformed, audit.ErrEdited, audit.ErrTooLarge} {
		if errors.Is(err, unfit) {
			return fmt.Errorf("%w: %w", ErrUnfit, err)
		}
	}
	return fmt.Errorf("%w: %w", ErrUncertain, err)
}

// settle finds out whether an event in doubt was stored, by appending it again.
func (j *Journal[S]) settle(ctx context.Context) error {
	d := j.doubt.Load()
	if d == nil {
		return nil
	}
	err := j.log.Append(ctx, d.event)
	switch {
	case err == nil:
		j.advance(d.next, *j.marks.Load(), []Step{stepOf(d.event)}) // others may have appended since: it is not known to be the last
		j.doubt.Store(nil)
		return nil
	case errors.Is(err, audit.ErrConflict):
		j.doubt.Store(nil)
		_, err := j.catchUp(ctx, audit.Hash{})
		return err
	}
	if err = unanswered(err); errors.Is(err, ErrUncertain) {
		j.failed(err)
		return err
	}
	j.doubt.Store(nil) // refused: not stored, now or later
	return nil
}

// overtaken takes in what the log has in place of an event it refused. It
// reports whether that is the very event: then some log answered wrongly. That
// there is nothing to take in means that the log contradicts itself.
func (j *Journal[S]) overtaken(ctx context.Context, e audit.Event) (stored bool, err error) {
	before := j.Point().Head
	stored, err = j.catchUp(ctx, e.Hash)
	if err == nil && j.Point().Head == before {
		err = fmt.Errorf("%w: it refuses the next event and has none of its own", ErrDiverged)
	}
	return stored, err
}
