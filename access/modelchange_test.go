package access_test

import (
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// change is one change, to a world and to an Edit. The world's says whether it
// can be made, and leaves the world alone if not.
type change struct {
	op    string
	world func(*world) bool
	edit  func(*access.Edit)
}

// kind returns the first two words of the operation.
func (c change) kind() string {
	verb, rest, _ := strings.Cut(c.op, " ")
	noun, _, _ := strings.Cut(rest, " ")
	return verb + " " + noun
}

func setUser(id string, u modelUser) change {
	return change{"set user " + id, func(w *world) bool {
		if u.role == "" {
			u.role = w.catalog.fallback()
		}
		_, known := w.catalog.role(u.role)
		if id == "" || !known || u.email == "" {
			return false
		}
		for other, o := range w.users {
			if other != id && strings.EqualFold(o.email, u.email) {
				return false
			}
		}
		w.users[id] = u
		return true
	}, func(e *access.Edit) {
		email, err := team.ParseAddress(u.email)
		if err != nil {
			email = team.Address{}
		}
		e.SetUser(team.User{ID: team.UserID(id), Name: u.name, Email: email, Role: role.Name(u.role),
			Suspended: u.suspended, Until: u.until})
	}}
}

func removeUser(id string) change {
	return change{"remove user " + id, func(w *world) bool {
		if !has(w.users, id) {
			return false
		}
		delete(w.users, id)
		for _, t := range w.teams {
			delete(t.members, id)
		}
		for _, r := range w.reports {
			delete(r.users, id)
		}
		w.endLinks(func(l modelLink) bool { return l.maker == id })
		return true
	}, func(e *access.Edit) { e.RemoveUser(team.UserID(id)) }}
}

func setMember(t, u string, until time.Time) change {
	return change{"set member " + t + "/" + u, func(w *world) bool {
		if !has(w.teams, t) || !has(w.users, u) {
			return false
		}
		w.teams[t].members[u] = until
		return true
	}, func(e *access.Edit) {
		e.SetMember(team.Member{Team: team.ID(t), User: team.UserID(u), Until: until})
	}}
}

func removeMember(t, u string) change {
	return change{"remove member " + t + "/" + u, func(w *world) bool {
		if !has(w.teams[t].members, u) {
			return false
		}
		delete(w.teams[t].members, u)
		return true
	}, func(e *access.Edit) { e.RemoveMember(team.ID(t), team.UserID(u)) }}
}

// setTeam adds or replaces a team. The groups may come in any order, each once.
func setTeam(id, name string, groups []string) change {
	return change{"set team " + id, func(w *world) bool {
		for i, g := range groups {
			if !has(w.groups, g) || slices.Contains(groups[:i], g) {
				return false
			}
		}
		if id == "" {
			return false
		}
		t := modelTeam{name: name, description: "of " + id, members: w.teams[id].members}
		if t.members == nil {
			t.members = map[string]time.Time{}
		}
		t.groups = slices.Clone(groups)
		slices.Sort(t.groups)
		w.teams[id] = t
		return true
	}, func(e *access.Edit) {
		t := team.Team{ID: team.ID(id), Name: name, Description: "of " + id}
		for _, g := range groups {
			t.Groups = append(t.Groups, datagroup.ID(g))
		}
		e.SetTeam(t)
	}}
}

func removeTeam(id string) change {
	return change{"remove team " + id, func(w *world) bool {
		if !has(w.teams, id) {
			return false
		}
		delete(w.teams, id)
		for _, r := range w.reports {
			delete(r.teams, id)
		}
		return true
	}, func(e *access.Edit) { e.RemoveTeam(team.ID(id)) }}
}

// setGroup adds or replaces a group. Its filter is parsed under a schema that
// has every attribute, so that it may fail to fit the policy's.
func setGroup(id string, g modelGroup) change {
	return change{"set group " + id + " to " + g.rule.text, func(w *world) bool {
		name := g.rule.reads
		if id == "" || name != "" && w.attributes[name] != modelTypes[name] {
			return false
		}
		w.groups[id] = g
		return true
	}, func(e *access.Edit) {
		schema, err := schemaOf(modelTypes)
		if err != nil {
			panic(err)
		}
		f, err := schema.Parse(g.rule.text)
		if err != nil {
			panic(err)
		}
		e.SetGroup(datagroup.Group{ID: datagroup.ID(id), Name: g.name, Filter: f})
	}}
}

func removeGroup(id string) change {
	return change{"remove group " + id, func(w *world) bool {
		if !has(w.groups, id) {
			return false
		}
		delete(w.groups, id)
		for name, t := range w.teams {
			t.groups = slices.DeleteFunc(t.groups, func(g string) bool { return g == id })
			w.teams[name] = t
		}
		return true
	}, func(e *access.Edit) { e.RemoveGroup(datagroup.ID(id)) }}
}

// setAccount connects or replaces an account, made under a schema that has
// every attribute. Without an id it is the zero Account.
func setAccount(id string, a modelAccount) change {
	return change{"set account " + id, func(w *world) bool {
		if id == "" || !w.declares(a) {
			return false
		}
		w.accounts[id] = a
		return true
	}, func(e *access.Edit) {
		var account datagroup.Account
		if id != "" {
			schema, err := schemaOf(modelTypes)
			if err != nil {
				panic(err)
			}
			if account, err = schema.Account(datagroup.AccountID(id), a.source, a.values); err != nil {
				panic(err)
			}
		}
		e.SetAccount(account)
	}}
}

func removeAccount(id string) change {
	return change{"remove account " + id, func(w *world) bool {
		if !has(w.accounts, id) {
			return false
		}
		delete(w.accounts, id)
		return true
	}, func(e *access.Edit) { e.RemoveAccount(datagroup.AccountID(id)) }}
}

// setAttributes declares the attributes anew. One called campaign cannot be.
func setAttributes(types map[string]datagroup.Type) change {
	return change{"set attributes", func(w *world) bool {
		if has(types, "campaign") {
			return false
		}
		for name, was := range w.attributes {
			if types[name] != was && w.inUse(name) {
				return false
			}
		}
		w.attributes = types
		return true
	}, func(e *access.Edit) { e.SetAttributes(attributesOf(types)...) }}
}

func setReport(id, name string) change {
	return change{"set report " + id, func(w *world) bool {
		if id == "" {
			return false
		}
		for other, r := range w.reports {
			if other != id && name != "" && r.name == name {
				return false
			}
		}
		r, ok := w.reports[id]
		if !ok {
			r = modelReport{users: map[string]modelGrant{}, teams: map[string]modelGrant{}}
		}
		r.name = name
		w.reports[id] = r
		return true
	}, func(e *access.Edit) { e.SetReport(access.ReportID(id), name) }}
}

func removeReport(id string) change {
	return change{"remove report " + id, func(w *world) bool {
		if !has(w.reports, id) {
			return false
		}
		delete(w.reports, id)
		w.endLinks(func(l modelLink) bool { return l.shows.kind == "report" && l.shows.id == id })
		return true
	}, func(e *access.Edit) { e.RemoveReport(access.ReportID(id)) }}
}

// setGrant shares a report with a user or a team: one of them, and only that.
func setGrant(report, user, t string, g modelGrant) change {
	return change{"set grant " + report + "/" + user + t, func(w *world) bool {
		switch {
		case !has(w.reports, report), (user == "") == (t == ""), g.level < levelViewer, g.level > levelCreator:
			return false
		case t == "" && has(w.users, user):
			w.reports[report].users[user] = g
		case user == "" && has(w.teams, t) && g.level <= levelExplorer:
			w.reports[report].teams[t] = g
		default:
			return false
		}
		return true
	}, func(e *access.Edit) {
		e.SetGrant(access.Grant{Report: access.ReportID(report), User: team.UserID(user), Team: team.ID(t),
			Level: g.level, Until: g.until})
	}}
}

func removeGrant(report, user, t string) change {
	return change{"remove grant " + report + "/" + user + t, func(w *world) bool {
		r := w.reports[report]
		switch {
		case (user == "") == (t == ""):
			return false
		case has(r.users, user):
			delete(r.users, user)
		case has(r.teams, t):
			delete(r.teams, t)
		default:
			return false
		}
		return true
	}, func(e *access.Edit) {
		e.RemoveGrant(access.Grant{Report: access.ReportID(report), User: team.UserID(user), Team: team.ID(t)})
	}}
}

// setLink adds a link, or moves its end or ends it. The rest of one that is
// there stays. One that is ended from the start may name a maker and a report
// that are not there.
func setLink(id string, l modelLink) change {
	return change{"set link " + id, func(w *world) bool {
		old, ok := w.links[id]
		if ok {
			same := l
			same.until, same.ended = old.until, old.ended
			if same != old || old.ended && !l.ended {
				return false
			}
			w.links[id] = l
			return true
		}
		dangling := !has(w.users, l.maker) || l.shows.kind == "report" && !has(w.reports, l.shows.id)
		if id == "" || l.maker == "" || !l.ended && dangling || !w.linkFits(l) {
			return false
		}
		w.links[id] = l
		return true
	}, func(e *access.Edit) {
		e.SetLink(access.ShareLink{ID: access.LinkID(id), Maker: team.UserID(l.maker), Session: team.ID(l.session),
			Action: access.Action(l.action), Resource: l.shows.resource(), Until: l.until, Ended: l.ended})
	}}
}

func removeLink(id string) change {
	return change{"remove link " + id, func(w *world) bool {
		if !has(w.links, id) {
			return false
		}
		delete(w.links, id)
		return true
	}, func(e *access.Edit) { e.RemoveLink(access.LinkID(id)) }}
}

// setCatalog replaces the roles. Every one that a user has must be there.
func setCatalog(c modelCatalog) change {
	return change{"set catalog " + c.name, func(w *world) bool {
		for _, u := range w.users {
			if _, ok := c.role(u.role); !ok {
				return false
			}
		}
		w.catalog = c
		return true
	}, func(e *access.Edit) { e.SetCatalog(c.real()) }}
}

// apply returns the world after the changes, or false if one of them cannot be
// made.
func (w *world) apply(changes ...change) (*world, bool) {
	next := w.clone()
	for _, c := range changes {
		if !c.world(next) {
			return nil, false
		}
	}
	return next, true
}

// edit makes the changes to a policy.
func edit(p *access.Policy, changes ...change) (*access.Policy, error) {
	e := p.Edit()
	for _, c := range changes {
		c.edit(e)
	}
	return e.Policy()
}
