package company_test

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// change draws a change of any type, most of which are well formed.
func (d dice) change(w *world, r request, now time.Time) company.Change {
	switch n := rapid.IntRange(0, 9).Draw(d.T, "kind"); {
	case w.users[r.user].role == "keeper" && d.chance(4, "disconnect"):
		return company.DisconnectAccounts{Accounts: []datagroup.AccountID{datagroup.AccountID(d.one("account", modelAccounts...))}}
	case n == 9 && (r.user == "" || d.chance(4, "for systems")):
		if d.chance(2, "catalog") {
			return d.catalog(w)
		}
		return d.addUser(w, now)
	case n > 5:
		return d.changeOfPeople(w, r, now)
	case n > 3:
		return d.changeOfReports(w, r, now)
	}
	return d.changeOfData(w)
}

func (d dice) changeOfPeople(w *world, r request, now time.Time) company.Change {
	user := d.user(w)
	if d.chance(5, "a head") {
		user = "u1" // whom the role can least do without
	}
	switch d.one("type", "user.set-role", "user.set-role", "user.remove", "user.suspend", "user.reinstate", "user.set-expiry",
		"owner.transfer", "owner.transfer", "team.create", "team.edit", "team.delete", "team.add-member", "team.add-member", "team.remove-member") {
	case "user.set-role":
		return company.SetRole{User: user, Role: d.role(w)}
	case "user.remove":
		return d.removeUser(w, r, user, now)
	case "user.suspend":
		return company.SuspendUser{User: user}
	case "user.reinstate":
		for _, id := range sortedKeys(w.users) {
			if w.users[id].suspended && d.chance(2, "suspended") {
				user = team.UserID(id)
			}
		}
		return company.ReinstateUser{User: user}
	case "user.set-expiry":
		return company.SetEnd{User: user, Until: d.endLike(w.users[string(user)].until, now)}
	case "owner.transfer":
		return d.transfer(w, r, user)
	case "team.create":
		return company.CreateTeam{Team: team.ID(d.freshID(modelTeams)), Name: d.one("name", "", "Team"), Description: d.one("text", "", "x")}
	case "team.edit":
		return company.EditTeam{Team: d.team(w), Name: d.one("name", "", "Team"), Description: d.one("text", "", "x")}
	case "team.delete":
		return company.DeleteTeam{Team: d.team(w)}
	case "team.remove-member":
		return company.RemoveMember{Team: d.team(w), User: user}
	}
	if r.user != "" && d.chance(6, "oneself") {
		user = team.UserID(r.user)
	}
	t := d.team(w)
	return company.AddMember{Team: t, User: user, Until: d.endLike(w.teams[string(t)].members[string(user)], now)}
}

func (d dice) removeUser(w *world, r request, user team.UserID, now time.Time) company.Change {
	for _, id := range sortedKeys(w.users) {
		if len(w.lastOf(id)) > 0 && id != r.user && d.chance(3, "a creator") {
			user = team.UserID(id)
		}
	}
	c := company.RemoveUser{User: user}
	if len(w.lastOf(string(user))) > 0 == d.chance(8, "wrongly") {
		return c
	}
	c.Successor = team.UserID(d.one("successor", append(sortedKeys(w.users), r.user, "ghost")...))
	for _, id := range sortedKeys(w.users) {
		if w.heir(id, string(user), now) && d.chance(2, "an heir") {
			c.Successor = team.UserID(id)
		}
	}
	return c
}

func (d dice) addUser(w *world, now time.Time) company.Change {
	return company.AddUser{User: team.UserID(d.freshID(modelUsers)), Name: d.one("name", "", "Ann"), Role: d.role(w),
		Email: d.one("email", "u1@x.test", "U5@X.test", "new@x.test", "newer@x.test", "a@b@c"), Until: d.end(now)}
}

func (d dice) transfer(w *world, r request, to team.UserID) company.Change {
	c := company.TransferOwnership{To: to}
	for _, id := range sortedKeys(w.users) {
		if u := w.users[id]; !u.suspended && u.until.IsZero() && id != r.user && d.chance(3, "eligible") {
			c.To = team.UserID(id)
		}
	}
	if r.user == "" {
		c.From = d.user(w)
		for _, id := range sortedKeys(w.users) {
			if has, _ := w.role(w.users[id].role); slices.Contains(has.Capabilities, "owner.transfer") && d.chance(2, "an owner") {
				c.From = team.UserID(id)
			}
		}
	}
	return c
}

