package company_test

import (
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// time goes on, seldom back.
func (m *inviting) time(t *rapid.T) {
	step := rapid.SampledFrom([]time.Duration{time.Nanosecond, 30 * time.Minute, time.Hour, 2 * time.Hour, 5 * time.Hour, -time.Hour}).Draw(t, "step")
	m.clock = m.clock.Add(step)
}

func (m *inviting) invite(t *rapid.T) { m.do(t, dice{t}.sender(m, dice{t}.invitation)) }
func (m *inviting) people(t *rapid.T) { m.do(t, dice{t}.sender(m, dice{t}.person)) }

func (m *inviting) answer(t *rapid.T) {
	if len(m.office.invitations) == 0 {
		m.invite(t)
	}
	m.do(t, dice{t}.invitee(m))
}

// leave removes somebody, mostly one who answers for invitations.
func (m *inviting) leave(t *rapid.T) {
	d := dice{t}
	who := d.one("who", sortedKeys(m.office.users)...)
	if sponsor := d.known(m).sponsor.User; sponsor != "" && !d.chance(4, "whoever") {
		who = string(sponsor)
	}
	e := d.above(m, who)
	e.changes = []company.Change{d.removal(m, e, team.UserID(who))}
	m.do(t, e)
}

// handOver lets somebody send invitations, the first of which may expire, and
// then everybody wants everybody to answer for them in his place.
func (m *inviting) handOver(t *rapid.T) {
	d := dice{t}
	who := d.one("who", "u3", "u2")
	e := errand{user: who, reason: "the last ones"}
	if d.chance(2, "one that expires") {
		e.changes = []company.Change{company.Invite{Terms: d.terms(m, e)}}
		m.do(t, e)
		m.clock = m.at().Add(max(m.house.ttl, 0))
	}
	e.changes = []company.Change{company.Invite{Terms: d.terms(m, e)}}
	if m.do(t, e); len(m.office.sponsored(who)) == 0 {
		return
	}
	for _, by := range []errand{{user: "u2"}, {user: "u1"}, {system: "clerk"}, {system: "sync"}} {
		for _, to := range []team.UserID{"u4", "u2", "u1"} {
			by.reason = "he leaves"
			by.changes = []company.Change{company.RemoveUser{User: team.UserID(who), TakeOver: to}}
			if m.do(t, by) {
				return
			}
		}
	}
}

// as makes one change by a user, or by a system.
func (m *inviting) as(t *rapid.T, user, system string, c company.Change) bool {
	return m.do(t, errand{user: user, system: system, reason: "as it happens", changes: []company.Change{c}})
}

// fall lets somebody lose what he needs for what he sent, and then he tries to
// use it.
func (m *inviting) fall(t *rapid.T) {
	d := dice{t}
	user, system, offered := "u2", "", role.Name("admin")
	fate := d.one("fate", "falls", "ends", "full")
	if fate == "full" {
		user, system, offered = "", d.one("system", "sync", "clerk"), "user"
	}
	terms := d.terms(m, errand{user: user})
	terms.Role = offered
	if !m.as(t, user, system, company.Invite{Terms: terms}) {
		return
	}
	i := m.office.invitations[len(m.office.invitations)-1]
	for n := range 2 {
		switch fate {
		case "falls":
			m.as(t, "u1", "", company.SetRole{User: "u2", Role: "user-manager"})
		case "ends":
			m.as(t, "u1", "", company.SetEnd{User: "u2", Until: m.at().Add(time.Duration(2-n) * time.Hour)})
		case "full":
			m.as(t, "", "sync", company.AddUser{Email: []string{"else@x.test", "more@x.test"}[n], Role: "user"})
		}
	}
	id := invite.ID(i.id)
	for _, c := range []company.Change{company.ResendInvitation{Invitation: id}, d.amendment(m, i), company.RevokeInvitation{Invitation: id}} {
		if d.chance(2, "use it") {
			m.as(t, user, system, c)
		}
	}
	m.held(t, m.clerk(), id)
	m.do(t, d.right(m, m.office.invitations[m.office.find(id)]))
}

// hold changes something about an invitation's sponsor, role or teams, and then
// somebody wants to use it.
func (m *inviting) hold(t *rapid.T) {
	d := dice{t}
	if m.office.live(m.at()) == 0 {
		m.invite(t)
	}
	i := d.known(m)
	for range rapid.IntRange(1, 5).Draw(t, "obstacles") {
		if i.state != invite.Pending {
			break
		}
		switch until := i.terms.Until; {
		case until.After(m.at()) && d.chance(2, "when it is over"):
			m.clock = until
		case i.sponsor.System == "clerk" && d.chance(3, "dismissed"):
			m.house.systems = dismissed()
			m.company = m.again(t)
		default:
			m.do(t, d.obstacle(m, i))
		}
		m.held(t, m.clerk(), invite.ID(i.id))
		if m.company.WhyOnHold(invite.ID(i.id)) != nil {
			m.do(t, d.right(m, i)) // which changes nothing
		}
	}
	switch d.one("meanwhile", "nothing", "nothing", "nothing", "time", "time", "restart") {
	case "time":
		m.time(t)
	case "restart":
		m.reopen(t)
	}
	m.everybody(t, i)
	if !d.chance(3, "left alone") {
		m.do(t, d.right(m, i))
	}
}

// everybody tries to do something about an invitation, one after the other until
// somebody can.
func (m *inviting) everybody(t *rapid.T, i modelInvitation) {
	d := dice{t}
	id := invite.ID(i.id)
	what := d.one("what", "accept", "accept", "send anew", "send anew", "send anew", "send anew", "revoke", "take over", "take over", "take over")
	if what == "accept" {
		m.do(t, d.right(m, i))
		return
	}
	if what == "take over" && (i.sponsor.User == "" || i.at(m.at()) != invite.Pending) {
		what = "send anew"
	}
	users := append([]string{"ghost", "u4", string(i.sponsor.User), "u2"}, sortedKeys(m.office.users)...)
	for n, who := range append(users, "clerk", "sync") {
		e := errand{reason: "it is time", user: who}
		if n >= len(users) {
			e.user, e.system = "", who
		}
		changes := []company.Change{company.RevokeInvitation{Invitation: id}}
		switch what {
		case "send anew":
			changes = []company.Change{company.ResendInvitation{Invitation: id}, d.amendment(m, i)}
		case "take over":
			e = d.above(m, string(i.sponsor.User))
			changes = []company.Change{company.RemoveUser{User: i.sponsor.User, TakeOver: team.UserID(who)}}
		}
		for _, c := range changes {
			if e.changes = []company.Change{c}; m.do(t, e) {
				return
			}
		}
	}
}

// stranger answers an invitation as its invitee would, but for one thing at a
// time.
func (m *inviting) stranger(t *rapid.T) {
	d := dice{t}
	if m.office.live(m.at()) == 0 {
		m.invite(t)
	}
	i := d.known(m)
	for _, wrong := range []string{"somebody else", "google", "no provider", "stale", "future", "older", "other", "twin", "cut", "changed"} {
		e := d.right(m, i)
		p, s := e.proof, m.witness.last(i.id)
		switch wrong {
		case "somebody else":
			p = proven(mustAddress("eve@x.test"), p.Provider(), p.Time())
		case "google":
			p = proven(p.Address(), "google", p.Time())
		case "no provider":
			p = proven(p.Address(), "", p.Time())
		case "stale":
			p = proven(p.Address(), p.Provider(), p.Time().Add(-m.house.proofAge-time.Nanosecond))
		case "future":
			p = proven(p.Address(), p.Provider(), p.Time().Add(2*time.Hour))
		default:
			s = d.wrong(m, i, wrong)
		}
		e.proof, e.changes = p, []company.Change{company.DeclineInvitation{Invitation: invite.ID(i.id), Secret: s}}
		if !d.chance(3, "decline") {
			e.changes[0] = company.AcceptInvitation{Invitation: invite.ID(i.id), Secret: s}
		}
		m.do(t, e)
	}
}

// all makes several changes at once, of whatever kind.
func (m *inviting) all(t *rapid.T) {
	e := dice{t}.sender(m, dice{t}.invitation)
	for range rapid.IntRange(1, 2).Draw(t, "more") {
		draw := rapid.SampledFrom([]func(*inviting, errand) company.Change{dice{t}.invitation, dice{t}.person, dice{t}.person}).Draw(t, "kind")
		e.changes = append(e.changes, draw(m, e))
	}
	if (dice{t}).seldom("an answer among them") {
		e.changes = append(e.changes, dice{t}.reply(m, &errand{}))
	}
	m.do(t, e)
}
