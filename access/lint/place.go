package lint

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// list is a list of a document, in the order of the document.
type list uint8

const (
	catalogList list = iota
	accountList
	groupList
	teamList
	userList
	reportList
	linkList
)

// lists are the names, by list.
var lists = [...]string{"catalog", "accounts", "groups", "teams", "users", "reports", "links"}

// nested says what of an entry a place is.
type nested uint8

const (
	whole nested = iota
	action
	kindEntry
	roleEntry
	attribute
	filter
	assignment // a data group of a team
	member
	userGrant
	teamGrant
)

// place is where a finding is, by ids: an entry of a document, or something in
// one. The catalog has no id.
type place struct {
	list list
	id   string
	nested
	at string // the id or name of what is nested
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.list, q.list), cmp.Compare(p.id, q.id), cmp.Compare(p.nested, q.nested), cmp.Compare(p.at, q.at))
}

// entryID returns the id of an entry as [document.Entry] has it.
func (p place) entryID() string {
	switch {
	case p.list == catalogList:
		return p.at
	case p.nested == assignment || p.nested == member || p.nested == userGrant:
		return p.id + "/" + p.at
	case p.nested == teamGrant:
		return p.id + "/team " + p.at
	}
	return p.id
}

// resources returns what a place is about: the entry, and what is nested in it.
func (p place) resources() (entry access.Resource, others []access.Resource) {
	switch p.list {
	case accountList:
		entry = access.Account(p.id)
	case groupList:
		entry = access.Group(p.id)
	case teamList:
		entry = access.Team(p.id)
	case userList:
		entry = access.TargetUser(p.id)
	case reportList:
		entry = access.Report(p.id)
	case linkList:
		entry = access.Link(p.id)
	default:
		entry = access.Company()
	}
	switch p.nested {
	case roleEntry:
		entry = access.Role(p.at)
	case assignment:
		others = append(others, access.Group(p.at))
	case member, userGrant:
		others = append(others, access.TargetUser(p.at))
	case teamGrant:
		others = append(others, access.Team(p.at))
	}
	return entry, others
}

// path returns the path of a place whose entry and what is nested in it have
// these positions; below 0 there is none.
func (p place) path(entry, within int) string {
	path := lists[p.list]
	if p.list != catalogList {
		path = fmt.Sprintf("%s[%d]", path, entry)
	}
	name := ""
	switch p.nested {
	case attribute:
		return strictjson.Member(path, p.at)
	case filter:
		return strictjson.Member(path, "filter")
	case kindEntry:
		name = "kinds"
	case roleEntry:
		name = "roles"
	case assignment:
		name = "groups"
	case member:
		name = "members"
	case userGrant, teamGrant:
		name = "grants"
	default:
		return path
	}
	if within < 0 {
		return path
	}
	return fmt.Sprintf("%s.%s[%d]", path, name, within)
}

// setPaths gives each finding the path that it has in the document of a policy.
func setPaths(d access.Directory, findings []Finding) {
	ranks := make(map[list]map[string]int)
	for _, f := range findings {
		if ranks[f.at.list] == nil {
			ranks[f.at.list] = make(map[string]int)
		}
		ranks[f.at.list][f.at.id] = 0
	}
	for l, ids := range ranks {
		rank(ids, idsOf(d, l))
	}
	for i, f := range findings {
		findings[i].Path = f.at.path(ranks[f.at.list][f.at.id], within(d, f.at))
	}
}

// rank sets, for each of some ids, how many ids of all come before it.
func rank(ids map[string]int, all iter.Seq[string]) {
	sorted := make([]string, 0, len(ids))
	for id := range ids {
		sorted = append(sorted, id)
	}
	slices.Sort(sorted)
	before := make([]int, len(sorted)+1) // by how many of sorted are up to it
	for id := range all {
		at, found := slices.BinarySearch(sorted, id)
		if found {
			at++
		}
		before[at]++
	}
	n := 0
	for i, id := range sorted {
		n += before[i]
		ids[id] = n
	}
}

// idsOf returns the ids of a list.
func idsOf(d access.Directory, l list) iter.Seq[string] {
	return func(yield func(string) bool) {
		switch l {
		case accountList:
			for a := range d.Accounts() {
				if !yield(string(a.ID())) {
					return
				}
			}
		case groupList:
			for g := range d.Groups() {
				if !yield(string(g.ID)) {
					return
				}
			}
		case teamList:
			for t := range d.Teams() {
				if !yield(string(t.ID)) {
					return
				}
			}
		case userList:
			for u := range d.Users() {
				if !yield(string(u.ID)) {
					return
				}
			}
		case reportList:
			for id := range d.Reports() {
				if !yield(string(id)) {
					return
				}
			}
		case linkList:
			for l := range d.Links() {
				if !yield(string(l.ID)) {
					return
				}
			}
		}
	}
}

// within returns the position of what is nested in an entry of the document of a
// policy, below 0 if it has none.
func within(d access.Directory, p place) (n int) {
	switch p.nested {
	case kindEntry, roleEntry:
		return withinCatalog(d, p)
	case assignment:
		t, _ := d.Team(team.ID(p.id))
		return slices.Index(t.Groups, datagroup.ID(p.at))
	case member:
		for m := range d.Members(team.ID(p.id)) {
			if string(m.User) < p.at {
				n++
			}
		}
	case userGrant, teamGrant:
		for g := range d.Grants(access.ReportID(p.id)) {
			if g.Team == "" && (p.nested == teamGrant || string(g.User) < p.at) || g.Team != "" && p.nested == teamGrant && string(g.Team) < p.at {
				n++
			}
		}
	}
	return n
}

// withinCatalog returns the position of a role or a kind, below 0 if a document
// has the catalog by its name only.
func withinCatalog(d access.Directory, p place) int {
	c := d.Catalog()
	for _, shipped := range shippedCatalogs() {
		if c.Equal(shipped) {
			return -1
		}
	}
	if p.nested == roleEntry {
		return slices.IndexFunc(c.Roles(), func(r role.Role) bool { return string(r.Name) == p.at })
	}
	return slices.IndexFunc(c.Kinds(), func(k role.Kind) bool { return k.Name == p.at })
}

// shippedCatalogs returns the catalogs that a document may name.
func shippedCatalogs() []*role.Catalog {
	return []*role.Catalog{role.CompanyCatalog(), role.ProjectCatalog()}
}
