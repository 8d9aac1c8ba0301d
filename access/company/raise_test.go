package company_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// TestNobodyRaisesHimself makes random changes and looks, after each that a
// user made, at what he had before and has now: at the time of the event, and
// at every instant at which something ends.
func TestNobodyRaisesHimself(t *testing.T) {
	var hits seen
	hits.search(t, func(t *rapid.T, roles []role.Role) {
		m := newMachine(t, roles, &hits)
		t.Repeat(map[string]func(*rapid.T){"do": m.raise, "once more": m.raise, "and again": m.raise, "time": m.time})
	}, []string{"raise: made", "raise: actor ends", "raise: creates a report", "raise: connects", "raise: gives up",
		"raise: another ends", "raise: inherits", "raise: shares"})
}

// raise makes one request of the company, without a model, and compares.
func (m *machine) raise(t *rapid.T) {
	at := m.clock
	if at.Before(m.last) {
		at = m.last
	}
	before := m.company.Policy()
	r := dice{t}.request(worldOf(before), at)
	by := company.By{Actor: company.User(r.user), Reason: r.reason}
	if r.user == "" {
		by.Actor = company.System(r.system)
	}
	receipt, err := m.company.Do(context.Background(), by, r.changes...)
	if err != nil {
		return
	}
	m.last = receipt.Time
	if r.user == "" {
		return
	}
	m.hits.hit("raise: made")
	after := m.company.Policy()
	x := exceptionsOf(m, receipt.Changes, r.user)
	if a, _ := before.Directory().Catalog().Role(userIn(before, r.user).Role); x.connects && a.Scope.String() != "all" {
		t.Fatalf("accounts connected or updated by %s, who sees only his teams' data", a.Name)
	}
	sameOrLess(t, before, after, r, receipt, x)
	noLonger(t, m, before, after, r, receipt)
}

// exceptions are what the law excepts.
type exceptions struct {
	reports  []access.ReportID // that he created, or took over as nobody else could
	connects bool              // he connected or updated accounts
}

func exceptionsOf(m *machine, changes []company.Change, actor string) exceptions {
	var x exceptions
	for _, c := range changes {
		switch c := c.(type) {
		case company.CreateReport:
			x.reports = append(x.reports, c.Report)
			m.hits.hit("raise: creates a report")
		case company.RemoveUser:
			if string(c.Successor) == actor {
				x.reports = append(x.reports, c.HandedOver...)
				m.hits.hit("raise: inherits")
			}
		case company.ConnectAccounts, company.UpdateAccounts:
			x.connects = true
			m.hits.hit("raise: connects")
		case company.ShareReport:
			m.hits.hit("raise: shares")
		case company.RemoveMember:
			if string(c.User) == actor {
				m.hits.hit("raise: gives up")
			}
		}
	}
	return x
}

// sameOrLess compares what the actor can do before and after.
func sameOrLess(t *rapid.T, before, after *access.Policy, r request, receipt company.Receipt, x exceptions) {
	was, is := userIn(before, r.user), userIn(after, r.user)
	if is.ID == "" {
		return // he handed over and another of his changes is no longer his
	}
	old, _ := before.Directory().Catalog().Role(was.Role)
	now, _ := after.Directory().Catalog().Role(is.Role)
	for _, a := range now.Capabilities {
		if !slices.Contains(old.Capabilities, a) {
			t.Fatalf("%s has gained %s by %#v", r.user, a, receipt.Changes)
		}
	}
	for _, n := range now.Manages {
		if !slices.Contains(old.Manages, n) {
			t.Fatalf("%s manages %s by %#v", r.user, n, receipt.Changes)
		}
	}
	if outlasts(is.Until, was.Until) || was.Suspended && !is.Suspended || now.Scope > old.Scope {
		t.Fatalf("%s was %+v and is %+v by %#v", r.user, was, is, receipt.Changes)
	}
	for _, at := range instants(before, after, receipt.Time) {
		then, later := before.At(at), after.At(at)
		moreReports(t, then, later, r.user, x, receipt)
		if x.connects {
			continue // he sees all data, as was checked
		}
		saw, sees := then.View(access.User(r.user)), later.View(access.User(r.user))
		for a := range sees.Accounts() {
			if !saw.Sees(a) {
				t.Fatalf("at %v %s has gained account %s by %#v\n%s", at, r.user, a, receipt.Changes, printed(t, before))
			}
		}
	}
}

// moreReports asks Decide everything that a level stands for.
func moreReports(t *rapid.T, before, after *access.Policy, user string, x exceptions, receipt company.Receipt) {
	for _, e := range after.Document().Reports {
		if slices.Contains(x.reports, access.ReportID(e.ID)) {
			continue
		}
		for _, a := range []access.Action{"report.view", "report.explore", "report.edit", "report.set"} {
			d := after.Decide(access.User(user), a, access.Report(e.ID))
			if d.Allowed && !before.Decide(access.User(user), a, access.Report(e.ID)).Allowed {
				t.Fatalf("%s has gained %s at report %s by %#v\n%s", user, a, e.ID, receipt.Changes, printed(t, before))
			}
		}
	}
}

