package model

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	rules "github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/team"
)

func (p *proposal) knownReport(id access.ReportID) string {
	_, ok := p.Reports[string(id)]
	return when(!ok, "ErrUnknown")
}

// nameTaken is about the name of a report. Any number of reports may have none.
func (p *proposal) nameTaken(id access.ReportID, name string) string {
	for other, r := range p.Reports {
		if other != string(id) && rules.SameName(r.Name, name) {
			return "ErrTaken"
		}
	}
	return ""
}

func (p *proposal) createReport(c company.CreateReport) (company.Change, string) {
	if p.User != "" {
		c.Creator = team.UserID(p.User)
	}
	r, exists := p.Reports[string(c.Report)]
	same := exists && r.Name == c.Name && slices.Contains(p.creators(string(c.Report)), string(c.Creator))
	if refusal := first(
		p.ask("report.create", access.Company()),
		when(same && p.System != "", "ErrNoChange"),
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

func (p *proposal) renameReport(c company.RenameReport) (company.Change, string) {
	r := p.Reports[string(c.Report)]
	name := become(c.Name, r.Name)
	refusal := first(
		p.ask("report.set", access.Report(c.Report)),
		p.knownReport(c.Report),
		when(r.Name == name, "ErrNoChange"),
		p.nameTaken(c.Report, name),
	)
	c.From, c.Name = r.Name, orNone(c.Name)
	if refusal == "" {
		r.Name = name
		p.Reports[string(c.Report)] = r
	}
	return c, refusal
}

func (p *proposal) deleteReport(c company.DeleteReport) (company.Change, string) {
	r, exists := p.Reports[string(c.Report)]
	if refusal := first(p.ask("report.delete", access.Report(c.Report)), p.toRemove("report", string(c.Report), exists)); refusal != "" {
		return nil, refusal
	}
	var grants []document.Grant
	for _, u := range Keys(r.Users) {
		grants = append(grants, document.Grant{User: u, Level: r.Users[u].Level.String(), Until: document.End(r.Users[u].Until)})
	}
	for _, t := range Keys(r.Teams) {
		grants = append(grants, document.Grant{Team: t, Level: r.Teams[t].Level.String(), Until: document.End(r.Teams[t].Until)})
	}
	shows := func(l Link) bool { return l.Resource == Resource(access.Report(c.Report)) }
	c.DeleteReportOutcome = company.DeleteReportOutcome{Name: r.Name, Grants: bounded(grants), Links: bounded(p.endLinks(shows))}
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
	before, shared := p.grant(c.Report, c.User, c.Team)
	g := before
	if shared && Ended(g.Until, p.Now) {
		g, shared = Grant{}, false
	}
	if c.Level == 0 {
		c.Level = max(g.Level, access.Viewer)
		if !shared {
			c.Level = access.Explorer
		}
	}
	until := become(c.Until, g.Until)
	action := access.Action("report.share-" + c.Level.String())
	if refusal := first(p.ask(action, access.Report(c.Report)), p.knownReport(c.Report)); refusal != "" {
		return nil, refusal
	}
	_, userOK := p.Users[string(c.User)]
	_, teamOK := p.Teams[string(c.Team)]
	bound, held := p.lasts(p.User, string(c.Report), c.Level)
	if refusal := first(
		zeroEnd(c.Until),
		when(before.Level == c.Level && before.Until.Equal(until), "ErrNoChange"),
		when(shared && (c.Level < g.Level || Outlasts(g.Until, until)), "ErrLowers"),
		when(Ended(until, p.Now), "ErrPast"),
		when(p.User != "" && string(c.User) == p.User, "ErrSelf"),
		when(p.beyond(until), "ErrBeyondOwnEnd"),
		when(p.User != "" && (!held || Outlasts(until, bound)), "ErrBeyondOwnEnd"),
		when(badEnd(until), "ErrInvalid"),
		when((c.User == "") == (c.Team == "") || c.Team != "" && c.Level > access.Explorer || c.Level > access.Creator, "ErrInvalid"),
		when(c.User != "" && !userOK || c.Team != "" && !teamOK, "ErrUnknown"),
	); refusal != "" {
		return nil, refusal
	}
	if c.User != "" {
		p.Reports[string(c.Report)].Users[string(c.User)] = Grant{Level: c.Level, Until: until}
	} else {
		p.Reports[string(c.Report)].Teams[string(c.Team)] = Grant{Level: c.Level, Until: until}
	}
	switch {
	case !until.IsZero():
		c.Until = company.To(until)
	case g.Until.IsZero():
		c.Until = company.Optional[time.Time]{}
	}
	c.FromLevel, c.FromUntil = before.Level, before.Until
	return c, ""
}

func (p *proposal) unshareReport(c company.UnshareReport) (company.Change, string) {
	g, shared := p.grant(c.Report, c.User, c.Team)
	_, report := p.Reports[string(c.Report)]
	_, user := p.Users[string(c.User)]
	_, isTeam := p.Teams[string(c.Team)]
	asked := p.ask("report.unshare", access.Report(c.Report))
	if p.User != "" && string(c.User) == p.User && c.Team == "" { // anyone may give up their own, and nobody learns what there is
		asked = first(p.askActive(), when(!shared, "ErrNoChange"))
	}
	if refusal := first(
		asked,
		when((c.User == "") == (c.Team == ""), "ErrInvalid"),
		p.everWas("report", string(c.Report), report),
		when(c.User != "", p.everWas("user", string(c.User), user)),
		when(c.Team != "", p.everWas("team", string(c.Team), isTeam)),
		when(!shared, "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	c.Level, c.Until = g.Level, g.Until
	var remain []document.Grant
	for _, t := range Keys(p.Reports[string(c.Report)].Teams) {
		g := p.Reports[string(c.Report)].Teams[t]
		until, member := p.Teams[t].Members[string(c.User)]
		if member && !Ended(until, p.Now) && !Ended(g.Until, p.Now) {
			if Outlasts(until, g.Until) {
				until = g.Until
			}
			remain = append(remain, document.Grant{Team: t, Level: g.Level.String(), Until: document.End(until)})
		}
	}
	c.Remain = bounded(remain)
	if c.User != "" {
		delete(p.Reports[string(c.Report)].Users, string(c.User))
	} else {
		delete(p.Reports[string(c.Report)].Teams, string(c.Team))
	}
	return c, ""
}
