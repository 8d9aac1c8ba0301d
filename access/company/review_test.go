package company_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
	"github.com/google/go-cmp/cmp"
)

// stands says how the items of a review stand, those that somebody dealt with or
// that changed, and what is left to be done: "user:max keep by ann, changed 4".
func stands(m company.Moment, id string) string {
	var all []string
	for i := range m.ReviewItems(id, company.RowQuery{}) {
		text := i.Row.Key()
		if i.Decision != "" {
			text += fmt.Sprintf(" %s by %s at %d", i.Decision, i.Reviewer, i.Event)
		}
		if i.Changed != 0 {
			text += fmt.Sprint(" changed ", i.Changed)
		}
		if i.Done != 0 {
			text += fmt.Sprint(" done ", i.Done)
		}
		if text != i.Row.Key() {
			all = append(all, text)
		}
	}
	for f := range m.Findings(id) {
		if f.Kind != audit.FindingOpen { // of which there are many
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s: %s %s", f.Kind, f.Row, f.Decision))+eventOf(f))
		}
	}
	return strings.Join(all, "; ")
}

func eventOf(f audit.Finding) string {
	if f.Event == 0 {
		return ""
	}
	return fmt.Sprint(" ", f.Event)
}

// standTable says how items stand after some steps in a review w, opened by ann at
// event 4 (events 1 to 3 are the founding, an invitation and its delivery). Steps
// are as in [testCompany.run]; what is left out was not dealt with.
const standTable = `
nothing happened                    |  |
kept                                | ann: {keep} | user:max keep by ann at 5
kept and renamed                    | ann: {keep}; ugo: user.edit max Max | user:max keep by ann at 5
kept and raised                     | ann: {keep}; ugo: team.add-member n max | user:max changed 6; drift: user:max keep 6
kept and lowered                    | ann: {keep}; ugo: user.set-role max viewer | user:max changed 6; drift: user:max keep 6
kept and another address            | ann: {keep}; system ops: user.change-address max m@x.test | user:max changed 6; drift: user:max keep 6
kept, and raised by their team      | ann: {keep}; ugo: team.attach-group t gd | user:max changed 6; drift: user:max keep 6
kept, and lowered by their team     | ann: {keep}; ugo: team.detach-group t gu | user:max changed 6; drift: user:max keep 6
kept, and another team raised       | ann: {keep}; ugo: team.attach-group n gd | user:max keep by ann at 5; user:uma changed 6
kept, changed twice                 | ann: {keep}; ugo: user.set-role max viewer; ugo: team.add-member n max | user:max changed 7; drift: user:max keep 6
kept again                          | ann: {keep}; ugo: user.set-role max viewer; ann: {keep} | user:max keep by ann at 7 changed 6
kept again, and changed again       | ann: {keep}; ugo: user.set-role max viewer; ann: {keep}; ugo: team.remove-member t max | user:max changed 8; drift: user:max keep 8
changed, then kept                  | ugo: user.set-role max viewer; ann: {keep} | user:max keep by ann at 6 changed 5
kept and removed                    | ann: {keep}; ugo: user.remove max | user:max changed 6; drift: user:max keep 6
removed, then revoked               | ugo: user.remove max; ann: {revoke} | user:max revoke by ann at 6 changed 5 done 5
kept, removed, then revoked         | ann: {keep}; ugo: user.remove max; ann: {revoke} | user:max revoke by ann at 7 changed 6 done 6

revoked                             | ann: {revoke} | user:max revoke by ann at 5; unmatched: user:max revoke 5
revoked and removed                 | ann: {revoke}; ugo: user.remove max | user:max revoke by ann at 5 changed 6 done 6
revoked and suspended               | ann: {revoke}; ugo: user.suspend max | user:max revoke by ann at 5 changed 6; unmatched: user:max revoke 5
revoked, lowered, then removed      | ann: {revoke}; ugo: user.set-role max viewer; ugo: user.remove max | user:max revoke by ann at 5 changed 7 done 7
revoked and raised                  | ann: {revoke}; ugo: team.add-member n max | user:max changed 6; drift: user:max revoke 6
revoked, raised, then removed       | ann: {revoke}; ugo: team.add-member n max; ugo: user.remove max | user:max changed 7; drift: user:max revoke 6
revoked, another address            | ann: {revoke}; system ops: user.change-address max m@x.test | user:max changed 6; drift: user:max revoke 6

reduced                             | ann: {reduce} | user:max reduce by ann at 5; unmatched: user:max reduce 5
reduced to another role             | ann: {reduce}; ugo: user.set-role max viewer | user:max reduce by ann at 5 changed 6 done 6
reduced twice                       | ann: {reduce}; ugo: user.set-role max viewer; ugo: team.remove-member t max | user:max reduce by ann at 5 changed 7 done 6
reduced, and by their team later    | ann: {reduce}; ugo: user.set-role max viewer; ugo: team.detach-group t gu | user:max reduce by ann at 5 changed 7 done 6
reduced before the decision only    | ugo: user.set-role max viewer; ann: {reduce} | user:max reduce by ann at 6 changed 5; unmatched: user:max reduce 6
reduced to a nearer end             | ann: {reduce}; ugo: user.set-expiry max 20d | user:max reduce by ann at 5 changed 6 done 6
reduced to a later end              | ann: {reduce}; ugo: user.set-expiry max 50d | user:max changed 6; drift: user:max reduce 6
reduced by a membership             | ann: {reduce}; ugo: team.remove-member t max | user:max reduce by ann at 5 changed 6 done 6
reduced by an end of membership     | ann: {reduce}; ugo: team.set-member-end t max 9d | user:max reduce by ann at 5 changed 6 done 6
reduced by a group of the team      | ann: {reduce}; ugo: team.detach-group t gu | user:max reduce by ann at 5 changed 6 done 6
reduced by the end of the group     | ann: {reduce}; ann: datagroup.delete gu | user:max reduce by ann at 5 changed 6 done 6
reduced by the end of the team      | ann: {reduce}; ugo: team.delete t | user:max reduce by ann at 5 changed 6 done 6
reduced by a grant                  | ann: {reduce}; uma: report.unshare r max | user:max reduce by ann at 5 changed 6 done 6
reduced by the end of a report      | ann: {reduce}; uma: report.delete r | user:max reduce by ann at 5 changed 6 done 6; user:uma changed 6
reduced by a suspension             | ann: {reduce}; ugo: user.suspend max | user:max reduce by ann at 5 changed 6 done 6
reduced by a removal                | ann: {reduce}; ugo: user.remove max | user:max reduce by ann at 5 changed 6 done 6
reduced by a smaller filter         | ann: {reduce}; ann: datagroup.edit gu filter=nothing | user:max reduce by ann at 5; unmatched: user:max reduce 5
reduced, and a team left before     | ugo: team.remove-member t max; ann: {reduce}; ugo: team.detach-group t gu | user:max reduce by ann at 6 changed 5; unmatched: user:max reduce 6
reduced by a membership that ended  | ugo: team.add-member n max 1h; wait 2h; ann: {reduce}; ugo: team.remove-member n max | user:max reduce by ann at 6 changed 5; unmatched: user:max reduce 6
reduced by a grant that ended       | system ops: report.share o max until=1h; wait 2h; ann: {reduce}; system ops: report.unshare o max | user:max reduce by ann at 6 changed 5; unmatched: user:max reduce 6
reduced by a grant of a team, ended  | system ops: report.share o team=t until=1h; wait 2h; ann: {reduce}; system ops: report.unshare o team=t | user:max reduce by ann at 6 changed 5; unmatched: user:max reduce 6
reduced by a grant of a team        | system ops: report.share o team=t until=1h; ann: {reduce}; system ops: report.unshare o team=t | user:max reduce by ann at 6 changed 7 done 7
reduced by a report that had ended  | system ops: report.share o max until=1h; wait 2h; ann: {reduce}; system ops: report.delete o | user:max reduce by ann at 6 changed 5; unmatched: user:max reduce 6
reduced by a team that they joined  | ugo: team.add-member n max; ann: {reduce}; ugo: team.delete n | user:max reduce by ann at 6 changed 7 done 7; user:uma changed 7
kept, and a team that they joined   | ugo: team.add-member n max; ann: {keep}; ann: team.attach-group n gd; ugo: team.remove-member n max | user:max changed 8; user:uma changed 7; drift: user:max keep 7
reduced, raised by a team, and out  | ann: {reduce}; ann: team.attach-group t gd; ugo: team.remove-member t max | user:max changed 7; drift: user:max reduce 6
reduced, the team raised later      | ann: {reduce}; ugo: team.remove-member t max, team.attach-group t gd | user:max reduce by ann at 5 changed 6 done 6
reduced, the team raised before     | ann: {reduce}; ugo: team.attach-group t gd, team.remove-member t max | user:max changed 6; drift: user:max reduce 6
reduced to an end, and raised       | ann: {reduce}; ugo: team.set-member-end t max 9d, team.attach-group t gd | user:max changed 6; drift: user:max reduce 6
reduced, then raised                | ann: {reduce}; ugo: user.set-role max viewer; ugo: user.set-role max user | user:max changed 7; drift: user:max reduce 7
reduced in the same event           | ann: {reduce}, user.set-role max viewer | user:max reduce by ann at 5 changed 5 done 5
kept in the same event              | ann: {keep}, user.set-role max viewer | user:max changed 5; drift: user:max keep 5
kept after it in the same event     | ann: user.set-role max viewer, {keep} | user:max changed 5; drift: user:max keep 5
opened after it in the same event   | ugo: user.set-role max viewer, review.open w | user:max changed 4
opened before it in the same event  | ugo: review.open w, user.set-role max viewer | user:max changed 4
kept after the event of the opening | ugo: user.set-role max viewer, review.open w; ann: {keep} | user:max keep by ann at 5 changed 4
closed in the same event            | ann: {revoke}, review.close w, user.remove max | user:max revoke by ann at 5 done 5

an invitation revoked               | ann: {drop} | invitation:i revoke by ann at 5; unmatched: invitation:i revoke 5
an invitation revoked, and so it is | ann: {drop}; ugo: invitation.revoke i | invitation:i revoke by ann at 5 changed 6 done 6
an invitation revoked, and declined | ann: {drop}; decline i | invitation:i revoke by ann at 5 changed 6 done 6
its address given to a user         | ann: {drop}; system ops: user.add new email=i@x.test | invitation:i revoke by ann at 5 changed 6 done 6
another's address from then on      | ann: {drop}; system ops: user.change-address vic i@x.test | invitation:i revoke by ann at 5 changed 6 done 6; user:vic changed 6
its sponsor removed                 | ugo: invitation.resend i; ann: {drop}; system ops: user.remove ugo | invitation:i revoke by ann at 7 changed 8 done 8; user:ugo changed 8
an invitation revoked, and re-sent  | ann: {drop}; ugo: invitation.resend i | invitation:i changed 6; drift: invitation:i revoke 6
an invitation revoked, and accepted | ann: {drop}; accept i ian | invitation:i changed 6; drift: invitation:i revoke 6
accepted, and revoked again         | ann: {drop}; accept i ian; ann: {drop} | invitation:i revoke by ann at 7 changed 6; unmatched: invitation:i revoke 7
accepted, revoked again, removed    | ann: {drop}; accept i ian; ann: {drop}; ugo: user.remove ian | invitation:i revoke by ann at 7 changed 8 done 8
accepted, and a team reduced        | accept i ian; ann: review.decide w invitation:i reduce; ugo: team.remove-member t ian | invitation:i reduce by ann at 6 changed 7 done 7
an invitation kept, and accepted    | ann: review.decide w invitation:i keep; accept i ian | invitation:i changed 6; drift: invitation:i keep 6

overdue                             | wait 30d1ns | overdue:
due                                 | wait 30d |
closed when it is due               | wait 30d; ann: review.close w; wait 40d |
closed too late                     | wait 30d1ns; ann: review.close w | overdue:
closed, then raised                 | ann: {keep}; ann: review.close w; ugo: team.add-member n max | user:max keep by ann at 5
closed, then removed                | ann: {revoke}; ann: review.close w; ugo: user.remove max | user:max revoke by ann at 5 done 7
closed, then raised and removed     | ann: {revoke}; ann: review.close w; ugo: team.add-member n max; ugo: user.remove max | user:max revoke by ann at 5 done 8
closed, then reduced                | ann: {reduce}; ann: review.close w; ugo: team.remove-member t max | user:max reduce by ann at 5 done 7
closed, then another address        | ann: {reduce}; ann: review.close w; system ops: user.change-address max m@x.test | user:max reduce by ann at 5; unmatched: user:max reduce 5
closed after a drift, then removed  | ann: {revoke}; ugo: team.add-member n max; ann: review.close w; ugo: user.remove max | user:max changed 6; drift: user:max revoke 6
`

