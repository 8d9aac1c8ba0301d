package company_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestAcceptanceAddsUser looks at everything that an acceptance makes.
func TestAcceptanceAddsUser(t *testing.T) {
	c := inviteCompany(t, nil)
	offer := intoTeams(termsTo("Bob.Lee@X.test", ""), "t", "n")
	offer.Name, offer.Days, offer.ReviewDays, offer.Provider = "Bob Lee", 10, 3, "idp"
	s := c.invite("i", offer, "ugo")
	c.pass(2*24*time.Hour + time.Minute)
	now := c.now()
	verified, err := invite.Verified(mustAddress("bob.lee@x.test"), "https://id.example", "idp", now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	r := c.mustAs(company.Invitee(verified), company.AcceptInvitation{
		Invitation: "i", Secret: s, User: "bob", AcceptInvitationOutcome: company.AcceptInvitationOutcome{
			Until: day(99), Review: day(99),
			Verification: company.Verification{Issuer: "https://evil.example", Verified: day(99)},
		},
	})
	want := company.AcceptInvitation{
		Invitation: "i", User: "bob", AcceptInvitationOutcome: company.AcceptInvitationOutcome{
			Generation: 1, Role: "team-member", Teams: []team.ID{"n", "t"}, Until: now.AddDate(0, 0, 10), Review: now.AddDate(0, 0, 3),
			Verification: company.Verification{Issuer: "https://id.example", Provider: "idp", Verified: now.Add(-time.Hour)},
		},
	}
	if got, ok := r.Changes[0].(company.AcceptInvitation); !ok || fmt.Sprint(got) != fmt.Sprint(want) || !got.Secret.IsZero() {
		t.Errorf("recorded %#v, want %#v", got, want)
	}
	user := team.User{ID: "bob", Name: "Bob Lee", Email: offer.Address, Role: "team-member", Until: want.Until}
	if u, _ := c.Policy().Directory().User("bob"); u != user {
		t.Errorf("the user is %+v, want %+v", u, user)
	}
	members := slices.Collect(c.Policy().Directory().Memberships("bob"))
	if fmt.Sprint(members) != fmt.Sprint([]team.Member{{Team: "n", User: "bob"}, {Team: "t", User: "bob"}}) {
		t.Errorf("the memberships are %v", members)
	}
	if i, _ := c.Invitation("i"); i.State != invite.Accepted || i.User != "bob" || !i.Closed.Equal(now) || i.Sponsor.User != "ugo" {
		t.Errorf("the invitation is %+v", i)
	}
	e := events(t, c.log)[r.Seq-1]
	if e.Actor != (audit.Actor{Kind: audit.KindInvitee, Email: "bob.lee@x.test"}) || !slices.Equal(e.Targets, []string{"invitation:i", "role:team-member", "team:n", "team:t", "user:bob"}) {
		t.Errorf("the event is by %+v, of %q", e.Actor, e.Targets)
	}
	if d := c.Policy().Decide(access.User("bob"), access.CreateReport, access.Company()); !d.Allowed {
		t.Errorf("the first question of bob: %s", d)
	}
	c.checkReplay()
}

// TestHowLongAccessLasts accepts invitations at different times. No access
// lasts longer than that of the sponsor at the time of acceptance.
func TestHowLongAccessLasts(t *testing.T) {
	bob := termsTo("bob@x.test", "viewer")
	never := time.Time{}
	ends := func(user team.UserID, n int) company.Change {
		return company.SetEnd{User: user, Until: company.To(day(n))}
	}
	for name, tt := range map[string]struct {
		until  time.Time
		by     string
		terms  invite.Terms
		before company.Change // by the desk
		at     int            // day of acceptance
	}{
		"for good":                             {never, "ugo", bob, nil, 3},
		"for days":                             {day(13), "ugo", forDays(bob, 10), nil, 3},
		"until a day":                          {day(20), "ugo", untilEnd(bob, day(20)), nil, 3},
		"for days that the sponsor has":        {day(30), "eve", forDays(bob, 20), nil, 10},
		"for days that the sponsor has not":    {day(30), "eve", forDays(bob, 20), nil, 15},
		"for good, and the sponsor ends":       {day(12), "ugo", bob, ends("ugo", 12), 3},
		"until a day after the sponsor's end":  {day(12), "ugo", untilEnd(bob, day(20)), ends("ugo", 12), 3},
		"until a day before the sponsor's end": {day(20), "ugo", untilEnd(bob, day(20)), ends("ugo", 21), 3},
		"for days, and the sponsor ends later": {day(13), "ugo", forDays(bob, 10), ends("ugo", 14), 3},
		"the sponsor lasts longer than before": {day(25), "eve", forDays(bob, 20), ends("eve", 60), 5},
		"by a system":                          {never, "system ops", bob, nil, 3},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.invite("i", tt.terms, tt.by)
			if tt.before != nil {
				c.must("system ops", tt.before)
			}
			c.pass(time.Duration(tt.at) * 24 * time.Hour)
			if _, err := c.accept("i", "bob"); err != nil {
				t.Fatal(err)
			}
			if u, _ := c.Policy().Directory().User("bob"); !u.Until.Equal(tt.until) {
				t.Errorf("until %v, want %v", u.Until, tt.until)
			}
			c.checkReplay()
		})
	}
}

