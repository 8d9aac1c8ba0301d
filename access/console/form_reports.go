package console

import (
	"net/url"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

// reportForms make reports and share them.
func reportForms() []form {
	report := []string{"report"}
	return []form{
		{
			Name: "report.create", About: "reports", Draws: true, Back: backToReport, Title: say("Make a report"),
			Help:    say("You are its creator. Nobody else reads it until you share it."),
			Offered: asks(access.CreateReport, theCompany), Fields: reportName,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.CreateReport{Report: access.ReportID(in.Get("new")), Name: in.Get("name")}), nil
			},
		},
		{
			Name: "report.share", About: "report", Keys: report, Back: backToReport, Title: say("Share it with a person"),
			Help:    say("Everybody sees their own accounts in it: sharing shows nobody more data."),
			Offered: asks(access.ShareViewer, theReport), Build: buildShare,
			Fields: func(v *visit, in url.Values) []field {
				return v.shareFields(in, v.userField("user", say("Person"), func(u team.User) bool { return u.ID != v.reader }), access.Creator)
			},
		},
		{
			Name: "report.share-team", Log: "report.share", About: "report", Keys: report, Back: backToReport, Title: say("Share it with a team"),
			Help:    say("Who joins the team reads it, and who leaves does not any more."),
			Offered: asks(access.ShareViewer, theReport), Build: buildShare,
			Fields: func(v *visit, in url.Values) []field {
				return v.shareFields(in, v.teamField("team"), access.MaxTeamLevel)
			},
		},
		{
			Name: "report.set", About: "report", Keys: report, Back: backToReport, Title: say("Rename it"),
			Offered: asks(access.SetReport, theReport), Fields: reportName,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				now, _ := v.directory().Report(reportID(in))
				return one(company.RenameReport{Report: reportID(in), Name: edited(in, "name", now.Name)}), nil
			},
		},
		{
			Name: "link.make", About: "report", Keys: report, Draws: true, Back: backToReport, Result: showSecret, Title: say("Make a share link"),
			Help:    say("Anyone who has the link sees the report as far as you do at that moment."),
			Offered: asks(access.ShareViewer, theReport),
			Fields: func(*visit, url.Values) []field {
				end := endField("until", noEnd)
				end.Hint = say("Left empty, it is 30 days from now, or the end of your access if that is before.")
				return []field{end}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				until, err := readEnd(in, "until")
				return one(company.MakeLink{Link: access.LinkID(in.Get("new")), Resource: theReport(in), Until: until}), err
			},
		},
		{
			Name: "report.unshare", About: "grant", Keys: []string{"report", "user"}, Back: backToReport, Title: say("No longer share with them"),
			Offered: offerUnshare,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.UnshareReport{Report: reportID(in), User: userID(in)}), nil
			},
		},
		{
			Name: "report.unshare-team", Log: "report.unshare", About: "team-grant", Keys: []string{"report", "team"}, Back: backToReport,
			Title: say("No longer share with the team"), Offered: asks(access.UnshareReport, theReport),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.UnshareReport{Report: reportID(in), Team: teamID(in)}), nil
			},
		},
		{
			Name: "report.name-creator", About: "report", Keys: report, Back: backToReport, Title: say("Name a creator"),
			Help:    say("The report has no creator who stays. Somebody who is active and whose access has no end can be one."),
			Offered: offerCreator, Fits: (*visit).lacksCreator,
			Fields: func(v *visit, _ url.Values) []field {
				who := v.userField("user", say("Person"), v.lasting)
				who.Required = true
				return []field{who}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.NameCreator{Report: reportID(in), User: v.readUser(in, "user")}), nil
			},
		},
		{
			Name: "link.revoke", About: "link", Keys: []string{"link"}, Title: say("Revoke the link"), Help: say("It ends for good."),
			Offered: asks(access.RevokeLink, func(in url.Values) access.Resource { return access.Link(in.Get("link")) }),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.RevokeLink{Link: access.LinkID(in.Get("link"))}), nil
			},
			Back: func(v *visit, _ url.Values, _ company.Receipt) string { return v.link("/links") },
		},
		{
			Name: "report.delete", Grave: true, About: "report", Keys: report, Title: say("Delete the report"),
			Help:    say("Nobody reads it any more, and links to it end."),
			Offered: asks(access.DeleteReport, theReport),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.DeleteReport{Report: reportID(in)}), nil
			},
			Back: func(v *visit, in url.Values, r company.Receipt) string {
				if r.Seq != 0 {
					return v.link("/reports")
				}
				return backToReport(v, in, r)
			},
		},
	}
}