// noLonger looks at all others: by an actor who ends, none of their ends is
// later than it was and than his own. A successor's is without an end, as the
// rule about creators wants it.
func noLonger(t *rapid.T, m *machine, before, after *access.Policy, r request, receipt company.Receipt) {
	own := userIn(before, r.user).Until
	if own.IsZero() {
		return
	}
	m.hits.hit("raise: actor ends")
	was, is := endsOf(before), endsOf(after)
	inherited := map[string]bool{}
	for _, c := range receipt.Changes {
		switch c := c.(type) {
		case company.RemoveUser:
			for _, id := range c.HandedOver {
				inherited["report "+string(id)+" user "+string(c.Successor)] = true
			}
		case company.CreateReport:
			inherited["report "+string(c.Report)+" user "+r.user] = true
		case company.SetEnd, company.AddMember, company.ShareReport:
			m.hits.hit("raise: another ends")
		}
	}
	for _, what := range sortedKeys(is) {
		old, had := was[what]
		if outlasts(is[what], own) && (!had || outlasts(is[what], old)) && !inherited[what] {
			t.Fatalf("%s lasts until %v by %#v of %s, who ends %v\n%s", what, is[what], receipt.Changes, r.user, own, printed(t, before))
		}
	}
}

// endsOf returns until when everything lasts; what a suspended user has is
// over.
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
	for _, e := range p.Document().Reports {
		for g := range p.Directory().Grants(access.ReportID(e.ID)) {
			if g.User != "" {
				ends["report "+e.ID+" user "+string(g.User)] = g.Until
			} else {
				ends["report "+e.ID+" team "+string(g.Team)] = g.Until
			}
		}
	}
	return ends
}

// instants returns the time of the event, every end that is to come, and one
// after all of them.
func instants(before, after *access.Policy, at time.Time) []time.Time {
	all := []time.Time{at}
	last := at
	for _, p := range []*access.Policy{before, after} {
		for _, end := range endsOf(p) {
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

func userIn(p *access.Policy, id string) team.User {
	u, _ := p.Directory().User(team.UserID(id))
	return u
}

// worldOf is what the dice need to know of a policy.
func worldOf(p *access.Policy) *world {
	w := newWorld(p.Directory().Catalog().Roles())
	for u := range p.Directory().Users() {
		w.users[string(u.ID)] = modelUser{email: u.Email.String(), role: string(u.Role), suspended: u.Suspended, until: u.Until}
	}
	for t := range p.Directory().Teams() {
		w.teams[string(t.ID)] = newTeam()
		for m := range p.Directory().Members(t.ID) {
			w.teams[string(t.ID)].members[string(m.User)] = m.Until
		}
	}
	for g := range p.Directory().Groups() {
		w.groups[string(g.ID)] = modelGroup{g.Name, g.Filter.String()}
	}
	for _, e := range p.Document().Reports {
		r := newReport(e.Name)
		for g := range p.Directory().Grants(access.ReportID(e.ID)) {
			if g.User != "" {
				r.users[string(g.User)] = modelGrant{g.Level, g.Until}
			} else {
				r.teams[string(g.Team)] = modelGrant{g.Level, g.Until}
			}
		}
		w.reports[e.ID] = r
	}
	return w
}

// TestTeamGrantEndsWithTheMembership: a grant through a team lasts no longer
// than the sharer is in the team, or he could pass it on past that to a team
// he stays in.
func TestTeamGrantEndsWithTheMembership(t *testing.T) {
	s := newSetting(t, setting{users: "u1 user; boss admin", more: func(w *world) {
		w.teams["short"] = modelTeam{members: map[string]time.Time{"u1": modelStart.Add(time.Hour)}}
		w.teams["long"] = modelTeam{members: map[string]time.Time{"u1": {}}}
		w.reports["r"] = modelReport{users: map[string]modelGrant{"boss": {level: access.Creator}},
			teams: map[string]modelGrant{"short": {level: access.Explorer}}}
	}})
	s.refuses(t, "ErrBeyondOwnEnd", 0, "u1", company.ShareReport{Report: "r", Team: "long"})
	s.makes(t, "u1", company.ShareReport{Report: "r", Team: "long", Until: modelStart.Add(time.Hour)})
	if d := s.company.Policy().At(modelStart.Add(time.Hour)).Decide(access.User("u1"), "report.view", access.Report("r")); d.Allowed {
		t.Errorf("u1 still sees the report after he left the team: %v", d)
	}
}

// TestTransferRaisesNobody: what the giver becomes may be no more than he was,
// whatever his role manages.
func TestTransferRaisesNobody(t *testing.T) {
	roles := []role.Role{
		{Name: "founder", Capabilities: []role.Action{"account.view"}, Scope: role.AllData},
		{Name: "chief", Capabilities: []role.Action{"account.view", "company.edit", "user.remove"}, Scope: role.AllData},
		{Name: "steward", Capabilities: []role.Action{"owner.transfer"}, Manages: []role.Name{"chief"}},
	}
	s := newSetting(t, setting{roles: roles, users: "u1 steward; u2 founder"})
	if _, err := s.do("u1", company.TransferOwnership{To: "u2"}); err != nil {
		return
	}
	can := s.company.Policy().Decide(access.User("u1"), "company.edit", access.Company())
	if can.Allowed {
		t.Errorf("u1, a steward, made himself %s by handing over to u2", userIn(s.company.Policy(), "u1").Role)
	}
}