// TestAmendSaysWhatChanges: an amendment changes what it says, what is left out
// stays, and the event has what was said, as it is kept.
func TestAmendSaysWhatChanges(t *testing.T) {
	days, until := company.To[int], company.To[time.Time]
	elsewhere := day(9).In(time.FixedZone("elsewhere", 3600))
	teams := company.To([]team.ID{"t", "n"})
	inDays := func(t *invite.Terms) { t.Days, t.Until = 5, time.Time{} }
	untilDay := func(t *invite.Terms) { t.Days, t.Until = 0, day(20) }
	for name, tt := range map[string]struct {
		was     func(*invite.Terms)
		change  company.AmendInvitation
		want    func(*invite.Terms)
		targets string
	}{
		"a role":            {inDays, company.AmendInvitation{Role: toRole("user")}, func(t *invite.Terms) { t.Role = "user" }, "role:user"},
		"teams":             {untilDay, company.AmendInvitation{Teams: teams}, func(t *invite.Terms) { t.Teams = []team.ID{"n", "t"} }, "team:n team:t"},
		"no teams":          {untilDay, company.AmendInvitation{Teams: company.None[[]team.ID]()}, func(t *invite.Terms) { t.Teams = nil }, ""},
		"days":              {inDays, company.AmendInvitation{Days: days(6)}, func(t *invite.Terms) { t.Days = 6 }, ""},
		"days for an end":   {untilDay, company.AmendInvitation{Days: days(6)}, func(t *invite.Terms) { t.Days, t.Until = 6, time.Time{} }, ""},
		"an end":            {untilDay, company.AmendInvitation{Until: until(elsewhere)}, func(t *invite.Terms) { t.Until = day(9) }, ""},
		"an end for days":   {inDays, company.AmendInvitation{Until: until(day(9))}, func(t *invite.Terms) { t.Days, t.Until = 0, day(9) }, ""},
		"and said so":       {inDays, company.AmendInvitation{Days: company.None[int](), Until: until(day(9))}, func(t *invite.Terms) { t.Days, t.Until = 0, day(9) }, ""},
		"no end":            {untilDay, company.AmendInvitation{Until: company.None[time.Time]()}, func(t *invite.Terms) { t.Until = time.Time{} }, ""},
		"no days":           {inDays, company.AmendInvitation{Days: company.None[int]()}, func(t *invite.Terms) { t.Days = 0 }, ""},
		"neither":           {inDays, company.AmendInvitation{Days: company.None[int](), Until: company.None[time.Time]()}, func(t *invite.Terms) { t.Days = 0 }, ""},
		"a review":          {untilDay, company.AmendInvitation{ReviewDays: days(9)}, func(t *invite.Terms) { t.ReviewDays = 9 }, ""},
		"no review":         {inDays, company.AmendInvitation{ReviewDays: company.None[int]()}, func(t *invite.Terms) { t.ReviewDays = 0 }, ""},
		"a role and no end": {untilDay, company.AmendInvitation{Role: toRole("user"), Until: company.None[time.Time]()}, func(t *invite.Terms) { t.Role, t.Until = "user", time.Time{} }, "role:user"},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, instant)
			was := invite.Terms{Address: mustAddress("bob@x.test"), Name: "Bob", Role: "viewer", Teams: []team.ID{"n"}, ReviewDays: 4, Provider: "idp", Note: "hello"}
			tt.was(&was)
			c.invite("i", was)
			want := was
			tt.want(&want)
			tt.change.Invitation = "i"
			tt.change.InvitationOutcome = company.InvitationOutcome{Sponsor: invite.Sponsor{User: "uma"}, Generation: 99, Digest: unsentSecret().Digest(invite.Claim{}), Expires: day(999)}
			r := c.must("ann", tt.change)
			made := r.Changes[0].(company.AmendInvitation)
			i, _ := c.Invitation("i")
			if fmt.Sprintf("%+v", i.Terms) != fmt.Sprintf("%+v", want) || i.Sponsor.User != "ann" || i.Generation != 2 || !i.Expires.Equal(c.now().AddDate(0, 0, 30)) {
				t.Errorf("amended to %+v, want %+v", i, want)
			}
			if made.Generation != i.Generation || made.Digest != i.Digest || made.Sponsor != i.Sponsor || made.Role != tt.change.Role || made.Days != tt.change.Days {
				t.Errorf("recorded %+v", made)
			}
			if got := strings.Join(events(t, c.log)[r.Seq-1].Targets, " "); got != strings.TrimSpace("invitation:i "+tt.targets) {
				t.Errorf("the event is of %q", got)
			}
			c.refuses("ErrNoChange", "ann", tt.change)
			c.refuses("ErrNoChange", "system ops", tt.change)
			c.checkReplay()
		})
	}
}

