package company

import (
	"encoding/json"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// AddUser adds a user without an invitation. Only a system may. A pending
// invitation to the address is revoked.
type AddUser struct {
	User   team.UserID                `json:"user"` // never used before; "" for a random one
	Person `json:"personal,omitzero"` // without an Email, the user has no address
	Role   role.Name                  `json:"role"` // "" for the catalog's default
	Until  time.Time                  `json:"until,omitzero"`
	AddUserOutcome
}

// AddUserOutcome is the outcome of [AddUser].
type AddUserOutcome struct {
	Invitations Bounded[invite.ID] `json:"invitations,omitzero"` // revoked, in byte order
}

// record returns the user that is added.
func (c AddUser) record() (team.User, error) {
	u := team.User{ID: c.User, Name: c.Name, Role: c.Role, Until: c.Until}
	if c.Email == "" {
		return u, nil
	}
	var err error
	u.Email, err = parseAddress(c.Email)
	return u, err
}

func parseAddress(email string) (team.Address, error) {
	address, err := team.ParseAddress(email)
	if err != nil {
		err = invalid("the e-mail address", err)
	}
	return address, err
}

func (c AddUser) resolve(p *proposal) (Change, error) {
	if c.Role == "" {
		c.Role = p.directory().Catalog().Default()
	}
	c.Until = end(c.Until)
	id, err := newID(p, access.KindUser, c.User)
	if err != nil {
		return nil, p.repeated(c.isSo(&p.state), err)
	}
	c.User = id
	if _, err := c.record(); err != nil {
		return nil, err
	}
	if _, err := p.role(c.Role); err != nil {
		return nil, err
	}
	return c, p.mayGive(p.actor, c.Role)
}

// isSo reports whether there is a user of whom all is true that c says.
func (c AddUser) isSo(s *state) bool {
	want, err := c.record()
	is, ok := s.directory().User(c.User)
	return ok && err == nil && is.Name == want.Name && is.Email == want.Email && is.Role == want.Role &&
		!is.Suspended && is.Until.Equal(want.Until)
}

func (c AddUser) derive(s *state, _ origin) (Change, error) {
	u, err := c.record()
	if err != nil {
		return nil, err
	}
	err = fill(&c.Invitations, s.invitations.openTo(u.Email), idOf)
	return c, err
}

func (c AddUser) apply(s *state, at time.Time) error {
	if err := checkFree(s, access.KindUser, c.User); err != nil {
		return err
	}
	u, err := c.record()
	if err != nil {
		return err
	}
	if err := s.revoke(s.invitations.openTo(u.Email), at); err != nil {
		return err
	}
	return s.edit(func(e *access.Edit) { e.SetUser(document.UserOf(u)) })
}

// EditUser changes what is known of a user as a person. Users may edit
// themselves.
type EditUser struct {
	User team.UserID
	Name Optional[string]
}

// userEdit is an [EditUser] as the log has it.
type userEdit struct {
	User     team.UserID `json:"user"`
	Personal struct {
		Name Optional[string] `json:"name,omitzero"`
	} `json:"personal"`
}

// MarshalJSON writes what is personal under one key.
func (c EditUser) MarshalJSON() ([]byte, error) {
	e := userEdit{User: c.User}
	e.Personal.Name = c.Name
	return encode(e)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *EditUser) UnmarshalJSON(data []byte) error {
	var e userEdit
	err := json.Unmarshal(data, &e)
	*c = EditUser{User: e.User, Name: e.Personal.Name}
	return err
}

func (c EditUser) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	c.Name = orNone(c.Name)
	if err == nil && c.Name.or(u.Name) == u.Name {
		err = ErrNoChange
	}
	return c, err
}

func (c EditUser) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Name = c.Name.or(u.Name) })
}

// SetRole gives a user another role.
type SetRole struct {
	User team.UserID `json:"user"`
	Role role.Name   `json:"role"`
	SetRoleOutcome
}

// SetRoleOutcome is the outcome of [SetRole].
type SetRoleOutcome struct {
	From role.Name `json:"from"` // the role that the user had
}

func (c SetRole) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err != nil {
		return nil, err
	}
	if _, err := p.role(c.Role); err != nil {
		return nil, err
	}
	if u.Role == c.Role {
		return nil, ErrNoChange
	}
	if err := p.mayGive(p.actor, c.Role); err != nil {
		return nil, err
	}
	return c, p.mayRaise(u, c.Role)
}

// mayRaise refuses that an actor whose access ends gives a role to somebody whose
// access lasts longer, unless they have all of it already.
func (p *proposal) mayRaise(u team.User, to role.Name) error {
	if p.directory().Catalog().Covers(u.Role, to) {
		return nil
	}
	return p.notBeyond(p.actor, u.Until)
}

func (c SetRole) derive(s *state, _ origin) (Change, error) {
	u, err := s.user(c.User)
	c.SetRoleOutcome = SetRoleOutcome{u.Role}
	return c, err
}

func (c SetRole) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Role = c.Role })
}

// editUser makes the next policy with one user changed.
func (s *state) editUser(id team.UserID, change func(u *team.User)) error {
	u, err := s.user(id)
	if err != nil {
		return err
	}
	change(&u)
	return s.edit(func(e *access.Edit) { e.SetUser(document.UserOf(u)) })
}
