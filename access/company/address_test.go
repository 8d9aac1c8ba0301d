package company_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// TestNames: users change their own name, others only where they hold user.edit.
func TestNames(t *testing.T) {
	c := newCompany(t, "ann admin; dan data-manager; uma viewer; sue viewer suspended; old viewer -1h", options{})
	name := func(u team.UserID, name string) company.Change {
		return company.EditUser{User: u, Name: company.To(name)}
	}
	c.must("uma", name("uma", "Uma"))
	c.refuses("ErrNoChange", "uma", name("uma", "Uma"))
	c.refuses("ErrNoChange", "uma", company.EditUser{User: "uma"})
	c.refuses("denied suspended", "sue", name("sue", "Sue"))
	c.refuses("denied ended", "old", name("old", "Old"))
	c.refuses("denied unknown-user", "ghost", name("ghost", "Ghost"))
	c.refuses("ErrUnknown", "system ops", name("ghost", "Ghost"))
	c.refuses("denied no-capability", "uma", name("ann", "Ann"))
	c.refuses("denied no-capability", "dan", name("uma", "Umma"))
	c.refuses("ErrInvalid", "uma", name("uma", " Uma"))
	c.refuses("ErrInvalid", "ann", name("uma", "U\u202ema"))
	c.must("ann", name("uma", "=Umma"), name("ann", "Ann"), name("sue", "Sue"))
	c.must("uma", company.EditUser{User: "uma", Name: company.None[string]()})
	c.refuses("ErrNoChange", "uma", name("uma", ""))
	for id, want := range map[team.UserID]string{"uma": "", "ann": "Ann", "sue": "Sue", "dan": ""} {
		if u, _ := c.Policy().Directory().User(id); u.Name != want || u.Email.IsZero() || u.Role == "" {
			t.Errorf("%s is %+v, want the name %q", id, u, want)
		}
	}
	c.checkReplay()
}

// TestOwnAddress: users change their own address where Config allows it, with the
// proof of the new one.
func TestOwnAddress(t *testing.T) {
	c := inviteCompany(t, func(c *company.Config) { c.OwnAddresses = true; c.Invitations.Cooldown = -1 })
	c.invite("i", invite.Terms{Address: mustAddress("bob@x.test"), Role: "viewer", Provider: "idp"})
	c.accepted("i", "bob")
	c.pass(24 * time.Hour)
	to := func(u team.UserID, email string, p invite.Proof) company.Change {
		return company.ChangeAddress{User: u, Email: email, Proof: p}
	}
	proof := func(email, provider string, age time.Duration) invite.Proof {
		return c.verified(email, provider, c.now().Add(-age))
	}
	for _, tt := range []struct {
		want, by string
		change   company.Change
	}{
		{"ErrInvalid", "uma", to("uma", "new@x.test", invite.Proof{})},
		{"ErrInvalid", "uma", to("uma", "new@x.test", proof("newer@x.test", "", 0))},
		{"ErrInvalid", "uma", to("uma", "new@x.test", proof("uma@x.test", "", 0))},
		{"ErrInvalid", "uma", to("uma", "new@x.test", proof("new@x.test", "", time.Hour+1))},
		{"ErrInvalid", "uma", to("uma", "new@x.test", proof("new@x.test", "", -time.Minute-1))},
		{"ErrInvalid", "uma", to("uma", "", proof("new@x.test", "", 0))},
		{"ErrInvalid", "uma", to("uma", "a@b@c", proof("new@x.test", "", 0))},
		{"ErrNoChange", "uma", to("uma", "uma@x.test", proof("uma@x.test", "", 0))},
		{"ErrTaken", "uma", to("uma", "ANN@x.test", proof("ann@x.test", "", 0))},
		{"ErrSystemOnly", "uma", to("ann", "new@x.test", proof("new@x.test", "", 0))},
		{"ErrSystemOnly", "ann", to("uma", "new@x.test", proof("new@x.test", "", 0))},
		{"ErrSystemOnly", "ann", to("ghost", "new@x.test", proof("new@x.test", "", 0))},
		{"denied suspended", "sue", to("sue", "new@x.test", proof("new@x.test", "", 0))},
		{"ErrInvitee", "invitee new@x.test", to("uma", "new@x.test", proof("new@x.test", "", 0))},
		{"ErrUnknown", "system ops", to("ghost", "new@x.test", invite.Proof{})},
		{"ErrTaken", "system ops", to("uma", "ann@x.test", invite.Proof{})},
		{"ErrInvalid", "bob", to("bob", "new@x.test", proof("new@x.test", "", 0))},
		{"ErrInvalid", "bob", to("bob", "new@x.test", proof("new@x.test", "other", 0))},
	} {
		c.refuses(tt.want, tt.by, tt.change)
	}
	if _, err := c.do("uma", to("uma", "ann@x.test", proof("ann@x.test", "", 0))); strings.Contains(err.Error(), `"ann"`) {
		t.Errorf("whose address it is is told: %v", err)
	}
	c.must("uma", to("uma", "UMA@x.test", proof("uma@x.test", "", time.Hour))) // another spelling
	c.must("uma", to("uma", "new@x.test", proof("new@x.test", "", 0)))
	c.must("bob", to("bob", "uma@x.test", proof("uma@x.test", "idp", 0))) // which is free by now
	r, _ := company.Outcome[company.ChangeAddress](c.must("system ops", to("bob", "b@x.test", proof("zoe@x.test", "x", 0))))
	if r.Verification != (company.Verification{}) || !r.Proof.IsZero() {
		t.Errorf("recorded is %+v", r)
	}
	c.checkReplay()
	c.config.OwnAddresses = false
	c.reopen()
	c.refuses("ErrSystemOnly", "uma", to("uma", "newer@x.test", proof("newer@x.test", "", 0)))
}

