package journal_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// appendFault is how an append fails, and what happens around it.
type appendFault struct {
	mode   audittest.Mode
	delay  int    // when the event lands, if it lands late
	times  int    // how many appends fail
	others int    // events that another writer appends meanwhile
	n      int    // events before
	by     string // what settles it
}

// appendFaults returns all combinations.
func appendFaults() []appendFault {
	var all []appendFault
	for _, mode := range audittest.Modes() {
		for _, delay := range delays(mode) {
			for times := 1; times <= 3; times++ {
				for others := range 4 {
					for n := 1; n <= 9; n++ {
						all = append(all, appendFault{mode, delay, times, others, n, "Sync"}, appendFault{mode, delay, times, others, n, "Write"})
					}
				}
			}
		}
	}
	return all
}

// TestAppendFails lets an append fail in each way a log may: once and several
// times on end, with the event landing at different times, alone and beside
// another writer, at different places of the log, settled by Sync and by the
// next Write. In doubt, nothing else is written. Settled, the journal goes on.
func TestAppendFails(t *testing.T) {
	all := appendFaults()
	stored := 0
	for _, f := range all {
		if !t.Run(fmt.Sprintf("%+v", f), func(t *testing.T) {
			if f.test(t) {
				stored++
			}
		}) {
			t.FailNow()
		}
	}
	if stored == 0 || stored == len(all) || len(all) != 12*3*4*9*2 {
		t.Errorf("in %d cells the event in doubt was stored %d times, want some but not all", len(all), stored)
	}
}

// test runs one cell, and reports whether the event in doubt was stored.
func (f appendFault) test(t *testing.T) bool {
	log := history(t, f.n)
	w := newWire(log, f.delay, first(f.times, f.mode), nil)
	j, other, l := open(t, w), open(t, log), newLedger()
	if j.InDoubt() {
		t.Fatal("before anything failed, InDoubt says yes")
	}
	f.doubt(t, j, log, l)
	for range f.others {
		if err := l.write(other, "other"); err != nil {
			t.Fatalf("the other: %v", err)
		}
	}
	want := f.n + f.others + 2
	var err error
	if f.by == "Sync" {
		err = j.Sync(t.Context())
	} else {
		err, want = l.write(j, "next"), want+1
	}
	if err != nil {
		t.Fatalf("%s: %v", f.by, err)
	}
	if j.InDoubt() {
		t.Fatal("settled, InDoubt says yes")
	}
	there := has(j.Current(), "doubted")
	if there {
		want++
	}
	if f.others == 0 && !there || has(j.Current(), "in-doubt") {
		t.Fatalf("settled, the state is %q", j.Current())
	}
	for range 2 {
		if err := l.write(j, "after"); err != nil {
			t.Fatalf("after that: %v", err)
		}
	}
	if err := w.Land(); err != nil {
		t.Fatal(err)
	}
	if got := len(events(t, log)); got != want {
		t.Fatalf("%d events are stored, want %d", got, want)
	}
	l.check(t, log)
	agree(t, j, log)
	agree(t, other, log)
	return there
}

// doubt writes an event whose append fails, and others while it is in doubt.
func (f appendFault) doubt(t *testing.T, j *journal.Journal[string], log audit.Log, l *ledger) {
	t.Helper()
	was := j.Point()
	for i := range f.times {
		prefix := "doubted"
		if i > 0 {
			prefix = "in-doubt"
		}
		err := l.write(j, prefix)
		if !errors.Is(err, journal.ErrUncertain) {
			t.Fatalf("Write = %v, want ErrUncertain", err)
		}
		if !j.InDoubt() {
			t.Fatal("an event is in doubt, and InDoubt says no")
		}
		if j.Point() != was || len(events(t, log)) > f.n+1 {
			t.Fatal("in doubt, the state changed or more was written")
		}
		var e *journal.Error
		if own := errors.As(err, &e) && e.Op == "append" && e.Seq == uint64(f.n+1); own != (i == 0) {
			t.Fatalf("%v is an Error of event %d: %t, want %t", err, f.n+1, own, i == 0)
		}
		if a := l.answers[fmt.Sprint(prefix, i)]; (a.event.Seq == uint64(f.n+1)) != (i == 0) {
			t.Fatalf("Write of %s returned event %d", prefix, a.event.Seq)
		}
	}
}

