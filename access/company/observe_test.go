package company_test

import (
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// TestObserver: the observer sees each question to the company with its answer,
// and no others.
func TestObserver(t *testing.T) {
	var seen []access.Decision
	s := newStoryHost()
	config := s.config()
	config.Observer = func(d access.Decision) { seen = append(seen, d) }
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
	playStep(t, co, s, storySteps()[0])
	_, _ = co.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "denied"}, company.SuspendUser{User: "ann"})
	if len(seen) != len(questions) {
		t.Errorf("changes were observed: %v", seen[len(questions):])
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
