package company

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// CreateTeam makes a team without members and without data.
type CreateTeam struct {
	Team        team.ID `json:"team"` // never used before; "" for a random one
	Name        string  `json:"name,omitempty"`
	Description string  `json:"description,omitempty"`
}

func (c CreateTeam) change() about     { return about{kind: "team.create"} }
func (c CreateTeam) targets() []string { return []string{access.Team(c.Team).String()} }

func (c CreateTeam) asks(*draft) []question {
	return []question{{access.CreateTeam, access.Company()}}
}

func (c CreateTeam) judge(d *draft) (Change, error) {
	id, err := fresh(d, access.KindTeam, c.Team)
	c.Team = id
	return c, err
}

func (c CreateTeam) apply(d *draft) error {
	if err := unused(d, access.KindTeam, c.Team); err != nil {
		return err
	}
	return d.edit(func(e *access.Edit) {
		e.SetTeam(team.Team{ID: c.Team, Name: c.Name, Description: c.Description})
	})
}

// EditTeam gives a team another name and description.
type EditTeam struct {
	Team        team.ID `json:"team"`
	Name        string  `json:"name,omitempty"`
	Description string  `json:"description,omitempty"`
}

func (c EditTeam) change() about     { return about{kind: "team.edit"} }
func (c EditTeam) targets() []string { return []string{access.Team(c.Team).String()} }

func (c EditTeam) asks(*draft) []question {
	return []question{{access.EditTeam, access.Team(c.Team)}}
}

func (c EditTeam) judge(d *draft) (Change, error) {
	t, err := d.team(c.Team)
	if err == nil && t.Name == c.Name && t.Description == c.Description {
		err = ErrNoChange
	}
	return c, err
}

func (c EditTeam) apply(d *draft) error {
	return d.editTeam(c.Team, func(t *team.Team) { t.Name, t.Description = c.Name, c.Description })
}

// editTeam makes the next policy with one team changed.
func (d *draft) editTeam(id team.ID, change func(t *team.Team)) error {
	t, err := d.team(id)
	if err != nil {
		return err
	}
	change(&t)
	return d.edit(func(e *access.Edit) { e.SetTeam(t) })
}

// DeleteTeam deletes a team, and with it its memberships, assignments and
// report grants.
type DeleteTeam struct {
	Team    team.ID        `json:"team"`
	Members int            `json:"members"`          // outcome: how many it had
	Groups  []datagroup.ID `json:"groups,omitempty"` // outcome: it held
}

func (c DeleteTeam) change() about     { return about{kind: "team.delete"} }
func (c DeleteTeam) targets() []string { return []string{access.Team(c.Team).String()} }

func (c DeleteTeam) asks(*draft) []question {
	return []question{{access.DeleteTeam, access.Team(c.Team)}}
}

func (c DeleteTeam) judge(d *draft) (Change, error) {
	t, err := d.team(c.Team)
	if err != nil {
		return nil, err
	}
	c.Groups, c.Members = t.Groups, 0
	for range d.policy.Directory().Members(c.Team) {
		c.Members++
	}
	return c, nil
}

func (c DeleteTeam) apply(d *draft) error {
	if err := d.edit(func(e *access.Edit) { e.RemoveTeam(c.Team) }); err != nil {
		return err
	}
	retire(d, access.KindTeam, c.Team)
	return nil
}

// AddMember puts a user into a team, or moves the end of his membership.
type AddMember struct {
	Team  team.ID     `json:"team"`
	User  team.UserID `json:"user"`
	Until time.Time   `json:"until,omitzero"`
}

func (c AddMember) change() about { return about{kind: "team.add-member", reason: true} }

func (c AddMember) targets() []string {
	return []string{access.Team(c.Team).String(), access.TargetUser(c.User).String()}
}

func (c AddMember) asks(*draft) []question {
	return []question{{access.SetTeamMembers, access.Team(c.Team)}}
}