// TestBeginFails lets the append of the first event fail. Whether it is stored,
// Open finds out; if not, the log can be begun again.
func TestBeginFails(t *testing.T) {
	stored, lost := 0, 0
	for _, mode := range audittest.Modes() {
		t.Run(mode.String(), func(t *testing.T) {
			log := audit.NewMemory()
			w := newWire(log, 0, first(1, mode), nil)
			ctx, cancel := ending()
			defer cancel()
			j, err := journal.Begin(ctx, config(w), adding("a"))
			var e *journal.Error
			if j != nil || !errors.Is(err, journal.ErrUncertain) || !errors.As(err, &e) || e.Seq != 1 {
				t.Fatalf("Begin = %v; want ErrUncertain of event 1, and no journal", err)
			}
			j = open(t, w)
			if j.Point().Head.Seq == 0 {
				lost++
				if j, err = journal.Begin(t.Context(), config(w), adding("a")); err != nil {
					t.Fatal(err)
				}
			} else {
				stored++
			}
			if err := w.Land(); err != nil {
				t.Fatal(err)
			}
			if len(events(t, log)) != 1 || j.Current() != "a " {
				t.Errorf("%d events are stored and the state is %q, want one event", len(events(t, log)), j.Current())
			}
			agree(t, j, log)
			if _, err := j.Write(t.Context(), adding("b")); err != nil {
				t.Fatal(err)
			}
			agree(t, j, log)
		})
	}
	if stored == 0 || lost == 0 {
		t.Errorf("the first event was stored %d times and lost %d times, want some of each", stored, lost)
	}
}

// TestAnotherBegan has the first event of another writer land while a journal
// begins.
func TestAnotherBegan(t *testing.T) {
	log := audit.NewMemory()
	late := audittest.NewFaulty(log, audittest.Plan{Delay: 2, Append: func(call int, _ audit.Event) audittest.Mode {
		return first(1, audittest.FailLate)(call)
	}})
	if _, err := journal.Begin(t.Context(), config(late), adding("a")); !errors.Is(err, journal.ErrUncertain) {
		t.Fatalf("Begin = %v, want ErrUncertain", err)
	}
	// The second one reads an empty log, and then the first one's event lands.
	if j, err := journal.Begin(t.Context(), config(late), adding("b")); j != nil || !errors.Is(err, journal.ErrNotEmpty) {
		t.Errorf("Begin = %v; want ErrNotEmpty, and no journal", err)
	}
}

// TestUnfit appends events that no log stores. Nothing is in doubt then.
func TestUnfit(t *testing.T) {
	bare := func(p journal.Point[string]) (string, audit.Event, error) { return p.State, audit.Event{}, nil }
	log := audit.NewMemory()
	if _, err := journal.Begin(t.Context(), config(log), bare); !errors.Is(err, journal.ErrUnfit) || errors.Is(err, journal.ErrUncertain) {
		t.Errorf("Begin = %v, want ErrUnfit", err)
	}
	j, err := journal.Begin(t.Context(), config(log), adding("a"))
	if err != nil {
		t.Fatal(err)
	}
	if e, err := j.Write(t.Context(), bare); !errors.Is(err, journal.ErrUnfit) || errors.Is(err, journal.ErrUncertain) || e.Seq != 0 {
		t.Errorf("Write = event %d, %v, want ErrUnfit", e.Seq, err)
	}
	if _, err := j.Write(t.Context(), adding("b")); err != nil {
		t.Errorf("the next Write = %v", err)
	}
	agree(t, j, log)
}

// TestUnfitInDoubt has a log lose the answer about an event, and then refuse its
// form: it is not stored, now or later, and the journal goes on.
func TestUnfitInDoubt(t *testing.T) {
	log := history(t, 2)
	swap := &exchange{newWire(log, 0, first(1, audittest.FailBefore), nil)}
	j, l := open(t, swap), newLedger()
	for _, refusal := range []error{audit.ErrMalformed, audit.ErrEdited, audit.ErrTooLarge} {
		swap.Log = newWire(log, 0, first(1, audittest.FailBefore), nil)
		if err := l.write(j, "doubted"); !errors.Is(err, journal.ErrUncertain) {
			t.Fatalf("Write = %v, want ErrUncertain", err)
		}
		swap.Log = picky{log, refusal}
		if err := j.Sync(t.Context()); err != nil {
			t.Fatalf("Sync = %v", err)
		}
		swap.Log = log
		if err := l.write(j, "next"); err != nil || has(j.Current(), "doubted") {
			t.Errorf("%v: Write = %v, and the state is %q", refusal, err, j.Current())
		}
	}
	l.check(t, log)
	agree(t, j, log)
}
