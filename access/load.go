package access

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Load reads a document from JSON and makes a policy of it: [Parse] and
// [Compile] in one, so that the error, a [*document.Error], has all problems of
// both kinds, with their lines.
func Load(data []byte, c *Config) (*Policy, error) {
	d, err := document.Parse(data)
	var problems []document.Problem
	if unread := (*document.Error)(nil); errors.As(err, &unread) {
		problems = unread.Problems
	}
	if slices.ContainsFunc(problems, func(p document.Problem) bool { return p.Path == "" }) {
		return nil, &document.Error{Problems: problems} // the rest could not be read
	}
	p, found := compile(d, c)
	found = slices.DeleteFunc(found, func(f document.Problem) bool {
		return slices.ContainsFunc(problems, func(p document.Problem) bool { return below(f.Path, p.Path) })
	})
	if len(found) > 0 {
		paths := make([]string, len(found))
		for i, f := range found {
			paths[i] = f.Path
		}
		lines := strictjson.Lines(data, paths...)
		for i := range found {
			found[i].Line = lines[found[i].Path]
		}
		problems = append(problems, found...)
		slices.SortStableFunc(problems, func(a, b document.Problem) int { return cmp.Compare(a.Line, b.Line) })
		problems = problems[:min(len(problems), maxProblems)]
	}
	if len(problems) > 0 {
		return nil, &document.Error{Problems: problems}
	}
	return p, nil
}

// below reports whether path lies at or below place: then its problem follows
// from that of the place.
func below(path, place string) bool {
	rest, ok := strings.CutPrefix(path, place)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// MustLoad is [Load] with the default Config for documents in the source code,
// such as in tests and examples. It panics if there is anything wrong.
func MustLoad(text string) *Policy {
	p, err := Load([]byte(text), nil)
	if err != nil {
		panic(err)
	}
	return p
}

// Compile makes a policy of a document. An empty document, and nil, gives a policy
// without users, which denies everybody everything.
//
// The error is a [*document.Error] with all problems: malformed ids, names,
// addresses, times and filters, duplicates, and references to what the document
// does not have.
func Compile(d *document.Document, c *Config) (*Policy, error) {
	p, problems := compile(d, c)
	if len(problems) > 0 {
		return nil, &document.Error{Problems: problems}
	}
	return p, nil
}

func compile(d *document.Document, c *Config) (*Policy, []document.Problem) {
	if d == nil {
		d = new(document.Document)
	}
	if c == nil {
		c = new(Config)
	}
	l := &loader{now: c.Now, broken: make(map[string]bool)}
	if l.now == nil {
		l.now = time.Now
	}
	l.Edit = newEdit(new(snapshot.State), newCatalog(l.chooseCatalog(d, c.Catalog)), l.now)
	l.attributes(d.Attributes)
	each(l, "accounts", d.Accounts, l.addAccount)
	each(l, "groups", d.Groups, l.addGroup)
	l.w.Freeze() // teams may share with groups what those no longer change
	each(l, "teams", d.Teams, l.addTeam)
	each(l, "users", d.Users, l.addUser)
	each(l, "teams", d.Teams, l.addMembers)
	each(l, "reports", d.Reports, l.addReport)
	each(l, "links", d.Links, l.addLink)
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	p, err := l.Policy()
	l.problem("", err)
	return p, l.problems
}

// loader makes an Edit of a document. It goes on after a problem, to find all.
type loader struct {
	*Edit
	now      func() time.Time
	problems []document.Problem
	broken   map[string]bool // entries that could not be added: naming them is no further problem
	roleless bool            // the catalog is broken: nor is naming a role or an action
}

// maxProblems is how many problems of a document are told.
const maxProblems = 100

// problem notes what is wrong at a path, if anything is.
func (l *loader) problem(path string, err error) bool {
	if err == nil {
		return false
	}
	if len(l.problems) < maxProblems {
		l.problems = append(l.problems, document.Problem{Path: path, Err: err})
	}
	return true
}

func each[T any](l *loader, list string, entries []T, add func(path string, e T)) {
	for i, e := range entries {
		add(fmt.Sprintf("%s[%d]", list, i), e)
	}
}

// chooseCatalog returns the document's own catalog, or else the Config's.
func (l *loader) chooseCatalog(d *document.Document, configured *role.Catalog) *role.Catalog {
	var own *role.Catalog
	switch {
	case d.Catalog != "" && d.Roles != nil:
		l.problem("catalog", fmt.Errorf("catalog %q %w beside roles of the document's own", d.Catalog, ErrInvalid))
	case d.Catalog == "company":
		own = role.CompanyCatalog()
	case d.Catalog == "project":
		own = role.ProjectCatalog()
	case d.Catalog != "":
		l.problem("catalog", missing("catalog", d.Catalog, slices.Values([]string{"company", "project"})))
	case d.Roles != nil:
		own = l.ownCatalog(d.Roles)
	case configured == nil:
		return role.CompanyCatalog()
	}
	if own == nil {
		l.roleless = len(l.problems) > 0
		return configured
	}
	if configured != nil && !own.Equal(configured) {
		l.problem("catalog", fmt.Errorf("catalog of the document %w: the program brings another one", ErrInvalid))
	}
	return own
}

func (l *loader) ownCatalog(roles []role.Role) *role.Catalog {
	c, err := role.NewCatalog(roles...)
	for _, err := range unjoin(err) {
		path := "roles"
		if e := (*role.Error)(nil); errors.As(err, &e) {
			for i, r := range roles { // the last one, which of two is the duplicate
				if r.Name == e.Role {
					path = fmt.Sprintf("roles[%d]", i)
				}
			}
		}
		l.problem(path, err)
	}
	return c
}

// unjoin returns the errors that err joins, or err itself.
func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

func (l *loader) attributes(declared map[string]string) {
	var attributes []datagroup.Attribute
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		t, err := datagroup.ParseType(declared[name])
		if !l.problem(strictjson.Member("attributes", name), err) {
			attributes = append(attributes, datagroup.Attribute{Name: name, Type: t})
		}
	}
	schema, err := datagroup.NewSchema(attributes...)
	for _, err := range unjoin(err) {
		path := "attributes"
		if e := (*datagroup.Error)(nil); errors.As(err, &e) && e.ID != "" {
			path = strictjson.Member(path, e.ID)
		}
		l.problem(path, err)
	}
	if err == nil {
		l.problem("attributes", l.w.PutSchema(schema))
	}
}

