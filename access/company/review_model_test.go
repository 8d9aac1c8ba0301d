package company_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// review draws a change of reviews, mostly of the one that is open.
func (d draw) review(m *machine) company.Change {
	all := m.model.Reviews(uint64(len(m.model.Events)), m.now())
	if len(all) == 0 || d.chance(8, "open or schedule") {
		if d.chance(5, "schedule") {
			return company.ScheduleReviews{Months: oneOf(d, "months", 1, 3, 6, 12, 2)}
		}
		return d.openReview(m)
	}
	last := all[len(all)-1]
	if !last.Closed.IsZero() && !d.chance(6, "closed") {
		return d.openReview(m)
	}
	if d.chance(10, "close") {
		return company.CloseReview{Review: d.one("closed", last.ID, last.ID, last.ID, "", "w1")}
	}
	decide := company.DecideItem{Review: last.ID, Row: "user:u9", Decision: d.one("decision", audit.Keep, audit.Keep, audit.Reduce, audit.Revoke)}
	if len(last.Items) > 0 {
		decide.Row = oneOf(d, "item", last.Items...).Row.Key()
	}
	for _, i := range last.Items {
		if i.Open() && d.chance(2, "an open one") {
			decide.Row = i.Row.Key()
		}
	}
	if d.chance(30, "odd") {
		return oneOf(d, "odd decision", company.DecideItem{Review: "w9", Row: decide.Row, Decision: audit.Keep}, company.DecideItem{Review: last.ID, Row: decide.Row},
			company.DecideItem{Review: last.ID, Row: "user:u5", Decision: audit.Keep}, company.DecideItem{Review: all[0].ID, Row: decide.Row, Decision: audit.Keep})
	}
	return decide
}

func (d draw) openReview(m *machine) company.Change {
	c := company.OpenReview{Review: d.one("review", "", "", "w1", "w2", "w3", "w3", "w 4")}
	if d.chance(2, "due") {
		c.Due = d.end(m.now())
	}
	return c
}

// sameReviews compares the reviews at one moment with those of the model: what was
// frozen, what was decided, and what is left to be done.
func (m *machine) sameReviews(t *rapid.T, at company.Moment) {
	seq := at.Checkpoint().Seq
	want := m.model.Reviews(seq, at.Time())
	var reviews []audit.Review
	for _, w := range want {
		reviews = append(reviews, w.Review)
		var items, open []audit.ReviewItem
		for _, i := range w.Items {
			if items = append(items, i.Shown()); i.Open() {
				open = append(open, i.Shown())
			}
		}
		m.sameLines(t, at, "items", lines(at.ReviewItems(w.ID, company.RowQuery{})), lines(slices.Values(items)))
		m.sameLines(t, at, "open items", lines(at.ReviewItems(w.ID, company.RowQuery{Open: true})), lines(slices.Values(open)))
		m.sameLines(t, at, "findings", lines(at.Findings(w.ID)), lines(slices.Values(w.Findings)))
		m.countReview(w)
	}
	m.sameLines(t, at, "reviews", lines(at.Reviews()), lines(slices.Values(reviews)))
}

func (m *machine) sameLines(t *rapid.T, at company.Moment, what, got, want string) {
	if got != want {
		t.Fatalf("%s at %v, %v (-want +got):\n%s\n%s", what, at.Checkpoint().Seq, at.Time(), cmp.Diff(want, got), m.history())
	}
}

// countReview counts what became of a review.
func (m *machine) countReview(r model.Review) {
	closed := map[bool]string{true: " closed"}[!r.Closed.IsZero()]
	for _, f := range r.Findings {
		m.hits.Hit(strings.TrimSpace(f.Kind+" "+f.Decision) + closed)
	}
	for _, i := range r.Items {
		state := i.Row.State + " " + i.Decision
		m.hits.Hit(state)
		if i.Done > 0 {
			m.hits.Hit(state + " carried out")
		}
		if i.Done > r.ClosedEvent && closed != "" {
			m.hits.Hit(state + " carried out late")
		}
		if i.Reopened {
			m.hits.Hit(state + " reopened")
		}
		if !i.Row.LastReview.IsZero() {
			m.hits.Hit("reviewed again")
		}
	}
}

