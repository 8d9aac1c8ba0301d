package company_test

import (
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/team"
)

func (j *judge) knownReport(id access.ReportID) verdict {
	_, ok := j.reports[string(id)]
	return refuse(!ok, "ErrUnknown")
}

// nameTaken is about the name of a report: none is no name.
func (j *judge) nameTaken(id access.ReportID, name string) verdict {
	for other, r := range j.reports {
		if name != "" && other != string(id) && r.name == name {
			return "ErrTaken"
		}
	}
	return ""
}

func newReport(name string) modelReport {
	return modelReport{name: name, users: map[string]modelGrant{}, teams: map[string]modelGrant{}}
}

func (j *judge) createReport(c company.CreateReport) (company.Change, verdict) {
	if j.actor != "" {
		c.Creator = team.UserID(j.actor)
	}
	_, exists := j.reports[string(c.Report)]
	if v := firstOf(
		j.ask("report.create", access.Company()),
		fresh(j, "report", &c.Report, exists),
		j.known(c.Creator),
		j.nameTaken(c.Report, c.Name),
	); v != "" {
		return nil, v
	}
	j.used["report "+string(c.Report)] = true
	j.reports[string(c.Report)] = newReport(c.Name)
	j.reports[string(c.Report)].users[string(c.Creator)] = modelGrant{level: access.Creator}
	return c, ""
}

func (j *judge) renameReport(c company.RenameReport) verdict {
	r := j.reports[string(c.Report)]
	v := firstOf(
		j.ask("report.set", access.Report(c.Report)),
		j.knownReport(c.Report),
		refuse(r.name == c.Name, "ErrNoChange"),
		j.nameTaken(c.Report, c.Name),
	)
	if v == "" {
		r.name = c.Name
		j.reports[string(c.Report)] = r
	}
	return v
}

func (j *judge) deleteReport(c company.DeleteReport) (company.Change, verdict) {
	if v := firstOf(j.ask("report.delete", access.Report(c.Report)), j.knownReport(c.Report)); v != "" {
		return nil, v
	}
	c.Name = j.reports[string(c.Report)].name
	delete(j.reports, string(c.Report))
	j.endLinks(func(l document.Link) bool {
		return l.Resource.Kind == "report" && l.Resource.ID == string(c.Report)
	})
	return c, ""
}

// grant returns the direct grant of a user or a team. Nothing is shared with
// both at once.
func (j *judge) grant(report access.ReportID, user team.UserID, t team.ID) (modelGrant, bool) {
	if user != "" && t != "" {
		return modelGrant{}, false
	}
	if user != "" {
		g, ok := j.reports[string(report)].users[string(user)]
		return g, ok
	}
	g, ok := j.reports[string(report)].teams[string(t)]
	return g, ok
}

func (j *judge) shareReport(c company.ShareReport) (company.Change, verdict) {
	if c.Level == 0 {
		c.Level = access.Explorer
	}
	action := access.Action("report.share-" + c.Level.String())
	if v := firstOf(j.ask(action, access.Report(c.Report)), j.knownReport(c.Report)); v != "" {
		return nil, v
	}
	g, shared := j.grant(c.Report, c.User, c.Team)
	_, userOK := j.users[string(c.User)]
	_, teamOK := j.teams[string(c.Team)]
	bound, held := j.lasts(j.actor, string(c.Report), c.Level, j.at)
	if v := firstOf(
		refuse(shared && g.level == c.Level && g.until.Equal(c.Until), "ErrNoChange"),
		refuse(shared && !hasEnded(g.until, j.at) && (c.Level < g.level || outlasts(g.until, c.Until)), "ErrLowers"),
		refuse(hasEnded(c.Until, j.at), "ErrPast"),
		refuse(j.actor != "" && string(c.User) == j.actor, "ErrSelf"),
		refuse(j.beyond(c.Until), "ErrBeyondOwnEnd"),
		refuse(j.actor != "" && (!held || outlasts(c.Until, bound)), "ErrBeyondOwnEnd"),
		refuse(badEnd(c.Until), "ErrInvalid"),
		refuse((c.User == "") == (c.Team == "") || c.Team != "" && c.Level > access.Explorer || c.Level > access.Creator, "ErrInvalid"),
		refuse(c.User != "" && !userOK || c.Team != "" && !teamOK, "ErrUnknown"),
	); v != "" {
		return nil, v
	}
	if c.User != "" {
		j.reports[string(c.Report)].users[string(c.User)] = modelGrant{c.Level, c.Until}
	} else {
		j.reports[string(c.Report)].teams[string(c.Team)] = modelGrant{c.Level, c.Until}
	}
	return c, ""
}

func (j *judge) unshareReport(c company.UnshareReport) (company.Change, verdict) {
	g, shared := j.grant(c.Report, c.User, c.Team)
	if v := firstOf(
		j.ask("report.unshare", access.Report(c.Report)),
		j.knownReport(c.Report),
		refuse(!shared, "ErrNoChange"),
	); v != "" {
		return nil, v
	}
	c.Level = g.level
	if c.User != "" {
		delete(j.reports[string(c.Report)].users, string(c.User))
	} else {
		delete(j.reports[string(c.Report)].teams, string(c.Team))
	}
	return c, ""
}
