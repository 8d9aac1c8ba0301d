package company

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// CreateGroup makes a data group.
type CreateGroup struct {
	Group  datagroup.ID `json:"group"` // never used before; "" for a random one
	Name   string       `json:"name,omitempty"`
	Filter string       `json:"filter"`
}

func (c CreateGroup) change() about     { return about{kind: "datagroup.create"} }
func (c CreateGroup) targets() []string { return []string{access.Group(c.Group).String()} }

func (c CreateGroup) asks(*draft) []question {
	return []question{{access.CreateGroup, access.Company()}}
}

func (c CreateGroup) judge(d *draft) (Change, error) {
	id, err := fresh(d, access.KindGroup, c.Group)
	if err != nil {
		return nil, err
	}
	f, err := d.filter(c.Filter)
	c.Group, c.Filter = id, f.String()
	return c, err
}

func (c CreateGroup) apply(d *draft) error {
	if err := unused(d, access.KindGroup, c.Group); err != nil {
		return err
	}
	return d.putGroup(datagroup.Group{ID: c.Group, Name: c.Name}, c.Filter)
}

// filter parses a filter.
func (d *draft) filter(text string) (datagroup.Filter, error) {
	f, err := d.policy.Directory().Schema().Parse(text)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return f, err
}

// putGroup makes the next policy with a data group of the given filter.
func (d *draft) putGroup(g datagroup.Group, text string) error {
	f, err := d.filter(text)
	if err != nil {
		return err
	}
	g.Filter = f
	return d.edit(func(e *access.Edit) { e.SetGroup(g) })
}

// EditGroup gives a data group another name and filter. What every team that
// holds it sees changes at once.
type EditGroup struct {
	Group  datagroup.ID `json:"group"`
	Name   string       `json:"name,omitempty"`
	Filter string       `json:"filter"`
	From   string       `json:"from"`            // outcome: the filter it had
	Impact Impact       `json:"impact,omitzero"` // outcome
}

func (c EditGroup) change() about            { return about{kind: "datagroup.edit"} }
func (c EditGroup) targets() []string        { return []string{access.Group(c.Group).String()} }
func (c EditGroup) measured(i Impact) Change { c.Impact = i; return c }

func (c EditGroup) asks(*draft) []question {
	return []question{{access.EditGroup, access.Group(c.Group)}}
}

func (c EditGroup) judge(d *draft) (Change, error) {
	g, err := d.group(c.Group)
	if err != nil {
		return nil, err
	}
	f, err := d.filter(c.Filter)
	if err != nil {
		return nil, err
	}
	if g.Name == c.Name && g.Filter.Equal(f) {
		return nil, ErrNoChange
	}
	c.Filter, c.From, c.Impact = f.String(), g.Filter.String(), Impact{}
	return c, nil
}

func (c EditGroup) touches(before, after *access.Policy) touched {
	t := touched{teams: slices.Collect(after.Directory().TeamsWith(c.Group))}
	old, _ := before.Directory().Group(c.Group)
	now, _ := after.Directory().Group(c.Group)
	if old.Filter.Equal(now.Filter) {
		return touched{}
	}
	for a := range after.Directory().Accounts() {
		if (old.Filter.Match(a) == datagroup.True) != (now.Filter.Match(a) == datagroup.True) {
			t.accounts = append(t.accounts, a.ID())
		}
	}
	return t
}

func (c EditGroup) apply(d *draft) error {
	if _, err := d.group(c.Group); err != nil {
		return err
	}
	return d.putGroup(datagroup.Group{ID: c.Group, Name: c.Name}, c.Filter)
}

// DeleteGroup deletes a data group and takes it from every team that holds it.
type DeleteGroup struct {
	Group  datagroup.ID `json:"group"`
	Teams  []team.ID    `json:"teams,omitempty"` // outcome: that held it
	Impact Impact       `json:"impact,omitzero"` // outcome
}

func (c DeleteGroup) change() about            { return about{kind: "datagroup.delete"} }
func (c DeleteGroup) measured(i Impact) Change { c.Impact = i; return c }

func (c DeleteGroup) targets() []string {
	all := []string{access.Group(c.Group).String()}
	for _, t := range c.Teams {
		all = append(all, access.Team(t).String())
	}
	return all
}

func (c DeleteGroup) asks(*draft) []question {
	return []question{{access.DeleteGroup, access.Group(c.Group)}}
}

func (c DeleteGroup) judge(d *draft) (Change, error) {
	if _, err := d.group(c.Group); err != nil {
		return nil, err
	}
	c.Teams, c.Impact = slices.Sorted(d.policy.Directory().TeamsWith(c.Group)), Impact{}
	return c, nil
}

func (c DeleteGroup) touches(before, _ *access.Policy) touched {
	return touched{teams: c.Teams, accounts: matching(before, c.Group)}
}

func (c DeleteGroup) apply(d *draft) error {
	if err := d.edit(func(e *access.Edit) { e.RemoveGroup(c.Group) }); err != nil {
		return err
	}
	retire(d, access.KindGroup, c.Group)
	return nil
}
