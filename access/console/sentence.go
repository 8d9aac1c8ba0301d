package console

import (
	"cmp"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// sentence says in plain words what a change does, or would do. It calls things
// by their names, as they are now. Of a type that it does not know it says the
// name of the type.
func (v *visit) sentence(c company.Change) phrase {
	for _, tell := range []func(company.Change) phrase{
		v.ofUser, v.ofMember, v.ofTeam, v.ofData, v.ofReport, v.ofInvitation, v.ofReview, ofCompany,
	} {
		if p := tell(c); p.is() {
			return p
		}
	}
	return named(fmt.Sprintf("%T", c))
}

// with adds to a sentence what there is to add.
func with(p phrase, more ...phrase) phrase {
	for _, m := range more {
		if m.is() {
			p = say("%s, %s", p, m)
		}
	}
	return p
}

// newEnd says when something ends after an edit of its end.
func newEnd(o company.Optional[time.Time]) phrase {
	if end, ok := o.Get(); ok {
		return until(end)
	}
	return say("for good")
}

// newName says what an edit makes of a name.
func newName(o company.Optional[string]) phrase {
	if name, ok := o.Get(); ok {
		return say("its name is now %s", name)
	}
	if o.IsNone() {
		return say("it has no name any more")
	}
	return phrase{}
}

// person calls somebody who is or was a user by their name.
func (v *visit) person(id team.UserID) string {
	if row, _ := v.moment.Row(id); row.State == audit.StateRemoved {
		return cmp.Or(row.Name, row.Email, string(id))
	}
	return v.userName(id)
}

func (v *visit) reportCalled(id access.ReportID) string {
	return resourceName(v.directory(), access.Report(id))
}

// teamsNamed returns the names of teams.
func (v *visit) teamsNamed(ids []team.ID) []string {
	var all []string
	for _, id := range ids {
		all = append(all, v.teamName(id))
	}
	return all
}

// ofUser tells what becomes of a user.
func (v *visit) ofUser(c company.Change) phrase {
	switch c := c.(type) {
	case company.AddUser:
		return with(say("%s is added with the role %s", cmp.Or(c.Name, c.Email, string(c.User)), string(c.Role)), until(c.Until))
	case company.EditUser:
		if name, ok := c.Name.Get(); ok {
			return say("The name of user %s is now %s", string(c.User), name)
		}
		return say("User %s has no name any more", string(c.User))
	case company.ChangeAddress:
		return say("The address of %s is now %s", v.person(c.User), c.Email)
	case company.SetRole:
		return say("The role of %s is now %s, and was %s", v.person(c.User), string(c.Role), string(c.From))
	case company.SetEnd:
		return say("The access of %s now lasts %s", v.person(c.User), newEnd(c.Until))
	case company.SuspendUser:
		return say("%s is suspended", v.person(c.User))
	case company.ReinstateUser:
		return say("%s is reinstated", v.person(c.User))
	case company.RemoveUser:
		p := say("%s is removed", cmp.Or(c.Name, c.Email, string(c.User)))
		if c.Successor != "" {
			p = with(p, say("reports go to %s", v.person(c.Successor)))
		}
		if c.TakeOver != "" {
			p = with(p, say("invitations go to %s", v.person(c.TakeOver)))
		}
		return p
	case company.TransferOwnership:
		return say("%s takes the role %s over from %s", v.person(c.To), string(c.Role), v.person(c.From))
	}
	return phrase{}
}

// ofMember tells what becomes of a membership.
func (v *visit) ofMember(c company.Change) phrase {
	switch c := c.(type) {
	case company.AddMember:
		return with(say("%s joins team %s", v.person(c.User), v.teamName(c.Team)), until(c.Until))
	case company.SetMemberEnd:
		return say("The membership of %s in team %s now lasts %s", v.person(c.User), v.teamName(c.Team), newEnd(c.Until))
	case company.RemoveMember:
		return say("%s leaves team %s", v.person(c.User), v.teamName(c.Team))
	}
	return phrase{}
}

// ofTeam tells what becomes of a team.
func (v *visit) ofTeam(c company.Change) phrase {
	switch c := c.(type) {
	case company.CreateTeam:
		return say("Team %s is made", cmp.Or(c.Name, string(c.Team)))
	case company.EditTeam:
		p := with(say("Team %s is edited", string(c.Team)), newName(c.Name))
		if text, ok := c.Description.Get(); ok {
			p = with(p, say("its description is now %s", text))
		} else if c.Description.IsNone() {
			p = with(p, say("it has no description any more"))
		}
		return p
	case company.DeleteTeam:
		return say("Team %s is deleted", v.teamName(c.Team))
	case company.AttachGroup:
		return say("Team %s gets data group %s", v.teamName(c.Team), v.groupName(c.Group))
	case company.DetachGroup:
		return say("Team %s loses data group %s", v.teamName(c.Team), v.groupName(c.Group))
	}
	return phrase{}
}

// ofData tells what becomes of data groups, accounts and attributes.
func (v *visit) ofData(c company.Change) phrase {
	switch c := c.(type) {
	case company.CreateGroup:
		return say("Data group %s is made, with the filter %s", cmp.Or(c.Name, string(c.Group)), c.Filter)
	case company.EditGroup:
		p := with(say("Data group %s is edited", string(c.Group)), newName(c.Name))
		if filter, ok := c.Filter.Get(); ok {
			p = with(p, say("its filter is now %s, and was %s", filter, c.From))
		}
		return p
	case company.DeleteGroup:
		return say("Data group %s is deleted", v.groupName(c.Group))
	case company.ConnectAccounts:
		return say("Accounts are connected: %s", len(c.Accounts))
	case company.UpdateAccounts:
		return say("Accounts are changed: %s", len(c.Accounts))
	case company.DisconnectAccounts:
		return say("Accounts are disconnected: %s", len(c.Accounts))
	case company.DeclareAttribute:
		return say("Attribute %s is declared as %s", c.Attribute, c.Type)
	case company.RetypeAttribute:
		return say("Attribute %s becomes %s", c.Attribute, c.Type)
	case company.DropAttribute:
		return say("Attribute %s is dropped", c.Attribute)
	}
	return phrase{}
}

// ofReport tells what becomes of a report or a share link.
func (v *visit) ofReport(c company.Change) phrase {
	switch c := c.(type) {
	case company.CreateReport:
		return say("Report %s is made by %s", cmp.Or(c.Name, string(c.Report)), v.person(c.Creator))
	case company.RenameReport:
		return with(say("Report %s is edited", string(c.Report)), newName(c.Name))
	case company.NameCreator:
		return say("%s is a creator of report %s", v.person(c.User), v.reportCalled(c.Report))
	case company.DeleteReport:
		return say("Report %s is deleted", v.reportCalled(c.Report))
	case company.ShareReport:
		p := say("Report %s is shared with %s as %s", v.reportCalled(c.Report), v.party(c.User, c.Team), c.Level.String())
		end, _ := c.Until.Get()
		return with(p, until(end))
	case company.UnshareReport:
		return say("Report %s is no longer shared with %s", v.reportCalled(c.Report), v.party(c.User, c.Team))
	case company.MakeLink:
		return with(say("%s makes link %s to %s", v.person(c.Maker), string(c.Link), c.Resource.String()), until(c.Until))
	case company.RevokeLink:
		return say("Link %s of %s to %s is revoked", string(c.Link), v.person(c.Maker), c.Resource.String())
	}
	return phrase{}
}

// party returns the user or the team that a report is shared with.
func (v *visit) party(u team.UserID, t team.ID) phrase {
	if t != "" {
		return say("team %s", v.teamName(t))
	}
	return named(v.person(u))
}

// ofInvitation tells what becomes of an invitation.
func (v *visit) ofInvitation(c company.Change) phrase {
	switch c := c.(type) {
	case company.Invite:
		return with(say("%s is invited with the role %s", c.Terms.Address.String(), string(c.Terms.Role)), v.into(c.Terms.Teams), forDays(c.Terms.Days), until(c.Terms.Until))
	case company.ResendInvitation:
		return say("%s gets another message", v.invited(c.Invitation))
	case company.AmendInvitation:
		return v.amended(c)
	case company.RevokeInvitation:
		return say("%s is no longer invited", c.Email)
	case company.AcceptInvitation:
		return with(say("%s accepts the invitation with the role %s", v.person(c.User), string(c.Role)), v.into(c.Teams), until(c.Until))
	case company.DeclineInvitation:
		return say("%s declines the invitation", v.invited(c.Invitation))
	case company.RecordDelivery:
		return say("The message to %s is delivered", v.invited(c.Invitation))
	case company.RedeliverInvitation:
		return say("The message to %s is made again, as the last one may be lost", v.invited(c.Invitation))
	}
	return phrase{}
}

// invited calls an invitation by its address.
func (v *visit) invited(id invite.ID) string {
	if i, ok := v.console.company.Invitation(id); ok {
		return i.Terms.Address.String()
	}
	return string(id)
}

func (v *visit) into(ids []team.ID) phrase {
	if len(ids) == 0 {
		return phrase{}
	}
	return say("into teams: %s", v.teamsNamed(ids))
}

// amended tells which terms of an invitation become others.
func (v *visit) amended(c company.AmendInvitation) phrase {
	p := say("The invitation of %s is amended", v.invited(c.Invitation))
	if r, ok := c.Role.Get(); ok {
		p = with(p, say("its role is now %s", string(r)))
	}
	if ids, ok := c.Teams.Get(); ok {
		p = with(p, v.into(ids))
	} else if c.Teams.IsNone() {
		p = with(p, say("into no team"))
	}
	n, _ := c.Days.Get()
	end, _ := c.Until.Get()
	if c.Days.IsNone() && c.Until.IsZero() || c.Until.IsNone() && c.Days.IsZero() {
		return with(p, say("without an end"))
	}
	return with(p, forDays(n), until(end))
}

func forDays(n int) phrase {
	if n == 0 {
		return phrase{}
	}
	return say("for %s days", n)
}

// ofReview tells what becomes of a review.
func (v *visit) ofReview(c company.Change) phrase {
	switch c := c.(type) {
	case company.ScheduleReviews:
		return say("Months from one review to the next: %s, after %s", c.Months, c.From)
	case company.OpenReview:
		return say("Review %s is opened, with %s items", c.Review, c.Count)
	case company.DecideItem:
		return say("Review %s decides about %s: %s", c.Review, v.rowNamed(c.Row), c.Decision)
	case company.CloseReview:
		return say("Review %s is closed, with %s of its items not decided", c.Review, c.Open)
	}
	return phrase{}
}

// ofCompany tells what becomes of the company as a whole.
func ofCompany(c company.Change) phrase {
	switch c := c.(type) {
	case company.Founded:
		return say("The company %s begins", c.Name)
	case company.FoundedPart:
		return say("The company begins, part %s", c.Part)
	case company.SetCompanyName:
		return say("The name of the company is now %s", c.Name)
	case company.SetLimits:
		if n, ok := c.Seats.Get(); ok {
			return say("The seats of the company are now %s", n)
		}
		return say("The seats of the company have no limit")
	case company.ReplaceCatalog:
		return say("The roles are replaced by others: %s", len(c.Roles))
	case company.CorrectClock:
		return say("Time counts from the clock again")
	}
	return phrase{}
}
