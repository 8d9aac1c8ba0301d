package company_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
)

func TestPolicyAtEveryEvent(t *testing.T) {
	x := playStory(t)
	for _, e := range events(t, x.log) {
		at, err := x.company.PolicyAfter(t.Context(), e.Seq)
		if err != nil {
			t.Fatalf("PolicyAfter(%d): %v", e.Seq, err)
		}
		asOf, err := x.company.PolicyAt(t.Context(), e.Time)
		if err != nil {
			t.Fatalf("PolicyAt(%v): %v", e.Time, err)
		}
		before, err := x.company.PolicyAt(t.Context(), e.Time.Add(-1))
		if e.Seq == 1 {
			if !errors.Is(err, company.ErrBeforeFounding) {
				t.Errorf("before the founding: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("PolicyAt(just before %v): %v", e.Time, err)
		}
		if got := text(t, at); got != x.documents[e.Seq] {
			t.Errorf("PolicyAfter(%d) is\n%s\nand was\n%s", e.Seq, got, x.documents[e.Seq])
		}
		if got := text(t, asOf); got != x.documents[e.Seq] {
			t.Errorf("PolicyAt the time of event %d is\n%s\nand was\n%s", e.Seq, got, x.documents[e.Seq])
		}
		if got := text(t, before); got != x.documents[e.Seq-1] {
			t.Errorf("PolicyAt just before event %d is\n%s\nand was\n%s", e.Seq, got, x.documents[e.Seq-1])
		}
	}
}

func TestPolicyAtOneInstantWithSeveralEvents(t *testing.T) {
	s, log := newStoryHost(), audit.NewMemory()
	co := foundStory(t, log, s)
	for _, sc := range storySteps()[:3] {
		if _, err := co.Do(t.Context(), company.By{Actor: sc.by, Reason: "at once"}, sc.changes...); err != nil {
			t.Fatal(err)
		}
	}
	p, err := co.PolicyAt(t.Context(), start)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, p), text(t, co.Policy()); got != want {
		t.Errorf("PolicyAt an instant is not the last state of it:\n%s\nwant\n%s", got, want)
	}
}

func TestPolicyAtBeforeFounding(t *testing.T) {
	x := playStory(t)
	for _, at := range []time.Time{start.Add(-1), {}} {
		m, err := x.company.AsOf(t.Context(), at)
		if !errors.Is(err, company.ErrBeforeFounding) {
			t.Errorf("as of %v: %v, want ErrBeforeFounding", at, err)
		}
		for _, r := range []access.Resource{access.Company(), access.Account("us-1"), access.TargetUser("bob"), access.Report("q1")} {
			for _, a := range []access.Action{access.ViewAccount, access.EditCompany, access.RemoveUser, access.ViewReport} {
				if d := m.Policy().Decide(access.User("ann"), a, r); d.Allowed || d.Reason != access.ReasonUnavailable {
					t.Errorf("as of %v: %s on %s: %s, want unavailable", at, a, r, d)
				}
			}
		}
	}
}

func TestPolicyAfterUnknown(t *testing.T) {
	x := playStory(t)
	head := x.company.Checkpoint().Seq
	tests := []struct {
		name string
		seq  uint64
	}{
		{"no event", 0},
		{"the next event", head + 1},
		{"the last number there is", 1<<64 - 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := x.company.PolicyAfter(t.Context(), test.seq)
			var e *company.Error
			if p != nil || !errors.Is(err, company.ErrUnknown) || !errors.As(err, &e) || e.Op != "at" {
				t.Errorf("PolicyAfter(%d) = %v, %v; want ErrUnknown by an Error of at", test.seq, p, err)
			}
		})
	}
}

