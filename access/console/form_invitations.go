package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// invitationForms invite people, and change what was offered to them.
func invitationForms() []form {
	ofInvitation := func(f form) form {
		f.About, f.Keys, f.Reason, f.Back = "invitation", []string{"invitation"}, true, backToInvitation
		return f
	}
	return []form{
		{
			Name: "invitation.send", About: "people", Draws: true, Reason: true, Title: say("Invite somebody"),
			Help:    say("They get a message with a link. They are a user only once they accept."),
			Offered: offerInvite, Fields: inviteFields, Build: buildInvite,
			Back: backToInvitation,
		},
		ofInvitation(form{
			Name: "invitation.resend", Title: say("Send again"),
			Help:    say("The link that was sent before opens nothing any more, and you answer for the invitation from now on."),
			Offered: offerSend, Fits: inState(invite.Pending, invite.Expired),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.ResendInvitation{Invitation: invitationID(in)}), nil
			},
		}),
		ofInvitation(form{
			Name: "invitation.amend", Title: say("Change what is offered"),
			Help:    say("It is sent again: the link that was sent before opens nothing any more."),
			Offered: offerSend, Fits: inState(invite.Pending), Fields: amendFields, Build: buildAmend,
		}),
		ofInvitation(form{
			Name: "invitation.revoke", Title: say("Take back"),
			Offered: offerRevoke, Fits: inState(invite.Pending, invite.Expired),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.RevokeInvitation{Invitation: invitationID(in)}), nil
			},
		}),
	}
}

func invitationID(in url.Values) invite.ID { return invite.ID(in.Get("invitation")) }

// invitation returns the one that a form is about.
func (v *visit) invitation(in url.Values) (invite.Invitation, error) {
	if !v.mayRead(readDirectory) {
		if err := v.decide(access.InviteUser, access.Company()).Err(); err != nil {
			return invite.Invitation{}, err
		}
	}
	i, ok := v.console.company.Invitation(invitationID(in))
	if !ok {
		return i, missing("invitation", invitationID(in))
	}
	return i, nil
}

// inState reports whether an invitation is in one of some states.
func inState(states ...invite.State) func(*visit, url.Values) bool {
	return func(v *visit, in url.Values) bool {
		i, err := v.invitation(in)
		return err == nil && slices.Contains(states, i.StateAt(v.moment.Time()))
	}
}

// offerInvite asks whether the reader may invite, and whether anything is sent.
func offerInvite(v *visit, _ url.Values) error {
	if err := v.decide(access.InviteUser, access.Company()).Err(); err != nil {
		return err
	}
	if !v.console.company.SendsInvitations() {
		return &plainError{http.StatusNotImplemented, say("This service sends no invitations.")}
	}
	return nil
}

// offerSend asks whether the reader could send an invitation as it is.
func offerSend(v *visit, in url.Values) error {
	if err := offerInvite(v, in); err != nil {
		return err
	}
	i, err := v.invitation(in)
	if err != nil {
		return err
	}
	if err := v.decide(access.GrantRole, access.Role(i.Terms.Role)).Err(); err != nil {
		return err
	}
	for _, id := range i.Terms.Teams {
		if err := v.decide(access.SetTeamMembers, access.Team(id)).Err(); err != nil {
			return err
		}
	}
	return nil
}

// offerRevoke asks whether the reader could take an invitation back. A role that
// is full or gone does not prevent it.
func offerRevoke(v *visit, in url.Values) error {
	if err := v.decide(access.InviteUser, access.Company()).Err(); err != nil {
		return err
	}
	i, err := v.invitation(in)
	if err != nil {
		return err
	}
	self, _ := v.directory().User(v.reader)
	if v.directory().Catalog().Manages(self.Role, i.Terms.Role) {
		return nil
	}
	return v.decide(access.GrantRole, access.Role(i.Terms.Role)).Err()
}

// inviteFields are the terms of a new invitation.
func inviteFields(v *visit, _ url.Values) []field {
	fields := []field{
		{Name: "address", Kind: typeLine, Label: say("E-mail address"), Required: true, Max: 254},
		{Name: "name", Kind: typeLine, Label: say("Name (you may leave it out)"), Max: 256},
	}
	fields = append(fields, v.termFields(invite.Terms{Role: v.directory().Catalog().Default()})...)
	return append(fields, field{Name: "note", Kind: typeLines, Label: say("A note for them (you may leave it out)"), Max: 1000,
		Hint: say("It is part of the message.")})
}