// fresh reports an id that is malformed, or that an earlier entry has. What is
// broken counts as well.
func (l *loader) fresh(path, list, id string, exists bool) bool {
	err := validID(id)
	if exists || l.broken[list+id] {
		err = fmt.Errorf("id %s %w by an earlier entry", text.Quote(id), ErrTaken)
	}
	return !l.problem(path+".id", err)
}

// broke notes that an entry could not be added.
func (l *loader) broke(path, list, id string, errs ...error) {
	for _, err := range errs {
		if l.problem(path, err) {
			l.broken[list+id] = true
		}
	}
}

func (l *loader) addAccount(path string, e document.Account) {
	if !l.fresh(path, "account ", e.ID, l.w.Accounts.Has(e.ID)) {
		return
	}
	a, err := l.w.Schema.Account(datagroup.AccountID(e.ID), e.Source, e.Values)
	if err != nil {
		l.broke(path, "account ", e.ID, unjoin(err)...)
		return
	}
	l.broke(path, "account ", e.ID, l.setAccount(a))
}

func (l *loader) addGroup(path string, e document.Group) {
	if !l.fresh(path, "group ", e.ID, l.w.Groups.Has(e.ID)) {
		return
	}
	f, err := l.w.Schema.Parse(e.Filter)
	if err != nil {
		l.broke(path+".filter", "group ", e.ID, err)
		return
	}
	l.broke(path, "group ", e.ID, l.setGroup(datagroup.Group{ID: datagroup.ID(e.ID), Name: e.Name, Filter: f}))
}

func (l *loader) addTeam(path string, e document.Team) {
	if !l.fresh(path, "team ", e.ID, l.w.Teams.Has(e.ID)) {
		l.broken[path] = true
		return
	}
	t := team.Team{ID: team.ID(e.ID), Name: e.Name, Description: e.Description}
	seen := make(map[string]bool)
	for i, g := range e.Groups {
		at := fmt.Sprintf("%s.groups[%d]", path, i)
		if _, err := l.group(datagroup.ID(g)); err != nil && !l.broken["group "+g] {
			l.problem(at, err)
		} else if seen[g] {
			l.problem(at, fmt.Errorf("data group %s %w: it is listed twice", text.Quote(g), ErrTaken))
		} else if err == nil {
			t.Groups = append(t.Groups, datagroup.ID(g))
		}
		seen[g] = true
	}
	l.broke(path, "team ", e.ID, l.setTeam(t))
}

