package company_test

import (
	"github.com/ambit-authz/ambit/access/company"
)

// identify returns a change with the id that Do chose for it.
func (m *machine) identify(c, made company.Change) company.Change {
	if !chosenID(c) {
		return c
	}
	switch c := c.(type) {
	case company.AddUser:
		c.User = made.(company.AddUser).User
		return c
	case company.CreateTeam:
		c.Team = made.(company.CreateTeam).Team
		return c
	case company.CreateGroup:
		c.Group = made.(company.CreateGroup).Group
		return c
	case company.CreateReport:
		c.Report = made.(company.CreateReport).Report
		m.hits.Hit("id given")
		return c
	case company.MakeLink:
		c.Link = made.(company.MakeLink).Link
		return c
	case company.OpenReview:
		c.Review = made.(company.OpenReview).Review
		return c
	case company.Invite:
		if made, ok := made.(company.Invite); ok { // and not sent again
			c.Invitation = made.Invitation
		}
		return c
	case company.AcceptInvitation:
		c.User = made.(company.AcceptInvitation).User
		return c
	}
	return c
}

// chosenID reports whether Do chooses the id of what a change makes.
func chosenID(c company.Change) bool {
	switch c := c.(type) {
	case company.AddUser:
		return c.User == ""
	case company.CreateTeam:
		return c.Team == ""
	case company.CreateGroup:
		return c.Group == ""
	case company.CreateReport:
		return c.Report == ""
	case company.MakeLink:
		return c.Link == ""
	case company.OpenReview:
		return c.Review == ""
	case company.Invite:
		return c.Invitation == ""
	case company.AcceptInvitation:
		return c.User == ""
	}
	return false
}
