package access_test

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
	userIDs    = []string{"u1", "u2", "u3", "u4"}
	teamIDs    = []string{"t1", "t2", "t3"}
	groupIDs   = []string{"g1", "g2", "g3", "g4"}
	accountIDs = []string{"a1", "a2", "a3", "a4"}
	reportIDs  = []string{"r1", "r2", "r3"}
	linkIDs    = []string{"l1", "l2", "l3", "l4"}
)

// draw is where random things come from.
type draw struct{ *rapid.T }

func (d draw) one(label string, pool ...string) string {
	return rapid.SampledFrom(pool).Draw(d.T, label)
}

// chance is true once in n times, and false in the simplest example.
func (d draw) chance(n int, label string) bool {
	return rapid.IntRange(0, n-1).Draw(d.T, label) == n-1
}

// id draws from the pool, and now and then what is in no pool.
func (d draw) id(pool []string) string {
	if d.chance(30, "stray") {
		return d.one("id", "ghost", "")
	}
	return d.one("id", pool...)
}

// end draws an end of access: mostly none, else one of the few hours at which
// clocks are set. The zone it comes in means nothing.
func (d draw) end() time.Time {
	hours := rapid.SampledFrom([]int{0, 0, 0, 0, 1, 2, 3}).Draw(d.T, "hours")
	if hours == 0 {
		return time.Time{}
	}
	end := modelStart.Add(time.Duration(hours) * time.Hour)
	if d.chance(3, "zone") {
		end = end.In(time.FixedZone("elsewhere", 5*3600+1800))
	}
	return end
}

// clock draws an instant around the ends.
func (d draw) clock() time.Time {
	hours := rapid.IntRange(0, 3).Draw(d.T, "clock")
	off := rapid.SampledFrom([]time.Duration{0, 0, -time.Nanosecond, time.Nanosecond}).Draw(d.T, "off")
	return modelStart.Add(time.Duration(hours)*time.Hour + off)
}

func (d draw) catalog() modelCatalog {
	return rapid.SampledFrom([]modelCatalog{hostModel(), companyModel(), projectModel(), hostModel()}).Draw(d.T, "catalog")
}

func (d draw) setUser(w *world, id string) change {
	u := modelUser{email: id + "@x.test", until: d.end()}
	switch rapid.IntRange(0, 15).Draw(d.T, "email") {
	case 15:
		u.email = ""
	case 14:
		u.email = d.one("other", userIDs...) + "@X.test"
	case 13:
		u.email, u.name = id+"@X.Test", "Mx "+id
	}
	if id == "" {
		u.email = "nobody@x.test"
	}
	if !d.chance(12, "no role") {
		u.role = w.catalog.roles[rapid.IntRange(0, len(w.catalog.roles)-1).Draw(d.T, "role")].name
	}
	if d.chance(25, "odd role") {
		u.role = "ghost"
	}
	u.suspended = d.chance(10, "suspended")
	return setUser(id, u)
}

func (d draw) setTeam(id string) change {
	groups := slices.Clone(rapid.Permutation(groupIDs).Draw(d.T, "groups")[rapid.IntRange(1, 4).Draw(d.T, "without"):])
	if d.chance(30, "stray group") {
		groups = append(groups, d.id(groupIDs))
	}
	return setTeam(id, d.one("name", "", "A team"), groups)
}

func (d draw) setGroup(id string) change {
	return setGroup(id, modelGroup{d.one("name", "", "A group"), rapid.SampledFrom(modelRules).Draw(d.T, "rule")})
}

func (d draw) setAccount(id string) change {
	a := modelAccount{d.one("source", "google", "meta"), map[string]datagroup.Value{}}
	if d.chance(2, "country") {
		a.values["country"] = datagroup.Text(d.one("in", "US", "DE", ""))
	}
	if d.chance(3, "spend") {
		a.values["spend"] = datagroup.Number(float64(rapid.IntRange(9, 11).Draw(d.T, "of")))
	}
	if d.chance(3, "tags") {
		a.values["tags"] = rapid.SampledFrom([]datagroup.Value{
			datagroup.Labels(), datagroup.Labels("vip"), datagroup.Labels("new", "vip")}).Draw(d.T, "labels")
	}
	if d.chance(3, "name") {
		a.values["name"] = datagroup.Text(d.one("called", "North", "South"))
	}
	return setAccount(id, a)
}

func (d draw) setAttributes(w *world) change {
	types := maps.Clone(w.attributes)
	name := d.one("attribute", "tier", "tags", "spend", "country")
	switch rapid.IntRange(0, 3).Draw(d.T, "how") {
	case 0:
		types[name] = modelTypes[name]
	case 1:
		delete(types, name)
	case 2:
		types[d.one("retyped", "tier", "tags")] = datagroup.NumberType
	case 3:
		types["campaign"] = datagroup.StringType
	}
	return setAttributes(types)
}

// grantee draws a user or a team, and now and then both or neither.
func (d draw) grantee() (user, t string) {
	switch rapid.IntRange(0, 20).Draw(d.T, "grantee") {
	case 19:
		return "", ""
	case 20:
		return d.id(userIDs), d.id(teamIDs)
	case 0, 1, 2, 3, 4, 5, 6, 7:
		return "", d.id(teamIDs)
	}
	return d.id(userIDs), ""
}

