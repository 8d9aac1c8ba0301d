package company_test

import (
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// race is two changes that two companies on one log make. The second would be
// allowed alone.
type race struct {
	want          error // of the second
	name          string
	first, second storyStep
}

// races returns the races, and what a company has before them.
func races() (before []storyStep, all []race) {
	one := func(by company.Actor, changes ...company.Change) storyStep { return storyStep{by, changes} }
	directory := company.System("directory")
	ann, bob, cat := company.User("ann"), company.User("bob"), company.User("cat")
	before = []storyStep{
		one(directory,
			company.AddUser{User: "bob", Person: company.Person{Email: "bob@example.com"}, Role: "admin"},
			company.AddUser{User: "cat", Person: company.Person{Email: "cat@example.com"}, Role: "user-manager"},
			company.AddUser{User: "dan", Person: company.Person{Email: "dan@example.com"}}),
		one(ann,
			company.SetLimits{Seats: company.To(5)},
			company.DeclareAttribute{Attribute: "tier", Type: "string"},
			company.CreateTeam{Team: "west"}, company.CreateGroup{Group: "us", Filter: "country = 'US'"},
			company.CreateReport{Report: "q1", Name: "First"}),
		one(ann, company.ShareReport{Report: "q1", User: "bob", Level: access.Creator}),
	}
	return before, []race{
		{company.ErrLastHolder, "two last admins demoted", one(directory, company.SetRole{User: "ann", Role: "user"}), one(directory, company.SetRole{User: "bob", Role: "user"})},
		{company.ErrLastHolder, "one removed, one suspended", one(directory, company.RemoveUser{User: "bob"}), one(directory, company.SuspendUser{User: "ann"})},
		{company.ErrLastHolder, "one demoted, one given an end", one(ann, company.SetRole{User: "bob", Role: "user"}), one(directory, company.SetEnd{User: "ann", Until: company.To(start.AddDate(1, 0, 0))})},
		{access.ErrDenied, "each demotes the other", one(ann, company.SetRole{User: "bob", Role: "user"}), one(bob, company.SetRole{User: "ann", Role: "user"})},
		{access.ErrDenied, "the actor is suspended", one(ann, company.SuspendUser{User: "cat"}), one(cat, company.CreateTeam{Team: "east"})},
		{company.ErrSeats, "the last seat", one(directory, company.AddUser{User: "eve", Person: company.Person{Email: "eve@example.com"}}), one(directory, company.AddUser{User: "fay", Person: company.Person{Email: "fay@example.com"}})},
		{company.ErrTaken, "the same address", one(directory, company.AddUser{User: "eve", Person: company.Person{Email: "eve@example.com"}}), one(directory, company.AddUser{User: "fay", Person: company.Person{Email: "Eve@example.com"}})},
		{company.ErrTaken, "the same id", one(ann, company.CreateTeam{Team: "east"}), one(cat, company.CreateTeam{Team: "east", Name: "East"})},
		{company.ErrReused, "an id made and deleted meanwhile", one(ann, company.CreateTeam{Team: "east"}, company.DeleteTeam{Team: "east"}), one(cat, company.CreateTeam{Team: "east"})},
		{company.ErrNoChange, "the same change", one(ann, company.AddMember{Team: "west", User: "dan"}), one(cat, company.AddMember{Team: "west", User: "dan"})},
		{company.ErrLastCreator, "two last creators give up", one(ann, company.UnshareReport{Report: "q1", User: "ann"}), one(bob, company.UnshareReport{Report: "q1", User: "bob"})},
		{company.ErrAttributeUsed, "a filter begins to read it", one(ann, company.EditGroup{Group: "us", Filter: company.To("tier = 'top'")}), one(ann, company.DropAttribute{Attribute: "tier"})},
		{access.ErrDenied, "the team is deleted", one(ann, company.DeleteTeam{Team: "west"}), one(cat, company.AddMember{Team: "west", User: "dan"})},
		{nil, "two things apart", one(ann, company.AddMember{Team: "west", User: "dan"}), one(cat, company.CreateTeam{Team: "east"})},
	}
}

// TestRacesAreJudgedAgain has two companies on one log make a change each that
// would be allowed alone. The second is judged on what the first made.
func TestRacesAreJudgedAgain(t *testing.T) {
	before, all := races()
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			log, s := audit.NewMemory(), newStoryHost()
			a := foundStory(t, log, s)
			for _, sc := range before {
				playStep(t, a, s, sc)
			}
			r.test(t, a, log, s)
		})
	}
}

