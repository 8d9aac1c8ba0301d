package lint

import (
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/team"
)

// checkReports looks at the reports and with whom they are shared.
func (k *checker) checkReports() {
	creators := make(map[access.ReportID][]team.UserID) // those without an end
	for g := range k.d.AllGrants() {
		k.checkGrant(g)
		if g.Level == access.Creator && g.Until.IsZero() {
			creators[g.Report] = append(creators[g.Report], g.User)
		}
	}
	for id := range k.d.Reports() {
		k.checkCreators(id, creators[id])
	}
}

// checkCreators looks at those who are creators of a report without an end.
func (k *checker) checkCreators(id access.ReportID, creators []team.UserID) {
	at := place{list: reportList, id: string(id)}
	if len(creators) == 0 {
		k.add(ReportWithoutCreator, at, sayf("no user is creator of report %s without an end", text.Quote(id)))
		return
	}
	if slices.ContainsFunc(creators, k.isActive) {
		return
	}
	k.add(ReportCreatorInactive, at, func(f *Finding) {
		slices.Sort(creators)
		f.Text = "all creators of report " + text.Quote(id) + " without an end are suspended, or their access has ended: " + listed(creators, len(creators))
		for _, u := range creators[:min(len(creators), maxNamed)] {
			f.Others = append(f.Others, access.TargetUser(u))
		}
	})
}

func (k *checker) isActive(id team.UserID) bool {
	u, _ := k.d.User(id)
	return u.Active(k.now)
}

// checkGrant looks at a grant.
func (k *checker) checkGrant(g access.Grant) {
	at := place{reportList, string(g.Report), userGrant, string(g.User)}
	if g.Team != "" {
		at.nested, at.at = teamGrant, string(g.Team)
	}
	k.checkEnd(g.Until, at)
}
