package company_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// The pools of ids of the law about links. The last account is never there.
var (
	linkUsers    = []team.UserID{"u1", "u2", "u3", "u4"}
	linkTeams    = []team.ID{"t1", "t2", "t3"}
	linkGroups   = map[string]string{"g1": "id = 'a1'", "g2": "id in ('a1', 'a2')", "g3": "everything"}
	linkAccounts = []datagroup.AccountID{"a1", "a2", "a3", "ghost"}
	linkReports  = []access.ReportID{"r1", "r2"}
	linkActions  = []access.Action{"recording.view", "heatmap.view", "account.view", "board.view"}

	// allActions are every action there is, one of the host's, and an unknown one.
	allActions = actionsOf("account.view report.create user.invite user.remove user.set-role user.suspend user.set-expiry role.grant " +
		"team.create team.edit team.delete team.set-members team.set-datagroups datagroup.create datagroup.edit datagroup.delete " +
		"directory.view user.edit source.add source.edit source.remove metric.create metric.edit dimension.create dimension.edit segment.create segment.edit " +
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

// linkingCompany draws a company whose first user always keeps the first role.
func (d draw) linkingCompany(catalog model.Catalog) *model.Company {
	c := model.New(catalog, start)
	for _, id := range linkAccounts[:3] {
		c.Accounts[string(id)] = model.Account{Source: "google"}
	}
	for id, filter := range linkGroups {
		c.AddGroup(id, filter)
	}
	for i, id := range linkUsers {
		r := catalog.Roles[0]
		if i > 0 {
			r = rapid.SampledFrom(catalog.Roles[1:]).Draw(d.T, "role")
		}
		c.Users[string(id)], c.Used["user "+string(id)] = model.User{Email: string(id) + "@x.test", Role: string(r.Name)}, true
	}
	for _, id := range linkTeams {
		t := model.NewTeam()
		for _, u := range rapid.Permutation(linkUsers).Draw(d.T, "members")[:2] {
			t.Members[string(u)] = time.Time{}
		}
		t.Groups = append(t.Groups, rapid.Permutation(keysOf(linkGroups)).Draw(d.T, "groups")[:rapid.IntRange(0, 1).Draw(d.T, "has")]...)
		c.Teams[string(id)], c.Used["team "+string(id)] = t, true
	}
	for _, id := range linkReports {
		r := model.NewReport("")
		r.Users["u1"] = model.Grant{Level: access.Creator}
		r.Teams[string(rapid.SampledFrom(linkTeams).Draw(d.T, "shared"))] = model.Grant{Level: access.Explorer}
		r.Users[string(rapid.SampledFrom(linkUsers[1:]).Draw(d.T, "with"))] = model.Grant{Level: access.Editor}
		c.Reports[string(id)], c.Used["report "+string(id)] = r, true
	}
	return c
}

// makeLink draws a link, often one that may not be made.
func (d draw) makeLink(now time.Time) company.MakeLink {
	account := rapid.SampledFrom(linkAccounts).Draw(d.T, "account")
	c := company.MakeLink{Action: rapid.SampledFrom(append(slices.Clone(linkActions), "session.share", "", "", "recording.view")).Draw(d.T, "action")}
	switch rapid.IntRange(0, 6).Draw(d.T, "of") {
	case 0, 1:
		c.Action, c.Resource = "", access.Report(rapid.SampledFrom(linkReports).Draw(d.T, "report"))
	case 2, 3, 4:
		c.Resource = access.Item(access.Kind(d.one("kind", "campaign", "session")), "c1", account)
		if d.chance(3, "the one of its kind") {
			c.Action = ""
		}
	case 5:
		c.Resource = access.CompanyItem(rapid.SampledFrom([]access.Kind{"board", "board", "wall", "nowhere"}).Draw(d.T, "kind"), "b1")
	case 6:
		c.Resource = rapid.SampledFrom([]access.Resource{access.Account(account), access.Company(), access.Link("l0"), {}, access.CompanyItem("campaign", "c1"), access.Item("board", "b1", account)}).Draw(d.T, "odd")
	}
	c.Session = rapid.SampledFrom(append([]team.ID{"", ""}, linkTeams...)).Draw(d.T, "session")
	if hours := rapid.IntRange(0, 3).Draw(d.T, "hours"); hours > 0 {
		c.Until = now.Add(time.Duration(hours) * time.Hour)
	}
	c.Maker = rapid.SampledFrom(linkUsers).Draw(d.T, "maker")
	return c
}

func asSystem(c company.Change) model.Request {
	return model.Request{System: "sync", Reason: "it happens", Changes: []company.Change{c}}
}

// make makes a link, up to five of them.
func (l *linkLaw) make(d draw, m *machine) {
	if len(l.links) == 5 {
		return
	}
	c := d.makeLink(m.clock)
	c.Link = access.LinkID(fmt.Sprint("l", len(l.links)))
	r := asSystem(c)
	if !d.chance(2, "by a system") {
		r.User, r.System = string(c.Maker), ""
	}
	m.do(d.T, r)
}

// happening is something that happens, and what undoes it.
type happening struct{ change, undo company.Change }

// happen takes something away, or changes it. What is gone for good goes seldom.
func (l *linkLaw) happen(d draw, m *machine) {
	t := d.T
	user := rapid.SampledFrom(linkUsers).Draw(t, "user")
	other := rapid.SampledFrom(linkUsers[1:]).Draw(t, "other")
	in := rapid.SampledFrom(linkTeams).Draw(t, "team")
	group := datagroup.ID(rapid.SampledFrom(keysOf(linkGroups)).Draw(t, "group"))
	account := rapid.SampledFrom(linkAccounts[:3]).Draw(t, "account")
	report := rapid.SampledFrom(linkReports).Draw(t, "report")
	if d.chance(8, "for good") {
		m.do(t, asSystem(rapid.SampledFrom([]company.Change{company.RemoveUser{User: other}, company.DeleteReport{Report: report},
			company.DeleteTeam{Team: in}, company.DeleteGroup{Group: group}}).Draw(t, "change")))
		return
	}
	was := role.Name(m.model.Users[string(other)].Role)
	soon := m.clock.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "hours")) * time.Hour)
	filter := linkGroups[rapid.SampledFrom(keysOf(linkGroups)).Draw(t, "filter")]
	h := rapid.SampledFrom([]happening{
		{company.SuspendUser{User: other}, company.ReinstateUser{User: other}},
		{company.SetEnd{User: other, Until: company.To(soon)}, company.SetEnd{User: other, Until: company.None[time.Time]()}},
		{company.SetRole{User: other, Role: rapid.SampledFrom(m.model.Catalog.Roles).Draw(t, "role").Name}, company.SetRole{User: other, Role: was}},
		{company.RemoveMember{Team: in, User: user}, company.AddMember{Team: in, User: user}},
		{company.SetMemberEnd{Team: in, User: user, Until: company.To(soon)}, company.SetMemberEnd{Team: in, User: user, Until: company.None[time.Time]()}},
		{company.DetachGroup{Team: in, Group: group}, company.AttachGroup{Team: in, Group: group}},
		{company.EditGroup{Group: group, Filter: company.To(filter)}, company.EditGroup{Group: group, Filter: company.To(linkGroups[string(group)])}},
		{company.DisconnectAccounts{Accounts: []datagroup.AccountID{account}}, company.ConnectAccounts{Accounts: []document.Account{{ID: string(account), Source: "google"}}}},
		{company.UnshareReport{Report: report, User: other}, company.ShareReport{Report: report, User: other}},
		{company.UnshareReport{Report: report, Team: in}, company.ShareReport{Report: report, Team: in, Level: access.Viewer}},
		{d.toggled(m.model.Catalog), company.ReplaceCatalog{Roles: m.model.Catalog.Roles, Kinds: m.model.Catalog.Kinds}},
	}).Draw(t, "change")
	m.do(t, asSystem(h.change))
	l.undos = append(l.undos, h.undo)
}

