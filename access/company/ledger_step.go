package company

import (
	"iter"
	"math"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// since yields the steps after an event, newest first.
func (s *step) since(seq uint64) iter.Seq[*step] {
	return func(yield func(*step) bool) {
		for ; s != nil && s.by.seq > seq; s = s.before {
			if !yield(s) {
				return
			}
		}
	}
}

// eachStep calls do with what changed a row after an event, in no order: what was
// done to the user, to the invitation that they came by, and to teams while they
// were in them. The row is one of now, or as it was once.
func (s *state) eachStep(row audit.RegisterRow, after uint64, do func(*step)) {
	last := func(r access.Resource) iter.Seq[*step] {
		_, last, _ := s.ledger.steps.Find(r.String())
		return last.since(after)
	}
	if row.Invitation != "" {
		for step := range last(invitation(invite.ID(row.Invitation))) {
			do(step)
		}
	}
	id := s.subject(row)
	if id == "" {
		return
	}
	for step := range last(user(id)) {
		do(step)
	}
	for in := range s.stays(id) {
		for step := range last(access.Team(in.team)) {
			if step.no <= in.from {
				break
			}
			if step.no <= in.to && !team.End(in.until).Ended(step.by.at) {
				do(step)
			}
		}
	}
}

// stays yields when a user was in which team.
func (s *state) stays(id team.UserID) iter.Seq[stay] {
	return func(yield func(stay) bool) {
		for m := range s.directory().Memberships(id) {
			from := s.ledger.givenBy(memberKey(m.Team, id)).no
			if !yield(stay{team: m.Team, from: from, to: math.MaxUint64, until: m.Until}) {
				return
			}
		}
		_, last, _ := s.ledger.stays.Find(string(id))
		for ; last != nil; last = last.before {
			if !yield(*last) {
				return
			}
		}
	}
}
