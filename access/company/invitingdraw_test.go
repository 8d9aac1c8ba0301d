package company_test

import (
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// The pools are small so that things collide. The last address belongs to a
// user in the beginning.
var (
	invitingAddresses = []string{"new@x.test", "new@x.test", "New@X.test", "two@x.test", "two@x.test", "tri@x.test", "tri@x.test", "U4@x.test"}
	invitingIDs       = []string{"", "", "i1", "i2", "i3"}
	invitingTypes     = []string{"invitation.send", "invitation.resend", "invitation.amend", "invitation.revoke"}
)

// invitingRoles are catalogs that follow each other: the company's own, one
// without a role, and one in which another is not offered and soon full.
func invitingRoles() map[string][]role.Role {
	whole := role.CompanyCatalog().Roles()
	small := slices.DeleteFunc(role.CompanyCatalog().Roles(), func(r role.Role) bool { return r.Name == "viewer" })
	tight := role.CompanyCatalog().Roles()
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

// seldom is true about once in a hundred times.
func (d dice) seldom(label string) bool { return rapid.IntRange(0, 99).Draw(d.T, label) == 61 }

// systems draws who may act for the host: one of them may lose what it has.
func (d dice) systems() map[string][]string {
	if d.chance(3, "the clerk is dismissed") {
		return dismissed()
	}
	return map[string][]string{"sync": company.LogNames(), "clerk": slices.Concat(invitingTypes, []string{"user.remove"})}
}

func dismissed() map[string][]string {
	return map[string][]string{"sync": company.LogNames(), "clerk": {"user.add"}}
}

// office draws a company of four users and what is configured for it.
func (d dice) office() (*office, house) {
	catalogs := invitingRoles()
	w := newWorld(catalogs[d.one("catalog", "tight", "tight", "whole")])
	w.users = map[string]modelUser{
		"u1": {email: "u1@x.test", role: "admin"},
		"u2": {email: "u2@x.test", role: "admin", until: d.far(modelStart)},
		"u3": {name: "Uma", email: "u3@x.test", role: d.one("third", "user-manager", "admin", "user")},
		"u4": {email: "u4@x.test", role: d.one("fourth", "user", "user", "team-member"), suspended: d.chance(4, "suspended")},
	}
	for id := range w.users {
		w.used["user "+id] = true
	}
	for _, id := range []string{"t1", "t2", "t3"} {
		w.teams[id], w.used["team "+id] = newTeam(), true
	}
	w.teams["t1"].members["u4"] = time.Time{}
	w.limits.Seats = rapid.SampledFrom([]int{0, 0, 0, 5, 6}).Draw(d.T, "seats")
	return &office{world: w}, house{
		ttl:      rapid.SampledFrom([]time.Duration{2 * time.Hour, 2 * time.Hour, 4 * time.Hour, -1}).Draw(d.T, "ttl"),
		cooldown: rapid.SampledFrom([]time.Duration{-1, -1, time.Hour, 3 * time.Hour}).Draw(d.T, "cooldown"),
		proofAge: rapid.SampledFrom([]time.Duration{time.Hour, 30 * time.Minute}).Draw(d.T, "proof age"),
		pending:  rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(d.T, "pending"),
		delivers: true, systems: d.systems(),
	}
}

// far draws an end that a day's access fits before, or one soon, or none.
func (d dice) far(now time.Time) time.Time {
	if d.chance(2, "far") {
		return now.Truncate(time.Hour).Add(time.Duration(rapid.IntRange(23, 30).Draw(d.T, "hours")) * time.Hour)
	}
	return d.end(now).UTC()
}

// sender draws somebody who changes something, mostly somebody who may.
func (d dice) sender(m *inviting, change func(*inviting, errand) company.Change) errand {
	e := errand{reason: "they are needed"}
	heads := []string{"u1"} // who is there for as long as there is an admin, mostly
	for _, id := range sortedKeys(m.office.users) {
		if has, _ := m.office.role(m.office.users[id].role); slices.Contains(has.Capabilities, "user.invite") && m.office.active(id, m.at()) {
			heads = append(heads, id)
		}
	}
	switch n := rapid.IntRange(0, 19).Draw(d.T, "actor"); {
	case n == 7:
		e.user = d.one("user", "ghost", "u4", "u4")
	case n == 8:
		e.user = d.one("user", sortedKeys(m.office.users)...)
	case n >= 13:
		if e.system = d.one("system", "sync", "clerk", "clerk"); d.seldom("no such system") {
			e.system = "ghost"
		}
	default:
		e.user = d.one("head", append(heads, heads[len(heads)/2:]...)...)
	}
	if d.seldom("no reason") {
		e.reason = ""
	}
	e.changes = []company.Change{change(m, e)}
	if d.seldom("no changes") {
		e.changes = nil
	} else if d.chance(60, "an answer") {
		e.changes = []company.Change{d.reply(m, &errand{})}
	}
	return e
}

// known draws an invitation, mostly one that can still be accepted.
func (d dice) known(m *inviting) modelInvitation {
	all := m.office.invitations
	live := slices.DeleteFunc(slices.Clone(all), func(i modelInvitation) bool { return i.at(m.at()) != invite.Pending })
	expired := slices.DeleteFunc(slices.Clone(all), func(i modelInvitation) bool { return i.at(m.at()) != invite.Expired })
	switch {
	case len(all) == 0 || d.chance(40, "unknown"):
		return modelInvitation{id: "nope"}
	case len(live) > 0 && !d.chance(4, "not live"):
		return rapid.SampledFrom(live).Draw(d.T, "invitation")
	case len(expired) > 0 && !d.chance(3, "not expired"):
		return rapid.SampledFrom(expired).Draw(d.T, "invitation")
	}
	return rapid.SampledFrom(all).Draw(d.T, "invitation")
}

func (d dice) teams() []team.ID {
	if d.seldom("no such team") {
		return []team.ID{"ghost"}
	}
	return rapid.SampledFrom([][]team.ID{nil, nil, {"t1"}, {"t2", "t1"}, {"t3"}}).Draw(d.T, "teams")
}

// free are the addresses of which nobody has one, nor an invitation to it.
func (m *inviting) free() []string {
	return slices.DeleteFunc(slices.Clone(invitingAddresses), func(a string) bool {
		for _, u := range m.office.users {
			if sameMailbox(u.email, a) {
				return true
			}
		}
		return slices.ContainsFunc(m.office.invitations, func(i modelInvitation) bool {
			return i.at(m.at()) == invite.Pending && sameMailbox(i.terms.Address.String(), a)
		})
	})
}

// terms draws what is offered, often just what was offered before.
func (d dice) terms(m *inviting, e errand) invite.Terms {
	address := mustAddress(d.one("address", invitingAddresses...))
	if free := m.free(); len(free) > 0 && !d.chance(4, "whatever address") {
		address = mustAddress(d.one("free address", free...))
	}
	if all := m.office.invitations; len(all) > 0 && d.chance(5, "again") {
		t := rapid.SampledFrom(all).Draw(d.T, "as").terms
		if d.chance(3, "its other case") && t.Address.Equal(address) {
			t.Address = address
		}
		return t
	}
	t := invite.Terms{Address: address, Name: d.one("name", "", "Nia"), Role: d.offered(), Teams: d.teams(),
		ReviewDays: rapid.SampledFrom([]int{0, 0, 30}).Draw(d.T, "review"), Provider: d.one("provider", "", "", "okta"), Note: d.one("note", "", "welcome")}
	if m.office.users[e.user].role == "user-manager" && d.chance(3, "too much") {
		t.Role = "admin"
	}
	t.Days, t.Until = d.duration(m.at(), m.office.users[e.user].until)
	if d.seldom("no address") {
		t.Address = invite.Address{}
	}
	return t
}

func (d dice) offered() role.Name {
	return role.Name(d.one("role", "", "user-manager", "admin", "admin", "user", "user", "user", "viewer", "viewer", d.one("odd role", "user", "ghost")))
}

// duration draws how long access lasts, mostly no longer than whoever gives it
// stays, and seldom in two ways.
func (d dice) duration(now, own time.Time) (int, time.Time) {
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

// invitation draws a change of invitations.
func (d dice) invitation(m *inviting, e errand) company.Change {
	if len(m.office.invitations) == 0 {
		return company.Invite{Terms: d.terms(m, e)}
	}
	switch d.one("command", "send", "send", "send", "send", "resend", "resend", "amend", "amend", "revoke") {
	case "resend":
		return company.ResendInvitation{Invitation: invite.ID(d.known(m).id)}
	case "amend":
		return d.amendment(m, d.known(m))
	case "revoke":
		return company.RevokeInvitation{Invitation: invite.ID(d.known(m).id)}
	}
	return company.Invite{Invitation: invite.ID(d.one("id", invitingIDs...)), Terms: d.terms(m, e)}
}

// amendment draws other terms, or the same.
func (d dice) amendment(m *inviting, i modelInvitation) company.Change {
	c := company.AmendInvitation{Invitation: invite.ID(i.id), Role: i.terms.Role, Teams: i.terms.Teams, Days: i.terms.Days, Until: i.terms.Until, ReviewDays: i.terms.ReviewDays}
	if d.chance(2, "other role") {
		c.Role = d.offered()
	}
	if d.chance(2, "other teams") {
		c.Teams = d.teams()
	}
	if d.chance(2, "other end") {
		c.Days, c.Until = d.duration(m.at(), i.terms.Until)
	}
	return c
}

// person draws a change of those who send invitations, and of what they offer.
func (d dice) person(m *inviting, e errand) company.Change {
	user := team.UserID(d.one("whom", sortedKeys(m.office.users)...))
	if i := d.known(m); i.sponsor.User != "" && string(i.sponsor.User) != e.user && d.chance(2, "the sponsor") {
		user = i.sponsor.User
	}
	all := []string{"role", "role", "end", "end", "suspend", "reinstate", "remove", "remove", "remove", "delete team", "make team", "limits"}
	if e.system != "" || d.chance(20, "as a system") {
		all = append(all, "add", "catalog", "catalog", "catalog")
	}
	switch d.one("change", all...) {
	case "role":
		return company.SetRole{User: user, Role: role.Name(d.one("role", "user", "team-member", "user-manager", "user-manager", "admin"))}
	case "end":
		return company.SetEnd{User: user, Until: d.far(m.at())}
	case "suspend":
		return company.SuspendUser{User: user}
	case "reinstate":
		for _, id := range sortedKeys(m.office.users) {
			if m.office.users[id].suspended {
				user = team.UserID(id)
			}
		}
		return company.ReinstateUser{User: user}
	case "delete team":
		return company.DeleteTeam{Team: team.ID(d.one("team", "t1", "t2", "t3"))}
	case "make team":
		return company.CreateTeam{Team: team.ID(d.one("team", "t1", "new"))}
	case "limits":
		return company.SetLimits{Limits: company.Limits{Seats: rapid.SampledFrom([]int{0, 4, 5, 6}).Draw(d.T, "seats")}}
	case "add":
		return company.AddUser{User: team.UserID(d.one("id", "u4", "u5", "u6")), Email: d.one("address", invitingAddresses...), Role: d.offered()}
	case "catalog":
		catalogs := invitingRoles()
		return company.ReplaceCatalog{Roles: catalogs[d.one("catalog", slices.Sorted(maps.Keys(catalogs))...)]}
	}
	return d.removal(m, e, user)
}

// removal draws who takes over from somebody who leaves.
func (d dice) removal(m *inviting, e errand, user team.UserID) company.Change {
	c := company.RemoveUser{User: user}
	if len(m.office.sponsored(string(user))) > 0 && d.chance(2, "taken over") || d.seldom("taken over in vain") {
		c.TakeOver = team.UserID(d.one("by", append(sortedKeys(m.office.users), "u1", "u1", "u2", "u3", e.user)...))
	}
	return c
}

// above is somebody who can mostly change another.
func (d dice) above(m *inviting, user string) errand {
	e := errand{reason: "it cannot go on", user: "u1"}
	if has := m.office.users["u2"]; user == "u1" && has.role == "admin" && m.office.active("u2", m.at()) {
		e.user = "u2"
	}
	if e.user == user || d.chance(4, "by a system") {
		e.user, e.system = "", d.one("system", "sync", "sync", "sync", "clerk")
	}
	return e
}

// obstacle draws what keeps an invitation from being accepted.
func (d dice) obstacle(m *inviting, i modelInvitation) errand {
	who := i.sponsor.User
	e := d.above(m, string(who))
	kinds := []string{"add", "limits"}
	if len(i.terms.Teams) > 0 {
		kinds = append(kinds, "team", "team")
	}
	if who != "" {
		kinds = append(kinds, "role", "end", "end", "suspend")
	}
	if i.at(m.at()) == invite.Expired {
		kinds = append(kinds, "limits", "limits", "limits")
	}
	switch i.terms.Role {
	case "viewer":
		kinds = append(kinds, "catalog", "catalog", "catalog", "catalog", "catalog")
	case "user":
		kinds = append(kinds, "add", "add", "add", "add", "add")
	case "admin":
		kinds = append(kinds, "role", "role", "role", "role")
	}
	switch d.one("obstacle", kinds...) {
	case "limits":
		e.changes = []company.Change{company.SetLimits{Limits: company.Limits{Seats: len(m.office.users) + m.office.live(m.at()) + rapid.SampledFrom([]int{0, 0, 1, -1}).Draw(d.T, "more seats")}}}
	case "team":
		e.changes = []company.Change{company.DeleteTeam{Team: i.terms.Teams[0]}}
	case "role":
		e.changes = []company.Change{company.SetRole{User: who, Role: role.Name(d.one("role", "user-manager", "user-manager", "data-manager"))}}
	case "end":
		e.changes = []company.Change{company.SetEnd{User: who, Until: m.at().Add(time.Duration(d.hours()) * time.Hour)}}
	case "suspend":
		e.changes = []company.Change{company.SuspendUser{User: who}}
	case "catalog":
		e.user, e.system = "", "sync"
		e.changes = []company.Change{company.ReplaceCatalog{Roles: invitingRoles()[d.one("catalog", "tight", "tight", "tight", "small")]}}
	default:
		e.user, e.system = "", "sync"
		e.changes = []company.Change{company.AddUser{User: team.UserID(d.one("id", "", "", "u4", "u5")), Role: role.Name(d.one("role", "user", string(i.terms.Role))),
			Email: d.one("address", i.terms.Address.String(), "else@x.test", "more@x.test")}}
	}
	return e
}

// hours draws how long somebody stays.
func (d dice) hours() int { return rapid.SampledFrom([]int{2, 3, 1, 0}).Draw(d.T, "hours") }

// right is an answer in which nothing is wrong.
func (d dice) right(m *inviting, i modelInvitation) errand {
	address := i.terms.Address
	if address.IsZero() {
		address = mustAddress("nobody@x.test")
	}
	return errand{proof: proven(address, i.terms.Provider, m.at()),
		changes: []company.Change{company.AcceptInvitation{Invitation: invite.ID(i.id), Secret: m.witness.last(i.id), User: team.UserID(d.one("as", "", "", "p1", "u4"))}}}
}

// proven is the proof of an address.
func proven(a invite.Address, provider string, at time.Time) invite.Proof {
	p, err := invite.Verified(a, "https://id.test", provider, at)
	if err != nil {
		panic(err)
	}
	return p
}

// invitee draws somebody who answers an invitation, mostly as he should.
func (d dice) invitee(m *inviting) errand {
	var e errand
	e.changes = []company.Change{d.reply(m, &e)}
	if d.chance(8, "twice") {
		e.changes = append(e.changes, d.reply(m, &errand{}))
	}
	if d.seldom("something else") {
		e.changes = append(e.changes, d.person(m, e))
	}
	if d.seldom("not proven") {
		e.proof = invite.Proof{}
	}
	return e
}

// reply draws an answer to an invitation, and who gives it.
func (d dice) reply(m *inviting, e *errand) company.Change {
	i := d.known(m)
	d.proof(m, e, i)
	secret := d.secret(m, i)
	if d.chance(5, "decline") {
		return company.DeclineInvitation{Invitation: invite.ID(i.id), Secret: secret}
	}
	return company.AcceptInvitation{Invitation: invite.ID(i.id), Secret: secret, User: team.UserID(d.one("as", "", "", "", "", "p1", "p2", "u4"))}
}

// proof draws who somebody says he is, and when that was found out.
func (d dice) proof(m *inviting, e *errand, i modelInvitation) {
	now := m.at()
	address, provider, at := i.terms.Address, i.terms.Provider, now
	if i.id == "nope" || d.chance(12, "somebody else") {
		address = mustAddress(d.one("address", invitingAddresses...))
	} else if d.chance(4, "in another case") {
		address = mustAddress(map[bool]string{true: "NEW@x.test", false: address.String()}[address.Key() == "new@x.test"])
	}
	if d.chance(12, "by another way") {
		provider = d.one("provider", "", "google")
	}
	switch d.one("when", "now", "now", "now", "now", "now", "now", "in time", "in time", "stale", "future") {
	case "in time":
		at = now.Add(-m.house.proofAge)
	case "stale":
		at = now.Add(-m.house.proofAge - time.Nanosecond)
	case "future":
		at = now.Add(2 * time.Hour)
	}
	e.proof = proven(address, provider, at)
}

// secret draws one that was sent, mostly the right one, or none that was.
func (d dice) secret(m *inviting, i modelInvitation) invite.Secret {
	if d.chance(3, "another secret") {
		return d.wrong(m, i, d.one("secret", "older", "older", "other", "twin", "cut", "changed"))
	}
	return m.witness.last(i.id)
}

// wrong is a secret that is not that of an invitation, if there is such a one.
func (d dice) wrong(m *inviting, i modelInvitation, kind string) invite.Secret {
	letters := m.witness.letters[invite.ID(i.id)]
	switch kind {
	case "older":
		if len(letters) > 1 {
			m.hits.hit("an older secret tried")
			return letters[rapid.IntRange(0, len(letters)-2).Draw(d.T, "older")].Secret
		}
	case "other":
		for _, id := range sortedKeys(m.witness.letters) {
			if id != invite.ID(i.id) {
				m.hits.hit("another's secret tried")
				return m.witness.letters[id][0].Secret
			}
		}
	case "twin":
		if s, ok := m.twin.secrets[i.id]; ok {
			m.hits.hit("another company's secret tried")
			return s
		}
	case "changed":
		return changed(d.T, m.witness.last(i.id))
	}
	return invite.Secret{} // which is what one that was cut is read as
}

// changed returns a secret that differs in one letter. One that is cut or padded
// is none at all.
func changed(t fatal, s invite.Secret) invite.Secret {
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
func (d dice) rows(m *inviting, e errand) []invite.Row {
	var rows []invite.Row
	for n := range rapid.IntRange(1, 5).Draw(d.T, "rows") {
		r := invite.Row{Line: n + 2, Terms: d.terms(m, e), Code: invite.OK, Reason: d.one("reason", "", "", "the list")}
		if d.seldom("unreadable") {
			r.Code, r.Err = invite.BadAddress, access.ErrDenied
		}
		rows = append(rows, r)
	}
	return rows
}
