package company_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// directed plays a scenario about invitations: in a company that is drawn, where
// nothing stands in the way at first.
type directed struct {
	*rapid.T
	*machine
	d draw
}

// preparation changes what a directed begins with.
type preparation func(*model.Company, *model.Config)

func asDrawn(*model.Company, *model.Config) {}

// tight has a role that is not offered, viewer, and one with room for two, user.
// Nobody holds the latter.
func tight(c *model.Company, _ *model.Config) {
	c.Catalog.Roles = invitationCatalogs()["tight"]
	for id, of := range map[string]string{"u3": "user-manager", "u4": "team-member"} {
		u := c.Users[id]
		u.Role = of
		c.Users[id] = u
	}
}

func direct(hits string, set preparation, play func(s *directed)) scenario {
	return scenario{hits, func(t *rapid.T, hits *branches) {
		d := draw{t}
		c := d.invitingCompany()
		c.Catalog.Roles, c.Limits.Seats = invitationCatalogs()["whole"], 0
		c.Users["u2"] = model.User{Email: "u2@x.test", Role: "admin"}
		config := d.config()
		config.TTL, config.Cooldown, config.Pending, config.Systems = 4*time.Hour, -1, 0, allSystems()
		config.Limits, config.Roles = company.Limits{}, map[string][]role.Name{"sync": everyRole(invitingRoles()), "scim": everyRole(invitingRoles())}
		set(c, &config)
		m := newMachine(t, hits, c, config, invitationLaws()...)
		m.other = newOtherCompany(t, c.Document(), &m.clock)
		if config.Pending == 0 {
			for range d.below(3, "sent before") {
				m.invite(t)
			}
		}
		play(&directed{t, m, d})
		m.invariant(t)
		m.finish(t)
	}}
}

// by makes one change by a user, or by a system as in "system sync".
func (s *directed) by(actor string, c company.Change) bool {
	return s.do(s.T, s.from(actor, c))
}

func (s *directed) from(actor string, c company.Change) model.Request {
	r := model.Request{User: actor, Reason: "as it happens", Changes: []company.Change{c}}
	if name, ok := strings.CutPrefix(actor, "system "); ok {
		r.User, r.System = "", name
	}
	return r
}

// send sends an invitation, and returns it.
func (s *directed) send(actor string, t invite.Terms) model.Invitation {
	id := invite.ID(fmt.Sprint("s", len(s.model.Invitations)))
	if !s.by(actor, company.Invite{Invitation: id, Terms: t}) {
		s.Skip("the company that was drawn refuses it")
	}
	return s.is(id)
}

// is returns an invitation as it is now.
func (s *directed) is(id invite.ID) model.Invitation { return s.model.Invitations[s.model.Find(id)] }

func (s *directed) accept(id invite.ID) bool { return s.do(s.T, s.d.rightAnswer(s.machine, s.is(id))) }

// file plans a row and sends it.
func (s *directed) file(actor string, t invite.Terms) {
	r := s.from(actor, nil)
	r.Changes = nil
	rows := []invite.Row{{Line: 2, Terms: t, Code: invite.OK}}
	if planned := s.plan(s.T, r, rows); planned != nil {
		s.sendFile(s.T, r, rows, planned)
	}
}

// obstacle is what can happen to a sponsor, a role or a team after an invitation
// was sent, and the cause for which it is refused from then on.
type obstacle struct {
	cause   string
	code    string // of a row, if a file shall be sent too
	sponsor string
	terms   invite.Terms
	set     preparation
	happens func(*directed, model.Invitation)
}

// fillRole gives the role of user all the holders that it may have.
func fillRole(s *directed, _ model.Invitation) {
	for _, address := range []string{"else@x.test", "more@x.test"} {
		s.by("system sync", company.AddUser{Person: company.Person{Email: address}, Role: "user"})
	}
}

