package company_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

func discard(context.Context, invite.Message) error { return nil }

// configure founds a company with a configuration and opens it with the same
// one. Both agree on the error.
func configure(t *testing.T, c company.Config) error {
	t.Helper()
	log := audit.NewMemory()
	_, founding := company.Found(t.Context(), log, foundingOfOne(), &c)
	if _, err := company.Found(t.Context(), audit.NewMemory(), foundingOfOne(), nil); err != nil {
		t.Fatal(err)
	}
	if founding == nil {
		_, err := company.Open(t.Context(), log, &c)
		return err
	}
	var e *company.Error
	if !errors.As(founding, &e) || e.Op != "found" || len(events(t, log)) != 0 {
		t.Errorf("%#v is no Error of found, or something was stored", founding)
	}
	if _, err := company.Found(t.Context(), log, foundingOfOne(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := company.Open(t.Context(), log, &c); !errors.As(err, &e) || e.Op != "open" || errorName(err) != errorName(founding) {
		t.Errorf("Open = %v, Found = %v", err, founding)
	}
	return founding
}

// goodOrigins are what the links of messages may begin with.
var goodOrigins = []string{
	"https://acme.example", "https://acme.example:8443", "https://acme.example/join/here", "https://acme.example/join%20here",
	"https://10.0.0.1", "https://[2001:db8::1]:8443/join", "http://localhost:8080", "http://127.0.0.1:8080/join", "http://[::1]:8080",
}

// badOrigins are what they may not begin with.
var badOrigins = []string{
	"", "http://acme.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.2",
	"http://localhost@evil.example", "https://acme.example/", "https://acme.example/join/", "https://ann:secret@acme.example",
	"https://acme.example?join", "https://acme.example/?", "https://acme.example/join?next=x", "https://acme.example#",
	"https://acme.example#join", "https://", "https:///join", "https://:8443", "https:acme.example", "//acme.example", "acme.example", "/join",
	"ftp://acme.example", "javascript://acme.example/%0aalert(1)", "HTTPS://acme.example", " https://acme.example", "https://acme.example ",
	"https://acme.example/jo in", "https://acme.example/\r\nHost: evil.example", "https://acme.example:port", "https://acme.example/%zz",
	"https://[::1", `https://acme.example\evil.example`, "https://\u0430cme.example", "https://acme.example/\u00e9",
	"https://<host>", "https://{host}/join", "https://acme.example,evil.example", "https://acme.example:", "https://$HOST",
}

func TestOrigins(t *testing.T) {
	for want, origins := range map[string][]string{"": goodOrigins, "ErrInvalid": badOrigins} {
		for _, origin := range origins {
			if err := configure(t, company.Config{Deliver: discard, Origin: origin}); errorName(err) != want {
				t.Errorf("%q: %v, want %q", origin, err, want)
			}
			if origin == "" {
				continue
			}
			if err := configure(t, company.Config{Origin: origin}); errorName(err) != want {
				t.Errorf("%q without delivery: %v, want %q", origin, err, want)
			}
		}
	}
}

// TestInvitationLimits is what the limits of invitations may be.
func TestInvitationLimits(t *testing.T) {
	const days = 24 * time.Hour
	for name, tt := range map[string]struct {
		want   string
		bounds company.InvitationLimits
	}{
		"none":                    {"", company.InvitationLimits{}},
		"ninety days":             {"", company.InvitationLimits{TTL: 90 * days}},
		"more than ninety days":   {"ErrInvalid", company.InvitationLimits{TTL: 90*days + 1}},
		"for ever":                {"", company.InvitationLimits{TTL: -1}},
		"no time between":         {"", company.InvitationLimits{Cooldown: -1}},
		"one":                     {"", company.InvitationLimits{Pending: 1}},
		"less than none":          {"ErrInvalid", company.InvitationLimits{Pending: -1}},
		"a proof a year old":      {"", company.InvitationLimits{ProofAge: 365 * days}},
		"an hour to deliver":      {"", company.InvitationLimits{Lease: time.Hour}},
		"no time to deliver":      {"ErrInvalid", company.InvitationLimits{Lease: -1}},
		"a proof before its time": {"ErrInvalid", company.InvitationLimits{ProofAge: -1}},
	} {
		if err := configure(t, company.Config{Invitations: tt.bounds}); errorName(err) != tt.want {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// TestTTL: how long an invitation can be accepted counts from its last message.
// What is recorded stays, however the company is configured later.
func TestTTL(t *testing.T) {
	const hour = time.Hour
	for ttl, want := range map[time.Duration]time.Duration{0: 30 * 24 * hour, 5 * hour: 5 * hour, -1: 0} {
		c := inviteCompany(t, func(c *company.Config) { c.Invitations.TTL = ttl })
		expires := func(sent time.Time) time.Time {
			if want == 0 {
				return time.Time{}
			}
			return sent.Add(want)
		}
		c.invite("i", termsTo("bob@x.test", "viewer"))
		for n, change := range []company.Change{company.ResendInvitation{Invitation: "i"}, company.AmendInvitation{Invitation: "i", Role: toRole("user")}} {
			i, _ := c.Invitation("i")
			if !i.Expires.Equal(expires(c.now())) || !c.message("i").Expires.Equal(i.Expires) || !i.Sent.Equal(c.now()) || i.Generation != n+1 {
				t.Errorf("for %v: %+v, and the message says %v", ttl, i, c.message("i").Expires)
			}
			c.pass(hour)
			c.must("ann", change)
		}
		before := c.state()
		c.config.Invitations.TTL = hour
		if c.reopen(); c.state() != before {
			t.Errorf("for %v: another configuration changed what was sent to\n%s", ttl, c.state())
		}
	}
}

// TestZeroConfig sends no message and answers no person.
func TestZeroConfig(t *testing.T) {
	co, err := company.Found(t.Context(), audit.NewMemory(), foundingOfOne(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = co.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "r"}, company.Invite{Terms: termsTo("bob@x.test", "")})
	if errorName(err) != "ErrNoDelivery" {
		t.Errorf("Do = %v", err)
	}
	if _, err := co.Offer("", invite.Secret{}); !errors.Is(err, company.ErrRefused) {
		t.Errorf("Look = %v", err)
	}
	if err := co.WhyOnHold(""); errorName(err) != "ErrNone" {
		t.Errorf("Held = %v", err)
	}
	if i, ok := co.Invitation(""); ok || i.ID != "" {
		t.Errorf("there is %+v", i)
	}
	for i := range co.Invitations() {
		t.Errorf("there is %+v", i)
	}
	if (company.Undelivered{Invitation: "i", Err: context.Canceled}).Error() != "company: deliver invitation i: context canceled" {
		t.Error("an Undelivered says something else")
	}
}
