package company_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// clockCompany is a company in which everything ends after an hour: access, a
// membership, a grant, a link and an invitation.
func clockCompany(t *testing.T) (c *testCompany, link invite.Secret) {
	t.Helper()
	c = newCompany(t, "ann admin; eve admin 1h; max team-member; vic viewer", options{
		accounts: "us", groups: "g everything", teams: "t g: max 1h; n", reports: "r: ann creator, vic viewer 1h",
		config: func(c *company.Config) { c.Invitations.TTL, c.Invitations.Cooldown = time.Hour, 10*time.Minute },
	})
	r := c.must("ann", parseChange(t, "link.make l resource=report:r until=1h"))
	made, _ := company.Outcome[company.MakeLink](r)
	c.invite("i", invite.Terms{Address: mustAddress("i@x.test"), Role: "viewer"})
	return c, made.Secret
}

// lives lists what has not ended.
func (c *testCompany) lives(link invite.Secret) string {
	c.t.Helper()
	var all []string
	add := func(what string, is bool) {
		if is {
			all = append(all, what)
		}
	}
	p := c.Policy()
	add("access", p.Decide(access.User("eve"), access.EditCompany, access.Company()).Allowed)
	add("membership", p.View(access.User("max")).Sees("us"))
	add("grant", c.Decide(access.User("vic"), access.ViewReport, access.Report("r")).Allowed)
	_, err := c.LinkSubject("l", link)
	add("link", err == nil && p.Decide(access.ViaLink("l"), access.ViewReport, access.Report("r")).Allowed)
	_, err = c.Offer("i", c.message("i").Secret)
	add("invitation", err == nil && c.WhyOnHold("i") == nil)
	return strings.Join(all, " ")
}

const everything = "access membership grant link invitation"

// TestClockSetBackRevivesNothing: for a company it is never earlier than its last
// event, for anyone who asks and anyone who changes something.
func TestClockSetBackRevivesNothing(t *testing.T) {
	c, link := clockCompany(t)
	if got := c.lives(link); got != everything {
		t.Fatalf("at first %s", got)
	}
	c.pass(time.Hour)
	before := c.lives(link)
	c.must("ann", company.SetCompanyName{Name: "Bolt"})
	c.pass(-4 * time.Minute) // within the skew
	for _, c := range []*testCompany{c, c.second(&c.config)} {
		if got := c.lives(link); got != "" || before != "" {
			t.Errorf("alive: %s, before it was set back: %s", got, before)
		}
		c.refuses("denied ended", "eve", company.SetCompanyName{Name: "Eve"})
		if _, err := c.accept("i", "pat"); !errors.Is(err, company.ErrRefused) {
			t.Errorf("accepted: %v", err)
		}
	}
	if r := c.must("ann", company.SetCompanyName{Name: "Cut"}); !r.Time.Equal(hours(1)) {
		t.Errorf("the event is of %v", r.Time)
	}
	c.pass(-23 * time.Hour) // further than the skew: reading is still safe
	if got := c.lives(link); got != "" {
		t.Errorf("a day earlier: %s", got)
	}
}

// TestOneWrongClock: one clock that is a year ahead neither goes unnoticed nor
// ends everybody's access for good.
func TestOneWrongClock(t *testing.T) {
	c, link := clockCompany(t)
	wrong := c.second(&c.config)
	wrong.clock = &testClock{at: start.AddDate(1, 0, 0)}
	config := c.config
	config.Now = wrong.clock.Now
	wrong.Company = c.second(&config).Company
	c.pass(10 * time.Minute)
	wrong.must("ann", company.SetCompanyName{Name: "Bolt"})

	_, err := c.do("ann", company.SetCompanyName{Name: "Cut"})
	var e *company.Error
	if !errors.Is(err, company.ErrClock) || !errors.As(err, &e) || e.Seq != c.Checkpoint().Seq || e.Refused() || !strings.Contains(err.Error(), "is 8759h50m0s ahead") {
		t.Fatalf("Do = %v, want ErrClock about the last event", err)
	}
	if got := c.lives(link); got != "" {
		t.Errorf("before the correction %s", got)
	}
	c.refuses("ErrSystemOnly", "ann", company.CorrectClock{})
	c.refuses("ErrSystem", "system scim", company.CorrectClock{})
	c.refuses("ErrInvalid @2", "system ops", company.SetCompanyName{Name: "Cut"}, company.CorrectClock{})

	r := c.must("system ops", company.CorrectClock{})
	if made, _ := company.Outcome[company.CorrectClock](r); !made.From.Equal(start.AddDate(1, 0, 0)) || !r.Time.Equal(c.now()) {
		t.Errorf("the receipt is %+v", r)
	}
	if got := c.lives(link); got != everything {
		t.Errorf("after the correction %q", got)
	}
	c.refuses("ErrNoChange", "system ops", company.CorrectClock{})
	if got := c.must("ann", company.SetCompanyName{Name: "Cut"}); !got.Time.Equal(c.now()) {
		t.Errorf("the next event is of %v", got.Time)
	}
	c.checkReplay()
	c.reopen()
	if got := c.lives(link); got != everything {
		t.Errorf("replayed %q", got)
	}
}

// TestPastOfACorrectedClock: the past at an instant includes what came before a
// correction that is not later, though its own time may be.
func TestPastOfACorrectedClock(t *testing.T) {
	c := newCompany(t, "ann admin", options{})
	step := func(at int, actor, change string) {
		c.pass(hours(at).Sub(c.now()))
		c.must(actor, parseChange(t, change))
	}
	step(1, "ann", "team.create a")
	step(9000, "ann", "team.create b")
	step(2, "system ops", "clock.correct")
	step(3, "ann", "team.create c")
	step(8000, "ann", "team.create d")
	step(2, "system ops", "clock.correct")
	step(4, "ann", "team.create e")
	for at, want := range map[int]string{0: "", 1: "a", 2: "a b c d", 3: "a b c d", 4: "a b c d e", 8000: "a b c d e", 10000: "a b c d e"} {
		p, err := c.PolicyAt(t.Context(), hours(at))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for team := range p.Directory().Teams() {
			got = append(got, string(team.ID))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("after %d hours there are teams %q, want %q", at, got, want)
		}
	}
}

