package model

import (
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
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

// makeLink asks first whether the actor may share the resource, and then
// whether the maker sees it in the scope in which the link is made.
func (p *proposal) makeLink(c company.MakeLink) (company.Change, Refusal) {
	var a Refusal
	asks := func(err string) { a.when(err != "", err, "") }
	if k, _ := p.Catalog.Kind(string(c.Resource.Kind())); c.Action == "" {
		c.Action = k.Link
	}
	if c.Resource.Kind() == "report" && c.Action == "" {
		c.Action = "report.view"
	}
	if c.Resource.Kind() == "report" {
		asks(p.ask("report.share-viewer", c.Resource))
	} else {
		if c.Action != "" {
			asks(p.ask(c.Action, c.Resource))
		}
		asks(p.ask("session.share", c.Resource))
	}
	if p.User != "" {
		c.Maker = team.UserID(p.User)
	}
	if c.Link == "" {
		c.Link = access.LinkID(fmt.Sprintf("chosen-%d", len(p.Links)))
	}
	_, exists := p.Links[string(c.Link)]
	a.when(exists, "ErrTaken", "")
	maker, known := p.Users[string(c.Maker)]
	a.when(!known, "ErrUnknown", "")
	l := Link{Maker: string(c.Maker), Session: string(c.Session), Action: string(c.Action), Resource: Resource(c.Resource)}
	a.when(!p.LinkFits(l), "ErrInvalid", "")
	asks(p.askOf(l.Scope(), c.Action, c.Resource))
	if c.Until.IsZero() {
		c.Until = p.Now.Add(30 * 24 * time.Hour)
		if Outlasts(c.Until, maker.Until) {
			c.Until = maker.Until
		}
	}
	a.when(Ended(c.Until, p.Now), "ErrPast", "")
	a.when(Outlasts(c.Until, maker.Until), "ErrBeyondOwnEnd", "")
	a.when(badEnd(c.Until), "ErrInvalid", "")
	if !a.Refused() {
		l.Until = c.Until
		p.Links[string(c.Link)] = l
	}
	return c, a
}

func (p *proposal) revokeLink(c company.RevokeLink) (company.Change, Refusal) {
	var a Refusal
	err := p.ask("link.revoke", access.Link(c.Link))
	a.when(err != "", err, "")
	l, exists := p.Links[string(c.Link)]
	if !exists {
		a.when(true, "ErrUnknown", "")
		return nil, a
	}
	a.when(l.Ended, "ErrNoChange", "")
	c.Resource, c.Maker = l.Resource.Access(), team.UserID(l.Maker)
	if !a.Refused() {
		l.Ended = true
		p.Links[string(c.Link)] = l
	}
	return c, a
}
