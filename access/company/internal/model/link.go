package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// link makes a change of a link, unless it is refused.
func (p *proposal) link(c company.Change) (company.Change, Refusal) {
	switch c := c.(type) {
	case company.MakeLink:
		return p.makeLink(c)
	case company.RevokeLink:
		return p.revokeLink(c)
	}
	panic("a change that is not of a link")
}

// FindLink returns the place of a link in the list, or -1.
func (c *Company) FindLink(id access.LinkID) int {
	return slices.IndexFunc(c.Links, func(l Link) bool { return l.ID == string(id) })
}

// makeLink asks first whether the actor may share the resource, and then
// whether the maker sees it in the scope in which the link is made.
func (p *proposal) makeLink(c company.MakeLink) (company.Change, Refusal) {
	var a Refusal
	asks := func(err string) { a.when(err != "", err, "") }
	if c.Action == "" {
		c.Action = "report.view"
	}
	if c.Resource.Kind() == "report" {
		asks(p.ask("report.share-viewer", c.Resource))
	} else {
		asks(p.ask(c.Action, c.Resource))
		asks(p.ask("session.share", c.Resource))
	}
	if p.User != "" {
		c.Maker = team.UserID(p.User)
	}
	if c.Link == "" {
		c.Link = access.LinkID(fmt.Sprintf("chosen-%d", len(p.Links)))
	}
	a.when(p.FindLink(c.Link) >= 0, "ErrTaken", "")
	maker, known := p.Users[string(c.Maker)]
	a.when(!known, "ErrUnknown", "")
	a.when(!strings.HasSuffix(string(c.Action), ".view"), "ErrInvalid", "")
	a.when(slices.Contains([]access.Kind{"company", "account", "user", "role", "team", "group", "link"}, c.Resource.Kind()), "ErrInvalid", "")
	scope := access.User(c.Maker)
	if c.Session != "" {
		scope = access.Session(c.Maker, c.Session)
	}
	asks(p.askOf(scope, c.Action, c.Resource))
	if c.Until.IsZero() {
		c.Until = p.at.Add(30 * 24 * time.Hour)
		if Outlasts(c.Until, maker.Until) {
			c.Until = maker.Until
		}
	}
	a.when(Ended(c.Until, p.at), "ErrPast", "")
	a.when(Outlasts(c.Until, maker.Until), "ErrBeyondOwnEnd", "")
	a.when(badEnd(c.Until), "ErrInvalid", "")
	if !a.Refused() {
		p.Links = append(p.Links, Link{ID: string(c.Link), Maker: string(c.Maker), Session: string(c.Session),
			Action: c.Action, Resource: c.Resource, Until: c.Until})
		slices.SortFunc(p.Links, func(a, b Link) int { return strings.Compare(a.ID, b.ID) })
	}
	return c, a
}

func (p *proposal) revokeLink(c company.RevokeLink) (company.Change, Refusal) {
	var a Refusal
	err := p.ask("link.revoke", access.Link(c.Link))
	a.when(err != "", err, "")
	n := p.FindLink(c.Link)
	if n < 0 {
		a.when(true, "ErrUnknown", "")
		return nil, a
	}
	l := &p.Links[n]
	a.when(l.Ended, "ErrNoChange", "")
	c.Resource, c.Maker = l.Resource, team.UserID(l.Maker)
	if !a.Refused() {
		l.Ended = true
	}
	return c, a
}

// State is what a link is at an instant, in the words of Decide: "link" while
// it shows what it was made for.
func (c *Company) State(l Link, at time.Time) access.Reason {
	switch {
	case l.Ended:
		return "link-ended"
	case Ended(l.Until, at):
		return "link-expired"
	case !c.MakerMay(l, at):
		return "link-paused"
	}
	return "link"
}

// MakerMay reports whether the maker may still do what the link was made for,
// in its scope. This asks no Decide: it is found in the records.
func (c *Company) MakerMay(l Link, at time.Time) bool {
	switch {
	case l.Resource.Kind() == "report":
		return c.makerViews(l, at)
	case l.Resource.CompanyWide():
		return c.makerHolds(l, l.Action, at)
	}
	return c.makerHolds(l, l.Action, at) && c.makerReaches(l, string(l.Resource.Account()), at)
}

// Shows reports whether a link shows an account: one that its maker sees in its
// scope, and the one of its resource if that has one.
func (c *Company) Shows(l Link, account string, at time.Time) bool {
	of := string(l.Resource.Account())
	return c.State(l, at) == "link" && c.makerHolds(l, "account.view", at) && c.makerReaches(l, account, at) && (of == "" || of == account)
}

// scope returns the teams whose data and grants the maker uses in the scope of
// a link; ok is false if they may not act in it at all.
func (c *Company) scope(l Link, at time.Time) (teams []string, ok bool) {
	if !c.Active(l.Maker, at) {
		return nil, false
	}
	for _, id := range Keys(c.Teams) {
		until, member := c.Teams[id].Members[l.Maker]
		if member && !Ended(until, at) && (l.Session == "" || l.Session == id) {
			teams = append(teams, id)
		}
	}
	return teams, l.Session == "" || len(teams) == 1
}

func (c *Company) makerHolds(l Link, a access.Action, at time.Time) bool {
	_, ok := c.scope(l, at)
	r, _ := c.Role(c.Users[l.Maker].Role)
	return ok && slices.Contains(r.Capabilities, a)
}

func (c *Company) makerReaches(l Link, account string, at time.Time) bool {
	a, there := c.Accounts[account]
	teams, ok := c.scope(l, at)
	if !there || !ok {
		return false
	}
	if r, _ := c.Role(c.Users[l.Maker].Role); l.Session == "" && r.Scope == role.AllData {
		return true
	}
	matched, err := c.schema().Account(datagroup.AccountID(account), a.Source, a.Values)
	if err != nil {
		panic(err)
	}
	for _, t := range teams {
		for _, g := range Keys(c.Teams[t].Groups) {
			if f, _ := c.Filter(c.Groups[g].Filter); f.Match(matched) == datagroup.True {
				return true
			}
		}
	}
	return false
}

func (c *Company) makerViews(l Link, at time.Time) bool {
	teams, ok := c.scope(l, at)
	r := c.Reports[l.Resource.ID()]
	if g, has := r.Users[l.Maker]; ok && has && !Ended(g.Until, at) {
		return true
	}
	for _, t := range teams {
		if g, has := r.Teams[t]; ok && has && !Ended(g.Until, at) {
			return true
		}
	}
	return false
}
