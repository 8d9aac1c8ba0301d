package company_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// TestNobodyRaisesThemselves makes random changes and looks, after each that a
// user made, at what that user had before and has now: at the time of the event,
// and at every instant at which something ends.
func TestNobodyRaisesThemselves(t *testing.T) {
	t.Parallel()
	aims := []string{"raise: actor ends", "raise: gives up", "raise: another ends", "raise: hands over", "raise: connects", "raise: shares", "raise: creates a report"}
	s := search{checks: 20, aims: towards(aims, law{made: lawNobodyRaisesThemselves}), walks: map[string]func(*rapid.T, *branches){}, branches: []string{"raise: made", "raise: actor ends",
		"raise: creates a report", "raise: connects", "raise: gives up", "raise: another ends", "raise: hands over", "raise: shares"}}
	for _, name := range catalogNames {
		s.walks[name] = func(t *rapid.T, hits *branches) {
			m := newCompanyMachine(t, hits, name, law{made: lawNobodyRaisesThemselves})
			t.Repeat(map[string]func(*rapid.T){"do": m.request, "do more": m.request, "and more": m.request, "answer": m.answer, "time": m.pass})
		}
	}
	s.run(t)
}

// lawNobodyRaisesThemselves compares what the actor could do before a change
// with what they can do after it.
func lawNobodyRaisesThemselves(t *rapid.T, m *machine, s step) {
	if s.User == "" {
		return
	}
	m.hits.Hit("raise: made")
	r := &raise{T: t, step: s, after: m.company.Policy(), inherited: map[string]bool{}, connected: map[datagroup.AccountID]bool{}}
	r.except(m.hits)
	r.role()
	for _, at := range r.instants() {
		r.reports(at)
		r.accounts(at)
	}
	if !r.user(r.before.policy).Until.IsZero() {
		m.hits.Hit("raise: actor ends")
		r.ends()
	}
}

// raise is a change by a user, whose rights may not have grown.
type raise struct {
	*rapid.T
	step
	after *access.Policy

	// What the law excepts.
	created   []access.ReportID            // reports that they created
	inherited map[string]bool              // grants that are without an end, as the rule about creators wants it
	connected map[datagroup.AccountID]bool // accounts that they connected
	writes    bool                         // they connected or updated accounts
}

func (r *raise) user(p *access.Policy) team.User {
	u, _ := p.Directory().User(team.UserID(r.User))
	return u
}

// except notes what the law excepts, and counts what came up.
func (r *raise) except(hits *branches) {
	for _, c := range r.receipt.Changes {
		switch c := c.(type) {
		case company.CreateReport:
			r.created = append(r.created, c.Report)
			r.inherited[grantee(c.Report, "user", r.User)] = true
			hits.Hit("raise: creates a report")
		case company.RemoveUser:
			for _, id := range c.HandedOver.First {
				r.inherited[grantee(id, "user", string(c.Successor))] = true
			}
			if c.HandedOver.Count > 0 {
				hits.Hit("raise: hands over")
			}
		case company.NameCreator:
			r.inherited[grantee(c.Report, "user", string(c.User))] = true
		case company.UpdateAccounts:
			r.writes = true
		case company.ConnectAccounts:
			r.writes = true
			for _, a := range c.Accounts {
				r.connected[datagroup.AccountID(a.ID)] = true
			}
			hits.Hit("raise: connects")
		case company.RemoveMember:
			if string(c.User) == r.User {
				hits.Hit("raise: gives up")
			}
		case company.ShareReport:
			hits.Hit("raise: shares")
		}
		switch c.(type) {
		case company.SetEnd, company.AddMember, company.SetMemberEnd, company.ShareReport:
			if !r.user(r.before.policy).Until.IsZero() {
				hits.Hit("raise: another ends")
			}
		}
	}
}

// role compares the role of the actor, and their end. An actor who is gone has
// handed ownership over, and another of the changes removed them.
func (r *raise) role() {
	was, is := r.user(r.before.policy), r.user(r.after)
	old, _ := r.before.policy.Directory().Catalog().Role(was.Role)
	if r.writes && old.Scope != role.AllData {
		r.Fatalf("accounts connected or updated by %s, who sees only the data of their teams", old.Name)
	}
	if is.ID == "" {
		return
	}
	now, _ := r.after.Directory().Catalog().Role(is.Role)
	for _, a := range now.Capabilities {
		if !slices.Contains(old.Capabilities, a) {
			r.Fatalf("%s has gained %s by %#v", r.User, a, r.receipt.Changes)
		}
	}
	for _, n := range now.Manages {
		if !slices.Contains(old.Manages, n) {
			r.Fatalf("%s manages %s by %#v", r.User, n, r.receipt.Changes)
		}
	}
	if model.Outlasts(is.Until, was.Until) || was.Suspended && !is.Suspended || now.Scope > old.Scope {
		r.Fatalf("%s was %+v and is %+v by %#v", r.User, was, is, r.receipt.Changes)
	}
}