// TestAmendSetsNoZero: no zero value widens what an invitation offers, or takes
// anything away.
func TestAmendSetsNoZero(t *testing.T) {
	c := inviteCompany(t, instant)
	c.invite("i", intoTeams(untilEnd(termsTo("bob@x.test", "viewer"), day(20)), "t"))
	for name, change := range map[string]company.AmendInvitation{
		"no role":          {Role: toRole("")},
		"a role taken":     {Role: company.None[role.Name]()},
		"nil teams":        {Teams: company.To([]team.ID(nil))},
		"an empty list":    {Teams: company.To([]team.ID{})},
		"no days":          {Days: company.To(0)},
		"no end":           {Until: company.To(time.Time{})},
		"days and an end":  {Days: company.To(1), Until: company.To(day(9))},
		"no days and more": {Days: company.To(0), Role: toRole("user")},
		"no review":        {ReviewDays: company.To(0)},
	} {
		change.Invitation = "i"
		if _, err := c.do("ann", change); errorName(err) != "ErrInvalid" {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.refuses("ErrNoChange", "ann", company.AmendInvitation{Invitation: "i"})
	c.refuses("ErrInvalid ErrTerms", "ann", company.AmendInvitation{Invitation: "i", Days: company.To(-1)})
}

// TestOnHold: after an invitation was sent, something happens that keeps its
// sponsor from sending it now. It is on hold as long as that lasts. A try to
// accept it meanwhile neither uses it up nor loses it.
func TestOnHold(t *testing.T) {
	bob := termsTo("bob@x.test", "viewer")
	one := []company.Change{company.SetRole{User: "uma", Role: "one"}}
	for name, tt := range map[string]struct {
		want   string
		by     string
		terms  invite.Terms
		before []company.Change // by the desk
		after  []company.Change // what cures it; nil if nothing does
	}{
		"sponsor suspended":        {"denied suspended", "ugo", bob, []company.Change{company.SuspendUser{User: "ugo"}}, []company.Change{company.ReinstateUser{User: "ugo"}}},
		"sponsor demoted":          {"denied no-capability", "ugo", bob, []company.Change{company.SetRole{User: "ugo", Role: "user"}}, []company.Change{company.SetRole{User: "ugo", Role: "admin"}}},
		"sponsor lowered":          {"denied above-ceiling", "abe", termsTo("bob@x.test", "admin"), []company.Change{company.SetRole{User: "abe", Role: "user-manager"}}, []company.Change{company.SetRole{User: "abe", Role: "admin"}}},
		"sponsor adds to no teams": {"denied no-capability", "ugo", intoTeams(bob, "t"), []company.Change{company.SetRole{User: "ugo", Role: "recruiter"}}, []company.Change{company.SetRole{User: "ugo", Role: "user-manager"}}},
		"sponsor ended":            {"denied ended", "ugo", bob, []company.Change{company.SetEnd{User: "ugo", Until: company.To(start.Add(time.Hour))}}, []company.Change{company.SetEnd{User: "ugo", Until: company.None[time.Time]()}}},
		"role no longer offered":   {"ErrNotOffered", "ugo", bob, []company.Change{company.ReplaceCatalog{Roles: withoutOffer("viewer")}}, []company.Change{company.ReplaceCatalog{Roles: inviteRoles()}}},
		"role full":                {"denied role-full", "ann", termsTo("bob@x.test", "one"), one, []company.Change{company.SetRole{User: "uma", Role: "user"}}},
		"role full, by a system":   {"ErrRoleFull", "system ops", termsTo("bob@x.test", "one"), one, []company.Change{company.SetRole{User: "uma", Role: "user"}}},
		"team gone":                {"denied unknown-resource team", "ugo", intoTeams(bob, "t"), []company.Change{company.DeleteTeam{Team: "t"}}, nil},
		"team gone, by a system":   {"ErrUnknown", "system ops", intoTeams(bob, "t"), []company.Change{company.DeleteTeam{Team: "t"}}, nil},
		"end past":                 {"ErrPast", "ugo", untilEnd(bob, start.Add(time.Hour)), nil, nil},
		"sponsor in another role":  {"", "ugo", bob, []company.Change{company.SetRole{User: "ugo", Role: "recruiter"}}, nil},
		"sponsor with another end": {"", "ugo", bob, []company.Change{company.SetEnd{User: "ugo", Until: company.To(day(2))}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, system := inviteCompany(t, nil), "system ops"
			s := c.invite("i", tt.terms, tt.by)
			if tt.before != nil {
				c.must(system, tt.before...)
			}
			c.pass(time.Hour)
			offer, err := c.Offer("i", s)
			if err != nil || offer.Role != tt.terms.Role {
				t.Errorf("Look = %+v, %v", offer, err)
			}
			if tt.want != "" {
				c.checkOnHold(tt.want, s)
				if tt.after == nil {
					c.must("invitee bob@x.test", company.DeclineInvitation{Invitation: "i", Secret: s}) // the person may always decline
					return
				}
				c.must(system, tt.after...)
			}
			if err := c.WhyOnHold("i"); err != nil {
				t.Errorf("still held: %v", err)
			}
			c.must("invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: s})
			c.checkReplay()
		})
	}
}

// checkOnHold fails unless invitation i is on hold for the wanted reason.
func (c *testCompany) checkOnHold(want string, s invite.Secret) {
	c.t.Helper()
	err := c.WhyOnHold("i")
	var e *company.Error
	if errorName(err) != want || !errors.As(err, &e) || e.Op != "why on hold" {
		c.t.Errorf("held because of %q, want %q: %#v", errorName(err), want, err)
	}
	refusal := "ErrOnHold for " + want
	c.refuses(refusal, "invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: s})
	// A person who proves less is told less.
	c.refuses(byWrongAddress, "invitee cat@x.test", company.AcceptInvitation{Invitation: "i", Secret: s})
	c.refuses(byWrongSecret, "invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: unsentSecret()})
}

// TestOnHoldBySystem takes the right to invite from the system that is the
// sponsor.
func TestOnHoldBySystem(t *testing.T) {
	c := inviteCompany(t, nil)
	s := c.invite("i", termsTo("bob@x.test", "viewer"), "system ops")
	systems := c.config.Systems
	for _, allowed := range [][]string{nil, {"invitation.resend", "invitation.amend", "user.add"}} {
		c.config.Systems = company.SystemsByName(map[string][]string{"desk": allowed}, nil)
		c.reopen()
		c.checkOnHold("ErrSystem", s)
	}
	c.config.Systems = systems
	c.reopen()
	c.must("invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: s})
}

// TestOnHoldByState asks why a closed invitation cannot be accepted.
func TestOnHoldByState(t *testing.T) {
	for state, want := range map[string]string{
		"none": "ErrNone", "pending": "", "expired": "ErrExpired", "accepted": "ErrAccepted", "declined": "ErrDeclined", "revoked": "ErrRevoked",
	} {
		c := inviteCompany(t, nil)
		c.arrange(state)
		before := c.state()
		if err := c.WhyOnHold("i"); errorName(err) != want || c.state() != before {
			t.Errorf("%s is held because of %q, want %q", state, errorName(err), want)
		}
	}
}

// TestInvitedAddress answers with addresses that look like the invited one.
func TestInvitedAddress(t *testing.T) {
	for _, tt := range []struct {
		want  string
		proof string
	}{
		{"", "Kim.S+x@Sales.X.test"},
		{"", "kim.s+x@sales.x.test"},
		{"", "KIM.S+X@SALES.X.TEST"},
		{byWrongAddress, "kims+x@sales.x.test"},
		{byWrongAddress, "kim.s@sales.x.test"},
		{byWrongAddress, "kim.s+y@sales.x.test"},
		{byWrongAddress, "kim.s+x@x.test"},
		{byWrongAddress, "kim.s+x@sales.x.test.example"},
		{byWrongAddress, "kim.s+x@xn--sales.x.test"},
		{byWrongAddress, "kim_s+x@sales.x.test"},
		{byWrongAddress, "xkim.s+x@sales.x.test"},
	} {
		for _, answer := range []string{"accept", "decline"} {
			c := inviteCompany(t, nil)
			s := c.invite("i", termsTo("Kim.S+x@Sales.X.test", "viewer"))
			var change company.Change = company.AcceptInvitation{Invitation: "i", Secret: s, User: "kim"}
			if answer == "decline" {
				change = company.DeclineInvitation{Invitation: "i", Secret: s}
			}
			if tt.want != "" {
				c.refuses(tt.want, "invitee "+tt.proof, change)
				continue
			}
			c.must("invitee "+tt.proof, change)
			if u, ok := c.Policy().Directory().User("kim"); ok && u.Email.String() != "Kim.S+x@Sales.X.test" {
				t.Errorf("%s became %s", tt.proof, u.Email)
			}
		}
	}
	// Characters that Unicode folds to k or s make no address.
	for _, lookalike := range []string{"\u212aim@x.test", "kim@\u017fales.test"} {
		if _, err := team.ParseAddress(lookalike); !errors.Is(err, team.ErrAddress) {
			t.Errorf("%s is an address: %v", lookalike, err)
		}
	}
}

// TestProofs answers with proofs of different ages and providers.
func TestProofs(t *testing.T) {
	const minute, hour = time.Minute, time.Hour
	for _, tt := range []struct {
		want     string
		name     string
		age      time.Duration
		most     time.Duration // configured
		demanded string        // provider
		provider string
	}{
		{"", "just now", 0, 0, "", ""},
		{"", "an hour ago", hour, 0, "", ""},
		{byStaleProof, "more than an hour ago", hour + 1, 0, "", ""},
		{"", "a minute ahead", -minute, 0, "", ""},
		{byStaleProof, "more than a minute ahead", -minute - 1, 0, "", ""},
		{"", "as old as it may be", 5 * minute, 5 * minute, "", ""},
		{byStaleProof, "older than it may be", 5*minute + 1, 5 * minute, "", ""},
		{byStaleProof, "years ago", 3 * 365 * 24 * hour, 0, "", ""},
		{"", "any provider", 0, 0, "", "google"},
		{"", "the provider", 0, 0, "google", "google"},
		{byWrongProvider, "another provider", 0, 0, "google", "github"},
		{byWrongProvider, "no provider", 0, 0, "google", ""},
		{byWrongProvider, "the provider in other letters", 0, 0, "google", "Google"},
		{byWrongProvider, "the provider and more", 0, 0, "google", "google+"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := inviteCompany(t, func(c *company.Config) { c.Invitations.ProofAge = tt.most })
			terms := termsTo("bob@x.test", "viewer")
			terms.Provider = tt.demanded
			s := c.invite("i", terms)
			proof, err := invite.Verified(mustAddress("bob@x.test"), "https://id.example", tt.provider, c.now().Add(-tt.age))
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" {
				c.refusesAs(tt.want, company.Invitee(proof), company.AcceptInvitation{Invitation: "i", Secret: s})
				c.refusesAs(tt.want, company.Invitee(proof), company.DeclineInvitation{Invitation: "i", Secret: s})
				return
			}
			c.mustAs(company.Invitee(proof), company.AcceptInvitation{Invitation: "i", Secret: s})
		})
	}
}
