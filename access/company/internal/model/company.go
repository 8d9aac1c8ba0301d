package model

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// Company is all that a company consists of at one moment.
type Company struct {
	Name        string
	Limits      company.Limits
	Roles       []role.Role
	Attributes  map[string]string // the type of each
	Accounts    map[string]Account
	Groups      map[string]Group
	Teams       map[string]Team
	Users       map[string]User
	Reports     map[string]Report
	Links       []Link
	Invitations []Invitation    // in the order in which they were first sent
	Used        map[string]bool // "user u1": every id there ever was
	Messages    int             // how many there were about invitations

	policy *access.Policy // of this state; nil until one is needed
}

// Account is an account, of which the values are those of attributes.
type Account struct {
	Source string
	Values map[string]datagroup.Value
}

// Group is a data group. The filter is in the form in which it is printed.
type Group struct{ Name, Filter string }

// Team has data groups, and members until an end; zero is no end.
type Team struct {
	Name, Description string
	Groups            map[string]bool
	Members           map[string]time.Time
}

// User is a user until an end; zero is no end.
type User struct {
	Name, Email, Role string
	Suspended         bool
	Until             time.Time
}

// Report is a report with its grants to users and to teams.
type Report struct {
	Name         string
	Users, Teams map[string]Grant
}

// Grant is one level of a report until an end; zero is no end.
type Grant struct {
	Level access.Level
	Until time.Time
}

// Link is a share link. It expires at Until, and Ended is for good.
type Link struct {
	ID, Maker, Session string
	Action             access.Action
	Resource           access.Resource
	Until              time.Time
	Ended              bool
}

// New returns a company with roles and nothing else.
func New(roles []role.Role) *Company {
	return &Company{Name: "Acme", Roles: roles, Attributes: map[string]string{}, Accounts: map[string]Account{},
		Groups: map[string]Group{}, Teams: map[string]Team{}, Users: map[string]User{},
		Reports: map[string]Report{}, Used: map[string]bool{}}
}

// NewTeam returns a team of nobody.
func NewTeam() Team { return Team{Groups: map[string]bool{}, Members: map[string]time.Time{}} }

// NewReport returns a report that is shared with nobody.
func NewReport(name string) Report {
	return Report{Name: name, Users: map[string]Grant{}, Teams: map[string]Grant{}}
}

// Clone copies everything that a change may write to.
func (c *Company) Clone() *Company {
	n := *c
	n.Attributes, n.Accounts, n.Groups = maps.Clone(c.Attributes), maps.Clone(c.Accounts), maps.Clone(c.Groups)
	n.Teams, n.Users, n.Reports = maps.Clone(c.Teams), maps.Clone(c.Users), maps.Clone(c.Reports)
	n.Links, n.Invitations, n.Used = slices.Clone(c.Links), slices.Clone(c.Invitations), maps.Clone(c.Used)
	for id, t := range n.Teams {
		t.Groups, t.Members = maps.Clone(t.Groups), maps.Clone(t.Members)
		n.Teams[id] = t
	}
	for id, r := range n.Reports {
		r.Users, r.Teams = maps.Clone(r.Users), maps.Clone(r.Teams)
		n.Reports[id] = r
	}
	return &n
}

// Role returns a role of the catalog.
func (c *Company) Role(name string) (role.Role, bool) {
	for _, r := range c.Roles {
		if string(r.Name) == name {
			return r, true
		}
	}
	return role.Role{}, false
}

// DefaultRole is the role of a user for whom none is named.
func (c *Company) DefaultRole() string {
	for _, r := range c.Roles {
		if r.Default {
			return string(r.Name)
		}
	}
	return ""
}

// Holders counts who has a role, and who of them counts towards its minimum:
// those who are not suspended and have no end.
func (c *Company) Holders(name string) (all, lasting int) {
	for _, u := range c.Users {
		if u.Role == name {
			all++
			if !u.Suspended && u.Until.IsZero() {
				lasting++
			}
		}
	}
	return all, lasting
}

