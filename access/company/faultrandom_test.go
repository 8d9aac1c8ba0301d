package company_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"pgregory.net/rapid"
)

// pool is changes that often collide and are as often refused.
func pool() []storyStep {
	directory, ann, cat := company.System("directory"), company.User("ann"), company.User("cat")
	one := func(by company.Actor, changes ...company.Change) storyStep { return storyStep{by, changes} }
	all := []storyStep{
		one(directory, company.SetRole{User: "ann", Role: "user"}), one(directory, company.SetRole{User: "ann", Role: "admin"}),
		one(directory, company.SetRole{User: "bob", Role: "user"}), one(directory, company.SetRole{User: "bob", Role: "admin"}),
		one(ann, company.SetRole{User: "bob", Role: "user"}), one(company.User("bob"), company.SetRole{User: "ann", Role: "user"}),
		one(cat, company.CreateTeam{}), one(ann, company.CreateReport{}),
		one(ann, company.CreateTeam{Team: "east"}), one(cat, company.DeleteTeam{Team: "east"}),
		one(directory, company.SuspendUser{User: "cat"}), one(directory, company.ReinstateUser{User: "cat"}),
		one(cat, company.AddMember{Team: "west", User: "dan"}), one(cat, company.RemoveMember{Team: "west", User: "dan"}),
		one(ann, company.AddMember{Team: "west", User: "cat"}, company.CreateTeam{}), one(ann, company.RemoveMember{Team: "west", User: "cat"}),
		one(ann, company.AttachGroup{Team: "west", Group: "us"}), one(cat, company.DetachGroup{Team: "west", Group: "us"}),
	}
	for i := range 3 {
		all = append(all, rename(fmt.Sprint("name ", i)))
	}
	return all
}

// poolLog returns a log with the beginning that the pool needs.
func poolLog(t rapid.TB, s *storyHost) *audit.Memory {
	log := audit.NewMemory()
	co := foundStory(t, log, s)
	playStep(t, co, s, storyStep{company.System("directory"), []company.Change{
		company.AddUser{User: "bob", Email: "bob@example.com", Role: "admin"},
		company.AddUser{User: "cat", Email: "cat@example.com", Role: "user-manager"},
		company.AddUser{User: "dan", Email: "dan@example.com"},
		company.CreateTeam{Team: "west"}, company.CreateGroup{Group: "us", Filter: "country = 'US'"},
	}})
	return log
}

// TestRandomFaults draws changes, faults and settlements for two companies on
// one log.
func TestRandomFaults(t *testing.T) {
	var done, refused, uncertain, unread, settled atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		s, l := newStoryHost(), newLedger()
		log := poolLog(t, s)
		var (
			companies [2]*company.Company
			wires     [2]*wire
			faults    [2][]audittest.Mode // of the next appends
			fails     [2]int              // reads until one fails; 0 is never
		)
		for i := range companies {
			delay := rapid.IntRange(0, 3).Draw(t, "delay")
			wires[i] = newWire(log, delay, func(int) audittest.Mode {
				if len(faults[i]) == 0 {
					return audittest.Pass
				}
				m := faults[i][0]
				faults[i] = faults[i][1:]
				return m
			}, func(int, audit.Event) error {
				if fails[i]--; fails[i] == 0 {
					return errRead
				}
				return nil
			})
			companies[i] = open(t, wires[i], s)
		}
		modes := append([]audittest.Mode{audittest.Pass, audittest.Pass}, audittest.Modes()...)
		which := rapid.IntRange(0, 1)
		t.Repeat(map[string]func(*rapid.T){
			"fault": func(t *rapid.T) {
				faults[which.Draw(t, "company")] = rapid.SliceOfN(rapid.SampledFrom(modes), 1, 3).Draw(t, "modes")
			},
			"unreadable": func(t *rapid.T) { fails[which.Draw(t, "company")] = rapid.IntRange(1, 2).Draw(t, "reads") },
			"do": func(t *rapid.T) {
				s.pass(time.Duration(rapid.IntRange(0, 2).Draw(t, "minutes")) * time.Minute)
				co := companies[which.Draw(t, "company")]
				err := l.do(co, rapid.SampledFrom(pool()).Draw(t, "scene"))
				switch {
				case err == nil:
					done.Add(1)
				case errors.Is(err, company.ErrDiverged):
					t.Fatalf("Do = %v of a log that lost nothing", err)
				case errors.Is(err, company.ErrUncertain):
					uncertain.Add(1)
				case errors.Is(err, errRead):
					unread.Add(1)
				default:
					refused.Add(1)
				}
			},
			"land": func(t *rapid.T) {
				if err := wires[which.Draw(t, "company")].Land(); err != nil {
					t.Fatal(err)
				}
			},
			"sync": func(t *rapid.T) {
				i := which.Draw(t, "company")
				faults[i], fails[i] = nil, 0
				agree(t, companies[i], log)
				settled.Add(1)
			},
			"": func(t *rapid.T) { l.check(t, log) },
		})
		for i, co := range companies {
			faults[i], fails[i] = nil, 0
			agree(t, co, log)
			if err := errors.Join(wires[0].Land(), wires[1].Land()); err != nil {
				t.Fatal(err)
			}
		}
		l.check(t, log)
		agree(t, companies[0], log)
		agree(t, companies[1], log)
	})
	counts := map[string]int64{
		"done": done.Load(), "refused": refused.Load(), "uncertain": uncertain.Load(), "unread": unread.Load(), "settled": settled.Load(),
	}
	t.Log(counts)
	for what, n := range counts {
		if n == 0 && !testing.Short() {
			t.Errorf("never %s", what)
		}
	}
}

