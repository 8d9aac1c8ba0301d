package console

import (
	"cmp"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// resourceName returns how a page names a resource, beside what kind it is: by
// name or title, or else by id.
func resourceName(d access.Directory, r access.Resource) string {
	name := ""
	switch r.Kind() {
	case access.KindUser:
		u, _ := d.User(team.UserID(r.ID()))
		name = cmp.Or(u.Name, u.Email.String())
	case access.KindTeam:
		t, _ := d.Team(team.ID(r.ID()))
		name = t.Name
	case access.KindGroup:
		g, _ := d.Group(datagroup.ID(r.ID()))
		name = g.Name
	case access.KindReport:
		report, _ := d.Report(access.ReportID(r.ID()))
		name = report.Name
	case access.KindRole:
		found, _ := d.Catalog().Role(role.Name(r.ID()))
		name = found.Title
	}
	return cmp.Or(name, r.ID())
}

// userName and the like are how a page names one thing.
func (v *visit) userName(id team.UserID) string {
	return resourceName(v.directory(), access.TargetUser(id))
}

func (v *visit) teamName(id team.ID) string { return resourceName(v.directory(), access.Team(id)) }

func (v *visit) groupName(id datagroup.ID) string {
	return resourceName(v.directory(), access.Group(id))
}

func (v *visit) roleTitle(r access.Resource) string { return resourceName(v.directory(), r) }

// reportKnown calls a report by its name if the reader may know it. Who once read
// it may still give up what they had, and knows its id.
func (v *visit) reportKnown(r access.Resource) string {
	if v.may(access.ViewReport, r) || v.may(access.ReadAudit, access.Company()) {
		return resourceName(v.directory(), r)
	}
	return r.ID()
}

// belongsTo reports whether something is the reader's own, so that they know its
// name whatever they may read: themselves, or a team of theirs.
func (v *visit) belongsTo(kind, id string) bool {
	switch kind {
	case "user":
		return id == string(v.reader)
	case "team":
		for m := range v.directory().Memberships(v.reader) {
			if string(m.Team) == id && !team.End(m.Until).Ended(v.moment.Time()) {
				return true
			}
		}
	}
	return false
}
