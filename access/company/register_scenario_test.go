package company_test

import (
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// told is a history that is mostly as it stands: now and then an event of it is
// left out.
type told struct {
	*directed
	events int
}

// by makes changes as one event, for a reason of its own.
func (s *told) by(actor string, changes ...company.Change) {
	s.events++
	if s.d.chance(16, "left out") {
		return
	}
	r := s.from(actor, nil)
	r.Reason, r.Approval, r.Changes = "because of "+string(rune('A'+s.events)), s.d.one("approval", "", "a-1"), changes
	s.do(s.T, r)
	s.invariant(s.T)
}

// accepts has the person invited accept, if they can.
func (s *told) accepts(id invite.ID, user team.UserID) {
	if s.model.Find(id) >= 0 {
		r := s.d.rightAnswer(s.machine, s.is(id))
		accept := r.Changes[0].(company.AcceptInvitation)
		accept.User = user
		r.Changes[0] = accept
		s.do(s.T, r)
		s.invariant(s.T)
	}
}

// tell tells a history of a company with a team of each country.
func tell(hits string, play func(s *told), is func() law) scenario {
	return scenario{hits, func(t *rapid.T, hits *branches) {
		d := draw{t}
		c := d.invitingCompany()
		c.Catalog.Roles, c.Limits.Seats = invitationCatalogs()["whole"], 0
		c.Users["u2"], c.Users["u3"] = model.User{Email: "u2@x.test", Role: "admin"}, model.User{Email: "u3@x.test", Role: "admin"}
		c.Attributes["country"] = datagroup.StringType
		for id, country := range map[string]string{"a1": "US", "a2": "DE"} {
			c.Accounts[id] = model.Account{Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text(country)}}
		}
		c.AddGroup("g1", "country = 'US'")
		c.AddGroup("g2", "country = 'DE'")
		c.Reports["r1"], c.Used["report r1"] = model.NewReport("One"), true
		c.Reports["r1"].Users["u1"] = model.Grant{Level: access.Creator}
		for t, g := range map[string]string{"t1": "g1", "t2": "g2"} {
			has := c.Teams[t]
			has.Groups = []string{g}
			c.Teams[t] = has
		}
		config := d.config()
		config.TTL, config.Cooldown, config.Pending, config.Systems, config.ClockSkew = 400*time.Hour, -1, 0, allSystems(), 10000*time.Hour
		config.Limits, config.Roles = company.Limits{}, map[string][]role.Name{"sync": everyRole(invitingRoles()), "scim": everyRole(invitingRoles())}
		m := newMachine(t, hits, c, config, is())
		play(&told{directed: &directed{t, m, d}})
		m.invariant(t)
		m.finish(t)
	}}
}

// at is the account with another country.
func at(id, country string) company.UpdateAccounts {
	return company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: datagroup.AccountID(id), Values: map[string]datagroup.Value{"country": datagroup.Text(country)}}}}
}

// connected connects an account in the US.
func connected(id string) company.ConnectAccounts {
	return company.ConnectAccounts{Accounts: []document.Account{{ID: id, Source: "meta", Values: map[string]datagroup.Value{"country": datagroup.Text("US")}}}}
}

// registerScenarios tell of what random steps come by too seldom.
func registerScenarios() []scenario {
	return []scenario{
		tell("active by another|active for another reason|active to be reviewed by|active that came by one|invited for days|invited for another reason|"+
			"role by a sponsor|role on more|role before the last|role until|team by a sponsor|team on more|team before the last|team until|"+
			"data by a sponsor|data on more|data until|filter on more|filter until|gained on more|gained until|gone on more|lost on more|catalog on more|"+
			"teamreport by a sponsor|suspended by another|ended by another|removed|removed in a team|removed for days|removed by another|removed that came by one", comesAndGoes, registerLaw),
		tell("report on 2|report on more|report until|report before the last|teamreport on 2|teamreport on more|teamreport until|link until|data before the last", isShared, registerLaw),
	}
}

