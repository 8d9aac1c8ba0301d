package company_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// sponsored has the named user sponsor four invitations: b is pending, a
// expired, c declined, and d pending for ten days of access. Another one is
// ann's.
func sponsored(t *testing.T, by string) *testCompany {
	c := inviteCompany(t, func(c *company.Config) { c.Invitations.TTL = 20 * 24 * time.Hour })
	c.invite("a", termsTo("al@x.test", "viewer"), by)
	c.pass(20 * 24 * time.Hour)
	c.invite("d", forDays(termsTo("di@x.test", ""), 10), by)
	c.invite("c", termsTo("cy@x.test", "viewer"), by)
	c.must("invitee cy@x.test", company.DeclineInvitation{Invitation: "c", Secret: c.message("c").Secret})
	c.invite("b", intoTeams(termsTo("bo@x.test", "user"), "t"), by)
	c.invite("x", termsTo("xi@x.test", "viewer"))
	return c
}

// sponsors lists who is the sponsor of what, and its state.
func (c *testCompany) sponsors() string {
	all := ""
	for i := range c.Invitations() {
		all += string(i.ID) + " " + i.Sponsor.String() + " " + i.StateAt(c.now()).String() + "; "
	}
	return all
}

func TestRemovalRevokesInvitations(t *testing.T) {
	c := sponsored(t, "ugo")
	if got, ok := c.Holdings("ugo"); !ok || !slices.Equal(ids(got.Invitations), []invite.ID{"a", "b", "d"}) {
		t.Errorf("ugo holds %v", ids(got.Invitations))
	}
	c.must("system ops", company.SetLimits{Seats: company.To(userCount + 3)})
	c.refuses("ErrSeats", "system ops", company.AddUser{Person: company.Person{Email: "new@x.test"}})
	r := c.must("ann", company.RemoveUser{User: "ugo"})
	if got := r.Changes[0].(company.RemoveUser); !slices.Equal(got.Invitations.First, []invite.ID{"a", "b", "d"}) || got.TakeOver != "" {
		t.Errorf("recorded %+v", got)
	}
	if targets := events(t, c.log)[r.Seq-1].Targets; !slices.Equal(targets, []string{"user:ugo"}) {
		t.Errorf("the event is of %q", targets)
	}
	if got, want := c.sponsors(), "a ugo revoked; d ugo revoked; c ugo declined; b ugo revoked; x ann pending; "; got != want {
		t.Errorf("they are %s want %s", got, want)
	}
	c.refuses("ErrRefused for ErrRevoked", "invitee bo@x.test", company.AcceptInvitation{Invitation: "b", Secret: c.message("b").Secret})
	c.must("system ops", company.AddUser{Person: company.Person{Email: "new@x.test"}}, company.AddUser{Person: company.Person{Email: "newer@x.test"}})
	c.checkReplay()
}

func ids(all []invite.Invitation) []invite.ID {
	var out []invite.ID
	for _, i := range all {
		out = append(out, i.ID)
	}
	return out
}

// TestTakeOver gives the live invitations of a user who leaves to a user who
// could send them. Their messages stay good. Expired ones are revoked.
func TestTakeOver(t *testing.T) {
	for name, tt := range map[string]struct{ by, heir string }{
		"another admin":            {"ann", "abe"},
		"the actor":                {"ann", "ann"},
		"an equal":                 {"ugo2", "abe"},
		"by a system":              {"system ops", "ann"},
		"to an equal":              {"abe", "ugo2"},
		"by a system, to an equal": {"system ops", "ugo2"},
	} {
		t.Run(name, func(t *testing.T) {
			c := sponsored(t, "ugo")
			c.must("system ops", company.AddUser{User: "ugo2", Person: company.Person{Email: "ugo2@x.test"}, Role: "user-manager"})
			r := c.must(tt.by, company.RemoveUser{User: "ugo", TakeOver: team.UserID(tt.heir)})
			want := []string{"user:ugo", "user:" + tt.heir}
			if targets := events(t, c.log)[r.Seq-1].Targets; !slices.Equal(targets, want) {
				t.Errorf("the event is of %q, want %q", targets, want)
			}
			if got, want := c.sponsors(), "a ugo revoked; d "+tt.heir+" pending; c ugo declined; b "+tt.heir+" pending; x ann pending; "; got != want {
				t.Errorf("they are %s want %s", got, want)
			}
			if _, err := c.accept("b", "bo"); err != nil {
				t.Errorf("the message ugo sent is no good: %v", err)
			}
			c.refuses("ErrRefused for ErrRevoked", "invitee al@x.test", company.AcceptInvitation{Invitation: "a", Secret: c.message("a").Secret})
			c.checkReplay()
			c.must("system ops", company.SuspendUser{User: team.UserID(tt.heir)})
			c.refuses("ErrOnHold for denied suspended", "invitee di@x.test", company.AcceptInvitation{Invitation: "d", Secret: c.message("d").Secret})
		})
	}
}

