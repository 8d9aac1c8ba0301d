package company_test

import (
	"math/bits"
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

// The pools of ids are small so that things collide. The last of each is not
// there in the beginning.
var (
	poolUsers      = []string{"u1", "u2", "u3", "u4", "u5"}
	poolTeams      = []string{"t1", "t2", "t3", "t4"}
	poolGroups     = []string{"g1", "g2", "g3", "g4"}
	poolAccounts   = []string{"a1", "a2", "a3", "a4", "a5"}
	poolReports    = []string{"r1", "r2", "r3", "r4"}
	poolAttributes = map[string]datagroup.Type{"country": datagroup.StringType, "spend": datagroup.NumberType, "tags": datagroup.LabelsType}
	poolFilters    = []string{"everything", "nothing", "country = 'US'", "country in (\"US\", 'DE')", "spend >= 10",
		"tags has 'vip'", "source = 'google'", "country missing", "not (country = 'US')", "tier = 'x'"}
)

// draw is where random values come from.
type draw struct{ *rapid.T }

// below draws from 0 up to n, each number as often as the others. The generators
// of rapid prefer small numbers and the first elements of a pool, so what stands
// last would be rare. It is 0 in the simplest example.
func (d draw) below(n int, label string) int {
	return evenly(n).Draw(d.T, label)
}

// evenly is the generator of below. Four bits more than needed are even enough.
func evenly(n int) *rapid.Generator[int] {
	return rapid.Custom(func(t *rapid.T) int {
		x, bit := 0, rapid.Bool()
		for range bits.Len(uint(n)) + 4 {
			x <<= 1
			if bit.Draw(t, "bit") {
				x++
			}
		}
		return x * n >> (bits.Len(uint(n)) + 4)
	})
}

func (d draw) one(label string, pool ...string) string { return oneOf(d, label, pool...) }

// oneOf draws an element of a pool, each as often as the others.
func oneOf[T any](d draw, label string, pool ...T) T { return pool[d.below(len(pool), label)] }

// chance is true once in n times, and false in the simplest example.
func (d draw) chance(n int, label string) bool { return d.below(n, label) == n-1 }

// seldom is true once in a hundred times.
func (d draw) seldom(label string) bool { return d.below(100, label) == 61 }

// id draws from what is there and what might be, and seldom what is neither.
func (d draw) id(there, pool []string) string {
	if d.chance(40, "stray") {
		return d.one("id", "ghost", "")
	}
	if len(there) == 0 || d.chance(4, "there or not") {
		return d.one("id", pool...)
	}
	return d.one("id", there...)
}

func (d draw) user(c *model.Company) team.UserID {
	return team.UserID(d.id(keysOf(c.Users), poolUsers))
}
func (d draw) team(c *model.Company) team.ID { return team.ID(d.id(keysOf(c.Teams), poolTeams)) }
func (d draw) group(c *model.Company) datagroup.ID {
	return datagroup.ID(d.id(keysOf(c.Groups), poolGroups))
}
func (d draw) report(c *model.Company) access.ReportID {
	return access.ReportID(d.id(keysOf(c.Reports), poolReports))
}

// newID draws an id for something new: often none, for one that Do chooses.
func (d draw) newID(pool []string) string {
	return d.one("new id", append([]string{"", "new"}, pool...)...)
}

// end draws an end: none, or an hour around the clock.
func (d draw) end(now time.Time) time.Time {
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

// endLike draws an end, often the one there is.
func (d draw) endLike(old, now time.Time) time.Time {
	if d.chance(4, "same end") {
		return old
	}
	return d.end(now)
}

// customRoles is a catalog that has what the shipped ones do not have: a role by
// teams that manages users and disconnects sources, one with every capability
// that sees no data, bounds of several holders, one that hands itself on and
// becomes a little less, and one with any of the capabilities.
func (d draw) customRoles() []role.Role {
	all := slices.Concat(role.CompanyCatalog().Roles()[0].Capabilities, []role.Action{"session.share"})
	return []role.Role{
		{Name: "boss", Capabilities: append(slices.Clone(all), "campaign.pause"), Scope: role.AllData,
			Manages: []role.Name{"lead", "keeper", "blind", "some", "guest"}, MinHolders: 1, MaxHolders: 2},
		{Name: "lead", Capabilities: append(slices.Clone(all), "owner.transfer", "campaign.pause"), Scope: role.AllData,
			Manages: []role.Name{"boss", "lead", "keeper", "blind", "some", "guest"}, Offered: true},
		{Name: "keeper", Scope: role.ByTeams, Manages: []role.Name{"guest", "keeper"}, Offered: true,
			Capabilities: []role.Action{"account.view", "report.create", "source.remove", "team.create", "team.edit", "team.delete",
				"user.remove", "user.set-role", "user.suspend", "user.set-expiry", "role.grant", "datagroup.delete"}},
		{Name: "blind", Scope: role.AllData, Offered: true, MaxHolders: 1,
			Capabilities: []role.Action{"source.add", "source.edit", "team.set-members", "team.set-datagroups", "datagroup.edit"}},
		{Name: "some", Scope: role.AllData, Offered: true, Manages: []role.Name{"keeper", "blind", "guest"}, Capabilities: d.some(all)},
		{Name: "guest", Scope: role.ByTeams, Offered: true, Default: true,
			Capabilities: []role.Action{"account.view"}},
	}
}

// some draws a part of some actions, at least the first.
func (d draw) some(all []role.Action) []role.Action {
	part := all[:1:1]
	for _, a := range all[1:] {
		if d.chance(2, "has") {
			part = append(part, a)
		}
	}
	return part
}

// catalogNames has a catalog for each walk.
var catalogNames = []string{"company", "project", "custom"}

func (d draw) catalogNamed(name string) model.Catalog {
	switch name {
	case "company":
		return catalogOf(role.CompanyCatalog())
	case "project":
		return catalogOf(role.ProjectCatalog())
	}
	return model.Catalog{Roles: d.customRoles(), Kinds: customKinds()}
}

// catalogOf is a catalog as the model has it, with no name.
func catalogOf(c *role.Catalog) model.Catalog {
	return model.Catalog{Roles: c.Roles(), Kinds: c.Kinds()}
}

// customKinds are kinds of both places, with a link action and without.
func customKinds() []role.Kind {
	return []role.Kind{
		{Name: "board", In: role.InCompany, Actions: []role.Action{"campaign.pause"}, Link: "campaign.pause"},
		{Name: "campaign", In: role.InAccount, Actions: []role.Action{"campaign.pause"}, Link: "campaign.pause"},
		{Name: "row", In: role.InAccount, Actions: []role.Action{"campaign.pause"}},
	}
}

func (d draw) role(c *model.Company) role.Name {
	if d.chance(8, "odd role") {
		return role.Name(d.one("role", "", "ghost"))
	}
	for _, r := range c.Catalog.Roles {
		if all, _ := c.Holders(string(r.Name)); r.MaxHolders > 0 && all >= r.MaxHolders && d.chance(6, "full") {
			return r.Name
		}
	}
	return rapid.SampledFrom(c.Catalog.Roles).Draw(d.T, "role").Name
}

// account draws an account, seldom one that is not valid.
func (d draw) account(id string) document.Account {
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

// company draws a company in which there is most of what may be there. Its
// document may break what only changes keep: creators.
func (d draw) company(catalog model.Catalog) *model.Company {
	c := model.New(catalog, start)
	for name, t := range poolAttributes {
		c.Attributes[name] = t
	}
	for _, id := range poolAccounts[:3] {
		a := d.account(id)
		if a.Source == "" {
			a.Source = "google"
		}
		c.Accounts[id] = model.Account{Source: a.Source, Values: a.Values}
	}
	for _, id := range poolGroups[:3] {
		c.AddGroup(id, d.one("filter", poolFilters[:9]...))
	}
	for i, id := range poolUsers[:4] {
		u := d.firstUser(c, i)
		r, _ := c.Catalog.Role(u.Role)
		if all, _ := c.Holders(u.Role); r.MaxHolders > 0 && all >= r.MaxHolders {
			u.Role = c.Catalog.Default()
		}
		u.Email = id + "@x.test"
		c.Users[id], c.Used["user "+id] = u, true
	}
	d.teams(c)
	d.reports(c)
	c.Links = map[string]model.Link{
		"l1": {Maker: "u1", Action: "report.view", Resource: model.Resource(access.Report("r1"))},
		"l2": {Maker: "u2", Session: "t1", Action: "report.view", Resource: model.Resource(access.Report("r2"))},
	}
	for _, k := range c.Catalog.Kinds {
		if k.Link != "" && k.In == role.InAccount {
			c.Links["l3"] = model.Link{Maker: "u2", Action: string(k.Link), Resource: model.Resource(access.Item(access.Kind(k.Name), "c1", "a1"))}
		}
	}
	return c
}

// firstUser draws the i-th user of a company. The first one has the first role,
// and the second one often has it too, until an end.
func (d draw) firstUser(c *model.Company, i int) model.User {
	u := model.User{Role: string(rapid.SampledFrom(c.Catalog.Roles).Draw(d.T, "role").Name)}
	custom := c.Catalog.Roles[0].Name == "boss"
	if i >= 2 && custom && !d.chance(3, "the rest") {
		u.Role = []string{d.one("third", "blind", "some"), d.one("fourth", "keeper", "some")}[i-2]
	}
	if i == 1 && custom {
		u.Role = "lead"
	}
	if i == 0 || i == 1 && d.chance(2, "two heads") {
		u.Role = string(c.Catalog.Roles[0].Name)
	}
	if i > 0 {
		u.Until, u.Suspended = d.end(start), d.chance(8, "suspended")
	}
	if i == 1 && d.chance(2, "a head ends") {
		u.Role, u.Until, u.Suspended = string(c.Catalog.Roles[min(1, len(c.Catalog.Roles)-1)].Name), start.Add(4*time.Hour), false
		if c.Catalog.Roles[0].MaxHolders != 1 {
			u.Role = string(c.Catalog.Roles[0].Name)
		}
	}
	return u
}

func (d draw) teams(c *model.Company) {
	for _, id := range poolTeams[:3] {
		t := model.NewTeam()
		for _, u := range keysOf(c.Users) {
			if d.chance(2, "member") {
				t.Members[u] = d.end(start)
			}
		}
		for _, g := range keysOf(c.Groups) {
			if d.chance(2, "has") {
				t.Groups = append(t.Groups, g)
			}
		}
		c.Teams[id], c.Used["team "+id] = t, true
	}
}

func (d draw) reports(c *model.Company) {
	for _, id := range poolReports[:3] {
		r := model.NewReport("")
		if d.chance(2, "named") {
			r.Name = "Report " + id
		}
		for _, u := range keysOf(c.Users) {
			if d.chance(2, "shared") {
				r.Users[u] = model.Grant{Level: access.Level(rapid.IntRange(1, 4).Draw(d.T, "level")), Until: d.end(start)}
			}
		}
		if !d.chance(5, "no creator") {
			r.Users[d.one("creator", keysOf(c.Users)...)] = model.Grant{Level: access.Creator}
		}
		for _, t := range keysOf(c.Teams) {
			if d.chance(3, "team shared") {
				r.Teams[t] = model.Grant{Level: access.Level(rapid.IntRange(1, 2).Draw(d.T, "level")), Until: d.end(start)}
			}
		}
		c.Reports[id], c.Used["report "+id] = r, true
	}
}

// config draws what is configured for a company.
func (d draw) config() model.Config {
	return model.Config{
		TTL:           rapid.SampledFrom([]time.Duration{2 * time.Hour, 2 * time.Hour, 4 * time.Hour, -1}).Draw(d.T, "ttl"),
		Cooldown:      rapid.SampledFrom([]time.Duration{-1, -1, time.Hour, 3 * time.Hour}).Draw(d.T, "cooldown"),
		ProofAge:      rapid.SampledFrom([]time.Duration{time.Hour, 30 * time.Minute}).Draw(d.T, "proof age"),
		Pending:       rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(d.T, "pending"),
		Delivers:      true,
		Limits:        company.Limits{Seats: rapid.SampledFrom([]int{0, 0, 0, 6, 8}).Draw(d.T, "sold")},
		ClockSkew:     rapid.SampledFrom([]time.Duration{10000 * time.Hour, 10000 * time.Hour, 0, 30 * time.Minute}).Draw(d.T, "skew"),
		ChangeAddress: !d.chance(4, "no own address"),
		Roles:         map[string][]role.Name{"sync": d.mayGive(), "scim": {"member", "viewer", "guest"}},
		Systems:       map[string][]string{"sync": company.LogNames(), "scim": {"user.add", "user.remove", "team.add-member", "report.share"}},
	}
}

// mayGive draws the roles that a system may give: mostly all, or nil.
func (d draw) mayGive() []role.Name {
	if d.chance(4, "no roles of its own") {
		return nil
	}
	return everyRole(d.customRoles())
}

// request draws a request, mostly by an actor who may do much.
func (d draw) request(m *machine) model.Request {
	var r model.Request
	c := m.model.At(m.now())
	var heads []string
	for _, id := range keysOf(c.Users) {
		if has, _ := c.Catalog.Role(c.Users[id].Role); len(has.Capabilities) > 10 && c.Active(id) {
			heads = append(heads, id)
			if !c.Users[id].Until.IsZero() {
				heads = append(heads, id, id)
			}
		}
	}
	switch n := rapid.IntRange(0, 19).Draw(d.T, "actor"); {
	case n == 19 && d.chance(4, "nobody"):
	case n >= 18:
		r.User = d.one("user", append(keysOf(c.Users), "ghost")...)
	case n >= 15 && len(c.Users) > 0:
		r.User = d.one("user", keysOf(c.Users)...)
	case n >= 4 && len(heads) > 0:
		r.User = d.one("head", heads...)
	default:
		r.System = d.one("system", "sync", "sync", "sync", "sync", "scim", "ghost")
	}
	r.Reason, r.Approval = d.one("why", "it is needed", "it is asked for"), d.one("approval", "", "a-1", "a-2")
	if d.chance(40, "odd reason") {
		r.Reason = d.one("reason", "", " \t\n", strings.Repeat("x", 501), "\xff")
	}
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(d.T, "changes") {
		r.Changes = append(r.Changes, d.change(m, r))
	}
	if r.System == "sync" && m.clock.Before(m.last) && m.config.Cooldown < 0 && d.chance(3, "correct the clock") {
		r.Changes = []company.Change{company.CorrectClock{}}
	}
	twice := func(c company.Change) bool { // what it reads is neither here nor there
		share, _ := c.(company.ShareReport)
		unshare, _ := c.(company.UnshareReport)
		return share.User != "" && share.Team != "" || unshare.User != "" && unshare.Team != ""
	}
	if d.chance(4, "on a condition") && !slices.ContainsFunc(r.Changes, twice) {
		r.Since = uint64(1 + d.below(len(m.model.Events)+d.below(2, "or later"), "since"))
	}
	if d.chance(80, "no changes") {
		r.Changes = nil
	} else if d.chance(80, "nil change") {
		r.Changes = append(r.Changes, nil)
	}
	return r
}
