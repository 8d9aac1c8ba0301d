package company_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// termsTo returns terms for an address, with a role; "" is the default.
func termsTo(email string, r role.Name) invite.Terms {
	return invite.Terms{Address: mustAddress(email), Role: r}
}

// withTerm returns terms with one thing changed.
func withTerm(t invite.Terms, change func(*invite.Terms)) invite.Terms {
	change(&t)
	return t
}

func untilEnd(t invite.Terms, end time.Time) invite.Terms { t.Until = end; return t }

func forDays(t invite.Terms, n int) invite.Terms { t.Days = n; return t }

func intoTeams(t invite.Terms, all ...team.ID) invite.Terms { t.Teams = all; return t }

func toRole(r role.Name) company.Optional[role.Name] { return company.To(r) }

// toTeams are teams to be offered, or none.
func toTeams(all []team.ID) company.Optional[[]team.ID] {
	if len(all) == 0 {
		return company.None[[]team.ID]()
	}
	return company.To(all)
}

func sendTo(t invite.Terms) company.Invite { return company.Invite{Invitation: "i", Terms: t} }

// TestNoHintsWithoutPermission: users who may not invite ask about an address
// and an id. They hear the same, whether or not there is an invitation.
func TestNoHintsWithoutPermission(t *testing.T) {
	for _, state := range []string{"none", "pending", "expired", "accepted", "declined", "revoked"} {
		t.Run(state, func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.arrange(state)
			for name, change := range map[string]company.Change{
				"other terms": company.Invite{Terms: termsTo("bob@x.test", "user")}, "same terms": company.Invite{Terms: termsTo("bob@x.test", "viewer")},
				"same id": sendTo(termsTo("cat@x.test", "viewer")), "resend": company.ResendInvitation{Invitation: "i"},
				"amend": company.AmendInvitation{Invitation: "i"}, "revoke": company.RevokeInvitation{Invitation: "i"},
			} {
				for by, want := range map[string]string{"uma": "denied no-capability", "ghost": "denied unknown-user", "sue": "denied suspended"} {
					if _, err := c.do(by, change); errorName(err) != want {
						t.Errorf("%s: %s is refused as %s, want %s", name, by, errorName(err), want)
					}
				}
			}
			rows := []invite.Row{{Terms: termsTo("bob@x.test", "user"), Code: invite.OK, Reason: "as said"}}
			by := company.By{Actor: company.User("uma")}
			planned, err := c.PlanInvitations(by, rows)
			if err != nil || planned[0].Code != invite.NotAllowed {
				t.Errorf("planned as %q, %v", planned[0].Code, err)
			}
			if done, err := c.SendInvitations(t.Context(), by, rows); err != nil || done[0].Code != invite.NotAllowed {
				t.Errorf("sent as %q, %v", done[0].Code, err)
			}
		})
	}
}

// TestTooSoon is about the time between two messages of one invitation.
func TestTooSoon(t *testing.T) {
	for _, tt := range []struct {
		want     string
		name     string
		cooldown time.Duration
		after    time.Duration
	}{
		{"ErrTooSoon", "at once", 0, 0},
		{"ErrTooSoon", "just before a minute", 0, time.Minute - 1},
		{"", "after a minute", 0, time.Minute},
		{"ErrTooSoon", "just before it is over", time.Hour, time.Hour - 1},
		{"", "when it is over", time.Hour, time.Hour},
		{"", "none", -1, 0},
	} {
		for name, change := range map[string]company.Change{
			"resend": company.ResendInvitation{Invitation: "i"}, "amend": company.AmendInvitation{Invitation: "i", Role: toRole("user")},
			"the same": company.Invite{Terms: termsTo("bob@x.test", "viewer")},
		} {
			c := inviteCompany(t, func(c *company.Config) { c.Invitations.Cooldown = tt.cooldown })
			c.invite("i", termsTo("bob@x.test", "viewer"))
			c.must("ann", company.SetCompanyName{Name: "Bolt"}) // which is no message
			c.pass(tt.after)
			if tt.want != "" {
				c.refuses(tt.want, "ann", change)
			} else if _, err := c.do("ann", change); err != nil {
				t.Errorf("%s %s: %v", name, tt.name, err)
			}
		}
	}
}

// TestTooSoonForAddress: the time counts for the address, whatever became of
// the invitation before.
func TestTooSoonForAddress(t *testing.T) {
	for _, state := range []string{"accepted", "declined", "revoked", "expired"} {
		c := inviteCompany(t, func(c *company.Config) { c.Invitations.Cooldown = 30*24*time.Hour + 1 })
		c.arrange(state)
		c.pass(c.mail[0].Expires.Sub(c.now())) // a nanosecond before
		again := company.Invite{Invitation: "j", Terms: termsTo("BOB@x.test", "user")}
		c.refuses("ErrTooSoon", "ann", again)
		c.invite("k", termsTo("bobby@x.test", "user"))
		c.pass(1)
		c.must("system ops", again)
	}
}

