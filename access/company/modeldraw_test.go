package company_test

import (
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// The pools of ids are small so that things collide. The last of each is not
// there in the beginning.
var (
	modelUsers      = []string{"u1", "u2", "u3", "u4", "u5"}
	modelTeams      = []string{"t1", "t2", "t3", "t4"}
	modelGroups     = []string{"g1", "g2", "g3", "g4"}
	modelAccounts   = []string{"a1", "a2", "a3", "a4", "a5"}
	modelReports    = []string{"r1", "r2", "r3", "r4"}
	modelAttributes = map[string]string{"country": "string", "spend": "number", "tags": "labels"}
	modelFilters    = []string{"everything", "nothing", "country = 'US'", "country in (\"US\", 'DE')", "spend >= 10",
		"tags has 'vip'", "source = 'google'", "country missing", "not (country = 'US')", "tier = 'x'"}
	modelStart = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
)

// dice is where random things come from.
type dice struct{ *rapid.T }

func (d dice) one(label string, pool ...string) string {
	return rapid.SampledFrom(pool).Draw(d.T, label)
}

// chance is true once in n times, and false in the simplest example.
func (d dice) chance(n int, label string) bool {
	return rapid.IntRange(0, n-1).Draw(d.T, label) == n-1
}

// id draws from what is there and what might be, and now and then what is
// neither.
func (d dice) id(there, pool []string) string {
	if d.chance(40, "stray") {
		return d.one("id", "ghost", "")
	}
	if len(there) > 0 && d.chance(4, "there") {
		return d.one("id", there...)
	}
	return d.one("id", pool...)
}

func (d dice) user(w *world) team.UserID { return team.UserID(d.id(sortedKeys(w.users), modelUsers)) }
func (d dice) team(w *world) team.ID     { return team.ID(d.id(sortedKeys(w.teams), modelTeams)) }
func (d dice) group(w *world) datagroup.ID {
	return datagroup.ID(d.id(sortedKeys(w.groups), modelGroups))
}
func (d dice) report(w *world) access.ReportID {
	return access.ReportID(d.id(sortedKeys(w.reports), modelReports))
}

// freshID draws an id for something new: often none, for a random one.
func (d dice) freshID(pool []string) string {
	return d.one("new id", append([]string{"", "new"}, pool...)...)
}

// end draws an end: none, or an hour around the clock.
func (d dice) end(now time.Time) time.Time {
	hours := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3, 4, -1}).Draw(d.T, "hours")
	if hours == 0 {
		return time.Time{}
	}
	end := now.Truncate(time.Hour).Add(time.Duration(hours) * time.Hour)
	if d.chance(5, "zone") {
		end = end.In(time.FixedZone("elsewhere", 5*3600+1800))
	}
	return end
}

// endLike draws an end that has something to do with one there is.
func (d dice) endLike(old, now time.Time) time.Time {
	if d.chance(4, "same end") {
		return old
	}
	return d.end(now)
}

// customRoles is a catalog that has what the shipped ones do not: an actor by
// teams who manages users and disconnects sources, one with all capabilities
// who sees nothing, bounds of several holders, and one who hands his role on and
// becomes what is a little less.
func customRoles() []role.Role {
	boss := role.CompanyCatalog().Roles()[0].Capabilities
	return []role.Role{
		{Name: "boss", Capabilities: append(slices.Clone(boss), "campaign.pause"), Scope: role.AllData,
			Manages: []role.Name{"lead", "keeper", "blind", "guest"}, MinHolders: 1, MaxHolders: 2},
		{Name: "lead", Capabilities: append(slices.Clone(boss), "owner.transfer", "campaign.pause"), Scope: role.AllData,
			Manages: []role.Name{"boss", "lead", "keeper", "blind", "guest"}, Offered: true},
		{Name: "keeper", Scope: role.ByTeams, Manages: []role.Name{"guest", "keeper"}, Offered: true,
			Capabilities: []role.Action{"account.view", "report.create", "source.remove", "team.create", "team.edit", "team.delete",
				"user.remove", "user.set-role", "user.suspend", "user.set-expiry", "role.grant", "datagroup.delete"}},
		{Name: "blind", Scope: role.AllData, Offered: true, MaxHolders: 1,
			Capabilities: []role.Action{"source.add", "source.edit", "team.set-members", "team.set-datagroups", "datagroup.edit"}},
		{Name: "guest", Scope: role.ByTeams, Offered: true, Default: true,
			Capabilities: []role.Action{"account.view"}},
	}
}

// modelCatalogs has a catalog for each run of the machine.
func modelCatalogs() map[string][]role.Role {
	return map[string][]role.Role{
		"company": role.CompanyCatalog().Roles(), "project": role.ProjectCatalog().Roles(), "custom": customRoles()}
}

func (d dice) role(w *world) role.Name {
	if d.chance(8, "odd role") {
		return role.Name(d.one("role", "", "ghost"))
	}
	for _, r := range w.roles {
		if all, _ := w.holders(string(r.Name)); r.MaxHolders > 0 && all >= r.MaxHolders && d.chance(6, "full") {
			return r.Name
		}
	}
	return rapid.SampledFrom(w.roles).Draw(d.T, "role").Name
}

// account draws an account, seldom one that does not go.
func (d dice) account(id string) document.Account {
	a := document.Account{ID: id, Source: d.one("source", "google", "meta"), Values: map[string]datagroup.Value{}}
	if d.chance(2, "country") {
		a.Values["country"] = datagroup.Text(d.one("in", "US", "DE", ""))
	}
	if d.chance(3, "spend") {
		a.Values["spend"] = datagroup.Number(float64(rapid.IntRange(9, 11).Draw(d.T, "of")))
	}
	if d.chance(3, "tags") {
		a.Values["tags"] = rapid.SampledFrom([]datagroup.Value{datagroup.Labels(), datagroup.Labels("vip")}).Draw(d.T, "labels")
	}
	if d.chance(20, "no source") {
		a.Source = ""
	}
	return a
}

