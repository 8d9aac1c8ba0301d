package company

import (
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// What each type of change means to the ledger. The others give and take nothing
// that a register tells of.

func (c AddUser) note(e *entry) {
	e.arrive(c.User, arrival{by: e.by})
	e.step(user(c.User).String(), raises)
	u, _ := c.record()
	e.closed(e.before.invitations.openTo(u.Email))
}

func (c ChangeAddress) note(e *entry) {
	e.step(user(c.User).String(), alters)
	u, _ := e.after.user(c.User)
	e.closed(e.before.invitations.openTo(u.Email))
}

func (c SetRole) note(e *entry) { e.setRole(c.User) }

func (c TransferOwnership) note(e *entry) {
	e.setRole(c.From)
	e.setRole(c.To)
}

// setRole notes that a user has another role, if they have.
func (e *entry) setRole(id team.UserID) {
	was, _ := e.before.user(id)
	now, _ := e.after.user(id)
	if was.Role == now.Role {
		return
	}
	g := e.givenBy(roleKey(id))
	g.by = e.by
	e.put(roleKey(id), g) // which keeps the event that moved their end
	kind := raises
	if e.covers(was.Role, now.Role) {
		kind = lowers
	}
	e.step(user(id).String(), kind)
}

func (c SuspendUser) note(e *entry) { e.step(user(c.User).String(), lowers) }

func (c ReinstateUser) note(e *entry) { e.step(user(c.User).String(), raises) }

func (c SetEnd) note(e *entry) {
	e.move(roleKey(c.User), c.From)
	e.step(user(c.User).String(), byEnd(c.From, c.Until.or(c.From)))
}

func (c RemoveUser) note(e *entry) {
	id := c.User
	was, _ := e.before.user(id)
	a := e.arrival(id)
	a.left = &departure{e.by, was, teamsOf(e.before, id, e.by.at)}
	e.arrivals.Add(e.token, string(id), &a)
	for m := range e.before.directory().Memberships(id) {
		e.stayed(m.Team, id, m.Until)
	}
	e.step(user(id).String(), lowers)
	if c.Successor != "" {
		for _, r := range lastCreatorOf(e.before.directory(), id) {
			e.give(grantKey(r, c.Successor, ""), e.by) // whatever they had before
		}
		if c.HandedOver.Count > 0 {
			e.step(user(c.Successor).String(), raises)
		}
	}
	taken, revoked := c.settled(e.before, e.by.at)
	for _, i := range taken {
		o := e.offer(i.ID)
		o.sponsor = e.sponsorCause(invite.Sponsor{User: c.TakeOver})
		e.offers.Add(e.token, string(i.ID), o)
		e.step(invitation(i.ID).String(), raises, o.sponsor.by)
	}
	e.closed(revoked)
}

func (c AddMember) note(e *entry) {
	if !c.From.IsZero() { // one that has ended
		e.stayed(c.Team, c.User, c.From)
	}
	e.give(memberKey(c.Team, c.User), e.by)
	e.step(user(c.User).String(), raises)
}

func (c SetMemberEnd) note(e *entry) {
	e.stayed(c.Team, c.User, c.From)
	e.move(memberKey(c.Team, c.User), c.From)
	e.step(user(c.User).String(), byEnd(c.From, c.Until.or(c.From)))
}

func (c RemoveMember) note(e *entry) {
	e.stayed(c.Team, c.User, c.Until)
	e.take(c.User, "", c.Until)
}

func (c DeleteTeam) note(e *entry) {
	for m := range e.before.directory().Members(c.Team) {
		e.stayed(c.Team, m.User, m.Until)
	}
	e.step(access.Team(c.Team).String(), lowers)
}

func (c AttachGroup) note(e *entry) {
	e.give(attachKey(c.Team, c.Group), e.by)
	e.step(access.Team(c.Team).String(), raises)
}

func (c DetachGroup) note(e *entry) { e.lose(c.Team, c.Group) }

func (c CreateGroup) note(e *entry) { e.give(filterKey(c.Group), e.by) }

func (c EditGroup) note(e *entry) {
	now, _ := e.after.group(c.Group)
	if was, _ := e.before.group(c.Group); was.Filter.Equal(now.Filter) {
		return
	}
	e.changeData(c.Group, dataChange{from: c.From, to: now.Filter.String()})
	e.give(filterKey(c.Group), e.by)
}

func (c DeleteGroup) note(e *entry) {
	for t := range e.before.directory().TeamsWith(c.Group) {
		e.lose(t, c.Group)
	}
}

func (c ConnectAccounts) note(e *entry) { e.moveAccounts(entryIDs(c.Accounts)) }

func (c UpdateAccounts) note(e *entry) { e.moveAccounts(editIDs(c.Accounts)) }

func (c DisconnectAccounts) note(e *entry) { e.moveAccounts(c.Accounts) }

func (c CreateReport) note(e *entry) { e.give(grantKey(c.Report, c.Creator, ""), e.by) }

func (c NameCreator) note(e *entry) {
	e.give(grantKey(c.Report, c.User, ""), e.by) // whatever they had before
	e.step(user(c.User).String(), raises)
}

func (c ShareReport) note(e *entry) {
	e.share(c.Report, c.User, c.Team)
	e.stepTo(c.User, c.Team, raises)
}

// share notes that a report is shared at another level, or until another end. A
// grant that had ended counts as none.
func (e *entry) share(r access.ReportID, u team.UserID, t team.ID) {
	key := grantKey(r, u, t)
	was, shared := grantOf(e.before.directory(), r, u, t)
	now, _ := grantOf(e.after.directory(), r, u, t)
	switch before := e.givenBy(key); {
	case !shared || team.End(was.Until).Ended(e.by.at):
		e.give(key, e.by)
	case was.Level == now.Level:
		e.move(key, was.Until)
	default:
		if before.first == nil {
			before.first = before.by
		}
		before.by = e.by
		if !was.Until.Equal(now.Until) {
			before.moved = nil // which is by
		}
		e.put(key, before)
	}
}

func (c UnshareReport) note(e *entry) { e.take(c.User, c.Team, c.Until) }

func (c DeleteReport) note(e *entry) {
	for g := range e.before.directory().Grants(c.Report) {
		e.take(g.User, g.Team, g.Until)
	}
}

func (c MakeLink) note(e *entry) { e.give(linkKey(c.Link), e.by) }

func (c ReplaceCatalog) note(e *entry) { e.catalogs = &replacement{e.by, e.catalogs} }

func (c Invite) note(e *entry) { e.send(c.Invitation, c.Sponsor) }

func (c ResendInvitation) note(e *entry) { e.send(c.Invitation, c.Sponsor) }

func (c AmendInvitation) note(e *entry) { e.send(c.Invitation, c.Sponsor) }

// send notes that an invitation has a sponsor, who sent it.
func (e *entry) send(id invite.ID, s invite.Sponsor) {
	e.offers.Add(e.token, string(id), offer{e.by, e.sponsorCause(s)})
	e.step(invitation(id).String(), raises)
}

func (c RedeliverInvitation) note(e *entry) {
	o := e.offer(c.Invitation)
	o.sent = e.by
	e.offers.Add(e.token, string(c.Invitation), o)
}

func (c RevokeInvitation) note(e *entry) { e.step(invitation(c.Invitation).String(), lowers) }

func (c DeclineInvitation) note(e *entry) { e.step(invitation(c.Invitation).String(), lowers) }

func (c AcceptInvitation) note(e *entry) {
	by := *e.offer(c.Invitation).sponsor
	by.seq, by.at, by.sponsored = e.by.seq, e.by.at, by.seq
	e.arrive(c.User, arrival{by: &by, invitation: c.Invitation, review: c.Review})
	for _, t := range c.Teams {
		e.give(memberKey(t, c.User), &by)
	}
	e.step(user(c.User).String(), raises, by.by) // which the row of the invitation has, too
}