// TestReasonOfInvitations: a user who sends must give a reason, a person who
// answers need not.
func TestReasonOfInvitations(t *testing.T) {
	for name, change := range map[string]company.Change{
		"send": sendTo(termsTo("cat@x.test", "viewer")), "resend": company.ResendInvitation{Invitation: "i"},
		"amend": company.AmendInvitation{Invitation: "i", Role: toRole("user")}, "revoke": company.RevokeInvitation{Invitation: "i"},
	} {
		c := inviteCompany(t, nil)
		c.arrange("pending")
		before := c.state()
		for _, reason := range []string{"", " \t", strings.Repeat("x", 501), "a\xff"} {
			if _, err := c.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: reason}, change); errorName(err) != "ErrReason" || c.state() != before {
				t.Errorf("%s with reason %.10q: %v", name, reason, err)
			}
		}
	}
	for name, change := range map[string]func(s invite.Secret) company.Change{
		"accept":  func(s invite.Secret) company.Change { return company.AcceptInvitation{Invitation: "i", Secret: s} },
		"decline": func(s invite.Secret) company.Change { return company.DeclineInvitation{Invitation: "i", Secret: s} },
	} {
		c := inviteCompany(t, nil)
		s := c.invite("i", termsTo("bob@x.test", "viewer"))
		if _, err := c.Do(t.Context(), company.By{Actor: c.actor("invitee bob@x.test")}, change(s)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// otherChanges has one of every type of change that an invitee may not make.
const otherChanges = `user.add email=bob@x.test; user.set-role uma admin; user.remove uma; user.suspend uma; user.reinstate sue;
	user.set-expiry eve; user.edit uma Uma; user.change-address bob b@x.test; report.name-creator r uma; owner.transfer abe; team.create; team.edit t T; team.delete t; team.add-member t uma; team.remove-member t uma; team.set-member-end t uma;
	team.attach-group t g; team.detach-group t g; datagroup.create filter=everything; datagroup.edit g filter=nothing; datagroup.delete g;
	source.add a; source.edit a; source.remove; attribute.declare x string; attribute.retype x number; attribute.drop x;
	report.create; report.set r R; report.share r uma; report.unshare r uma; report.delete r; company.set-name Bolt; company.set-limits 99; clock.correct;
	catalog.replace company; invitation.send i cat@x.test; invitation.resend i; invitation.amend i user; invitation.revoke i;
	invitation.delivered i 1; invitation.redeliver i;
	link.make resource=report:r; link.revoke l;
	review.schedule 6; review.open w; review.decide w user:uma keep; review.close w`

// TestInviteeAnswersOnly: a person invited may make no other change, and users
// and systems may not answer for them.
func TestInviteeAnswersOnly(t *testing.T) {
	c := inviteCompany(t, nil)
	s := c.invite("i", termsTo("bob@x.test", "admin"))
	others, types := parseChanges(t, otherChanges), map[string]bool{"invitation.accept": true, "invitation.decline": true}
	bob := "invitee bob@x.test"
	for _, change := range others {
		c.refuses("ErrInvitee", bob, change)
		_, err := c.do(bob, change)
		var e *company.Error
		if errors.As(err, &e) {
			types[e.Change] = true
		}
	}
	if got := keysOf(types); !slices.Equal(got, company.LogNames()) {
		t.Errorf("the types of the changes are %q, want all", got)
	}
	accept, decline := company.AcceptInvitation{Invitation: "i", Secret: s}, company.DeclineInvitation{Invitation: "i", Secret: s}
	for _, by := range []string{"ann", "uma", "ghost", "bob@x.test", "system ops", "system ghost"} {
		c.refuses("ErrInviteeOnly", by, accept)
		c.refuses("ErrInviteeOnly", by, decline)
	}
	c.refusesAs("ErrNoActor", company.Invitee(invite.Proof{}), accept)
	c.refusesAs("ErrNoActor", company.Invitee(invite.Proof{}), decline)
	if _, err := c.do(bob, accept, company.SetRole{User: "uma", Role: "admin"}); errorName(err) != "ErrInvitee" {
		t.Errorf("after an acceptance: %v", err)
	}
	c.must(bob, accept)
}

// TestSeatsAndLimit: a seat is taken by a user and by an invitation that can be
// accepted.
func TestSeatsAndLimit(t *testing.T) {
	users := userCount
	second := func(c *testCompany) company.Change {
		return company.Invite{Invitation: "j", Terms: termsTo("cat@x.test", "viewer")}
	}
	for name, tt := range map[string]struct {
		want    string
		pending int
		seats   int
	}{
		"no seat":        {"ErrSeats", 0, users + 1},
		"a seat":         {"", 0, users + 2},
		"one pending":    {"ErrLimit", 1, 0},
		"two pending":    {"", 2, 0},
		"limit at first": {"ErrLimit", 1, users + 1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, by := range []string{"ann", "system ops"} {
				c := inviteCompany(t, func(c *company.Config) { c.Invitations.Pending = tt.pending })
				if tt.seats > 0 {
					c.must("ann", company.SetLimits{Seats: company.To(tt.seats)})
				}
				c.invite("i", termsTo("bob@x.test", "viewer"))
				c.pass(time.Hour)
				if tt.want == "" {
					c.must(by, second(c))
					continue
				}
				c.refuses(tt.want, by, second(c))
				c.must(by, company.ResendInvitation{Invitation: "i"}) // it has its place already
				c.pass(time.Hour)
				c.must(by, company.AmendInvitation{Invitation: "i", Role: toRole("user")})
				c.pass(30 * 24 * time.Hour) // which frees the place,
				c.must(by, second(c))
				c.refuses(tt.want, by, company.ResendInvitation{Invitation: "i"}) // and another has it now
				c.must(by, company.RevokeInvitation{Invitation: "j"})
				c.must(by, company.ResendInvitation{Invitation: "i"})
				c.checkReplay()
			}
		})
	}
}

// TestAcceptanceTakesNoSeat: an invitation keeps its seat until it is accepted,
// and the user has it then.
func TestAcceptanceTakesNoSeat(t *testing.T) {
	c := inviteCompany(t, nil)
	users, desk := userCount, "system ops"
	c.must(desk, company.SetLimits{Seats: company.To(users + 1)})
	c.invite("i", termsTo("bob@x.test", "viewer"))
	c.refuses("ErrSeats", desk, company.AddUser{Person: company.Person{Email: "cat@x.test"}})
	c.refuses("ErrSeats", desk, company.SetLimits{Seats: company.To(users)})
	if _, err := c.accept("i", "bob"); err != nil {
		t.Fatal(err)
	}
	c.refuses("ErrSeats", desk, company.Invite{Terms: termsTo("cat@x.test", "")})
	c.refuses("ErrSeats", desk, company.SetLimits{Seats: company.To(users)})
	c.must(desk, company.RemoveUser{User: "bob"}, company.SetLimits{Seats: company.To(users)})
	c.checkReplay()
}

// TestNoDelivery: without Deliver no message is sent. Earlier invitations can
// be answered and revoked.
func TestNoDelivery(t *testing.T) {
	c := inviteCompany(t, nil)
	c.invite("i", termsTo("bob@x.test", "viewer"))
	c.invite("j", termsTo("cat@x.test", "viewer"))
	c.pass(time.Hour)
	c.config.Deliver, c.config.Origin = nil, ""
	c.reopen()
	for _, change := range []company.Change{
		company.Invite{Terms: termsTo("dan@x.test", "")}, company.Invite{Terms: termsTo("bob@x.test", "viewer")},
		company.ResendInvitation{Invitation: "i"}, company.AmendInvitation{Invitation: "i", Role: toRole("user")},
	} {
		c.refuses("ErrNoDelivery", "ann", change)
	}
	c.must("ann", company.RevokeInvitation{Invitation: "j"})
	if _, err := c.accept("i", "bob"); err != nil {
		t.Error(err)
	}
}

// TestCatalogKeepsOfferedRoles replaces the catalog by one without a role that
// an invitation offers.
func TestCatalogKeepsOfferedRoles(t *testing.T) {
	for state, want := range map[string]string{"pending": "ErrUnknown", "expired": "ErrUnknown", "declined": "", "revoked": "", "accepted": "", "none": ""} {
		t.Run(state, func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.arrange(state)
			roles := slices.DeleteFunc(inviteRoles(), func(r role.Role) bool { return r.Name == "viewer" })
			for i := range roles {
				roles[i].Manages = slices.DeleteFunc(roles[i].Manages, func(n role.Name) bool { return n == "viewer" })
			}
			if want != "" {
				c.refuses(want, "system ops", company.ReplaceCatalog{Roles: roles})
				c.must("ann", company.RevokeInvitation{Invitation: "i"})
			}
			c.must("system ops", company.ReplaceCatalog{Roles: roles})
			c.checkReplay()
		})
	}
}

