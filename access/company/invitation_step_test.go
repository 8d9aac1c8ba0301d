package company_test

import (
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// invite makes a change of invitations.
func (m *machine) invite(t *rapid.T) { m.do(t, draw{t}.byAny(m, draw{t}.invitation)) }

// around changes those who send invitations, or what they offer.
func (m *machine) around(t *rapid.T) { m.do(t, draw{t}.byAny(m, draw{t}.around)) }

// answer answers an invitation.
func (m *machine) answer(t *rapid.T) {
	if len(m.model.Invitations) == 0 {
		m.invite(t)
	}
	m.do(t, draw{t}.answer(m))
}

// leave removes a user, mostly a sponsor of invitations.
func (m *machine) leave(t *rapid.T) {
	d := draw{t}
	who := d.one("who", keysOf(m.model.Users)...)
	if sponsor := d.invited(m).Sponsor.User; sponsor != "" && !d.chance(4, "any other") {
		who = string(sponsor)
	}
	r := d.above(m, who)
	r.Changes = []company.Change{d.removal(m, r, team.UserID(who))}
	m.do(t, r)
}

// handOver lets a user send invitations, the first of which may expire. Then one
// actor after the other tries to remove them and to name a new sponsor.
func (m *machine) handOver(t *rapid.T) {
	d := draw{t}
	who := d.one("who", "u3", "u2")
	r := model.Request{User: who, Reason: "the last ones"}
	if d.chance(2, "one that expires") {
		r.Changes = []company.Change{company.Invite{Terms: d.terms(m, r)}}
		m.do(t, r)
		m.clock = m.now().Add(max(m.config.TTL, 0))
	}
	r.Changes = []company.Change{company.Invite{Terms: d.terms(m, r)}}
	if m.do(t, r); len(m.model.Sponsored(who)) == 0 {
		return
	}
	for _, by := range []model.Request{{User: "u2"}, {User: "u1"}, {System: "scim"}, {System: "sync"}} {
		for _, to := range []team.UserID{"u4", "u2", "u1"} {
			by.Reason = "they leave"
			by.Changes = []company.Change{company.RemoveUser{User: team.UserID(who), TakeOver: to}}
			if m.do(t, by) {
				return
			}
		}
	}
}

// as makes one change by a user, or by a system.
func (m *machine) as(t *rapid.T, user, system string, c company.Change) bool {
	return m.do(t, model.Request{User: user, System: system, Reason: "as it happens", Changes: []company.Change{c}})
}

// fall lets a sponsor lose what an invitation needs. Then they try to use it.
func (m *machine) fall(t *rapid.T) {
	d := draw{t}
	user, system, offered := "u2", "", role.Name("admin")
	fate := d.one("fate", "falls", "ends", "full")
	if fate == "full" {
		user, system, offered = "", d.one("system", "sync", "scim"), "user"
	}
	terms := d.terms(m, model.Request{User: user})
	terms.Role = offered
	if !m.as(t, user, system, company.Invite{Terms: terms}) {
		return
	}
	i := m.model.Invitations[len(m.model.Invitations)-1]
	for n := range 2 {
		switch fate {
		case "falls":
			m.as(t, "u1", "", company.SetRole{User: "u2", Role: "user-manager"})
		case "ends":
			m.as(t, "u1", "", company.SetEnd{User: "u2", Until: company.To(m.now().Add(time.Duration(2-n) * time.Hour))})
		case "full":
			m.as(t, "", "sync", company.AddUser{Person: company.Person{Email: []string{"else@x.test", "more@x.test"}[n]}, Role: "user"})
		}
	}
	id := invite.ID(i.ID)
	for _, c := range []company.Change{company.ResendInvitation{Invitation: id}, d.amendment(m, i), company.RevokeInvitation{Invitation: id}} {
		if d.chance(2, "use it") {
			m.as(t, user, system, c)
		}
	}
	m.onHold(t, id)
	m.do(t, d.rightAnswer(m, m.model.Invitations[m.model.Find(id)]))
}

// obstruct changes something about an invitation's sponsor, role or teams. Then
// all try to use it.
func (m *machine) obstruct(t *rapid.T) {
	d := draw{t}
	if m.model.At(m.now()).Live() == 0 {
		m.invite(t)
	}
	i := d.invited(m)
	for range rapid.IntRange(1, 5).Draw(t, "obstacles") {
		if i.State != invite.Pending {
			break
		}
		switch until := i.Terms.Until; {
		case until.After(m.now()) && d.chance(2, "until it ends"):
			m.clock = until
		case i.Sponsor.System == "scim" && d.chance(3, "scim loses its types"):
			m.config.Systems = fewerTypes()
			m.restart(t)
		default:
			m.do(t, d.obstacle(m, i))
		}
		m.onHold(t, invite.ID(i.ID))
		if m.company.WhyOnHold(invite.ID(i.ID)) != nil {
			m.do(t, d.rightAnswer(m, i)) // which changes nothing
		}
	}
	switch d.one("meanwhile", "nothing", "nothing", "nothing", "time", "time", "restart") {
	case "time":
		m.pass(t)
	case "restart":
		m.reopen(t)
	}
	m.allTry(t, i)
	if !d.chance(3, "left alone") {
		m.do(t, d.rightAnswer(m, i))
	}
}

// allTry lets one actor after the other try to change an invitation, until one
// of them may.
func (m *machine) allTry(t *rapid.T, i model.Invitation) {
	d := draw{t}
	id := invite.ID(i.ID)
	what := d.one("what", "accept", "accept", "send again", "send again", "send again", "send again", "revoke", "take over", "take over", "take over")
	if what == "accept" {
		m.do(t, d.rightAnswer(m, i))
		return
	}
	if what == "take over" && (i.Sponsor.User == "" || i.StateAt(m.now()) != invite.Pending) {
		what = "send again"
	}
	users := append([]string{"ghost", "u4", string(i.Sponsor.User), "u2"}, keysOf(m.model.Users)...)
	for n, who := range append(users, "scim", "sync") {
		r := model.Request{Reason: "it is time", User: who}
		if n >= len(users) {
			r.User, r.System = "", who
		}
		changes := []company.Change{company.RevokeInvitation{Invitation: id}}
		switch what {
		case "send again":
			changes = []company.Change{company.ResendInvitation{Invitation: id}, d.amendment(m, i)}
		case "take over":
			r = d.above(m, string(i.Sponsor.User))
			changes = []company.Change{company.RemoveUser{User: i.Sponsor.User, TakeOver: team.UserID(who)}}
		}
		for _, c := range changes {
			if r.Changes = []company.Change{c}; m.do(t, r) {
				return
			}
		}
	}
}

// stranger answers an invitation with one thing wrong at a time.
func (m *machine) stranger(t *rapid.T) {
	d := draw{t}
	if m.model.At(m.now()).Live() == 0 {
		m.invite(t)
	}
	m.strangers(t, d.invited(m), func(int) bool { return d.chance(3, "decline") })
}

// strangers answers an invitation as the person invited would, with one thing
// wrong at a time.
func (m *machine) strangers(t *rapid.T, i model.Invitation, declines func(n int) bool) {
	d := draw{t}
	for n, wrong := range []string{"another address", "google", "no provider", "stale", "future", "older", "other", "other company", "cut", "changed"} {
		r := d.rightAnswer(m, i)
		p, s := r.Proof, m.lastSecret(i.ID)
		switch wrong {
		case "another address":
			p = proofOf(mustAddress("eve@x.test"), p.Provider(), p.Time())
		case "google":
			p = proofOf(p.Address(), "google", p.Time())
		case "no provider":
			p = proofOf(p.Address(), "", p.Time())
		case "stale":
			p = proofOf(p.Address(), p.Provider(), p.Time().Add(-m.config.ProofAge-time.Nanosecond))
		case "future":
			p = proofOf(p.Address(), p.Provider(), p.Time().Add(time.Minute+time.Nanosecond))
		default:
			s = d.wrongSecret(m, i, wrong)
		}
		r.Proof, r.Changes = p, []company.Change{company.AcceptInvitation{Invitation: invite.ID(i.ID), Secret: s}}
		if declines(n) {
			r.Changes[0] = company.DeclineInvitation{Invitation: invite.ID(i.ID), Secret: s}
		}
		m.do(t, r)
	}
}

// several makes several changes at once.
func (m *machine) several(t *rapid.T) {
	d := draw{t}
	r := d.byAny(m, d.invitation)
	for range rapid.IntRange(1, 2).Draw(t, "more") {
		if d.chance(3, "of invitations") {
			r.Changes = append(r.Changes, d.invitation(m, r))
		} else {
			r.Changes = append(r.Changes, d.around(m, r))
		}
	}
	if d.seldom("an answer among them") {
		r.Changes = append(r.Changes, d.reply(m, &model.Request{}))
	}
	m.do(t, r)
}

// reopen is a restart with another configuration.
func (m *machine) reopen(t *rapid.T) {
	d := draw{t}
	m.config.Systems = d.systems()
	m.config.Pending = rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "pending")
	m.config.Delivers = !d.chance(8, "no delivery")
	m.restart(t)
}
