package company

import (
	"cmp"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// Holdings is all that a user has, also what is over but was not taken away. It
// costs a look at every share link and every pending invitation.
type Holdings struct {
	User   team.User
	Teams  []team.Member      // in byte order of team ids
	Grants []access.Grant     // direct ones, in byte order of report ids
	LastOf []access.ReportID  // reports that would need a successor for him, in byte order
	Links  []access.ShareLink // that he made and nobody ended, in byte order of ids

	// Invitations are the pending ones that he answers for, expired ones
	// included, in byte order of ids.
	Invitations []invite.Invitation

	LastHolder bool // his role must be held, and he is the last who counts
}

// Holdings returns all that a user has: what removing him would settle. The
// second result is false for an unknown user.
func (c *Company) Holdings(id team.UserID) (Holdings, bool) {
	s := c.journal.Current()
	u, ok := s.policy.Directory().User(id)
	if !ok {
		return Holdings{}, false
	}
	return s.holdings(u), true
}

func (s *state) holdings(u team.User) Holdings {
	p, id := s.policy, u.ID
	h := Holdings{User: u, Teams: slices.Collect(p.Directory().Memberships(id)), Invitations: s.invitations.sponsored(id)}
	h.Grants = slices.SortedFunc(p.Directory().GrantsOf(id), func(a, b access.Grant) int { return cmp.Compare(a.Report, b.Report) })
	for _, g := range h.Grants {
		if lastCreator(p, g.Report, id) {
			h.LastOf = append(h.LastOf, g.Report)
		}
	}
	h.Links = slices.SortedFunc(p.Directory().LinksOf(id), func(a, b access.ShareLink) int { return cmp.Compare(a.ID, b.ID) })
	h.Links = slices.DeleteFunc(h.Links, func(l access.ShareLink) bool { return l.Ended })
	r, _ := p.Directory().Catalog().Role(u.Role)
	_, lasting := p.Directory().Holders(u.Role)
	h.LastHolder = !u.Suspended && u.Until.IsZero() && lasting <= r.MinHolders
	return h
}