// reviewLaw holds reviews against the model, after every action and in the end at
// every event. It also holds what needs no model: the population is frozen,
// nothing closes by itself, a revocation without its event stays a finding, and
// no item is decided by whom it is about or by who let them in.
func reviewLaw() law {
	frozen := map[string]string{} // the rows and the count of a review, by id
	closed := map[string]string{} // what was closed: the whole review
	return law{
		made: func(t *rapid.T, m *machine, s step) {
			for _, c := range s.receipt.Changes {
				switch c := c.(type) {
				case company.CloseReview:
					r, _ := m.company.Now().Review(c.Review)
					closed[c.Review] = fmt.Sprintf("%+v", r)
				case company.DecideItem:
					m.independent(t, c, s.User)
				}
			}
		},
		state: func(t *rapid.T, m *machine) {
			now := m.company.Now()
			m.sameReviews(t, now)
			for r := range now.Reviews() {
				rows := fmt.Sprint(r.Count, r.Digest, r.Event)
				for i := range now.ReviewItems(r.ID, company.RowQuery{}) {
					rows += fmt.Sprintf("\n%+v", i.Row)
				}
				if was, ok := frozen[r.ID]; ok && was != rows {
					t.Fatalf("the population of %s is not frozen (-was +is):\n%s", r.ID, cmp.Diff(was, rows))
				}
				frozen[r.ID] = rows
				if was := closed[r.ID]; r.Closed.IsZero() != (was == "") || was != "" && was != fmt.Sprintf("%+v", r) {
					t.Fatalf("%+v was closed as %q", r, was)
				}
				m.carriedOut(t, now, r)
			}
		},
		end: func(t *rapid.T, m *machine) {
			for n := range m.moments {
				at, err := m.company.At(context.Background(), uint64(n+1))
				if err != nil {
					t.Fatalf("at %d: %v", n+1, err)
				}
				m.sameReviews(t, at)
				m.sameRegister(t, at)
			}
		},
	}
}

// independent checks a decision that a user made: it is not about them, nor about
// somebody they let in after every review that is closed.
func (m *machine) independent(t *rapid.T, c company.DecideItem, by string) {
	for i := range m.company.Now().ReviewItems(c.Review, company.RowQuery{}) {
		if i.Row.Key() != c.Row || by == "" {
			continue
		}
		if by == i.Row.User || by == i.Row.AddedBy && i.Row.LastReview.IsZero() {
			t.Fatalf("%s decides about %+v", by, i.Row)
		}
	}
}

// carriedOut checks the decisions to revoke: what carried one out removed somebody
// or closed an invitation, and what was not carried out is a finding.
func (m *machine) carriedOut(t *rapid.T, now company.Moment, r audit.Review) {
	all := events(t, m.log)
	findings := map[string]bool{}
	for f := range now.Findings(r.ID) {
		findings[f.Kind+f.Row] = true
	}
	for i := range now.ReviewItems(r.ID, company.RowQuery{}) {
		if i.Decision != audit.Revoke {
			continue
		}
		removes := i.Done > 0 && slices.ContainsFunc(all[i.Done-1].Changes, func(c audit.Change) bool {
			return slices.Contains(strings.Fields("user.remove user.add user.change-address invitation.revoke invitation.decline"), c.Type)
		})
		if findings[audit.FindingUnmatched+i.Row.Key()] != (i.Done == 0) || i.Done > 0 && !removes {
			t.Fatalf("revoked by %d: %+v, findings %v\n%s", i.Done, i, findings, m.history())
		}
	}
}

