package company_test

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

// world is a company as the rules describe it: maps and no index. It knows
// nothing of logs and events.
type world struct {
	name       string
	limits     company.Limits
	roles      []role.Role
	attributes map[string]string
	accounts   map[string]modelAccount
	groups     map[string]modelGroup
	teams      map[string]modelTeam
	users      map[string]modelUser
	reports    map[string]modelReport
	links      []document.Link
	used       map[string]bool // "user u1": every id there ever was
}

type modelAccount struct {
	source string
	values map[string]datagroup.Value
}

type modelGroup struct {
	name, filter string // as it is printed
}

type modelTeam struct {
	name, description string
	groups            map[string]bool
	members           map[string]time.Time
}

type modelUser struct {
	name, email, role string
	suspended         bool
	until             time.Time
}

type modelReport struct {
	name         string
	users, teams map[string]modelGrant
}

type modelGrant struct {
	level access.Level
	until time.Time
}

func newWorld(roles []role.Role) *world {
	return &world{name: "Acme", roles: roles, attributes: map[string]string{}, accounts: map[string]modelAccount{},
		groups: map[string]modelGroup{}, teams: map[string]modelTeam{}, users: map[string]modelUser{},
		reports: map[string]modelReport{}, used: map[string]bool{}}
}

// clone copies all that a change may write to.
func (w *world) clone() *world {
	c := *w
	c.attributes, c.accounts, c.groups = maps.Clone(w.attributes), maps.Clone(w.accounts), maps.Clone(w.groups)
	c.teams, c.users, c.reports = maps.Clone(w.teams), maps.Clone(w.users), maps.Clone(w.reports)
	c.links, c.used = slices.Clone(w.links), maps.Clone(w.used)
	for id, t := range c.teams {
		t.groups, t.members = maps.Clone(t.groups), maps.Clone(t.members)
		c.teams[id] = t
	}
	for id, r := range c.reports {
		r.users, r.teams = maps.Clone(r.users), maps.Clone(r.teams)
		c.reports[id] = r
	}
	return &c
}

func (w *world) role(name string) (role.Role, bool) {
	for _, r := range w.roles {
		if string(r.Name) == name {
			return r, true
		}
	}
	return role.Role{}, false
}

// fallback is the role of somebody for whom none was named.
func (w *world) fallback() string {
	for _, r := range w.roles {
		if r.Default {
			return string(r.Name)
		}
	}
	return ""
}

// holders counts who has a role, and who counts towards its minimum.
func (w *world) holders(name string) (all, lasting int) {
	for _, u := range w.users {
		if u.role == name {
			all++
			if !u.suspended && u.until.IsZero() {
				lasting++
			}
		}
	}
	return all, lasting
}

func (w *world) active(user string, at time.Time) bool {
	u, ok := w.users[user]
	return ok && !u.suspended && !hasEnded(u.until, at)
}

// lastOf returns the reports that have no lasting creator but the user, in
// order.
func (w *world) lastOf(user string) []string {
	var all []string
	for _, id := range sortedKeys(w.reports) {
		creators := w.creators(id)
		if len(creators) == 1 && creators[0] == user {
			all = append(all, id)
		}
	}
	return all
}

// creators returns the users who hold a creator grant without an end.
func (w *world) creators(report string) []string {
	var all []string
	for _, u := range sortedKeys(w.reports[report].users) {
		if g := w.reports[report].users[u]; g.level == access.Creator && g.until.IsZero() {
			all = append(all, u)
		}
	}
	return all
}

// heir returns somebody who may take reports over from a user who is removed.
func (w *world) heir(id, removed string, at time.Time) bool {
	return id != removed && w.active(id, at) && w.users[id].until.IsZero()
}

// lasts returns until when a user holds a level or more of a report: the
// longest grant, and one of a team no longer than he is in it. The second
// result is false if he does not.
func (w *world) lasts(user, report string, level access.Level, at time.Time) (time.Time, bool) {
	var longest time.Time
	found := false
	consider := func(g modelGrant, until time.Time) {
		if g.level < level || hasEnded(until, at) {
			return
		}
		if !found || outlasts(until, longest) {
			longest, found = until, true
		}
	}
	if g, ok := w.reports[report].users[user]; ok {
		consider(g, g.until)
	}
	for t, g := range w.reports[report].teams {
		if until, ok := w.teams[t].members[user]; ok {
			if outlasts(until, g.until) {
				until = g.until
			}
			consider(g, until)
		}
	}
	return longest, found
}

