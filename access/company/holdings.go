package company

import (
	"cmp"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

// Holdings is all that a user has, also what is over but was not taken away.
type Holdings struct {
	User       team.User
	Teams      []team.Member      // in byte order of team ids
	Grants     []access.Grant     // direct ones, in byte order of report ids
	LastOf     []access.ReportID  // reports that would need a successor for him, in byte order
	Links      []access.ShareLink // that he made, in byte order of ids
	LastHolder bool               // his role must be held, and he is the last who counts
}

// Holdings returns all that a user has: what removing him would settle. The
// second result is false for an unknown user.
func (c *Company) Holdings(id team.UserID) (Holdings, bool) {
	p := c.Policy()
	u, ok := p.User(id)
	if !ok {
		return Holdings{}, false
	}
	return holdings(p, u), true
}

func holdings(p *access.Policy, u team.User) Holdings {
	id := u.ID
	h := Holdings{User: u, Teams: slices.Collect(p.Memberships(id))}
	h.Grants = slices.SortedFunc(p.GrantsOf(id), func(a, b access.Grant) int { return cmp.Compare(a.Report, b.Report) })
	for _, g := range h.Grants {
		if lastCreator(p, g.Report, id) {
			h.LastOf = append(h.LastOf, g.Report)
		}
	}
	h.Links = slices.SortedFunc(p.LinksOf(id), func(a, b access.ShareLink) int { return cmp.Compare(a.ID, b.ID) })
	r, _ := p.Catalog().Role(u.Role)
	_, lasting := p.Holders(u.Role)
	h.LastHolder = !u.Suspended && u.Until.IsZero() && lasting <= r.MinHolders
	return h
}
