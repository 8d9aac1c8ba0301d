package company_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
)

// TestFormulasAreOneRule: what a spreadsheet would run is text like any other,
// alone and in a file, in every field that people type. It is made harmless where
// a file for a spreadsheet is written.
func TestFormulasAreOneRule(t *testing.T) {
	for _, text := range []string{"=1+1", "+1", "- as agreed", "@SUM(A1)", `=HYPERLINK("https://evil.example")`, "=cmd|' /C calc'!A0"} {
		c := inviteCompany(t, instant)
		c.reason = text
		quoted := `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		rows, err := invite.ReadCSV(strings.NewReader("email,name,reason\na@x.test,"+quoted+",why\nb@x.test,Bo,"+quoted+"\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := codesOf(c.sent("ann", rows...)); got != "ok sent, ok sent" {
			t.Errorf("%q in a file: %s", text, got)
		}
		terms := termsTo("c@x.test", "viewer")
		terms.Name, terms.Note, terms.Provider = text, text, text
		c.must("ann", company.Invite{Terms: terms}, company.CreateTeam{Team: "new", Name: text, Description: text},
			company.CreateReport{Report: "r", Name: text}, company.CreateGroup{Group: "g", Name: text, Filter: "everything"}, company.SetCompanyName{Name: text})
		c.must("system ops", company.AddUser{Person: company.Person{Name: text, Email: "d@x.test"}})
		if i, _ := c.Invitation(rowOf(c, "a@x.test")); i.Terms.Name != text {
			t.Errorf("%q is kept as %q", text, i.Terms.Name)
		}
		c.checkReplay()
	}
}

// rowOf is the invitation to an address.
func rowOf(c *testCompany, email string) invite.ID {
	for i := range c.Invitations() {
		if i.Terms.Address.String() == email {
			return i.ID
		}
	}
	return ""
}

// TestEmptyColumnsToUsers: a file as a spreadsheet writes it, with empty columns,
// short rows and a byte order mark, invites whom it names.
func TestEmptyColumnsToUsers(t *testing.T) {
	for _, file := range []string{
		"\ufeffemail,name,,\r\ntom@x.test,Tom,,\r\n",
		"email,name\r\ntom@x.test,Tom,\r\n",
		"email,name,role,teams\r\ntom@x.test,Tom\r\n",
		",,email,name\r,,tom@x.test,Tom\r",
	} {
		c := inviteCompany(t, nil)
		rows, err := invite.ReadCSV(strings.NewReader(file), nil)
		if err != nil {
			t.Errorf("%q: %v", file, err)
			continue
		}
		if got := codesOf(c.sent("ann", rows...)); got != "ok sent" || c.mail[0].Name != "Tom" {
			t.Errorf("%q: %s", file, got)
		}
	}
}

// TestSystemAsSponsor: a system invites to the roles that its Config names, and
// what it sent is on hold while it may not give the role any more.
func TestSystemAsSponsor(t *testing.T) {
	c := inviteCompany(t, instant)
	may := func(roles ...role.Name) {
		c.config.Systems["hr"] = company.SystemConfig{Changes: []company.Change{company.Invite{}, company.ResendInvitation{}, company.AmendInvitation{}}, Roles: roles}
		c.reopen()
	}
	may("viewer", "user")
	c.invite("i", termsTo("bob@x.test", "viewer"), "system hr")
	c.refuses("ErrSystem", "system hr", company.Invite{Terms: termsTo("cat@x.test", "editor")})
	c.refuses("ErrSystem", "system hr", company.AmendInvitation{Invitation: "i", Role: toRole("admin")})
	if got := codesOf(c.planned("system hr", row(termsTo("cat@x.test", "editor")), row(termsTo("dan@x.test", "user")))); got != "not-allowed, ok" {
		t.Errorf("planned as %s", got)
	}
	for name, roles := range map[string][]role.Name{"none": {}, "another": {"user"}} {
		may(roles...)
		if err := c.WhyOnHold("i"); !errors.Is(err, company.ErrSystem) {
			t.Errorf("%s: it is on hold for %v", name, err)
		}
		if _, err := c.accept("i", "bob"); !errors.Is(err, company.ErrOnHold) {
			t.Errorf("%s: accepted: %v", name, err)
		}
		c.refuses("ErrOnHold ErrSystem", "system ops", company.RedeliverInvitation{Invitation: "i"})
		c.refuses("ErrSystem", "system hr", company.ResendInvitation{Invitation: "i"})
	}
	may("viewer")
	c.accepted("i", "bob")
	c.checkReplay()
}

// TestNothingSentBeforeARemoval: whatever was sent to a person before they were
// removed lets nobody in, however it was sent and whatever became of it since.
func TestNothingSentBeforeARemoval(t *testing.T) {
	send := company.Invite{Invitation: "i", Terms: termsTo("Bob@x.test", "admin")}
	add := company.AddUser{User: "bob", Person: company.Person{Email: "bob@x.test"}, Role: "viewer"}
	for name, before := range map[string][]company.Change{
		"sent, then added":             {send, add},
		"sent twice, then added":       {send, company.ResendInvitation{Invitation: "i"}, add},
		"amended, then added":          {send, company.AmendInvitation{Invitation: "i", Role: toRole("user")}, add},
		"sent while they were nobody":  {send, add, company.SuspendUser{User: "bob"}},
		"given out again, then added":  {send, company.RedeliverInvitation{Invitation: "i"}, add},
		"sent, and its record is late": {send, add, company.RecordDelivery{Invitation: "i", Generation: 1}},
	} {
		c := inviteCompany(t, func(config *company.Config) {
			config.Invitations.Cooldown = -1
			if deliver := config.Deliver; name == "sent, and its record is late" {
				config.Deliver = func(ctx context.Context, m invite.Message) error {
					return errors.Join(deliver(ctx, m), company.ErrQueued)
				}
			}
		})
		for _, change := range before {
			c.must("system ops", change)
			c.pass(time.Hour)
		}
		c.must("ann", company.RemoveUser{User: "bob"})
		for _, m := range c.mail {
			_, err := c.do("invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: m.Secret, User: "bob2"})
			if _, there := c.Policy().Directory().User("bob2"); there || !errors.Is(err, company.ErrRefused) {
				t.Errorf("%s: they are back: %v", name, err)
			}
		}
		for _, change := range []company.Change{company.ResendInvitation{Invitation: "i"}, company.RedeliverInvitation{Invitation: "i"}} {
			c.refuses("ErrRevoked", "system ops", change)
		}
		c.checkReplay()
	}
}