// schema is the company's, or an error if its attributes do not go.
func schemaOf(attributes map[string]string) (*datagroup.Schema, error) {
	var all []datagroup.Attribute
	for _, name := range sortedKeys(attributes) {
		t, err := datagroup.ParseType(attributes[name])
		if err != nil {
			return nil, err
		}
		all = append(all, datagroup.Attribute{Name: name, Type: t})
	}
	return datagroup.NewSchema(all...)
}

// filter parses a text under the company's attributes. Parsing has a model of
// its own.
func (w *world) filter(text string) (datagroup.Filter, bool) {
	s, err := schemaOf(w.attributes)
	if err != nil {
		panic(err)
	}
	f, err := s.Parse(text)
	return f, err == nil
}

// fits reports whether an account may be connected.
func (w *world) fits(a document.Account) bool {
	s, err := schemaOf(w.attributes)
	if err != nil {
		panic(err)
	}
	_, err = s.Account(datagroup.AccountID(a.ID), a.Source, a.Values)
	return err == nil
}

// reads reports whether a filter reads an attribute.
func (w *world) reads(attribute string) bool {
	for _, g := range w.groups {
		if f, _ := w.filter(g.filter); slices.Contains(f.Reads(), attribute) {
			return true
		}
	}
	return false
}

// hasEnded reports whether an end has come: at the end itself it has.
func hasEnded(until, at time.Time) bool { return !until.IsZero() && !at.Before(until) }

// outlasts reports whether a is later than b; no end is later than any.
func outlasts(a, b time.Time) bool {
	if b.IsZero() {
		return false
	}
	return a.IsZero() || a.After(b)
}

func sameMailbox(a, b string) bool { return strings.EqualFold(a, b) } // for the ASCII addresses of the tests

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// document writes the world down.
func (w *world) document() *document.Document {
	d := &document.Document{Roles: w.roles, Attributes: w.attributes, Links: w.links}
	for _, id := range sortedKeys(w.accounts) {
		a := w.accounts[id]
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: a.source, Values: a.values})
	}
	for _, id := range sortedKeys(w.groups) {
		d.Groups = append(d.Groups, document.Group{ID: id, Name: w.groups[id].name, Filter: w.groups[id].filter})
	}
	for _, id := range sortedKeys(w.teams) {
		t := w.teams[id]
		e := document.Team{ID: id, Name: t.name, Description: t.description, Groups: sortedKeys(t.groups)}
		for _, u := range sortedKeys(t.members) {
			e.Members = append(e.Members, document.Member{User: u, Until: endText(t.members[u])})
		}
		d.Teams = append(d.Teams, e)
	}
	for _, id := range sortedKeys(w.users) {
		u := w.users[id]
		d.Users = append(d.Users, document.User{
			ID: id, Name: u.name, Email: u.email, Role: u.role, Suspended: u.suspended, Until: endText(u.until)})
	}
	for _, id := range sortedKeys(w.reports) {
		r := w.reports[id]
		e := document.Report{ID: id, Name: r.name}
		for _, u := range sortedKeys(r.users) {
			e.Grants = append(e.Grants, document.Grant{User: u, Level: r.users[u].level.String(), Until: endText(r.users[u].until)})
		}
		for _, t := range sortedKeys(r.teams) {
			e.Grants = append(e.Grants, document.Grant{Team: t, Level: r.teams[t].level.String(), Until: endText(r.teams[t].until)})
		}
		d.Reports = append(d.Reports, e)
	}
	return d
}

func endText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// compile makes a policy of the world in which time stands still. A world that
// does not compile is a mistake of the test.
func (w *world) compile(at time.Time) *access.Policy {
	p, err := access.Compile(w.document(), nil)
	if err != nil {
		panic(err)
	}
	return p.At(at)
}
