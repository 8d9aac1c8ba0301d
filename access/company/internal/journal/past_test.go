package journal_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"pgregory.net/rapid"
)

// all wants every event, until those up to a number.
func all(uint64, time.Time) bool { return true }

func until[N int | uint64](n N) func(uint64, time.Time) bool {
	return func(seq uint64, _ time.Time) bool { return seq <= uint64(n) }
}

// counted is a log that counts the events that are read.
type counted struct {
	audit.Log
	reads atomic.Int64
}

func (c *counted) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for e, err := range c.Log.Events(ctx, after) {
			if c.reads.Add(1); !yield(e, err) {
				return
			}
		}
	}
}

// points returns the point after each event of a log, and the empty one before.
func points(t rapid.TB, log audit.Log) []journal.Point[string] {
	t.Helper()
	p := journal.Point[string]{}
	was := []journal.Point[string]{p}
	for _, e := range events(t, log) {
		s, err := list(p, e)
		if err != nil {
			t.Fatal(err)
		}
		p = journal.Point[string]{State: s, Head: e.Checkpoint(), Time: e.Time}
		was = append(was, p)
	}
	return was
}

// askPast asks for a point by number or by time, and compares it with what replay
// from the beginning comes to.
func askPast(t rapid.TB, j *journal.Journal[string], was []journal.Point[string], n int, byTime bool) {
	t.Helper()
	wanted := until(n)
	if byTime {
		at := was[n].Time
		wanted = func(_ uint64, t time.Time) bool { return !t.After(at) }
		for n+1 < len(was) && !was[n+1].Time.After(at) {
			n++
		}
	}
	if p, err := j.Past(context.Background(), wanted); err != nil || p != was[n] {
		t.Fatalf("Past of event %d of %d, by time %v: %+v, %v", n, len(was)-1, byTime, p.Head, err)
	}
}

// TestPastIsReplay asks journals for points of the past in any order, while they
// write and while others do. Each is what replay from the beginning comes to.
func TestPastIsReplay(t *testing.T) {
	short := 0 // reads of less than half of what is there
	rapid.Check(t, func(t *rapid.T) {
		log := &counted{Log: history(t, rapid.IntRange(1, 400).Draw(t, "events"))}
		c := config(log)
		if rapid.Bool().Draw(t, "from a snapshot") {
			from := rapid.SampledFrom(points(t, log)).Draw(t, "from")
			c.From = &from
		}
		j, err := journal.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		other := open(t, log)
		was := points(t, log)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				writer := rapid.SampledFrom([]*journal.Journal[string]{j, other}).Draw(t, "writer")
				for range rapid.IntRange(1, 40).Draw(t, "more") {
					if err := newLedger().write(writer, "more"); err != nil {
						t.Fatal(err)
					}
				}
				was = points(t, log)
			case 1:
				if err := j.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
			default:
				n := rapid.IntRange(0, len(was)-1).Draw(t, "event")
				log.reads.Store(0)
				askPast(t, j, was, n, n > 0 && rapid.Bool().Draw(t, "by time"))
				if log.reads.Load() < int64(len(was)/2) {
					short++
				}
			}
		}
	})
	if short == 0 {
		t.Error("the log was always read from its beginning")
	}
}

// TestPastReadsLittle: what is read is at most three of the distances between the
// points that are kept, and what was asked for last is not read again.
func TestPastReadsLittle(t *testing.T) {
	const length, distance = 2000, 256
	for name, make := range map[string]func(log *counted) *journal.Journal[string]{
		"opened": func(log *counted) *journal.Journal[string] { return open(t, log) },
		"written": func(log *counted) *journal.Journal[string] {
			log.Log = audit.NewMemory()
			j := open(t, log)
			for range length {
				if _, err := j.Write(t.Context(), adding("x")); err != nil {
					t.Fatal(err)
				}
			}
			return j
		},
		"followed": func(log *counted) *journal.Journal[string] {
			whole := log.Log
			log.Log = history(t, 1)
			j := open(t, log)
			log.Log = whole
			if err := j.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			return j
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := &counted{Log: history(t, length)}
			j := make(log)
			was := points(t, log)
			for n := 1; n <= length; n += 37 {
				for again := range 2 {
					log.reads.Store(0)
					askPast(t, j, was, n, again > 0)
					if most := []int64{3 * distance, 2}[again]; log.reads.Load() > most {
						t.Errorf("event %d was asked for %d times, and then %d events are read, more than %d", n, again, log.reads.Load(), most)
					}
				}
			}
		})
	}
}

