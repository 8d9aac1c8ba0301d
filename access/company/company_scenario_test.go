package company_test

import (
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// goal says whether a request, and what must come of it, is what a scenario is
// looking for.
type goal func(m *machine, r model.Request, want model.Answer) bool

// goalNamed looks for a branch: "made" with a type of change, the cause of a
// refusal, or one of the goals that have a name of their own.
func goalNamed(branch string) goal {
	if g, ok := goals[branch]; ok {
		return g
	}
	if slices.Contains(strings.Split(countedGoals, "|"), branch) {
		return makes(func(_ *machine, r model.Request, c company.Change) bool {
			var hits branches
			countPerson(&hits, r, c)
			countThing(&hits, c)
			return len(hits.Missing(branch)) == 0
		})
	}
	if name, ok := strings.CutPrefix(branch, "made "); ok {
		return makes(func(_ *machine, _ model.Request, c company.Change) bool { return model.TypeOf(c).Name == name })
	}
	return func(_ *machine, _ model.Request, want model.Answer) bool {
		return want.Refused() && want.Only() == branch
	}
}

// countedGoals are what [countPerson] and [countThing] count.
const countedGoals = "without an address|one's own address|one's own name|one's own grant|address given to a user|a member again|" +
	"a membership's end lifted|a grant's end lifted|a grant with an end raised|links ended by a catalog"

// makes looks for a request that is granted with such a change in it.
func makes(is func(m *machine, r model.Request, c company.Change) bool) goal {
	return func(m *machine, r model.Request, want model.Answer) bool {
		return slices.ContainsFunc(want.Recorded, func(c company.Change) bool { return is(m, r, c) })
	}
}

func byUser(is func(m *machine, user team.UserID, c company.Change) bool) goal {
	return makes(func(m *machine, r model.Request, c company.Change) bool {
		return r.User != "" && is(m, team.UserID(r.User), c)
	})
}

var goals = map[string]goal{
	"passed over": func(_ *machine, _ model.Request, want model.Answer) bool {
		return !want.Refused() && len(want.Repeated) > 0
	},
	"unchanged since": func(_ *machine, r model.Request, want model.Answer) bool { return !want.Refused() && r.Since > 0 },
	"impact": makes(func(_ *machine, _ model.Request, c company.Change) bool {
		edit, ok := c.(company.EditGroup)
		return ok && !edit.Impact.IsZero()
	}),
	"handed over": makes(func(_ *machine, _ model.Request, c company.Change) bool {
		remove, ok := c.(company.RemoveUser)
		return ok && remove.HandedOver.Count > 0
	}),
	"id given": func(_ *machine, r model.Request, want model.Answer) bool {
		return !want.Refused() && slices.ContainsFunc(r.Changes, func(c company.Change) bool {
			create, ok := c.(company.CreateReport)
			return ok && create.Report == ""
		})
	},
	"third refused": func(_ *machine, _ model.Request, want model.Answer) bool { return want.Index == 2 },
	"raise: gives up": byUser(func(_ *machine, user team.UserID, c company.Change) bool {
		remove, ok := c.(company.RemoveMember)
		return ok && remove.User == user
	}),
	"raise: hands over": byUser(func(_ *machine, _ team.UserID, c company.Change) bool {
		remove, ok := c.(company.RemoveUser)
		return ok && remove.HandedOver.Count > 0
	}),
	"raise: another ends": byUser(func(m *machine, user team.UserID, c company.Change) bool {
		_, end := c.(company.SetEnd)
		_, member := c.(company.AddMember)
		_, share := c.(company.ShareReport)
		return (end || member || share) && !m.model.Users[string(user)].Until.IsZero()
	}),
	"raise: actor ends": byUser(func(m *machine, user team.UserID, _ company.Change) bool {
		return !m.model.Users[string(user)].Until.IsZero()
	}),
	"raise: connects": byUser(func(_ *machine, _ team.UserID, c company.Change) bool {
		_, connect := c.(company.ConnectAccounts)
		_, update := c.(company.UpdateAccounts)
		return connect || update
	}),
	"raise: shares": byUser(func(_ *machine, _ team.UserID, c company.Change) bool {
		_, ok := c.(company.ShareReport)
		return ok
	}),
	"raise: creates a report": byUser(func(_ *machine, _ team.UserID, c company.Change) bool {
		_, ok := c.(company.CreateReport)
		return ok
	}),
}

// towards returns a scenario for each of the branches: requests are drawn until
// the model foresees the branch, and that request is made. A branch may have
// others before it that it needs, with ">" between them.
func towards(branches []string, laws ...law) []scenario {
	var all []scenario
	for _, path := range branches {
		all = append(all, aim(strings.Split(path, ">"), laws))
	}
	return all
}

// endScenarios are about ends that few drawn companies have: a team whose
// membership ends before its grant, and a membership that ended.
func endScenarios() []scenario {
	return []scenario{{"shared beyond a membership|ended before it ended", func(t *rapid.T, hits *branches) {
		d := draw{t}
		c := d.company(d.catalogNamed(d.one("catalog", catalogNames...)))
		c.Users["u5"] = model.User{Email: "u5@x.test", Role: c.Users["u1"].Role}
		if r := c.Catalog.Roles[0]; r.MaxHolders > 0 {
			c.Users["u5"] = model.User{Email: "u5@x.test", Role: c.Catalog.Default()}
		}
		short, ended, report := model.NewTeam(), model.NewTeam(), model.NewReport("")
		short.Members["u5"], ended.Members["u5"] = hours(1), hours(-1)
		report.Users["u1"] = model.Grant{Level: access.Creator}
		report.Teams["short"] = model.Grant{Level: access.Explorer}
		c.Teams["short"], c.Teams["ended"], c.Reports["r5"] = short, ended, report
		m := newMachine(t, hits, c, d.config(), lawPast)
		share := company.ShareReport{Report: "r5", Team: "ended", Until: company.To(hours(2))}
		m.do(t, model.Request{User: "u5", Changes: []company.Change{share}})
		share.Until = company.To(hours(1))
		m.do(t, model.Request{User: "u5", Changes: []company.Change{share}})
		m.do(t, model.Request{System: "sync", Reason: "it is needed", Changes: []company.Change{company.AddMember{Team: "ended", User: "u5", Until: hours(-2)}}})
		m.invariant(t)
		m.finish(t)
	}}}
}

// clockScenarios set the clock back by more than it may be, and correct it.
func clockScenarios() []scenario {
	return []scenario{{"made clock.correct|ErrClock|in the past", func(t *rapid.T, hits *branches) {
		d := draw{t}
		config := d.config()
		config.ClockSkew, config.Cooldown = 30*time.Minute, -1
		m := newMachine(t, hits, d.company(d.catalogNamed(d.one("catalog", catalogNames...))), config, lawPast)
		ask := func() model.Request { return draw{t}.request(m) }
		for range d.below(4, "before") {
			m.do(t, m.rarest(ask))
		}
		for range 1 + d.below(2, "times") {
			m.clock = m.now().Add(time.Duration(1+d.below(50, "ahead")) * time.Hour)
			for range 1 + d.below(4, "by a wrong clock") {
				m.do(t, m.rarest(ask))
			}
			m.clock = m.last.Add(-time.Duration(1+d.below(50, "back")) * time.Hour)
			m.do(t, model.Request{System: "sync", Reason: "it goes on", Changes: []company.Change{company.CreateTeam{Name: "Late"}}})
			m.invariant(t)
			m.do(t, model.Request{System: "sync", Changes: []company.Change{company.CorrectClock{}}})
			for range d.below(4, "after") {
				m.do(t, m.rarest(ask))
			}
			m.invariant(t)
		}
		m.finish(t)
	}}}
}

// creatorScenarios remove the last creator of a report where nobody qualifies but
// the one who removes them, and name another later.
func creatorScenarios() []scenario {
	return []scenario{{"left without a creator|made report.name-creator|ErrSelf ErrSuccessor|ErrSuccessor", func(t *rapid.T, hits *branches) {
		d := draw{t}
		c := d.company(d.catalogNamed(d.one("catalog", catalogNames...)))
		for id, u := range c.Users {
			if u.Until.IsZero() && id != "u1" {
				u.Until = hours(9)
			}
			c.Users[id] = u
		}
		c.Users["u5"] = model.User{Email: "u5@x.test", Role: c.Catalog.Default(), Until: hours(8)}
		report := model.NewReport("")
		report.Users["u5"] = model.Grant{Level: access.Creator}
		report.Users["u2"] = model.Grant{Level: access.Creator, Until: hours(7)}
		c.Reports["r5"] = report
		m := newMachine(t, hits, c, d.config(), lawPast)
		by := func(user, system string, c company.Change) {
			m.do(t, model.Request{User: user, System: system, Reason: "they leave", Changes: []company.Change{c}})
		}
		by("u1", "", company.RemoveUser{User: "u5", Successor: "u1"})
		by("u1", "", company.RemoveUser{User: "u5", Successor: "u2"})
		by("u1", "", company.RemoveUser{User: "u5"})
		by("u1", "", company.NameCreator{Report: "r5", User: "u1"})
		by("u1", "", company.NameCreator{Report: "r5", User: "u2"})
		by("u2", "", company.NameCreator{Report: "r5", User: "u1"})
		by("", "sync", company.SetEnd{User: "u4", Until: company.None[time.Time]()})
		by("u1", "", company.NameCreator{Report: "r5", User: "u4"})
		by("", "sync", company.NameCreator{Report: "r5", User: "u1"})
		m.invariant(t)
		m.finish(t)
	}}}
}

func aim(path []string, laws []law) scenario {
	return scenario{path[len(path)-1], func(t *rapid.T, hits *branches) {
		m := newCompanyMachine(t, hits, draw{t}.one("catalog", catalogNames...), laws...)
		if path[len(path)-1] == "made invitation.delivered" {
			m.fails = errQueued
		}
		for _, branch := range path {
			m.seek(t, goalNamed(branch))
			m.invariant(t)
		}
		m.finish(t)
	}}
}

// seek draws requests until one of them is the goal, and makes it. It gives up
// after many.
func (m *machine) seek(t *rapid.T, is goal) {
	for range 300 {
		d := draw{t}
		r := d.request(m)
		if len(m.model.Invitations) > 0 && d.chance(4, "an answer") {
			r = d.answer(m)
		}
		if is(m, r, m.model.Do(r, m.config, m.clock)) {
			m.do(t, r)
			return
		}
	}
}
