package company_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

// staffCompany is the company of most tables. The users ann and abe are admins;
// eve and ugo manage users, eve for two more hours.
func staffCompany(t *testing.T) *testCompany {
	return newCompany(t, "ann admin; abe admin; eve user-manager 2h; ugo user-manager; dan data-manager; uma user; "+
		"max team-member 1h; vic viewer; sue viewer suspended; sol viewer suspended 1h; old viewer -1h",
		options{
			attributes: "country string; tier string",
			accounts:   "us country=US; de country=DE",
			groups:     "gu country = 'US'; gd country = 'DE'",
			teams:      "t name=T gu: max, ugo 1h, eve 3h, ann -1h; n: uma",
			reports: "r name=R: uma creator, vic editor 2h, max explorer, dan viewer; s name=S: uma creator, eve creator; " +
				"u: ann creator, team t explorer; o name=O: abe creator 1h; m: abe creator, uma editor 1h, team n explorer",
		})
}

// inviteRoles is the company catalog with three roles more: a recruiter, who
// invites and may not add to teams, a role with room for one holder, and a role
// that invitations may not offer.
func inviteRoles() []role.Role {
	more := []role.Role{
		{Name: "recruiter", Scope: role.AllData, Manages: []role.Name{"team-member", "viewer", "one"}, Offered: true,
			Capabilities: []role.Action{role.InviteUser, role.GrantRole, role.ViewAccount}},
		{Name: "one", MaxHolders: 1, Offered: true},
		{Name: "internal"},
	}
	all := append(role.CompanyCatalog().Roles(), more...)
	for _, r := range more {
		all[0].Manages = append(all[0].Manages, r.Name)
	}
	return all
}

// withoutOffer is inviteRoles with a role that is not offered any more.
func withoutOffer(name role.Name) []role.Role {
	roles := inviteRoles()
	for i := range roles {
		roles[i].Offered = roles[i].Offered && roles[i].Name != name
	}
	return roles
}

// inviteUsers are the users of inviteCompany: ann and abe are admins; ugo and
// eve manage users, eve for 30 days more; rex recruits; uma may not invite; sue
// is suspended.
const inviteUsers = "ann admin; abe admin; ugo user-manager; eve user-manager 30d; rex recruiter; uma user; sue user-manager suspended"

// userCount is how many they are.
const userCount = 7

// inviteCompany is a company for tests of invitations, in which nobody is
// invited yet.
func inviteCompany(t testing.TB, config func(*company.Config)) *testCompany {
	t.Helper()
	return newCompany(t, inviteUsers, options{roles: inviteRoles(), teams: "t; n", config: config})
}

// instant configures invitations that can be sent again at once.
func instant(c *company.Config) { c.Invitations.Cooldown = -1 }

// kindsOf are the kinds of the tests, for a catalog of these roles: a kind may
// only list what a role holds. Links to campaigns and boards show recordings,
// and a wall shows itself.
func kindsOf(roles []role.Role) []role.Kind {
	kinds := []role.Kind{
		{Name: "board", In: role.InCompany, Actions: []role.Action{"recording.view"}, Link: "recording.view"},
		{Name: "campaign", In: role.InAccount, Actions: []role.Action{"recording.view", "heatmap.view"}, Link: "recording.view"},
	}
	held := func(a role.Action) bool {
		return slices.ContainsFunc(roles, func(r role.Role) bool { return slices.Contains(r.Capabilities, a) })
	}
	if held("board.view") {
		kinds[0].Actions = append(kinds[0].Actions, "board.view")
		kinds = append(kinds, role.Kind{Name: "wall", In: role.InCompany, Actions: []role.Action{"board.view"}, Link: "board.view"})
	}
	for _, a := range []role.Action{"campaign.pause", "campaign.start"} {
		if held(a) {
			kinds[1].Actions = append(kinds[1].Actions, a)
		}
	}
	return kinds
}

// linkCatalog is a catalog in which a role can look, one can share what it
// looks at, and one can remove people who share.
func linkCatalog() []role.Role {
	all := role.CompanyCatalog().Roles()[0].Capabilities
	return []role.Role{
		{Name: "boss", Scope: role.AllData, Offered: true, MinHolders: 1, Manages: []role.Name{"boss", "keeper", "analyst", "reader"},
			Capabilities: append(slices.Clone(all), "recording.view", "heatmap.view", "session.share")},
		{Name: "keeper", Scope: role.AllData, Manages: []role.Name{"analyst", "reader"},
			Capabilities: []role.Action{"account.view", "user.remove"}},
		{Name: "analyst", Scope: role.ByTeams,
			Capabilities: []role.Action{"account.view", "report.create", "recording.view", "heatmap.view", "session.share", "board.view"}},
		{Name: "reader", Scope: role.ByTeams, Offered: true, Default: true, Capabilities: []role.Action{"account.view", "recording.view"}},
	}
}

// linkCatalogWithout is linkCatalog with an action taken from its analysts.
func linkCatalogWithout(action role.Action) []role.Role {
	roles := linkCatalog()
	roles[2].Capabilities = slices.DeleteFunc(roles[2].Capabilities, func(a role.Action) bool { return a == action })
	return roles
}

// linkCompany is a company for tests of links, with the link doc of amy's. Team
// east sees the account us, west sees de, and north nothing.
func linkCompany(t testing.TB, o options) *testCompany {
	t.Helper()
	o.roles, o.accounts, o.groups = linkCatalog(), "us; de", "gu id = 'us'; gd id = 'de'"
	o.teams = "east gu: amy, ali, eli, rob, sue; west gd: eli; north: amy 0s"
	o.reports = "q3: amy creator, abe creator, eli explorer, ali explorer, rob viewer; q4: ann creator, team west explorer"
	o.document = func(d *document.Document) {
		d.Links = []document.Link{{ID: "doc", Maker: "amy", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "q3"}}}
	}
	return newCompany(t, "ann boss; abe boss; kim keeper; amy analyst; ali analyst 10d; eli analyst; lou analyst; rob reader; "+
		"sue analyst suspended; old analyst 0s", o)
}