// standWords are what the rows have in common.
var standWords = strings.NewReplacer("{keep}", "review.decide w user:max keep", "{revoke}", "review.decide w user:max revoke",
	"{reduce}", "review.decide w user:max reduce", "{drop}", "review.decide w invitation:i revoke")

// TestItemsStand plays the table: with the company that made the changes, and as a
// replay and the evidence have it.
func TestItemsStand(t *testing.T) {
	t.Parallel()
	for line := range split(standTable, "\n") {
		cells := cellsOf(standWords.Replace(line))
		t.Run(cells[0], func(t *testing.T) {
			c := reviewCompany(t)
			if !strings.Contains(cells[1], "review.open w") {
				c.must("ann", company.OpenReview{Review: "w"})
			}
			c.run(cells[1])
			if got := stands(c.Now(), "w"); got != cells[2] {
				t.Errorf("the items stand as\n%s\nwant\n%s", got, cells[2])
			}
			replayed := c.second(nil)
			replayed.clock = c.clock
			past, err := replayed.AsOf(t.Context(), c.now())
			if err != nil {
				t.Fatal(err)
			}
			if got := stands(past, "w"); got != cells[2] {
				t.Errorf("replayed, they stand as\n%s\nwant\n%s", got, cells[2])
			}
			if r, _ := c.Now().Review("w"); r.Closed.IsZero() {
				c.must("abe", company.CloseReview{Review: "w"})
			}
			c.checkEvidence("w")
		})
	}
}

