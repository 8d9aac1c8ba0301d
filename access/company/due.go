package company

import (
	"cmp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Due returns what ends or is to be reviewed within so many days, of 24 hours from
// the instant of the moment, and what needs somebody now: the list that a reminder
// mail is made from. It is in the order of the kinds in package audit, those of a
// kind by time, and then by user, team, report and invitation. Fewer than 0 days
// are 0.
//
// What is overdue is listed until somebody sees to it, and its At is past. What
// has ended is not listed, nor what users without access have. In particular:
//
//   - [audit.DueEnd], [audit.DueMembership]: of active users. [audit.DueGrant]: of
//     reports that are shared with active users, or with teams.
//   - [audit.DueReviewBy]: users who are to be reviewed by then, suspended ones
//     included; the NextReview of their row.
//   - [audit.DueReview]: the company, as often as it is scheduled to be reviewed
//     since the opening of the last review that is closed, or since the founding;
//     while a review is open, [audit.DueOpenReview] stands for it.
//   - [audit.DueUnanswered]: pending invitations that expire by then, and those
//     that expired without an answer. To re-send or revoke one, or to invite its
//     address again, takes it off the list.
//   - [audit.DueUndelivered]: those of [Company.UndeliveredInvitations], which
//     nobody can answer, so they are not listed as unanswered.
//   - [audit.DueNoData]: active users whose View is empty.
//   - [audit.DueNoCreator]: reports that no active user is a creator of without an
//     end.
//
// It reads no log. It costs a look at each user, membership, report grant and
// open invitation.
func (m Moment) Due(days int) []audit.DueRow {
	if m.state == nil {
		return nil
	}
	const most = 10_000 * 366 // no end is later than the year 9999
	d := dues{Moment: m, directory: m.state.directory(), last: m.at.AddDate(0, 0, min(max(days, 0), most)),
		rows: make(map[string][]audit.DueRow), away: make(map[team.UserID]bool),
	}
	d.addUsers()
	d.addMembers()
	d.addGrants()
	d.addReviews()
	d.addInvitations()
	return d.all()
}

// dues collects what is due until an instant. What it asks for all users must not
// look each of them up: that alone would take longer than all the rest.
type dues struct {
	Moment
	directory access.Directory
	last      time.Time
	rows      map[string][]audit.DueRow // by kind

	active []active             // in the order of the directory
	away   map[team.UserID]bool // the users who are not
}

// active is a user who is active.
type active struct {
	id      team.UserID
	byTeams bool // they see what a team of theirs sees
	sees    bool // an account
}

// add adds what is due at an instant; zero is now.
func (d *dues) add(kind string, at time.Time, row audit.DueRow) {
	row.Kind, row.At = kind, at
	if row.User != "" {
		u, _ := d.directory.User(team.UserID(row.User))
		row.Email = u.Email.String()
	}
	d.rows[kind] = append(d.rows[kind], row)
}

// soon reports whether an end has not come, and comes within the days.
func (d *dues) soon(end time.Time) bool {
	return !end.IsZero() && end.After(d.at) && !end.After(d.last)
}

// addUsers adds users whose access ends, or who are to be reviewed, and notes who
// is active.
func (d *dues) addUsers() {
	roles, n := d.roles()
	d.active = make([]active, 0, n)
	months := d.state.reviewMonths()
	early := d.last.AddDate(0, -months, 3) // who came later is not due, however long the months are
	for u := range d.directory.Users() {
		state := stateOf(u, d.at)
		if state != audit.StateEnded {
			d.addReview(u, early, months)
		}
		if state != audit.StateActive {
			d.away[u.ID] = true
			continue
		}
		if d.soon(u.Until) {
			d.add(audit.DueEnd, u.Until, audit.DueRow{User: string(u.ID)})
		}
		a := roles[u.Role]
		a.id = u.ID
		d.active = append(d.active, a)
	}
}

// roles returns what a user sees by each role alone, and how many users there are.
func (d *dues) roles() (roles map[role.Name]active, users int) {
	accounts := false
	for range d.directory.Accounts() {
		accounts = true
		break
	}
	roles = make(map[role.Name]active)
	for _, r := range d.directory.Catalog().Roles() {
		holders, _ := d.directory.Holders(r.Name)
		users += holders
		if slices.Contains(r.Capabilities, access.ViewAccount) {
			all := r.Scope == role.AllData
			roles[r.Name] = active{byTeams: !all, sees: all && accounts}
		}
	}
	return roles, users
}

// addReview adds a user who is to be reviewed.
func (d *dues) addReview(u team.User, early time.Time, months int) {
	a := d.state.ledger.arrival(u.ID)
	if a.review.IsZero() && a.by.at.After(early) {
		return
	}
	row := audit.RegisterRow{User: string(u.ID), Added: a.by.at, ReviewBy: a.review}
	row.LastReview, _ = d.state.lastReview(row.Key())
	if next := nextReview(row, months); !next.After(d.last) {
		d.add(audit.DueReviewBy, next, audit.DueRow{User: string(u.ID)})
	}
}

// addMembers adds memberships that end, and active users who see nothing.
func (d *dues) addMembers() {
	shows := make(map[team.ID]bool)
	for t := range d.directory.Teams() {
		shows[t.ID] = !d.directory.ViewOfTeam(t.ID).Empty()
	}
	n := 0
	for m := range d.directory.AllMembers() {
		if d.away[m.User] || team.End(m.Until).Ended(d.at) {
			continue
		}
		for d.active[n].id != m.User { // both are in the same order
			n++
		}
		if a := &d.active[n]; a.byTeams && !a.sees {
			a.sees = shows[m.Team]
		}
		if d.soon(m.Until) {
			d.add(audit.DueMembership, m.Until, audit.DueRow{User: string(m.User), Team: string(m.Team)})
		}
	}
	for _, a := range d.active {
		if !a.sees {
			d.add(audit.DueNoData, time.Time{}, audit.DueRow{User: string(a.id)})
		}
	}
}

// addGrants adds report grants that end, and reports without an active creator.
func (d *dues) addGrants() {
	type report struct {
		id      access.ReportID
		created bool
	}
	var reports []report
	for id := range d.directory.Reports() {
		reports = append(reports, report{id: id})
	}
	n := 0
	for g := range d.directory.AllGrants() {
		if d.away[g.User] { // nobody, if it is the grant of a team
			continue
		}
		for reports[n].id != g.Report { // both are in the same order
			n++
		}
		reports[n].created = reports[n].created || lasting(g)
		if d.soon(g.Until) {
			d.add(audit.DueGrant, g.Until, audit.DueRow{User: string(g.User), Team: string(g.Team), Report: string(g.Report)})
		}
	}
	for _, r := range reports {
		if !r.created {
			d.add(audit.DueNoCreator, time.Time{}, audit.DueRow{Report: string(r.id)})
		}
	}
}

// addReviews adds the review that is open, or the next one.
func (d *dues) addReviews() {
	if r, open := d.state.reviews.get(d.state.reviews.open); open {
		if !r.Due.After(d.last) {
			d.add(audit.DueOpenReview, r.Due, audit.DueRow{Review: r.ID})
		}
	} else if next := d.state.nextReview(); !next.After(d.last) {
		d.add(audit.DueReview, next, audit.DueRow{})
	}
}

// addInvitations adds invitations that nobody answered or that did not arrive.
func (d *dues) addInvitations() {
	for i := range d.state.invitations.pending() {
		row := audit.DueRow{Email: i.Terms.Address.String(), Invitation: string(i.ID)}
		switch {
		case i.Delivered.IsZero():
			d.add(audit.DueUndelivered, time.Time{}, row)
		case i.Expires.IsZero() || i.Expires.After(d.last):
		case d.state.invitations.to(i.Terms.Address).ID == i.ID: // none was sent there later
			d.add(audit.DueUnanswered, i.Expires, row)
		}
	}
}

// dueKinds is the order of the kinds.
var dueKinds = []string{
	audit.DueEnd, audit.DueMembership, audit.DueGrant, audit.DueReviewBy, audit.DueReview, audit.DueOpenReview,
	audit.DueUnanswered, audit.DueUndelivered, audit.DueNoData, audit.DueNoCreator,
}

// all returns the rows in order.
func (d *dues) all() []audit.DueRow {
	var all []audit.DueRow
	for _, kind := range dueKinds {
		rows := d.rows[kind]
		slices.SortFunc(rows, func(a, b audit.DueRow) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.User, b.User), cmp.Compare(a.Team, b.Team),
				cmp.Compare(a.Report, b.Report), cmp.Compare(a.Invitation, b.Invitation))
		})
		all = append(all, rows...)
	}
	return all
}
