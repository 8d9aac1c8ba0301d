package company

import (
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/audit"
)

// Reviews returns all reviews, in the order they were opened.
func (m Moment) Reviews() iter.Seq[audit.Review] {
	return func(yield func(audit.Review) bool) {
		if m.state == nil {
			return
		}
		for _, r := range persist.All(&m.state.reviews.all) {
			if !yield(r.Review) {
				return
			}
		}
	}
}

// Review returns a review. The second result is false for an unknown id.
func (m Moment) Review(id string) (audit.Review, bool) {
	if r, ok := m.review(id); ok {
		return r.Review, true
	}
	return audit.Review{}, false
}

func (m Moment) review(id string) (*review, bool) {
	if m.state == nil {
		return nil, false
	}
	return m.state.reviews.get(id)
}

// ReviewItems returns the items of a review, in byte order of the keys of their
// rows; none for an unknown id. Those of a closed review are as they were when it
// was closed, but for Done, which is also of later events. It costs what it looks
// at.
func (m Moment) ReviewItems(id string, q RowQuery) iter.Seq[audit.ReviewItem] {
	return func(yield func(audit.ReviewItem) bool) {
		r, ok := m.review(id)
		if !ok {
			return
		}
		n, found := r.row(q.After)
		if found {
			n++
		}
		for left := q.Limit; n < len(r.rows); n++ {
			is := m.state.standing(r, n)
			if q.Open && is.decided() != nil {
				continue
			}
			if !yield(r.item(n, is)) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// item returns an item as it stands.
func (r *review) item(n int, is standing) audit.ReviewItem {
	item := audit.ReviewItem{Row: r.rows[n], Changed: is.changed}
	item.Row.Teams = slices.Clone(item.Row.Teams)
	if v := is.decided(); v != nil {
		item.Decision, item.Reason, item.Reviewer = v.decision, v.by.reason, v.by.by
		item.Decided, item.Event, item.Done = v.by.at, v.by.seq, is.done
	}
	return item
}

// items returns all items, as they stand.
func (r *review) items(all []standing) iter.Seq[audit.ReviewItem] {
	return func(yield func(audit.ReviewItem) bool) {
		for n, is := range all {
			if !yield(r.item(n, is)) {
				return
			}
		}
	}
}

// Findings returns what a review has left to be done: that it was not closed when
// it was due, then the items that are not decided, or were reopened, and decisions
// that are not carried out, in byte order of keys. Of a closed review it is what
// was left when it was closed, without what was carried out since. None for an
// unknown id.
func (m Moment) Findings(id string) iter.Seq[audit.Finding] {
	return func(yield func(audit.Finding) bool) {
		if r, ok := m.review(id); ok {
			r.findings(m.state.standings(r), m.at)(yield)
		}
	}
}

// findings returns the findings, with the items as they stand at an instant.
func (r *review) findings(all []standing, at time.Time) iter.Seq[audit.Finding] {
	return func(yield func(audit.Finding) bool) {
		if !r.Closed.IsZero() {
			at = r.Closed
		}
		if at.After(r.Due) && !yield(audit.Finding{Kind: audit.FindingOverdue, Review: r.ID}) {
			return
		}
		for n, is := range all {
			if f := is.finding(); f.Kind != "" {
				f.Review, f.Row = r.ID, r.rows[n].Key()
				if !yield(f) {
					return
				}
			}
		}
	}
}

// finding returns what an item leaves to be done; of no kind if nothing.
func (i standing) finding() audit.Finding {
	switch v := i.verdict; {
	case v == nil:
		return audit.Finding{Kind: audit.FindingOpen}
	case i.reopened != 0:
		return audit.Finding{Kind: audit.FindingDrift, Decision: v.decision, Event: i.reopened}
	case v.decision != audit.Keep && i.done == 0:
		return audit.Finding{Kind: audit.FindingUnmatched, Decision: v.decision, Event: v.by.seq}
	}
	return audit.Finding{}
}
