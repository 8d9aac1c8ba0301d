package sqllog_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/sqllog"
)

// failing has a fault in the statements of a word, so many times.
func failing(word, fault string, times int) func(string) string {
	return func(w string) string {
		if times == 0 || w != word && word != "any" {
			return ""
		}
		times--
		return fault
	}
}

// TestDoubt: after anything but success, the database says what became of the
// event.
func TestDoubt(t *testing.T) {
	t.Parallel()
	plain, keyed, other := event(audit.Checkpoint{}), event(audit.Checkpoint{}, "k"), event(audit.Checkpoint{}, "another")
	always := 99
	for _, tt := range []struct {
		name        string
		e           audit.Event
		word, fault string
		times       int
		before      *audit.Event // stored by another
		want        error
		stored      int
	}{
		{"fails once", plain, "insert", "before", 1, nil, nil, 1},
		{"fails twice", plain, "insert", "before", 2, nil, errInjected, 0},
		{"fails after it was stored", plain, "insert", "after", always, nil, nil, 1},
		{"does not say how many", plain, "insert", "silent", always, nil, nil, 1},
		{"another is there", plain, "insert", "before", always, &other, audit.ErrConflict, 1},
		{"the same is there", plain, "insert", "before", always, &plain, nil, 1},
		{"cannot be asked", plain, "any", "before", always, nil, errInjected, 0},
		{"cannot be asked after success", plain, "hash", "before", always, &plain, errInjected, 1},
		{"no transaction, once", keyed, "begin tx", "before", 1, nil, nil, 1},
		{"no transaction", keyed, "begin tx", "before", 2, nil, errInjected, 0},
		{"keys fail once", keyed, "keys", "before", 1, nil, nil, 1},
		{"keys fail", keyed, "keys", "before", 2, nil, errInjected, 0},
		{"commit fails", keyed, "commit", "before", 2, nil, errInjected, 0},
		{"commit fails after it was stored", keyed, "commit", "after", always, nil, nil, 1},
		{"another is there, with keys", keyed, "insert", "", 0, &other, audit.ErrConflict, 1},
	} {
		for _, dialect := range dialects {
			d := migrated(t, dialect)
			l := d.log(t)
			if tt.before != nil {
				if err := l.Append(t.Context(), *tt.before); err != nil {
					t.Fatal(err)
				}
			}
			d.set(func() { d.fault = failing(tt.word, tt.fault, tt.times) })
			err := l.Append(t.Context(), tt.e)
			d.set(func() { d.fault = nil })
			// MariaDB says by an error that a place is taken.
			duplicate := err != nil && dialect == sqllog.MariaDB && tt.word == "hash"
			if !errors.Is(err, tt.want) && !duplicate || tt.want == nil && err != nil {
				t.Errorf("%v, %s: got %v, want %v", dialect, tt.name, err, tt.want)
			}
			if n, err := length(t.Context(), l); err != nil || n != tt.stored {
				t.Errorf("%v, %s: %d events are stored, %v, want %d", dialect, tt.name, n, err, tt.stored)
			}
		}
	}
}

// TestRefusedWithoutAsking: what is wrong with an event alone costs no statement.
func TestRefusedWithoutAsking(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		l := d.log(t)
		head := fill(t, l, audit.Checkpoint{}, 1)
		edited := event(head)
		edited.Reason = "another"
		first := event(audit.Checkpoint{})
		first.Prev = first.Hash
		first.Hash = first.Sum()
		large := event(head)
		large.Changes[0].Data = []byte(`"` + strings.Repeat("x", 9<<20) + `"`)
		asked := len(d.asked)
		for name, tt := range map[string]struct {
			e    audit.Event
			want error
		}{
			"no event":               {audit.Event{}, audit.ErrMalformed},
			"edited":                 {edited, audit.ErrEdited},
			"a first with a link":    {first, audit.ErrConflict},
			"an empty key":           {event(head, ""), audit.ErrMalformed},
			"a long key":             {event(head, strings.Repeat("k", 501)), audit.ErrMalformed},
			"larger than the packet": {large.Chain(head), audit.ErrTooLarge},
		} {
			err := l.Append(t.Context(), tt.e)
			if tt.want == audit.ErrTooLarge && d.dialect != sqllog.MariaDB {
				continue // it fits
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
		if d.dialect == sqllog.MariaDB && len(d.asked) != asked {
			t.Errorf("the database was asked %v", d.asked[asked:])
		}
	})
}