// termFields are what an invitation offers, and can be amended.
func (v *visit) termFields(terms invite.Terms) []field {
	number := func(n int) []string {
		if n == 0 {
			return nil
		}
		return []string{strconv.Itoa(n)}
	}
	teams := v.teamField("team")
	teams.Label, teams.Required = say("Teams"), false
	if teams.Kind == chooseOne {
		teams.Kind = chooseMany
	} else {
		teams.Kind, teams.Suggest, teams.Hint = typeLines, "", say("The id of a team on each line.")
	}
	for _, id := range terms.Teams {
		teams.Value = append(teams.Value, string(id))
	}
	review := field{Name: "review", Kind: chooseOne, Label: say("Look at it again"), Value: number(terms.ReviewDays), Options: []option{
		{"30", say("after 30 days"), phrase{}}, {"60", say("after 60 days"), phrase{}}, {"90", say("after 90 days"), phrase{}},
	}}
	return []field{
		{Name: "role", Kind: chooseRadio, Label: say("Role"), Required: true, Options: v.roleOptions(true), Value: []string{string(terms.Role)}},
		teams,
		{Name: "days", Kind: typeNumber, Label: say("For how many days"), Hint: say("From the day on which they accept. Left empty, for good, or until the last day below."), Value: number(terms.Days)},
		endField("until", terms.Until),
		review,
	}
}

// readTerms returns the terms that were typed, without those of a person.
func readTerms(in url.Values) (invite.Terms, error) {
	terms := invite.Terms{Role: role.Name(in.Get("role"))}
	for _, typed := range in["team"] {
		for _, id := range fieldsOf(typed) {
			terms.Teams = append(terms.Teams, team.ID(id))
		}
	}
	slices.Sort(terms.Teams)
	var err error
	if terms.Days, err = readNumber(in, "days"); err != nil {
		return terms, err
	}
	if terms.Until, err = readEnd(in, "until"); err != nil {
		return terms, err
	}
	if terms.Days != 0 && !terms.Until.IsZero() {
		return terms, &fieldError{"until", say("Say for how many days, or until which day, but not both.")}
	}
	terms.ReviewDays, err = readNumber(in, "review")
	return terms, err
}

func buildInvite(v *visit, in url.Values) ([]company.Change, error) {
	address, err := team.ParseAddress(in.Get("address"))
	if err != nil {
		return nil, &fieldError{"address", say("This is no e-mail address: write it as ann@example.com.")}
	}
	terms, err := readTerms(in)
	terms.Address, terms.Name, terms.Note = address, in.Get("name"), in.Get("note")
	return one(company.Invite{Invitation: invite.ID(in.Get("new")), Terms: terms}), err
}

func amendFields(v *visit, in url.Values) []field {
	i, _ := v.invitation(in)
	return v.termFields(i.Terms)
}

// buildAmend leaves out what stays as it is.
func buildAmend(v *visit, in url.Values) ([]company.Change, error) {
	i, err := v.invitation(in)
	if err != nil {
		return nil, err
	}
	old := i.Terms
	terms, err := readTerms(in)
	if err != nil {
		return nil, err
	}
	c := company.AmendInvitation{Invitation: i.ID, Days: changedTo(old.Days, terms.Days), ReviewDays: changedTo(old.ReviewDays, terms.ReviewDays)}
	if terms.Role != old.Role {
		c.Role = company.To(terms.Role)
	}
	if !slices.Equal(terms.Teams, old.Teams) {
		c.Teams = company.To(terms.Teams)
		if len(terms.Teams) == 0 {
			c.Teams = company.None[[]team.ID]()
		}
	}
	if lastDay(terms.Until) != lastDay(old.Until) {
		c.Until = orNone(terms.Until)
	}
	return one(c), nil
}

// changedTo returns a number of an edit: left out if it stays, and taken away by
// 0.
func changedTo(old, n int) company.Optional[int] {
	switch n {
	case old:
		return company.Optional[int]{}
	case 0:
		return company.None[int]()
	}
	return company.To(n)
}

// backToInvitation returns to the page of an invitation.
func backToInvitation(v *visit, in url.Values, r company.Receipt) string {
	id := in.Get("invitation")
	if sent := r.Invitations(); len(sent) > 0 {
		id = string(sent[0])
	}
	if id == "" {
		return v.backToList("/people")
	}
	return v.backToList("/invitation", "id", id)
}
