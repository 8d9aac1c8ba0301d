package model

import (
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// The pools of ids are small so that things collide.
var (
	UserIDs    = []string{"u1", "u2", "u3", "u4"}
	TeamIDs    = []string{"t1", "t2", "t3"}
	GroupIDs   = []string{"g1", "g2", "g3", "g4"}
	AccountIDs = []string{"a1", "a2", "a3", "a4"}
	ReportIDs  = []string{"r1", "r2", "r3"}
	LinkIDs    = []string{"l1", "l2", "l3", "l4"}
)

// Draw is where random things come from.
type Draw struct{ *rapid.T }

// One draws one of the pool.
func (d Draw) One(label string, pool ...string) string {
	return rapid.SampledFrom(pool).Draw(d.T, label)
}

// Chance is true once in n times, and false in the simplest example.
func (d Draw) Chance(n int, label string) bool {
	return rapid.IntRange(0, n-1).Draw(d.T, label) == n-1
}

// ID draws from the pool, and now and then what is in no pool.
func (d Draw) ID(pool []string) string {
	if d.Chance(30, "stray") {
		return d.One("id", "ghost", "")
	}
	return d.One("id", pool...)
}

// End draws an end: mostly none, else one of the few hours at which clocks are
// set. The zone it comes in means nothing.
func (d Draw) End() time.Time {
	hours := rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2, 3}).Draw(d.T, "hours")
	if hours == 0 {
		return time.Time{}
	}
	end := Start.Add(time.Duration(hours) * time.Hour)
	if d.Chance(3, "zone") {
		end = end.In(time.FixedZone("elsewhere", 5*3600+1800))
	}
	return end
}

// Clock draws an instant around the ends.
func (d Draw) Clock() time.Time {
	hours := rapid.IntRange(0, 3).Draw(d.T, "clock")
	off := rapid.SampledFrom([]time.Duration{0, 0, -time.Nanosecond, time.Nanosecond}).Draw(d.T, "off")
	return Start.Add(time.Duration(hours)*time.Hour + off)
}

// Catalog draws one of the catalogs, mostly one of a host.
func (d Draw) Catalog() Catalog {
	switch rapid.IntRange(0, 5).Draw(d.T, "catalog") {
	case 0, 1:
		return HostCatalog()
	case 2:
		return CompanyCatalog()
	case 3:
		return ProjectCatalog()
	}
	return d.HostCatalog()
}

func (d Draw) role(c Catalog) string {
	return string(c.Roles[rapid.IntRange(0, len(c.Roles)-1).Draw(d.T, "role")].Name)
}

func (d Draw) setUser(w *World, id string) Change {
	u := User{Email: id + "@x.test", Until: d.End()}
	switch rapid.IntRange(0, 15).Draw(d.T, "email") {
	case 15:
		u.Email = ""
	case 14:
		u.Email = d.One("other", UserIDs...) + "@X.test"
	case 13:
		u.Email, u.Name = id+"@X.Test", "Mx "+id
	}
	if id == "" {
		u.Email = "nobody@x.test"
	}
	if !d.Chance(12, "no role") {
		u.Role = d.role(w.Catalog)
	}
	if d.Chance(25, "odd role") {
		u.Role = "ghost"
	}
	u.Suspended = d.Chance(10, "suspended")
	return SetUser(id, u)
}

func (d Draw) setTeam(id string) Change {
	groups := slices.Clone(rapid.Permutation(GroupIDs).Draw(d.T, "groups")[rapid.IntRange(1, 4).Draw(d.T, "without"):])
	if d.Chance(30, "stray group") {
		groups = append(groups, d.ID(GroupIDs))
	}
	return SetTeam(id, d.One("name", "", "A team"), groups)
}

func (d Draw) setGroup(id string) Change {
	return SetGroup(id, Group{d.One("name", "", "A group"), rapid.SampledFrom(Rules).Draw(d.T, "rule")})
}