// TestWeakConnection: a connection of the pool that is set up otherwise stores
// nothing, and the error says so.
func TestWeakConnection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		l := d.log(t)
		head := fill(t, l, audit.Checkpoint{}, 2)
		d.set(func() { d.weak = true })
		for range 2 {
			err := l.Append(t.Context(), event(head))
			if !errors.Is(err, audit.ErrWeak) {
				t.Errorf("got %v", err)
			}
			_, asked := sqllog.Settings(d.dialect)
			d.set(func() { d.settings[asked[0]] = "0" }) // what the second error names
			if _, err := d.open().Query("strange"); err == nil {
				t.Error("a strange statement is understood")
			}
		}
		if !errors.Is(l.Append(t.Context(), event(audit.Checkpoint{Seq: 7, Hash: head.Hash})), audit.ErrConflict) {
			t.Error("a gap is no conflict")
		}
	})
}

// TestConflictTexts: an event is told what is in its way.
func TestConflictTexts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		l := d.log(t)
		head := fill(t, l, audit.Checkpoint{}, 2)
		for want, e := range map[string]audit.Event{
			"the place is taken":         event(audit.Checkpoint{Seq: 1, Hash: head.Hash}),
			"it leaves a gap":            event(audit.Checkpoint{Seq: 3, Hash: head.Hash}),
			"it continues another event": event(audit.Checkpoint{Seq: 2, Hash: audit.Hash{1}}),
		} {
			if err := l.Append(t.Context(), e); !errors.Is(err, audit.ErrConflict) || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	})
}

// TestEndedContext: the error wraps that of the context, whatever the driver
// returns.
func TestEndedContext(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		l := d.log(t)
		ctx, cancel := context.WithCancel(t.Context())
		d.set(func() {
			d.fault = func(string) string {
				cancel()
				return "before"
			}
		})
		if err := l.Append(ctx, event(audit.Checkpoint{})); !errors.Is(err, context.Canceled) || !errors.Is(err, errInjected) {
			t.Error(err)
		}
		for name, events := range map[string]func(func(audit.Event, error) bool){"events": l.Events(ctx, 0), "watch": l.Watch(ctx, 0)} {
			for _, err := range events {
				if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), name) {
					t.Error(name, err)
				}
			}
		}
	})
}

// TestDamage: a row that is not what it says ends the loop.
func TestDamage(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(events []stored) []stored{
		"a gap":                func(events []stored) []stored { return append(events[:1], events[2:]...) },
		"no beginning":         func(events []stored) []stored { return events[1:] },
		"another hash":         func(events []stored) []stored { events[1].hash = events[0].hash; return events },
		"another prev":         func(events []stored) []stored { events[1].prev = events[0].prev; return events },
		"another line":         func(events []stored) []stored { events[1].line = events[0].line; return events },
		"no line":              func(events []stored) []stored { events[1].line = []byte("{}"); return events },
		"another seq":          func(events []stored) []stored { events[2].seq = 4; return events },
		"two in a wrong order": func(events []stored) []stored { events[0], events[1] = events[1], events[0]; return events },
	} {
		for _, dialect := range dialects {
			d := migrated(t, dialect)
			l := d.log(t)
			fill(t, l, audit.Checkpoint{}, 3)
			d.events["acme"] = damage(d.events["acme"])
			if n, err := length(t.Context(), l); !errors.Is(err, audit.ErrDamaged) {
				t.Errorf("%s: %d events are read, %v", name, n, err)
			}
		}
	}
	// Nothing is stored in place of what is gone.
	for _, dialect := range dialects {
		d := migrated(t, dialect)
		l := d.log(t)
		head := fill(t, l, audit.Checkpoint{}, 1)
		fill(t, l, head, 2)
		d.events["acme"] = append(d.events["acme"][:1], d.events["acme"][2:]...)
		if err := l.Append(t.Context(), event(head, "x")); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("%v: an event in place of one that is gone: %v", dialect, err)
		}
	}
	// The head is known, and then the rows are gone.
	d := migrated(t, sqllog.SQLite)
	l := d.log(t)
	fill(t, l, audit.Checkpoint{}, 3)
	d.fault = func(word string) string {
		if word == "page" {
			clear(d.events)
		}
		return ""
	}
	if n, err := length(t.Context(), l); !errors.Is(err, audit.ErrDamaged) || n != 0 {
		t.Errorf("%d events are read, %v", n, err)
	}
}