func (l *loader) addUser(path string, e document.User) {
	if !l.fresh(path, "user ", e.ID, l.w.Users.Has(e.ID)) {
		return
	}
	address, addressErr := team.ParseAddress(e.Email)
	until, untilErr := parseEnd(e.Until)
	l.broke(path+".email", "user ", e.ID, addressErr)
	l.broke(path+".until", "user ", e.ID, untilErr)
	if l.roleless {
		l.broken["user "+e.ID] = true
	} else if e.Role != "" {
		_, err := l.role(role.Name(e.Role))
		l.broke(path+".role", "user ", e.ID, err)
	}
	if !l.broken["user "+e.ID] {
		l.broke(path, "user ", e.ID, l.setUser(team.User{
			ID: team.UserID(e.ID), Name: e.Name, Email: address, Role: role.Name(e.Role), Suspended: e.Suspended, Until: until,
		}))
	}
}

func (l *loader) addMembers(path string, e document.Team) {
	if l.broken["team "+e.ID] || l.broken[path] {
		return
	}
	for i, m := range e.Members {
		at := fmt.Sprintf("%s.members[%d]", path, i)
		until, err := parseEnd(m.Until)
		if l.problem(at+".until", err) || l.broken["user "+m.User] {
			continue
		}
		u, err := l.user(team.UserID(m.User))
		if l.problem(at+".user", err) {
			continue
		}
		if _, rec, ok := l.w.Teams.Find(e.ID); ok && rec.Members.Has(u) {
			l.problem(at+".user", fmt.Errorf("user %q %w: it is listed twice", m.User, ErrTaken))
			continue
		}
		l.problem(at, l.setMember(team.Member{Team: team.ID(e.ID), User: team.UserID(m.User), Until: until}))
	}
}

func (l *loader) addReport(path string, e document.Report) {
	if !l.fresh(path, "report ", e.ID, l.w.Reports.Has(e.ID)) {
		return
	}
	if err := l.setReport(ReportID(e.ID), e.Name); err != nil {
		l.broke(path, "report ", e.ID, err)
		return
	}
	for i, g := range e.Grants {
		l.addGrant(fmt.Sprintf("%s.grants[%d]", path, i), e.ID, g)
	}
}

func (l *loader) addGrant(path, report string, e document.Grant) {
	level, levelErr := ParseLevel(e.Level)
	until, untilErr := parseEnd(e.Until)
	wrong := l.problem(path+".level", levelErr)
	wrong = l.problem(path+".until", untilErr) || wrong
	if wrong || e.User != "" && l.broken["user "+e.User] || e.Team != "" && l.broken["team "+e.Team] {
		return
	}
	_, rec, _ := l.w.Reports.Find(report)
	u, _, isUser := l.w.Users.Find(e.User)
	t, _, isTeam := l.w.Teams.Find(e.Team)
	if isUser && rec.Users.Has(u) || isTeam && rec.Teams.Has(t) {
		l.problem(path, fmt.Errorf("direct grant %w: one is listed already", ErrTaken))
		return
	}
	l.problem(path, l.setGrant(Grant{
		Report: ReportID(report), User: team.UserID(e.User), Team: team.ID(e.Team), Level: level, Until: until,
	}))
}

func (l *loader) addLink(path string, e document.Link) {
	until, err := parseEnd(e.Until)
	if !l.fresh(path, "link ", e.ID, l.w.Links.Has(e.ID)) || l.problem(path+".until", err) ||
		l.roleless || l.broken["user "+e.Maker] || e.Resource.Kind == string(KindReport) && l.broken["report "+e.Resource.ID] {
		return
	}
	l.problem(path, l.setLink(ShareLink{
		ID: LinkID(e.ID), Maker: team.UserID(e.Maker), Session: team.ID(e.Session), Action: Action(e.Action),
		Resource: resourceOf(e.Resource),
		Until:    until, Ended: e.Ended,
	}))
}

// parseEnd reads an end; "" is none. An end that time.Time would take for none
// is refused.
func parseEnd(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.IsZero() || strings.Contains(s, ",") { // the comma is package time's own idea
		return time.Time{}, fmt.Errorf("end %s %w: write it like 2027-03-01T00:00:00Z", text.Quote(s), ErrInvalid)
	}
	return end(t)
}
