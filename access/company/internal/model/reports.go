package model

import (
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

func (p *proposal) knownReport(id access.ReportID) string {
	_, ok := p.Reports[string(id)]
	return when(!ok, "ErrUnknown")
}

// nameTaken is about the name of a report. Any number of reports may have none.
func (p *proposal) nameTaken(id access.ReportID, name string) string {
	for other, r := range p.Reports {
		if name != "" && other != string(id) && r.Name == name {
			return "ErrTaken"
		}
	}
	return ""
}

func (p *proposal) createReport(c company.CreateReport) (company.Change, string) {
	if p.User != "" {
		c.Creator = team.UserID(p.User)
	}
	_, exists := p.Reports[string(c.Report)]
	if refusal := first(
		p.ask("report.create", access.Company()),
		newID(p, "report", &c.Report, exists),
		p.known(c.Creator),
		p.nameTaken(c.Report, c.Name),
	); refusal != "" {
		return nil, refusal
	}
	p.Used["report "+string(c.Report)] = true
	p.Reports[string(c.Report)] = NewReport(c.Name)
	p.Reports[string(c.Report)].Users[string(c.Creator)] = Grant{Level: access.Creator}
	return c, ""
}

func (p *proposal) renameReport(c company.RenameReport) string {
	r := p.Reports[string(c.Report)]
	refusal := first(
		p.ask("report.set", access.Report(c.Report)),
		p.knownReport(c.Report),
		when(r.Name == c.Name, "ErrNoChange"),
		p.nameTaken(c.Report, c.Name),
	)
	if refusal == "" {
		r.Name = c.Name
		p.Reports[string(c.Report)] = r
	}
	return refusal
}

func (p *proposal) deleteReport(c company.DeleteReport) (company.Change, string) {
	if refusal := first(p.ask("report.delete", access.Report(c.Report)), p.knownReport(c.Report)); refusal != "" {
		return nil, refusal
	}
	c.Name = p.Reports[string(c.Report)].Name
	p.World.RemoveReport(string(c.Report))
	return c, ""
}

// grant returns the direct grant of a user or of a team. There is none of both
// at once.
func (p *proposal) grant(report access.ReportID, user team.UserID, t team.ID) (Grant, bool) {
	if user != "" && t != "" {
		return Grant{}, false
	}
	if user != "" {
		g, ok := p.Reports[string(report)].Users[string(user)]
		return g, ok
	}
	g, ok := p.Reports[string(report)].Teams[string(t)]
	return g, ok
}

func (p *proposal) shareReport(c company.ShareReport) (company.Change, string) {
	if c.Level == 0 {
		c.Level = access.Explorer
	}
	action := access.Action("report.share-" + c.Level.String())
	if refusal := first(p.ask(action, access.Report(c.Report)), p.knownReport(c.Report)); refusal != "" {
		return nil, refusal
	}
	g, shared := p.grant(c.Report, c.User, c.Team)
	_, userOK := p.Users[string(c.User)]
	_, teamOK := p.Teams[string(c.Team)]
	bound, held := p.lasts(p.User, string(c.Report), c.Level)
	if refusal := first(
		when(shared && g.Level == c.Level && g.Until.Equal(c.Until), "ErrNoChange"),
		when(shared && !Ended(g.Until, p.Now) && (c.Level < g.Level || Outlasts(g.Until, c.Until)), "ErrLowers"),
		when(Ended(c.Until, p.Now), "ErrPast"),
		when(p.User != "" && string(c.User) == p.User, "ErrSelf"),
		when(p.beyond(c.Until), "ErrBeyondOwnEnd"),
		when(p.User != "" && (!held || Outlasts(c.Until, bound)), "ErrBeyondOwnEnd"),
		when(badEnd(c.Until), "ErrInvalid"),
		when((c.User == "") == (c.Team == "") || c.Team != "" && c.Level > access.Explorer || c.Level > access.Creator, "ErrInvalid"),
		when(c.User != "" && !userOK || c.Team != "" && !teamOK, "ErrUnknown"),
	); refusal != "" {
		return nil, refusal
	}
	if c.User != "" {
		p.Reports[string(c.Report)].Users[string(c.User)] = Grant{Level: c.Level, Until: c.Until}
	} else {
		p.Reports[string(c.Report)].Teams[string(c.Team)] = Grant{Level: c.Level, Until: c.Until}
	}
	return c, ""
}

func (p *proposal) unshareReport(c company.UnshareReport) (company.Change, string) {
	g, shared := p.grant(c.Report, c.User, c.Team)
	if refusal := first(
		p.ask("report.unshare", access.Report(c.Report)),
		p.knownReport(c.Report),
		when(!shared, "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	c.Level = g.Level
	if c.User != "" {
		delete(p.Reports[string(c.Report)].Users, string(c.User))
	} else {
		delete(p.Reports[string(c.Report)].Teams, string(c.Team))
	}
	return c, ""
}