func obstacles() []obstacle {
	until := to("ann@x.test", "user")
	until.Until = start.Add(time.Hour)
	inTeam := to("ann@x.test", "user")
	inTeam.Teams = []team.ID{"t3"}
	setRole := func(of role.Name) func(*directed, model.Invitation) {
		return func(s *directed, _ model.Invitation) { s.by("u1", company.SetRole{User: "u2", Role: of}) }
	}
	deleteTeam := func(s *directed, _ model.Invitation) { s.by("u1", company.DeleteTeam{Team: "t3"}) }
	return []obstacle{
		{"ErrNotOffered", "not-offered", "u1", to("ann@x.test", "viewer"), asDrawn, func(s *directed, _ model.Invitation) {
			s.by("system sync", company.ReplaceCatalog{Roles: invitationCatalogs()["tight"]})
		}},
		{"ErrPast", "bad-date", "u1", until, asDrawn, func(s *directed, i model.Invitation) { s.clock = i.Terms.Until }},
		{"ErrRoleFull", "over-limit", "system sync", to("ann@x.test", "user"), tight, fillRole},
		{"denied role-full", "over-limit", "u1", to("ann@x.test", "user"), tight, fillRole},
		{"ErrSystem", "not-allowed", "system scim", to("ann@x.test", "user"), asDrawn, func(s *directed, _ model.Invitation) {
			s.config.Systems = fewerTypes()
			s.restart(s.T)
		}},
		{"ErrSeats", "over-limit", "u1", to("ann@x.test", "user"), asDrawn, func(s *directed, _ model.Invitation) {
			s.config.Limits.Seats = len(s.model.Users)
			s.restart(s.T)
		}},
		{"ErrUnknown", "unknown-team", "system sync", inTeam, asDrawn, deleteTeam},
		{"denied unknown-resource team", "unknown-team", "u1", inTeam, asDrawn, deleteTeam},
		{"denied above-ceiling", "above-ceiling", "u2", to("ann@x.test", "admin"), asDrawn, setRole("user-manager")},
		{"denied no-capability", "not-allowed", "u2", to("ann@x.test", "user"), asDrawn, setRole("data-manager")},
		{"denied suspended", "not-allowed", "u2", to("ann@x.test", "user"), asDrawn, func(s *directed, _ model.Invitation) {
			s.by("u1", company.SuspendUser{User: "u2"})
		}},
		{"denied ended", "", "u2", to("ann@x.test", "user"), asDrawn, func(s *directed, _ model.Invitation) {
			s.by("u1", company.SetEnd{User: "u2", Until: company.To(s.now())})
		}},
	}
}

// play sends an invitation, lets the obstacle happen, and tries to accept it, to
// send it again, and to send another one like it.
func (o obstacle) play(s *directed) {
	i := s.send(o.sponsor, o.terms)
	o.happens(s, i)
	id := invite.ID(i.ID)
	s.onHold(s.T, id)
	s.accept(id)
	if o.code == "" {
		return
	}
	s.by(o.sponsor, company.ResendInvitation{Invitation: id})
	like := o.terms
	like.Address = mustAddress("like@x.test")
	s.by(o.sponsor, company.Invite{Terms: like})
	s.file(o.sponsor, like)
}

func (o obstacle) scenario() scenario {
	hits := []string{"on hold " + o.cause, "invitation.accept ErrOnHold " + o.cause}
	if o.cause == "denied ended" {
		return direct(strings.Join(hits, "|"), o.set, o.play)
	}
	hits = append(hits, "sent again "+o.cause, "invitation.send "+o.cause, "plan "+o.code, "send "+o.code)
	return direct(strings.Join(hits, "|"), o.set, o.play)
}

// closedScenarios bring an invitation into each state in which it cannot be
// accepted, and give all commands about it.
func closedScenarios() []scenario {
	var all []scenario
	for state, bring := range map[string]func(*directed, invite.ID){
		"ErrNone": func(*directed, invite.ID) {},
		"ErrAccepted": func(s *directed, id invite.ID) {
			s.accept(id)
			s.by("u1", company.RemoveUser{User: team.UserID(s.is(id).User)}) // or the address is taken
		},
		"ErrDeclined": func(s *directed, id invite.ID) { s.answer(id, nil, true) },
		"ErrRevoked":  func(s *directed, id invite.ID) { s.by("u1", company.RevokeInvitation{Invitation: id}) },
		"ErrExpired":  func(s *directed, id invite.ID) { s.clock = s.is(id).Expires },
	} {
		hits := "on hold STATE|invitation.accept ErrRefused STATE|invitation.decline ErrRefused STATE|sent again STATE"
		if state != "ErrExpired" {
			hits += "|invitation.revoke STATE"
		} else {
			hits = strings.Replace(hits, "|sent again STATE", "|invitation.amend STATE", 1)
		}
		all = append(all, direct(strings.ReplaceAll(hits, "STATE", state), asDrawn, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "user"))
			bring(s, invite.ID(i.ID))
			id := invite.ID(i.ID)
			if state == "ErrNone" {
				id = "nope"
			}
			s.onHold(s.T, id)
			s.answer(id, &i, false)
			s.answer(id, &i, true)
			s.by("u1", company.AmendInvitation{Invitation: id, Role: toRole("viewer")})
			s.by("u1", company.ResendInvitation{Invitation: id})
			s.by("u1", company.RevokeInvitation{Invitation: id})
		}))
	}
	return all
}

