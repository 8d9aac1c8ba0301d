package model

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// past is the company after some event, at an instant, and the events until
// then.
type past struct {
	*Company
	events  []Event
	decided map[string]uint64 // see lastDecisions
}

// after returns the past up to an event. The instant is not before it.
func (c *Company) after(seq uint64, at time.Time) past {
	p := past{events: c.Events[:seq]}
	for _, s := range p.steps() {
		p.Company = s.After.At(at)
	}
	return p
}

// steps are all changes that were made, with the event of each.
func (p past) steps() iter.Seq2[uint64, Step] {
	return func(yield func(uint64, Step) bool) {
		for n, e := range p.events {
			for _, s := range e.Steps {
				if !yield(uint64(n+1), s) {
					return
				}
			}
		}
	}
}

// source is where something comes from: the event that gave it, by whom and
// why, and the events that it rests on.
type source struct {
	event                uint64
	by, reason, approval string
	events               []uint64
}

// from is what an event gave.
func (p past) from(seq uint64) source {
	e := p.events[seq-1]
	return source{seq, e.Actor, e.Reason, e.Approval, []uint64{seq}}
}

// given is what a step gave. What comes of an acceptance comes from the
// sponsor.
func (p past) given(seq uint64, s Step) source {
	accepted, ok := s.Change.(company.AcceptInvitation)
	if !ok {
		return p.from(seq)
	}
	sponsor, made := p.sponsorship(string(accepted.Invitation), seq)
	is := p.from(made)
	is.event, is.by, is.events = seq, sponsor.String(), append(is.events, seq)
	return is
}

// sponsorship is who was the sponsor of an invitation last, up to some event,
// and the event that made them it. To give a lost message out again makes nobody
// the sponsor.
func (p past) sponsorship(id string, until uint64) (sponsor invite.Sponsor, made uint64) {
	for seq, s := range p.steps() {
		if seq > until {
			break
		}
		before, _ := s.Before.one(id)
		after, ok := s.After.one(id)
		_, again := s.Change.(company.RedeliverInvitation)
		if ok && !again && (before.Message != after.Message || before.Sponsor != after.Sponsor) {
			sponsor, made = after.Sponsor, seq
		}
	}
	return sponsor, made
}

// one returns an invitation.
func (c *Company) one(id string) (Invitation, bool) {
	n := c.Find(invite.ID(id))
	if n < 0 {
		return Invitation{}, false
	}
	return c.Invitations[n], true
}

// Register returns the rows that a company had after an event, at an instant
// that is not before it: of its users and its invitations, and of those who were
// removed if they are asked for.
func (c *Company) Register(seq uint64, at time.Time, removed bool) []audit.RegisterRow {
	return c.after(seq, at).register(removed)
}

func (p past) register(removed bool) []audit.RegisterRow {
	p.decided = p.lastDecisions()
	var rows []audit.RegisterRow
	for id := range p.Users {
		rows = append(rows, p.userRow(p.Company, id))
	}
	for _, i := range p.Invitations {
		if i.StateAt(p.Now) == invite.Pending {
			rows = append(rows, p.invitationRow(i))
		}
	}
	for n, s := range p.steps() {
		if gone, ok := s.Change.(company.RemoveUser); ok && removed {
			rows = append(rows, p.removedRow(n, s.Before, string(gone.User)))
		}
	}
	slices.SortFunc(rows, func(a, b audit.RegisterRow) int { return strings.Compare(a.Key(), b.Key()) })
	return rows
}