// TestPages: events are read in pages of so many rows or bytes, each closed before
// the first of its events is yielded.
func TestPages(t *testing.T) {
	t.Parallel()
	d := migrated(t, sqllog.SQLite)
	l := d.log(t)
	fill(t, l, audit.Checkpoint{}, 32+64+128+256+100)
	if n, err := length(t.Context(), l); n != 580 || err != nil || d.count("page") != 5 {
		t.Errorf("%d events by %d pages, %v", n, d.count("page"), err)
	}
	large, err := d.store(t).Named("large")
	if err != nil {
		t.Fatal(err)
	}
	head := audit.Checkpoint{}
	for range 7 {
		e := event(head)
		e.Changes[0].Data = []byte(`"` + strings.Repeat("x", 3<<20/2) + `"`)
		e = e.Chain(head)
		if err := large.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		head = e.Checkpoint()
	}
	d.asked = nil
	n, err := length(t.Context(), large)
	// Each page has three, and the first saw what comes after them.
	if n != 7 || err != nil || d.count("page") != 3 || d.count("row of page") != 7 {
		t.Errorf("%d large events by %d pages and %d rows, %v", n, d.count("page"), d.count("row of page"), err)
	}
	for e := range l.Events(t.Context(), 5) {
		if e.Seq != 6 {
			t.Errorf("got event %d", e.Seq)
		}
		break
	}
	if after, err := length(t.Context(), audit.NewMemory()); after != 0 || err != nil {
		t.Error(err)
	}
	for e, err := range l.Events(t.Context(), 1<<63+5) {
		t.Errorf("got event %d, %v", e.Seq, err)
	}
}

// TestWake: a watch looks at once when it is told to, and when its own store
// appended, and leaves nothing there afterwards.
func TestWake(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		s := d.store(t)
		mine, err := s.Named("acme")
		if err != nil {
			t.Fatal(err)
		}
		others, woken := d.log(t), make(chan struct{}, 1)
		head := fill(t, others, audit.Checkpoint{}, 1)
		n := 0
		for e, err := range mine.Watch(t.Context(), 0) {
			if n++; err != nil || e.Seq != uint64(n) {
				t.Fatalf("got event %d, %v, want %d", e.Seq, err, n)
			}
			s.Wake("another")
			switch n {
			case 1:
				go func() {
					e := event(head)
					if err := others.Append(t.Context(), e); err != nil {
						t.Error(err)
					}
					head = e.Checkpoint()
					s.Wake("acme")
					woken <- struct{}{}
				}()
				continue
			case 2:
				<-woken // so that only the append can wake it now
				go func() {
					if err := mine.Append(t.Context(), event(head)); err != nil {
						t.Error(err)
					}
				}()
				continue
			}
			break
		}
		if n != 3 || s.Watches() != 0 {
			t.Errorf("%d events, %d logs are still watched", n, s.Watches())
		}
	})
}

// TestTransaction: an event is there if and only if the transaction is committed,
// with its keys.
func TestTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		db, s := d.open(), d.store(t)
		l := d.log(t)
		e := event(audit.Checkpoint{}, "k")
		for _, commit := range []bool{false, true} {
			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			in := l.Tx(tx)
			if err := in.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			if n, err := length(t.Context(), in); n != 1 || err != nil {
				t.Errorf("in the transaction: %d events, %v", n, err)
			}
			if err := in.Append(t.Context(), event(audit.Checkpoint{}, "other")); !errors.Is(err, audit.ErrConflict) {
				t.Errorf("another in the same transaction: %v", err)
			}
			end := map[bool]func() error{false: tx.Rollback, true: tx.Commit}[commit]
			if err := end(); err != nil {
				t.Fatal(err)
			}
			found := 0
			for range s.Find(t.Context(), "k") {
				found++
			}
			want := map[bool]int{true: 1}[commit]
			if n, err := length(t.Context(), l); n != want || found != want || err != nil {
				t.Errorf("committed %v: %d events, %d logs are found, %v", commit, n, found, err)
			}
		}
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		d.set(func() { d.fault, d.asked = failing("insert", "before", 1), nil })
		if err := l.Tx(tx).Append(t.Context(), event(e.Checkpoint())); !errors.Is(err, errInjected) || d.count("insert") != 1 {
			t.Errorf("a statement that fails: %v, tried %d times", err, d.count("insert"))
		}
	})
}

