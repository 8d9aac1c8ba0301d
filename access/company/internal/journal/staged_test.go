package journal_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
)

// transaction is a way to a log that is part of a transaction: what is appended
// is there for others when it is committed.
type transaction struct {
	audit.Log
	seen    audit.Checkpoint // the head when it began
	pending []audit.Event
	fails   error
}

func beginTransaction(t *testing.T, log audit.Log) *transaction {
	all := events(t, log)
	return &transaction{Log: log, seen: all[len(all)-1].Checkpoint()}
}

// Append implements [audit.Log].
func (x *transaction) Append(_ context.Context, e audit.Event) error {
	if x.fails != nil {
		return x.fails
	}
	if err := e.Follows(x.seen); err != nil {
		return err
	}
	x.pending, x.seen = append(x.pending, e), e.Checkpoint()
	return nil
}

func (x *transaction) commit(t *testing.T) {
	t.Helper()
	for _, e := range x.pending {
		if err := x.Log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

// stage stages a name, which must work.
func stage(t *testing.T, j *journal.Journal[string], log audit.Log, name string) (audit.Event, *journal.Staged[string]) {
	t.Helper()
	was := j.Point()
	e, s, err := j.Stage(t.Context(), log, adding(name))
	if err != nil {
		t.Fatal(err)
	}
	if j.Point() != was || !j.IsStaged() {
		t.Fatal("something changed with an event that is only staged")
	}
	return e, s
}

// TestStage goes through what may become of an event in a transaction: memory
// and log never differ.
func TestStage(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, j, other *journal.Journal[string], x *transaction, s *journal.Staged[string]) (stored bool){
		"committed": func(t *testing.T, j, _ *journal.Journal[string], x *transaction, s *journal.Staged[string]) bool {
			if err := s.Committed(t.Context()); !errors.Is(err, journal.ErrUncertain) || !j.IsStaged() {
				t.Errorf("before the commit, Committed = %v", err)
			}
			x.commit(t)
			for range 2 {
				if err := s.Committed(t.Context()); err != nil {
					t.Errorf("Committed = %v", err)
				}
				s.RolledBack() // too late to mean anything
			}
			return true
		},
		"committed, and found out by Sync": func(t *testing.T, j, _ *journal.Journal[string], x *transaction, s *journal.Staged[string]) bool {
			if err := j.Sync(t.Context()); err != nil || !j.IsStaged() {
				t.Errorf("Sync = %v", err)
			}
			x.commit(t)
			if err := j.Sync(t.Context()); err != nil || j.IsStaged() {
				t.Errorf("Sync = %v", err)
			}
			if err := s.Committed(t.Context()); err != nil {
				t.Errorf("Committed = %v", err)
			}
			return true
		},
		"committed, and never told": func(t *testing.T, _, _ *journal.Journal[string], x *transaction, _ *journal.Staged[string]) bool {
			x.commit(t)
			return true
		},
		"rolled back": func(t *testing.T, j, _ *journal.Journal[string], _ *transaction, s *journal.Staged[string]) bool {
			s.RolledBack()
			s.RolledBack()
			if j.IsStaged() {
				t.Error("it is still staged")
			}
			if err := s.Committed(t.Context()); !errors.Is(err, journal.ErrNotStored) {
				t.Errorf("Committed = %v, want ErrNotStored", err)
			}
			return false
		},
		"committed after it was said to be rolled back": func(t *testing.T, _, _ *journal.Journal[string], x *transaction, s *journal.Staged[string]) bool {
			s.RolledBack()
			x.commit(t)
			return true
		},
		"rolled back, and another has its place": func(t *testing.T, j, other *journal.Journal[string], _ *transaction, s *journal.Staged[string]) bool {
			write(t, other, "other")
			if err := s.Committed(t.Context()); !errors.Is(err, journal.ErrNotStored) || j.IsStaged() {
				t.Errorf("Committed = %v, want ErrNotStored", err)
			}
			return false
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := history(t, 2)
			j, other := open(t, log), open(t, log)
			x := beginTransaction(t, log)
			e, s := stage(t, j, x, "staged")
			stored := end(t, j, other, x, s)
			next := write(t, j, "next")
			agree(t, j, log)
			if got := slices.Contains(names(j.Current()), "staged"); got != stored {
				t.Errorf("the event of the transaction is there: %t, want %t", got, stored)
			}
			if next.Seq != e.Seq+1 && stored {
				t.Errorf("the next event is %d, after %d", next.Seq, e.Seq)
			}
		})
	}
}

