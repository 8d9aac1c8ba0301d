package company

import (
	"cmp"
	"iter"
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
	for t, in := range s.stays(id, row, own) {
		_, last, _ := s.ledger.steps.Find(access.Team(t).String())
		for step := range last.since(max(after, in.from)) {
			if step.by.seq < in.to && !team.End(in.until.Until).Ended(step.by.at) {
				all = append(all, step)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *step) int { return cmp.Compare(b.by.seq, a.by.seq) })
	return all
}

// stay is how long somebody was in a team: after one event, and before another.
type stay struct {
	from, to uint64
	until    team.Member // which may have ended
}

// stays returns the teams that a user is in, and those that a row of theirs had.
func (s *state) stays(id team.UserID, row audit.RegisterRow, own *step) map[team.ID]stay {
	all := make(map[team.ID]stay)
	for m := range s.directory().Memberships(id) {
		all[m.Team] = stay{s.ledger.givenBy(memberKey(m.Team, id)).by.seq, ^uint64(0), m}
	}
	if row.User == "" {
		return all // it is of the invitation, whose teams were offered
	}
	gone := ^uint64(0)
	if left := s.ledger.arrival(id).left; left != nil {
		gone = left.by.seq
	}
	for _, name := range row.Teams {
		t := team.ID(name)
		if _, is := all[t]; is {
			continue
		}
		in := stay{to: gone}
		for step := range own.since(0) {
			if step.left == t {
				in.to = step.by.seq
				break
			}
		}
		all[t] = in
	}
	return all
}
