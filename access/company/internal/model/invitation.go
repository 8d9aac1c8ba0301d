package model

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	rules "github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Invitation is an invitation as it was sent last, and what became of it.
type Invitation struct {
	ID                    string
	Terms                 invite.Terms
	Sponsor               invite.Sponsor
	Generation            int
	Sent, Expires, Closed time.Time
	Delivered             time.Time    // the message sent last; zero if it was not
	Queued                time.Time    // put into a queue, as the process that did it knows
	State                 invite.State // Pending also when it is expired
	User                  string       // who accepted it
	Message               int          // the number of the message sent last, in the company
}

// StateAt is the state of an invitation at an instant.
func (i Invitation) StateAt(t time.Time) invite.State {
	if i.State == invite.Pending && Ended(i.Expires, t) {
		return invite.Expired
	}
	return i.State
}

// Find returns the place of an invitation in the list, or -1.
func (c *Company) Find(id invite.ID) int {
	return slices.IndexFunc(c.Invitations, func(i Invitation) bool { return i.ID == string(id) })
}

// Live counts the invitations that can still be accepted.
func (c *Company) Live() int {
	n := 0
	for _, i := range c.Invitations {
		if i.StateAt(c.Now) == invite.Pending {
			n++
		}
	}
	return n
}

// Sponsored returns the pending invitations of which a user is the sponsor,
// expired or not, in byte order of their ids.
func (c *Company) Sponsored(user string) []string {
	var all []string
	for _, i := range c.Invitations {
		if i.State == invite.Pending && user != "" && string(i.Sponsor.User) == user {
			all = append(all, i.ID)
		}
	}
	slices.Sort(all)
	return all
}

// Offer is what a person with the secret of an invitation may see of it.
func (c *Company) Offer(i Invitation) invite.Offer {
	r, _ := c.Catalog.Role(string(i.Terms.Role))
	o := invite.Offer{Company: c.Name, Role: i.Terms.Role, RoleTitle: r.Title, Name: i.Terms.Name, Note: i.Terms.Note, Expires: i.Expires}
	if u, ok := c.Users[string(i.Sponsor.User)]; ok {
		o.Inviter = u.Email
		if u.Name != "" {
			o.Inviter = u.Name
		}
	}
	return o
}

// OnHold returns what keeps an invitation from being accepted, if anything
// does, apart from who accepts it.
func (c *Company) OnHold(id invite.ID, conf Config, clock time.Time) Refusal {
	p := &proposal{Company: c.At(Later(clock, c.Last)), Config: conf}
	var a Refusal
	n := p.find(&a, id, invite.Pending)
	if !a.Refused() {
		p.maySend(&a, c.Invitations[n].Sponsor, "invitation.send", c.Invitations[n].Terms)
	}
	return a
}

// mayTakeOver says why a user cannot become the sponsor of the invitations of
// another one who is removed: because they, or the actor, could not send them.
func (p *proposal) mayTakeOver(a *Refusal, c company.RemoveUser, sponsored []string) {
	// What was removed is removed, whoever is said to take over: a system may say it
	// again.
	if _, exists := p.Users[string(c.User)]; c.TakeOver == "" || !exists {
		return
	}
	live := 0
	for _, id := range sponsored {
		i := p.Invitations[p.Find(invite.ID(id))]
		if i.StateAt(p.Now) == invite.Expired {
			continue
		}
		live++
		for _, by := range []invite.Sponsor{{User: c.TakeOver}, p.sponsor()} {
			p.maySend(a, by, "user.remove", i.Terms)
			p.withinOwnEnd(a, by, i.Terms)
		}
	}
	a.when(c.TakeOver == c.User || live == 0, "ErrInvalid", "")
}

// settleInvitations revokes the invitations of a user who was removed, or gives
// those that can be accepted another sponsor.
//
// What is pending to the addresses that they ever had is revoked in any case.
func (p *proposal) settleInvitations(c company.RemoveUser, sponsored, own []string) company.Change {
	var settled []invite.ID
	all := slices.Concat(sponsored, own)
	slices.Sort(all)
	for _, id := range slices.Compact(all) {
		i := &p.Invitations[p.Find(invite.ID(id))]
		if c.TakeOver != "" && i.StateAt(p.Now) == invite.Pending && !slices.Contains(own, id) {
			i.Sponsor = invite.Sponsor{User: c.TakeOver}
		} else {
			i.State, i.Closed = invite.Revoked, p.Now
		}
		settled = append(settled, invite.ID(id))
	}
	c.Invitations = bounded(settled)
	return c
}

