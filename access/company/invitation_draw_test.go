package company_test

import (
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// The pools are small so that things collide. The last address belongs to a
// user in the beginning.
var (
	poolAddresses   = []string{"new@x.test", "new@x.test", "New@X.test", "two@x.test", "two@x.test", "tri@x.test", "tri@x.test", "U4@x.test"}
	poolInvitations = []string{"", "", "i1", "i2", "i3"}
	invitationTypes = []string{"invitation.send", "invitation.resend", "invitation.amend", "invitation.revoke"}
)

// invitingRoles are the company catalog and a recruiter, who invites and may not
// add to teams.
func invitingRoles() []role.Role {
	all := append(role.CompanyCatalog().Roles(), role.Role{Name: "recruiter", Scope: role.AllData, Offered: true,
		Manages: []role.Name{"team-member", "user", "viewer"}, Capabilities: []role.Action{role.InviteUser, role.GrantRole, role.ViewAccount}})
	all[0].Manages = append(all[0].Manages, "recruiter")
	return all
}

// invitationCatalogs are catalogs that follow each other: one with all roles, one
// without viewer, and one in which viewer is not offered and user is soon full.
func invitationCatalogs() map[string][]role.Role {
	whole := invitingRoles()
	small := slices.DeleteFunc(invitingRoles(), func(r role.Role) bool { return r.Name == "viewer" })
	tight := invitingRoles()
	for n := range small {
		small[n].Manages = slices.DeleteFunc(small[n].Manages, func(r role.Name) bool { return r == "viewer" })
	}
	for n := range tight {
		tight[n].Offered = tight[n].Name != "viewer"
		if tight[n].Name == "user" {
			tight[n].MaxHolders = 2
		}
	}
	return map[string][]role.Role{"whole": whole, "small": small, "tight": tight}
}

// systems draws the systems of a company. One of them may lose its types.
func (d draw) systems() map[string][]string {
	if d.chance(3, "scim loses its types") {
		return fewerTypes()
	}
	return allSystems()
}

func allSystems() map[string][]string {
	return map[string][]string{"sync": company.LogNames(), "scim": slices.Concat(invitationTypes, []string{"user.remove"})}
}

// fewerTypes are the systems after scim lost the types about invitations.
func fewerTypes() map[string][]string {
	return map[string][]string{"sync": company.LogNames(), "scim": {"user.add"}}
}

// invitingCompany draws a company of four users who invite others.
func (d draw) invitingCompany() *model.Company {
	catalogs := invitationCatalogs()
	c := model.New(model.Catalog{Roles: catalogs[d.one("catalog", "tight", "tight", "whole")]}, start)
	c.Users = map[string]model.User{
		"u1": {Email: "u1@x.test", Role: "admin"},
		"u2": {Email: "u2@x.test", Role: "admin", Until: d.far(start)},
		"u3": {Name: "Uma", Email: "u3@x.test", Role: d.one("third", "user-manager", "admin", "user", "recruiter")},
		"u4": {Email: "u4@x.test", Role: d.one("fourth", "user", "user", "team-member"), Suspended: d.chance(4, "suspended")},
	}
	for id := range c.Users {
		c.Used["user "+id] = true
	}
	for _, id := range []string{"t1", "t2", "t3"} {
		c.Teams[id], c.Used["team "+id] = model.NewTeam(), true
	}
	c.Teams["t1"].Members["u4"] = time.Time{}
	c.Limits.Seats = rapid.SampledFrom([]int{0, 0, 0, 5, 6}).Draw(d.T, "seats")
	return c
}

// far draws an end that a day's access fits before, or one soon, or none.
func (d draw) far(now time.Time) time.Time {
	if d.chance(2, "far") {
		return now.Truncate(time.Hour).Add(time.Duration(rapid.IntRange(23, 30).Draw(d.T, "hours")) * time.Hour)
	}
	return d.end(now).UTC()
}

// byAny draws a request of one change, mostly by an actor who may make it.
func (d draw) byAny(m *machine, change func(*machine, model.Request) company.Change) model.Request {
	r := model.Request{Reason: d.one("why", "they are needed", "they are wanted"), Approval: d.one("approval", "", "a-1", "a-2")}
	heads := []string{"u1"} // who is mostly there
	for _, id := range keysOf(m.model.Users) {
		if has, _ := m.model.Catalog.Role(m.model.Users[id].Role); slices.Contains(has.Capabilities, "user.invite") && m.model.At(m.now()).Active(id) {
			heads = append(heads, id)
		}
	}
	switch n := rapid.IntRange(0, 19).Draw(d.T, "actor"); {
	case n == 7:
		r.User = d.one("user", "ghost", "u4", "u4")
	case n == 8:
		r.User = d.one("user", keysOf(m.model.Users)...)
	case n >= 13:
		if r.System = d.one("system", "sync", "scim", "scim"); d.seldom("no such system") {
			r.System = "ghost"
		}
	default:
		r.User = d.one("head", append(heads, heads[len(heads)/2:]...)...)
	}
	if d.seldom("no reason") {
		r.Reason = ""
	}
	r.Changes = []company.Change{change(m, r)}
	if d.seldom("no changes") {
		r.Changes = nil
	} else if d.chance(60, "an answer") {
		r.Changes = []company.Change{d.reply(m, &model.Request{})}
	}
	return r
}

// invited draws an invitation, mostly one that can still be accepted.
func (d draw) invited(m *machine) model.Invitation {
	all := m.model.Invitations
	live := slices.DeleteFunc(slices.Clone(all), func(i model.Invitation) bool { return i.StateAt(m.now()) != invite.Pending })
	expired := slices.DeleteFunc(slices.Clone(all), func(i model.Invitation) bool { return i.StateAt(m.now()) != invite.Expired })
	switch {
	case len(all) == 0 || d.chance(40, "unknown"):
		return model.Invitation{ID: "nope"}
	case len(live) > 0 && !d.chance(4, "not live"):
		return rapid.SampledFrom(live).Draw(d.T, "invitation")
	case len(expired) > 0 && !d.chance(3, "not expired"):
		return rapid.SampledFrom(expired).Draw(d.T, "invitation")
	}
	return rapid.SampledFrom(all).Draw(d.T, "invitation")
}

func (d draw) offeredTeams() []team.ID {
	if d.seldom("no such team") {
		return []team.ID{"ghost"}
	}
	return rapid.SampledFrom([][]team.ID{nil, nil, {"t1"}, {"t2", "t1"}, {"t3"}}).Draw(d.T, "teams")
}

// freeAddresses are those that no user has, nor a live invitation.
func (m *machine) freeAddresses() []string {
	return slices.DeleteFunc(slices.Clone(poolAddresses), func(a string) bool {
		for _, u := range m.model.Users {
			if model.SameMailbox(u.Email, a) {
				return true
			}
		}
		return slices.ContainsFunc(m.model.Invitations, func(i model.Invitation) bool {
			return i.StateAt(m.now()) == invite.Pending && model.SameMailbox(i.Terms.Address.String(), a)
		})
	})
}

// terms draws what is offered, often just what was offered before.
func (d draw) terms(m *machine, r model.Request) invite.Terms {
	address := mustAddress(d.one("address", poolAddresses...))
	if free := m.freeAddresses(); len(free) > 0 && !d.chance(4, "whatever address") {
		address = mustAddress(d.one("free address", free...))
	}
	if all := m.model.Invitations; len(all) > 0 && d.chance(5, "again") {
		t := rapid.SampledFrom(all).Draw(d.T, "as").Terms
		if d.chance(3, "its other case") && t.Address.Equal(address) {
			t.Address = address
		}
		return t
	}
	t := invite.Terms{Address: address, Name: d.one("name", "", "Nia"), Role: d.offered(m), Teams: d.offeredTeams(),
		ReviewDays: rapid.SampledFrom([]int{0, 0, 30}).Draw(d.T, "review"), Provider: d.one("provider", "", "", "okta"), Note: d.one("note", "", "welcome")}
	if m.model.Users[r.User].Role == "user-manager" && d.chance(3, "too much") {
		t.Role = "admin"
	}
	t.Days, t.Until = d.duration(m.now(), m.model.Users[r.User].Until)
	if d.seldom("no address") {
		t.Address = invite.Address{}
	}
	return t
}

// offered draws a role to invite to. One that the catalog does not have is drawn
// seldom.
func (d draw) offered(m *machine) role.Name {
	if m.model.Catalog.Roles[0].Name != "admin" && !d.seldom("whatever role") {
		return rapid.SampledFrom(m.model.Catalog.Roles).Draw(d.T, "role").Name
	}
	return role.Name(d.one("role", "", "user-manager", "admin", "admin", "user", "user", "user", "viewer", "viewer", d.one("odd role", "user", "ghost")))
}

// duration draws how long access lasts, mostly no longer than the end of the one
// who gives it, and seldom in two ways.
func (d draw) duration(now, own time.Time) (int, time.Time) {
	all := []string{"for good", "for good", "until", "until", "days", "soon"}
	if !own.IsZero() && !d.chance(4, "whatever") {
		all = []string{"days", "until", "own", "own"}
	}
	switch d.one("duration", all...) {
	case "days":
		if d.chance(10, "two ends") {
			return 1, now.Add(time.Hour)
		}
		return 1, time.Time{}
	case "until":
		return 0, d.end(now)
	case "soon":
		return 0, now.Add(24 * time.Hour)
	case "own":
		return 0, own
	}
	return 0, time.Time{}
}

// invitation draws a change of an invitation.
func (d draw) invitation(m *machine, r model.Request) company.Change {
	if len(m.model.Invitations) == 0 {
		return company.Invite{Terms: d.terms(m, r)}
	}
	commands := []string{"send", "send", "send", "send", "resend", "resend", "amend", "amend", "revoke"}
	if r.System != "" || d.chance(20, "as a system") {
		commands = append(commands, "delivered", "delivered", "redeliver")
	}
	switch d.one("command", commands...) {
	case "delivered":
		i := d.invited(m)
		if d.chance(2, "undelivered") {
			for _, other := range m.model.Invitations {
				if other.Delivered.IsZero() {
					i = other
				}
			}
		}
		return company.RecordDelivery{Invitation: invite.ID(i.ID), Generation: i.Generation - d.below(2, "before")*d.below(2, "before that")}
	case "redeliver":
		return company.RedeliverInvitation{Invitation: invite.ID(d.invited(m).ID)}
	case "resend":
		return company.ResendInvitation{Invitation: invite.ID(d.invited(m).ID)}
	case "amend":
		return d.amendment(m, d.invited(m))
	case "revoke":
		return company.RevokeInvitation{Invitation: invite.ID(d.invited(m).ID)}
	}
	return company.Invite{Invitation: invite.ID(d.one("id", poolInvitations...)), Terms: d.terms(m, r)}
}

// amendment draws other terms, or the same.
func (d draw) amendment(m *machine, i model.Invitation) company.Change {
	c := company.AmendInvitation{Invitation: invite.ID(i.ID)}
	if d.chance(2, "say the role") {
		c.Role = company.To(i.Terms.Role)
	}
	if d.chance(2, "other role") {
		c.Role = company.To(d.offered(m))
	}
	if d.chance(2, "other teams") {
		c.Teams = said(d.offeredTeams(), func(all []team.ID) bool { return len(all) == 0 && !d.chance(8, "an empty list") })
	}
	if d.chance(2, "other end") {
		days, until := d.duration(m.now(), i.Terms.Until)
		c.Days, c.Until = said(days, func(n int) bool { return n == 0 }), said(until, time.Time.IsZero)
		switch {
		case days > 0 && !d.chance(8, "both"):
			c.Until = company.Optional[time.Time]{}
		case !until.IsZero() && !d.chance(8, "both"):
			c.Days = company.Optional[int]{}
		}
	}
	return c
}

// said is a field that becomes a value, or is taken away if the value is none.
func said[T any](v T, none func(T) bool) company.Optional[T] {
	if none(v) {
		return company.None[T]()
	}
	return company.To(v)
}

// around draws a change of those who send invitations, or of what they offer.
func (d draw) around(m *machine, r model.Request) company.Change {
	user := team.UserID(d.one("whom", keysOf(m.model.Users)...))
	if i := d.invited(m); i.Sponsor.User != "" && string(i.Sponsor.User) != r.User && d.chance(2, "the sponsor") {
		user = i.Sponsor.User
	}
	all := []string{"role", "role", "end", "end", "suspend", "reinstate", "remove", "remove", "remove", "delete team", "make team", "limits"}
	if r.System != "" || d.chance(20, "as a system") {
		all = append(all, "add", "catalog", "catalog", "catalog", "address", "address")
	}
	switch d.one("change", all...) {
	case "role":
		return company.SetRole{User: user, Role: role.Name(d.one("role", "user", "team-member", "user-manager", "user-manager", "admin"))}
	case "end":
		return company.SetEnd{User: user, Until: company.To(d.far(m.now()))}
	case "suspend":
		return company.SuspendUser{User: user}
	case "reinstate":
		for _, id := range keysOf(m.model.Users) {
			if m.model.Users[id].Suspended {
				user = team.UserID(id)
			}
		}
		return company.ReinstateUser{User: user}
	case "delete team":
		return company.DeleteTeam{Team: team.ID(d.one("team", "t1", "t2", "t3"))}
	case "make team":
		return company.CreateTeam{Team: team.ID(d.one("team", "t1", "new"))}
	case "limits":
		return company.SetLimits{Seats: company.To(rapid.SampledFrom([]int{0, 4, 5, 6}).Draw(d.T, "seats"))}
	case "address":
		return company.ChangeAddress{User: user, Email: d.one("address", append(poolAddresses, "away@x.test")...)}
	case "add":
		return company.AddUser{User: team.UserID(d.one("id", "u4", "u5", "u6")), Person: company.Person{Email: d.one("address", poolAddresses...)}, Role: d.offered(m)}
	case "catalog":
		catalogs := invitationCatalogs()
		return company.ReplaceCatalog{Roles: catalogs[d.one("catalog", slices.Sorted(maps.Keys(catalogs))...)]}
	}
	return d.removal(m, r, user)
}

// removal draws who takes over the invitations of a user who is removed.
func (d draw) removal(m *machine, r model.Request, user team.UserID) company.Change {
	c := company.RemoveUser{User: user}
	if len(m.model.Sponsored(string(user))) > 0 && d.chance(2, "taken over") || d.seldom("taken over in vain") {
		c.TakeOver = team.UserID(d.one("by", append(keysOf(m.model.Users), "u1", "u1", "u2", "u3", r.User)...))
	}
	return c
}

// above draws a request by an actor who can mostly change a user.
func (d draw) above(m *machine, user string) model.Request {
	r := model.Request{Reason: "it cannot go on", User: "u1"}
	if has := m.model.Users["u2"]; user == "u1" && has.Role == "admin" && m.model.At(m.now()).Active("u2") {
		r.User = "u2"
	}
	if r.User == user || d.chance(4, "by a system") {
		r.User, r.System = "", d.one("system", "sync", "sync", "sync", "scim")
	}
	return r
}

// obstacle draws a change that may keep an invitation from being accepted.
func (d draw) obstacle(m *machine, i model.Invitation) model.Request {
	who := i.Sponsor.User
	r := d.above(m, string(who))
	kinds := []string{"add", "limits"}
	if len(i.Terms.Teams) > 0 {
		kinds = append(kinds, "team", "team")
	}
	if who != "" {
		kinds = append(kinds, "role", "end", "end", "suspend")
	}
	if i.StateAt(m.now()) == invite.Expired {
		kinds = append(kinds, "limits", "limits", "limits")
	}
	switch i.Terms.Role {
	case "viewer":
		kinds = append(kinds, "catalog", "catalog", "catalog", "catalog", "catalog")
	case "user":
		kinds = append(kinds, "add", "add", "add", "add", "add")
	case "admin":
		kinds = append(kinds, "role", "role", "role", "role")
	}
	switch d.one("obstacle", kinds...) {
	case "limits":
		r.Changes = []company.Change{company.SetLimits{Seats: company.To(len(m.model.Users) + m.model.At(m.now()).Live() + rapid.SampledFrom([]int{0, 0, 1, -1}).Draw(d.T, "more seats"))}}
	case "team":
		r.Changes = []company.Change{company.DeleteTeam{Team: i.Terms.Teams[0]}}
	case "role":
		r.Changes = []company.Change{company.SetRole{User: who, Role: role.Name(d.one("role", "user-manager", "user-manager", "data-manager"))}}
	case "end":
		r.Changes = []company.Change{company.SetEnd{User: who, Until: company.To(m.now().Add(time.Duration(d.hours()) * time.Hour))}}
	case "suspend":
		r.Changes = []company.Change{company.SuspendUser{User: who}}
	case "catalog":
		r.User, r.System = "", "sync"
		r.Changes = []company.Change{company.ReplaceCatalog{Roles: invitationCatalogs()[d.one("catalog", "tight", "tight", "tight", "small")]}}
	default:
		r.User, r.System = "", "sync"
		r.Changes = []company.Change{company.AddUser{User: team.UserID(d.one("id", "", "", "u4", "u5")), Role: role.Name(d.one("role", "user", string(i.Terms.Role))),
			Person: company.Person{Email: d.one("address", i.Terms.Address.String(), "else@x.test", "more@x.test")}}}
	}
	return r
}

// hours draws how long access still lasts.
func (d draw) hours() int { return rapid.SampledFrom([]int{2, 3, 1, 0}).Draw(d.T, "hours") }

// rightAnswer draws an answer to an invitation in which nothing is wrong.
func (d draw) rightAnswer(m *machine, i model.Invitation) model.Request {
	address := i.Terms.Address
	if address.IsZero() {
		address = mustAddress("nobody@x.test")
	}
	return model.Request{Proof: proofOf(address, i.Terms.Provider, m.now()),
		Changes: []company.Change{company.AcceptInvitation{Invitation: invite.ID(i.ID), Secret: m.lastSecret(i.ID), User: team.UserID(d.one("as", "", "", "p1", "u4"))}}}
}

// proofOf is the proof that an address is verified.
func proofOf(a invite.Address, provider string, at time.Time) invite.Proof {
	p, err := invite.Verified(a, "https://id.test", provider, at)
	if err != nil {
		panic(err)
	}
	return p
}

// answer draws a request of a person invited, mostly as it should be.
func (d draw) answer(m *machine) model.Request {
	var r model.Request
	r.Changes = []company.Change{d.reply(m, &r)}
	if d.chance(8, "twice") {
		r.Changes = append(r.Changes, d.reply(m, &model.Request{}))
	}
	if d.seldom("something else") {
		r.Changes = append(r.Changes, d.around(m, r))
	}
	if d.seldom("not proven") {
		r.Proof = invite.Proof{}
	}
	return r
}

// reply draws an answer to an invitation, and the proof that goes with it.
func (d draw) reply(m *machine, r *model.Request) company.Change {
	i := d.invited(m)
	d.proof(m, r, i)
	secret := d.secret(m, i)
	if d.chance(5, "decline") {
		return company.DeclineInvitation{Invitation: invite.ID(i.ID), Secret: secret}
	}
	return company.AcceptInvitation{Invitation: invite.ID(i.ID), Secret: secret, User: team.UserID(d.one("as", "", "", "", "", "p1", "p2", "u4"))}
}

// proof draws an address that is verified, by whom, and when.
func (d draw) proof(m *machine, r *model.Request, i model.Invitation) {
	address, provider := i.Terms.Address, i.Terms.Provider
	if i.ID == "nope" || d.chance(12, "another address") {
		address = mustAddress(d.one("address", poolAddresses...))
	} else if d.chance(4, "in another case") {
		address = mustAddress(map[bool]string{true: "NEW@x.test", false: address.String()}[address.Key() == "new@x.test"])
	}
	if d.chance(12, "another provider") {
		provider = d.one("provider", "", "google")
	}
	r.Proof = proofOf(address, provider, d.provenAt(m))
}

// secret draws the secret of an answer, mostly the right one.
func (d draw) secret(m *machine, i model.Invitation) invite.Secret {
	if d.chance(3, "another secret") {
		return d.wrongSecret(m, i, d.one("secret", "older", "older", "other", "other company", "cut", "changed"))
	}
	return m.lastSecret(i.ID)
}

// wrongSecret draws a secret that is not that of an invitation, if there is one.
func (d draw) wrongSecret(m *machine, i model.Invitation, kind string) invite.Secret {
	sent := m.sent[invite.ID(i.ID)]
	switch kind {
	case "older":
		if len(sent) > 1 {
			m.hits.Hit("an older secret tried")
			return sent[rapid.IntRange(0, len(sent)-2).Draw(d.T, "older")].Secret
		}
	case "other":
		for _, id := range keysOf(m.sent) {
			if id != invite.ID(i.ID) {
				m.hits.Hit("another secret tried")
				return m.sent[id][0].Secret
			}
		}
	case "other company":
		if m.other == nil {
			break
		}
		if s, ok := m.other.secrets[i.ID]; ok {
			m.hits.Hit("a secret of another company tried")
			return s
		}
	case "changed":
		return changedSecret(d.T, m.lastSecret(i.ID))
	}
	return invite.Secret{} // which is what a secret that was cut is read as
}

// changedSecret returns a secret that differs in one letter. One that is cut or
// padded is none at all.
func changedSecret(t *rapid.T, s invite.Secret) invite.Secret {
	text := s.Reveal()
	if text == "" {
		return s
	}
	for _, bad := range []string{text[:len(text)-1], text + "=", text + "A", " " + text, ""} {
		if none, err := invite.ParseSecret(bad); err == nil || !none.IsZero() {
			t.Fatalf("a secret of %d letters was read", len(bad))
		}
	}
	first := "A"
	if text[0] == 'A' {
		first = "B"
	}
	other, err := invite.ParseSecret(first + text[1:])
	if err != nil {
		t.Fatalf("a changed secret: %v", err)
	}
	return other
}

// rows draws a small file, most of which could be read.
func (d draw) rows(m *machine, r model.Request) []invite.Row {
	var rows []invite.Row
	for n := range rapid.IntRange(1, 5).Draw(d.T, "rows") {
		r := invite.Row{Line: n + 2, Terms: d.terms(m, r), Code: invite.OK, Reason: d.one("reason", "", "", "the list")}
		if d.seldom("unreadable") {
			r.Code, r.Err = invite.BadAddress, access.ErrDenied
		}
		rows = append(rows, r)
	}
	return rows
}