// world draws a company in which most of what may be there is. Its document
// may break what only changes keep: creators.
func (d dice) world(roles []role.Role) *world {
	w := newWorld(roles)
	now := modelStart
	for name, t := range modelAttributes {
		w.attributes[name] = t
	}
	for _, id := range modelAccounts[:3] {
		a := d.account(id)
		if a.Source == "" {
			a.Source = "google"
		}
		w.accounts[id] = modelAccount{a.Source, a.Values}
	}
	for _, id := range modelGroups[:3] {
		f, _ := w.filter(rapid.SampledFrom(modelFilters[:9]).Draw(d.T, "filter"))
		w.groups[id], w.used["group "+id] = modelGroup{"", f.String()}, true
	}
	for i, id := range modelUsers[:4] {
		u := modelUser{email: id + "@x.test", role: string(rapid.SampledFrom(w.roles).Draw(d.T, "role").Name)}
		if i >= 2 && w.roles[0].Name == "boss" && !d.chance(3, "the rest") {
			u.role = []string{"blind", "keeper"}[i-2]
		}
		if i == 1 && w.roles[0].Name == "boss" {
			u.role = "lead"
		}
		if i == 0 || i == 1 && d.chance(2, "two heads") {
			u.role = string(w.roles[0].Name)
		}
		if i > 0 {
			u.until, u.suspended = d.end(now), d.chance(8, "suspended")
		}
		if i == 1 && d.chance(2, "a head ends") {
			u.role, u.until, u.suspended = string(w.roles[min(1, len(w.roles)-1)].Name), now.Add(4*time.Hour), false
			if w.roles[0].MaxHolders != 1 {
				u.role = string(w.roles[0].Name)
			}
		}
		r, _ := w.role(u.role)
		if all, _ := w.holders(u.role); r.MaxHolders > 0 && all >= r.MaxHolders {
			u.role = w.fallback()
		}
		w.users[id], w.used["user "+id] = u, true
	}
	d.teamsAndReports(w, now)
	return w
}

func (d dice) teamsAndReports(w *world, now time.Time) {
	for _, id := range modelTeams[:3] {
		t := newTeam()
		for _, u := range sortedKeys(w.users) {
			if d.chance(2, "member") {
				t.members[u] = d.end(now)
			}
		}
		for _, g := range sortedKeys(w.groups) {
			if d.chance(2, "holds") {
				t.groups[g] = true
			}
		}
		w.teams[id], w.used["team "+id] = t, true
	}
	for _, id := range modelReports[:3] {
		r := newReport("")
		if d.chance(2, "named") {
			r.name = "Report " + id
		}
		for _, u := range sortedKeys(w.users) {
			if d.chance(2, "shared") {
				r.users[u] = modelGrant{access.Level(rapid.IntRange(1, 4).Draw(d.T, "level")), d.end(now)}
			}
		}
		if !d.chance(5, "no creator") {
			r.users[d.one("creator", sortedKeys(w.users)...)] = modelGrant{level: access.Creator}
		}
		for _, t := range sortedKeys(w.teams) {
			if d.chance(3, "team shared") {
				r.teams[t] = modelGrant{access.Level(rapid.IntRange(1, 2).Draw(d.T, "level")), d.end(now)}
			}
		}
		w.reports[id], w.used["report "+id] = r, true
	}
	w.links = []document.Link{
		{ID: "l1", Maker: "u1", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "r1"}},
		{ID: "l2", Maker: "u2", Session: "t1", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "r2"}},
		{ID: "l3", Maker: "u2", Action: "account.view", Resource: document.Resource{Kind: "campaign", ID: "c1", Account: "a1"}},
	}
}

// request draws who does what. Mostly it is somebody who may do much.
func (d dice) request(w *world, now time.Time) request {
	var r request
	var heads []string
	for _, id := range sortedKeys(w.users) {
		if has, _ := w.role(w.users[id].role); len(has.Capabilities) > 10 && w.active(id, now) {
			heads = append(heads, id)
			if !w.users[id].until.IsZero() {
				heads = append(heads, id, id)
			}
		}
	}
	switch n := rapid.IntRange(0, 19).Draw(d.T, "actor"); {
	case n == 19 && d.chance(4, "nobody"):
	case n >= 18:
		r.user = d.one("user", append(sortedKeys(w.users), "ghost")...)
	case n >= 15 && len(w.users) > 0:
		r.user = d.one("user", sortedKeys(w.users)...)
	case n >= 4 && len(heads) > 0:
		r.user = d.one("head", heads...)
	default:
		r.system = d.one("system", "sync", "sync", "sync", "sync", "clerk", "ghost")
		r.types = modelSystems()[r.system]
	}
	r.reason = "it is needed"
	if d.chance(40, "odd reason") {
		r.reason = d.one("reason", "", " \t\n", strings.Repeat("x", 501), "\xff")
	}
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(d.T, "changes") {
		r.changes = append(r.changes, d.change(w, r, now))
	}
	if d.chance(80, "no changes") {
		r.changes = nil
	} else if d.chance(80, "nil change") {
		r.changes = append(r.changes, nil)
	}
	return r
}

func modelSystems() map[string][]string {
	return map[string][]string{
		"sync":  company.LogNames(),
		"clerk": {"user.add", "user.remove", "team.add-member", "report.share"},
	}
}
