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

// faultyPair is two journals of one log, whose ways to it fail as drawn.
type faultyPair struct {
	log      *audit.Memory
	ledger   *ledger
	journals [2]*journal.Journal[string]
	wires    [2]*wire
	faults   [2][]audittest.Mode // of the next appends
	fails    [2]int              // reads until one fails; 0 is never
	hits     *faultHits
}

// faultHits counts what came of the writes.
type faultHits struct{ done, refused, uncertain, unread, settled atomic.Int64 }

func newFaultyPair(t *rapid.T, hits *faultHits) *faultyPair {
	f := &faultyPair{log: history(t, rapid.IntRange(0, 3).Draw(t, "length")), ledger: newLedger(), hits: hits}
	for i := range f.journals {
		f.wires[i] = newWire(f.log, rapid.IntRange(0, 3).Draw(t, "delay"), func(int) audittest.Mode {
			if len(f.faults[i]) == 0 {
				return audittest.Pass
			}
			m := f.faults[i][0]
			f.faults[i] = f.faults[i][1:]
			return m
		}, func(int, audit.Event) error {
			if f.fails[i]--; f.fails[i] == 0 {
				return errRead
			}
			return nil
		})
		f.journals[i] = open(t, f.wires[i])
	}
	return f
}

// write makes a drawn write, and counts what came of it.
func (f *faultyPair) write(t *rapid.T) {
	prefix := rapid.SampledFrom([]string{"a", "b", "c", "no"}).Draw(t, "name")
	err := f.ledger.write(f.journals[which.Draw(t, "journal")], prefix)
	switch {
	case err == nil:
		f.hits.done.Add(1)
	case errors.Is(err, journal.ErrDiverged):
		t.Fatalf("Write = %v of a log that lost nothing", err)
	case errors.Is(err, journal.ErrUncertain):
		f.hits.uncertain.Add(1)
	case errors.Is(err, errRead):
		f.hits.unread.Add(1)
	case errors.Is(err, errRefused):
		f.hits.refused.Add(1)
	default:
		t.Fatalf("Write = %v", err)
	}
}

// settle ends the faults of one journal and compares it with the log.
func (f *faultyPair) settle(t *rapid.T, i int) {
	f.faults[i], f.fails[i] = nil, 0
	agree(t, f.journals[i], f.log)
	f.hits.settled.Add(1)
}

var which = rapid.IntRange(0, 1)

// TestRandomFaults draws writes, faults and settlements for two journals of one
// log.
func TestRandomFaults(t *testing.T) {
	var hits faultHits
	modes := append([]audittest.Mode{audittest.Pass, audittest.Pass}, audittest.Modes()...)
	rapid.Check(t, func(t *rapid.T) {
		f := newFaultyPair(t, &hits)
		t.Repeat(map[string]func(*rapid.T){
			"fault": func(t *rapid.T) {
				f.faults[which.Draw(t, "journal")] = rapid.SliceOfN(rapid.SampledFrom(modes), 1, 3).Draw(t, "modes")
			},
			"unreadable": func(t *rapid.T) { f.fails[which.Draw(t, "journal")] = rapid.IntRange(1, 2).Draw(t, "reads") },
			"write":      f.write,
			"land": func(t *rapid.T) {
				if err := f.wires[which.Draw(t, "journal")].Land(); err != nil {
					t.Fatal(err)
				}
			},
			"sync": func(t *rapid.T) { f.settle(t, which.Draw(t, "journal")) },
			"":     func(t *rapid.T) { f.ledger.check(t, f.log) },
		})
		for i := range f.journals {
			f.settle(t, i)
			if err := errors.Join(f.wires[0].Land(), f.wires[1].Land()); err != nil {
				t.Fatal(err)
			}
		}
		f.ledger.check(t, f.log)
		agree(t, f.journals[0], f.log)
		agree(t, f.journals[1], f.log)
	})
	counts := map[string]int64{
		"done": hits.done.Load(), "refused": hits.refused.Load(), "uncertain": hits.uncertain.Load(),
		"unread": hits.unread.Load(), "settled": hits.settled.Load(),
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

// parallel has three writers and a reader for each of two journals, whose ways to
// one log fail at random.
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
		reading.Go(func() { readOn(t, j, &quit) })
	}
	writing.Wait()
	quit.Store(true)
	reading.Wait()
	calm.Store(true)
	checkAgreement(t, wires, journals, log)
	l.check(t, log)
	return l
}

// readOn reads a journal, which must never go back, until told to quit.
func readOn(t *testing.T, j *journal.Journal[string], quit *atomic.Bool) {
	var before journal.Point[string]
	for !quit.Load() {
		p := j.Point()
		if p.Head.Seq < before.Head.Seq || p.Time.Before(before.Time) || len(names(p.State)) != int(p.Head.Seq) {
			t.Errorf("the journal went from event %d to %d, with the state %q", before.Head.Seq, p.Head.Seq, p.State)
		}
		before = p
	}
}

// checkAgreement settles what is in doubt, and compares the journals with the
// log.
func checkAgreement(t *testing.T, wires []*wire, journals []*journal.Journal[string], log audit.Log) {
	t.Helper()
	for _, w := range wires {
		if err := w.Land(); err != nil {
			t.Fatal(err)
		}
	}
	for _, j := range journals { // each may still store an event in doubt
		if err := j.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, j := range journals {
		agree(t, j, log)
	}
}
