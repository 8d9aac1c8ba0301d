package story

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// Facts reads a company from facts, one on a line, as package accesstest documents
// them. Whatever a fact names is there, and has the default role of the catalog
// until a fact says another; nil is [role.CompanyCatalog]. The document has no
// catalog of its own.
//
// The error has a line for each fact that cannot be read. A document that can be
// read may still have problems, such as an end that is no day.
func Facts(catalog *role.Catalog, lines []string) (*document.Document, error) {
	if catalog == nil {
		catalog = role.CompanyCatalog()
	}
	f := &facts{catalog: catalog, doc: new(document.Document)}
	var wrong []error
	for _, text := range lines {
		for line := range strings.Lines(text) {
			line = strings.Trim(line, " \t\r\n")
			if err := f.read(line); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", line, err))
			}
		}
	}
	for i, t := range f.doc.Teams {
		if ids := f.seen[t.ID]; len(ids) > 0 {
			f.doc.Groups = append(f.doc.Groups, document.Group{ID: t.ID, Filter: "id in (" + strings.Join(ids, ", ") + ")"})
			f.doc.Teams[i].Groups = []string{t.ID}
		}
	}
	return f.doc, errors.Join(wrong...)
}

// facts is the company so far. It is small, so its lists are searched.
type facts struct {
	catalog *role.Catalog
	doc     *document.Document
	seen    map[string][]string // the accounts of each team, quoted as in a filter
}

// There is one usage for each sort of fact.
const (
	usageRole  = "USER has role ROLE [until DAY]"
	usageActs  = "USER acts in team TEAM [until DAY]"
	usageLevel = "USER is LEVEL of report REPORT [until DAY]"
	usageTeam  = "team TEAM sees ACCOUNT..., or team TEAM is LEVEL of report REPORT"
	usageAny   = usageRole + ", " + usageActs + ", " + usageLevel + ", USER is suspended, " + usageTeam + ", account ACCOUNT..., or report REPORT..."
)

// read reads a line.
func (f *facts) read(line string) error {
	if err := checkLine(line); err != nil {
		return err
	}
	words, err := splitWords(line)
	if err != nil || len(words) == 0 {
		return err
	}
	first, c := words[0], &cursor{words[1:]}
	second, _ := c.next()
	switch {
	case (first.is("account") || first.is("report")) && second.text != "":
		for ok := true; ok; second, ok = c.next() {
			if first.is("account") {
				f.account(second.text)
			} else {
				f.report(second.text)
			}
		}
		return nil
	case first.is("team") && second.text != "":
		f.team(second.text)
		return f.ofTeam(second.text, c)
	case second.is("has") && c.reads("role"):
		return f.role(f.user(first.text), c)
	case second.is("acts") && c.reads("in", "team"):
		return f.member(f.user(first.text).ID, c)
	case second.is("is") && c.reads("suspended"):
		f.user(first.text).Suspended = true
		return c.done("USER is suspended")
	case second.is("is"):
		return f.grant(document.Grant{User: f.user(first.text).ID}, c, usageLevel)
	}
	return fmt.Errorf("this is not a fact: %w", wrongForm(usageAny))
}

// reads reads some keywords if all of them come next.
func (c *cursor) reads(keywords ...string) bool {
	if len(c.rest) < len(keywords) {
		return false
	}
	for i, k := range keywords {
		if !c.rest[i].is(k) {
			return false
		}
	}
	c.rest = c.rest[len(keywords):]
	return true
}

// until reads an end and the end of the line.
func (c *cursor) until(end *string, usage string) error {
	if c.reads("until") {
		w, ok := c.next()
		if !ok {
			return lacks("the day", usage)
		}
		*end = w.text
	}
	return c.done(usage)
}

// the returns the thing with an id, which is made if there is none.
func the[T any](all *[]T, id string, of func(*T) *string) *T {
	i := slices.IndexFunc(*all, func(x T) bool { return *of(&x) == id })
	if i < 0 {
		i = len(*all)
		var made T
		*of(&made) = id
		*all = append(*all, made)
	}
	return &(*all)[i]
}

func (f *facts) user(id string) *document.User {
	u := the(&f.doc.Users, id, func(u *document.User) *string { return &u.ID })
	if u.Role == "" {
		u.Role = string(f.catalog.Default())
	}
	return u
}

func (f *facts) team(id string) *document.Team {
	return the(&f.doc.Teams, id, func(t *document.Team) *string { return &t.ID })
}

func (f *facts) report(id string) *document.Report {
	return the(&f.doc.Reports, id, func(r *document.Report) *string { return &r.ID })
}

func (f *facts) account(id string) {
	the(&f.doc.Accounts, id, func(a *document.Account) *string { return &a.ID }).Source = "test"
}

func (f *facts) role(u *document.User, c *cursor) error {
	w, ok := c.next()
	if !ok {
		return lacks("the role", usageRole)
	}
	if _, known := f.catalog.Role(role.Name(w.text)); !known {
		return fmt.Errorf("there is no role %q%s", w.text, didYouMean(w.text, mapped(slices.Values(f.catalog.Roles()), func(r role.Role) string { return string(r.Name) })))
	}
	u.Role = w.text
	return c.until(&u.Until, usageRole)
}

func (f *facts) member(user string, c *cursor) error {
	w, ok := c.next()
	if !ok {
		return lacks("the team", usageActs)
	}
	t, m := f.team(w.text), document.Member{User: user}
	if err := c.until(&m.Until, usageActs); err != nil {
		return err
	}
	t.Members = append(t.Members, m)
	return nil
}

// ofTeam reads what is said of a team.
func (f *facts) ofTeam(id string, c *cursor) error {
	switch {
	case c.reads("is"):
		return f.grant(document.Grant{Team: id}, c, usageTeam)
	case !c.reads("sees"), len(c.rest) == 0:
		return wrongForm(usageTeam)
	case c.reads("nothing"):
		return c.done("team TEAM sees nothing")
	}
	if f.seen == nil {
		f.seen = make(map[string][]string)
	}
	for w, ok := c.next(); ok; w, ok = c.next() {
		f.account(w.text)
		f.seen[id] = append(f.seen[id], datagroup.Text(w.text).String())
	}
	return nil
}

// grant reads a level at a report.
func (f *facts) grant(g document.Grant, c *cursor, usage string) error {
	level, ok := c.next()
	if !ok {
		return lacks("the level", usage)
	}
	var l access.Level
	if err := l.UnmarshalText([]byte(level.text)); err != nil {
		levels := []string{access.Viewer.String(), access.Explorer.String(), access.Editor.String(), access.Creator.String()}
		return fmt.Errorf("there is no level %q%s", level.text, didYouMean(level.text, slices.Values(levels)))
	}
	if !c.reads("of", "report") {
		return wrongForm(usage)
	}
	id, ok := c.next()
	if !ok {
		return lacks("the report", usage)
	}
	g.Level = l.String()
	if err := c.until(&g.Until, usage); err != nil {
		return err
	}
	r := f.report(id.text)
	r.Grants = append(r.Grants, g)
	return nil
}

// ParseDay reads a time as the at of a story does: a day, which begins in UTC, or
// an instant.
func ParseDay(text string) (time.Time, error) { return parseDay(text) }
