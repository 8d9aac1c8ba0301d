package model

import (
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

func (p *proposal) knownTeam(id team.ID) string {
	_, ok := p.Teams[string(id)]
	return when(!ok, "ErrUnknown")
}

func (p *proposal) createTeam(c company.CreateTeam) (company.Change, string) {
	_, exists := p.Teams[string(c.Team)]
	refusal := first(p.ask("team.create", access.Company()), newID(p, "team", &c.Team, exists))
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

func (p *proposal) editTeam(c company.EditTeam) string {
	t := p.Teams[string(c.Team)]
	refusal := first(
		p.ask("team.edit", access.Team(c.Team)),
		p.knownTeam(c.Team),
		when(t.Name == c.Name && t.Description == c.Description, "ErrNoChange"),
	)
	if refusal == "" {
		p.putTeam(c.Team, c.Name, c.Description)
	}
	return refusal
}

func (p *proposal) deleteTeam(c company.DeleteTeam) (company.Change, string) {
	if refusal := first(p.ask("team.delete", access.Team(c.Team)), p.knownTeam(c.Team)); refusal != "" {
		return nil, refusal
	}
	t := p.Teams[string(c.Team)]
	c.Members, c.Groups = len(t.Members), nil
	for _, g := range t.Groups {
		c.Groups = append(c.Groups, datagroup.ID(g))
	}
	p.RemoveTeam(string(c.Team))
	return c, ""
}

func (p *proposal) addMember(c company.AddMember) (company.Change, string) {
	before, member := p.Teams[string(c.Team)].Members[string(c.User)]
	self := p.User != "" && string(c.User) == p.User
	current := member && !Ended(before, p.Now)
	if refusal := first(
		p.ask("team.set-members", access.Team(c.Team)),
		p.knownTeam(c.Team),
		p.known(c.User),
		when(member && before.Equal(c.Until), "ErrNoChange"),
		when(self && (!current || Outlasts(c.Until, before)), "ErrSelf"),
		when((!current || Outlasts(c.Until, before)) && Ended(c.Until, p.Now), "ErrPast"),
		when(p.beyond(c.Until) && (!member || Outlasts(c.Until, before)), "ErrBeyondOwnEnd"),
		when(badEnd(c.Until), "ErrInvalid"),
	); refusal != "" {
		return nil, refusal
	}
	p.Teams[string(c.Team)].Members[string(c.User)] = c.Until
	return c, ""
}

func (p *proposal) removeMember(c company.RemoveMember) string {
	_, member := p.Teams[string(c.Team)].Members[string(c.User)]
	refusal := first(
		p.ask("team.set-members", access.Team(c.Team)),
		p.knownTeam(c.Team),
		p.known(c.User),
		when(!member, "ErrNoChange"),
	)
	if refusal == "" {
		delete(p.Teams[string(c.Team)].Members, string(c.User))
	}
	return refusal
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
	if refusal := first(
		p.ask("team.set-datagroups", access.Team(c.Team)),
		p.knownTeam(c.Team),
		p.knownGroup(c.Group),
		when(!slices.Contains(p.Teams[string(c.Team)].Groups, string(c.Group)), "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	c.Impact = p.impact(func() {
		p.setGroups(c.Team, slices.DeleteFunc(p.Teams[string(c.Team)].Groups, func(g string) bool { return g == string(c.Group) }))
	})
	return c, ""
}
