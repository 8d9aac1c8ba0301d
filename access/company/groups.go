package company

import (
	"fmt"
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
	f, bad := p.filter(c.Filter)
	id, err := newID(p, access.KindGroup, c.Group)
	if err != nil {
		g, ok := p.directory().Group(c.Group)
		return nil, p.repeated(ok && bad == nil && g.Name == c.Name && g.Filter.Equal(f), err)
	}
	c.Group, c.Filter = id, f.String()
	return c, bad
}

func (c CreateGroup) apply(s *state, _ time.Time) error {
	if err := checkFree(s, access.KindGroup, c.Group); err != nil {
		return err
	}
	f, err := s.filter(c.Filter)
	if err != nil {
		return err
	}
	return s.putGroup(datagroup.Group{ID: c.Group, Name: c.Name, Filter: f})
}

// filter parses a filter.
func (s *state) filter(text string) (datagroup.Filter, error) {
	f, err := s.directory().Schema().Parse(text)
	if err != nil {
		err = invalid("the filter", err)
	}
	return f, err
}

// putGroup makes the next policy with a data group.
func (s *state) putGroup(g datagroup.Group) error {
	return s.edit(func(e *access.Edit) { e.SetGroup(document.GroupOf(g)) })
}

// EditGroup gives a data group another name or filter. What is left out stays,
// and a filter cannot be taken away. What the members of every team that has the
// group see changes at once.
type EditGroup struct {
	Group  datagroup.ID     `json:"group"`
	Name   Optional[string] `json:"name,omitzero"`
	Filter Optional[string] `json:"filter,omitzero"`
	EditGroupOutcome
}

// EditGroupOutcome is the outcome of [EditGroup].
type EditGroupOutcome struct {
	From   string `json:"from,omitempty"` // the filter before, if the change has one
	Impact Impact `json:"impact,omitzero"`
}

func (c EditGroup) withImpact(i Impact) Change { c.Impact = i; return c }

func (c EditGroup) resolve(p *proposal) (Change, error) {
	g, err := p.group(c.Group)
	if err != nil {
		return nil, err
	}
	next, err := c.edited(&p.state, g)
	if err != nil {
		return nil, err
	}
	if g.Name == next.Name && g.Filter.Equal(next.Filter) {
		return nil, ErrNoChange
	}
	if c.Name = orNone(c.Name); !c.Filter.IsZero() {
		c.Filter = To(next.Filter.String())
	}
	return c, nil
}

// edited returns the data group as it is afterwards.
func (c EditGroup) edited(s *state, g datagroup.Group) (datagroup.Group, error) {
	g.Name = c.Name.or(g.Name)
	if c.Filter.IsZero() {
		return g, nil
	}
	if c.Filter.IsNone() {
		return g, fmt.Errorf("the filter %w: it cannot be taken away; write nothing to match no account", ErrInvalid)
	}
	text, _ := c.Filter.Get()
	f, err := s.filter(text)
	g.Filter = f
	return g, err
}

func (c EditGroup) derive(s *state, _ origin) (Change, error) {
	g, err := s.group(c.Group)
	if c.From = ""; !c.Filter.IsZero() {
		c.From = g.Filter.String()
	}
	return c, err
}

func (c EditGroup) affects(m *measurement) affected {
	old, _ := m.before.Directory().Group(c.Group)
	now, _ := m.after.Directory().Group(c.Group)
	if old.Filter.Equal(now.Filter) {
		return affected{}
	}
	return affected{
		teams: slices.Collect(m.after.Directory().TeamsWith(c.Group)),
		accounts: m.accounts(func(a datagroup.Account) bool {
			return (old.Filter.Match(a) == datagroup.True) != (now.Filter.Match(a) == datagroup.True)
		}),
	}
}

func (c EditGroup) apply(s *state, _ time.Time) error {
	g, err := s.group(c.Group)
	if err != nil {
		return err
	}
	if g, err = c.edited(s, g); err != nil {
		return err
	}
	return s.putGroup(g)
}

// DeleteGroup deletes a data group and takes it from every team that has it.
type DeleteGroup struct {
	Group datagroup.ID `json:"group"`
	DeleteGroupOutcome
}

// DeleteGroupOutcome is the outcome of [DeleteGroup].
type DeleteGroupOutcome struct {
	Teams  Bounded[team.ID] `json:"teams,omitzero"` // that had it, in byte order
	Impact Impact           `json:"impact,omitzero"`
}

func (c DeleteGroup) withImpact(i Impact) Change { c.Impact = i; return c }

func (c DeleteGroup) resolve(p *proposal) (Change, error) {
	return c, p.toRemove(access.Group(c.Group))
}

func (c DeleteGroup) derive(s *state, _ origin) (Change, error) {
	err := boundInto(&c.Teams, slices.Sorted(s.directory().TeamsWith(c.Group)))
	return c, err
}

func (c DeleteGroup) affects(m *measurement) affected {
	return affected{teams: slices.Collect(m.before.Directory().TeamsWith(c.Group)), accounts: m.matching(c.Group)}
}

func (c DeleteGroup) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) { e.RemoveGroup(c.Group) })
}
