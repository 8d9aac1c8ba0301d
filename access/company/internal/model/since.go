package model

import (
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// Event is what a later change or question may have to know of an event. The
// first of a company is its founding.
type Event struct {
	By      string   // the user who made it, if one did
	Touched []string // what it changed, as [proposal.reads] names it

	Time             time.Time
	Actor            string // as the String of an audit.Actor has it
	Reason, Approval string
	Steps            []Step // in the order of the changes; a delivery has none

	Frozen map[string][]audit.RegisterRow // the population of a review that it opened, by id
}

// Step is one change of an event, as it was recorded, and the company before
// and after it, at the time of the event. Nobody may change them.
type Step struct {
	Change        company.Change // nil is the founding
	Before, After *Company
}

// changedSince returns the last event after that of the condition that touched
// one of the things, 0 if there is none.
func (p *proposal) changedSince(reads []string) uint64 {
	if p.Since == 0 {
		return 0
	}
	var last uint64
	for n, e := range p.Events {
		if seq := uint64(n + 1); seq > p.Since && slices.ContainsFunc(reads, func(what string) bool { return slices.Contains(e.Touched, what) }) {
			last = seq
		}
	}
	return last
}

// on is what hangs on something.
func on(what string) string { return "on " + what }

func aUser(id team.UserID) string               { return "user " + string(id) }
func aTeam(id team.ID) string                   { return "team " + string(id) }
func aReport(id access.ReportID) string         { return "report " + string(id) }
func aReview(id string) string                  { return "review " + id }
func anInvitation(id invite.ID) string          { return "invitation " + string(id) }
func member(t team.ID, u team.UserID) [2]string { return [2]string{aTeam(t), aUser(u)} }
func (p *proposal) hangs(a, b string) []string  { return []string{a + ", " + b, on(a), on(b)} }
func granted(r access.ReportID, u team.UserID, t team.ID) [2]string {
	if t != "" {
		return [2]string{aReport(r), aTeam(t)}
	}
	return [2]string{aReport(r), aUser(u)}
}

// pair is what a change of a membership, of a grant, or of a team's data group is
// about, if it is one.
func pair(c company.Change) (both [2]string, ok bool) {
	switch c := c.(type) {
	case company.AddMember:
		return member(c.Team, c.User), true
	case company.SetMemberEnd:
		return member(c.Team, c.User), true
	case company.RemoveMember:
		return member(c.Team, c.User), true
	case company.AttachGroup:
		return [2]string{aTeam(c.Team), "group " + string(c.Group)}, true
	case company.DetachGroup:
		return [2]string{aTeam(c.Team), "group " + string(c.Group)}, true
	case company.NameCreator:
		return granted(c.Report, c.User, ""), true
	case company.ShareReport:
		return granted(c.Report, c.User, c.Team), true
	case company.UnshareReport:
		return granted(c.Report, c.User, c.Team), true
	}
	return both, false
}

// objects are what any other change is about.
func (p *proposal) objects(c company.Change) []string {
	switch c := c.(type) {
	case company.SetCompanyName, company.SetLimits, company.ReplaceCatalog, company.ScheduleReviews:
		return []string{"company"}
	case company.TransferOwnership:
		if p.User != "" {
			c.From = team.UserID(p.User)
		}
		return []string{aUser(c.To), aUser(c.From)}
	case company.AddUser:
		return []string{aUser(c.User)}
	case company.EditUser:
		return []string{aUser(c.User)}
	case company.ChangeAddress:
		return []string{aUser(c.User)}
	case company.SetRole:
		return []string{aUser(c.User)}
	case company.SuspendUser:
		return []string{aUser(c.User)}
	case company.ReinstateUser:
		return []string{aUser(c.User)}
	case company.SetEnd:
		return []string{aUser(c.User)}
	case company.RemoveUser:
		return []string{aUser(c.User)}
	case company.CreateTeam:
		return []string{aTeam(c.Team)}
	case company.EditTeam:
		return []string{aTeam(c.Team)}
	case company.DeleteTeam:
		return []string{aTeam(c.Team)}
	case company.CreateReport:
		return []string{aReport(c.Report)}
	case company.RenameReport:
		return []string{aReport(c.Report)}
	case company.DeleteReport:
		return []string{aReport(c.Report)}
	case company.MakeLink:
		return []string{"link " + string(c.Link)}
	case company.RevokeLink:
		return []string{"link " + string(c.Link)}
	case company.OpenReview:
		return []string{aReview(c.Review)}
	case company.CloseReview:
		return []string{aReview(c.Review)}
	case company.DecideItem:
		return []string{aReview(c.Review) + ", " + c.Row}
	}
	return append(dataOf(c), p.invitationsOf(c)...)
}

func dataOf(c company.Change) (all []string) {
	switch c := c.(type) {
	case company.CreateGroup:
		return []string{"group " + string(c.Group)}
	case company.EditGroup:
		return []string{"group " + string(c.Group)}
	case company.DeleteGroup:
		return []string{"group " + string(c.Group)}
	case company.DeclareAttribute:
		return []string{"attribute " + c.Attribute}
	case company.RetypeAttribute:
		return []string{"attribute " + c.Attribute}
	case company.DropAttribute:
		return []string{"attribute " + c.Attribute}
	case company.ConnectAccounts:
		for _, a := range c.Accounts {
			all = append(all, "account "+a.ID)
		}
	case company.UpdateAccounts:
		for _, a := range c.Accounts {
			all = append(all, "account "+string(a.ID))
		}
	case company.DisconnectAccounts:
		for _, a := range c.Accounts {
			all = append(all, "account "+string(a))
		}
	}
	return all
}

// invitationsOf is about changes of invitations. To invite again by the same terms
// is to re-send.
func (p *proposal) invitationsOf(c company.Change) []string {
	switch c := c.(type) {
	case company.Invite:
		if t, err := p.Kept(c.Terms); err == nil {
			if n := p.latest(t.Address); n >= 0 && p.Invitations[n].State == invite.Pending && p.Invitations[n].Terms.Equal(t) {
				return []string{anInvitation(invite.ID(p.Invitations[n].ID))}
			}
		}
		return []string{anInvitation(c.Invitation)}
	case company.ResendInvitation:
		return []string{anInvitation(c.Invitation)}
	case company.AmendInvitation:
		return []string{anInvitation(c.Invitation)}
	case company.RevokeInvitation:
		return []string{anInvitation(c.Invitation)}
	case company.RedeliverInvitation:
		return []string{anInvitation(c.Invitation)}
	case company.AcceptInvitation:
		return []string{anInvitation(c.Invitation)}
	case company.DeclineInvitation:
		return []string{anInvitation(c.Invitation)}
	}
	return nil
}

// reads is what a change may be made to depend on: of a membership or a grant
// the pair, of an edit the object, of a deletion the object and what hangs on it.
// To attach a data group is to give away what it matches, so that is read too.
func (p *proposal) reads(c company.Change) []string {
	if both, ok := pair(c); ok {
		all := []string{both[0] + ", " + both[1]}
		if _, gives := c.(company.AttachGroup); gives {
			all = append(all, both[1])
		}
		return all
	}
	all := p.objects(c)
	switch c := c.(type) {
	case company.RemoveUser, company.DeleteTeam, company.DeleteGroup, company.DeleteReport, company.DropAttribute, company.CloseReview:
		all = append(all, on(all[0]))
	case company.DecideItem: // to decide is about what a row stands for
		what := strings.Replace(c.Row, ":", " ", 1)
		all = append(all, what, on(what))
	}
	return all
}

// onSponsor is what hangs on a sponsor who is a user.
func onSponsor(s invite.Sponsor) []string {
	if s.User == "" {
		return nil
	}
	return []string{on(aUser(s.User))}
}

// touches is what a change that was made leaves changed for those who look at it.
func (p *proposal) touches(before *Company, c company.Change) []string {
	if both, ok := pair(c); ok {
		return p.hangs(both[0], both[1])
	}
	all := p.objects(c)
	switch c := c.(type) {
	case company.ConnectAccounts:
		for _, a := range c.Accounts {
			all = append(all, valuesOf(a.Values)...)
		}
	case company.UpdateAccounts:
		for _, a := range c.Accounts {
			all = append(all, valuesOf(a.Values)...)
			for _, name := range a.Clear {
				all = append(all, on("attribute "+name))
			}
		}
	case company.CreateReport:
		all = append(all, on(aUser(c.Creator)))
	case company.MakeLink:
		all = append(all, p.linkHangs(string(c.Link))...)
	case company.RevokeLink:
		all = append(all, p.linkHangs(string(c.Link))...)
	case company.DecideItem:
		all = append(all, on(aReview(c.Review)))
	case company.AcceptInvitation:
		all = append(all, aUser(c.User))
		for _, t := range c.Teams {
			all = append(all, p.hangs(aTeam(t), aUser(c.User))...)
		}
	case company.RemoveUser:
		for _, r := range c.HandedOver.First {
			all = append(all, p.hangs(aReport(r), aUser(c.Successor))...)
		}
	}
	for n, i := range p.Invitations { // of which the sponsor, or the state, is another
		if n >= len(before.Invitations) || before.Invitations[n].Generation != i.Generation || before.Invitations[n].State != i.State || before.Invitations[n].Sponsor != i.Sponsor {
			all = append(append(all, anInvitation(invite.ID(i.ID))), onSponsor(i.Sponsor)...)
			if n < len(before.Invitations) {
				all = append(all, onSponsor(before.Invitations[n].Sponsor)...)
			}
		}
	}
	return all
}

// valuesOf is that accounts have a value for an attribute.
func valuesOf(values map[string]datagroup.Value) []string {
	var all []string
	for name := range values {
		all = append(all, on("attribute "+name))
	}
	return all
}

// linkHangs is what a link hangs on: what it shows, its maker, and the team of
// its session.
func (p *proposal) linkHangs(id string) []string {
	l := p.Links[id]
	all := []string{on(aUser(team.UserID(l.Maker)))}
	if l.Session != "" {
		all = append(all, on(aTeam(team.ID(l.Session))))
	}
	if l.Resource.Kind == "report" {
		all = append(all, on(aReport(access.ReportID(l.Resource.ID))))
	}
	return all
}
