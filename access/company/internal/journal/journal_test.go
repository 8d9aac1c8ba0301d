package journal_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
)

// script is a log that says what it is told, true or not.
type script []audit.Event

func (s script) Append(context.Context, audit.Event) error { return audit.ErrConflict }

func (s script) Events(_ context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range s {
			if e.Seq > after && !yield(e.Clone(), nil) {
				return
			}
		}
	}
}

// forge changes an event of a history and hashes all from there on again, so
// that only its meaning can give it away.
func forge(history []audit.Event, seq int, change func(e *audit.Event)) script {
	forged := make(script, len(history))
	head := audit.Checkpoint{}
	for i, e := range history {
		e = e.Clone()
		if i == seq-1 {
			change(&e)
		}
		forged[i] = e.Chain(head)
		head = forged[i].Checkpoint()
	}
	return forged
}

// TestWrite goes the way of a writer: each event is stored as it is returned,
// and the state is what the proposal said.
func TestWrite(t *testing.T) {
	log := audit.NewMemory()
	j, err := journal.Begin(t.Context(), config(log), adding("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Begin(t.Context(), config(log), adding("a")); !errors.Is(err, journal.ErrNotEmpty) {
		t.Errorf("Begin again = %v, want ErrNotEmpty", err)
	}
	for i, name := range []string{"b", "c"} {
		e, err := j.Write(t.Context(), adding(name))
		if stored := events(t, log); err != nil || e.Seq != uint64(i+2) || len(stored) != i+2 || stored[i+1].Hash != e.Hash {
			t.Fatalf("Write = event %d, %v; %d are stored", e.Seq, err, len(stored))
		}
		agree(t, j, log)
	}
	was := j.Point()
	e, err := j.Write(t.Context(), func(journal.Point[string]) (string, audit.Event, error) { return "", audit.Event{}, errRefused })
	if err != errRefused || e.Seq != 0 || j.Point() != was || len(events(t, log)) != 3 {
		t.Errorf("a refused Write = event %d, %v; the state is %q", e.Seq, err, j.Current())
	}
	if _, err := journal.Begin(t.Context(), config(audit.NewMemory()), func(journal.Point[string]) (string, audit.Event, error) {
		return "", audit.Event{}, errRefused
	}); err != errRefused {
		t.Errorf("a refused Begin = %v", err)
	}
}

// TestEmpty opens a log without events: its state is the empty one it was given.
func TestEmpty(t *testing.T) {
	j, err := journal.Open(t.Context(), journal.Config[string]{Log: audit.NewMemory(), Empty: "empty", Fold: list})
	if err != nil || j.Point() != (journal.Point[string]{State: "empty"}) {
		t.Errorf("Open = %v, at %+v", err, j.Point())
	}
	p, err := j.Past(t.Context(), all)
	if err != nil || p.State != "empty" {
		t.Errorf("Past = %q, %v", p.State, err)
	}
}

// TestOvertaken has others write while a proposal is made. It is made again, on
// the state that they left.
func TestOvertaken(t *testing.T) {
	for others := range 4 {
		log := history(t, 2)
		j, other := open(t, log), open(t, log)
		var seen []journal.Point[string]
		e, err := j.Write(t.Context(), func(p journal.Point[string]) (string, audit.Event, error) {
			seen = append(seen, p)
			if len(seen) <= others {
				if _, err := other.Write(t.Context(), adding(fmt.Sprint("other", len(seen)))); err != nil {
					t.Fatal(err)
				}
			}
			return adding("mine")(p)
		})
		if err != nil || e.Seq != uint64(3+others) || len(seen) != others+1 {
			t.Fatalf("Write = event %d, %v, after %d proposals; want event %d", e.Seq, err, len(seen), 3+others)
		}
		for i, p := range seen {
			if p.Head.Seq != uint64(2+i) || len(names(p.State)) != 2+i || !p.Time.Equal(begin.Add(time.Duration(1+i)*time.Second)) {
				t.Errorf("proposal %d was made on %q, event %d at %v", i+1, p.State, p.Head.Seq, p.Time)
			}
		}
		agree(t, j, log)
		agree(t, other, log)
	}
	t.Run("and refused then", func(t *testing.T) {
		log := history(t, 2)
		j, other := open(t, log), open(t, log)
		e, err := j.Write(t.Context(), func(p journal.Point[string]) (string, audit.Event, error) {
			if p.Head.Seq > 2 {
				return "", audit.Event{}, errRefused
			}
			if _, err := other.Write(t.Context(), adding("other")); err != nil {
				t.Fatal(err)
			}
			return adding("mine")(p)
		})
		if err != errRefused || e.Seq != 0 || has(j.Current(), "mine") || !has(j.Current(), "other") {
			t.Errorf("Write = event %d, %v, and the state is %q", e.Seq, err, j.Current())
		}
		agree(t, j, log)
	})
}

// TestPast asks for every point of the past, by number and by time.
func TestPast(t *testing.T) {
	const length = 6
	log := history(t, length)
	j := open(t, log)
	for n := range length + 1 {
		byNumber, err := j.Past(t.Context(), until(n))
		if err != nil || byNumber != open(t, history(t, n)).Point() {
			t.Errorf("Past of event %d = %+v, %v", n, byNumber, err)
		}
		at := begin.Add(time.Duration(n-1) * time.Second)
		byTime, err := j.Past(t.Context(), func(_ uint64, t time.Time) bool { return !t.After(at) })
		if err != nil || byTime != byNumber {
			t.Errorf("Past at %v = %+v, %v, want %+v", at, byTime, err, byNumber)
		}
	}
	// What others wrote is read, too, though the journal has not taken it in.
	ahead := open(t, log)
	if _, err := ahead.Write(t.Context(), adding("other")); err != nil {
		t.Fatal(err)
	}
	p, err := j.Past(t.Context(), all)
	if err != nil || p != ahead.Point() || j.Point().Head.Seq != length {
		t.Errorf("Past beyond the current point = %+v, %v", p, err)
	}
}

// TestBrokenEvents opens logs with an event that cannot be followed, by its form,
// its time or its meaning. The chain is intact, so only the journal can tell.
func TestBrokenEvents(t *testing.T) {
	const length = 5
	whole := events(t, history(t, length))
	for _, tt := range []struct {
		want  error
		name  string
		from  int
		forge func(e *audit.Event)
	}{
		{errFold, "the fold refuses it", 1, func(e *audit.Event) { e.Changes[0].Type = "unknown" }},
		{journal.ErrBroken, "it has no changes", 1, func(e *audit.Event) { e.Changes = nil }},
		{journal.ErrBroken, "it has no time", 1, func(e *audit.Event) { e.Time = time.Time{} }},
		{journal.ErrBroken, "it is earlier than the one before", 2, func(e *audit.Event) { e.Time = begin.Add(-1) }},
	} {
		for seq := tt.from; seq <= length; seq++ {
			log := forge(whole, seq, tt.forge)
			if err := audit.Verify(log.Events(t.Context(), 0), audit.Checkpoint{}); err != nil {
				t.Fatalf("the forged log is not intact: %v", err)
			}
			j, err := journal.Open(t.Context(), config(log))
			var e *journal.Error
			if j != nil || !errors.Is(err, tt.want) || !errors.As(err, &e) || e.Op != "replay" || e.Seq != uint64(seq) {
				t.Errorf("%s: Open = %v; want %v of event %d", tt.name, err, tt.want, seq)
			}
			swap := &exchange{history(t, seq-1)}
			behind := open(t, swap)
			was := behind.Point()
			swap.Log = log
			if err := behind.Sync(t.Context()); !errors.Is(err, tt.want) || behind.Point() != was {
				t.Errorf("%s: Sync = %v; want %v and the same state", tt.name, err, tt.want)
			}
		}
	}
	same := forge(whole, 3, func(e *audit.Event) { e.Time = whole[1].Time })
	if _, err := journal.Open(t.Context(), config(same)); err != nil {
		t.Errorf("two events at the same time: %v", err)
	}
}

// TestNothingIsSkipped makes each event in turn one that the fold does not know,
// and asks for the past of a log that the journal has read as it was before.
func TestNothingIsSkipped(t *testing.T) {
	const length = 6
	whole := events(t, history(t, length))
	for seq := 1; seq < length; seq++ {
		swap := &exchange{history(t, length)}
		j := open(t, swap)
		swap.Log = forge(whole, seq, func(e *audit.Event) { e.Changes[0].Type = "unknown" })
		// What comes before the bad event cannot be told from what was made up with
		// it: the state that the journal knows is not in this log.
		if _, err := j.Past(t.Context(), until(seq-1)); !errors.Is(err, journal.ErrDiverged) {
			t.Errorf("Past before bad event %d = %v, want ErrDiverged", seq, err)
		}
		if _, err := j.Past(t.Context(), all); !errors.Is(err, journal.ErrDiverged) {
			t.Errorf("Past with bad event %d = %v, want ErrDiverged", seq, err)
		}
	}
}

// TestBrokenChain opens logs whose chain is not intact. The error is that of
// package audit, of the event where the chain breaks.
func TestBrokenChain(t *testing.T) {
	const length = 7
	whole := events(t, history(t, length))
	for _, tt := range []struct {
		want  error
		name  string
		seq   uint64
		alter func(s script) script
	}{
		{audit.ErrEdited, "reason edited", 3, func(s script) script { s[2].Reason = "none"; return s }},
		{audit.ErrEdited, "edited and hashed again", 4, func(s script) script { s[2].Reason = "x"; s[2].Hash = s[2].Sum(); return s }},
		{audit.ErrEdited, "first event edited", 1, func(s script) script { s[0].Actor.ID = "eve"; return s }},
		{audit.ErrEdited, "last event edited", length, func(s script) script { s[length-1].Time = begin; return s }},
		{audit.ErrMissing, "first event missing", 1, func(s script) script { return s[1:] }},
		{audit.ErrMissing, "an event missing", 6, func(s script) script { return slices.Delete(s, 5, 6) }},
		{audit.ErrReordered, "two swapped", 6, func(s script) script { s[5], s[6] = s[6], s[5]; return s }},
		{audit.ErrReordered, "one twice", 7, func(s script) script { return slices.Insert(s, 6, s[5]) }},
	} {
		log := make(script, length)
		for i, e := range whole {
			log[i] = e.Clone()
		}
		j, err := journal.Open(t.Context(), config(tt.alter(log)))
		var e *audit.Error
		if j != nil || !errors.Is(err, tt.want) || !errors.As(err, &e) || e.Seq != tt.seq {
			t.Errorf("%s: Open = %v; want %v of event %d", tt.name, err, tt.want, tt.seq)
		}
	}
}
