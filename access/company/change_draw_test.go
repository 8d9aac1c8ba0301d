package company_test

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// change draws a change of any type, most of which are well formed.
func (d draw) change(m *machine, r model.Request) company.Change {
	c := m.model.At(m.now())
	if c.Users[r.User].Role == "keeper" && d.chance(4, "disconnect") {
		return company.DisconnectAccounts{Accounts: []datagroup.AccountID{datagroup.AccountID(d.one("account", poolAccounts...))}}
	}
	switch d.one("kind", "people", "people", "people", "people", "reports", "reports", "data", "data", "systems", "teams", "invitations", "links") {
	case "systems":
		if r.User != "" && !d.chance(4, "for systems") {
			return d.changeOfReports(m, r)
		}
		if d.chance(2, "catalog") {
			return d.catalog(c)
		}
		return d.addUser(c, m.now())
	case "people":
		return d.changeOfPeople(m, r)
	case "teams":
		return d.changeOfTeams(m, r)
	case "reports":
		return d.changeOfReports(m, r)
	case "data":
		return d.changeOfData(c)
	case "invitations":
		return d.invitation(m, r)
	}
	return d.link(m)
}

func (d draw) link(m *machine) company.Change {
	if len(m.model.Links) > 0 && d.chance(3, "revoke") {
		return company.RevokeLink{Link: access.LinkID(d.one("link", keysOf(m.model.Links)...))}
	}
	c := d.makeLink(m.now())
	c.Link = access.LinkID(d.newID([]string{"l1", "l4"}))
	return c
}

func (d draw) changeOfPeople(m *machine, r model.Request) company.Change {
	c, now := m.model.At(m.now()), m.now()
	user := d.user(c)
	if d.chance(5, "a head") {
		user = "u1" // whom the role can least do without
	}
	switch d.one("type", "user.set-role", "user.set-role", "user.remove", "user.suspend", "user.reinstate", "user.set-expiry", "owner.transfer") {
	case "user.set-role":
		return company.SetRole{User: user, Role: d.role(c)}
	case "user.remove":
		return d.removeUser(c, r, user)
	case "user.suspend":
		return company.SuspendUser{User: user}
	case "user.reinstate":
		for _, id := range keysOf(c.Users) {
			if c.Users[id].Suspended && d.chance(2, "suspended") {
				user = team.UserID(id)
			}
		}
		return company.ReinstateUser{User: user}
	case "user.set-expiry":
		return company.SetEnd{User: user, Until: company.To(d.endLike(c.Users[string(user)].Until, now))}
	}
	return d.transfer(c, r, user)
}

func (d draw) changeOfTeams(m *machine, r model.Request) company.Change {
	c, user := m.model.At(m.now()), d.user(m.model)
	switch d.one("type", "team.create", "team.edit", "team.delete", "team.add-member", "team.add-member", "team.remove-member", "team.remove-member") {
	case "team.create":
		return company.CreateTeam{Team: team.ID(d.newID(poolTeams)), Name: d.one("name", "", "Team"), Description: d.one("text", "", "x")}
	case "team.edit":
		return company.EditTeam{Team: d.team(c), Name: d.text("name", "Team"), Description: d.text("text", "x")}
	case "team.delete":
		return company.DeleteTeam{Team: d.team(c)}
	case "team.remove-member":
		if r.User != "" && d.chance(3, "oneself") {
			user = team.UserID(r.User)
		}
		return company.RemoveMember{Team: d.team(c), User: user}
	}
	if r.User != "" && d.chance(6, "oneself") {
		user = team.UserID(r.User)
	}
	t := d.team(c)
	old := c.Teams[string(t)].Members[string(user)]
	if d.chance(2, "move the end") {
		return company.SetMemberEnd{Team: t, User: user, Until: optional(d, d.endLike(old, m.now()))}
	}
	return company.AddMember{Team: t, User: user, Until: d.endLike(old, m.now())}
}

// optional draws a field of an edit: a value, or mostly none if it is zero, or
// nothing.
func optional[T comparable](d draw, value T) company.Optional[T] {
	var zero T
	switch {
	case d.chance(4, "left out"):
		return company.Optional[T]{}
	case value == zero && !d.chance(8, "a zero value"):
		return company.None[T]()
	}
	return company.To(value)
}

// text draws a text of an edit.
func (d draw) text(label string, values ...string) company.Optional[string] {
	return optional(d, d.one(label, append(values, "")...))
}

func (d draw) removeUser(c *model.Company, r model.Request, user team.UserID) company.Change {
	for _, id := range keysOf(c.Users) {
		if len(c.LastOf(id)) > 0 && id != r.User && d.chance(3, "a creator") {
			user = team.UserID(id)
		}
	}
	remove := company.RemoveUser{User: user}
	if len(c.LastOf(string(user))) > 0 == d.chance(8, "wrongly") {
		return remove
	}
	remove.Successor = team.UserID(d.one("successor", append(keysOf(c.Users), r.User, "ghost")...))
	for _, id := range keysOf(c.Users) {
		if c.CanSucceed(id, string(user)) && d.chance(2, "a successor") {
			remove.Successor = team.UserID(id)
		}
	}
	return remove
}

func (d draw) addUser(c *model.Company, now time.Time) company.Change {
	return company.AddUser{User: team.UserID(d.newID(poolUsers)), Person: company.Person{Name: d.one("name", "", "Ann"), Email: d.one("email", "u1@x.test", "U5@X.test", "new@x.test", "newer@x.test", "a@b@c")}, Role: d.role(c), Until: d.end(now)}
}