// TestNothingLiveToTakeOver: all that the leaving user sent has expired.
func TestNothingLiveToTakeOver(t *testing.T) {
	c := sponsored(t, "ugo")
	c.pass(20 * 24 * time.Hour)
	c.refuses("ErrInvalid", "ann", company.RemoveUser{User: "ugo", TakeOver: "abe"})
	c.must("ann", company.RemoveUser{User: "ugo"})
	if got, want := c.sponsors(), "a ugo revoked; d ugo revoked; c ugo declined; b ugo revoked; x ann expired; "; got != want {
		t.Errorf("they are %s want %s", got, want)
	}
	c.checkReplay()
}

// TestTakeOverRefusals: neither the new sponsor nor the actor may come to more
// than they could send.
func TestTakeOverRefusals(t *testing.T) {
	for _, tt := range []struct {
		want    string
		name    string
		by      string
		user    team.UserID
		heir    team.UserID
		before  []company.Change // by the desk
		sponsor string
	}{
		{"denied unknown-user", "by an unknown user", "ann", "ugo", "ghost", nil, "ugo"},
		{"denied no-capability", "by a user who may not invite", "ann", "ugo", "uma", nil, "ugo"},
		{"denied suspended", "by a suspended user", "ann", "ugo", "sue", nil, "ugo"},
		{"denied above-ceiling", "by a user who manages fewer roles", "ann", "ugo", "rex", nil, "ugo"},
		{"ErrBeyondOwnEnd", "by a user with an end", "ann", "ugo", "eve", nil, "ugo"},
		{"ErrBeyondOwnEnd", "by an actor with an end", "eve", "ugo", "ann", nil, "ugo"},
		{"ErrInvalid", "of the user who leaves", "ann", "ugo", "ugo", nil, "ugo"},
		{"ErrInvalid", "of no invitations", "ann", "uma", "abe", nil, "ugo"},
		{"denied above-ceiling", "by an actor who could not send them", "ugo", "abe", "ann", []company.Change{
			company.RevokeInvitation{Invitation: "b"}, company.Invite{Terms: termsTo("zoe@x.test", "viewer")}, company.SetRole{User: "abe", Role: "user-manager"}}, "abe"},
		{"denied unknown-resource team", "into a deleted team", "ann", "ugo", "abe", []company.Change{company.DeleteTeam{Team: "t"}}, "ugo"},
		{"ErrNotOffered", "to a role no longer offered", "ann", "ugo", "abe", []company.Change{company.ReplaceCatalog{Roles: withoutOffer("user")}}, "ugo"},
		{"ErrReason", "without a reason", "ann", "ugo", "abe", nil, "ugo"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := sponsored(t, tt.sponsor)
			if tt.sponsor == "abe" {
				c.invite("adm", termsTo("adm@x.test", "admin"), "abe")
			}
			if tt.before != nil {
				c.must("system ops", tt.before...)
			}
			change := company.RemoveUser{User: tt.user, TakeOver: tt.heir}
			if tt.want == "ErrReason" {
				if _, err := c.Do(t.Context(), company.By{Actor: c.actor(tt.by)}, change); errorName(err) != tt.want {
					t.Errorf("without a reason: %v", err)
				}
				return
			}
			c.refuses(tt.want, tt.by, change)
			change.TakeOver = ""
			c.must(tt.by, change) // which revokes them
		})
	}
}
