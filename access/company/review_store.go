package company

import (
	"cmp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// kindReview is the kind of reviews in targets, and among used ids.
const kindReview access.Kind = "review"

func reviewTarget(id string) access.Resource { return access.Item(kindReview, id, "") }

// reviews is all reviews of a company, and their schedule. It never changes.
type reviews struct {
	every  int                    // months; 0 is quarterly
	all    persist.Book[*review]  // in the order they were opened
	open   string                 // the id of the one that is not closed; "" if all are
	before time.Time              // when the last one that is closed was opened; zero if none is
	last   persist.Book[*verdict] // by key of a row: the one in the last closed review that decided it
}

// review is a review, with its population as it was frozen. It never changes.
type review struct {
	audit.Review
	rows     []audit.RegisterRow // in order of their keys
	verdicts persist.Book[*verdict]
	closing  []standing // of each row when the review was closed; nil while it is open
}

// verdict is a decision about an item.
type verdict struct {
	decision string
	by       *cause
}

// standing is how an item stands.
type standing struct {
	verdict  *verdict // the last; nil without one
	reopened uint64   // the event that reopened it after the verdict; 0 if none did
	changed  uint64   // the last event that changed the row after it was frozen
	done     uint64   // the event that carried the verdict out
}

// decided returns the verdict that an item has, nil while it is open.
func (i standing) decided() *verdict {
	if i.reopened != 0 {
		return nil
	}
	return i.verdict
}

// get returns a review.
func (r *reviews) get(id string) (*review, bool) {
	_, found, ok := r.all.Find(id)
	return found, ok
}

// put returns r with a review added or changed.
func (r reviews) put(one *review) reviews {
	r.all.Add(persist.NewToken(), one.ID, one)
	return r
}

// review returns a review.
func (s *state) review(id string) (*review, error) {
	r, ok := s.reviews.get(id)
	return r, known(ok, kindReview, id)
}

// openReview returns a review that is not closed.
func (s *state) openReview(id string) (*review, error) {
	r, err := s.review(id)
	if err == nil && s.reviews.open != id {
		err = ErrReviewClosed
	}
	return r, err
}

// reviewMonths returns after how many months a review is due.
func (s *state) reviewMonths() int { return cmp.Or(s.reviews.every, 3) }

// nextReview returns when the next review of the company is due to be opened.
func (s *state) nextReview() time.Time {
	from := s.reviews.before
	if from.IsZero() {
		from = s.ledger.founding.at
	}
	return addMonths(from, s.reviewMonths())
}

// addMonths returns the same day so many months later, and the last day of that
// month if it is shorter.
func addMonths(t time.Time, months int) time.Time {
	later := t.AddDate(0, months, 0)
	if over := later.Day(); over != t.Day() { // the month after that one
		return later.AddDate(0, 0, -over)
	}
	return later
}

// lastReview returns when a row was decided last in a review that is closed.
func (s *state) lastReview(key string) (time.Time, bool) {
	if _, v, ok := s.reviews.last.Find(key); ok {
		return v.by.at, true
	}
	return time.Time{}, false
}

// population returns the rows that a review is of at an instant: those with
// access, those who may get it back, and open invitations.
func (s *state) population(at time.Time) []audit.RegisterRow {
	return slices.AppendSeq(make([]audit.RegisterRow, 0, s.ledger.people.Len()), func(yield func(audit.RegisterRow) bool) {
		for row := range (Moment{state: s, at: at}).Register(RowQuery{}) {
			if row.State != audit.StateEnded && !yield(row) {
				return
			}
		}
	})
}

// row returns the place of a row, by its key.
func (r *review) row(key string) (int, bool) {
	return slices.BinarySearchFunc(r.rows, key, func(row audit.RegisterRow, key string) int { return cmp.Compare(row.Key(), key) })
}

// standing returns how an item stands. Of a closed review it is how the item stood
// at the closing; only what is carried out since then counts as well.
func (s *state) standing(r *review, n int) standing {
	row := r.rows[n]
	if r.closing != nil {
		is := r.closing[n]
		if is.verdict != nil && is.done == 0 {
			is.done = s.doneBy(row, is.verdict)
		}
		return is
	}
	var is standing
	_, is.verdict, _ = r.verdicts.Find(row.Key())
	s.eachStep(row, r.Event-1, func(step *step) {
		is.changed = max(is.changed, step.by.seq)
		if v := is.verdict; v != nil && v.reopenedBy(step) && (is.reopened == 0 || step.by.seq < is.reopened) {
			is.reopened = step.by.seq
		}
	})
	if v := is.decided(); v != nil {
		is.done = s.doneBy(row, v)
	}
	return is
}

// standings returns how all items stand.
func (s *state) standings(r *review) []standing {
	all := make([]standing, len(r.rows))
	for n := range all {
		all[n] = s.standing(r, n)
	}
	return all
}

// precedes reports whether a step came after a verdict. One in the same event
// counts: nobody decided about it.
func (v *verdict) precedes(step *step) bool { return step.by.seq >= v.by.seq }

// reopenedBy reports whether a step makes an item open again: it is not what was
// decided about, nor what the decision asks for.
func (v *verdict) reopenedBy(step *step) bool {
	return v.precedes(step) && (v.decision == audit.Keep || step.kind != lowers)
}

// doneBy returns the event that carried out what was decided; 0 if none did.
func (s *state) doneBy(row audit.RegisterRow, v *verdict) uint64 {
	switch v.decision {
	case audit.Revoke:
		return s.goneBy(row)
	case audit.Reduce:
		first := uint64(0)
		s.eachStep(row, v.by.seq-1, func(step *step) {
			if step.kind == lowers && (first == 0 || step.by.seq < first) {
				first = step.by.seq
			}
		})
		return first
	}
	return 0
}

// goneBy returns the event that removed the user of a row, or that closed the
// invitation; 0 if none did.
func (s *state) goneBy(row audit.RegisterRow) uint64 {
	id := s.subject(row)
	if id == "" {
		i, _ := s.invitations.get(invite.ID(row.Invitation))
		_, last, _ := s.ledger.steps.Find(invitation(i.ID).String())
		if last != nil && i.State != invite.Pending {
			return last.by.seq // which closed it
		}
		return 0
	}
	if left := s.ledger.arrival(id).left; left != nil {
		return left.by.seq
	}
	return 0
}

// subject returns the user whom a row is about, or who accepted its invitation; ""
// if nobody did.
func (s *state) subject(row audit.RegisterRow) team.UserID {
	if row.User != "" {
		return team.UserID(row.User)
	}
	i, _ := s.invitations.get(invite.ID(row.Invitation))
	return i.User
}

// raisedBy returns the last event that raised a row since it was decided last in a
// review that is closed, and that somebody made or sponsored; 0 if there is none.
func (s *state) raisedBy(row audit.RegisterRow, maker string) uint64 {
	after, last := uint64(0), uint64(0)
	if _, v, ok := s.reviews.last.Find(row.Key()); ok {
		after = v.by.seq - 1
	}
	s.eachStep(row, after, func(step *step) {
		if step.kind == raises && slices.Contains(step.makers, maker) {
			last = max(last, step.by.seq)
		}
	})
	return last
}
