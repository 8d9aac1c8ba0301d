package company_test

import (
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// lines are values as lines of JSON, which show every cell.
func lines[T any](all iter.Seq[T]) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	for v := range all {
		if err := e.Encode(v); err != nil {
			panic(err)
		}
	}
	return b.String()
}

// sameRegister compares the register at one moment of a company with that of the
// model.
func (m *machine) sameRegister(t *rapid.T, at company.Moment) {
	seq := at.Checkpoint().Seq
	for _, removed := range []bool{false, true} {
		want := m.model.Register(seq, at.Time(), removed)
		got := at.Register(company.RowQuery{Removed: removed})
		if got, want := lines(got), lines(slices.Values(want)); got != want {
			t.Fatalf("register, with those removed: %v, at %d, %v (-want +got):\n%s\n%s", removed, seq, at.Time(), cmp.Diff(want, got), m.history())
		}
		for _, row := range want {
			m.countRow(row)
		}
	}
}

// countRow counts what a row of a register shows.
func (m *machine) countRow(row audit.RegisterRow) {
	e := m.model.Events[row.Event-1]
	for what, is := range map[string]bool{
		"in a team":             len(row.Teams) > 0,
		"by another":            row.AddedBy != e.Actor,
		"for another reason":    row.Reason != e.Reason || row.Approval != e.Approval,
		"for days":              !row.Ends.IsZero() && row.Ends.After(row.Added) || row.State == audit.StateInvited && row.Duration != "permanent" && row.Ends.IsZero(),
		"for no day":            row.Duration == "0 days",
		"to be reviewed by":     !row.ReviewBy.IsZero() && row.NextReview.Equal(row.ReviewBy),
		"to be reviewed before": !row.ReviewBy.IsZero() && row.NextReview.Before(row.ReviewBy),
		"that came by one":      row.User != "" && row.Invitation != "",
	} {
		if is {
			m.hits.Hit(row.State + " " + what)
		}
	}
	m.hits.Hit(row.State)
}

// samePieces compares the pieces of access of everybody at one moment with those
// of the model.
func (m *machine) samePieces(t *rapid.T, at company.Moment) {
	seq := at.Checkpoint().Seq
	for _, id := range append(keysOf(m.model.Users), "u4", "ghost") {
		got, ok := at.Pieces(team.UserID(id))
		want, is := m.model.Pieces(seq, at.Time(), id)
		if got, want := lines(slices.Values(got)), lines(slices.Values(want)); got != want || ok != is {
			t.Fatalf("pieces of %s at %d, %v: %v, want %v (-want +got):\n%s\n%s", id, seq, at.Time(), ok, is, cmp.Diff(want, got), m.history())
		}
		for _, p := range want {
			m.countPiece(p)
		}
	}
}

// countPiece counts how a piece came about.
func (m *machine) countPiece(p audit.Piece) {
	m.hits.Hit(p.Kind + " on " + [...]string{"1", "2", "more"}[min(len(p.Events), 3)-1])
	if !p.Until.IsZero() {
		m.hits.Hit(p.Kind + " until")
	}
	if p.By != m.model.Events[p.Event-1].Actor {
		m.hits.Hit(p.Kind + " by a sponsor")
	}
	if p.Event != p.Events[len(p.Events)-1] {
		m.hits.Hit(p.Kind + " before the last")
	}
}

