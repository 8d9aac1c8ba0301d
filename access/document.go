package access

import (
	"cmp"
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/access/internal/store"
)

// Document returns the policy as a document of the caller's, everything sorted
// by id. [Compile] makes an equal policy of it, and the same policy always
// gives the same document. It costs the size of the company.
func (p *Policy) Document() *document.Document {
	p = p.ready()
	d := &document.Document{Catalog: catalogEntry(p.catalog.source)}
	if declared := p.state.Schema.Attributes(); len(declared) > 0 {
		d.Attributes = document.AttributesOf(declared)
	}
	d.Accounts = entries(p.state.AllAccounts(), document.AccountOf, func(e document.Account) string { return e.ID })
	d.Groups = entries(persist.All(&p.state.Groups), func(g *store.Group) document.Group { return document.GroupOf(g.Group) }, func(e document.Group) string { return e.ID })
	d.Teams = entries(persist.All(&p.state.Teams), p.teamEntry, func(e document.Team) string { return e.ID })
	d.Users = entries(p.state.AllUsers(), document.UserOf, func(e document.User) string { return e.ID })
	d.Reports = entries(persist.All(&p.state.Reports), p.reportEntry, func(e document.Report) string { return e.ID })
	d.Links = entries(persist.All(&p.state.Links), func(l *store.Link) document.Link { return shareLink(l).Entry() }, func(e document.Link) string { return e.ID })
	return d
}

// entries returns the entry of every record, sorted by id.
func entries[T, E any](records iter.Seq2[uint32, T], entry func(T) E, id func(E) string) []E {
	var all []E
	for _, rec := range records {
		all = append(all, entry(rec))
	}
	slices.SortFunc(all, func(a, b E) int { return cmp.Compare(id(a), id(b)) })
	return all
}

// teamEntry returns the entry of a team with its members.
func (p *Policy) teamEntry(t *store.Team) document.Team {
	e := document.TeamOf(t.Team)
	for m := range p.Directory().Members(t.ID) {
		e.Members = append(e.Members, document.MemberOf(m))
	}
	slices.SortFunc(e.Members, func(a, b document.Member) int { return cmp.Compare(a.User, b.User) })
	return e
}

// reportEntry returns the entry of a report with its grants, those to users
// before those to teams.
func (p *Policy) reportEntry(r *store.Report) document.Report {
	e := document.Report{ID: r.ID, Name: r.Name, Note: r.Note}
	for g := range p.Directory().Grants(ReportID(r.ID)) {
		e.Grants = append(e.Grants, g.Entry())
	}
	slices.SortFunc(e.Grants, func(a, b document.Grant) int {
		return cmp.Or(cmp.Compare(a.Team, b.Team), cmp.Compare(a.User, b.User))
	})
	return e
}
