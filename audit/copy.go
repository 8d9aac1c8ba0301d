package audit

import (
	"context"
	"errors"
	"fmt"
)

// Copy copies a log: the events of from that to does not have yet, up to the head of
// from. It checks the chain on the way, of both, and returns where to is afterwards.
// To stop and go on later is safe, and so is to copy again what was appended since.
//
// What it reads and writes is verified, and nothing is written if to has events that
// from does not have, or other ones: the error wraps [ErrRewritten] or
// [ErrTruncated]. If the context ends or a log fails, the events before are copied,
// and the error is that of the log. An event that to cannot store for its size wraps
// [ErrTooLarge]. Nobody else may write to to meanwhile.
func Copy(ctx context.Context, to, from Log) (Checkpoint, error) {
	var head Checkpoint
	for e, err := range Replay(ctx, to, Checkpoint{}, Checkpoint{}) {
		if err != nil {
			return head, fmt.Errorf("the log that is copied to: %w", err)
		}
		head = e.Checkpoint()
	}
	for e, err := range Replay(ctx, from, head, Checkpoint{}) {
		if err != nil {
			return head, fmt.Errorf("the log that is copied: %w", err)
		}
		if err := appendSurely(ctx, to, e); err != nil {
			return head, fmt.Errorf("the log that is copied to: %w", err)
		}
		head = e.Checkpoint()
	}
	return head, nil
}

// appendSurely appends an event, and asks once more if it is not known whether it was
// stored.
func appendSurely(ctx context.Context, log Log, e Event) error {
	err := log.Append(ctx, e)
	for _, refused := range []error{nil, ErrConflict, ErrMalformed, ErrEdited, ErrTooLarge} {
		if errors.Is(err, refused) {
			return err
		}
	}
	return log.Append(ctx, e)
}