// addresses are those that a user has and had.
func (c *Company) addresses(user string) []string {
	all := slices.Clone(c.Had[user])
	if u, ok := c.Users[user]; ok && u.Email != "" {
		all = append(all, u.Email)
	}
	return all
}

// openTo returns the pending invitations to addresses, expired or not, in byte
// order of their ids.
func (c *Company) openTo(addresses ...string) []string {
	var all []string
	for _, i := range c.Invitations {
		for _, a := range addresses {
			if i.State == invite.Pending && a != "" && SameMailbox(a, i.Terms.Address.String()) {
				all = append(all, i.ID)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// closeTo revokes the pending invitations to an address that somebody else has
// now.
func (p *proposal) closeTo(address string) company.Bounded[invite.ID] {
	var all []invite.ID
	for _, id := range p.openTo(address) {
		i := &p.Invitations[p.Find(invite.ID(id))]
		i.State, i.Closed = invite.Revoked, p.Now
		all = append(all, invite.ID(id))
	}
	return bounded(all)
}

// sponsor is the actor as the sponsor of an invitation.
func (p *proposal) sponsor() invite.Sponsor {
	return invite.Sponsor{User: team.UserID(p.User), System: p.System}
}

// askSponsor puts a question to Decide. A system is not asked.
func (p *proposal) askSponsor(a *Refusal, by invite.Sponsor, action access.Action, r access.Resource) {
	if by.System != "" {
		return
	}
	err := p.askOf(rules.InCompany(string(by.User)), action, r)
	code := invite.NotAllowed
	switch err {
	case "denied above-ceiling":
		code = invite.AboveCeiling
	case "denied unknown-resource role":
		code = invite.UnknownRole
	case "denied unknown-resource team":
		code = invite.UnknownTeam
	case "denied role-full":
		code = invite.OverLimit
	}
	a.when(err != "", err, code)
}

// maySend says why a sponsor could not have an invitation with such terms out
// at this moment. It is the same for all ways to come to it. A system must be
// allowed to make changes of the type given.
func (p *proposal) maySend(a *Refusal, by invite.Sponsor, changeType string, t invite.Terms) {
	p.askSponsor(a, by, "user.invite", access.Company())
	p.askSponsor(a, by, "role.grant", access.Role(t.Role))
	offered, known := p.Catalog.Role(string(t.Role))
	a.when(by.System != "" && !slices.Contains(p.Systems[by.System], changeType), "ErrSystem", invite.NotAllowed)
	a.when(by.System != "" && !known, "ErrUnknown", invite.UnknownRole)
	a.when(by.System != "" && known && !p.mayGive(by.System, string(t.Role)), "ErrSystem", invite.NotAllowed)
	a.when(known && !offered.Offered, "ErrNotOffered", invite.NotOffered)
	all, _ := p.Holders(string(t.Role))
	a.when(by.System != "" && offered.MaxHolders > 0 && all >= offered.MaxHolders, "ErrRoleFull", invite.OverLimit)
	for _, id := range t.Teams {
		p.askSponsor(a, by, "team.set-members", access.Team(id))
		_, known := p.Teams[string(id)]
		a.when(by.System != "" && !known, "ErrUnknown", invite.UnknownTeam)
	}
	a.when(Ended(t.Until, p.Now), "ErrPast", invite.BadDate)
	for _, u := range p.Users {
		a.when(SameMailbox(u.Email, t.Address.String()), "ErrTaken", invite.AlreadyMember)
	}
	s := p.seats()
	a.when(s > 0 && len(p.Users)+p.Live() > s, "ErrSeats", invite.OverLimit)
}

// mayGive reports whether a system may give a role: one that is configured, or
// without such a list, one that another role than the first one of the catalog
// manages.
func (p *proposal) mayGive(system, name string) bool {
	if may := p.Roles[system]; may != nil {
		return slices.Contains(may, role.Name(name))
	}
	for n, r := range p.Catalog.Roles {
		if n > 0 && slices.Contains(r.Manages, role.Name(name)) {
			return true
		}
	}
	return false
}

// withinOwnEnd says whether a sponsor would give access for longer than they
// have it themselves.
func (p *proposal) withinOwnEnd(a *Refusal, by invite.Sponsor, t invite.Terms) {
	a.when(by.User != "" && Outlasts(t.End(p.Now), p.Users[string(by.User)].Until), "ErrBeyondOwnEnd", invite.BeyondOwnEnd)
}

// mayChange says why the actor may not change what an invitation offers so far.
// A role that is full by now, or a team that is gone, is no obstacle: such an
// invitation could never be amended otherwise.
func (p *proposal) mayChange(a *Refusal, t invite.Terms) {
	var granting Refusal
	p.askSponsor(&granting, p.sponsor(), "role.grant", access.Role(t.Role))
	if granting.Only() != "denied role-full" {
		a.Causes = append(a.Causes, granting.Causes...)
	}
	for _, id := range t.Teams {
		if _, exists := p.Teams[string(id)]; exists {
			p.askSponsor(a, p.sponsor(), "team.set-members", access.Team(id))
		}
	}
}

// hasRoom says why no message can be sent about an invitation that can be
// accepted from now on.
func (p *proposal) hasRoom(a *Refusal, t invite.Terms, id string) {
	n, live := p.Find(invite.ID(id)), p.Live()
	another := n < 0 || p.Invitations[n].StateAt(p.Now) != invite.Pending // which was not counted so far
	s := p.seats()
	a.when(another && s > 0 && len(p.Users)+live >= s, "ErrSeats", invite.OverLimit)
	a.when(another && p.Pending > 0 && live >= p.Pending, "ErrLimit", invite.OverLimit)
	a.when(!p.Delivers, "ErrNoDelivery", invite.Failed)
	for _, i := range p.Invitations {
		if i.Delivered.After(p.Now) { // by a clock that was wrong
			i.Delivered = i.Sent
		}
		if i.Delivered.After(p.Now) {
			i.Delivered = time.Time{}
		}
		if i.Queued.After(p.Now) {
			i.Queued = time.Time{}
		}
		if SameMailbox(i.Terms.Address.String(), t.Address.String()) {
			a.when(i.ID != id && i.StateAt(p.Now) == invite.Pending, "ErrPending", invite.AlreadyPending)
			for _, at := range []time.Time{i.Delivered, i.Queued} {
				a.when(p.Cooldown > 0 && !at.IsZero() && p.Now.Before(at.Add(p.Cooldown)), "ErrTooSoon", invite.TooSoon)
			}
		}
	}
}

// Queue notes that the messages sent after the first so many are in a queue.
func (c *Company) Queue(first int) {
	for n := range c.Invitations {
		if i := &c.Invitations[n]; i.Message > first && i.State == invite.Pending {
			i.Queued = c.Now
		}
	}
}

// Restart forgets what only the process knew.
func (c *Company) Restart() {
	for n := range c.Invitations {
		c.Invitations[n].Queued = time.Time{}
	}
}

// Deliver delivers the messages that were sent after the first so many, at the
// time of the company, and reports whether there were any.
func (c *Company) Deliver(first int) (any bool) {
	for n := range c.Invitations {
		if i := &c.Invitations[n]; i.Message > first && i.State == invite.Pending && i.Delivered.IsZero() {
			i.Delivered, any = c.Now, true
		}
	}
	if any {
		c.Events = append(c.Events, Event{Time: c.Now})
	}
	return any
}

// Kept returns terms as they are kept, with the default role where none is
// named.
func (c *Company) Kept(t invite.Terms) (invite.Terms, error) {
	if t.Role == "" {
		t.Role = role.Name(c.Catalog.Default())
	}
	return t.Normal()
}

// latest returns the place of the invitation sent to a mailbox last, or -1.
func (c *Company) latest(to invite.Address) int {
	found := -1
	for n, i := range c.Invitations {
		if i.Terms.Address.Equal(to) && (found < 0 || i.Message > c.Invitations[found].Message) {
			found = n
		}
	}
	return found
}