// userRow is the row of a user in a company that is the one of p, or was.
func (p past) userRow(in *Company, id string) audit.RegisterRow {
	u := in.Users[id]
	row := audit.RegisterRow{User: id, Name: u.Name, Email: u.Email, Role: u.Role, State: audit.StateActive, Ends: u.Until.UTC()}
	switch {
	case u.Suspended:
		row.State = audit.StateSuspended
	case Ended(u.Until, in.Now):
		row.State = audit.StateEnded
	}
	for _, t := range Keys(in.Teams) {
		if until, member := in.Teams[t].Members[id]; member && !Ended(until, in.Now) {
			row.Teams = append(row.Teams, t)
		}
	}
	for seq, s := range p.steps() {
		_, was := s.Before.Users[id]
		_, is := s.After.Users[id]
		if was || !is {
			continue
		}
		p.added(&row, p.given(seq, s), seq)
		if accepted, ok := s.Change.(company.AcceptInvitation); ok {
			row.Invitation, row.ReviewBy = string(accepted.Invitation), accepted.Review.UTC()
		}
	}
	row.Duration = duration(row.Added, row.Ends)
	p.reviewed(&row)
	return row
}

// added says where a row comes from, and the event that Added is the time of.
func (p past) added(row *audit.RegisterRow, from source, event uint64) {
	row.AddedBy, row.Reason, row.Approval = from.by, from.reason, from.approval
	row.Event, row.Added = event, p.events[event-1].Time.UTC()
}

// duration is how long something is to last: whole days, rounded up.
func duration(from, until time.Time) string {
	if until.IsZero() {
		return "permanent"
	}
	n := 0
	for year := 365; from.AddDate(0, 0, n+year).Before(until); n += year {
	}
	for from.AddDate(0, 0, n).Before(until) {
		n++
	}
	return days(n)
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// invitationRow is the row of an invitation that can be accepted.
func (p past) invitationRow(i Invitation) audit.RegisterRow {
	row := audit.RegisterRow{Invitation: i.ID, Name: i.Terms.Name, Email: i.Terms.Address.String(), Role: string(i.Terms.Role),
		State: audit.StateInvited, Ends: i.Terms.Until.UTC()}
	for _, t := range i.Terms.Teams {
		row.Teams = append(row.Teams, string(t))
	}
	slices.Sort(row.Teams)
	sponsor, made := p.sponsorship(i.ID, uint64(len(p.events)))
	from := p.from(made)
	from.by = sponsor.String()
	for seq, s := range p.steps() {
		before, _ := s.Before.one(i.ID)
		if after, ok := s.After.one(i.ID); ok && before.Message != after.Message {
			p.added(&row, from, seq)
		}
	}
	if row.Duration = duration(row.Added, row.Ends); i.Terms.Days > 0 {
		row.Duration = days(i.Terms.Days)
	}
	p.reviewed(&row)
	return row
}

// removedRow is the row of somebody who was removed by an event: as it was just
// before.
func (p past) removedRow(seq uint64, before *Company, id string) audit.RegisterRow {
	row, e := p.userRow(before, id), p.events[seq-1]
	row.State, row.Ends, row.NextReview = audit.StateRemoved, e.Time.UTC(), time.Time{}
	row.Removed, row.RemovedBy, row.RemovedReason, row.RemovedEvent = e.Time.UTC(), e.Actor, e.Reason, seq
	return row
}

// reviewed says when a row was reviewed last, and is to be reviewed next.
func (p past) reviewed(row *audit.RegisterRow) {
	if event := p.decided[row.Key()]; event > 0 {
		row.LastReview = p.events[event-1].Time.UTC()
	}
	if row.User == "" {
		return
	}
	from := row.LastReview
	if from.IsZero() {
		from = row.Added
	}
	row.NextReview = monthsAfter(from, p.months())
	if by := row.ReviewBy; !by.IsZero() && by.Before(row.NextReview) && row.LastReview.Before(row.Added) {
		row.NextReview = by
	}
}

// monthsAfter returns the same day and time so many months later; a month that
// has no such day has its last one in its place.
func monthsAfter(from time.Time, months int) time.Time {
	for day := from.Day(); ; day-- {
		at := time.Date(from.Year(), from.Month()+time.Month(months), day, from.Hour(), from.Minute(), from.Second(), from.Nanosecond(), time.UTC)
		if at.Day() == day {
			return at
		}
	}
}
