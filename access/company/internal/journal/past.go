package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// How many points of the past a journal keeps, whatever its log is long.
const (
	mostMarks = 8
	firstGap  = 16 // events between two of them, until there are too many
	mostAsked = 4
)

// marks are points of the log at regular distances: the first that was seen, and
// from there on one each gap events. If there are too many, the gap doubles. They
// never change.
type marks[S any] struct {
	gap    uint64
	points []*Point[S] // in their order
}

// with returns m with one more point.
func (m marks[S]) with(p *Point[S]) marks[S] {
	all := append(slices.Clip(m.points), p)
	if len(all) <= mostMarks {
		return marks[S]{max(m.gap, firstGap), all}
	}
	var fewer []*Point[S]
	for i := 0; i < len(all); i += 2 {
		fewer = append(fewer, all[i])
	}
	return marks[S]{2 * m.gap, fewer}
}

// isWhole reports whether a point may be one that Past begins with.
func (j *Journal[S]) isWhole(p *Point[S]) bool {
	return p.Head.Seq > 0 && (j.config.Whole == nil || j.config.Whole(p.State))
}

// isDue reports whether a point is to be marked.
func (j *Journal[S]) isDue(m marks[S], p *Point[S]) bool {
	n := len(m.points)
	return (n == 0 || p.Head.Seq >= m.points[n-1].Head.Seq+m.gap) && j.isWhole(p)
}

// marked returns m with a point if that is due.
func (j *Journal[S]) marked(m marks[S], p *Point[S]) *marks[S] {
	if j.isDue(m, p) {
		m = m.with(p)
	}
	return &m
}

// answer is a point that was asked for, and the first event that it does not have.
type answer[S any] struct {
	*Point[S]
	nextSeq  uint64
	nextTime time.Time
}

// Past returns the point before the first event that is not wanted. What is wanted
// of an event depends on its number and time; no event after one that is not
// wanted may be wanted.
//
// It reads the log from the last point it keeps that is wanted up to the first that
// is not, or else up to the end, and whether the log still has the current point.
// If the log lost one of the three, the error wraps [ErrDiverged]; it may also be
// one that [Open] returns. What comes before is not read again: it made the point
// that is kept. Of what was asked for last, only the current point is read.
func (j *Journal[S]) Past(ctx context.Context, wanted func(seq uint64, at time.Time) bool) (Point[S], error) {
	asked := *j.asked.Load()
	from, to, head := j.around(asked, wanted)
	before := slices.IndexFunc(asked, func(a answer[S]) bool {
		return wanted(a.Head.Seq, a.Time) && !wanted(a.nextSeq, a.nextTime)
	})
	if to != head || before >= 0 { // else it is read up to the head
		if err := j.has(ctx, head); err != nil {
			return Point[S]{}, err
		}
	}
	if before >= 0 {
		return *asked[before].Point, nil
	}
	var next audit.Event
	p, err := j.replay(ctx, from, to, nil, func(e audit.Event) bool {
		next = e
		return wanted(e.Seq, e.Time)
	})
	if err != nil {
		return Point[S]{}, err
	}
	if j.isWhole(p) && p.Head.Seq < next.Seq && next.Seq <= head.Seq {
		latest := append([]answer[S]{{p, next.Seq, next.Time}}, asked[:min(len(asked), mostAsked-1)]...)
		j.asked.Store(&latest) // what another call stored meanwhile is asked for again
	}
	return *p, nil
}

// around returns the last point that is kept and wanted, the first that is not, and
// the current one, which is also that first if everything is wanted.
func (j *Journal[S]) around(asked []answer[S], wanted func(uint64, time.Time) bool) (from *Point[S], to, head audit.Checkpoint) {
	all := slices.Clone(j.marks.Load().points)
	for _, a := range asked {
		all = append(all, a.Point)
	}
	now := j.current.Load() // the last, so that no other is later
	from, head = &Point[S]{State: j.config.Empty}, now.Head
	to = head
	for _, p := range append(all, now) {
		switch {
		case !wanted(p.Head.Seq, p.Time):
			if p.Head.Seq < to.Seq {
				to = p.Head
			}
		case p.Head.Seq > from.Head.Seq:
			from = p
		}
	}
	return from, to, head
}

// has returns nil if the log has a point.
func (j *Journal[S]) has(ctx context.Context, head audit.Checkpoint) error {
	for _, err := range audit.Replay(ctx, j.log, head, head) {
		return lost(err)
	}
	return nil
}

// lost says of an error that the log does not have what it must have, if it is one.
func lost(err error) error {
	if errors.Is(err, audit.ErrTruncated) || errors.Is(err, audit.ErrRewritten) {
		return fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	return err
}
