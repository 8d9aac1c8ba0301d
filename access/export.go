package access

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/role"
)

// Document returns the policy as a document, everything sorted by id. [Compile]
// makes an equal policy of it, and the same policy always gives the same
// document. It costs the size of the company.
func (p *Policy) Document() *document.Document {
	p = p.ready()
	d := &document.Document{}
	switch c := p.catalog.source; {
	case c.Equal(role.CompanyCatalog()):
		d.Catalog = "company" // said, or another Config would give it another meaning
	case c.Equal(role.ProjectCatalog()):
		d.Catalog = "project"
	default:
		d.Roles = c.Roles()
	}
	if declared := p.state.Schema.Attributes(); len(declared) > 0 {
		d.Attributes = make(map[string]string, len(declared))
		for _, a := range declared {
			d.Attributes[a.Name] = a.Type.String()
		}
	}
	d.Accounts = entries(&p.state.Accounts, accountEntry, func(e document.Account) string { return e.ID })
	d.Groups = entries(&p.state.Groups, groupEntry, func(e document.Group) string { return e.ID })
	d.Teams = entries(&p.state.Teams, p.teamEntry, func(e document.Team) string { return e.ID })
	d.Users = entries(&p.state.Users, userEntry, func(e document.User) string { return e.ID })
	d.Reports = entries(&p.state.Reports, p.reportEntry, func(e document.Report) string { return e.ID })
	d.Links = entries(&p.state.Links, linkEntry, func(e document.Link) string { return e.ID })
	return d
}

// entries returns the entry of every record, sorted by id.
func entries[T, E any](b *snapshot.Book[T], entry func(T) E, id func(E) string) []E {
	var all []E
	for _, rec := range b.All() {
		all = append(all, entry(rec))
	}
	slices.SortFunc(all, func(a, b E) int { return cmp.Compare(id(a), id(b)) })
	return all
}

func accountEntry(a snapshot.Account) document.Account {
	return document.Account{ID: string(a.ID()), Source: a.Source(), Values: maps.Collect(a.Values())}
}

func groupEntry(g *snapshot.Group) document.Group {
	return document.Group{ID: string(g.ID), Name: g.Name, Filter: g.Filter.String()}
}

func userEntry(u *snapshot.User) document.User {
	return document.User{
		ID: string(u.ID), Name: u.Name, Email: u.Email.String(), Role: string(u.Role),
		Suspended: u.Suspended, Until: formatEnd(u.Until),
	}
}

func (p *Policy) teamEntry(t *snapshot.Team) document.Team {
	e := document.Team{ID: string(t.ID), Name: t.Name, Description: t.Description}
	for _, g := range t.Groups {
		e.Groups = append(e.Groups, string(g))
	}
	for m := range p.Directory().Members(t.ID) {
		e.Members = append(e.Members, document.Member{User: string(m.User), Until: formatEnd(m.Until)})
	}
	slices.SortFunc(e.Members, func(a, b document.Member) int { return cmp.Compare(a.User, b.User) })
	return e
}

// reportEntry lists the grants to users before those to teams.
func (p *Policy) reportEntry(r *snapshot.Report) document.Report {
	e := document.Report{ID: r.ID, Name: r.Name}
	for g := range p.Directory().Grants(ReportID(r.ID)) {
		e.Grants = append(e.Grants, document.Grant{
			User: string(g.User), Team: string(g.Team), Level: g.Level.String(), Until: formatEnd(g.Until),
		})
	}
	slices.SortFunc(e.Grants, func(a, b document.Grant) int {
		return cmp.Or(cmp.Compare(a.Team, b.Team), cmp.Compare(a.User, b.User))
	})
	return e
}

func linkEntry(l *snapshot.Link) document.Link {
	return document.Link{
		ID: l.ID, Maker: string(l.Maker), Session: string(l.Session), Action: l.Action,
		Resource: linkResource(l).entry(),
		Until:    formatEnd(l.Until), Ended: l.Ended,
	}
}

// formatEnd writes an end as parseEnd reads it.
func formatEnd(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