// TestFaultsInParallel has several goroutines write through two companies on one
// log that fails at random, while others read.
func TestFaultsInParallel(t *testing.T) {
	seeds := 8
	if testing.Short() {
		seeds = 2
	}
	if os.Getenv("AMBIT_LONG") != "" {
		seeds = 500
	}
	uncertain, done := 0, 0
	for seed := range seeds {
		l := parallel(t, uint64(seed))
		for _, a := range l.answers {
			switch {
			case a.err == nil:
				done++
			case errors.Is(a.err, company.ErrUncertain):
				uncertain++
			}
		}
	}
	if done == 0 || uncertain == 0 {
		t.Errorf("%d done and %d uncertain, want some of each", done, uncertain)
	}
}

func parallel(t *testing.T, seed uint64) *ledger {
	const writers, each = 3, 20 // of a company
	s, l := newStoryHost(), newLedger()
	log := poolLog(t, s)
	modes := append(slices.Repeat([]audittest.Mode{audittest.Pass}, 12), audittest.Modes()...)
	var calm atomic.Bool
	var wires []*wire
	var companies []*company.Company
	var writing, reading sync.WaitGroup
	var quit atomic.Bool
	for i := range 2 {
		faults := rand.New(rand.NewPCG(seed, uint64(i))) // used by one append at a time
		w := newWire(log, 1+i, func(int) audittest.Mode {
			if calm.Load() {
				return audittest.Pass
			}
			return modes[faults.IntN(len(modes))]
		}, nil)
		co := open(t, w, s)
		wires, companies = append(wires, w), append(companies, co)
		for g := range writers {
			draw := rand.New(rand.NewPCG(seed, uint64(100+10*i+g)))
			writing.Go(func() {
				for range each {
					s.pass(time.Second)
					all := pool()
					if err := l.do(co, all[draw.IntN(len(all))]); errors.Is(err, company.ErrDiverged) {
						t.Errorf("Do = %v of a log that lost nothing", err)
					}
				}
			})
		}
		reading.Go(func() {
			seq := uint64(0)
			for !quit.Load() {
				co.Policy().Decide(access.User("ann"), access.EditTeam, access.Team("west"))
				cp := co.Checkpoint()
				if cp.Seq < seq {
					t.Errorf("the company went back from event %d to %d", seq, cp.Seq)
				}
				seq = cp.Seq
			}
		})
	}
	writing.Wait()
	quit.Store(true)
	reading.Wait()
	calm.Store(true)
	for _, w := range wires {
		if err := w.Land(); err != nil {
			t.Fatal(err)
		}
	}
	for _, co := range companies {
		agree(t, co, log)
	}
	for _, co := range companies {
		agree(t, co, log)
		if err := audit.Verify(log.Events(t.Context(), 0), co.Checkpoint()); err != nil {
			t.Fatal(err)
		}
	}
	l.check(t, log)
	return l
}
