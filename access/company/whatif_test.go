package company_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// whatIf asks, with the reason of every change.
func (c *testCompany) whatIf(actor string, changes ...company.Change) (company.WhatIf, error) {
	c.t.Helper()
	return c.WhatIf(context.Background(), c.by(actor), changes...)
}

// TestWhatIfChangesNothing: what was asked can be done afterwards, as if nobody
// had asked, and the ids and secrets of a WhatIf are its own.
func TestWhatIfChangesNothing(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin; bob viewer", options{teams: "t"})
	before, snapshot := c.state(), snapshotOf(t, c.Company)
	changes := []company.Change{
		company.CreateTeam{Name: "New"}, company.Invite{Terms: termsTo("new@x.test", "viewer")},
		company.CreateReport{Report: "r", Name: "R"}, company.MakeLink{Link: "l", Resource: access.Report("r")},
	}
	first, err := c.whatIf("ann", changes...)
	again, _ := c.whatIf("ann", changes...)
	if err != nil || c.state() != before || !bytes.Equal(snapshot, snapshotOf(t, c.Company)) || c.Underway() != "map[] map[]" {
		t.Fatalf("asked: %v\n%s\nwas\n%s", err, c.state(), before)
	}
	made := first.Changes[0].(company.CreateTeam).Team
	if _, ok := first.After.Directory().Team(made); !ok || made == "" || made == again.Changes[0].(company.CreateTeam).Team {
		t.Errorf("the team %q is not there, or is the same twice", made)
	}
	if invited, link := first.Changes[1].(company.Invite), first.Changes[3].(company.MakeLink); !invited.Digest.IsZero() || !link.Digest.IsZero() || !link.Secret.IsZero() {
		t.Errorf("there is a secret in %+v", first.Changes)
	}
	if text(t, first.Before) != text(t, c.Policy()) || first.Before != c.Policy() {
		t.Error("the policy before is not that of the company")
	}
	c.must("ann", changes...) // the address is not kept waiting
	if len(c.mail) != 1 {
		t.Errorf("%d messages are sent, want 1", len(c.mail))
	}
	c.refusesWhatIf("ErrTooSoon", "ann", company.ResendInvitation{Invitation: c.mail[0].Invitation})
}

// refusesWhatIf checks that a WhatIf is refused as a Do is.
func (c *testCompany) refusesWhatIf(want, actor string, changes ...company.Change) {
	c.t.Helper()
	w, asked := c.whatIf(actor, changes...)
	c.refuses(want, actor, changes...)
	if _, err := c.do(actor, changes...); asked == nil || err == nil || asked.Error() != err.Error() || errorName(asked) != want || w.After != nil {
		c.t.Errorf("foreseen was %v, and it is %v", asked, err)
	}
}

// TestWhatIfHasTheClock: the policies go on with the time of the company.
func TestWhatIfHasTheClock(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin; bob viewer", options{teams: "t"})
	w, err := c.whatIf("ann", company.SetEnd{User: "bob", Until: company.To(hours(2))})
	if err != nil {
		t.Fatal(err)
	}
	bob := func(p *access.Policy) access.Reason {
		return p.Decide(access.User("bob"), access.ViewDirectory, access.Company()).Reason
	}
	if got := fmt.Sprintf("%s %s", bob(w.Before), bob(w.After)); got != "no-capability no-capability" {
		t.Errorf("at once: %s", got)
	}
	c.pass(3 * time.Hour)
	if got := fmt.Sprintf("%s %s", bob(w.Before), bob(w.After)); got != "no-capability ended" {
		t.Errorf("later: %s", got)
	}
}

