package company

import (
	"cmp"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// Holdings is all that a user has, also what has ended but was not taken away.
// Its cost is that of what it has.
type Holdings struct {
	User          team.User
	Teams         []team.Member      // in byte order of team ids
	Grants        []access.Grant     // direct ones, in byte order of report ids
	LastCreatorOf []access.ReportID  // reports that would be left without a creator, in byte order
	Links         []access.ShareLink // made by the user and not ended, in byte order of ids

	// Offers are the pending invitations to an address that the user has or had,
	// expired ones included, in byte order of ids.
	Offers []invite.Invitation

	// Invitations are the pending ones whose sponsor is the user, expired ones
	// included, in byte order of ids.
	Invitations []invite.Invitation

	LastHolder bool // the role must have holders, and the user is the last who counts
}

// Holdings returns all that a user has: what removing them would settle. The
// second result is false for an unknown user.
func (c *Company) Holdings(id team.UserID) (Holdings, bool) {
	s := c.journal.Current()
	u, ok := s.directory().User(id)
	if !ok {
		return Holdings{}, false
	}
	return s.holdings(u), true
}

func (s *state) holdings(u team.User) Holdings {
	d, id := s.directory(), u.ID
	h := Holdings{User: u, Teams: slices.Collect(d.Memberships(id)), Invitations: s.invitations.sponsored(id), Offers: s.offersTo(id)}
	h.Grants = slices.SortedFunc(d.GrantsOf(id), func(a, b access.Grant) int { return cmp.Compare(a.Report, b.Report) })
	h.LastCreatorOf = lastCreatorOf(d, id)
	h.Links = slices.SortedFunc(d.LinksOf(id), func(a, b access.ShareLink) int { return cmp.Compare(a.ID, b.ID) })
	r, _ := d.Catalog().Role(u.Role)
	_, lasting := d.Holders(u.Role)
	h.LastHolder = !u.Suspended && u.Until.IsZero() && lasting <= r.MinHolders
	return h
}