// TestReview follows a review from its opening to its closing.
func TestReview(t *testing.T) {
	t.Parallel()
	c := reviewCompany(t)
	c.pass(time.Hour)
	before := slices.Collect(c.Now().Register(company.RowQuery{}))
	c.reason = "the quarter"
	opened, _ := company.Outcome[company.OpenReview](c.must("ugo", company.OpenReview{Review: "q1", Due: day(9)}))
	register, err := evidence.EncodeRegister(c.rowsOf("q1"))
	if err != nil || opened.Count != 8 || opened.Digest != evidence.Digest(register) || !opened.Due.Equal(day(9)) {
		t.Errorf("opened as %+v, %v", opened, err)
	}
	want := slices.DeleteFunc(before, func(r audit.RegisterRow) bool { return r.State == audit.StateEnded })
	if diff := cmp.Diff(want, slices.Collect(c.rowsOf("q1"))); diff != "" || want[0].State != audit.StateInvited || want[4].State != audit.StateSuspended {
		t.Errorf("the population (-want +got):\n%s", diff)
	}
	c.pass(time.Hour)
	c.reason = "as the line manager says"
	policy := text(t, c.Policy())
	c.must("ann", parseChanges(t, "review.decide q1 user:max keep; review.decide q1 user:vic reduce; review.decide q1 invitation:i revoke")...)
	c.must("system ops", parseChange(t, "review.decide q1 user:ann keep"))
	if text(t, c.Policy()) != policy {
		t.Error("a decision changed the policy")
	}
	items := slices.Collect(c.Now().ReviewItems("q1", company.RowQuery{}))
	if got, want := items[3], (audit.ReviewItem{Row: want[3], Decision: audit.Keep, Reason: c.reason, Reviewer: "ann", Decided: c.now(), Event: 5}); !cmp.Equal(got, want) {
		t.Errorf("max is\n%+v, want\n%+v", got, want)
	}
	if items[2].Reviewer != "system ops" || items[2].Row.User != "ann" {
		t.Errorf("ann is %+v", items[2])
	}
	c.pass(time.Hour)
	c.must("ugo", parseChanges(t, "invitation.revoke i")...)
	closed, _ := company.Outcome[company.CloseReview](c.must("ugo", company.CloseReview{Review: "q1"}))
	if w := (company.CloseReviewOutcome{Keep: 2, Reduce: 1, Revoke: 1, Open: 4, Findings: 5, Evidence: closed.Evidence}); closed.CloseReviewOutcome != w {
		t.Errorf("closed as %+v, want %+v", closed.CloseReviewOutcome, w)
	}
	r, ok := c.Now().Review("q1")
	if w := (audit.Review{
		ID: "q1", Opened: hours(1), OpenedBy: "ugo", Reason: "the quarter", Event: 4, Due: day(9), Count: 8, Digest: opened.Digest,
		Closed: hours(3), ClosedBy: "ugo", ClosedEvent: 8, Evidence: closed.Evidence,
	}); !ok || r != w {
		t.Errorf("the review is\n%+v, want\n%+v", r, w)
	}
	report := c.checkEvidence("q1")
	if report.Review != r || report.Keep != 2 || report.Reduce != 1 || report.Revoke != 1 || report.Open != 4 || report.Findings != 5 || report.Left != 5 {
		t.Errorf("the report is %+v", report)
	}
	c.checkReviews()
}

