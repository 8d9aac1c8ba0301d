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

// TestMomentSettings: a moment has the settings of its time, and the company's own
// limits, whatever the host sells.
func TestMomentSettings(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin; bob viewer", options{seats: 9})
	before := c.Now()
	c.must("ann", company.SetCompanyName{Name: "Acme & Co"}, company.SetLimits{Seats: company.To(5)}, company.ScheduleReviews{Months: 6}, company.Invite{Terms: termsTo("i@x.test", "viewer")})
	c.sells(3)
	type settings struct {
		name                  string
		seats, taken, reviews int
	}
	of := func(m company.Moment) settings {
		return settings{m.Name(), m.Limits().Seats, m.SeatsTaken(), m.ReviewMonths()}
	}
	for what, tt := range map[string]struct {
		m    company.Moment
		want settings
	}{
		"before": {before, settings{"Acme", 9, 2, 3}},
		"now":    {c.Now(), settings{"Acme & Co", 5, 3, 6}},
		"none":   {company.Moment{}, settings{}},
	} {
		if got := of(tt.m); got != tt.want {
			t.Errorf("%s: %+v, want %+v", what, got, tt.want)
		}
	}
	if got := c.Limits().Seats; got != 3 {
		t.Errorf("with those of the host there are %d seats, want 3", got)
	}
}
