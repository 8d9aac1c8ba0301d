package journal_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// picky is a log that refuses every event for one reason.
type picky struct {
	audit.Log
	why error
}

func (p picky) Append(context.Context, audit.Event) error { return p.why }

// TestLogLies has a log acknowledge an event that it does not store. The next
// use of the log finds out, and nothing is written any more.
func TestLogLies(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for others := range 3 {
			log := history(t, n)
			w := newWire(log, 0, first(1, audittest.LieStored), nil)
			j, other, l := open(t, w), open(t, log), newLedger()
			if err := newLedger().write(j, "lost"); err != nil {
				t.Fatalf("Write = %v, want it taken in", err)
			}
			for range others {
				if err := l.write(other, "other"); err != nil {
					t.Fatal(err)
				}
			}
			diverged(t, j, l)
			if got := len(events(t, log)); got != n+others {
				t.Fatalf("%d events are stored, want %d", got, n+others)
			}
			l.check(t, log)
			agree(t, other, log)
		}
	}
}

// TestLogLosesItsTail exchanges the log for one without its last events, on
// which others may have written something else since.
func TestLogLosesItsTail(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for lose := 1; lose <= min(3, n); lose++ {
			for _, others := range []int{0, lose - 1, lose, lose + 1} {
				swap := &exchange{history(t, n)}
				j, l := open(t, swap), newLedger()
				short := history(t, n-lose)
				other := open(t, short)
				for range others {
					if err := l.write(other, "other"); err != nil {
						t.Fatal(err)
					}
				}
				swap.Log = short
				diverged(t, j, l)
				if _, err := j.Past(t.Context(), all); !errors.Is(err, journal.ErrDiverged) {
					t.Fatalf("Past = %v, want ErrDiverged", err)
				}
				if len(events(t, short)) != n-lose+others {
					t.Fatal("something was written")
				}
				l.check(t, short)
				agree(t, other, short)
			}
		}
	}
}

// TestLosesItsTailInDoubt loses the tail of a log while its last event is in
// doubt, which the repeated append is refused for.
func TestLosesItsTailInDoubt(t *testing.T) {
	for n := 2; n <= 9; n++ {
		swap := &exchange{history(t, n)}
		j := open(t, newWire(swap, 0, first(1, audittest.FailBefore), nil))
		if err := newLedger().write(j, "doubted"); !errors.Is(err, journal.ErrUncertain) {
			t.Fatalf("Write = %v, want ErrUncertain", err)
		}
		short := history(t, n-1)
		swap.Log = short
		diverged(t, j, newLedger())
		if got := len(events(t, short)); got != n-1 {
			t.Fatalf("%d events are stored, want %d", got, n-1)
		}
	}
}

// TestConflictWithoutReason has a log refuse the next event although it is the
// next: with and without storing it.
func TestConflictWithoutReason(t *testing.T) {
	t.Run("nothing stored", func(t *testing.T) {
		for n := 1; n <= 9; n++ {
			log := history(t, n)
			swap := &exchange{log}
			j, l := open(t, swap), newLedger()
			swap.Log = picky{log, audit.ErrConflict}
			if err := l.write(j, "refused"); !errors.Is(err, journal.ErrDiverged) || errors.Is(err, journal.ErrUncertain) {
				t.Fatalf("Write = %v, want ErrDiverged", err)
			}
			if len(events(t, log)) != n {
				t.Fatal("something was stored")
			}
			swap.Log = log
			if err := l.write(j, "next"); err != nil {
				t.Fatalf("when the log came to its senses: %v", err)
			}
			l.check(t, log)
			agree(t, j, log)
		}
	})
	// As a driver does that repeats an insert by itself. It is acknowledged.
	t.Run("stored", func(t *testing.T) {
		for n := 1; n <= 9; n++ {
			log := history(t, n)
			j, l := open(t, newWire(log, 0, first(1, audittest.LieConflict), nil)), newLedger()
			if err := l.write(j, "stored"); err != nil {
				t.Fatalf("Write = %v, want it acknowledged", err)
			}
			if got := len(events(t, log)); got != n+1 || j.Point().Head.Seq != uint64(n+1) {
				t.Fatalf("%d events are stored and the journal is at %d, want %d", got, j.Point().Head.Seq, n+1)
			}
			l.check(t, log)
			agree(t, j, log)
		}
	})
}