// answer accepts or declines an invitation, as the person invited by another one
// if that is given.
func (s *directed) answer(id invite.ID, of *model.Invitation, decline bool) bool {
	if of == nil {
		is := s.is(id)
		of = &is
	}
	r := s.d.rightAnswer(s.machine, *of)
	r.Changes[0] = company.AcceptInvitation{Invitation: id, Secret: s.lastSecret(of.ID)}
	if decline {
		r.Changes[0] = company.DeclineInvitation{Invitation: id, Secret: s.lastSecret(of.ID)}
	}
	return s.do(s.T, r)
}

// strangerScenario answers in every wrong way, once to accept and once to decline.
func strangerScenario() scenario {
	var hits []string
	for _, command := range []string{"accept", "decline"} {
		for _, cause := range strings.Fields("secret address provider stale future") {
			hits = append(hits, "invitation."+command+" ErrRefused "+cause)
		}
	}
	hits = append(hits, "an older secret tried", "another secret tried", "a secret of another company tried")
	return direct(strings.Join(hits, "|"), asDrawn, func(s *directed) {
		t := to("ann@x.test", "user")
		t.Provider = "okta"
		i := s.send("u1", t)
		s.send("u1", to("eve@x.test", "user"))
		s.by("u1", company.ResendInvitation{Invitation: invite.ID(i.ID)})
		s.strangers(s.T, s.is(invite.ID(i.ID)), func(int) bool { return true })
		s.strangers(s.T, s.is(invite.ID(i.ID)), func(int) bool { return false })
	})
}

// sendScenarios are refusals to send that do not keep anybody from accepting.
func sendScenarios() []scenario {
	coolDown := func(_ *model.Company, c *model.Config) { c.Cooldown = time.Hour }
	return append(deliveryScenarios(), []scenario{
		direct("sent again ErrBeyondOwnEnd|invitation.send ErrBeyondOwnEnd|plan beyond-own-end|send beyond-own-end|capped", asDrawn, func(s *directed) {
			i := s.send("u2", to("ann@x.test", "user"))
			s.by("u1", company.SetEnd{User: "u2", Until: company.To(s.now().Add(5 * time.Hour))})
			s.by("u2", company.ResendInvitation{Invitation: invite.ID(i.ID)})
			s.by("u2", company.Invite{Terms: to("bob@x.test", "user")})
			s.file("u2", to("bob@x.test", "user"))
			s.accept(invite.ID(i.ID))
		}),
		direct("sent again ErrNoDelivery|invitation.send ErrNoDelivery|plan ErrNoDelivery", asDrawn, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "user"))
			s.config.Delivers = false
			s.restart(s.T)
			s.by("u1", company.ResendInvitation{Invitation: invite.ID(i.ID)})
			s.by("u1", company.Invite{Terms: to("bob@x.test", "user")})
			s.file("u1", to("bob@x.test", "user"))
		}),
		direct("invitation.send ErrTaken|plan already-member|send already-member|address given to a user|made user.change-address", asDrawn, func(s *directed) {
			s.send("u1", to("ann@x.test", "user"))
			s.send("u1", to("bob@x.test", "user"))
			s.by("system sync", company.AddUser{Person: company.Person{Email: "Ann@X.test"}, Role: "user"})
			s.by("system sync", company.ChangeAddress{User: "u3", Email: "Bob@X.test"})
			s.by("u1", company.Invite{Terms: to("ann@x.test", "user")})
			s.file("u1", to("bob@x.test", "user"))
		}),
		direct("sent again ErrSeats|invitation.send ErrSeats|company.set-limits ErrSeats", asDrawn, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "user"))
			s.by("u1", company.SetLimits{Seats: company.To(len(s.model.Users))})
			s.clock = i.Expires
			s.by("u1", company.SetLimits{Seats: company.To(len(s.model.Users) + s.model.At(s.now()).Live())})
			s.by("u1", company.ResendInvitation{Invitation: invite.ID(i.ID)})
			s.by("u1", company.Invite{Terms: to("bob@x.test", "user")})
		}),
		direct("sent again ErrTooSoon|invitation.send ErrTooSoon|plan too-soon|send too-soon", coolDown, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "user"))
			s.by("u1", company.ResendInvitation{Invitation: invite.ID(i.ID)})
			s.by("u1", company.RevokeInvitation{Invitation: invite.ID(i.ID)})
			s.by("u1", company.Invite{Terms: to("ann@x.test", "viewer")})
			s.file("u1", to("ann@x.test", "viewer"))
		}),
	}...)
}

