package model

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

func (p *proposal) knownTeam(id team.ID) string {
	_, ok := p.Teams[string(id)]
	return when(!ok, "ErrUnknown")
}

func (p *proposal) createTeam(c company.CreateTeam) (company.Change, string) {
	t, exists := p.Teams[string(c.Team)]
	same := exists && t.Name == c.Name && t.Description == c.Description
	refusal := first(p.ask("team.create", access.Company()), when(same && p.System != "", "ErrNoChange"), newID(p, "team", &c.Team, exists))
	if refusal == "" {
		p.Used["team "+string(c.Team)] = true
		p.putTeam(c.Team, c.Name, c.Description)
	}
	return c, refusal
}

// putTeam sets the name and the description of a team, new or not.
func (p *proposal) putTeam(id team.ID, name, description string) {
	t, ok := p.Teams[string(id)]
	if !ok {
		t = NewTeam()
	}
	t.Name, t.Description = name, description
	p.Teams[string(id)] = t
}

func (p *proposal) editTeam(c company.EditTeam) (company.Change, string) {
	t := p.Teams[string(c.Team)]
	refusal := first(
		p.ask("team.edit", access.Team(c.Team)),
		p.knownTeam(c.Team),
		when(become(c.Name, t.Name) == t.Name && become(c.Description, t.Description) == t.Description, "ErrNoChange"),
	)
	if refusal == "" {
		p.putTeam(c.Team, become(c.Name, t.Name), become(c.Description, t.Description))
	}
	c.Name, c.Description = orNone(c.Name), orNone(c.Description)
	return c, refusal
}

func (p *proposal) deleteTeam(c company.DeleteTeam) (company.Change, string) {
	t, exists := p.Teams[string(c.Team)]
	if refusal := first(p.ask("team.delete", access.Team(c.Team)), p.toRemove("team", string(c.Team), exists)); refusal != "" {
		return nil, refusal
	}
	var members []document.Member
	for _, u := range Keys(t.Members) {
		members = append(members, document.Member{User: u, Until: document.End(t.Members[u])})
	}
	var groups []datagroup.ID
	for _, g := range t.Groups {
		groups = append(groups, datagroup.ID(g))
	}
	slices.Sort(groups)
	var grants []company.LostGrant
	for _, r := range Keys(p.Reports) {
		if g, ok := p.Reports[r].Teams[string(c.Team)]; ok {
			grants = append(grants, company.LostGrant{Report: access.ReportID(r), Level: g.Level, Until: g.Until.UTC()})
		}
	}
	links := p.endLinks(func(l Link) bool { return l.Session == string(c.Team) })
	c.DeleteTeamOutcome = company.DeleteTeamOutcome{
		Members: bounded(members), Groups: bounded(groups), Reports: bounded(grants), Links: bounded(links),
	}
	p.RemoveTeam(string(c.Team))
	return c, ""
}

func (p *proposal) addMember(c company.AddMember) (company.Change, string) {
	before, member := p.Teams[string(c.Team)].Members[string(c.User)]
	if refusal := first(
		p.ask("team.set-members", access.Team(c.Team)),
		p.knownTeam(c.Team),
		p.known(c.User),
		when(member && before.Equal(c.Until), "ErrNoChange"),
		when(member && !Ended(before, p.Now), "ErrTaken"),
		p.mayLengthen(c.User, c.Until),
		when(badEnd(c.Until), "ErrInvalid"),
	); refusal != "" {
		return nil, refusal
	}
	p.Teams[string(c.Team)].Members[string(c.User)] = c.Until
	c.From = before
	return c, ""
}

func (p *proposal) mayLengthen(u team.UserID, until time.Time) string {
	return first(
		when(p.User != "" && string(u) == p.User, "ErrSelf"),
		when(Ended(until, p.Now), "ErrPast"),
		when(p.beyond(until), "ErrBeyondOwnEnd"),
	)
}

func (p *proposal) setMemberEnd(c company.SetMemberEnd) (company.Change, string) {
	before, member := p.Teams[string(c.Team)].Members[string(c.User)]
	until := become(c.Until, before)
	if refusal := first(
		p.ask("team.set-members", access.Team(c.Team)),
		p.knownTeam(c.Team),
		p.known(c.User),
		when(!member || Ended(before, p.Now), "ErrUnknown"),
		zeroEnd(c.Until),
		when(until.Equal(before), "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	if Outlasts(until, before) {
		if refusal := p.mayLengthen(c.User, until); refusal != "" {
			return nil, refusal
		}
	}
	if badEnd(until) {
		return nil, "ErrInvalid"
	}
	p.Teams[string(c.Team)].Members[string(c.User)] = until
	c.From = before
	return c, ""
}

func (p *proposal) removeMember(c company.RemoveMember) (company.Change, string) {
	until, member := p.Teams[string(c.Team)].Members[string(c.User)]
	_, team := p.Teams[string(c.Team)]
	_, user := p.Users[string(c.User)]
	refusal := first(
		p.ask("team.set-members", access.Team(c.Team)),
		p.everWas("team", string(c.Team), team),
		p.everWas("user", string(c.User), user),
		when(!member, "ErrNoChange"),
	)
	if refusal == "" {
		delete(p.Teams[string(c.Team)].Members, string(c.User))
	}
	c.Until = until
	return c, refusal
}

func (p *proposal) knownGroup(id datagroup.ID) string {
	_, ok := p.Groups[string(id)]
	return when(!ok, "ErrUnknown")
}

// setGroups replaces the data groups of a team.
func (p *proposal) setGroups(id team.ID, groups []string) {
	t := p.Teams[string(id)]
	p.SetTeam(string(id), t.Name, t.Description, groups)
}

func (p *proposal) attachGroup(c company.AttachGroup) (company.Change, string) {
	if refusal := first(
		p.ask("team.set-datagroups", access.Team(c.Team)),
		p.knownTeam(c.Team),
		p.knownGroup(c.Group),
		when(slices.Contains(p.Teams[string(c.Team)].Groups, string(c.Group)), "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	c.Impact = p.impact(func() { p.setGroups(c.Team, append(p.Teams[string(c.Team)].Groups, string(c.Group))) })
	return c, ""
}

func (p *proposal) detachGroup(c company.DetachGroup) (company.Change, string) {
	_, team := p.Teams[string(c.Team)]
	_, group := p.Groups[string(c.Group)]
	if refusal := first(
		p.ask("team.set-datagroups", access.Team(c.Team)),
		p.everWas("team", string(c.Team), team),
		p.everWas("group", string(c.Group), group),
		when(!slices.Contains(p.Teams[string(c.Team)].Groups, string(c.Group)), "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	c.Impact = p.impact(func() {
		p.setGroups(c.Team, slices.DeleteFunc(p.Teams[string(c.Team)].Groups, func(g string) bool { return g == string(c.Group) }))
	})
	return c, ""
}
