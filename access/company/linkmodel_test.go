package company_test

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// The pools of ids of the law. The last account is never there.
var (
	lawUsers    = []team.UserID{"u1", "u2", "u3", "u4"}
	lawTeams    = []team.ID{"t1", "t2", "t3"}
	lawGroups   = map[datagroup.ID]string{"g1": "id = 'a1'", "g2": "id in ('a1', 'a2')", "g3": "everything"}
	lawAccounts = []datagroup.AccountID{"a1", "a2", "a3", "ghost"}
	lawReports  = []access.ReportID{"r1", "r2"}
	lawViews    = []access.Action{"recording.view", "heatmap.view", "account.view", "board.view"}

	// Every action there is, one of the host's, and one nobody knows.
	lawActions = actionsOf("account.view report.create user.invite user.remove user.set-role user.suspend user.set-expiry role.grant " +
		"team.create team.edit team.delete team.set-members team.set-datagroups datagroup.create datagroup.edit datagroup.delete " +
		"source.add source.edit source.remove metric.create metric.edit dimension.create dimension.edit segment.create segment.edit " +
		"segment.save audit.read review.run company.edit project.edit project.delete integration.edit token.manage owner.transfer " +
		"recording.view heatmap.view insight.view session.filter session.share report.view report.explore report.comment report.edit " +
		"report.set report.unshare report.delete report.share-creator report.share-editor report.share-explorer report.share-viewer " +
		"link.revoke board.view ghost")
)

func actionsOf(text string) []access.Action {
	var all []access.Action
	for word := range strings.FieldsSeq(text) {
		all = append(all, access.Action(word))
	}
	return all
}

// newLinkLaw founds a company of the law. The first user keeps his role.
func newLinkLaw(t *rapid.T, roles []role.Role, hits *seen) *linkLaw {
	catalog, err := role.NewCatalog(roles...)
	if err != nil {
		t.Fatalf("catalog: %v", err)
	}
	d := &document.Document{}
	for _, id := range lawAccounts[:3] {
		d.Accounts = append(d.Accounts, document.Account{ID: string(id), Source: "google"})
	}
	for _, id := range sortedKeys(lawGroups) {
		d.Groups = append(d.Groups, document.Group{ID: string(id), Filter: lawGroups[id]})
	}
	for i, id := range lawUsers {
		r := roles[0]
		if i > 0 {
			r = rapid.SampledFrom(roles[1:]).Draw(t, "role")
		}
		d.Users = append(d.Users, document.User{ID: string(id), Email: string(id) + "@x.test", Role: string(r.Name)})
	}
	for _, id := range lawTeams {
		e := document.Team{ID: string(id)}
		for _, u := range rapid.Permutation(lawUsers).Draw(t, "members")[:2] {
			e.Members = append(e.Members, document.Member{User: string(u)})
		}
		for _, g := range rapid.Permutation(sortedKeys(lawGroups)).Draw(t, "groups")[:rapid.IntRange(0, 1).Draw(t, "held")] {
			e.Groups = append(e.Groups, string(g))
		}
		d.Teams = append(d.Teams, e)
	}
	for _, id := range lawReports {
		grants := []document.Grant{{User: "u1", Level: "creator"}, {Team: string(rapid.SampledFrom(lawTeams).Draw(t, "shared")), Level: "explorer"},
			{User: string(rapid.SampledFrom(lawUsers[1:]).Draw(t, "with")), Level: "editor"}}
		d.Reports = append(d.Reports, document.Report{ID: string(id), Grants: grants})
	}
	l := &linkLaw{log: audit.NewMemory(), clock: modelStart, hits: hits}
	l.company, err = company.Found(context.Background(), l.log, company.Founding{ID: "acme", Name: "Acme", Catalog: catalog, Document: d}, l.config())
	if err != nil {
		t.Fatalf("found: %v", err)
	}
	l.remember()
	return l
}

// resources returns one of everything, there or not.
func (l *linkLaw) resources() []access.Resource {
	all := []access.Resource{{}, access.Company(), access.CompanyItem("board", "b1"), access.CompanyItem("board", "b2"),
		access.CompanyItem("campaign", "c1"), access.Item("campaign", "c1", ""), access.Report("ghost")}
	for _, id := range lawUsers {
		all = append(all, access.TargetUser(id))
	}
	for _, id := range lawTeams {
		all = append(all, access.Team(id))
	}
	for _, id := range sortedKeys(lawGroups) {
		all = append(all, access.Group(id))
	}
	for _, id := range lawAccounts {
		all = append(all, access.Account(id), access.Item("campaign", "c1", id), access.Item("campaign", "c2", id), access.Item("board", "b1", id))
	}
	for _, id := range lawReports {
		all = append(all, access.Report(id), access.Item("campaign", string(id), "a1"))
	}
	for _, link := range l.links {
		all = append(all, access.Link(link.Link))
	}
	for _, r := range l.company.Policy().Directory().Catalog().Roles() {
		all = append(all, access.Role(r.Name))
	}
	return all
}

// lawMaker is a maker in the scope he made a link in. What he may there is
// found by the rules, in what is recorded, and not by asking Decide.
type lawMaker struct {
	p    *access.Policy
	now  time.Time
	user team.UserID
	in   team.ID
}

func (m lawMaker) subject() access.Subject {
	if m.in == "" {
		return access.User(m.user)
	}
	return access.Session(m.user, m.in)
}

// teams returns the teams whose data and grants he uses; ok is false if he may
// nothing at all.
func (m lawMaker) teams() (teams []team.Team, ok bool) {
	u, ok := m.p.Directory().User(m.user)
	if !ok || u.Suspended || hasEnded(u.Until, m.now) {
		return nil, false
	}
	for member := range m.p.Directory().Memberships(m.user) {
		if t, _ := m.p.Directory().Team(member.Team); !hasEnded(member.Until, m.now) && (m.in == "" || m.in == t.ID) {
			teams = append(teams, t)
		}
	}
	return teams, m.in == "" || len(teams) == 1
}

// role returns his role.
func (m lawMaker) role() role.Role {
	u, _ := m.p.Directory().User(m.user)
	r, _ := m.p.Directory().Catalog().Role(u.Role)
	return r
}

func (m lawMaker) holds(a access.Action) bool {
	_, ok := m.teams()
	return ok && slices.Contains(m.role().Capabilities, a)
}

// sees reports whether he reaches an account.
func (m lawMaker) sees(id datagroup.AccountID) bool {
	account, there := m.p.Directory().Account(id)
	teams, ok := m.teams()
	if !there || !ok {
		return false
	}
	if m.in == "" && m.role().Scope == role.AllData {
		return true
	}
	for _, t := range teams {
		for _, g := range t.Groups {
			if group, _ := m.p.Directory().Group(g); group.Filter.Match(account) == datagroup.True {
				return true
			}
		}
	}
	return false
}

// may reports whether he may do what a link can be made for.
func (m lawMaker) may(a access.Action, r access.Resource) bool {
	switch {
	case r.Kind() == access.KindReport:
		return m.views(access.ReportID(r.ID()))
	case r.CompanyWide():
		return m.holds(a)
	}
	return m.holds(a) && m.sees(r.Account())
}

// views reports whether a report is shared with him, at any level.
func (m lawMaker) views(id access.ReportID) bool {
	teams, ok := m.teams()
	for g := range m.p.Directory().Grants(id) {
		mine := g.User == m.user || slices.ContainsFunc(teams, func(t team.Team) bool { return g.Team == t.ID })
		if ok && mine && !hasEnded(g.Until, m.now) {
			return true
		}
	}
	return false
}