// setAccount draws the values of an account. Every third is like one that is
// there but for the number, which tells accounts apart for few filters only.
func (d Draw) setAccount(w *World, id string) Change {
	if len(w.Accounts) > 0 && d.Chance(3, "like another") {
		a := w.Accounts[d.One("like", SortedKeys(w.Accounts)...)]
		values := maps.Clone(a.Values)
		values["spend"] = d.spend()
		return SetAccount(id, Account{a.Source, values})
	}
	a := Account{d.One("source", "google", "meta"), map[string]datagroup.Value{}}
	if d.Chance(2, "country") {
		a.Values["country"] = datagroup.Text(d.One("in", "US", "DE", ""))
	}
	if d.Chance(3, "spend") {
		a.Values["spend"] = d.spend()
	}
	if d.Chance(3, "tags") {
		a.Values["tags"] = rapid.SampledFrom([]datagroup.Value{
			datagroup.Labels(), datagroup.Labels("vip"), datagroup.Labels("new", "vip")}).Draw(d.T, "labels")
	}
	if d.Chance(3, "name") {
		a.Values["name"] = datagroup.Text(d.One("called", "North", "South"))
	}
	return SetAccount(id, a)
}

func (d Draw) spend() datagroup.Value {
	return datagroup.Number(float64(rapid.IntRange(9, 11).Draw(d.T, "of")))
}

func (d Draw) setAttributes(w *World) Change {
	types := maps.Clone(w.Attributes)
	name := d.One("attribute", "tier", "tags", "spend", "country")
	switch rapid.IntRange(0, 3).Draw(d.T, "how") {
	case 0:
		types[name] = Types[name]
	case 1:
		delete(types, name)
	case 2:
		types[d.One("retyped", "tier", "tags")] = datagroup.NumberType
	case 3:
		types["campaign"] = datagroup.StringType
	}
	return SetAttributes(types)
}

// grantee draws a user or a team, and now and then both or neither.
func (d Draw) grantee() (user, t string) {
	switch rapid.IntRange(0, 20).Draw(d.T, "grantee") {
	case 19:
		return "", ""
	case 20:
		return d.ID(UserIDs), d.ID(TeamIDs)
	case 0, 1, 2, 3, 4, 5, 6, 7:
		return "", d.ID(TeamIDs)
	}
	return d.ID(UserIDs), ""
}

// removeGrant takes away a grant that is there, or now and then any: drawn at
// random, few are there.
func (d Draw) removeGrant(w *World) Change {
	var all []Change
	for _, id := range SortedKeys(w.Reports) {
		for _, u := range SortedKeys(w.Reports[id].Users) {
			all = append(all, RemoveGrant(id, u, ""))
		}
		for _, t := range SortedKeys(w.Reports[id].Teams) {
			all = append(all, RemoveGrant(id, "", t))
		}
	}
	if len(all) == 0 || d.Chance(3, "any grant") {
		user, t := d.grantee()
		return RemoveGrant(d.ID(ReportIDs), user, t)
	}
	return rapid.SampledFrom(all).Draw(d.T, "grant")
}

func (d Draw) setGrant(report, user, t string) Change {
	g := Grant{Viewer, d.End()}
	highest := Creator
	if t != "" {
		highest = Explorer
	}
	g.Level = access.Level(rapid.IntRange(int(Viewer), int(highest)).Draw(d.T, "level"))
	if d.Chance(25, "odd level") {
		g.Level = rapid.SampledFrom([]access.Level{NoLevel, Editor, Creator + 1}).Draw(d.T, "odd")
	}
	return SetGrant(report, user, t, g)
}

func (d Draw) setLink(w *World, id string) Change {
	if l, ok := w.Links[id]; ok {
		l.Until, l.Ended = d.End(), l.Ended != d.Chance(5, "end")
		switch rapid.IntRange(0, 19).Draw(d.T, "move") {
		case 17:
			l.Maker = d.ID(UserIDs)
		case 18:
			l.Session = d.One("session", TeamIDs...)
		case 19:
			l.Action = "account.view"
		}
		return SetLink(id, l)
	}
	l := Link{Maker: d.ID(UserIDs), Until: d.End(), Ended: d.Chance(10, "ended"), Action: "report.view"}
	if d.Chance(2, "scoped") {
		l.Session = d.ID(TeamIDs)
	}
	l.Resource, l.Action = d.linkTo(w)
	if d.Chance(20, "odd action") {
		l.Action = d.One("action", "account.view", "recording.view", "campaign.pause", "source.edit")
	}
	if d.Chance(25, "odd resource") {
		l.Resource = rapid.SampledFrom([]Resource{{}, {Kind: "company"}, OfAccount("a1"),
			{Kind: "campaign", ID: "c1"}, {Kind: "link", ID: "l1"}}).Draw(d.T, "odd")
	}
	return SetLink(id, l)
}

