package company

import (
	"cmp"
	"iter"
	"math"
	"slices"

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

// stepsOf returns what changed a row after an event, newest first: what was done
// to the user, to the invitation that they came by, and to teams while they were
// in them. The row is one of now, or as it was once.
func (s *state) stepsOf(row audit.RegisterRow, after uint64) []*step {
	id := team.UserID(row.User)
	var all []*step
	if row.Invitation != "" {
		_, last, _ := s.ledger.steps.Find(invitation(invite.ID(row.Invitation)).String())
		all = slices.AppendSeq(all, last.since(after))
		if i, _ := s.invitations.get(invite.ID(row.Invitation)); id == "" {
			id = i.User
		}
	}
	if id == "" {
		return all
	}
	_, own, _ := s.ledger.steps.Find(user(id).String())
	all = slices.AppendSeq(all, own.since(after))
	for in := range s.stays(id) {
		_, last, _ := s.ledger.steps.Find(access.Team(in.team).String())
		for step := range last.since(after) {
			if step.no <= in.from {
				break
			}
			if step.no <= in.to && !team.End(in.until).Ended(step.by.at) {
				all = append(all, step)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *step) int { return cmp.Compare(b.no, a.no) })
	return all
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