// TestCorrectedTimers: what was sent by the wrong clock lasts as long as it would
// have, and what another one came after does not come to life again.
func TestCorrectedTimers(t *testing.T) {
	c, _ := clockCompany(t)
	first := c.message("i").Secret
	c.pass(48 * time.Hour)
	c.invite("j", invite.Terms{Address: mustAddress("j@x.test"), Role: "viewer"})
	c.must("ann", company.RevokeInvitation{Invitation: "j"})
	c.invite("again", invite.Terms{Address: mustAddress("i@x.test"), Role: "user"})
	c.pass(-48*time.Hour + 20*time.Minute)
	c.must("system ops", company.CorrectClock{})

	if i, _ := c.Invitation("again"); !i.Expires.Equal(c.now().Add(time.Hour)) || i.Sent.After(c.now()) {
		t.Errorf("it was sent %v and expires %v", i.Sent, i.Expires)
	}
	if _, err := c.Offer("i", first); !errors.Is(err, company.ErrRefused) {
		t.Errorf("the invitation that another one came after: %v", err)
	}
	c.invite("k", invite.Terms{Address: mustAddress("j@x.test"), Role: "viewer"}) // no wait of two days
	c.must("ann", parseChange(t, "company.set-limits 6"))
	c.refuses("ErrSeats", "system ops", parseChange(t, "user.add new email=new@x.test"))
	c.pass(time.Hour)
	if _, err := c.Offer("again", c.message("again").Secret); !errors.Is(err, company.ErrRefused) {
		t.Errorf("after its time: %v", err)
	}
	c.must("system ops", parseChange(t, "user.add new email=new@x.test"))
	c.checkReplay()
}

// TestCorrectedElsewhere: another process corrected the clock already, or wrote
// what is missing; this one reads it before it refuses.
func TestCorrectedElsewhere(t *testing.T) {
	c, _ := clockCompany(t)
	c.pass(48 * time.Hour)
	c.must("ann", company.SetCompanyName{Name: "Bolt"})
	c.pass(-48 * time.Hour)
	other := c.second(&c.config)
	other.must("system ops", company.CorrectClock{})
	if _, err := c.do("ann", company.SetCompanyName{Name: "Cut"}); err != nil {
		t.Errorf("Do = %v", err)
	}
	c.pass(-48 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Do(ctx, c.by("ann"), company.SetCompanyName{Name: "Die"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Do = %v, want context.Canceled", err)
	}
}

// TestClockSkew: the skew is 5 minutes unless the host says another, and never
// less than none.
func TestClockSkew(t *testing.T) {
	for _, tt := range []struct {
		skew, back time.Duration
		want       error
	}{
		{0, 5 * time.Minute, nil},
		{0, 5*time.Minute + 1, company.ErrClock},
		{time.Nanosecond, 2, company.ErrClock},
		{48 * time.Hour, 24 * time.Hour, nil},
	} {
		c := newCompany(t, "ann admin", options{config: func(c *company.Config) { c.ClockSkew = tt.skew }})
		c.pass(-tt.back)
		if _, err := c.do("ann", company.SetCompanyName{Name: "Bolt"}); !errors.Is(err, tt.want) {
			t.Errorf("skew %v, %v back: %v, want %v", tt.skew, tt.back, err, tt.want)
		}
	}
	c := newCompany(t, "ann admin", options{})
	if _, err := company.Open(t.Context(), c.log, &company.Config{ClockSkew: -1}); !errors.Is(err, company.ErrInvalid) {
		t.Errorf("Open = %v, want ErrInvalid", err)
	}
}

// storeClock is a log whose store has a clock.
type storeClock struct {
	audit.Log
	at  time.Time
	err error
}

func (s *storeClock) Now(context.Context) (time.Time, error) { return s.at, s.err }

// TestClockOfTheStore: where the log's store has a clock, nothing is written by
// another one that differs from it by more than the skew.
func TestClockOfTheStore(t *testing.T) {
	log := &storeClock{Log: audit.NewMemory(), at: start.Add(5 * time.Minute)}
	c := newCompany(t, "ann admin", options{log: log})
	rename := company.SetCompanyName{Name: "Bolt"}
	for _, apart := range []time.Duration{5*time.Minute + 1, -5*time.Minute - 1, 1000 * time.Hour} {
		log.at = start.Add(apart)
		if _, err := c.do("ann", rename); !errors.Is(err, company.ErrClock) {
			t.Errorf("%v apart: %v, want ErrClock", apart, err)
		}
		if _, err := c.do("system ops", company.CorrectClock{}); !errors.Is(err, company.ErrClock) {
			t.Errorf("corrected %v apart: %v, want ErrClock", apart, err)
		}
		config := c.config
		if _, err := company.Found(t.Context(), &storeClock{audit.NewMemory(), log.at, nil}, foundingOfOne(), &config); !errors.Is(err, company.ErrClock) {
			t.Errorf("founded %v apart: %v, want ErrClock", apart, err)
		}
	}
	log.err = errRead
	if _, err := c.do("ann", rename); !errors.Is(err, errRead) {
		t.Errorf("without an answer: %v", err)
	}
	log.at, log.err = start.Add(-5*time.Minute), nil
	c.must("ann", rename)
}