// accounts compares what the actor sees, except for the accounts that they
// connected: one who does sees all data, as role checks.
func (r *raise) accounts(at time.Time) {
	if r.user(r.after).ID == "" {
		return
	}
	saw, sees := r.before.policy.At(at).View(access.User(r.User)), r.after.At(at).View(access.User(r.User))
	for a := range sees.Accounts() {
		if !saw.Sees(a) && !r.connected[a] {
			r.Fatalf("at %v %s has gained account %s by %#v\n%s", at, r.User, a, r.receipt.Changes, text(r.T, r.before.policy))
		}
	}
}

// reports asks Decide everything that a level stands for.
func (r *raise) reports(at time.Time) {
	before, after := r.before.policy.At(at), r.after.At(at)
	for id := range r.after.Directory().Reports() {
		if slices.Contains(r.created, id) || r.user(r.after).ID == "" {
			continue
		}
		for _, a := range []access.Action{"report.view", "report.explore", "report.edit", "report.set"} {
			d := after.Decide(access.User(r.User), a, access.Report(id))
			if d.Allowed && !before.Decide(access.User(r.User), a, access.Report(id)).Allowed {
				r.Fatalf("%s has gained %s at report %s by %#v\n%s", r.User, a, id, r.receipt.Changes, text(r.T, r.before.policy))
			}
		}
	}
}

// ends looks at all others: by an actor who has an end, no end of theirs becomes
// later than the actor's.
func (r *raise) ends() {
	own := r.user(r.before.policy).Until
	was, is := endsOf(r.before.policy), endsOf(r.after)
	for _, what := range keysOf(is) {
		old, had := was[what]
		if model.Outlasts(is[what], own) && (!had || model.Outlasts(is[what], old)) && !r.inherited[what] {
			r.Fatalf("%s lasts until %v by %#v of %s, who ends %v\n%s", what, is[what], r.receipt.Changes, r.User, own, text(r.T, r.before.policy))
		}
	}
}

func grantee(report access.ReportID, kind, id string) string {
	return "report " + string(report) + " " + kind + " " + id
}

// endsOf returns until when everything lasts. What a suspended user has does not
// last at all.
func endsOf(p *access.Policy) map[string]time.Time {
	ends := map[string]time.Time{}
	for u := range p.Directory().Users() {
		if !u.Suspended {
			ends["user "+string(u.ID)] = u.Until
		}
		for m := range p.Directory().Memberships(u.ID) {
			ends["team "+string(m.Team)+" user "+string(u.ID)] = m.Until
		}
	}
	for id := range p.Directory().Reports() {
		for g := range p.Directory().Grants(id) {
			if g.User != "" {
				ends[grantee(id, "user", string(g.User))] = g.Until
			} else {
				ends[grantee(id, "team", string(g.Team))] = g.Until
			}
		}
	}
	return ends
}

// instants returns the time of the event, every end that is to come with the
// moment before it, and an instant after all of them.
func (r *raise) instants() []time.Time {
	at := r.receipt.Time
	all := []time.Time{at}
	last := at
	for _, p := range []*access.Policy{r.before.policy, r.after} {
		for end := range maps.Values(endsOf(p)) {
			if end.After(at) {
				all = append(all, end, end.Add(-time.Nanosecond))
			}
			if end.After(last) {
				last = end
			}
		}
	}
	all = append(all, last.Add(time.Hour))
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// TestTeamGrantEndsWithTheMembership: a grant through a team lasts no longer than
// the membership of the user who shares. They could pass it on past that to a
// team in which they stay otherwise.
func TestTeamGrantEndsWithTheMembership(t *testing.T) {
	c := newCompany(t, "u1 user; boss admin", options{teams: "short: u1 1h; long: u1", reports: "r: boss creator, team short explorer"})
	c.refuses("ErrBeyondOwnEnd", "u1", company.ShareReport{Report: "r", Team: "long"})
	c.must("u1", company.ShareReport{Report: "r", Team: "long", Until: company.To(hours(1))})
	if d := c.Policy().At(hours(1)).Decide(access.User("u1"), "report.view", access.Report("r")); d.Allowed {
		t.Errorf("u1 still sees the report after they left the team: %v", d)
	}
}

// TestTransferRaisesNobody: what the former owner becomes may be at most what
// they were, whatever their role manages.
func TestTransferRaisesNobody(t *testing.T) {
	roles := []role.Role{
		{Name: "founder", Capabilities: []role.Action{"account.view"}, Scope: role.AllData},
		{Name: "chief", Capabilities: []role.Action{"account.view", "company.edit", "user.remove"}, Scope: role.AllData},
		{Name: "steward", Scope: role.AllData, Capabilities: []role.Action{"owner.transfer"}, Manages: []role.Name{"chief"}},
	}
	c := newCompany(t, "u1 steward; u2 founder", options{roles: roles})
	if _, err := c.do("u1", company.TransferOwnership{To: "u2"}); err != nil {
		return
	}
	if can := c.Policy().Decide(access.User("u1"), "company.edit", access.Company()); can.Allowed {
		u, _ := c.Policy().Directory().User("u1")
		t.Errorf("u1, a steward, has become %s by handing over to u2", u.Role)
	}
}
