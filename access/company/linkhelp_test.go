package company_test

import (
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

// What the tables share.
var (
	inUS, inDE = access.Item("campaign", "c1", "us"), access.Item("campaign", "c1", "de")
	board      = access.CompanyItem("board", "b1")
	linkDay    = 24 * time.Hour
)

func toReport(id access.ReportID) company.MakeLink {
	return company.MakeLink{Link: "new", Resource: access.Report(id)}
}

func toRecording(r access.Resource) company.MakeLink {
	return company.MakeLink{Link: "new", Action: "recording.view", Resource: r}
}

// but returns a link changed in one thing.
func linkBut(c company.MakeLink, change func(*company.MakeLink)) company.MakeLink {
	change(&c)
	return c
}

func linkWithin(c company.MakeLink, session team.ID) company.MakeLink {
	return linkBut(c, func(c *company.MakeLink) { c.Session = session })
}

func linkUntil(c company.MakeLink, d time.Duration) company.MakeLink {
	return linkBut(c, func(c *company.MakeLink) { c.Until = modelStart.Add(d) })
}

func linkMadeBy(c company.MakeLink, maker team.UserID) company.MakeLink {
	return linkBut(c, func(c *company.MakeLink) { c.Maker = maker })
}

func linkDoing(a access.Action, r access.Resource) company.MakeLink {
	return company.MakeLink{Link: "new", Action: a, Resource: r}
}
