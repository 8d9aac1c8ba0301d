package company_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// TestDueLaw compares what is due in random companies, cell by cell and in order,
// with what a walk over all they have comes to.
func TestDueLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkDue(dueWorld(t), rapid.IntRange(-1, 100).Draw(t, "days"))
	})
}

// TestDueOverTime does the same in one company, as time passes. All kinds are due
// at some time.
func TestDueOverTime(t *testing.T) {
	t.Parallel()
	c := dueCompany(t)
	c.invite("i", termsTo("new@x.test", "user"))
	c.dueStep("lost")
	c.must("ann", company.Invite{Invitation: "j", Terms: termsTo("far@x.test", "user")})
	found := make(map[string]bool)
	for step := range 12 {
		for _, days := range []int{0, 1, 2, 5, 31, 100} {
			for _, r := range checkDue(c, days) {
				found[r.Kind] = true
			}
		}
		if step == 4 {
			c.must("ann", company.OpenReview{Review: "w"})
		}
		c.pass(time.Duration(step) * 24 * time.Hour)
	}
	for _, kind := range dueKinds {
		if !found[kind] {
			t.Errorf("nothing of kind %s was ever due: %v", kind, found)
		}
	}
}

// checkDue compares what is due with what it is by a walk, and returns it.
func checkDue(c *testCompany, days int) []audit.DueRow {
	c.t.Helper()
	m := c.Now()
	got, want := m.Due(days), dueByWalk(c, m, max(days, 0))
	if !slices.Equal(got, want) {
		c.t.Fatalf("within %d days of %s\n%s\nis due, want\n%s", days, m.Time().Sub(start), dueText(got), dueText(want))
	}
	for i, r := range got {
		if slices.Contains(got[:i], r) {
			c.t.Fatalf("%+v is listed twice", r)
		}
	}
	return got
}

// dueWorld draws a company of a few users to whom a few things happened.
func dueWorld(t *rapid.T) *testCompany {
	end := rapid.SampledFrom([]string{"", "", "", "-1h", "0s", "1d", "5d", "40d"})
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	users, teams, reports := "ann admin", "", ""
	for _, id := range []string{"u1", "u2", "u3", "u4"} {
		users += fmt.Sprintf("; %s %s %s %s", id, pick("role", "team-member", "team-member", "user"), pick("state", "", "", "suspended"), end.Draw(t, "end"))
	}
	for _, id := range []string{"t1", "t2"} {
		teams += fmt.Sprintf("%s %s: u1 %s, u2 %s; ", id, pick("group", "", "gu", "g0"), end.Draw(t, "end"), end.Draw(t, "end"))
	}
	for _, id := range []string{"r1", "r2"} {
		reports += fmt.Sprintf("%s: %s creator %s, u3 viewer %s, team t1 viewer %s; ", id, pick("creator", "ann", "u1", "u2"), end.Draw(t, "end"), end.Draw(t, "end"), end.Draw(t, "end"))
	}
	c := newCompany(t, users, options{accounts: pick("accounts", "us", "us", "us", ""), groups: "gu id = 'us'; g0 nothing", teams: teams, reports: reports, config: instant})
	for i := range rapid.IntRange(0, 12).Draw(t, "steps") {
		dueHappens(t, c, i)
	}
	return c
}

// dueHappens does something with a company; what is refused is left out.
func dueHappens(t *rapid.T, c *testCompany, i int) {
	user := team.UserID(rapid.SampledFrom([]string{"u1", "u2", "u3", "u4", "n0", "n1", "n2"}).Draw(t, "user"))
	until := rapid.SampledFrom([]time.Time{{}, c.now().AddDate(0, 0, 3), c.now().AddDate(0, 0, 50)}).Draw(t, "until")
	id := invite.ID(fmt.Sprint("i", rapid.IntRange(0, i).Draw(t, "invitation")))
	reviewers := []string{"system ops", "ann"}
	var change company.Change
	switch rapid.IntRange(0, 14).Draw(t, "step") {
	case 0, 1:
		c.pass(time.Duration(rapid.IntRange(1, 60).Draw(t, "days")) * 24 * time.Hour)
		return
	case 2, 3, 4:
		terms := invite.Terms{Address: mustAddress(fmt.Sprintf("n%d@x.test", rapid.IntRange(0, 2).Draw(t, "address"))), Role: "team-member", ReviewDays: rapid.SampledFrom([]int{0, 10}).Draw(t, "review")}
		c.lost = rapid.SampledFrom([]error{nil, nil, errors.New("lost")}).Draw(t, "lost")
		change = company.Invite{Invitation: invite.ID(fmt.Sprint("i", i)), Terms: terms}
	case 5:
		change = company.ResendInvitation{Invitation: id}
	case 6, 7:
		if slices.ContainsFunc(c.mail, func(m invite.Message) bool { return m.Invitation == id }) {
			_, _ = c.accept(id, team.UserID(fmt.Sprint("n", i)))
		}
		return
	case 8:
		change = company.SetEnd{User: user, Until: company.To(until)}
	case 9:
		change = company.AddMember{Team: "t2", User: user, Until: until}
	case 10:
		change = company.RemoveUser{User: user, Successor: "ann"}
	case 11:
		change = company.ShareReport{Report: "r1", User: user, Level: access.Creator}
	case 12:
		change = company.OpenReview{Review: fmt.Sprint("w", i)}
	case 13:
		for r := range c.Now().Reviews() {
			change = company.CloseReview{Review: r.ID}
		}
	case 14:
		for r := range c.Now().Reviews() {
			change = company.DecideItem{Review: r.ID, Row: "user:" + string(user), Decision: audit.Keep}
		}
	}
	if change != nil {
		_, _ = c.do(rapid.SampledFrom(reviewers).Draw(t, "by"), change)
	}
}

