package company_test

import (
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

func (j *judge) knownTeam(id team.ID) verdict {
	_, ok := j.teams[string(id)]
	return refuse(!ok, "ErrUnknown")
}

func (j *judge) createTeam(c company.CreateTeam) (company.Change, verdict) {
	_, exists := j.teams[string(c.Team)]
	v := firstOf(j.ask("team.create", access.Company()), fresh(j, "team", &c.Team, exists))
	if v == "" {
		j.used["team "+string(c.Team)] = true
		j.putTeam(c.Team, c.Name, c.Description)
	}
	return c, v
}

// putTeam sets what is said of a team, new or not.
func (j *judge) putTeam(id team.ID, name, description string) {
	t, ok := j.teams[string(id)]
	if !ok {
		t = newTeam()
	}
	t.name, t.description = name, description
	j.teams[string(id)] = t
}

func (j *judge) editTeam(c company.EditTeam) verdict {
	t := j.teams[string(c.Team)]
	v := firstOf(
		j.ask("team.edit", access.Team(c.Team)),
		j.knownTeam(c.Team),
		refuse(t.name == c.Name && t.description == c.Description, "ErrNoChange"),
	)
	if v == "" {
		j.putTeam(c.Team, c.Name, c.Description)
	}
	return v
}

func (j *judge) deleteTeam(c company.DeleteTeam) (company.Change, verdict) {
	if v := firstOf(j.ask("team.delete", access.Team(c.Team)), j.knownTeam(c.Team)); v != "" {
		return nil, v
	}
	t := j.teams[string(c.Team)]
	c.Members, c.Groups = len(t.members), nil
	for _, g := range sortedKeys(t.groups) {
		c.Groups = append(c.Groups, datagroup.ID(g))
	}
	delete(j.teams, string(c.Team))
	for _, r := range j.reports {
		delete(r.teams, string(c.Team))
	}
	return c, ""
}

func (j *judge) addMember(c company.AddMember) (company.Change, verdict) {
	before, member := j.teams[string(c.Team)].members[string(c.User)]
	self := j.actor != "" && string(c.User) == j.actor
	current := member && !hasEnded(before, j.at)
	if v := firstOf(
		j.ask("team.set-members", access.Team(c.Team)),
		j.knownTeam(c.Team),
		j.known(c.User),
		refuse(member && before.Equal(c.Until), "ErrNoChange"),
		refuse(self && (!current || outlasts(c.Until, before)), "ErrSelf"),
		refuse((!current || outlasts(c.Until, before)) && hasEnded(c.Until, j.at), "ErrPast"),
		refuse(j.beyond(c.Until) && (!member || outlasts(c.Until, before)), "ErrBeyondOwnEnd"),
		refuse(badEnd(c.Until), "ErrInvalid"),
	); v != "" {
		return nil, v
	}
	j.teams[string(c.Team)].members[string(c.User)] = c.Until
	return c, ""
}

func (j *judge) removeMember(c company.RemoveMember) verdict {
	_, member := j.teams[string(c.Team)].members[string(c.User)]
	v := firstOf(
		j.ask("team.set-members", access.Team(c.Team)),
		j.knownTeam(c.Team),
		j.known(c.User),
		refuse(!member, "ErrNoChange"),
	)
	if v == "" {
		delete(j.teams[string(c.Team)].members, string(c.User))
	}
	return v
}

func (j *judge) knownGroup(id datagroup.ID) verdict {
	_, ok := j.groups[string(id)]
	return refuse(!ok, "ErrUnknown")
}

func (j *judge) attachGroup(c company.AttachGroup) (company.Change, verdict) {
	if v := firstOf(
		j.ask("team.set-datagroups", access.Team(c.Team)),
		j.knownTeam(c.Team),
		j.knownGroup(c.Group),
		refuse(j.teams[string(c.Team)].groups[string(c.Group)], "ErrNoChange"),
	); v != "" {
		return nil, v
	}
	c.Impact = j.impact(func() { j.teams[string(c.Team)].groups[string(c.Group)] = true })
	return c, ""
}

func (j *judge) detachGroup(c company.DetachGroup) (company.Change, verdict) {
	if v := firstOf(
		j.ask("team.set-datagroups", access.Team(c.Team)),
		j.knownTeam(c.Team),
		j.knownGroup(c.Group),
		refuse(!j.teams[string(c.Team)].groups[string(c.Group)], "ErrNoChange"),
	); v != "" {
		return nil, v
	}
	c.Impact = j.impact(func() { delete(j.teams[string(c.Team)].groups, string(c.Group)) })
	return c, ""
}

func newTeam() modelTeam {
	return modelTeam{groups: map[string]bool{}, members: map[string]time.Time{}}
}
