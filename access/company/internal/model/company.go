package model

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	rules "github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
)

// Company is all that a company consists of at one moment. What Decide goes by
// is a World, with a model of its own.
type Company struct {
	*rules.World
	Name        string
	Limits      company.Limits
	Invitations []Invitation    // in the order in which they were first sent
	Used        map[string]bool // "user u1": every id there ever was
	Messages    int             // how many there were about invitations
	Last        time.Time       // of the last event
	Events      []Event
	Had         map[string][]string // the addresses that users had before, by user
}

// What a World has, so that a test imports one model.
type (
	Account = rules.Account
	Team    = rules.Team
	User    = rules.User
	Report  = rules.Report
	Grant   = rules.Grant
	Link    = rules.Link
	Catalog = rules.Catalog
)

// New returns a company with a catalog, founded at an instant, and nothing else.
func New(c Catalog, founded time.Time) *Company {
	return &Company{World: rules.New(c), Name: "Acme", Used: map[string]bool{}, Last: founded, Events: make([]Event, 1), Had: map[string][]string{}}
}

// Begin makes what there is the founding of the company.
func (c *Company) Begin() {
	nothing := New(c.Catalog, c.Last)
	c.Events[0] = Event{Time: c.Last, Actor: "system founding", Steps: []Step{{Before: nothing.At(c.Last), After: c.At(c.Last).Clone()}}}
}

// NewTeam returns a team of nobody.
func NewTeam() Team { return Team{Members: map[string]time.Time{}} }

// NewReport returns a report that is shared with nobody.
func NewReport(name string) Report { return rules.NewReport(name) }

// Clone returns a company that shares nothing with c that a change writes to.
func (c *Company) Clone() *Company {
	n := *c
	n.World = c.World.Clone()
	n.Invitations, n.Used, n.Had = slices.Clone(c.Invitations), make(map[string]bool, len(c.Used)+1), maps.Clone(c.Had)
	for id := range c.Used {
		n.Used[id] = true
	}
	n.Events = slices.Clip(c.Events)
	return &n
}

// At returns the company at an instant. Nobody may change it.
func (c *Company) At(now time.Time) *Company {
	n, w := *c, *c.World
	w.Now = now
	n.World = &w
	return &n
}

// Resource is a resource as the model of Decide has it.
func Resource(r access.Resource) rules.Resource {
	return rules.Resource{Kind: string(r.Kind()), ID: r.ID(), Account: string(r.Account())}
}

// AddGroup adds a data group whose filter must be one.
func (c *Company) AddGroup(id, filter string) {
	rule, ok := c.ParseRule(filter)
	if !ok {
		panic("not a filter: " + filter)
	}
	c.Groups[id], c.Used["group "+id] = rules.Group{Rule: rule}, true
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

// Creatorless reports whether there is such a report, without a lasting creator.
func (c *Company) Creatorless(report string) bool {
	_, exists := c.Reports[report]
	return exists && len(c.creators(report)) == 0
}

// CanSucceed reports whether a user may take over the reports of another one
// who is removed, if they are not the one who removes them.
func (c *Company) CanSucceed(id, removed string) bool {
	return id != removed && c.Active(id) && c.Users[id].Until.IsZero()
}

// lasts returns until when a user has a level or more of a report: the longest
// grant, and one of a team no longer than the membership. The second result is
// false if they have no such level.
func (c *Company) lasts(user, report string, level access.Level) (time.Time, bool) {
	var longest time.Time
	found := false
	consider := func(g Grant, until time.Time) {
		if g.Level < level || Ended(until, c.Now) {
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

// FilterReads reports whether the filter of a data group reads an attribute.
func (c *Company) FilterReads(attribute string) bool {
	for _, g := range c.Groups {
		if slices.Contains(g.Rule.Reads, attribute) {
			return true
		}
	}
	return false
}

// fits reports whether an account may be connected under the attributes.
func (c *Company) fits(id string, a Account) bool {
	schema, err := rules.SchemaOf(c.Attributes)
	if err != nil {
		panic(err)
	}
	_, err = schema.Account(datagroup.AccountID(id), a.Source, a.Values)
	return err == nil
}

// Ended reports whether an end has come: at the end itself it has. Zero is no
// end.
func Ended(until, at time.Time) bool { return rules.Ended(until, at) }

// Later is the later of two instants: what now is for a company whose clock is
// set back.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

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
func Keys[K ~string, V any](m map[K]V) []K { return rules.SortedKeys(m) }
