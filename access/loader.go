package access

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
)

// loader makes an Edit of a document. It goes on after a problem, to find all.
type loader struct {
	*Edit

	unread map[string]bool // paths of what could not be read
	out    map[place]bool  // entries to pass over
	silent bool            // problems are not told

	problems []document.Problem // the first that were found
	untold   int                // how many were found after those
	failed   omissions
	refused  bool // a problem belongs to no entry

	broken   map[string]bool // entries that could not be set: naming them is no further problem
	repeated map[int]bool    // teams whose id an earlier one has: their members are not looked at
	roleless bool            // the catalog is broken: nor is naming a role or an action
	lost     map[string]bool // lists that could not be read: nor is naming what may be in them

	// undeclared are the attributes whose declaration is wrong: nor is using one.
	undeclared map[string]bool

	joining          []store.Joining // room for addAll
	everyone, others uint32          // the next number of a user who sees all data, and of one who does not
}

// newLoader returns a loader of a document of which some could not be read.
func newLoader(unread []document.Problem) *loader {
	l := &loader{unread: make(map[string]bool), failed: newOmissions()}
	for _, u := range unread {
		l.unread[u.Path] = true
		if p, ok := placeAt(u.Path); ok {
			l.failed.places[p] = true
		} else {
			l.refused = true
		}
	}
	return l
}

// lists are the fields of a document.
var lists = []string{"accounts", "attributes", "catalog", "groups", "links", "reports", "teams", "users"}

// named are those whose entries others name, by what these say of them.
var named = map[string]string{
	"user": "users", "team": "teams", "data group": "groups", "report": "reports",
	"role": "catalog", "kind": "catalog",
}

// lose notes the lists that could not be read, under their names or ones that were
// meant to be these.
func (l *loader) lose(d *document.Document) {
	there := map[string]bool{
		"attributes": len(d.Attributes) > 0, "catalog": !isDefault(d.Catalog), "groups": len(d.Groups) > 0,
		"reports": len(d.Reports) > 0, "teams": len(d.Teams) > 0, "users": len(d.Users) > 0,
	}
	l.lost = make(map[string]bool)
	for path := range l.unread {
		if strings.ContainsAny(path, ".[") {
			continue
		}
		if list := text.Nearest(path, slices.Values(lists)); list != "" && !there[list] {
			l.lost[list] = true
		}
	}
}

// follows reports whether something is wrong only because a list could not be read,
// which has been told.
func (l *loader) follows(err error) bool {
	if u, ok := errors.AsType[*unknownError](err); ok {
		return l.lost[named[u.what]]
	}
	if wrong, ok := errors.AsType[*datagroup.Error](err); ok && wrong.Op == "filter" && l.undeclared[wrong.ID] {
		return true
	}
	return l.lost["attributes"] && errors.Is(err, datagroup.ErrUnknownAttribute)
}

// undeclare notes that the declaration of an attribute is wrong, for which the whole
// document is refused.
func (c *check) undeclare(name string) {
	if c.loader == nil {
		return
	}
	if c.loader.undeclared == nil {
		c.loader.undeclared = make(map[string]bool)
	}
	c.loader.undeclared[name] = true
}

// declared returns the attributes whose declaration is sound.
func (l *loader) declared(all []datagroup.Attribute) []datagroup.Attribute {
	return slices.DeleteFunc(all, func(a datagroup.Attribute) bool { return l.undeclared[a.Name] })
}

// declaredValues returns the values of an account without those of attributes whose
// declaration is wrong. An account that has such values counts as wrong, too.
func (c *check) declaredValues(values map[string]datagroup.Value) map[string]datagroup.Value {
	if c.loader == nil || len(c.loader.undeclared) == 0 {
		return values
	}
	declared := maps.Clone(values)
	maps.DeleteFunc(declared, func(name string, _ datagroup.Value) bool { return c.loader.undeclared[name] })
	if len(declared) < len(values) {
		c.failed, c.loader.failed.places[c.place()] = true, true
	}
	return declared
}

// load makes a policy of a document, or nil if anything failed.
func (l *loader) load(d *document.Document, c *Config) *Policy {
	now := c.Now
	if now == nil {
		now = time.Now
	}
	l.broken, l.repeated = make(map[string]bool), make(map[int]bool)
	if l.failed.places == nil {
		l.failed = newOmissions()
	}
	l.Edit = newEdit(new(store.State), newCatalog(l.chooseCatalog(d.Catalog, c.Catalog)), now)
	l.lose(d)
	l.setAttributes(&check{edit: l.Edit, loader: l, list: "attributes", index: noIndex}, d.Attributes)
	l.w.Grow(len(d.Users), len(d.Accounts))
	each(l, "accounts", d.Accounts, l.setAccount)
	each(l, "groups", d.Groups, l.setGroup)
	each(l, "teams", d.Teams, l.addTeam)
	l.others = l.seeAll(d.Users)
	each(l, "users", d.Users, l.setUser)
	each(l, "teams", d.Teams, l.addMembers)
	each(l, "reports", d.Reports, l.addReport)
	each(l, "links", d.Links, l.setLink)
	if l.refused || len(l.failed.places) > 0 {
		return nil
	}
	p, _ := l.Policy() // it fails of a change only
	return p
}

