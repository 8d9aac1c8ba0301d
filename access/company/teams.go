package company

import (
	"cmp"
	"errors"
	"fmt"
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
	if err != nil {
		t, ok := p.directory().Team(c.Team)
		return nil, p.repeated(ok && t.Name == c.Name && t.Description == c.Description, err)
	}
	c.Team = id
	return c, nil
}

func (c CreateTeam) apply(s *state, _ time.Time) error {
	if err := checkFree(s, access.KindTeam, c.Team); err != nil {
		return err
	}
	return s.edit(func(e *access.Edit) {
		e.SetTeam(document.TeamOf(team.Team{ID: c.Team, Name: c.Name, Description: c.Description}))
	})
}

// EditTeam gives a team another name or description. What is left out stays.
type EditTeam struct {
	Team        team.ID          `json:"team"`
	Name        Optional[string] `json:"name,omitzero"`
	Description Optional[string] `json:"description,omitzero"`
}

func (c EditTeam) resolve(p *proposal) (Change, error) {
	t, err := p.team(c.Team)
	if err == nil && c.Name.or(t.Name) == t.Name && c.Description.or(t.Description) == t.Description {
		err = ErrNoChange
	}
	c.Name, c.Description = orNone(c.Name), orNone(c.Description)
	return c, err
}

func (c EditTeam) apply(s *state, _ time.Time) error {
	return s.editTeam(c.Team, func(t *team.Team) { t.Name, t.Description = c.Name.or(t.Name), c.Description.or(t.Description) })
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

// DeleteTeam deletes a team with its memberships, takes its data groups and
// report grants from it, and ends the links that were made in a session of it.
type DeleteTeam struct {
	Team team.ID `json:"team"`
	DeleteTeamOutcome
}

// DeleteTeamOutcome is the outcome of [DeleteTeam].
// Its lists are what the team had, also what had ended, in byte order of ids.
type DeleteTeamOutcome struct {
	Members Bounded[document.Member] `json:"members,omitzero"`
	Groups  Bounded[datagroup.ID]    `json:"groups,omitzero"`
	Reports Bounded[LostGrant]       `json:"reports,omitzero"` // shared with the team
	Links   Bounded[access.LinkID]   `json:"links,omitzero"`   // not ended before
}

func (c DeleteTeam) resolve(p *proposal) (Change, error) {
	return c, p.toRemove(access.Team(c.Team))
}

func (c DeleteTeam) derive(s *state, _ origin) (Change, error) {
	t, err := s.team(c.Team)
	if err != nil {
		return nil, err
	}
	var members []document.Member
	for m := range s.directory().Members(c.Team) {
		m.Note = "" // which may be about the person
		members = append(members, document.MemberOf(m))
	}
	slices.SortFunc(members, func(a, b document.Member) int { return cmp.Compare(a.User, b.User) })
	var grants []LostGrant
	for g := range s.directory().GrantsOfTeam(c.Team) {
		grants = append(grants, LostGrant{g.Report, g.Level, g.Until})
	}
	slices.SortFunc(grants, func(a, b LostGrant) int { return cmp.Compare(a.Report, b.Report) })
	slices.Sort(t.Groups)
	err = errors.Join(boundInto(&c.Members, members), boundInto(&c.Groups, t.Groups),
		boundInto(&c.Reports, grants), boundInto(&c.Links, linkIDs(s.directory().LinksIn(c.Team))))
	return c, err
}

func (c DeleteTeam) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) { e.RemoveTeam(c.Team) })
}

// AddMember puts a user into a team in which they are not. To move the end of a
// membership, use [SetMemberEnd]. One that has ended counts as none.
type AddMember struct {
	Team  team.ID     `json:"team"`
	User  team.UserID `json:"user"`
	Until time.Time   `json:"until,omitzero"` // zero is none
	AddMemberOutcome
}

// AddMemberOutcome is the outcome of [AddMember].
type AddMemberOutcome struct {
	From time.Time `json:"from,omitzero"` // when the membership ended that the user had before; zero if there was none
}

func (c AddMember) resolve(p *proposal) (Change, error) {
	if err := p.memberKnown(c.Team, c.User); err != nil {
		return nil, err
	}
	c.Until = end(c.Until)
	if m, ok := p.membership(c.Team, c.User); ok && c.Until.Equal(m.Until) {
		return nil, ErrNoChange
	}
	if err := c.checkNone(&p.state, p.at); err != nil {
		return nil, err
	}
	return c, p.mayLengthen(c.User, c.Until)
}

// checkNone refuses to add somebody who is a member: what the change leaves out
// would lift the end that they have.
func (c AddMember) checkNone(s *state, at time.Time) error {
	if m, ok := s.membership(c.Team, c.User); ok && !team.End(m.Until).Ended(at) {
		return fmt.Errorf("the membership of user %q in team %q %w: to move its end, use SetMemberEnd", c.User, c.Team, ErrTaken)
	}
	return nil
}

