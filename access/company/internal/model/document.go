package model

import (
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// Document writes a company down.
func (c *Company) Document() *document.Document {
	d := &document.Document{Roles: c.Roles, Attributes: c.Attributes}
	for _, id := range Keys(c.Accounts) {
		a := c.Accounts[id]
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: a.Source, Values: a.Values})
	}
	for _, id := range Keys(c.Groups) {
		d.Groups = append(d.Groups, document.Group{ID: id, Name: c.Groups[id].Name, Filter: c.Groups[id].Filter})
	}
	for _, id := range Keys(c.Teams) {
		t := c.Teams[id]
		e := document.Team{ID: id, Name: t.Name, Description: t.Description, Groups: Keys(t.Groups)}
		for _, u := range Keys(t.Members) {
			e.Members = append(e.Members, document.Member{User: u, Until: endText(t.Members[u])})
		}
		d.Teams = append(d.Teams, e)
	}
	for _, id := range Keys(c.Users) {
		u := c.Users[id]
		d.Users = append(d.Users, document.User{
			ID: id, Name: u.Name, Email: u.Email, Role: u.Role, Suspended: u.Suspended, Until: endText(u.Until)})
	}
	for _, id := range Keys(c.Reports) {
		r := c.Reports[id]
		e := document.Report{ID: id, Name: r.Name}
		for _, u := range Keys(r.Users) {
			e.Grants = append(e.Grants, document.Grant{User: u, Level: r.Users[u].Level.String(), Until: endText(r.Users[u].Until)})
		}
		for _, t := range Keys(r.Teams) {
			e.Grants = append(e.Grants, document.Grant{Team: t, Level: r.Teams[t].Level.String(), Until: endText(r.Teams[t].Until)})
		}
		d.Reports = append(d.Reports, e)
	}
	for _, l := range c.Links {
		r := document.Resource{Kind: string(l.Resource.Kind()), ID: l.Resource.ID(), Account: string(l.Resource.Account()),
			Company: l.Resource.CompanyWide()}
		d.Links = append(d.Links, document.Link{ID: l.ID, Maker: l.Maker, Session: l.Session, Action: string(l.Action),
			Resource: r, Until: endText(l.Until), Ended: l.Ended})
	}
	return d
}

func endText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Policy compiles the company into a policy in which time stands still. A
// company that does not compile is a mistake of the test.
func (c *Company) Policy(at time.Time) *access.Policy {
	if c.policy == nil {
		p, err := access.Compile(c.Document(), nil)
		if err != nil {
			panic(err)
		}
		c.policy = p
	}
	return c.policy.At(at)
}