// TestTransactionWithoutKeys: in a transaction that goes on after a statement
// failed, an event without its keys is not called stored.
func TestTransactionWithoutKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *database) {
		for word, fault := range map[string]string{"keys": "before", "insert": "silent"} {
			d.store(t)
			tx, err := d.open().BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			d.set(func() { d.fault = failing(word, fault, 1) })
			if err := d.log(t).Tx(tx).Append(t.Context(), event(audit.Checkpoint{}, "k")); err == nil {
				t.Errorf("%s fails %s: Append = nil, with %d keys", word, fault, len(d.keys))
			}
			d.set(func() { d.fault = nil })
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestEveryStatementFails has each statement of a history fail in turn, in each
// way. What fails says so, and what was acknowledged is there.
func TestEveryStatementFails(t *testing.T) {
	t.Parallel()
	for _, dialect := range dialects {
		for _, fault := range []string{"before", "after", "null", "silent"} {
			t.Run(fmt.Sprint(dialect, " ", fault), func(t *testing.T) {
				t.Parallel()
				n := 1
				for ; history(t, dialect, fault, n); n++ {
				}
				if n < 40 {
					t.Errorf("only %d statements", n)
				}
			})
		}
	}
}

// history runs a history whose nth statement has a fault, and reports whether there
// were so many.
func history(t *testing.T, dialect sqllog.Dialect, fault string, nth int) bool {
	d := newDatabase(dialect)
	d.settings["journal_mode"] = "delete"
	left := nth
	d.fault = func(string) string {
		if left--; left == 0 {
			return fault
		}
		return ""
	}
	acknowledged, err := work(t.Context(), d)
	d.set(func() { d.fault = nil })
	if own := new(sqllog.Error); err != nil && !errors.As(err, &own) {
		t.Errorf("statement %d: got %T: %v", nth, err, err)
	}
	if _, err := work(t.Context(), d); err != nil {
		t.Errorf("statement %d, %s: afterwards: %v", nth, d.asked[min(nth, len(d.asked))-1], err)
	}
	for i, e := range acknowledged {
		if got := d.events["acme"]; i >= len(got) || string(got[i].hash) != string(e.Hash[:]) {
			t.Errorf("statement %d: event %d is lost", nth, e.Seq)
		}
	}
	return left <= 0
}

// work does what there is to do with a database, and returns the events that were
// acknowledged and the first error.
func work(ctx context.Context, d *database) (acknowledged []audit.Event, err error) {
	options := &sqllog.Options{Keys: func(e audit.Event) []string { return e.Targets }}
	if err := sqllog.Migrate(ctx, d.open(), d.dialect, options); err != nil {
		return nil, err
	}
	s, err := sqllog.Open(ctx, d.open(), d.dialect, options)
	if err != nil {
		return nil, err
	}
	l, err := s.Log(ctx, "acme")
	if err != nil {
		return nil, err
	}
	head := audit.Checkpoint{}
	for _, targets := range [][]string{nil, {"k"}, nil} {
		e := event(head, targets...)
		if err := l.Append(ctx, e); err != nil {
			return acknowledged, err
		}
		acknowledged, head = append(acknowledged, e), e.Checkpoint()
	}
	if err := l.Append(ctx, event(audit.Checkpoint{Seq: 9, Hash: head.Hash})); !errors.Is(err, audit.ErrConflict) {
		return acknowledged, err
	}
	if n, err := length(ctx, l); err != nil || n != 3 {
		return acknowledged, err
	}
	for _, names := range []func(func(string, error) bool){s.Names(ctx), s.Find(ctx, "k")} {
		for _, err := range names {
			if err != nil {
				return acknowledged, err
			}
		}
	}
	for _, err := range l.(audit.Watcher).Watch(ctx, 2) {
		if err != nil {
			return acknowledged, err
		}
		break
	}
	if clock, ok := l.(audit.Clock); ok {
		if _, err := clock.Now(ctx); err != nil {
			return acknowledged, err
		}
	}
	k := s.Keeper("acme")
	if err := k.Keep(ctx, head); err != nil {
		return acknowledged, err
	}
	_, err = k.Kept(ctx)
	return acknowledged, err
}

// migrated returns a database with the tables.
func migrated(t *testing.T, dialect sqllog.Dialect) *database {
	t.Helper()
	d := newDatabase(dialect)
	if err := sqllog.Migrate(t.Context(), d.open(), dialect, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestBusyFile: a new file is busy while another process sets its journal mode.
func TestBusyFile(t *testing.T) {
	t.Parallel()
	d := newDatabase(sqllog.SQLite)
	d.settings["journal_mode"] = "delete"
	d.fault = failing("prepare", "before", 2)
	for range 2 { // the second finds it set
		if err := sqllog.Migrate(t.Context(), d.open(), d.dialect, nil); err != nil || d.count("prepare") != 3 {
			t.Errorf("%v after %d attempts", err, d.count("prepare"))
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // for one attempt at least
	defer cancel()
	d = newDatabase(sqllog.SQLite)
	d.settings["journal_mode"] = "delete"
	d.fault = failing("prepare", "before", -1)
	if err := sqllog.Migrate(ctx, d.open(), d.dialect, nil); !errors.Is(err, errInjected) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
