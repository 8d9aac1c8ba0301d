package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/team"
)

// company is a policy at one instant. The document lists what exists; the policy decides what anyone may do.
type company struct {
	policy   *access.Policy
	document *document.Document
	now      time.Time
}

// newCompany returns the company of a policy whose time is fixed at now.
func newCompany(p *access.Policy, now time.Time) *company {
	return &company{policy: p, document: p.Document(), now: now}
}

// String returns the tables: the users, the reports and the share links. A company without reports or links has no such table.
func (c *company) String() string {
	d := c.document
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s, %s, %s, %s\n", count(len(d.Accounts), "account"), count(len(d.Groups), "data group"),
		count(len(d.Teams), "team"), count(len(d.Users), "user"), count(len(d.Reports), "report"))
	if len(d.Users) > 0 {
		fmt.Fprintf(&b, "\n%v", c.users())
	}
	if len(d.Reports) > 0 {
		fmt.Fprintf(&b, "\n%v", c.reports())
	}
	if len(d.Links) > 0 {
		fmt.Fprintf(&b, "\n%v", c.links())
	}
	return b.String()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// users has a row for each user: who they are, and the accounts they see. Users are ordered by role as in the catalog, then by id.
func (c *company) users() table {
	rank := make(map[string]int)
	for i, r := range c.policy.Directory().Catalog().Roles() {
		rank[string(r.Name)] = i
	}
	users := slices.SortedStableFunc(slices.Values(c.document.Users), func(a, b document.User) int {
		return cmp.Compare(rank[a.Role], rank[b.Role])
	})
	teams := c.teams()
	t := newTable()
	t.row("USER", "ROLE", "TEAMS", "STATE", "ACCOUNTS", "SEES")
	for _, u := range users {
		subject := access.User(u.ID)
		t.row(u.ID, u.Role, short(teams[u.ID]), c.state(u), fmt.Sprintf("%8d", c.policy.View(subject).Len()), c.sees(subject))
	}
	return t
}

// teams returns the teams of each user, by id, without memberships that have ended.
func (c *company) teams() map[string][]string {
	teams := make(map[string][]string)
	for _, t := range c.document.Teams {
		for _, m := range t.Members {
			switch until := end(m.Until); {
			case until.IsZero():
				teams[m.User] = append(teams[m.User], t.ID)
			case !team.End(until).Ended(c.now):
				teams[m.User] = append(teams[m.User], t.ID+" until "+day(until))
			}
		}
	}
	return teams
}

// state says whether a user may act at all.
func (c *company) state(u document.User) string {
	until := end(u.Until)
	switch {
	case u.Suspended:
		return "suspended"
	case until.IsZero():
		return "active"
	case team.End(until).Ended(c.now):
		return "ended " + day(until)
	}
	return "until " + day(until)
}

// sees sums up the accounts that a subject sees by the data group that opens each. An account that several would open is
// counted once, for the one that the decision names.
func (c *company) sees(s access.Subject) string {
	count := make(map[string]int)
	for account := range c.policy.View(s).Accounts() {
		d := c.policy.Decide(s, access.ViewAccount, access.Account(account))
		if d.Reason == access.ReasonRole {
			return "everything"
		}
		count[string(d.Group)]++
	}
	var groups []string
	for _, g := range c.document.Groups {
		if n := count[g.ID]; n > 0 {
			groups = append(groups, fmt.Sprintf("%s %d", g.ID, n))
		}
	}
	return short(groups)
}

// end reads an end of the document; none is the zero time. A document that comes from a policy has no malformed ends.
func end(text string) time.Time {
	until, _ := time.Parse(time.RFC3339, text)
	return until
}

// day is an instant without its time of day.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
