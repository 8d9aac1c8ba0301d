package console

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
)

func invitationRoutes() []route {
	return []route{
		{Path: "/invitations", Menu: say("Invitations"), Under: companySection, Rights: readDirectory, Show: showInvitations},
		{Path: "/invitation", Rights: readDirectory, Show: showInvitation},
	}
}

// invitationsPage is a part of the list of invitations.
type invitationsPage struct {
	Find, State string
	States      []option
	Rows        []invitationRow
	Next        string
	Offers      []offer
}

// invitationRow is a line of the list.
type invitationRow struct {
	ID, Name, Address string
	Role              string
	StateName         string
	State             phrase
	OnHold            phrase // why nobody can accept it now; none if they can
	Undelivered       bool
	Sent, Expires     time.Time
}

// showInvitations answers with a part of the list, the first sent first. Without
// a state it has those that can still be accepted.
func showInvitations(v *visit) (*answer, error) {
	p := invitationsPage{Find: v.asked("find"), State: v.asked("state"), Offers: v.offers("people"), States: []option{
		{"", say("pending"), phrase{}}, {"undelivered", say("not delivered"), phrase{}}, {"expired", say("expired"), phrase{}},
		{"closed", say("accepted, declined or revoked"), phrase{}},
	}}
	source := v.console.company.Invitations()
	if p.State == "undelivered" {
		source = v.console.company.UndeliveredInvitations()
	}
	skip, _ := strconv.Atoi(v.asked("after"))
	find, seen := strings.ToLower(p.Find), 0
	for i := range source {
		if !v.inList(i, p.State) || !contains(find, string(i.ID), i.Terms.Name, i.Terms.Address.String()) {
			continue
		}
		if seen++; seen <= skip {
			continue
		}
		if len(p.Rows) == pageSize {
			p.Next = v.with("after", strconv.Itoa(seen-1))
			break
		}
		p.Rows = append(p.Rows, v.invitationRow(i))
	}
	return &answer{Template: "invitations.html", Title: say("Invitations"), Data: p}, nil
}

// inList reports whether an invitation is in the list of a state.
func (v *visit) inList(i invite.Invitation, state string) bool {
	switch now := i.StateAt(v.moment.Time()); state {
	case "closed":
		return now != invite.Pending && now != invite.Expired
	case "expired":
		return now == invite.Expired
	case "undelivered":
		return true
	default:
		return now == invite.Pending
	}
}

func (v *visit) invitationRow(i invite.Invitation) invitationRow {
	state := i.StateAt(v.moment.Time())
	row := invitationRow{
		ID: string(i.ID), Name: i.Terms.Name, Address: i.Terms.Address.String(), Role: v.roleTitle(access.Role(i.Terms.Role)),
		StateName: state.String(), State: invitationState(state), Sent: i.Sent, Expires: i.Expires,
		Undelivered: i.Delivered.IsZero() && (state == invite.Pending || state == invite.Expired),
	}
	if state == invite.Pending {
		row.OnHold = v.whyOnHold(i.ID)
	}
	return row
}

// whyOnHold says why nobody could accept a pending invitation now; none if they
// could.
func (v *visit) whyOnHold(id invite.ID) phrase {
	err := v.console.company.WhyOnHold(id)
	if err == nil {
		return phrase{}
	}
	cause := err
	if denied, ok := errors.AsType[*access.DeniedError](err); ok {
		return say("On hold: who answers for it could not send it now (%s).", string(denied.Decision.Reason))
	}
	if failed, ok := errors.AsType[*company.Error](err); ok {
		cause = failed.Err
	}
	return say("On hold: %s.", cause.Error())
}

// invitationState is the state of an invitation in words.
func invitationState(s invite.State) phrase {
	switch s {
	case invite.Pending:
		return say("pending")
	case invite.Expired:
		return say("expired")
	case invite.Accepted:
		return say("accepted")
	case invite.Declined:
		return say("declined")
	case invite.Revoked:
		return say("revoked")
	}
	return say("unknown")
}

// invitationPage is one invitation.
type invitationPage struct {
	invitationRow
	Terms   invite.Terms
	Teams   []membership
	LastDay string
	Sponsor string
	User    string // whom its acceptance added
	Offers  []offer
}

// showInvitation answers with what an invitation offers, and what may be done
// with it.
func showInvitation(v *visit) (*answer, error) {
	i, ok := v.console.company.Invitation(invite.ID(v.asked("id")))
	if !ok {
		return nil, missing("invitation", v.asked("id"))
	}
	p := invitationPage{
		invitationRow: v.invitationRow(i), Terms: i.Terms, LastDay: lastDay(i.Terms.Until), Sponsor: i.Sponsor.String(), User: string(i.User),
		Offers: v.offers("invitation", "invitation", string(i.ID)),
	}
	if i.Sponsor.User != "" {
		p.Sponsor = v.userName(i.Sponsor.User)
	}
	for _, id := range i.Terms.Teams {
		p.Teams = append(p.Teams, membership{ID: string(id), Name: v.teamName(id)})
	}
	return &answer{Template: "invitation.html", Title: say("Invitation of %s", i.Terms.Address.String()), Data: p}, nil
}
