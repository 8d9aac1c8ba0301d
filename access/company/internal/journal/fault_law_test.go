package journal_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"pgregory.net/rapid"
)

// TestRandomFaults draws writes, faults and settlements for two journals of one
// log.
func TestRandomFaults(t *testing.T) {
	var done, refused, uncertain, unread, settled atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		l, log := newLedger(), history(t, rapid.IntRange(0, 3).Draw(t, "length"))
		var (
			journals [2]*journal.Journal[string]
			wires    [2]*wire
			faults   [2][]audittest.Mode // of the next appends
			fails    [2]int              // reads until one fails; 0 is never
		)
		for i := range journals {
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
			journals[i] = open(t, wires[i])
		}
		modes := append([]audittest.Mode{audittest.Pass, audittest.Pass}, audittest.Modes()...)
		which := rapid.IntRange(0, 1)
		t.Repeat(map[string]func(*rapid.T){
			"fault": func(t *rapid.T) {
				faults[which.Draw(t, "journal")] = rapid.SliceOfN(rapid.SampledFrom(modes), 1, 3).Draw(t, "modes")
			},
			"unreadable": func(t *rapid.T) { fails[which.Draw(t, "journal")] = rapid.IntRange(1, 2).Draw(t, "reads") },
			"write": func(t *rapid.T) {
				prefix := rapid.SampledFrom([]string{"a", "b", "c", "no"}).Draw(t, "name")
				err := l.write(journals[which.Draw(t, "journal")], prefix)
				switch {
				case err == nil:
					done.Add(1)
				case errors.Is(err, journal.ErrDiverged):
					t.Fatalf("Write = %v of a log that lost nothing", err)
				case errors.Is(err, journal.ErrUncertain):
					uncertain.Add(1)
				case errors.Is(err, errRead):
					unread.Add(1)
				case errors.Is(err, errRefused):
					refused.Add(1)
				default:
					t.Fatalf("Write = %v", err)
				}
			},
			"land": func(t *rapid.T) {
				if err := wires[which.Draw(t, "journal")].Land(); err != nil {
					t.Fatal(err)
				}
			},
			"sync": func(t *rapid.T) {
				i := which.Draw(t, "journal")
				faults[i], fails[i] = nil, 0
				agree(t, journals[i], log)
				settled.Add(1)
			},
			"": func(t *rapid.T) { l.check(t, log) },
		})
		for i, j := range journals {
			faults[i], fails[i] = nil, 0
			agree(t, j, log)
			if err := errors.Join(wires[0].Land(), wires[1].Land()); err != nil {
				t.Fatal(err)
			}
		}
		l.check(t, log)
		agree(t, journals[0], log)
		agree(t, journals[1], log)
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

// TestFaultsInParallel has several goroutines write through two journals of one
// log that fails at random, while others read.
func TestFaultsInParallel(t *testing.T) {
	seeds := 8
	if testing.Short() {
		seeds = 2
	}
	if os.Getenv("AMBIT_LONG") != "" {
		seeds = 2000
	}
	uncertain, done := 0, 0
	for seed := range seeds {
		l := parallel(t, uint64(seed))
		for _, a := range l.answers {
			switch {
			case a.err == nil:
				done++
			case errors.Is(a.err, journal.ErrUncertain):
				uncertain++
			}
		}
	}
	if done == 0 || uncertain == 0 {
		t.Errorf("%d done and %d uncertain, want some of each", done, uncertain)
	}
}

func parallel(t *testing.T, seed uint64) *ledger {
	const writers, each = 3, 20 // of a journal
	l, log := newLedger(), history(t, 1)
	modes := append(slices.Repeat([]audittest.Mode{audittest.Pass}, 12), audittest.Modes()...)
	var calm, quit atomic.Bool
	var wires []*wire
	var journals []*journal.Journal[string]
	var writing, reading sync.WaitGroup
	for i := range 2 {
		faults := rand.New(rand.NewPCG(seed, uint64(i))) // used by one append at a time
		w := newWire(log, 1+i, func(int) audittest.Mode {
			if calm.Load() {
				return audittest.Pass
			}
			return modes[faults.IntN(len(modes))]
		}, nil)
		j := open(t, w)
		wires, journals = append(wires, w), append(journals, j)
		for range writers {
			writing.Go(func() {
				for range each {
					if err := l.write(j, "x"); errors.Is(err, journal.ErrDiverged) {
						t.Errorf("Write = %v of a log that lost nothing", err)
					}
				}
			})
		}
		reading.Go(func() {
			var before journal.Point[string]
			for !quit.Load() {
				p := j.Point()
				if p.Head.Seq < before.Head.Seq || p.Time.Before(before.Time) || len(names(p.State)) != int(p.Head.Seq) {
					t.Errorf("the journal went from event %d to %d, with the state %q", before.Head.Seq, p.Head.Seq, p.State)
				}
				before = p
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
	for range 2 { // the second settlement may store what the first has not seen
		for _, j := range journals {
			if err := j.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, j := range journals {
		agree(t, j, log)
	}
	l.check(t, log)
	return l
}
