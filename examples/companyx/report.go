package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// reports has a row for each report: who may open it now, by the highest level that each has.
func (c *company) reports() table {
	t := newTable()
	t.row("REPORT", "CREATOR", "EDITOR", "EXPLORER", "VIEWER")
	for _, r := range c.document.Reports {
		report := access.Report(r.ID)
		var readers [access.Creator + 1][]string
		for _, user := range slices.Sorted(c.policy.Who(access.ViewReport, report).All()) {
			d := c.policy.Decide(access.User(user), access.ViewReport, report)
			name := string(user)
			if d.Team != "" {
				name += " via " + string(d.Team)
			}
			readers[d.Level] = append(readers[d.Level], name)
		}
		t.row(r.ID, short(readers[access.Creator]), short(readers[access.Editor]), short(readers[access.Explorer]), short(readers[access.Viewer]))
	}
	return t
}

// links has a row for each share link: what it shows, for whom it stands in, and whether it is live now.
func (c *company) links() table {
	t := newTable()
	t.row("LINK", "SHOWS", "AS SEEN BY", "STATE", "ACCOUNTS")
	for _, l := range c.document.Links {
		subject := access.ViaLink(access.LinkID(l.ID))
		resource := access.Kind(l.Resource.Kind).Resource(l.Resource.ID, l.Resource.Account)
		maker := access.User(l.Maker)
		if l.Session != "" {
			maker = access.Session(l.Maker, l.Session)
		}
		state := "live"
		if d := c.policy.Decide(subject, access.Action(l.Action), resource); !d.Allowed {
			state = strings.TrimPrefix(string(d.Reason), "link-")
		}
		t.row(l.ID, resource.String(), maker.String(), state, fmt.Sprintf("%8d", c.policy.View(subject).Len()))
	}
	return t
}