// rowsOf yields the population of a review.
func (c *testCompany) rowsOf(id string) func(func(audit.RegisterRow) bool) {
	return func(yield func(audit.RegisterRow) bool) {
		for i := range c.Now().ReviewItems(id, company.RowQuery{}) {
			if !yield(i.Row) {
				return
			}
		}
	}
}

// reviewsOf is all that can be seen of the reviews at a moment.
func reviewsOf(m company.Moment) (all []any) {
	for r := range m.Reviews() {
		all = append(all, r, slices.Collect(m.ReviewItems(r.ID, company.RowQuery{})), slices.Collect(m.Findings(r.ID)))
	}
	return append(all, slices.Collect(m.Register(company.RowQuery{Removed: true})))
}

// checkReviews fails unless the log replays to the same reviews.
func (c *testCompany) checkReviews() {
	c.t.Helper()
	past, err := c.second(nil).AsOf(c.t.(*testing.T).Context(), c.Now().Time())
	if err != nil {
		c.t.Fatal(err)
	}
	if diff := cmp.Diff(reviewsOf(c.Now()), reviewsOf(past)); diff != "" {
		c.t.Errorf("the reviews replay to (-kept +got):\n%s", diff)
	}
}

// TestReviewsOfRegister: the register says when a row was reviewed last, and when
// it is to be again.
func TestReviewsOfRegister(t *testing.T) {
	t.Parallel()
	c := reviewCompany(t)
	row := func(id string) audit.RegisterRow {
		for r := range c.Now().Register(company.RowQuery{}) {
			if r.User == id {
				return r
			}
		}
		return audit.RegisterRow{}
	}
	check := func(when, id string, last, next time.Time) {
		t.Helper()
		if r := row(id); !r.LastReview.Equal(last) || !r.NextReview.Equal(next) {
			t.Errorf("%s, %s was reviewed at %v, and is at %v; want %v and %v", when, id, r.LastReview, r.NextReview, last, next)
		}
	}
	never := time.Time{}
	check("at first", "max", never, start.AddDate(0, 3, 0))
	c.must("ann", parseChanges(t, "review.schedule 6; review.open w")...)
	check("half-yearly", "max", never, start.AddDate(0, 6, 0))
	c.pass(time.Hour)
	c.must("ann", parseChanges(t, "review.decide w user:max keep; review.decide w user:uma keep; review.decide w user:vic revoke")...)
	c.pass(time.Hour)
	c.must("ugo", parseChange(t, "team.remove-member n uma"))
	check("in an open review", "max", never, start.AddDate(0, 6, 0))
	c.must("ann", parseChange(t, "review.close w"))
	check("decided", "max", hours(1), hours(1).AddDate(0, 6, 0))
	check("to be revoked", "vic", hours(1), hours(1).AddDate(0, 6, 0))
	check("decided and reopened", "uma", never, start.AddDate(0, 6, 0))
	check("never decided", "abe", never, start.AddDate(0, 6, 0))
	c.must("ann", parseChanges(t, "review.schedule 1; review.open v")...)
	c.pass(time.Hour)
	c.must("ann", parseChanges(t, "review.decide v user:uma keep; review.close v")...)
	check("not decided again", "max", hours(1), hours(1).AddDate(0, 1, 0))
	check("decided at last", "uma", hours(3), hours(3).AddDate(0, 1, 0))
	c.checkReviews()
}