func (d draw) setGrant(report, user, t string) change {
	g := modelGrant{levelViewer, d.end()}
	highest := levelCreator
	if t != "" {
		highest = levelExplorer
	}
	g.level = access.Level(rapid.IntRange(int(levelViewer), int(highest)).Draw(d.T, "level"))
	if d.chance(25, "odd level") {
		g.level = rapid.SampledFrom([]access.Level{levelNone, levelEditor, levelCreator + 1}).Draw(d.T, "odd")
	}
	return setGrant(report, user, t, g)
}

func (d draw) setLink(w *world, id string) change {
	if l, ok := w.links[id]; ok {
		l.until, l.ended = d.end(), l.ended != d.chance(5, "end")
		switch rapid.IntRange(0, 19).Draw(d.T, "move") {
		case 17:
			l.maker = d.id(userIDs)
		case 18:
			l.session = d.one("session", teamIDs...)
		case 19:
			l.action = "account.view"
		}
		return setLink(id, l)
	}
	l := modelLink{maker: d.id(userIDs), until: d.end(), ended: d.chance(10, "ended"), action: "report.view"}
	if d.chance(3, "scoped") {
		l.session = d.id(teamIDs)
	}
	switch rapid.IntRange(0, 9).Draw(d.T, "shows") {
	case 0, 1, 2, 3:
		l.shows = thing{kind: "report", id: d.id(reportIDs)}
	case 9:
		l.shows = thing{kind: "campaign", id: "c1", wide: true}
	default:
		l.shows = thing{kind: "campaign", id: "c1", account: d.id(accountIDs)}
	}
	if l.shows.kind != "report" || d.chance(20, "odd action") {
		l.action = d.one("action", "account.view", "recording.view", "campaign.pause", "source.edit")
	}
	if d.chance(25, "odd resource") {
		l.shows = rapid.SampledFrom([]thing{{}, {kind: "company"}, {kind: "account", id: "a1"},
			{kind: "campaign", id: "c1"}, {kind: "link", id: "l1"}}).Draw(d.T, "odd")
	}
	return setLink(id, l)
}

// setCatalog draws another catalog, which seldom has the roles in use, or a
// narrower one of the same roles.
func (d draw) setCatalog(w *world) change {
	switch rapid.IntRange(0, 3).Draw(d.T, "how") {
	case 0:
		return setCatalog(d.catalog())
	case 1:
		return setCatalog(w.catalog.without("campaign.pause"))
	}
	return setCatalog(w.catalog.without("account.view"))
}

// change draws a change of any kind, most of which can be made.
func (d draw) change(w *world) change {
	switch rapid.IntRange(0, 23).Draw(d.T, "change") {
	case 0, 1:
		return d.setUser(w, d.id(userIDs))
	case 2:
		return removeUser(d.id(userIDs))
	case 3, 4:
		return setMember(d.id(teamIDs), d.id(userIDs), d.end())
	case 5:
		return removeMember(d.id(teamIDs), d.id(userIDs))
	case 6, 7:
		return d.setTeam(d.id(teamIDs))
	case 8:
		return removeTeam(d.id(teamIDs))
	case 9, 10:
		return d.setGroup(d.id(groupIDs))
	case 11:
		return removeGroup(d.id(groupIDs))
	case 12, 13:
		return d.setAccount(d.id(accountIDs))
	case 14:
		return removeAccount(d.id(accountIDs))
	case 15:
		return d.setAttributes(w)
	case 16:
		return setReport(d.id(reportIDs), d.one("name", "", "One", "Two"))
	case 17:
		return removeReport(d.id(reportIDs))
	case 18, 19:
		user, t := d.grantee()
		return d.setGrant(d.id(reportIDs), user, t)
	case 20:
		user, t := d.grantee()
		return removeGrant(d.id(reportIDs), user, t)
	case 21:
		return d.setLink(w, d.id(linkIDs))
	case 22:
		return d.setCatalog(w)
	}
	return removeLink(d.id(linkIDs))
}

// world draws a company in which most of what may be there is.
func (d draw) world() *world {
	w := newWorld(d.catalog())
	w.attributes = maps.Clone(modelTypes)
	w.now = d.clock()
	put := func(c change) { c.world(w) } // what cannot be made is left out
	for _, id := range accountIDs {
		put(d.setAccount(id))
	}
	for _, id := range groupIDs {
		put(d.setGroup(id))
	}
	for _, t := range teamIDs {
		put(d.setTeam(t))
	}
	for _, id := range userIDs {
		put(d.setUser(w, id))
		for _, t := range teamIDs {
			if d.chance(2, "member") {
				put(setMember(t, id, d.end()))
			}
		}
	}
	for i, r := range reportIDs {
		put(setReport(r, []string{"", "One", "Two"}[i]))
		for range rapid.IntRange(0, 4).Draw(d.T, "grants") {
			user, t := d.grantee()
			put(d.setGrant(r, user, t))
		}
	}
	for _, id := range linkIDs {
		put(d.setLink(w, id))
	}
	return w
}

// worlds is the generator of [draw.world].
func worlds() *rapid.Generator[*world] {
	return rapid.Custom(func(t *rapid.T) *world { return draw{t}.world() })
}