// history is the log as text.
func (m *machine) history() string {
	var b strings.Builder
	for e := range m.log.Events(context.Background(), 0) {
		b.WriteString(e.Time.Format(time.RFC3339) + " " + e.Actor.String() + " " + e.Reason)
		for _, c := range e.Changes {
			if b.WriteString("\n\t" + c.Type); e.Seq > 1 {
				b.WriteString(" " + string(c.Data))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// listed holds the register against the policy: who has access is in it, and
// nobody else is listed as active.
func (m *machine) listed(t *rapid.T, at company.Moment) {
	active := map[string]bool{}
	for row := range at.Register(company.RowQuery{}) {
		active[row.User] = row.State == audit.StateActive
	}
	for _, id := range append(keysOf(m.model.Users), "", "ghost", "new") {
		d := at.Policy().Decide(access.User(team.UserID(id)), access.ViewDirectory, access.Company())
		denied := slices.Contains([]access.Reason{access.ReasonNoSubject, access.ReasonUnknownUser, access.ReasonSuspended, access.ReasonEnded}, d.Reason)
		if id != "" && active[id] == denied {
			t.Fatalf("%s is listed as active: %v, and %v", id, active[id], d)
		}
	}
}

// registerLaw holds register and pieces against the model: after every action,
// and in the end at every event again.
func registerLaw() law {
	at := func(t *rapid.T, m *machine, moment company.Moment) {
		m.sameRegister(t, moment)
		m.samePieces(t, moment)
		m.listed(t, moment)
	}
	return law{
		state: func(t *rapid.T, m *machine) { at(t, m, m.company.Now()) },
		end: func(t *rapid.T, m *machine) {
			for n := range m.moments {
				moment, err := m.company.At(context.Background(), uint64(n+1))
				if err != nil {
					t.Fatalf("at %d: %v", n+1, err)
				}
				at(t, m, moment)
			}
		},
	}
}

// TestRegisterIsTheModel compares the register, and the pieces of access below
// it, with the model at every event of random histories.
func TestRegisterIsTheModel(t *testing.T) {
	t.Parallel()
	s := search{branches: registerBranches(), checks: 9, scenarios: registerScenarios(), walks: map[string]func(*rapid.T, *branches){}}
	for _, name := range catalogNames {
		s.walks[name] = func(t *rapid.T, hits *branches) {
			m := newCompanyMachine(t, hits, name, registerLaw())
			t.Repeat(map[string]func(*rapid.T){"do": m.request, "give": m.give, "give more": m.give, "and more": m.give, "answer": m.answer, "time": m.pass, "": m.invariant})
			m.finish(t)
		}
	}
	s.run(t)
}

// registerBranches are what rows and pieces must have shown.
func registerBranches() []string {
	var all []string
	for before, after := range map[string]string{
		"active":     "|in a team|by another|for another reason|for days|to be reviewed by|that came by one",
		"suspended":  "|in a team|by another|for days",
		"ended":      "|in a team|by another|for days|for no day",
		"invited":    "|in a team|for another reason|for days",
		"removed":    "|in a team|by another|for days|that came by one",
		"role":       "on 1|on 2|on more|until|by a sponsor|before the last",
		"catalog":    "on 2|on more",
		"team":       "on 1|on 2|on more|until|by a sponsor|before the last",
		"data":       "on 1|on 2|on more|until|by a sponsor|before the last",
		"lost":       "on 2|on more",
		"filter":     "on 2|on more|until",
		"gained":     "on 2|on more|until",
		"gone":       "on 2|on more",
		"report":     "on 1|on 2|on more|until|before the last",
		"teamreport": "on 1|on 2|on more|until|by a sponsor",
		"link":       "on 1|until",
	} {
		for what := range strings.SplitSeq(after, "|") {
			all = append(all, strings.TrimSpace(before+" "+what))
		}
	}
	slices.Sort(all)
	return all
}

// give makes a random request that is about what somebody has.
func (m *machine) give(t *rapid.T) {
	m.do(t, m.rarest(func() model.Request {
		d := draw{t}
		r := d.request(m)
		for n := range r.Changes {
			r.Changes[n] = d.giving(m, r)
		}
		r.Since = 0 // of what the changes were at first
		return r
	}))
}

// giving draws a change that gives somebody something, or takes it away.
func (d draw) giving(m *machine, r model.Request) company.Change {
	c := m.model.At(m.now())
	switch d.one("giving", "members", "members", "groups", "groups", "accounts", "accounts", "reports", "people", "invitations", "invitations", "catalog") {
	case "members":
		return d.changeOfTeams(m, r)
	case "groups":
		return d.changeOfGroups(c)
	case "accounts":
		return d.changeOfAccounts()
	case "reports":
		return d.changeOfReports(m, r)
	case "people":
		return d.changeOfPeople(m, r)
	case "invitations":
		return d.invitation(m, r)
	}
	if r.System == "" {
		return d.changeOfGroups(c)
	}
	return d.catalog(c)
}

// changeOfGroups draws a change of a data group, or of those of a team.
func (d draw) changeOfGroups(c *model.Company) company.Change {
	filter := rapid.SampledFrom(poolFilters).Draw(d.T, "filter")
	switch d.one("type", "attach", "attach", "detach", "edit", "edit", "delete") {
	case "attach":
		return company.AttachGroup{Team: d.team(c), Group: d.group(c)}
	case "detach":
		return company.DetachGroup{Team: d.team(c), Group: d.group(c)}
	case "edit":
		return company.EditGroup{Group: d.group(c), Filter: company.To(filter)}
	}
	return company.DeleteGroup{Group: d.group(c)}
}