func (c AddMember) judge(d *draft) (Change, error) {
	if _, err := d.team(c.Team); err != nil {
		return nil, err
	}
	if _, err := d.user(c.User); err != nil {
		return nil, err
	}
	c.Until = end(c.Until)
	raises := true
	if m, ok := membership(d.policy, c.Team, c.User); ok {
		if c.Until.Equal(m.Until) {
			return nil, ErrNoChange
		}
		raises = team.End(m.Until).Ended(d.at) || later(c.Until, m.Until)
	}
	if !raises {
		return c, nil
	}
	if c.User == d.actor.user {
		return nil, ErrSelf
	}
	if err := d.future(c.Until); err != nil {
		return nil, err
	}
	return c, d.within(c.Until)
}

func (c AddMember) apply(d *draft) error {
	return d.edit(func(e *access.Edit) {
		e.SetMember(team.Member{Team: c.Team, User: c.User, Until: c.Until})
	})
}

// membership returns a user's place in a team.
func membership(p *access.Policy, t team.ID, u team.UserID) (team.Member, bool) {
	for m := range p.Directory().Memberships(u) {
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

func (c RemoveMember) change() about { return about{kind: "team.remove-member", reason: true} }

func (c RemoveMember) targets() []string {
	return []string{access.Team(c.Team).String(), access.TargetUser(c.User).String()}
}

func (c RemoveMember) asks(*draft) []question {
	return []question{{access.SetTeamMembers, access.Team(c.Team)}}
}

func (c RemoveMember) judge(d *draft) (Change, error) {
	if _, err := d.team(c.Team); err != nil {
		return nil, err
	}
	if _, err := d.user(c.User); err != nil {
		return nil, err
	}
	if _, ok := membership(d.policy, c.Team, c.User); !ok {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c RemoveMember) apply(d *draft) error {
	return d.edit(func(e *access.Edit) { e.RemoveMember(c.Team, c.User) })
}

// AttachGroup gives a team a data group. All its members see what it matches.
type AttachGroup struct {
	Team   team.ID      `json:"team"`
	Group  datagroup.ID `json:"group"`
	Impact Impact       `json:"impact,omitzero"` // outcome
}

func (c AttachGroup) change() about { return about{kind: "team.attach-group"} }

func (c AttachGroup) targets() []string {
	return []string{access.Team(c.Team).String(), access.Group(c.Group).String()}
}

func (c AttachGroup) asks(*draft) []question {
	return []question{{access.SetTeamGroups, access.Team(c.Team)}}
}

func (c AttachGroup) judge(d *draft) (Change, error) {
	t, err := d.team(c.Team)
	if err != nil {
		return nil, err
	}
	if _, err := d.group(c.Group); err != nil {
		return nil, err
	}
	if slices.Contains(t.Groups, c.Group) {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c AttachGroup) measured(i Impact) Change { c.Impact = i; return c }

func (c AttachGroup) touches(before, after *access.Policy) touched {
	return touched{teams: []team.ID{c.Team}, accounts: matching(before, c.Group)}
}

func (c AttachGroup) apply(d *draft) error {
	return d.editTeam(c.Team, func(t *team.Team) { t.Groups = append(slices.Clip(t.Groups), c.Group) })
}

// DetachGroup takes a data group from a team.
type DetachGroup struct {
	Team   team.ID      `json:"team"`
	Group  datagroup.ID `json:"group"`
	Impact Impact       `json:"impact,omitzero"` // outcome
}

func (c DetachGroup) change() about { return about{kind: "team.detach-group"} }

func (c DetachGroup) targets() []string {
	return []string{access.Team(c.Team).String(), access.Group(c.Group).String()}
}

func (c DetachGroup) asks(*draft) []question {
	return []question{{access.SetTeamGroups, access.Team(c.Team)}}
}

func (c DetachGroup) judge(d *draft) (Change, error) {
	t, err := d.team(c.Team)
	if err != nil {
		return nil, err
	}
	if _, err := d.group(c.Group); err != nil {
		return nil, err
	}
	if !slices.Contains(t.Groups, c.Group) {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c DetachGroup) measured(i Impact) Change { c.Impact = i; return c }

func (c DetachGroup) touches(before, after *access.Policy) touched {
	return touched{teams: []team.ID{c.Team}, accounts: matching(before, c.Group)}
}

func (c DetachGroup) apply(d *draft) error {
	return d.editTeam(c.Team, func(t *team.Team) {
		t.Groups = slices.DeleteFunc(slices.Clone(t.Groups), func(g datagroup.ID) bool { return g == c.Group })
	})
}
