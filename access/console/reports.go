package console

import (
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

func reportRoutes() []route {
	return []route{
		{Path: "/reports", Menu: say("Reports"), Under: sharingSection, Show: showReports},
		{Path: "/report", Show: showReport},
	}
}

// reportsPage is a part of the reports that the reader may know of.
type reportsPage struct {
	Find   string
	All    bool // also those that the reader does not read
	Audit  bool // the reader may ask for these
	Rows   []reportLine
	Next   string
	Offers []offer
}

// showReports answers with the reports that the reader reads, and to those who
// may read the log, with all of them if they ask for it.
func showReports(v *visit) (*answer, error) {
	p := reportsPage{Find: v.asked("find"), Audit: v.may(access.ReadAudit, access.Company()), Offers: v.offers("reports")}
	p.All = p.Audit && v.asked("all") != ""
	find, after := strings.ToLower(p.Find), v.asked("after")
	var page smallest[reportLine]
	add := func(id access.ReportID) {
		if string(id) <= after || page.passes(string(id)) {
			return
		}
		if report, _ := v.directory().Report(id); contains(find, string(id), report.Name) {
			page.add(string(id), reportLine{ID: string(id), Name: report.Name})
		}
	}
	if p.All {
		for id := range v.directory().Reports() {
			add(id)
		}
	} else {
		for id := range v.policy.Reports(access.User(v.reader), access.ViewReport) {
			add(id)
		}
	}
	p.Rows = page.values()
	if len(p.Rows) > pageSize {
		p.Rows = p.Rows[:pageSize]
		p.Next = v.with("after", p.Rows[pageSize-1].ID)
	}
	return &answer{Template: "reports.html", Title: say("Reports"), Data: p}, nil
}

// reportPage is one report.
type reportPage struct {
	ID, Name string
	Level    string // of the reader, "" for none
	Grants   bool   // the reader may know with whom it is shared
	Users    []grantLine
	Teams    []grantLine
	More     bool // there are more grants
	Own      []offer
	Links    []linkRow
	Offers   []offer
}

// grantLine is with whom a report is shared.
type grantLine struct {
	ID, Name, Level string
	Until           time.Time
	Offers          []offer
}

// mostGrants is how many grants of a report are listed.
const mostGrants = 200

// showReport answers with a report that the reader reads, or to those who may
// read the log, with any.
func showReport(v *visit) (*answer, error) {
	id := access.ReportID(v.asked("id"))
	about, audit := access.Report(id), v.may(access.ReadAudit, access.Company())
	if !audit {
		if err := v.require(access.ViewReport, about); err != nil {
			return nil, err
		}
	}
	report, ok := v.directory().Report(id)
	if !ok {
		return nil, missing("report", id)
	}
	p := reportPage{ID: string(id), Name: report.Name, Grants: audit || v.may(access.UnshareReport, about), Offers: v.offers("report", "report", string(id))}
	if d := v.decide(access.ViewReport, about); d.Allowed {
		p.Level = d.Level.String()
	}
	if p.Grants {
		p.grants(v, id)
	} else if _, own := v.directory().UserGrant(id, v.reader); own {
		p.Own = v.offersOfGrant(id, v.reader)
	}
	for l := range v.directory().LinksTo(about) {
		if !l.Ended && v.mayKnowLink(l) && len(p.Links) < mostGrants {
			p.Links = append(p.Links, v.linkRow(l))
		}
	}
	return &answer{Template: "report.html", Title: say("Report %s", resourceName(v.directory(), about)), Data: p}, nil
}

// grants fills in with whom a report is shared.
func (p *reportPage) grants(v *visit, id access.ReportID) {
	names := v.mayRead([]access.Action{access.ViewDirectory, access.ReadAudit})
	for g := range v.directory().Grants(id) {
		if p.More = len(p.Users)+len(p.Teams) == mostGrants; p.More {
			return
		}
		if g.Team != "" {
			line := grantLine{string(g.Team), "", g.Level.String(), g.Until, v.offers("team-grant", "report", string(id), "team", string(g.Team))}
			if names || v.belongsTo("team", line.ID) {
				line.Name = v.teamName(g.Team)
			}
			p.Teams = append(p.Teams, line)
			continue
		}
		line := grantLine{string(g.User), "", g.Level.String(), g.Until, v.offersOfGrant(id, g.User)}
		if names || g.User == v.reader {
			line.Name = v.userName(g.User)
		}
		p.Users = append(p.Users, line)
	}
}

// offersOfGrant returns the forms about the grant of a user. Their own, people give
// up.
func (v *visit) offersOfGrant(id access.ReportID, who team.UserID) []offer {
	offers := v.offers("grant", "report", string(id), "user", string(who))
	for i := range offers {
		if who == v.reader {
			offers[i].Title = say("Give up this report")
		}
	}
	return offers
}