func (d draw) transfer(c *model.Company, r model.Request, to team.UserID) company.Change {
	transfer := company.TransferOwnership{To: to}
	for _, id := range keysOf(c.Users) {
		if u := c.Users[id]; !u.Suspended && u.Until.IsZero() && id != r.User && d.chance(3, "eligible") {
			transfer.To = team.UserID(id)
		}
	}
	if r.User == "" || d.chance(4, "in the name of another") {
		transfer.From = d.user(c)
		for _, id := range keysOf(c.Users) {
			if has, _ := c.Catalog.Role(c.Users[id].Role); slices.Contains(has.Capabilities, "owner.transfer") && d.chance(2, "an owner") {
				transfer.From = team.UserID(id)
			}
		}
	}
	return transfer
}

func (d draw) changeOfReports(m *machine, r model.Request) company.Change {
	c, now := m.model.At(m.now()), m.now()
	report := d.report(c)
	user, t := d.user(c), team.ID("")
	switch n := rapid.IntRange(0, 20).Draw(d.T, "grantee"); {
	case n == 20:
		t = d.team(c)
	case n >= 14:
		user, t = "", d.team(c)
	case n == 13 && r.User != "":
		user = team.UserID(r.User)
	}
	switch d.one("type", "report.create", "report.set", "report.delete", "report.share", "report.share", "report.share", "report.unshare") {
	case "report.create":
		create := company.CreateReport{Report: access.ReportID(d.newID(poolReports)), Name: d.one("name", "", "One", "Report r1")}
		if r.User == "" || d.chance(4, "in the name of another") {
			create.Creator = d.user(c)
		}
		return create
	case "report.set":
		return company.RenameReport{Report: report, Name: d.text("name", "One", "Two", "Report r1")}
	case "report.delete":
		return company.DeleteReport{Report: report}
	case "report.unshare":
		return company.UnshareReport{Report: report, User: user, Team: t}
	}
	level := access.Level(rapid.IntRange(0, 5).Draw(d.T, "level"))
	if t != "" && !d.chance(6, "too high") {
		level = min(level, access.Explorer)
	}
	old := c.Reports[string(report)].Users[string(user)].Until
	if user == "" {
		old = c.Reports[string(report)].Teams[string(t)].Until
	}
	return company.ShareReport{Report: report, User: user, Team: t, Level: level, Until: optional(d, d.endLike(old, now))}
}

func (d draw) changeOfData(c *model.Company) company.Change {
	g, name := d.group(c), d.one("name", "", "Group")
	filter := rapid.SampledFrom(poolFilters).Draw(d.T, "filter")
	switch d.one("type", "attach", "attach", "detach", "create", "edit", "edit", "delete", "connect", "update", "disconnect",
		"attribute", "attribute", "attribute", "company.set-name", "company.set-limits") {
	case "attach":
		return company.AttachGroup{Team: d.team(c), Group: g}
	case "detach":
		return company.DetachGroup{Team: d.team(c), Group: g}
	case "create":
		return company.CreateGroup{Group: datagroup.ID(d.newID(poolGroups)), Name: name, Filter: filter}
	case "edit":
		edit := company.EditGroup{Group: g, Name: d.text("name", "Group"), Filter: optional(d, filter)}
		return edit
	case "delete":
		return company.DeleteGroup{Group: g}
	case "attribute":
		return d.changeOfAttributes()
	case "company.set-name":
		return company.SetCompanyName{Name: d.one("company", "Acme", "Bolt", "")}
	case "company.set-limits":
		return company.SetLimits{Seats: optional(d, rapid.IntRange(-1, 6).Draw(d.T, "seats"))}
	}
	return d.changeOfAccounts()
}

func (d draw) changeOfAccounts() company.Change {
	var entries []document.Account
	var edits []company.AccountEdit
	var ids []datagroup.AccountID
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 2, 0}).Draw(d.T, "accounts") {
		a := d.account(d.id(nil, poolAccounts))
		entries, ids = append(entries, a), append(ids, datagroup.AccountID(a.ID))
		edit := company.AccountEdit{ID: datagroup.AccountID(a.ID), Source: a.Source, Values: a.Values}
		if d.chance(3, "clear") {
			edit.Clear = []string{d.one("cleared", "country", "spend", "tags", "name")}
		}
		edits = append(edits, edit)
	}
	switch d.one("how", "connect", "update", "disconnect") {
	case "connect":
		return company.ConnectAccounts{Accounts: entries}
	case "update":
		return company.UpdateAccounts{Accounts: edits}
	}
	return company.DisconnectAccounts{Accounts: ids}
}

func (d draw) changeOfAttributes() company.Change {
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
func (d draw) catalog(c *model.Company) company.Change {
	roles, err := role.NewCatalog(c.Catalog.Roles, c.Catalog.Kinds...)
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
		// A user who hands this role on gets another one, which must not be more.
		if i := slices.IndexFunc(all, func(r role.Role) bool { return slices.Contains(r.Capabilities, "owner.transfer") }); i >= 0 {
			one = &all[i]
		}
		one.Capabilities = append(one.Capabilities, "campaign.start")
	case 3:
		all = all[:len(all)-1]
	case 4:
		all = d.catalogNamed(d.one("catalog", catalogNames...))
	}
	return withKinds(all)
}
