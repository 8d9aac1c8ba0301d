package accesstest

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// Coverage tells which parts of the policy the stories in fsys would not miss,
// and fails if the others are less than the given percentage of all. Parts are
//
//   - memberships: a user in a team;
//   - assignments: a data group of a team;
//   - capabilities: an action of a role;
//   - grants: a report's share to a user or team;
//   - what each comparison of each filter can say: true, false, or unknown.
//
// Of the first four, the stories would miss one if some line no longer holds of
// the policy without it. A comparison's true, false or unknown is counted if
// some account of the policy gives it; a story has it when it asks about such an
// account for a subject that the data group is held by.
//
// Parts that concern no user are not counted, such as the capabilities of a role
// nobody holds. Only lines that hold count, and it fails as well if one does not:
// [Run] says why.
//
// The list comes first, then the figures, as an error or as a log. Percentages
// are never rounded up. It costs a run of the lines about the users concerned
// for each part, and a look at every account for each data group.
func Coverage(t testing.TB, policy *access.Policy, fsys fs.FS, percent int) {
	t.Helper()
	if percent < 0 || percent > 100 {
		t.Errorf("a coverage of %d %% cannot be", percent)
		return
	}
	stories, mistakes := read(fsys)
	check(policy, stories)
	c := measure(policy, stories)
	for _, text := range first(mistakes) {
		t.Error(text)
	}
	if c.failed != "" {
		t.Errorf("%s: the story does not hold, and there may be others: only lines that hold are counted", c.failed)
	}
	if c.reaches(percent) {
		t.Log(c.String())
		return
	}
	t.Errorf("%v, want %d %%", c, percent)
}

// coverage is which parts of a policy some stories would miss.
type coverage struct {
	missing []part         // that no story would miss
	total   map[string]int // parts counted, by kind
	missed  map[string]int // of them, those that some story would miss
	nobody  int            // parts that concern no user
	failed  string         // where the first story is that does not hold, or has a mistake
}

// measure finds out which parts of a policy the stories would miss.
func measure(p *access.Policy, stories []*story) *coverage {
	c := &coverage{total: make(map[string]int), missed: make(map[string]int)}
	d := p.Document()
	makers := make(map[access.LinkID]access.Subject)
	for _, l := range d.Links {
		makers[access.LinkID(l.ID)] = maker(l)
	}
	leaves, lines := newLeaves(p), make(map[team.UserID][]assertion)
	for _, s := range stories {
		if len(s.mistakes) > 0 {
			c.fail(s, s.mistakes[0].line)
			continue
		}
		for _, a := range s.says {
			if !holds(a, p) {
				c.fail(s, a.lineNo())
				continue
			}
			subject := a.subject()
			if link := subject.Link(); link != "" {
				subject = makers[link]
			}
			lines[subject.User()] = append(lines[subject.User()], a)
			leaves.ask(a, subject)
		}
	}
	for _, part := range partsOf(p) {
		c.count(part, misses(lines, p, part))
	}
	holders := make(map[datagroup.ID][]team.UserID)
	people := newPeople(d)
	for _, t := range d.Teams {
		for _, g := range t.Groups {
			holders[datagroup.ID(g)] = append(holders[datagroup.ID(g)], people.members[t.ID]...)
		}
	}
	outcomes, seen := leaves.parts(holders)
	for i, part := range outcomes {
		c.count(part, seen[i])
	}
	return c
}

// maker returns who made a link, in the scope he made it in.
func maker(l document.Link) access.Subject {
	if l.Session == "" {
		return access.User(l.Maker)
	}
	return access.Session(l.Maker, l.Session)
}

// misses reports whether some line no longer holds without a part. An answer
// depends on nobody but who asks and on whom he asks about, and of the latter on
// no part.
func misses(lines map[team.UserID][]assertion, p *access.Policy, dropped part) bool {
	if !slices.ContainsFunc(dropped.users, func(user team.UserID) bool { return len(lines[user]) > 0 }) {
		return false
	}
	e := p.Edit()
	dropped.drop(e)
	without, err := e.Policy()
	return err == nil && slices.ContainsFunc(dropped.users, func(user team.UserID) bool {
		return slices.ContainsFunc(lines[user], func(a assertion) bool { return !holds(a, without) })
	})
}

func (c *coverage) fail(s *story, line int) {
	if c.failed == "" {
		c.failed = fmt.Sprintf("%s:%d", s.file, line)
	}
}

func (c *coverage) count(p part, missed bool) {
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
func (c *coverage) sum() (missed, total int) {
	for _, kind := range partKinds {
		missed, total = missed+c.missed[kind], total+c.total[kind]
	}
	return missed, total
}

// reaches reports whether stories would miss at least that part of the policy.
// Of a policy without parts they would not.
func (c *coverage) reaches(percent int) bool {
	missed, total := c.sum()
	return total > 0 && missed*100 >= percent*total
}

// maxParts is how many parts are told.
const maxParts = 1000

// String returns the parts that no story would miss, and then the figures.
func (c *coverage) String() string {
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
		fmt.Fprintf(&b, "not counted, since they concern no user: %d\n", c.nobody)
	}
	if total == 0 {
		b.WriteString("coverage 0 %: the policy has no parts")
		return b.String()
	}
	fmt.Fprintf(&b, "coverage %d %%: %d of %d parts", missed*100/total, missed, total)
	return b.String()
}
