package access_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// endingBase has one user for each thing that ends.
const endingBase = `{
  "catalog": {"roles": [{"name": "boss", "data": "all", "capabilities": ["account.view", "play.see"]}, {"name": "viewer", "capabilities": ["account.view"]}],
              "kinds": [{"name": "play", "in": "account", "actions": ["play.see"], "link": "play.see"},
                        {"name": "season", "in": "company", "actions": ["play.see"], "link": "play.see"}]},
  "accounts": [{"id": "a1", "source": "google"}],
  "groups": [{"id": "all", "filter": "everything"}],
  "teams": [{"id": "t1", "groups": ["all"], "members": [{"user": "ann"}, {"user": "bob", "until": "2027-01-01T00:00:00Z"}]}],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}, {"id": "bob", "email": "bob@example.com", "role": "viewer"},
            {"id": "eve", "email": "eve@example.com", "role": "boss", "until": "2027-01-01T00:00:00Z"}],
  "reports": [{"id": "q3", "grants": [{"user": "ann", "level": "viewer"}, {"user": "bob", "level": "viewer", "until": "2027-01-01T00:00:00Z"}]}],
  "links": [{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "until": "2027-01-01T00:00:00Z"},
            {"id": "l2", "maker": "eve", "action": "play.see", "resource": {"kind": "play", "id": "p", "account": "a1"}, "until": "2027-01-01T00:00:00Z"},
            {"id": "l3", "maker": "eve", "action": "play.see", "resource": {"kind": "season", "id": "p"}, "until": "2027-01-01T00:00:00Z"}]
}`

// TestNoTimeIsPastEveryEnd: at the zero time everything that has an end has
// ended.
func TestNoTimeIsPastEveryEnd(t *testing.T) {
	p := access.MustLoad(endingBase).At(time.Time{})
	for _, row := range []struct {
		want, name string
		s          access.Subject
		a          access.Action
		r          access.Resource
	}{
		{"team", "nothing that ends", access.User("ann"), access.ViewAccount, access.Account("a1")},
		{"ended", "access", access.User("eve"), access.ViewAccount, access.Account("a1")},
		{"out-of-reach", "membership", access.User("bob"), access.ViewAccount, access.Account("a1")},
		{"not-a-member", "membership in a session", access.Session("bob", "t1"), access.ViewAccount, access.Account("a1")},
		{"no-level", "grant", access.User("bob"), access.ViewReport, access.Report("q3")},
		{"link-expired", "link", access.ViaLink("l1"), access.ViewReport, access.Report("q3")},
	} {
		t.Run(row.name, func(t *testing.T) {
			if d := p.Decide(row.s, row.a, row.r); string(d.Reason) != row.want {
				t.Errorf("%v, want %s", d, row.want)
			}
		})
	}
}

// TestViewIsOfOneInstant: to make a view reads the clock once, also through a
// link that ends, of a maker who does.
func TestViewIsOfOneInstant(t *testing.T) {
	reads := 0
	p, err := access.Load([]byte(endingBase), &access.Config{Now: func() time.Time {
		reads++
		return time.Date(2026, 12, 31, 0, 0, reads-1, 0, time.UTC)
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		s   access.Subject
		len int
	}{{access.User("eve"), 1}, {access.User("bob"), 1}, {access.ViaLink("l2"), 1}, {access.ViaLink("l3"), 1}} {
		t.Run(fmt.Sprint(row.s), func(t *testing.T) {
			reads = 0
			if n := p.View(row.s).Len(); n != row.len || reads != 1 {
				t.Errorf("%d accounts after %d reads of the clock, want %d after one", n, reads, row.len)
			}
		})
	}
}

// TestWithClock gives a policy another clock. The clock goes on to the policies
// that are made of it, and not back to the one before.
func TestWithClock(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	fixed := access.MustLoad(endingBase).At(time.Time{})
	p := fixed.WithClock(func() time.Time { return now })
	asks := func(p *access.Policy) bool {
		return p.Decide(access.User("eve"), access.ViewAccount, access.Account("a1")).Allowed
	}
	if !asks(p) || asks(fixed) {
		t.Errorf("before the end: %t, and with the clock before: %t", asks(p), asks(fixed))
	}
	next, err := p.Edit().Policy()
	if err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(1, 0, 0)
	if asks(p) || asks(next) {
		t.Errorf("after the end: %t, and of the next policy: %t", asks(p), asks(next))
	}
	if d := fixed.WithClock(nil).Decide(access.User("ann"), access.ViewAccount, access.Account("a1")); !d.Allowed {
		t.Errorf("what has no end, with the clock of the system: %v", d)
	}
	if (*access.Policy)(nil).WithClock(nil).Decide(access.User("eve"), access.ViewAccount, access.Account("a1")).Allowed {
		t.Error("a nil policy with a clock allows")
	}
}
