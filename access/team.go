package access

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/team"
)

// SetTeam adds a team, or replaces what the entry says of it, with the data
// groups it has; its members and grants stay. Members are set one by one with
// [Edit.SetMember]: an entry that lists any is refused.
func (e *Edit) SetTeam(t document.Team) {
	c := e.change("set team", t.ID)
	c.refuseList("members", len(t.Members), "SetMember")
	e.setTeam(c, t)
}

// refuseList refuses an entry with a list that another method sets.
func (c *check) refuseList(field string, length int, method string) {
	if length > 0 {
		c.fail(field, fmt.Errorf("list of %s %w here: set them with %s", field, ErrInvalid, method))
	}
}

// setTeam goes on after a data group that cannot be had, so that nothing else
// is wrong because of it.
func (e *Edit) setTeam(c *check, t document.Team) {
	if !c.named("team", t.ID, e.w.Teams.Has(t.ID)) {
		return
	}
	c.name(t.Name)
	c.description(t.Description)
	c.note(t.Note)
	if c.stops("team", t.ID) {
		return
	}
	groups := make([]uint32, 0, len(t.Groups))
	again := repeats(t.Groups)
	for i, id := range t.Groups {
		if again(i) {
			c.fail(fmt.Sprintf("groups[%d]", i), listedTwice("data group", id))
			continue
		}
		if c.namesBroken("data group", id) {
			continue
		}
		no, err := e.findGroup(id)
		if err == nil {
			groups = append(groups, no)
		} else {
			c.fail(fmt.Sprintf("groups[%d]", i), err)
		}
	}
	e.w.PutTeam(team.Team{ID: team.ID(t.ID), Name: t.Name, Description: t.Description, Note: t.Note}, groups)
}

// repeats returns whether an id of a list stands before it as well.
func repeats(ids []string) func(at int) bool {
	if len(ids) <= 16 {
		return func(at int) bool { return slices.Contains(ids[:at], ids[at]) }
	}
	first := make(map[string]int, len(ids))
	for i, id := range slices.Backward(ids) {
		first[id] = i
	}
	return func(at int) bool { return first[ids[at]] < at }
}

// RemoveTeam removes a team with its memberships, data groups and grants, and ends
// the links made in its sessions.
func (e *Edit) RemoveTeam(id team.ID) {
	c := e.change("remove team", string(id))
	if no, err := e.findTeam(string(id)); !c.fail("", err) {
		e.w.RemoveTeam(no)
	}
}

// SetMember puts a user into a team, or moves the end of their membership.
func (e *Edit) SetMember(t team.ID, m document.Member) {
	c := e.change("set member", memberID(t, team.UserID(m.User)))
	if no, err := e.findTeam(string(t)); !c.fail("", err) {
		e.setMember(c, no, m)
	}
}

func (e *Edit) setMember(c *check, t uint32, m document.Member) {
	until := c.end(m.Until)
	c.note(m.Note)
	if c.namesBroken("user", m.User) {
		return
	}
	u, err := e.findUser(m.User)
	if err == nil && c.loader != nil && e.w.Teams.At(t).Members.Has(u) {
		err = c.twice("user", m.User)
	}
	if !c.fail("user", err) && !c.failed {
		e.w.PutMember(u, store.Membership{Team: t, Until: until, Note: m.Note})
	}
}

// RemoveMember takes a user out of a team.
func (e *Edit) RemoveMember(t team.ID, u team.UserID) {
	c := e.change("remove member", memberID(t, u))
	teamNo, err := e.findTeam(string(t))
	if c.fail("", err) {
		return
	}
	userNo, err := e.findUser(string(u))
	if err == nil && !e.w.Teams.At(teamNo).Members.Has(userNo) {
		err = unknown("member", string(u), nil)
	}
	if !c.fail("", err) {
		e.w.RemoveMember(teamNo, userNo)
	}
}

func memberID(t team.ID, u team.UserID) string { return string(t) + "/" + string(u) }