func reportID(in url.Values) access.ReportID  { return access.ReportID(in.Get("report")) }
func theReport(in url.Values) access.Resource { return access.Report(in.Get("report")) }

func reportName(v *visit, in url.Values) []field {
	now, _ := v.directory().Report(reportID(in))
	return []field{{Name: "name", Kind: typeLine, Label: say("Name"), Required: true, Max: 256, Value: []string{now.Name}}}
}

// offerUnshare asks whether the reader may take a grant back. Their own they may
// give up.
func offerUnshare(v *visit, in url.Values) error {
	if userID(in) == v.reader {
		if _, own := v.directory().UserGrant(reportID(in), v.reader); own {
			return v.policy.Active(access.User(v.reader)).Err()
		}
	}
	return v.decide(access.UnshareReport, theReport(in)).Err()
}

// offerCreator asks whether the reader may name the creator of a report that has
// none: their role removes people, and they may know of the report.
func offerCreator(v *visit, in url.Values) error {
	if err := v.decide(access.ReadAudit, access.Company()).Err(); err != nil {
		return err
	}
	if !v.directory().Has(theReport(in)) {
		return missing("report", in.Get("report"))
	}
	// Of themselves nobody may do it, so the reason tells whether the role has it.
	if d := v.decide(access.RemoveUser, access.TargetUser(v.reader)); d.Reason == access.ReasonNoCapability {
		return d.Err()
	}
	return nil
}

// lacksCreator reports whether a report has no creator who stays.
func (v *visit) lacksCreator(in url.Values) bool {
	for g := range v.directory().Grants(reportID(in)) {
		if g.Level == access.Creator && g.Until.IsZero() {
			return false
		}
	}
	return true
}

// levels are those at which the reader may share a report, the least first.
func (v *visit) levels(in url.Values, most access.Level) []option {
	words := map[access.Level]phrase{
		access.Viewer: say("reads it"), access.Explorer: say("reads, explores and comments on it"),
		access.Editor: say("also edits it"), access.Creator: say("also renames, deletes and shares it as creator"),
	}
	var out []option
	for l := access.Viewer; l <= most; l++ {
		if v.may(l.ShareAction(), theReport(in)) {
			out = append(out, option{l.String(), named(l.String()), words[l]})
		}
	}
	return out
}

// shareFields ask with whom a report is to be shared, how far and how long.
func (v *visit) shareFields(in url.Values, with field, most access.Level) []field {
	with.Required = true
	end := endField("until", noEnd)
	end.Hint = say("Left empty, an end that there is stays, and otherwise there is none.")
	level := field{Name: "level", Kind: chooseRadio, Label: say("Level"), Required: true, Options: v.levels(in, most), Value: []string{access.Explorer.String()}}
	return []field{with, level, end}
}

func buildShare(v *visit, in url.Values) ([]company.Change, error) {
	c := company.ShareReport{Report: reportID(in), User: v.readUser(in, "user"), Team: teamID(in)}
	if err := c.Level.UnmarshalText([]byte(in.Get("level"))); err != nil {
		return nil, &fieldError{"level", say("Choose one of them.")}
	}
	until, err := readEnd(in, "until")
	if !until.IsZero() {
		c.Until = company.To(until)
	}
	return one(c), err
}

// secretPage is what is told of a link once.
type secretPage struct{ Address, Link, Secret, Back string }

// showSecret answers with the secret of a link, which nobody can see again.
func showSecret(v *visit, in url.Values, r company.Receipt) *answer {
	made, _ := company.Outcome[company.MakeLink](r)
	p := secretPage{Link: string(made.Link), Secret: made.Secret.Reveal(), Back: backToReport(v, in, r)}
	if v.console.ShareLink != nil {
		p.Address = v.console.ShareLink(made.Link, p.Secret)
	}
	return &answer{Template: "secret.html", Title: say("The link is made"), Data: p}
}

// backToReport returns to the report that a form is about, or that it made.
func backToReport(v *visit, in url.Values, r company.Receipt) string {
	id := in.Get("report")
	if made, ok := company.Outcome[company.CreateReport](r); ok {
		id = string(made.Report)
	}
	if id == "" || r.Seq != 0 && !v.readsAfter(access.ReportID(id)) {
		return v.link("/reports")
	}
	return v.link("/report", "id", id)
}

// readsAfter reports whether the reader may open a report after the change that
// was just made.
func (v *visit) readsAfter(id access.ReportID) bool {
	self, now := access.User(v.reader), v.console.company.Policy()
	return now.Decide(self, access.ViewReport, access.Report(id)).Allowed || now.Decide(self, access.ReadAudit, access.Company()).Allowed
}