// reviewBranches are what reviews must have come to.
func reviewBranches() []string {
	var all []string
	for before, after := range map[string]string{
		"made review.":    "schedule|open|decide|close",
		"review.schedule": " ErrInvalid| ErrNoChange| denied no-capability",
		"review.open":     " ErrReviewOpen| ErrTaken| ErrPast| ErrInvalid| denied no-capability",
		"review.decide":   " ErrUnknown| ErrReviewClosed| ErrInvalid| ErrDecided| ErrSelf| ErrNotIndependent| denied no-capability",
		"review.close":    " ErrUnknown| ErrReviewClosed",
		"open":            "| closed",
		"overdue":         "| closed",
		"drift":           " keep| keep closed| reduce| revoke",
		"unmatched":       " reduce| reduce closed| revoke| revoke closed",
		"active":          " keep| keep reopened| reduce| reduce carried out| reduce carried out late| reduce reopened| revoke carried out| revoke carried out late| revoke reopened",
		"invited":         " keep| keep reopened| reduce| revoke| revoke carried out| revoke reopened",
		"suspended":       " keep| revoke",
		"reviewed":        " again",
		"active to be":    " reviewed before",
	} {
		for what := range strings.SplitSeq(after, "|") {
			all = append(all, before+what)
		}
	}
	slices.Sort(all)
	return all
}

// TestReviewsAreTheModel compares reviews with the model at every event of random
// histories.
func TestReviewsAreTheModel(t *testing.T) {
	t.Parallel()
	s := search{branches: reviewBranches(), checks: 9, scenarios: reviewScenarios(), walks: map[string]func(*rapid.T, *branches){}}
	for _, name := range catalogNames {
		s.walks[name] = func(t *rapid.T, hits *branches) {
			m := newCompanyMachine(t, hits, name, reviewLaw())
			m.steps = append(m.steps, 24*time.Hour)
			t.Repeat(map[string]func(*rapid.T){"do": m.request, "give": m.give, "review": m.review, "and more": m.review, "answer": m.answer, "time": m.pass, "": m.invariant})
			m.finish(t)
		}
	}
	s.run(t)
}

// review makes a random request about reviews.
func (m *machine) review(t *rapid.T) {
	m.do(t, m.rarest(func() model.Request {
		d := draw{t}
		r := d.request(m)
		for n := range r.Changes {
			if n == 0 || d.chance(2, "more of it") {
				r.Changes[n] = d.review(m)
			}
		}
		return r
	}))
}

// reviewScenarios tell of reviews that random steps come by too seldom.
func reviewScenarios() []scenario {
	return []scenario{
		tell("active keep reopened|drift reduce|drift keep|drift keep closed|active reduce carried out|active reduce carried out late|active reduce reopened|unmatched reduce|unmatched reduce closed|"+
			"active revoke carried out|active revoke carried out late|active revoke reopened|unmatched revoke|unmatched revoke closed|invited keep reopened|invited reduce|"+
			"invited revoke carried out|invited revoke reopened|overdue|overdue closed|open closed|reviewed again|active to be reviewed before|suspended keep|suspended revoke|"+
			"review.schedule ErrNoChange|review.schedule ErrInvalid|review.schedule denied no-capability|review.decide ErrInvalid|drift revoke|invited keep|invited revoke|review.open ErrInvalid|review.open ErrPast|review.open denied no-capability|review.close ErrUnknown|review.open ErrReviewOpen|review.decide ErrUnknown|review.decide denied no-capability|review.decide ErrSelf|review.decide ErrNotIndependent|review.decide ErrDecided|review.decide ErrReviewClosed|review.close ErrReviewClosed|review.open ErrTaken", isReviewed, reviewLaw),
		tell("review.decide ErrNotIndependent|active reduce carried out", cameAgain, reviewLaw),
	}
}