// deliveryScenarios are about messages that were not delivered, and people who
// were removed.
func deliveryScenarios() []scenario {
	delivered := func(i model.Invitation) company.Change {
		return company.RecordDelivery{Invitation: invite.ID(i.ID), Generation: i.Generation}
	}
	return []scenario{
		direct("undelivered|queued|made invitation.delivered|made invitation.redeliver|passed over|invitation.delivered ErrNone|invitation.delivered ErrInvalid|"+
			"invitation.delivered ErrNoChange|invitation.delivered ErrSystemOnly|invitation.redeliver ErrNone|invitation.redeliver ErrSystemOnly", asDrawn, func(s *directed) {
			s.fails = errQueued
			i := s.send("u1", to("ann@x.test", "user"))
			s.invariant(s.T)
			s.by("u1", delivered(i))
			s.by("system sync", company.RecordDelivery{Invitation: "nope", Generation: 1})
			s.by("system sync", company.RecordDelivery{Invitation: invite.ID(i.ID), Generation: 2})
			s.by("system sync", delivered(i))
			s.by("system sync", delivered(i))
			s.by("u1", company.RedeliverInvitation{Invitation: invite.ID(i.ID)})
			s.by("system sync", company.RedeliverInvitation{Invitation: "nope"})
			s.by("system sync", company.RedeliverInvitation{Invitation: invite.ID(i.ID)})
			s.do(s.T, model.Request{System: "sync", Reason: "once more", Changes: []company.Change{company.RevokeInvitation{Invitation: invite.ID(i.ID)}, company.RevokeInvitation{Invitation: invite.ID(i.ID)}}})
		}),
		direct("revoked by the removal of the person", asDrawn, func(s *directed) {
			s.by("system sync", company.ChangeAddress{User: "u3", Email: "away@x.test"})
			i := s.send("u1", to("u3@x.test", "user"))
			s.by("u1", company.RemoveUser{User: "u3"})
			s.accept(invite.ID(i.ID))
		}),
	}
}

// termScenarios are refusals to send with such terms, or by such an actor.
func termScenarios() []scenario {
	pending := func(n int) preparation { return func(_ *model.Company, c *model.Config) { c.Pending = n } }
	return []scenario{
		direct("sent again ErrInvalid ErrTerms|invitation.send ErrInvalid ErrTerms|plan failed|send failed|invitation.amend ErrNoChange", asDrawn, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "user"))
			two := to("bob@x.test", "user")
			two.Days, two.Until = 1, s.now().Add(9*time.Hour)
			s.by("u1", company.AmendInvitation{Invitation: invite.ID(i.ID), Days: company.To(-1)})
			s.by("u1", company.AmendInvitation{Invitation: invite.ID(i.ID), Role: toRole("user")})
			s.by("u1", company.Invite{Terms: two})
			s.file("u1", two)
		}),
		direct("sent again denied unknown-user|invitation.send denied unknown-user|invitation.revoke denied unknown-user|plan not-allowed|send not-allowed", asDrawn, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "user"))
			s.by("ghost", company.ResendInvitation{Invitation: invite.ID(i.ID)})
			s.by("ghost", company.Invite{Terms: to("bob@x.test", "user")})
			s.by("ghost", company.RevokeInvitation{Invitation: invite.ID(i.ID)})
			s.file("ghost", to("bob@x.test", "user"))
		}),
		direct("catalog.replace ErrUnknown", asDrawn, func(s *directed) {
			s.send("u1", to("ann@x.test", "viewer"))
			s.by("system sync", company.ReplaceCatalog{Roles: invitationCatalogs()["small"]})
		}),
		direct("invitation.send ErrLimit", pending(1), func(s *directed) {
			s.send("u1", to("ann@x.test", "user"))
			s.by("u1", company.Invite{Terms: to("bob@x.test", "user")})
		}),
		direct("invitation.send ErrPending|invitation.send denied unknown-resource role|plan unknown-role|send unknown-role|"+
			"plan already-pending|send already-pending|plan ok|send ok|invited again", asDrawn, func(s *directed) {
			s.send("u1", to("ann@x.test", "user"))
			s.by("u1", company.Invite{Terms: to("ann@x.test", "viewer")})
			s.by("u1", company.Invite{Terms: to("ann@x.test", "user")})
			s.by("u1", company.Invite{Terms: to("bob@x.test", "ghost")})
			s.file("u1", to("bob@x.test", "ghost"))
			s.file("u1", to("ann@x.test", "viewer"))
			s.file("u1", to("bob@x.test", "user"))
		}),
		direct("plan bad-reason|send bad-reason|no change ErrReason|no change ErrNoActor|no change ErrNoChange", asDrawn, func(s *directed) {
			r := s.from("u1", company.Invite{Terms: to("ann@x.test", "user")})
			r.Reason = ""
			s.do(s.T, r)
			rows := []invite.Row{{Line: 2, Terms: to("ann@x.test", "user"), Code: invite.OK}}
			s.sendFile(s.T, r, rows, s.plan(s.T, r, rows))
			s.by("", company.Invite{Terms: to("ann@x.test", "user")})
			r = s.from("u1", nil)
			r.Changes = nil
			s.do(s.T, r)
		}),
	}
}