// dueKinds is the order of the kinds.
var dueKinds = []string{
	audit.DueEnd, audit.DueMembership, audit.DueGrant, audit.DueReviewBy, audit.DueReview, audit.DueOpenReview,
	audit.DueUnanswered, audit.DueUndelivered, audit.DueNoData, audit.DueNoCreator,
}

// dueByWalk is [company.Moment.Due] in the simplest way.
func dueByWalk(c *testCompany, m company.Moment, days int) []audit.DueRow {
	p, last := m.Policy(), m.Time().AddDate(0, 0, days)
	d := p.Directory()
	var all []audit.DueRow
	add := func(kind string, at time.Time, row audit.DueRow) {
		if u, ok := d.User(team.UserID(row.User)); ok {
			row.Email = u.Email.String()
		}
		if row.Kind, row.At = kind, at; !at.After(last) {
			all = append(all, row)
		}
	}
	ends := func(kind string, at time.Time, row audit.DueRow) {
		if row.User != "" && !p.Active(access.User(row.User)).Allowed {
			return
		}
		if !at.IsZero() && at.After(m.Time()) {
			add(kind, at, row)
		}
	}
	for u := range d.Users() {
		row := audit.DueRow{User: string(u.ID)}
		ends(audit.DueEnd, u.Until, row)
		if r, _ := m.Row(u.ID); r.State != audit.StateEnded {
			add(audit.DueReviewBy, r.NextReview, row)
		}
		for t := range d.Memberships(u.ID) {
			ends(audit.DueMembership, t.Until, audit.DueRow{User: string(u.ID), Team: string(t.Team)})
		}
		if p.Active(access.User(u.ID)).Allowed && p.View(access.User(u.ID)).Len() == 0 {
			add(audit.DueNoData, time.Time{}, row)
		}
	}
	for id := range d.Reports() {
		created := false
		for g := range d.Grants(id) {
			ends(audit.DueGrant, g.Until, audit.DueRow{User: string(g.User), Team: string(g.Team), Report: string(id)})
			created = created || g.Level == access.Creator && g.Until.IsZero() && p.Active(access.User(g.User)).Allowed
		}
		if !created {
			add(audit.DueNoCreator, time.Time{}, audit.DueRow{Report: string(id)})
		}
	}
	dueReviews(m, add)
	dueInvitations(c, add)
	slices.SortFunc(all, func(a, b audit.DueRow) int {
		return cmp.Or(cmp.Compare(slices.Index(dueKinds, a.Kind), slices.Index(dueKinds, b.Kind)), a.At.Compare(b.At),
			cmp.Compare(a.User+" "+a.Team+" "+a.Report+" "+a.Invitation, b.User+" "+b.Team+" "+b.Report+" "+b.Invitation))
	})
	return all
}

// dueReviews adds the review of a company that is due, which is scheduled every
// three months.
func dueReviews(m company.Moment, add func(string, time.Time, audit.DueRow)) {
	last := start
	for r := range m.Reviews() {
		if r.Closed.IsZero() {
			add(audit.DueOpenReview, r.Due, audit.DueRow{Review: r.ID})
			return
		}
		last = r.Opened
	}
	next := last.AddDate(0, 3, 0)
	if next.Day() != last.Day() { // the month has no such day, so it is its last
		next = next.AddDate(0, 0, -next.Day())
	}
	add(audit.DueReview, next, audit.DueRow{})
}

// dueInvitations adds the invitations that are due.
func dueInvitations(c *testCompany, add func(string, time.Time, audit.DueRow)) {
	newest := make(map[string]invite.Invitation) // by mailbox
	lost := make(map[invite.ID]bool)
	for i := range c.UndeliveredInvitations() {
		lost[i.ID] = true
		add(audit.DueUndelivered, time.Time{}, audit.DueRow{Email: i.Terms.Address.String(), Invitation: string(i.ID)})
	}
	for i := range c.Invitations() {
		key := i.Terms.Address.Key()
		if !newest[key].Sent.After(i.Sent) {
			newest[key] = i
		}
	}
	for _, i := range newest {
		if i.State == invite.Pending && !lost[i.ID] {
			add(audit.DueUnanswered, i.Expires, audit.DueRow{Email: i.Terms.Address.String(), Invitation: string(i.ID)})
		}
	}
}