func (d dice) changeOfReports(w *world, r request, now time.Time) company.Change {
	report := d.report(w)
	user, t := d.user(w), team.ID("")
	switch n := rapid.IntRange(0, 20).Draw(d.T, "grantee"); {
	case n == 20:
		t = d.team(w)
	case n >= 14:
		user, t = "", d.team(w)
	case n == 13 && r.user != "":
		user = team.UserID(r.user)
	}
	switch d.one("type", "report.create", "report.set", "report.delete", "report.share", "report.share", "report.share", "report.unshare") {
	case "report.create":
		c := company.CreateReport{Report: access.ReportID(d.freshID(modelReports)), Name: d.one("name", "", "One", "Report r1")}
		if r.user == "" {
			c.Creator = d.user(w)
		}
		return c
	case "report.set":
		return company.RenameReport{Report: report, Name: d.one("name", "", "One", "Two", "Report r1")}
	case "report.delete":
		return company.DeleteReport{Report: report}
	case "report.unshare":
		return company.UnshareReport{Report: report, User: user, Team: t}
	}
	level := access.Level(rapid.IntRange(0, 5).Draw(d.T, "level"))
	if t != "" && !d.chance(6, "too high") {
		level = min(level, access.Explorer)
	}
	old := w.reports[string(report)].users[string(user)].until
	if user == "" {
		old = w.reports[string(report)].teams[string(t)].until
	}
	return company.ShareReport{Report: report, User: user, Team: t, Level: level, Until: d.endLike(old, now)}
}

func (d dice) changeOfData(w *world) company.Change {
	g, name := d.group(w), d.one("name", "", "Group")
	filter := rapid.SampledFrom(modelFilters).Draw(d.T, "filter")
	switch d.one("type", "attach", "attach", "detach", "create", "edit", "edit", "delete", "connect", "update", "disconnect",
		"attribute", "attribute", "attribute", "company.set-name", "company.set-limits") {
	case "attach":
		return company.AttachGroup{Team: d.team(w), Group: g}
	case "detach":
		return company.DetachGroup{Team: d.team(w), Group: g}
	case "create":
		return company.CreateGroup{Group: datagroup.ID(d.freshID(modelGroups)), Name: name, Filter: filter}
	case "edit":
		return company.EditGroup{Group: g, Name: name, Filter: filter}
	case "delete":
		return company.DeleteGroup{Group: g}
	case "attribute":
		return d.changeOfAttributes()
	case "company.set-name":
		return company.SetCompanyName{Name: d.one("company", "Acme", "Bolt", "")}
	case "company.set-limits":
		return company.SetLimits{Limits: company.Limits{Seats: rapid.IntRange(-1, 6).Draw(d.T, "seats")}}
	}
	return d.changeOfAccounts()
}

func (d dice) changeOfAccounts() company.Change {
	var entries []document.Account
	var ids []datagroup.AccountID
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 2, 0}).Draw(d.T, "accounts") {
		a := d.account(d.id(nil, modelAccounts))
		entries, ids = append(entries, a), append(ids, datagroup.AccountID(a.ID))
	}
	switch d.one("how", "connect", "update", "disconnect") {
	case "connect":
		return company.ConnectAccounts{Accounts: entries}
	case "update":
		return company.UpdateAccounts{Accounts: entries}
	}
	return company.DisconnectAccounts{Accounts: ids}
}

func (d dice) changeOfAttributes() company.Change {
	name := d.one("attribute", "country", "spend", "tags", "tier", "campaign", "name")
	kind := d.one("attribute type", "string", "number", "labels", "date")
	switch d.one("how", "declare", "retype", "drop") {
	case "declare":
		return company.DeclareAttribute{Attribute: name, Type: kind}
	case "retype":
		return company.RetypeAttribute{Attribute: name, Type: kind}
	}
	return company.DropAttribute{Attribute: name}
}

// catalog draws another catalog, mostly a variation of the one there is.
func (d dice) catalog(w *world) company.Change {
	roles, err := role.NewCatalog(w.roles...)
	if err != nil {
		panic(err)
	}
	all := roles.Roles()
	one := &all[rapid.IntRange(0, len(all)-1).Draw(d.T, "which")]
	switch rapid.IntRange(0, 5).Draw(d.T, "how") {
	case 0:
		one.MinHolders = rapid.IntRange(0, 2).Draw(d.T, "min")
	case 1:
		one.MaxHolders = rapid.IntRange(0, 3).Draw(d.T, "max")
	case 2:
		// Whoever hands his role on gets it: what he becomes must not be more.
		if i := slices.IndexFunc(all, func(r role.Role) bool { return slices.Contains(r.Capabilities, "owner.transfer") }); i >= 0 {
			one = &all[i]
		}
		one.Capabilities = append(one.Capabilities, "campaign.start")
	case 3:
		all = all[:len(all)-1]
	case 4:
		all = modelCatalogs()[d.one("catalog", "company", "project", "custom")]
	}
	return company.ReplaceCatalog{Roles: all}
}