// test runs a race of a company with another on its log.
func (r race) test(t *testing.T, a *company.Company, log *audit.Memory, s *storyHost) {
	do := func(co *company.Company, sc storyStep) error {
		_, err := co.Do(t.Context(), company.By{Actor: sc.by, Reason: "as the story goes"}, sc.changes...)
		return err
	}
	alone := audit.NewMemory()
	stored := events(t, log)
	for _, e := range stored {
		if err := alone.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := do(openStory(t, alone, s), r.second); err != nil {
		t.Fatalf("alone the second is refused as well: %v", err)
	}
	b := openStory(t, log, s)
	s.pass(time.Hour)
	if err := do(a, r.first); err != nil {
		t.Fatalf("the first: %v", err)
	}
	if err := do(b, r.second); !errors.Is(err, r.want) || (err == nil) != (r.want == nil) {
		t.Errorf("the second: %v, want %v", err, r.want)
	}
	want := len(stored) + 1
	if r.want == nil {
		want++
	}
	if got := len(events(t, log)); got != want {
		t.Errorf("%d events are stored, want %d", got, want)
	}
	agree(t, a, log)
	agree(t, b, log)
}

// TestTimeAfterLostRace checks that the time of an event is read again after
// a lost race, and never goes back.
func TestTimeAfterLostRace(t *testing.T) {
	log, s := audit.NewMemory(), newStoryHost()
	a := foundStory(t, log, s)
	slow := newStoryHost() // four minutes slow
	b := openStory(t, log, slow)
	s.pass(time.Hour)
	slow.pass(2*time.Hour - 4*time.Minute)
	r := playStep(t, a, s, renaming("a"))
	got, err := b.Do(t.Context(), company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "b"})
	if err != nil || !got.Time.Equal(r.Time) || got.Seq != r.Seq+1 {
		t.Errorf("event %d at %v, %v; want event %d at %v, the time of the one before", got.Seq, got.Time, err, r.Seq+1, r.Time)
	}
}

// TestLastAdminsInParallel has two companies demote one of two last admins each
// at the same time, again and again: exactly one succeeds.
func TestLastAdminsInParallel(t *testing.T) {
	rounds := 20
	if os.Getenv("AMBIT_LONG") != "" {
		rounds = 2000
	}
	for range rounds {
		s, log := newStoryHost(), audit.NewMemory()
		playStep(t, foundStory(t, log, s), s, storyStep{company.System("directory"), []company.Change{
			company.AddUser{User: "bob", Person: company.Person{Email: "bob@example.com"}, Role: "admin"},
		}})
		demote := func(i int, err *error, wg *sync.WaitGroup, start <-chan struct{}) {
			co := openStory(t, log, s)
			wg.Go(func() { // reading goes on meanwhile
				<-start
				for range 10 {
					d := co.Decide(access.User("bob"), access.CreateTeam, access.Company())
					if seq := co.Checkpoint().Seq; seq == 2 && !d.Allowed {
						t.Errorf("at event 2 bob may not make teams: %v", d)
					}
				}
			})
			wg.Go(func() {
				<-start
				users := []company.SetRole{{User: "ann", Role: "user"}, {User: "bob", Role: "user"}}
				_, *err = co.Do(t.Context(), company.By{Actor: company.System("directory"), Reason: "too many"}, users[i])
			})
		}
		var errs [2]error
		var wg sync.WaitGroup
		start := make(chan struct{})
		for i := range errs {
			demote(i, &errs[i], &wg, start)
		}
		close(start)
		wg.Wait()
		if won, lost := errs[0], errs[1]; (won == nil) == (lost == nil) || !errors.Is(errors.Join(won, lost), company.ErrLastHolder) {
			t.Fatalf("%v and %v, want one done and one ErrLastHolder", won, lost)
		}
		co := openStory(t, log, s)
		if _, lasting := co.Policy().Directory().Holders("admin"); lasting != 1 {
			t.Fatalf("%d admins are left, want 1", lasting)
		}
	}
}
