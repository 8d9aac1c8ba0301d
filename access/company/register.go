package company

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// RowQuery is which rows of a register to return, or which items of a review.
// The zero RowQuery is all rows but those of people who were removed, and all
// items.
type RowQuery struct {
	After   string // the key of a row, which need not be there; "" begins with the first
	Limit   int    // at most so many; 0 or less is all
	Removed bool   // of a register: also people who were removed
	Open    bool   // of a review: only items that are not decided, or were reopened
}

// Register returns who has access, since when, by whom, why and until when: every
// user, and every invitation that is pending and has not expired, in byte order of
// keys. It reads no log, and costs what it returns, but for a look at each open
// invitation.
func (m Moment) Register(q RowQuery) iter.Seq[audit.RegisterRow] {
	return func(yield func(audit.RegisterRow) bool) {
		if m.state == nil {
			return
		}
		left := q.Limit
		for row := range m.rows(q) {
			if !yield(row) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// rows returns the rows after a key.
func (m Moment) rows(q RowQuery) iter.Seq[audit.RegisterRow] {
	return func(yield func(audit.RegisterRow) bool) {
		for _, i := range m.openInvitations() {
			if row := m.invitationRow(i); row.Key() > q.After && !yield(row) {
				return
			}
		}
		from, _ := strings.CutPrefix(q.After, userKeys)
		if q.After < userKeys {
			from = ""
		} else if !strings.HasPrefix(q.After, userKeys) {
			return
		}
		for id := range m.state.ledger.people.From(personID(from)) {
			row, there := m.Row(team.UserID(id))
			if !there || row.Key() <= q.After || row.State == audit.StateRemoved && !q.Removed {
				continue
			}
			if !yield(row) {
				return
			}
		}
	}
}

// userKeys begins the keys of users.
const userKeys = "user:"

// openInvitations returns the invitations that can be accepted, in byte order of
// their ids.
func (m Moment) openInvitations() []invite.Invitation {
	var all []invite.Invitation
	for i := range m.state.invitations.pending() {
		if i.StateAt(m.at) == invite.Pending {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, byID)
	return all
}

// Row returns the row of somebody who is or was a user. The second result is false
// for anyone else.
func (m Moment) Row(id team.UserID) (audit.RegisterRow, bool) {
	if m.state == nil || !m.state.ledger.people.Has(personID(id)) {
		return audit.RegisterRow{}, false
	}
	a := m.state.ledger.arrival(id)
	if a.left != nil {
		row := m.personRow(a.left.user, a)
		row.Teams, row.State, row.Ends, row.NextReview = slices.Clone(a.left.teams), audit.StateRemoved, a.left.by.at, time.Time{}
		row.Removed, row.RemovedBy, row.RemovedReason, row.RemovedEvent = a.left.by.at, a.left.by.by, a.left.by.reason, a.left.by.seq
		return row, true
	}
	u, err := m.state.user(id)
	if err != nil {
		return audit.RegisterRow{}, false
	}
	row := m.personRow(u, a)
	row.Teams = teamsOf(m.state, id, m.at)
	return row, true
}

// personRow returns the row of a user, without their teams.
func (m Moment) personRow(u team.User, a arrival) audit.RegisterRow {
	row := audit.RegisterRow{
		User: string(u.ID), Invitation: string(a.invitation), Name: u.Name, Email: u.Email.String(), Role: string(u.Role),
		State: stateOf(u, m.at), Ends: u.Until, ReviewBy: a.review,
		Duration: duration(a.by.at, u.Until),
	}
	a.by.addTo(&row)
	row.LastReview, _ = m.state.lastReview(row.Key())
	row.NextReview = nextReview(row, m.state.reviewMonths())
	return row
}

// addTo says when a row came to be, by whom and why.
func (c *cause) addTo(row *audit.RegisterRow) {
	row.Added, row.AddedBy, row.Reason, row.Approval, row.Event = c.at, c.by, c.reason, c.approval, c.seq
}

// stateOf returns the state of a user at an instant.
func stateOf(u team.User, at time.Time) string {
	switch {
	case u.Suspended:
		return audit.StateSuspended
	case team.End(u.Until).Ended(at):
		return audit.StateEnded
	}
	return audit.StateActive
}

// nextReview returns when a user is to be reviewed again.
func nextReview(row audit.RegisterRow, months int) time.Time {
	if !row.LastReview.IsZero() {
		return addMonths(row.LastReview, months)
	}
	next := addMonths(row.Added, months)
	if !row.ReviewBy.IsZero() && row.ReviewBy.Before(next) {
		return row.ReviewBy
	}
	return next
}

// invitationRow returns the row of a pending invitation.
func (m Moment) invitationRow(i invite.Invitation) audit.RegisterRow {
	o := m.state.ledger.offer(i.ID)
	row := audit.RegisterRow{
		Invitation: string(i.ID), Name: i.Terms.Name, Email: i.Terms.Address.String(), Role: string(i.Terms.Role),
		State: audit.StateInvited, Ends: i.Terms.Until, Duration: duration(o.sent.at, i.Terms.Until),
	}
	for _, t := range i.Terms.Teams {
		row.Teams = append(row.Teams, string(t))
	}
	o.sponsor.addTo(&row)
	row.Added, row.Event = o.sent.at, o.sent.seq
	if i.Terms.Days > 0 {
		row.Duration = days(i.Terms.Days)
	}
	row.LastReview, _ = m.state.lastReview(row.Key())
	return row
}

// duration returns how long an access lasts, in whole days, rounded up.
func duration(from, until time.Time) string {
	const day = 24 * 60 * 60
	switch {
	case until.IsZero():
		return "permanent"
	case !until.After(from):
		return days(0)
	}
	seconds := until.Unix() - from.Unix() // a Duration ends after 292 years
	if until.Nanosecond() > from.Nanosecond() {
		seconds++
	}
	return days(int((seconds + day - 1) / day))
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return strconv.Itoa(n) + " days"
}

// teamsOf returns the teams that a user is in at an instant, in byte order.
func teamsOf(s *state, id team.UserID, at time.Time) []string {
	var all []string
	for t := range s.directory().Memberships(id) {
		if !team.End(t.Until).Ended(at) {
			all = append(all, string(t.Team))
		}
	}
	return all
}
