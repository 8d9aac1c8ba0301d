package access

import (
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
)

// loader makes an Edit of a document. It goes on after a problem, to find all.
type loader struct {
	*Edit
	problems []document.Problem
	broken   map[string]bool // entries that could not be set: naming them is no further problem
	repeated map[int]bool    // teams whose id an earlier one has: their members are not looked at
	roleless bool            // the catalog is broken: nor is naming a role or an action
}

// compile makes a policy of a document, or says what is wrong with it.
func compile(d *document.Document, c *Config) (*Policy, []document.Problem) {
	if d == nil {
		d = new(document.Document)
	}
	if c == nil {
		c = new(Config)
	}
	now := c.Now
	if now == nil {
		now = time.Now
	}
	l := &loader{broken: make(map[string]bool), repeated: make(map[int]bool)}
	l.Edit = newEdit(new(snapshot.State), newCatalog(l.chooseCatalog(d.Catalog, c.Catalog)), now)
	l.setAttributes(&check{edit: l.Edit, loader: l, list: "attributes", index: noIndex}, d.Attributes)
	each(l, "accounts", d.Accounts, l.setAccount)
	each(l, "groups", d.Groups, l.setGroup)
	l.w.Freeze() // teams may share with groups what those no longer change
	each(l, "teams", d.Teams, l.addTeam)
	each(l, "users", d.Users, l.setUser)
	each(l, "teams", d.Teams, l.addMembers)
	each(l, "reports", d.Reports, l.addReport)
	each(l, "links", d.Links, l.setLink)
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	p, err := l.Policy()
	l.problem("", err)
	return p, l.problems
}

// each sets the entries of a list.
func each[T any](l *loader, list string, entries []T, set func(*check, T)) {
	c := new(check)
	for i, e := range entries {
		*c = check{edit: l.Edit, loader: l, list: list, index: i}
		set(c, e)
	}
}

// maxProblems is how many problems of a document are reported.
const maxProblems = 100

// problem notes what is wrong at a path, if anything is.
func (l *loader) problem(path string, err error) {
	if err != nil && len(l.problems) < maxProblems {
		l.problems = append(l.problems, document.Problem{Path: path, Err: err})
	}
}

func (l *loader) isBroken(what, id string) bool {
	return len(l.broken) > 0 && l.broken[what+" "+id]
}

func (l *loader) addTeam(c *check, t document.Team) {
	if l.w.Teams.Has(t.ID) || l.isBroken("team", t.ID) {
		l.repeated[c.index] = true
	}
	l.setTeam(c, t)
}

func (l *loader) addMembers(c *check, t document.Team) {
	no, _, ok := l.w.Teams.Find(t.ID)
	if !ok || l.repeated[c.index] {
		return
	}
	for i, m := range t.Members {
		c.within("members", i)
		l.setMember(c, no, m)
	}
}

func (l *loader) addReport(c *check, r document.Report) {
	if l.setReport(c, r); c.failed {
		return
	}
	no, _, _ := l.w.Reports.Find(r.ID)
	for i, g := range r.Grants {
		c.within("grants", i)
		l.setGrant(c, no, g)
	}
}
