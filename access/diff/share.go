package diff

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// share is a level that a subject has at a report.
type share struct {
	report access.ReportID
	level  access.Level
	until  time.Time // zero is for ever
	team   team.ID   // through which; "" if the report is shared with the user
}

// shares returns the levels of a subject, ordered by report, the highest first. A
// lower level is listed only if it lasts longer.
func (f *facts) shares(s access.Subject, phases []phase) []share {
	var all []share
	for _, r := range slices.Sorted(f.start.Reports(s, access.ViewReport)) {
		higher := share{report: r, until: time.Time{}.Add(1)}
		for l := access.Creator; l >= access.Viewer; l-- {
			last, until := lasting(phases, func(p *access.Policy) bool { return levelOf(p, s, r).Level >= l })
			if last != nil && later(until, higher.until) {
				higher.level, higher.until, higher.team = l, until, levelOf(last, s, r).Team
				all = append(all, higher)
			}
		}
	}
	return all
}

// levelOf returns a decision that has the level of a subject at a report, and the
// team it comes through.
func levelOf(p *access.Policy, s access.Subject, r access.ReportID) access.Decision {
	return p.Decide(s, access.ViewReport, access.Report(r))
}

// shown returns the one question that a share link answers.
func shown(l document.Link) (access.Subject, access.Action, access.Resource) {
	of := access.Kind(l.Resource.Kind).Resource(l.Resource.ID, l.Resource.Account)
	return access.ViaLink(access.LinkID(l.ID)), access.Action(l.Action), of
}

// maker returns who made a link, in the scope it was made in.
func maker(l document.Link) access.Subject {
	if l.Session != "" {
		return access.Session(l.Maker, l.Session)
	}
	return access.User(l.Maker)
}

// linkPhases returns the times between the ends of what concerns a link: its own
// end, and those of its maker.
func (f *facts) linkPhases(l document.Link) []phase {
	var ends []time.Time
	if l.Until != "" {
		ends = append(ends, parseTime(l.Until))
	}
	h := f.byID[l.Maker]
	if h == nil {
		h = new(holder)
	}
	return f.phases(h, ends...)
}

// concerned returns the users who may revoke a link whatever their role: its
// maker, and those its report is shared with.
func (f *facts) concerned(l document.Link) map[string]bool {
	all := map[string]bool{l.Maker: true}
	if l.Resource.Kind == string(access.KindReport) {
		for g := range f.start.Directory().Grants(access.ReportID(l.Resource.ID)) {
			all[string(g.User)] = true
		}
	}
	return all
}

// revoker returns a user with a role who is not among those concerned, nil if
// there is none. What one such user may do, all may.
func (f *facts) revoker(r role.Name, concerned map[string]bool) *holder {
	for _, h := range f.actors[r] {
		if !concerned[h.ID] {
			return h
		}
	}
	return nil
}

func revokes(p *access.Policy, s access.Subject, l document.Link) bool {
	return p.Decide(s, access.RevokeLink, access.Link(l.ID)).Allowed
}