// isReviewed tells of two reviews.
func isReviewed(s *told) {
	decides := func(actor, row string, decisions ...string) {
		s.by(actor, company.DecideItem{Review: "w", Row: row, Decision: s.d.one("decision", decisions...)})
	}
	s.by("u3", company.Invite{Invitation: "n", Terms: invite.Terms{Address: mustAddress("new@x.test"), Role: "team-member", Teams: []team.ID{"t1"}, ReviewDays: 90}})
	s.by("u3", company.Invite{Invitation: "k", Terms: invite.Terms{Address: mustAddress("tri@x.test"), Role: "viewer"}})
	s.accepts("n", "p1")
	s.by("u1", company.ScheduleReviews{Months: s.d.below(2, "months")*11 + 1})
	s.by(s.d.one("schedules", "u1", "u4"), company.ScheduleReviews{Months: oneOf(s.d, "again", 1, 2, 2, 12)})
	s.by("u1", company.OpenReview{Review: "w w"})
	s.by("u1", company.OpenReview{Review: "w", Due: s.now()})
	s.by("u4", company.OpenReview{Review: "w"})
	s.by("u1", company.CloseReview{Review: "w"})
	s.by("u1", company.OpenReview{Review: "w", Due: s.now().AddDate(0, 0, 2)})
	s.by("u1", company.OpenReview{Review: "v"})
	decides("u1", "user:ghost", audit.Keep)
	decides("u4", "user:u1", audit.Keep)
	decides("u1", "user:u1", audit.Keep)
	decides("u3", "user:p1", audit.Keep)
	decides("u2", "user:p1", audit.Keep, audit.Reduce, audit.Revoke)
	decides("u2", "user:p1", audit.Keep, audit.Reduce)
	decides("u2", "user:u4", audit.Keep, audit.Reduce, audit.Revoke, "extend")
	decides("u1", "user:u3", audit.Revoke, audit.Reduce)
	decides("u1", "invitation:k", audit.Keep, audit.Reduce, audit.Revoke)
	for _, event := range []func(){
		func() { s.by("u1", company.AddMember{Team: "t2", User: "p1"}) },
		func() { s.by("u1", company.RemoveMember{Team: "t1", User: "u4"}) },
		func() { s.by("u1", company.RemoveMember{Team: "t1", User: "p1"}) },
		func() { s.by("u2", company.ResendInvitation{Invitation: "k"}) },
		func() { s.by("u2", company.RevokeInvitation{Invitation: "k"}) },
		func() { s.accepts("k", "p2") },
		func() { s.by("u1", company.RemoveUser{User: "p1"}) },
	} {
		if s.d.chance(2, "it happens") {
			event()
		}
	}
	s.clock = s.clock.AddDate(0, 0, s.d.below(4, "days"))
	s.invariant(s.T)
	s.by("u2", company.CloseReview{Review: "w"})
	decides("u1", "user:u2", audit.Keep)
	s.by("u1", company.CloseReview{Review: "w"})
	s.by("u1", company.OpenReview{Review: s.d.one("the next", "w", "v")})
	s.by("u1", company.RemoveMember{Team: "t1", User: "p1"})
	s.by("u2", company.RemoveUser{User: s.user("removed")})
	s.by("u1", company.OpenReview{Review: "x"})
}

// cameAgain tells of somebody who was in a team, and is in it again: what the team
// was given before counts, and its deletion takes something of them.
func cameAgain(s *told) {
	s.by("u2", company.SetMemberEnd{Team: "t1", User: "u4", Until: company.To(s.now().AddDate(0, 0, 1))})
	s.by("u3", company.AttachGroup{Team: "t1", Group: "g2"})
	if s.d.chance(3, "is removed") {
		s.by("u2", company.RemoveMember{Team: "t1", User: "u4"})
	} else {
		s.clock = s.clock.AddDate(0, 0, 1)
	}
	s.by("u2", company.AddMember{Team: "t1", User: "u4"})
	s.by("u1", company.OpenReview{Review: "w"})
	s.by("u3", company.DecideItem{Review: "w", Row: "user:u4", Decision: audit.Reduce})
	s.by("u1", company.DecideItem{Review: "w", Row: "user:u4", Decision: audit.Reduce})
	s.by("u2", company.DeleteTeam{Team: "t1"})
}

// user draws somebody who may be removed.
func (s *told) user(label string) team.UserID { return team.UserID(s.d.one(label, "p1", "u3", "u4")) }
