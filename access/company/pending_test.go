package company_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// inTransaction is a way to a log that is part of a transaction, which sees what
// the log has when it appends.
type inTransaction struct {
	audit.Log
	event audit.Event
}

func (x *inTransaction) Append(ctx context.Context, e audit.Event) error {
	var head audit.Checkpoint
	for e, err := range x.Events(ctx, 0) {
		if err != nil {
			return err
		}
		head = e.Checkpoint()
	}
	x.event = e
	return e.Follows(head)
}

func (x *inTransaction) commit(t *testing.T) {
	t.Helper()
	if err := x.Log.Append(t.Context(), x.event); err != nil {
		t.Fatal(err)
	}
}

var byAnn = company.By{Actor: company.User("ann"), Reason: "it is needed"}

// TestDoIn: what is done in a transaction is not done before it is committed, and
// then all of it, messages included.
func TestDoIn(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	x := &inTransaction{Log: c.log}
	pending, err := c.DoIn(t.Context(), x, byAnn, company.SuspendUser{User: "bob"}, company.Invite{Invitation: "i", Terms: termsTo("new@x.test", "viewer")})
	if err != nil {
		t.Fatal(err)
	}
	suspended := func(c *company.Company) bool {
		return c.Decide(access.User("bob"), access.ViewAccount, access.Company()).Reason == access.ReasonSuspended
	}
	if h := c.Health(); suspended(c.Company) || len(c.mail) > 0 || pending.Receipt.Seq != 2 || len(pending.Receipt.Changes) != 2 || !h.Pending || h.Checkpoint.Seq != 1 {
		t.Errorf("pending: %+v, %d messages", pending.Receipt, len(c.mail))
	}
	if _, err := pending.Committed(t.Context()); !errors.Is(err, company.ErrUncertain) {
		t.Errorf("before the commit, Committed = %v, want ErrUncertain", err)
	}
	x.commit(t)
	for range 2 {
		r, err := pending.Committed(t.Context())
		if err != nil || r.Seq != 2 || len(r.Undelivered) > 0 || !suspended(c.Company) || len(c.mail) != 1 {
			t.Errorf("Committed = %+v, %v, with %d messages", r, err, len(c.mail))
		}
	}
	if i, _ := c.Invitation("i"); i.Delivered.IsZero() || c.Health().Pending {
		t.Errorf("the delivery is not recorded: %+v", i)
	}
	c.checkReplay()
}

// TestDoInRolledBack: what is rolled back never was, and whoever waited goes on.
func TestDoInRolledBack(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	x := &inTransaction{Log: c.log}
	pending, err := c.DoIn(t.Context(), x, byAnn, company.Invite{Invitation: "i", Terms: termsTo("new@x.test", "viewer")})
	if err != nil {
		t.Fatal(err)
	}
	pending.RolledBack()
	c.must("ann", company.Invite{Invitation: "j", Terms: termsTo("new@x.test", "viewer")}) // no cool-down: nothing was sent
	if _, err := pending.Committed(t.Context()); !errors.Is(err, company.ErrNotStored) {
		t.Errorf("Committed = %v, want ErrNotStored", err)
	}
	if _, is := c.Invitation("i"); is || len(c.mail) != 1 {
		t.Errorf("the invitation is there: %t; %d messages", is, len(c.mail))
	}
	c.checkReplay()
}

// TestDoInFollowed: the host never says that it committed, and another process
// finds it out. The message is not lost: it is listed.
func TestDoInFollowed(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	x := &inTransaction{Log: c.log}
	if _, err := c.DoIn(t.Context(), x, byAnn, company.Invite{Invitation: "i", Terms: termsTo("new@x.test", "viewer")}); err != nil {
		t.Fatal(err)
	}
	x.commit(t)
	c.must("ann", company.SuspendUser{User: "bob"})
	if got := c.undelivered(); got != "i" || c.Checkpoint().Seq != 3 {
		t.Errorf("undelivered are %q, at event %d", got, c.Checkpoint().Seq)
	}
	c.checkReplay()
}

