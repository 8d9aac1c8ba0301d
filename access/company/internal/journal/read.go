package journal

import (
	"context"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/audit"
)

func everything(audit.Event) bool { return true }

// catchUp takes in what the log has after the current point. It reports
// whether an event of the given hash was among it.
func (j *Journal[S]) catchUp(ctx context.Context, hash audit.Hash) (among bool, err error) {
	start := j.config.Now()
	var steps []Step
	p, err := j.replay(ctx, j.current.Load(), audit.Checkpoint{}, func(e audit.Event) bool {
		among = among || e.Hash == hash
		steps = append(steps, stepOf(e))
		return true
	})
	j.failed(err)
	if err != nil {
		return false, err
	}
	j.advance(p, steps)
	j.known.Store(&start)
	return among, nil
}

// replay folds the events of the log after a point, as long as they are wanted.
// The log must have that point, and the one at known.
func (j *Journal[S]) replay(ctx context.Context, from *Point[S], known audit.Checkpoint, wanted func(audit.Event) bool) (*Point[S], error) {
	p, past := from, false
	for e, err := range audit.Replay(ctx, j.log, from.Head, known) {
		if errors.Is(err, audit.ErrTruncated) || errors.Is(err, audit.ErrRewritten) {
			err = fmt.Errorf("%w: %w", ErrDiverged, err)
		}
		if err != nil {
			return nil, err
		}
		if past = past || !wanted(e); past {
			if e.Seq > known.Seq {
				break
			}
			continue
		}
		if p, err = j.follow(p, e); err != nil {
			return nil, &Error{Op: "replay", Seq: e.Seq, Err: err}
		}
	}
	if p != from && j.config.Settle != nil {
		p = &Point[S]{j.config.Settle(p.State), p.Head, p.Time}
	}
	return p, nil
}

// follow returns the point after an event.
func (j *Journal[S]) follow(p *Point[S], e audit.Event) (*Point[S], error) {
	if err := e.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	s, err := j.config.Fold(*p, e)
	if err != nil {
		return nil, err
	}
	return after(s, e), nil
}