// TestPastIsBounded: however long the log is and however much of it is asked for,
// few states stay.
func TestPastIsBounded(t *testing.T) {
	const length, most = 1000, 8 + 4 + 1
	var states []weak.Pointer[[16]int]
	j, err := journal.Open(t.Context(), journal.Config[*[16]int]{Log: history(t, length), Fold: func(journal.Point[*[16]int], audit.Event) (*[16]int, error) {
		s := new([16]int)
		states = append(states, weak.Make(s))
		return s, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		runtime.GC()
		runtime.GC()
		left := 0
		for _, s := range states {
			if s.Value() != nil {
				left++
			}
		}
		if len(states) < length || left < 2 || left > most {
			t.Errorf("%d of %d states stay, want at most %d", left, len(states), most)
		}
		for n := 1; n <= length; n += 7 {
			if _, err := j.Past(t.Context(), until(n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	runtime.KeepAlive(j)
}

// TestPastBeside asks from many goroutines, while one writes and others catch up.
func TestPastBeside(t *testing.T) {
	const length = 300
	log := history(t, length)
	j, other := open(t, log), open(t, log)
	was := points(t, log)
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 1))
			for range 100 {
				askPast(t, j, was, 1+r.IntN(length-1), false) // by time, the last may have more since
				if err := j.Sync(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 100 {
		if _, err := other.Write(t.Context(), adding("more")); err != nil {
			t.Fatal(err)
		}
	}
	group.Wait()
	was = points(t, log)
	for n := range was {
		askPast(t, j, was, n, false)
	}
}

// TestPastIsWhole: a state that the fold still changes in place is not kept, so
// what is asked for later does not change what was asked for before.
func TestPastIsWhole(t *testing.T) {
	const length, whole = 10, 6
	j, err := journal.Open(t.Context(), journal.Config[*[]uint64]{
		Log:   history(t, length),
		Whole: func(s *[]uint64) bool { return len(*s) >= whole },
		Fold: func(p journal.Point[*[]uint64], e audit.Event) (*[]uint64, error) {
			s := p.State
			if s == nil || len(*s) >= whole {
				s = new([]uint64)
				if p.State != nil {
					*s = slices.Clone(*p.State)
				}
			}
			*s = append(*s, e.Seq)
			return s, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{4, 5, 4} {
		if p, err := j.Past(t.Context(), until(n)); err != nil || len(*p.State) != n {
			t.Fatalf("Past of event %d has events %v, %v", n, *p.State, err)
		}
	}
}

// TestPastAskedAgain: what is remembered of a past is not told of a log that lost
// its end since, also if no other point is kept between the two.
func TestPastAskedAgain(t *testing.T) {
	const length, asked = 10, 5 // the next point is kept at 17
	swap := &exchange{history(t, length)}
	j := open(t, swap)
	for range 2 {
		if _, err := j.Past(t.Context(), until(asked)); err != nil {
			t.Fatal(err)
		}
	}
	swap.Log = history(t, length-1)
	if _, err := j.Past(t.Context(), until(asked)); !errors.Is(err, journal.ErrDiverged) {
		t.Fatalf("asked again after the log lost its end, Past = %v, want ErrDiverged", err)
	}
}

// TestPastBeyond: what is asked for of events that the journal has not taken in yet
// is not kept, as no look at the current point would tell that the log lost them.
func TestPastBeyond(t *testing.T) {
	swap := &exchange{history(t, 50)}
	j := open(t, swap)
	for _, has := range []int{100, 60} {
		swap.Log = history(t, has)
		p, err := j.Past(t.Context(), until(75))
		if want := uint64(min(has, 75)); err != nil || p.Head.Seq != want {
			t.Fatalf("of a log of %d events, Past of event 75 is event %d, %v, want %d", has, p.Head.Seq, err, want)
		}
	}
}

// TestPastOfChangedLog: a log that lost its end, or has another one, has no past,
// wherever that is asked for, and so has one that is other from a point on between
// those that are kept.
func TestPastOfChangedLog(t *testing.T) {
	const length = 100
	whole := events(t, history(t, length))
	for _, from := range []int{length - 1, length, 2} {
		for n := range length + 1 {
			swap := &exchange{history(t, length)}
			j := open(t, swap)
			swap.Log = history(t, from-1)
			if _, err := j.Past(t.Context(), until(n)); !errors.Is(err, journal.ErrDiverged) {
				t.Fatalf("without event %d, Past of event %d = %v, want ErrDiverged", from, n, err)
			}
			swap.Log = forge(whole, from, func(e *audit.Event) { e.Reason = fmt.Sprint("forged ", n) })
			if _, err := j.Past(t.Context(), until(n)); !errors.Is(err, journal.ErrDiverged) {
				t.Fatalf("with another event %d, Past of event %d = %v, want ErrDiverged", from, n, err)
			}
		}
	}
	// One event is other, and the chain is broken there: it is not passed over.
	for n := 2; n < length; n++ {
		swap := &exchange{history(t, length)}
		j := open(t, swap)
		altered := append(script(nil), whole...)
		altered[n-1].Reason = "altered"
		swap.Log = altered
		if _, err := j.Past(t.Context(), until(n)); !errors.Is(err, audit.ErrEdited) && !(n%16 == 1 && err == nil) {
			t.Fatalf("with event %d altered, its Past = %v, want ErrEdited", n, err)
		}
	}
}