// TestPastEnds looks at a membership that ends between two events.
func TestPastEnds(t *testing.T) {
	const joined = 9 // the event by which dan is in team west for a while
	x := playStory(t)
	ended := start.Add(10*time.Hour + 30*time.Minute)
	e := events(t, x.log)[joined-1]
	if e.Changes[0].Type != "team.add-member" || !e.Time.Before(ended) {
		t.Fatalf("event %d is %s at %v", joined, e.Changes[0].Type, e.Time)
	}
	at := func(seq uint64) *access.Policy {
		p, err := x.company.PolicyAfter(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	asOf := func(when time.Time) *access.Policy {
		p, err := x.company.PolicyAt(t.Context(), when)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	tests := []struct {
		allow  bool
		name   string
		policy *access.Policy
		reason access.Reason
	}{
		{false, "before the membership", at(joined - 1), access.ReasonOutOfReach},
		{true, "at the event", at(joined), access.ReasonTeam},
		{true, "as of the event", asOf(e.Time), access.ReasonTeam},
		{true, "as of just before the end", asOf(ended.Add(-1)), access.ReasonTeam},
		{false, "as of the end", asOf(ended), access.ReasonOutOfReach},
		{true, "at the last event before the end", at(11), access.ReasonTeam},
		{false, "at the first event after the end", at(12), access.ReasonOutOfReach},
	}
	x.host.pass(1000 * time.Hour) // which must make no difference
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := test.policy.Decide(access.User("dan"), access.ViewAccount, access.Account("us-1"))
			if d.Allowed != test.allow || d.Reason != test.reason {
				t.Errorf("%s, want %s", d, test.reason)
			}
		})
	}
}

// TestPastCatalog asks for what only a later catalog allows.
func TestPastCatalog(t *testing.T) {
	x := playStory(t)
	all := events(t, x.log)
	i := slices.IndexFunc(all, func(e audit.Event) bool { return e.Changes[0].Type == "catalog.replace" })
	replaced := all[i].Seq
	tests := []struct {
		allow  bool
		name   string
		seq    uint64
		reason access.Reason
	}{
		{false, "at the founding", 1, access.ReasonNoCapability},
		{false, "before the replacement", replaced - 1, access.ReasonNoCapability},
		{true, "at the replacement", replaced, access.ReasonRole},
		{false, "after the transfer", replaced + 1, access.ReasonNoCapability},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := x.company.PolicyAfter(t.Context(), test.seq)
			if err != nil {
				t.Fatal(err)
			}
			target := access.TargetUser("bob")
			if test.seq == 1 {
				target = access.TargetUser("ann") // the only one there is
			}
			if d := p.Decide(access.User("ann"), access.TransferOwner, target); d.Allowed != test.allow || d.Reason != test.reason {
				t.Errorf("%s, want %s", d, test.reason)
			}
			if got, want := p.Directory().Catalog().Equal(role.CompanyCatalog()), test.seq < replaced; got != want {
				t.Errorf("the company catalog: %t, want %t", got, want)
			}
		})
	}
}

// TestPastLeavesPresent: looking back changes nothing.
func TestPastLeavesPresent(t *testing.T) {
	x := playStory(t)
	var before, after bytes.Buffer
	if err := audit.WriteLines(&before, x.log.Events(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	policy := x.company.Policy()
	for seq := range x.company.Checkpoint().Seq {
		if _, err := x.company.PolicyAfter(t.Context(), seq+1); err != nil {
			t.Fatal(err)
		}
	}
	if err := audit.WriteLines(&after, x.log.Events(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	if x.company.Policy() != policy || !bytes.Equal(before.Bytes(), after.Bytes()) {
		t.Error("the policy or the log is another after looking back")
	}
}

// TestPastOfCancelledContext: a context that ended is an error, not an empty
// past.
func TestPastOfCancelledContext(t *testing.T) {
	x := playStory(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p, err := x.company.PolicyAfter(ctx, 1); p != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("PolicyAfter = %v, %v; want context.Canceled", p, err)
	}
	if p, err := x.company.PolicyAt(ctx, start); p != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("PolicyAt = %v, %v; want context.Canceled", p, err)
	}
}
