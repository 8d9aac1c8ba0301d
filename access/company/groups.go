package company

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// CreateGroup makes a data group.
type CreateGroup struct {
	Group  datagroup.ID `json:"group"` // never used before; "" for a random one
	Name   string       `json:"name,omitempty"`
	Filter string       `json:"filter"`
}

func (c CreateGroup) resolve(p *proposal) (Change, error) {
	id, err := newID(p, access.KindGroup, c.Group)
	if err != nil {
		return nil, err
	}
	f, err := p.filter(c.Filter)
	c.Group, c.Filter = id, f.String()
	return c, err
}

func (c CreateGroup) apply(s *state, _ time.Time) error {
	if err := checkFree(s, access.KindGroup, c.Group); err != nil {
		return err
	}
	return s.putGroup(datagroup.Group{ID: c.Group, Name: c.Name}, c.Filter)
}

// filter parses a filter.
func (s *state) filter(text string) (datagroup.Filter, error) {
	f, err := s.directory().Schema().Parse(text)
	if err != nil {
		err = invalid("the filter", err)
	}
	return f, err
}

// putGroup makes the next policy with a data group of the given filter.
func (s *state) putGroup(g datagroup.Group, text string) error {
	f, err := s.filter(text)
	if err != nil {
		return err
	}
	g.Filter = f
	return s.edit(func(e *access.Edit) { e.SetGroup(document.GroupOf(g)) })
}

// EditGroup gives a data group another name and filter. What the members of
// every team that has it see changes at once.
type EditGroup struct {
	Group  datagroup.ID `json:"group"`
	Name   string       `json:"name,omitempty"`
	Filter string       `json:"filter"`
	EditGroupOutcome
}

// EditGroupOutcome is the outcome of [EditGroup].
type EditGroupOutcome struct {
	From   string `json:"from"` // the filter before
	Impact Impact `json:"impact,omitzero"`
}

func (c EditGroup) withImpact(i Impact) Change { c.Impact = i; return c }

func (c EditGroup) resolve(p *proposal) (Change, error) {
	g, err := p.group(c.Group)
	if err != nil {
		return nil, err
	}
	f, err := p.filter(c.Filter)
	if err != nil {
		return nil, err
	}
	if g.Name == c.Name && g.Filter.Equal(f) {
		return nil, ErrNoChange
	}
	c.Filter, c.EditGroupOutcome = f.String(), EditGroupOutcome{From: g.Filter.String()}
	return c, nil
}

func (c EditGroup) affects(before, after *access.Policy) affected {
	t := affected{teams: slices.Collect(after.Directory().TeamsWith(c.Group))}
	old, _ := before.Directory().Group(c.Group)
	now, _ := after.Directory().Group(c.Group)
	if old.Filter.Equal(now.Filter) {
		return affected{}
	}
	for a := range after.Directory().Accounts() {
		if (old.Filter.Match(a) == datagroup.True) != (now.Filter.Match(a) == datagroup.True) {
			t.accounts = append(t.accounts, a.ID())
		}
	}
	return t
}

func (c EditGroup) apply(s *state, _ time.Time) error {
	if _, err := s.group(c.Group); err != nil {
		return err
	}
	return s.putGroup(datagroup.Group{ID: c.Group, Name: c.Name}, c.Filter)
}

// DeleteGroup deletes a data group and takes it from every team that has it.
type DeleteGroup struct {
	Group datagroup.ID `json:"group"`
	DeleteGroupOutcome
}

// DeleteGroupOutcome is the outcome of [DeleteGroup].
type DeleteGroupOutcome struct {
	Teams  []team.ID `json:"teams,omitempty"` // that had it, in byte order
	Impact Impact    `json:"impact,omitzero"`
}

func (c DeleteGroup) withImpact(i Impact) Change { c.Impact = i; return c }

func (c DeleteGroup) resolve(p *proposal) (Change, error) {
	if _, err := p.group(c.Group); err != nil {
		return nil, err
	}
	c.DeleteGroupOutcome = DeleteGroupOutcome{Teams: slices.Sorted(p.directory().TeamsWith(c.Group))}
	return c, nil
}

func (c DeleteGroup) affects(before, _ *access.Policy) affected {
	return affected{teams: c.Teams, accounts: matching(before, c.Group)}
}

func (c DeleteGroup) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) { e.RemoveGroup(c.Group) })
}
