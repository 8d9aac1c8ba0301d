package access

import (
	"fmt"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// SetUser adds a user, or replaces what the entry says of them; their
// memberships, grants and links stay. An empty role means the catalog's
// default. No two users may have one e-mail address; any number may have none.
func (e *Edit) SetUser(u document.User) { e.setUser(e.change("set user", u.ID), u) }

func (e *Edit) setUser(c *check, u document.User) {
	if !c.named("user", u.ID, e.w.Users.Get(u.ID) != nil) {
		return
	}
	number := c.role(&u.Role)
	address := c.address(u)
	until := c.end(u.Until)
	c.name(u.Name)
	c.note(u.Note)
	if c.stops("user", u.ID) {
		return
	}
	next := team.User{
		ID: team.UserID(u.ID), Name: u.Name, Email: address, Role: role.Name(u.Role), Suspended: u.Suspended, Until: until,
		Note: u.Note,
	}
	if c.loader != nil {
		e.w.AddUser(c.loader.number(number), next, number)
	} else {
		e.w.PutUser(next, number)
	}
}

// address reads the address of a user, who may have none.
func (c *check) address(u document.User) team.Address {
	if u.Email == "" {
		return team.Address{}
	}
	address, err := team.ParseAddress(u.Email)
	if !c.fail("email", err) {
		w := c.edit.w
		if holder, taken := w.Emails.Find(address.Key()); taken && w.Users.ID(holder) != u.ID {
			c.sharedWith(w.Users.ID(holder))
			c.fail("email", fmt.Errorf("e-mail address %s %w by user %s", address, ErrTaken, text.Quote(w.Users.ID(holder))))
		}
	}
	return address
}

// role returns the number of a role, and puts the default in place of none. If
// the catalog of the document could not be read, no role is known, and that is
// no problem of the user.
func (c *check) role(name *string) int {
	if c.loader != nil && c.loader.roleless {
		c.failed = true
		return 0
	}
	if *name == "" {
		*name = string(c.edit.catalog.source.Default())
	}
	number, err := c.edit.findRole(role.Name(*name))
	c.fail("role", err)
	return number
}

// RemoveUser removes a user with their memberships and grants, and ends the
// links they made.
func (e *Edit) RemoveUser(id team.UserID) {
	c := e.change("remove user", string(id))
	if no, err := e.findUser(string(id)); !c.fail("", err) {
		e.w.RemoveUser(no)
	}
}