func (c AddMember) derive(s *state, _ origin) (Change, error) {
	m, _ := s.membership(c.Team, c.User)
	c.AddMemberOutcome = AddMemberOutcome{m.Until}
	return c, nil
}

func (c AddMember) apply(s *state, at time.Time) error {
	if err := c.checkNone(s, at); err != nil {
		return err
	}
	return s.edit(func(e *access.Edit) {
		e.SetMember(c.Team, document.Member{User: string(c.User), Until: document.End(c.Until)})
	})
}

// mayLengthen refuses a membership that lasts longer than before: of one's own,
// in the past, or beyond one's own end.
func (p *proposal) mayLengthen(u team.UserID, until time.Time) error {
	if u == p.actor.user {
		return ErrSelf
	}
	if err := p.future(until); err != nil {
		return err
	}
	return p.notBeyond(p.actor, until)
}

// memberKnown refuses a team or a user that does not exist.
func (s *state) memberKnown(t team.ID, u team.UserID) error {
	return cmp.Or(known(s.exists(access.KindTeam, string(t)), access.KindTeam, t), known(s.exists(access.KindUser, string(u)), access.KindUser, u))
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

// SetMemberEnd gives a membership an end, moves it, or lifts it.
type SetMemberEnd struct {
	Team  team.ID             `json:"team"`
	User  team.UserID         `json:"user"`
	Until Optional[time.Time] `json:"until,omitzero"`
	SetMemberEndOutcome
}

// SetMemberEndOutcome is the outcome of [SetMemberEnd].
type SetMemberEndOutcome struct {
	From time.Time `json:"from,omitzero"` // the end before; zero is none
}

func (c SetMemberEnd) resolve(p *proposal) (Change, error) {
	if err := p.memberKnown(c.Team, c.User); err != nil {
		return nil, err
	}
	m, err := c.member(&p.state, p.at)
	if err != nil {
		return nil, err
	}
	if c.Until, err = endIn(c.Until); err != nil {
		return nil, err
	}
	until := c.Until.or(m.Until)
	if until.Equal(m.Until) {
		return nil, ErrNoChange
	}
	if later(until, m.Until) {
		return c, p.mayLengthen(c.User, until)
	}
	return c, nil
}

// member returns the membership, which must not have ended.
func (c SetMemberEnd) member(s *state, at time.Time) (team.Member, error) {
	m, ok := s.membership(c.Team, c.User)
	if !ok || team.End(m.Until).Ended(at) {
		return m, fmt.Errorf("a membership of user %q in team %q %w: to make one, use AddMember", c.User, c.Team, ErrUnknown)
	}
	return m, nil
}

func (c SetMemberEnd) derive(s *state, _ origin) (Change, error) {
	m, _ := s.membership(c.Team, c.User)
	c.SetMemberEndOutcome = SetMemberEndOutcome{m.Until}
	return c, nil
}

func (c SetMemberEnd) apply(s *state, at time.Time) error {
	m, err := c.member(s, at)
	if err != nil {
		return err
	}
	if c.Until, err = endIn(c.Until); err != nil {
		return err
	}
	m.Until = c.Until.or(m.Until)
	return s.edit(func(e *access.Edit) { e.SetMember(c.Team, document.MemberOf(m)) })
}

// RemoveMember takes a user out of a team.
type RemoveMember struct {
	Team team.ID     `json:"team"`
	User team.UserID `json:"user"`
	RemoveMemberOutcome
}

// RemoveMemberOutcome is the outcome of [RemoveMember].
type RemoveMemberOutcome struct {
	Until time.Time `json:"until,omitzero"` // the end of the membership; zero is none
}

func (c RemoveMember) resolve(p *proposal) (Change, error) {
	if err := p.toRemove(access.Team(c.Team), user(c.User)); err != nil {
		return nil, err
	}
	if _, ok := p.membership(c.Team, c.User); !ok {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c RemoveMember) derive(s *state, _ origin) (Change, error) {
	m, _ := s.membership(c.Team, c.User)
	c.RemoveMemberOutcome = RemoveMemberOutcome{m.Until}
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

func (c AttachGroup) affects(m *measurement) affected {
	return affected{teams: []team.ID{c.Team}, accounts: m.matching(c.Group)}
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
	if err := p.toRemove(access.Team(c.Team), access.Group(c.Group)); err != nil {
		return nil, err
	}
	if t, _ := p.directory().Team(c.Team); !slices.Contains(t.Groups, c.Group) {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c DetachGroup) withImpact(i Impact) Change { c.Impact = i; return c }

func (c DetachGroup) affects(m *measurement) affected {
	return affected{teams: []team.ID{c.Team}, accounts: m.matching(c.Group)}
}

func (c DetachGroup) apply(s *state, _ time.Time) error {
	return s.editTeam(c.Team, func(t *team.Team) {
		t.Groups = slices.DeleteFunc(slices.Clone(t.Groups), func(g datagroup.ID) bool { return g == c.Group })
	})
}