// TestSystemIsNoUser: a system has the name of a user, and is somebody else.
func TestSystemIsNoUser(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin; ops viewer", options{})
	c.must("ann", parseChanges(t, "team.create t; team.add-member t ops; review.open w")...)
	c.must("system ops", parseChange(t, "review.decide w user:ops keep"))
}

func TestReviewQueries(t *testing.T) {
	t.Parallel()
	c := reviewCompany(t)
	c.must("ann", parseChanges(t, "review.open v; review.decide v user:max keep; review.close v; review.open w")...)
	c.must("ann", parseChanges(t, "review.decide w user:max keep; review.decide w user:vic reduce")...)
	m := c.Now()
	keys := func(q company.RowQuery) string {
		var all []string
		for i := range m.ReviewItems("w", q) {
			all = append(all, i.Row.Key())
		}
		return strings.Join(all, " ")
	}
	const all = "invitation:i user:abe user:ann user:max user:sue user:ugo user:uma user:vic"
	for _, tt := range []struct {
		q    company.RowQuery
		want string
	}{
		{company.RowQuery{}, all},
		{company.RowQuery{Limit: 3}, "invitation:i user:abe user:ann"},
		{company.RowQuery{Limit: -1}, all},
		{company.RowQuery{Limit: 99}, all},
		{company.RowQuery{After: "user:ann", Limit: 2}, "user:max user:sue"},
		{company.RowQuery{After: "user:b"}, "user:max user:sue user:ugo user:uma user:vic"},
		{company.RowQuery{After: "user:vic"}, ""},
		{company.RowQuery{After: "zzz"}, ""},
		{company.RowQuery{Open: true}, "invitation:i user:abe user:ann user:sue user:ugo user:uma"},
		{company.RowQuery{Open: true, After: "user:ann", Limit: 1}, "user:sue"},
	} {
		if got := keys(tt.q); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.q, got, tt.want)
		}
	}
}