// setCatalog draws another catalog, which seldom has the roles in use, or one of
// the same roles: narrower, or with other kinds.
func (d Draw) setCatalog(w *World) Change {
	switch rapid.IntRange(0, 5).Draw(d.T, "how") {
	case 0:
		return SetCatalog(d.Catalog())
	case 1:
		return SetCatalog(w.Catalog.Without("campaign.pause"))
	case 2:
		return SetCatalog(w.Catalog.Without("account.view"))
	}
	return d.SetKinds(w)
}

// Change draws a change of any kind, most of which can be made.
func (d Draw) Change(w *World) Change {
	switch rapid.IntRange(0, 25).Draw(d.T, "change") {
	case 0, 1:
		return d.setUser(w, d.ID(UserIDs))
	case 2:
		return RemoveUser(d.ID(UserIDs))
	case 3, 4:
		return SetMember(d.ID(TeamIDs), d.ID(UserIDs), d.End())
	case 5:
		return RemoveMember(d.ID(TeamIDs), d.ID(UserIDs))
	case 6, 7:
		return d.setTeam(d.ID(TeamIDs))
	case 8:
		return d.removeTeam(w)
	case 9, 10:
		return d.setGroup(d.ID(GroupIDs))
	case 11:
		return RemoveGroup(d.ID(GroupIDs))
	case 12, 13:
		return d.setAccount(w, d.ID(AccountIDs))
	case 14:
		return RemoveAccount(d.ID(AccountIDs))
	case 15:
		return d.setAttributes(w)
	case 16:
		return SetReport(d.ID(ReportIDs), d.One("name", "", "One", "Two", "oNE", "One  more", "one More", "K", "\u212a"))
	case 17:
		return RemoveReport(d.ID(ReportIDs))
	case 18, 19:
		user, t := d.grantee()
		return d.setGrant(d.ID(ReportIDs), user, t)
	case 20:
		return d.removeGrant(w)
	case 21:
		return d.setLink(w, d.ID(LinkIDs))
	case 25:
		return d.removeTeam(w)
	case 22, 24:
		return d.setCatalog(w)
	}
	return RemoveLink(d.ID(LinkIDs))
}

// Changes draws up to most changes, at least one.
func (d Draw) Changes(w *World, most int) []Change {
	var all []Change
	for range rapid.IntRange(1, most).Draw(d.T, "changes") {
		all = append(all, d.Change(w))
	}
	return all
}

// World draws a company in which most of what may be there is.
func (d Draw) World() *World {
	w := New(d.Catalog())
	w.Attributes = maps.Clone(Types)
	w.Now = d.Clock()
	put := func(c Change) { c.Apply(w) } // what cannot be made is left out
	for _, id := range AccountIDs {
		put(d.setAccount(w, id))
	}
	for _, id := range GroupIDs {
		put(d.setGroup(id))
	}
	for _, t := range TeamIDs {
		put(d.setTeam(t))
	}
	for _, id := range UserIDs {
		put(d.setUser(w, id))
		for _, t := range TeamIDs {
			if d.Chance(2, "member") {
				put(SetMember(t, id, d.End()))
			}
		}
	}
	for i, r := range ReportIDs {
		put(SetReport(r, []string{"", "One", "Two"}[i]))
		for range rapid.IntRange(0, 4).Draw(d.T, "grants") {
			user, t := d.grantee()
			put(d.setGrant(r, user, t))
		}
	}
	for _, id := range LinkIDs {
		put(d.setLink(w, id))
	}
	return w
}

// Worlds is the generator of [Draw.World].
func Worlds() *rapid.Generator[*World] {
	return rapid.Custom(func(t *rapid.T) *World { return Draw{t}.World() })
}
