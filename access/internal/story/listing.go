package story

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// sees reads the rest of a sees.
func (p *parser) sees(c *cursor) error {
	return p.listing(access.ViewAccount, "sees SUBJECT ACCOUNT...", c)
}

// opens reads the rest of an opens.
func (p *parser) opens(c *cursor) error {
	return p.listing(access.ViewReport, "opens SUBJECT REPORT...", c)
}

// teamSees reads what a team sees. Neither the time nor the scope has a bearing.
func (p *parser) teamSees(id string, c *cursor) error {
	p.fact = p.no
	return p.list(&listing{question: question{action: access.ViewAccount, resource: access.Team(id)}}, "team TEAM sees ACCOUNT...", c)
}

// listing reads the rest of a line that lists what there is for a subject.
func (p *parser) listing(action access.Action, usage string, c *cursor) error {
	subject, err := c.subject(p.scope, usage)
	if err != nil {
		return err
	}
	return p.list(&listing{question: question{at: p.at, subject: subject, action: action}}, usage, c)
}

// list reads the ids of a listing, and adds it to the story.
func (p *parser) list(l *listing, usage string, c *cursor) (err error) {
	l.no = p.no
	if l.atLeast, err = c.atLeast(); err != nil {
		return err
	}
	switch {
	case len(c.rest) == 0 && l.atLeast:
		return fmt.Errorf(`an id is missing after "at least": %w`, wrongForm(atLeastUsage(usage)))
	case len(c.rest) == 0:
		return fmt.Errorf("%w, or nothing, or everything", lacks("the list", usage))
	case l.atLeast:
	case c.rest[0].is("everything"):
		c.next()
		l.all = true
		err = c.done("sees SUBJECT everything, or opens SUBJECT everything")
	case c.rest[0].is("nothing"):
		c.next()
		err = l.nothing(c)
	}
	seen := make(map[string]bool)
	for w, ok := c.next(); ok && err == nil; w, ok = c.next() {
		err = l.add(w, seen)
	}
	if err == nil {
		p.add(l)
	}
	return err
}

// atLeastUsage returns how a line is written that allows others.
func atLeastUsage(usage string) string {
	last := strings.LastIndex(usage, " ")
	return usage[:last] + " at least" + usage[last:]
}

// nothing reads what follows a nothing.
func (l *listing) nothing(c *cursor) (err error) {
	switch {
	case ofTeam(l) != "" && len(c.rest) > 0 && c.rest[0].is("because"):
		return errors.New(`what a team sees has no reason but its data groups: leave out "because" and what follows`)
	case ofTeam(l) != "":
		return c.done("team TEAM sees nothing")
	}
	if l.because, err = c.because(false); err != nil {
		return err
	}
	if l.because != "" && !slices.Contains(subjectReasons(), l.because) {
		return fmt.Errorf("%s is not a reason to be denied everything: write a deny line instead", l.because)
	}
	return c.done("sees SUBJECT nothing, or opens SUBJECT nothing")
}

// add adds an id, unless it was seen in the line.
func (l *listing) add(w word, seen map[string]bool) error {
	switch {
	case w.is("at"):
		return errAt
	case w.is("because"):
		return errors.New(`only "nothing" has a reason: leave out "because" and what follows`)
	case w.is("nothing"), w.is("everything"):
		return fmt.Errorf("%q is in a list with others: write it alone, or in quotes if it is an id", w.text)
	}
	if seen[w.text] {
		return fmt.Errorf("%s is in this line twice: remove one of them", w.text)
	}
	l.ids, seen[w.text] = append(l.ids, w.text), true
	return nil
}

// ofTeam returns the team that an assertion is about, "" if it is about a subject.
func ofTeam(a assertion) team.ID {
	if l, ok := a.(*listing); ok && l.resource.Kind() == access.KindTeam {
		return team.ID(l.resource.ID())
	}
	return ""
}

// whyOfTeam says for each data group of a team whether it matches an account.
func whyOfTeam(p *access.Policy, id team.ID, account string) (why string) {
	t, _ := p.Directory().Team(id)
	if len(t.Groups) == 0 {
		return fmt.Sprintf("team %s has no data group", id)
	}
	a, _ := p.Directory().Account(datagroup.AccountID(account))
	for _, g := range t.Groups {
		group, _ := p.Directory().Group(g)
		why += fmt.Sprintf("\ndata group %s: the filter %s is %v for it", g, group.Filter, group.Filter.Match(a))
	}
	return why[1:]
}