// TestReviewsHandOut: leaving a loop ends it, nothing that is handed out is shared,
// and what is not there has nothing.
func TestReviewsHandOut(t *testing.T) {
	t.Parallel()
	c := reviewCompany(t)
	c.must("ann", parseChanges(t, "review.open v; review.close v; review.open w")...)
	m := c.Now()
	for r := range m.Reviews() { // the first
		if r.ID != "v" || r.Closed.IsZero() {
			t.Errorf("the first is %+v", r)
		}
		break
	}
	for f := range m.Findings("w") {
		if f.Row != "invitation:i" {
			t.Errorf("the first finding is %+v", f)
		}
		break
	}
	for i := range m.ReviewItems("w", company.RowQuery{After: "user:ann"}) {
		i.Row.Teams[0] = "nonsense"
		break
	}
	for i := range m.ReviewItems("w", company.RowQuery{After: "user:ann", Limit: 1}) {
		if i.Row.Teams[0] != "t" {
			t.Error("a caller changed what was frozen")
		}
	}
	var zero company.Moment
	for name, m := range map[string]company.Moment{"w": zero, "ghost": m} {
		r, ok := m.Review(name)
		if items, findings := slices.Collect(m.ReviewItems(name, company.RowQuery{})), slices.Collect(m.Findings(name)); ok || r.ID != "" || items != nil || findings != nil {
			t.Errorf("%s: %+v, %v, %v", name, r, items, findings)
		}
	}
	if all := slices.Collect(zero.Reviews()); all != nil {
		t.Errorf("the zero Moment has %v", all)
	}
}

// TestSecondOpeningIsBroken: a log with two reviews open at a time is none.
func TestSecondOpeningIsBroken(t *testing.T) {
	t.Parallel()
	c := reviewCompany(t)
	c.must("ann", company.OpenReview{Review: "w"})
	all := events(t, c.log)
	again := all[len(all)-1].Clone()
	data := &again.Changes[0].Data
	*data = []byte(strings.Replace(string(*data), `"review":"w"`, `"review":"v"`, 1))
	again.ID, again.Targets = "again", []string{"review:v"}
	if err := c.log.Append(t.Context(), again.Chain(c.Checkpoint())); err != nil {
		t.Fatal(err)
	}
	_, err := company.Open(t.Context(), c.log, nil)
	if !errors.Is(err, company.ErrBroken) || !errors.Is(err, company.ErrReviewOpen) {
		t.Errorf("opened with %v", err)
	}
}
