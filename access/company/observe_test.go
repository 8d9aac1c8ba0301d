package company_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// TestObserver: the observer sees each question to the company with its answer,
// and not those to its policy.
func TestObserver(t *testing.T) {
	var seen []access.Decision
	s := newStoryHost()
	config := s.config()
	config.Observer = func(_ context.Context, d access.Decision) { seen = append(seen, d) }
	co, err := company.Found(t.Context(), audit.NewMemory(), storyFounding(t), config)
	if err != nil {
		t.Fatal(err)
	}
	questions := []struct {
		want     access.Reason
		name     string
		subject  access.Subject
		action   access.Action
		resource access.Resource
	}{
		{access.ReasonRole, "allowed", access.User("ann"), access.EditCompany, access.Company()},
		{access.ReasonUnknownResource, "denied", access.User("ann"), access.EditTeam, access.Team("west")},
		{access.ReasonUnknownUser, "by nobody", access.User("eve"), access.ViewAccount, access.Account("us-1")},
		{access.ReasonNoSubject, "nothing at all", access.Subject{}, "", access.Resource{}},
	}
	for i, q := range questions {
		d := co.Decide(q.subject, q.action, q.resource)
		if d.Reason != q.want {
			t.Errorf("%s: %s, want %s", q.name, d, q.want)
		}
		if len(seen) != i+1 || seen[i] != d {
			t.Fatalf("%s: the observer saw %v, want %v last", q.name, seen, d)
		}
		if again := co.Policy().Decide(q.subject, q.action, q.resource); again != d || len(seen) != i+1 {
			t.Errorf("%s: the policy says %v, the company %v; the observer saw %d", q.name, again, d, len(seen))
		}
	}
}

// seen is what the observers of a company saw.
type seen struct {
	decisions []access.Decision
	refused   []company.Attempt
	contexts  []context.Context
	panics    bool
	inside    func() // runs in each of them
}

func (s *seen) config(c *company.Config) {
	c.Observer = func(ctx context.Context, d access.Decision) {
		s.decisions, s.contexts = append(s.decisions, d), append(s.contexts, ctx)
		s.run()
	}
	c.Refused = func(ctx context.Context, a company.Attempt) {
		s.refused, s.contexts = append(s.refused, a), append(s.contexts, ctx)
		s.run()
	}
}

func (s *seen) run() {
	if s.inside != nil {
		s.inside()
	}
	if s.panics {
		panic("an observer fails")
	}
}

// TestObserverSeesDo: what a Do asks is observed, and that it was refused, with
// the context of the call, after the answer and under no lock.
func TestObserverSeesDo(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "request 7")
	var s seen
	c := newCompany(t, "ann admin; uma user-manager; tom team-member", options{teams: "t", config: s.config})
	s.inside = func() {
		if _, err := c.Do(context.Background(), company.By{Actor: company.System("ops"), Reason: "inside"}, company.SetCompanyName{Name: c.Name() + "x"}); err != nil {
			t.Errorf("within an observer: %v", err)
		}
	}
	add := company.AddMember{Team: "t", User: "tom"}
	if _, err := c.Do(ctx, c.by("uma"), add); err != nil || len(s.decisions) != 1 || len(s.refused) != 0 {
		t.Fatalf("%v; seen are %v, %v", err, s.decisions, s.refused)
	}
	if d := s.decisions[0]; !d.Allowed || d.Action != access.SetTeamMembers || d.Resource != access.Team("t") || d.Subject != access.User("uma") {
		t.Errorf("seen is %v", d)
	}
	by := c.by("tom")
	by.Via, by.Correlation = "support", "7"
	_, err := c.Do(ctx, by, company.CreateReport{Report: "r"}, company.SetRole{User: "tom", Role: "admin"})
	if len(s.decisions) != 3 || len(s.refused) != 1 || s.decisions[2].Reason != access.ReasonNoCapability {
		t.Fatalf("%v; seen are %v, %v", err, s.decisions, s.refused)
	}
	if a := s.refused[0]; a.By != by || len(a.Changes) != 2 || error(a.Err) != err || a.Err.Index != 2 {
		t.Errorf("seen is %+v", a)
	}
	for _, at := range s.contexts {
		if at.Value(key{}) != "request 7" {
			t.Errorf("the context of the call is not that of an observer")
		}
	}
	c.DecideContext(ctx, access.User("tom"), access.EditCompany, access.Company())
	if n := len(s.contexts); n != 5 || s.contexts[4].Value(key{}) != "request 7" {
		t.Errorf("%d calls of observers, want 5", n)
	}
}