// TestStagedWaits has others wait for a transaction, as long as they may.
func TestStagedWaits(t *testing.T) {
	for _, committed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			log := history(t, 2)
			j := open(t, log)
			x := beginTransaction(t, log)
			_, s := stage(t, j, x, "staged")
			brief, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if e, err := j.Write(brief, adding("late")); !errors.Is(err, context.DeadlineExceeded) || e.Seq != 0 {
				t.Errorf("Write = event %d, %v; want the end of its context", e.Seq, err)
			}
			if _, _, err := j.Stage(brief, x, adding("late")); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Stage = %v; want the end of its context", err)
			}
			done := make(chan error, 2)
			for _, name := range []string{"one", "two"} {
				go func() {
					_, err := j.Write(t.Context(), adding(name))
					done <- err
				}()
			}
			synctest.Wait()
			if len(events(t, log)) != 2 {
				t.Error("others did not wait")
			}
			if committed {
				x.commit(t)
				if err := s.Committed(t.Context()); err != nil {
					t.Error(err)
				}
			} else {
				s.RolledBack()
			}
			for range 2 {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
			agree(t, j, log)
			if slices.Contains(names(j.Current()), "staged") != committed || len(names(j.Current())) < 4 {
				t.Errorf("the state is %q", j.Current())
			}
		})
	}
}

// TestStageFails stages what cannot be: nothing is staged then.
func TestStageFails(t *testing.T) {
	log := history(t, 2)
	j, other := open(t, log), open(t, log)
	behind := beginTransaction(t, log)
	write(t, other, "other")
	agree(t, j, log)
	if _, _, err := j.Stage(t.Context(), behind, adding("x")); !errors.Is(err, journal.ErrOvertaken) || j.IsStaged() {
		t.Errorf("in a transaction that does not see the last event, Stage = %v, want ErrOvertaken", err)
	}
	refuse := func(journal.Point[string]) (string, audit.Event, error) { return "", audit.Event{}, errRefused }
	bare := func(p journal.Point[string]) (string, audit.Event, error) { return p.State, audit.Event{}, nil }
	for _, tt := range []struct {
		fails   error
		propose journal.Propose[string]
		want    error
	}{
		{nil, refuse, errRefused},
		{errRead, adding("x"), errRead},
		{nil, bare, journal.ErrUnfit},
		{audit.ErrTooLarge, adding("x"), journal.ErrUnfit},
	} {
		x := beginTransaction(t, log)
		x.fails = tt.fails
		if _, _, err := j.Stage(t.Context(), x, tt.propose); !errors.Is(err, tt.want) || errors.Is(err, journal.ErrUncertain) {
			t.Errorf("Stage = %v, want %v", err, tt.want)
		}
		if j.IsStaged() {
			t.Fatal("it is staged")
		}
	}
	x := beginTransaction(t, log)
	swap := &exchange{log}
	j = open(t, swap)
	_, s := stage(t, j, x, "x")
	x.commit(t)
	swap.Log = newWire(log, 0, nil, func(int, audit.Event) error { return errRead })
	if err := s.Committed(t.Context()); !errors.Is(err, errRead) || !j.IsStaged() {
		t.Errorf("Committed = %v, want what the log failed with, and to be asked again", err)
	}
	if _, err := j.Write(t.Context(), adding("y")); !errors.Is(err, errRead) {
		t.Errorf("Write = %v, want what the log failed with", err)
	}
	swap.Log = log
	if err := s.Committed(t.Context()); err != nil {
		t.Errorf("Committed = %v", err)
	}
}

// TestStageOvertaken stages after another writer was first, in a transaction that
// sees it: the proposal is made again.
func TestStageOvertaken(t *testing.T) {
	log := history(t, 2)
	j, other := open(t, log), open(t, log)
	write(t, other, "other")
	x := beginTransaction(t, log)
	e, s := func() (audit.Event, *journal.Staged[string]) {
		e, s, err := j.Stage(t.Context(), x, adding("x"))
		if err != nil {
			t.Fatal(err)
		}
		return e, s
	}()
	x.commit(t)
	if err := s.Committed(t.Context()); err != nil || e.Seq != 4 {
		t.Errorf("event %d, Committed = %v", e.Seq, err)
	}
	agree(t, j, log)
}

// TestStagedEndsOnce: what became of a transaction is what was known first, also if
// the host says another thing at the same time.
func TestStagedEndsOnce(t *testing.T) {
	log := history(t, 2)
	j := open(t, log)
	for range 50 {
		x := beginTransaction(t, log)
		_, s := stage(t, j, x, "x")
		x.commit(t)
		var all sync.WaitGroup
		var rolledBack, known bool
		var err error
		all.Go(func() { rolledBack = s.RolledBack() })
		all.Go(func() { err = s.Committed(t.Context()) })
		all.Go(func() { known = j.Sync(t.Context()) == nil })
		all.Wait()
		if errors.Is(err, journal.ErrNotStored) != rolledBack || !rolledBack && err != nil || !known {
			t.Fatalf("RolledBack = %t, and Committed = %v", rolledBack, err)
		}
		if s.RolledBack() != rolledBack || errors.Is(s.Committed(t.Context()), journal.ErrNotStored) != rolledBack {
			t.Fatal("it is another thing when asked again")
		}
	}
	agree(t, j, log)
}