// comesAndGoes tells of somebody who is invited, and whose invitation is sent by
// one person after the other.
func comesAndGoes(s *told) {
	terms := invite.Terms{Address: mustAddress("new@x.test"), Role: "team-member", Teams: []team.ID{"t1"}, ReviewDays: 30, Days: 60}
	s.by("u1", company.Invite{Invitation: "n", Terms: terms}, company.ShareReport{Report: "r1", Team: "t1"})
	switch s.d.below(3, "sent again by") {
	case 1:
		s.by("u3", company.ResendInvitation{Invitation: "n"})
	case 2:
		s.by("u3", company.AmendInvitation{Invitation: "n", ReviewDays: company.To(60)})
	}
	s.clock = s.clock.Add(time.Hour)
	s.by("system sync", company.RedeliverInvitation{Invitation: "n"})
	s.by("u2", company.RemoveUser{User: "u3", TakeOver: team.UserID(s.d.one("taken over by", "u1", "u2"))})
	if s.d.chance(3, "a wrong clock") {
		s.clock = s.clock.Add(-2 * time.Hour)
		s.by("system sync", company.CorrectClock{})
	}
	s.accepts("n", "p1")
	s.by("u1", company.SetEnd{User: "p1", Until: company.To(s.now().AddDate(0, 0, oneOf(s.d, "end", 9, 9, 9, 365*900)))})
	s.by("u2", company.SetMemberEnd{Team: "t1", User: "p1", Until: company.To(s.now().AddDate(0, 0, 8))})
	s.by("u1", company.EditGroup{Group: "g1", Filter: company.To("country in ('US', 'UK')")}, company.EditGroup{Group: "g1", Filter: company.To("country in ('US', 'UK', 'CA')")})
	s.by("u1", at("a2", "UK"), connected("a3"))
	s.by("u1", company.DisconnectAccounts{Accounts: []datagroup.AccountID{"a1", "a3"}})
	s.by("u2", company.EditGroup{Group: "g1", Filter: company.To("country = 'US'")}, connected("a1"))
	s.by("u2", company.SetMemberEnd{Team: "t1", User: "p1", Until: company.To(s.now().AddDate(0, 0, 7))})
	switch s.d.below(4, "lost") {
	case 1:
		s.by("u2", company.DeleteGroup{Group: "g1"})
	case 2:
		s.by("u2", company.DetachGroup{Team: "t1", Group: "g1"}, company.AttachGroup{Team: "t1", Group: "g1"}, company.DetachGroup{Team: "t1", Group: "g1"})
	}
	s.by("u2", company.AttachGroup{Team: "t1", Group: "g2"})
	s.by("system sync", company.ReplaceCatalog{Roles: invitationCatalogs()["tight"]})
	s.by("u1", company.SetRole{User: "p1", Role: "user"}, company.ChangeAddress{User: "p1", Email: "newer@x.test"})
	s.clock = s.clock.AddDate(0, 0, s.d.below(20, "days"))
	s.invariant(s.T)
	s.by("u2", company.SuspendUser{User: "p1"})
	s.invariant(s.T)
	if s.d.chance(3, "they leave") {
		s.by("u1", company.RemoveUser{User: "p1"})
	}
}

// isShared tells of a report that is shared with a person and with a team.
func isShared(s *told) {
	end := func(days int) company.Optional[time.Time] { return company.To(s.now().AddDate(0, 0, days)) }
	s.by("u1", company.ShareReport{Report: "r1", User: "u4", Level: access.Viewer, Until: end(2)})
	s.by("u2", company.AddMember{Team: "t1", User: "u4", Until: s.now().AddDate(0, 0, 3)}, company.DetachGroup{Team: "t1", Group: "g1"})
	s.by("u1", company.ShareReport{Report: "r1", Team: "t1", Level: access.Viewer, Until: end(2)})
	s.by("u2", company.AddMember{Team: "t2", User: "u4"})
	s.by("u1", company.ShareReport{Report: "r1", Team: "t2", Level: access.Viewer})
	s.by("u1", company.ShareReport{Report: "r1", User: "u4", Level: access.Editor})
	s.by("u1", company.ShareReport{Report: "r1", User: "u4", Until: end(4)}, company.ShareReport{Report: "r1", Team: "t1", Level: access.Explorer})
	s.by("u2", company.SetMemberEnd{Team: "t2", User: "u4", Until: end(9)})
	s.by("u1", company.ShareReport{Report: "r1", User: "u4", Level: access.Creator})
	s.by("u1", company.ShareReport{Report: "r1", Team: "t1", Until: end(4)}, company.MakeLink{Resource: access.Report("r1"), Until: s.now().AddDate(0, 0, 5)})
	s.clock = s.clock.AddDate(0, 0, s.d.below(6, "days"))
	s.invariant(s.T)
	s.by("u1", company.ShareReport{Report: "r1", User: "u4", Until: company.None[time.Time]()}, company.AddMember{Team: "t1", User: "u4"})
	s.by("u2", company.RemoveUser{User: "u1", Successor: team.UserID(s.d.one("successor", "u2", "u3"))})
}
