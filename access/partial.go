package access

import (
	"fmt"
	"maps"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// place is where an entry stands in a document.
type place struct {
	list   string // "teams"
	index  int
	nested string // "members", "grants"; "" for an entry of the document itself
	at     int
}

// path is the place in the grammar of [document.Problem].
func (p place) path() string {
	if p.nested == "" {
		return fmt.Sprintf("%s[%d]", p.list, p.index)
	}
	return fmt.Sprintf("%s[%d].%s[%d]", p.list, p.index, p.nested, p.at)
}

// nestedIn says which lists have entries, and the name of the list of entries in
// each of them, if there is one. An account may have an attribute of that name.
var nestedIn = map[string]string{
	"accounts": "", "groups": "", "teams": "members", "users": "", "reports": "grants", "links": "",
}

// placeAt returns the entry that a path leads to or into. There is none in what
// belongs to no entry, such as a role of the catalog.
func placeAt(path string) (p place, ok bool) {
	list, index, rest, ok := strictjson.Item(path)
	within, known := nestedIn[list]
	if !ok || !known {
		return p, false
	}
	p = place{list: list, index: index}
	if nested, at, _, ok := strictjson.Item(rest); ok && nested == within {
		p.nested, p.at = nested, at
	}
	return p, true
}

// namesake says of which entries there may be one: those in a list, or in a list
// of an entry, of one id.
type namesake struct {
	in place // without the position of the entry
	id string
}

// omissions are the entries that a document is loaded without.
type omissions struct {
	places map[place]bool
	shared map[namesake]bool // all entries of an id that several have
}

func newOmissions() omissions {
	return omissions{make(map[place]bool), make(map[namesake]bool)}
}

// settle replaces what entries share by the entries that share it.
func (o *omissions) settle(d *document.Document) {
	if len(o.shared) == 0 {
		return
	}
	walk(d, func(p place, id, _ string) {
		in := p
		if p.nested == "" {
			in.index = 0
		}
		in.at = 0
		if o.shared[namesake{in, id}] {
			o.places[p] = true
		}
	})
	clear(o.shared)
}

// entries lists the omissions in the order of the document.
func (o *omissions) entries(d *document.Document) (all []document.Entry) {
	walk(d, func(p place, _, name string) {
		around := place{list: p.list, index: p.index}
		if o.places[p] && (p == around || !o.places[around]) {
			all = append(all, document.Entry{Path: p.path(), ID: name})
		}
	})
	return all
}

// walk visits all entries of a document: each with its id in its list, and with
// its name among all.
func walk(d *document.Document, visit func(p place, id, name string)) {
	for i, a := range d.Accounts {
		visit(place{list: "accounts", index: i}, a.ID, a.ID)
	}
	for i, g := range d.Groups {
		visit(place{list: "groups", index: i}, g.ID, g.ID)
	}
	for i, t := range d.Teams {
		visit(place{list: "teams", index: i}, t.ID, t.ID)
		for k, m := range t.Members {
			visit(place{"teams", i, "members", k}, m.User, t.ID+"/"+m.User)
		}
	}
	for i, u := range d.Users {
		visit(place{list: "users", index: i}, u.ID, u.ID)
	}
	for i, r := range d.Reports {
		visit(place{list: "reports", index: i}, r.ID, r.ID)
		for k, g := range r.Grants {
			name := grantID(ReportID(r.ID), g)
			visit(place{"reports", i, "grants", k}, granteeID(g), name)
		}
	}
	for i, l := range d.Links {
		visit(place{list: "links", index: i}, l.ID, l.ID)
	}
}

// granteeID tells the grants of a report apart.
func granteeID(g document.Grant) string {
	if g.Team != "" {
		return "team " + g.Team
	}
	return "user " + g.User
}

// loadPartly loads a document without the entries that failed, then without those
// that fail because of that, until none does: the policy is that of a document
// in which they never stood. It returns nil if what is wrong belongs to no
// entry.
func loadPartly(d *document.Document, c *Config, failed *loader) (*Policy, omissions) {
	out := newOmissions()
	for l := failed; !l.refused; {
		before := len(out.places)
		maps.Copy(out.places, l.failed.places)
		maps.Copy(out.shared, l.failed.shared)
		out.settle(d)
		if len(out.places) == before {
			break
		}
		l = &loader{out: out.places, silent: true}
		if p := l.load(d, c); p != nil {
			return p, out
		}
	}
	return nil, out
}
