package console

import (
	"net/url"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

// userForms change one user.
func userForms() []form {
	return []form{
		{
			Name: "user.edit", About: "user", Keys: []string{"user"}, Reason: true, Back: backToPerson,
			Title: say("Edit the name"),
			Offered: func(v *visit, in url.Values) access.Decision {
				if in.Get("user") == string(v.reader) {
					return v.policy.Active(access.User(v.reader)) // their own name everybody may change
				}
				return v.decide(access.EditUser, theUser(in))
			},
			Fields: func(v *visit, in url.Values) []field {
				user, _ := v.directory().User(userID(in))
				return []field{{Name: "name", Kind: typeLine, Label: say("Name"), Max: 128, Value: []string{user.Name}}}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				user, _ := v.directory().User(userID(in))
				return one(company.EditUser{User: userID(in), Name: edited(in, "name", user.Name)}), nil
			},
		},
		{
			Name: "user.set-role", About: "user", Keys: []string{"user"}, Reason: true, Back: backToPerson,
			Title:   say("Give another role"),
			Help:    say("Everything that the old role allowed ends, and teams stay as they are."),
			Offered: asks(access.SetUserRole, theUser),
			Fields: func(v *visit, in url.Values) []field {
				user, _ := v.directory().User(userID(in))
				return []field{{Name: "role", Kind: chooseRadio, Label: say("Role"), Required: true, Options: v.roleOptions(), Value: []string{string(user.Role)}}}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.SetRole{User: userID(in), Role: roleName(in.Get("role"))}), nil
			},
		},
	}
}

func userID(in url.Values) team.UserID { return team.UserID(in.Get("user")) }

// one returns one change as a list.
func one(c company.Change) []company.Change { return []company.Change{c} }

// backToPerson returns to the page of the user that a form is about, or home for
// those who may not read it.
func backToPerson(v *visit, in url.Values, _ company.Receipt) string {
	if !v.mayRead(readDirectory) {
		return v.link("/")
	}
	return v.link("/person", "id", in.Get("user"))
}

// roleOptions are the roles that the reader may grant.
func (v *visit) roleOptions() []option {
	var out []option
	for _, r := range v.directory().Catalog().Roles() {
		if v.may(access.GrantRole, access.Role(r.Name)) {
			out = append(out, option{string(r.Name), named(v.roleTitle(access.Role(r.Name))), named(r.Summary)})
		}
	}
	return out
}
