package journal

import (
	"context"
	"fmt"

	"github.com/ambit-authz/ambit/audit"
)

func everything(audit.Event) bool { return true }

// catchUp takes in what the log has after the current point. It reports
// whether an event of the given hash was among it.
func (j *Journal[S]) catchUp(ctx context.Context, hash audit.Hash) (among bool, err error) {
	start := j.config.Now()
	var steps []Step
	m := *j.marks.Load()
	p, err := j.replay(ctx, j.current.Load(), audit.Checkpoint{}, &m, func(e audit.Event) bool {
		among = among || e.Hash == hash
		steps = append(steps, stepOf(e))
		return true
	})
	j.failed(err)
	if err != nil {
		return false, err
	}
	j.advance(p, m, steps)
	j.known.Store(&start)
	return among, nil
}

// replay folds the events of the log after a point, as long as they are wanted.
// The log must have that point, and the one at known. It marks what is due on the
// way, unless m is nil.
func (j *Journal[S]) replay(ctx context.Context, from *Point[S], known audit.Checkpoint, m *marks[S], wanted func(audit.Event) bool) (*Point[S], error) {
	p, settled, past := from, from, false
	for e, err := range audit.Replay(ctx, j.log, from.Head, known) {
		if err != nil {
			return nil, lost(err)
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
		if m != nil && j.isDue(*m, p) {
			p = j.settled(p)
			*m, settled = m.with(p), p
		}
	}
	if p != settled {
		p = j.settled(p)
	}
	return p, nil
}

// settled returns a point that the fold came to as one that may be seen.
func (j *Journal[S]) settled(p *Point[S]) *Point[S] {
	if j.config.Settle == nil {
		return p
	}
	return &Point[S]{j.config.Settle(p.State), p.Head, p.Time}
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