// TestIDOfNewUser: the id of the user that an acceptance adds.
func TestIDOfNewUser(t *testing.T) {
	c := inviteCompany(t, nil)
	s := c.invite("i", termsTo("bob@x.test", "viewer"))
	c.must("system ops", company.AddUser{User: "old", Person: company.Person{Email: "old@x.test"}}, company.RemoveUser{User: "old"})
	bob := "invitee bob@x.test"
	for user, want := range map[team.UserID]string{"ann": "ErrTaken", "old": "ErrReused"} {
		c.refuses(want, bob, company.AcceptInvitation{Invitation: "i", Secret: s, User: user})
	}
	made := c.must(bob, company.AcceptInvitation{Invitation: "i", Secret: s}).Changes[0].(company.AcceptInvitation)
	if u, ok := c.Policy().Directory().User(made.User); !ok || len(made.User) != 24 || u.Email.String() != "bob@x.test" {
		t.Errorf("made %q: %+v", made.User, u)
	}
	c.checkReplay()
	for i := range 3 { // and ids of invitations that nobody names
		r := c.must("ann", company.Invite{Terms: termsTo(fmt.Sprintf("x%d@x.test", i), "")})
		if id := r.Changes[0].(company.Invite).Invitation; len(id) != 24 || c.message(id).To.String() != fmt.Sprintf("x%d@x.test", i) {
			t.Errorf("invitation %q", id)
		}
	}
}
