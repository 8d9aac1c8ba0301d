package story

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// Coverage is which parts of a policy some stories would miss.
type Coverage struct {
	// Failed is the file and line of the first failure, "" if all stories hold.
	// Only lines that hold are counted.
	Failed string

	missing []part         // that no story would miss
	total   map[string]int // parts counted, by kind
	missed  map[string]int // of them, those that some story would miss
	nobody  int            // parts that concern no user
}

// Cover finds the parts of a policy that the stories of a suite would miss. The
// policy must be the one that the suite was read with.
//
// It costs a look at everything in the policy, a run of the lines about the users
// concerned for each part, and for each comparison that is unlike all others what
// [datagroup.Batch.Bits] costs.
func Cover(p *access.Policy, suite *Suite) *Coverage {
	c := &Coverage{total: make(map[string]int), missed: make(map[string]int)}
	p = orEmpty(p)
	d := p.Document()
	makers := make(map[access.LinkID]access.Subject)
	for _, l := range d.Links {
		makers[access.LinkID(l.ID)] = maker(l)
	}
	filters, lines := newComparisons(p), asked{make(map[team.UserID][]assertion), make(map[team.ID][]assertion)}
	for _, s := range suite.Stories {
		if len(s.mistakes) > 0 {
			c.fail(s, s.mistakes[0].Line)
			continue
		}
		for _, a := range s.assertions {
			if !holds(a, p) {
				c.fail(s, a.line())
				continue
			}
			subject := a.asks().subject
			if link := subject.Link(); link != "" {
				subject = makers[link]
			}
			lines.add(a, subject)
			filters.ask(a, subject)
		}
	}
	for _, part := range partsOf(p) {
		c.count(part, misses(lines, p, part))
	}
	outcomes, seen := filters.parts(usersByGroup(d))
	for i, part := range outcomes {
		c.count(part, seen[i])
	}
	return c
}

// usersByGroup returns for each data group the members of one team that has it,
// if there are such users at all.
func usersByGroup(d *document.Document) map[datagroup.ID][]team.UserID {
	users := make(map[datagroup.ID][]team.UserID)
	people := newPeople(d)
	for _, t := range d.Teams {
		for _, g := range t.Groups {
			if len(users[datagroup.ID(g)]) == 0 {
				users[datagroup.ID(g)] = people.members[t.ID]
			}
		}
	}
	return users
}

// maker returns who made a link, in the scope it was made in.
func maker(l document.Link) access.Subject {
	if l.Session == "" {
		return access.User(l.Maker)
	}
	return access.Session(l.Maker, l.Session)
}

// asked is the lines that a part may concern.
type asked struct {
	users map[team.UserID][]assertion
	teams map[team.ID][]assertion // lines about the team, whoever its members are
}

// add adds a line about a team, or about a subject: the user who asks, or who made
// the link that asks.
func (l asked) add(a assertion, subject access.Subject) {
	if of := ofTeam(a); of != "" {
		l.teams[of] = append(l.teams[of], a)
		return
	}
	l.users[subject.User()] = append(l.users[subject.User()], a)
}

// about returns the lines that may not hold without a part. An answer depends only
// on the user who asks and the user asked about, and no part belongs to the latter.
// What a team sees depends only on the data groups it has.
func (l asked) about(dropped part) (all []assertion) {
	for _, user := range dropped.users {
		all = append(all, l.users[user]...)
	}
	return append(all, l.teams[dropped.team]...)
}

// misses reports whether some line no longer holds without a part.
func misses(lines asked, p *access.Policy, dropped part) bool {
	about := lines.about(dropped)
	if len(about) == 0 {
		return false
	}
	e := p.Edit()
	dropped.drop(e)
	without, err := e.Policy()
	return err == nil && slices.ContainsFunc(about, func(a assertion) bool { return !holds(a, without) })
}

func (c *Coverage) fail(s *Story, line int) {
	if c.Failed == "" {
		c.Failed = fmt.Sprintf("%s:%d", s.File, line)
	}
}

func (c *Coverage) count(p part, missed bool) {
	switch {
	case len(p.users) == 0:
		c.nobody++
		return
	case missed:
		c.missed[p.kind]++
	default:
		c.missing = append(c.missing, p)
	}
	c.total[p.kind]++
}

// sum returns how many parts some story would miss, of how many.
func (c *Coverage) sum() (missed, total int) {
	for _, kind := range partKinds {
		missed, total = missed+c.missed[kind], total+c.total[kind]
	}
	return missed, total
}

// Reaches reports whether the stories would miss at least the given percentage of
// the parts. It is false for a policy without parts.
func (c *Coverage) Reaches(percent int) bool {
	missed, total := c.sum()
	return total > 0 && missed*100 >= percent*total
}

// maxParts is how many parts are listed.
const maxParts = 1000

// String returns the parts that no story would miss, the first thousand of them,
// and then the figures. Percentages are rounded down.
func (c *Coverage) String() string {
	var b strings.Builder
	if len(c.missing) > 0 {
		b.WriteString("no story would miss\n")
	}
	for i, p := range c.missing {
		if i == maxParts {
			fmt.Fprintf(&b, "  and %d more\n", len(c.missing)-i)
			break
		}
		fmt.Fprintf(&b, "  %-10s  %s\n", p.kind, p.text)
	}
	for _, kind := range partKinds {
		if c.total[kind] > 0 {
			fmt.Fprintf(&b, "%-10s  %d of %d\n", kind, c.missed[kind], c.total[kind])
		}
	}
	missed, total := c.sum()
	if c.nobody > 0 {
		fmt.Fprintf(&b, "not counted, because they concern no user: %d\n", c.nobody)
	}
	if total == 0 {
		b.WriteString("coverage 0 %: the policy has no parts")
		return b.String()
	}
	fmt.Fprintf(&b, "coverage %d %%: %d of %d parts", missed*100/total, missed, total)
	return b.String()
}