// answerScenarios are about who answers, and what comes of it.
func answerScenarios() []scenario {
	return []scenario{
		direct("invitation.accept ErrInviteeOnly|invitation.decline ErrInviteeOnly|invitation.accept ErrTaken|invitation.accept ErrReused|accepted in another case", asDrawn, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "user"))
			r := s.d.rightAnswer(s.machine, i)
			accept := r.Changes[0].(company.AcceptInvitation)
			s.by("u1", accept)
			s.by("u1", company.DeclineInvitation{Invitation: accept.Invitation, Secret: accept.Secret})
			s.by("u1", company.RemoveUser{User: "u4"})
			for _, user := range []team.UserID{"u2", "u4", ""} {
				accept.User = user
				s.do(s.T, model.Request{Proof: proofOf(mustAddress("ANN@x.test"), "", s.now()), Changes: []company.Change{accept}})
			}
		}),
		direct("several at once|the second refused|not delivered|made invitation.amend|made invitation.decline|made invitation.revoke", asDrawn, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "user"))
			r := s.from("u1", company.Invite{Terms: to("bob@x.test", "user")})
			r.Changes = append(r.Changes, company.AmendInvitation{Invitation: invite.ID(i.ID), Role: toRole("viewer")}, company.CreateTeam{Team: "many"})
			s.do(s.T, r)
			s.do(s.T, r)
			s.answer(invite.ID(i.ID), nil, true)
			for range 6 { // of which some are not delivered
				one := s.send("u1", to("zoe@x.test", "user"))
				s.by("u1", company.RevokeInvitation{Invitation: invite.ID(one.ID)})
			}
		}),
		direct("invitation.revoke ErrSystem|invitation.revoke denied above-ceiling|invitation.revoke denied no-capability|invitation.revoke denied suspended", tight, func(s *directed) {
			id := invite.ID(s.send("u1", to("ann@x.test", "admin")).ID)
			s.by("u3", company.RevokeInvitation{Invitation: id})
			s.by("u1", company.SetRole{User: "u3", Role: "data-manager"})
			s.by("u3", company.RevokeInvitation{Invitation: id})
			s.by("u1", company.SuspendUser{User: "u3"})
			s.by("u3", company.RevokeInvitation{Invitation: id})
			s.config.Systems = fewerTypes()
			s.restart(s.T)
			s.by("system scim", company.RevokeInvitation{Invitation: id})
		}),
	}
}