// withKinds replaces the catalog by roles, with the kinds that go with them.
func withKinds(roles []role.Role) company.ReplaceCatalog {
	return company.ReplaceCatalog{Roles: roles, Kinds: kindsOf(roles)}
}

// toggled gives a role one action that links are made for, or takes it. Now and
// then a kind loses its links, or all of them their kind.
func (d draw) toggled(c model.Catalog) company.ReplaceCatalog {
	next := company.ReplaceCatalog{Roles: slices.Clone(c.Roles), Kinds: slices.Clone(c.Kinds)}
	if n := d.below(len(next.Kinds)+20, "a kind"); n < len(next.Kinds) {
		if d.chance(2, "no kind any more") {
			next.Kinds = slices.Delete(next.Kinds, n, n+1)
		} else {
			next.Kinds[n].Link = ""
		}
		return next
	}
	r := &next.Roles[rapid.IntRange(0, len(next.Roles)-1).Draw(d.T, "of role")]
	a := rapid.SampledFrom(linkActions).Draw(d.T, "capability")
	r.Capabilities = slices.Clone(r.Capabilities)
	if i := slices.Index(r.Capabilities, a); i >= 0 {
		r.Capabilities = slices.Delete(r.Capabilities, i, i+1)
	} else {
		r.Capabilities = append(r.Capabilities, a)
	}
	return next
}

// undo gives back what was taken last.
func (l *linkLaw) undo(d draw, m *machine) {
	if last := len(l.undos) - 1; last >= 0 {
		m.do(d.T, asSystem(l.undos[last]))
		l.undos = l.undos[:last]
	}
}

// revoke ends a link, often by an actor who may not.
func (l *linkLaw) revoke(d draw, m *machine) {
	if len(l.links) > 0 && d.chance(3, "really") {
		link := rapid.SampledFrom(l.links).Draw(d.T, "link")
		m.do(d.T, model.Request{User: string(rapid.SampledFrom(linkUsers).Draw(d.T, "by")), Reason: "it happens", Changes: []company.Change{company.RevokeLink{Link: link.Link}}})
	}
}
