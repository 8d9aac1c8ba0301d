package access

import (
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// SetGroup adds a data group, or replaces its name and filter; the teams that
// have it keep it. The filter is read under the attributes of the policy, which
// may have changed in this Edit.
func (e *Edit) SetGroup(g document.Group) { e.setGroup(e.change("set group", g.ID), g) }

func (e *Edit) setGroup(c *check, g document.Group) {
	if !c.named("data group", g.ID, e.w.Groups.Has(g.ID)) {
		return
	}
	c.name(g.Name)
	c.note(g.Note)
	filter, err := e.w.Schema.Parse(g.Filter)
	c.fail("filter", err)
	if !c.stops("data group", g.ID) {
		e.w.PutGroup(datagroup.Group{ID: datagroup.ID(g.ID), Name: g.Name, Filter: filter, Note: g.Note})
	}
}

// RemoveGroup removes a data group, also from every team that has it.
func (e *Edit) RemoveGroup(id datagroup.ID) {
	c := e.change("remove group", string(id))
	if no, err := e.findGroup(string(id)); !c.fail("", err) {
		e.w.RemoveGroup(no)
	}
}
