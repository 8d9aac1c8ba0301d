package company_test

import (
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// sells sells so many seats from now on.
func (c *testCompany) sells(seats int) {
	c.t.Helper()
	c.config.Limits.Seats = seats
	c.reopen()
}

// TestSoldSeats: what the host sells bounds users and systems, in every way to a
// seat, and none of it is in the log.
func TestSoldSeats(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{config: func(c *company.Config) { c.Limits.Seats, c.Invitations.Cooldown = 3, -1 }})
	add := parseChange(t, "user.add new email=new@x.test")
	send := parseChange(t, "invitation.send j j@x.test role=viewer")
	c.invite("i", invite.Terms{Address: mustAddress("i@x.test"), Role: "viewer"})
	c.refuses("ErrSeats", "system ops", add)
	c.refuses("ErrSeats", "ann", send)
	c.refuses("ErrSeats @3", "ann", parseChanges(t, "user.remove bob; invitation.send k k@x.test role=viewer; invitation.send j j@x.test role=viewer")...)
	if got := c.Limits(); got.Seats != 3 {
		t.Errorf("the limits are %+v", got)
	}

	c.sells(2) // fewer than are taken
	if _, err := c.accept("i", "pat"); !errors.Is(err, company.ErrOnHold) {
		t.Errorf("accepted over what is sold: %v", err)
	}
	if err := c.WhyOnHold("i"); !errors.Is(err, company.ErrSeats) {
		t.Errorf("it is on hold for %v", err)
	}
	c.refuses("ErrSeats", "ann", company.ResendInvitation{Invitation: "i"})
	c.must("ann", parseChanges(t, "team.create t; user.set-role bob user; team.add-member t bob; user.remove bob")...)
	c.accepted("i", "pat")
	c.refuses("ErrSeats", "system ops", add)

	c.sells(0)
	c.must("system ops", add)
	c.must("ann", send)
	c.checkReplay()
}

// TestFoundedBeyondWhatIsSold founds a company with more users than the host
// sells seats.
func TestFoundedBeyondWhatIsSold(t *testing.T) {
	f, config := foundingOfOne(), &company.Config{Limits: company.Limits{Seats: 1}}
	f.Founder.ID, f.Founder.Email = "bob", mustAddress("bob@x.test")
	if _, err := company.Found(t.Context(), audit.NewMemory(), f, config); !errors.Is(err, company.ErrSeats) {
		t.Errorf("Found = %v, want ErrSeats", err)
	}
	config.Limits.Seats = -1
	if _, err := company.Found(t.Context(), audit.NewMemory(), f, config); !errors.Is(err, company.ErrInvalid) {
		t.Errorf("Found = %v, want ErrInvalid", err)
	}
}