// TestRefusedIsSeen: every refusal is seen once, also one that nobody was asked
// about, and a failure is not.
func TestRefusedIsSeen(t *testing.T) {
	var s seen
	c := newCompany(t, "ann admin; tom team-member", options{teams: "t", config: s.config})
	for _, tt := range []struct {
		by     company.By
		change company.Change
		why    error
	}{
		{company.By{}, company.CreateTeam{Team: "x"}, company.ErrNoActor},
		{company.By{Actor: company.User("ann")}, company.SuspendUser{User: "tom"}, company.ErrReason},
		{c.by("ann"), nil, company.ErrInvalid},
		{c.by("ann"), company.CreateTeam{Team: "t"}, company.ErrTaken},
		{c.by("nobody"), company.CreateTeam{Team: "x"}, access.ErrDenied},
		{c.by("system none"), company.CreateTeam{Team: "x"}, company.ErrSystem},
		{c.by("ann"), company.SuspendUser{User: "tim"}, company.ErrUnknown},
		{c.by("invitee bob@x.test"), company.AcceptInvitation{Invitation: "i"}, company.ErrRefused},
	} {
		s.refused = nil
		_, err := c.Do(t.Context(), tt.by, tt.change)
		if len(s.refused) != 1 || !errors.Is(s.refused[0].Err, tt.why) || error(s.refused[0].Err) != err || s.refused[0].By != tt.by {
			t.Errorf("%+v: %v, seen as %+v", tt.change, err, s.refused)
		}
	}
	s.refused = nil
	rows := []invite.Row{{Terms: termsTo("ann@x.test", ""), Code: invite.OK}, {Terms: termsTo("bob@x.test", ""), Code: invite.OK}, {Terms: termsTo("cat@x.test", "nobody"), Code: invite.OK}}
	if _, err := c.SendInvitations(t.Context(), c.by("ann"), rows); err != nil || len(s.refused) != 2 {
		t.Errorf("%v; of three rows, %d are seen as refused", err, len(s.refused))
	}
	s.refused = nil
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Do(ctx, c.by("ann"), company.CreateTeam{Team: "u"}); err == nil || len(s.refused) != 0 {
		t.Errorf("a call that was given up: %v, seen as %v", err, s.refused)
	}
}

// TestObserverPanics: a panic of an observer changes no answer, and is counted.
func TestObserverPanics(t *testing.T) {
	s := seen{panics: true}
	c := newCompany(t, "ann admin; tom team-member", options{teams: "t", config: s.config})
	if d := c.Decide(access.User("ann"), access.EditCompany, access.Company()); !d.Allowed || c.Panics() != 1 {
		t.Errorf("%v, %d panics", d, c.Panics())
	}
	if _, err := c.do("ann", company.AddMember{Team: "t", User: "tom"}); err != nil || c.Panics() != 2 {
		t.Errorf("%v, %d panics", err, c.Panics())
	}
	if _, err := c.do("tom", company.CreateTeam{Team: "u"}); !errors.Is(err, access.ErrDenied) || c.Panics() != 4 {
		t.Errorf("%v, %d panics", err, c.Panics())
	}
	if _, err := c.do("ann", company.CreateTeam{Team: "u"}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestNoObserver: without an observer, a question costs no memory.
func TestNoObserver(t *testing.T) {
	co := playStory(t).company
	n := testing.AllocsPerRun(1000, func() {
		co.Decide(access.User("dan"), access.ViewAccount, access.Account("de-1"))
		co.Decide(access.User("bob"), access.RemoveUser, access.TargetUser("dan"))
	})
	if n > 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
