package lint

import (
	"slices"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
)

// Locate gives each finding the path and the line that its entry has in the text of
// a document, in whatever order that is: the text that the policy was loaded from.
// An entry is found by its ids. One that the text does not have keeps its path, and
// its line is 0.
//
// It costs reading the text. If the text is no document, the error is that of
// [document.Parse], and nothing changes.
func (r Result) Locate(data []byte) error {
	d, err := document.Parse(data)
	if err != nil {
		return err
	}
	data, _ = text.Content(data) // as document.Parse counts
	entries := entriesOf(d, r.Findings)
	var paths []string
	for i, f := range r.Findings {
		path := ""
		if entry, found := entries[key{f.at.list, f.at.id}]; found {
			path = f.at.path(entry, withinEntry(d, f.at, entry))
		}
		if path != "" {
			r.Findings[i].Path = path
			paths = append(paths, path)
		}
	}
	lines := strictjson.Lines(data, paths...)
	for i, f := range r.Findings {
		if _, found := entries[key{f.at.list, f.at.id}]; found {
			r.Findings[i].Line = lines[f.Path]
		} else {
			r.Findings[i].Line = 0
		}
	}
	return nil
}

// key is a list and the id of an entry.
type key struct {
	list
	id string
}

// entriesOf returns the positions in a document of the entries that some findings
// are in.
func entriesOf(d *document.Document, findings []Finding) map[key]int {
	wanted := make(map[key]bool)
	for _, f := range findings {
		wanted[key{f.at.list, f.at.id}] = true
	}
	entries := make(map[key]int)
	if c := d.Catalog; c.Extends != "" || c.Roles != nil || c.Kinds != nil {
		entries[key{list: catalogList}] = 0
	}
	note := func(l list, i int, id string) {
		if k := (key{l, id}); wanted[k] {
			entries[k] = i
		}
	}
	for i, e := range d.Accounts {
		note(accountList, i, e.ID)
	}
	for i, e := range d.Groups {
		note(groupList, i, e.ID)
	}
	for i, e := range d.Teams {
		note(teamList, i, e.ID)
	}
	for i, e := range d.Users {
		note(userList, i, e.ID)
	}
	for i, e := range d.Reports {
		note(reportList, i, e.ID)
	}
	for i, e := range d.Links {
		note(linkList, i, e.ID)
	}
	return entries
}

// withinEntry returns the position of what is nested in an entry of a document,
// below 0 if it has none.
func withinEntry(d *document.Document, p place, entry int) int {
	switch p.nested {
	case kindEntry:
		return slices.IndexFunc(d.Catalog.Kinds, func(k role.Kind) bool { return k.Name == p.at })
	case roleEntry:
		return slices.IndexFunc(d.Catalog.Roles, func(r role.Role) bool { return string(r.Name) == p.at })
	case assignment:
		return slices.IndexFunc(d.Teams[entry].Groups, func(id string) bool { return id == p.at })
	case member:
		return slices.IndexFunc(d.Teams[entry].Members, func(m document.Member) bool { return m.User == p.at })
	case userGrant:
		return slices.IndexFunc(d.Reports[entry].Grants, func(g document.Grant) bool { return g.User == p.at })
	case teamGrant:
		return slices.IndexFunc(d.Reports[entry].Grants, func(g document.Grant) bool { return g.Team == p.at })
	}
	return 0
}
