package access_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// document writes the world down. The order of everything is that of the ids;
// shuffled changes it.
func (w *world) document() *document.Document {
	d := &document.Document{Catalog: w.catalog.name}
	if d.Catalog == "" {
		d.Roles = w.catalog.spelled()
	}
	for _, a := range attributesOf(w.attributes) {
		if d.Attributes == nil {
			d.Attributes = map[string]string{}
		}
		d.Attributes[a.Name] = a.Type.String()
	}
	for _, id := range sortedKeys(w.accounts) {
		a := w.accounts[id]
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: a.source, Values: a.values})
	}
	for _, id := range sortedKeys(w.groups) {
		g := w.groups[id]
		d.Groups = append(d.Groups, document.Group{ID: id, Name: g.name, Filter: g.rule.text})
	}
	for _, id := range sortedKeys(w.teams) {
		t := w.teams[id]
		e := document.Team{ID: id, Name: t.name, Description: t.description, Groups: t.groups}
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
	w.documentReports(d)
	return d
}

func (w *world) documentReports(d *document.Document) {
	for _, id := range sortedKeys(w.reports) {
		r := w.reports[id]
		e := document.Report{ID: id, Name: r.name}
		for _, u := range sortedKeys(r.users) {
			g := r.users[u]
			e.Grants = append(e.Grants, document.Grant{User: u, Level: g.level.String(), Until: endText(g.until)})
		}
		for _, t := range sortedKeys(r.teams) {
			g := r.teams[t]
			e.Grants = append(e.Grants, document.Grant{Team: t, Level: g.level.String(), Until: endText(g.until)})
		}
		d.Reports = append(d.Reports, e)
	}
	for _, id := range sortedKeys(w.links) {
		l := w.links[id]
		d.Links = append(d.Links, document.Link{
			ID: id, Maker: l.maker, Session: l.session, Action: l.action, Until: endText(l.until), Ended: l.ended,
			Resource: document.Resource{
				Kind: l.shows.kind, ID: l.shows.id, Account: l.shows.account, Company: l.shows.wide},
		})
	}
}

func endText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// shuffled returns the document with everything whose order means nothing in
// another order. Only the roles keep theirs.
func shuffled(d *document.Document, seed uint64) *document.Document {
	r := rand.New(rand.NewPCG(seed, 1))
	c := *d
	c.Accounts = shuffle(r, d.Accounts)
	c.Groups = shuffle(r, d.Groups)
	c.Teams = shuffle(r, d.Teams)
	for i, t := range c.Teams {
		c.Teams[i].Groups, c.Teams[i].Members = shuffle(r, t.Groups), shuffle(r, t.Members)
	}
	c.Users = shuffle(r, d.Users)
	c.Reports = shuffle(r, d.Reports)
	for i, e := range c.Reports {
		c.Reports[i].Grants = shuffle(r, e.Grants)
	}
	c.Links = shuffle(r, d.Links)
	return &c
}

func shuffle[E any](r *rand.Rand, all []E) []E {
	c := append([]E(nil), all...)
	r.Shuffle(len(c), func(i, j int) { c[i], c[j] = c[j], c[i] })
	return c
}

// compile makes a policy of the world, with the world's clock. A world that
// does not compile is a mistake of the test.
func (w *world) compile(t fataler) *access.Policy {
	t.Helper()
	p, err := access.Compile(w.document(), &access.Config{Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatalf("compile: %v\n%s", err, printed(t, w.document()))
	}
	return p
}

// fataler is what testing.T and rapid.T have in common here.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

var _ fataler = (*testing.T)(nil)

// printed returns the document as text. It may be called from any goroutine.
func printed(t fataler, d *document.Document) string {
	t.Helper()
	text, err := d.JSON()
	if err != nil {
		t.Errorf("document: %v", err)
	}
	return string(text)
}