// Active reports whether a user may act at all.
func (c *Company) Active(user string, at time.Time) bool {
	u, ok := c.Users[user]
	return ok && !u.Suspended && !Ended(u.Until, at)
}

// creators returns the users with a creator grant without an end.
func (c *Company) creators(report string) []string {
	var all []string
	for _, u := range Keys(c.Reports[report].Users) {
		if g := c.Reports[report].Users[u]; g.Level == access.Creator && g.Until.IsZero() {
			all = append(all, u)
		}
	}
	return all
}

// LastOf returns the reports that have no lasting creator but the user, in
// byte order.
func (c *Company) LastOf(user string) []string {
	var all []string
	for _, id := range Keys(c.Reports) {
		if slices.Equal(c.creators(id), []string{user}) {
			all = append(all, id)
		}
	}
	return all
}

// CanSucceed reports whether a user may take over the reports of another one
// who is removed.
func (c *Company) CanSucceed(id, removed string, at time.Time) bool {
	return id != removed && c.Active(id, at) && c.Users[id].Until.IsZero()
}

// lasts returns until when a user has a level or more of a report: the longest
// grant, and one of a team no longer than the membership. The second result is
// false if they have no such level.
func (c *Company) lasts(user, report string, level access.Level, at time.Time) (time.Time, bool) {
	var longest time.Time
	found := false
	consider := func(g Grant, until time.Time) {
		if g.Level < level || Ended(until, at) {
			return
		}
		if !found || Outlasts(until, longest) {
			longest, found = until, true
		}
	}
	if g, ok := c.Reports[report].Users[user]; ok {
		consider(g, g.Until)
	}
	for t, g := range c.Reports[report].Teams {
		if until, ok := c.Teams[t].Members[user]; ok {
			if Outlasts(until, g.Until) {
				until = g.Until
			}
			consider(g, until)
		}
	}
	return longest, found
}

// schemaOf returns attributes as a schema, or an error if they make none.
func schemaOf(attributes map[string]string) (*datagroup.Schema, error) {
	var all []datagroup.Attribute
	for _, name := range Keys(attributes) {
		t, err := datagroup.ParseType(attributes[name])
		if err != nil {
			return nil, err
		}
		all = append(all, datagroup.Attribute{Name: name, Type: t})
	}
	return datagroup.NewSchema(all...)
}

func (c *Company) schema() *datagroup.Schema {
	s, err := schemaOf(c.Attributes)
	if err != nil {
		panic(err)
	}
	return s
}

// Filter parses a text under the company's attributes. Parsing has a model of
// its own.
func (c *Company) Filter(text string) (datagroup.Filter, bool) {
	f, err := c.schema().Parse(text)
	return f, err == nil
}

// fits reports whether an account may be connected under the attributes.
func (c *Company) fits(a document.Account) bool {
	_, err := c.schema().Account(datagroup.AccountID(a.ID), a.Source, a.Values)
	return err == nil
}

// reads reports whether the filter of a data group reads an attribute.
func (c *Company) reads(attribute string) bool {
	for _, g := range c.Groups {
		if f, _ := c.Filter(g.Filter); slices.Contains(f.Reads(), attribute) {
			return true
		}
	}
	return false
}

// Ended reports whether an end has come: at the end itself it has. Zero is no
// end.
func Ended(until, at time.Time) bool { return !until.IsZero() && !at.Before(until) }

// Outlasts reports whether end a is later than b. No end is later than any.
func Outlasts(a, b time.Time) bool {
	if b.IsZero() {
		return false
	}
	return a.IsZero() || a.After(b)
}

// SameMailbox compares addresses, which are ASCII in all tests of the model.
func SameMailbox(a, b string) bool { return strings.EqualFold(a, b) }

// Keys returns the keys of a map in byte order.
func Keys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