// TestWhatIfIsObserved: the observers see what was asked, and that it was only
// asked. What fails for another reason they do not see.
func TestWhatIfIsObserved(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "request 7")
	var s seen
	c := newCompany(t, "ann admin; tom team-member", options{teams: "t", config: s.config})
	if _, err := c.WhatIf(ctx, c.by("ann"), company.AddMember{Team: "t", User: "tom"}); err != nil || len(s.decisions) != 1 || !s.decisions[0].Allowed || len(s.refused) != 0 {
		t.Fatalf("%v; seen are %v, %v", err, s.decisions, s.refused)
	}
	_, err := c.WhatIf(ctx, c.by("tom"), company.SetRole{User: "tom", Role: "admin"})
	if len(s.decisions) != 2 || len(s.refused) != 1 || !s.refused[0].DryRun || error(s.refused[0].Err) != err || s.refused[0].By != c.by("tom") || len(s.refused[0].Changes) != 1 {
		t.Fatalf("%v; seen are %v, %+v", err, s.decisions, s.refused)
	}
	for _, seen := range s.contexts {
		if seen.Value(key{}) != "request 7" {
			t.Error("the context of the call is not that of an observer")
		}
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("refused", "attempt", s.refused[0])
	if !strings.HasSuffix(b.String(), " attempt.dryRun=true\n") {
		t.Errorf("logged as %s", &b)
	}
	if c.refuses("denied no-capability", "tom", company.SetRole{User: "tom", Role: "admin"}); len(s.refused) != 2 || s.refused[1].DryRun {
		t.Errorf("a Do is seen as %+v", s.refused[1:])
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	w, err := c.WhatIf(ended, c.by("tom"), company.SetRole{User: "tom", Role: "admin"})
	_, did := c.Do(ended, c.by("tom"), company.SetRole{User: "tom", Role: "admin"})
	if !errors.Is(err, context.Canceled) || err.Error() != did.Error() || len(s.refused) != 2 || w.After != nil {
		t.Errorf("WhatIf = %v, Do = %v; seen are %v", err, did, s.refused)
	}
}

// TestWhatIfEndsBetweenChanges: a context that ends while changes are judged ends
// that.
func TestWhatIfEndsBetweenChanges(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := newCompany(t, "ann admin", options{config: func(c *company.Config) {
		now := c.Now
		c.Now = func() time.Time { cancel(); return now() }
	}})
	if _, err := c.WhatIf(ctx, c.by("ann"), company.CreateTeam{Team: "t"}); !errors.Is(err, context.Canceled) {
		t.Errorf("WhatIf = %v, want that its context ended", err)
	}
}

// TestWhatIfWaitsForNobody: while somebody appends, and while an event waits for a
// transaction, it is answered from what there is.
func TestWhatIfWaitsForNobody(t *testing.T) {
	t.Parallel()
	log := &waitingLog{Log: audit.NewMemory(), at: make(chan struct{}), goOn: make(chan struct{})}
	c := newCompany(t, "ann admin; bob viewer", options{teams: "t", log: log})
	log.waits = true
	done := make(chan error)
	go func() { _, err := c.do("ann", company.SuspendUser{User: "bob"}); done <- err }()
	<-log.at
	if w, err := c.whatIf("ann", company.AddMember{Team: "t", User: "bob"}); err != nil || len(w.Changes) != 1 {
		t.Errorf("while an event is appended: %v", err)
	}
	close(log.goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	pending, err := c.DoIn(t.Context(), &inTransaction{Log: c.log}, byAnn, company.CreateTeam{Team: "n"})
	if err != nil {
		t.Fatal(err)
	}
	if w, err := c.whatIf("ann", company.CreateTeam{Team: "n"}); err != nil || len(w.Changes) != 1 || !c.Health().Pending {
		t.Errorf("while an event waits: %v", err)
	}
	pending.RolledBack()
}

// waitingLog is a log whose appends wait once it is told so.
type waitingLog struct {
	audit.Log
	waits    bool
	at, goOn chan struct{}
}

func (l *waitingLog) Append(ctx context.Context, e audit.Event) error {
	if l.waits {
		l.waits = false
		close(l.at)
		<-l.goOn
	}
	return l.Log.Append(ctx, e)
}

// TestWhatIfReadsTheLog: where a Do would read the log before it judges, a WhatIf
// does, and fails where that does.
func TestWhatIfReadsTheLog(t *testing.T) {
	t.Parallel()
	log := &cutOff{Log: audit.NewMemory()}
	c := newCompany(t, "ann admin; bob viewer", options{teams: "t", log: log.Log})
	config := c.config
	config.MaxAge = time.Minute
	other, err := company.Open(t.Context(), log, &config)
	if err != nil {
		t.Fatal(err)
	}
	add := company.AddMember{Team: "t", User: "bob"}
	c.must("ann", add)
	if _, err := other.WhatIf(t.Context(), byAnn, add); err != nil {
		t.Errorf("what another process did since is not foreseen: %v", err)
	}
	by := byAnn
	by.Since = 2
	if _, err := other.WhatIf(t.Context(), by, add); !errors.Is(err, company.ErrNoChange) || other.Checkpoint().Seq != 2 {
		t.Errorf("since event 2: %v", err)
	}
	if by.Since = 9; errorName(second(other.WhatIf(t.Context(), by, add))) != "ErrInvalid" {
		t.Error("an event to come is taken for one")
	}
	c.must("ann", company.RemoveMember{Team: "t", User: "bob"})
	c.pass(2 * time.Minute)
	log.away.Store(true)
	_, did := other.Do(t.Context(), byAnn, add)
	w, err := other.WhatIf(t.Context(), byAnn, add)
	if !errors.Is(err, errAway) || err.Error() != did.Error() || w.Before != nil {
		t.Errorf("too old, and out of reach: %v, Do says %v", err, did)
	}
	log.away.Store(false)
	if w, err := other.WhatIf(t.Context(), byAnn, add); err != nil || w.Before != other.Policy() || w.Before == nil || other.Checkpoint().Seq != 3 {
		t.Errorf("in reach again: %v", err)
	}
}

// second returns the error of a WhatIf.
func second(_ company.WhatIf, err error) error { return err }

// TestWhatIfInDoubt: a doubt is settled first, as a Do does.
func TestWhatIfInDoubt(t *testing.T) {
	t.Parallel()
	memory := audit.NewMemory()
	link := &switchedLog{memory}
	c := newCompany(t, "ann admin; bob viewer", options{teams: "t", log: link})
	add := company.AddMember{Team: "t", User: "bob"}
	link.log = failing(memory, audittest.FailAfter, nil)
	if _, err := c.do("ann", add); !errors.Is(err, company.ErrUncertain) {
		t.Fatal(err)
	}
	away := &cutOff{Log: memory}
	link.log = away
	away.away.Store(true)
	_, did := c.do("ann", add)
	if _, err := c.whatIf("ann", add); !errors.Is(err, company.ErrUncertain) || err.Error() != did.Error() {
		t.Errorf("in doubt: %v, Do says %v", err, did)
	}
	link.log = memory
	if _, err := c.whatIf("ann", add); !errors.Is(err, company.ErrNoChange) || c.Health().InDoubt {
		t.Errorf("settled: %v", err)
	}
}

// TestWhatIfKnowsTheLog: a log that cannot store the event refuses it beforehand.
// The randomness of the writers is not touched.
func TestWhatIfKnowsTheLog(t *testing.T) {
	t.Parallel()
	config := &company.Config{Rand: failingRand{}}
	c := newCompany(t, "ann admin", options{log: shortLog()}).second(config)
	for _, of := range []int{10, 5000} {
		change := company.CreateGroup{Group: "g", Filter: "id in ('" + strings.Repeat("x', '", of) + "')"}
		_, err := c.whatIf("ann", change)
		if tooLarge := of > 1000; errors.Is(err, audit.ErrTooLarge) != tooLarge || (err != nil) != tooLarge || tooLarge && !errors.Is(err, company.ErrInvalid) {
			t.Errorf("%d bytes: %v", of, err)
		}
	}
}