// TestDoInRefused: a refusal is that of Do, and is shown to the observer.
func TestDoInRefused(t *testing.T) {
	var seen []company.Attempt
	c := newCompany(t, "ann admin; bob viewer", options{config: func(c *company.Config) {
		c.Refused = func(_ context.Context, a company.Attempt) { seen = append(seen, a) }
	}})
	x := &inTransaction{Log: c.log}
	by := company.By{Actor: company.User("bob"), Reason: "for fun"}
	if p, err := c.DoIn(t.Context(), x, by, company.SuspendUser{User: "ann"}); !errors.Is(err, access.ErrDenied) || p != nil || len(seen) != 1 {
		t.Errorf("DoIn = %v, %v, and %d attempts are shown", p, err, len(seen))
	}
	if _, err := c.DoIn(t.Context(), x, company.By{Actor: company.User("ann"), Since: 9}, company.CreateTeam{Team: "t"}); !errors.Is(err, company.ErrInvalid) {
		t.Errorf("DoIn = %v, want ErrInvalid", err)
	}
	if c.Health().Pending || x.event.Seq > 0 {
		t.Error("something is pending")
	}
	c.must("ann", company.SuspendUser{User: "bob"})
}

// TestDoInNotStored: a transaction whose place another writer took keeps nobody
// from its addresses, as no message was sent.
func TestDoInNotStored(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	pending, err := c.DoIn(t.Context(), &inTransaction{Log: c.log}, byAnn, company.Invite{Invitation: "i", Terms: termsTo("new@x.test", "viewer")})
	if err != nil {
		t.Fatal(err)
	}
	c.second(&c.config).must("ann", company.SuspendUser{User: "bob"})
	for range 2 {
		if _, err := pending.Committed(t.Context()); !errors.Is(err, company.ErrNotStored) {
			t.Errorf("Committed = %v, want ErrNotStored", err)
		}
	}
	c.must("ann", company.Invite{Invitation: "j", Terms: termsTo("new@x.test", "viewer")})
	pending.RolledBack()
	c.refuses("ErrTooSoon", "ann", company.Invite{Invitation: "k", Terms: termsTo("new@x.test", "viewer")})
	if c.checkReplay(); len(c.mail) != 1 {
		t.Errorf("%d messages", len(c.mail))
	}
}

// TestDoInRolledBackTooLate: a transaction that the log has is not rolled back,
// whatever the host says. Its messages are sent, once, when it says that it knows.
func TestDoInRolledBackTooLate(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	x := &inTransaction{Log: c.log}
	pending, err := c.DoIn(t.Context(), x, byAnn, company.Invite{Invitation: "i", Terms: termsTo("new@x.test", "viewer")})
	if err != nil {
		t.Fatal(err)
	}
	x.commit(t)
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	pending.RolledBack()
	for range 2 {
		if r, err := pending.Committed(t.Context()); err != nil || len(r.Undelivered) > 0 || len(c.mail) != 1 {
			t.Errorf("Committed = %+v, %v, with %d messages", r, err, len(c.mail))
		}
	}
	pending.RolledBack()
	c.checkReplay()
}

// clocked is a log in a store that has a clock.
type clocked struct {
	audit.Log
	now func() (time.Time, error)
}

func (l clocked) Now(context.Context) (time.Time, error) { return l.now() }

// TestDoInClock: the time is asked in the transaction if that can tell, as there may
// be no other connection until it ends.
func TestDoInClock(t *testing.T) {
	var away bool
	clock := newTestClock()
	log := clocked{audit.NewMemory(), func() (time.Time, error) {
		if away {
			return time.Time{}, errAway
		}
		return clock.Now(), nil
	}}
	c := newCompany(t, "ann admin; bob viewer", options{log: log})
	away = true
	x := &inTransaction{Log: log.Log}
	if _, err := c.DoIn(t.Context(), x, byAnn, company.CreateTeam{Team: "t"}); !errors.Is(err, errAway) {
		t.Errorf("in a transaction without a clock: %v", err)
	}
	pending, err := c.DoIn(t.Context(), clocked{x, func() (time.Time, error) { return clock.Now(), nil }}, byAnn, company.CreateTeam{Team: "t"})
	if err != nil {
		t.Fatal(err)
	}
	pending.RolledBack()
	_, err = c.DoIn(t.Context(), clocked{x, func() (time.Time, error) { return clock.Now().Add(time.Hour), nil }}, byAnn, company.CreateTeam{Team: "t"})
	if !errors.Is(err, company.ErrClock) {
		t.Errorf("in a transaction of another time: %v", err)
	}
}

// TestDoInFails: what could not be appended keeps nobody from an address.
func TestDoInFails(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	x := &cutOff{Log: c.log}
	x.away.Store(true)
	if _, err := c.DoIn(t.Context(), x, byAnn, company.Invite{Invitation: "i", Terms: termsTo("new@x.test", "viewer")}); !errors.Is(err, errAway) || c.Health().Pending {
		t.Errorf("DoIn = %v", err)
	}
	c.must("ann", company.Invite{Invitation: "j", Terms: termsTo("new@x.test", "viewer")})
}
