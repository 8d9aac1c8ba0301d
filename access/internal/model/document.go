package model

import (
	"math/rand/v2"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// Document writes the world down, everything in byte order of the ids.
func (w *World) Document() *document.Document {
	d := &document.Document{Catalog: document.Catalog{Extends: w.Catalog.Name}}
	if w.Catalog.Name == "" {
		d.Catalog.Roles, d.Catalog.Kinds = w.Catalog.Roles, w.Catalog.Kinds
	}
	if len(w.Attributes) > 0 {
		d.Attributes = typeNames(w.Attributes)
	}
	for _, id := range SortedKeys(w.Accounts) {
		d.Accounts = append(d.Accounts, w.Accounts[id].entry(id))
	}
	for _, id := range SortedKeys(w.Groups) {
		d.Groups = append(d.Groups, w.Groups[id].entry(id))
	}
	for _, id := range SortedKeys(w.Teams) {
		t := w.Teams[id]
		e := document.Team{ID: id, Name: t.Name, Description: t.Description, Groups: t.Groups}
		for _, u := range SortedKeys(t.Members) {
			e.Members = append(e.Members, document.Member{User: u, Until: EndText(t.Members[u])})
		}
		d.Teams = append(d.Teams, e)
	}
	for _, id := range SortedKeys(w.Users) {
		d.Users = append(d.Users, w.Users[id].entry(id))
	}
	for _, id := range SortedKeys(w.Reports) {
		r := w.Reports[id]
		e := document.Report{ID: id, Name: r.Name}
		for _, u := range SortedKeys(r.Users) {
			e.Grants = append(e.Grants, r.Users[u].entry(u, ""))
		}
		for _, t := range SortedKeys(r.Teams) {
			e.Grants = append(e.Grants, r.Teams[t].entry("", t))
		}
		d.Reports = append(d.Reports, e)
	}
	for _, id := range SortedKeys(w.Links) {
		d.Links = append(d.Links, w.Links[id].entry(id))
	}
	return d
}

// typeNames returns attributes as documents declare them.
func typeNames(types map[string]datagroup.Type) map[string]string {
	names := map[string]string{}
	for name, t := range types {
		names[name] = t.String()
	}
	return names
}

func (a Account) entry(id string) document.Account {
	return document.Account{ID: id, Source: a.Source, Values: a.Values}
}

func (g Group) entry(id string) document.Group {
	return document.Group{ID: id, Name: g.Name, Filter: g.Rule.Text}
}

func (u User) entry(id string) document.User {
	return document.User{ID: id, Name: u.Name, Email: u.Email, Role: u.Role, Suspended: u.Suspended, Until: EndText(u.Until)}
}

func (g Grant) entry(user, team string) document.Grant {
	return document.Grant{User: user, Team: team, Level: g.Level.String(), Until: EndText(g.Until)}
}

func (l Link) entry(id string) document.Link {
	return document.Link{
		ID: id, Maker: l.Maker, Session: l.Session, Action: l.Action, Until: EndText(l.Until), Ended: l.Ended,
		Resource: document.Resource{
			Kind: l.Resource.Kind, ID: l.Resource.ID, Account: l.Resource.Account},
	}
}

// EndText returns an end as documents have it, "" for none.
func EndText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Shuffled returns the document with everything whose order means nothing in
// another order. Only the roles keep theirs.
func Shuffled(d *document.Document, seed uint64) *document.Document {
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

// TB is what this package needs of a testing.T or a rapid.T.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Compile makes a policy of the world, whose clock is w.Now as it is when the
// policy asks. A world that does not compile is a mistake of the test.
func (w *World) Compile(t TB) *access.Policy {
	t.Helper()
	p, err := access.Compile(w.Document(), &access.Config{Now: func() time.Time { return w.Now }})
	if err != nil {
		t.Fatalf("compile: %v\n%s", err, Print(t, w.Document()))
	}
	return p
}

// Print returns the document as text. It may be called from any goroutine.
func Print(t TB, d *document.Document) string {
	t.Helper()
	text, err := d.JSON()
	if err != nil {
		t.Errorf("document: %v", err)
	}
	return string(text)
}
