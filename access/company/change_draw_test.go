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
	switch d.one("kind", "people", "people", "people", "people", "reports", "reports", "data", "data", "systems", "teams", "invitations", "links", "reviews") {
	case "systems":
		if r.User != "" && !d.chance(4, "for systems") {
			return d.changeOfReports(m, r)
		}
		switch d.one("type", "catalog", "add", "add", "address", "clock") {
		case "catalog":
			return d.catalog(c)
		case "address":
			return d.address(m, r, d.user(c))
		case "clock":
			if m.config.Cooldown < 0 { // from when one counts after it, SPEC does not say
				return company.CorrectClock{}
			}
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
	case "reviews":
		return d.review(m)
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
	switch d.one("type", "user.set-role", "user.set-role", "user.remove", "user.suspend", "user.reinstate", "user.set-expiry", "owner.transfer", "user.edit", "user.change-address") {
	case "user.set-role":
		return company.SetRole{User: user, Role: d.role(c)}
	case "user.remove":
		return d.removeUser(c, r, user)
	case "user.edit":
		if r.User != "" && d.chance(3, "oneself") {
			user = team.UserID(r.User)
		}
		return company.EditUser{User: user, Name: d.text("name", "Ann", "Ann", "Bo", " Bo", "B\no", "B\u202eo")}
	case "user.change-address":
		return d.address(m, r, user)
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
	for _, id := range keysOf(c.Teams) {
		for _, u := range keysOf(c.Teams[id].Members) {
			if end := c.Teams[id].Members[u]; !end.IsZero() && u != r.User && d.chance(6, "whose membership ends") {
				t, user = team.ID(id), team.UserID(u)
			}
		}
	}
	old := c.Teams[string(t)].Members[string(user)]
	if ended := model.Ended(old, m.now()); d.chance(2, "move the end") != (ended && !d.chance(4, "whatever")) {
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
	if users := keysOf(c.Users); len(users) > 0 && d.chance(8, "as they are") {
		id := d.one("who", users...)
		u := c.Users[id]
		return company.AddUser{User: team.UserID(id), Person: company.Person{Name: u.Name, Email: u.Email}, Role: role.Name(u.Role), Until: u.Until}
	}
	p := company.Person{Name: d.one("name", "", "", "Ann", "Ann", "Ann "), Email: d.newAddress()}
	return company.AddUser{User: team.UserID(d.newID(poolUsers)), Person: p, Role: d.role(c), Until: d.end(now)}
}

// newAddress draws an address for a user, which others may have or be invited
// to, or none.
func (d draw) newAddress() string {
	return d.one("email", "", "u1@x.test", "U5@X.test", "new@x.test", "newer@x.test", "two@x.test", "tri@x.test", "a@b@c")
}

// address draws a change of an address, mostly of the actor by a proof as it
// should be.
func (d draw) address(m *machine, r model.Request, user team.UserID) company.Change {
	c := company.ChangeAddress{User: user, Email: d.newAddress()}
	if r.User == "" {
		return c
	}
	if !d.chance(5, "another's") {
		c.User = team.UserID(r.User)
	}
	if d.chance(10, "not proven") {
		return c
	}
	proven, err := team.ParseAddress(c.Email)
	if err != nil || d.chance(6, "another address") {
		proven = mustAddress("else@x.test")
	}
	c.Proof = proofOf(proven, d.one("provider", "", "okta", "okta"), d.provenAt(m))
	return c
}

// provenAt draws when an address was verified, mostly early enough.
func (d draw) provenAt(m *machine) time.Time {
	now := m.now()
	switch d.one("when", "now", "now", "now", "now", "now", "now", "in time", "in time", "soon", "stale", "future") {
	case "in time":
		return now.Add(-m.config.ProofAge)
	case "soon":
		return now.Add(time.Minute)
	case "stale":
		return now.Add(-m.config.ProofAge - time.Nanosecond)
	case "future":
		return now.Add(time.Minute + time.Nanosecond)
	}
	return now
}

// nameCreator draws a creator for a report, mostly for one that has none.
func (d draw) nameCreator(c *model.Company) company.Change {
	name := company.NameCreator{Report: d.report(c), User: d.user(c)}
	for _, id := range keysOf(c.Reports) {
		if c.Creatorless(id) && !d.chance(5, "whatever report") {
			name.Report = access.ReportID(id)
		}
	}
	return name
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
	switch d.one("type", "report.create", "report.set", "report.delete", "report.share", "report.share", "report.share", "report.unshare", "report.unshare", "report.name-creator") {
	case "report.create":
		create := company.CreateReport{Report: access.ReportID(d.newID(poolReports)), Name: d.one("name", "", "One", "Report r1", "REPORT  R1")}
		if r.User == "" || d.chance(4, "in the name of another") {
			create.Creator = d.user(c)
		}
		return create
	case "report.set":
		return company.RenameReport{Report: report, Name: d.text("name", "One", "Two", "Report r1", "oNE", "report  R1")}
	case "report.delete":
		return company.DeleteReport{Report: report}
	case "report.name-creator":
		return d.nameCreator(c)
	case "report.unshare":
		if r.User != "" && d.chance(3, "one's own") {
			user, t = team.UserID(r.User), ""
		}
		return company.UnshareReport{Report: report, User: user, Team: t}
	}
	if d.chance(3, "whose grant ends") {
		for _, id := range keysOf(c.Reports) {
			for _, u := range keysOf(c.Reports[id].Users) {
				if g := c.Reports[id].Users[u]; !g.Until.IsZero() && u != r.User && d.chance(3, "this one") {
					return company.ShareReport{Report: access.ReportID(id), User: team.UserID(u), Level: g.Level * access.Level(d.below(2, "said")), Until: optional(d, time.Time{})}
				}
			}
		}
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
	all, kinds := roles.Roles(), roles.Kinds()
	one := &all[rapid.IntRange(0, len(all)-1).Draw(d.T, "which")]
	switch rapid.IntRange(0, 7).Draw(d.T, "how") {
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
		kinds = append(kinds, role.Kind{Name: "launch", In: role.InCompany, Actions: []role.Action{"campaign.start"}})
	case 3:
		all = all[:len(all)-1]
	case 4:
		next := d.catalogNamed(d.one("catalog", catalogNames...))
		all, kinds = next.Roles, next.Kinds
	case 6:
		for n := range kinds { // links to such things end
			kinds[n].Link = ""
		}
	case 7:
		kinds = slices.DeleteFunc(kinds, func(k role.Kind) bool { return k.In == role.InAccount && k.Link != "" })
	}
	return company.ReplaceCatalog{Roles: all, Kinds: kinds}
}