// TestAddressTakenRevokes: an invitation to an address that a user comes to have is
// revoked, and others stay.
func TestAddressTakenRevokes(t *testing.T) {
	c := inviteCompany(t, func(c *company.Config) { c.OwnAddresses = true })
	c.invite("i", termsTo("bob@x.test", "viewer"))
	c.invite("j", termsTo("kim@x.test", "viewer"))
	c.invite("k", termsTo("zoe@x.test", "viewer"))
	added, _ := company.Outcome[company.AddUser](c.must("system ops", company.AddUser{User: "bob", Person: company.Person{Email: "Bob@x.test"}}))
	moved, _ := company.Outcome[company.ChangeAddress](c.must("uma", company.ChangeAddress{User: "uma", Email: "Kim@x.test", Proof: c.verified("kim@x.test", "", c.now())}))
	if got := added.Invitations.First; len(got) != 1 || got[0] != "i" {
		t.Errorf("the addition revokes %v", got)
	}
	if got := moved.Invitations.First; len(got) != 1 || got[0] != "j" || moved.Verification.Issuer == "" {
		t.Errorf("the change of address is %+v", moved)
	}
	if got := c.sponsors(); got != "i ann revoked; j ann revoked; k ann pending; " {
		t.Errorf("they are %s", got)
	}
	c.refuses("ErrRefused for ErrRevoked", "invitee kim@x.test", company.AcceptInvitation{Invitation: "j", Secret: c.message("j").Secret})
	c.checkReplay()
}

// TestManyAddresses: who changes their address again and again is removed as
// anybody else, with all that is pending to any of them.
func TestManyAddresses(t *testing.T) {
	notIfShort(t)
	c := inviteCompany(t, func(c *company.Config) { c.OwnAddresses, c.Invitations.Cooldown = true, -1 })
	for i := range 500 {
		email := fmt.Sprintf("%d@x.test", i)
		spelt := strings.ToUpper(email)
		c.must("uma", company.ChangeAddress{User: "uma", Email: email, Proof: c.verified(email, "", c.now())},
			company.ChangeAddress{User: "uma", Email: spelt, Proof: c.verified(spelt, "", c.now())})
	}
	for i := range 499 {
		c.invite(invite.ID(fmt.Sprint("i", i)), termsTo(fmt.Sprintf("%d@x.test", i), "viewer"))
	}
	c.invite("other", termsTo("other@x.test", "viewer"))
	r, _ := company.Outcome[company.RemoveUser](c.must("ann", company.RemoveUser{User: "uma"}))
	if i, _ := c.Invitation("other"); r.Invitations.Count != 499 || i.State != invite.Pending {
		t.Errorf("%d are revoked, and the other is %s", r.Invitations.Count, i.State)
	}
	c.checkReplay()
}
