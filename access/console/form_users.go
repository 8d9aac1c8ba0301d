package console

import (
	"net/url"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// userForms change one user.
func userForms() []form {
	ofUser := func(f form) form {
		f.About, f.Keys, f.Reason = "user", []string{"user"}, true
		if f.Back == nil {
			f.Back = backToPerson
		}
		return f
	}
	return []form{
		ofUser(form{
			Name: "user.edit", Title: say("Change the name"),
			Offered: offerEditUser, Fields: nameField,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				user, _ := v.directory().User(userID(in))
				return one(company.EditUser{User: user.ID, Name: edited(in, "name", user.Name)}), nil
			},
		}),
		ofUser(form{
			Name: "user.set-role", Title: say("Give another role"),
			Help:    say("What the old role allowed ends at once. Teams and reports stay as they are."),
			Offered: asks(access.SetUserRole, theUser),
			Fields: func(v *visit, in url.Values) []field {
				user, _ := v.directory().User(userID(in))
				return []field{{Name: "role", Kind: chooseRadio, Label: say("Role"), Required: true, Options: v.roleOptions(false), Value: []string{string(user.Role)}}}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.SetRole{User: userID(in), Role: role.Name(in.Get("role"))}), nil
			},
		}),
		ofUser(form{
			Name: "user.set-expiry", Title: say("Set or lift the end of access"),
			Help:    say("After the last day they can do nothing any more. Everything they have is kept."),
			Offered: asks(access.SetUserExpiry, theUser),
			Fields: func(v *visit, in url.Values) []field {
				user, _ := v.directory().User(userID(in))
				return []field{endField("until", user.Until)}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				until, err := readEnd(in, "until")
				return one(company.SetEnd{User: userID(in), Until: orNone(until)}), err
			},
		}),
		ofUser(form{
			Name: "user.suspend", Title: say("Suspend"),
			Help:    say("They can do nothing until somebody reinstates them. Everything they have is kept, and links that they made show nothing meanwhile."),
			Offered: asks(access.SuspendUser, theUser),
			Fits:    func(v *visit, in url.Values) bool { return !v.suspended(in) },
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.SuspendUser{User: userID(in)}), nil
			},
		}),
		ofUser(form{
			Name: "user.reinstate", Title: say("Reinstate"),
			Help:    say("They have again what they had before they were suspended."),
			Offered: asks(access.SuspendUser, theUser), Fits: (*visit).suspended,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.ReinstateUser{User: userID(in)}), nil
			},
		}),
		ofUser(form{
			Name: "owner.transfer", Grave: true, Title: say("Hand your role over"),
			Help:    say("They become what you are, and you get the role after it. You cannot take this back yourself."),
			Offered: asks(access.TransferOwner, theUser),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.TransferOwnership{To: userID(in)}), nil
			},
		}),
		ofUser(form{
			Name: "user.remove", Grave: true, Title: say("Remove for good"),
			Help:    say("Their memberships, what is shared with them, and the links that they made end. They can be invited again, as a new user who has nothing of this."),
			Offered: asks(access.RemoveUser, theUser), Fields: removalFields,
			Back: func(v *visit, in url.Values, r company.Receipt) string {
				if r.Seq != 0 {
					return v.backToList("/people")
				}
				return backToPerson(v, in, r)
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.RemoveUser{User: userID(in), Successor: v.readUser(in, "successor"), TakeOver: v.readUser(in, "takeover")}), nil
			},
		}),
	}
}

// offerEditUser asks for the name of a user. Their own everybody may change.
func offerEditUser(v *visit, in url.Values) error {
	if in.Get("user") == string(v.reader) {
		return v.policy.Active(access.User(v.reader)).Err()
	}
	return v.decide(access.EditUser, theUser(in)).Err()
}

func nameField(v *visit, in url.Values) []field {
	user, _ := v.directory().User(userID(in))
	return []field{{Name: "name", Kind: typeLine, Label: say("Name"), Max: 256, Value: []string{user.Name}}}
}

// removalFields ask for those who take over what must not be without anybody.
func removalFields(v *visit, in url.Values) []field {
	has, _ := v.console.company.Holdings(userID(in))
	var fields []field
	if n := len(has.LastCreatorOf); n > 0 {
		f := v.userField("successor", say("Who becomes creator of their reports"), func(u team.User) bool { return u.ID != userID(in) && v.lasting(u) })
		f.Hint = say("%s would have no creator otherwise. Name somebody who is active, whose access has no end, and who is not you.", counted(access.KindReport, n))
		fields = append(fields, f)
	}
	if n := len(has.Invitations); n > 0 {
		f := v.userField("takeover", say("Who answers for the invitations that they sent"), func(u team.User) bool { return u.ID != userID(in) && u.Active(v.moment.Time()) })
		f.Hint = say("Without anybody, what they sent and nobody has accepted is revoked: %s in all.", n)
		fields = append(fields, f)
	}
	return fields
}

// lasting reports whether somebody else than the reader is active without an end:
// who can be made the creator of a report.
func (v *visit) lasting(u team.User) bool {
	return u.ID != v.reader && u.Active(v.moment.Time()) && u.Until.IsZero()
}

// suspended reports whether the user that a form is about is suspended.
func (v *visit) suspended(in url.Values) bool {
	user, _ := v.directory().User(userID(in))
	return user.Suspended
}

// backToPerson returns to the page of the user that a form is about, or home for
// those who may not read it.
func backToPerson(v *visit, in url.Values, _ company.Receipt) string {
	return v.backToList("/person", "id", in.Get("user"))
}

// backToList returns to a page of the lists, and those who may not read them to their
// first page.
func (v *visit) backToList(path string, query ...string) string {
	if !v.mayRead(readDirectory) {
		return v.link("/")
	}
	return v.link(path, query...)
}

func userID(in url.Values) team.UserID { return team.UserID(in.Get("user")) }

// one returns one change as a list.
func one(c company.Change) []company.Change { return []company.Change{c} }

// roleOptions are the roles that the reader may grant; for an invitation, those
// that it may offer.
func (v *visit) roleOptions(invitation bool) []option {
	var out []option
	for _, r := range v.directory().Catalog().Roles() {
		if (r.Offered || !invitation) && v.may(access.GrantRole, access.Role(r.Name)) {
			out = append(out, option{string(r.Name), named(v.roleTitle(access.Role(r.Name))), named(r.Summary)})
		}
	}
	return out
}
