package company

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// CreateTeam makes a team without members and without data.
type CreateTeam struct {
	Team        team.ID `json:"team"` // never used before; "" for a random one
	Name        string  `json:"name,omitempty"`
	Description string  `json:"description,omitempty"`
}

func (c CreateTeam) resolve(p *proposal) (Change, error) {
	id, err := newID(p, access.KindTeam, c.Team)
	c.Team = id
	return c, err
}

func (c CreateTeam) apply(s *state, _ time.Time) error {
	if err := checkFree(s, access.KindTeam, c.Team); err != nil {
		return err
	}
	return s.edit(func(e *access.Edit) {
		e.SetTeam(document.TeamOf(team.Team{ID: c.Team, Name: c.Name, Description: c.Description}))
	})
}

// EditTeam gives a team another name and description.
type EditTeam struct {
	Team        team.ID `json:"team"`
	Name        string  `json:"name,omitempty"`
	Description string  `json:"description,omitempty"`
}

func (c EditTeam) resolve(p *proposal) (Change, error) {
	t, err := p.team(c.Team)
	if err == nil && t.Name == c.Name && t.Description == c.Description {
		err = ErrNoChange
	}
	return c, err
}

func (c EditTeam) apply(s *state, _ time.Time) error {
	return s.editTeam(c.Team, func(t *team.Team) { t.Name, t.Description = c.Name, c.Description })
}

// editTeam makes the next policy with one team changed.
func (s *state) editTeam(id team.ID, change func(t *team.Team)) error {
	t, err := s.team(id)
	if err != nil {
		return err
	}
	change(&t)
	return s.edit(func(e *access.Edit) { e.SetTeam(document.TeamOf(t)) })
}

// DeleteTeam deletes a team with its memberships, and takes its data groups and
// report grants from it.
type DeleteTeam struct {
	Team team.ID `json:"team"`
	DeleteTeamOutcome
}

// DeleteTeamOutcome is the outcome of [DeleteTeam].
type DeleteTeamOutcome struct {
	Members int            `json:"members"` // how many the team had
	Groups  []datagroup.ID `json:"groups,omitempty"`
}

func (c DeleteTeam) resolve(p *proposal) (Change, error) {
	t, err := p.team(c.Team)
	if err != nil {
		return nil, err
	}
	c.DeleteTeamOutcome = DeleteTeamOutcome{Groups: t.Groups}
	for range p.directory().Members(c.Team) {
		c.Members++
	}
	return c, nil
}

func (c DeleteTeam) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) { e.RemoveTeam(c.Team) })
}

// AddMember puts a user into a team, or moves the end of their membership.
type AddMember struct {
	Team  team.ID     `json:"team"`
	User  team.UserID `json:"user"`
	Until time.Time   `json:"until,omitzero"`
}

func (c AddMember) resolve(p *proposal) (Change, error) {
	if _, err := p.team(c.Team); err != nil {
		return nil, err
	}
	if _, err := p.user(c.User); err != nil {
		return nil, err
	}
	c.Until = end(c.Until)
	raises := true
	if m, ok := p.membership(c.Team, c.User); ok {
		if c.Until.Equal(m.Until) {
			return nil, ErrNoChange
		}
		raises = team.End(m.Until).Ended(p.at) || later(c.Until, m.Until)
	}
	if !raises {
		return c, nil
	}
	if c.User == p.actor.user {
		return nil, ErrSelf
	}
	if err := p.future(c.Until); err != nil {
		return nil, err
	}
	return c, p.notBeyond(p.actor, c.Until)
}

func (c AddMember) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) {
		e.SetMember(c.Team, document.Member{User: string(c.User), Until: document.End(c.Until)})
	})
}

// membership returns the membership that a user has in a team.
func (s *state) membership(t team.ID, u team.UserID) (team.Member, bool) {
	for m := range s.directory().Memberships(u) {
		if m.Team == t {
			return m, true
		}
	}
	return team.Member{}, false
}

// RemoveMember takes a user out of a team.
type RemoveMember struct {
	Team team.ID     `json:"team"`
	User team.UserID `json:"user"`
}

func (c RemoveMember) resolve(p *proposal) (Change, error) {
	if _, err := p.team(c.Team); err != nil {
		return nil, err
	}
	if _, err := p.user(c.User); err != nil {
		return nil, err
	}
	if _, ok := p.membership(c.Team, c.User); !ok {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c RemoveMember) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) { e.RemoveMember(c.Team, c.User) })
}

// AttachGroup gives a team a data group. All its members see the accounts that
// the group matches.
type AttachGroup struct {
	Team  team.ID      `json:"team"`
	Group datagroup.ID `json:"group"`
	AttachGroupOutcome
}

// AttachGroupOutcome is the outcome of [AttachGroup].
type AttachGroupOutcome struct {
	Impact Impact `json:"impact,omitzero"`
}

func (c AttachGroup) resolve(p *proposal) (Change, error) {
	t, err := p.team(c.Team)
	if err != nil {
		return nil, err
	}
	if _, err := p.group(c.Group); err != nil {
		return nil, err
	}
	if slices.Contains(t.Groups, c.Group) {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c AttachGroup) withImpact(i Impact) Change { c.Impact = i; return c }

func (c AttachGroup) affects(before, after *access.Policy) affected {
	return affected{teams: []team.ID{c.Team}, accounts: matching(before, c.Group)}
}

func (c AttachGroup) apply(s *state, _ time.Time) error {
	return s.editTeam(c.Team, func(t *team.Team) { t.Groups = append(slices.Clip(t.Groups), c.Group) })
}

// DetachGroup takes a data group from a team.
type DetachGroup struct {
	Team  team.ID      `json:"team"`
	Group datagroup.ID `json:"group"`
	DetachGroupOutcome
}

// DetachGroupOutcome is the outcome of [DetachGroup].
type DetachGroupOutcome struct {
	Impact Impact `json:"impact,omitzero"`
}

func (c DetachGroup) resolve(p *proposal) (Change, error) {
	t, err := p.team(c.Team)
	if err != nil {
		return nil, err
	}
	if _, err := p.group(c.Group); err != nil {
		return nil, err
	}
	if !slices.Contains(t.Groups, c.Group) {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c DetachGroup) withImpact(i Impact) Change { c.Impact = i; return c }

func (c DetachGroup) affects(before, after *access.Policy) affected {
	return affected{teams: []team.ID{c.Team}, accounts: matching(before, c.Group)}
}

func (c DetachGroup) apply(s *state, _ time.Time) error {
	return s.editTeam(c.Team, func(t *team.Team) {
		t.Groups = slices.DeleteFunc(slices.Clone(t.Groups), func(g datagroup.ID) bool { return g == c.Group })
	})
}