// amendScenarios change what an invitation offers: by actors who could not have
// sent it as it was, and where nobody could.
func amendScenarios() []scenario {
	recruiter := func(c *model.Company, _ *model.Config) {
		c.Users["u3"] = model.User{Email: "u3@x.test", Role: "user-manager"}
		c.Users["u4"] = model.User{Email: "u4@x.test", Role: "recruiter"}
	}
	return []scenario{
		direct("invitation.amend denied above-ceiling|invitation.amend denied no-capability", recruiter, func(s *directed) {
			i := s.send("u1", to("ann@x.test", "admin"))
			s.by("u3", company.AmendInvitation{Invitation: invite.ID(i.ID), Role: toRole("user")})
			inTeam := to("bob@x.test", "user")
			inTeam.Teams = []team.ID{"t3"}
			i = s.send("u1", inTeam)
			s.by("u4", company.AmendInvitation{Invitation: invite.ID(i.ID), Teams: toTeams(nil)})
		}),
		direct("changed though its role is full|changed though its team is gone", tight, func(s *directed) {
			inTeam := to("ann@x.test", "user")
			inTeam.Teams = []team.ID{"t3"}
			i, j := s.send("u1", inTeam), s.send("u1", to("bob@x.test", "user"))
			fillRole(s, i)
			s.by("u1", company.DeleteTeam{Team: "t3"})
			s.by("u1", company.AmendInvitation{Invitation: invite.ID(i.ID), Role: toRole("team-member"), Teams: toTeams(nil)})
			s.by("u1", company.RevokeInvitation{Invitation: invite.ID(j.ID)})
		}),
	}
}

// leaveScenarios remove a sponsor.
func leaveScenarios() []scenario {
	ends := func(c *model.Company, _ *model.Config) {
		c.Users["u2"] = model.User{Email: "u2@x.test", Role: "admin", Until: start.Add(30 * time.Hour)}
		c.Users["u3"] = model.User{Email: "u3@x.test", Role: "admin"}
		c.Users["u4"] = model.User{Email: "u4@x.test", Role: "user"}
	}
	takeOver := func(to team.UserID) company.RemoveUser { return company.RemoveUser{User: "u3", TakeOver: to} }
	return []scenario{
		direct("take over ErrInvalid|take over denied no-capability|take over denied unknown-user|beyond the end of the new sponsor|beyond the end of the actor|taken over", ends, func(s *directed) {
			s.by("u1", takeOver("u1"))
			s.send("u3", to("ann@x.test", "user"))
			s.by("u1", takeOver("u4"))
			s.by("u1", takeOver("ghost"))
			s.by("u1", takeOver("u2"))
			s.by("u2", takeOver("u1"))
			s.by("u1", takeOver("u1"))
		}),
		direct("take over denied above-ceiling", func(c *model.Company, _ *model.Config) {
			c.Users["u3"] = model.User{Email: "u3@x.test", Role: "user-manager"}
		}, func(s *directed) {
			s.send("u2", to("ann@x.test", "admin"))
			s.by("u1", company.SetRole{User: "u2", Role: "user"})
			s.by("u3", company.RemoveUser{User: "u2", TakeOver: "u1"}) // who could send it, but u3 could not
		}),
		direct("taken over except the expired|made user.remove", ends, func(s *directed) {
			i := s.send("u3", to("ann@x.test", "user"))
			s.clock = i.Expires
			s.send("u3", to("bob@x.test", "user"))
			s.by("u1", takeOver("u1"))
		}),
		direct("revoked by removal|made user.set-role|made user.set-expiry|made user.suspend|made team.delete|made company.set-limits|made catalog.replace|made user.add", ends, func(s *directed) {
			s.send("u3", to("ann@x.test", "user"))
			s.by("u1", company.RemoveUser{User: "u3"})
			s.by("u1", company.SetRole{User: "u2", Role: "user-manager"})
			s.by("u1", company.SetEnd{User: "u2", Until: company.To(s.now().Add(time.Hour))})
			s.by("u1", company.SuspendUser{User: "u2"})
			s.by("u1", company.DeleteTeam{Team: "t2"})
			s.by("u1", company.SetLimits{Seats: company.To(9)})
			s.by("system sync", company.ReplaceCatalog{Roles: invitationCatalogs()["tight"]})
			s.by("system sync", company.AddUser{Person: company.Person{Email: "new@y.test"}, Role: "team-member"})
		}),
	}
}

func invitationScenarios() []scenario {
	var all []scenario
	for _, o := range obstacles() {
		all = append(all, o.scenario())
	}
	return slices.Concat(all, closedScenarios(), []scenario{strangerScenario()}, sendScenarios(), termScenarios(), answerScenarios(), amendScenarios(), leaveScenarios())
}
