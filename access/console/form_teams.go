package console

import (
	"net/url"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// teamForms make, edit and delete teams, and give them data groups.
func teamForms() []form {
	return []form{
		{
			Name: "team.create", About: "teams", Draws: true, Title: say("Make a team"), Offered: asks(access.CreateTeam, theCompany),
			Fields: teamFields,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.CreateTeam{Team: team.ID(in.Get("new")), Name: in.Get("name"), Description: in.Get("description")}), nil
			},
			Back: func(v *visit, _ url.Values, r company.Receipt) string {
				if made, ok := company.Outcome[company.CreateTeam](r); ok {
					return v.backToList("/team", "id", string(made.Team))
				}
				return v.backToList("/teams")
			},
		},
		{
			Name: "team.edit", About: "team", Keys: []string{"team"}, Title: say("Change name or description"),
			Offered: asks(access.EditTeam, theTeam), Fields: teamFields, Back: backToTeam,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				t, _ := v.directory().Team(teamID(in))
				return one(company.EditTeam{Team: t.ID, Name: edited(in, "name", t.Name), Description: edited(in, "description", t.Description)}), nil
			},
		},
		{
			Name: "team.attach-group", About: "team", Keys: []string{"team"}, Title: say("Give a data group"),
			Help:    say("All members see the accounts of the data group."),
			Offered: asks(access.SetTeamGroups, theTeam), Back: backToTeam,
			Fields: func(v *visit, in url.Values) []field {
				t, _ := v.directory().Team(teamID(in))
				return []field{v.groupField("group", t.Groups...)}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.AttachGroup{Team: teamID(in), Group: datagroup.ID(in.Get("group"))}), nil
			},
		},
		{
			Name: "team.detach-group", About: "team-group", Keys: []string{"team", "group"}, Title: say("Take away"),
			Help:    say("The members see its accounts no longer, unless another data group of theirs has them."),
			Offered: asks(access.SetTeamGroups, theTeam), Back: backToTeam,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.DetachGroup{Team: teamID(in), Group: datagroup.ID(in.Get("group"))}), nil
			},
		},
		{
			Name: "team.delete", Grave: true, About: "team", Keys: []string{"team"}, Title: say("Delete the team"),
			Help:    say("Its memberships end, and what is shared with it is not any more. Its data groups stay."),
			Offered: asks(access.DeleteTeam, theTeam),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.DeleteTeam{Team: teamID(in)}), nil
			},
			Back: func(v *visit, in url.Values, r company.Receipt) string {
				if r.Seq != 0 {
					return v.backToList("/teams")
				}
				return backToTeam(v, in, r)
			},
		},
	}
}

// memberForms change who is in a team.
func memberForms() []form {
	setMembers := asks(access.SetTeamMembers, theTeam)
	member := []string{"team", "user"}
	return []form{
		{
			Name: "team.add-member", About: "team", Keys: []string{"team"}, Reason: true, Title: say("Add a member"),
			Offered: setMembers, Back: backToTeam,
			Fields: func(v *visit, in url.Values) []field {
				who := v.userField("user", say("Person"), func(u team.User) bool { return u.ID != v.reader && !slices.Contains(v.teamIDs(u.ID), teamID(in)) })
				who.Required = true
				return []field{who, endField("until", noEnd)}
			},
			Build: buildMember,
		},
		{
			Name: "user.add-to-team", Log: "team.add-member", About: "user", Keys: []string{"user"}, Reason: true, Title: say("Put into a team"),
			Offered: offerSomeTeam, Back: backToPerson,
			Fits: func(v *visit, in url.Values) bool { return in.Get("user") != string(v.reader) },
			Fields: func(v *visit, in url.Values) []field {
				return []field{v.teamField("team", v.teamIDs(userID(in))...), endField("until", noEnd)}
			},
			Build: buildMember,
		},
		{
			Name: "team.set-member-end", About: "member", Keys: member, Reason: true, Title: say("Set or lift the end"),
			Offered: setMembers, Back: backToTeam, Fits: (*visit).isMember,
			Fields: func(v *visit, in url.Values) []field { return []field{endField("until", v.membership(in).Until)} },
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				until, err := readEnd(in, "until")
				return one(company.SetMemberEnd{Team: teamID(in), User: userID(in), Until: orNone(until)}), err
			},
		},
		{
			Name: "team.remove-member", About: "member", Keys: member, Reason: true, Title: say("Take out of the team"),
			Offered: setMembers, Back: backToTeam, Fits: (*visit).isMember,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.RemoveMember{Team: teamID(in), User: userID(in)}), nil
			},
		},
	}
}

func buildMember(v *visit, in url.Values) ([]company.Change, error) {
	until, err := readEnd(in, "until")
	return one(company.AddMember{Team: teamID(in), User: v.readUser(in, "user"), Until: until}), err
}

func teamFields(v *visit, in url.Values) []field {
	t, _ := v.directory().Team(teamID(in))
	return []field{
		{Name: "name", Kind: typeLine, Label: say("Name"), Required: true, Max: 256, Value: []string{t.Name}},
		{Name: "description", Kind: typeLine, Label: say("Description"), Max: 1000, Value: []string{t.Description}},
	}
}

// offerSomeTeam asks whether there is a team whose members the reader may set.
// The answer is the same for all of them. Only those who may learn whether there
// is such a user.
func offerSomeTeam(v *visit, in url.Values) error {
	some := access.Team("")
	for t := range v.directory().Teams() {
		some = access.Team(t.ID)
		break
	}
	if err := v.decide(access.SetTeamMembers, some).Err(); err != nil {
		return err
	}
	if _, ok := v.directory().User(userID(in)); !ok {
		return missing("user", userID(in))
	}
	return nil
}

// teamIDs returns the teams that somebody belongs to now.
func (v *visit) teamIDs(id team.UserID) []team.ID {
	var out []team.ID
	for m := range v.directory().Memberships(id) {
		if !team.End(m.Until).Ended(v.moment.Time()) {
			out = append(out, m.Team)
		}
	}
	return out
}

// membership returns the one that a form is about, the zero Member for none.
func (v *visit) membership(in url.Values) team.Member {
	for m := range v.directory().Memberships(userID(in)) {
		if m.Team == teamID(in) {
			return m
		}
	}
	return team.Member{}
}

func (v *visit) isMember(in url.Values) bool { return v.membership(in).User != "" }

func teamID(in url.Values) team.ID { return team.ID(in.Get("team")) }

// backToTeam returns to the page of the team that a form is about, or home for
// those who may not read it.
func backToTeam(v *visit, in url.Values, _ company.Receipt) string {
	return v.backToList("/team", "id", in.Get("team"))
}