// each sets the entries of a list.
func each[T any](l *loader, list string, entries []T, set func(*check, T)) {
	c := new(check)
	for i, e := range entries {
		*c = check{edit: l.Edit, loader: l, list: list, index: i}
		if c.begin() {
			set(c, e)
		}
	}
}

// begin reports whether the entry is to be set.
func (c *check) begin() bool { return len(c.loader.out) == 0 || !c.loader.out[c.place()] }

func (c *check) place() place {
	p := place{list: c.list, index: c.index}
	if c.nested != "" {
		p.nested, p.at = c.nested, c.at
	}
	return p
}

// tells reports whether one more problem would be told.
func (l *loader) tells() bool { return !l.silent && len(l.problems) < document.MaxProblems }

// problem adds a problem, nil for none.
func (l *loader) problem(path, id string, err error) {
	switch {
	case err == nil || l.silent || l.isUnread(path):
	case l.tells():
		l.problems = append(l.problems, document.Problem{Path: path, ID: id, Err: err})
	default:
		l.untold++
	}
}

// refuse adds a problem that belongs to no entry, nil for none.
func (l *loader) refuse(path string, err error) {
	l.refused = l.refused || err != nil
	l.problem(path, "", err)
}

// deepest is how many names and positions a path to a field has at most.
const deepest = 8

// isUnread reports whether what is at a path could not be read, which has been
// told.
func (l *loader) isUnread(path string) bool {
	if len(l.unread) == 0 || path == "" {
		return false
	}
	// A name at the end may be long and have any number of dots.
	for end, parts := 0, 0; parts < deepest; parts++ {
		next := strings.IndexAny(path[end+1:], ".[")
		if next < 0 {
			break
		}
		if end += 1 + next; l.unread[path[:end]] {
			return true
		}
	}
	return l.unread[path]
}

// share leaves out all entries of a list, or those of a nested list, that have
// an id.
func (l *loader) share(c *check, id string) {
	in := place{list: c.list}
	if c.nested != "" {
		in.index, in.nested = c.index, c.nested
	}
	l.failed.shared[namesake{in, id}] = true
}

// isBroken reports whether an entry with this id is known to be wrong.
func (l *loader) isBroken(what, id string) bool {
	return len(l.broken) > 0 && l.broken[what+" "+id]
}

// addTeam sets a team, without its members, as its users are not yet set.
func (l *loader) addTeam(c *check, t document.Team) {
	if l.w.Teams.Has(t.ID) || l.isBroken("team", t.ID) {
		l.repeated[c.index] = true
	}
	l.setTeam(c, t)
}

// seeAll returns how many users have a role that sees all data.
func (l *loader) seeAll(users []document.User) (n uint32) {
	for _, u := range users {
		name := role.Name(u.Role)
		if name == "" {
			name = l.catalog.source.Default()
		}
		if number, known := l.catalog.numbers[name]; known && l.catalog.roles[number].seesAll {
			n++
		}
	}
	return n
}

// number returns the number of the next user with a role. Those who see all data
// have the first numbers: anyone who looks for those who see an account finds
// them side by side.
func (l *loader) number(role int) uint32 {
	next := &l.others
	if l.catalog.roles[role].seesAll {
		next = &l.everyone
	}
	*next++
	return *next - 1
}

// addMembers sets the members of a team.
func (l *loader) addMembers(c *check, t document.Team) {
	no, _, ok := l.w.Teams.Find(t.ID)
	if !ok || l.repeated[c.index] || l.addAll(no, t.Members) {
		return
	}
	c.id = t.ID
	for i, m := range t.Members {
		if c.within("members", i) {
			l.setMember(c, no, m)
		}
	}
}

// addAll adds the members of a team, and reports whether it could: whether
// nothing is wrong with one of them. If not, it has added none, and told
// nothing.
func (l *loader) addAll(t uint32, members []document.Member) bool {
	if len(l.out) > 0 {
		return false
	}
	l.joining = l.joining[:0]
	for _, m := range members {
		u := l.w.Claim(m.User)
		until, err := text.ParseEnd(m.Until)
		if u == nil || err != nil || text.Line(m.Note, maxNote) != nil {
			return false
		}
		l.joining = append(l.joining, store.Joining{User: u, Until: until, Note: m.Note})
	}
	slices.SortFunc(l.joining, func(a, b store.Joining) int { return cmp.Compare(a.No, b.No) })
	for k := 1; k < len(l.joining); k++ {
		if l.joining[k-1].No == l.joining[k].No {
			return false
		}
	}
	l.w.AddMembers(t, l.joining)
	return true
}

// addReport sets a report with its grants.
func (l *loader) addReport(c *check, r document.Report) {
	if l.setReport(c, r); c.failed {
		return
	}
	no, _, _ := l.w.Reports.Find(r.ID)
	for i, g := range r.Grants {
		if c.within("grants", i) {
			l.setGrant(c, no, g)
		}
	}
}
